/* book.c - joining events into the cells of their books, and taking them out again. */
#include "core/base/check.h"
#include "core/meter/crowd.h"
#include "core/meter/feed.h"

/* Feeds that are looked up together: enough to hide the misses of a look-up behind
 * the others, few enough that what was prefetched is still there when it is used. */
enum { FEEDS_MAX = 128 };

/* How many events ahead of the one at hand memory is asked for. */
enum { EVENTS_AHEAD = 6 };

/* One event on its way into one split. */
struct feed {
	const struct event         *event;
	const struct catalog_meter *meter;
	struct book                *book;
	struct book_key             key;
	struct span                 split_text[2];
	struct hash                 hash;
	struct split               *split;
	int32_t                     hour;
};

/* One event on its way into a crowd. */
struct seen {
	struct crowd *crowd;
	struct member member;
	int32_t       hour;
};

struct feeds {
	struct books *books;
	uint32_t      count;
	uint32_t      seen_count;
	struct feed   at[FEEDS_MAX];
	struct seen   seen[FEEDS_MAX];
};

/* ---- feeds ---- */

static void
feed_join(const struct feed *feed)
{
	struct books  *books  = feed->book->books;
	struct instant at     = feed->event->time;
	enum joined    joined = JOINED_NOTHING;

	switch (feed->meter->kind) {
	case SERIES_GAUGE:
		joined = gauge_join(feed->split, &books->lines, feed->hour,
		                    offset_in_hour(at, feed->hour),
		                    meter_number(feed->meter, feed->event));
		break;
	case SERIES_LATEST:
		joined = latest_join(feed->split, &books->pool, &books->names, at,
		                     meter_text(feed->meter, feed->event));
		break;
	case SERIES_COUNT:
		joined = count_join(feed->split, &books->pool, at);
		break;
	case SERIES_SUM:
		joined = sum_join(feed->split, &books->lines, feed->hour,
		                  offset_in_hour(at, feed->hour),
		                  meter_number(feed->meter, feed->event));
		break;
	case SERIES_DISTINCT:
		CHECK(false);
	}
	if (joined == JOINED_NEW)
		book_cell_added(feed->book, feed->hour);
	if (joined != JOINED_NOTHING)
		book_era(feed->book, feed->hour >> ERA_SHIFT, true)->dirty = true;
}

static void
feed_split(struct feed *feed)
{
	feed->split = book_split_find(feed->book, feed->hash);
	if (!feed->split)
		feed->split = book_split_make(feed->book, feed->meter, &feed->key, feed->split_text,
		                              feed->hash);
	__builtin_prefetch(feed->split);
}

/* Where the join will begin to read: the newest page or cell. */
static void
feed_prefetch_end(const struct feed *feed)
{
	const struct split *split = feed->split;
	if (split->count == 0)
		return;
	if (!kind_has_pages(feed->meter->kind)) {
		__builtin_prefetch(&split->cells[split->count - 1]);
		return;
	}
	__builtin_prefetch(&split->pages[split->count - 1]);
	if (split->total)
		__builtin_prefetch(split->total);
}

/* The lines of a page that the join will read and write. */
static void
page_prefetch(const struct split *split, int32_t hour)
{
	const struct page *page = split_page(split, hour >> PAGE_SHIFT);
	if (!page || page->capacity == 0)
		return;
	uint32_t slot = page_slot(page, (uint32_t)hour & (PAGE_HOURS - 1));
	__builtin_prefetch(page->cells + slot * page_value_width(page));
	if (page_time_width(page) != WIDTH_NONE)
		__builtin_prefetch(page_times(page) + slot * page_time_width(page));
}

static void
feed_prefetch_cell(const struct feed *feed)
{
	if (!kind_has_pages(feed->meter->kind))
		return;
	page_prefetch(feed->split, feed->hour);
	const struct split *total = feed->split->total;
	if (total && total->count > 0)
		__builtin_prefetch(&total->pages[total->count - 1]);
}

static void
feed_prefetch_total(const struct feed *feed)
{
	if (feed->meter->kind == SERIES_GAUGE && feed->split->total)
		page_prefetch(feed->split->total, feed->hour);
}

/* A look-up is a chain of misses; each loop takes one step of all chains. */
static void
feeds_flush(struct feeds *feeds)
{
	for (uint32_t i = 0; i < feeds->count; i++)
		feed_split(&feeds->at[i]);
	for (uint32_t i = 0; i < feeds->count; i++)
		feed_prefetch_end(&feeds->at[i]);
	for (uint32_t i = 0; i < feeds->count; i++)
		feed_prefetch_cell(&feeds->at[i]);
	for (uint32_t i = 0; i < feeds->count; i++)
		feed_prefetch_total(&feeds->at[i]);
	for (uint32_t i = 0; i < feeds->count; i++)
		feed_join(&feeds->at[i]);
	feeds->count = 0;
}

static void
seen_flush(struct feeds *feeds)
{
	for (uint32_t i = 0; i < feeds->seen_count; i++)
		crowd_fetch_member(feeds->seen[i].crowd, &feeds->seen[i].member,
		                   feeds->seen[i].hour);
	for (uint32_t i = 0; i < feeds->seen_count; i++)
		(void)crowd_join(feeds->seen[i].crowd, &feeds->seen[i].member, feeds->seen[i].hour);
	feeds->seen_count = 0;
}

static struct hash
feed_hash(const struct feed *feed)
{
	if (feed->meter->kind == SERIES_GAUGE)
		return split_hash(feed->book->books, feed->meter->index, &feed->key,
		                  feed->split_text);
	return key_hash(feed->book->books, feed->meter->index, &feed->key);
}

static void
feed_fill(struct feed *feed, struct book *book, const struct event *event,
          const struct catalog_meter *meter, struct span item)
{
	feed->event = event;
	feed->meter = meter;
	feed->book  = book;
	feed->key   = meter_key(meter, event, item);
	feed->split = NULL;
	feed->hour  = hour_of(event->time);
	if (meter->kind == SERIES_GAUGE)
		meter_split(meter, event, feed->split_text);
	feed->hash = feed_hash(feed);
}

static void
feeds_add(struct feeds *feeds, struct book *book, const struct event *event,
          const struct catalog_meter *meter, struct span item)
{
	if (feeds->count == FEEDS_MAX)
		feeds_flush(feeds);
	struct feed *feed = &feeds->at[feeds->count++];
	feed_fill(feed, book, event, meter, item);
	table_prefetch(&book->table, feed->hash);
}

static void
seen_add(struct feeds *feeds, struct book *book, const struct event *event,
         const struct catalog_meter *meter)
{
	struct span none = { "", 0 };

	if (feeds->seen_count == FEEDS_MAX)
		seen_flush(feeds);
	struct seen *seen = &feeds->seen[feeds->seen_count++];
	seen->crowd       = book_crowd(book, meter->index, true);
	seen->member      = member_of(feeds->books, meter_key(meter, event, none).id);
	seen->hour        = hour_of(event->time);
	crowd_fetch_slot(seen->crowd, &seen->member);
}

/* Whether the event has what the meter keeps: a gauge or sum needs its number. */
static bool
meter_reads(const struct books *books, const struct catalog_meter *meter, const struct event *event)
{
	if (kind_has_pages(meter->kind) &&
	    (meter->value_field < 0 || (event->present >> meter->value_field & 1) == 0))
		return false;
	return meter_selects(books->catalog, meter, event);
}

/* held: the chunk of the event's era holds it already. A crowd, whose chunks are others,
 * may be told of an event once more. */
static void
feeds_add_event(struct feeds *feeds, struct book *book, const struct event *event, bool held)
{
	struct books *books = feeds->books;
	uint32_t      type  = event->type->index;
	CHECK(type < books->catalog->types_count);

	for (uint32_t i = books->type_first[type]; i < books->type_first[type + 1]; i++) {
		const struct catalog_meter *meter = &books->catalog->meters[books->type_meters[i]];
		bool                        is_crowd = meter->kind == SERIES_DISTINCT;
		if ((held && !is_crowd) || !meter_reads(books, meter, event))
			continue;
		if (is_crowd) {
			seen_add(feeds, book, event, meter);
			continue;
		}
		if (meter->each_field < 0) {
			feeds_add(feeds, book, event, meter, meter_item(meter, event));
			continue;
		}
		arena_reset(&books->scratch);
		struct item_list items = meter_items(meter, event, &books->scratch);
		for (uint32_t item = 0; item < items.count; item++)
			feeds_add(feeds, book, event, meter, *items.at[item]);
	}
}

/* ---- writing ---- */

static bool
chunk_holds(struct book *book, const struct event *event, uint64_t ordinal)
{
	const struct era *era = book_era(book, hour_of(event->time) >> ERA_SHIFT, false);
	return era && ordinal < era->position;
}

/* What feeding reads of an event: its attributes, and the first of its fields. */
static void
prefetch_event(const struct event *event)
{
	__builtin_prefetch(event);
	__builtin_prefetch(&event->subject);
	__builtin_prefetch(&event->field[0]);
	__builtin_prefetch(&event->number[0]);
	__builtin_prefetch(&event->present);
}

void
books_apply(struct books *books, const struct event *const *events, uint32_t count, uint64_t first,
            const bool *skip)
{
	struct feeds feeds;
	feeds.books       = books;
	feeds.count       = 0;
	feeds.seen_count  = 0;
	struct book *book = NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct event *event = events[i];
		if (i + EVENTS_AHEAD < count)
			prefetch_event(events[i + EVENTS_AHEAD]);
		if ((skip && skip[i]) || !event->type)
			continue;
		if (!book || !span_equal(book->account, event->account))
			book = book_of(books, event->account, true);
		feeds_add_event(&feeds, book, event, chunk_holds(book, event, first + i));
	}
	feeds_flush(&feeds);
	seen_flush(&feeds);
}

static void
feed_clear(const struct feed *feed)
{
	struct books *books = feed->book->books;
	struct split *split = book_split_find(feed->book, feed->hash);
	bool          there;

	if (!split)
		return;
	if (kind_has_pages(feed->meter->kind))
		there = gauge_clear(split, &books->lines, feed->hour);
	else
		there = cell_clear(split, feed->hour);
	if (!there)
		return;
	book_cell_removed(feed->book, feed->hour);
	book_era(feed->book, feed->hour >> ERA_SHIFT, true)->dirty = true;
}

static void
seen_clear(struct book *book, const struct event *event, const struct catalog_meter *meter)
{
	struct span   none   = { "", 0 };
	struct crowd *crowd  = book_crowd(book, meter->index, false);
	struct member member = member_of(book->books, meter_key(meter, event, none).id);

	if (crowd)
		crowd_clear(crowd, &member, hour_of(event->time));
}

void
book_clear(struct books *books, const struct event *event)
{
	struct book *book = book_of(books, event->account, false);
	if (!event->type || !book)
		return;
	uint32_t type = event->type->index;
	for (uint32_t i = books->type_first[type]; i < books->type_first[type + 1]; i++) {
		const struct catalog_meter *meter = &books->catalog->meters[books->type_meters[i]];
		if (!meter_reads(books, meter, event))
			continue;
		if (meter->kind == SERIES_DISTINCT) {
			seen_clear(book, event, meter);
			continue;
		}
		arena_reset(&books->scratch);
		struct item_list items = meter_items(meter, event, &books->scratch);
		for (uint32_t item = 0; item < items.count; item++) {
			struct feed feed;
			feed_fill(&feed, book, event, meter, *items.at[item]);
			feed_clear(&feed);
		}
	}
}

/* Whether both feed the same series (and split) with some item. */
static bool
feeds_alike(const struct catalog_meter *meter, const struct event *a, const struct event *b)
{
	struct span     none  = { "", 0 };
	struct book_key key_a = meter_key(meter, a, none);
	struct book_key key_b = meter_key(meter, b, none);
	if (!span_equal(key_a.id, key_b.id) || !span_equal(key_a.org, key_b.org) ||
	    !span_equal(key_a.project, key_b.project))
		return false;
	if (meter->kind != SERIES_GAUGE)
		return true;
	struct span split_a[2];
	struct span split_b[2];
	meter_split(meter, a, split_a);
	meter_split(meter, b, split_b);
	return span_equal(split_a[0], split_b[0]) && span_equal(split_a[1], split_b[1]);
}

/* Whether clearing one event may have taken away what the other one had joined. */
static bool
meter_restores(const struct books *books, const struct catalog_meter *meter,
               const struct event *event, const struct event *cleared)
{
	int32_t hour = hour_of(event->time), gone = hour_of(cleared->time);
	bool    near = meter->kind == SERIES_DISTINCT
	                       ? month_first_hour(hour) == month_first_hour(gone)
	                       : hour == gone;
	return near && meter_reads(books, meter, event) && meter_reads(books, meter, cleared) &&
	       feeds_alike(meter, event, cleared);
}

bool
book_restores(const struct books *books, const struct event *event, const struct event *cleared)
{
	if (!event->type || event->type != cleared->type ||
	    !span_equal(event->account, cleared->account))
		return false;
	uint32_t type = event->type->index;
	for (uint32_t i = books->type_first[type]; i < books->type_first[type + 1]; i++) {
		if (meter_restores(books, &books->catalog->meters[books->type_meters[i]], event,
		                   cleared))
			return true;
	}
	return false;
}

/* Join the event for each item that both have. */
static void
meter_restore(struct feeds *feeds, struct book *book, const struct catalog_meter *meter,
              const struct event *event, const struct event *cleared)
{
	if (meter->kind == SERIES_DISTINCT) {
		seen_add(feeds, book, event, meter);
		return;
	}
	struct arena *scratch = &book->books->scratch;
	arena_reset(scratch);
	struct item_list items = meter_items(meter, event, scratch);
	struct item_list wiped = meter_items(meter, cleared, scratch);
	uint32_t         at    = 0;

	for (uint32_t i = 0; i < items.count; i++) {
		while (at < wiped.count && span_compare(*wiped.at[at], *items.at[i]) < 0)
			at++;
		if (at < wiped.count && span_equal(*wiped.at[at], *items.at[i]))
			feeds_add(feeds, book, event, meter, *items.at[i]);
	}
}

void
book_restore(struct books *books, const struct event *event, const struct event *cleared)
{
	if (!book_restores(books, event, cleared))
		return;
	struct book *book = book_of(books, event->account, true);
	struct feeds feeds;
	feeds.books      = books;
	feeds.count      = 0;
	feeds.seen_count = 0;
	uint32_t type    = event->type->index;
	for (uint32_t i = books->type_first[type]; i < books->type_first[type + 1]; i++) {
		const struct catalog_meter *meter = &books->catalog->meters[books->type_meters[i]];
		if (meter_restores(books, meter, event, cleared))
			meter_restore(&feeds, book, meter, event, cleared);
	}
	feeds_flush(&feeds);
	seen_flush(&feeds);
}

/* A key that its month saw before the event stays as it is. One that it did not see at all
 * may be in a chunk that was not written any more. */
static bool
clear_reaches_month(const struct book *book, const struct catalog_meter *meter,
                    const struct event *event)
{
	struct span none = { "", 0 };
	int32_t     hour = hour_of(event->time), first;

	return !book ||
	       !book_crowd_first(book, meter->index, meter_key(meter, event, none).id, hour,
	                         &first) ||
	       first >= hour;
}

struct book_reach
book_clear_reach(struct books *books, const struct event *event)
{
	int32_t           hour  = hour_of(event->time);
	struct book_reach reach = { .from = hour, .until = hour + 1, .same_subject = true };

	if (!event->type)
		return reach;
	const struct book *book = book_of(books, event->account, false);
	uint32_t           type = event->type->index;
	for (uint32_t i = books->type_first[type]; i < books->type_first[type + 1]; i++) {
		const struct catalog_meter *meter = &books->catalog->meters[books->type_meters[i]];
		reach.same_subject &= meter->key_field == KEY_SUBJECT;
		if (meter->kind == SERIES_DISTINCT && meter_reads(books, meter, event) &&
		    clear_reaches_month(book, meter, event))
			reach.until = month_next_first_hour(hour);
	}
	/* The last month goes on where no event can be. */
	int32_t end = hour_of((struct instant){ INT64_MAX });
	if (reach.until > end)
		reach.until = end;
	return reach;
}
