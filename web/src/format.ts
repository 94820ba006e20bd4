// format.ts - numbers and moments in the reader's own formats.
import type { Quantity } from "./types";

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(undefined, {
	notation: "compact",
	maximumSignificantDigits: 3,
});
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dayShort = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const momentFormat = new Intl.DateTimeFormat(undefined, {
	dateStyle: "medium",
	timeStyle: "short",
});
const monthFormat = new Intl.DateTimeFormat(undefined, {
	month: "long",
	year: "numeric",
	timeZone: "UTC",
});

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A number to compare and to draw with; what is shown is made from the text. */
export function toNumber(quantity: Quantity | null | undefined): number {
	return quantity === null || quantity === undefined ? 0 : Number(quantity);
}

/** Texts are rounded as they are: a number has fewer digits than units and money can have. */
const asText = (quantity: Quantity): Intl.StringNumericLiteral =>
	String(quantity) as Intl.StringNumericLiteral;

/** A hyphen is no minus: it is too short, and lines break at it. */
export const withMinus = (formatted: string): string => formatted.replace("-", "\u2212");

/** Whole, or with two places: never "7,457.1" beside "7,457.10". */
export function count(quantity: Quantity | null | undefined): string {
	if (quantity === null || quantity === undefined) return "–";
	return withMinus(wholeOrFixed.format(asText(quantity)));
}

const twoPlaces = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const fixed = new Intl.NumberFormat(undefined, twoPlaces);
const wholeOrFixed = new Intl.NumberFormat(undefined, {
	...twoPlaces,
	trailingZeroDisplay: "stripIfInteger",
});

/** With two places always, so that the points of a column stand below each other. */
export const countFixed = (quantity: Quantity): string =>
	withMinus(fixed.format(asText(quantity)));

/** What stands at an axis: all of it short, or none. */
export function axisTexts(values: number[]): string[] {
	const highest = Math.max(0, ...values.map(Math.abs));
	const format = highest < 10_000 ? whole : short;
	return values.map((value) => withMinus(format.format(value)));
}

/** With a currency as money, rounded to what is looked at; else as a count: "USD 200,000". */
export function amount(quantity: Quantity | null | undefined, currency?: string): string {
	if (!currency || quantity === null || quantity === undefined) return count(quantity);
	try {
		return withMinus(
			new Intl.NumberFormat(undefined, {
				style: "currency",
				currency,
				currencyDisplay: "code",
				...twoPlaces,
				trailingZeroDisplay: "stripIfInteger",
			}).format(asText(quantity)),
		);
	} catch {
		return `${count(quantity)} ${currency}`;
	}
}

/** The interface's percent is a number of hundredths: "107.53". */
export function percent(text: string | null): string {
	return text === null
		? "–"
		: new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 }).format(
				Number(text) / 100,
			);
}

export const day = (at: string): string => dayFormat.format(new Date(at));
export const dayBrief = (at: string): string => dayShort.format(new Date(at));
export const moment = (at: string): string => momentFormat.format(new Date(at));
export const month = (at: string): string => monthFormat.format(new Date(at));

/** A day of a contract begins and ends at midnight UTC: shown as that day, everywhere. */
export function contractDay(at: string): string {
	return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }).format(
		new Date(at),
	);
}

/** "2026-11-22 14:00 UTC", for whoever compares with a log. */
export function utc(at: string): string {
	return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** "2026-11-22", the day in UTC. */
export function utcDay(at: Date): string {
	return at.toISOString().slice(0, 10);
}

/** What a unit is called of so many. */
const UNITS: Record<string, [string, string]> = {
	developer: ["developer", "developers"],
	service: ["service", "services"],
	execution: ["execution", "executions"],
	scan: ["scan", "scans"],
	mau: ["monthly active user", "monthly active users"],
	spend: ["of cloud spend", "of cloud spend"],
	user: ["user", "users"],
	instance: ["instance", "instances"],
};

export function unitName(unit: string, quantity: Quantity | null = 2): string {
	const names = UNITS[unit];
	if (!names) return unit.replaceAll("_", " ");
	return Number(quantity) === 1 ? names[0] : names[1];
}

/** Words of the interface as labels: "service_account" is "Service account". */
const LABELS: Record<string, string> = {
	gitops: "GitOps",
	mau: "Monthly active users",
	sku: "SKU",
	id: "ID",
	org: "Organization",
	DEVELOPER_360: "By developer",
	SERVICES: "By service",
	SERVICE_INSTANCES: "By service instance",
	LEGACY_USER: "By user (retired)",
	PAID: "Paid",
};

export function label(word: string): string {
	const known = LABELS[word];
	if (known) return known;
	const text = word.replaceAll("_", " ").toLowerCase();
	return text.charAt(0).toUpperCase() + text.slice(1);
}

export function daysText(days: number): string {
	if (days === 0) return "today";
	return days === 1 ? "in 1 day" : `in ${count(days)} days`;
}
