/* block_read.c - open a block, and rebuild its events to the byte. */
#include "edge/log/layout.h"
#include "edge/log/unpack.h"

struct packed_shape {
	uint32_t              rows;
	uint32_t              slots_count;
	const char           *slots;    /* a byte each: kind and role */
	struct span          *literals; /* slots_count + 1 */
	struct packed_column *columns;
	size_t                literal_size;
	bool                  ready;  /* all columns unpacked ... */
	bool                  broken; /* ... or not to be unpacked */
};

struct block {
	struct block_summary summary;
	struct arena        *arena;
	void                *context;
	uint32_t             shapes_count;
	struct packed_shape *shapes;
	const uint8_t       *shape_of; /* by row; NULL when there is one shape */
	const uint32_t      *index_of; /* a row's place among those of its shape */
	struct packed_ints  *received;
};

enum err
block_summarize(struct span bytes, struct block_summary *summary)
{
	struct layout layout;
	enum err      err = layout_read(bytes, &layout);
	if (err == ERR_NONE)
		*summary = layout.summary;
	return err;
}

/* ---- opening ---- */

static bool
slots_are_valid(struct span slots)
{
	for (size_t i = 0; i < slots.size; i++)
		if ((uint8_t)slots.at[i] >> 1 > SLOT_TIME)
			return false;
	return true;
}

static void
read_literals(struct unpacker *unpacker, struct packed_shape *shape)
{
	struct reader *directory = &unpacker->directory;
	shape->literals = ARENA_ARRAY(unpacker->arena, struct span, shape->slots_count + 1);
	for (uint32_t i = 0; i <= shape->slots_count; i++)
		shape->literals[i].size = reader_varint_max(directory, BLOCK_RAW_MAX);
	for (uint32_t i = 0; i <= shape->slots_count; i++) {
		shape->literals[i] = reader_bytes(directory, shape->literals[i].size);
		shape->literal_size += shape->literals[i].size;
	}
}

static void
read_shape(struct unpacker *unpacker, uint32_t rows_max, struct packed_shape *shape)
{
	struct reader *directory = &unpacker->directory;
	*shape                   = (struct packed_shape){ 0 };
	shape->rows              = reader_varint_max(directory, rows_max);
	shape->slots_count       = reader_varint_max(directory, EVENT_SLOTS_MAX);
	struct span slots        = reader_bytes(directory, shape->slots_count);
	shape->slots             = slots.at;
	if (shape->rows == 0 || !slots_are_valid(slots))
		directory->failed = true;
	if (directory->failed)
		return;
	read_literals(unpacker, shape);
	shape->columns = ARENA_ARRAY(unpacker->arena, struct packed_column, shape->slots_count);
	read_columns(unpacker, shape->rows, shape->columns, shape->slots_count);
}

/* Each row's shape, and its place in it. False unless they fit the shapes' rows. */
static bool
rows_unpack(struct block *block, struct packed_ints *numbers)
{
	uint32_t  count            = block->summary.count;
	uint32_t  seen[SHAPES_MAX] = { 0 };
	uint8_t  *shape_of;
	uint32_t *index_of;
	if (block->shapes_count == 1)
		return block->shapes[0].rows == count;
	if (!ints_unpack(numbers, block->context, block->arena))
		return false;
	shape_of = ARENA_ARRAY(block->arena, uint8_t, count);
	index_of = ARENA_ARRAY(block->arena, uint32_t, count);
	for (uint32_t i = 0; i < count; i++) {
		int64_t number = ints_at(numbers, i);
		if (number < 0 || number >= block->shapes_count)
			return false;
		shape_of[i] = (uint8_t)number;
		index_of[i] = seen[number]++;
	}
	for (uint32_t i = 0; i < block->shapes_count; i++)
		if (seen[i] != block->shapes[i].rows)
			return false;
	block->shape_of = shape_of;
	block->index_of = index_of;
	return true;
}

static bool
directory_read(struct block *block, struct unpacker *unpacker)
{
	struct reader     *directory = &unpacker->directory;
	struct packed_ints numbers;
	uint32_t           count = block->summary.count;

	block->shapes_count = reader_varint_max(directory, SHAPES_MAX - 1) + 1;
	block->shapes       = ARENA_ARRAY(block->arena, struct packed_shape, block->shapes_count);
	if (block->shapes_count > 1)
		read_ints(unpacker, count, &numbers);
	block->received = arena_take(block->arena, sizeof(*block->received));
	read_ints(unpacker, count, block->received);
	for (uint32_t i = 0; i < block->shapes_count && !directory->failed; i++)
		read_shape(unpacker, count, &block->shapes[i]);

	/* Nothing may be left over: every byte of a block means something. */
	return !directory->failed && directory->left.size == 0 && unpacker->head.left.size == 0 &&
	       unpacker->body.left.size == 0 && rows_unpack(block, &numbers);
}

/* The head, unpacked when it is a frame; NULL when it cannot be. */
static const char *
head_unpack(struct block *block, const struct layout *layout, struct span stored)
{
	if (layout->head_stored == layout->head_size)
		return stored.at;
	return (const char *)frame_unpack(stored, layout->head_size, block->context, block->arena);
}

enum err
block_open(struct span bytes, struct arena *arena, struct block **block)
{
	struct layout layout;
	enum err      err = layout_read(bytes, &layout);
	if (err != ERR_NONE)
		return err;

	struct block *opened = arena_take_zeroed(arena, sizeof(*opened));
	opened->summary      = layout.summary;
	opened->arena        = arena;
	opened->context      = unpack_context(arena);
	struct span stored   = { bytes.at + BLOCK_HEADER_SIZE, layout.head_stored };
	const char *head     = head_unpack(opened, &layout, stored);
	if (!head)
		return ERR_STORE_DAMAGED;

	const char     *body     = stored.at + stored.size;
	struct unpacker unpacker = {
		.directory = { .left = { head, layout.directory_size } },
		.head      = { .left = { head + layout.directory_size,
		                         layout.head_size - layout.directory_size } },
		.body      = { .left = { body, bytes.size - (size_t)(body - bytes.at) } },
		.arena     = arena,
	};
	if (!directory_read(opened, &unpacker))
		return ERR_STORE_DAMAGED;
	*block = opened;
	return ERR_NONE;
}

const struct block_summary *
block_summary_of(const struct block *block)
{
	return &block->summary;
}

/* ---- rows ---- */

static bool
shape_unpack(const struct block *block, struct packed_shape *shape)
{
	if (shape->ready)
		return !shape->broken;
	for (uint32_t i = 0; i < shape->slots_count && !shape->broken; i++)
		shape->broken = !column_unpack(&shape->columns[i], block->context, block->arena);
	shape->ready = true;
	return !shape->broken;
}

static struct packed_shape *
row_shape(const struct block *block, uint32_t row, uint32_t *index)
{
	CHECK(row < block->summary.count);
	*index = block->index_of ? block->index_of[row] : row;
	return &block->shapes[block->shape_of ? block->shape_of[row] : 0];
}

static char *
literal_write(struct span literal, char *at)
{
	if (literal.size > 0)
		memcpy(at, literal.at, literal.size);
	return at + literal.size;
}

struct span
block_raw(const struct block *block, uint32_t row, struct arena *arena)
{
	uint32_t             index;
	struct packed_shape *shape = row_shape(block, row, &index);
	if (!shape_unpack(block, shape))
		return SPAN("");

	size_t room = shape->literal_size;
	for (uint32_t i = 0; i < shape->slots_count; i++)
		room += column_room(&shape->columns[i], index);
	char *raw = arena_take(arena, room);
	char *at  = raw;
	for (uint32_t i = 0; i < shape->slots_count; i++) {
		size_t size;
		at = literal_write(shape->literals[i], at);
		if (!column_write(&shape->columns[i], index, at, &size))
			return SPAN("");
		at += size;
	}
	at = literal_write(shape->literals[shape->slots_count], at);
	CHECK((size_t)(at - raw) <= room);
	return (struct span){ raw, (size_t)(at - raw) };
}

struct instant
block_received(const struct block *block, uint32_t row)
{
	CHECK(row < block->summary.count);
	if (!ints_unpack(block->received, block->context, block->arena))
		return block->summary.received_min;
	return (struct instant){ ints_at(block->received, row) };
}

struct span
block_slot(struct block *block, uint32_t row, enum slot_role role, struct arena *arena)
{
	uint32_t             index;
	struct packed_shape *shape = row_shape(block, row, &index);
	for (uint32_t i = 0; i < shape->slots_count; i++) {
		struct packed_column *column = &shape->columns[i];
		size_t                size;
		if ((uint8_t)shape->slots[i] >> 1 != role)
			continue;
		if (!column_unpack(column, block->context, block->arena))
			return SPAN("");
		char *text = arena_take(arena, column_room(column, index));
		if (!column_write(column, index, text, &size))
			return SPAN("");
		return (struct span){ text, size };
	}
	return SPAN("");
}
