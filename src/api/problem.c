/* problem.c - errors as application/problem+json (RFC 9457). */
#include "api/problem.h"

#include "core/json/json_write.h"

enum { INSTANCE_SIZE_MAX = 256 };

static bool
is_plain(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("-._~/%", c) != NULL);
}

static struct span
instance_write(struct span path, struct arena *arena)
{
	static const char DIGITS[] = "0123456789ABCDEF";
	size_t            most     = path.size < INSTANCE_SIZE_MAX ? path.size : INSTANCE_SIZE_MAX;
	char             *at       = arena_take(arena, most * 3);
	size_t            size     = 0;
	for (size_t i = 0; i < most; i++) {
		unsigned char c = (unsigned char)path.at[i];
		if (is_plain((char)c)) {
			at[size++] = (char)c;
			continue;
		}
		at[size++] = '%';
		at[size++] = DIGITS[c >> 4];
		at[size++] = DIGITS[c & 15];
	}
	return (struct span){ at, size };
}

static bool
has_place(const struct refusal *refusal)
{
	return refusal->index != REFUSAL_NO_INDEX || refusal->byte != REFUSAL_NO_BYTE ||
	       refusal->field[0] != 0;
}

static void
place_write(struct json_out *out, const struct refusal *refusal)
{
	json_object(out);
	if (refusal->index != REFUSAL_NO_INDEX)
		json_key_uint(out, SPAN("index"), refusal->index);
	if (refusal->field[0])
		json_key_string(out, SPAN("field"), span_of(refusal->field));
	if (refusal->byte != REFUSAL_NO_BYTE)
		json_key_uint(out, SPAN("byte"), refusal->byte);
	json_key_string(out, SPAN("reason"), span_of(refusal->detail));
	json_object_end(out);
}

static struct span
type_write(enum err err, struct arena *arena)
{
	struct text type;
	text_open(&type, arena);
	text_add(&type, SPAN("/errors/"));
	text_add(&type, err_name(err));
	return text_span(&type);
}

static void
head_write(struct json_out *out, enum err err, struct span detail, struct span path,
           struct arena *arena)
{
	json_open(out, arena);
	json_object(out);
	json_key_string(out, SPAN("type"), type_write(err, arena));
	json_key_string(out, SPAN("title"), err_sentence(err));
	json_key_int(out, SPAN("status"), err_http_status(err));
	json_key_string(out, SPAN("detail"), detail);
	json_key_string(out, SPAN("instance"), instance_write(path, arena));
	json_key(out, SPAN("errors"));
}

struct span
problem_write_list(struct span errors, struct span path, struct arena *arena)
{
	struct json_out out;
	head_write(&out, ERR_LIST_REFUSED, err_sentence(ERR_LIST_REFUSED), path, arena);
	json_raw(&out, errors);
	json_object_end(&out);
	return json_close(&out);
}

struct span
problem_write(const struct refusal *refusal, struct span path, struct arena *arena)
{
	CHECK(refusal->err != ERR_NONE);
	struct json_out out;
	head_write(&out, refusal->err, span_of(refusal->detail), path, arena);
	json_array(&out);
	if (has_place(refusal))
		place_write(&out, refusal);
	json_array_end(&out);
	json_object_end(&out);
	return json_close(&out);
}
