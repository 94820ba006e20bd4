// session.ts - who is signed in, and what they may do where.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { ask, setCsrf } from "./api";
import { forgetAnswers } from "./load";
import type { Catalogue, Right, Session } from "./types";

/** What every part of the page may need to know of its reader. */
export interface Reader {
	session: Session;
	catalogue: Catalogue;
	signOut: () => void;
}

export const ReaderContext = createContext<Reader | null>(null);

export function useReader(): Reader {
	const reader = useContext(ReaderContext);
	if (!reader) throw new Error("nobody is signed in here");
	return reader;
}

export function hasRight(session: Session, account: string, right: Right): boolean {
	if (session.operator) return true;
	const role = session.roles.find((entry) => entry.account === account);
	return role?.rights.includes(right) ?? false;
}

export function moduleTitle(catalogue: Catalogue, module: string): string {
	return catalogue.modules.find((entry) => entry.module === module)?.title ?? module;
}

const askCatalogue = (): Promise<Catalogue> => ask<Catalogue>("/v1/catalogue");

async function readerOf(session: Session): Promise<Omit<Reader, "signOut">> {
	setCsrf(session.csrf);
	return { session, catalogue: await askCatalogue() };
}

/** Both at once: who is signed in is found so mostly, and who is not is told by the first. */
export async function resume(): Promise<Omit<Reader, "signOut">> {
	const catalogue = askCatalogue();
	catalogue.catch(() => undefined);
	const session = await ask<Session>("/v1/session");
	setCsrf(session.csrf);
	return { session, catalogue: await catalogue };
}

export async function signIn(email: string, password: string): Promise<Omit<Reader, "signOut">> {
	forgetAnswers();
	const body = { email, password };
	return readerOf(await ask<Session>("/v1/session", { method: "POST", body }));
}

/** By a link that is good once. */
export async function signInBy(link: string): Promise<Omit<Reader, "signOut">> {
	forgetAnswers();
	return readerOf(await ask<Session>("/v1/session", { method: "POST", body: { link } }));
}

export async function signOut(): Promise<void> {
	forgetAnswers();
	await ask("/v1/session", { method: "DELETE" });
	setCsrf("");
}
