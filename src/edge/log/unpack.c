/* unpack.c - read columns from bytes that may be anything. */
#define ZSTD_STATIC_LINKING_ONLY
#include "edge/log/unpack.h"

#include <zstd.h>

/* ---- the directory ---- */

static struct part
read_part(struct unpacker *unpacker, uint32_t size)
{
	struct reader *directory = &unpacker->directory;
	struct part    part      = { .size = size, .storage = reader_byte(directory) };
	uint64_t       stored    = size;

	unpacker->unpacked += size;
	if (part.storage != PART_IN_HEAD)
		stored = reader_varint_max(directory, size);
	if (unpacker->unpacked > BLOCK_UNPACKED_MAX || part.storage >= PART_STORAGES ||
	    (part.storage == PART_RAW && stored != size))
		directory->failed = true;
	if (directory->failed)
		return part;

	struct reader *from = part.storage == PART_IN_HEAD ? &unpacker->head : &unpacker->body;
	part.stored         = reader_bytes(from, stored);
	if (from->failed)
		directory->failed = true;
	return part;
}

static struct part *
read_planes(struct unpacker *unpacker, uint32_t count, uint32_t rows)
{
	struct part *planes = ARENA_ARRAY(unpacker->arena, struct part, count);
	for (uint32_t i = 0; i < count; i++)
		planes[i] = read_part(unpacker, rows);
	return planes;
}

void
read_ints(struct unpacker *unpacker, uint32_t count, struct packed_ints *ints)
{
	uint8_t width = reader_byte(&unpacker->directory);
	*ints         = (struct packed_ints){ .count = count, .width = width & 15 };
	ints->delta   = (width & 16) != 0;
	ints->min     = reader_signed(&unpacker->directory);
	if (ints->delta)
		ints->first = reader_signed(&unpacker->directory);
	if (width > 31 || ints->width > 8)
		unpacker->directory.failed = true;
	if (!unpacker->directory.failed)
		ints->planes = read_planes(unpacker, ints->width, count);
}

static void
read_texts(struct unpacker *unpacker, uint32_t count, struct packed_column *column)
{
	column->values = count;
	read_ints(unpacker, count, &column->ints);
	uint32_t size = reader_varint_max(&unpacker->directory, BLOCK_RAW_MAX);
	column->bytes = read_part(unpacker, size);
}

static void
read_numbers(struct unpacker *unpacker, struct packed_column *column)
{
	struct reader *directory = &unpacker->directory;
	if (column->encoding == ENCODING_PREFIX) {
		uint32_t size = reader_varint_max(directory, BLOCK_RAW_MAX);
		column->text  = reader_bytes(directory, size);
	}
	if (column->encoding != ENCODING_INT)
		column->digits = reader_byte(directory);
	if (column->digits >
	    (column->encoding == ENCODING_TIME ? FRACTION_DIGITS_MAX : FORM_DIGITS_MAX))
		directory->failed = true;
	read_ints(unpacker, column->rows, &column->ints);
}

static void
read_dictionary(struct unpacker *unpacker, struct packed_column *column)
{
	uint32_t values = reader_varint_max(&unpacker->directory, column->rows);
	if (values == 0)
		unpacker->directory.failed = true;
	if (unpacker->directory.failed)
		return;
	read_texts(unpacker, values, column);
	column->planes_count = values <= 256 ? 1 : 2;
	column->planes       = read_planes(unpacker, column->planes_count, column->rows);
}

/* Any column that follows from no other. */
static void
read_column(struct unpacker *unpacker, uint32_t rows, struct packed_column *column)
{
	struct reader *directory = &unpacker->directory;
	*column = (struct packed_column){ .encoding = reader_byte(directory), .rows = rows };
	switch (column->encoding) {
	case ENCODING_CONST:
		column->text = reader_bytes(directory, reader_varint_max(directory, BLOCK_RAW_MAX));
		break;
	case ENCODING_INT:
	case ENCODING_PREFIX:
	case ENCODING_TIME:
		read_numbers(unpacker, column);
		break;
	case ENCODING_UUID:
		column->planes_count = UUID_SIZE;
		column->planes       = read_planes(unpacker, UUID_SIZE, rows);
		break;
	case ENCODING_DICT:
		read_dictionary(unpacker, column);
		break;
	case ENCODING_TEXT:
		read_texts(unpacker, rows, column);
		break;
	default:
		directory->failed = true;
	}
}

static void
read_mapped(struct unpacker *unpacker, uint32_t rows, struct packed_column *key,
            struct packed_column *column)
{
	uint32_t values = reader_varint_max(&unpacker->directory, rows);
	*column = (struct packed_column){ .encoding = ENCODING_MAPPED, .rows = rows, .key = key };
	column->mapped = arena_take(unpacker->arena, sizeof(*column->mapped));
	if (key == NULL || values == 0)
		unpacker->directory.failed = true;
	if (!unpacker->directory.failed)
		read_column(unpacker, values, column->mapped);
}

static bool
next_is_mapped(const struct reader *directory)
{
	return directory->left.size > 0 && directory->left.at[0] == ENCODING_MAPPED;
}

void
read_columns(struct unpacker *unpacker, uint32_t rows, struct packed_column *columns,
             uint32_t count)
{
	struct reader        *directory = &unpacker->directory;
	struct packed_column *key       = NULL;
	uint32_t              which     = reader_varint_max(directory, count);
	if (which > 0 && !directory->failed) {
		key = &columns[which - 1];
		read_column(unpacker, rows, key);
	}
	for (uint32_t i = 0; i < count && !directory->failed; i++) {
		if (i + 1 == which)
			continue;
		if (!next_is_mapped(directory)) {
			read_column(unpacker, rows, &columns[i]);
			continue;
		}
		reader_byte(directory);
		read_mapped(unpacker, rows, key, &columns[i]);
	}
}

/* ---- parts ---- */

void *
unpack_context(struct arena *arena)
{
	size_t size    = ZSTD_estimateDCtxSize();
	void  *context = ZSTD_initStaticDCtx(arena_take(arena, size), size);
	CHECK(context != NULL);
	return context;
}

const uint8_t *
frame_unpack(struct span stored, size_t size, void *context, struct arena *arena)
{
	if (ZSTD_getFrameContentSize(stored.at, stored.size) != size)
		return NULL;
	uint8_t *bytes = arena_take(arena, size);
	if (ZSTD_decompressDCtx(context, bytes, size, stored.at, stored.size) != size)
		return NULL;
	return bytes;
}

static const uint8_t *
part_unpack(const struct part *part, void *context, struct arena *arena)
{
	if (part->storage == PART_ZSTD)
		return frame_unpack(part->stored, part->size, context, arena);
	return (const uint8_t *)part->stored.at;
}

/* ---- numbers ---- */

static void
plane_join(int64_t *values, const uint8_t *plane, uint32_t count, unsigned shift)
{
	if (shift == 0) {
		for (uint32_t i = 0; i < count; i++)
			values[i] = plane[i];
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		values[i] = (int64_t)((uint64_t)values[i] | (uint64_t)plane[i] << shift);
}

/* The first number stands alone: what is kept for it as a difference is not used. */
static void
base_add(struct packed_ints *ints)
{
	uint64_t before = (uint64_t)ints->first;
	if (!ints->delta)
		for (uint32_t i = 0; i < ints->count; i++)
			ints->values[i] =
				(int64_t)((uint64_t)ints->values[i] + (uint64_t)ints->min);
	if (ints->delta) {
		ints->values[0] = ints->first;
		for (uint32_t i = 1; i < ints->count; i++) {
			before += (uint64_t)ints->values[i] + (uint64_t)ints->min;
			ints->values[i] = (int64_t)before;
		}
	}
}

bool
ints_unpack(struct packed_ints *ints, void *context, struct arena *arena)
{
	if (ints->values || ints->width == 0 || ints->count == 0)
		return true;
	int64_t *values = ARENA_ARRAY(arena, int64_t, ints->count);
	for (unsigned i = 0; i < ints->width; i++) {
		const uint8_t *plane = part_unpack(&ints->planes[i], context, arena);
		if (!plane)
			return false;
		plane_join(values, plane, ints->count, 8 * i);
	}
	ints->values = values;
	base_add(ints);
	return true;
}

int64_t
ints_at(const struct packed_ints *ints, uint32_t i)
{
	CHECK(i < ints->count);
	if (ints->values)
		return ints->values[i];
	if (!ints->delta)
		return ints->min;
	return (int64_t)((uint64_t)ints->first + i * (uint64_t)ints->min);
}

/* ---- columns ---- */

static bool
texts_unpack(struct packed_column *column, void *context, struct arena *arena)
{
	uint64_t size = 0;
	if (!ints_unpack(&column->ints, context, arena))
		return false;
	column->text_bytes = part_unpack(&column->bytes, context, arena);
	column->ends       = ARENA_ARRAY(arena, uint32_t, column->values);
	if (!column->text_bytes)
		return false;
	for (uint32_t i = 0; i < column->values; i++) {
		int64_t more = ints_at(&column->ints, i);
		if (more < 0 || (uint64_t)more > column->bytes.size - size)
			return false;
		size += (uint64_t)more;
		column->ends[i] = (uint32_t)size;
	}
	return size == column->bytes.size;
}

static bool
planes_unpack(struct packed_column *column, void *context, struct arena *arena)
{
	for (unsigned i = 0; i < column->planes_count; i++) {
		column->plane[i] = part_unpack(&column->planes[i], context, arena);
		if (!column->plane[i])
			return false;
	}
	return true;
}

static uint32_t
code_at(const struct packed_column *column, uint32_t row)
{
	if (column->planes_count == 1)
		return column->plane[0][row];
	return (uint32_t)column->plane[0][row] | (uint32_t)column->plane[1][row] << 8;
}

static bool
codes_are_valid(const struct packed_column *column)
{
	for (uint32_t row = 0; row < column->rows; row++)
		if (code_at(column, row) >= column->values)
			return false;
	return true;
}

static bool
column_unpack_now(struct packed_column *column, void *context, struct arena *arena)
{
	switch (column->encoding) {
	case ENCODING_CONST:
		return true;
	case ENCODING_UUID:
		return planes_unpack(column, context, arena);
	case ENCODING_DICT:
		return texts_unpack(column, context, arena) &&
		       planes_unpack(column, context, arena) && codes_are_valid(column);
	case ENCODING_TEXT:
		return texts_unpack(column, context, arena);
	default:
		return ints_unpack(&column->ints, context, arena);
	}
}

static bool
column_unpack_once(struct packed_column *column, void *context, struct arena *arena)
{
	if (!column->ready) {
		column->broken = !column_unpack_now(column, context, arena);
		column->ready  = true;
	}
	return !column->broken;
}

static int64_t
ints_least(const struct packed_ints *ints)
{
	int64_t least = ints_at(ints, 0);
	for (uint32_t i = 1; i < ints->count; i++)
		if (ints_at(ints, i) < least)
			least = ints_at(ints, i);
	return least;
}

/* Numbers as a key: a code is a number's place among the different ones, in the order
 * in which they are first met. */
static bool
codes_of_numbers(struct packed_column *key, struct arena *arena)
{
	enum { NUMBERS = 65536 };
	uint32_t *code_of = arena_take_zeroed(arena, NUMBERS * sizeof(*code_of));
	uint64_t  least   = (uint64_t)ints_least(&key->ints);
	for (uint32_t row = 0; row < key->rows; row++) {
		uint64_t above = (uint64_t)ints_at(&key->ints, row) - least;
		if (above >= NUMBERS)
			return false;
		if (code_of[above] == 0)
			code_of[above] = ++key->codes_end;
		key->codes[row] = (uint16_t)(code_of[above] - 1);
	}
	return true;
}

static bool
key_unpack(struct packed_column *key, void *context, struct arena *arena)
{
	if (key->codes || !column_unpack_once(key, context, arena))
		return key->codes != NULL && !key->broken;
	key->codes = ARENA_ARRAY(arena, uint16_t, key->rows);
	switch (key->encoding) {
	case ENCODING_DICT:
		for (uint32_t row = 0; row < key->rows; row++)
			key->codes[row] = (uint16_t)code_at(key, row);
		key->codes_end = key->values;
		return true;
	case ENCODING_INT:
	case ENCODING_PREFIX:
	case ENCODING_TIME:
		key->broken = !codes_of_numbers(key, arena);
		return !key->broken;
	default:
		key->broken = true;
		return false;
	}
}

bool
column_unpack(struct packed_column *column, void *context, struct arena *arena)
{
	if (column->encoding != ENCODING_MAPPED)
		return column_unpack_once(column, context, arena);
	if (!column->ready) {
		column->ready  = true;
		column->broken = !key_unpack(column->key, context, arena) ||
		                 column->key->codes_end != column->mapped->rows ||
		                 !column_unpack_once(column->mapped, context, arena);
	}
	return !column->broken;
}

static size_t
span_write(struct span text, char *out)
{
	if (text.size > 0)
		memcpy(out, text.at, text.size);
	return text.size;
}

static struct span
text_at(const struct packed_column *column, uint32_t i)
{
	uint32_t at = i == 0 ? 0 : column->ends[i - 1];
	return (struct span){ (const char *)column->text_bytes + at, column->ends[i] - at };
}

/* Where a row of a mapped column stands, and its place there. */
static const struct packed_column *
column_follow(const struct packed_column *column, uint32_t *row)
{
	CHECK(column->ready && !column->broken);
	CHECK(*row < column->rows);
	if (column->encoding != ENCODING_MAPPED)
		return column;
	*row = column->key->codes[*row];
	CHECK(*row < column->mapped->rows);
	return column->mapped;
}

size_t
column_room(const struct packed_column *column, uint32_t row)
{
	column = column_follow(column, &row);
	if (column->encoding == ENCODING_DICT)
		return text_at(column, code_at(column, row)).size;
	if (column->encoding == ENCODING_TEXT)
		return text_at(column, row).size;
	return FORM_SIZE_MAX + column->text.size;
}

static size_t
uuid_write(const struct packed_column *column, uint32_t row, char *out)
{
	uint8_t uuid[UUID_SIZE];
	for (unsigned i = 0; i < UUID_SIZE; i++)
		uuid[i] = column->plane[i][row];
	form_uuid_write(uuid, out);
	return UUID_TEXT_SIZE;
}

bool
column_write(const struct packed_column *column, uint32_t row, char *out, size_t *size)
{
	column = column_follow(column, &row);
	switch (column->encoding) {
	case ENCODING_CONST:
		*size = span_write(column->text, out);
		return true;
	case ENCODING_INT:
		*size = form_int_write(ints_at(&column->ints, row), out);
		return true;
	case ENCODING_PREFIX:
		*size = span_write(column->text, out);
		*size +=
			form_digits_write(ints_at(&column->ints, row), column->digits, out + *size);
		return true;
	case ENCODING_TIME:
		return form_time_write(ints_at(&column->ints, row), column->digits, out, size);
	case ENCODING_UUID:
		*size = uuid_write(column, row, out);
		return true;
	case ENCODING_DICT:
		*size = span_write(text_at(column, code_at(column, row)), out);
		return true;
	case ENCODING_TEXT:
		*size = span_write(text_at(column, row), out);
		return true;
	default:
		CHECK(column->encoding < ENCODINGS);
		return false;
	}
}
