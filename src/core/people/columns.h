/* columns.h - which column of a list holds which field: the mapping step.
 *
 * Pure. A field is found in the column that the mapping names, else in the one of its own
 * name; case and white space around a name do not matter. */
#ifndef TALLY_CORE_PEOPLE_COLUMNS_H
#define TALLY_CORE_PEOPLE_COLUMNS_H

#include "core/people/list_error.h"

enum { LIST_FIELDS_MAX = 8 };

struct list_field {
	struct span name;
	bool        required;
};

struct list_mapping {
	struct span field;
	struct span column;
};

#define COLUMN_ABSENT UINT32_MAX

struct list_columns {
	const struct sheet *sheet;
	uint32_t            of[LIST_FIELDS_MAX]; /* by field; COLUMN_ABSENT */
};

/* Adds to errors what is wrong with the head of the sheet, with rows that have more or
 * fewer cells than it, and with a mapping that names a column which is not there. */
void columns_bind(const struct sheet *sheet, const struct list_field *fields, uint32_t fields_count,
                  const struct list_mapping *mappings, uint32_t mappings_count,
                  struct list_errors *errors, struct list_columns *columns);

/* Is the column none of the fields? */
bool columns_is_other(const struct list_columns *columns, uint32_t column);
/* Whether the row has as many cells as there are columns. */
bool columns_row_fits(const struct list_columns *columns, uint32_t row);
/* The cell of a field or of a column, trimmed; empty when there is none. */
struct span columns_value(const struct list_columns *columns, uint32_t row, uint32_t field);
struct span columns_cell(const struct list_columns *columns, uint32_t row, uint32_t column);
/* Whether the row says anything about the field, be it that there is none: an object of a
 * JSON list may leave a member out. */
bool columns_says(const struct list_columns *columns, uint32_t row, uint32_t field);
/* The name of the column as the list has it. */
struct span columns_name(const struct list_columns *columns, uint32_t column);
/* Where a field of a row stands, for an error. */
struct list_example columns_place(const struct list_columns *columns, uint32_t row, uint32_t field,
                                  struct span value);

#endif
