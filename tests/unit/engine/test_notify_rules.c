/* test_notify_rules.c - who is told of what, and the secrets of webhooks. */
#include "notify_fixture.h"

static void
test_A31_rules_begin_with_everything(void **state)
{
	struct site *site  = *state;
	struct span  shown = rules(site);
	assert_true(holds(shown, "\"administrators\":true"));
	assert_true(holds(shown, "\"contract.ending\":[60,30,7,1]"));
	assert_true(holds(shown, "\"credits.low\":[20]"));
	assert_true(holds(shown, "\"kinds\":[\"module.over\",\"contract.ending\""));
}

static void
test_A31_what_is_shown_can_be_put_again(void **state)
{
	struct site *site = *state;
	put(site, "{\"emails\":[\"a@example.org\"],\"webhooks\":[{\"url\":\"https://h.example/x\","
	          "\"kinds\":[\"test\"]}],\"thresholds\":{\"contract.ending\":[90]},"
	          "\"kinds\":[\"contract.ending\",\"test\"],\"administrators\":false}");
	struct span first = rules(site);
	char        json[4096];
	snprintf(json, sizeof(json), "%.*s", (int)first.size, first.at);
	assert_span_equal(put(site, json), first);
	assert_span_equal(rules(site), first);
}

static void
test_A31_rules_are_refused_by_name(void **state)
{
	struct site *site = *state;
	static const struct {
		const char *json;
		const char *field;
	} cases[] = {
		{ "{\"emails\":[\"a b@c\"]}", "emails" },
		{ "{\"emails\":[\"a@b\\r\\nBcc: c@d\"]}", "emails" },
		{ "{\"emails\":\"a@b\"}", "emails" },
		{ "{\"mails\":[]}", "mails" },
		{ "{\"webhooks\":[{\"url\":\"ftp://h/x\"}]}", "url" },
		{ "{\"webhooks\":[{\"url\":\"https://user:pw@h/x\"}]}", "url" },
		{ "{\"webhooks\":[{\"url\":\"https://\"}]}", "url" },
		{ "{\"webhooks\":[{\"url\":\"https://h/ x\"}]}", "url" },
		{ "{\"webhooks\":[{}]}", "url" },
		{ "{\"webhooks\":[7]}", "webhooks" },
		{ "{\"webhooks\":[{\"url\":\"https://h/x\",\"secret\":\"whsec_AAAA\"}]}",
		  "secret" },
		{ "{\"webhooks\":[{\"url\":\"https://h/x\",\"secret\":\"nonsense\"}]}", "secret" },
		{ "{\"webhooks\":[{\"url\":\"https://h/x\"},{\"url\":\"https://h/x\"}]}", "url" },
		{ "{\"webhooks\":[{\"url\":\"https://h/x\",\"sealed\":\"x\"}]}", "sealed" },
		{ "{\"kinds\":[\"frob\"]}", "kinds" },
		{ "{\"thresholds\":{\"contract.ending\":[0]}}", "thresholds" },
		{ "{\"thresholds\":{\"contract.ending\":[1,2,3,4,5,6,7,8,9]}}", "thresholds" },
		{ "{\"thresholds\":{\"test\":[1]}}", "thresholds" },
		{ "{\"administrators\":1}", "administrators" },
		{ "[]", "" },
	};
	struct span before = rules(site);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		struct span    answer;
		assert_int_not_equal(try_put(site, cases[i].json, &answer, &refusal), ERR_NONE);
		assert_string_equal(refusal.field, cases[i].field);
	}
	assert_span_equal(rules(site), before);
}

struct looking {
	const char *part;
	bool        found;
};

static enum err
look(void *context, struct span key, struct span value)
{
	struct looking *looking = context;
	looking->found |= holds(key, looking->part) || holds(value, looking->part);
	return ERR_NONE;
}

static bool
store_holds(struct site *site, const char *part)
{
	struct looking looking = { part, false };
	for (int space = 0; space < SPACE_COUNT; space++)
		assert_int_equal(site->store->ops->scan(site->store, (enum store_space)space,
		                                        SPAN(""), SPAN(""), look, &looking),
		                 ERR_NONE);
	return looking.found;
}

/* Not shown, not in the audit trail, not in clear in the store and so in no backup. */
static void
test_A31_secrets_are_never_shown_again(void **state)
{
	struct site *site = *state;
	char         json[512];
	snprintf(json, sizeof(json),
	         "{\"webhooks\":[{\"url\":\"https://h.example/x\",\"secret\":\"%s\"}]}", SECRET);
	assert_false(holds(put(site, json), SECRET + 6));
	assert_false(holds(rules(site), SECRET + 6));
	assert_true(store_holds(site, "h.example"));
	assert_false(store_holds(site, SECRET + 6));
	struct span drawn = put(site, "{\"webhooks\":[{\"url\":\"https://new.example/\"}]}");
	assert_true(holds(drawn, "\"secret\":\"whsec_"));
	assert_false(holds(rules(site), "whsec_"));
	assert_false(store_holds(site, "whsec_"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_A31_rules_begin_with_everything),
		TEST(test_A31_what_is_shown_can_be_put_again),
		TEST(test_A31_rules_are_refused_by_name),
		TEST(test_A31_secrets_are_never_shown_again),
	};
	return cmocka_run_group_tests_name("notify_rules", tests, NULL, NULL);
}
