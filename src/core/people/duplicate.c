/* duplicate.c - people who may be one: pointed out, never merged. */
#include "core/people/duplicate.h"

#include "core/people/email.h"

/* In lower case, with one space between words. */
static struct span
name_plain(struct span name, struct arena *arena)
{
	struct span folded = email_fold(name, arena);
	char       *at     = arena_take(arena, folded.size);
	size_t      size   = 0;

	for (size_t i = 0; i < folded.size; i++) {
		bool space = folded.at[i] == ' ' || folded.at[i] == '\t';
		if (space && size > 0 && at[size - 1] == ' ')
			continue;
		at[size++] = space ? ' ' : folded.at[i];
	}
	return (struct span){ at, size };
}

/* "a.nn+work@x.org" is "ann@x.org". */
static struct span
email_plain(struct span email, struct arena *arena)
{
	const char *sign  = email.size ? memchr(email.at, '@', email.size) : NULL;
	size_t      local = sign ? (size_t)(sign - email.at) : email.size;
	char       *at    = arena_take(arena, email.size);
	size_t      size  = 0;

	for (size_t i = 0; i < local && email.at[i] != '+'; i++) {
		if (email.at[i] != '.')
			at[size++] = email.at[i];
	}
	if (size == 0)
		return SPAN(""); /* nothing but dots and a tag: says nothing */
	if (sign)
		memcpy(at + size, sign, email.size - local);
	return (struct span){ at, size + email.size - local };
}

struct grouping {
	struct text_index index;
	uint32_t         *last;     /* by group: the newest member */
	uint32_t         *size;     /* by group */
	uint32_t         *previous; /* by person: the member before */
};

static void
group_all(struct grouping *grouping, const struct named_email *people, uint32_t count, bool by_name,
          struct arena *arena)
{
	grouping->last     = ARENA_ARRAY(arena, uint32_t, count);
	grouping->size     = arena_take_zeroed(arena, (count + 1) * sizeof *grouping->size);
	grouping->previous = ARENA_ARRAY(arena, uint32_t, count);
	for (uint32_t i = 0; i < count; i++) {
		struct span plain = by_name ? name_plain(people[i].name, arena)
		                            : email_plain(people[i].email, arena);
		bool        added;
		if (plain.size == 0)
			continue;
		uint32_t group        = text_index_add(&grouping->index, plain, &added);
		grouping->previous[i] = added ? TEXT_INDEX_NONE : grouping->last[group];
		grouping->last[group] = i;
		grouping->size[group]++;
	}
}

static void
group_write(struct json_out *out, const struct grouping *grouping, uint32_t group,
            const struct named_email *people, bool by_name)
{
	json_object(out);
	json_key_string(out, SPAN("why"), by_name ? SPAN("name") : SPAN("email"));
	json_key(out, SPAN("emails"));
	json_array(out);
	for (uint32_t at = grouping->last[group], shown = 0;
	     at != TEXT_INDEX_NONE && shown < DUPLICATES_SHOWN_MAX;
	     at = grouping->previous[at], shown++)
		json_string(out, people[at].email);
	json_array_end(out);
	json_object_end(out);
}

/* Returns how many groups there are; writes the first `room` of them. */
static uint32_t
groups_write(struct json_out *out, const struct named_email *people, uint32_t count, bool by_name,
             uint64_t seed, struct arena *arena, uint32_t room)
{
	struct grouping grouping;
	uint32_t        found = 0;

	text_index_open(&grouping.index, arena, seed);
	group_all(&grouping, people, count, by_name, arena);
	for (uint32_t i = 0; i < grouping.index.count; i++) {
		if (grouping.size[i] < 2)
			continue;
		if (found++ < room)
			group_write(out, &grouping, i, people, by_name);
	}
	return found;
}

void
duplicates_write(struct json_out *out, const struct named_email *people, uint32_t count,
                 uint64_t seed, struct arena *arena)
{
	json_key(out, SPAN("duplicates"));
	json_object(out);
	json_key(out, SPAN("likely"));
	json_array(out);
	uint32_t found = groups_write(out, people, count, true, seed, arena, DUPLICATES_SHOWN_MAX);
	uint32_t room  = found < DUPLICATES_SHOWN_MAX ? DUPLICATES_SHOWN_MAX - found : 0;
	found += groups_write(out, people, count, false, seed, arena, room);
	json_array_end(out);
	json_key_uint(out, SPAN("count"), found);
	json_object_end(out);
}
