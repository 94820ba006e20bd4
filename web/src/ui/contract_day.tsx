// contract_day.tsx - a day of a contract or a pool, which is one in UTC.
import type { JSX } from "preact";
import { contractDay } from "../format";

export function ContractDay(props: { day: string | undefined }): JSX.Element {
	if (!props.day) return <span class="muted">–</span>;
	return <time dateTime={props.day}>{contractDay(props.day)}</time>;
}
