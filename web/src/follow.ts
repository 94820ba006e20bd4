// follow.ts - what is dear to compute is asked for again after what is cheap has moved.
import { useEffect, useRef } from "preact/hooks";

/** Long enough that a stream of events costs little, short enough to be watched. */
const FOLLOW_MS = 3000;

/**
 * Calls the followers some time after mark has changed; once for all changes meanwhile. A
 * change of scope is another question, which is asked by itself.
 */
export function useFollowed(scope: string, mark: string | null, followers: (() => void)[]): void {
	const seen = useRef<{ scope: string; mark: string } | null>(null);
	const timer = useRef(0);
	const latest = useRef(followers);
	latest.current = followers;
	useEffect(() => {
		if (mark === null) return;
		const before = seen.current;
		seen.current = { scope, mark };
		if (!before || before.scope !== scope || before.mark === mark || timer.current !== 0) return;
		timer.current = window.setTimeout(() => {
			timer.current = 0;
			latest.current.forEach((again) => again());
		}, FOLLOW_MS);
	}, [scope, mark]);
	useEffect(() => () => window.clearTimeout(timer.current), []);
}
