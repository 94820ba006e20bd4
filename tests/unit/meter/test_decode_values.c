/* test_decode_values.c - what an event's values become, and what they say. */
#include "decode_fixture.h"

static void
test_time_is_checked_against_clock_and_horizon(void **state)
{
	(void)state;
	struct span body =
		SPAN("{\"id\":\"i\",\"source\":\"s\",\"type\":\"test.execution\","
	             "\"account\":\"a\",\"subject\":\"x\",\"time\":\"2026-11-22T12:00:00Z\"}");
	for (int pass = 0; pass < 4; pass++) {
		rules.now     = (struct instant){ NOW_NS };
		rules.horizon = (struct duration){ 0 };
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		assert_true(event.time_given);
		assert_true(event.time.ns == NOW_NS);
		rules.now.ns = NOW_NS - 300 * NS_PER_SECOND;
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		rules.now.ns--;
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_REFUSED);
		assert_int_equal(refusal.err, ERR_TIME_FUTURE);
		rules.now.ns  = NOW_NS + NS_PER_HOUR;
		rules.horizon = (struct duration){ NS_PER_HOUR };
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		rules.now.ns++;
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_REFUSED);
		assert_int_equal(refusal.err, ERR_TIME_TOO_OLD);
	}
}

/* Every spelling of a time that the shortcut reads must be what calendar.h reads. */
static void
test_times_read_in_place_agree_with_the_calendar(void **state)
{
	static const char *const texts[] = {
		"2026-04-01T00:11:00Z",           "2026-04-01T23:59:59.999999999Z",
		"2026-04-01T23:59:60Z",           "2026-04-01T24:00:00Z",
		"2026-04-01T12:60:00Z",           "2026-04-01T12:00:00.Z",
		"2026-04-01T12:00:00.1Z",         "2026-04-01T12:00:00.1234567890Z",
		"2026-04-01t12:00:00z",           "2026-04-01T12:00:00+02:00",
		"2026-04-01 12:00:00Z",           "2026-04-01T1a:00:00Z",
		"2026-04-01T12:00:00.12x4Z",      "2026-04-\xc3\xa9T00:11:00Z",
		"2026-02-29T12:00:00Z",           "1969-12-31T23:59:59.5Z",
		"1677-09-21T00:12:43Z",           "1677-09-22T00:00:00Z",
		"2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775808Z",
		"2026-04-01T12-00-00Z",
	};
	(void)state;
	struct span timed =
		SPAN("{" HEAD ",\"type\":\"test.execution\",\"subject\":\"x\",\"time\":\"");
	rules.max_ahead.ns = INT64_MAX;
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			struct instant      time    = { 0 };
			enum err            err     = instant_parse(span_of(texts[i]), &time, NULL);
			struct span         body    = joined(timed, span_of(texts[i]), SPAN("\"}"));
			enum decode_verdict verdict = decode_first(body, FORMAT_NDJSON);
			assert_int_equal(verdict, err == ERR_NONE ? DECODE_EVENT : DECODE_REFUSED);
			if (err == ERR_NONE)
				assert_true(event.time.ns == time.ns);
			else
				assert_int_equal(refusal.err, err);
		}
	}
}

static void
test_fields_are_read(void **state)
{
	(void)state;
	struct span body = SPAN(
		"{\"data\":{\"functions\":[\"f1\",\"f\\u0032\"],\"deployment_type\":\"ECS\","
		"\"org\":\"o\\\"x\"},\"subject\":\"svc\",\"account\":\"acme\",\"source\":\"s\\/1\","
		"\"id\":\"\\u00e9\",\"type\":\"cd.\\u0064eployment\",\"comment\":{\"a\":[null]}}");
	for (int pass = 0; pass < 3; pass++) {
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		assert_ptr_equal(event.type, &DECODE_TYPES[1]);
		assert_span(event.type_name, "cd.deployment");
		assert_span(event.id, "\xc3\xa9");
		assert_span(event.source, "s/1");
		assert_span(event.subject, "svc");
		assert_false(event.time_given);
		assert_true(event.time.ns == NOW_NS);
		assert_span(event.field[0], "o\"x");
		assert_span(event.field[1], "default");
		assert_span(event.field[2], "");
		assert_span(event.field[4], "ECS");
		assert_int_equal(event.present, 1u << 0 | 1u << 1 | 1u << 4 | 1u << 6);
		assert_int_equal(event.list_count, 2);
		assert_span(event.list[0], "f1");
		assert_span(event.list[1], "f2");
		assert_span(event.raw, body.at);
	}
}

static void
test_E5_quantities_are_whole_millionths(void **state)
{
	static const struct {
		const char *text;
		int64_t     millionths;
	} rows[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "5", 5000000 },
		{ "\"5\"", 5000000 },
		{ "0.000001", 1 },
		{ "\"12.5\"", 12500000 },
		{ "1e3", 1000000000 },
		{ "9199999999999.999999", INT64_C(9199999999999999999) },
		{ "999999999999", INT64_C(999999999999000000) },
	};
	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct span body = joined(SPAN(CD ",\"data\":{\"instances\":"),
			                          span_of(rows[i].text), SPAN("}}"));
			assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
			assert_true(event.number[4] == rows[i].millionths);
		}
	}
}

static void
test_flags_and_machines_are_read(void **state)
{
	(void)state;
	struct span good[] = {
		SPAN("{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":{\"hosted\":true,"
		     "\"os\":\"linux\",\"size\":\"small\"}}"),
		SPAN("{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":{\"hosted\":true,"
		     "\"os\":\"macos\"}}"),
		SPAN("{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":{\"hosted\":false,"
		     "\"os\":\"beos\"}}"),
		SPAN("{" HEAD
		     ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":{\"os\":\"beos\"}}"),
	};
	for (int i = 0; i < 12; i++) {
		assert_int_equal(decode_first(good[i % 4], FORMAT_NDJSON), DECODE_EVENT);
		assert_int_equal(event.number[1], i % 4 < 2);
		assert_int_equal(event.present >> 1 & 1, i % 4 < 3);
	}
}

static void
test_email_subject_is_lowered_and_fallback_quantity_counts(void **state)
{
	(void)state;
	struct span person =
		SPAN("{" HEAD ",\"type\":\"access.granted\",\"subject\":\"Ann.Z@ACME.com\","
	             "\"data\":{\"module\":\"CD\",\"service_account\":true}}");
	struct span test = SPAN("{" HEAD ",\"type\":\"test.execution\",\"subject\":\"Suite\"}");
	for (int pass = 0; pass < 3; pass++) {
		assert_int_equal(decode_first(person, FORMAT_NDJSON), DECODE_EVENT);
		assert_span(event.subject, "ann.z@acme.com");
		assert_int_equal(event.number[2], 1);
		assert_int_equal(decode_first(test, FORMAT_NDJSON), DECODE_EVENT);
		assert_span(event.subject, "Suite");
		assert_int_equal(event.number[0], MILLIONTHS);
	}
}

static void
test_E6_unknown_types_are_kept_when_asked(void **state)
{
	(void)state;
	struct span body =
		SPAN("{" HEAD ",\"type\":\"no.such\",\"data\":{\"a\":1.5,\"b\":[\"c\"]}}");
	rules.keep_unknown = true;
	for (int pass = 0; pass < 3; pass++) {
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		assert_null(event.type);
		assert_span(event.type_name, "no.such");
		assert_ptr_equal(event.type_name.at, body.at + place_of(body, "no.such"));
	}
	assert_int_equal(decoder->hits, 1);
	rules.keep_unknown = false;
	assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_REFUSED);
	assert_int_equal(refusal.err, ERR_TYPE_UNKNOWN);
}

static void
test_E7_retraction_is_read_and_its_target_split(void **state)
{
	(void)state;
	struct span source, id;
	struct span body = SPAN("{" HEAD ",\"type\":\"event.retracted\",\"subject\":\"src e 1\"}");
	for (int pass = 0; pass < 3; pass++) {
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		assert_null(event.type);
		assert_span(event.type_name, "event.retracted");
		assert_int_equal(retraction_target(event.subject, &source, &id), ERR_NONE);
		assert_span(source, "src");
		assert_span(id, "e 1");
	}
	assert_int_equal(retraction_target(SPAN(""), &source, &id), ERR_FIELD_VALUE);
	assert_int_equal(retraction_target(SPAN(" id"), &source, &id), ERR_FIELD_VALUE);
	assert_int_equal(retraction_target(SPAN("src "), &source, &id), ERR_FIELD_VALUE);
	assert_int_equal(retraction_target(SPAN("src"), &source, &id), ERR_FIELD_VALUE);
	assert_span(source, "src");
}

static uint64_t
content_of(const char *text)
{
	struct span body = arena_copy(&arena, span_of(text));
	if (decode_first(body, FORMAT_NDJSON) != DECODE_EVENT)
		fail_msg("%s: %s", text, refusal.detail);
	return event.content;
}

#define SAYS(rest) "{" HEAD "," rest "}"
#define NAMED "\"type\":\"test.execution\",\"subject\":\"x\""

static void
test_E1_content_is_what_is_said_not_how(void **state)
{
	static const char *const same[][2] = {
		{ SAYS(NAMED), SAYS(NAMED ",\"data\":{}") },
		{ SAYS(NAMED), SAYS(NAMED ",\"time\":null,\"other\":null") },
		{ SAYS(NAMED), "{\"id\":\"J\",\"source\":\"S\",\"account\":\"B\"," NAMED "}" },
		{ SAYS(NAMED),
		  SAYS("\"subject\" : \"\\u0078\" , \"\\u0074ype\":\"test.\\u0065xecution\"") },
		{ SAYS(NAMED ",\"time\":\"2026-04-01T02:00:00+02:00\""),
		  SAYS("\"time\":\"2026-04-01T00:00:00.0Z\"," NAMED) },
		{ SAYS(NAMED ",\"data\":{\"a\":1,\"b\":{\"c\":[1,{\"d\":120}]}}"),
		  SAYS("\"data\":{\"b\":{\"c\":[1.0,{\"d\":1.2e2}]},\"a\":10e-1}," NAMED) },
		{ SAYS(NAMED ",\"data\":{\"a\":-0}"), SAYS(NAMED ",\"data\":{\"a\":0e99}") },
		{ SAYS(NAMED ",\"data\":{\"a\":12345678901234567890123.50}"),
		  SAYS(NAMED ",\"data\":{\"a\":1.23456789012345678901235e22}") },
	};
	static const char *const other[][2] = {
		{ SAYS(NAMED), SAYS("\"type\":\"test.execution\",\"subject\":\"y\"") },
		{ SAYS(NAMED), SAYS(NAMED ",\"time\":\"2026-04-01T00:00:00Z\"") },
		{ SAYS(NAMED ",\"data\":{\"a\":1}"), SAYS(NAMED ",\"data\":{\"a\":\"1\"}") },
		{ SAYS(NAMED ",\"data\":{\"a\":1}"), SAYS(NAMED ",\"data\":{\"a\":-1}") },
		{ SAYS(NAMED ",\"data\":{\"a\":1}"), SAYS(NAMED ",\"data\":{\"a\":10}") },
		{ SAYS(NAMED ",\"data\":{\"a\":1}"), SAYS(NAMED ",\"data\":{\"b\":1}") },
		{ SAYS(NAMED ",\"data\":{\"a\":1}"), SAYS(NAMED ",\"a\":1") },
		{ SAYS(NAMED ",\"data\":{\"a\":[]}"), SAYS(NAMED ",\"data\":{\"a\":{}}") },
		{ SAYS(NAMED ",\"data\":{\"a\":[1,2]}"), SAYS(NAMED ",\"data\":{\"a\":[2,1]}") },
		{ SAYS(NAMED ",\"data\":{\"a\":true}"), SAYS(NAMED ",\"data\":{\"a\":false}") },
		{ SAYS(NAMED ",\"data\":{\"a\":null}"), SAYS(NAMED ",\"data\":{}") },
		{ SAYS(NAMED ",\"data\":{\"a\":{\"b\":1}}"), SAYS(NAMED ",\"data\":{\"a\":[1]}") },
	};
	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
			if (content_of(same[i][0]) != content_of(same[i][1]))
				fail_msg("not the same: %s and %s", same[i][0], same[i][1]);
		}
		for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
			if (content_of(other[i][0]) == content_of(other[i][1]))
				fail_msg("the same: %s and %s", other[i][0], other[i][1]);
		}
	}
}

static void
test_stored_event_is_trusted(void **state)
{
	static const char *const texts[] = {
		"{\"id\":\"i\",\"source\":\"s\",\"type\":\"gone.type\",\"subject\":\"x\"}",
		"{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"subject\":\"x\"}",
		"{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"data\":{\"instances\":-"
		"5}}",
		"{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"data\":{\"instances\":["
		"1]}}",
		"{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"time\":\"2999-01-01T00:"
		"00:00Z\"}",
	};
	struct instant received = { 42 };
	(void)state;
	for (int i = 0; i < 15; i++) {
		struct span raw = span_of(texts[i % 5]);
		assert_int_equal(decode_stored(decoder, raw, received, &arena, &event), ERR_NONE);
		assert_span(event.id, "i");
		assert_span(event.account, "");
		assert_true((event.type != NULL) == (i % 5 > 0));
		assert_true(event.time.ns == 42);
		assert_int_equal(event.present & 1u << 4, 0);
	}
	/* None of that made a shape by which a producer could slip through. */
	for (int i = 0; i < 5; i++) {
		rules.account = SPAN("acme");
		assert_int_equal(decode_first(span_of(texts[i]), FORMAT_NDJSON), DECODE_REFUSED);
	}
	assert_int_equal(decode_stored(decoder, SPAN(GOOD), received, &arena, &event), ERR_NONE);
	assert_span(event.account, "acme");
	assert_int_equal(event.number[4], 5 * MILLIONTHS);
	assert_int_equal(decode_stored(decoder, SPAN("{\"id\":"), received, &arena, &event),
	                 ERR_JSON_TRUNCATED);
	assert_int_equal(decode_stored(decoder, SPAN(GOOD "x"), received, &arena, &event),
	                 ERR_JSON_SYNTAX);
	assert_int_equal(decode_stored(decoder, SPAN("5"), received, &arena, &event),
	                 ERR_JSON_SYNTAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, decode_setup, decode_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_time_is_checked_against_clock_and_horizon),
		TEST(test_times_read_in_place_agree_with_the_calendar),
		TEST(test_fields_are_read),
		TEST(test_E5_quantities_are_whole_millionths),
		TEST(test_flags_and_machines_are_read),
		TEST(test_email_subject_is_lowered_and_fallback_quantity_counts),
		TEST(test_E6_unknown_types_are_kept_when_asked),
		TEST(test_E7_retraction_is_read_and_its_target_split),
		TEST(test_E1_content_is_what_is_said_not_how),
		TEST(test_stored_event_is_trusted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
