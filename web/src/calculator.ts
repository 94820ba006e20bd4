// calculator.ts - what is asked of an estimate: quantities from the address, tiers side by side.
import { useEffect, useState } from "preact/hooks";
import { ask, type Problem, toProblem } from "./api";
import { isLess } from "./decimal";
import { exact } from "./exact";
import type { Estimate, Metric, Prices, Tier } from "./types_calculator";
import { TIERS } from "./types_calculator";

export type Quantities = Record<string, string>;

/** Metrics have a point in their name, and nothing else in the address has. */
export function quantitiesOf(query: URLSearchParams): Quantities {
	const found: Quantities = {};
	for (const [key, value] of query) if (key.includes(".")) found[key] = value;
	return found;
}

export function tierOf(query: URLSearchParams): Tier {
	return TIERS.find((tier) => tier === query.get("tier")) ?? "enterprise";
}

export function metricOf(prices: Prices, tier: Tier, metric: string): Metric | undefined {
	return prices.flex?.metrics.find((row) => row.metric === metric && row.tiers.includes(tier));
}

/** What is asked of a tier: all but what other tiers alone charge for. */
function quantitiesFor(prices: Prices, tier: Tier, quantities: Quantities): Quantities {
	return Object.fromEntries(
		Object.entries(quantities).filter(
			([metric]) =>
				metricOf(prices, tier, metric) ||
				!prices.flex?.metrics.some((row) => row.metric === metric),
		),
	);
}

/** Does the tier count the module by other, where tiers of metric count it by that? */
export function isInstead(prices: Prices, other: Metric, metric: Metric, tier: Tier): boolean {
	return (
		other.module === metric.module &&
		other.tiers.includes(tier) &&
		!metric.tiers.some((own) => metricOf(prices, own, other.metric))
	);
}

/**
 * What a tier would leave out: entered, not charged for there, and nothing is entered of the
 * same module that this tier counts in its stead.
 */
export function leftOut(prices: Prices, tier: Tier, quantities: Quantities): Metric[] {
	const metrics = prices.flex?.metrics ?? [];
	const entered = (metric: Metric): boolean => Number(quantities[metric.metric] ?? 0) > 0;
	return metrics.filter((metric) => {
		if (!entered(metric) || metricOf(prices, tier, metric.metric)) return false;
		return !metrics.some((other) => isInstead(prices, other, metric, tier) && entered(other));
	});
}

/** "minutes", "repositories", "GB". */
export function units(unit: string, quantity = "2"): string {
	if (quantity === "1" || unit.toUpperCase() === unit) return unit;
	return unit.endsWith("y") ? `${unit.slice(0, -1)}ies` : `${unit}s`;
}

/** "0.05 units per minute, the first 250 minutes are free" */
export function rateWords(metric: Metric): string {
	if (metric.unlimited) return "Unlimited: costs nothing in this tier";
	const words = metric.rates.map((slice, i) => {
		const many = slice.per !== 1;
		const each = many ? `${exact(String(slice.per))} ${units(metric.unit)}` : metric.unit;
		const end = slice.up_to ? ` up to ${exact(slice.up_to)}` : i > 0 ? " beyond" : "";
		return `${exact(slice.units)} ${slice.units === "1" ? "unit" : "units"} per ${each}${end}`;
	});
	if (metric.allowance !== "0")
		words.push(
			metric.allowance === "1"
				? `the first ${metric.unit} is free`
				: `the first ${exact(metric.allowance)} ${units(metric.unit)} are free`,
		);
	return words.join(", ");
}

/** Enough to feel at once, and few enough for what is typed letter by letter. */
const REST_MS = 180;

export interface Asked {
	/** Of the quantities as they stand now, or the last answer while a newer one is awaited. */
	estimate: Estimate | null;
	problem: Problem | null;
}

export interface Estimates {
	by: Partial<Record<Tier, Asked>>;
	busy: boolean;
}

async function estimateOf(
	tier: Tier,
	quantities: Quantities,
	price: string | null,
	signal: AbortSignal,
): Promise<Asked> {
	try {
		const body = { tier, quantities, ...(price === null ? {} : { unit_price: price }) };
		const estimate = await ask<Estimate>("/v1/estimate", { method: "POST", body, signal });
		return { estimate, problem: null };
	} catch (error) {
		if (signal.aborted) throw error;
		return { estimate: null, problem: toProblem(error) };
	}
}

/** What is asked: price is of the chosen tier, null where the list's holds. */
export interface Plan {
	tier: Tier;
	price: string | null;
	quantities: Quantities;
}

export function planOf(query: URLSearchParams): Plan {
	const tier = tierOf(query);
	return { tier, price: query.get("price"), quantities: quantitiesOf(query) };
}

/** Every tier's estimate; an answer to what does not stand there any more is dropped. */
export function useEstimates(prices: Prices, plan: Plan): Estimates {
	const [by, setBy] = useState<Estimates["by"]>({});
	const [busy, setBusy] = useState(true);
	const text = JSON.stringify(plan);
	useEffect(() => {
		const leaving = new AbortController();
		const asked = JSON.parse(text) as Plan;
		setBusy(true);
		const timer = window.setTimeout(() => {
			const all = TIERS.map(async (tier) => {
				const quantities = quantitiesFor(prices, tier, asked.quantities);
				const price = tier === asked.tier ? asked.price : null;
				const answer = await estimateOf(tier, quantities, price, leaving.signal);
				return [tier, answer] as const;
			});
			Promise.all(all).then(
				(answers) => {
					if (leaving.signal.aborted) return;
					setBy(Object.fromEntries(answers));
					setBusy(false);
				},
				() => undefined,
			);
		}, REST_MS);
		return () => {
			window.clearTimeout(timer);
			leaving.abort();
		};
	}, [prices, text]);
	return { by, busy };
}

/** The tier that costs least of those that can be compared; null with fewer than two. */
export function cheapestOf(
	prices: Prices,
	quantities: Quantities,
	by: Estimates["by"],
): Tier | null {
	const able = TIERS.filter((tier) => {
		const estimate = by[tier]?.estimate;
		if (!estimate || leftOut(prices, tier, quantities).length > 0) return false;
		/* Where no unit can be bought, what is beyond the free ones is not to be had. */
		return estimate.unit_price !== "0" || estimate.beyond === "0";
	});
	if (able.length < 2) return null;
	return able.reduce((best, tier) =>
		isLess(by[tier]?.estimate?.amount ?? "0", by[best]?.estimate?.amount ?? "0") ? tier : best,
	);
}

/** The next quantity of a stepper: a tenth of its size, or what one step of the rate has. */
export function stepped(text: string, direction: 1 | -1, metric: Metric): string {
	const now = Math.max(0, Math.round(Number(text) || 0));
	const size = direction < 0 ? Math.max(0, now - 1) : now;
	const tenth = size >= 100 ? 10 ** (Math.floor(Math.log10(size)) - 1) : 1;
	const step = Math.max(tenth, metric.rates[0]?.per ?? 1);
	return String(Math.max(0, now + direction * step));
}
