/* ask_int.h - what the questions share: usage.c, trend.c, explain.c. */
#ifndef TALLY_ENGINE_ASK_INT_H
#define TALLY_ENGINE_ASK_INT_H

#include "engine/engine_int.h"

/* A question resolved: everything a figure depends on. */
struct asked {
	struct licence_question        licence;
	const struct contract_version *versions;
	uint32_t                       versions_count;
	struct instant                 known;
	struct books                  *known_books; /* of a known_at question, its own */
};

/* On success control_lock and books_lock are held for reading until asked_end. The
 * first module of the catalogue stands in when the question names none. */
MUST_CHECK enum err asked_begin(struct engine *engine, const struct question *question,
                                struct asked *asked, struct refusal *refusal);
void                asked_end(struct engine *engine, struct asked *asked);
/* The same account and time, another module or hour. Of the figures of the module's unit
 * the one is taken that is for the contract then in force (L-22). */
void asked_module(struct asked *asked, const struct catalog_module *module);
void asked_at(struct asked *asked, int32_t hour);
/* The version of a Flex contract that holds then; NULL when no pool pays (F-13). */
const struct contract_version *asked_flex(const struct asked *asked);

/* children.c: the sums of an account and those below it, and each account's own answer. */
MUST_CHECK enum err engine_usage_children(struct engine *engine, const struct question *question,
                                          struct arena *arena, struct span *answer,
                                          struct refusal *refusal);

/* RFC 3339, a date (its last hour), or nothing (now). */
MUST_CHECK enum err moment_hour(struct engine *engine, struct span field, struct span text,
                                int32_t *hour, struct refusal *refusal);

/* A bound of a range: a moment, or a date, and then the whole day belongs to the range. */
MUST_CHECK enum err bound_read(struct span field, struct span text, bool upper, struct instant *at,
                               struct refusal *refusal);

/* How many rows the pages before held; 0 without a cursor. */
MUST_CHECK enum err cursor_offset(struct span cursor, uint32_t *offset, struct refusal *refusal);

/* The account's retractions received by then; set begins empty, the caller closes it. */
MUST_CHECK enum err known_retracted(struct engine *engine, struct span account,
                                    struct instant known, struct set128 *set,
                                    struct refusal *refusal);

/* {"id":..,"version":..} of the contract that answers the question, or null. */
void write_contract(struct json_out *out, const struct licence_question *question);
/* ,"flex":{"contract":{"id":..,"version":..},"tier":..} where a pool pays; else nothing. */
void write_flex(struct json_out *out, const struct asked *asked);
/* ,"contract":{"id":..,"version":..} of a version that is told of. */
void write_version(struct json_out *out, const struct asked *asked,
                   const struct contract_version *version);
/* A decimal string of hundredths. */
void write_percent(struct json_out *out, int64_t hundredths);
/* A number of the answer: whole, or an amount of money as a decimal string. */
void write_number(struct json_out *out, bool amount, int64_t value);
/* The same under its key; null where nothing is compared. */
void write_number_or_null(struct json_out *out, struct span key,
                          const struct licence_answer *answer, int64_t value);
/* {"module":..,"unit":..,"model":..,"owned":..,...,"window":{..}  without the end. */
void write_figure(struct json_out *out, const struct licence_question *question,
                  const struct licence_answer *answer);
void write_parts(struct json_out *out, const struct licence_answer *answer);
/* What is counted or summed: money is a string, also when it is whole. */
void write_quantity(struct json_out *out, const struct licence_answer *answer, bool in_millionths,
                    int64_t quantity);
void write_part_quantity(struct json_out *out, const struct licence_answer *answer,
                         const struct licence_part *part);
void write_row(struct json_out *out, const struct catalog *catalog, const struct licence_row *row);
/* One project or key that a figure without rows is broken down into. */
void write_by(struct json_out *out, const struct catalog *catalog,
              const struct licence_answer *answer, const struct licence_by *by);
void write_broken_down(struct json_out *out, const struct catalog *catalog,
                       const struct licence_answer *answer, const struct question *question);
bool module_has_rows(const struct catalog *catalog, const struct catalog_module *module);
bool module_has_by(const struct catalog *catalog, const struct catalog_module *module);
/* Does the row answer the question's filters? */
bool row_matches(const struct licence_row *row, const struct question *question);
/* The kind of a project or key is the name of its part. */
bool by_matches(const struct licence_by *by, const struct question *question);

/* search.c: does wanted stand in it? An empty text stands everywhere. */
bool text_found(struct span text, struct span wanted);
bool row_found(const struct licence_row *row, struct span wanted);
bool by_found(const struct licence_by *by, struct span wanted);

void note_question(struct engine *engine, uint64_t begun_ns);

#endif
