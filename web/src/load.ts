// load.ts - an answer of the server in a component: loading, there, refused, refreshed.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Answer, askAnswer, isEnd, Problem, toProblem } from "./api";
import { heard, passes, unheard } from "./fresh";
import { dropStarted } from "./started";

export interface Loaded<T> {
	value: T | null;
	problem: Problem | null;
	/** Ask once more, now. */
	again: () => void;
}

interface Known {
	text: string;
	tag: string;
	value: unknown;
}

/** The latest answers, so that going back shows at once what was there. */
const known = new Map<string, Known>();
const KNOWN_MAX = 60;

/** The same object for the same bytes; the latest heard of are kept. */
function remember(path: string, answer: Answer): Known {
	const before = known.get(path);
	const same = before && before.text === answer.text;
	const now = same ? before : { ...answer, value: JSON.parse(answer.text) as unknown };
	now.tag = answer.tag;
	known.delete(path);
	known.set(path, now);
	const oldest = known.keys().next().value;
	if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
	return now;
}

/** Forget everything: somebody else signs in, or something was changed. */
export function forgetAnswers(): void {
	known.clear();
	dropStarted();
}

/** What was not answered is asked again after this, twice that, and so on. */
const RETRY_MS = 1000;
const RETRY_MOST_MS = 30_000;

const GO_ON = "tally:go-on";

/** Who was asked to sign in again has: what was refused meanwhile is asked again. */
export function goOnAsking(): void {
	window.dispatchEvent(new Event(GO_ON));
}

interface Round {
	path: string;
	everyMs: number;
	isOver: () => boolean;
	onAnswer: (now: Known) => void;
	onProblem: (problem: Problem) => void;
}

/**
 * Asks now, and again as long as it is wanted: after everyMs (0: once), later after a failure
 * that passes, never while the page is hidden, and at once when it is seen again. Ends with
 * what is returned.
 */
function keepAsking(round: Round): () => void {
	const leaving = new AbortController();
	let timer = 0;
	let failures = 0;
	let asking = false;
	/* Nothing is asked until somebody has signed in again. */
	let ended = false;

	const turnOver = async (): Promise<void> => {
		const { path } = round;
		const had = known.get(path);
		asking = true;
		try {
			const question = { signal: leaving.signal, ...(had?.tag && { tag: had.tag }) };
			const answer = await askAnswer(path, question);
			heard();
			failures = 0;
			const now = answer ? remember(path, answer) : had;
			if (now && !round.isOver()) round.onAnswer(now);
		} catch (error) {
			if (leaving.signal.aborted) return;
			const problem = toProblem(error);
			ended = isEnd(problem);
			failures = passes(problem) || round.everyMs > 0 ? failures + 1 : 0;
			/* What is shown stays; that it is no longer of now is said once for all of it. */
			if (passes(problem) && had) unheard(problem);
			else if (!ended) round.onProblem(problem);
		}
		asking = false;
		if (!leaving.signal.aborted && !ended) schedule();
	};
	const schedule = (): void => {
		const laterMs = Math.min(RETRY_MS * 2 ** Math.min(failures - 1, 10), RETRY_MOST_MS);
		const waitMs = failures > 0 ? laterMs : round.everyMs;
		if (waitMs > 0) timer = window.setTimeout(due, waitMs);
	};
	const isSeen = (): boolean => document.visibilityState === "visible";
	const due = (): void => {
		timer = 0;
		if (isSeen() && !ended) void turnOver();
	};
	const goOn = (): void => {
		if (!ended || asking) return;
		ended = false;
		void turnOver();
	};
	const seen = (): void => {
		if (!isSeen() || asking || ended || (round.everyMs === 0 && failures === 0)) return;
		window.clearTimeout(timer);
		void turnOver();
	};
	document.addEventListener("visibilitychange", seen);
	window.addEventListener("online", seen);
	window.addEventListener(GO_ON, goOn);
	void turnOver();
	return () => {
		leaving.abort();
		window.clearTimeout(timer);
		document.removeEventListener("visibilitychange", seen);
		window.removeEventListener("online", seen);
		window.removeEventListener(GO_ON, goOn);
	};
}

/**
 * The answer to path (null: none is asked). With everyMs it is asked again while the page
 * is seen, with the tag of what is there: nothing new costs nothing, and changes nothing on
 * the screen.
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
		setProblem(null);
		return keepAsking({
			path,
			everyMs,
			isOver: () => current.current !== path,
			onAnswer: (now) => {
				setProblem(null);
				setShown((was) => (was.path === path && was.known === now ? was : { path, known: now }));
			},
			onProblem: setProblem,
		});
	}, [path, everyMs, turn]);

	const again = useCallback(() => setTurn((n) => n + 1), []);
	const ready = path === null ? null : shown.path === path ? shown.known : known.get(path) ?? null;
	return { value: (ready?.value as T | undefined) ?? null, problem, again };
}
