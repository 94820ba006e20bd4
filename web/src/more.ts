// more.ts - a list that comes page by page: the first at once, the others when asked for.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask, type Problem, queryText, toProblem } from "./api";

export interface Paged<T> {
	items: T[] | null;
	problem: Problem | null;
	busy: boolean;
	/** Null at the end of the list. */
	more: (() => void) | null;
	again: () => void;
}

type Page<T> = { next?: string } & Record<string, T[]>;

export function usePages<T>(path: string, member: string, limit: number): Paged<T> {
	const [items, setItems] = useState<T[] | null>(null);
	const [next, setNext] = useState<string | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const [turn, setTurn] = useState(0);
	/* An answer to what is not asked any more, as while somebody types, is dropped. */
	const current = useRef(path);
	current.current = path;

	const load = useCallback(
		async (cursor: string | null) => {
			setBusy(true);
			try {
				const asked = queryText({ limit, cursor });
				const page = await ask<Page<T>>(path + (path.includes("?") ? `&${asked.slice(1)}` : asked));
				if (current.current !== path) return;
				const got = page[member] ?? [];
				setItems((before) => (cursor === null ? got : [...(before ?? []), ...got]));
				setNext(page.next ?? null);
				setProblem(null);
			} catch (error) {
				if (current.current === path) setProblem(toProblem(error));
			} finally {
				setBusy(false);
			}
		},
		[path, member, limit],
	);
	useEffect(() => void load(null), [load, turn]);
	const again = useCallback(() => setTurn((n) => n + 1), []);
	return { items, problem, busy, more: next === null ? null : () => void load(next), again };
}
