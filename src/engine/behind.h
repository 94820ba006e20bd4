/* behind.h - the events behind the hours of some rows.
 *
 * One walk over the log notes, hour by hour, every event that feeds the rows' series:
 * gauge reports and activity. Retracted ones are left out, and so are reports that a later
 * one of the same hour and split replaced (L-3): the values of an hour add up to its sum. */
#ifndef TALLY_ENGINE_BEHIND_H
#define TALLY_ENGINE_BEHIND_H

#include "engine/engine_int.h"

struct noted {
	struct span    id, source, type;
	struct instant at;
	uint32_t       series; /* which of the wanted ones it feeds */
	bool           is_gauge;
	int64_t        value;    /* of a gauge, millionths */
	struct span    split[2]; /* of a gauge: its split's texts, empty where there is none */
	struct span    split_name[2];
	struct noted  *next; /* of the same hour, by time, source and id */
};

/* A key of a meter whose events are wanted; its own copy. */
struct wanted {
	const struct catalog_meter *meter;
	struct book_key             key;
};

struct behind {
	struct engine *engine;
	struct span    account;
	int32_t        from;
	uint32_t       hours;
	struct instant known;
	struct arena  *arena;
	struct noted **by_hour;
	struct wanted *wanted;
	uint32_t       wanted_count;
	uint32_t       wanted_capacity;
	struct set128  retracted; /* as known then; while gathering, of a known_at question */
};

/* Everything noted lives in arena. */
void behind_open(struct behind *behind, struct engine *engine, struct span account, int32_t from,
                 int32_t until, struct instant known, struct arena *arena);
/* The row's series must be readable (books_lock held). */
void behind_want(struct behind *behind, const struct licence_row *row);
/* Walks the log; books_lock must not be held. */
MUST_CHECK enum err behind_gather(struct behind *behind, struct refusal *refusal);
/* NULL also outside of the window that was gathered. */
const struct noted *behind_hour(const struct behind *behind, int32_t hour);
void                noted_write(struct json_out *out, const struct noted *noted);

#endif
