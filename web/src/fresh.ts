// fresh.ts - whether what is shown is of now: when the server was last heard, and what ails it.
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "./api";

export interface Trouble {
	problem: Problem;
	/** When what is shown was last true, in milliseconds. */
	sinceMs: number;
}

let heardMs = Date.now();
let trouble: Trouble | null = null;
const listeners = new Set<(now: Trouble | null) => void>();

function tell(now: Trouble | null): void {
	if (now === trouble) return;
	trouble = now;
	for (const listener of listeners) listener(now);
}

/** An answer came. */
export function heard(): void {
	heardMs = Date.now();
	tell(null);
}

/** No answer came to a question whose last answer is shown. */
export function unheard(problem: Problem): void {
	if (!trouble) tell({ problem, sinceMs: heardMs });
}

/** The server is gone, busy or faulty, which passes; what it refuses is refused for good. */
export function passes(problem: Problem): boolean {
	return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

export function useTrouble(): Trouble | null {
	const [now, setNow] = useState(trouble);
	useEffect(() => {
		listeners.add(setNow);
		setNow(trouble);
		return () => void listeners.delete(setNow);
	}, []);
	return now;
}
