/* show.h - pieces of an answer as text for people.
 *
 * Text lives in the arena or in the answer. Absent and null read as nothing. */
#ifndef TALLY_CLI_SHOW_H
#define TALLY_CLI_SHOW_H

#include "cli/cli.h"
#include "cli/table.h"
#include "core/json/json_read.h"

enum show_kind {
	SHOW_TEXT,
	SHOW_NUMBER,  /* to the right */
	SHOW_PERCENT, /* the same with a percent sign */
	SHOW_TIME,    /* "2026-10-31 23:00", seconds only when there are any */
	SHOW_LIST,    /* the items of an array, with commas */
	SHOW_NAMES,   /* the members' names of an object, with commas */
	SHOW_WINDOW,  /* {"from","to"} */
	SHOW_FLAG,    /* the heading's name when true */
	SHOW_NAME,    /* a name, left out when it is the id */
	SHOW_OVER,    /* a number that is bad news when above 0 */
};

struct show_column {
	const char    *heading;
	const char    *path; /* "contract.model" */
	enum show_kind kind;
};

/* The member that a path of names with dots leads to; NULL. */
const struct json *show_find(const struct json *object, const char *path);
/* As text of that kind. */
struct span show_value(struct arena *arena, const struct json *object,
                       const struct show_column *column);
/* The same without a table. */
struct span show_text(const struct json *object, const char *path);
struct span show_time(struct arena *arena, const struct json *object, const char *path);
/* Print before and the number as it stands in the answer; nothing where there is none. */
void show_number(const struct json *answer, const char *before, const char *path);

/* The items of a list as a table. Returns how many there are. */
uint32_t show_table(struct cli *cli, const struct json *list, const struct show_column *columns,
                    size_t count, uint32_t indent);
/* The parts of a module's answer as a table. */
void show_parts(struct cli *cli, const struct json *module, uint32_t indent);
/* The rows of a module's answer as a table. */
void show_rows(struct cli *cli, const struct json *rows);
/* What a figure without rows is broken down into, after an empty line; nothing else. */
void show_by(struct cli *cli, const struct json *module);
/* "more: --cursor C" when the answer has a next page. */
void show_next(struct cli *cli, const struct json *answer);

/* Words one after the other with lines broken at the terminal's width. */
struct show_flow {
	uint32_t indent; /* of every line but the first */
	uint32_t width;
	uint32_t at; /* column */
};
void show_flow_open(struct show_flow *flow, uint32_t at, uint32_t indent);
void show_flow_word(struct show_flow *flow, struct span word);
void show_flow_text(struct show_flow *flow, struct span text); /* words by their spaces */
void show_flow_close(struct show_flow *flow);

/* Printed without its control characters. */
void show_clean(struct cli *cli, struct span text);

#endif
