// started.ts - answers that are on their way before the page's script is there.

declare global {
	interface Window {
		/** By path; of early.ts, and taken by api.ts. */
		tallyStarted?: Map<string, Promise<Response>>;
	}
}

/** What nobody took by then is of a page that asks otherwise, and too old soon. */
const KEPT_MS = 3000;

/** Read to its end: one that nobody takes must not hold a connection. */
async function wholeOf(path: string): Promise<Response> {
	const headers = { Accept: "application/json" };
	const answer = await fetch(path, { headers, cache: "no-store" });
	return new Response(await answer.blob(), answer);
}

export function start(paths: string[]): void {
	const started = new Map<string, Promise<Response>>();
	for (const path of paths) {
		const answer = wholeOf(path);
		answer.catch(() => undefined);
		started.set(path, answer);
	}
	window.tallyStarted = started;
	window.setTimeout(dropStarted, KEPT_MS);
}

/** Each is given once. */
export function takeStarted(path: string): Promise<Response> | undefined {
	const answer = window.tallyStarted?.get(path);
	window.tallyStarted?.delete(path);
	return answer;
}

/** They are of whoever was signed in when they were asked for. */
export function dropStarted(): void {
	window.tallyStarted?.clear();
}
