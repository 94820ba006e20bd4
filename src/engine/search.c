/* search.c - a text somewhere in what a list shows, whatever the case of its letters. */
#include "engine/ask_int.h"

/* Letters of ASCII alone: those of other alphabets are compared as they stand. */
static char
folded(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool
begins_with(const char *at, struct span wanted)
{
	for (size_t i = 0; i < wanted.size; i++) {
		if (folded(at[i]) != folded(wanted.at[i]))
			return false;
	}
	return true;
}

bool
text_found(struct span text, struct span wanted)
{
	for (size_t i = 0; i + wanted.size <= text.size; i++) {
		if (begins_with(text.at + i, wanted))
			return true;
	}
	return wanted.size == 0;
}

static bool
any_found(const struct span *texts, size_t count, struct span wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (text_found(texts[i], wanted))
			return true;
	}
	return false;
}

bool
row_found(const struct licence_row *row, struct span wanted)
{
	const struct span texts[] = {
		row->rule->row_kind, row->org, row->project, row->item,
		row->service,        row->id,  row->name,    row->class,
	};
	return any_found(texts, sizeof texts / sizeof texts[0], wanted);
}

bool
by_found(const struct licence_by *by, struct span wanted)
{
	const struct span texts[] = { by->rule->part, by->org, by->project, by->id, by->item };
	return any_found(texts, sizeof texts / sizeof texts[0], wanted);
}
