/* json_write.c - commas, quotes and escapes in one place. */
#include "core/json/json_write.h"

#include "core/base/check.h"
#include "core/base/decimal.h"

enum { LEVELS = 64 };

void
json_open(struct json_out *out, struct arena *arena)
{
	*out = (struct json_out){ .depth = 0 };
	text_open(&out->text, arena);
}

struct span
json_close(struct json_out *out)
{
	CHECK(out->depth == 0);
	CHECK(!out->after_key);
	CHECK(out->filled == 1);
	return text_span(&out->text);
}

static uint64_t
level_bit(const struct json_out *out)
{
	return UINT64_C(1) << out->depth;
}

static bool
in_object(const struct json_out *out)
{
	return (out->objects & level_bit(out)) != 0;
}

static void
separate(struct json_out *out)
{
	if (out->filled & level_bit(out))
		text_add_char(&out->text, ',');
	out->filled |= level_bit(out);
}

/* What stands before any value. */
static void
value_begin(struct json_out *out)
{
	CHECK(out->after_key == in_object(out));
	CHECK(out->depth > 0 || out->filled == 0);
	if (out->after_key)
		out->after_key = false;
	else
		separate(out);
}

static void
level_open(struct json_out *out, char bracket, bool object)
{
	value_begin(out);
	text_add_char(&out->text, bracket);
	CHECK(out->depth + 1 < LEVELS);
	out->depth++;
	out->filled &= ~level_bit(out);
	out->objects &= ~level_bit(out);
	if (object)
		out->objects |= level_bit(out);
}

static void
level_close(struct json_out *out, char bracket, bool object)
{
	CHECK(out->depth > 0);
	CHECK(!out->after_key);
	CHECK(in_object(out) == object);
	/* The bits of levels that ended are cleared: at the end only the first stays. */
	out->filled &= ~level_bit(out);
	out->objects &= ~level_bit(out);
	text_add_char(&out->text, bracket);
	out->depth--;
}

void
json_object(struct json_out *out)
{
	level_open(out, '{', true);
}

void
json_object_end(struct json_out *out)
{
	level_close(out, '}', true);
}

void
json_array(struct json_out *out)
{
	level_open(out, '[', false);
}

void
json_array_end(struct json_out *out)
{
	level_close(out, ']', false);
}

static bool
is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static void
escape_add(struct text *text, char c)
{
	static const char digits[]  = "0123456789abcdef";
	static const char meant[]   = { '"', '\\', '\b', '\f', '\n', '\r', '\t' };
	static const char letters[] = { '"', '\\', 'b', 'f', 'n', 'r', 't' };

	text_add_char(text, '\\');
	const char *known = memchr(meant, c, sizeof(meant));
	if (known) {
		text_add_char(text, letters[known - meant]);
		return;
	}
	text_add(text, SPAN("u00"));
	text_add_char(text, digits[(unsigned char)c >> 4]);
	text_add_char(text, digits[(unsigned char)c & 15]);
}

static void
quoted_add(struct text *text, struct span value)
{
	text_add_char(text, '"');
	for (size_t i = 0; i < value.size;) {
		size_t from = i;
		while (i < value.size && is_plain(value.at[i]))
			i++;
		text_add(text, (struct span){ value.at + from, i - from });
		if (i < value.size)
			escape_add(text, value.at[i++]);
	}
	text_add_char(text, '"');
}

void
json_key(struct json_out *out, struct span key)
{
	CHECK(in_object(out));
	CHECK(!out->after_key);
	separate(out);
	quoted_add(&out->text, key);
	text_add_char(&out->text, ':');
	out->after_key = true;
}

void
json_string(struct json_out *out, struct span value)
{
	value_begin(out);
	quoted_add(&out->text, value);
}

void
json_int(struct json_out *out, int64_t value)
{
	value_begin(out);
	text_add_int(&out->text, value);
}

void
json_uint(struct json_out *out, uint64_t value)
{
	value_begin(out);
	text_add_uint(&out->text, value);
}

void
json_bool(struct json_out *out, bool value)
{
	value_begin(out);
	text_add(&out->text, value ? SPAN("true") : SPAN("false"));
}

void
json_null(struct json_out *out)
{
	value_begin(out);
	text_add(&out->text, SPAN("null"));
}

void
json_decimal(struct json_out *out, int64_t millionths)
{
	char   written[DECIMAL_SIZE];
	size_t size = decimal_format(millionths, written);
	json_string(out, (struct span){ written, size });
}

void
json_count(struct json_out *out, int64_t millionths)
{
	if (millionths % MILLIONTHS == 0)
		json_int(out, millionths / MILLIONTHS);
	else
		json_decimal(out, millionths);
}

void
json_instant(struct json_out *out, struct instant at)
{
	char   written[INSTANT_SIZE];
	size_t size = instant_format(at, written);
	json_string(out, (struct span){ written, size });
}

void
json_hour(struct json_out *out, int32_t hour)
{
	char   written[INSTANT_SIZE];
	size_t size = hour_format(hour, written);
	json_string(out, (struct span){ written, size });
}

void
json_raw(struct json_out *out, struct span json)
{
	CHECK(json.size > 0);
	value_begin(out);
	text_add(&out->text, json);
}

void
json_key_string(struct json_out *out, struct span key, struct span value)
{
	json_key(out, key);
	json_string(out, value);
}

void
json_key_int(struct json_out *out, struct span key, int64_t value)
{
	json_key(out, key);
	json_int(out, value);
}

void
json_key_uint(struct json_out *out, struct span key, uint64_t value)
{
	json_key(out, key);
	json_uint(out, value);
}

void
json_key_bool(struct json_out *out, struct span key, bool value)
{
	json_key(out, key);
	json_bool(out, value);
}

void
json_key_hour(struct json_out *out, struct span key, int32_t hour)
{
	json_key(out, key);
	json_hour(out, hour);
}
