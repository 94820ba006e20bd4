/* test_book.c - books against their definition, recomputed from a plain list of events. */
#include "book_fixture.h"

#include <string.h>

enum { EVENTS = 6000 };

static struct event events[EVENTS];

static void
events_make(uint64_t seed, uint32_t count)
{
	random_state = seed;
	for (uint32_t i = 0; i < count; i++)
		events[i] = event_random();
}

static void
events_apply(struct books *books, uint32_t count)
{
	const struct event *pointers[EVENTS];
	for (uint32_t i = 0; i < count; i++)
		pointers[i] = &events[i];
	events_shuffle(pointers, count);
	books_apply_events(books, pointers, count);
}

/* ---- the model: what an event means to a meter, said anew ---- */

static struct span
model_text(const struct event *event, int32_t field)
{
	if (field < 0 || !(event->present >> field & 1))
		return (struct span){ "", 0 };
	return event->field[field];
}

static bool
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
	default:
		return false;
	}
}

static bool
model_has_item(uint32_t meter, const struct event *event, struct span item)
{
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

static bool
model_feeds(uint32_t meter, const struct event *event, struct span account,
            const struct book_key *key)
{
	if (!model_selects(meter, event) || !span_equal(event->account, account))
		return false;
	return span_equal(model_text(event, fixture_meters[meter].org_field), key->org) &&
	       span_equal(model_text(event, fixture_meters[meter].project_field), key->project) &&
	       span_equal(event->subject, key->id) && model_has_item(meter, event, key->item);
}

struct model_cell {
	bool              there;
	struct instant    at;
	struct span       text;
	int64_t           count;
	struct split_cell splits[16];
	uint32_t          splits_count;
};

static void
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

static struct model_cell
model_cell(uint32_t meter, struct span account, const struct book_key *key, int32_t hour,
           uint32_t count)
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
		cell.there = true;
		cell.count++;
	}
	return cell;
}

static void
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

static void
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
	assert_int_equal(series_latest(series, hour, hour + 1, &latest), model->there);
	if (model->there) {
		assert_int_equal(latest.at.ns, model->at.ns);
		assert_true(span_equal(latest.text, model->text));
	}
	if (fixture_meters[meter].kind == SERIES_COUNT)
		assert_int_equal(series_count(series, hour, hour + 1), model->count);
}

/* Every series that an event names, in every hour there is. */
static void
check_event(struct books *books, uint32_t meter, const struct event *event, uint32_t count)
{
	struct book_key key = {
		.org     = model_text(event, fixture_meters[meter].org_field),
		.project = model_text(event, fixture_meters[meter].project_field),
		.id      = event->subject,
	};
	if (meter == METER_FUNCTION)
		key.item = event->list_count ? event->list[event->list_count / 2] : event->subject;
	const struct book   *book   = book_of(books, event->account, false);
	const struct series *series = book ? book_series_find(book, meter, &key) : NULL;
	int32_t              hour   = hour_of(event->time);
	struct model_cell    model  = model_cell(meter, event->account, &key, hour, count);
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

static void
check_books(struct books *books, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += 5) {
		for (uint32_t meter = 0; meter < METERS; meter++) {
			if (fixture_meters[meter].type == events[i].type->index)
				check_event(books, meter, &events[i], count);
		}
	}
}

static void
test_L3_books_agree_with_a_plain_recomputation(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		uint32_t      count = seed == 4 ? EVENTS : 400 * (uint32_t)seed;
		struct books *books = books_open(&fixture_catalog, system_memory());
		events_make(seed, count);
		events_apply(books, count);
		check_books(books, count);
		books_close(books);
	}
}

static void
test_E4_order_and_batches_never_matter(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	events_make(11, EVENTS);
	struct span first = { 0 };
	for (int round = 0; round < 4; round++) {
		struct books *books = books_open(&fixture_catalog, system_memory());
		events_apply(books, EVENTS);
		struct span bytes = books_bytes(books, &arena);
		if (round == 0)
			first = bytes;
		assert_true(bytes.size > 1000);
		assert_true(span_equal(first, bytes));
		books_close(books);
	}
	arena_close(&arena);
}

/* Take the event out of the books as the engine does: clear, then join what is left. */
static void
event_retract(struct books *books, uint32_t index, const bool *gone, uint32_t count)
{
	book_clear(books, &events[index]);
	for (uint32_t i = 0; i < count; i++) {
		if (!gone[i])
			book_restore(books, &events[i], &events[index]);
	}
}

static void
test_E7_a_retracted_event_never_was(void **state)
{
	(void)state;
	static bool         gone[EVENTS];
	const struct event *pointers[EVENTS];
	const uint32_t      count = 2500;
	struct arena        arena;
	arena_open(&arena, system_memory());
	for (uint64_t seed = 21; seed < 25; seed++) {
		struct books *with    = books_open(&fixture_catalog, system_memory());
		struct books *without = books_open(&fixture_catalog, system_memory());
		events_make(seed, count);
		memset(gone, 0, sizeof(gone));
		events_apply(with, count);
		for (int i = 0; i < 200; i++) {
			uint32_t index = random_below(count);
			gone[index]    = true;
			event_retract(with, index, gone, count);
		}
		for (uint32_t i = 0; i < count; i++)
			pointers[i] = &events[i];
		books_apply(without, pointers, count, 0, gone);
		assert_true(span_equal(books_bytes(with, &arena), books_bytes(without, &arena)));
		for (size_t a = 0; a < COUNT(word_accounts); a++)
			assert_int_equal(
				book_newest_hour(book_of(with, word_accounts[a], true)),
				book_newest_hour(book_of(without, word_accounts[a], true)));
		books_close(with);
		books_close(without);
	}
	arena_close(&arena);
}

static void
test_E7_all_events_retracted_leave_an_empty_book(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *books = books_open(&fixture_catalog, system_memory());
	events_make(31, 500);
	events_apply(books, 500);
	for (uint32_t i = 0; i < 500; i++)
		book_clear(books, &events[i]);
	assert_int_equal(books_bytes(books, &arena).size, 0);
	assert_int_equal(book_newest_hour(book_of(books, word_accounts[0], true)), INT32_MIN);
	books_close(books);
	arena_close(&arena);
}

/* ---- one thing at a time ---- */

static void
test_L3_of_one_time_the_larger_value_counts(void **state)
{
	(void)state;
	struct split_cell cells[1];
	struct books     *books = books_open(&fixture_catalog, system_memory());
	static const struct {
		int64_t ns, value, expected;
	} rows[] = {
		{ 50, 5, 5 }, { 50, 4, 5 }, { 50, 6, 6 }, { 49, 9, 6 }, { 51, 1, 1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event event =
			event_report(SPAN("s"), (struct instant){ rows[i].ns }, rows[i].value);
		apply_one(books, &event, i);
		assert_int_equal(series_splits(report_series(books, SPAN("s")), 0, cells, 1), 1);
		assert_int_equal(cells[0].value, rows[i].expected);
	}
	books_close(books);
}

static void
test_L3_a_sum_past_the_largest_number_stays_there(void **state)
{
	(void)state;
	struct books *books = books_open(&fixture_catalog, system_memory());
	for (size_t i = 0; i < 3; i++) {
		struct event event =
			event_report(SPAN("s"), (struct instant){ 0 }, QUANTITY_END - 1);
		event_set(&event, REPORT_ENV, word_envs[i]);
		apply_one(books, &event, i);
	}
	int64_t  sums[2]    = { 0, 0 };
	uint64_t present[1] = { 0 };
	uint32_t hours;
	series_sum(report_series(books, SPAN("s")), -1, 1, sums, present);
	assert_int_equal(sums[0], 0);
	assert_int_equal(sums[1], INT64_MAX);
	assert_int_equal(present[0], 2);
	assert_int_equal(series_percentile(report_series(books, SPAN("s")), -1, 1, 95, &hours),
	                 INT64_MAX);
	assert_int_equal(hours, 1);
	books_close(books);
}

static int64_t
function_count(struct books *books, struct span item)
{
	struct book_key      key = { .id = SPAN("svc"), .item = item };
	const struct series *series =
		book_series_find(book_of(books, word_accounts[0], true), METER_FUNCTION, &key);
	return series ? series_count(series, -10, 10) : -1;
}

static void
test_L13_functions_are_distinct_and_none_is_the_service(void **state)
{
	(void)state;
	struct books *books = books_open(&fixture_catalog, system_memory());
	struct event  event = { .type    = &fixture_types[TYPE_DEPLOY],
		                .account = word_accounts[0],
		                .subject = SPAN("svc") };
	event_set(&event, DEPLOY_TYPE, SPAN("Lambda"));
	apply_one(books, &event, 0);
	assert_int_equal(function_count(books, SPAN("svc")), 1);
	event.present |= 1u << DEPLOY_FUNCTIONS; /* an empty list says the same */
	apply_one(books, &event, 1);
	assert_int_equal(function_count(books, SPAN("svc")), 2);
	event.list       = word_lists[0];
	event.list_count = 4;
	apply_one(books, &event, 2);
	assert_int_equal(function_count(books, SPAN("f1")), 1);
	assert_int_equal(function_count(books, SPAN("f2")), 1);
	assert_int_equal(function_count(books, SPAN("f3")), 1);
	assert_int_equal(function_count(books, SPAN("svc")), 2);
	assert_int_equal(function_count(books, SPAN("")), -1);
	books_close(books);
}

static void
test_unknown_types_and_skipped_events_feed_nothing(void **state)
{
	(void)state;
	struct books *books         = books_open(&fixture_catalog, system_memory());
	struct event  known         = event_report(SPAN("s"), (struct instant){ 0 }, 1);
	struct event  other         = known;
	other.type                  = NULL;
	const struct event *batch[] = { &known, &other };
	bool                skip[]  = { true, false };
	books_apply(books, batch, 2, 0, skip);
	book_clear(books, &other);
	book_restore(books, &other, &other);
	assert_int_equal(books_dirty_count(books), 0);
	books_close(books);
}

/* ---- what changed ---- */

static void
test_changed_eras_are_walked_once_written_they_are_not(void **state)
{
	(void)state;
	struct books *books  = books_open(&fixture_catalog, system_memory());
	struct event  event  = event_report(SPAN("s"), (struct instant){ 0 }, 5);
	struct event  later  = event_report(SPAN("s"), hour_start(5000), 5);
	uint64_t      cursor = 0;
	struct book  *book;
	int32_t       era;
	apply_one(books, &event, 0);
	apply_one(books, &later, 1);
	assert_int_equal(books_dirty_count(books), 2);
	assert_true(books_dirty_next(books, &cursor, &book, &era));
	assert_int_equal(era, 0);
	book_chunk_clean(book, era, 2);
	assert_true(books_dirty_next(books, &cursor, &book, &era));
	assert_int_equal(era, 4);
	assert_false(books_dirty_next(books, &cursor, &book, &era));
	assert_int_equal(books_dirty_count(books), 1);
	apply_one(books, &event, 1); /* the chunk holds it already */
	apply_one(books, &event, 2); /* and what changes nothing is no change */
	assert_int_equal(books_dirty_count(books), 1);
	book_clear(books, &event);
	assert_int_equal(books_dirty_count(books), 2);
	assert_int_equal(book_newest_hour(book), 5000);
	book_clear(books, &later);
	assert_int_equal(book_newest_hour(book), INT32_MIN);
	books_close(books);
}

static void
test_books_of_accounts_are_found_and_walked(void **state)
{
	(void)state;
	struct books *books = books_open(&fixture_catalog, system_memory());
	assert_null(book_of(books, SPAN("acme"), false));
	assert_null(book_at(books, 0));
	struct book *acme = book_of(books, SPAN("acme"), true);
	assert_ptr_equal(book_of(books, SPAN("acme"), true), acme);
	assert_true(span_equal(book_account(acme), SPAN("acme")));
	for (uint32_t i = 0; i < 3000; i++) {
		char name[8] = { 'n', (char)('a' + i % 26), (char)('a' + i / 26 % 26),
			         (char)('a' + i / 676), 0 };
		(void)book_of(books, span_of(name), true);
	}
	assert_ptr_equal(book_at(books, 0), acme);
	assert_non_null(book_at(books, 3000));
	assert_null(book_at(books, 3001));
	assert_ptr_equal(book_of(books, SPAN("acme"), false), acme);
	assert_true(books_size(books) > 0);
	books_close(books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L3_books_agree_with_a_plain_recomputation),
		cmocka_unit_test(test_E4_order_and_batches_never_matter),
		cmocka_unit_test(test_E7_a_retracted_event_never_was),
		cmocka_unit_test(test_E7_all_events_retracted_leave_an_empty_book),
		cmocka_unit_test(test_L3_of_one_time_the_larger_value_counts),
		cmocka_unit_test(test_L3_a_sum_past_the_largest_number_stays_there),
		cmocka_unit_test(test_L13_functions_are_distinct_and_none_is_the_service),
		cmocka_unit_test(test_unknown_types_and_skipped_events_feed_nothing),
		cmocka_unit_test(test_changed_eras_are_walked_once_written_they_are_not),
		cmocka_unit_test(test_books_of_accounts_are_found_and_walked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
