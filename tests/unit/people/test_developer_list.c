/* test_developer_list.c - the developer list: every error at once, in linear time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "core/people/developer_list.h"
#include "core/people/email.h"
#include "edge/doc/csv_read.h"
#include "edge/sys/memory.h"

struct read {
	struct arena          arena;
	struct sheet          sheet;
	struct developer_list list;
	struct list_errors    errors;
	bool                  sound;
};

static void
read_csv(struct read *read, struct span csv, const struct list_mapping *mappings, uint32_t count)
{
	struct csv_fault fault;
	memset(read, 0, sizeof *read);
	arena_open(&read->arena, system_memory());
	enum err err = csv_read(csv, &read->arena, &read->sheet, &fault);
	assert_int_equal(err, ERR_NONE);
	read->sound = developer_list_read(&read->sheet, mappings, count, 42, &read->arena,
	                                  &read->list, &read->errors);
	assert_int_equal(read->sound, !list_errors_any(&read->errors));
}

static void
read_done(struct read *read)
{
	arena_close(&read->arena);
}

/* The errors as "CODE:count CODE:count". */
static void
assert_errors(const char *csv, const char *expected)
{
	struct read read;
	char        got[512] = "";
	read_csv(&read, span_of(csv), NULL, 0);
	for (int i = 0; i < LIST_CODES; i++) {
		size_t      size = strlen(got);
		struct span name = list_code_name((enum list_code)i);
		if (read.errors.of[i].count > 0)
			snprintf(got + size, sizeof got - size, "%s%.*s:%llu", size ? " " : "",
			         (int)name.size, name.at,
			         (unsigned long long)read.errors.of[i].count);
	}
	if (strcmp(got, expected) != 0)
		fail_msg("%s\n  gives %s\n  not   %s", csv, got, expected);
	read_done(&read);
}

static void
test_A12_each_error_alone(void **state)
{
	(void)state;
	assert_errors("name,email\nAnn,ann@x.org\n", "");
	assert_errors("", "EMPTY_CSV:1");
	assert_errors("name,email\n", "EMPTY_CSV:1");
	assert_errors("name,email\nAnn\n", "INVALID_CSV:1");
	assert_errors("name,email\nAnn,ann@x.org,x\n", "INVALID_CSV:1");
	assert_errors("name,email,Name\nAnn,ann@x.org,x\n", "INVALID_CSV:1");
	assert_errors("name,email,\nAnn,ann@x.org,\n", "BLANK_CSV_COLUMN_NAME:1");
	assert_errors("name,email, ,\nAnn,ann@x.org,,\n", "BLANK_CSV_COLUMN_NAME:2");
	assert_errors("name\nAnn\n", "REQUIRED_FIELD_MISSING:1");
	assert_errors("a,b\n1,2\n", "REQUIRED_FIELD_MISSING:2");
	assert_errors("name,email\n,ann@x.org\n", "REQUIRED_VALUE_MISSING:1");
	assert_errors("name,email\nAnn, \n", "REQUIRED_VALUE_MISSING:1");
	assert_errors("name,email\n,\n", "REQUIRED_VALUE_MISSING:2");
	assert_errors("name,email\nAnn,ann\n", "INVALID_VALUE:1");
	assert_errors("name,email\nAnn,ann x@x.org\n", "INVALID_VALUE:1");
	assert_errors("name,email\nAnn,ann@x.org\nBob,ann@x.org\n", "DUPLICATE_EMAIL:1");
	assert_errors("name,email,manager_email\nAnn,ann@x.org,bob@x.org\n",
	              "MANAGER_EMAIL_MISSING_IN_DEVELOPER_EMAILS:1");
	assert_errors("name,email,manager_email\nAnn,ann@x.org,Ann@x.org\n",
	              "CIRCULAR_REFERENCE:1");
}

static void
test_A12_all_errors_at_once(void **state)
{
	(void)state;
	assert_errors("name,email,manager_email,\n"
	              "Ann,ann@x.org,bob@x.org,\n"
	              "Bob,bob@x.org,ann@x.org,\n"
	              ",cid@x.org,,\n"
	              "Dan,,nobody@x.org,\n"
	              "Eve,eve,ann@x.org,\n"
	              "Bob,BOB@X.org,,\n"
	              "short,s@x.org\n",
	              "INVALID_CSV:1 BLANK_CSV_COLUMN_NAME:1 REQUIRED_VALUE_MISSING:2 "
	              "INVALID_VALUE:1 DUPLICATE_EMAIL:1 "
	              "MANAGER_EMAIL_MISSING_IN_DEVELOPER_EMAILS:1 CIRCULAR_REFERENCE:2");
}

/* An e-mail in two spellings is one e-mail. */
static void
test_A12_case_does_not_tell_people_apart(void **state)
{
	(void)state;
	assert_errors("name,email,manager_email\nAnn,Ann@X.org,\nBob,bob@x.org, ANN@x.ORG \n", "");
	assert_errors("name,email\nAnn,Ann@X.org\nAnn,ann@x.org\nAnn, aNN@x.org\n",
	              "DUPLICATE_EMAIL:2");
}

/* Circles of every length, and trees that hang on them. */
static void
test_A12_only_rows_in_the_circle_are_told(void **state)
{
	struct read read;
	(void)state;
	read_csv(&read,
	         SPAN("name,email,manager_email\nA,a@x,\nB,b@x,a@x\nC,c@x,d@x\nD,d@x,e@x\n"
	              "E,e@x,c@x\nF,f@x,c@x\nG,g@x,g@x\nH,h@x,f@x\n"),
	         NULL, 0);
	assert_int_equal(read.errors.of[LIST_CIRCULAR_REFERENCE].count, 4);
	const struct list_example *examples = read.errors.of[LIST_CIRCULAR_REFERENCE].examples;
	assert_int_equal(examples[0].row, 3);
	assert_int_equal(examples[0].line, 4);
	assert_int_equal(examples[1].row, 4);
	assert_int_equal(examples[2].row, 5);
	assert_int_equal(examples[3].row, 7);
	read_done(&read);
}

static void
test_A12_examples_name_row_column_and_value(void **state)
{
	struct read     read;
	struct json_out out;
	(void)state;
	read_csv(&read, SPAN("Full Name,email\n\"A\nB\",1@\nC,2@\nD,3@\nE,4@\nF,5@\nG,6@\n"),
	         &(struct list_mapping){ SPAN("name"), SPAN("full name ") }, 1);
	json_open(&out, &read.arena);
	list_errors_write(&out, &read.errors);
	struct span json     = json_close(&out);
	struct span expected = SPAN(
		"[{\"code\":\"INVALID_VALUE\",\"count\":6,\"reason\":\"a value is not one that its "
		"column may hold\",\"examples\":["
		"{\"row\":1,\"line\":2,\"column\":\"email\",\"value\":\"1@\"},"
		"{\"row\":2,\"line\":4,\"column\":\"email\",\"value\":\"2@\"},"
		"{\"row\":3,\"line\":5,\"column\":\"email\",\"value\":\"3@\"},"
		"{\"row\":4,\"line\":6,\"column\":\"email\",\"value\":\"4@\"},"
		"{\"row\":5,\"line\":7,\"column\":\"email\",\"value\":\"5@\"}]}]");
	if (!span_equal(json, expected))
		fail_msg("%.*s", (int)json.size, json.at);
	read_done(&read);
}

static void
test_A12_columns_are_mapped(void **state)
{
	struct read               read;
	struct json_out           out;
	const struct list_mapping mappings[] = { { SPAN("name"), SPAN("Full Name") },
		                                 { SPAN("email"), SPAN("Mail") },
		                                 { SPAN("manager_email"), SPAN("Boss") } };
	(void)state;
	read_csv(&read,
	         SPAN("Team,Full Name,Mail,Boss,Role\nred,Ann,ANN@x.org,,lead\n,Bob,bob@x.org,"
	              "ann@x.org,\n"),
	         mappings, 3);
	assert_true(read.sound);
	assert_int_equal(read.list.count, 2);
	json_open(&out, &read.arena);
	json_array(&out);
	for (uint32_t i = 0; i < read.list.count; i++)
		developer_write(&out, &read.list, &read.list.developers[i]);
	json_array_end(&out);
	struct span json     = json_close(&out);
	struct span expected = SPAN("[{\"email\":\"ann@x.org\",\"name\":\"Ann\",\"role\":\"lead\","
	                            "\"columns\":{\"Team\":"
	                            "\"red\"}},{\"email\":\"bob@x.org\",\"name\":\"Bob\",\"manager_"
	                            "email\":\"ann@x.org\"}]");
	if (!span_equal(json, expected))
		fail_msg("%.*s", (int)json.size, json.at);
	read_done(&read);
	/* A mapping that names a column which is not there. */
	read_csv(&read, SPAN("name,email\nAnn,ann@x.org\n"),
	         &(struct list_mapping){ SPAN("role"), SPAN("Job") }, 1);
	assert_int_equal(read.errors.of[LIST_REQUIRED_FIELD_MISSING].count, 1);
	read_done(&read);
}

/* A chain of managers, each below the one before: rows in the order that makes a careless
 * search walk the whole chain for each. */
static char *
chain_write(uint32_t rows, size_t *size)
{
	char *csv = malloc((size_t)rows * 64 + 64);
	assert_non_null(csv);
	*size = (size_t)sprintf(csv, "name,email,manager_email\n");
	for (uint32_t i = 0; i < rows; i++)
		*size += (size_t)sprintf(csv + *size, "P%u,p%u@example.com,p%u@example.com\n", i, i,
		                         i + 1 < rows ? i + 1 : i);
	return csv;
}

static double
chain_seconds(uint32_t rows)
{
	struct timespec before, after;
	struct read     read;
	size_t          size;
	char           *csv = chain_write(rows, &size);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	read_csv(&read, (struct span){ csv, size }, NULL, 0);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	/* The last one is its own manager; nobody else is in a circle. */
	assert_int_equal(read.errors.of[LIST_CIRCULAR_REFERENCE].count, 1);
	assert_int_equal(read.list.count, rows);
	read_done(&read);
	free(csv);
	return (double)(after.tv_sec - before.tv_sec) +
	       (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

/* Eight times the rows must not take anything like sixty-four times as long. */
static void
test_A12_a_hundred_thousand_rows_in_linear_time(void **state)
{
	(void)state;
	double small = chain_seconds(12500), large = chain_seconds(100000);
	print_message("100,000 rows: %.0f ms\n", large * 1000);
	assert_true(large < 32 * small + 0.05);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A12_each_error_alone),
		cmocka_unit_test(test_A12_all_errors_at_once),
		cmocka_unit_test(test_A12_case_does_not_tell_people_apart),
		cmocka_unit_test(test_A12_only_rows_in_the_circle_are_told),
		cmocka_unit_test(test_A12_examples_name_row_column_and_value),
		cmocka_unit_test(test_A12_columns_are_mapped),
		cmocka_unit_test(test_A12_a_hundred_thousand_rows_in_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
