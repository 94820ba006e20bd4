// contract_words.ts - what stands in a contract, in words: terms, dates, what a version changed.
import { exact } from "./exact";
import { contractDay, label } from "./format";
import type { ContractText } from "./types_contracts";

const NAMES: Record<string, string> = {
	addon: "Add-on",
	ci_developers: "Counted are",
	committers: "Those who commit",
	permitted: "Those who are permitted",
	units: "Committed units",
	unit_price: "Price of a unit",
	overage_rate: "Price of a unit of overage",
	support_percent: "Support, percent",
	rates: "Rate card of",
	topups: "Top-ups",
	flex: "Flex",
	PAID: "Paid",
};

export const termName = (word: string): string => NAMES[word] ?? label(word);

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);
const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text);

/** One value: a day, a number in the reader's format, or a word. */
export function valueWords(value: unknown): string {
	if (value === true) return "yes";
	if (value === false) return "no";
	const text = String(value);
	if (isTime(text)) return contractDay(text);
	if (isNumber(text)) return exact(text);
	return /^[A-Z_]+$/.test(text) ? termName(text) : text;
}

/** "60 developers, 20 add-on" */
export function moduleWords(terms: Record<string, unknown>): string {
	return Object.entries(terms)
		.map(([name, value]) =>
			isNumber(String(value))
				? `${exact(String(value))} ${termName(name).toLowerCase()}`
				: `${termName(name).toLowerCase()} ${valueWords(value).toLowerCase()}`,
		)
		.join(", ");
}

export function termDates(contract: ContractText): string {
	const from = contract.start ? contractDay(contract.start) : "";
	return contract.end ? `${from} – ${contractDay(contract.end)}` : `from ${from}`;
}

/* ---- what a version changed ---- */

/** What of a contract is not part of what was agreed. */
const BESIDE = new Set(["id", "from", "why"]);

/** Top-ups are told apart by their day, blocks of credits by their name. */
function itemName(list: string, item: unknown, index: number): string {
	const has = (item ?? {}) as { id?: unknown; at?: unknown };
	if (has.id !== undefined) return `${termName(list)} ${String(has.id)}`;
	if (has.at !== undefined) return `Top-up of ${valueWords(has.at)}`;
	return `${termName(list)} ${index + 1}`;
}

/** What an item of a list is about goes by its name alone; what names it is not said again. */
const MAIN = new Set(["quota", "units"]);
const NAMING = new Set(["id", "at"]);

function put(into: Map<string, string>, name: string, value: unknown): void {
	/* Two of one name are one line with both. */
	const before = into.get(name);
	into.set(name, before === undefined ? valueWords(value) : `${before} and ${valueWords(value)}`);
}

function flattenItem(into: Map<string, string>, name: string, item: unknown): void {
	if (item === null || typeof item !== "object") {
		put(into, name, item);
		return;
	}
	for (const [key, value] of Object.entries(item))
		if (MAIN.has(key)) put(into, name, value);
		else if (!NAMING.has(key)) flatten(into, `${name}, ${termName(key).toLowerCase()}`, key, value);
}

/** Every value by the words for where it stands: "CD, developers" is "60". */
function flatten(into: Map<string, string>, name: string, key: string, value: unknown): void {
	if (Array.isArray(value))
		value.forEach((item, i) => flattenItem(into, itemName(key, item, i), item));
	else if (value !== null && typeof value === "object")
		for (const [inner, one] of Object.entries(value)) {
			const own = key === "modules" ? inner : termName(inner);
			const isPlain = key === "modules" || key === "flex" || name === "";
			flatten(into, isPlain ? own : `${name}, ${own.toLowerCase()}`, inner, one);
		}
	else put(into, name, value);
}

function termsOf(contract: ContractText): Map<string, string> {
	const terms = new Map<string, string>();
	for (const [name, value] of Object.entries(contract))
		if (!BESIDE.has(name)) flatten(terms, termName(name), name, value);
	return terms;
}

export interface TermChange {
	name: string;
	before: string | null;
	after: string | null;
}

/** What the later one says differently, in the order of the later one; then what it left out. */
export function contractChanges(before: ContractText, after: ContractText): TermChange[] {
	const were = termsOf(before);
	const are = termsOf(after);
	const changes: TermChange[] = [];
	for (const [name, value] of are)
		if (were.get(name) !== value)
			changes.push({ name, before: were.get(name) ?? null, after: value });
	for (const [name, value] of were)
		if (!are.has(name)) changes.push({ name, before: value, after: null });
	return changes;
}
