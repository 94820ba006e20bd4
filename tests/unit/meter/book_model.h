/* book_model.h - what an event means to a meter, said anew: hour by hour from a plain list. */
#ifndef TALLY_TESTS_BOOK_MODEL_H
#define TALLY_TESTS_BOOK_MODEL_H

#include "book_fixture.h"

static inline struct span
model_text(const struct event *event, int32_t field)
{
	if (field < 0 || !(event->present >> field & 1))
		return (struct span){ "", 0 };
	return event->field[field];
}

static inline bool
model_selects(uint32_t meter, const struct event *event)
{
	struct span type = model_text(event, DEPLOY_TYPE);
	bool serverless  = event->type->index == TYPE_DEPLOY && span_equal(type, SPAN("Lambda"));
	switch (meter) {
	case METER_REPORT:
		return event->type->index == TYPE_REPORT && event->present >> REPORT_VALUE & 1;
	case METER_DEPLOY:
	case METER_CLASS:
		return event->type->index == TYPE_DEPLOY && !serverless;
	case METER_FUNCTION:
		return serverless;
	case METER_LINK:
		return event->type->index == TYPE_SYNC && event->present >> SYNC_SERVICE & 1;
	case METER_SYNC:
		return event->type->index == TYPE_SYNC;
	case METER_FLAGGED:
		return event->type->index == TYPE_SYNC && event->present >> SYNC_FLAG & 1 &&
		       event->number[SYNC_FLAG] == 1;
	case METER_CHANGED:
		return event->type->index == TYPE_SYNC &&
		       !(event->present >> SYNC_CHANGES & 1 && event->number[SYNC_CHANGES] == 0);
	case METER_SPENT:
		return event->type->index == TYPE_REPORT && event->present >> REPORT_VALUE & 1 &&
		       event->present >> REPORT_ENV & 1;
	case METER_NAMED:
		return event->type->index == TYPE_SYNC && event->present >> SYNC_CHANGES & 1 &&
		       event->number[SYNC_CHANGES] > 4999999 &&
		       (span_equal(model_text(event, SYNC_SERVICE), SPAN("cart")) ||
		        span_equal(model_text(event, SYNC_SERVICE), SPAN("pay")));
	default:
		return false;
	}
}

static inline struct span
model_id(uint32_t meter, const struct event *event)
{
	if (meter == METER_SPENT)
		return model_text(event, REPORT_ENV);
	return meter == METER_NAMED ? (struct span){ "", 0 } : event->subject;
}

static inline bool
model_has_item(uint32_t meter, const struct event *event, struct span item)
{
	if (meter == METER_SPENT)
		return span_equal(model_text(event, REPORT_INFRA), item);
	if (meter != METER_FUNCTION)
		return item.size == 0;
	if (event->list_count == 0)
		return span_equal(event->subject, item);
	for (uint32_t i = 0; i < event->list_count; i++) {
		if (span_equal(event->list[i], item))
			return true;
	}
	return false;
}

static inline bool
model_feeds(uint32_t meter, const struct event *event, struct span account,
            const struct book_key *key)
{
	if (!model_selects(meter, event) || !span_equal(event->account, account))
		return false;
	return span_equal(model_text(event, fixture_meters[meter].org_field), key->org) &&
	       span_equal(model_text(event, fixture_meters[meter].project_field), key->project) &&
	       span_equal(model_id(meter, event), key->id) &&
	       model_has_item(meter, event, key->item);
}

struct model_cell {
	bool              there;
	struct instant    at;
	struct span       text;
	int64_t           count;
	int64_t           sum;
	struct split_cell splits[16];
	uint32_t          splits_count;
};

static inline void
model_join_split(struct model_cell *cell, const struct event *event)
{
	struct span env   = model_text(event, REPORT_ENV);
	struct span infra = model_text(event, REPORT_INFRA);
	int64_t     value = event->number[REPORT_VALUE];
	uint32_t    at    = 0;
	while (at < cell->splits_count && (!span_equal(cell->splits[at].split[0], env) ||
	                                   !span_equal(cell->splits[at].split[1], infra)))
		at++;
	struct split_cell *split = &cell->splits[at];
	if (at == cell->splits_count) {
		cell->splits_count++;
		*split = (struct split_cell){ { env, infra }, value, event->time };
	} else if (event->time.ns > split->at.ns ||
	           (event->time.ns == split->at.ns && value > split->value)) {
		split->value = value;
		split->at    = event->time;
	}
}

static inline struct model_cell
model_cell(uint32_t meter, struct span account, const struct book_key *key, int32_t hour,
           const struct event *events, uint32_t count)
{
	struct model_cell cell = { 0 };
	for (uint32_t i = 0; i < count; i++) {
		const struct event *event = &events[i];
		if (hour_of(event->time) != hour || !model_feeds(meter, event, account, key))
			continue;
		struct span text = model_text(event, fixture_meters[meter].value_field);
		if (meter == METER_REPORT)
			model_join_split(&cell, event);
		if (!cell.there || event->time.ns > cell.at.ns ||
		    (event->time.ns == cell.at.ns && span_compare(text, cell.text) > 0)) {
			cell.at   = event->time;
			cell.text = text;
		}
		if (meter == METER_SPENT) {
			cell.sum += event->number[REPORT_VALUE] < QUANTITY_END - 1 - cell.sum
			                    ? event->number[REPORT_VALUE]
			                    : QUANTITY_END - 1 - cell.sum;
		}
		cell.there = true;
		cell.count++;
	}
	return cell;
}

static inline void
check_splits(const struct series *series, int32_t hour, const struct model_cell *model)
{
	struct split_cell cells[16];
	int64_t           sum = 0, sums[1] = { 0 };
	uint64_t          present[1] = { 0 };
	assert_int_equal(series_splits(series, hour, cells, 16), model->splits_count);
	for (uint32_t i = 0; i < model->splits_count; i++) {
		uint32_t at = 0; /* the model's are in no order */
		while (!span_equal(cells[at].split[0], model->splits[i].split[0]) ||
		       !span_equal(cells[at].split[1], model->splits[i].split[1]))
			assert_true(++at < model->splits_count);
		assert_int_equal(cells[at].value, model->splits[i].value);
		assert_int_equal(cells[at].at.ns, model->splits[i].at.ns);
		if (__builtin_add_overflow(sum, model->splits[i].value, &sum))
			sum = INT64_MAX;
	}
	for (uint32_t i = 1; i < model->splits_count; i++) {
		int order = span_compare(cells[i - 1].split[0], cells[i].split[0]);
		assert_true(order < 0 || (order == 0 && span_compare(cells[i - 1].split[1],
		                                                     cells[i].split[1]) < 0));
	}
	series_sum(series, hour, hour + 1, sums, present);
	assert_int_equal(sums[0], sum);
	assert_int_equal(present[0], model->there);
}

static inline void
check_sum(const struct series *series, int32_t hour, const struct model_cell *model)
{
	int64_t        total, sums[1] = { 0 };
	uint64_t       present[1] = { 0 };
	struct instant last;
	assert_int_equal(series_total(series, hour, hour + 1, &total, &last), model->there);
	assert_int_equal(total, model->sum);
	if (model->there)
		assert_int_equal(last.ns, model->at.ns);
	series_sum(series, hour, hour + 1, sums, present);
	assert_int_equal(sums[0], model->sum);
	assert_int_equal(present[0], model->there);
}

static inline void
check_cell(const struct series *series, uint32_t meter, int32_t hour,
           const struct model_cell *model)
{
	struct latest_cell latest;
	int32_t            hours[2];
	assert_int_equal(series_hours(series, hour, hour + 1, hours, 2), model->there);
	if (fixture_meters[meter].kind == SERIES_GAUGE) {
		check_splits(series, hour, model);
		return;
	}
	if (fixture_meters[meter].kind == SERIES_SUM) {
		check_sum(series, hour, model);
		return;
	}
	assert_int_equal(series_latest(series, hour, hour + 1, &latest), model->there);
	if (model->there) {
		assert_int_equal(latest.at.ns, model->at.ns);
		assert_true(span_equal(latest.text, model->text));
	}
	if (fixture_meters[meter].kind == SERIES_COUNT)
		assert_int_equal(series_count(series, hour, hour + 1), model->count);
}

/* Every series that an event names, in every hour there is. */
static inline void
check_event(struct books *books, uint32_t meter, const struct event *event,
            const struct event *events, uint32_t count)
{
	struct book_key key = {
		.org     = model_text(event, fixture_meters[meter].org_field),
		.project = model_text(event, fixture_meters[meter].project_field),
		.id      = model_id(meter, event),
	};
	if (meter == METER_SPENT)
		key.item = model_text(event, REPORT_INFRA);
	if (meter == METER_FUNCTION)
		key.item = event->list_count ? event->list[event->list_count / 2] : event->subject;
	const struct book   *book   = book_of(books, event->account, false);
	const struct series *series = book ? book_series_find(book, meter, &key) : NULL;
	int32_t              hour   = hour_of(event->time);
	struct model_cell    model  = model_cell(meter, event->account, &key, hour, events, count);
	if (!series) {
		assert_false(model.there);
		return;
	}
	assert_true(span_equal(series_key(series)->id, key.id));
	assert_true(span_equal(series_key(series)->item, key.item));
	assert_true(span_equal(series_key(series)->org, key.org));
	assert_true(span_equal(series_key(series)->project, key.project));
	check_cell(series, meter, hour, &model);
}

#endif
