/* test_invoices.c - invoices over HTTP: three formats, and closing a month. */
#define _GNU_SOURCE
#include "http_test.h"

static void
test_F34_an_invoice_comes_as_it_is_liked(void **state)
{
	static const struct {
		const char *fields;
		const char *type;
		const char *body;
	} CASES[] = {
		{ "", "Content-Type: application/json\r\n", "{\"number\":1}" },
		{ "Accept: application/json\r\n", "application/json", "{\"number\":1}" },
		{ "Accept: text/csv\r\n", "text/csv; charset=utf-8", "number\r\n" },
		{ "Accept: application/pdf\r\n", "Content-Type: application/pdf\r\n", "%PDF-" },
		{ "Accept: application/pdf, */*;q=0.1\r\n", "application/pdf", "%PDF-" },
	};
	static const char *const TARGETS[] = { "/v1/accounts/acme/invoices/1",
		                               "/v1/accounts/acme/invoices/draft?month=2026-03" };
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		for (size_t j = 0; j < 2; j++) {
			struct reply reply =
				ask(*state, "GET", TARGETS[j], "tly_r", CASES[i].fields, NULL, 0);
			assert_int_equal(reply.status, 200);
			assert_non_null(strstr(reply.text, CASES[i].type));
			assert_string_equal(reply.body, CASES[i].body);
			reply_free(&reply);
		}
	}
	assert_int_equal(ask_status(*state, "GET", "/v1/accounts/acme/invoices/1?month=2026-03",
	                            "tly_r", "", NULL),
	                 400);
	assert_int_equal(ask_status(*state, "POST", "/v1/close", "tly_o",
	                            "Content-Type: application/json\r\n", "{}"),
	                 400);
	assert_int_equal(ask_status(*state, "POST", "/v1/close", "tly_o",
	                            "Content-Type: application/json\r\n", "[]"),
	                 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F34_an_invoice_comes_as_it_is_liked),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
