// types.ts - what the HTTP interface answers, as far as the page reads it (docs/api.md).

/** Counts are numbers; what may have a fraction comes as decimal text. */
export type Quantity = number | string;

export interface ContractRef {
	id: string;
	version: number;
}

export interface Figure {
	module: string;
	unit: string;
	model: string | null;
	contract: ContractRef | null;
	owned: Quantity | null;
	used: Quantity;
	over: Quantity | null;
	percent: string | null;
	currency?: string;
	window: { from: string; to: string };
	/** Said by the page (pooled.ts): a Flex pool pays for it. */
	pooled?: boolean;
}

export interface Usage {
	account: string;
	at: string;
	flex?: object;
	modules: Figure[];
}

export interface Part {
	part: string;
	keys?: number;
	quantity?: Quantity;
	licences: Quantity;
	rule?: string;
	per?: number;
	least?: number;
	total_per?: number;
}

/** A licensed thing: a service, an application, a function, a person, a target. */
export interface Row {
	kind: string;
	org?: string;
	project?: string;
	environment?: string;
	service?: string;
	id: string;
	name?: string;
	class?: string;
	instances?: Quantity;
	hours?: number;
	last_activity?: string;
	deleted?: boolean;
	licences?: Quantity;
}

/** What a sum or count is made of. */
export interface Share {
	part: string;
	org?: string;
	project?: string;
	id?: string;
	sku?: string;
	quantity: Quantity;
	last_activity?: string;
}

export interface ModuleFigure extends Figure {
	rule: string;
	parts: Part[];
	rows?: Row[];
	by?: Share[];
	next?: string;
}

export interface ModuleUsage {
	account: string;
	at: string;
	flex?: object;
	modules: ModuleFigure[];
}

export interface TrendPoint {
	at: string;
	owned: Quantity | null;
	used: Quantity;
}

export interface Trend {
	account: string;
	module: string;
	unit: string;
	step: "day" | "month";
	points: TrendPoint[];
	peak: Quantity;
	over: Quantity;
}

export interface EventRef {
	type: string;
	source: string;
	id: string;
	time: string;
	value?: Quantity;
	[field: string]: unknown;
}

export interface HourValue {
	at: string;
	value: Quantity;
	events?: EventRef[];
}

export interface Why {
	percentile: number;
	hours_present: number;
	rank: number;
	value: Quantity;
	decisive: HourValue | null;
	ignored: HourValue[];
	drivers: { target: Quantity; must_fall: number; sentence: string; hours: HourValue[] } | null;
	bounds: { lowest: Quantity; highest: Quantity | null };
	coverage: {
		hours: number;
		present: number;
		missing: number;
		no_data: { from: string; to: string }[];
	};
	hours: HourValue[];
}

export interface Explained {
	row?: Row;
	by?: Share;
	why?: Why;
	hours?: HourValue[];
	activity?: EventRef[];
	activity_from?: string;
}

export interface Explanation extends ModuleFigure {
	account: string;
	at: string;
	explained?: Explained[];
	first_seen?: { part: string; days: { from: string; count: number }[] }[];
}

export interface Plan {
	module: string;
	state: string;
	plan: string | null;
	kind: string | null;
	model: string | null;
	contract: ContractRef | null;
	start?: string;
	end?: string;
	days_left?: number;
	cancelled?: boolean;
	actions: string[];
	upgrades: string[];
}

export interface Plans {
	account: string;
	at: string;
	modules: Plan[];
}

export interface CreditBlock {
	id: string;
	contract: string | null;
	kind: string;
	start: string;
	expiry: string;
	quota: Quantity;
	used: Quantity;
	available: Quantity;
	status: string;
}

export interface Credits {
	account: string;
	at: string;
	month: string;
	available: Quantity;
	used: Quantity;
	overage: Quantity;
	next_expiry: { at: string; id: string; available: Quantity } | null;
	blocks: CreditBlock[];
	by: { org?: string; project?: string; machine: string; minutes: Quantity; credits: Quantity }[];
}

export interface Account {
	id: string;
	name?: string;
	currency?: string;
	parent?: string;
	settings?: Record<string, unknown>;
	recorded: string;
}

export interface Session {
	email: string;
	name: string;
	operator: boolean;
	roles: { account: string; roles: string[]; rights: Right[] }[];
	expires: string;
	csrf: string;
}

export type Right =
	| "member"
	| "view"
	| "edit"
	| "invoices"
	| "billing"
	| "administer"
	| "ingest"
	| "operate";

export interface Catalogue {
	modules: { module: string; title: string; unit: string; text: string }[];
	roles: { role: string; rights: Right[] }[];
}

export interface ProblemBody {
	type: string;
	title: string;
	status: number;
	detail: string;
	errors?: ProblemError[];
}

export interface ProblemError {
	field?: string;
	index?: number;
	reason: string;
	code?: string;
	count?: number;
	examples?: { row?: number; line?: number; column?: string; value?: string; detail?: string }[];
}
