/* revision.c - whether an answer would be the same as before, known without making it.
 *
 * Two counts say it. One goes up with every change of what was put by somebody: accounts,
 * contracts, people, roles, invoices. The other is of events, one for each account; the
 * accounts share a table, so that a neighbour's event may make an answer new without need,
 * and never the other way round. Both go up behind the change and before whoever made it is
 * answered; what was counted goes up under the lock that shows it. They begin somewhere at
 * random, so a tag of another run of the program fits none of this one. */
#define XXH_INLINE_ALL
#include <sodium.h>
#include <xxhash.h>

#include "engine/engine_int.h"

_Static_assert((REVISION_SLOTS & (REVISION_SLOTS - 1)) == 0, "a mask finds the slot");

static _Atomic uint64_t *
slot_of(struct revisions *revisions, struct span account)
{
	uint64_t hash = XXH3_64bits(account.at, account.size);
	return &revisions->events[hash & (REVISION_SLOTS - 1)];
}

void
revisions_open(struct revisions *revisions)
{
	uint64_t random[2];
	randombytes_buf(random, sizeof random);
	atomic_store(&revisions->changes, random[0]);
	atomic_store(&revisions->all_events, random[1]);
}

void
revision_changed(struct engine *engine)
{
	atomic_fetch_add(&engine->revisions.changes, 1);
}

void
revision_counted(struct engine *engine, const struct event *const *events, uint32_t count)
{
	struct revisions *revisions = &engine->revisions;
	struct span       before    = SPAN("");
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && span_equal(before, events[i]->account))
			continue;
		before = events[i]->account;
		atomic_fetch_add(slot_of(revisions, before), 1);
	}
	atomic_fetch_add(&revisions->all_events, 1);
}

/* What an answer knows of now is its hour. */
struct state {
	uint64_t changes;
	uint64_t events;
	int64_t  hour;
};

static struct state
state_now(struct engine *engine, const struct tag_question *question)
{
	struct revisions *revisions = &engine->revisions;
	return (struct state){
		.changes = atomic_load(&revisions->changes),
		.events  = question->of_others ? atomic_load(&revisions->all_events)
		                               : atomic_load(slot_of(revisions, question->account)),
		.hour    = hour_of(engine_now(engine)),
	};
}

void
engine_answer_tag(struct engine *engine, const struct tag_question *question,
                  char tag[ANSWER_TAG_SIZE + 1])
{
	uint8_t                  hash[ANSWER_TAG_SIZE / 2];
	crypto_generichash_state digest;
	struct state             state = state_now(engine, question);
	crypto_generichash_init(&digest, NULL, 0, sizeof hash);
	crypto_generichash_update(&digest, (const uint8_t *)&state, sizeof state);
	for (uint32_t i = 0; i < question->parts_count; i++) {
		struct span part = question->parts[i];
		uint64_t    size = part.size;
		crypto_generichash_update(&digest, (const uint8_t *)&size, sizeof size);
		crypto_generichash_update(&digest, (const uint8_t *)part.at, part.size);
	}
	crypto_generichash_final(&digest, hash, sizeof hash);
	sodium_bin2hex(tag, ANSWER_TAG_SIZE + 1, hash, sizeof hash);
}
