/* notify_fixture.h - an engine with two accounts, and rules put into one of them. */
#ifndef TALLY_TESTS_NOTIFY_FIXTURE_H
#define TALLY_TESTS_NOTIFY_FIXTURE_H

#include "engine_fixture.h"

#include "core/json/json_read.h"
#include "edge/store/store_fault.h"
#include "engine/notify.h"

static const char SECRET[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char OTHER[]  = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

struct site {
	struct fixture fixture;
	struct store  *store;
};

static inline int
site_open(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(&site->fixture);
	site->store = store_fault_open(store_memory_open());
	fixture_engine(&site->fixture, site->store);
	fixture_account(&site->fixture, "acme");
	fixture_account(&site->fixture, "globex");
	*state = site;
	return 0;
}

static inline int
site_close(void **state)
{
	struct site *site = *state;
	engine_close(site->fixture.engine);
	fixture_close(&site->fixture);
	free(site);
	return 0;
}

static inline enum err
try_put(struct site *site, const char *json, struct span *answer, struct refusal *refusal)
{
	return engine_rules_put(site->fixture.engine, &BY_TEST, SPAN("acme"), span_of(json),
	                        &site->fixture.arena, answer, refusal);
}

static inline struct span
put(struct site *site, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (try_put(site, json, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return answer;
}

static inline struct span
rules(struct site *site)
{
	struct span answer;
	assert_int_equal(engine_rules_get(site->fixture.engine, SPAN("acme"), &site->fixture.arena,
	                                  &answer, NULL),
	                 ERR_NONE);
	return answer;
}

static inline bool
holds(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part)) != NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)

#endif
