/* checkpoint.c - books on disk now and then. */
#include "engine/checkpoint.h"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <stdlib.h>
#include <zstd.h>

#include "edge/sys/memory.h"
#include "engine/engine_int.h"

enum {
	ROUND_EVENTS       = 4 << 20,   /* replayed at most after a crash under load ... */
	ROUND_EVENTS_IDLE  = 100 << 10, /* ... and after a quiet while */
	ROUND_EVENTS_EAGER = 1000,
	STEP_SIZE          = 256 << 10, /* bytes written between two groups: they wait for it */
	STEP_SIZE_ALONE    = 4 << 20,   /* when nobody waits */
	STEP_CHUNKS        = 256,
	CHUNKS_ALONE       = 16, /* fewer are not worth another thread */
	CHUNK_LEVEL        = 1,
	CHUNK_HEAD         = 4, /* size of the chunk, big-endian */
};

static struct span
chunk_press(ZSTD_CCtx *zstd, struct span chunk, struct arena *arena)
{
	size_t   bound = ZSTD_compressBound(chunk.size);
	uint8_t *out   = arena_take(arena, bound + CHUNK_HEAD);
	CHECK(chunk.size <= UINT32_MAX);
	for (int i = 0; i < CHUNK_HEAD; i++)
		out[i] = (uint8_t)(chunk.size >> (24 - 8 * i));
	size_t size =
		ZSTD_compressCCtx(zstd, out + CHUNK_HEAD, bound, chunk.at, chunk.size, CHUNK_LEVEL);
	CHECK(!ZSTD_isError(size));
	return (struct span){ (char *)out, size + CHUNK_HEAD };
}

struct span
chunk_pack(struct span chunk, struct arena *arena)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	CHECK(zstd != NULL);
	struct span packed = chunk_press(zstd, chunk, arena);
	ZSTD_freeCCtx(zstd);
	return packed;
}

enum err
chunk_unpack(struct span stored, struct arena *arena, struct span *chunk)
{
	const uint8_t *in = (const uint8_t *)stored.at;
	if (stored.size < CHUNK_HEAD)
		return ERR_STORE_DAMAGED;
	size_t size = (size_t)in[0] << 24 | (size_t)in[1] << 16 | (size_t)in[2] << 8 | in[3];
	if (ZSTD_getFrameContentSize(in + CHUNK_HEAD, stored.size - CHUNK_HEAD) != size)
		return ERR_STORE_DAMAGED;
	char  *out  = arena_take(arena, size);
	size_t done = ZSTD_decompress(out, size, in + CHUNK_HEAD, stored.size - CHUNK_HEAD);
	if (ZSTD_isError(done) || done != size)
		return ERR_STORE_DAMAGED;
	*chunk = (struct span){ out, size };
	return ERR_NONE;
}

/* ---- which meters the chunks were made by ---- */

static void
hash_text(XXH3_state_t *state, struct span text)
{
	XXH3_64bits_update(state, &text.size, sizeof text.size);
	XXH3_64bits_update(state, text.at, text.size);
}

static void
hash_int(XXH3_state_t *state, int32_t value)
{
	XXH3_64bits_update(state, &value, sizeof value);
}

static void
hash_condition(XXH3_state_t *state, const struct catalog_condition *condition)
{
	XXH3_64bits_update(state, &condition->number, sizeof condition->number);
	hash_int(state, condition->field);
	hash_int(state, (int32_t)condition->ask);
	hash_int(state, (int32_t)condition->values_count);
	for (uint32_t i = 0; i < condition->values_count; i++)
		hash_text(state, condition->values[i]);
}

static void
hash_meter(XXH3_state_t *state, const struct catalog *catalog, const struct catalog_meter *meter)
{
	const struct catalog_type *type = &catalog->types[meter->type];
	hash_text(state, meter->name);
	hash_text(state, type->name);
	hash_int(state, (int32_t)meter->kind);
	hash_int(state, meter->value_field);
	hash_int(state, meter->rounds);
	for (uint32_t i = 0; i < meter->where_count; i++)
		hash_condition(state, &meter->where[i]);
	hash_int(state, meter->key_field);
	hash_int(state, meter->each_field);
	hash_int(state, meter->item_field);
	hash_int(state, meter->org_field);
	hash_int(state, meter->project_field);
	hash_int(state, meter->split_fields[0]);
	hash_int(state, meter->split_fields[1]);
	for (uint32_t i = 0; i < type->fields_count; i++) {
		hash_text(state, type->fields[i].name);
		hash_text(state, type->fields[i].fallback);
		hash_int(state, type->fields[i].is_email);
	}
}

/* Changes with anything that decides what the books hold. */
static uint64_t
meters_digest(const struct catalog *catalog)
{
	XXH3_state_t state;
	XXH3_64bits_reset(&state);
	for (uint32_t i = 0; i < catalog->deployments_count; i++) {
		hash_text(&state, catalog->deployments[i].name);
		hash_text(&state, catalog->deployments[i].class);
	}
	for (uint32_t i = 0; i < catalog->meters_count; i++)
		hash_meter(&state, catalog, &catalog->meters[i]);
	return XXH3_64bits_digest(&state);
}

/* ---- start ---- */

static const struct span FLOOR_KEY  = { "floor", 5 };
static const struct span METERS_KEY = { "meters", 6 };

static struct span
u64_bytes(uint64_t value, struct arena *arena)
{
	return log_key(value, arena);
}

static enum err
read_u64(struct engine *engine, struct span key, struct arena *arena, uint64_t *value)
{
	struct span bytes;
	*value       = 0;
	enum err err = engine->store->ops->get(engine->store, SPACE_META, key, arena, &bytes);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err == ERR_NONE && bytes.size != 8)
		return ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		*value = log_key_read(bytes.at);
	return err;
}

struct key_list {
	struct arena       *arena;
	struct store_write *writes;
	uint32_t            count;
};

static enum err
remove_chunk(void *context, struct span key, struct span value)
{
	struct key_list *list = context;
	(void)value;
	if ((list->count & (list->count + 1)) == 0) { /* full at 0, 1, 3, 7, ... */
		struct store_write *wider =
			ARENA_ARRAY(list->arena, struct store_write, (size_t)list->count * 2 + 4);
		if (list->count > 0)
			memcpy(wider, list->writes, list->count * sizeof *wider);
		list->writes = wider;
	}
	list->writes[list->count++] = (struct store_write){ .space  = SPACE_CHUNK,
		                                            .remove = true,
		                                            .key = arena_copy(list->arena, key) };
	return ERR_NONE;
}

/* Books of other meters say nothing about these: replay the log instead. */
static enum err
forget_chunks(struct engine *engine, uint64_t digest, struct arena *arena)
{
	struct key_list list = { .arena = arena };
	enum err err = engine->store->ops->scan(engine->store, SPACE_CHUNK, SPAN(""), SPAN(""),
	                                        remove_chunk, &list);
	if (err != ERR_NONE)
		return err;
	struct store_write *writes = ARENA_ARRAY(arena, struct store_write, list.count + 2);
	if (list.count > 0)
		memcpy(writes, list.writes, list.count * sizeof *writes);
	writes[list.count]       = (struct store_write){ .space = SPACE_META,
		                                         .key   = FLOOR_KEY,
		                                         .value = u64_bytes(0, arena) };
	writes[list.count + 1]   = (struct store_write){ .space = SPACE_META,
		                                         .key   = METERS_KEY,
		                                         .value = u64_bytes(digest, arena) };
	engine->checkpoint_floor = 0;
	return engine->store->ops->commit(engine->store, writes, list.count + 2);
}

enum err
checkpoint_open(struct engine *engine, struct refusal *refusal)
{
	struct arena arena;
	uint64_t     made_by, digest = meters_digest(engine->catalog);
	arena_open(&arena, system_memory());
	enum err err = read_u64(engine, FLOOR_KEY, &arena, &engine->checkpoint_floor);
	if (err == ERR_NONE)
		err = read_u64(engine, METERS_KEY, &arena, &made_by);
	if (err == ERR_NONE && made_by != digest)
		err = forget_chunks(engine, digest, &arena);
	if (err == ERR_NONE && engine->checkpoint_floor > engine->next_ordinal)
		err = ERR_STORE_DAMAGED;
	arena_close(&arena);
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN("checkpoint"), SPAN(""));
}

/* ---- rounds ---- */

/* Account, a zero, and the era as it sorts. */
static struct span
chunk_key(struct span account, int32_t era, struct arena *arena)
{
	struct text text;
	uint32_t    sortable = (uint32_t)era ^ UINT32_C(0x80000000);
	text_open(&text, arena);
	text_add(&text, account);
	text_add_char(&text, '\0');
	for (int shift = 24; shift >= 0; shift -= 8)
		text_add_char(&text, (char)(sortable >> shift));
	return text_span(&text);
}

/* Chunks of one commit, and the memory in which they are made: kept from commit to commit,
 * since fresh memory costs more than what is done with it. One for each thread. */
struct press {
	struct arena        text;  /* of one chunk, as it is and packed */
	struct arena        arena; /* of the commit */
	ZSTD_CCtx          *zstd;
	struct store_write *writes;
	struct book       **books;
	int32_t            *eras;
	uint32_t            count;
	size_t              size;
};

static struct press *
press_open(void)
{
	struct press *press = calloc(1, sizeof *press);
	CHECK(press != NULL);
	arena_open(&press->text, system_memory());
	arena_open(&press->arena, system_memory());
	press->zstd = ZSTD_createCCtx();
	CHECK(press->zstd != NULL);
	return press;
}

static void
press_close(struct press *press)
{
	ZSTD_freeCCtx(press->zstd);
	arena_close(&press->text);
	arena_close(&press->arena);
	free(press);
}

static void
press_begin(struct press *press)
{
	arena_reset(&press->arena);
	press->writes = ARENA_ARRAY(&press->arena, struct store_write, STEP_CHUNKS);
	press->books  = ARENA_ARRAY(&press->arena, struct book *, STEP_CHUNKS);
	press->eras   = ARENA_ARRAY(&press->arena, int32_t, STEP_CHUNKS);
	press->count  = 0;
	press->size   = 0;
}

static void
press_add(struct press *press, const struct engine *engine, struct book *book, int32_t era)
{
	struct text text;
	arena_reset(&press->text);
	text_open(&text, &press->text);
	book_chunk_write(book, era, engine->applied, &text);
	struct span packed          = chunk_press(press->zstd, text_span(&text), &press->text);
	press->writes[press->count] = (struct store_write){
		.space = SPACE_CHUNK,
		.key   = chunk_key(book_account(book), era, &press->arena),
		.value = arena_copy(&press->arena, packed),
	};
	press->books[press->count] = book;
	press->eras[press->count]  = era;
	press->count++;
	press->size += packed.size;
}

/* What the round writes next; false at its end. */
static bool
round_next(struct engine *engine, struct book **book, int32_t *era)
{
	pthread_mutex_lock(&engine->checkpoint_lock);
	bool more = books_dirty_next(engine->books, &engine->checkpoint_cursor, book, era);
	pthread_mutex_unlock(&engine->checkpoint_lock);
	return more;
}

/* One commit of a running round; *ended: nothing was left. Several threads may do so while
 * the books stand still. */
static enum err
round_step(struct engine *engine, struct press *press, size_t size_max, bool *ended)
{
	struct book *book;
	int32_t      era;
	press_begin(press);
	while (press->count < STEP_CHUNKS && press->size < size_max &&
	       round_next(engine, &book, &era))
		press_add(press, engine, book, era);
	*ended = press->count == 0;
	if (*ended)
		return ERR_NONE;
	enum err err = engine_commit(engine, press->writes, press->count);
	pthread_mutex_lock(&engine->checkpoint_lock);
	for (uint32_t i = 0; i < press->count && err == ERR_NONE; i++)
		book_chunk_clean(press->books[i], press->eras[i], engine->applied);
	pthread_mutex_unlock(&engine->checkpoint_lock);
	return err;
}

static void
round_begin(struct engine *engine)
{
	if (!engine->checkpoint_press)
		engine->checkpoint_press = press_open();
	engine->checkpoint_target = engine->applied;
	engine->checkpoint_cursor = 0;
}

/* With a fault the floor stays, and the next round begins anew. */
static enum err
round_end(struct engine *engine, enum err err)
{
	struct press *press = engine->checkpoint_press;
	arena_reset(&press->arena);
	struct store_write write = { .space = SPACE_META,
		                     .key   = FLOOR_KEY,
		                     .value = u64_bytes(engine->checkpoint_target, &press->arena) };
	if (err == ERR_NONE)
		err = engine_commit(engine, &write, 1);
	if (err == ERR_NONE)
		engine->checkpoint_floor = engine->checkpoint_target;
	checkpoint_close(engine);
	return err;
}

enum err
checkpoint_step(struct engine *engine, bool idle)
{
	uint64_t tail  = engine->applied - engine->checkpoint_floor;
	bool     ended = false;
	if (!engine->checkpoint_press) {
		if (tail < engine_pace(engine, idle ? ROUND_EVENTS_IDLE : ROUND_EVENTS,
		                       ROUND_EVENTS_EAGER))
			return ERR_NONE;
		round_begin(engine);
	}
	enum err err = round_step(engine, engine->checkpoint_press, STEP_SIZE, &ended);
	return ended || err != ERR_NONE ? round_end(engine, err) : err;
}

/* ---- a whole round ---- */

struct closer {
	struct engine *engine;
	struct press  *press;
	enum err       err;
};

static void *
closer_run(void *context)
{
	struct closer *closer = context;
	bool           ended  = false;
	while (!ended && closer->err == ERR_NONE)
		closer->err = round_step(closer->engine, closer->press, STEP_SIZE_ALONE, &ended);
	return NULL;
}

/* Many chunks are made on two threads: whoever closes waits for nothing else. */
static enum err
round_all(struct engine *engine)
{
	struct closer own   = { .engine = engine, .press = engine->checkpoint_press };
	struct closer other = { .engine = engine };
	pthread_t     thread;
	if (books_dirty_count(engine->books) < CHUNKS_ALONE) {
		closer_run(&own);
		return own.err;
	}
	other.press = press_open();
	bool begun  = pthread_create(&thread, NULL, closer_run, &other) == 0;
	closer_run(&own);
	if (begun)
		pthread_join(thread, NULL);
	press_close(other.press);
	return own.err != ERR_NONE ? own.err : other.err;
}

enum err
checkpoint_all(struct engine *engine)
{
	if (engine->applied == engine->checkpoint_floor && books_dirty_count(engine->books) == 0)
		return ERR_NONE;
	round_begin(engine);
	return round_end(engine, round_all(engine));
}

void
checkpoint_close(struct engine *engine)
{
	if (engine->checkpoint_press)
		press_close(engine->checkpoint_press);
	engine->checkpoint_press = NULL;
}
