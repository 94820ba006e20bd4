/* chunk.c - one book and era as canonical bytes (docs/format.md, "Chunks").
 *
 * Nothing in them depends on the order in which cells came or on how they are laid
 * out in memory: everything is sorted by text, and a column's unit is chosen by what
 * stands in it. */
#include "core/meter/chunk.h"

#include "core/base/check.h"

/* ---- numbers ---- */

enum { VARINT_SIZE_MAX = 10 };

static void
put_varint(struct text *out, uint64_t value)
{
	char  *at   = text_reserve(out, VARINT_SIZE_MAX);
	size_t size = 0;
	for (; value >= 0x80; value >>= 7)
		at[size++] = (char)(value | 0x80);
	at[size++] = (char)value;
	out->size += size;
}

static void
put_signed(struct text *out, int64_t value)
{
	put_varint(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static void
put_word(struct text *out, uint64_t word)
{
	char *at = text_reserve(out, sizeof(word));
	for (size_t i = 0; i < sizeof(word); i++)
		at[i] = (char)(word >> 8 * i);
	out->size += sizeof(word);
}

static void
put_text(struct text *out, struct span text)
{
	put_varint(out, text.size);
	text_add(out, text);
}

static inline char *
varint_write(char *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (char)(value | 0x80);
	*at++ = (char)value;
	return at;
}

/* How the numbers of a column stand to its units: scale of them are a whole one, and each
 * is fine of the small ones. */
struct column {
	int64_t scale;
	int64_t fine;
};

/* Cells as differences, in the larger unit when all are whole in it. */
static void
put_column(struct text *out, int64_t *cells, uint32_t count, struct column column)
{
	bool whole = true;
	for (uint32_t i = 0; column.scale > 1 && whole && i < count; i++)
		whole = cells[i] % column.scale == 0;
	text_add_char(out, whole ? CHUNK_COLUMN_WHOLE : CHUNK_COLUMN_FINE);
	for (uint32_t i = 0; whole && column.scale > 1 && i < count; i++)
		cells[i] /= column.scale;
	for (uint32_t i = 0; !whole && i < count; i++)
		cells[i] *= column.fine;

	char   *begin = text_reserve(out, (size_t)count * VARINT_SIZE_MAX);
	char   *at    = begin;
	int64_t last  = 0;
	for (uint32_t i = 0; i < count; i++) {
		int64_t step = cells[i] - last;
		at           = varint_write(at, (uint64_t)step << 1 ^ (step < 0 ? UINT64_MAX : 0));
		last         = cells[i];
	}
	out->size += (size_t)(at - begin);
}

/* ---- gauges ---- */

/* The present ones of a page's values or times, as they are kept. */
static uint32_t
page_numbers(const struct page *page, const uint8_t *cells, enum width width, int64_t *numbers)
{
	uint32_t count = 0;
	for (uint32_t half = 0; half < 2; half++) {
		for (uint64_t left = page->present[half]; left != 0; left &= left - 1) {
			uint32_t place   = half * 64 + (uint32_t)__builtin_ctzll(left);
			uint32_t slot    = page->capacity == PAGE_HOURS ? place : count;
			numbers[count++] = cell_get(cells, width, slot);
		}
	}
	return count;
}

static void
put_page(struct text *out, const struct page *page)
{
	int64_t       numbers[PAGE_HOURS];
	int64_t       value  = value_unit(page_value_width(page));
	int64_t       time   = time_unit(page_time_width(page));
	struct column values = { MILLIONTHS / value, value };
	struct column times  = { NS_PER_SECOND / time, time };

	put_word(out, page->present[0]);
	put_word(out, page->present[1]);
	uint32_t count = page_numbers(page, page->cells, page_value_width(page), numbers);
	put_column(out, numbers, count, values);
	count = page_numbers(page, page_times(page), page_time_width(page), numbers);
	put_column(out, numbers, count, times);
}

/* Bit i: the i-th page of the era has a cell. */
static uint32_t
gauge_pages(const struct split *split, int32_t era)
{
	uint32_t pages = 0;
	for (uint32_t i = 0; i < ERA_PAGES; i++) {
		const struct page *page = split_page(split, era * ERA_PAGES + (int32_t)i);
		if (page && page_count(page) > 0)
			pages |= 1u << i;
	}
	return pages;
}

static int
split_order(const void *a, const void *b, const void *context)
{
	const struct names *names   = context;
	const struct split *split_a = a;
	const struct split *split_b = b;
	int                 order   = span_compare(names_text(names, split_a->text[0]),
	                                           names_text(names, split_b->text[0]));
	if (order != 0)
		return order;
	return span_compare(names_text(names, split_a->text[1]),
	                    names_text(names, split_b->text[1]));
}

static void
put_gauge_split(struct text *out, const struct names *names, const struct split *split, int32_t era)
{
	uint32_t pages = gauge_pages(split, era);
	CHECK(pages != 0);
	put_text(out, names_text(names, split->text[0]));
	put_text(out, names_text(names, split->text[1]));
	text_add_char(out, (char)pages);
	for (uint32_t i = 0; i < ERA_PAGES; i++) {
		if (pages >> i & 1)
			put_page(out, split_page(split, era * ERA_PAGES + (int32_t)i));
	}
}

static void
put_gauge(struct text *out, struct arena *scratch, const struct series *series, int32_t era)
{
	const struct names  *names = &series->book->books->names;
	const struct split **splits =
		ARENA_ARRAY(scratch, const struct split *, 2u * (size_t)series->splits_count);
	uint32_t count = 0;
	for (const struct split *split = series->splits; split; split = split->next) {
		if (gauge_pages(split, era) != 0)
			splits[count++] = split;
	}
	pointers_sort((const void **)splits, (const void **)splits + series->splits_count, count,
	              split_order, names);
	put_varint(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_gauge_split(out, names, splits[i], era);
}

/* ---- latest and count ---- */

static void
put_cells(struct text *out, const struct series *series, int32_t era)
{
	const struct names *names = &series->book->books->names;
	const struct split *split = series->splits;
	int32_t             hour  = era * BOOK_ERA_HOURS;
	uint32_t            first = split_cell_seek(split, hour);
	uint32_t            end   = split_cell_seek(split, hour + BOOK_ERA_HOURS);

	put_varint(out, end - first);
	for (uint32_t i = first; i < end; i++) {
		const struct cell *cell = &split->cells[i];
		put_varint(out, (uint64_t)(cell->hour - hour));
		hour = cell->hour + 1;
		put_varint(out,
		           (uint64_t)offset_in_hour((struct instant){ cell->at_ns }, cell->hour));
		if (series->meter->kind == SERIES_COUNT) {
			put_varint(out, cell->kept);
		} else if (i > first && cell->kept == split->cells[i - 1].kept) {
			put_varint(out, 0);
		} else {
			put_varint(out, names_text(names, cell->kept).size + 1);
			text_add(out, names_text(names, cell->kept));
		}
	}
}

/* ---- series and meters ---- */

static bool
series_in_era(const struct series *series, int32_t era)
{
	int32_t first = era * BOOK_ERA_HOURS;
	if (!kind_has_pages(series->meter->kind)) {
		const struct split *split = series->splits;
		uint32_t            i     = split_cell_seek(split, first);
		return i < split->count && split->cells[i].hour < first + BOOK_ERA_HOURS;
	}
	for (const struct split *split = series->splits; split; split = split->next) {
		if (gauge_pages(split, era) != 0)
			return true;
	}
	return false;
}

static int
series_order(const void *a, const void *b, const void *context)
{
	(void)context;
	return chunk_key_order(&((const struct series *)a)->key, &((const struct series *)b)->key);
}

/* The meter's series with cells in the era, in order of key. */
static const struct series **
series_sorted(const struct book *book, uint32_t meter, int32_t era, struct arena *scratch,
              uint32_t *count)
{
	const struct series_list *list = &book->meters[meter];
	const struct series     **sorted =
		ARENA_ARRAY(scratch, const struct series *, 2u * (size_t)list->count);
	*count = 0;
	for (uint32_t i = 0; i < list->count; i++) {
		if (series_in_era(list->at[i], era))
			sorted[(*count)++] = list->at[i];
	}
	pointers_sort((const void **)sorted, (const void **)sorted + list->count, *count,
	              series_order, NULL);
	return sorted;
}

static void
put_series(struct text *out, const struct series *series, int32_t era, struct arena *scratch)
{
	put_text(out, series->key.org);
	put_text(out, series->key.project);
	put_text(out, series->key.id);
	put_text(out, series->key.item);
	if (kind_has_pages(series->meter->kind))
		put_gauge(out, scratch, series, era);
	else
		put_cells(out, series, era);
}

/* Name, kind and room for the size of what follows; returns where that begins. */
static size_t
put_meter_begin(struct text *out, const struct catalog_meter *meter)
{
	put_text(out, meter->name);
	text_add_char(out, (char)meter->kind);
	put_word(out, 0);
	return out->size;
}

static void
put_meter_end(struct text *out, size_t begin)
{
	uint64_t size = out->size - begin;
	for (size_t i = 0; i < sizeof(size); i++)
		out->at[begin - sizeof(size) + i] = (char)(size >> 8 * i);
}

static void
put_meter(struct text *out, const struct book *book, uint32_t meter, int32_t era,
          struct arena *scratch)
{
	uint32_t              count;
	const struct series **sorted = series_sorted(book, meter, era, scratch, &count);
	if (count == 0)
		return;
	size_t begin = put_meter_begin(out, &book->books->catalog->meters[meter]);
	put_varint(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_series(out, sorted[i], era, scratch);
	put_meter_end(out, begin);
}

/* ---- crowds ---- */

/* As memcmp orders them. */
static void
put_members(struct text *out, const struct member *members, uint32_t count)
{
	char *at = text_reserve(out, (size_t)count * CHUNK_MEMBER_SIZE);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t words[] = { __builtin_bswap64(members[i].high),
			             __builtin_bswap64(members[i].low) };
		memcpy(at + (size_t)i * CHUNK_MEMBER_SIZE, words, CHUNK_MEMBER_SIZE);
	}
	out->size += (size_t)count * CHUNK_MEMBER_SIZE;
}

static void
put_crowd(struct text *out, const struct book *book, uint32_t meter, int32_t number,
          struct arena *scratch)
{
	uint32_t             part, hours = 0, counts[HOURS_PER_DAY];
	int32_t              first   = chunk_day_hour(number, &part);
	const struct crowd  *crowd   = book->meters[meter].crowd;
	const struct member *members = NULL;

	if (crowd)
		members = crowd_day_members(crowd, first, part, scratch, counts);
	if (!members)
		return;
	size_t begin = put_meter_begin(out, &book->books->catalog->meters[meter]);
	for (uint32_t i = 0; i < HOURS_PER_DAY; i++)
		hours += counts[i] > 0;
	put_varint(out, hours);
	for (uint32_t i = 0; i < HOURS_PER_DAY; i++) {
		if (counts[i] == 0)
			continue;
		put_varint(out, i);
		put_varint(out, counts[i]);
		put_members(out, members, counts[i]);
		members += counts[i];
	}
	put_meter_end(out, begin);
}

static int
meter_order(const void *a, const void *b, const void *context)
{
	(void)context;
	return span_compare(((const struct catalog_meter *)a)->name,
	                    ((const struct catalog_meter *)b)->name);
}

void
book_chunk_hours(int32_t number, int32_t *from, int32_t *until)
{
	uint32_t part;

	*from  = chunk_is_day(number) ? chunk_day_hour(number, &part) : number * BOOK_ERA_HOURS;
	*until = *from + (chunk_is_day(number) ? HOURS_PER_DAY : BOOK_ERA_HOURS);
}

void
book_chunk_write(const struct book *book, int32_t era, uint64_t position, struct text *out)
{
	const struct catalog       *catalog = book->books->catalog;
	const struct catalog_meter *meters[2 * CATALOG_METERS_MAX];
	struct arena                scratch; /* beside the text, which grows where it stands */

	CHECK(catalog->meters_count <= CATALOG_METERS_MAX);
	arena_open(&scratch, out->arena->memory);
	for (uint32_t i = 0; i < catalog->meters_count; i++)
		meters[i] = &catalog->meters[i];
	pointers_sort((const void **)meters, (const void **)meters + CATALOG_METERS_MAX,
	              catalog->meters_count, meter_order, NULL);

	text_add(out, SPAN(CHUNK_MAGIC));
	text_add_char(out, CHUNK_VERSION);
	put_text(out, book->account);
	put_signed(out, era);
	put_varint(out, position);
	for (uint32_t i = 0; i < catalog->meters_count; i++) {
		if (chunk_is_day(era))
			put_crowd(out, book, meters[i]->index, era, &scratch);
		else
			put_meter(out, book, meters[i]->index, era, &scratch);
	}
	arena_close(&scratch);
}
