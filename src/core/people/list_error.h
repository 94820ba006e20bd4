/* list_error.h - everything that is wrong with a list, all at once: each kind with its
 * count and up to five examples.
 *
 * Pure. Texts of examples live as long as the list they point into. */
#ifndef TALLY_CORE_PEOPLE_LIST_ERROR_H
#define TALLY_CORE_PEOPLE_LIST_ERROR_H

#include "core/base/sheet.h"
#include "core/json/json_write.h"

enum list_code {
	LIST_EMPTY_CSV,
	LIST_INVALID_CSV,
	LIST_BLANK_CSV_COLUMN_NAME,
	LIST_REQUIRED_FIELD_MISSING,
	LIST_REQUIRED_VALUE_MISSING,
	LIST_INVALID_VALUE,
	LIST_DUPLICATE_EMAIL,
	LIST_MANAGER_EMAIL_MISSING_IN_DEVELOPER_EMAILS,
	LIST_CIRCULAR_REFERENCE,
	LIST_CODES
};

enum { LIST_EXAMPLES_MAX = 5 };

/* What is not known is 0 or empty. */
struct list_example {
	uint32_t    row;      /* of the data, from 1 */
	uint32_t    line;     /* of the file, from 1 */
	uint64_t    position; /* character of the line, from 1 */
	struct span column;
	struct span value;
	struct span detail; /* what is wrong in this place, when the code alone does not say */
};

struct list_errors {
	struct {
		uint64_t            count;
		struct list_example examples[LIST_EXAMPLES_MAX];
	} of[LIST_CODES];
};

void list_errors_add(struct list_errors *errors, enum list_code code, struct list_example example);
bool list_errors_any(const struct list_errors *errors);
/* "DUPLICATE_EMAIL", and the sentence that goes with it. */
struct span list_code_name(enum list_code code);
struct span list_code_sentence(enum list_code code);
/* [{"code":..,"count":..,"reason":..,"examples":[..]}] in the order of the codes. */
void list_errors_write(struct json_out *out, const struct list_errors *errors);

#endif
