// invoice_known.ts - whether an account has invoices, or will have: for the menu.
import { accountPath } from "../api";
import { useAnswer } from "../load";
import type { Invoice, InvoiceSummary } from "../types_invoices";

/**
 * True with an issued invoice or a Flex contract, null while that is not known. Whoever keeps
 * the bills alone sees no contracts (hasFlex undefined): the draft of this month says whether
 * there is one.
 */
export function useHasInvoices(
	account: string,
	may: boolean,
	hasFlex: boolean | null | undefined,
): boolean | null {
	const issued = useAnswer<{ invoices: InvoiceSummary[] }>(
		may ? `${accountPath(account, "invoices")}?limit=1` : null,
	);
	const none = issued.value !== null && issued.value.invoices.length === 0;
	const asksDraft = none && hasFlex === undefined;
	const draft = useAnswer<Invoice>(asksDraft ? accountPath(account, "invoices", "draft") : null);
	if (!may || issued.problem) return false;
	if (!issued.value) return null;
	if (!none || draft.value) return true;
	if (hasFlex !== undefined) return hasFlex;
	return draft.problem ? false : null;
}
