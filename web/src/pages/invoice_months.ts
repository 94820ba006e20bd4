// invoice_months.ts - calendar months of invoices: which of them none was issued for.
import type { InvoiceSummary } from "../types_invoices";

/** So many months are looked at for drafts: more wait only where nobody ever closes. */
const DRAFTS_MAX = 4;

const monthText = (year: number, month: number): string =>
	new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 7);

/**
 * The running month, and those before it since the newest that was invoiced, newest first.
 * items begin with the newest invoice.
 */
export function unbilledMonths(items: InvoiceSummary[], now: Date): string[] {
	const billed = items.find((invoice) => invoice.kind === "month")?.month ?? "";
	const months: string[] = [];
	for (let back = 0; back < DRAFTS_MAX; back++) {
		const month = monthText(now.getUTCFullYear(), now.getUTCMonth() - back);
		if (month <= billed) break;
		months.push(month);
	}
	return months;
}

/** So many months that have ended, the newest first. */
export function monthsBefore(now: Date, count: number): string[] {
	return Array.from({ length: count }, (_, i) =>
		monthText(now.getUTCFullYear(), now.getUTCMonth() - 1 - i),
	);
}
