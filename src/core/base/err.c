/* err.c - the rows of error.def as tables, and refusals that know their place. */
#include "core/base/err.h"

struct err_row {
	const char    *sentence;
	enum err_class kind;
	int            http_status;
	bool           retry;
};

static const struct err_row ROWS[ERR_COUNT] = {
#define ERROR_ROW(name, class, http_status, retry, sentence)                                       \
	{ sentence, ERR_CLASS_##class, http_status, retry },
#include "error.def"
#undef ERROR_ROW
};

/* The names are made from the rows' identifiers while compiling, letter by letter,
 * so that no second list can drift from the first. */
enum { NAME_SIZE = 24 };

#define LETTER(s, i) ((i) < sizeof(s) ? (s)[(i) < sizeof(s) ? (i) : 0] : 0)
#define SMALL(c) (char)((c) == '_' ? '-' : (c) >= 'A' && (c) <= 'Z' ? (c) + ('a' - 'A') : (c))
#define NAME_1(s, i) SMALL(LETTER(s, i))
#define NAME_4(s, i) NAME_1(s, i), NAME_1(s, (i) + 1), NAME_1(s, (i) + 2), NAME_1(s, (i) + 3)
#define NAME_24(s)                                                                                 \
	NAME_4(s, 0), NAME_4(s, 4), NAME_4(s, 8), NAME_4(s, 12), NAME_4(s, 16), NAME_4(s, 20)

static const char NAMES[ERR_COUNT][NAME_SIZE] = {
#define ERROR_ROW(name, class, http_status, retry, sentence) { NAME_24(#name) },
#include "error.def"
#undef ERROR_ROW
};

#define ERROR_ROW(name, class, http_status, retry, sentence)                                       \
	_Static_assert(sizeof(#name) <= NAME_SIZE, "the name of an error is too long");
#include "error.def"
#undef ERROR_ROW

static const struct err_row *
row_of(enum err err)
{
	CHECK((unsigned)err < ERR_COUNT);
	return &ROWS[err];
}

enum err_class
err_class_of(enum err err)
{
	return row_of(err)->kind;
}

int
err_http_status(enum err err)
{
	return row_of(err)->http_status;
}

bool
err_may_retry(enum err err)
{
	return row_of(err)->retry;
}

struct span
err_sentence(enum err err)
{
	return span_of(row_of(err)->sentence);
}

struct span
err_name(enum err err)
{
	CHECK((unsigned)err < ERR_COUNT);
	return span_of(NAMES[err]);
}

/* Copy as much of from as fits before a closing zero, never half a character. */
static void
copy_cut(char *to, size_t to_size, struct span from)
{
	size_t size = from.size < to_size ? from.size : to_size - 1;
	if (size < from.size)
		while (size > 0 && ((unsigned char)from.at[size] & 0xc0) == 0x80)
			size--;
	if (size > 0)
		memcpy(to, from.at, size);
	to[size] = 0;
}

void
refusal_fill(struct refusal *refusal, enum err err, uint64_t byte, struct span field,
             struct span detail)
{
	CHECK(err != ERR_NONE);
	if (!refusal)
		return;
	refusal->err   = err;
	refusal->index = REFUSAL_NO_INDEX;
	refusal->byte  = byte;
	copy_cut(refusal->field, sizeof(refusal->field), field);
	copy_cut(refusal->detail, sizeof(refusal->detail),
	         detail.size ? detail : err_sentence(err));
}
