/* json_read.c - one pass over the text, a stack of open values, no recursion.
 *
 * What is open at a moment:
 *     1. open[0 .. depth) are arrays and objects that did not end yet, outermost
 *        first; each but the first is a child of the one before it.
 *     2. last[i] is the newest child of open[i], NULL when it has none.
 *     3. expect says what may come next; EXPECT_END only when depth is 0. */
#include "core/json/json_read.h"

#include "core/json/json_scan.h"

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

static bool
char_here(const struct reader *reader, char c)
{
	return !at_end(reader) && reader->input.at[reader->at] == c;
}

static struct json_cursor
cursor_at(const struct reader *reader, size_t at)
{
	CHECK(at <= reader->input.size);
	return (struct json_cursor){ .at  = reader->input.at + at,
		                     .end = reader->input.at + reader->input.size };
}

static void
skip_space(struct reader *reader)
{
	struct json_cursor cursor = cursor_at(reader, reader->at);
	json_skip_space(&cursor);
	reader->at = (size_t)(cursor.at - reader->input.at);
}

/* Refuse at the current byte; the end of the text is a place of its own. */
static enum err
refuse_here(const struct reader *reader, struct span detail)
{
	bool cut = at_end(reader);
	return refuse_at(reader->refusal, cut ? ERR_JSON_TRUNCATED : ERR_JSON_SYNTAX, reader->at,
	                 SPAN(""), cut ? SPAN("") : detail);
}

/* ---- Strings, numbers and words ---- */

/* The first of count bytes from at on that is no hexadecimal digit. */
static size_t
hex_end(const struct reader *reader, size_t at, size_t count)
{
	size_t end = at + count;
	while (at < end && at < reader->input.size) {
		char c     = reader->input.at[at];
		bool digit = json_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		if (!digit)
			break;
		at++;
	}
	return at;
}

/* Where an escape that was refused goes wrong, read from its backslash on: at the byte
 * that cannot stand there, or at the backslash when the whole means no character. */
static size_t
escape_fault(const struct reader *reader, size_t backslash)
{
	static const char pair[] = { '\\', 'u' };

	size_t at = backslash + 1;
	if (at == reader->input.size || reader->input.at[at] != 'u')
		return at;
	at = hex_end(reader, backslash + 2, 4);
	if (at < backslash + 6)
		return at;
	uint32_t unit = (uint32_t)json_hex4(reader->input.at + backslash + 2);
	if (unit < 0xd800 || unit > 0xdbff)
		return backslash;
	for (size_t i = 0; i < sizeof(pair); i++, at++) {
		if (at == reader->input.size)
			return at;
		if (reader->input.at[at] != pair[i])
			return backslash;
	}
	at = hex_end(reader, backslash + 8, 4);
	return at < backslash + 12 ? at : backslash;
}

/* Whether the text ends inside a character whose bytes were right so far: then one
 * of the two extreme continuations makes it whole. */
static bool
character_is_cut(const struct reader *reader, size_t at)
{
	static const char fills[] = { '\x80', '\xbf' };

	size_t left = reader->input.size - at;
	bool   cut  = false;
	for (size_t i = 0; i < sizeof(fills) && left < 4; i++) {
		char whole[4];
		memset(whole, fills[i], sizeof(whole));
		memcpy(whole, reader->input.at + at, left);
		cut |= json_utf8_size(whole, whole + sizeof(whole)) > left;
	}
	return cut;
}

/* A scan stops where what it refuses begins: find the very byte. */
static enum err
refuse_in_string(struct reader *reader, enum err err, const char *why)
{
	size_t at = reader->at;
	if (char_here(reader, '\\'))
		reader->at = escape_fault(reader, at);
	else if (err == ERR_JSON_ENCODING && character_is_cut(reader, at))
		reader->at = reader->input.size;
	if (reader->at > at || at_end(reader))
		return refuse_here(reader, span_of(why));
	return refuse_at(reader->refusal, err, at, SPAN(""), span_of(why));
}

/* From the opening quote at reader->at to behind the closing one. */
static enum err
string_read(struct reader *reader, struct span *text)
{
	struct json_cursor cursor  = cursor_at(reader, reader->at + 1);
	struct span        inside  = { 0 };
	bool               escaped = false;
	enum err           err     = json_scan_string(&cursor, &inside, &escaped);

	reader->at = (size_t)(cursor.at - reader->input.at);
	if (err)
		return refuse_in_string(reader, err, cursor.why);
	*text = inside;
	if (escaped) {
		char *meant = arena_take(reader->arena, inside.size);
		*text       = (struct span){ meant, json_unescape(inside, meant) };
		CHECK(text->size < inside.size);
	}
	return ERR_NONE;
}

static enum err
number_read(struct reader *reader, struct span *text)
{
	struct json_cursor cursor = cursor_at(reader, reader->at);
	enum err           err    = json_scan_number(&cursor, text);

	reader->at = (size_t)(cursor.at - reader->input.at);
	return err ? refuse_here(reader, span_of(cursor.why)) : ERR_NONE;
}

static enum err
word_skip(struct reader *reader, struct span word)
{
	for (size_t i = 0; i < word.size; i++, reader->at++)
		if (!char_here(reader, word.at[i]))
			return refuse_here(reader,
			                   SPAN("only true, false and null are written bare"));
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
	reader->last[level]                                                  = node;
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
		return refuse_at(reader->refusal, ERR_JSON_TOO_DEEP, reader->at, SPAN(""),
		                 SPAN(""));
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
		to[i]          = from[take_left ? left++ : right++];
	}
}

/* Sorting costs n log n whatever the keys are, so nobody can aim keys at it. */
static const struct json **
members_sorted(const struct json *object, struct arena *arena)
{
	size_t              count  = object->count;
	const struct json **from   = ARENA_ARRAY(arena, const struct json *, count);
	const struct json **to     = ARENA_ARRAY(arena, const struct json *, count);
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
		from                        = to;
		to                          = swapped;
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
		node = node_add(reader, JSON_NUMBER);
		err  = number_read(reader, &node->text);
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
	if (c == '"' || c == 't' || c == 'f' || c == 'n' || c == '-' || json_is_digit(c))
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
	struct reader reader = { .arena = arena, .refusal = refusal };
	reader.input         = input.at ? input : SPAN("");

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
