// sign_in_link.ts - a link that signs in once: its token stands behind the # of the address.

const MARK = "#sign-in=";

export function isLink(where: Location): boolean {
	return where.hash.startsWith(MARK);
}

/**
 * The token in the address, which has it no more afterwards: neither a reload, nor the
 * history, nor a copied address must show it. Empty: there is none.
 */
export function takeLink(): string {
	const { hash, pathname, search } = window.location;
	if (!isLink(window.location)) return "";
	window.history.replaceState(null, "", pathname + search);
	return hash.slice(MARK.length);
}

/** One that is opened where the page stands already: the browser loads nothing then. */
export function onLink(use: (link: string) => void): () => void {
	const look = (): void => {
		const link = takeLink();
		if (link) use(link);
	};
	window.addEventListener("hashchange", look);
	return () => window.removeEventListener("hashchange", look);
}
