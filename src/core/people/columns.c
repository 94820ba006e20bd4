/* columns.c - which column of a list holds which field: the mapping step. */
#include "core/people/columns.h"

#include "core/people/email.h"

/* ---- the head ---- */

/* At most LIMIT_LIST_COLUMNS columns: each is compared with those before it. */
static void
names_check(const struct list_columns *columns, struct list_errors *errors)
{
	for (uint32_t i = 0; i < columns->sheet->columns_count; i++) {
		struct span         name    = columns_name(columns, i);
		struct list_example example = { .column = name };
		if (name.size == 0) {
			example.position = i + 1;
			example.detail   = SPAN("position counts the columns");
			list_errors_add(errors, LIST_BLANK_CSV_COLUMN_NAME, example);
			continue;
		}
		for (uint32_t j = 0; j < i; j++) {
			if (!text_same(name, columns_name(columns, j)))
				continue;
			example.detail = SPAN("two columns have this name");
			list_errors_add(errors, LIST_INVALID_CSV, example);
			break;
		}
	}
}

static uint32_t
column_find(const struct list_columns *columns, struct span name)
{
	for (uint32_t i = 0; i < columns->sheet->columns_count; i++) {
		if (text_same(text_trim(name), columns_name(columns, i)))
			return i;
	}
	return COLUMN_ABSENT;
}

static void
field_bind(const struct list_field *field, const struct list_mapping *mappings,
           uint32_t mappings_count, struct list_errors *errors, const struct list_columns *columns,
           uint32_t *column)
{
	struct span wanted = field->name;
	bool        mapped = false;

	for (uint32_t i = 0; i < mappings_count; i++) {
		if (span_equal(mappings[i].field, field->name)) {
			wanted = mappings[i].column;
			mapped = true;
		}
	}
	*column = column_find(columns, wanted);
	if (*column == COLUMN_ABSENT && (field->required || mapped))
		list_errors_add(errors, LIST_REQUIRED_FIELD_MISSING,
		                (struct list_example){ .column = wanted, .value = field->name });
}

static void
rows_check(const struct list_columns *columns, struct list_errors *errors)
{
	for (uint32_t i = 0; i < columns->sheet->rows_count; i++) {
		const struct sheet_row *row = &columns->sheet->rows[i];
		if (columns_row_fits(columns, i))
			continue;
		bool fewer = row->cells_count < columns->sheet->columns_count;
		list_errors_add(errors, LIST_INVALID_CSV,
		                (struct list_example){
					.row    = i + 1,
					.line   = row->line,
					.detail = fewer ? SPAN("the row has fewer cells than "
		                                               "there are columns")
		                                        : SPAN("the row has more cells than "
		                                               "there are columns") });
	}
}

void
columns_bind(const struct sheet *sheet, const struct list_field *fields, uint32_t fields_count,
             const struct list_mapping *mappings, uint32_t mappings_count,
             struct list_errors *errors, struct list_columns *columns)
{
	CHECK(fields_count <= LIST_FIELDS_MAX);
	columns->sheet = sheet;
	for (uint32_t i = 0; i < LIST_FIELDS_MAX; i++)
		columns->of[i] = COLUMN_ABSENT;
	names_check(columns, errors);
	for (uint32_t i = 0; i < fields_count; i++)
		field_bind(&fields[i], mappings, mappings_count, errors, columns, &columns->of[i]);
	rows_check(columns, errors);
}

/* ---- cells ---- */

bool
columns_is_other(const struct list_columns *columns, uint32_t column)
{
	for (uint32_t i = 0; i < LIST_FIELDS_MAX; i++) {
		if (columns->of[i] == column)
			return false;
	}
	return true;
}

bool
columns_row_fits(const struct list_columns *columns, uint32_t row)
{
	CHECK(row < columns->sheet->rows_count);
	return columns->sheet->rows[row].cells_count == columns->sheet->columns_count;
}

struct span
columns_cell(const struct list_columns *columns, uint32_t row, uint32_t column)
{
	CHECK(row < columns->sheet->rows_count);
	const struct sheet_row *cells = &columns->sheet->rows[row];
	if (column >= cells->cells_count || cells->cells[column].size == 0)
		return SPAN("");
	return text_trim(cells->cells[column]);
}

struct span
columns_value(const struct list_columns *columns, uint32_t row, uint32_t field)
{
	return columns_cell(columns, row, columns->of[field]);
}

bool
columns_says(const struct list_columns *columns, uint32_t row, uint32_t field)
{
	const struct sheet_row *cells  = &columns->sheet->rows[row];
	uint32_t                column = columns->of[field];
	return column < cells->cells_count && cells->cells[column].at != NULL;
}

struct span
columns_name(const struct list_columns *columns, uint32_t column)
{
	return text_trim(columns->sheet->columns[column]);
}

struct list_example
columns_place(const struct list_columns *columns, uint32_t row, uint32_t field, struct span value)
{
	uint32_t column = columns->of[field];
	return (struct list_example){
		.row    = row + 1,
		.line   = columns->sheet->rows[row].line,
		.column = column == COLUMN_ABSENT ? SPAN("") : columns_name(columns, column),
		.value  = value,
	};
}
