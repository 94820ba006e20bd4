/* invoice_month.c - the invoice of a month, from the statement of the pool. */
#include "core/flex/invoice_month.h"

#include "core/base/text.h"

enum { MONTH_SIZE = 7 };

struct span
month_text(int32_t hour, struct arena *arena)
{
	char   written[INSTANT_SIZE];
	size_t size = hour_format(hour, written);

	CHECK(size > MONTH_SIZE);
	return arena_copy(arena, (struct span){ written, MONTH_SIZE });
}

enum err
month_parse(struct span text, int32_t *hour)
{
	char day[] = "0000-00-01";

	if (text.size != MONTH_SIZE)
		return ERR_TIME_SYNTAX;
	memcpy(day, text.at, MONTH_SIZE);
	enum err err = date_parse((struct span){ day, sizeof(day) - 1 }, hour);
	return err == ERR_NONE && !hour_is_answerable(*hour) ? ERR_TIME_RANGE : err;
}

static struct span
fraction_words(struct flex_fraction fraction, struct arena *arena)
{
	struct text text;

	if (fraction_is_whole(fraction))
		return SPAN("");
	text_open(&text, arena);
	text_add_int(&text, fraction.hours);
	text_add_char(&text, '/');
	text_add_int(&text, fraction.of);
	return text_span(&text);
}

static struct invoice_usage
usage_of(const struct flex_line *line, struct arena *arena)
{
	return (struct invoice_usage){
		.module    = line->rate->module,
		.metric    = line->rate->metric,
		.name      = line->rate->name,
		.unit      = line->rate->unit,
		.rate      = rate_words(line->rate, arena),
		.quantity  = line->quantity,
		.allowance = line->allowance,
		.units     = line->units,
	};
}

static enum err
overage_line(const struct flex_statement *statement, struct span month, struct invoice_lines *lines)
{
	struct invoice_line line = { .kind  = LINE_OVERAGE,
		                     .month = month,
		                     .units = statement->pool.overage,
		                     .price = statement->version->contract.flex->overage_price };

	if (line.units == 0)
		return ERR_NONE;
	enum err err = invoice_amount(line.units, line.price, &line.amount);
	if (err == ERR_NONE)
		invoice_lines_add(lines, &line);
	return err;
}

static struct invoice_pool
pool_of(const struct flex_pool *pool)
{
	return (struct invoice_pool){
		.opening   = pool->opening,
		.topups    = pool->topups,
		.free      = pool->free,
		.free_used = pool->free_used,
		.drawn     = pool->drawn,
		.overage   = pool->overage,
		.closing   = pool->closing,
	};
}

enum err
invoice_of_month(const struct flex_statement *statement, struct arena *arena,
                 struct invoice *invoice, struct invoice_lines *lines)
{
	const struct flex_month *month    = &statement->month;
	const struct contract   *contract = &statement->version->contract;
	uint32_t                 count    = month->lines_count;
	struct invoice_usage    *usage    = ARENA_ARRAY(arena, struct invoice_usage, count);
	struct invoice           made     = {
			      .kind        = INVOICE_MONTH,
			      .contract    = contract->id,
			      .tier        = catalog_tier_name(contract->flex->tier),
			      .month       = month_text(month->period.month_hour, arena),
			      .from_hour   = month->period.from,
			      .until_hour  = month->period.to,
			      .fraction    = fraction_words(month->period.fraction, arena),
			      .usage       = usage,
			      .usage_count = count,
			      .pool        = pool_of(&statement->pool),
	};

	for (uint32_t i = 0; i < count; i++)
		usage[i] = usage_of(&month->lines[i], arena);
	enum err err     = overage_line(statement, made.month, lines);
	made.lines       = lines->items;
	made.lines_count = lines->count;
	if (err == ERR_NONE)
		err = invoice_sum(&made);
	if (err == ERR_NONE)
		*invoice = made;
	return err;
}
