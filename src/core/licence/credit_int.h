/* credit_int.h - for this room alone: credits by the hour. */
#ifndef TALLY_CORE_LICENCE_CREDIT_INT_H
#define TALLY_CORE_LICENCE_CREDIT_INT_H

#include "core/licence/credit.h"

/* What all builds of an hour used. */
struct credit_hour {
	int32_t hour;
	int64_t credits;
};

/* The hours until H with builds, ascending; returns how many there are. */
uint32_t credit_hours(const struct credit_question *question, struct arena *arena,
                      const struct credit_hour **hours);
/* Fills by: the month to date by project and machine. */
void credit_break_down(const struct credit_question *question, struct arena *arena,
                       struct credit_answer *answer);
/* What minutes cost, staying at the largest number. */
int64_t credits_of_minutes(int64_t credits_per_minute, int64_t minutes);

#endif
