/* invoice_read.c - the canonical bytes of an invoice back as a value. */
#include "core/base/decimal.h"
#include "core/flex/invoice_int.h"
#include "core/json/json_read.h"

/* What is missing or of another kind makes the whole unreadable: one flag for all. */
struct reading {
	struct arena *arena;
	bool          damaged;
};

static struct span
text_read(struct reading *reading, const struct json *object, struct span key, bool needed)
{
	const struct json *member = json_member(object, key);

	if (member && member->kind == JSON_STRING)
		return member->text;
	reading->damaged = reading->damaged || needed || (member && member->kind != JSON_NULL);
	return SPAN("");
}

static int64_t
decimal_read(struct reading *reading, const struct json *object, struct span key)
{
	struct span text  = text_read(reading, object, key, true);
	bool        below = text.size > 0 && text.at[0] == '-';
	int64_t     value = 0;

	if (below)
		text = (struct span){ text.at + 1, text.size - 1 };
	if (decimal_parse(text, &value) != ERR_NONE)
		reading->damaged = true;
	return below ? -value : value;
}

static int32_t
hour_read(struct reading *reading, const struct json *object, struct span key)
{
	int32_t hour = 0;

	if (hour_parse(text_read(reading, object, key, true), &hour, NULL) != ERR_NONE)
		reading->damaged = true;
	return hour;
}

/* The place of a word in a table; 0 and damage when it is not there. */
static uint32_t
word_read(struct reading *reading, const struct json *object, struct span key,
          const struct span *words, uint32_t count)
{
	struct span word = text_read(reading, object, key, true);

	for (uint32_t i = 0; i < count; i++) {
		if (span_equal(word, words[i]))
			return i;
	}
	reading->damaged = true;
	return 0;
}

static const struct json *
list_read(struct reading *reading, const struct json *object, struct span key, uint32_t *count)
{
	const struct json *list = json_member(object, key);

	*count = 0;
	if (!list || list->kind != JSON_ARRAY) {
		reading->damaged = true;
		return NULL;
	}
	*count = list->count;
	return list->first;
}

static void
head_read(struct reading *reading, const struct json *root, struct invoice *invoice)
{
	static const struct span kinds[] = { { "month", 5 }, { "advance", 7 } };
	const struct json       *number  = json_member(root, SPAN("number"));
	const struct json       *billing = json_member(root, SPAN("billing"));
	int64_t                  value   = 0;

	if (!number || !billing ||
	    (number->kind != JSON_NULL && (json_int64(number, &value) != ERR_NONE || value <= 0)))
		reading->damaged = true;
	invoice->number = (uint64_t)value;
	invoice->kind   = (enum invoice_kind)word_read(reading, root, SPAN("kind"), kinds, 2);
	invoice->state = (enum invoice_state)word_read(reading, root, SPAN("state"), INVOICE_STATES,
	                                               INVOICE_STATES_COUNT);
	invoice->issued            = text_read(reading, root, SPAN("issued"), invoice->number > 0);
	invoice->seller            = text_read(reading, root, SPAN("seller"), false);
	invoice->account           = text_read(reading, root, SPAN("account"), true);
	invoice->account_name      = text_read(reading, root, SPAN("account_name"), true);
	invoice->currency          = text_read(reading, root, SPAN("currency"), true);
	invoice->legal_name        = text_read(reading, billing, SPAN("legal_name"), false);
	invoice->address           = text_read(reading, billing, SPAN("address"), false);
	invoice->tax_id            = text_read(reading, billing, SPAN("tax_id"), false);
	invoice->purchase_order    = text_read(reading, billing, SPAN("purchase_order"), false);
	invoice->payment_reference = text_read(reading, billing, SPAN("payment_reference"), false);
	invoice->contract          = text_read(reading, root, SPAN("contract"), true);
	invoice->tier              = text_read(reading, root, SPAN("tier"), true);
	invoice->month = text_read(reading, root, SPAN("month"), invoice->kind == INVOICE_MONTH);
	invoice->from_hour  = hour_read(reading, root, SPAN("from"));
	invoice->until_hour = hour_read(reading, root, SPAN("to"));
	invoice->fraction   = text_read(reading, root, SPAN("fraction"), false);
}

static struct invoice_usage
usage_read(struct reading *reading, const struct json *item)
{
	return (struct invoice_usage){
		.module    = text_read(reading, item, SPAN("module"), true),
		.metric    = text_read(reading, item, SPAN("metric"), true),
		.name      = text_read(reading, item, SPAN("name"), true),
		.unit      = text_read(reading, item, SPAN("unit"), true),
		.rate      = text_read(reading, item, SPAN("rate"), true),
		.quantity  = decimal_read(reading, item, SPAN("quantity")),
		.allowance = decimal_read(reading, item, SPAN("allowance")),
		.units     = decimal_read(reading, item, SPAN("units")),
	};
}

static void
month_read(struct reading *reading, const struct json *root, struct invoice *invoice)
{
	uint32_t              count;
	const struct json    *pool  = json_member(root, SPAN("pool"));
	const struct json    *item  = list_read(reading, root, SPAN("usage"), &count);
	struct invoice_usage *usage = ARENA_ARRAY(reading->arena, struct invoice_usage, count);

	for (uint32_t i = 0; i < count; i++, item = item->next)
		usage[i] = usage_read(reading, item);
	invoice->usage       = usage;
	invoice->usage_count = count;
	invoice->units       = decimal_read(reading, root, SPAN("units"));
	invoice->pool        = (struct invoice_pool){
		       .opening   = decimal_read(reading, pool, SPAN("opening")),
		       .topups    = decimal_read(reading, pool, SPAN("topups")),
		       .free      = decimal_read(reading, pool, SPAN("free")),
		       .free_used = decimal_read(reading, pool, SPAN("free_used")),
		       .drawn     = decimal_read(reading, pool, SPAN("drawn")),
		       .overage   = decimal_read(reading, pool, SPAN("overage")),
		       .closing   = decimal_read(reading, pool, SPAN("closing")),
	};
}

static struct invoice_line
line_read(struct reading *reading, const struct json *item)
{
	struct invoice_line line = {
		.kind   = (enum invoice_line_kind)word_read(reading, item, SPAN("kind"), LINE_KINDS,
		                                            LINE_KINDS_COUNT),
		.amount = decimal_read(reading, item, SPAN("amount")),
	};
	if (line.kind == LINE_SUPPORT) {
		line.price = decimal_read(reading, item, SPAN("percent"));
		return line;
	}
	line.units = decimal_read(reading, item, SPAN("units"));
	if (line.kind == LINE_COMMITMENT || line.kind == LINE_TOPUP)
		line.at_hour = hour_read(reading, item, SPAN("at"));
	else
		line.month = text_read(reading, item, SPAN("month"), true);
	if (line.kind != LINE_ADJUSTMENT) {
		line.price = decimal_read(reading, item, SPAN("price"));
		return line;
	}
	line.metric   = text_read(reading, item, SPAN("metric"), false);
	line.name     = text_read(reading, item, SPAN("name"), false);
	line.quantity = decimal_read(reading, item, SPAN("quantity"));
	line.cause    = (enum invoice_cause)word_read(reading, item, SPAN("cause"), INVOICE_CAUSES,
	                                              INVOICE_CAUSES_COUNT);
	return line;
}

enum err
invoice_read(struct span json, struct arena *arena, struct invoice *invoice)
{
	struct reading reading = { .arena = arena };
	struct invoice read    = { .number = 0 };
	struct json   *root;
	uint32_t       count;

	if (json_parse(json, arena, &root, NULL) != ERR_NONE || root->kind != JSON_OBJECT)
		return ERR_STORE_DAMAGED;
	head_read(&reading, root, &read);
	if (read.kind == INVOICE_MONTH)
		month_read(&reading, root, &read);
	const struct json   *item  = list_read(&reading, root, SPAN("lines"), &count);
	struct invoice_line *lines = ARENA_ARRAY(arena, struct invoice_line, count);
	for (uint32_t i = 0; i < count; i++, item = item->next)
		lines[i] = line_read(&reading, item);
	read.lines       = lines;
	read.lines_count = count;
	read.total       = decimal_read(&reading, root, SPAN("total"));
	if (reading.damaged)
		return ERR_STORE_DAMAGED;
	*invoice = read;
	return ERR_NONE;
}
