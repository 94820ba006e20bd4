/* licence_int.h - for this room alone: forms, sentences, evaluation, order. */
#ifndef TALLY_CORE_LICENCE_LICENCE_INT_H
#define TALLY_CORE_LICENCE_LICENCE_INT_H

#include "core/licence/licence.h"

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

/* The blocks of credits of a contract's file; its hours are read already. */
MUST_CHECK enum err contract_credits_parse(const struct form *file, struct arena *arena,
                                           struct contract *contract);

/* The object flex of a contract's file; its model and hours are read already (F-11). */
MUST_CHECK enum err contract_flex_parse(const struct form *file, const struct catalog *catalog,
                                        struct arena *arena, struct contract *contract);

/* ---- versions of contracts ---- */

/* Hours [from, until); empty when until <= from. */
struct hours {
	int32_t from;
	int32_t until;
};

static inline int32_t
later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static inline int32_t
earlier(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* The hours in which versions[index] holds, among all of them and next (NULL: none), which
 * comes last; index == count asks for next. */
struct hours version_hours(const struct contract_version *versions, uint32_t count, uint32_t index,
                           const struct contract *next);
/* NULL when the contract does not name the module. */
const struct contract_module *contract_module_find(const struct contract *contract,
                                                   struct span            module);

/* ---- evaluation ---- */

/* One answer in the making. */
struct evaluation {
	const struct licence_question *question;
	struct arena                  *arena;
	int32_t                        from; /* the window, [from, until) */
	int32_t                        until;
	bool                           with_rows;
	bool                           by_instance; /* licences are instances (L-19) */
	bool                           amounts;     /* licences are money, in millionths (L-40) */
	struct licence_by             *by;
	uint32_t                       by_count;
	struct licence_row            *rows;
	uint32_t                       rows_count;
	uint32_t                       rows_capacity;
	int64_t                       *sums; /* scratch, one an hour of the window */
	int64_t                       *values;
	uint64_t                      *present; /* a bit an hour */
};

/* Applications that stand for a key of the rule (L-16), sorted by that key. */
struct link {
	struct book_key      target;
	const struct series *activity;
	const struct series *gauge; /* NULL: never reported */
};

struct links {
	struct link *at;
	uint32_t     count;
};

void evaluation_open(struct evaluation *evaluation, const struct licence_question *question,
                     bool with_rows, struct arena *arena);
/* Evaluate one rule: fills the part and, with rows, adds its rows. */
void rule_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                   struct licence_part *part);
/* The folds of rules without a percentile. */
void distinct_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                       struct licence_part *part);
void access_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                     struct licence_part *part);
void total_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                    struct licence_part *part);
/* The key's series of a meter; NULL when meter is -1 or has none. */
const struct series        *series_of(const struct licence_question *question, int32_t meter,
                                      const struct book_key *key);
const struct series *const *series_copy(struct arena *arena, const struct series *const *series,
                                        uint32_t count);
/* What the key is called at H: by the rule's meter of names, else by its id. */
struct span key_name(const struct evaluation *evaluation, const struct catalog_rule *rule,
                     const struct book_key *key);
/* The licences of a key with this percentile; under instances the percentile itself. */
int64_t rule_licences(const struct catalog_rule *rule, bool by_instance, int64_t percentile);
/* Room for one more row; its members are the caller's to fill. */
struct licence_row *evaluation_row(struct evaluation *evaluation);
/* Sort the rows (L-61). */
void rows_sort(struct evaluation *evaluation);

bool         rule_links(const struct licence_question *question, const struct catalog_rule *rule);
struct links links_gather(struct evaluation *evaluation, const struct catalog_rule *rule);

/* a + b, staying at the largest number: quantities that no platform has must not wrap. */
static inline int64_t
add_capped(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* ---- order ---- */

/* Sort the indices so that before(context, a, b) holds along them; equal ones keep their
 * order. scratch has as many. */
typedef bool order_before(const void *context, uint32_t a, uint32_t b);
void indices_sort(uint32_t *indices, uint32_t count, uint32_t *scratch, order_before *before,
                  const void *context);

#endif
