// types_compare.ts - contracts as they are put, and what simulations answer of them.

import type { Quantity } from "./types";

export interface FlexTerms {
	tier: string;
	units?: string;
	unit_price?: string;
	overage_rate?: string;
	rates?: string;
	support_percent?: string;
	topups?: { at: string; units: string }[];
}

/** As it was put: the interface gives the text back unchanged. */
export interface ContractText {
	id: string;
	model: string;
	plan: string;
	kind: string;
	start: string;
	end: string;
	modules?: Record<string, Record<string, unknown>>;
	flex?: FlexTerms;
}

/** What a simulation takes: prices are of a year of one licence. */
export interface Offer {
	contract: ContractText;
	prices?: Record<string, string>;
}

/** Of a contract by licence, at the end of a month. */
export interface SimulatedFigure {
	module: string;
	unit: string;
	owned: Quantity | null;
	used: Quantity;
	over: Quantity | null;
}

export interface SimulatedMonth {
	month: string;
	units?: string;
	overage?: string;
	bought?: string;
	/** Null in a month in which the contract does not hold. */
	amount: string | null;
	modules?: SimulatedFigure[];
}

export interface Simulation {
	account: string;
	from: string;
	to: string;
	currency: string;
	contracts: { contract: string; model: string; months: SimulatedMonth[]; total: string }[];
}
