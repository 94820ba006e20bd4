/* schedule.h - which notifications are due at a moment, and when a delivery is tried again.
 *
 * Pure. Given contracts, figures and thresholds, the same moment gives the same notices;
 * whoever calls leaves out those whose id he has already (cause.h). So nothing depends on
 * how often it is asked, and a moment that was missed is made up for as long as it is true
 * (A-30). */
#ifndef TALLY_CORE_NOTIFY_SCHEDULE_H
#define TALLY_CORE_NOTIFY_SCHEDULE_H

#include "core/licence/contract.h"
#include "core/notify/cause.h"

/* What an account wants to be told of, and from which marks on. */
struct thresholds {
	bool         wanted[NOTICE_COUNT];
	struct marks marks[NOTICE_COUNT];
};

/* Everything, with the marks of the table. */
struct thresholds thresholds_default(void);

/* A list that grows in its arena. */
struct notices {
	struct arena  *arena;
	struct notice *items;
	uint32_t       count;
	uint32_t       capacity;
};

void notices_add(struct notices *notices, const struct notice *notice);

/* Contracts and trials that end: at each mark, from that many days before the end until the
 * next mark or the end. A mark that had passed before the contract started, or before that
 * end was put, is not due: whoever put it knows. The end is that of the version that holds
 * last, so that a renewal ends the warnings and a shortening begins them anew. */
void schedule_contracts(const struct contract_version *versions, uint32_t count,
                        const struct thresholds *thresholds, struct instant now,
                        struct notices *notices);

/* A figure of a module at an hour. */
struct notice_figure {
	struct span module;
	struct span unit;
	int64_t     used;
	int64_t     owned;
	bool        in_millionths;
};

/* More than mark percent of what is owned is used, in the calendar month of hour. */
void schedule_figure(const struct notice_figure *figure, const struct thresholds *thresholds,
                     int32_t hour, struct notices *notices);

/* Less than mark percent of the total is left, in the calendar month of hour; millionths.
 * Of several marks that were passed at once, each. */
void schedule_credits(int64_t left, int64_t total, const struct thresholds *thresholds,
                      int32_t hour, struct notices *notices);

/* Units of a Flex contract in the calendar month of hour: each mark of percent that use has
 * reached of limit, lowest first; of no limit any use is 100 percent (F-20). */
struct notice_units {
	struct span contract;
	int64_t     use; /* millionths */
	int64_t     limit;
	bool        is_free; /* what is beyond the limit costs nothing */
};
void schedule_units(const struct notice_units *units, const struct thresholds *thresholds,
                    int32_t hour, struct notices *notices);

/* When a delivery that was begun at created and tried `attempts` times is tried next: at 0,
 * 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours after created, not before wait passed
 * since now. False: that was the last. Marks that passed while nobody could try are made up
 * for by one attempt. */
bool schedule_attempt(struct instant created, uint32_t attempts, struct instant now,
                      struct duration wait, struct instant *next);

/* A delivery is given up so long after it was created. */
struct duration schedule_patience(void);

#endif
