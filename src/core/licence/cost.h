/* cost.h - what was spent and used on each day, in rows of one key and day (L-53).
 *
 * Pure. The rows of a range add up to what the figures of it say: the amounts of cloud
 * spend (L-40), the minutes and credits of builds (L-50). */
#ifndef TALLY_CORE_LICENCE_COST_H
#define TALLY_CORE_LICENCE_COST_H

#include "core/catalog/catalog.h"
#include "core/meter/book.h"

struct cost_question {
	const struct catalog *catalog;
	const struct book    *book; /* NULL: no events */
	int32_t               from; /* hours [from, until), at most BOOK_WINDOW_HOURS_MAX */
	int32_t               until;
	uint32_t              rows_max;
};

enum cost_kind { COST_SPEND, COST_CREDITS };

/* One key on one day, or on the part of it that lies in the range. */
struct cost_row {
	enum cost_kind               kind;
	const struct catalog_module *module;
	int32_t                      from; /* hours [from, until) */
	int32_t                      until;
	struct span                  org, project; /* of builds */
	struct span                  id;           /* the provider account; the os */
	struct span                  item;         /* the sku; the machine's size */
	int64_t                      amount;       /* millionths of the account's currency */
	int64_t                      minutes;      /* of builds, as the next two */
	int64_t                      credits;
	int64_t                      credits_per_minute;
};

struct cost_answer {
	const struct cost_row *rows; /* by day; spend first; then by module and key */
	uint32_t               rows_count;
	int64_t                amount; /* the sums of the rows */
	int64_t                minutes;
	int64_t                credits;
};

/* ERR_QUESTION when there are more than rows_max rows. */
MUST_CHECK enum err cost_answer(const struct cost_question *question, struct arena *arena,
                                struct cost_answer *answer);

#endif
