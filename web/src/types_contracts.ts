// types_contracts.ts - contracts as they are put and answered, and what a new one would change.
import type { Quantity } from "./types";

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** As it was put: the interface gives the text back unchanged; what else it has stays. */
export interface ContractText {
	id: string;
	model?: string;
	plan?: string;
	kind?: string;
	start?: string;
	end?: string;
	modules?: Record<string, Record<string, unknown>>;
	credits?: { id: string; quota: number; start?: string; expiry?: string; kind?: string }[];
	flex?: {
		tier?: string;
		units?: Quantity;
		topups?: { at: string; units: Quantity }[];
		[name: string]: unknown;
	};
	why?: string;
	cancelled?: boolean;
}

export interface Version {
	id: string;
	version: number;
	from: string;
	recorded: string;
	by: string;
	contract: ContractText;
}

export interface Contracts {
	contracts: Version[];
}

export interface Versions {
	versions: Version[];
}

export interface FigureChange {
	module: string;
	unit: string;
	currency?: string;
	from: string;
	to?: string;
	before: Quantity | null;
	after: Quantity | null;
}

export interface ContractPreview {
	account: string;
	contracts: Version[];
	figures: FigureChange[];
	units: { contract: string; before: string | null; after: string | null }[];
}
