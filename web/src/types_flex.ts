// types_flex.ts - what the HTTP interface answers about Flex (docs/api.md).

export interface FlexLine {
	module: string;
	metric: string;
	name: string;
	unit: string;
	quantity: string;
	allowance: string;
	billable: string;
	/** Units of a quantity: "180", "1 per 4000", "unlimited", "graduated". */
	rate: string;
	units: string;
}

/** A part of a month's units; which members there are depends on `by`. */
export interface FlexShare {
	day?: string;
	org?: string;
	project?: string;
	id?: string;
	item?: string;
	module?: string;
	metric?: string;
	unit?: string;
	quantity?: string;
	units: string;
}

/** A month of the pool that a Flex contract buys. */
export interface FlexMonth {
	account: string;
	contract: string;
	version: number;
	tier: string;
	month: string;
	at: string;
	from: string;
	to: string;
	/** Hours of the month, where the contract holds for a part of it. */
	fraction?: string;
	lines: FlexLine[];
	units: string;
	pool: {
		opening: string;
		topups: string;
		free: string;
		free_used: string;
		drawn: string;
		overage: string;
		closing: string;
	};
	overage: { units: string; rate: string; amount: string; currency: string };
	alerts: { threshold: number; crossed: boolean }[];
	/** Of the limit that the contract's alerts look at, and what counts against it. */
	percent: string;
	limit: string;
	used: string;
	by?: FlexShare[];
}

interface Paces {
	low: string;
	expected: string;
	high: string;
}

export interface FlexAhead extends Paces {
	day: string;
}

export interface FlexForecast {
	month: string;
	at: string;
	days_recorded: number;
	units: string;
	a_day: Paces;
	at_end: Paces;
	left: string;
	days: FlexAhead[];
	empty: { earliest: string | null; expected: string | null; latest: string | null } | null;
}

/** How things stood at the end of a day. */
export interface FlexDay {
	day: string;
	units: string;
	month_to_date: string;
	overage: string;
	left: string;
	used: string;
	limit: string;
	/** The highest threshold that was crossed; 0 for none. */
	crossed: number;
}

export interface FlexTrendMonth {
	month: string;
	units: string;
	opening: string;
	topups: string;
	free_used: string;
	drawn: string;
	overage: string;
	closing: string;
	amount: string;
}

export interface FlexTrend<T> {
	contract: string;
	currency: string;
	points: T[];
}

/** A contract as it was put: numbers may be numbers or texts. */
export interface FlexContract {
	id: string;
	model?: string;
	start?: string;
	end?: string;
	why?: string;
	flex?: {
		tier?: string;
		units?: string | number;
		topups?: { at: string; units: string | number }[];
	};
}

export interface FlexVersion {
	id: string;
	version: number;
	recorded: string;
	by: string;
	contract: FlexContract;
}
