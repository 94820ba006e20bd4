// load.ts - an answer of the server in a component: loading, there, refused, refreshed.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { askText, Problem, toProblem } from "./api";

export interface Loaded<T> {
	value: T | null;
	problem: Problem | null;
	/** Ask once more, now. */
	again: () => void;
}

interface Known {
	text: string;
	value: unknown;
}

/** The latest answers, so that going back shows at once what was there. */
const known = new Map<string, Known>();
const KNOWN_MAX = 60;

function remember(path: string, text: string): Known {
	const before = known.get(path);
	if (before && before.text === text) return before;
	const now = { text, value: JSON.parse(text) as unknown };
	known.delete(path);
	known.set(path, now);
	const oldest = known.keys().next().value;
	if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
	return now;
}

/** Forget everything: somebody else signs in, or something was changed. */
export function forgetAnswers(): void {
	known.clear();
}

/**
 * The answer to path (null: none is asked). With everyMs it is asked again while the page
 * is seen; an answer with the same bytes changes nothing on the screen.
 */
export function useAnswer<T>(path: string | null, everyMs = 0): Loaded<T> {
	const [shown, setShown] = useState<{ path: string | null; known: Known | null }>({
		path: null,
		known: null,
	});
	const [problem, setProblem] = useState<Problem | null>(null);
	const [turn, setTurn] = useState(0);
	const current = useRef(path);
	current.current = path;

	useEffect(() => {
		if (path === null) return undefined;
		const leaving = new AbortController();
		let timer = 0;
		const turnOver = async (): Promise<void> => {
			try {
				const text = await askText(path, { signal: leaving.signal });
				if (current.current !== path) return;
				const now = remember(path, text);
				setProblem(null);
				setShown((was) => (was.path === path && was.known === now ? was : { path, known: now }));
			} catch (error) {
				if (leaving.signal.aborted) return;
				setProblem(toProblem(error));
			}
			if (everyMs > 0 && !leaving.signal.aborted) timer = window.setTimeout(wait, everyMs);
		};
		const wait = (): void => {
			if (document.visibilityState === "visible") void turnOver();
			else timer = window.setTimeout(wait, everyMs);
		};
		setProblem(null);
		void turnOver();
		return () => {
			leaving.abort();
			window.clearTimeout(timer);
		};
	}, [path, everyMs, turn]);

	const again = useCallback(() => setTurn((n) => n + 1), []);
	const ready = path === null ? null : shown.path === path ? shown.known : known.get(path) ?? null;
	return { value: (ready?.value as T | undefined) ?? null, problem, again };
}
