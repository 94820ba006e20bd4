/* test_contract_force.c - versions of contracts: what is in force, what may not be put. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/licence/contract.h"

/* A contract of one module by hand; hours are small numbers. */
static struct contract
made(const char *id, enum contract_model model, const char *module, int32_t start, int32_t end,
     int32_t from, int64_t owned)
{
	struct contract contract = { .id         = span_of(id),
		                     .model      = model,
		                     .start_hour = start,
		                     .end_hour   = end,
		                     .from_hour  = from };

	if (model != MODEL_FLEX) {
		contract.modules[0]    = (struct contract_module){ .module     = span_of(module),
			                                           .model      = model,
			                                           .developers = owned };
		contract.modules_count = 1;
	}
	return contract;
}

static int64_t
owned_at(const struct contract_version *versions, uint32_t count, int32_t hour, int64_t known)
{
	const struct contract_version *version = NULL;
	const struct contract_module  *row = contract_in_force(versions, count, SPAN("CD"), hour,
	                                                       (struct instant){ known }, &version);

	assert_true((row == NULL) == (version == NULL));
	return row ? row->developers : -1;
}

static void
test_A3_version_in_force(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_DEVELOPER_360, "CD", 10, 100, 10, 1), { 1 } },
		{ made("b", MODEL_DEVELOPER_360, "CD", 100, 200, 100, 2), { 2 } },
		{ made("a", MODEL_DEVELOPER_360, "CD", 10, 100, 50, 3), { 3 } },   /* raised */
		{ made("a", MODEL_DEVELOPER_360, "CD", 10, 80, 70, 4), { 4 } },    /* ends early */
		{ made("b", MODEL_DEVELOPER_360, "CD", 100, 200, 100, 5), { 5 } }, /* corrected */
		{ made("c", MODEL_FLEX, NULL, 0, 1000, 0, 0), { 6 } },
	};
	static const struct {
		int32_t hour;
		int64_t known, owned;
	} table[] = {
		{ 9, 9, -1 },   { 10, 9, 1 },   { 49, 9, 1 },  { 50, 9, 3 },  { 69, 9, 3 },
		{ 70, 9, 4 },   { 79, 9, 4 },   { 80, 9, -1 }, { 99, 9, -1 }, { 100, 9, 5 },
		{ 199, 9, 5 },  { 200, 9, -1 }, { 50, 2, 1 },  { 80, 3, 3 },  { 100, 4, 2 },
		{ 100, 1, -1 }, { 10, 0, -1 },  { 80, 4, -1 }, { 70, 3, 3 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(owned_at(versions, 6, table[i].hour, table[i].known),
		                 table[i].owned);
	assert_null(contract_in_force(versions, 6, SPAN("STO"), 50, (struct instant){ 9 }, NULL));
	assert_null(contract_in_force(NULL, 0, SPAN("CD"), 50, (struct instant){ 9 }, NULL));
}

static void
test_A2_overlap_is_refused(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_DEVELOPER_360, "CD", 0, 100, 0, 1), { 1 } },
		{ made("f", MODEL_FLEX, NULL, 50, 60, 50, 0), { 2 } },
		{ made("a", MODEL_DEVELOPER_360, "CD", 0, 40, 20, 1), { 3 } }, /* cut to 40 */
	};
	static const struct {
		const char *id, *module;
		int32_t     start, end, from;
		enum err    err;
		const char *detail;
	} table[] = {
		{ "b", "CD", 40, 100, 40, ERR_NONE, "" },
		{ "b", "CD", 39, 100, 39, ERR_CONTRACT_OVERLAP,
		  "b and a would both hold for CD from 1970-01-02T15:00:00Z to "
		  "1970-01-02T16:00:00Z" },
		{ "b", "CD", 39, 100, 40, ERR_NONE, "" },
		{ "b", "CD", -10, 0, -10, ERR_NONE, "" },
		{ "b", "CD", -10, 1, -10, ERR_CONTRACT_OVERLAP, "b and a" },
		{ "b", "STO", 0, 100, 0, ERR_NONE, "" },
		{ "a", "CD", 0, 300, 30, ERR_NONE, "" }, /* a new version of a itself */
		{ "a", "CD", 0, 300, 0, ERR_NONE, "" },
		{ "g", NULL, 0, 50, 0, ERR_NONE, "" },
		{ "g", NULL, 59, 70, 59, ERR_CONTRACT_OVERLAP, "g and f would both hold for FLEX" },
		{ "g", NULL, 60, 70, 60, ERR_NONE, "" },
		{ "f", NULL, 0, 70, 0, ERR_NONE, "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal  refusal = { .err = ERR_NONE };
		struct contract next =
			made(table[i].id, table[i].module ? MODEL_DEVELOPER_360 : MODEL_FLEX,
		             table[i].module, table[i].start, table[i].end, table[i].from, 1);
		enum err err = contract_admit(versions, 3, &next, &refusal);
		if (err != table[i].err)
			print_error("row %zu: %s\n", i, refusal.detail);
		assert_int_equal(err, table[i].err);
		assert_non_null(strstr(refusal.detail, table[i].detail));
	}
}

/* Every hour of every pair, straight from the sentence, against random puts. */
static void
test_A2_no_two_contracts_hold_for_a_module_at_an_hour(void **state)
{
	(void)state;
	static const char *const ids[]     = { "a", "b", "c" };
	static const char *const modules[] = { "CD", "STO", NULL };
	uint64_t                 seed      = 4711;
	uint32_t                 refused   = 0;
	uint32_t                 admitted  = 0;

	for (int round = 0; round < 400; round++) {
		struct contract_version versions[12];
		uint32_t                count = 0;
		for (int put = 0; put < 12; put++) {
			uint32_t random[6];
			for (int i = 0; i < 6; i++) {
				seed      = seed * 6364136223846793005u + 1442695040888963407u;
				random[i] = (uint32_t)(seed >> 33);
			}
			const char     *module = modules[random[1] % 3];
			int32_t         start  = (int32_t)(random[2] % 40);
			struct contract next =
				made(ids[random[0] % 3], module ? MODEL_DEVELOPER_360 : MODEL_FLEX,
			             module, start, start + 1 + (int32_t)(random[3] % 20),
			             start - 5 + (int32_t)(random[4] % 25), 1);
			enum err err = contract_admit(versions, count, &next, NULL);

			/* By definition: at each hour, of each id the version in force. */
			bool overlap    = false;
			versions[count] = (struct contract_version){ next, { put } };
			for (int32_t hour = -10; hour < 80; hour++) {
				int holding[3] = { 0 };
				for (int id = 0; id < 3; id++) {
					const struct contract *held = NULL;
					for (uint32_t i = 0; i <= count; i++) {
						const struct contract *c = &versions[i].contract;
						if (span_equal(c->id, span_of(ids[id])) &&
						    c->from_hour <= hour &&
						    (!held || c->from_hour >= held->from_hour))
							held = c;
					}
					if (!held || hour < held->start_hour ||
					    hour >= held->end_hour)
						continue;
					if (held->model == MODEL_FLEX)
						holding[2]++;
					else
						holding[span_equal(held->modules[0].module,
						                   SPAN("STO"))]++;
				}
				overlap |= holding[0] > 1 || holding[1] > 1 || holding[2] > 1;
			}
			if (next.from_hour >= next.end_hour) { /* it would never hold */
				assert_int_equal(err, ERR_CONTRACT_PERIOD);
				continue;
			}
			assert_int_equal(err, overlap ? ERR_CONTRACT_OVERLAP : ERR_NONE);
			refused += overlap;
			admitted += !overlap;
			count += !overlap;
		}
	}
	assert_true(refused > 300 && admitted > 300);
}

enum { DAY = 24 };

static struct contract
trial(const char *id, int32_t start, int32_t end)
{
	struct contract contract = made(id, MODEL_DEVELOPER_360, "CD", start, end, start, 1);

	contract.kind = SPAN("TRIAL");
	return contract;
}

static void
test_A2_trial_lasts_14_days_and_is_extended_once(void **state)
{
	(void)state;
	static const struct {
		int32_t  ends[3]; /* of the versions before, all from 0; 0: no more */
		int32_t  start, end;
		enum err err;
	} table[] = {
		{ { 0 }, 0, 14 * DAY, ERR_NONE },
		{ { 0 }, 0, 14 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 0 }, 0, 365 * DAY, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, 0, 28 * DAY, ERR_NONE },
		{ { 14 * DAY }, 0, 28 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, -1, 14 * DAY, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, 14 * DAY, 28 * DAY, ERR_NONE },
		{ { 7 * DAY }, 0, 21 * DAY, ERR_NONE },
		{ { 7 * DAY }, 0, 21 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, 0, 14 * DAY, ERR_NONE },          /* other counts */
		{ { 14 * DAY }, 0, 3 * DAY, ERR_NONE },           /* cut short, ... */
		{ { 14 * DAY, 3 * DAY }, 0, 14 * DAY, ERR_NONE }, /* ... and not after all */
		{ { 14 * DAY, 20 * DAY }, 0, 20 * DAY, ERR_NONE },
		{ { 14 * DAY, 20 * DAY }, 0, 20 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY, 28 * DAY, 5 * DAY }, 0, 28 * DAY, ERR_NONE },
		{ { 14 * DAY, 28 * DAY, 5 * DAY }, 28 * DAY, 29 * DAY, ERR_CONTRACT_TRIAL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct contract_version versions[4];
		uint32_t                count = 0;
		for (; count < 3 && table[i].ends[count] != 0; count++)
			versions[count].contract = trial("a", 0, table[i].ends[count]);
		/* The trial of another id is nobody's extension. */
		versions[count].contract = trial("b", -100 * DAY, -90 * DAY);
		struct refusal  refusal  = { .err = ERR_NONE };
		struct contract next     = trial("a", table[i].start, table[i].end);
		enum err        err      = contract_admit(versions, count + 1, &next, &refusal);
		if (err != table[i].err)
			print_error("row %zu: %s\n", i, refusal.detail);
		assert_int_equal(err, table[i].err);
		if (err != ERR_NONE)
			assert_non_null(strstr(refusal.detail, table[i].ends[1] != 0
			                                               ? "extended once already"
			                                               : "lasts 14 days"));
	}
}

static void
test_A3_trial_becomes_paid_without_a_limit(void **state)
{
	(void)state;
	const struct contract_version versions[] = { { trial("a", 0, 14 * DAY), { 1 } } };
	struct contract next = made("a", MODEL_DEVELOPER_360, "CD", 0, 400 * DAY, 10 * DAY, 1);

	next.kind = SPAN("PAID");
	assert_int_equal(contract_admit(versions, 1, &next, NULL), ERR_NONE);
}

static void
test_A3_version_from_its_end_on_is_refused(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_DEVELOPER_360, "CD", 0, 100, 0, 1), { 1 } },
	};
	static const struct {
		int32_t  end, from;
		bool     given;
		enum err err;
	} table[] = {
		{ 100, 99, true, ERR_NONE },
		{ 100, 100, true, ERR_CONTRACT_PERIOD },
		{ 100, 5000, true, ERR_CONTRACT_PERIOD },
		{ 40, 50, false, ERR_CONTRACT_PERIOD },
		{ 40, 39, true, ERR_NONE },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal  refusal = { .err = ERR_NONE };
		struct contract next =
			made("a", MODEL_DEVELOPER_360, "CD", 0, table[i].end, table[i].from, 1);
		next.from_given = table[i].given;
		assert_int_equal(contract_admit(versions, 1, &next, &refusal), table[i].err);
		if (table[i].err == ERR_NONE)
			continue;
		assert_string_equal(refusal.field, "from");
		assert_non_null(strstr(refusal.detail, "would never hold"));
		assert_int_equal(strstr(refusal.detail, "(now)") == NULL, table[i].given);
	}
}

static void
test_L19_legacy_user_cannot_be_renewed(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_LEGACY_USER, "CD", 0, 100, 0, 1), { 1 } },
	};
	static const struct {
		const char         *id, *module;
		enum contract_model model;
		int32_t             start, end;
		enum err            err;
	} table[] = {
		{ "a", "CD", MODEL_LEGACY_USER, 0, 100, ERR_NONE },
		{ "a", "CD", MODEL_LEGACY_USER, 0, 90, ERR_NONE },
		{ "a", "CD", MODEL_LEGACY_USER, 0, 101, ERR_CONTRACT_RETIRED },
		{ "b", "CD", MODEL_LEGACY_USER, 100, 200, ERR_CONTRACT_RETIRED },
		{ "b", "CD", MODEL_SERVICES, 100, 200, ERR_NONE },
		{ "a", "CD", MODEL_SERVICES, 0, 200, ERR_NONE },
		{ "b", "STO", MODEL_LEGACY_USER, 0, 100, ERR_NONE },
		{ "b", "CD", MODEL_LEGACY_USER, 99, 200, ERR_CONTRACT_OVERLAP },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal  refusal = { .err = ERR_NONE };
		struct contract next    = made(table[i].id, table[i].model, table[i].module,
		                               table[i].start, table[i].end, table[i].start, 1);
		assert_int_equal(contract_admit(versions, 1, &next, &refusal), table[i].err);
	}
	struct contract first = made("a", MODEL_LEGACY_USER, "CD", 0, 100, 0, 1);
	assert_int_equal(contract_admit(NULL, 0, &first, NULL), ERR_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A3_version_in_force),
		cmocka_unit_test(test_A2_overlap_is_refused),
		cmocka_unit_test(test_A2_no_two_contracts_hold_for_a_module_at_an_hour),
		cmocka_unit_test(test_A2_trial_lasts_14_days_and_is_extended_once),
		cmocka_unit_test(test_A3_trial_becomes_paid_without_a_limit),
		cmocka_unit_test(test_A3_version_from_its_end_on_is_refused),
		cmocka_unit_test(test_L19_legacy_user_cannot_be_renewed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
