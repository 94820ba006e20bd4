/* flex_int.h - what the questions about Flex share: flex.c, flex_trend.c, flex_ahead.c. */
#ifndef TALLY_ENGINE_FLEX_INT_H
#define TALLY_ENGINE_FLEX_INT_H

#include "core/flex/pool.h"
#include "engine/ask_int.h"

/* The last hour of the month that is asked about: H, or the month's end, or now. */
MUST_CHECK enum err flex_hour(struct engine *engine, const struct question *question, int32_t *hour,
                              struct refusal *refusal);
struct flex_question flex_asked(const struct engine *engine, const struct question *question,
                                const struct asked *asked, int32_t hour);

/* A decimal string of millionths; "2026-04" and "2026-04-11" of an hour. */
void flex_write_decimal(struct json_out *out, struct span key, int64_t millionths);
void flex_write_month(struct json_out *out, int32_t month_hour);
void flex_write_day(struct json_out *out, int32_t day_hour);
void flex_write_lines(struct json_out *out, const struct flex_line *lines, uint32_t count);

#endif
