/* explain_crowd.h - why a figure of different ones is what it is (L-63): how many were new on
 * each day and, for one that is named, when the month first saw it and in which event. */
#ifndef TALLY_ENGINE_EXPLAIN_CROWD_H
#define TALLY_ENGINE_EXPLAIN_CROWD_H

#include "engine/ask_int.h"
#include "engine/behind.h"

/* One who was counted. */
struct first_seen {
	const struct catalog_rule  *rule; /* NULL: nobody */
	const struct catalog_meter *meter;
	struct book_key             key;
	int32_t                     hour;
};

/* Is the question's id one of those that the answer counts? books_lock is held; the key is
 * copied to the arena. */
bool first_seen_find(struct first_seen *seen, const struct licence_question *asked,
                     const struct licence_answer *answer, const struct question *question,
                     struct arena *arena);
void write_first_seen(struct json_out *out, const struct first_seen *seen,
                      const struct behind *behind);
/* Of each such part, the days on which somebody was seen first; nothing for other figures. */
void write_days_first_seen(struct json_out *out, const struct licence_question *asked,
                           const struct licence_answer *answer);

#endif
