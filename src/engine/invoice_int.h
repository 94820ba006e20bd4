/* invoice_int.h - what the files about invoices share.
 *
 * In SPACE_CONTROL, under prefixes that a start does not read: "I" number an invoice as it
 * was issued, "J" account 0 contract 0 number its month ("2026-03", or "advance"), "G" the
 * last number given. Numbers are 8 bytes; docs/format.md has the rest. */
#ifndef TALLY_ENGINE_INVOICE_INT_H
#define TALLY_ENGINE_INVOICE_INT_H

#include "core/flex/invoice_month.h"
#include "core/json/json_write.h"
#include "engine/engine_int.h"
#include "engine/invoice.h"
#include "engine/notify_int.h"

/* ---- invoice_store.c ---- */

/* Numbers of invoices, ascending. */
struct invoice_numbers {
	uint64_t *at;
	uint32_t  count;
	uint32_t  capacity;
};

/* Those of the account, or of one of its contracts (empty: all). */
MUST_CHECK enum err invoice_numbers(struct engine *engine, struct span account,
                                    struct span contract, struct arena *arena,
                                    struct invoice_numbers *numbers);
/* The bytes as issued, and what they say. ERR_NOT_FOUND, ERR_STORE_DAMAGED. */
MUST_CHECK enum err invoice_load(struct engine *engine, uint64_t number, struct arena *arena,
                                 struct span *json, struct invoice *invoice);
/* The newest month of the contract that was invoiced, as its first hour; INT32_MIN: none. */
MUST_CHECK enum err invoice_newest_month(struct engine *engine, struct span account,
                                         struct span contract, struct arena *arena,
                                         int32_t *month_hour);
/* Give the draft the next number and commit it. Caller holds change_lock through begun. */
MUST_CHECK enum err invoice_issue(const struct change_begun *begun, struct invoice *invoice,
                                  struct arena *arena, struct refusal *refusal);

/* The last number given, 0: none. */
MUST_CHECK enum err invoice_last_number(const struct change_begun *begun, struct arena *arena,
                                        uint64_t *number);
/* Where the invoice stands among those of its contract. */
struct span invoice_index_key(const struct invoice *invoice, struct arena *arena);

/* ---- invoice_check.c ---- */

/* For verify: ERR_VERIFY_DIFFERS names the first invoice that is missing or wrong. */
MUST_CHECK enum err invoices_check(struct engine *engine, uint64_t *count, struct refusal *refusal);

/* ---- invoice_gather.c ---- */

/* Before any contract; one hour less is an hour as well. */
enum { FIRST_HOUR = INT32_MIN / 2 };

/* What a contract said from an hour on. */
struct terms_since {
	const struct contract *terms;
	int32_t                since_hour;
};

/* A contract as it is now, month by month, beside what was billed of it. */
struct billing {
	struct arena           *arena;
	struct span             account;
	struct span             contract;
	const struct contract  *terms;   /* that hold now, or held last; NULL: none did yet */
	struct terms_since     *history; /* those that held one after the other, terms the last */
	uint32_t                history_count;
	struct billed           billed;
	struct invoice         *months; /* drafts, oldest first, undressed */
	const struct contract **months_terms;
	uint32_t                months_count;
	int32_t                 at_hour; /* up to and with it */
	struct invoice          dress;   /* seller, account, billing details */
};

/* at_hour: up to and with it. Takes the locks it needs. */
MUST_CHECK enum err billing_gather(struct engine *engine, struct span account, struct span contract,
                                   int32_t at_hour, struct arena *arena, struct billing *billing,
                                   struct refusal *refusal);

/* Invoices that grow in an arena. */
struct invoices {
	struct arena   *arena;
	struct invoice *items;
	uint32_t        count;
	uint32_t        capacity;
};

/* What is to be issued: purchases up to now_hour, then the months up to until_hour's that
 * were not, the first with the adjustments of those before it. Dressed, without numbers. */
MUST_CHECK enum err billing_due(const struct billing *billing, int32_t now_hour, int32_t until_hour,
                                struct invoices *due, struct refusal *refusal);
/* The draft of one month; adjustments are in it when no month before it waits.
 * ERR_CONTRACT_UNKNOWN: the contract does not hold in it. */
MUST_CHECK enum err billing_draft(const struct billing *billing, struct span month,
                                  struct invoice *draft, struct refusal *refusal);

/* Is money asked for what this contract uses? */
bool terms_are_billed(const struct contract *terms);

/* {"number","account",...,"total","currency"}: an invoice in a list. */
void invoice_summary_write(struct json_out *out, const struct invoice *invoice);

/* ---- close.c ---- */

/* In place of a month: what was bought alone. */
enum { NO_MONTH = INT32_MIN };

struct flex_contract {
	struct span account;
	struct span id;
	bool        holds;      /* in the month */
	bool        fresh;      /* what it buys may be due since the last look of the clock */
	int32_t     until_hour; /* the last month that is to be invoiced, or NO_MONTH */
};

/* What became of one of them. */
struct issuing {
	struct invoices issued;
	bool            already; /* the month had its invoice before */
	struct refusal  why;     /* err ERR_NONE: it was not refused */
};
/* Everything of these contracts that is due: issued and told of, in one commit; or nothing,
 * after a fault. */
MUST_CHECK enum err contracts_issue(struct engine *engine, const struct change *change,
                                    const struct flex_contract *contracts, uint32_t count,
                                    struct arena *arena, struct issuing *issuing,
                                    struct refusal *refusal);
/* The newest month whose days of grace are over, as its first hour. */
int32_t            month_to_close(const struct engine *engine, int32_t now_hour);
enum invoice_state month_state(const struct engine *engine, int32_t month_hour, int32_t now_hour);
/* For the clockwork: whatever is due at engine_now. */
MUST_CHECK enum err invoices_look(struct engine *engine, struct refusal *refusal);

/* ---- invoice_pdf.c ---- */

MUST_CHECK enum err invoice_pdf(const struct invoice *invoice, struct arena *arena,
                                struct span *pdf, struct refusal *refusal);

#endif
