/* invoice_check.c - every invoice that was issued: no number missing, sums that add up, each
 * one listed where it belongs. */
#include <stdio.h>

#include "edge/sys/memory.h"
#include "engine/invoice_int.h"

struct checking {
	struct engine  *engine;
	struct refusal *refusal;
	struct arena    arena; /* of one invoice */
	uint64_t        count;
};

static enum err
differs(const struct checking *checking, uint64_t number, const char *what)
{
	char detail[REFUSAL_DETAIL_SIZE];

	snprintf(detail, sizeof(detail), "invoice %llu %s", (unsigned long long)number, what);
	return refuse(checking->refusal, ERR_VERIFY_DIFFERS, SPAN("invoices"), span_of(detail));
}

static enum err
invoice_check(struct checking *checking, uint64_t number, struct span value)
{
	struct store  *store = checking->engine->store;
	struct invoice invoice, again;
	struct span    listed;

	if (invoice_read(value, &checking->arena, &invoice) != ERR_NONE || invoice.number != number)
		return differs(checking, number, "cannot be read");
	again = invoice;
	if (invoice_sum(&again) != ERR_NONE || again.total != invoice.total ||
	    again.units != invoice.units)
		return differs(checking, number, "does not add up");
	struct span key = invoice_index_key(&invoice, &checking->arena);
	enum err    err = store->ops->get(store, SPACE_CONTROL, key, &checking->arena, &listed);
	if (err == ERR_NOT_FOUND)
		return differs(checking, number, "is not in the list of its contract");
	return err;
}

static enum err
check_next(void *context, struct span key, struct span value)
{
	struct checking *checking = context;
	uint64_t         expected = checking->count + 1;

	if (key.size != 1 + LOG_KEY_SIZE || log_key_read(key.at + 1) != expected)
		return differs(checking, expected, "is missing");
	enum err err = invoice_check(checking, expected, value);
	arena_reset(&checking->arena);
	checking->count++;
	return err;
}

/* While nobody issues another one. */
enum err
invoices_check(struct engine *engine, uint64_t *count, struct refusal *refusal)
{
	struct checking     checking = { .engine = engine, .refusal = refusal };
	struct change_begun begun    = { .engine = engine };
	uint64_t            last     = 0;

	arena_open(&checking.arena, system_memory());
	pthread_mutex_lock(&engine->change_lock);
	enum err err = engine->store->ops->scan(engine->store, SPACE_CONTROL, SPAN("I"), SPAN("J"),
	                                        check_next, &checking);
	if (err == ERR_NONE)
		err = invoice_last_number(&begun, &checking.arena, &last);
	if (err == ERR_NONE && last != checking.count)
		err = differs(&checking, checking.count + 1, "is missing");
	pthread_mutex_unlock(&engine->change_lock);
	arena_close(&checking.arena);
	if (err != ERR_NONE && err != ERR_VERIFY_DIFFERS)
		err = refuse(refusal, err, SPAN("invoices"), store_complaint(engine->store));
	*count = checking.count;
	return err;
}
