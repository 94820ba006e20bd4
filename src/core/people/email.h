/* email.h - e-mails as what tells people apart: compared in lower case, found by hash.
 *
 * Pure. One person is one e-mail (L-20). Only ASCII letters have a lower case here, as in
 * the events that carry the same e-mails. */
#ifndef TALLY_CORE_PEOPLE_EMAIL_H
#define TALLY_CORE_PEOPLE_EMAIL_H

#include "core/base/arena.h"
#include "core/base/check.h"

/* Without white space around it. */
struct span text_trim(struct span text);
/* Equal when ASCII case does not matter. */
bool text_same(struct span a, struct span b);
/* Trimmed and in lower case; the same bytes when it is already, else in arena. */
struct span email_fold(struct span text, struct arena *arena);

/* Something before an @ and something behind it, no white space, no control characters,
 * and no longer than a person's texts may be. */
bool email_is_one(struct span text);

/* What somebody can sign in with: one such in visible ASCII, with a single @, of at most 254
 * bytes (RFC 5321). What letters are sent to is stricter still: core/notify/mime.h. */
enum { EMAIL_ADDRESS_SIZE = 254 };
bool email_is_address(struct span text);

/* The least that is asked of an e-mail, for histories that hold stranger ones: not empty, no
 * control characters, not too long. */
bool email_is_text(struct span text);

/* Texts by number, found by hash. The texts stay the caller's. seed: unknown to whoever
 * chose the texts, so that nobody can aim at one slot. */
struct text_index {
	struct arena *arena;
	struct span  *texts;
	uint32_t     *slots; /* number + 1; 0: free */
	uint32_t      count;
	uint32_t      capacity; /* of texts */
	uint32_t      mask;
	uint64_t      seed;
};

#define TEXT_INDEX_NONE UINT32_MAX

void text_index_open(struct text_index *index, struct arena *arena, uint64_t seed);
/* Its number, or TEXT_INDEX_NONE. */
uint32_t text_index_find(const struct text_index *index, struct span text);
/* Its number, from 0 in the order of adding; *added says whether it was not there. */
uint32_t text_index_add(struct text_index *index, struct span text, bool *added);

#endif
