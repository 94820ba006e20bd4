/* behind.h - the events behind the hours of some rows.
 *
 * One walk over the log notes, hour by hour, every event that feeds the rows' series:
 * gauge reports and activity. Retracted ones are left out, and so are reports that a later
 * one of the same hour and split replaced (L-3): the values of an hour add up to its sum.
 *
 * Where no gauge is wanted there may be millions of events: beyond LIMIT_EXPLAIN_EVENTS only
 * those of the newest whole hours are kept, which a second walk gathers. */
#ifndef TALLY_ENGINE_BEHIND_H
#define TALLY_ENGINE_BEHIND_H

#include "engine/engine_int.h"

struct noted {
	struct span    id, source, type;
	struct instant at;
	uint32_t       series; /* which of the wanted ones it feeds */
	bool           is_gauge;
	bool           has_value;
	int64_t        value;    /* of a gauge or sum, millionths */
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
	bool           wants_gauge;
	uint32_t      *counts;    /* of events, by hour */
	uint64_t       found;     /* events, also those that were not kept */
	bool           counted;   /* by a first walk that found too many */
	int32_t        kept_from; /* events of earlier hours are not kept */
	struct set128  retracted; /* as known then; while gathering, of a known_at question */
};

/* Everything noted lives in arena. */
void behind_open(struct behind *behind, struct engine *engine, struct span account, int32_t from,
                 int32_t until, struct instant known, struct arena *arena);
/* The row's series must be readable (books_lock held). */
void behind_want(struct behind *behind, const struct licence_row *row);
void behind_want_key(struct behind *behind, const struct catalog_meter *meter,
                     const struct book_key *key);
void behind_want_by(struct behind *behind, const struct licence_by *by);
/* Does it feed one of these series? */
bool behind_feeds(const struct behind *behind, const struct noted *noted,
                  const struct series *const *series, uint32_t count);
/* Walks the log; books_lock must not be held. */
MUST_CHECK enum err behind_gather(struct behind *behind, struct refusal *refusal);
/* NULL also outside of the window that was gathered. */
const struct noted *behind_hour(const struct behind *behind, int32_t hour);
void                noted_write(struct json_out *out, const struct noted *noted);

#endif
