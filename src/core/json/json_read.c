/* json_read.c - one pass over the text, a stack of open values, no recursion.
 *
 * What is open at a moment:
 *     1. open[0 .. depth) are arrays and objects that did not end yet, outermost
 *        first; each but the first is a child of the one before it.
 *     2. last[i] is the newest child of open[i], NULL when it has none.
 *     3. expect says what may come next; EXPECT_END only when depth is 0. */
#include "core/json/json_read.h"

enum expect {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_CLOSE, /* after [ */
	EXPECT_KEY,
	EXPECT_KEY_OR_CLOSE, /* after { */
	EXPECT_COMMA_OR_CLOSE,
	EXPECT_END,
};

struct reader {
	struct span     input;
	size_t          at;
	struct arena   *arena;
	struct refusal *refusal;
	enum expect     expect;
	struct span     key; /* of the value to come */
	struct json    *root;
	uint32_t        depth;
	struct json    *open[JSON_DEPTH_MAX];
	struct json    *last[JSON_DEPTH_MAX];
};

/* ---- Places ---- */

static bool
at_end(const struct reader *reader)
{
	return reader->at == reader->input.size;
}

static unsigned char
byte_at(const struct reader *reader, size_t at)
{
	CHECK(at < reader->input.size);
	return (unsigned char)reader->input.at[at];
}

static void
skip_space(struct reader *reader)
{
	while (!at_end(reader)) {
		char c = reader->input.at[reader->at];
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return;
		reader->at++;
	}
}

/* Refuse at the current byte; the end of the text is a place of its own. */
static enum err
refuse_here(const struct reader *reader, struct span detail)
{
	bool cut = at_end(reader);
	return refuse_at(reader->refusal, cut ? ERR_JSON_TRUNCATED : ERR_JSON_SYNTAX, reader->at,
	                 SPAN(""), cut ? SPAN("") : detail);
}

/* ---- Strings ---- */

/* How many bytes the character at reader->at has, 0 when it is not UTF-8. *cut is
 * set when the text ends inside a character that is right so far. */
static unsigned
utf8_size(const struct reader *reader, bool *cut)
{
	unsigned char first = byte_at(reader, reader->at);
	unsigned size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	/* Overlong forms, surrogates and what lies above U+10FFFF all show in the
	 * second byte. */
	unsigned char low  = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	for (unsigned i = 1; i < size; i++) {
		if (reader->at + i == reader->input.size) {
			*cut = true;
			return 0;
		}
		unsigned char c = byte_at(reader, reader->at + i);
		if (c < low || c > high)
			return 0;
		low  = 0x80;
		high = 0xbf;
	}
	return size;
}

static enum err
wide_skip(struct reader *reader)
{
	bool     cut  = false;
	unsigned size = utf8_size(reader, &cut);
	if (cut)
		reader->at = reader->input.size;
	if (cut)
		return refuse_here(reader, SPAN(""));
	if (size == 0)
		return refuse_at(reader->refusal, ERR_JSON_ENCODING, reader->at, SPAN(""), SPAN(""));
	reader->at += size;
	return ERR_NONE;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits at reader->at. */
static enum err
hex_read(struct reader *reader, unsigned *unit)
{
	unsigned value = 0;
	for (int i = 0; i < 4; i++, reader->at++) {
		int digit = at_end(reader) ? -1 : hex_digit(reader->input.at[reader->at]);
		if (digit < 0)
			return refuse_here(reader, SPAN("four hexadecimal digits must follow \\u"));
		value = value << 4 | (unsigned)digit;
	}
	*unit = value;
	return ERR_NONE;
}

static bool
is_high_surrogate(unsigned unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool
is_low_surrogate(unsigned unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

static enum err
refuse_surrogate(const struct reader *reader, size_t backslash)
{
	return refuse_at(reader->refusal, ERR_JSON_ENCODING, backslash, SPAN(""),
	                 SPAN("half of a surrogate pair is no character"));
}

/* The "\udc00" that must follow a high surrogate, whose backslash was at backslash. */
static enum err
low_surrogate_skip(struct reader *reader, size_t backslash)
{
	static const char wanted[] = { '\\', 'u' };
	for (size_t i = 0; i < sizeof(wanted); i++, reader->at++) {
		if (at_end(reader))
			return refuse_here(reader, SPAN(""));
		if (reader->input.at[reader->at] != wanted[i])
			return refuse_surrogate(reader, backslash);
	}
	unsigned unit = 0;
	enum err err  = hex_read(reader, &unit);
	if (err)
		return err;
	return is_low_surrogate(unit) ? ERR_NONE : refuse_surrogate(reader, backslash);
}

/* The "u1234" at reader->at. */
static enum err
unicode_escape_skip(struct reader *reader, size_t backslash)
{
	unsigned unit = 0;
	reader->at++;
	enum err err = hex_read(reader, &unit);
	if (err)
		return err;
	if (unit == 0)
		return refuse_at(reader->refusal, ERR_JSON_SYNTAX, backslash, SPAN(""),
		                 SPAN("U+0000 is not allowed in a string"));
	if (is_low_surrogate(unit))
		return refuse_surrogate(reader, backslash);
	return is_high_surrogate(unit) ? low_surrogate_skip(reader, backslash) : ERR_NONE;
}

static enum err
escape_skip(struct reader *reader)
{
	size_t backslash = reader->at++;
	if (at_end(reader))
		return refuse_here(reader, SPAN(""));
	switch (reader->input.at[reader->at]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		reader->at++;
		return ERR_NONE;
	case 'u':
		return unicode_escape_skip(reader, backslash);
	default:
		return refuse_here(reader, SPAN("there is no such escape"));
	}
}

/* From the opening quote at reader->at to behind the closing one. *content is what
 * stands between them, escapes and all. */
static enum err
string_skip(struct reader *reader, struct span *content, bool *escaped)
{
	size_t first = ++reader->at;
	while (!at_end(reader)) {
		unsigned char c   = byte_at(reader, reader->at);
		enum err      err = ERR_NONE;
		if (c == '"')
			break;
		if (c == '\\') {
			*escaped = true;
			err      = escape_skip(reader);
		} else if (c < 0x20) {
			err = refuse_here(reader, SPAN("a control character must be escaped"));
		} else if (c < 0x80) {
			reader->at++;
		} else {
			err = wide_skip(reader);
		}
		if (err)
			return err;
	}
	if (at_end(reader))
		return refuse_here(reader, SPAN(""));
	*content = (struct span){ reader->input.at + first, reader->at - first };
	reader->at++;
	return ERR_NONE;
}

static char *
utf8_put(char *to, unsigned code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xf0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

/* Four digits that string_skip has looked at. */
static unsigned
hex_known(const char *at)
{
	unsigned value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);
		CHECK(digit >= 0);
		value = value << 4 | (unsigned)digit;
	}
	return value;
}

/* The escape at from, whose backslash it is; returns what follows it. */
static const char *
unescape_one(const char *from, char **to)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[]   = "\"\\/\b\f\n\r\t";
	if (from[1] != 'u') {
		const char *letter = memchr(letters, from[1], sizeof(letters) - 1);
		CHECK(letter != NULL);
		*(*to)++ = meant[letter - letters];
		return from + 2;
	}
	unsigned code = hex_known(from + 2);
	from += 6;
	if (is_high_surrogate(code)) {
		code = 0x10000 + ((code - 0xd800) << 10) + (hex_known(from + 2) - 0xdc00);
		from += 6;
	}
	*to = utf8_put(*to, code);
	return from;
}

/* Unescaped text is never longer: the shortest escape of n bytes of UTF-8 has more. */
static struct span
unescape(struct arena *arena, struct span content)
{
	char       *first = arena_take(arena, content.size);
	char       *to    = first;
	const char *end   = content.at + content.size;
	for (const char *from = content.at; from < end;) {
		if (*from == '\\')
			from = unescape_one(from, &to);
		else
			*to++ = *from++;
	}
	CHECK((size_t)(to - first) <= content.size);
	return (struct span){ first, (size_t)(to - first) };
}

static enum err
string_read(struct reader *reader, struct span *text)
{
	struct span content = { 0 };
	bool        escaped = false;
	enum err    err     = string_skip(reader, &content, &escaped);
	if (err)
		return err;
	*text = escaped ? unescape(reader->arena, content) : content;
	return ERR_NONE;
}

/* ---- Numbers and words ---- */

static bool
digit_here(const struct reader *reader)
{
	return !at_end(reader) && (unsigned)(reader->input.at[reader->at] - '0') <= 9;
}

static bool
char_here(const struct reader *reader, char c)
{
	return !at_end(reader) && reader->input.at[reader->at] == c;
}

static enum err
digits_skip(struct reader *reader)
{
	if (!digit_here(reader))
		return refuse_here(reader, SPAN("a digit is expected"));
	while (digit_here(reader))
		reader->at++;
	return ERR_NONE;
}

static enum err
number_skip(struct reader *reader)
{
	enum err err = ERR_NONE;
	if (char_here(reader, '-'))
		reader->at++;
	if (char_here(reader, '0')) {
		reader->at++;
		if (digit_here(reader))
			return refuse_here(reader, SPAN("a number has no leading zeros"));
	} else {
		err = digits_skip(reader);
	}
	if (!err && char_here(reader, '.')) {
		reader->at++;
		err = digits_skip(reader);
	}
	if (!err && (char_here(reader, 'e') || char_here(reader, 'E'))) {
		reader->at++;
		if (char_here(reader, '+') || char_here(reader, '-'))
			reader->at++;
		err = digits_skip(reader);
	}
	return err;
}

static enum err
word_skip(struct reader *reader, struct span word)
{
	for (size_t i = 0; i < word.size; i++, reader->at++)
		if (!char_here(reader, word.at[i]))
			return refuse_here(reader, SPAN("only true, false and null are written bare"));
	return ERR_NONE;
}

/* ---- The tree ---- */

/* A new child of what is open, or the root. */
static struct json *
node_add(struct reader *reader, enum json_kind kind)
{
	struct json *node = arena_take_zeroed(reader->arena, sizeof(*node));
	node->kind        = kind;
	node->byte        = reader->at;
	node->raw.at      = reader->input.at + reader->at;
	if (reader->depth == 0) {
		CHECK(reader->root == NULL);
		reader->root = node;
		return node;
	}
	uint32_t     level  = reader->depth - 1;
	struct json *parent = reader->open[level];
	CHECK(parent->count < UINT32_MAX);
	if (parent->kind == JSON_OBJECT)
		node->key = reader->key;
	*(reader->last[level] ? &reader->last[level]->next : &parent->first) = node;
	reader->last[level] = node;
	parent->count++;
	return node;
}

static void
node_ended(struct reader *reader, struct json *node)
{
	CHECK(reader->at > node->byte);
	node->raw.size = reader->at - node->byte;
	reader->expect = reader->depth > 0 ? EXPECT_COMMA_OR_CLOSE : EXPECT_END;
}

static enum err
container_open(struct reader *reader, enum json_kind kind)
{
	if (reader->depth == JSON_DEPTH_MAX)
		return refuse_at(reader->refusal, ERR_JSON_TOO_DEEP, reader->at, SPAN(""), SPAN(""));
	struct json *node           = node_add(reader, kind);
	reader->open[reader->depth] = node;
	reader->last[reader->depth] = NULL;
	reader->depth++;
	reader->at++;
	reader->expect = kind == JSON_OBJECT ? EXPECT_KEY_OR_CLOSE : EXPECT_VALUE_OR_CLOSE;
	return ERR_NONE;
}

/* Up to this many members, comparing each with each is the faster way. */
enum { MEMBERS_FEW = 12 };

static const struct json *
duplicate_among_few(const struct json *object)
{
	for (const struct json *late = object->first; late; late = late->next)
		for (const struct json *early = object->first; early != late; early = early->next)
			if (span_equal(early->key, late->key))
				return late;
	return NULL;
}

/* Merge the sorted runs from[a, b) and from[b, c) into to[a, c); equal keys keep
 * their order in the text. */
static void
runs_merge(const struct json **from, const struct json **to, size_t a, size_t b, size_t c)
{
	size_t left = a, right = b;
	for (size_t i = a; i < c; i++) {
		bool take_left = left < b && (right == c ||
		                              span_compare(from[left]->key, from[right]->key) <= 0);
		to[i] = from[take_left ? left++ : right++];
	}
}

/* Sorting costs n log n whatever the keys are, so nobody can aim keys at it. */
static const struct json **
members_sorted(const struct json *object, struct arena *arena)
{
	size_t              count = object->count;
	const struct json **from  = ARENA_ARRAY(arena, const struct json *, count);
	const struct json **to    = ARENA_ARRAY(arena, const struct json *, count);
	size_t              filled = 0;
	for (const struct json *member = object->first; member; member = member->next)
		from[filled++] = member;
	CHECK(filled == count);

	for (size_t run = 1; run < count; run *= 2) {
		for (size_t a = 0; a < count; a += 2 * run) {
			size_t b = a + run < count ? a + run : count;
			size_t c = b + run < count ? b + run : count;
			runs_merge(from, to, a, b, c);
		}
		const struct json **swapped = from;
		from = to;
		to   = swapped;
	}
	return from;
}

/* The first member in the text whose key stood before, or NULL. */
static const struct json *
duplicate_member(const struct json *object, struct arena *arena)
{
	if (object->count <= MEMBERS_FEW)
		return duplicate_among_few(object);
	const struct json **sorted = members_sorted(object, arena);
	const struct json  *first  = NULL;
	for (uint32_t i = 1; i < object->count; i++) {
		if (!span_equal(sorted[i - 1]->key, sorted[i]->key))
			continue;
		if (!first || sorted[i]->byte < first->byte)
			first = sorted[i];
	}
	return first;
}

/* Where the member's key begins. Nodes do not keep it, as only a refusal asks: walk
 * from the start of the object, where each key follows the value before it. */
static size_t
key_byte(struct reader *reader, const struct json *object, const struct json *member)
{
	reader->at = object->byte + 1;
	for (const struct json *each = object->first;; each = each->next) {
		CHECK(each != NULL);
		skip_space(reader);
		if (char_here(reader, ','))
			reader->at++;
		skip_space(reader);
		if (each == member)
			return reader->at;
		reader->at = each->byte + each->raw.size;
	}
}

static enum err
container_close(struct reader *reader)
{
	CHECK(reader->depth > 0);
	struct json *node = reader->open[--reader->depth];
	reader->at++;
	node_ended(reader, node);
	if (node->kind != JSON_OBJECT)
		return ERR_NONE;
	const struct json *twice = duplicate_member(node, reader->arena);
	if (!twice)
		return ERR_NONE;
	return refuse_at(reader->refusal, ERR_JSON_DUPLICATE_KEY, key_byte(reader, node, twice),
	                 twice->key, SPAN(""));
}

/* ---- What comes next ---- */

static enum err
scalar_read(struct reader *reader, char first)
{
	struct json *node;
	enum err     err;
	switch (first) {
	case '"':
		node = node_add(reader, JSON_STRING);
		err  = string_read(reader, &node->text);
		break;
	case 't':
		node = node_add(reader, JSON_TRUE);
		err  = word_skip(reader, SPAN("true"));
		break;
	case 'f':
		node = node_add(reader, JSON_FALSE);
		err  = word_skip(reader, SPAN("false"));
		break;
	case 'n':
		node = node_add(reader, JSON_NULL);
		err  = word_skip(reader, SPAN("null"));
		break;
	default:
		node       = node_add(reader, JSON_NUMBER);
		err        = number_skip(reader);
		node->text = (struct span){ node->raw.at, reader->at - node->byte };
	}
	if (err)
		return err;
	node_ended(reader, node);
	return ERR_NONE;
}

static enum err
value_read(struct reader *reader)
{
	if (at_end(reader))
		return refuse_here(reader, SPAN(""));
	char c = reader->input.at[reader->at];
	if (c == '{')
		return container_open(reader, JSON_OBJECT);
	if (c == '[')
		return container_open(reader, JSON_ARRAY);
	if (c == '"' || c == 't' || c == 'f' || c == 'n' || c == '-' || digit_here(reader))
		return scalar_read(reader, c);
	return refuse_here(reader, SPAN("a value is expected"));
}

static enum err
key_read(struct reader *reader)
{
	if (!char_here(reader, '"'))
		return refuse_here(reader, SPAN("a key in quotes is expected"));
	enum err err = string_read(reader, &reader->key);
	if (err)
		return err;
	skip_space(reader);
	if (!char_here(reader, ':'))
		return refuse_here(reader, SPAN("a colon is expected"));
	reader->at++;
	reader->expect = EXPECT_VALUE;
	return ERR_NONE;
}

static bool
closes_here(const struct reader *reader)
{
	CHECK(reader->depth > 0);
	bool object = reader->open[reader->depth - 1]->kind == JSON_OBJECT;
	return char_here(reader, object ? '}' : ']');
}

static enum err
comma_or_close_read(struct reader *reader)
{
	bool object = reader->open[reader->depth - 1]->kind == JSON_OBJECT;
	if (closes_here(reader))
		return container_close(reader);
	if (!char_here(reader, ','))
		return refuse_here(reader, object ? SPAN("a comma or } is expected")
		                                  : SPAN("a comma or ] is expected"));
	reader->at++;
	reader->expect = object ? EXPECT_KEY : EXPECT_VALUE;
	return ERR_NONE;
}

static enum err
next_read(struct reader *reader)
{
	switch (reader->expect) {
	case EXPECT_VALUE:
		return value_read(reader);
	case EXPECT_VALUE_OR_CLOSE:
		return closes_here(reader) ? container_close(reader) : value_read(reader);
	case EXPECT_KEY:
		return key_read(reader);
	case EXPECT_KEY_OR_CLOSE:
		return closes_here(reader) ? container_close(reader) : key_read(reader);
	case EXPECT_COMMA_OR_CLOSE:
		return comma_or_close_read(reader);
	case EXPECT_END:
		break;
	}
	return refuse_here(reader, SPAN("nothing may follow the value"));
}

enum err
json_parse(struct span input, struct arena *arena, struct json **root, struct refusal *refusal)
{
	struct reader reader = { .input = input, .arena = arena, .refusal = refusal };

	/* Each turn reads at least one byte or refuses. */
	for (skip_space(&reader); reader.expect != EXPECT_END || !at_end(&reader);) {
		size_t   before = reader.at;
		enum err err    = next_read(&reader);
		if (err)
			return err;
		CHECK(reader.at > before);
		skip_space(&reader);
	}
	CHECK(reader.depth == 0);
	CHECK(reader.root != NULL);
	*root = reader.root;
	return ERR_NONE;
}

const struct json *
json_member(const struct json *object, struct span key)
{
	if (!object || object->kind != JSON_OBJECT)
		return NULL;
	const struct json *member = object->first;
	while (member && !span_equal(member->key, key))
		member = member->next;
	return member;
}

enum err
json_int64(const struct json *value, int64_t *number)
{
	if (!value || value->kind != JSON_NUMBER)
		return ERR_FIELD_TYPE;
	bool    minus = value->text.at[0] == '-';
	int64_t sum   = 0;
	for (size_t i = minus; i < value->text.size; i++) {
		int digit = value->text.at[i] - '0';
		if (digit < 0 || digit > 9)
			return ERR_FIELD_VALUE;
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, digit, &sum))
			return ERR_FIELD_VALUE;
	}
	/* Summed below zero, where there is one number more. */
	if (!minus && sum == INT64_MIN)
		return ERR_FIELD_VALUE;
	*number = minus ? sum : -sum;
	return ERR_NONE;
}
