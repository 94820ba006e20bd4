/* licence_int.h - for this room alone: reading forms, and sentences about them. */
#ifndef TALLY_CORE_LICENCE_LICENCE_INT_H
#define TALLY_CORE_LICENCE_LICENCE_INT_H

#include "core/licence/contract.h"

/* ---- sentences ---- */

/* A sentence for a refusal, put together without memory; what does not fit is cut. */
struct sentence {
	char   bytes[2 * REFUSAL_DETAIL_SIZE];
	size_t size;
};

void sentence_add(struct sentence *sentence, struct span text);
void sentence_add_int(struct sentence *sentence, int64_t number);
void sentence_add_hour(struct sentence *sentence, int32_t hour);

static inline struct span
sentence_span(const struct sentence *sentence)
{
	return (struct span){ sentence->bytes, sentence->size };
}

/* ---- forms ---- */

/* The largest count that a contract can name; products of it and a rule stay in int64. */
#define FORM_COUNT_MAX INT64_C(1000000000)

/* A JSON object whose members are read by name; path is where it stands in the file. */
struct form {
	const struct json *object;
	struct span        path; /* "modules.CD"; empty: the whole file */
	struct refusal    *refusal;
};

/* Refuses a member: field is path.name, the sentence is "path.name reason". */
enum err form_refuse(const struct form *form, enum err err, struct span name, uint64_t byte,
                     struct span reason);

/* Members: absent ones leave the result as it was. */
MUST_CHECK enum err form_object_check(const struct form *form);
MUST_CHECK enum err form_known(const struct form *form, const struct span *names, uint32_t count);
MUST_CHECK enum err form_required(const struct form *form, const struct span *names,
                                  uint32_t count);
MUST_CHECK enum err form_text(const struct form *form, struct span name, size_t size_max,
                              struct span *text);
MUST_CHECK enum err form_choice(const struct form *form, struct span name,
                                const struct span *choices, uint32_t count, uint32_t *choice);
MUST_CHECK enum err form_flag(const struct form *form, struct span name, bool *flag);
MUST_CHECK enum err form_count(const struct form *form, struct span name, int64_t *count);
MUST_CHECK enum err form_quantity(const struct form *form, struct span name, int64_t *millionths);
MUST_CHECK enum err form_hour(const struct form *form, struct span name, int32_t *hour);
/* 1 to 64 of A-Z a-z 0-9 _ . - */
bool form_id_valid(struct span id);

#endif
