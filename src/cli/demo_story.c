/* demo_story.c - the whole story of `tally demo`, told to an engine in the order of time. */
#include "cli/demo_story.h"

#include "engine/notify.h"

struct teller {
	struct demo_story *story;
	struct demo_office office;
	struct refusal    *refusal;
};

static enum err
lines_send(struct demo_story *story, struct span lines, struct refusal *refusal)
{
	struct ingest ingest = { .body = lines, .format = FORMAT_NDJSON };

	enum err err = engine_ingest_wait(story->engine, &ingest, refusal);
	if (err != ERR_NONE)
		return err;
	if (ingest.err == ERR_NONE) {
		/* The made-up events are ours: one that is refused is a bug. */
		CHECK(ingest.counts.rejected == 0);
		CHECK(ingest.counts.conflicting == 0);
		story->counts.accepted += ingest.counts.accepted;
		story->counts.duplicate += ingest.counts.duplicate;
	}
	err = ingest.err;
	ingest_release(story->engine, &ingest);
	return err;
}

/* What is due is looked for in the evening of each day, when its events are there. */
static enum err
day_tell(void *context, struct instant until, struct span lines)
{
	struct teller     *teller = context;
	struct demo_story *story  = teller->story;

	enum err err = demo_office_until(&teller->office, until, teller->refusal);
	if (err != ERR_NONE)
		return err;
	demo_clock_hold(story->clock, until);
	if (lines.size > 0)
		err = lines_send(story, lines, teller->refusal);
	return err == ERR_NONE ? engine_tick(story->engine, teller->refusal) : err;
}

enum err
demo_story_tell(struct demo_story *story, struct arena *arena, struct refusal *refusal)
{
	struct teller teller = { .story   = story,
		                 .refusal = refusal,
		                 .office  = { .engine = story->engine,
		                              .clock  = story->clock,
		                              .arena  = arena,
		                              .now    = story->plan.now } };

	enum err err = demo_events(&story->plan, arena, day_tell, &teller);
	demo_clock_hold(story->clock, story->plan.now);
	return err;
}
