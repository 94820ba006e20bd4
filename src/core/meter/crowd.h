/* crowd.h - how many different ones an account had in each month; for this room alone.
 *
 * Pure. A crowd is a distinct meter of one account. Each different key is a member: 128
 * bits of XXH3 under the secret of the books, and a number by order of arrival. A month
 * keeps for each number the hour in which it was first seen, and for each hour how many
 * were, so that "how many different ones up to H" is a sum of at most 744 numbers. A join
 * takes the earlier hour, so the order of arrival never matters (E-4), and joining an
 * event once more changes nothing.
 *
 * Who was first seen on one day stands in chunks of that day, by two bits of the hash. */
#ifndef TALLY_CORE_METER_CROWD_H
#define TALLY_CORE_METER_CROWD_H

#include "core/meter/meter_int.h"

struct member {
	uint64_t high;
	uint64_t low;
};

enum {
	CROWD_BLOCK_SHIFT = 9, /* of members, and of their first hours in a month */
	CROWD_BLOCK       = 1 << CROWD_BLOCK_SHIFT,
	CROWD_MONTH_HOURS = 31 * HOURS_PER_DAY,
	CROWD_NOBODY      = 0, /* a free slot; else a number and 1 */
};

struct crowd_month {
	int32_t    first_hour;
	int32_t    next_hour;
	uint16_t **firsts; /* blocks by number: 0 not seen, else 1 and hours into the month */
	uint32_t   blocks_count;
	uint32_t   blocks_capacity;
	uint32_t   counts[CROWD_MONTH_HOURS];
};

struct crowd {
	struct book         *book;
	struct member      **blocks; /* by number */
	uint32_t             blocks_capacity;
	uint32_t             count;
	uint32_t            *slots;       /* open addressing, at most three quarters full */
	uint32_t             slots_count; /* 0 or a power of two */
	struct crowd_month **months;      /* ascending */
	uint32_t             months_count;
	uint32_t             months_capacity;
	uint32_t             month_last; /* position of the one that was asked for last */
};

struct member member_of(const struct books *books, struct span id);

/* The book's crowd of a distinct meter, made when absent (make) or NULL. */
struct crowd *book_crowd(struct book *book, uint32_t meter, bool make);

/* A look-up is three dependent misses: call these for a whole batch, one after the other. */
void crowd_fetch_slot(const struct crowd *crowd, const struct member *member);
void crowd_fetch_member(struct crowd *crowd, const struct member *member, int32_t hour);
/* Seen in hour: a new one of the month, or an earlier hour, changes the days it touches. */
enum joined crowd_join(struct crowd *crowd, const struct member *member, int32_t hour);
/* The hour of the month of `hour` in which the member was first seen; false when it was not. */
bool crowd_first(const struct crowd *crowd, const struct member *member, int32_t hour,
                 int32_t *first);
/* Forget when the member was first seen in the month of hour, unless that was before. */
void crowd_clear(struct crowd *crowd, const struct member *member, int32_t hour);

/* ---- chunks: a day and a part of its members ---- */

enum { CROWD_PARTS = 4, CHUNK_DAY_FIRST = 1 << 20 };

/* Numbers of days stand behind those of all eras. */
static inline bool
chunk_is_day(int64_t number)
{
	return number >= CHUNK_DAY_FIRST / 2;
}

static inline uint32_t
member_part(const struct member *member)
{
	return (uint32_t)(member->high >> 62);
}

static inline int32_t
chunk_day_number(int32_t hour, uint32_t part)
{
	return CHUNK_DAY_FIRST + day_first_hour(hour) / HOURS_PER_DAY * CROWD_PARTS + (int32_t)part;
}

/* The first hour of the day, and the part, that a number stands for. */
static inline int32_t
chunk_day_hour(int32_t number, uint32_t *part)
{
	int32_t place = number - CHUNK_DAY_FIRST;

	*part = (uint32_t)place % CROWD_PARTS;
	return (place - (int32_t)*part) / CROWD_PARTS * HOURS_PER_DAY;
}

/* Those of the part who were first seen on the day that begins with hour: members of its
 * first hour in order, then those of the next; counts has one an hour. NULL: nobody. */
struct member *crowd_day_members(const struct crowd *crowd, int32_t hour, uint32_t part,
                                 struct arena *arena, uint32_t counts[HOURS_PER_DAY]);

static inline int
member_order(const struct member *a, const struct member *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

#endif
