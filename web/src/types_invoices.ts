// types_invoices.ts - invoices and closings, as the HTTP interface answers them.

export interface InvoiceSummary {
	number: number;
	account: string;
	contract: string;
	kind: "month" | "advance";
	month?: string;
	issued: string;
	total: string;
	currency: string;
}

export interface InvoiceUsage {
	module: string;
	metric: string;
	name: string;
	quantity: string;
	unit: string;
	allowance: string;
	rate: string;
	units: string;
}

export interface InvoiceLine {
	kind: "commitment" | "topup" | "support" | "overage" | "adjustment";
	text: string;
	month?: string;
	at?: string;
	units?: string;
	price?: string;
	/** Of support: of what is bought. */
	percent?: string;
	/** Of an adjustment: by how much what was used differs, and why. */
	quantity?: string;
	cause?: string;
	metric?: string;
	name?: string;
	amount: string;
}

export interface InvoicePool {
	opening: string;
	topups: string;
	free: string;
	free_used: string;
	drawn: string;
	overage: string;
	closing: string;
}

export interface Invoice {
	number: number | null;
	kind: "month" | "advance";
	state: "open" | "closing" | "invoiced";
	issued: string | null;
	seller?: string;
	account: string;
	account_name: string;
	billing: {
		legal_name?: string;
		address?: string;
		tax_id?: string;
		purchase_order?: string;
		payment_reference?: string;
	};
	contract: string;
	tier: string;
	month?: string;
	from: string;
	to: string;
	/** Of a month that the contract holds for a part only: hours of hours. */
	fraction?: string;
	usage?: InvoiceUsage[];
	units?: string;
	pool?: InvoicePool;
	lines: InvoiceLine[];
	total: string;
	currency: string;
}

export interface Closing {
	month: string;
	contracts: number;
	issued: number;
	already: number;
	totals: Record<string, string>;
	invoices: InvoiceSummary[];
	odd: { account: string; contract: string; what: string }[];
}
