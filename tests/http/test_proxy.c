/* test_proxy.c - browsers behind a proxy that ends TLS. */
#define _GNU_SOURCE
#include "sign_in_site.h"

#define TLS "X-Forwarded-Proto: https\r\n"
#define FROM(address) "X-Forwarded-For: " address "\r\n"

static int
behind_open(void **state)
{
	if (place_open(state) != 0)
		return -1;
	struct place *place = *state;
	place_stop(place);
	place->proxies = "127.0.0.1, 10.0.0.0/8";
	place_start(place);
	return 0;
}

static int
sign_in_status(struct place *place, const char *password, const char *fields)
{
	struct reply reply  = sign_in(place, "vic@acme.io", password, fields);
	int          status = reply.status;
	reply_free(&reply);
	return status;
}

static void
test_A22_the_cookie_is_secure_behind_a_trusted_proxy(void **state)
{
	struct place  *place = *state;
	struct browser vic   = { .place = place };
	struct reply   reply = sign_in(place, "vic@acme.io", PASSWORD, TLS FROM("9.9.9.9"));
	assert_int_equal(reply.status, 201);
	assert_non_null(strstr(reply.text, "Set-Cookie: __Host-tally="));
	assert_non_null(strstr(reply.text, "; Secure\r\n"));
	text_between(reply.text, "Set-Cookie: ", ';', vic.cookie, sizeof vic.cookie);
	reply_free(&reply);
	assert_int_equal(browse_status(&vic, "GET", "/v1/session", TLS, NULL), 200);
	/* The name with the prefix is one of TLS alone. */
	assert_int_equal(browse_status(&vic, "GET", "/v1/session", "", NULL), 401);
	reply = sign_in(place, "vic@acme.io", PASSWORD, "X-Forwarded-Proto: http\r\n");
	assert_non_null(strstr(reply.text, "Set-Cookie: tally_session="));
	assert_null(strstr(reply.text, "Secure"));
	reply_free(&reply);
}

static void
test_A22_nobody_is_believed_who_is_not_named(void **state)
{
	struct place *place = *state;
	struct reply  reply = sign_in(place, "vic@acme.io", PASSWORD, TLS FROM("9.9.9.9"));
	assert_int_equal(reply.status, 201);
	assert_non_null(strstr(reply.text, "Set-Cookie: tally_session="));
	assert_null(strstr(reply.text, "Secure"));
	reply_free(&reply);
	/* And the wait goes by where the connection comes from, whatever it says. */
	for (int i = 0; i < 5; i++) {
		char fields[64];
		snprintf(fields, sizeof fields, "X-Forwarded-For: 9.9.9.%d\r\n", i);
		assert_int_equal(sign_in_status(place, "wrong", fields), 401);
	}
	assert_int_equal(sign_in_status(place, PASSWORD, FROM("9.9.9.9")), 429);
}

static void
test_A22_the_wait_is_of_the_clients_address(void **state)
{
	struct place *place = *state;
	for (int i = 0; i < 5; i++) {
		/* What the client made up before does not count. */
		char fields[96];
		snprintf(fields, sizeof fields, "X-Forwarded-For: 6.6.6.%d, 9.9.9.9, 10.0.0.2\r\n",
		         i);
		assert_int_equal(sign_in_status(place, "wrong", fields), 401);
	}
	assert_int_equal(sign_in_status(place, PASSWORD, FROM("9.9.9.9")), 429);
	assert_int_equal(sign_in_status(place, PASSWORD, FROM("8.8.8.8")), 201);
}

/* A proxy may add a line of its own behind that of the client: the last one counts. */
static void
test_A24_the_trail_shows_the_clients_address(void **state)
{
	struct place *place = *state;
	assert_int_equal(sign_in_status(place, PASSWORD, FROM("6.6.6.6") FROM("2001:DB8::7") TLS),
	                 201);
	struct reply reply = ask(&place->site, "GET", "/v1/audit?limit=3", place->key, "", NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "2001:db8::7"));
	assert_null(strstr(reply.body, "6.6.6.6"));
	reply_free(&reply);
}

static void
test_a_list_that_cannot_be_read_is_refused(void **state)
{
	struct place             *place   = *state;
	struct api_server_options options = site_options(place->local.engine);
	struct refusal            refusal = { .err = ERR_NONE };
	struct api_server        *server  = NULL;
	options.trusted_proxies           = SPAN("127.0.0.1, nginx");
	assert_int_equal(api_server_start(&options, &server, &refusal), ERR_SETTING);
	assert_string_equal(refusal.field, "http.trusted_proxy");
	assert_non_null(strstr(refusal.detail, "nginx"));
	assert_null(server);
}

#define BEHIND(test) cmocka_unit_test_setup_teardown(test, behind_open, place_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BEHIND(test_A22_the_cookie_is_secure_behind_a_trusted_proxy),
		cmocka_unit_test_setup_teardown(test_A22_nobody_is_believed_who_is_not_named,
		                                place_open, place_close),
		BEHIND(test_A22_the_wait_is_of_the_clients_address),
		BEHIND(test_A24_the_trail_shows_the_clients_address),
		BEHIND(test_a_list_that_cannot_be_read_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
