/* pack.c - choose an encoding for each column, cut it into parts, compress them. */
#include "edge/log/pack.h"

#include "edge/log/form.h"

/* ---- parts ---- */

bool
pack_bytes(struct packer *packer, struct span bytes)
{
	size_t bound = ZSTD_compressBound(bytes.size);
	char  *at    = text_reserve(&packer->body, bound);
	size_t stored =
		ZSTD_compressCCtx(packer->zstd, at, bound, bytes.at, bytes.size, packer->level);
	CHECK(!ZSTD_isError(stored));
	bool smaller = stored < bytes.size - bytes.size / 16;
	if (smaller)
		packer->body.size += stored;
	else
		text_add(&packer->body, bytes);
	return smaller;
}

static void
part_add(struct packer *packer, struct span bytes)
{
	if (bytes.size < PART_HEAD_MAX) {
		text_add_char(&packer->directory, PART_IN_HEAD);
		text_add(&packer->head_parts, bytes);
		return;
	}
	size_t before = packer->body.size;
	bool   zstd   = pack_bytes(packer, bytes);
	text_add_char(&packer->directory, zstd ? PART_ZSTD : PART_RAW);
	text_add_varint(&packer->directory, packer->body.size - before);
}

static void
part_add_raw(struct packer *packer, struct span bytes)
{
	text_add_char(&packer->directory, PART_RAW);
	text_add_varint(&packer->directory, bytes.size);
	text_add(&packer->body, bytes);
}

/* Byte number plane of each item, one behind the other. */
static struct span
plane_of(struct packer *packer, const void *items, size_t item_size, size_t plane, uint32_t count)
{
	const uint8_t *from  = (const uint8_t *)items + plane;
	uint8_t       *bytes = arena_take(&packer->scratch, count);
	for (uint32_t i = 0; i < count; i++, from += item_size)
		bytes[i] = *from;
	return (struct span){ (const char *)bytes, count };
}

static void
plane_add(struct packer *packer, const void *items, size_t item_size, size_t plane, uint32_t count)
{
	part_add(packer, plane_of(packer, items, item_size, plane, count));
}

/* ---- numbers ---- */

/* Numbers are taken less base: all of them, or all differences between neighbours. */
struct range {
	int64_t  min;
	int64_t  max;
	unsigned width; /* bytes that max - min needs */
};

static void
range_close(struct range *range)
{
	uint64_t span = (uint64_t)range->max - (uint64_t)range->min;
	range->width  = span == 0 ? 0 : (71 - (unsigned)__builtin_clzll(span)) / 8;
}

static void
range_add(struct range *range, int64_t value)
{
	range->min = value < range->min ? value : range->min;
	range->max = value > range->max ? value : range->max;
}

static struct range
range_of(const int64_t *values, uint32_t count)
{
	struct range range = { values[0], values[0], 0 };
	for (uint32_t i = 1; i < count; i++)
		range_add(&range, values[i]);
	range_close(&range);
	return range;
}

static int64_t
difference(int64_t after, int64_t before)
{
	return (int64_t)((uint64_t)after - (uint64_t)before);
}

static struct range
range_of_differences(const int64_t *values, uint32_t count)
{
	struct range range = { 0, 0, 8 };
	if (count < 2)
		return range;
	range.min = range.max = difference(values[1], values[0]);
	for (uint32_t i = 2; i < count; i++)
		range_add(&range, difference(values[i], values[i - 1]));
	range_close(&range);
	return range;
}

void
pack_ints(struct packer *packer, const int64_t *values, uint32_t count)
{
	struct range range = range_of(values, count);
	bool         delta = false;
	if (range.width > 0) {
		struct range differences = range_of_differences(values, count);
		delta                    = differences.width < range.width;
		if (delta)
			range = differences;
	}
	text_add_char(&packer->directory, (char)(range.width | (delta ? 16u : 0u)));
	text_add_signed(&packer->directory, range.min);
	if (delta)
		text_add_signed(&packer->directory, values[0]);

	uint64_t *rest = ARENA_ARRAY(&packer->scratch, uint64_t, range.width == 0 ? 0 : count);
	if (range.width > 0 && !delta)
		for (uint32_t i = 0; i < count; i++)
			rest[i] = (uint64_t)values[i] - (uint64_t)range.min;
	if (range.width > 0 && delta) {
		rest[0] = 0;
		for (uint32_t i = 1; i < count; i++)
			rest[i] = (uint64_t)difference(values[i], values[i - 1]) -
			          (uint64_t)range.min;
	}
	for (unsigned plane = 0; plane < range.width; plane++)
		plane_add(packer, rest, sizeof(*rest), plane, count);
}

/* ---- texts ---- */

/* The values of a column, or one text a row after expanding. */
struct texts {
	const char     *bytes;
	const uint32_t *ends;
	uint32_t        count;
};

static struct span
texts_at(const struct texts *texts, uint32_t i)
{
	uint32_t at = i == 0 ? 0 : texts->ends[i - 1];
	return (struct span){ texts->bytes + at, texts->ends[i] - at };
}

static void
pack_texts(struct packer *packer, const struct texts *texts)
{
	int64_t *sizes = ARENA_ARRAY(&packer->scratch, int64_t, texts->count);
	for (uint32_t i = 0; i < texts->count; i++)
		sizes[i] = (int64_t)texts_at(texts, i).size;
	pack_ints(packer, sizes, texts->count);

	struct span bytes = { texts->bytes, texts->ends[texts->count - 1] };
	text_add_varint(&packer->directory, bytes.size);
	part_add(packer, bytes);
}

/* One text a row of a dictionary. */
static struct texts
texts_expand(struct packer *packer, const struct column *column)
{
	uint32_t *ends = ARENA_ARRAY(&packer->scratch, uint32_t, column->rows);
	uint32_t  size = 0;
	for (uint32_t row = 0; row < column->rows; row++)
		ends[row] = size += (uint32_t)column_value(column, column_code(column, row)).size;

	char *bytes = arena_take(&packer->scratch, size);
	for (uint32_t row = 0; row < column->rows; row++) {
		struct span value = column_value(column, column_code(column, row));
		if (value.size > 0)
			memcpy(bytes + ends[row] - value.size, value.at, value.size);
	}
	return (struct texts){ bytes, ends, column->rows };
}

/* ---- forms: texts that are numbers ---- */

struct form {
	enum encoding encoding;
	int64_t      *values; /* as many as texts */
	struct span   prefix;
	unsigned      digits; /* of PREFIX: 0 without leading zeros; of TIME: the fraction's */
};

static bool
form_as_ints(const struct texts *texts, struct form *form)
{
	form->encoding = ENCODING_INT;
	for (uint32_t i = 0; i < texts->count; i++)
		if (!form_int_parse(texts_at(texts, i), &form->values[i]))
			return false;
	return true;
}

static bool
form_as_times(const struct texts *texts, struct form *form)
{
	struct form_day day = { 0 };
	form->encoding      = ENCODING_TIME;
	form->digits        = form_time_digits(texts_at(texts, 0));
	for (uint32_t i = 0; i < texts->count; i++)
		if (!form_time_parse(texts_at(texts, i), form->digits, &day, &form->values[i]))
			return false;
	return true;
}

static struct span
prefix_of(const struct texts *texts)
{
	struct span prefix = texts_at(texts, 0);
	for (uint32_t i = 1; i < texts->count && prefix.size > 0; i++) {
		struct span text = texts_at(texts, i);
		if (text.size < prefix.size)
			prefix.size = text.size;
		while (!bytes_equal(text.at, prefix.at, prefix.size))
			prefix.size--;
	}
	while (prefix.size > 0 && (unsigned)(prefix.at[prefix.size - 1] - '0') <= 9)
		prefix.size--;
	return prefix;
}

static bool
form_as_prefixed(const struct texts *texts, struct form *form)
{
	form->encoding = ENCODING_PREFIX;
	form->prefix   = prefix_of(texts);
	size_t width   = texts_at(texts, 0).size - form->prefix.size;
	bool   fixed   = true; /* all have width digits */
	bool   plain   = true; /* none has zeros in front */

	for (uint32_t i = 0; i < texts->count; i++) {
		struct span text   = texts_at(texts, i);
		struct span digits = { text.at + form->prefix.size, text.size - form->prefix.size };
		if (!form_digits_parse(digits, &form->values[i]))
			return false;
		fixed = fixed && digits.size == width;
		plain = plain && (digits.at[0] != '0' || digits.size == 1);
		if (!fixed && !plain)
			return false;
	}
	form->digits = plain ? 0 : (unsigned)width;
	return true;
}

static bool
form_find(struct packer *packer, const struct texts *texts, struct form *form)
{
	struct span first = texts_at(texts, 0);
	if (first.size == 0 || (unsigned)(first.at[first.size - 1] - '0') > 9) {
		if (first.size < 20 || first.at[first.size - 1] != 'Z')
			return false;
	}
	form->values = ARENA_ARRAY(&packer->scratch, int64_t, texts->count);
	return form_as_ints(texts, form) || form_as_times(texts, form) ||
	       form_as_prefixed(texts, form);
}

static void
pack_form(struct packer *packer, const struct form *form, const int64_t *values, uint32_t count)
{
	text_add_char(&packer->directory, (char)form->encoding);
	if (form->encoding == ENCODING_PREFIX) {
		text_add_varint(&packer->directory, form->prefix.size);
		text_add(&packer->directory, form->prefix);
	}
	if (form->encoding != ENCODING_INT)
		text_add_char(&packer->directory, (char)form->digits);
	pack_ints(packer, values, count);
}

/* ---- columns ---- */

/* Nearly all bytes that there are in the first few: of random ones 221, give or take 5. */
static bool
is_random(struct span bytes)
{
	enum { LOOKED_AT = 512, RANDOM_FROM = 192 };

	uint64_t seen[4] = { 0 };
	if (bytes.size < LOOKED_AT)
		return false;
	for (size_t i = 0; i < LOOKED_AT; i++) {
		uint8_t byte = (uint8_t)bytes.at[i];
		seen[byte >> 6] |= UINT64_C(1) << (byte & 63);
	}
	int distinct = 0;
	for (size_t i = 0; i < 4; i++)
		distinct += __builtin_popcountll(seen[i]);
	return distinct >= RANDOM_FROM;
}

_Static_assert(PART_HEAD_MAX <= 512, "what is looked at is never a part of the head");

/* Identifiers are different by nature: what looks random in them does not come again, so
 * zstd is not asked. */
static bool
pack_uuids(struct packer *packer, const struct texts *texts)
{
	if (texts_at(texts, 0).size != UUID_TEXT_SIZE)
		return false;
	uint8_t(*uuids)[UUID_SIZE] = arena_take(&packer->scratch, (size_t)texts->count * UUID_SIZE);
	for (uint32_t i = 0; i < texts->count; i++)
		if (!form_uuid_parse(texts_at(texts, i), uuids[i]))
			return false;
	text_add_char(&packer->directory, ENCODING_UUID);
	for (size_t plane = 0; plane < UUID_SIZE; plane++) {
		struct span bytes = plane_of(packer, uuids, UUID_SIZE, plane, texts->count);
		if (is_random(bytes))
			part_add_raw(packer, bytes);
		else
			part_add(packer, bytes);
	}
	return true;
}

static void
pack_plain(struct packer *packer, const struct texts *texts)
{
	struct form form = { 0 };
	if (pack_uuids(packer, texts))
		return;
	if (form_find(packer, texts, &form)) {
		pack_form(packer, &form, form.values, texts->count);
		return;
	}
	text_add_char(&packer->directory, ENCODING_TEXT);
	pack_texts(packer, texts);
}

static unsigned
code_width(uint32_t values)
{
	return values <= 256 ? 1 : 2;
}

/* Numbers need no dictionary when they are as narrow as its codes. */
static bool
pack_narrow(struct packer *packer, const struct column *column, const struct texts *texts)
{
	struct form form = { 0 };
	if (!form_find(packer, texts, &form))
		return false;
	if (range_of(form.values, texts->count).width > code_width(column->values))
		return false;
	int64_t *values = ARENA_ARRAY(&packer->scratch, int64_t, column->rows);
	for (uint32_t row = 0; row < column->rows; row++)
		values[row] = form.values[column_code(column, row)];
	pack_form(packer, &form, values, column->rows);
	return true;
}

static void
pack_dictionary(struct packer *packer, const struct column *column, const struct texts *texts)
{
	text_add_char(&packer->directory, ENCODING_DICT);
	text_add_varint(&packer->directory, column->values);
	pack_texts(packer, texts);
	for (unsigned plane = 0; plane < code_width(column->values); plane++)
		plane_add(packer, column->codes, sizeof(*column->codes), plane, column->rows);
}

/* True when a reader can tell the column's codes again, so that it can be a key. */
static bool
pack_column(struct packer *packer, const struct column *column)
{
	struct texts texts = { column->bytes, column->ends, column->values };
	CHECK(column->rows > 0);
	if (column->values == 1 && !column->plain) {
		struct span value = column_value(column, 0);
		text_add_char(&packer->directory, ENCODING_CONST);
		text_add_varint(&packer->directory, value.size);
		text_add(&packer->directory, value);
	} else if (column->plain) {
		pack_plain(packer, &texts);
	} else if (pack_narrow(packer, column, &texts)) {
		return true;
	} else if (column->values > column->rows / 2) {
		struct texts expanded = texts_expand(packer, column);
		pack_plain(packer, &expanded);
	} else {
		pack_dictionary(packer, column, &texts);
		return true;
	}
	return false;
}

/* ---- the key of a shape ---- */

/* The values of column by the key's codes; NULL when the key does not settle them. */
static uint16_t *
column_map(struct packer *packer, const struct column *column, const struct column *key)
{
	if (column == key || column->plain || column->values == 1 || column->values > key->values)
		return NULL;
	uint16_t *map  = ARENA_ARRAY(&packer->scratch, uint16_t, key->values);
	uint32_t  seen = 0; /* codes come in the order in which they are first met */
	for (uint32_t row = 0; row < column->rows; row++) {
		uint16_t code = key->codes[row];
		if (code == seen) {
			map[code] = column->codes[row];
			seen++;
		} else if (map[code] != column->codes[row]) {
			return NULL;
		}
	}
	CHECK(seen == key->values);
	return map;
}

static void
pack_mapped(struct packer *packer, const struct column *column, const struct column *key,
            uint16_t *map)
{
	struct column mapped = *column;
	mapped.rows          = key->values;
	mapped.codes         = map;
	text_add_char(&packer->directory, ENCODING_MAPPED);
	text_add_varint(&packer->directory, key->values);
	pack_column(packer, &mapped);
}

/* Index of the column that may be the key; count when there is none. */
static uint32_t
key_choose(const struct column *columns, uint32_t count)
{
	uint32_t key = count;
	for (uint32_t i = 0; i < count; i++) {
		const struct column *column = &columns[i];
		if (column->plain || column->values == 1 ||
		    column->values > column->rows - column->rows / 4)
			continue;
		if (key == count || column->values > columns[key].values)
			key = i;
	}
	return key;
}

void
pack_columns(struct packer *packer, const struct column *columns, uint32_t count)
{
	uint32_t key    = key_choose(columns, count);
	bool     usable = key < count;
	text_add_varint(&packer->directory, usable ? key + 1 : 0);
	if (usable)
		usable = pack_column(packer, &columns[key]);
	for (uint32_t i = 0; i < count; i++) {
		uint16_t *map = usable ? column_map(packer, &columns[i], &columns[key]) : NULL;
		if (map)
			pack_mapped(packer, &columns[i], &columns[key], map);
		else if (i != key)
			pack_column(packer, &columns[i]);
	}
	arena_reset(&packer->scratch);
}

/* The head is known last: it is packed behind the large parts, and the two change places
 * in the block's own memory. */
struct span
pack_block(struct packer *packer, struct layout *layout, struct arena *arena)
{
	size_t parts_size      = packer->body.size;
	layout->directory_size = (uint32_t)packer->directory.size;
	text_add(&packer->directory, text_span(&packer->head_parts));
	CHECK(packer->directory.size <= BLOCK_RAW_MAX);
	pack_bytes(packer, text_span(&packer->directory));
	layout->head_size   = (uint32_t)packer->directory.size;
	layout->head_stored = (uint32_t)(packer->body.size - parts_size);

	size_t size  = BLOCK_HEADER_SIZE + packer->body.size;
	char  *bytes = arena_take(arena, size);
	memcpy(bytes + BLOCK_HEADER_SIZE, packer->body.at + parts_size, layout->head_stored);
	if (parts_size > 0)
		memcpy(bytes + BLOCK_HEADER_SIZE + layout->head_stored, packer->body.at,
		       parts_size);
	layout_write(layout, bytes, size);
	return (struct span){ bytes, size };
}
