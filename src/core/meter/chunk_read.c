/* chunk_read.c - chunks back into books; every byte is doubted. */
#include "core/base/check.h"
#include "core/meter/chunk.h"

int
chunk_key_order(const struct book_key *a, const struct book_key *b)
{
	int order = span_compare(a->org, b->org);
	if (order == 0)
		order = span_compare(a->project, b->project);
	if (order == 0)
		order = span_compare(a->id, b->id);
	if (order == 0)
		order = span_compare(a->item, b->item);
	return order;
}

/* Reads on; once a read failed, damaged stays set and every read gives 0 or nothing. */
struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool           damaged;
};

static uint64_t
reader_refuse(struct reader *reader)
{
	reader->damaged = true;
	reader->at      = reader->end;
	return 0;
}

static uint64_t
get_varint_long(struct reader *reader)
{
	uint64_t value = 0;
	for (uint32_t shift = 0; shift < 64; shift += 7) {
		if (reader->at == reader->end)
			return reader_refuse(reader);
		uint8_t byte = *reader->at++;
		if (shift == 63 && byte > 1)
			return reader_refuse(reader);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	return reader_refuse(reader);
}

static inline uint64_t
get_varint(struct reader *reader)
{
	if (reader->at < reader->end && *reader->at < 0x80)
		return *reader->at++;
	return get_varint_long(reader);
}

static inline int64_t
get_signed(struct reader *reader)
{
	uint64_t value = get_varint(reader);
	return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

/* A varint that must be in [low, high]. */
static uint64_t
get_within(struct reader *reader, uint64_t low, uint64_t high)
{
	uint64_t value = get_varint(reader);
	if (value < low || value > high)
		return reader_refuse(reader);
	return value;
}

static struct span
get_bytes(struct reader *reader, uint64_t size)
{
	if (size > (uint64_t)(reader->end - reader->at)) {
		reader_refuse(reader);
		return (struct span){ "", 0 };
	}
	struct span bytes = { (const char *)reader->at, (size_t)size };
	reader->at += size;
	return bytes;
}

static struct span
get_text(struct reader *reader)
{
	return get_bytes(reader, get_varint(reader));
}

static uint64_t
get_word(struct reader *reader)
{
	struct span bytes = get_bytes(reader, sizeof(uint64_t));
	uint64_t    word  = 0;
	for (size_t i = 0; i < bytes.size; i++)
		word |= (uint64_t)(uint8_t)bytes.at[i] << 8 * i;
	return word;
}

static uint8_t
get_byte(struct reader *reader)
{
	struct span bytes = get_bytes(reader, 1);
	return bytes.size == 1 ? (uint8_t)bytes.at[0] : 0;
}

/* Cells of a column, each in [0, end). */
static void
get_column(struct reader *reader, int64_t *cells, uint32_t count, int64_t unit, int64_t end)
{
	uint8_t form = get_byte(reader);
	if (form != CHUNK_COLUMN_WHOLE && form != CHUNK_COLUMN_FINE)
		reader_refuse(reader);
	int64_t scale = form == CHUNK_COLUMN_WHOLE ? unit : 1;
	int64_t last  = 0;
	int64_t top   = (end - 1) / scale;
	for (uint32_t i = 0; i < count; i++) {
		/* Modular: a difference that leaves the range is refused below. */
		last = (int64_t)((uint64_t)last + (uint64_t)get_signed(reader));
		if (last < 0 || last > top) {
			reader_refuse(reader);
			last = 0;
		}
		cells[i] = last * scale;
	}
}

/* What the chunk is being read into. */
struct chunk {
	struct reader               reader;
	struct books               *books;
	struct book                *book;
	int32_t                     era;
	const struct catalog_meter *meter;
	uint64_t                    cells;
	int32_t                     newest_hour;
	bool                        outdated; /* another chunk knows better of some member */
};

static void
chunk_hour_seen(struct chunk *chunk, int32_t hour)
{
	if (hour > chunk->newest_hour)
		chunk->newest_hour = hour;
}

/* ---- gauges ---- */

static void
read_page(struct chunk *chunk, struct split *split, int32_t index)
{
	struct reader *reader = &chunk->reader;
	int64_t        values[PAGE_HOURS];
	int64_t        times[PAGE_HOURS];
	uint64_t       present[2] = { 0 };

	present[0]     = get_word(reader);
	present[1]     = get_word(reader);
	uint32_t count = bits_count(present[0]) + bits_count(present[1]);
	get_column(reader, values, count, MILLIONTHS, QUANTITY_END);
	get_column(reader, times, count, NS_PER_SECOND, NS_PER_HOUR);
	if (count == 0)
		reader_refuse(reader);
	if (reader->damaged)
		return;
	split_page_fill(split, &chunk->books->lines, index, present, values, times);
	chunk->cells += count;
	int32_t last =
		present[1] ? 127 - __builtin_clzll(present[1]) : 63 - __builtin_clzll(present[0]);
	chunk_hour_seen(chunk, index * PAGE_HOURS + last);
}

static struct split *
read_split_place(struct chunk *chunk, const struct book_key *key, const struct span *text)
{
	struct hash   hash  = chunk->meter->kind == SERIES_GAUGE
	                              ? split_hash(chunk->books, chunk->meter->index, key, text)
	                              : key_hash(chunk->books, chunk->meter->index, key);
	struct split *split = book_split_find(chunk->book, hash);
	if (!split)
		split = book_split_make(chunk->book, chunk->meter, key, text, hash);
	return split;
}

static void
read_gauge_split(struct chunk *chunk, const struct book_key *key, const struct span *text)
{
	uint8_t pages = get_byte(&chunk->reader);
	if (pages == 0)
		reader_refuse(&chunk->reader);
	/* A sum is one road. */
	if (chunk->meter->kind == SERIES_SUM && (text[0].size > 0 || text[1].size > 0))
		reader_refuse(&chunk->reader);
	if (chunk->reader.damaged)
		return;
	struct split *split = read_split_place(chunk, key, text);
	for (uint32_t i = 0; i < ERA_PAGES; i++) {
		int32_t index = chunk->era * ERA_PAGES + (int32_t)i;
		if (!(pages >> i & 1))
			continue;
		/* A page that is there means that the era was read before, or that the
		 * meters of another catalogue made two keys into one. */
		if (split_page(split, index)) {
			reader_refuse(&chunk->reader);
			return;
		}
		read_page(chunk, split, index);
	}
}

static void
read_gauge(struct chunk *chunk, const struct book_key *key)
{
	struct reader *reader  = &chunk->reader;
	uint64_t       count   = get_within(reader, 1, UINT32_MAX);
	struct span    last[2] = { 0 };
	for (uint64_t i = 0; i < count && !reader->damaged; i++) {
		struct span text[2];
		text[0]   = get_text(reader);
		text[1]   = get_text(reader);
		int order = span_compare(last[0], text[0]);
		if (order == 0)
			order = span_compare(last[1], text[1]);
		if (i > 0 && order >= 0)
			reader_refuse(reader);
		read_gauge_split(chunk, key, text);
		last[0] = text[0];
		last[1] = text[1];
	}
}

/* ---- latest and count ---- */

/* What a cell keeps: how many, or the name of its text (that of the cell before for 0). */
static uint32_t
read_kept(struct chunk *chunk, bool first, uint32_t last)
{
	struct reader *reader = &chunk->reader;
	if (chunk->meter->kind == SERIES_COUNT)
		return (uint32_t)get_within(reader, 1, UINT32_MAX);
	uint64_t size = get_varint(reader);
	if (size == 0) {
		if (first)
			reader_refuse(reader);
		return last;
	}
	struct span text = get_bytes(reader, size - 1);
	return reader->damaged ? NAME_EMPTY : names_add(&chunk->books->names, text);
}

static void
read_cells(struct chunk *chunk, const struct book_key *key)
{
	struct reader *reader = &chunk->reader;
	uint64_t       count  = get_within(reader, 1, BOOK_ERA_HOURS);
	int32_t        first  = chunk->era * BOOK_ERA_HOURS;
	uint32_t       place  = 0; /* of the next cell in the era, at least */
	uint32_t       kept   = NAME_EMPTY;
	if (reader->damaged)
		return;
	struct split *split    = read_split_place(chunk, key, NULL);
	uint32_t      position = split_cell_seek(split, first);
	if (position < split->count && split->cells[position].hour < first + BOOK_ERA_HOURS) {
		reader_refuse(reader);
		return;
	}
	for (uint64_t i = 0; i < count; i++) {
		place += (uint32_t)get_within(reader, 0, BOOK_ERA_HOURS - 1);
		int64_t offset_ns = (int64_t)get_within(reader, 0, NS_PER_HOUR - 1);
		kept              = read_kept(chunk, i == 0, kept);
		if (place >= BOOK_ERA_HOURS)
			reader_refuse(reader);
		if (reader->damaged)
			return;
		int32_t      hour = first + (int32_t)place++;
		struct cell *cell = split_cell_insert(split, &chunk->books->pool, position++);
		*cell = (struct cell){ hour, kept, instant_in_hour(hour, offset_ns).ns };
		chunk_hour_seen(chunk, hour);
	}
	chunk->cells += count;
}

/* ---- crowds ---- */

static struct member
member_read(const uint8_t *at)
{
	uint64_t words[2];
	memcpy(words, at, CHUNK_MEMBER_SIZE);
	return (struct member){ __builtin_bswap64(words[0]), __builtin_bswap64(words[1]) };
}

/* A stop between two chunks of a round may leave a member in the day that it was moved
 * from: the earlier one is true, or the log says otherwise once it is read. */
static void
read_members(struct chunk *chunk, struct crowd *crowd, int32_t hour, uint32_t part)
{
	enum { AHEAD = 16 };
	struct reader *reader = &chunk->reader;
	uint64_t       left   = (uint64_t)(reader->end - reader->at) / CHUNK_MEMBER_SIZE;
	uint64_t       count  = get_within(reader, 1, left);
	struct span    bytes  = get_bytes(reader, count * CHUNK_MEMBER_SIZE);
	const uint8_t *at     = (const uint8_t *)bytes.at;
	struct member  last   = { 0, 0 };

	for (uint64_t i = 0; i < bytes.size / CHUNK_MEMBER_SIZE; i++) {
		struct member member = member_read(at + i * CHUNK_MEMBER_SIZE);
		if ((i > 0 && member_order(&last, &member) >= 0) || member_part(&member) != part) {
			reader_refuse(reader);
			return;
		}
		if (i + 2 * AHEAD < count) {
			struct member far  = member_read(at + (i + 2 * AHEAD) * CHUNK_MEMBER_SIZE);
			struct member near = member_read(at + (i + AHEAD) * CHUNK_MEMBER_SIZE);
			crowd_fetch_slot(crowd, &far);
			crowd_fetch_member(crowd, &near, hour);
		}
		if (crowd_join(crowd, &member, hour) != JOINED_NEW)
			chunk->outdated = true;
		last = member;
	}
}

static void
read_crowd(struct chunk *chunk)
{
	struct reader *reader = &chunk->reader;
	uint32_t       part;
	int32_t        first = chunk_day_hour(chunk->era, &part);
	uint64_t       hours = get_within(reader, 1, HOURS_PER_DAY);
	uint64_t       least = 0; /* hour of the day */
	struct crowd  *crowd = book_crowd(chunk->book, chunk->meter->index, true);

	for (uint64_t i = 0; i < hours && !reader->damaged; i++) {
		uint64_t hour = get_within(reader, least, HOURS_PER_DAY - 1);
		if (reader->damaged)
			return;
		least = hour + 1;
		read_members(chunk, crowd, first + (int32_t)hour, part);
	}
	if (reader->at != reader->end)
		reader_refuse(reader);
}

/* ---- meters ---- */

static void
read_meter(struct chunk *chunk)
{
	struct reader  *reader = &chunk->reader;
	uint64_t        count  = get_within(reader, 1, UINT32_MAX);
	struct book_key last   = { 0 };
	for (uint64_t i = 0; i < count && !reader->damaged; i++) {
		struct book_key key;
		key.org     = get_text(reader);
		key.project = get_text(reader);
		key.id      = get_text(reader);
		key.item    = get_text(reader);
		if (i > 0 && chunk_key_order(&last, &key) >= 0)
			reader_refuse(reader);
		if (reader->damaged)
			return;
		if (kind_has_pages(chunk->meter->kind))
			read_gauge(chunk, &key);
		else
			read_cells(chunk, &key);
		last = key;
	}
	if (reader->at != reader->end)
		reader_refuse(reader);
}

/* The meter of this name and kind; NULL when the catalogue no longer has it. */
static const struct catalog_meter *
meter_find(const struct catalog *catalog, struct span name, uint8_t kind)
{
	for (uint32_t i = 0; i < catalog->meters_count; i++) {
		if (span_equal(catalog->meters[i].name, name) && catalog->meters[i].kind == kind)
			return &catalog->meters[i];
	}
	return NULL;
}

static void
read_meters(struct chunk *chunk)
{
	struct reader whole = chunk->reader;
	struct span   last  = { "", 0 };
	while (whole.at < whole.end && !whole.damaged) {
		struct span name = get_text(&whole);
		uint8_t     kind = get_byte(&whole);
		struct span body = get_bytes(&whole, get_word(&whole));
		if (span_compare(last, name) >= 0 || kind > SERIES_DISTINCT ||
		    chunk_is_day(chunk->era) != (kind == SERIES_DISTINCT))
			reader_refuse(&whole);
		last         = name;
		chunk->meter = meter_find(chunk->books->catalog, name, kind);
		if (whole.damaged || !chunk->meter)
			continue;
		chunk->reader = (struct reader){
			.at  = (const uint8_t *)body.at,
			.end = (const uint8_t *)body.at + body.size,
		};
		if (kind == SERIES_DISTINCT)
			read_crowd(chunk);
		else
			read_meter(chunk);
		whole.damaged |= chunk->reader.damaged;
	}
	chunk->reader = whole;
}

/* Whether the era has an hour that an instant can lie in. */
static bool
era_exists(int64_t era)
{
	int32_t first = hour_of((struct instant){ INT64_MIN });
	int32_t last  = hour_of((struct instant){ INT64_MAX });
	if (chunk_is_day(era))
		return era >= chunk_day_number(first, 0) &&
		       era <= chunk_day_number(last, CROWD_PARTS - 1);
	return era >= first >> ERA_SHIFT && era <= last >> ERA_SHIFT;
}

enum err
book_chunk_read(struct books *books, struct span bytes)
{
	struct chunk chunk = {
		.reader      = { .at  = (const uint8_t *)bytes.at,
		                 .end = (const uint8_t *)bytes.at + bytes.size },
		.books       = books,
		.newest_hour = INT32_MIN,
	};
	struct span magic    = get_bytes(&chunk.reader, sizeof(CHUNK_MAGIC) - 1);
	uint8_t     version  = get_byte(&chunk.reader);
	struct span account  = get_text(&chunk.reader);
	int64_t     number   = get_signed(&chunk.reader);
	uint64_t    position = get_varint(&chunk.reader);
	if (chunk.reader.damaged || !span_equal(magic, SPAN(CHUNK_MAGIC)) ||
	    version < CHUNK_VERSION_FIRST || version > CHUNK_VERSION || !era_exists(number))
		return ERR_STORE_DAMAGED;

	chunk.book      = book_of(books, account, true);
	chunk.era       = (int32_t)number;
	struct era *era = book_era(chunk.book, chunk.era, true);
	if (era->cells > 0 || era->position > 0)
		return ERR_STORE_DAMAGED;
	read_meters(&chunk);
	if (chunk.reader.damaged)
		return ERR_STORE_DAMAGED;
	era           = book_era(chunk.book, chunk.era, false); /* others may stand before it now */
	era->position = position;
	era->dirty    = chunk.outdated;
	if (!chunk_is_day(number))
		era->cells = chunk.cells;
	if (chunk.cells > 0 && chunk.newest_hour >= chunk.book->newest_hour) {
		chunk.book->newest_hour  = chunk.newest_hour;
		chunk.book->newest_exact = true;
	}
	return ERR_NONE;
}
