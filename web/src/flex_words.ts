// flex_words.ts - a forecast in words.
import { contractDay, count } from "./format";
import type { FlexForecast, FlexMonth } from "./types_flex";

/** A forecast is no more exact than that. */
export const rough = (units: string): string => count(Math.round(Number(units)));

/** "1 repository", "15 repositories", "103 GB". */
export function unitsOf(unit: string, quantity: string): string {
	if (Number(quantity) === 1 || unit === unit.toUpperCase()) return unit;
	return unit.endsWith("y") ? `${unit.slice(0, -1)}ies` : `${unit}s`;
}

/** "1 per 4,000": the numbers of a rate in the reader's format. */
export const rateText = (rate: string): string =>
	rate.replace(/\d+(\.\d+)?/g, (number) => new Intl.NumberFormat(undefined, {
		maximumFractionDigits: 6,
	}).format(Number(number)));

const sharePercent = new Intl.NumberFormat(undefined, {
	style: "percent",
	minimumFractionDigits: 1,
	maximumFractionDigits: 1,
});

/** Of a whole; a ratio is looked at, not added up. */
export const shareText = (units: string, whole: string): string =>
	Number(whole) > 0 ? sharePercent.format(Number(units) / Number(whole)) : "–";

type Days = NonNullable<FlexForecast["empty"]>;

/** "(between Nov 29, 2026 and Dec 17, 2026)" */
export function rangeWords(days: Days): string {
	const { earliest, latest } = days;
	if (earliest && latest)
		return ` (between ${contractDay(earliest)} and ${contractDay(latest)})`;
	return earliest ? ` (${contractDay(earliest)} at the earliest)` : "";
}

export function forecastWords(forecast: FlexForecast, month: FlexMonth): string {
	const pace = `at ${rough(forecast.a_day.expected)} units a day`;
	if (!forecast.empty) {
		const billed = Number(month.overage.rate) > 0 ? ", and is billed as overage" : "";
		return Number(month.overage.units) > 0
			? `Nothing is left: use goes on ${pace}${billed}.`
			: `Use goes on ${pace}.`;
	}
	const { expected, earliest } = forecast.empty;
	if (expected)
		return `Likely empty on ${contractDay(expected)}${rangeWords(forecast.empty)}, ${pace}.`;
	const lasts = `It lasts until the contract ends, ${pace}`;
	return earliest
		? `${lasts}; at the pace of the fastest week it is empty on ${contractDay(earliest)}.`
		: `${lasts}.`;
}

/** What it is built on, for whoever doubts it. */
export function basisWords(forecast: FlexForecast): string {
	const { low, expected, high } = forecast.a_day;
	return (
		`Built on ${count(forecast.days_recorded)} recorded days of the last 30: a day adds ` +
		`${rough(expected)} units on average, ${rough(low)} in the slowest week, ${rough(high)} in ` +
		"the fastest. A month begins as the last one began, with its members and its storage."
	);
}

/** What the month will come to. */
export function monthEndWords(forecast: FlexForecast): string {
	const { low, expected, high } = forecast.at_end;
	return `${rough(expected)} units (${rough(low)} to ${rough(high)})`;
}
