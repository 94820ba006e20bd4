/* people_list.c - people with modules and groups, from CSV or JSON. */
#include "core/people/people_list.h"

#include "core/base/limit.h"
#include "core/people/email.h"

const struct list_field PEOPLE_LIST_FIELDS[PEOPLE_FIELDS] = {
	[PEOPLE_EMAIL]           = { { "email", 5 }, true },
	[PEOPLE_NAME]            = { { "name", 4 }, false },
	[PEOPLE_MODULES]         = { { "modules", 7 }, false },
	[PEOPLE_GROUPS]          = { { "groups", 6 }, false },
	[PEOPLE_SERVICE_ACCOUNT] = { { "service_account", 15 }, false },
};

struct reading {
	struct list_columns        columns;
	const struct people_rules *rules;
	struct text_index          emails;
	struct arena              *arena;
	struct list_errors        *errors;
};

static void
invalid(const struct reading *reading, uint32_t row, uint32_t field, struct span value,
        struct span detail)
{
	struct list_example example = columns_place(&reading->columns, row, field, value);
	example.detail              = detail;
	list_errors_add(reading->errors, LIST_INVALID_VALUE, example);
}

/* ---- lists in a cell ---- */

static bool
divides(char c, bool by_space)
{
	return c == ';' || (by_space && (c == ' ' || c == '\t' || c == '\n' || c == '\r'));
}

/* The pieces of a cell that are not empty. */
static const struct span *
cell_split(const struct reading *reading, struct span cell, bool by_space, uint32_t *count)
{
	uint32_t most = 1;
	for (size_t i = 0; i < cell.size; i++)
		most += divides(cell.at[i], by_space);
	struct span *pieces = ARENA_ARRAY(reading->arena, struct span, most);
	*count              = 0;
	for (size_t from = 0; from <= cell.size;) {
		size_t to = from;
		while (to < cell.size && !divides(cell.at[to], by_space))
			to++;
		struct span piece = text_trim((struct span){ cell.at + from, to - from });
		if (piece.size > 0)
			pieces[(*count)++] = piece;
		from = to + 1;
	}
	return pieces;
}

static bool
module_is_known(const struct people_rules *rules, struct span module)
{
	for (uint32_t i = 0; i < rules->modules_count; i++) {
		if (span_equal(rules->modules[i], module))
			return true;
	}
	return false;
}

static void
modules_read(const struct reading *reading, uint32_t row, struct person_wish *wish)
{
	struct span cell = columns_value(&reading->columns, row, PEOPLE_MODULES);
	wish->modules    = cell_split(reading, cell, true, &wish->modules_count);
	for (uint32_t i = 0; i < wish->modules_count; i++) {
		if (!module_is_known(reading->rules, wish->modules[i]))
			invalid(reading, row, PEOPLE_MODULES, wish->modules[i],
			        SPAN("there is no such module"));
	}
}

static void
groups_read(const struct reading *reading, uint32_t row, struct person_wish *wish)
{
	struct span cell = columns_value(&reading->columns, row, PEOPLE_GROUPS);
	wish->groups     = cell_split(reading, cell, false, &wish->groups_count);
	if (wish->groups_count > LIMIT_PERSON_GROUPS)
		invalid(reading, row, PEOPLE_GROUPS, cell, SPAN("more groups than a person has"));
	for (uint32_t i = 0; i < wish->groups_count; i++) {
		if (wish->groups[i].size > LIMIT_PERSON_TEXT_SIZE)
			invalid(reading, row, PEOPLE_GROUPS, wish->groups[i],
			        SPAN("a group's name is too long"));
	}
}

/* ---- row by row ---- */

static bool
flag_read(struct span text, bool *flag)
{
	static const struct span words[][2] = { { { "true", 4 }, { "false", 5 } },
		                                { { "yes", 3 }, { "no", 2 } },
		                                { { "1", 1 }, { "0", 1 } } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_same(text, words[i][0]) || text_same(text, words[i][1])) {
			*flag = text_same(text, words[i][0]);
			return true;
		}
	}
	return false;
}

static void
email_read(struct reading *reading, uint32_t row, struct person_wish *wish)
{
	struct span email = columns_value(&reading->columns, row, PEOPLE_EMAIL);
	bool        added = true;

	wish->email = email_fold(email, reading->arena);
	if (reading->columns.of[PEOPLE_EMAIL] == COLUMN_ABSENT)
		return;
	if (email.size == 0)
		list_errors_add(reading->errors, LIST_REQUIRED_VALUE_MISSING,
		                columns_place(&reading->columns, row, PEOPLE_EMAIL, email));
	else if (!(reading->rules->any_email ? email_is_text(email) : email_is_one(email)))
		invalid(reading, row, PEOPLE_EMAIL, email, SPAN(""));
	else
		text_index_add(&reading->emails, wish->email, &added);
	if (!added)
		list_errors_add(reading->errors, LIST_DUPLICATE_EMAIL,
		                columns_place(&reading->columns, row, PEOPLE_EMAIL, email));
}

static void
row_read(struct reading *reading, uint32_t row, struct person_wish *wish)
{
	const struct list_columns *columns = &reading->columns;
	struct span                flag    = columns_value(columns, row, PEOPLE_SERVICE_ACCOUNT);

	*wish = (struct person_wish){
		.name                 = columns_value(columns, row, PEOPLE_NAME),
		.says_modules         = columns_says(columns, row, PEOPLE_MODULES),
		.says_groups          = columns_says(columns, row, PEOPLE_GROUPS),
		.says_service_account = flag.size > 0,
	};
	email_read(reading, row, wish);
	if (wish->name.size > LIMIT_PERSON_TEXT_SIZE)
		invalid(reading, row, PEOPLE_NAME, wish->name, SPAN("the name is too long"));
	modules_read(reading, row, wish);
	groups_read(reading, row, wish);
	if (flag.size > 0 && !flag_read(flag, &wish->service_account))
		invalid(reading, row, PEOPLE_SERVICE_ACCOUNT, flag, SPAN("true or false"));
}

bool
people_list_read(const struct sheet *sheet, const struct list_mapping *mappings,
                 uint32_t mappings_count, const struct people_rules *rules, struct arena *arena,
                 struct person_wish **wishes, uint32_t *count, struct list_errors *errors)
{
	struct reading reading = { .rules = rules, .arena = arena, .errors = errors };

	*count = 0;
	if (sheet->rows_count == 0) {
		list_errors_add(errors, LIST_EMPTY_CSV, (struct list_example){ 0 });
		if (sheet->columns_count == 0)
			return false;
	}
	columns_bind(sheet, PEOPLE_LIST_FIELDS, PEOPLE_FIELDS, mappings, mappings_count, errors,
	             &reading.columns);
	text_index_open(&reading.emails, arena, rules->seed);
	struct person_wish *read = ARENA_ARRAY(arena, struct person_wish, sheet->rows_count);
	for (uint32_t i = 0; i < sheet->rows_count; i++) {
		if (columns_row_fits(&reading.columns, i))
			row_read(&reading, i, &read[(*count)++]);
	}
	*wishes = read;
	return !list_errors_any(errors);
}
