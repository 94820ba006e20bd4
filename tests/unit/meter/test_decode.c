/* test_decode.c - what is refused, with which words, and what that leaves alone. */
#include "decode_fixture.h"

struct bad {
	const char *name;
	struct span text;
	enum err    err;
	const char *field;
	const char *before; /* the fault stands right behind this; NULL: at the start */
	const char *detail; /* a part of the sentence */
};

#define BAD(name, err, field, before, detail, text)                                                \
	{                                                                                          \
		name, { text, sizeof(text) - 1 }, ERR_##err, field, before, detail                 \
	}

static const struct bad BADS[] = {
	BAD("unknown type", TYPE_UNKNOWN, "type", NULL, "is not in the catalogue: no.such",
	    "{" HEAD ",\"type\":\"no.such\",\"subject\":\"x\"}"),
	BAD("missing id", FIELD_MISSING, "id", NULL, "id is required",
	    "{\"source\":\"s\",\"type\":\"cd.instances\",\"account\":\"acme\"}"),
	BAD("missing source", FIELD_MISSING, "source", NULL, "source is required",
	    "{\"id\":\"s\",\"type\":\"cd.instances\",\"account\":\"acme\"}"),
	BAD("missing type", FIELD_MISSING, "type", NULL, "type is required",
	    "{\"id\":\"s\",\"source\":\"s\",\"account\":\"acme\"}"),
	BAD("null id", FIELD_MISSING, "id", NULL, "id is required",
	    "{\"id\":null,\"source\":\"s\",\"type\":\"cd.instances\",\"account\":\"acme\"}"),
	BAD("missing account", FIELD_MISSING, "account", NULL, "account is required",
	    "{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"subject\":\"x\","
	    "\"data\":{\"instances\":1}}"),
	BAD("missing subject", FIELD_MISSING, "subject", NULL, "subject is required",
	    "{" HEAD ",\"type\":\"cd.instances\",\"data\":{\"instances\":1}}"),
	BAD("missing field", FIELD_MISSING, "data.instances", "\"data\":", "is required",
	    CD ",\"data\":{\"org\":\"o\"}}"),
	BAD("no data", FIELD_MISSING, "data.instances", NULL, "data.instances is required", CD "}"),
	BAD("id a number", FIELD_TYPE, "id", "{\"id\":", "id must be a string",
	    "{\"id\":5,\"source\":\"s\",\"type\":\"cd.instances\",\"account\":\"acme\"}"),
	BAD("type a number", FIELD_TYPE, "type", "\"type\":", "type must be a string",
	    "{" HEAD ",\"type\":7}"),
	BAD("time a number", FIELD_TYPE, "time", "\"time\":", "time must be a string",
	    CD ",\"time\":7,\"data\":{\"instances\":1}}"),
	BAD("account a list", FIELD_TYPE, "account", "\"account\":", "account must be a string",
	    "{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"account\":[\"acme\"]}"),
	BAD("empty id", FIELD_EMPTY, "id", "{\"id\":\"", "id is empty",
	    "{\"id\":\"\",\"source\":\"s\",\"type\":\"cd.instances\",\"account\":\"acme\","
	    "\"subject\":\"x\",\"data\":{\"instances\":1}}"),
	BAD("empty subject", FIELD_EMPTY, "subject", "\"subject\":\"", "subject is empty",
	    "{" HEAD ",\"type\":\"cd.instances\",\"subject\":\"\",\"data\":{\"instances\":1}}"),
	BAD("data a list", FIELD_TYPE, "data", "\"data\":", "data must be a JSON object",
	    CD ",\"data\":[1]}"),
	BAD("data null", FIELD_TYPE, "data", "\"data\":", "data must be a JSON object",
	    CD ",\"data\":null}"),
	BAD("text a number", FIELD_TYPE, "data.org", "\"org\":", "data.org must be a string",
	    CD ",\"data\":{\"org\":5,\"instances\":1}}"),
	BAD("text null", FIELD_TYPE, "data.org", "\"org\":", "data.org must be a string",
	    CD ",\"data\":{\"org\":null,\"instances\":1}}"),
	BAD("quantity true", FIELD_TYPE, "data.instances", "\"instances\":",
	    "must be a number or a decimal string", CD ",\"data\":{\"instances\":true}}"),
	BAD("negative", QUANTITY_NEGATIVE, "data.instances", "\"instances\":",
	    "data.instances is below zero: -5", CD ",\"data\":{\"instances\":-5}}"),
	BAD("negative text", QUANTITY_NEGATIVE, "data.instances", "\"instances\":\"",
	    "is below zero: -0.1", CD ",\"data\":{\"instances\":\"-0.1\"}}"),
	BAD("seventh decimal", QUANTITY_DECIMALS, "data.instances",
	    "\"instances\":", "has more than six decimal places: 0.0000001",
	    CD ",\"data\":{\"instances\":0.0000001}}"),
	BAD("seventh decimal zero", QUANTITY_DECIMALS, "data.instances", "\"instances\":",
	    "has more than six decimal places", CD ",\"data\":{\"instances\":1.0000000}}"),
	BAD("too large", QUANTITY_TOO_LARGE, "data.instances", "\"instances\":", "is too large",
	    CD ",\"data\":{\"instances\":9200000000000}}"),
	BAD("1e400", QUANTITY_TOO_LARGE, "data.instances", "\"instances\":", "is too large",
	    CD ",\"data\":{\"instances\":1e400}}"),
	BAD("no number", QUANTITY_SYNTAX, "data.instances", "\"instances\":\"",
	    "is not a decimal number: many", CD ",\"data\":{\"instances\":\"many\"}}"),
	BAD("NaN", JSON_SYNTAX, "", "\"instances\":", "NaN and Infinity are not",
	    CD ",\"data\":{\"instances\":NaN}}"),
	BAD("bad time", TIME_SYNTAX, "time", "\"time\":\"2026-", "time is not RFC 3339: 2026-13",
	    CD ",\"time\":\"2026-13-01T00:00:00Z\",\"data\":{\"instances\":1}}"),
	BAD("future", TIME_FUTURE, "time", "\"time\":\"",
	    "lies too far ahead of the clock: 2026-11-22T12:05:00.000000001Z",
	    CD ",\"time\":\"2026-11-22T12:05:00.000000001Z\",\"data\":{\"instances\":1}}"),
	BAD("choice", FIELD_VALUE, "data.deployment_type", "\"deployment_type\":\"",
	    "is not a known value: Helm",
	    "{" HEAD ",\"type\":\"cd.deployment\",\"subject\":\"x\",\"data\":"
	    "{\"deployment_type\":\"Helm\"}}"),
	BAD("list of numbers", FIELD_TYPE, "data.functions", "\"functions\":[\"a\",",
	    "data.functions must be an array of strings",
	    "{" HEAD ",\"type\":\"cd.deployment\",\"subject\":\"x\",\"data\":"
	    "{\"deployment_type\":\"ECS\",\"functions\":[\"a\",5]}}"),
	BAD("list with empty", FIELD_EMPTY, "data.functions", "\"functions\":[\"",
	    "has an empty item",
	    "{" HEAD ",\"type\":\"cd.deployment\",\"subject\":\"x\",\"data\":"
	    "{\"deployment_type\":\"ECS\",\"functions\":[\"\"]}}"),
	BAD("list a string", FIELD_TYPE, "data.functions", "\"functions\":\"",
	    "must be an array of strings",
	    "{" HEAD ",\"type\":\"cd.deployment\",\"subject\":\"x\",\"data\":"
	    "{\"deployment_type\":\"ECS\",\"functions\":\"a\"}}"),
	BAD("flag a string", FIELD_TYPE, "data.hosted", "\"hosted\":\"", "must be true or false",
	    "{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":{\"hosted\":\"true\"}}"),
	BAD("required text empty", FIELD_EMPTY, "data.module", "\"module\":\"", "module is empty",
	    "{" HEAD ",\"type\":\"access.granted\",\"subject\":\"x\",\"data\":{\"module\":\"\"}}"),
	BAD("specversion", SPECVERSION, "specversion", "\"specversion\":\"", "must be \"1.0\"",
	    "{\"specversion\":\"0.3\",\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\"}"),
	BAD("specversion a number", SPECVERSION, "specversion", "\"specversion\":", "must be",
	    "{\"specversion\":1.0,\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\"}"),
	BAD("account letters", ACCOUNT_ID, "account", "\"account\":\"", "must be 1 to 64 of",
	    "{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"account\":\"a/b\","
	    "\"subject\":\"x\",\"data\":{\"instances\":1}}"),
	BAD("account empty", ACCOUNT_ID, "account", "\"account\":\"", "must be 1 to 64 of",
	    "{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\",\"account\":\"\","
	    "\"subject\":\"x\",\"data\":{\"instances\":1}}"),
	BAD("os unknown", MACHINE_UNKNOWN, "data.os", NULL, "machines: windows",
	    "{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":"
	    "{\"hosted\":true,\"os\":\"windows\",\"size\":\"small\"}}"),
	BAD("os missing", MACHINE_UNKNOWN, "data.os", NULL, "is required for a hosted build",
	    "{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":"
	    "{\"hosted\":true,\"size\":\"small\"}}"),
	BAD("size unknown", MACHINE_UNKNOWN, "data.size", NULL, "machines of this os: large",
	    "{" HEAD ",\"type\":\"ci.build\",\"subject\":\"x\",\"data\":"
	    "{\"hosted\":true,\"os\":\"macos\",\"size\":\"large\"}}"),
	BAD("retraction without space", FIELD_VALUE, "subject", "\"subject\":\"",
	    "must be \"SOURCE ID\": e1",
	    "{" HEAD ",\"type\":\"event.retracted\",\"subject\":\"e1\"}"),
	BAD("retraction without subject", FIELD_MISSING, "subject", NULL, "subject is required",
	    "{" HEAD ",\"type\":\"event.retracted\"}"),
	BAD("bad UTF-8", JSON_ENCODING, "", "\"subject\":\"sv", "not valid UTF-8",
	    "{" HEAD ",\"type\":\"cd.instances\",\"subject\":\"sv\xff\"}"),
	BAD("overlong UTF-8", JSON_ENCODING, "", "\"x\":\"", "not valid UTF-8",
	    CD ",\"data\":{\"instances\":1,\"x\":\"\xc0\xaf\"}}"),
	BAD("raw NUL", JSON_SYNTAX, "", "\"subject\":\"sv", "raw NUL",
	    "{" HEAD ",\"type\":\"cd.instances\",\"subject\":\"sv\0c\"}"),
	BAD("escaped NUL", JSON_SYNTAX, "", "\"subject\":\"sv", "the NUL character",
	    "{" HEAD ",\"type\":\"cd.instances\",\"subject\":\"sv\\u0000\"}"),
	BAD("raw control", JSON_SYNTAX, "", "\"subject\":\"sv", "raw control character",
	    "{" HEAD ",\"type\":\"cd.instances\",\"subject\":\"sv\001\"}"),
	BAD("lone surrogate", JSON_ENCODING, "", "\"x\":\"", "half of a surrogate pair",
	    CD ",\"data\":{\"instances\":1,\"x\":\"\\ud800\"}}"),
	BAD("bad escape", JSON_SYNTAX, "", "\"x\":\"", "no escape",
	    CD ",\"data\":{\"instances\":1,\"x\":\"\\x41\"}}"),
	BAD("twice in the event", JSON_DUPLICATE_KEY, "id", "\"acme\",", "stands twice",
	    "{" HEAD ",\"id\":\"j\"}"),
	BAD("twice by escape", JSON_DUPLICATE_KEY, "id", "\"acme\",", "stands twice",
	    "{" HEAD ",\"\\u0069d\":\"j\"}"),
	BAD("twice in data", JSON_DUPLICATE_KEY, "instances", "\"instances\":1,", "stands twice",
	    CD ",\"data\":{\"instances\":1,\"instances\":1}}"),
	BAD("twice far down", JSON_DUPLICATE_KEY, "a", "[{\"a\":1,", "stands twice",
	    CD ",\"data\":{\"instances\":1,\"x\":[{\"a\":1,\"a\":2}]}}"),
	BAD("too deep", JSON_TOO_DEEP, "",
	    "\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	    "nested deeper than 64 levels",
	    CD ",\"data\":{\"instances\":1,\"x\":"
	       "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	       "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}"),
	BAD("no object", FIELD_TYPE, "", NULL, "an event must be a JSON object", "5"),
	BAD("a string", FIELD_TYPE, "", NULL, "an event must be a JSON object", "\"x\""),
	BAD("an array", FIELD_TYPE, "", NULL, "an event must be a JSON object", "[" GOOD "]"),
};

static void
check_bad(const struct bad *bad, size_t at, uint64_t index)
{
	size_t inside = bad->before ? place_of(bad->text, bad->before) + strlen(bad->before) : 0;

	if (refusal.err != bad->err || strcmp(refusal.field, bad->field) != 0 ||
	    strstr(refusal.detail, bad->detail) == NULL || refusal.byte != at + inside ||
	    refusal.index != index)
		fail_msg("%s: error %d, field %s, byte %d for %d, index %d, %s", bad->name,
		         (int)refusal.err, refusal.field, (int)refusal.byte, (int)(at + inside),
		         (int)refusal.index, refusal.detail);
}

/* The neighbours' shape is learned on the way, so that later rows stand between
 * events of the fast path. */
static void
test_E2_bad_line_names_its_fault_and_keeps_its_neighbours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(BADS) / sizeof(BADS[0]); i++) {
		struct span body = joined(SPAN(GOOD "\n"), BADS[i].text, SPAN("\r\n\n" GOOD));
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		assert_int_equal(decode_more(), DECODE_REFUSED);
		check_bad(&BADS[i], sizeof(GOOD), 1);
		assert_int_equal(decode_more(), DECODE_EVENT);
		assert_int_equal(event.number[4], 5 * MILLIONTHS);
		assert_int_equal(decode_more(), DECODE_END);
	}
	assert_true(decoder->hits > 50);
}

static bool
has_no_specversion(struct span text)
{
	for (size_t i = 0; i + 13 <= text.size; i++) {
		if (memcmp(text.at + i, "\"specversion\"", 13) == 0)
			return false;
	}
	return text.at[0] == '{';
}

/* In an array, too, whatever has an end loses nothing but itself. */
static void
test_E2_bad_element_keeps_its_neighbours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(BADS) / sizeof(BADS[0]); i++) {
		struct span body = joined(SPAN("[" GOOD " , "), BADS[i].text, SPAN(",\n" GOOD "]"));
		assert_int_equal(decode_first(body, FORMAT_BATCH), DECODE_EVENT);
		assert_int_equal(decode_more(), DECODE_REFUSED);
		if (!has_no_specversion(BADS[i].text))
			check_bad(&BADS[i], sizeof(GOOD) + 3, 1);
		assert_int_equal(decode_more(), DECODE_EVENT);
		assert_int_equal(event.number[4], 5 * MILLIONTHS);
		assert_int_equal(decode_more(), DECODE_END);
	}
}

struct framing {
	struct span body;
	const char *why;
	uint64_t    byte;
	enum err    err;
	uint32_t    events; /* before the refusal */
};

#define FRAME(events, err, byte, why, text)                                                        \
	{                                                                                          \
		{ text, sizeof(text) - 1 }, why, byte, ERR_##err, events                           \
	}

static void
check_frames(const struct framing *frames, size_t count, enum event_format format)
{
	for (size_t i = 0; i < count; i++) {
		enum decode_verdict verdict = decode_first(frames[i].body, format);
		for (uint32_t n = 0; n < frames[i].events; n++, verdict = decode_more())
			assert_int_equal(verdict, DECODE_EVENT);
		assert_int_equal(verdict, DECODE_REFUSED);
		assert_int_equal(refusal.err, frames[i].err);
		assert_int_equal(refusal.byte, frames[i].byte);
		assert_non_null(strstr(refusal.detail, frames[i].why));
		assert_int_equal(decode_more(), DECODE_END);
	}
}

static void
test_batch_frame_is_checked(void **state)
{
	(void)state;
	const struct framing frames[] = {
		FRAME(0, JSON_TRUNCATED, 0, "must be a JSON array", ""),
		FRAME(0, JSON_SYNTAX, 0, "must be a JSON array", GOOD),
		FRAME(0, JSON_SYNTAX, 0, "must be a JSON array", "\xef\xbb\xbf[]"),
		FRAME(0, JSON_TRUNCATED, 1, "ends inside the array", "["),
		FRAME(1, JSON_TRUNCATED, sizeof(GOOD), "ends inside the array", "[" GOOD),
		FRAME(1, JSON_SYNTAX, sizeof(GOOD), "comma or ]", "[" GOOD GOOD "]"),
		FRAME(1, JSON_SYNTAX, sizeof(GOOD) + 1, "no JSON value", "[" GOOD ",]"),
		FRAME(1, JSON_TRUNCATED, sizeof(GOOD) + 1, "should stand", "[" GOOD ","),
		FRAME(1, JSON_SYNTAX, sizeof(GOOD) + 2, "behind the array", "[" GOOD "] x"),
	};
	check_frames(frames, sizeof(frames) / sizeof(frames[0]), FORMAT_BATCH);
	assert_int_equal(decode_first(SPAN(" [ ] "), FORMAT_BATCH), DECODE_END);
}

static void
test_single_event_frame_is_checked(void **state)
{
	(void)state;
	const struct framing frames[] = {
		FRAME(0, JSON_TRUNCATED, 0, "the body is empty", ""),
		FRAME(0, JSON_TRUNCATED, 2, "the body is empty", " \n"),
		FRAME(0, JSON_SYNTAX, sizeof(GOOD), "behind the event", GOOD " x"),
		FRAME(0, JSON_SYNTAX, sizeof(GOOD) - 1, "behind the event", GOOD GOOD),
		FRAME(0, JSON_TRUNCATED, 1, "ends inside an object", "{"),
		FRAME(0, SPECVERSION, 0, "specversion is required",
		      "{\"id\":\"i\",\"source\":\"s\",\"type\":\"test.execution\",\"subject\":"
		      "\"x\","
		      "\"account\":\"acme\"}"),
	};
	check_frames(frames, sizeof(frames) / sizeof(frames[0]), FORMAT_EVENT);
	assert_int_equal(decode_first(SPAN("\n" GOOD "\r\n"), FORMAT_EVENT), DECODE_EVENT);
	assert_span(event.raw, GOOD);
	assert_int_equal(decode_more(), DECODE_END);
}

static void
test_ndjson_lines_end_with_lf_or_crlf_and_may_be_blank(void **state)
{
	(void)state;
	struct span body = SPAN("\n \t\r\n" GOOD "\r\n\r\n  " GOOD " \n" GOOD);
	for (int pass = 0; pass < 3; pass++) {
		assert_int_equal(decode_first(body, FORMAT_NDJSON), DECODE_EVENT);
		assert_span(event.raw, GOOD);
		assert_int_equal(decode_more(), DECODE_EVENT);
		assert_span(event.raw, GOOD);
		assert_int_equal(decode_more(), DECODE_EVENT);
		assert_span(event.raw, GOOD);
		assert_int_equal(decode_more(), DECODE_END);
		assert_int_equal(cursor.index, 3);
	}
	assert_int_equal(decode_first(SPAN(""), FORMAT_NDJSON), DECODE_END);
}

static void
test_ndjson_event_never_spans_lines(void **state)
{
	(void)state;
	struct span text = SPAN("{" HEAD ",\n\"type\":\"test.execution\",\"subject\":\"x\"}");
	for (int pass = 0; pass < 4; pass++) /* the shape is known from the second on */
		assert_int_equal(decode_first(text, FORMAT_EVENT), DECODE_EVENT);
	assert_int_equal(decode_first(text, FORMAT_NDJSON), DECODE_REFUSED);
	assert_int_equal(refusal.err, ERR_JSON_TRUNCATED);
	assert_int_equal(decode_more(), DECODE_REFUSED);
	assert_int_equal(decode_more(), DECODE_END);
	struct span two = SPAN(GOOD " x\n" GOOD);
	assert_int_equal(decode_first(two, FORMAT_NDJSON), DECODE_REFUSED);
	assert_int_equal(refusal.byte, sizeof(GOOD));
	assert_int_equal(decode_more(), DECODE_EVENT);
}

static void
test_E8_events_of_a_batch_are_limited(void **state)
{
	(void)state;
	rules.events_max            = 2;
	struct span       batch     = SPAN("[" GOOD "," GOOD "," GOOD "," GOOD "]");
	struct span       lines     = SPAN(GOOD "\n" GOOD "\n" GOOD "\n" GOOD "\n");
	struct span       bodies[]  = { batch, lines };
	enum event_format formats[] = { FORMAT_BATCH, FORMAT_NDJSON };
	for (int i = 0; i < 2; i++) {
		assert_int_equal(decode_first(bodies[i], formats[i]), DECODE_EVENT);
		assert_int_equal(decode_more(), DECODE_EVENT);
		assert_int_equal(decode_more(), DECODE_REFUSED);
		assert_int_equal(refusal.err, ERR_BATCH_TOO_LARGE);
		assert_int_equal(refusal.index, 2);
		assert_int_equal(decode_more(), DECODE_END);
	}
	struct span exact = SPAN("[" GOOD "," GOOD "]");
	assert_int_equal(decode_first(exact, FORMAT_BATCH), DECODE_EVENT);
	assert_int_equal(decode_more(), DECODE_EVENT);
	assert_int_equal(decode_more(), DECODE_END);
}

static void
test_E8_event_is_limited_in_size(void **state)
{
	(void)state;
	const enum event_format formats[] = { FORMAT_NDJSON, FORMAT_BATCH };
	for (size_t i = 0; i < 8; i++) { /* with and without a known shape */
		struct span body = formats[i % 2] == FORMAT_BATCH ? SPAN("[" GOOD "]") : SPAN(GOOD);
		rules.event_size_max = sizeof(GOOD) - 1;
		assert_int_equal(decode_first(body, formats[i % 2]), DECODE_EVENT);
		assert_int_equal(decode_more(), DECODE_END);
		rules.event_size_max--;
		assert_int_equal(decode_first(body, formats[i % 2]), DECODE_REFUSED);
		assert_int_equal(refusal.err, ERR_EVENT_TOO_LARGE);
		assert_int_equal(refusal.byte, i % 2);
		assert_int_equal(decode_more(), DECODE_END);
	}
}

static void
test_account_comes_from_the_key_or_the_event(void **state)
{
	(void)state;
	struct span named   = SPAN(GOOD);
	struct span unnamed = SPAN("{\"id\":\"i\",\"source\":\"s\",\"type\":\"cd.instances\","
	                           "\"subject\":\"svc\",\"data\":{\"instances\":5}}");
	for (int pass = 0; pass < 4; pass++) {
		rules.account = SPAN("");
		assert_int_equal(decode_first(named, FORMAT_NDJSON), DECODE_EVENT);
		assert_span(event.account, "acme");
		assert_int_equal(decode_first(unnamed, FORMAT_NDJSON), DECODE_REFUSED);
		assert_int_equal(refusal.err, ERR_FIELD_MISSING);
		rules.account = SPAN("acme");
		assert_int_equal(decode_first(named, FORMAT_NDJSON), DECODE_EVENT);
		assert_int_equal(decode_first(unnamed, FORMAT_NDJSON), DECODE_EVENT);
		assert_span(event.account, "acme");
		rules.account = SPAN("other");
		assert_int_equal(decode_first(named, FORMAT_NDJSON), DECODE_REFUSED);
		assert_int_equal(refusal.err, ERR_ACCOUNT_FOREIGN);
		assert_string_equal(refusal.field, "account");
		assert_int_equal(refusal.byte, place_of(named, "acme"));
	}
}

/* A decoder that has met no account yet knows that none is no account. */
static void
test_the_first_account_is_not_empty(void **state)
{
	struct span body = SPAN("{\"id\":\"i\",\"source\":\"s\",\"account\":\"\","
	                        "\"type\":\"cd.instances\",\"subject\":\"svc\","
	                        "\"data\":{\"instances\":5}}");
	(void)state;
	decode_begin(&cursor, decoder, &rules, body, FORMAT_NDJSON);
	assert_int_equal(decode_more(), DECODE_REFUSED);
	assert_int_equal(refusal.err, ERR_ACCOUNT_ID);
	assert_string_equal(refusal.field, "account");
}

static void
test_sizes_are_limited_one_byte_either_side(void **state)
{
	static const struct {
		const char *key, *name;
		size_t      max;
		enum err    err;
	} rows[] = {
		{ "id", "id", 256, ERR_FIELD_TOO_LONG },
		{ "source", "source", 256, ERR_FIELD_TOO_LONG },
		{ "type", "type", 256, ERR_FIELD_TOO_LONG },
		{ "subject", "subject", 512, ERR_FIELD_TOO_LONG },
		{ "account", "account", 64, ERR_ACCOUNT_ID },
		{ "org", "data.org", 512, ERR_FIELD_TOO_LONG },
	};
	(void)state;
	rules.keep_unknown = true;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		size_t      size = rows[i / 2].max + i % 2;
		bool        data = rows[i / 2].key[0] == 'o';
		struct text text;
		text_open(&text, &arena);
		const char *keys[] = { "id", "source", "type", "subject", "account" };
		text_add(&text, SPAN("{"));
		for (int k = 0; k < 5; k++) {
			bool this = strcmp(keys[k], rows[i / 2].key) == 0;
			text_add(&text, SPAN("\""));
			text_add(&text, span_of(keys[k]));
			text_add(&text, SPAN("\":\""));
			if (!this)
				text_add(&text, k == 2 ? SPAN("test.execution") : SPAN("x"));
			for (size_t n = 0; this && n < size; n++)
				text_add_char(&text, 'x');
			text_add(&text, SPAN("\","));
		}
		text_add(&text, SPAN("\"data\":{\"org\":\""));
		for (size_t n = 0; data && n < size; n++)
			text_add_char(&text, 'x');
		text_add(&text, SPAN("\",\"instances\":1}}"));
		struct span body = text_span(&text);
		if (data) {
			char *type = text.at + place_of(body, "test.execution");
			memcpy(type, "cd.instances\" ", 14);
			type[14] = ' '; /* over the old closing quote */
		}
		enum decode_verdict verdict = decode_first(body, FORMAT_NDJSON);
		assert_int_equal(verdict, i % 2 == 0 ? DECODE_EVENT : DECODE_REFUSED);
		if (verdict == DECODE_REFUSED) {
			assert_int_equal(refusal.err, rows[i / 2].err);
			assert_string_equal(refusal.field, rows[i / 2].name);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, decode_setup, decode_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_E2_bad_line_names_its_fault_and_keeps_its_neighbours),
		TEST(test_E2_bad_element_keeps_its_neighbours),
		TEST(test_batch_frame_is_checked),
		TEST(test_single_event_frame_is_checked),
		TEST(test_ndjson_lines_end_with_lf_or_crlf_and_may_be_blank),
		TEST(test_ndjson_event_never_spans_lines),
		TEST(test_E8_events_of_a_batch_are_limited),
		TEST(test_E8_event_is_limited_in_size),
		TEST(test_account_comes_from_the_key_or_the_event),
		TEST(test_the_first_account_is_not_empty),
		TEST(test_sizes_are_limited_one_byte_either_side),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
