/* pool.h - a contract's pool of units, month after month (F-10 to F-14).
 *
 * Pure. Everything is computed from the books when it is asked: nothing is drawn when an
 * event arrives, so the order of arrival never matters. Each month is charged by the version
 * of the contract that holds in the last hour asked about; what is drawn from the pool comes
 * out of what the months before have left. Results live in the arena. */
#ifndef TALLY_CORE_FLEX_POOL_H
#define TALLY_CORE_FLEX_POOL_H

#include "core/flex/alert.h"
#include "core/flex/month.h"

/* Everything that an answer depends on. */
struct flex_question {
	const struct catalog          *catalog;
	const struct contract_version *versions; /* of the account */
	uint32_t                       versions_count;
	struct instant                 known;    /* versions recorded until then */
	const struct book             *book;     /* NULL: no events */
	struct span                    contract; /* id; empty: that which holds last */
	int32_t                        at_hour;  /* H; the answer includes the whole of it */
};

/* The movement of one month: opening + topups - drawn = closing, and free_used + drawn +
 * overage = the month's units. topups can be negative where a version takes units back. */
struct flex_pool {
	int64_t opening;
	int64_t topups;
	int64_t free;
	int64_t free_used;
	int64_t drawn;
	int64_t overage;
	int64_t closing;
};

struct flex_statement {
	const struct contract_version *version; /* that the month is charged by */
	struct flex_use                use;
	struct flex_month              month;
	struct flex_pool               pool;
	int64_t                        bought_before;  /* what the opening is left of */
	int64_t                        use_before;     /* of the months before: drawn and over */
	int64_t                        overage_amount; /* millionths of the currency */
	struct flex_alerts             alerts;
};

/* The calendar month of at_hour. ERR_CONTRACT_UNKNOWN: no Flex contract holds in it up to
 * at_hour. */
MUST_CHECK enum err flex_statement(const struct flex_question *question, struct arena *arena,
                                   struct flex_statement *statement, struct refusal *refusal);

/* ---- several months ---- */

struct flex_planned; /* a month that the walk will come to */

/* A walk over the months of one contract, oldest first. What they used is counted with the
 * first step, for all of them. */
struct flex_walk {
	const struct flex_question *question;
	struct span                 contract;
	int32_t                     month_hour; /* of the first statement */
	struct flex_planned        *planned;    /* NULL before the first step */
	uint32_t                    planned_count;
	uint32_t                    next;    /* of those */
	int64_t                     closing; /* of the month before */
	int64_t                     bought;  /* until its end */
	int64_t                     use;     /* drawn and over since the contract's start */
};

/* The first statement is that of the month of from_hour, or of the contract's first month
 * when that is later, or of an earlier month in which there was use. contract is the id of
 * one whose versions are in the question. */
void flex_walk_open(struct flex_walk *walk, const struct flex_question *question,
                    struct span contract, int32_t from_hour);
/* false: no more months of the contract up to question->at_hour. arena is the same in each
 * step. */
bool flex_walk_next(struct flex_walk *walk, struct arena *arena, struct flex_statement *statement);

#endif
