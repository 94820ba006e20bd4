/* fuzz_csv.c - any bytes as a list of developers: refused with its place, or a sheet whose
 * every cell is UTF-8, and a list that holds what its checks promise. */
#include <stdint.h>

#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "core/people/developer_list.h"
#include "core/people/duplicate.h"
#include "core/people/email.h"
#include "edge/doc/csv_read.h"
#include "edge/sys/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is written from a list is JSON, whatever stood in it. */
static void
errors_check(const struct list_errors *errors, struct arena *arena)
{
	struct json_out out;
	struct json    *root;

	json_open(&out, arena);
	list_errors_write(&out, errors);
	CHECK(json_parse(json_close(&out), arena, &root, NULL) == ERR_NONE);
	CHECK((root->count > 0) == list_errors_any(errors));
}

static void
list_check(const struct developer_list *list, struct arena *arena)
{
	struct named_email *people = ARENA_ARRAY(arena, struct named_email, list->count);
	struct text_index   emails;
	struct json_out     out;
	struct json        *root;

	text_index_open(&emails, arena, 3);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct developer *developer = &list->developers[i];
		bool                    added;
		CHECK(email_is_one(developer->email) && developer->name.size > 0);
		text_index_add(&emails, developer->email, &added);
		CHECK(added);
		people[i] = (struct named_email){ developer->email, developer->name };
		json_open(&out, arena);
		developer_write(&out, list, developer);
		CHECK(json_parse(json_close(&out), arena, &root, NULL) == ERR_NONE);
	}
	for (uint32_t i = 0; i < list->count; i++)
		CHECK(list->developers[i].manager.size == 0 ||
		      text_index_find(&emails, list->developers[i].manager) != TEXT_INDEX_NONE);
	json_open(&out, arena);
	json_object(&out);
	duplicates_write(&out, people, list->count, 5, arena);
	json_object_end(&out);
	CHECK(json_parse(json_close(&out), arena, &root, NULL) == ERR_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sheet          sheet;
	struct csv_fault      fault;
	struct developer_list list;
	struct list_errors    errors = { .of[0].count = 0 };
	struct arena          arena;

	arena_open(&arena, system_memory());
	enum err err = csv_read((struct span){ (const char *)bytes, size }, &arena, &sheet, &fault);
	if (err != ERR_NONE) {
		CHECK(fault.line > 0 && fault.column > 0 && fault.byte <= size && fault.why);
	} else {
		CHECK(sheet.columns_count <= LIMIT_LIST_COLUMNS);
		bool sound = developer_list_read(&sheet, NULL, 0, 1, &arena, &list, &errors);
		CHECK(sound == !list_errors_any(&errors));
		errors_check(&errors, &arena);
		if (sound)
			list_check(&list, &arena);
	}
	arena_close(&arena);
	return 0;
}
