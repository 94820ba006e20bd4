/* test_webhook.c - where webhooks may go, how they are signed, which mail settings stand. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "edge/http/mail.h"
#include "edge/http/webhook.h"

/* The example of Standard Webhooks 1.0.0. */
static void
test_A30_signature_is_that_of_the_standard(void **state)
{
	(void)state;
	uint8_t secret[64];
	size_t  size;
	char    signature[WEBHOOK_SIGNATURE_SIZE + 1];
	assert_int_equal(sodium_base642bin(secret, sizeof(secret),
	                                   "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 32, NULL, &size,
	                                   NULL, sodium_base64_VARIANT_ORIGINAL),
	                 0);
	struct webhook_call call = { .id            = SPAN("msg_p5jXN8AQM9LWM0D4loKWxJek"),
		                     .timestamp_s   = 1614265330,
		                     .body          = SPAN("{\"test\": 2432232314}"),
		                     .secrets       = { { (const char *)secret, size } },
		                     .secrets_count = 1 };
	webhook_sign(&call, 0, signature);
	assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

struct reach {
	const char *address;
	bool        is_public;
};

static const struct reach REACH[] = {
	{ "0.0.0.0", false },
	{ "0.255.255.255", false },
	{ "1.0.0.0", true },
	{ "8.8.8.8", true },
	{ "9.255.255.255", true },
	{ "10.0.0.0", false },
	{ "10.255.255.255", false },
	{ "11.0.0.0", true },
	{ "100.63.255.255", true },
	{ "100.64.0.0", false },
	{ "100.127.255.255", false },
	{ "100.128.0.0", true },
	{ "126.255.255.255", true },
	{ "127.0.0.1", false },
	{ "127.255.255.255", false },
	{ "128.0.0.0", true },
	{ "169.253.255.255", true },
	{ "169.254.0.0", false },
	{ "169.254.169.254", false },
	{ "169.255.0.0", true },
	{ "172.15.255.255", true },
	{ "172.16.0.0", false },
	{ "172.31.255.255", false },
	{ "172.32.0.0", true },
	{ "192.0.0.8", false },
	{ "192.0.1.0", true },
	{ "192.0.2.1", false },
	{ "192.0.3.0", true },
	{ "192.88.99.1", false },
	{ "192.167.255.255", true },
	{ "192.168.0.1", false },
	{ "192.168.255.255", false },
	{ "192.169.0.0", true },
	{ "198.17.255.255", true },
	{ "198.18.0.1", false },
	{ "198.19.255.255", false },
	{ "198.20.0.0", true },
	{ "198.51.100.7", false },
	{ "198.51.101.0", true },
	{ "203.0.113.7", false },
	{ "203.0.114.0", true },
	{ "223.255.255.255", true },
	{ "224.0.0.1", false },
	{ "239.255.255.250", false },
	{ "240.0.0.1", false },
	{ "255.255.255.255", false },
	{ "::", false },
	{ "::1", false },
	{ "::7f00:1", false },
	{ "::ffff:127.0.0.1", false },
	{ "::ffff:10.1.2.3", false },
	{ "::ffff:8.8.8.8", true },
	{ "64:ff9b::7f00:1", false },
	{ "64:ff9b::a9fe:a9fe", false },
	{ "64:ff9b::808:808", true },
	{ "64:ff9b:1::808:808", false },
	{ "100::1", false },
	{ "2001::1", false },
	{ "2001:1ff:ffff::1", false },
	{ "2001:200::1", true },
	{ "2001:db8::1", false },
	{ "2001:4860:4860::8888", true },
	{ "2002:7f00:1::", false },
	{ "2002:808:808::1", false },
	{ "2606:4700::1111", true },
	{ "3fff::1", false },
	{ "3fff:1000::1", true },
	{ "4000::1", false },
	{ "fc00::1", false },
	{ "fd12:3456::1", false },
	{ "fe80::1", false },
	{ "fec0::1", false },
	{ "ff02::1", false },
};

static void
test_A30_only_public_addresses_are_called(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(REACH) / sizeof(REACH[0]); i++) {
		struct sockaddr_storage storage = { 0 };
		struct sockaddr_in     *four    = (struct sockaddr_in *)&storage;
		struct sockaddr_in6    *six     = (struct sockaddr_in6 *)&storage;
		const char             *text    = REACH[i].address;
		bool                    is_six  = strchr(text, ':') != NULL;
		storage.ss_family               = is_six ? AF_INET6 : AF_INET;
		assert_int_equal(
			inet_pton(storage.ss_family, text,
		                  is_six ? (void *)&six->sin6_addr : (void *)&four->sin_addr),
			1);
		if (address_is_public((struct sockaddr *)&storage) != REACH[i].is_public)
			fail_msg("%s", text);
	}
	struct sockaddr other = { .sa_family = AF_UNIX };
	assert_false(address_is_public(&other));
}

static void
test_A30_mail_settings_are_checked(void **state)
{
	(void)state;
	static const struct {
		struct mail_server server;
		const char        *field; /* NULL: fine */
	} cases[] = {
		{ { .server = "h:25", .from = "a@b" }, NULL },
		{ { .server = "smtps://h", .from = "a@b" }, NULL },
		{ { .server = "", .from = "a@b" }, "smtp.server" },
		{ { .server = "smtp://h", .from = "a@b" }, "smtp.server" },
		{ { .server = "u@h", .from = "a@b" }, "smtp.server" },
		{ { .server = "h", .from = "" }, "smtp.from" },
		{ { .server = "h", .from = "a" }, "smtp.from" },
		{ { .server = "h", .from = "a@b>\r\nX" }, "smtp.from" },
		{ { .server = "h", .from = "a@b", .user = "u" }, "smtp.password_file" },
		{ { .server = "h", .from = "a@b", .user = "u", .password_file = "p" }, NULL },
		{ { .server        = "h",
		    .from          = "a@b",
		    .user          = "u",
		    .password_file = "p",
		    .tls           = MAIL_TLS_NONE },
		  "smtp.tls" },
		{ { .server        = "h",
		    .from          = "a@b",
		    .user          = "u",
		    .password_file = "p",
		    .tls           = MAIL_TLS_OPPORTUNISTIC },
		  "smtp.tls" },
		{ { .server        = "smtps://h",
		    .from          = "a@b",
		    .user          = "u",
		    .password_file = "p",
		    .tls           = MAIL_TLS_NONE },
		  NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		enum err       err     = mail_check(&cases[i].server, &refusal);
		assert_int_equal(err, cases[i].field ? ERR_SETTING : ERR_NONE);
		if (cases[i].field)
			assert_string_equal(refusal.field, cases[i].field);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A30_signature_is_that_of_the_standard),
		cmocka_unit_test(test_A30_only_public_addresses_are_called),
		cmocka_unit_test(test_A30_mail_settings_are_checked),
	};
	return cmocka_run_group_tests_name("webhook", tests, NULL, NULL);
}
