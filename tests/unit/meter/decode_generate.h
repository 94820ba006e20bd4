/* decode_generate.h - events of many shapes by chance, good ones, bad ones, broken ones. */
#ifndef TALLY_TESTS_DECODE_GENERATE_H
#define TALLY_TESTS_DECODE_GENERATE_H

#include "core/base/text.h"
#include "decode_catalog.h"

static uint64_t state_of_chance;

static inline uint32_t
chance(uint32_t below)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (uint32_t)((state_of_chance >> 11) % below);
}

static inline const char *
one_of(const char *const *texts, uint32_t count)
{
	return texts[chance(count)];
}

#define ONE_OF(...)                                                                                \
	one_of((const char *const[]){ __VA_ARGS__ },                                               \
	       sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static inline void
put(struct text *out, const char *text)
{
	text_add(out, span_of(text));
}

static inline void
put_string(struct text *out)
{
	put(out, "\"");
	for (uint32_t n = chance(40); n > 0; n--) {
		if (chance(60) == 0)
			put(out, ONE_OF("\\n", "\\u00e9", "\\ud83d\\ude00", "\xc3\xa9", "\\\"",
			                "\xf0\x9f\x98\x80", "\x7f"));
		else
			text_add_char(out, (char)('a' + chance(26)));
	}
	put(out, "\"");
}

static inline void
put_number(struct text *out)
{
	put(out, ONE_OF("0", "-0", "7", "42", "1000", "0.5", "12.000001", "1e3", "5E+2", "25e-1",
	                "99999999999999999999", "-1", "0.0000001", "1e400"));
}

static inline void
put_value(struct text *out, uint32_t depth)
{
	uint32_t what = chance(depth < 3 ? 9 : 7);

	if (what < 3)
		put_string(out);
	else if (what < 5)
		put_number(out);
	else if (what < 7)
		put(out, ONE_OF("true", "false", "null", "[]", "{}"));
	else {
		put(out, what == 7 ? "[" : "{");
		for (uint32_t i = 0, n = chance(4); i < n; i++) {
			put(out, i ? "," : "");
			if (what == 8) {
				put(out, "\"k");
				text_add_uint(out, i);
				put(out, "\":");
			}
			put_value(out, depth + 1);
		}
		put(out, what == 7 ? "]" : "}");
	}
}

static inline void
put_key(struct text *out, bool *first, const char *key)
{
	put(out, *first ? "" : ",");
	*first = false;
	put(out, chance(40) == 0 ? " \"" : "\"");
	put(out, key);
	put(out, chance(40) == 0 ? "\" : " : "\":");
}

static inline void
put_data(struct text *out, uint32_t type)
{
	bool first = true;

	put(out, "{");
	for (uint32_t i = 0; i < DECODE_TYPES[type].fields_count; i++) {
		const struct catalog_field *field = &DECODE_TYPES[type].fields[i];
		if (!field->required && chance(3) == 0)
			continue;
		put_key(out, &first, field->name.at);
		if (chance(60) == 0)
			put_value(out, 1);
		else if (field->kind == FIELD_QUANTITY)
			chance(5) == 0 ? put(out, "\"12.5\"") : put_number(out);
		else if (field->kind == FIELD_FLAG)
			put(out, ONE_OF("true", "false"));
		else if (field->kind == FIELD_CHOICE)
			put(out, ONE_OF("\"Kubernetes\"", "\"ECS\"", "\"Asg\"", "\"Other\""));
		else if (field->kind == FIELD_LIST)
			put(out,
			    ONE_OF("[]", "[\"a\"]", "[\"a\",\"b\"]", "[\"\"]", "[\"\\u0061\"]"));
		else if (chance(4) == 0)
			put(out, ONE_OF("\"linux\"", "\"macos\"", "\"small\"", "\"medium\""));
		else
			put_string(out);
	}
	for (uint32_t n = chance(8) == 0 ? 1 : 0; n > 0; n--) {
		put_key(out, &first, ONE_OF("note", "extra", "labels"));
		put_value(out, 1);
	}
	put(out, "}");
}

static inline void
put_time(struct text *out)
{
	put(out, "\"2026-0");
	text_add_uint(out, 1 + chance(9));
	put(out, ONE_OF("-01T", "-09T", "-31T", "-17t"));
	put(out, ONE_OF("00:11:00", "23:59:59", "12:30:30", "23:59:60"));
	put(out, ONE_OF("Z", ".5Z", ".123456789Z", "+02:00", "-23:59", "z"));
	put(out, "\"");
}

static inline void
put_type(struct text *out, uint32_t type)
{
	put(out, "\"");
	put(out, type < 5    ? DECODE_TYPES[type].name.at
	         : type == 5 ? "event.retracted"
	                     : "un.known");
	put(out, "\"");
}

/* One event; which attributes come, and in which order, is left to chance. */
static inline struct span
generate(struct arena *memory)
{
	struct text text;
	bool        first = true;
	uint32_t    type  = chance(7);
	uint32_t    turn  = chance(3) == 0 ? chance(8) : 0;

	text_open(&text, memory);
	put(&text, "{");
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t which = (i + turn) % 8;
		if (chance(which == 0 || which == 6 ? 8 : 150) == 0)
			continue;
		put_key(&text, &first,
		        ((const char *const[]){ "specversion", "id", "source", "type", "account",
		                                "subject", "time", "data" })[which]);
		if (chance(200) == 0)
			put_value(&text, 2);
		else if (which == 0)
			put(&text, chance(50) == 0 ? "\"1.1\"" : "\"1.0\"");
		else if (which == 3)
			put_type(&text, type);
		else if (which == 4)
			put(&text, ONE_OF("\"acme\"", "\"acme\"", "\"other\"", "\"a-b_c.9\""));
		else if (which == 5)
			put(&text, ONE_OF("\"svc\"", "\"Ann@X.y\"", "\"src id\"", "\"\\u0020a\""));
		else if (which == 6)
			put_time(&text);
		else if (which == 7)
			put_data(&text, type % 5);
		else
			put_string(&text);
	}
	put(&text, "}");
	return text_span(&text);
}

/* A few bytes changed, taken out or put in. */
static inline struct span
mutate(struct span text, struct arena *memory)
{
	char  *bytes = arena_take(memory, text.size + 8);
	size_t size  = text.size;

	memcpy(bytes, text.at, size);
	for (uint32_t n = 1 + chance(2); n > 0; n--) {
		size_t at = chance((uint32_t)size);
		switch (chance(3)) {
		case 0:
			bytes[at] = "\"\\{}[],:0-.eE\n\r \x80\xff\x00\x1f"
				    "a1Z"[chance(23)];
			break;
		case 1:
			memmove(bytes + at, bytes + at + 1, --size - at);
			break;
		default:
			memmove(bytes + at + 1, bytes + at, size++ - at);
			bytes[at] = "\"\\{}[],:0-.eE\n\r \x80\xff\x00\x1f"
				    "a1Z"[chance(23)];
		}
	}
	return (struct span){ bytes, size };
}

#endif
