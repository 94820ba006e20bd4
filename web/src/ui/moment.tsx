// moment.tsx - a moment in the reader's time, with UTC for whoever points at it.
import type { JSX } from "preact";
import { day, moment, utc } from "../format";

export function Moment(props: { at: string | undefined | null; brief?: boolean }): JSX.Element {
	if (!props.at) return <span class="muted">–</span>;
	return (
		<time dateTime={props.at} title={utc(props.at)}>
			{props.brief ? day(props.at) : moment(props.at)}
		</time>
	);
}
