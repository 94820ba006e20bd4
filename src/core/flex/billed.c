/* billed.c - what the invoices of a contract have billed so far, and what is missing. */
#include "core/flex/billed.h"

#include "core/base/decimal.h"

void
invoice_lines_add(struct invoice_lines *lines, const struct invoice_line *line)
{
	lines->items = arena_grow(lines->arena, lines->items, lines->count, &lines->capacity,
	                          sizeof(*lines->items));
	lines->items[lines->count++] = *line;
}

/* ---- reading invoices ---- */

void
billed_open(struct billed *billed, struct arena *arena)
{
	*billed = (struct billed){ .arena = arena };
}

const struct billed_month *
billed_month_find(const struct billed *billed, struct span month)
{
	for (uint32_t i = 0; i < billed->months_count; i++) {
		if (span_equal(billed->months[i].month, month))
			return &billed->months[i];
	}
	return NULL;
}

static struct billed_month *
month_of(struct billed *billed, struct span month)
{
	for (uint32_t i = 0; i < billed->months_count; i++) {
		if (span_equal(billed->months[i].month, month))
			return &billed->months[i];
	}
	billed->months = arena_grow(billed->arena, billed->months, billed->months_count,
	                            &billed->months_capacity, sizeof(*billed->months));
	billed->months[billed->months_count] = (struct billed_month){ .month = month };
	return &billed->months[billed->months_count++];
}

static struct billed_metric *
metric_find(const struct billed_month *month, struct span metric)
{
	for (uint32_t i = 0; i < month->metrics_count; i++) {
		if (span_equal(month->metrics[i].metric, metric))
			return &month->metrics[i];
	}
	return NULL;
}

static void
metric_add(struct billed *billed, struct billed_month *month, struct billed_metric more)
{
	struct billed_metric *metric = metric_find(month, more.metric);

	if (metric) {
		metric->quantity += more.quantity;
		metric->units += more.units;
		return;
	}
	month->metrics = arena_grow(billed->arena, month->metrics, month->metrics_count,
	                            &month->metrics_capacity, sizeof(*month->metrics));
	month->metrics[month->metrics_count++] = more;
}

/* A contract whose start moves is not bought a second time. */
static struct billed_purchase *
purchase_find(const struct billed *billed, enum invoice_line_kind kind, int32_t at_hour)
{
	for (uint32_t i = 0; i < billed->purchases_count; i++) {
		struct billed_purchase *one = &billed->purchases[i];
		if (one->kind == kind && (kind == LINE_COMMITMENT || one->at_hour == at_hour))
			return one;
	}
	return NULL;
}

static void
purchase_add(struct billed *billed, const struct invoice_line *line)
{
	struct billed_purchase *purchase = purchase_find(billed, line->kind, line->at_hour);

	if (purchase) {
		purchase->units += line->units;
		return;
	}
	billed->purchases = arena_grow(billed->arena, billed->purchases, billed->purchases_count,
	                               &billed->purchases_capacity, sizeof(*billed->purchases));
	billed->purchases[billed->purchases_count++] =
		(struct billed_purchase){ line->kind, line->at_hour, line->units };
}

static void
line_add(struct billed *billed, const struct invoice_line *line)
{
	struct billed_month *month;

	switch (line->kind) {
	case LINE_COMMITMENT:
	case LINE_TOPUP:
		purchase_add(billed, line);
		break;
	case LINE_SUPPORT:
		break;
	case LINE_OVERAGE:
		month_of(billed, line->month)->amount += line->amount;
		break;
	case LINE_ADJUSTMENT:
		month = month_of(billed, line->month);
		month->amount += line->amount;
		if (line->metric.size > 0)
			metric_add(billed, month,
			           (struct billed_metric){ line->metric, line->name, line->quantity,
			                                   line->units });
		break;
	}
}

void
billed_add(struct billed *billed, const struct invoice *invoice)
{
	/* Also a month in which nothing was used is one that was invoiced. */
	if (invoice->kind == INVOICE_MONTH)
		(void)month_of(billed, invoice->month);
	for (uint32_t i = 0; i < invoice->usage_count; i++) {
		const struct invoice_usage *usage = &invoice->usage[i];
		metric_add(billed, month_of(billed, invoice->month),
		           (struct billed_metric){ usage->metric, usage->name, usage->quantity,
		                                   usage->units });
	}
	for (uint32_t i = 0; i < invoice->lines_count; i++)
		line_add(billed, &invoice->lines[i]);
}

/* ---- what is missing of a month ---- */

/* One month on its way from what was billed to what it is, a metric at a time. */
struct walk {
	const struct billed_month *month;
	struct span                name;
	i128                       units;     /* of the month, so far */
	i128                       available; /* before there is overage */
	int64_t                    price;
	int64_t                    amount; /* of overage, so far */
	struct invoice_lines      *lines;
};

/* The overage of the units so far; the line gets what that is more than before. */
static enum err
walk_line(struct walk *walk, struct invoice_line line)
{
	i128    over = walk->units > walk->available ? walk->units - walk->available : 0;
	int64_t amount;

	if (over > INT64_MAX)
		return ERR_QUANTITY_TOO_LARGE;
	enum err err = invoice_amount((int64_t)over, walk->price, &amount);
	if (err != ERR_NONE)
		return err;
	line.kind    = LINE_ADJUSTMENT;
	line.month   = walk->month->month;
	line.amount  = amount - walk->amount;
	walk->amount = amount;
	if (line.quantity != 0 || line.units != 0 || line.amount != 0)
		invoice_lines_add(walk->lines, &line);
	return ERR_NONE;
}

static enum err
walk_metric(struct walk *walk, struct span metric, struct span name, int64_t quantity,
            int64_t units)
{
	struct invoice_line line = { .metric = metric, .name = name, .quantity = quantity };

	line.units = units;
	line.cause = quantity > 0 ? CAUSE_LATE : quantity < 0 ? CAUSE_RETRACTED : CAUSE_CONTRACT;
	walk->units += units;
	return walk_line(walk, line);
}

static const struct invoice_usage *
usage_find(const struct invoice *now, struct span metric)
{
	for (uint32_t i = 0; i < now->usage_count; i++) {
		if (span_equal(now->usage[i].metric, metric))
			return &now->usage[i];
	}
	return NULL;
}

enum err
billed_difference(const struct billed_month *month, const struct invoice *now, int64_t price,
                  struct invoice_lines *lines)
{
	struct walk walk = { .month = month, .price = price, .amount = month->amount };

	CHECK(span_equal(month->month, now->month));
	walk.lines     = lines;
	i128 held      = (i128)now->pool.opening + now->pool.topups;
	walk.available = now->pool.free + (held > 0 ? held : 0);
	for (uint32_t i = 0; i < month->metrics_count; i++)
		walk.units += month->metrics[i].units;
	enum err err = walk_line(&walk, (struct invoice_line){ .cause = CAUSE_POOL });
	for (uint32_t i = 0; i < now->usage_count && err == ERR_NONE; i++) {
		const struct invoice_usage *usage    = &now->usage[i];
		const struct billed_metric *was      = metric_find(month, usage->metric);
		int64_t                     quantity = usage->quantity;
		int64_t                     units    = usage->units;
		if (was) {
			quantity -= was->quantity;
			units -= was->units;
		}
		err = walk_metric(&walk, usage->metric, usage->name, quantity, units);
	}
	/* What is not used at all any more. */
	for (uint32_t i = 0; i < month->metrics_count && err == ERR_NONE; i++) {
		const struct billed_metric *was = &month->metrics[i];
		if (!usage_find(now, was->metric))
			err = walk_metric(&walk, was->metric, was->name, -was->quantity,
			                  -was->units);
	}
	CHECK(err != ERR_NONE || walk.units == now->units);
	return err;
}

/* ---- what is missing of a purchase ---- */

int64_t
billed_units(const struct billed *billed, enum invoice_line_kind kind, int32_t at_hour)
{
	const struct billed_purchase *purchase = purchase_find(billed, kind, at_hour);

	return purchase ? purchase->units : 0;
}

enum err
purchase_difference(const struct purchase *purchase, int64_t were_billed,
                    struct invoice_lines *lines)
{
	struct invoice_line bought  = { .kind    = purchase->kind,
		                        .at_hour = purchase->at_hour,
		                        .units   = purchase->units - were_billed,
		                        .price   = purchase->price };
	struct invoice_line support = { .kind = LINE_SUPPORT, .price = purchase->support_percent };

	CHECK(purchase->kind == LINE_COMMITMENT || purchase->kind == LINE_TOPUP);
	if (bought.units == 0)
		return ERR_NONE;
	enum err err = invoice_amount(bought.units, bought.price, &bought.amount);
	if (err == ERR_NONE)
		err = invoice_percent(bought.amount, support.price, &support.amount);
	if (err != ERR_NONE)
		return err;
	invoice_lines_add(lines, &bought);
	if (support.price > 0)
		invoice_lines_add(lines, &support);
	return ERR_NONE;
}
