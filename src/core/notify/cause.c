/* cause.c - what a notification is about, and the one id that it has for ever. */
#include "core/notify/cause.h"

#include <xxhash.h>

struct row {
	const char *name;
	const char *marks;
	int32_t     least;
	int32_t     most;
	const char *title;
	const char *text;
};

static const struct row ROWS[NOTICE_COUNT] = {
#define NOTIFICATION_ROW(id, name, marks, least, most, title, text)                                \
	[NOTICE_##id] = { name, marks, least, most, title, text },
#include "notification.def"
#undef NOTIFICATION_ROW
};

/* ---- the table ---- */

struct span
notice_name(enum notice_kind kind)
{
	CHECK(kind < NOTICE_COUNT);
	return span_of(ROWS[kind].name);
}

enum notice_kind
notice_find(struct span name)
{
	int kind = 0;

	while (kind < NOTICE_COUNT && !span_equal(name, span_of(ROWS[kind].name)))
		kind++;
	return (enum notice_kind)kind;
}

struct marks
notice_marks(enum notice_kind kind)
{
	struct marks marks = { .count = 0 };

	CHECK(kind < NOTICE_COUNT);
	for (const char *at = ROWS[kind].marks; *at; at++) {
		CHECK(marks.count < MARKS_MAX);
		int32_t mark = 0;
		for (; *at >= '0' && *at <= '9'; at++)
			mark = mark * 10 + (*at - '0');
		CHECK(notice_mark_allowed(kind, mark));
		marks.mark[marks.count++] = mark;
		if (!*at)
			break;
	}
	return marks;
}

bool
notice_mark_allowed(enum notice_kind kind, int64_t mark)
{
	CHECK(kind < NOTICE_COUNT);
	return ROWS[kind].most > 0 && mark >= ROWS[kind].least && mark <= ROWS[kind].most;
}

struct span
notice_title(enum notice_kind kind)
{
	CHECK(kind < NOTICE_COUNT);
	return span_of(ROWS[kind].title);
}

struct span
notice_text(enum notice_kind kind)
{
	CHECK(kind < NOTICE_COUNT);
	return span_of(ROWS[kind].text);
}

/* ---- the id ---- */

/* With its size before it, so that two pieces never look like two others. */
static void
piece_hash(XXH3_state_t *state, struct span piece)
{
	uint8_t size[4];

	for (unsigned i = 0; i < sizeof(size); i++)
		size[i] = (uint8_t)(piece.size >> 8 * i);
	XXH3_128bits_update(state, size, sizeof(size));
	if (piece.size > 0)
		XXH3_128bits_update(state, piece.at, piece.size);
}

static void
hex_write(uint64_t value, char *out)
{
	for (unsigned i = 0; i < 16; i++)
		out[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
}

void
cause_id(struct span account, const struct notice *notice, char id[CAUSE_ID_SIZE + 1])
{
	XXH3_state_t state;
	uint8_t      mark[4];

	for (unsigned i = 0; i < sizeof(mark); i++)
		mark[i] = (uint8_t)((uint32_t)notice->mark >> 8 * i);
	XXH3_128bits_reset(&state);
	piece_hash(&state, account);
	piece_hash(&state, notice_name(notice->kind));
	piece_hash(&state, notice->subject);
	piece_hash(&state, notice->period);
	piece_hash(&state, (struct span){ (const char *)mark, sizeof(mark) });
	XXH128_hash_t hash = XXH3_128bits_digest(&state);
	memcpy(id, "ntf_", 4);
	hex_write(hash.high64, id + 4);
	hex_write(hash.low64, id + 20);
	id[CAUSE_ID_SIZE] = 0;
}
