// compare.ts - contracts side by side: which ones the address names, and what is asked of each.
import { accountPath } from "./api";
import { wholeUp } from "./decimal";
import { label } from "./format";
import { useAnswer } from "./load";
import type { PlanPrices, Prices, Tier, Transition } from "./types_calculator";
import { TIERS } from "./types_calculator";
import type { ContractText, Offer } from "./types_compare";

/** The address has no room for more, and neither has a screen. */
export const COLUMNS_MAX = 6;

/**
 * A column of the comparison. In the address it is `N=base` and `N.field=value`: base is `now`
 * (what holds today), `contract.ID`, or `flex.TIER`; fields are name, units, unit_price,
 * overage_rate, support_percent, and of a module CD.developers, CD.price.
 */
export interface Column {
	number: number;
	base: string;
	changes: Record<string, string>;
}

/** What all columns are made of. */
export interface Known {
	contracts: ContractText[];
	prices: Prices;
	/** Whole units that would have covered the last twelve months, by tier. */
	pools: Partial<Record<Tier, string>>;
	/** Of the last twelve months the first in which anything was counted; null: none. */
	since: string | null;
}

export interface Range {
	from: string;
	to: string;
	/** Contracts hold on their own days, not over the whole range. */
	own: boolean;
}

/* ---- the address ---- */

export function columnsOf(query: URLSearchParams, known: Known): Column[] {
	const columns: Column[] = [];
	for (let number = 1; number <= COLUMNS_MAX; number++) {
		const base = query.get(String(number));
		if (base === null) continue;
		const changes: Record<string, string> = {};
		for (const [key, value] of query)
			if (key.startsWith(`${number}.`)) changes[key.slice(key.indexOf(".") + 1)] = value;
		columns.push({ number, base, changes });
	}
	return columns.length > 0 ? columns : usual(known);
}

/** Without anything in the address: what holds, beside both tiers that are sold. */
function usual(known: Known): Column[] {
	const present = presentOf(known.contracts).length > 0 ? ["now"] : [];
	return [...present, "flex.essentials", "flex.enterprise"].map((base, i) => ({
		number: i + 1,
		base,
		changes: {},
	}));
}

/** The query of these columns; what else stands in the address stays. */
export function queryOf(query: URLSearchParams, columns: Column[]): URLSearchParams {
	const next = new URLSearchParams();
	for (const [key, value] of query) if (!/^\d/.test(key)) next.append(key, value);
	columns.forEach((column, i) => {
		next.set(String(i + 1), column.base);
		for (const [field, value] of Object.entries(column.changes))
			if (value !== "") next.set(`${i + 1}.${field}`, value);
	});
	return next;
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

function monthText(at: Date): string {
	return at.toISOString().slice(0, 7);
}

/** "2026-10" and 1 is "2026-11". */
export function monthAfter(month: string, months: number): string {
	const [year = 0, index = 1] = month.split("-").map(Number);
	return monthText(new Date(Date.UTC(year, index - 1 + months, 1)));
}

/**
 * The last twelve whole months, those before anything was counted left out, unless the address
 * says otherwise.
 */
export function rangeOf(query: URLSearchParams, now: Date, since: string | null): Range {
	const last = monthAfter(monthText(now), -1);
	const given = (name: string): string | null => {
		const value = query.get(name);
		return value && MONTH.test(value) ? value : null;
	};
	const to = given("to") ?? last;
	const year = monthAfter(to, -11);
	const usual = since && since > year && since <= to ? since : year;
	return { from: given("from") ?? usual, to, own: query.get("days") === "own" };
}

export function monthsIn(range: Range): number {
	let count = 1;
	for (let at = range.from; at < range.to; at = monthAfter(at, 1)) count++;
	return count;
}

/* ---- contracts ---- */

export function presentOf(contracts: ContractText[]): ContractText[] {
	const now = Date.now();
	return contracts.filter(
		(contract) =>
			contract.kind !== "TRIAL" && Date.parse(contract.start) <= now && Date.parse(contract.end) > now,
	);
}

function basesOf(column: Column, known: Known, range: Range): ContractText[] {
	const [kind = "", ...rest] = column.base.split(".");
	const name = rest.join(".");
	if (kind === "contract") return known.contracts.filter((contract) => contract.id === name);
	if (kind === "flex") return [flexOf(name, known)];
	if (kind !== "now") return [];
	const paid = known.contracts.filter((contract) => contract.kind !== "TRIAL");
	return range.own ? paid : presentOf(known.contracts);
}

/** Flex as it is sold: a pool that would have covered the last twelve months. */
function flexOf(tier: string, known: Known): ContractText {
	const rates = known.prices.flex?.from.slice(0, 10);
	const sells = known.prices.flex?.tiers.find((row) => row.tier === tier)?.unit_price !== "0";
	const pool = sells ? known.pools[TIERS.find((name) => name === tier) ?? "free"] : undefined;
	return {
		id: `flex-${tier}`,
		model: "FLEX",
		plan: tier.toUpperCase(),
		kind: "PAID",
		start: "",
		end: "",
		flex: { tier, ...(pool ? { units: pool } : {}), ...(rates ? { rates } : {}) },
	};
}

const FLEX_FIELDS = ["units", "unit_price", "overage_rate", "support_percent"] as const;
export type FlexField = (typeof FLEX_FIELDS)[number];

function changedFlex(contract: ContractText, changes: Record<string, string>): ContractText {
	if (!contract.flex) return contract;
	const flex = { ...contract.flex };
	for (const field of FLEX_FIELDS) {
		const value = changes[field];
		if (value !== undefined) flex[field] = value;
	}
	return { ...contract, flex };
}

/* What is no number goes along as it is: the server says what is wrong with it. */
function asNumber(text: string): number | string {
	return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** The number of a module that licences are counted by. */
export const LICENCES = ["developers", "services", "instances", "users"] as const;

export function licenceField(terms: Record<string, unknown>): string | undefined {
	return LICENCES.find((field) => field in terms);
}

function changedModules(contract: ContractText, changes: Record<string, string>): ContractText {
	if (!contract.modules) return contract;
	const modules = Object.entries(contract.modules).map(([module, terms]) => {
		const field = licenceField(terms);
		const value = field ? changes[`${module}.${field}`] : undefined;
		return [module, field && value !== undefined ? { ...terms, [field]: asNumber(value) } : terms];
	});
	return { ...contract, modules: Object.fromEntries(modules) as ContractText["modules"] & object };
}

/** The same terms from the range's first day to its last: like with like. */
function heldThrough(contract: ContractText, range: Range): ContractText {
	const start = `${range.from}-01T00:00:00Z`;
	const end = `${monthAfter(range.to, 1)}-01T00:00:00Z`;
	const { id, model, plan, kind, modules, flex } = contract;
	const topups = flex?.topups
		?.filter((topup) => Date.parse(topup.at) < Date.parse(end))
		.map((topup) => (Date.parse(topup.at) < Date.parse(start) ? { ...topup, at: start } : topup));
	return {
		id,
		model,
		plan,
		kind,
		start,
		end,
		...(modules ? { modules } : {}),
		...(flex ? { flex: { ...flex, ...(topups ? { topups } : {}) } } : {}),
	};
}

function pricesOf(contract: ContractText, column: Column): Record<string, string> {
	const prices: Record<string, string> = {};
	for (const module of Object.keys(contract.modules ?? {})) {
		const given = column.changes[`${module}.price`];
		if (given !== undefined) prices[module] = given;
		else if (contract.plan === "FREE") prices[module] = "0";
	}
	return prices;
}

/** What a simulation is asked for: the contracts of a column, changed as the address says. */
export function offersOf(column: Column, known: Known, range: Range): Offer[] {
	return basesOf(column, known, range).map((base) => {
		const changed = changedModules(changedFlex(base, column.changes), column.changes);
		const isOwn = range.own && !column.base.startsWith("flex.");
		const contract = isOwn ? changed : heldThrough(changed, range);
		const prices = pricesOf(contract, column);
		return Object.keys(prices).length > 0 ? { contract, prices } : { contract };
	});
}

export function listPrice(
	plans: PlanPrices[],
	contract: ContractText,
	module: string,
): string | null {
	const terms = contract.modules?.[module];
	if (!terms || !("developers" in terms)) return null;
	return plans.find((plan) => plan.plan === contract.plan)?.prices[module] ?? null;
}

/** Modules that nobody has named a price of: they cannot be simulated before. */
export function unpriced(offers: Offer[], prices: Prices): string[] {
	const found = offers.flatMap(({ contract, prices: given }) =>
		Object.entries(contract.modules ?? {})
			.filter(([, terms]) => licenceField(terms) !== undefined)
			.map(([module]) => module)
			.filter((module) => !given?.[module] && !listPrice(prices.plans, contract, module)),
	);
	return [...new Set(found)];
}

/** What is licensed by money has no price of its own: it counts as nothing. */
export function uncounted(offers: Offer[]): string[] {
	return offers.flatMap(({ contract }) =>
		Object.entries(contract.modules ?? {})
			.filter(([, terms]) => "spend" in terms)
			.map(([module]) => module),
	);
}

export function nameOf(column: Column): string {
	const given = column.changes["name"];
	if (given) return given;
	const [kind = "", ...rest] = column.base.split(".");
	const changed = Object.keys(column.changes).some((field) => !field.endsWith("price"));
	const suffix = changed ? ", changed" : "";
	if (kind === "flex") return `Flex ${label(rest.join("."))}${suffix}`;
	if (kind === "contract") return `${rest.join(".")}${suffix}`;
	return `As it is now${suffix}`;
}

/* ---- what is known ---- */

export interface KnownState {
	known: Known | null;
	problem: ReturnType<typeof useAnswer>["problem"];
	again: () => void;
}

export function useKnown(account: string): KnownState {
	const contracts = useAnswer<{ contracts: { contract: ContractText }[] }>(
		accountPath(account, "contracts"),
	);
	const prices = useAnswer<Prices>("/v1/prices");
	const transition = accountPath(account, "flex", "transition");
	const essentials = useAnswer<Transition>(`${transition}?tier=essentials`);
	const enterprise = useAnswer<Transition>(`${transition}?tier=enterprise`);
	const answers = [contracts, prices, essentials, enterprise];
	const refused = answers.find((answer) => answer.problem && !answer.value);
	const again = (): void => answers.forEach((answer) => answer.again());
	const isThere = contracts.value && prices.value && essentials.value && enterprise.value;
	if (!isThere) return { known: null, problem: refused?.problem ?? null, again };
	const known: Known = {
		contracts: contracts.value?.contracts.map((entry) => entry.contract) ?? [],
		prices: prices.value as Prices,
		pools: {
			essentials: wholeUp(essentials.value?.pool ?? "0"),
			enterprise: wholeUp(enterprise.value?.pool ?? "0"),
		},
		since: enterprise.value?.months.find((entry) => entry.units !== "0")?.month ?? null,
	};
	return { known, problem: null, again };
}
