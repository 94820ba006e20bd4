/* cli.c - how commands read their files, print their answers and say what went wrong. */
#include "cli/cli.h"

#include <stdio.h>

#include "core/base/limit.h"
#include "core/base/text.h"
#include "core/json/json_read.h"
#include "edge/sys/input.h"
#include "edge/sys/memory.h"

#include <errno.h>

/* ---- what was given ---- */

struct span
cli_word(const struct cli *cli, uint32_t i)
{
	CHECK(i < cli->args.words_count);
	return span_of(cli->args.words[i]);
}

struct span
cli_value(const struct cli *cli, enum option option)
{
	const char *value = args_value(&cli->args, option);
	return value ? span_of(value) : SPAN("");
}

/* ---- text for a terminal ---- */

/* Controls, and the marks that turn the direction of what follows: they could forge
 * what a reader sees. */
static bool
is_hidden(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e ||
	       point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

/* The code point at text, *size bytes long; a byte that is no UTF-8 is one by itself and
 * gives a control character. */
static uint32_t
point_at(struct span text, size_t *size)
{
	const unsigned char *at   = (const unsigned char *)text.at;
	size_t               need = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

	*size = 1;
	if (need == 1)
		return at[0];
	if (at[0] < 0xc2 || at[0] > 0xf4 || need > text.size)
		return 0x80;
	uint32_t point = at[0] & masks[need];
	for (size_t i = 1; i < need; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0x80;
		point = point << 6 | (at[i] & 0x3f);
	}
	*size = need;
	return point;
}

struct span
cli_clean(struct span text, struct arena *arena)
{
	struct text clean;
	char        escape[16];

	text_open(&clean, arena);
	while (text.size > 0) {
		size_t   size;
		uint32_t point = point_at(text, &size);
		if (!is_hidden(point)) {
			text_add(&clean, (struct span){ text.at, size });
		} else {
			uint32_t shown = size == 1 ? (unsigned char)text.at[0] : point;
			snprintf(escape, sizeof(escape), shown < 0x100 ? "\\x%02x" : "\\u%04x",
			         shown);
			text_add(&clean, span_of(escape));
		}
		text = (struct span){ text.at + size, text.size - size };
	}
	return text_span(&clean);
}

/* ---- what went wrong ---- */

void
cli_complain(const char *before, const char *word, const char *after)
{
	struct arena arena;

	arena_open(&arena, system_memory());
	struct span clean = cli_clean(span_of(word), &arena);
	fprintf(stderr, "tally: %s%.*s%s\n", before, (int)clean.size, clean.at, after);
	arena_close(&arena);
}

static int
status_of(enum err err)
{
	/* The store is well: it belongs to somebody else just now. */
	if (err == ERR_STORE_HELD)
		return EXIT_REFUSED;
	return err_class_of(err) == ERR_CLASS_FAULT ? EXIT_FAULT : EXIT_REFUSED;
}

int
cli_refused(enum err err, const struct refusal *refusal, const char *where)
{
	struct arena arena;
	struct text  text;
	bool         told = refusal->err != ERR_NONE && refusal->detail[0];

	CHECK(err != ERR_NONE);
	arena_open(&arena, system_memory());
	text_open(&text, &arena);
	if (where) {
		text_add(&text, span_of(where));
		text_add(&text, SPAN(": "));
	}
	if (told && refusal->byte != REFUSAL_NO_BYTE) {
		text_add(&text, SPAN("byte "));
		text_add_uint(&text, refusal->byte);
		text_add(&text, SPAN(": "));
	}
	if (told && refusal->field[0]) {
		text_add(&text, span_of(refusal->field));
		text_add(&text, SPAN(": "));
	}
	text_add(&text, told ? span_of(refusal->detail) : err_sentence(err));
	text_add_char(&text, 0);
	cli_complain("", text.at, "");
	arena_close(&arena);
	return status_of(err);
}

int
cli_unreadable(const char *path, int error)
{
	char after[160];

	snprintf(after, sizeof(after), ": %s",
	         error == EFBIG ? "the file is larger than such a file may be" : strerror(error));
	cli_complain("", path, after);
	return EXIT_REFUSED;
}

int
cli_misused(const struct cli *cli, const char *reason)
{
	char before[80], after[80];

	snprintf(before, sizeof(before), "%s: ", cli->command->name);
	snprintf(after, sizeof(after), "; see tally %s --help", cli->command->name);
	cli_complain(before, reason, after);
	return EXIT_USAGE;
}

/* ---- files and answers ---- */

int
cli_file(struct cli *cli, const char *path, struct span *bytes)
{
	int error = input_read(path, LIMIT_BODY_SIZE, &cli->arena, bytes);

	if (error != 0)
		return cli_unreadable(path, error);
	if (bytes->size == 0) {
		cli_complain("", path, ": the file is empty");
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

int
cli_answer(struct cli *cli, struct span answer, cli_show *show)
{
	struct json *root = NULL;

	if (!args_has(&cli->args, OPTION_JSON) && show &&
	    json_parse(answer, &cli->arena, &root, NULL) == ERR_NONE) {
		show(cli, root);
		return EXIT_DONE;
	}
	fwrite(answer.at, 1, answer.size, stdout);
	putchar('\n');
	return EXIT_DONE;
}
