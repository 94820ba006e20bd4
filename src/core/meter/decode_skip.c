/* decode_skip.c - where a broken element of an array ends.
 *
 * By brackets and quotes alone, and only where neither is in doubt: a wrong guess would
 * take an object nested in an event for an event of its own, which nobody sent. */
#include "core/json/json_scan.h"
#include "core/meter/decode_int.h"

/* What is open, from the outside in. */
struct nesting {
	uint64_t objects; /* bit i: what is open at depth i is an object */
	uint32_t depth;
};

/* False when the bracket closes what is not open. Deeper than JSON may be it is only
 * counted which kind closes. */
static bool
nesting_take(struct nesting *nesting, char bracket)
{
	bool     brace = bracket == '{' || bracket == '}';
	uint64_t bit   = UINT64_C(1) << (nesting->depth & 63);

	if (bracket == '{' || bracket == '[') {
		if (nesting->depth < JSON_DEPTH_MAX)
			nesting->objects = brace ? nesting->objects | bit : nesting->objects & ~bit;
		nesting->depth++;
		return true;
	}
	if (nesting->depth == 0)
		return false;
	nesting->depth--;
	return nesting->depth >= JSON_DEPTH_MAX ||
	       (nesting->objects >> nesting->depth & 1) == brace;
}

/* From the opening quote at text.at[i] to behind the closing one; false: there is none. */
static bool
string_pass(struct span text, size_t *i)
{
	for (++*i; *i < text.size && text.at[*i] != '"'; ++*i)
		*i += text.at[*i] == '\\';
	return (*i)++ < text.size;
}

static bool
is_one_of(char c, struct span set)
{
	return memchr(set.at, c, set.size) != NULL;
}

/* How long the word is that begins at text.at[i]; 0: none does. */
static size_t
word_size(struct span text, size_t i)
{
	size_t end = i;

	while (end < text.size && !is_one_of(text.at[end], SPAN("{}[]:,\" \t\r\n")))
		end++;
	return end - i;
}

/* May the word stand outside of quotes? Single quotes are no JSON, but no doubt either. */
static bool
word_is_unquoted(struct span word)
{
	size_t i = 0;

	while (i < word.size && is_one_of(word.at[i], SPAN("+-.0123456789eE")))
		i++;
	if (i == word.size && (word.at[0] == '-' || json_is_digit(word.at[0])))
		return true;
	if (word.size > 1 && word.at[0] == '\'' && word.at[word.size - 1] == '\'')
		return true;
	return span_equal(word, SPAN("true")) || span_equal(word, SPAN("false")) ||
	       span_equal(word, SPAN("null"));
}

bool
broken_size(struct span text, size_t fault, size_t *size)
{
	struct nesting nesting = { 0 };
	size_t         i       = 0;

	while (i < text.size) {
		char   c    = text.at[i];
		size_t word = word_size(text, i);
		if (nesting.depth == 0 && (c == ',' || c == ']'))
			break;
		if (word > 0) {
			if (i > fault && !word_is_unquoted((struct span){ text.at + i, word }))
				return false;
			i += word;
		} else if (c == '"') {
			if (!string_pass(text, &i))
				return false;
			if (nesting.depth == 0)
				break;
		} else if (!is_one_of(c, SPAN("{}[]"))) {
			i++;
		} else {
			i++;
			if (!nesting_take(&nesting, c))
				return false;
			if (nesting.depth == 0)
				break;
		}
	}
	if (nesting.depth > 0)
		return false;
	*size = i;
	return true;
}
