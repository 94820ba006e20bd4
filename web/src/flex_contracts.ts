// flex_contracts.ts - which Flex contract is looked at, and which of its months there are.
import { accountPath, queryText } from "./api";
import { useAnswer, type Loaded } from "./load";
import type { Place } from "./place";
import type { FlexContract, FlexVersion } from "./types_flex";

/** The account's contracts, newest version each; null while they are not there. */
export function useFlexContracts(account: string | null): Loaded<FlexContract[]> {
	const { value, problem, again } = useAnswer<{ contracts: FlexVersion[] }>(
		account === null ? null : accountPath(account, "contracts"),
	);
	const found = value?.contracts
		.map((version) => version.contract)
		.filter((contract) => contract.model === "FLEX")
		.sort((a, b) => (b.start ?? "").localeCompare(a.start ?? ""));
	return { value: found ?? null, problem, again };
}

/** What a question about the chosen contract is asked with. */
export interface Chosen {
	contract: FlexContract;
	/** Of the address alone: null asks for what holds. */
	id: string | null;
	/** "2026-10": the month of `at`, or the contract's last when it is over. */
	month: string;
	/** Past its end at the moment that is asked about. */
	ended: boolean;
	begun: boolean;
	at: string | null;
	known: string | null;
	/** Of all its questions. */
	query: Record<string, string | null>;
}

export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** The moment of the address; a day means all of it. */
function momentOf(at: string | null): number {
	if (!at) return Date.now();
	const moment = Date.parse(at.length === 10 ? `${at}T23:00:00Z` : at);
	return Number.isNaN(moment) ? Date.now() : moment;
}

export function chosenOf(place: Place, contracts: FlexContract[]): Chosen | null {
	const id = place.query.get("id");
	const at = place.query.get("at");
	const known = place.query.get("known_at");
	const moment = momentOf(at);
	const start = (contract: FlexContract): number => Date.parse(contract.start ?? "");
	const contract = id
		? contracts.find((entry) => entry.id === id)
		: (contracts.find((entry) => start(entry) <= moment) ?? contracts[0]);
	if (!contract) return null;
	const end = contract.end ? Date.parse(contract.end) : Infinity;
	const ended = end <= moment;
	return {
		contract,
		id,
		month: monthOf(ended ? end - 1 : moment),
		ended,
		begun: start(contract) <= moment,
		at,
		known,
		query: { at, known_at: known, id: id ?? (ended ? contract.id : null) },
	};
}

export function monthAfter(month: string, months: number): string {
	const first = new Date(`${month}-01T00:00:00Z`);
	first.setUTCMonth(first.getUTCMonth() + months);
	return monthOf(first.getTime());
}

/** All months of the contract up to the moment, newest first. */
export function monthsOf(chosen: Chosen): string[] {
	const months: string[] = [];
	const first = monthOf(Date.parse(chosen.contract.start ?? ""));
	for (let month = chosen.month; month >= first; month = monthAfter(month, -1)) months.push(month);
	return months;
}

export const flexPath = (
	account: string,
	chosen: Chosen,
	pieces: string[] = [],
	query: Record<string, string | null> = {},
): string => accountPath(account, "flex", ...pieces) + queryText({ ...chosen.query, ...query });
