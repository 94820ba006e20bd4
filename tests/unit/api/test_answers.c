/* test_answers.c - problems, CSV and the OpenAPI document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "api/csv.h"
#include "api/openapi.h"
#include "api/problem.h"
#include "api/route.h"
#include "core/json/json_read.h"
#include "edge/sys/memory.h"

static void
assert_text(struct span text, const char *expected)
{
	if (!span_equal(text, span_of(expected)))
		fail_msg("%.*s", (int)text.size, text.at);
}

static void
test_problems_name_the_place(void **state)
{
	(void)state;
	struct arena   arena;
	struct refusal refusal;
	arena_open(&arena, system_memory());
	(void)refuse_at(&refusal, ERR_JSON_SYNTAX, 17, SPAN("data"), SPAN("a comma is missing"));
	refusal.index = 3;
	assert_text(problem_write(&refusal, SPAN("/v1/x\"<y>\n\xff?"), &arena),
	            "{\"type\":\"/errors/json-syntax\",\"title\":\"the text is not valid JSON\","
	            "\"status\":400,\"detail\":\"a comma is missing\","
	            "\"instance\":\"/v1/x%22%3Cy%3E%0A%FF%3F\",\"errors\":[{\"index\":3,"
	            "\"field\":\"data\",\"byte\":17,\"reason\":\"a comma is missing\"}]}");
	(void)refuse(&refusal, ERR_NOT_FOUND, SPAN(""), SPAN(""));
	assert_text(problem_write(&refusal, SPAN("/"), &arena),
	            "{\"type\":\"/errors/not-found\",\"title\":\"there is nothing here\","
	            "\"status\":404,\"detail\":\"there is nothing here\",\"instance\":\"/\","
	            "\"errors\":[]}");
	arena_close(&arena);
}

static void
test_csv_rows(void **state)
{
	static const struct {
		const char *json, *names, *csv; /* csv NULL: refused */
	} CASES[] = {
		{ "{\"modules\":[{\"rows\":[{\"a\":1}]},{\"rows\":[{\"a\":2,\"b\":3},"
		  "{\"b\":4}]},{}]}",
		  "rows by", "a,b\r\n1,\r\n2,3\r\n,4\r\n" },
		{ "{\"a\":[]}", "a", "\r\n" },
		{ "{\"a\":[{\"x\":1,\"y\":\"b\"},{\"z\":true,\"x\":null}]}", "a",
		  "x,y,z\r\n1,b,\r\n,,true\r\n" },
		{ "{\"a\":[{\"w\":{\"from\":\"f\",\"to\":\"t\"},\"l\":[1,\"2\"]}]}", "a",
		  "w.from,w.to,l\r\nf,t,\"[1,\"\"2\"\"]\"\r\n" },
		{ "{\"b\":[{\"x\":1}]}", "a b", "x\r\n1\r\n" },
		{ "{\"modules\":[{\"rows\":[{\"x\":1}]}]}", "rows by", "x\r\n1\r\n" },
		{ "{\"modules\":[]}", "rows by", NULL },
		{ "{\"a\":1}", "a", NULL },
		{ "{}", "a", NULL },
		{ "[]", "a", NULL },
		{ "{", "a", NULL },
		{ "{\"a\":[1,{\"x\":1}]}", "a", "x\r\n\r\n1\r\n" },
		{ "{\"modules\":[{\"module\":\"FF\",\"rows\":[{\"id\":1}]}]}", "rows",
		  "id\r\n1\r\n" },
		{ "{\"modules\":[{\"module\":\"CD\",\"owned\":1}]}", "modules",
		  "module,owned\r\nCD,1\r\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct arena arena;
		struct span  csv = SPAN(""), next;
		arena_open(&arena, system_memory());
		enum err err = csv_write(span_of(CASES[i].json), span_of(CASES[i].names), &arena,
		                         &csv, &next);
		assert_int_equal(err, CASES[i].csv ? ERR_NONE : ERR_NOT_FOUND);
		if (CASES[i].csv)
			assert_text(csv, CASES[i].csv);
		arena_close(&arena);
	}
}

/* The rows of CD have the columns of a licence page, also when there are none. */
static void
test_csv_names_the_columns_of_a_page(void **state)
{
#define PAGE_HEAD                                                                                  \
	"Service,Organizations,Projects,Service ID,Instances,Last deployed,Licences consumed,"     \
	"Kind,Class,Hours,Deleted\r\n"
	(void)state;
	struct arena arena;
	struct span  csv, next;
	arena_open(&arena, system_memory());
	assert_int_equal(csv_write(SPAN("{\"modules\":[{\"module\":\"CD\",\"rows\":[]}]}"),
	                           SPAN("rows by parts"), &arena, &csv, &next),
	                 ERR_NONE);
	assert_text(csv, PAGE_HEAD);
	assert_int_equal(
		csv_write(SPAN("{\"modules\":[{\"module\":\"CD\",\"rows\":[{\"kind\":\"service\","
	                       "\"org\":\"o\",\"project\":\"p\",\"id\":\"s1\",\"name\":\"=Shop\","
	                       "\"class\":\"container\",\"instances\":25,\"hours\":2,"
	                       "\"last_activity\":\"2026-10-30T11:00:00Z\",\"licences\":2,"
	                       "\"deleted\":true},{\"kind\":\"function\",\"org\":\"o\","
	                       "\"project\":\"p\",\"service\":\"resize\",\"id\":\"crop\","
	                       "\"last_activity\":\"2026-10-30T11:05:00Z\"},"
	                       "{\"kind\":\"gitops\",\"id\":\"app\"}]}]}"),
	                  SPAN("rows by parts"), &arena, &csv, &next),
		ERR_NONE);
	assert_text(csv,
	            PAGE_HEAD "'=Shop,o,p,s1,25,2026-10-30T11:00:00Z,2,service,container,2,true\r\n"
	                      "resize,o,p,crop,,2026-10-30T11:05:00Z,,function,,,\r\n"
	                      "app,,,app,,,,gitops,,,\r\n");
	arena_close(&arena);
}

static void
test_csv_has_its_next_page_beside_it(void **state)
{
	static const struct {
		const char *json, *next;
	} CASES[] = {
		{ "{\"a\":[],\"next\":\"7\"}", "7" },
		{ "{\"a\":[]}", "" },
		{ "{\"a\":[],\"next\":7}", "" },
		{ "{\"modules\":[{\"a\":[],\"next\":\"ann@x\"}]}", "ann@x" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct arena arena;
		struct span  csv, next;
		arena_open(&arena, system_memory());
		assert_int_equal(csv_write(span_of(CASES[i].json), SPAN("a"), &arena, &csv, &next),
		                 ERR_NONE);
		assert_text(next, CASES[i].next);
		arena_close(&arena);
	}
}

/* What answers a list has its list in CSV. */
static void
test_every_list_is_csv(void **state)
{
	uint32_t count = 0;
	(void)state;
	for (uint32_t i = 0; i < ROUTES_COUNT; i++) {
		const struct route *route = &ROUTES[i];
		if (!(route->params & PARAM_LIMIT) || route->method != METHOD_GET)
			continue;
		count++;
		if (route->list.size == 0)
			fail_msg("%s", route->path);
	}
	assert_true(count > 5);
}

/* No text becomes a formula; numbers stay numbers. */
static void
test_csv_guards_against_formulas(void **state)
{
	(void)state;
	struct arena arena;
	struct span  csv, next;
	arena_open(&arena, system_memory());
	assert_int_equal(
		csv_write(SPAN("{\"a\":[{\"=x\":\"=1\",\"b\":\"+1\",\"c\":\"-1\",\"d\":\"@a\","
	                       "\"e\":\"\\ta\",\"f\":\"\\ra\",\"g\":-1,\"h\":\"a=1\","
	                       "\"i\":\"=\\\"a\\\",b\",\"j\":\"a\\nb\"}]}"),
	                  SPAN("a"), &arena, &csv, &next),
		ERR_NONE);
	assert_text(csv, "'=x,b,c,d,e,f,g,h,i,j\r\n'=1,'+1,'-1,'@a,'\ta,\"'\ra\",-1,a=1,"
	                 "\"'=\"\"a\"\",b\",\"a\nb\"\r\n");
	arena_close(&arena);
}

static void
test_openapi_is_whole(void **state)
{
	(void)state;
	struct arena arena;
	struct json *root = NULL;
	arena_open(&arena, system_memory());
	/* The strict reader refuses keys that stand twice: no path, no method is lost. */
	assert_int_equal(json_parse(openapi_write(&arena), &arena, &root, NULL), ERR_NONE);
	assert_text(json_member(root, SPAN("openapi"))->text, "3.1.0");
	uint32_t operations = 0, pages = 0;
	for (uint32_t i = 0; i < ROUTES_COUNT; i++)
		pages += ROUTES[i].access == ACCESS_PAGE;
	for (const struct json *path = json_member(root, SPAN("paths"))->first; path;
	     path                    = path->next) {
		for (const struct json *call = path->first; call; call = call->next, operations++) {
			const struct json *answers = json_member(call, SPAN("responses"));
			assert_non_null(json_member(call, SPAN("operationId")));
			assert_non_null(json_member(answers, SPAN("default")));
			assert_int_equal(answers->count, 2);
			bool is_open    = json_member(call, SPAN("security"))->count == 0;
			bool is_sign_in = span_equal(path->key, SPAN("/v1/session")) &&
			                  span_equal(call->key, SPAN("post"));
			assert_int_equal(is_open, is_sign_in ||
			                                  span_equal(path->key, SPAN("/healthz")) ||
			                                  span_equal(path->key, SPAN("/readyz")));
		}
	}
	assert_true(pages > 0);
	assert_int_equal(operations, ROUTES_COUNT - pages);
	arena_close(&arena);
}

static void
test_routes_are_found(void **state)
{
	static const struct {
		const char *path;
		enum method method;
		enum err    err;
		const char *account, *module, *id;
	} CASES[] = {
		{ "/v1/accounts", METHOD_GET, ERR_NONE, NULL, NULL, NULL },
		{ "/v1/accounts/a%20b", METHOD_GET, ERR_NONE, "a b", NULL, NULL },
		{ "/v1/accounts/a/usage/CD/trend", METHOD_GET, ERR_NONE, "a", "CD", NULL },
		{ "/v1/accounts/a/contracts/c%2Fd/versions", METHOD_GET, ERR_NONE, "a", NULL,
		  "c/d" },
		{ "/v1/accounts/a", METHOD_DELETE, ERR_METHOD, NULL, NULL, NULL },
		{ "/v1/accounts/a", METHOD_COUNT, ERR_METHOD, NULL, NULL, NULL },
		{ "/v1/accounts/%ff", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/v1/accounts/", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/v1/accounts//usage", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/v1/accounts/a/usage/CD/trend/x", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/V1/accounts", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/", METHOD_GET, ERR_NONE, NULL, NULL, NULL },
		{ "//", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/accounts", METHOD_GET, ERR_NONE, NULL, NULL, NULL },
		{ "/accounts/", METHOD_GET, ERR_NONE, NULL, NULL, NULL },
		{ "/accounts/a/modules/CD/why", METHOD_GET, ERR_NONE, NULL, NULL, NULL },
		{ "/accountsx", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/assets/a.js", METHOD_GET, ERR_NONE, NULL, NULL, "a.js" },
		{ "/assets/", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "/assets/a/b", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
		{ "*", METHOD_GET, ERR_NOT_FOUND, NULL, NULL, NULL },
	};
	(void)state;
	routes_check();
	struct arena arena;
	arena_open(&arena, system_memory());
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		const struct route *route   = NULL;
		struct route_path   pieces  = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
		uint32_t            allowed = 0;
		assert_int_equal(route_find(span_of(CASES[i].path), CASES[i].method, &arena, &route,
		                            &pieces, &allowed),
		                 CASES[i].err);
		if (CASES[i].err == ERR_METHOD)
			assert_int_equal(allowed, 1 << METHOD_GET | 1 << METHOD_PUT);
		if (CASES[i].account)
			assert_text(pieces.account, CASES[i].account);
		if (CASES[i].module)
			assert_text(pieces.module, CASES[i].module);
		if (CASES[i].id)
			assert_text(pieces.id, CASES[i].id);
	}
	arena_close(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problems_name_the_place),
		cmocka_unit_test(test_csv_rows),
		cmocka_unit_test(test_csv_names_the_columns_of_a_page),
		cmocka_unit_test(test_csv_has_its_next_page_beside_it),
		cmocka_unit_test(test_every_list_is_csv),
		cmocka_unit_test(test_csv_guards_against_formulas),
		cmocka_unit_test(test_openapi_is_whole),
		cmocka_unit_test(test_routes_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
