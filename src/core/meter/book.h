/* book.h - what every account used, hour by hour, in memory.
 *
 * Pure. A book is one account's series: for each meter of the catalogue and each key
 * of it (org, project, subject, and an item of a list where the meter has one) one
 * cell an hour, and for gauges one an hour and split. A cell is a join of the events
 * of its hour under a total order (L-3), their count or their sum, so the order of arrival never
 * matters (E-4).
 *
 * A distinct meter has no series: for each key it keeps the hour in which a month first saw
 * it, and nothing of who that was but a hash under the secret of the books.
 *
 * Written by one thread; while it writes nobody reads (the engine holds a lock).
 * Everything is in the memory that books_open was given and leaves with books_close. */
#ifndef TALLY_CORE_METER_BOOK_H
#define TALLY_CORE_METER_BOOK_H

#include "core/base/text.h"
#include "core/catalog/catalog.h"
#include "core/meter/event.h"

/* Hours of one checkpointed chunk: era e holds the hours [e, e + 1) * BOOK_ERA_HOURS. */
enum { BOOK_ERA_HOURS = 1024 };

struct books; /* all accounts */
struct book;  /* one account */

enum { BOOK_SECRET_SIZE = 192 };

struct books *books_open(const struct catalog *catalog, struct memory memory);
/* Before anything is in them: a number that nobody outside knows. Keys are told apart by
 * 96 bits of a hash under it, so that nobody can choose names that count as one. */
void books_seed(struct books *books, uint64_t seed);
/* The same for those that distinct meters tell apart by 128 bits, which stand in chunks:
 * chunks are of books with the same secret. */
void   books_keep_secret(struct books *books, const uint8_t secret[BOOK_SECRET_SIZE]);
void   books_close(struct books *books);
size_t books_size(const struct books *books); /* bytes held */

/* The account's book, made when absent (make) or NULL. */
struct book *book_of(struct books *books, struct span account, bool make);
struct span  book_account(const struct book *book);
/* All books, in no promised order; index from 0; NULL after the last. */
struct book *book_at(const struct books *books, uint32_t index);

/* ---- writing ---- */

/* Join events into their books. events[i] has log ordinal first + i; skip[i] (skip may
 * be NULL) leaves one out (retracted). An event is left out too when the chunk of its
 * book and era already holds its ordinal (see book_chunk_read), so replaying a log
 * over chunks is exact. Looks keys up for the whole batch first and prefetches. */
void books_apply(struct books *books, const struct event *const *events, uint32_t count,
                 uint64_t first, const bool *skip);

/* A retraction changes cells that other events may share: clear the hour of every
 * series that the event touched; the caller then joins the remaining events of those
 * series anew with book_restore. */
void book_clear(struct books *books, const struct event *event);
/* Join one event, but only into series and hours that `cleared` touched (so events
 * of neighbours that share the hour are not counted twice). */
void book_restore(struct books *books, const struct event *event, const struct event *cleared);
/* Whether book_restore() would join the event. */
bool book_restores(const struct books *books, const struct event *event,
                   const struct event *cleared);
/* Where the events are that book_restore() will want: in the hour of the event or, when a
 * month may have seen a key of a distinct meter first in it, in the rest of that month. */
struct book_reach {
	int32_t from; /* hours [from, until) */
	int32_t until;
	bool    same_subject; /* all of them have the subject of the event */
};
struct book_reach book_clear_reach(struct books *books, const struct event *event);

/* ---- checkpoints ---- */

/* Chunks: the canonical bytes of one book and era: equal contents give equal bytes,
 * whatever order, batching or restarts led to them. position is the log ordinal up to
 * which events are in (exclusive). What distinct meters keep stands in chunks of its own,
 * by day; their numbers are greater than those of all eras. */
/* The hours [from, until) of a chunk, whatever its number. */
void book_chunk_hours(int32_t number, int32_t *from, int32_t *until);
/* The next (book, era) changed since it was last written or read; false when none.
 * cursor starts at 0 and walks all. */
bool     books_dirty_next(const struct books *books, uint64_t *cursor, struct book **book,
                          int32_t *era);
uint32_t books_dirty_count(const struct books *books);
void book_chunk_write(const struct book *book, int32_t era, uint64_t position, struct text *out);
/* Marks it written. */
void book_chunk_clean(struct book *book, int32_t number, uint64_t position);
/* Every era of the book that holds anything, ascending; returns how many there are. */
uint32_t book_eras(const struct book *book, int32_t *eras, uint32_t max);
/* Read a chunk into the books (its account is made; that era of it must be empty).
 * Any bytes are safe: ERR_STORE_DAMAGED, and the books must then be thrown away. */
MUST_CHECK enum err book_chunk_read(struct books *books, struct span bytes);

/* ---- reading ---- */

/* One key of one meter. Text lives as long as the books. */
struct book_key {
	struct span org;
	struct span project;
	struct span id;
	struct span item; /* of a meter with each_field or item_field, else empty */
};

struct series; /* one key's cells */

uint32_t             book_series_count(const struct book *book, uint32_t meter);
const struct series *book_series_at(const struct book *book, uint32_t meter, uint32_t index);
const struct series *book_series_find(const struct book *book, uint32_t meter,
                                      const struct book_key *key);
/* The series of the same key in that meter; NULL when there is none. */
const struct series        *series_sibling(const struct series *series, uint32_t meter);
const struct book_key      *series_key(const struct series *series);
const struct catalog_meter *series_meter(const struct series *series);
/* Does the event feed this key of the meter? (Which events are behind a figure, L-63.) */
bool meter_feeds(const struct catalog *catalog, const struct catalog_meter *meter,
                 const struct event *event, const struct book_key *key);

/* A gauge or a sum: add to sums[h - from] the value of each present hour h in [from, until),
 * over all splits, in millionths, and set its bit in present (bit h - from). Calls
 * for several series accumulate. until - from <= BOOK_WINDOW_HOURS_MAX. */
enum { BOOK_WINDOW_HOURS_MAX = 24 * 370 };
void series_sum(const struct series *gauge, int32_t from, int32_t until, int64_t *sums,
                uint64_t *present);

/* The present hours of a gauge in [from, until), all splits of an hour summed: how many there
 * are, the sum of all of them, staying at the largest number, and the largest.
 * until - from <= BOOK_WINDOW_HOURS_MAX. */
struct gauge_spread {
	int64_t  sum;
	int64_t  largest;
	uint32_t hours;
};
void series_spread(const struct series *gauge, int32_t from, int32_t until,
                   struct gauge_spread *spread);

/* A gauge's nearest-rank percentile over its present hours in [from, until), all splits
 * summed (L-4): the value in millionths, 0 without hours; *hours how many are present.
 * The fast road for one series; percentile.h has the plain one. */
int64_t series_percentile(const struct series *gauge, int32_t from, int32_t until, int32_t percent,
                          uint32_t *hours);

/* For who walks a meter's series in order: bring what questions about [from, until) of
 * those behind index will read, of them and of their gauge's (gauge_meter, none: -1). */
void book_series_fetch(const struct book *book, uint32_t meter, uint32_t index, int32_t gauge_meter,
                       int32_t from, int32_t until);

/* The splits of a gauge that reported in hour, with value and time, in order of split
 * text; returns how many there are (for explain). */
struct split_cell {
	struct span    split[2];
	int64_t        value;
	struct instant at;
};
uint32_t series_splits(const struct series *gauge, int32_t hour, struct split_cell *cells,
                       uint32_t max);

/* The latest cell in [from, until) of a latest or count series: time and, for a
 * latest, its text. False when there is none. */
struct latest_cell {
	struct instant at;
	struct span    text;
};
bool series_latest(const struct series *series, int32_t from, int32_t until,
                   struct latest_cell *cell);
/* Events of a count series in [from, until). */
int64_t series_count(const struct series *series, int32_t from, int32_t until);
/* A sum over [from, until), in millionths, staying at the largest number; *last is the
 * time of its latest event. False when no hour has one. */
bool series_total(const struct series *sum, int32_t from, int32_t until, int64_t *total,
                  struct instant *last);
/* The hours in [from, until) that have a cell, ascending; returns how many there are. */
uint32_t series_hours(const struct series *series, int32_t from, int32_t until, int32_t *hours,
                      uint32_t max);

/* ---- distinct meters ---- */

/* How many different keys their month first saw in [from, until), hours of one month. From
 * the month's first hour on that is how many different ones there were up to until. */
uint64_t book_crowd_count(const struct book *book, uint32_t meter, int32_t from, int32_t until);
/* When the month of hour first saw the key; false when it did not. */
bool book_crowd_first(const struct book *book, uint32_t meter, struct span id, int32_t hour,
                      int32_t *first);

/* The newest hour of any cell of a series of the book (INT32_MIN when empty). */
int32_t book_newest_hour(const struct book *book);

#endif
