// types_calculator.ts - what the calculator asks: prices, estimates, a month's quantities.

export const TIERS = ["free", "essentials", "enterprise"] as const;
export type Tier = (typeof TIERS)[number];

export interface RateSlice {
	up_to?: string;
	units: string;
	per: number;
}

/** One row of the rate card. */
export interface Metric {
	module: string;
	metric: string;
	name: string;
	unit: string;
	hint: string;
	tiers: Tier[];
	unlimited: boolean;
	allowance: string;
	rates: RateSlice[];
}

export interface TierPrice {
	tier: Tier;
	free: string;
	unit_price: string;
	overage_price: string;
}

export interface PlanPrices {
	plan: string;
	title: string;
	currency: string;
	prices: Record<string, string>;
}

export interface Category {
	title: string;
	modules: { module: string; title: string }[];
}

export interface Prices {
	categories: Category[];
	flex: { from: string; currency: string; tiers: TierPrice[]; metrics: Metric[] } | null;
	plans: PlanPrices[];
}

export interface EstimateLine {
	module: string;
	metric: string;
	name: string;
	unit: string;
	quantity: string;
	allowance: string;
	billable: string;
	units: string;
	amount: string;
}

export interface Estimate {
	tier: Tier;
	lines: EstimateLine[];
	units: string;
	free: string;
	beyond: string;
	unit_price: string;
	amount: string;
	currency: string;
}

/** The last twelve months as they would have been under Flex. */
export interface Transition {
	account: string;
	tier: Tier;
	from: string;
	to: string;
	units: string;
	pool: string;
	months: { month: string; units: string; lines: { metric: string; quantity: string }[] }[];
}
