// change.ts - a change that is sent: busy while it runs, refused with its reason, or done.
import { useCallback, useState } from "preact/hooks";
import { isEnd, type Problem, toProblem } from "./api";
import { forgetAnswers } from "./load";

export interface Change {
	busy: boolean;
	problem: Problem | null;
	/** Runs what is given; what it gives back, or null when it was refused. */
	run: <T>(what: () => Promise<T>) => Promise<T | null>;
	clear: () => void;
}

export function useChange(): Change {
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<Problem | null>(null);
	const run = useCallback(async <T>(what: () => Promise<T>): Promise<T | null> => {
		setBusy(true);
		setProblem(null);
		try {
			const answer = await what();
			forgetAnswers();
			return answer;
		} catch (error) {
			const problem = toProblem(error);
			/* One is asked to sign in, and can send it again. */
			if (!isEnd(problem)) setProblem(problem);
			return null;
		} finally {
			setBusy(false);
		}
	}, []);
	const clear = useCallback(() => setProblem(null), []);
	return { busy, problem, run, clear };
}
