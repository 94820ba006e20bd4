/* crowd.c - how many different ones an account had in each month. */
#include "core/meter/crowd.h"

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include "core/base/check.h"

_Static_assert(BOOK_SECRET_SIZE >= XXH3_SECRET_SIZE_MIN, "the secret is long enough");
_Static_assert(CROWD_MONTH_HOURS < UINT16_MAX, "an hour of a month fits");

/* ---- members ---- */

struct member
member_of(const struct books *books, struct span id)
{
	XXH128_hash_t hash = books->secret ? XXH3_128bits_withSecret(id.at, id.size, books->secret,
	                                                             BOOK_SECRET_SIZE)
	                                   : XXH3_128bits(id.at, id.size);

	return (struct member){ .high = hash.high64, .low = hash.low64 };
}

static inline struct member *
crowd_member(const struct crowd *crowd, uint32_t number)
{
	return &crowd->blocks[number >> CROWD_BLOCK_SHIFT][number & (CROWD_BLOCK - 1)];
}

static inline uint32_t
slot_place(const struct crowd *crowd, const struct member *member)
{
	return (uint32_t)member->low & (crowd->slots_count - 1);
}

/* The slot of the member, or the free one where it would stand. */
static uint32_t *
crowd_slot(const struct crowd *crowd, const struct member *member)
{
	uint32_t mask = crowd->slots_count - 1;

	for (uint32_t place = slot_place(crowd, member);; place = (place + 1) & mask) {
		uint32_t *slot = &crowd->slots[place];
		if (*slot == CROWD_NOBODY)
			return slot;
		const struct member *there = crowd_member(crowd, *slot - 1);
		if (there->low == member->low && there->high == member->high)
			return slot;
	}
}

/* Members are different: each only needs a free slot. */
static void
slot_put(struct crowd *crowd, uint32_t number)
{
	uint32_t mask  = crowd->slots_count - 1;
	uint32_t place = slot_place(crowd, crowd_member(crowd, number));

	while (crowd->slots[place] != CROWD_NOBODY)
		place = (place + 1) & mask;
	crowd->slots[place] = number + 1;
}

static void
slots_grow(struct crowd *crowd)
{
	enum { AHEAD = 16 };
	struct pool *pool  = &crowd->book->books->pool;
	uint32_t     count = crowd->slots_count ? crowd->slots_count * 2 : 16;

	CHECK(count <= UINT32_C(1) << 31);
	pool_give(pool, crowd->slots, crowd->slots_count * sizeof(uint32_t));
	crowd->slots       = pool_take(pool, count * sizeof(uint32_t));
	crowd->slots_count = count;
	memset(crowd->slots, 0, count * sizeof(uint32_t));
	for (uint32_t i = 0; i < crowd->count; i++) {
		if (i + AHEAD < crowd->count)
			crowd_fetch_slot(crowd, crowd_member(crowd, i + AHEAD));
		slot_put(crowd, i);
	}
}

static uint32_t
member_add(struct crowd *crowd, const struct member *member)
{
	struct pool *pool  = &crowd->book->books->pool;
	uint32_t     block = crowd->count >> CROWD_BLOCK_SHIFT;

	if ((crowd->count & (CROWD_BLOCK - 1)) == 0) {
		crowd->blocks = vector_grow(pool, crowd->blocks, sizeof(*crowd->blocks), block,
		                            &crowd->blocks_capacity);
		crowd->blocks[block] = pool_take(pool, CROWD_BLOCK * sizeof(struct member));
	}
	*crowd_member(crowd, crowd->count) = *member;
	return crowd->count++;
}

/* The member's number, made when it is new. */
static uint32_t
crowd_number(struct crowd *crowd, const struct member *member)
{
	if ((uint64_t)crowd->count * 4 >= (uint64_t)crowd->slots_count * 3)
		slots_grow(crowd);
	uint32_t *slot = crowd_slot(crowd, member);
	if (*slot == CROWD_NOBODY)
		*slot = member_add(crowd, member) + 1;
	return *slot - 1;
}

struct crowd *
book_crowd(struct book *book, uint32_t meter, bool make)
{
	struct series_list *list = &book->meters[meter];

	if (!list->crowd && make) {
		list->crowd       = arena_take_zeroed(&book->books->arena, sizeof(*list->crowd));
		list->crowd->book = book;
	}
	return list->crowd;
}

/* ---- months ---- */

/* The position of the first month that ends behind hour. */
static uint32_t
month_seek(const struct crowd *crowd, int32_t hour)
{
	uint32_t position = crowd->months_count;

	while (position > 0 && crowd->months[position - 1]->next_hour > hour)
		position--;
	return position;
}

static struct crowd_month *
month_find(const struct crowd *crowd, int32_t hour)
{
	uint32_t position = crowd->month_last;

	if (position >= crowd->months_count || crowd->months[position]->first_hour > hour ||
	    crowd->months[position]->next_hour <= hour)
		position = month_seek(crowd, hour);
	if (position == crowd->months_count || crowd->months[position]->first_hour > hour)
		return NULL;
	return crowd->months[position];
}

static struct crowd_month *
month_make(struct crowd *crowd, int32_t hour)
{
	struct books *books    = crowd->book->books;
	uint32_t      position = month_seek(crowd, hour);

	if (position < crowd->months_count && crowd->months[position]->first_hour <= hour) {
		crowd->month_last = position;
		return crowd->months[position];
	}
	struct crowd_month *month = arena_take_zeroed(&books->arena, sizeof(*month));
	month->first_hour         = month_first_hour(hour);
	month->next_hour          = month_next_first_hour(hour);
	CHECK(month->next_hour - month->first_hour <= CROWD_MONTH_HOURS);
	crowd->months = vector_grow(&books->pool, crowd->months, sizeof(*crowd->months),
	                            crowd->months_count, &crowd->months_capacity);
	memmove(&crowd->months[position + 1], &crowd->months[position],
	        (crowd->months_count - position) * sizeof(*crowd->months));
	crowd->months[position] = month;
	crowd->months_count++;
	crowd->month_last = position;
	return month;
}

/* Where the month keeps the number's first hour; NULL when it has no block for it. */
static inline uint16_t *
month_first(const struct crowd_month *month, uint32_t number)
{
	uint32_t block = number >> CROWD_BLOCK_SHIFT;

	if (block >= month->blocks_count || !month->firsts[block])
		return NULL;
	return &month->firsts[block][number & (CROWD_BLOCK - 1)];
}

static uint16_t *
month_first_make(struct crowd_month *month, struct pool *pool, uint32_t number)
{
	uint32_t block = number >> CROWD_BLOCK_SHIFT;

	while (month->blocks_count <= block) {
		month->firsts = vector_grow(pool, month->firsts, sizeof(*month->firsts),
		                            month->blocks_count, &month->blocks_capacity);
		month->firsts[month->blocks_count++] = NULL;
	}
	if (!month->firsts[block]) {
		month->firsts[block] = pool_take(pool, CROWD_BLOCK * sizeof(uint16_t));
		memset(month->firsts[block], 0, CROWD_BLOCK * sizeof(uint16_t));
	}
	return month_first(month, number);
}

/* ---- joining ---- */

void
crowd_fetch_slot(const struct crowd *crowd, const struct member *member)
{
	if (crowd->slots_count > 0)
		__builtin_prefetch(&crowd->slots[slot_place(crowd, member)]);
}

/* The first that stands in the member's place is nearly always the member. */
void
crowd_fetch_member(struct crowd *crowd, const struct member *member, int32_t hour)
{
	if (crowd->slots_count == 0)
		return;
	uint32_t slot = crowd->slots[slot_place(crowd, member)];
	if (slot == CROWD_NOBODY)
		return;
	__builtin_prefetch(crowd_member(crowd, slot - 1));
	const struct crowd_month *month = month_find(crowd, hour);
	const uint16_t           *first = month ? month_first(month, slot - 1) : NULL;
	if (first)
		__builtin_prefetch(first);
}

/* One more or less who was first seen in the place of the month. */
static void
month_count(struct crowd *crowd, struct crowd_month *month, uint32_t place, uint32_t part,
            bool more)
{
	int32_t     hour = month->first_hour + (int32_t)place;
	struct era *day  = book_era(crowd->book, chunk_day_number(hour, part), true);

	CHECK(more || month->counts[place] > 0);
	CHECK(more || day->cells > 0);
	month->counts[place] += more ? 1u : UINT32_MAX;
	day->cells += more ? 1u : UINT64_MAX;
	day->dirty = true;
}

enum joined
crowd_join(struct crowd *crowd, const struct member *member, int32_t hour)
{
	struct crowd_month *month  = month_make(crowd, hour);
	uint32_t            number = crowd_number(crowd, member);
	uint32_t            part   = member_part(member);
	uint32_t            place  = (uint32_t)(hour - month->first_hour);
	uint16_t           *first  = month_first(month, number);

	if (!first)
		first = month_first_make(month, &crowd->book->books->pool, number);
	if (*first != 0 && *first <= place + 1)
		return JOINED_NOTHING;
	bool is_new = *first == 0;
	if (!is_new)
		month_count(crowd, month, *first - 1u, part, false);
	*first = (uint16_t)(place + 1);
	month_count(crowd, month, place, part, true);
	return is_new ? JOINED_NEW : JOINED_CHANGE;
}

/* Where the first hour of the member stands, NULL when it was not seen in the month. */
static uint16_t *
member_first(const struct crowd *crowd, const struct member *member, int32_t hour,
             struct crowd_month **month)
{
	*month = month_find(crowd, hour);
	if (!*month || crowd->slots_count == 0)
		return NULL;
	uint32_t  slot  = *crowd_slot(crowd, member);
	uint16_t *first = slot == CROWD_NOBODY ? NULL : month_first(*month, slot - 1);
	return first && *first != 0 ? first : NULL;
}

bool
crowd_first(const struct crowd *crowd, const struct member *member, int32_t hour, int32_t *first)
{
	struct crowd_month *month;
	const uint16_t     *place = member_first(crowd, member, hour, &month);

	if (!place)
		return false;
	*first = month->first_hour + *place - 1;
	return true;
}

void
crowd_clear(struct crowd *crowd, const struct member *member, int32_t hour)
{
	struct crowd_month *month;
	uint16_t           *first = member_first(crowd, member, hour, &month);

	if (!first || month->first_hour + *first - 1 < hour)
		return;
	month_count(crowd, month, *first - 1u, member_part(member), false);
	*first = 0;
}

/* ---- reading ---- */

uint64_t
book_crowd_count(const struct book *book, uint32_t meter, int32_t from, int32_t until)
{
	CHECK(book->books->catalog->meters[meter].kind == SERIES_DISTINCT);
	CHECK(from < until);
	CHECK(until <= month_next_first_hour(from));
	const struct crowd       *crowd = book->meters[meter].crowd;
	const struct crowd_month *month = crowd ? month_find(crowd, from) : NULL;
	uint64_t                  count = 0;

	for (int32_t hour = from; month && hour < until; hour++)
		count += month->counts[hour - month->first_hour];
	return count;
}

bool
book_crowd_first(const struct book *book, uint32_t meter, struct span id, int32_t hour,
                 int32_t *first)
{
	CHECK(book->books->catalog->meters[meter].kind == SERIES_DISTINCT);
	const struct crowd *crowd  = book->meters[meter].crowd;
	struct member       member = member_of(book->books, id);

	return crowd && crowd_first(crowd, &member, hour, first);
}

/* ---- the members of a day, in order ---- */

static void
members_insert(struct member *members, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		struct member member = members[i];
		uint32_t      at     = i;
		for (; at > 0 && member_order(&member, &members[at - 1]) < 0; at--)
			members[at] = members[at - 1];
		members[at] = member;
	}
}

/* Hashes are spread evenly: by their leading bits into buckets of a few, which are sorted
 * by hand. All of one part begin with the same two bits. */
static void
members_sort(struct member *members, uint32_t count, struct arena *arena)
{
	enum { SMALL = 16, PART_BITS = 2 };

	if (count <= SMALL) {
		members_insert(members, count);
		return;
	}
	uint32_t       bits   = 31 - (uint32_t)__builtin_clz(count) - 2;
	uint32_t       end    = UINT32_C(1) << bits;
	uint32_t      *starts = arena_take_zeroed(arena, (end + 1) * sizeof(uint32_t));
	struct member *sorted = ARENA_ARRAY(arena, struct member, count);

	for (uint32_t i = 0; i < count; i++)
		starts[(members[i].high << PART_BITS >> (64 - bits)) + 1]++;
	for (uint32_t i = 1; i <= end; i++)
		starts[i] += starts[i - 1];
	for (uint32_t i = 0; i < count; i++)
		sorted[starts[members[i].high << PART_BITS >> (64 - bits)]++] = members[i];
	/* Each start is now the end of its bucket. */
	for (uint32_t i = 0, from = 0; i < end; from = starts[i++])
		members_insert(sorted + from, starts[i] - from);
	memcpy(members, sorted, count * sizeof(*members));
}

/* Calls for each number of the month that was first seen in [place, place + a day), as far
 * as it is of the part; hours[] has where the next of each hour goes. */
static void
day_gather(const struct crowd *crowd, const struct crowd_month *month, uint32_t place,
           uint32_t part, struct member **hours)
{
	for (uint32_t block = 0; block < month->blocks_count; block++) {
		const uint16_t *firsts = month->firsts[block];
		for (uint32_t i = 0; firsts && i < CROWD_BLOCK; i++) {
			uint16_t hour = (uint16_t)(firsts[i] - 1 - place);
			if (hour >= HOURS_PER_DAY)
				continue;
			const struct member *member =
				crowd_member(crowd, block << CROWD_BLOCK_SHIFT | i);
			if (member_part(member) == part)
				*hours[hour]++ = *member;
		}
	}
}

struct member *
crowd_day_members(const struct crowd *crowd, int32_t hour, uint32_t part, struct arena *arena,
                  uint32_t counts[HOURS_PER_DAY])
{
	const struct crowd_month *month = month_find(crowd, hour);
	struct member            *next[HOURS_PER_DAY], *hours[HOURS_PER_DAY];

	if (!month)
		return NULL;
	/* Of all parts: what stands apart is moved together when it is known. */
	uint32_t place = (uint32_t)(hour - month->first_hour);
	uint64_t all   = 0;
	for (uint32_t i = 0; i < HOURS_PER_DAY; i++)
		all += month->counts[place + i];
	if (all == 0)
		return NULL;
	struct member *members = ARENA_ARRAY(arena, struct member, all);
	hours[0]               = members;
	for (uint32_t i = 1; i < HOURS_PER_DAY; i++)
		hours[i] = hours[i - 1] + month->counts[place + i - 1];
	memcpy(next, hours, sizeof(next));
	day_gather(crowd, month, place, part, next);

	struct member *end = members;
	for (uint32_t i = 0; i < HOURS_PER_DAY; i++) {
		counts[i] = (uint32_t)(next[i] - hours[i]);
		memmove(end, hours[i], counts[i] * sizeof(*end));
		members_sort(end, counts[i], arena);
		end += counts[i];
	}
	return end > members ? members : NULL;
}
