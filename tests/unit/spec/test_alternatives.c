/* test_alternatives.c - the published variants, turned on (L-36). */
#include "site.h"

static int64_t
used_of(struct site *site, const char *module, const char *at)
{
	return number(figure_at(site, module, "", at), "used");
}

/* A site whose catalogue has these alternatives on. */
static struct site *
site_with(const char *alternatives)
{
	struct site *site = calloc(1, sizeof(*site));
	fixture_open(&site->fixture);
	assert_int_equal(catalog_turn_on(site->fixture.catalog, span_of(alternatives),
	                                 &site->fixture.arena, &site->fixture.catalog, NULL),
	                 ERR_NONE);
	assert_int_equal(catalog_check(site->fixture.catalog, NULL), ERR_NONE);
	fixture_engine(&site->fixture, store_memory_open());
	fixture_account(&site->fixture, "acme");
	text_open(&site->lines, &site->fixture.arena);
	return site;
}

static void
six_functions(struct site *site)
{
	for (int i = 0; i < 6; i++) {
		char name[16];
		snprintf(name, sizeof(name), "f%d", i);
		say(site, "srm.activity", name, "2026-05-01T10:00:00Z", "\"kind\":\"function\"");
		say(site, "ce.experiment", name, "2026-05-01T10:00:00Z",
		    "\"target_kind\":\"function\"");
	}
	send(site);
}

static void
test_L36_five_functions_a_service(void **state)
{
	(void)state;
	static const struct {
		const char *alternatives;
		int64_t     used;
	} rows[] = { { "", 1 },
		     { "ce-365-days", 1 },
		     { "five-functions", 2 },
		     { "ce-365-days,five-functions", 2 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site *site    = site_with(rows[i].alternatives);
		void        *closing = site;
		six_functions(site);
		assert_int_equal(used_of(site, "SRM", "2026-05-02T00:00:00Z"), rows[i].used);
		assert_int_equal(used_of(site, "CE", "2026-05-02T00:00:00Z"), rows[i].used);
		site_close(&closing);
	}
}

static void
test_L36_experiments_of_365_days(void **state)
{
	(void)state;
	struct site *site    = site_with("ce-365-days");
	void        *closing = site;
	say(site, "ce.experiment", "t", "2025-05-01T10:00:00Z", "\"target_kind\":\"host\"");
	say(site, "srm.activity", "s", "2025-05-01T10:00:00Z", "");
	send(site);
	assert_int_equal(used_of(site, "CE", "2026-05-01T09:00:00Z"), 1);
	assert_int_equal(used_of(site, "CE", "2026-05-01T10:00:00Z"), 0);
	assert_int_equal(used_of(site, "SRM", "2026-05-01T09:00:00Z"), 0);
	assert_int_equal(used_of(site, "SRM", "2025-05-02T00:00:00Z"), 1);
	site_close(&closing);
}

static void
test_L36_an_unknown_alternative_is_refused(void **state)
{
	struct site          *site    = *state;
	struct refusal        refusal = { .err = ERR_NONE };
	const struct catalog *changed = NULL;
	assert_int_equal(catalog_turn_on(site->fixture.catalog, SPAN("ce-365-days,nothing"),
	                                 &site->fixture.arena, &changed, &refusal),
	                 ERR_CATALOG);
	assert_null(changed);
	assert_string_equal(refusal.field, "nothing");
	assert_int_equal(site->fixture.catalog->alternatives_count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L36_five_functions_a_service),
		cmocka_unit_test(test_L36_experiments_of_365_days),
		cmocka_unit_test_setup_teardown(test_L36_an_unknown_alternative_is_refused,
		                                site_open, site_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
