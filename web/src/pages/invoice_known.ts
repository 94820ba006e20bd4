// invoice_known.ts - whether an account has invoices, or will have: for the menu.
import { accountPath } from "../api";
import { useAnswer } from "../load";
import type { Invoice, InvoiceSummary } from "../types_invoices";

/**
 * True with an issued invoice or a Flex contract in this month, null while that is not known.
 * Whoever keeps the bills may not see contracts: the draft says what they would.
 */
export function useHasInvoices(account: string, may: boolean): boolean | null {
	const issued = useAnswer<{ invoices: InvoiceSummary[] }>(
		may ? `${accountPath(account, "invoices")}?limit=1` : null,
	);
	const none = issued.value !== null && issued.value.invoices.length === 0;
	const draft = useAnswer<Invoice>(none ? accountPath(account, "invoices", "draft") : null);
	if (!may || issued.problem) return false;
	if (!issued.value) return null;
	if (!none || draft.value) return true;
	return draft.problem ? false : null;
}
