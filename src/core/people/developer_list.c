/* developer_list.c - the list of developers: its checks. */
#include "core/people/developer_list.h"

#include "core/base/limit.h"
#include "core/people/email.h"

const struct list_field DEVELOPER_LIST_FIELDS[DEVELOPER_FIELDS] = {
	[DEVELOPER_NAME]    = { { "name", 4 }, true },
	[DEVELOPER_EMAIL]   = { { "email", 5 }, true },
	[DEVELOPER_MANAGER] = { { "manager_email", 13 }, false },
	[DEVELOPER_ROLE]    = { { "role", 4 }, false },
};

struct reading {
	struct developer_list *list;
	struct developer      *developers;
	struct text_index      emails; /* number i: developers[i] until the first duplicate */
	uint32_t              *first;  /* by number: index of the first developer with it */
	struct arena          *arena;
	struct list_errors    *errors;
};

/* ---- row by row ---- */

static void
value_check(const struct reading *reading, uint32_t row, uint32_t field, bool sound)
{
	const struct list_columns *columns = &reading->list->columns;
	struct span                value   = columns_value(columns, row, field);
	bool                       needed  = DEVELOPER_LIST_FIELDS[field].required;

	if (columns->of[field] == COLUMN_ABSENT)
		return;
	if (value.size == 0 && needed)
		list_errors_add(reading->errors, LIST_REQUIRED_VALUE_MISSING,
		                columns_place(columns, row, field, value));
	else if (value.size > 0 && !sound)
		list_errors_add(reading->errors, LIST_INVALID_VALUE,
		                columns_place(columns, row, field, value));
}

static void
email_note(struct reading *reading, uint32_t index)
{
	const struct developer *developer = &reading->developers[index];
	bool                    added;
	if (developer->email.size == 0)
		return;
	uint32_t number = text_index_add(&reading->emails, developer->email, &added);
	if (added) {
		reading->first[number] = index;
		return;
	}
	struct list_example example = columns_place(
		&reading->list->columns, developer->row, DEVELOPER_EMAIL,
		columns_value(&reading->list->columns, developer->row, DEVELOPER_EMAIL));
	list_errors_add(reading->errors, LIST_DUPLICATE_EMAIL, example);
}

static void
row_read(struct reading *reading, uint32_t row)
{
	const struct list_columns *columns   = &reading->list->columns;
	struct developer          *developer = &reading->developers[reading->list->count];
	struct span                email     = columns_value(columns, row, DEVELOPER_EMAIL);
	struct span                manager   = columns_value(columns, row, DEVELOPER_MANAGER);

	*developer = (struct developer){
		.email   = email_fold(email, reading->arena),
		.name    = columns_value(columns, row, DEVELOPER_NAME),
		.manager = email_fold(manager, reading->arena),
		.role    = columns_value(columns, row, DEVELOPER_ROLE),
		.row     = row,
	};
	value_check(reading, row, DEVELOPER_NAME, developer->name.size <= LIMIT_PERSON_TEXT_SIZE);
	value_check(reading, row, DEVELOPER_EMAIL, email_is_one(email));
	value_check(reading, row, DEVELOPER_ROLE, developer->role.size <= LIMIT_PERSON_TEXT_SIZE);
	email_note(reading, reading->list->count++);
}

/* ---- managers ---- */

static void
manager_missing(const struct reading *reading, const struct developer *developer)
{
	const struct list_columns *columns = &reading->list->columns;
	struct span value = columns_value(columns, developer->row, DEVELOPER_MANAGER);
	list_errors_add(reading->errors, LIST_MANAGER_EMAIL_MISSING_IN_DEVELOPER_EMAILS,
	                columns_place(columns, developer->row, DEVELOPER_MANAGER, value));
}

#define NOBODY UINT32_MAX

/* Each developer's manager by index; NOBODY for none. */
static uint32_t *
managers_find(const struct reading *reading)
{
	uint32_t  count    = reading->list->count;
	uint32_t *managers = ARENA_ARRAY(reading->arena, uint32_t, count);

	for (uint32_t i = 0; i < count; i++) {
		const struct developer *developer = &reading->developers[i];
		managers[i]                       = NOBODY;
		if (developer->manager.size == 0)
			continue;
		uint32_t number = text_index_find(&reading->emails, developer->manager);
		if (number == TEXT_INDEX_NONE)
			manager_missing(reading, developer);
		else
			managers[i] = reading->first[number];
	}
	return managers;
}

/* Everybody has at most one manager: from each who was not visited, walk up until somebody
 * visited. Met on this same walk, it is a circle, and those from there on are in it. Each
 * is walked over twice at most. */
static void
circles_find(const struct reading *reading, const uint32_t *managers)
{
	uint32_t  count = reading->list->count;
	uint32_t *walk  = arena_take_zeroed(reading->arena, (count + 1) * sizeof *walk);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = i;
		while (at != NOBODY && walk[at] == 0) {
			walk[at] = i + 1;
			at       = managers[at];
		}
		if (at == NOBODY || walk[at] != i + 1)
			continue;
		uint32_t start = at;
		do {
			const struct developer *developer = &reading->developers[at];
			list_errors_add(reading->errors, LIST_CIRCULAR_REFERENCE,
			                columns_place(&reading->list->columns, developer->row,
			                              DEVELOPER_MANAGER, developer->manager));
			at = managers[at];
		} while (at != start);
	}
}

/* ---- all of it ---- */

bool
developer_list_read(const struct sheet *sheet, const struct list_mapping *mappings,
                    uint32_t mappings_count, uint64_t seed, struct arena *arena,
                    struct developer_list *list, struct list_errors *errors)
{
	struct reading reading = { .list = list, .arena = arena, .errors = errors };

	*list = (struct developer_list){ .count = 0 };
	if (sheet->rows_count == 0) {
		list_errors_add(errors, LIST_EMPTY_CSV, (struct list_example){ 0 });
		if (sheet->columns_count == 0)
			return false;
	}
	columns_bind(sheet, DEVELOPER_LIST_FIELDS, DEVELOPER_FIELDS, mappings, mappings_count,
	             errors, &list->columns);
	reading.developers = ARENA_ARRAY(arena, struct developer, sheet->rows_count);
	reading.first      = ARENA_ARRAY(arena, uint32_t, sheet->rows_count);
	text_index_open(&reading.emails, arena, seed);
	for (uint32_t i = 0; i < sheet->rows_count; i++) {
		/* What a row with too few or too many cells says about whom is not known. */
		if (columns_row_fits(&list->columns, i))
			row_read(&reading, i);
	}
	if (list->columns.of[DEVELOPER_EMAIL] != COLUMN_ABSENT)
		circles_find(&reading, managers_find(&reading));
	list->developers = reading.developers;
	return !list_errors_any(errors);
}

static void
text_write(struct json_out *out, struct span key, struct span value)
{
	if (value.size > 0)
		json_key_string(out, key, value);
}

static void
others_write(struct json_out *out, const struct list_columns *columns, uint32_t row)
{
	bool begun = false;

	for (uint32_t i = 0; i < columns->sheet->columns_count; i++) {
		struct span value = columns_cell(columns, row, i);
		if (value.size == 0 || !columns_is_other(columns, i))
			continue;
		if (!begun) {
			json_key(out, SPAN("columns"));
			json_object(out);
		}
		begun = true;
		json_key_string(out, columns_name(columns, i), value);
	}
	if (begun)
		json_object_end(out);
}

void
developer_write(struct json_out *out, const struct developer_list *list,
                const struct developer *developer)
{
	json_object(out);
	json_key_string(out, SPAN("email"), developer->email);
	text_write(out, SPAN("name"), developer->name);
	text_write(out, SPAN("manager_email"), developer->manager);
	text_write(out, SPAN("role"), developer->role);
	others_write(out, &list->columns, developer->row);
	json_object_end(out);
}
