/* invoice_gather.c - a contract month by month, and what of it is still to be billed. */
#include "core/json/json_read.h"
#include "engine/invoice_int.h"

bool
terms_are_billed(const struct contract *terms)
{
	return terms->flex && terms->flex->tier != FLEX_FREE &&
	       !span_equal(terms->kind, SPAN("TRIAL"));
}

/* ---- gathering ---- */

static struct span
detail_of(const struct json *billing, struct span key)
{
	const struct json *member = json_member(billing, key);

	return member && member->kind == JSON_STRING ? member->text : SPAN("");
}

/* Who sells and who pays, as it is now. Caller holds control_lock. */
static void
dress_make(struct engine *engine, const struct account_entry *entry, struct billing *billing)
{
	struct arena         *arena   = billing->arena;
	const struct account *account = control_account_at(entry, engine_now(engine));
	const struct json    *details = NULL;
	struct json          *root;

	if (!account)
		account = &entry->history[entry->history_count - 1].account;
	if (entry->billing.size > 0 &&
	    json_parse(arena_copy(arena, entry->billing), arena, &root, NULL) == ERR_NONE)
		details = json_member(root, SPAN("billing"));
	billing->dress = (struct invoice){
		.seller            = engine->settings.seller,
		.account           = billing->account,
		.account_name      = arena_copy(arena, account->name),
		.currency          = arena_copy(arena, account->currency),
		.legal_name        = detail_of(details, SPAN("legal_name")),
		.address           = detail_of(details, SPAN("address")),
		.tax_id            = detail_of(details, SPAN("tax_id")),
		.purchase_order    = detail_of(details, SPAN("purchase_order")),
		.payment_reference = detail_of(details, SPAN("payment_reference")),
	};
}

static void
month_add(struct billing *billing, uint32_t *capacity, const struct invoice *month,
          const struct contract *terms)
{
	if (billing->months_count == *capacity) {
		*capacity             = *capacity * 2 + 16;
		struct invoice *wider = ARENA_ARRAY(billing->arena, struct invoice, *capacity);
		const struct contract **more =
			ARENA_ARRAY(billing->arena, const struct contract *, *capacity);
		for (uint32_t i = 0; i < billing->months_count; i++) {
			wider[i] = billing->months[i];
			more[i]  = billing->months_terms[i];
		}
		billing->months       = wider;
		billing->months_terms = more;
	}
	billing->months[billing->months_count]         = *month;
	billing->months_terms[billing->months_count++] = terms;
}

/* The list of versions moves when it grows; what a version points to does not. */
static const struct contract *
terms_copy(const struct contract *terms, struct arena *arena)
{
	struct contract *copy = arena_take(arena, sizeof(*copy));

	*copy = *terms;
	return copy;
}

/* Caller holds control_lock and books_lock. The catalogue and the control data live as long
 * as the engine, so texts of contracts and rates need no copy. */
static enum err
months_gather(struct engine *engine, const struct account_entry *entry, int32_t at_hour,
              struct billing *billing)
{
	const struct flex_question question = {
		.catalog        = engine->catalog,
		.versions       = entry->versions,
		.versions_count = entry->versions_count,
		.known          = { INT64_MAX },
		.book           = book_of(engine->books, billing->account, false),
		.contract       = billing->contract,
		.at_hour        = at_hour,
	};
	struct flex_walk      walk;
	struct flex_statement statement;
	uint32_t              capacity = 0;
	enum err              err      = ERR_NONE;

	flex_walk_open(&walk, &question, billing->contract, INT32_MIN);
	while (err == ERR_NONE && flex_walk_next(&walk, billing->arena, &statement)) {
		struct invoice_lines lines = { .arena = billing->arena };
		struct invoice       month;
		err = invoice_of_month(&statement, billing->arena, &month, &lines);
		if (err != ERR_NONE)
			break;
		month_add(billing, &capacity, &month,
		          terms_copy(&statement.version->contract, billing->arena));
	}
	return err;
}

/* The next hour above `above` in which other terms may begin; INT32_MAX: none. */
static int32_t
terms_next_hour(const struct account_entry *entry, struct span contract, int32_t above)
{
	int32_t next = INT32_MAX;

	for (uint32_t i = 0; i < entry->versions_count; i++) {
		const struct contract_version *version = &entry->versions[i];
		int32_t                        from    = version->contract.from_hour;
		if (from < version->contract.start_hour)
			from = version->contract.start_hour;
		if (span_equal(version->contract.id, contract) && from > above && from < next)
			next = from;
	}
	return next;
}

/* The terms until now, whatever month is asked about: what was bought is billed when its day
 * has come, by what held then, also when the closing is late. */
static void
terms_gather(struct engine *engine, const struct account_entry *entry, struct billing *billing)
{
	int32_t now_hour = hour_of(engine_now(engine));
	int32_t last;

	billing->history = ARENA_ARRAY(billing->arena, struct terms_since, entry->versions_count);
	for (int32_t at = terms_next_hour(entry, billing->contract, FIRST_HOUR); at <= now_hour;
	     at         = terms_next_hour(entry, billing->contract, at)) {
		const struct contract_version *version =
			contract_flex_in(entry->versions, entry->versions_count, billing->contract,
		                         FIRST_HOUR, at + 1, (struct instant){ INT64_MAX }, &last);
		if (!version)
			continue;
		CHECK(billing->history_count < entry->versions_count);
		billing->terms = terms_copy(&version->contract, billing->arena);
		billing->history[billing->history_count++] =
			(struct terms_since){ billing->terms, at };
	}
}

static enum err
billed_gather(struct engine *engine, struct billing *billing)
{
	struct invoice_numbers numbers;
	enum err err = invoice_numbers(engine, billing->account, billing->contract, billing->arena,
	                               &numbers);

	billed_open(&billing->billed, billing->arena);
	for (uint32_t i = 0; i < numbers.count && err == ERR_NONE; i++) {
		struct span    json;
		struct invoice invoice;
		err = invoice_load(engine, numbers.at[i], billing->arena, &json, &invoice);
		if (err == ERR_NONE)
			billed_add(&billing->billed, &invoice);
		else if (err == ERR_NOT_FOUND)
			err = ERR_STORE_DAMAGED;
	}
	return err;
}

enum err
billing_gather(struct engine *engine, struct span account, struct span contract, int32_t at_hour,
               struct arena *arena, struct billing *billing, struct refusal *refusal)
{
	*billing = (struct billing){
		.arena = arena, .account = account, .contract = contract, .at_hour = at_hour
	};
	enum err err = billed_gather(engine, billing);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("invoices"), store_complaint(engine->store));
	pthread_rwlock_rdlock(&engine->control_lock);
	pthread_rwlock_rdlock(&engine->books_lock);
	const struct account_entry *entry = control_account(engine, account);
	if (!entry) {
		err = refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	} else {
		dress_make(engine, entry, billing);
		terms_gather(engine, entry, billing);
		err = months_gather(engine, entry, at_hour, billing);
		if (err != ERR_NONE)
			err = refuse(refusal, err, SPAN("amount"), SPAN(""));
	}
	pthread_rwlock_unlock(&engine->books_lock);
	pthread_rwlock_unlock(&engine->control_lock);
	return err;
}

/* ---- what is due ---- */

static void
invoice_dress(const struct billing *billing, struct invoice *invoice)
{
	const struct invoice *dress = &billing->dress;

	invoice->seller            = dress->seller;
	invoice->account           = dress->account;
	invoice->account_name      = dress->account_name;
	invoice->currency          = dress->currency;
	invoice->legal_name        = dress->legal_name;
	invoice->address           = dress->address;
	invoice->tax_id            = dress->tax_id;
	invoice->purchase_order    = dress->purchase_order;
	invoice->payment_reference = dress->payment_reference;
}

static void
invoices_add(struct invoices *invoices, const struct invoice *invoice)
{
	if (invoices->count == invoices->capacity) {
		invoices->capacity = invoices->capacity * 2 + 8;
		struct invoice *wider =
			ARENA_ARRAY(invoices->arena, struct invoice, invoices->capacity);
		for (uint32_t i = 0; i < invoices->count; i++)
			wider[i] = invoices->items[i];
		invoices->items = wider;
	}
	invoices->items[invoices->count++] = *invoice;
}

static enum err
lines_set(struct invoice *invoice, const struct invoice_lines *lines)
{
	invoice->lines       = lines->items;
	invoice->lines_count = lines->count;
	return invoice_sum(invoice);
}

/* The first hour of a top-up above `above`; INT32_MAX: none. */
static int32_t
topup_next(const struct contract_flex *flex, int32_t above)
{
	int32_t next = INT32_MAX;

	for (uint32_t i = 0; i < flex->topups_count; i++) {
		int32_t at = flex->topups[i].at_hour;
		if (at > above && at < next)
			next = at;
	}
	return next;
}

/* Those of one hour are one purchase. A purchase that a version does not name any more was
 * taken back. */
static int64_t
topup_units(const struct contract_flex *flex, int32_t at_hour)
{
	int64_t units = 0;

	for (uint32_t i = 0; i < flex->topups_count; i++) {
		if (flex->topups[i].at_hour == at_hour &&
		    __builtin_add_overflow(units, flex->topups[i].units, &units))
			units = INT64_MAX;
	}
	return units;
}

/* Lines and invoice for a purchase that the terms name with so many units. */
static enum err
purchase_invoice(const struct billing *billing, const struct contract *terms,
                 const struct purchase *purchase, int64_t were_billed, struct invoices *due)
{
	struct invoice_lines lines   = { .arena = billing->arena };
	struct invoice       invoice = { .kind       = INVOICE_ADVANCE,
		                         .contract   = billing->contract,
		                         .tier       = catalog_tier_name(terms->flex->tier),
		                         .from_hour  = purchase->at_hour,
		                         .until_hour = terms->end_hour };

	enum err err = purchase_difference(purchase, were_billed, &lines);
	if (err != ERR_NONE || lines.count == 0)
		return err;
	err = lines_set(&invoice, &lines);
	invoice_dress(billing, &invoice);
	if (err == ERR_NONE)
		invoices_add(due, &invoice);
	return err;
}

/* The purchase as the terms have it. */
static struct purchase
purchase_of(const struct contract *terms, enum invoice_line_kind kind, int32_t at_hour)
{
	struct purchase purchase = { .kind            = kind,
		                     .at_hour         = at_hour,
		                     .price           = terms->flex->unit_price,
		                     .support_percent = terms->flex->support_percent };

	if (terms_are_billed(terms))
		purchase.units = kind == LINE_COMMITMENT ? terms->flex->units
		                                         : topup_units(terms->flex, at_hour);
	return purchase;
}

/* The first terms of the purchase that were not billed: those after the last that name what
 * was; when none does, those that held on its day, or the newest where others were billed. */
static uint32_t
purchase_first(const struct billing *billing, enum invoice_line_kind kind, int32_t at_hour,
               int64_t were_billed)
{
	uint32_t first = 0;
	uint32_t next;

	while (first + 1 < billing->history_count &&
	       billing->history[first + 1].since_hour <= at_hour)
		first++;
	next = were_billed == 0 ? first : billing->history_count - 1;
	for (uint32_t i = first; i < billing->history_count; i++) {
		const struct contract *terms = billing->history[i].terms;
		if (purchase_of(terms, kind, at_hour).units == were_billed)
			next = i + 1;
	}
	return next;
}

/* Units at the price of the terms that named them first, as if each had been billed on its
 * day. */
static enum err
purchase_due(const struct billing *billing, enum invoice_line_kind kind, int32_t at_hour,
             struct invoices *due)
{
	int64_t  billed = billed_units(&billing->billed, kind, at_hour);
	uint32_t i      = purchase_first(billing, kind, at_hour, billed);
	enum err err    = ERR_NONE;

	for (; i < billing->history_count && err == ERR_NONE; i++) {
		const struct contract *terms    = billing->history[i].terms;
		const struct purchase  purchase = purchase_of(terms, kind, at_hour);
		err    = purchase_invoice(billing, terms, &purchase, billed, due);
		billed = purchase.units;
	}
	return err;
}

static enum err
purchases_due(const struct billing *billing, int32_t now_hour, struct invoices *due)
{
	const struct contract *terms = billing->terms;

	if (!terms || !terms_are_billed(terms) || terms->start_hour > now_hour)
		return ERR_NONE;
	enum err err = purchase_due(billing, LINE_COMMITMENT, terms->start_hour, due);
	for (int32_t at = topup_next(terms->flex, INT32_MIN); err == ERR_NONE && at <= now_hour;
	     at         = topup_next(terms->flex, at))
                err = purchase_due(billing, LINE_TOPUP, at, due);
	for (uint32_t i = 0; i < billing->billed.purchases_count && err == ERR_NONE; i++) {
		const struct billed_purchase *was = &billing->billed.purchases[i];
		if (was->kind == LINE_TOPUP && topup_units(terms->flex, was->at_hour) == 0)
			err = purchase_due(billing, LINE_TOPUP, was->at_hour, due);
	}
	return err;
}

static bool
month_is_billed(const struct billing *billing, struct span month)
{
	return billed_month_find(&billing->billed, month) != NULL;
}

/* A month that was invoiced and that the contract, cut short after that, does not have any
 * more: nothing is left of it. */
static enum err
lost_month_credit(const struct billing *billing, const struct billed_month *was,
                  struct invoice_lines *lines)
{
	const struct invoice nothing = { .month = was->month };
	int32_t              hour;

	if (month_parse(was->month, &hour) != ERR_NONE || hour > billing->at_hour)
		return ERR_NONE;
	for (uint32_t i = 0; i < billing->months_count; i++) {
		if (span_equal(billing->months[i].month, was->month))
			return ERR_NONE;
	}
	return billed_difference(was, &nothing, 0, lines);
}

/* What all months that were invoiced have become. */
static enum err
adjustments_make(const struct billing *billing, struct invoice_lines *lines)
{
	enum err err = ERR_NONE;

	for (uint32_t i = 0; i < billing->months_count && err == ERR_NONE; i++) {
		const struct invoice      *now = &billing->months[i];
		const struct billed_month *was = billed_month_find(&billing->billed, now->month);
		if (was)
			err = billed_difference(
				was, now, billing->months_terms[i]->flex->overage_price, lines);
	}
	for (uint32_t i = 0; i < billing->billed.months_count && err == ERR_NONE; i++)
		err = lost_month_credit(billing, &billing->billed.months[i], lines);
	return err;
}

static enum err
month_finish(const struct billing *billing, const struct invoice *month,
             const struct invoice_lines *adjustments, struct invoice *invoice)
{
	struct invoice_lines lines = { .arena = billing->arena };

	*invoice = *month;
	for (uint32_t i = 0; i < month->lines_count; i++)
		invoice_lines_add(&lines, &month->lines[i]);
	for (uint32_t i = 0; adjustments && i < adjustments->count; i++)
		invoice_lines_add(&lines, &adjustments->items[i]);
	invoice_dress(billing, invoice);
	return lines_set(invoice, &lines);
}

/* A contract that ended has no month any more to carry what changed: this one is for that. */
static enum err
aftermath_due(const struct billing *billing, int32_t until_hour,
              const struct invoice_lines *adjustments, struct invoices *due)
{
	struct span    month   = month_text(until_hour, billing->arena);
	struct invoice invoice = { .kind = INVOICE_MONTH, .contract = billing->contract };

	if (adjustments->count == 0 || month_is_billed(billing, month))
		return ERR_NONE;
	invoice.tier       = catalog_tier_name(billing->terms->flex->tier);
	invoice.month      = month;
	invoice.from_hour  = until_hour;
	invoice.until_hour = month_next_first_hour(until_hour);
	enum err err       = month_finish(billing, &invoice, adjustments, &invoice);
	if (err == ERR_NONE)
		invoices_add(due, &invoice);
	return err;
}

static enum err
months_due(const struct billing *billing, int32_t until_hour, struct invoices *due)
{
	struct invoice_lines        adjustments = { .arena = billing->arena };
	const struct invoice_lines *carried     = &adjustments;
	const int32_t               end         = month_next_first_hour(until_hour);
	enum err                    err         = adjustments_make(billing, &adjustments);

	for (uint32_t i = 0; i < billing->months_count && err == ERR_NONE; i++) {
		const struct invoice *month = &billing->months[i];
		struct invoice        invoice;
		if (month->from_hour >= end || month_is_billed(billing, month->month) ||
		    !terms_are_billed(billing->months_terms[i]))
			continue;
		err = month_finish(billing, month, carried, &invoice);
		if (err == ERR_NONE)
			invoices_add(due, &invoice);
		carried = NULL;
	}
	if (err == ERR_NONE && carried && billing->terms)
		err = aftermath_due(billing, until_hour, carried, due);
	return err;
}

enum err
billing_due(const struct billing *billing, int32_t now_hour, int32_t until_hour,
            struct invoices *due, struct refusal *refusal)
{
	enum err err = purchases_due(billing, now_hour, due);

	if (err == ERR_NONE && until_hour != NO_MONTH)
		err = months_due(billing, until_hour, due);
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN("amount"), SPAN(""));
}

enum err
billing_draft(const struct billing *billing, struct span month, struct invoice *draft,
              struct refusal *refusal)
{
	struct invoice_lines adjustments = { .arena = billing->arena };
	uint32_t             at          = 0;
	bool                 waits       = false;

	for (; at < billing->months_count; at++) {
		if (span_equal(billing->months[at].month, month))
			break;
		waits = waits || (terms_are_billed(billing->months_terms[at]) &&
		                  !month_is_billed(billing, billing->months[at].month));
	}
	if (at == billing->months_count)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("month"),
		              SPAN("no Flex contract holds in this month"));
	enum err err = waits ? ERR_NONE : adjustments_make(billing, &adjustments);
	if (err == ERR_NONE)
		err = month_finish(billing, &billing->months[at], &adjustments, draft);
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN("amount"), SPAN(""));
}
