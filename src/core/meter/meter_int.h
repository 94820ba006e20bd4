/* meter_int.h - how a book keeps its cells; for this room alone.
 *
 * Pure. A split is one road of cells: a gauge has one for each text of its split
 * fields, a latest or count series has exactly one. Gauges keep pages of 128 hours,
 * the others a sorted vector of cells. Everything lives in the arena of the books. */
#ifndef TALLY_CORE_METER_METER_INT_H
#define TALLY_CORE_METER_METER_INT_H

#include "core/base/decimal.h"
#include "core/meter/book.h"

/* ---- hashes and the table from them to numbers ---- */

struct hash {
	uint64_t place;
	uint32_t check;
};

/* seed: of the books, a secret, so that nobody can make two keys or names collide. */
struct hash hash_of(uint64_t seed, const void *bytes, size_t size);

#define TABLE_NONE UINT32_MAX

struct table_entry {
	uint64_t place;
	uint32_t check;
	uint32_t value; /* TABLE_NONE: free */
};

/* Open addressing, at most three quarters full. */
struct table {
	struct table_entry *entries;
	uint32_t            capacity; /* 0 or a power of two */
	uint32_t            count;
};

/* The next value with this hash; *probe starts at 0 and walks on after a false
 * friend. TABLE_NONE when there is none (left). */
uint32_t table_find(const struct table *table, struct hash hash, uint32_t *probe);
void     table_add(struct table *table, struct pool *pool, struct hash hash, uint32_t value);

static inline void
table_prefetch(const struct table *table, struct hash hash)
{
	if (table->capacity > 0)
		__builtin_prefetch(&table->entries[hash.place & (table->capacity - 1)]);
}

/* ---- memory in whole lines of the cache ---- */

enum {
	LINE_SIZE     = 64,
	LINES_CLASSES = 33, /* up to 32 lines have a list; what is larger is the pool's */
};

struct lines {
	struct pool *pool;
	uint8_t     *next;
	uint32_t     left; /* lines from next on */
	void        *free[LINES_CLASSES];
};

void lines_open(struct lines *lines, struct pool *pool);
/* Aligned to a line up to 32 lines, unspecified content. */
void *lines_take(struct lines *lines, size_t size);
void  lines_give(struct lines *lines, void *piece, size_t size);

/* ---- names: each different text once ---- */

struct names {
	struct table  table;
	struct span  *texts;
	uint32_t      count;
	uint32_t      capacity;
	struct arena *arena;
	struct pool  *pool;
	uint64_t      seed;
};

enum { NAME_EMPTY = 0 };

void     names_open(struct names *names, struct arena *arena, struct pool *pool);
uint32_t names_add(struct names *names, struct span text);

static inline struct span
names_text(const struct names *names, uint32_t name)
{
	return names->texts[name];
}

/* ---- gauges: pages of hours ---- */

enum {
	PAGE_SHIFT = 7,
	PAGE_HOURS = 1 << PAGE_SHIFT,
	/* A page with more cells than this is laid out by hour, others are packed. */
	PAGE_PACKED_MAX = 32,
	ERA_SHIFT       = 10,
	ERA_PAGES       = BOOK_ERA_HOURS / PAGE_HOURS,
};
_Static_assert(1 << ERA_SHIFT == BOOK_ERA_HOURS, "an era is a power of two hours");

/* How a page keeps its values or times, bytes a cell: values in whole units, times in
 * seconds (two bytes) or milliseconds (four); or, once a cell needs more, in millionths
 * and nanoseconds. Four bytes of whole units are for totals alone, which have no times. */
enum width { WIDTH_NONE = 0, WIDTH_BYTE = 1, WIDTH_SHORT = 2, WIDTH_WORD = 4, WIDTH_FULL = 8 };

/* Two to a line of the cache. The cells are one piece: values, and behind them times. */
struct page {
	uint64_t present[2]; /* bit: the hour's place in the page */
	uint8_t *cells;      /* an absent hour of a page by hour holds 0 */
	uint32_t whole_max;  /* no value was above while they were whole units */
	int16_t  index;      /* hour >> PAGE_SHIFT */
	uint8_t  capacity;   /* PAGE_HOURS: cells stand by hour, less: packed, in order */
	uint8_t  widths;     /* of values, and times the width of times by 16 */
};
_Static_assert(sizeof(struct page) == LINE_SIZE / 2, "no page lies in two lines");

/* A gauge keeps pages, and so does a sum: one split of them, which grow by adding. */
static inline bool
kind_has_pages(enum series_kind kind)
{
	return kind == SERIES_GAUGE || kind == SERIES_SUM;
}

/* A cell of a latest or count series. */
struct cell {
	int32_t  hour;
	uint32_t kept; /* name of the text, or how many events */
	int64_t  at_ns;
};

/* A line of the cache. */
struct split {
	_Alignas(LINE_SIZE) struct series *series;
	struct split *next;    /* of the same series */
	struct split *total;   /* of a gauge with several splits: the series' */
	uint32_t      text[2]; /* names */
	union {
		struct page *pages; /* of a gauge or sum, ascending */
		struct cell *cells; /* of the others, ascending */
	};
	uint32_t count;
	uint32_t capacity;
};
_Static_assert(sizeof(struct split) == LINE_SIZE, "what is fetched for one is no other's");

/* What a look reads stands in the first line, the key in the second. */
struct series {
	_Alignas(LINE_SIZE) struct split *splits;
	struct split               *total; /* NULL unless a gauge with several splits */
	struct book                *book;
	const struct catalog_meter *meter;
	uint32_t                    splits_count;
	uint32_t                    index;   /* among the meter's */
	struct series              *sibling; /* the same key in another meter: a ring */
	_Alignas(LINE_SIZE) struct book_key key;
};

/* What a join did. A new cell is counted, a changed one makes its era dirty. */
enum joined { JOINED_NOTHING, JOINED_CHANGE, JOINED_NEW };

static inline uint32_t
bits_count(uint64_t bits)
{
	bits -= bits >> 1 & UINT64_C(0x5555555555555555);
	bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
	bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (uint32_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

static inline bool
page_has(const struct page *page, uint32_t place)
{
	return page->present[place >> 6] >> (place & 63) & 1;
}

static inline uint32_t
page_count(const struct page *page)
{
	return bits_count(page->present[0]) + bits_count(page->present[1]);
}

static inline enum width
page_value_width(const struct page *page)
{
	return (enum width)(page->widths & 15);
}

static inline enum width
page_time_width(const struct page *page)
{
	return (enum width)(page->widths >> 4);
}

static inline uint8_t *
page_times(const struct page *page)
{
	return page->cells + (size_t)page->capacity * page_value_width(page);
}

static inline int64_t
cell_get(const uint8_t *cells, enum width width, uint32_t i)
{
	switch (width) {
	case WIDTH_NONE:
		break;
	case WIDTH_BYTE:
		return cells[i];
	case WIDTH_SHORT:
		return ((const uint16_t *)(const void *)cells)[i];
	case WIDTH_WORD:
		return ((const uint32_t *)(const void *)cells)[i];
	case WIDTH_FULL:
		return ((const int64_t *)(const void *)cells)[i];
	}
	return 0;
}

static inline int64_t
value_unit(enum width width)
{
	return width == WIDTH_FULL ? 1 : MILLIONTHS;
}

static inline int64_t
time_unit(enum width width)
{
	if (width == WIDTH_SHORT)
		return NS_PER_SECOND;
	return width == WIDTH_WORD ? NS_PER_SECOND / 1000 : 1;
}

/* Where the cell of a place stands, present or to be. */
uint32_t page_slot(const struct page *page, uint32_t place);

/* The position of the first page with an index not below; split->count when none. */
uint32_t split_page_seek(const struct split *split, int32_t index);
/* The page itself, NULL when absent. */
struct page *split_page(const struct split *split, int32_t index);
/* A new page with these cells, all at once; it must be absent. values and times hold
 * one for each bit of present, in order. */
void split_page_fill(struct split *split, struct lines *lines, int32_t index,
                     const uint64_t present[2], const int64_t *values, const int64_t *times);

/* The present hours of the page within [from, until), a bit each. */
void page_within(const struct page *page, int32_t from, int32_t until, uint64_t present[2]);

static inline int64_t
page_value(const struct page *page, uint32_t place)
{
	enum width width = page_value_width(page);
	return cell_get(page->cells, width, page_slot(page, place)) * value_unit(width);
}

static inline int64_t
page_time(const struct page *page, uint32_t place)
{
	enum width width = page_time_width(page);
	return cell_get(page_times(page), width, page_slot(page, place)) * time_unit(width);
}

enum joined gauge_join(struct split *split, struct lines *lines, int32_t hour, int64_t offset_ns,
                       int64_t value);
/* Adds; a sum stops below QUANTITY_END, and stopping keeps the order without meaning. */
enum joined sum_join(struct split *split, struct lines *lines, int32_t hour, int64_t offset_ns,
                     int64_t value);
/* True when there was a cell. */
bool gauge_clear(struct split *split, struct lines *lines, int32_t hour);

/* The sums over the splits of a gauge, hour by hour, in whole units: kept from the second
 * split on, and left alone by pages with a fraction, a value above 65,535 or a sum of
 * more than 32 bits. Such a page is wide: it says nothing, ask the splits. */
void total_open(struct series *series, struct lines *lines);

/* The one road that holds the sums of the gauge; a page of it with full width is to be
 * had from the splits. */
static inline const struct split *
series_road(const struct series *gauge)
{
	return gauge->total ? gauge->total : gauge->splits;
}

/* ---- latest and count: cells in order of hour ---- */

/* The position of the first cell with an hour not below; split->count when none. */
uint32_t split_cell_seek(const struct split *split, int32_t hour);
/* Room for one more cell at position. */
struct cell *split_cell_insert(struct split *split, struct pool *pool, uint32_t position);

enum joined latest_join(struct split *split, struct pool *pool, struct names *names,
                        struct instant at, struct span text);
enum joined count_join(struct split *split, struct pool *pool, struct instant at);
bool        cell_clear(struct split *split, int32_t hour);

/* ---- books ---- */

/* What is known of an era of a book, or of a day and part of its crowds (crowd.h). */
struct era {
	int32_t  number;
	bool     dirty;
	uint64_t position; /* the chunk that was read or written holds the ordinals below */
	uint64_t cells;
};

struct crowd; /* crowd.h */

struct series_list {
	struct series **at;
	uint32_t        count;
	uint32_t        capacity;
	struct crowd   *crowd; /* of a distinct meter, which has no series */
};

struct book {
	struct books       *books;
	struct span         account;
	struct table        table; /* key, and key with split: number of a split */
	struct era         *eras;  /* ascending */
	uint32_t            eras_count;
	uint32_t            eras_capacity;
	uint32_t            era_last;    /* position of the era that was asked for last */
	int32_t             newest_hour; /* no cell is newer */
	bool                newest_exact;
	struct series_list *meters; /* by index of the meter */
};

enum { SPLITS_BLOCK = LINES_CLASSES - 1 };

struct books {
	const struct catalog *catalog;
	const uint8_t        *secret; /* NULL: none was given */
	struct arena          arena;
	struct arena          scratch;
	struct pool           pool;
	struct lines          lines;
	uint64_t              seed; /* of every hash in here */
	struct names          names;
	struct table          accounts;
	struct book         **books;
	uint32_t              books_count;
	uint32_t              books_capacity;
	struct split        **blocks; /* of SPLITS_BLOCK splits */
	uint32_t              blocks_capacity;
	uint32_t              splits_count;
	uint32_t             *type_meters; /* the meters of each type, one type after the other */
	uint32_t             *type_first; /* the type's first in type_meters; one more at the end */
};

static inline struct split *
books_split(const struct books *books, uint32_t number)
{
	return &books->blocks[number / SPLITS_BLOCK][number % SPLITS_BLOCK];
}

/* The era, made when absent (make) or NULL. */
struct era *book_era(struct book *book, int32_t number, bool make);
/* A cell of this hour is new, gone. */
void book_cell_added(struct book *book, int32_t hour);
void book_cell_removed(struct book *book, int32_t hour);

/* Room for one more element in a vector that doubles. */
void *vector_grow(struct pool *pool, void *at, size_t element_size, uint32_t count,
                  uint32_t *capacity);

/* ---- series of keys ---- */

struct hash key_hash(const struct books *books, uint32_t meter, const struct book_key *key);
/* split points to the two split texts. */
struct hash split_hash(const struct books *books, uint32_t meter, const struct book_key *key,
                       const struct span *split);
/* The split with this hash, NULL when there is none. */
struct split *book_split_find(const struct book *book, struct hash hash);
/* A split that is not there yet, and its series when that is new; hash is the split's
 * of a gauge, else the key's. */
struct split *book_split_make(struct book *book, const struct catalog_meter *meter,
                              const struct book_key *key, const struct span *split,
                              struct hash hash);

/* ---- order ---- */

typedef int (*pointer_order)(const void *a, const void *b, const void *context);
/* Merge sort; spare has room for count pointers. */
void pointers_sort(const void **pointers, const void **spare, uint32_t count, pointer_order order,
                   const void *context);

/* The rank-th smallest (from 1); the array is reordered. */
int64_t rank_select(int64_t *values, uint32_t count, uint32_t rank);

static inline int64_t
offset_in_hour(struct instant at, int32_t hour)
{
	/* Modular: the first hour that an instant can hold starts before the first instant. */
	return (int64_t)((uint64_t)at.ns - (uint64_t)hour * (uint64_t)NS_PER_HOUR);
}

static inline struct instant
instant_in_hour(int32_t hour, int64_t offset_ns)
{
	return (struct instant){ (int64_t)((uint64_t)hour * (uint64_t)NS_PER_HOUR +
		                           (uint64_t)offset_ns) };
}

#endif
