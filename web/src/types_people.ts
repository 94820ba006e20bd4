// types_people.ts - people, developers, assignments, and who may sign in, as they are answered.
import type { Quantity } from "./types";

export interface Person {
	email: string;
	name?: string;
	service_account: boolean;
	groups: string[];
	modules: string[];
	since: Record<string, string>;
	last_activity?: string;
}

export interface People {
	at: string;
	people: Person[];
}

export interface Developer {
	email: string;
	name?: string;
	manager_email?: string;
	role?: string;
	/** Of the list that was imported, whatever it had besides. */
	columns?: Record<string, string>;
	listed: boolean;
	since: string;
	last_activity?: string;
}

/** People who may be one: "name" under several e-mails, or "email" written differently. */
export interface Likely {
	why: string;
	emails: string[];
}

export interface Duplicates {
	likely: Likely[];
	count: number;
}

export interface Developers {
	developers: Developer[];
	duplicates?: Duplicates;
}

export interface Assignment {
	module: string;
	assign: string;
	groups?: string[];
	service_accounts?: string[];
	people: number;
	since?: string;
	by?: string;
}

export interface Assignments {
	modules: Assignment[];
}

/** So many people, and the first of them by name. */
export interface Told {
	count: number;
	people: { email: string; name?: string }[];
}

/** What an assignment would mean; licences where having the module is what is licensed. */
export interface Meaning {
	modules: {
		module: string;
		now: number;
		then: number;
		licences?: { unit: string; owned: Quantity | null; now: number; then: number };
	}[];
	gaining: Told;
	losing: Told;
}

export interface ImportOutcome {
	saved: boolean;
	rows: number;
	unchanged: number;
	granted: number;
	revoked: number;
	added: Told;
	changed: Told;
	removed?: Told;
	/** Columns that were not read; the list of developers keeps them all. */
	ignored?: string[];
	duplicates?: Duplicates;
}

/** Somebody who may sign in. */
export interface User {
	email: string;
	name: string;
	operator: boolean;
	disabled: boolean;
	created: string;
	roles: { account: string; roles: string[] }[];
	/** Where one was drawn: this once. */
	password?: string;
}

export interface Users {
	users: User[];
}
