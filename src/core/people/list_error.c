/* list_error.c - everything that is wrong with a list, all at once. */
#include "core/people/list_error.h"

#define ROW(code, sentence)                                                                        \
	[LIST_##code] = { { #code, sizeof(#code) - 1 }, { sentence, sizeof(sentence) - 1 } }

static const struct {
	struct span name;
	struct span sentence;
} CODES[LIST_CODES] = {
	ROW(EMPTY_CSV, "the list holds no row"),
	ROW(INVALID_CSV, "the list cannot be read as rows of columns"),
	ROW(BLANK_CSV_COLUMN_NAME, "a column has no name"),
	ROW(REQUIRED_FIELD_MISSING, "a required column is missing"),
	ROW(REQUIRED_VALUE_MISSING, "a required value is missing"),
	ROW(INVALID_VALUE, "a value is not one that its column may hold"),
	ROW(DUPLICATE_EMAIL, "an e-mail stands in more than one row; case does not matter"),
	ROW(MANAGER_EMAIL_MISSING_IN_DEVELOPER_EMAILS,
	    "a manager's e-mail is not the e-mail of any row"),
	ROW(CIRCULAR_REFERENCE, "a row is, through its managers, its own manager"),
};

enum { EXAMPLE_VALUE_SIZE = 120 };

void
list_errors_add(struct list_errors *errors, enum list_code code, struct list_example example)
{
	uint64_t count = errors->of[code].count++;
	if (count < LIST_EXAMPLES_MAX)
		errors->of[code].examples[count] = example;
}

bool
list_errors_any(const struct list_errors *errors)
{
	for (int i = 0; i < LIST_CODES; i++) {
		if (errors->of[i].count > 0)
			return true;
	}
	return false;
}

struct span
list_code_name(enum list_code code)
{
	return CODES[code].name;
}

struct span
list_code_sentence(enum list_code code)
{
	return CODES[code].sentence;
}

/* The beginning of a long value, cut at a whole character. */
static struct span
value_cut(struct span value)
{
	if (value.size <= EXAMPLE_VALUE_SIZE)
		return value;
	value.size = EXAMPLE_VALUE_SIZE;
	while (value.size > 0 && ((unsigned char)value.at[value.size] & 0xc0) == 0x80)
		value.size--;
	return value;
}

static void
example_write(struct json_out *out, const struct list_example *example)
{
	json_object(out);
	if (example->row > 0)
		json_key_uint(out, SPAN("row"), example->row);
	if (example->line > 0)
		json_key_uint(out, SPAN("line"), example->line);
	if (example->position > 0)
		json_key_uint(out, SPAN("position"), example->position);
	if (example->column.size > 0)
		json_key_string(out, SPAN("column"), value_cut(example->column));
	if (example->value.size > 0)
		json_key_string(out, SPAN("value"), value_cut(example->value));
	if (example->detail.size > 0)
		json_key_string(out, SPAN("detail"), example->detail);
	json_object_end(out);
}

void
list_errors_write(struct json_out *out, const struct list_errors *errors)
{
	json_array(out);
	for (int code = 0; code < LIST_CODES; code++) {
		uint64_t count = errors->of[code].count;
		if (count == 0)
			continue;
		json_object(out);
		json_key_string(out, SPAN("code"), CODES[code].name);
		json_key_uint(out, SPAN("count"), count);
		json_key_string(out, SPAN("reason"), CODES[code].sentence);
		json_key(out, SPAN("examples"));
		json_array(out);
		for (uint64_t i = 0; i < count && i < LIST_EXAMPLES_MAX; i++)
			example_write(out, &errors->of[code].examples[i]);
		json_array_end(out);
		json_object_end(out);
	}
	json_array_end(out);
}
