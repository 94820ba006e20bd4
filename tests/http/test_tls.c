/* test_tls.c - the server behind a certificate made for the test. */
#define _GNU_SOURCE
#include "http_test.h"

#include <sys/stat.h>

#include "edge/sys/memory.h"

static bool
certificate_make(const char *cert, const char *key)
{
	char command[512];
	snprintf(
		command, sizeof(command),
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
		"-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout %s -out %s "
		"2>/dev/null",
		key, cert);
	return system(command) == 0;
}

static void
tls_ask(const struct site *site, const char *cert)
{
	struct arena      arena;
	struct http_reply reply = { 0 };
	struct http_call  call  = { .method       = "POST",
		                    .path         = "/v1/events",
		                    .content_type = "application/x-ndjson",
		                    .body         = SPAN("{}\n") };
	arena_open(&arena, system_memory());
	struct http_client *client = client_open(site, "https", "tly_i", cert);
	assert_int_equal(http_client_call(client, &call, &arena, &reply, NULL), ERR_NONE);
	assert_int_equal(reply.status, 200);
	http_client_close(client);
	/* A client that does not know the certificate does not send its key. */
	client = client_open(site, "https", "tly_i", NULL);
	assert_int_equal(http_client_call(client, &call, &arena, &reply, NULL), ERR_NETWORK);
	http_client_close(client);
	arena_close(&arena);
}

static void
assert_refuses_old_tls(const struct site *site)
{
	char command[512];
	snprintf(command, sizeof(command),
	         "openssl s_client -connect 127.0.0.1:%u -tls1_1 -cipher ALL:@SECLEVEL=0 "
	         "</dev/null >/dev/null 2>&1",
	         site->port);
	assert_int_not_equal(system(command), 0);
	snprintf(command, sizeof(command),
	         "openssl s_client -connect 127.0.0.1:%u -tls1_2 -cipher AES128-SHA:ECDHE-ECDSA-"
	         "AES128-SHA </dev/null >/dev/null 2>&1",
	         site->port);
	assert_int_not_equal(system(command), 0);
	snprintf(command, sizeof(command),
	         "openssl s_client -connect 127.0.0.1:%u -tls1_2 </dev/null >/dev/null 2>&1",
	         site->port);
	assert_int_equal(system(command), 0);
}

static void
test_tls(void **state)
{
	(void)state;
	char folder[] = "/tmp/tally-tls-XXXXXX", cert[64], key[64];
	assert_non_null(mkdtemp(folder));
	snprintf(cert, sizeof(cert), "%s/cert.pem", folder);
	snprintf(key, sizeof(key), "%s/key.pem", folder);
	if (!certificate_make(cert, key)) {
		rmdir(folder);
		skip();
	}
	struct site               site;
	struct api_server_options options = site_options(stub_open(0));
	options.tls_cert                  = cert;
	options.tls_key                   = key;
	site_open_with(&site, &options);
	tls_ask(&site, cert);
	assert_refuses_old_tls(&site);
	/* Plain bytes on the TLS port are no request. */
	assert_int_not_equal(ask_status(&site, "GET", "/healthz", NULL, "", NULL), 200);
	site_close(&site);
	unlink(cert);
	unlink(key);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
