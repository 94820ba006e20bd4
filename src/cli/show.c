/* show.c - pieces of an answer as text for people. */
#include "cli/show.h"

#include "cli/terminal.h"
#include "core/base/text.h"

/* ---- values ---- */

const struct json *
show_find(const struct json *object, const char *path)
{
	while (object) {
		size_t size = strcspn(path, ".");
		object      = json_member(object, (struct span){ path, size });
		if (!path[size])
			return object;
		path += size + 1;
	}
	return NULL;
}

struct span
show_text(const struct json *object, const char *path)
{
	const struct json *value = show_find(object, path);

	if (!value)
		return SPAN("");
	switch (value->kind) {
	case JSON_NULL:
		return SPAN("");
	case JSON_FALSE:
		return SPAN("no");
	case JSON_TRUE:
		return SPAN("yes");
	case JSON_NUMBER:
	case JSON_STRING:
		return value->text;
	case JSON_ARRAY:
	case JSON_OBJECT:
		return value->raw;
	}
	return SPAN("");
}

/* 2026-10-31T23:00:00Z is 2026-10-31 23:00; fractions of a second are left out. */
static struct span
time_shorten(struct arena *arena, struct span time)
{
	if (time.size < 20 || time.at[10] != 'T')
		return time;
	bool   on_minute = memcmp(time.at + 17, "00", 2) == 0;
	size_t size      = on_minute ? 16 : 19;
	char  *at        = arena_take(arena, size);
	memcpy(at, time.at, size);
	at[10] = ' ';
	return (struct span){ at, size };
}

struct span
show_time(struct arena *arena, const struct json *object, const char *path)
{
	return time_shorten(arena, show_text(object, path));
}

static struct span
joined(struct arena *arena, struct span a, const char *between, struct span b)
{
	struct text text;

	text_open(&text, arena);
	text_add(&text, a);
	text_add(&text, span_of(between));
	text_add(&text, b);
	return text_span(&text);
}

/* The items of an array, or the names of an object's members. */
static struct span
list_join(struct arena *arena, const struct json *list)
{
	struct span all = SPAN("");

	for (const struct json *item = list ? list->first : NULL; item; item = item->next) {
		struct span text = list->kind == JSON_OBJECT ? item->key : item->text;
		all              = item == list->first ? text : joined(arena, all, ", ", text);
	}
	return all;
}

struct span
show_value(struct arena *arena, const struct json *object, const struct show_column *column)
{
	const struct json *value = show_find(object, column->path);
	struct span        text  = show_text(object, column->path);

	switch (column->kind) {
	case SHOW_TEXT:
	case SHOW_NUMBER:
	case SHOW_OVER:
		return text;
	case SHOW_PERCENT:
		return text.size > 0 ? joined(arena, text, " ", SPAN("%")) : text;
	case SHOW_TIME:
		return time_shorten(arena, text);
	case SHOW_LIST:
	case SHOW_NAMES:
		return list_join(arena, value);
	case SHOW_WINDOW:
		if (!value)
			return text;
		return joined(arena, show_time(arena, value, "from"), " to ",
		              show_time(arena, value, "to"));
	case SHOW_FLAG:
		return value && value->kind == JSON_TRUE ? span_of(column->path) : SPAN("");
	case SHOW_NAME:
		return span_equal(text, show_text(object, "id")) ? SPAN("") : text;
	}
	return text;
}

/* ---- tables ---- */

static bool
is_right(enum show_kind kind)
{
	return kind == SHOW_NUMBER || kind == SHOW_PERCENT || kind == SHOW_OVER;
}

/* What is left out first where a terminal is too narrow: the last one, then upwards. */
static uint32_t
spare_of(const struct show_column *column)
{
	static const char *const paths[] = {
		"from",  "by",       "last_activity", "contract.model", "hours",
		"since", "class",    "manager_email", "contract.start", "service_account",
		"model", "received", "recorded",      "columns",        "window",
	};
	uint32_t spare = 0;

	for (uint32_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(column->path, paths[i]) == 0)
			spare = i + 1;
	}
	return spare;
}

uint32_t
show_table(struct cli *cli, const struct json *list, const struct show_column *columns,
           size_t count, uint32_t indent)
{
	struct table table;

	table_open(&table, &cli->arena);
	for (size_t i = 0; i < count; i++) {
		table_column(&table, columns[i].heading,
		             is_right(columns[i].kind) ? TABLE_RIGHT : TABLE_LEFT);
		table_spare(&table, spare_of(&columns[i]));
	}
	for (const struct json *item = list ? list->first : NULL; item; item = item->next) {
		for (size_t i = 0; i < count; i++) {
			struct span text   = show_value(&cli->arena, item, &columns[i]);
			bool        marked = columns[i].kind == SHOW_OVER && text.size > 0 &&
			              !span_equal(text, SPAN("0"));
			table_cell(&table, text, marked);
		}
	}
	table_print(&table, indent, stdout);
	return list ? list->count : 0;
}

void
show_parts(struct cli *cli, const struct json *module, uint32_t indent)
{
	static const struct show_column columns[] = {
		{ "PART", "part", SHOW_TEXT },
		{ "KEYS", "keys", SHOW_NUMBER },
		{ "QUANTITY", "quantity", SHOW_NUMBER },
		{ "LICENCES", "licences", SHOW_NUMBER },
	};
	show_table(cli, json_member(module, SPAN("parts")), columns,
	           sizeof columns / sizeof columns[0], indent);
}

void
show_rows(struct cli *cli, const struct json *rows)
{
	static const struct show_column columns[] = {
		{ "KIND", "kind", SHOW_TEXT },
		{ "ORG", "org", SHOW_TEXT },
		{ "PROJECT", "project", SHOW_TEXT },
		{ "ENVIRONMENT", "environment", SHOW_TEXT },
		{ "SERVICE", "service", SHOW_TEXT },
		{ "ID", "id", SHOW_TEXT },
		{ "NAME", "name", SHOW_NAME },
		{ "CLASS", "class", SHOW_TEXT },
		{ "INSTANCES", "instances", SHOW_NUMBER },
		{ "HOURS", "hours", SHOW_NUMBER },
		{ "LAST ACTIVITY", "last_activity", SHOW_TIME },
		{ "LICENCES", "licences", SHOW_NUMBER },
		{ "", "deleted", SHOW_FLAG },
	};
	show_table(cli, rows, columns, sizeof columns / sizeof columns[0], 0);
}

void
show_by(struct cli *cli, const struct json *module)
{
	static const struct show_column columns[] = {
		{ "PART", "part", SHOW_TEXT },
		{ "ORG", "org", SHOW_TEXT },
		{ "PROJECT", "project", SHOW_TEXT },
		{ "ID", "id", SHOW_TEXT },
		{ "SKU", "sku", SHOW_TEXT },
		{ "QUANTITY", "quantity", SHOW_NUMBER },
		{ "LAST ACTIVITY", "last_activity", SHOW_TIME },
	};
	const struct json *by = json_member(module, SPAN("by"));

	if (!by || by->count == 0)
		return;
	printf("\n");
	show_table(cli, by, columns, sizeof columns / sizeof columns[0], 0);
}

void
show_next(struct cli *cli, const struct json *answer)
{
	struct span next = cli_clean(show_text(answer, "next"), &cli->arena);

	if (next.size > 0)
		printf("more: --cursor %.*s\n", (int)next.size, next.at);
}

/* ---- running text ---- */

enum { FLOW_WIDTH = 96, FLOW_WIDTH_MIN = 40 };

void
show_flow_open(struct show_flow *flow, uint32_t at, uint32_t indent)
{
	uint32_t columns = terminal_columns();

	*flow = (struct show_flow){ .indent = indent, .at = at, .width = FLOW_WIDTH };
	if (columns >= FLOW_WIDTH_MIN && columns < FLOW_WIDTH)
		flow->width = columns;
}

void
show_flow_word(struct show_flow *flow, struct span word)
{
	uint32_t width = text_width(word);

	if (flow->at > flow->indent && flow->at + 1 + width > flow->width) {
		printf("\n%*s", (int)flow->indent, "");
		flow->at = flow->indent;
	} else if (flow->at > flow->indent) {
		putchar(' ');
		flow->at++;
	}
	fwrite(word.at, 1, word.size, stdout);
	flow->at += width;
}

void
show_flow_text(struct show_flow *flow, struct span text)
{
	while (text.size > 0) {
		const char *space = memchr(text.at, ' ', text.size);
		size_t      size  = space ? (size_t)(space - text.at) : text.size;
		if (size > 0)
			show_flow_word(flow, (struct span){ text.at, size });
		size += space != NULL;
		text = (struct span){ text.at + size, text.size - size };
	}
}

void
show_flow_close(struct show_flow *flow)
{
	putchar('\n');
	flow->at = 0;
}

void
show_clean(struct cli *cli, struct span text)
{
	struct span clean = cli_clean(text, &cli->arena);
	fwrite(clean.at, 1, clean.size, stdout);
}

void
show_number(const struct json *answer, const char *before, const char *path)
{
	const struct json *number = show_find(answer, path);

	if (number)
		printf("%s%.*s", before, (int)number->raw.size, number->raw.at);
}
