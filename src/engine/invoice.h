/* invoice.h - invoices of Flex contracts: drafts, issued ones, the closing of a month (F-30
 * to F-34).
 *
 * An invoice and its number are one commit, so numbers have no gaps and no invoice has two.
 * What is issued never changes. Everything else is computed when it is asked for: a closing
 * that was interrupted is simply begun again. */
#ifndef TALLY_ENGINE_INVOICE_H
#define TALLY_ENGINE_INVOICE_H

#include "engine/engine.h"

enum invoice_format { INVOICE_AS_JSON, INVOICE_AS_CSV, INVOICE_AS_PDF };

/* {"account","invoices":[{"number","kind","issued","contract","month","total","currency"}],
 * "next"?}, newest first. question: account, limit, cursor. */
MUST_CHECK enum err engine_invoice_list(struct engine *engine, const struct question *question,
                                        struct arena *arena, struct span *answer,
                                        struct refusal *refusal);
/* The account's invoice of that number, exactly as it was issued. ERR_INVOICE_UNKNOWN. */
MUST_CHECK enum err engine_invoice_get(struct engine *engine, struct span account,
                                       struct span number, enum invoice_format format,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);
/* The invoice that the month (empty: this one) would have if nothing else came; of a month
 * that was invoiced, that invoice. question: account, month, id (of a contract; empty: the one
 * that holds last in the month). ERR_CONTRACT_UNKNOWN: none holds in the month. */
MUST_CHECK enum err engine_invoice_draft(struct engine *engine, const struct question *question,
                                         enum invoice_format format, struct arena *arena,
                                         struct span *answer, struct refusal *refusal);

/* Issue what is due up to and with the month: for every paid Flex contract each month that
 * was not invoiced yet, oldest first, and what was bought. Interrupted (ERR_STOPPED) or
 * failed, it is begun again with the same words. The answer is a report:
 *
 * {"month","contracts","issued","already","totals":{"USD":"..."},"invoices":[{"number",
 *  "account","contract","kind","month","total","currency"}],"odd":[{"account","contract",
 *  "what"}]}
 *
 * ERR_MONTH_OPEN: it has not ended, or its days of grace have not. ERR_CONTRACT_UNKNOWN: no
 * Flex contract holds in it. Both change nothing. */
MUST_CHECK enum err engine_close_month(struct engine *engine, const struct change *change,
                                       struct span month, store_progress *progress, void *context,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);

#endif
