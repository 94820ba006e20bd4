// place.ts - where the reader is: every state of the page is an address.
import { useEffect, useState } from "preact/hooks";

export interface Place {
	/** The path's pieces, unescaped: ["accounts", "acme", "modules", "CD"]. */
	pieces: string[];
	query: URLSearchParams;
	href: string;
}

const MOVED = "tally:moved";

function decode(piece: string): string {
	try {
		return decodeURIComponent(piece);
	} catch {
		return piece;
	}
}

function placeNow(): Place {
	const { pathname, search } = window.location;
	return {
		pieces: pathname.split("/").filter(Boolean).map(decode),
		query: new URLSearchParams(search),
		href: pathname + search,
	};
}

/** Go somewhere in the page. Replacing is for what is typed letter by letter. */
export function go(href: string, options: { replace?: boolean } = {}): void {
	if (options.replace) window.history.replaceState(null, "", href);
	else window.history.pushState(null, "", href);
	window.dispatchEvent(new Event(MOVED));
}

export function usePlace(): Place {
	const [place, setPlace] = useState(placeNow);
	useEffect(() => {
		const follow = (): void => setPlace(placeNow());
		window.addEventListener("popstate", follow);
		window.addEventListener(MOVED, follow);
		return () => {
			window.removeEventListener("popstate", follow);
			window.removeEventListener(MOVED, follow);
		};
	}, []);
	return place;
}

export type QueryChange = Record<string, string | number | null>;

/** The same path with some of its query changed; null takes away. */
export function hrefWith(place: Place, change: QueryChange): string {
	const query = new URLSearchParams(place.query);
	for (const [key, value] of Object.entries(change))
		if (value === null || value === "") query.delete(key);
		else query.set(key, String(value));
	const text = query.toString();
	return place.href.split("?")[0] + (text ? `?${text}` : "");
}

/** A path in an account, keeping the moment that is asked about. */
export function accountHref(
	place: Place,
	account: string,
	pieces: string[] = [],
	query: QueryChange = {},
): string {
	const kept = new URLSearchParams();
	for (const key of ["at", "known_at"]) {
		const value = place.query.get(key);
		if (value) kept.set(key, value);
	}
	for (const [key, value] of Object.entries(query))
		if (value !== null && value !== "") kept.set(key, String(value));
	const path = ["accounts", account, ...pieces].map(encodeURIComponent).join("/");
	const text = kept.toString();
	return `/${path}${text ? `?${text}` : ""}`;
}
