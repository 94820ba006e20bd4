// stale.tsx - says that what is shown is older than now, and since when.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Trouble, useTrouble } from "../fresh";
import { sentence } from "./notice";

const TICK_MS = 1000;

const many = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

function age(sinceMs: number): string {
	const seconds = Math.max(0, Math.round((Date.now() - sinceMs) / 1000));
	if (seconds < 90) return many(seconds, "second");
	const minutes = Math.round(seconds / 60);
	if (minutes < 90) return many(minutes, "minute");
	return many(Math.round(minutes / 60), "hour");
}

/* The age stands outside of what is read out: nobody wants to hear it each second. */
function Told(props: { trouble: Trouble }): JSX.Element {
	const [, tick] = useState(0);
	useEffect(() => {
		const timer = window.setInterval(() => tick((n) => n + 1), TICK_MS);
		return () => window.clearInterval(timer);
	}, []);
	return (
		<div class="stale">
			<span role="status">
				<b>{sentence(props.trouble.problem.message)}</b> Trying again.
			</span>
			<span>Last updated {age(props.trouble.sinceMs)} ago.</span>
		</div>
	);
}

export function Stale(): JSX.Element | null {
	const trouble = useTrouble();
	return trouble && <Told trouble={trouble} />;
}
