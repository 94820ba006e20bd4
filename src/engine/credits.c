/* credits.c - build credits of an account: what is left, what was used and where (L-52). */
#include <stdio.h>

#include "core/base/decimal.h"
#include "core/licence/credit.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"
#include "engine/notify_int.h"

/* A block of the free plan is called after its month. */
static void
write_block_id(struct json_out *out, const struct credit_block *block)
{
	char text[INSTANT_SIZE];
	char id[INSTANT_SIZE];

	json_key(out, SPAN("id"));
	if (block->contract.size > 0) {
		json_string(out, block->id);
		return;
	}
	hour_format(block->start_hour, text);
	snprintf(id, sizeof id, "free-%.7s", text);
	json_string(out, span_of(id));
}

static void
write_block(struct json_out *out, const struct credit_block *block)
{
	json_object(out);
	write_block_id(out, block);
	json_key(out, SPAN("contract"));
	if (block->contract.size > 0)
		json_string(out, block->contract);
	else
		json_null(out);
	json_key_string(out, SPAN("kind"), block->kind);
	json_key_hour(out, SPAN("start"), block->start_hour);
	json_key_hour(out, SPAN("expiry"), block->expiry_hour);
	json_key_int(out, SPAN("quota"), block->quota);
	json_key_int(out, SPAN("used"), block->used);
	json_key_int(out, SPAN("available"), block->available);
	json_key_string(out, SPAN("status"), credit_status_name(block->status));
	json_object_end(out);
}

static void
write_next_expiry(struct json_out *out, const struct credit_block *next)
{
	json_key(out, SPAN("next_expiry"));
	if (!next) {
		json_null(out);
		return;
	}
	json_object(out);
	json_key_hour(out, SPAN("at"), next->expiry_hour);
	write_block_id(out, next);
	json_key_int(out, SPAN("available"), next->available);
	json_object_end(out);
}

static void
write_use(struct json_out *out, const struct credit_by *by)
{
	char machine[2 * CATALOG_NAME_SIZE_MAX];
	int  size = snprintf(machine, sizeof machine, "%.*s %.*s", (int)by->os.size, by->os.at,
	                     (int)by->size.size, by->size.at);

	json_object(out);
	json_key_string(out, SPAN("org"), by->org);
	json_key_string(out, SPAN("project"), by->project);
	if (size > 0 && (size_t)size < sizeof machine)
		json_key_string(out, SPAN("machine"), span_of(machine));
	json_key_int(out, SPAN("minutes"), by->minutes);
	json_key_int(out, SPAN("credits"), by->credits);
	json_object_end(out);
}

static void
write_credits(struct json_out *out, const struct credit_answer *answer)
{
	char month[INSTANT_SIZE];

	hour_format(answer->month_hour, month);
	json_key_string(out, SPAN("month"), (struct span){ month, 7 });
	json_key_int(out, SPAN("available"), answer->available);
	json_key_int(out, SPAN("used"), answer->used);
	json_key_int(out, SPAN("overage"), answer->overage);
	write_next_expiry(out, answer->next);
	json_key(out, SPAN("blocks"));
	json_array(out);
	for (uint32_t i = 0; i < answer->blocks_count; i++)
		write_block(out, &answer->blocks[i]);
	json_array_end(out);
	json_key(out, SPAN("by"));
	json_array(out);
	for (uint32_t i = 0; i < answer->by_count; i++)
		write_use(out, &answer->by[i]);
	json_array_end(out);
}

static struct credit_question
credits_asked(const struct engine *engine, const struct asked *asked, int32_t hour)
{
	return (struct credit_question){
		.catalog        = engine->catalog,
		.versions       = asked->versions,
		.versions_count = asked->versions_count,
		.known          = asked->known,
		.book           = asked->licence.book,
		.at_hour        = hour,
	};
}

bool
credits_left(struct engine *engine, struct span account, int32_t hour, int64_t *left,
             int64_t *total)
{
	struct question      question = { .account = account };
	struct credit_answer credits;
	struct asked         asked;
	struct arena         arena;
	int64_t              quota = 0;

	if (asked_begin(engine, &question, &asked, NULL) != ERR_NONE)
		return false;
	arena_open(&arena, system_memory());
	struct credit_question ask = credits_asked(engine, &asked, hour);
	credit_answer(&ask, &arena, &credits);
	for (uint32_t i = 0; i < credits.blocks_count; i++) {
		const struct credit_block *block = &credits.blocks[i];
		if (block->start_hour <= hour && hour < block->expiry_hour)
			quota += block->quota;
	}
	asked_end(engine, &asked);
	*left  = credits.available * MILLIONTHS;
	*total = quota * MILLIONTHS;
	arena_close(&arena);
	return quota > 0;
}

enum err
engine_credits(struct engine *engine, const struct question *question, struct arena *arena,
               struct span *answer, struct refusal *refusal)
{
	uint64_t             begun = clock_ns();
	struct asked         asked;
	struct credit_answer credits;
	struct json_out      out;
	enum err             err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	struct credit_question ask = credits_asked(engine, &asked, asked.licence.at_hour);
	credit_answer(&ask, arena, &credits);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	json_key_hour(&out, SPAN("at"), asked.licence.at_hour);
	write_credits(&out, &credits);
	asked_end(engine, &asked);
	json_object_end(&out);
	*answer = json_close(&out);
	note_question(engine, begun);
	return ERR_NONE;
}
