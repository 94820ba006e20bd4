/* test_proxy.c - whose word about a client is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "edge/http/proxy.h"
#include "edge/sys/memory.h"

static struct proxy_list
list_of(const char *text)
{
	struct proxy_list list;
	assert_int_equal(proxy_list_parse(span_of(text), &list, NULL), ERR_NONE);
	return list;
}

static void
test_lists(void **state)
{
	static const struct {
		const char *list, *address;
		bool        trusted;
	} CASES[] = {
		{ "", "127.0.0.1", false },
		{ " ", "127.0.0.1", false },
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "::ffff:127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "127.0.0.1", "::1", false },
		{ "10.0.0.0/8", "10.255.0.9", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.1.2.3/15", "10.0.9.9", true },
		{ "10.1.2.3/15", "10.2.0.0", false },
		{ "0.0.0.0/0", "1.2.3.4", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "::1 ,\t10.0.0.1", "10.0.0.1", true },
		{ "::1,10.0.0.1", "::1", true },
		{ "127.0.0.1", "", false },
		{ "127.0.0.1", "localhost", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct proxy_list list = list_of(CASES[i].list);
		if (proxy_trusts(&list, span_of(CASES[i].address)) != CASES[i].trusted)
			fail_msg("%s in '%s'", CASES[i].address, CASES[i].list);
	}
}

static void
test_lists_that_are_refused(void **state)
{
	static const char *const LISTS[] = {
		"localhost",    "127.0.0.1,",   "127.0.0.1/33", "::1/129",
		"127.0.0.1/",   "127.0.0.1/-1", "127.0.0.1/8x", ",",
		"127.0.0.1:80", "1.2.3",        "1.2.3.4/0000",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
		struct proxy_list list    = { .count = 7 };
		struct refusal    refusal = { .err = ERR_NONE };
		if (proxy_list_parse(span_of(LISTS[i]), &list, &refusal) != ERR_SETTING)
			fail_msg("'%s' is a list", LISTS[i]);
		assert_int_equal(list.count, 7);
		assert_string_equal(refusal.field, "http.trusted_proxy");
	}
}

/* The nearest one that is no proxy of ours: what stands before it anybody may have made up. */
static void
test_clients(void **state)
{
	static const struct {
		const char *peer, *forwarded, *client;
	} CASES[] = {
		{ "127.0.0.1", "", "127.0.0.1" },
		{ "127.0.0.1", "9.9.9.9", "9.9.9.9" },
		{ "8.8.8.8", "9.9.9.9", "8.8.8.8" },
		{ "127.0.0.1", "6.6.6.6, 9.9.9.9", "9.9.9.9" },
		{ "127.0.0.1", "6.6.6.6,9.9.9.9 , 10.0.0.7", "9.9.9.9" },
		{ "127.0.0.1", "10.0.0.8, 10.0.0.7", "10.0.0.8" },
		{ "127.0.0.1", "6.6.6.6, unknown, 10.0.0.7", "10.0.0.7" },
		{ "127.0.0.1", "unknown", "127.0.0.1" },
		{ "127.0.0.1", "6.6.6.6,", "127.0.0.1" },
		{ "127.0.0.1", "9.9.9.9:4711", "9.9.9.9" },
		{ "127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7" },
		{ "127.0.0.1", "2001:DB8:0::7", "2001:db8::7" },
		{ "127.0.0.1", "::ffff:9.9.9.9", "9.9.9.9" },
		{ "::ffff:127.0.0.1", "9.9.9.9", "9.9.9.9" },
		{ "127.0.0.1", "<script>", "127.0.0.1" },
		{ "127.0.0.1", "[", "127.0.0.1" },
		{ "127.0.0.1", "[]", "127.0.0.1" },
		{ "127.0.0.1", ":", "127.0.0.1" },
	};
	struct proxy_list list = list_of("127.0.0.1,10.0.0.0/8");
	struct arena      arena;
	(void)state;
	arena_open(&arena, system_memory());
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct span client = proxy_client(&list, span_of(CASES[i].peer),
		                                  span_of(CASES[i].forwarded), &arena);
		if (!span_equal(client, span_of(CASES[i].client)))
			fail_msg("%s, '%s': %.*s", CASES[i].peer, CASES[i].forwarded,
			         (int)client.size, client.at);
	}
	arena_close(&arena);
}

static void
test_the_last_word_is_the_proxys(void **state)
{
	(void)state;
	assert_true(proxy_is_https(SPAN("https")));
	assert_true(proxy_is_https(SPAN("http, HTTPS ")));
	assert_false(proxy_is_https(SPAN("https, http")));
	assert_false(proxy_is_https(SPAN("http")));
	assert_false(proxy_is_https(SPAN("")));
	assert_false(proxy_is_https(SPAN("httpss")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_lists_that_are_refused),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_the_last_word_is_the_proxys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
