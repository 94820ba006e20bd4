/* block_build.c - the builder: events in, a block's bytes out.
 *
 * Shapes and the room of their columns are kept from block to block, since producers
 * go on sending what they sent. */
#include "edge/log/layout.h"
#include "edge/log/pack.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SHAPE_TABLE_SIZE = 1024, SHAPES_KEPT = 16, MEMORY_KEPT = 64 << 20 };
enum { NUMBERED_BITS = 6, NUMBERED = 1 << NUMBERED_BITS };

/* Taken at once, columns lie in huge pages: a dictionary is looked up all over. */
enum { RESERVED_SIZE = (4 << 20) - 64 };

/* The shape of an event that is kept as one piece: one slot and nothing around it. */
static const struct slot one_piece = { .kind = SLOT_STRING, .role = SLOT_OTHER };

struct shape {
	uint64_t       key;
	uint32_t       slots_count;
	struct slot   *slots;         /* kinds and roles; places are of the first event */
	uint32_t      *literal_sizes; /* of slots_count + 1 literals: what lies around the slots */
	struct span    literal;       /* all of them, one behind the other */
	struct column *columns;
	uint32_t       rows;   /* in this block */
	uint8_t        number; /* in this block, by first use */
};

/* A shape that was found for a shape_number: equal numbers are equal shapes. */
struct numbered {
	uint64_t      number;
	struct shape *shape;
};

struct block_builder {
	struct memory memory;
	struct arena  arena; /* shapes and columns */
	struct pool   pool;
	struct arena  directory_arena;
	struct arena  head_arena;
	struct arena  body_arena;
	struct packer packer;

	struct shape *shapes[SHAPES_MAX];
	uint32_t      shapes_count;
	uint16_t      table[SHAPE_TABLE_SIZE]; /* index of a shape + 1, by key */
	struct shape *last;

	struct numbered numbered[NUMBERED]; /* by number; a later one takes the place */

	struct shape *used[SHAPES_MAX]; /* by number */
	uint32_t      used_count;

	uint32_t       count;
	size_t         raw_size;
	struct instant time_min;
	struct instant time_max;
	struct instant received_min;
	struct instant received_max;
	int64_t        received[BLOCK_EVENTS_MAX];
	uint64_t       raw_hash[BLOCK_EVENTS_MAX];
	uint8_t        shape_of[BLOCK_EVENTS_MAX];
};

struct block_builder *
block_builder_open(struct memory memory)
{
	struct block_builder *builder = memory.take(memory.owner, sizeof(*builder));
	memset(builder, 0, offsetof(struct block_builder, received));
	builder->memory = memory;
	arena_open(&builder->arena, memory);
	pool_open(&builder->pool, &builder->arena);
	arena_open(&builder->directory_arena, memory);
	arena_open(&builder->head_arena, memory);
	arena_open(&builder->body_arena, memory);
	arena_open(&builder->packer.scratch, memory);
	builder->packer.zstd = ZSTD_createCCtx();
	CHECK(builder->packer.zstd != NULL);
	return builder;
}

void
block_builder_close(struct block_builder *builder)
{
	struct memory memory = builder->memory;
	ZSTD_freeCCtx(builder->packer.zstd);
	arena_close(&builder->packer.scratch);
	arena_close(&builder->body_arena);
	arena_close(&builder->head_arena);
	arena_close(&builder->directory_arena);
	arena_close(&builder->arena);
	memory.give(memory.owner, builder, sizeof(*builder));
}

uint32_t
block_count(const struct block_builder *builder)
{
	return builder->count;
}

size_t
block_size(const struct block_builder *builder)
{
	return builder->raw_size;
}

/* ---- shapes ---- */

/* An event as slots: its own, or the whole of it as one. */
struct cut {
	struct span        raw;
	uint64_t           key;
	uint64_t           number;
	const struct slot *slots;
	uint32_t           slots_count;
};

static struct span
cut_slot(const struct cut *cut, uint32_t i)
{
	if (cut->slots == &one_piece)
		return cut->raw;
	return (struct span){ cut->raw.at + cut->slots[i].at, cut->slots[i].size };
}

/* What lies before slot i, or after the last one. */
static struct span
cut_literal(const struct cut *cut, uint32_t i)
{
	struct span before = i == 0 ? (struct span){ cut->raw.at, 0 } : cut_slot(cut, i - 1);
	struct span after  = i == cut->slots_count ? (struct span){ cut->raw.at + cut->raw.size, 0 }
	                                           : cut_slot(cut, i);
	CHECK(after.at >= before.at + before.size);
	CHECK(after.at + after.size <= cut->raw.at + cut->raw.size);
	return (struct span){ before.at + before.size,
		              (size_t)(after.at - before.at) - before.size };
}

static bool
slots_alike(const struct slot *a, const struct slot *b)
{
	return a->kind == b->kind && a->role == b->role;
}

/* The key is a hash that a sender could aim: only equal literals make an equal shape. */
static bool
shape_fits(const struct shape *shape, const struct cut *cut)
{
	const char *literal = shape->literal.at;
	size_t      at      = 0;
	if (shape->key != cut->key || shape->slots_count != cut->slots_count)
		return false;
	if (cut->slots == &one_piece)
		return true;
	for (uint32_t i = 0; i < cut->slots_count; i++) {
		const struct slot *slot = &cut->slots[i];
		size_t             size = shape->literal_sizes[i];
		if (slot->at != at + size || !slots_alike(slot, &shape->slots[i]) ||
		    !bytes_equal(cut->raw.at + at, literal, size))
			return false;
		literal += size;
		at += size + slot->size;
	}
	size_t size = shape->literal_sizes[cut->slots_count];
	return cut->raw.size == at + size && bytes_equal(cut->raw.at + at, literal, size);
}

/* Not before the first event: who only asks has no use for it. */
static void
columns_reserve(struct arena *arena)
{
	if (arena->size_held > 0)
		return;
	(void)arena_take(arena, RESERVED_SIZE);
	arena_reset(arena);
}

static struct shape *
shape_add(struct block_builder *builder, const struct cut *cut)
{
	struct arena *arena = &builder->arena;
	columns_reserve(arena);
	struct shape *shape = arena_take_zeroed(arena, sizeof(*shape));
	uint32_t      count = cut->slots_count;
	struct text   literal;
	text_open(&literal, arena);
	shape->key           = cut->key;
	shape->slots_count   = count;
	shape->slots         = ARENA_ARRAY(arena, struct slot, count);
	shape->literal_sizes = ARENA_ARRAY(arena, uint32_t, count + 1);
	shape->columns       = arena_take_zeroed(arena, sizeof(struct column) * count);
	if (count > 0)
		memcpy(shape->slots, cut->slots, sizeof(struct slot) * count);
	for (uint32_t i = 0; i <= count; i++) {
		text_add(&literal, cut_literal(cut, i));
		shape->literal_sizes[i] = (uint32_t)cut_literal(cut, i).size;
	}
	shape->literal                           = text_span(&literal);
	builder->shapes[builder->shapes_count++] = shape;
	return shape;
}

static uint32_t
table_home(uint64_t key)
{
	return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 54);
}

_Static_assert(SHAPE_TABLE_SIZE == 1 << (64 - 54), "a home is a place of the table");

/* The shape of cut; NULL when it is new and only the place for one piece is left. */
static struct shape *
shape_find(struct block_builder *builder, const struct cut *cut)
{
	uint32_t at = table_home(cut->key);
	for (; builder->table[at] != 0; at = (at + 1) % SHAPE_TABLE_SIZE) {
		struct shape *shape = builder->shapes[builder->table[at] - 1];
		if (shape_fits(shape, cut))
			return shape;
	}
	if (builder->shapes_count >= SHAPES_MAX - (cut->slots != &one_piece))
		return NULL;
	struct shape *shape = shape_add(builder, cut);
	builder->table[at]  = (uint16_t)builder->shapes_count;
	return shape;
}

/* Finds or adds the event's shape; falls back to one piece. */
static struct shape *
shape_search(struct block_builder *builder, struct cut *cut)
{
	struct shape *shape = NULL;
	if (cut->key != 0 && builder->last && shape_fits(builder->last, cut))
		return builder->last;
	if (cut->key != 0)
		shape = shape_find(builder, cut);
	if (!shape) {
		cut->key         = 0;
		cut->slots       = &one_piece;
		cut->slots_count = 1;
		shape            = shape_find(builder, cut);
	}
	CHECK(shape != NULL);
	builder->last = shape;
	return shape;
}

/* The same; usually the number tells. */
static struct shape *
shape_for(struct block_builder *builder, struct cut *cut)
{
	uint64_t         home = cut->number * UINT64_C(0x9e3779b97f4a7c15) >> (64 - NUMBERED_BITS);
	struct numbered *numbered = &builder->numbered[home];
	if (cut->number != 0 && numbered->number == cut->number) {
		CHECK(numbered->shape->key == cut->key);
		CHECK(numbered->shape->slots_count == cut->slots_count);
		return numbered->shape;
	}
	struct shape *shape = shape_search(builder, cut);
	if (cut->number != 0 && cut->slots != &one_piece)
		*numbered = (struct numbered){ cut->number, shape };
	return shape;
}

/* ---- adding ---- */

static void
bounds_add(struct block_builder *builder, struct instant time, struct instant received)
{
	if (builder->count == 0) {
		builder->time_min = builder->time_max = time;
		builder->received_min = builder->received_max = received;
	}
	if (time.ns < builder->time_min.ns)
		builder->time_min = time;
	if (time.ns > builder->time_max.ns)
		builder->time_max = time;
	if (received.ns < builder->received_min.ns)
		builder->received_min = received;
	if (received.ns > builder->received_max.ns)
		builder->received_max = received;
}

/* The row of an event but for its columns. */
static void
row_add(struct block_builder *builder, struct shape *shape, const struct event *event,
        struct instant received)
{
	if (shape->rows == 0) {
		shape->number                      = (uint8_t)builder->used_count;
		builder->used[builder->used_count] = shape;
		builder->used_count++;
	}
	shape->rows++;
	bounds_add(builder, event->time, received);
	builder->shape_of[builder->count] = shape->number;
	builder->received[builder->count] = received.ns;
	builder->raw_hash[builder->count] = XXH3_64bits(event->raw.at, event->raw.size);
	builder->raw_size += event->raw.size;
	builder->count++;
}

static struct cut
cut_of(const struct block_builder *builder, const struct event *event)
{
	CHECK(builder->count < BLOCK_EVENTS_MAX);
	CHECK(event->raw.size <= BLOCK_RAW_MAX - builder->raw_size);
	CHECK(event->slots_count <= EVENT_SLOTS_MAX);
	return (struct cut){ event->raw, event->shape, event->shape_number, event->slots,
		             event->slots_count };
}

void
block_add(struct block_builder *builder, const struct event *event, struct instant received)
{
	struct cut    cut   = cut_of(builder, event);
	struct shape *shape = shape_for(builder, &cut);
	for (uint32_t i = 0; i < cut.slots_count; i++)
		column_add(&shape->columns[i], cut_slot(&cut, i), &builder->pool);
	row_add(builder, shape, event, received);
}

/* Events that are on their way into the columns of their shapes. */
struct wave {
	uint32_t      count;
	struct cut    cuts[COLUMN_ADD_MAX];
	struct shape *shapes[COLUMN_ADD_MAX]; /* NULL: it is in */
};

/* All of the wave that have the shape of cut number first, column by column. */
static void
wave_add_shape(struct wave *wave, uint32_t first, struct pool *pool)
{
	struct span   values[COLUMN_ADD_MAX];
	uint8_t       rows[COLUMN_ADD_MAX];
	struct shape *shape = wave->shapes[first];
	uint32_t      count = 0;

	for (uint32_t i = first; i < wave->count; i++) {
		if (wave->shapes[i] != shape)
			continue;
		wave->shapes[i] = NULL;
		rows[count++]   = (uint8_t)i;
	}
	for (uint32_t slot = 0; slot < shape->slots_count; slot++) {
		for (uint32_t row = 0; row < count; row++)
			values[row] = cut_slot(&wave->cuts[rows[row]], slot);
		column_add_all(&shape->columns[slot], values, count, pool);
	}
}

static void
add_wave(struct block_builder *builder, const struct event *const *events, uint32_t count,
         struct instant received)
{
	struct wave wave;
	wave.count = count;
	for (uint32_t i = 0; i < count; i++) {
		wave.cuts[i]   = cut_of(builder, events[i]);
		wave.shapes[i] = shape_for(builder, &wave.cuts[i]);
		row_add(builder, wave.shapes[i], events[i], received);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (wave.shapes[i] != NULL)
			wave_add_shape(&wave, i, &builder->pool);
	}
}

void
block_add_all(struct block_builder *builder, const struct event *const *events, uint32_t count,
              struct instant received)
{
	for (uint32_t from = 0; from < count; from += COLUMN_ADD_MAX) {
		uint32_t left = count - from;
		add_wave(builder, events + from, left < COLUMN_ADD_MAX ? left : COLUMN_ADD_MAX,
		         received);
	}
}

/* ---- finishing ---- */

static void
pack_shape(struct packer *packer, const struct shape *shape)
{
	struct text *directory = &packer->directory;
	text_add_varint(directory, shape->rows);
	text_add_varint(directory, shape->slots_count);
	for (uint32_t i = 0; i < shape->slots_count; i++)
		text_add_char(directory, (char)(shape->slots[i].kind | shape->slots[i].role << 1));
	for (uint32_t i = 0; i <= shape->slots_count; i++)
		text_add_varint(directory, shape->literal_sizes[i]);
	text_add(directory, shape->literal);
	pack_columns(packer, shape->columns, shape->slots_count);
}

/* Which shape each row has; nothing when there is only one. */
static void
pack_rows(struct block_builder *builder)
{
	struct packer *packer = &builder->packer;
	text_add_varint(&packer->directory, builder->used_count - 1);
	if (builder->used_count > 1) {
		int64_t *numbers = ARENA_ARRAY(&packer->scratch, int64_t, builder->count);
		for (uint32_t i = 0; i < builder->count; i++)
			numbers[i] = builder->shape_of[i];
		pack_ints(packer, numbers, builder->count);
	}
	pack_ints(packer, builder->received, builder->count);
	arena_reset(&packer->scratch);
}

static uint64_t
chain_of(const struct block_builder *builder, uint64_t chain)
{
	for (uint32_t i = 0; i < builder->count; i++)
		chain = chain_step(chain, builder->raw_hash[i],
		                   (struct instant){ builder->received[i] });
	return chain;
}

static struct block_summary
summary_of(const struct block_builder *builder, uint64_t first, uint64_t chain_before)
{
	return (struct block_summary){
		.first        = first,
		.count        = builder->count,
		.time_min     = builder->time_min,
		.time_max     = builder->time_max,
		.received_min = builder->received_min,
		.received_max = builder->received_max,
		.chain_before = chain_before,
		.chain_after  = chain_of(builder, chain_before),
	};
}

/* Empty again. What was rare or large is not carried along. */
static void
builder_clear(struct block_builder *builder)
{
	for (uint32_t i = 0; i < builder->used_count; i++) {
		struct shape *shape = builder->used[i];
		shape->rows         = 0;
		for (uint32_t j = 0; j < shape->slots_count; j++)
			column_clear(&shape->columns[j]);
	}
	if (builder->shapes_count > SHAPES_KEPT || builder->arena.size_held > MEMORY_KEPT) {
		arena_reset(&builder->arena);
		pool_open(&builder->pool, &builder->arena);
		memset(builder->table, 0, sizeof(builder->table));
		memset(builder->numbered, 0, sizeof(builder->numbered));
		builder->shapes_count = 0;
		builder->last         = NULL;
	}
	builder->used_count = 0;
	builder->count      = 0;
	builder->raw_size   = 0;
}

struct span
block_finish(struct block_builder *builder, uint64_t first, uint64_t chain_before, int level,
             struct arena *arena, struct block_summary *summary)
{
	struct packer *packer = &builder->packer;
	CHECK(builder->count > 0);
	CHECK(first <= UINT64_MAX - builder->count);
	arena_reset(&builder->directory_arena);
	arena_reset(&builder->head_arena);
	arena_reset(&builder->body_arena);
	text_open(&packer->directory, &builder->directory_arena);
	text_open(&packer->head_parts, &builder->head_arena);
	text_open(&packer->body, &builder->body_arena);
	packer->level = level;

	pack_rows(builder);
	for (uint32_t i = 0; i < builder->used_count; i++)
		pack_shape(packer, builder->used[i]);

	struct layout layout = { .summary = summary_of(builder, first, chain_before) };
	struct span   bytes  = pack_block(packer, &layout, arena);
	*summary             = layout.summary;
	builder_clear(builder);
	return bytes;
}
