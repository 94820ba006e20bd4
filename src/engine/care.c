/* care.c - backup, and verify: everything recomputed from the log and compared. */
#include <stdio.h>

#include "edge/sys/memory.h"
#include "engine/invoice_int.h"
#include "engine/walk.h"

enum err
engine_backup(struct engine *engine, const char *path, store_progress *progress, void *context,
              struct refusal *refusal)
{
	return engine->store->ops->backup(engine->store, path, progress, context, refusal);
}

/* ---- the second books ---- */

struct verifying {
	struct engine     *engine;
	struct books      *books;
	struct runs_check *runs;
	struct intake     *intake;
	uint64_t           position; /* ordinals below are in */
	store_progress    *progress;
	void              *context;
	struct refusal    *refusal;
};

/* ERR_STOPPED when nobody waits for the outcome any more. */
static enum err
verify_go_on(const struct verifying *verifying, uint64_t until)
{
	if (!verifying->progress ||
	    verifying->progress(verifying->context, verifying->position, until))
		return ERR_NONE;
	return refuse(verifying->refusal, ERR_STOPPED, SPAN(""), SPAN("the check was stopped"));
}

/* Events in their order, retracted ones left out, by the same core that counts live. */
static void
verify_slice(struct verifying *verifying, const struct walk *walk,
             const struct event *const *events)
{
	struct engine *engine = verifying->engine;
	bool           skip[WALK_ROWS];
	pthread_rwlock_rdlock(&engine->books_lock);
	for (uint32_t i = 0; i < walk->count; i++) {
		struct identity identity = event_identity(engine, events[i]);
		skip[i]                  = set128_has(&engine->retracted, identity);
		runs_check_add(verifying->runs, walk->first + i, identity);
	}
	pthread_rwlock_unlock(&engine->books_lock);
	books_apply(verifying->books, events, walk->count, walk->first, skip);
	verifying->position = walk->first + walk->count;
}

static enum err
verify_block(struct verifying *verifying, struct block_summary *summary, uint64_t until)
{
	struct walk         walk;
	const struct event *events[WALK_ROWS];
	enum err            err = walk_open(&walk, verifying->engine, summary, verifying->position,
	                                    verifying->refusal);
	while (err == ERR_NONE && walk_next(&walk)) {
		err = scan_rows(verifying->intake, walk.block, walk.row, walk.count, &walk.arena,
		                events);
		if (err != ERR_NONE)
			break;
		verify_slice(verifying, &walk, events);
		err = verify_go_on(verifying, until);
	}
	walk_close(&walk);
	return err;
}

static enum err
verify_until(struct verifying *verifying, uint64_t until)
{
	struct block_summary summary;
	enum err             err = ERR_NONE;
	while (err == ERR_NONE && verifying->position < until &&
	       scan_summary(verifying->engine, verifying->position, &summary))
		err = verify_block(verifying, &summary, until);
	return err;
}

/* ---- the comparison ---- */

static enum err
differs(struct span account, int32_t era, struct refusal *refusal)
{
	char    detail[REFUSAL_DETAIL_SIZE], from[INSTANT_SIZE] = "", until[INSTANT_SIZE] = "";
	int32_t first, end;
	book_chunk_hours(era, &first, &end);
	hour_format(first, from);
	hour_format(end, until);
	snprintf(detail, sizeof detail,
	         "account %.*s, hours %.20s to %.20s: what is counted is not what the log holds",
	         (int)account.size, account.at, from, until);
	return refuse(refusal, ERR_VERIFY_DIFFERS, SPAN("books"), span_of(detail));
}

static struct span
chunk_of(const struct book *book, int32_t era, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	book_chunk_write(book, era, 0, &text);
	return text_span(&text);
}

/* Every era of one book has the same bytes in the other. */
static enum err
compare_book(const struct verifying *verifying, const struct book *book, struct books *others,
             uint64_t *chunks)
{
	struct book *other = book_of(others, book_account(book), false);
	struct arena arena, numbers;
	arena_open(&arena, system_memory());
	arena_open(&numbers, system_memory());
	uint32_t max   = book_eras(book, NULL, 0);
	int32_t *eras  = ARENA_ARRAY(&numbers, int32_t, max);
	uint32_t count = book_eras(book, eras, max);
	CHECK(count == max);
	enum err err = ERR_NONE;
	for (uint32_t i = 0; i < count && err == ERR_NONE; i++) {
		arena_reset(&arena);
		if (other == NULL ||
		    !span_equal(chunk_of(book, eras[i], &arena), chunk_of(other, eras[i], &arena)))
			err = differs(book_account(book), eras[i], verifying->refusal);
		if (err == ERR_NONE)
			err = verify_go_on(verifying, verifying->position);
		++*chunks;
	}
	arena_close(&numbers);
	arena_close(&arena);
	return err;
}

static enum err
compare_all(const struct verifying *verifying, struct books *books, struct books *others,
            uint64_t *chunks)
{
	const struct book *book;
	for (uint32_t i = 0; (book = book_at(books, i)) != NULL; i++) {
		enum err err = compare_book(verifying, book, others, chunks);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Catch up with what was counted meanwhile while the committer waits, then compare both
 * ways: nothing more and nothing less. */
static enum err
compare_standing(struct verifying *verifying, uint64_t *chunks)
{
	struct engine *engine = verifying->engine;
	pthread_mutex_lock(&engine->counting_lock);
	enum err err = verify_until(verifying, engine->applied);
	pthread_rwlock_rdlock(&engine->books_lock);
	if (err == ERR_NONE && engine->applied != verifying->position)
		err = refuse(verifying->refusal, ERR_VERIFY_DIFFERS, SPAN("log"),
		             SPAN("the log does not end where counting does"));
	if (err == ERR_NONE)
		err = compare_all(verifying, engine->books, verifying->books, chunks);
	uint64_t back = 0;
	if (err == ERR_NONE)
		err = compare_all(verifying, verifying->books, engine->books, &back);
	pthread_rwlock_unlock(&engine->books_lock);
	pthread_mutex_unlock(&engine->counting_lock);
	return err;
}

static struct span
report(const struct verifying *verifying, uint64_t chunks, uint64_t invoices, struct arena *arena)
{
	struct json_out out;
	uint64_t        accounts = 0;
	while (book_at(verifying->books, (uint32_t)accounts) != NULL)
		accounts++;
	json_open(&out, arena);
	json_object(&out);
	json_key_bool(&out, SPAN("ok"), true);
	json_key_uint(&out, SPAN("events"), verifying->position);
	json_key_uint(&out, SPAN("accounts"), accounts);
	json_key_uint(&out, SPAN("chunks"), chunks);
	json_key_uint(&out, SPAN("invoices"), invoices);
	json_object_end(&out);
	return json_close(&out);
}

static uint64_t
retracted_count(struct engine *engine)
{
	pthread_rwlock_rdlock(&engine->books_lock);
	uint64_t count = engine->retracted.count;
	pthread_rwlock_unlock(&engine->books_lock);
	return count;
}

/* One pass; *disturbed when a retraction came in the middle of it, for then the second
 * books hold an event that counts no more. */
static enum err
verify_once(struct engine *engine, store_progress *progress, void *context, struct arena *arena,
            struct span *answer, bool *disturbed, struct refusal *refusal)
{
	struct verifying verifying = {
		.engine = engine, .progress = progress, .context = context, .refusal = refusal
	};
	uint64_t     before   = retracted_count(engine);
	uint64_t     chunks   = 0;
	uint64_t     invoices = 0;
	struct arena runs_arena;
	arena_open(&runs_arena, system_memory());
	verifying.books = engine_books(engine);
	books_keep_secret(verifying.books, engine->secret);
	verifying.intake = intake_take(engine);
	enum err err =
		runs_check_open(engine, &runs_arena, progress, context, &verifying.runs, refusal);
	if (err == ERR_NONE)
		err = verify_until(&verifying, scan_end(engine));
	if (err == ERR_NONE)
		err = runs_check_end(verifying.runs, refusal);
	if (err == ERR_NONE)
		err = compare_standing(&verifying, &chunks);
	if (err == ERR_NONE)
		err = invoices_check(engine, &invoices, refusal);
	if (err == ERR_NONE)
		*answer = report(&verifying, chunks, invoices, arena);
	arena_close(&runs_arena);
	*disturbed = err == ERR_VERIFY_DIFFERS && retracted_count(engine) != before;
	intake_give(engine, verifying.intake);
	books_close(verifying.books);
	return err;
}

enum { VERIFY_TRIES = 5 };

enum err
engine_verify(struct engine *engine, store_progress *progress, void *context, struct arena *arena,
              struct span *answer, struct refusal *refusal)
{
	enum err err = engine->store->ops->check(engine->store, progress, context, refusal);
	if (err != ERR_NONE)
		return err;
	bool disturbed = true;
	for (int i = 0; i < VERIFY_TRIES && disturbed; i++)
		err = verify_once(engine, progress, context, arena, answer, &disturbed, refusal);
	return err;
}
