/* decode_strict.c - one JSON value into nodes, by the whole of RFC 8259.
 *
 * No recursion: open containers stand in a fixed array of frames, so depth is a
 * check and not a risk. Paths are hashed on the way down (content.h). */
#include "core/meter/content.h"
#include "core/meter/decode_int.h"

struct strict {
	struct json_cursor cursor;
	const char        *start;
	const char        *kept_end; /* behind it nothing is kept: too large anyway */
	struct arena      *arena;
	struct parsed     *parsed;
	struct node       *nodes;
	uint32_t           nodes_count;
	uint32_t           nodes_max;
	struct key        *keys;
	uint32_t           keys_count;
	uint32_t           keys_max;
	/* The value that comes next. */
	uint64_t      path;
	struct span   key;
	uint8_t       place;
	uint32_t      depth;
	struct frame *frames;
};

/* A copy of the array with twice the room. */
static void *
array_double(struct arena *arena, const void *array, uint32_t *max, size_t item_size)
{
	void *copy = arena_take(arena, 2 * item_size * *max);
	memcpy(copy, array, item_size * *max);
	*max *= 2;
	return copy;
}

static bool
strict_keeps(const struct strict *s)
{
	return s->cursor.at <= s->kept_end;
}

static struct node *
node_add(struct strict *s, enum json_kind kind, struct span text)
{
	if (s->nodes_count == s->nodes_max)
		s->nodes = array_double(s->arena, s->nodes, &s->nodes_max, sizeof(struct node));
	struct node *node = &s->nodes[s->nodes_count++];

	*node = (struct node){
		.at    = (uint32_t)(text.at - s->start),
		.size  = (uint32_t)text.size,
		.kind  = (uint8_t)kind,
		.place = s->place,
		.path  = s->path,
		.key   = s->key,
	};
	return node;
}

static struct span
strict_text(const struct strict *s, struct span inside, bool escaped)
{
	if (!escaped)
		return inside;
	char *bytes = arena_take(s->arena, inside.size);
	return (struct span){ bytes, json_unescape(inside, bytes) };
}

/* A string or number: kept as a node where it may be needed, else only hashed. */
static void
leaf_add(struct strict *s, enum json_kind kind, struct span text, bool escaped)
{
	s->parsed->slots_count++;
	if (!strict_keeps(s))
		return;
	if (s->place != PLACE_DEEP || s->parsed->slots_count <= DEEP_NODES_MAX) {
		node_add(s, kind, text)->escaped = escaped;
		return;
	}
	s->parsed->content += kind == JSON_NUMBER
	                              ? content_of_number(s->path, text)
	                              : content_of_text(s->path, strict_text(s, text, escaped));
}

static void
constant_add(struct strict *s, enum json_kind kind, enum content_constant constant,
             struct span text)
{
	if (!strict_keeps(s))
		return;
	if (s->place == PLACE_DEEP)
		s->parsed->content += content_of_constant(s->path, constant);
	else
		node_add(s, kind, text);
}

static enum err
word_scan(struct strict *s, struct span word, enum json_kind kind, enum content_constant constant)
{
	size_t left = (size_t)(s->cursor.end - s->cursor.at);
	size_t size = left < word.size ? left : word.size;

	for (size_t i = 0; i < size; i++) {
		if (s->cursor.at[i] != word.at[i]) {
			s->cursor.at += i;
			return json_fault(&s->cursor, ERR_JSON_SYNTAX,
			                  "only true, false and null are words of JSON");
		}
	}
	if (size < word.size) {
		s->cursor.at += size;
		return json_fault(&s->cursor, ERR_JSON_TRUNCATED, "the text ends inside a word");
	}
	constant_add(s, kind, constant, (struct span){ s->cursor.at, word.size });
	s->cursor.at += word.size;
	return ERR_NONE;
}

static uint8_t
place_below(const struct strict *s, bool object)
{
	if (s->place == PLACE_ROOT && object)
		return PLACE_ATTRIBUTE;
	if (s->place == PLACE_ATTRIBUTE && object && span_equal(s->key, SPAN("data")))
		return PLACE_FIELD;
	if (s->place == PLACE_FIELD && !object)
		return PLACE_ITEM;
	return PLACE_DEEP;
}

static enum err
container_open(struct strict *s, bool object)
{
	if (s->depth == JSON_DEPTH_MAX) {
		s->parsed->resumable = true;
		return json_fault(&s->cursor, ERR_JSON_TOO_DEEP,
		                  "the JSON is nested deeper than 64 levels");
	}
	s->frames[s->depth] = (struct frame){
		.object      = object,
		.child_place = place_below(s, object),
		.node        = s->nodes_count,
		.keys_first  = s->keys_count,
		.path        = s->path,
	};
	if (s->place != PLACE_DEEP && strict_keeps(s))
		node_add(s, object ? JSON_OBJECT : JSON_ARRAY, (struct span){ s->cursor.at, 0 });
	s->depth++;
	s->cursor.at++;
	return ERR_NONE;
}

/* Sort by name, then by place: merge runs from the bottom up, so that the worst
 * keys that anybody can choose cost no more than n log n. */
static void
keys_sort(struct key *keys, struct key *spare, uint32_t count)
{
	for (uint32_t run = 1; run < count; run *= 2) {
		for (uint32_t first = 0; first < count; first += 2 * run) {
			uint32_t middle = first + run < count ? first + run : count;
			uint32_t end    = first + 2 * run < count ? first + 2 * run : count;
			uint32_t a = first, b = middle;
			for (uint32_t i = first; i < end; i++) {
				bool left =
					b == end || (a < middle &&
				                     span_compare(keys[a].name, keys[b].name) <= 0);
				spare[i] = left ? keys[a++] : keys[b++];
			}
		}
		memcpy(keys, spare, count * sizeof(*keys));
	}
}

/* The first key that stands for the second time, or NULL. Few keys are compared
 * each with each, many are sorted. */
static const struct key *
keys_find_twice(struct strict *s, struct key *keys, uint32_t count)
{
	enum { FEW = 16 };
	const struct key *twice = NULL;

	if (count <= FEW) {
		for (uint32_t i = 1; i < count; i++) {
			for (uint32_t j = 0; j < i; j++) {
				if (span_equal(keys[i].name, keys[j].name))
					return &keys[i];
			}
		}
		return NULL;
	}
	keys_sort(keys, ARENA_ARRAY(s->arena, struct key, count), count);
	for (uint32_t i = 1; i < count; i++) {
		if (span_equal(keys[i - 1].name, keys[i].name) &&
		    (twice == NULL || keys[i].at < twice->at))
			twice = &keys[i];
	}
	return twice;
}

static enum err
container_close(struct strict *s)
{
	struct frame     *frame = &s->frames[s->depth - 1];
	const struct key *twice =
		keys_find_twice(s, s->keys + frame->keys_first, s->keys_count - frame->keys_first);

	if (twice != NULL) {
		s->parsed->resumable = true;
		s->parsed->fault_key = twice->name;
		s->cursor.at         = s->start + twice->at;
		return json_fault(&s->cursor, ERR_JSON_DUPLICATE_KEY,
		                  "a key stands twice in one object");
	}
	s->keys_count = frame->keys_first;
	s->depth--;
	s->cursor.at++;
	s->path  = frame->path;
	s->place = s->depth == 0 ? PLACE_ROOT : s->frames[s->depth - 1].child_place;
	if (!strict_keeps(s))
		return ERR_NONE;
	if (s->place != PLACE_DEEP) {
		s->nodes[frame->node].count = frame->count;
		s->nodes[frame->node].size =
			(uint32_t)(s->cursor.at - s->start) - s->nodes[frame->node].at;
	} else if (frame->count == 0) {
		s->parsed->content += content_of_constant(
			s->path, frame->object ? CONTENT_EMPTY_OBJECT : CONTENT_EMPTY_ARRAY);
	}
	return ERR_NONE;
}

static enum err
string_scan(struct strict *s, struct span *inside, bool *escaped)
{
	s->cursor.at++;
	enum err err = json_scan_string(&s->cursor, inside, escaped);
	/* Wherever a string is wrong, its closing quote can still be found. */
	s->parsed->resumable = err != ERR_NONE && err != ERR_JSON_TRUNCATED;
	return err;
}

/* One value; of an array or object only what opens it. */
static enum err
value_scan(struct strict *s, bool *opened)
{
	struct span text;
	bool        escaped = false;
	enum err    err;

	*opened = false;
	if (s->cursor.at == s->cursor.end)
		return json_fault(&s->cursor, ERR_JSON_TRUNCATED,
		                  "the text ends where a value should stand");
	char c = *s->cursor.at;
	switch (c) {
	case '{':
	case '[':
		*opened = true;
		return container_open(s, c == '{');
	case '"':
		if ((err = string_scan(s, &text, &escaped)) == ERR_NONE)
			leaf_add(s, JSON_STRING, text, escaped);
		return err;
	case 't':
		return word_scan(s, SPAN("true"), JSON_TRUE, CONTENT_TRUE);
	case 'f':
		return word_scan(s, SPAN("false"), JSON_FALSE, CONTENT_FALSE);
	case 'n':
		return word_scan(s, SPAN("null"), JSON_NULL, CONTENT_NULL);
	case '\0':
		return json_fault(&s->cursor, ERR_JSON_SYNTAX,
		                  "a raw NUL byte stands where a value should");
	case 'N':
	case 'I':
		return json_fault(&s->cursor, ERR_JSON_SYNTAX,
		                  "NaN and Infinity are not numbers of JSON");
	default:
		if (c != '-' && !json_is_digit(c))
			return json_fault(&s->cursor, ERR_JSON_SYNTAX, "no JSON value starts here");
		if ((err = json_scan_number(&s->cursor, &text)) == ERR_NONE)
			leaf_add(s, JSON_NUMBER, text, false);
		return err;
	}
}

static enum err
key_scan(struct strict *s, const struct frame *frame)
{
	bool     escaped = false;
	uint32_t at      = (uint32_t)(s->cursor.at - s->start);

	if (s->cursor.at == s->cursor.end)
		return json_fault(&s->cursor, ERR_JSON_TRUNCATED, "the text ends inside an object");
	if (*s->cursor.at != '"')
		return json_fault(&s->cursor, ERR_JSON_SYNTAX, "a key in quotes should stand here");
	enum err err = string_scan(s, &s->key, &escaped);
	if (err != ERR_NONE)
		return err;
	json_skip_space(&s->cursor);
	if (s->cursor.at == s->cursor.end)
		return json_fault(&s->cursor, ERR_JSON_TRUNCATED, "the text ends behind a key");
	if (*s->cursor.at != ':')
		return json_fault(&s->cursor, ERR_JSON_SYNTAX, "a colon should stand here");
	s->cursor.at++;
	json_skip_space(&s->cursor);
	if (!strict_keeps(s))
		return ERR_NONE;
	s->key  = strict_text(s, s->key, escaped);
	s->path = content_member(frame->path, s->key);
	if (s->keys_count == s->keys_max)
		s->keys = array_double(s->arena, s->keys, &s->keys_max, sizeof(struct key));
	s->keys[s->keys_count++] = (struct key){ s->key, at };
	return ERR_NONE;
}

/* Get ready for the next member or element of the innermost container. */
static enum err
child_begin(struct strict *s)
{
	struct frame *frame = &s->frames[s->depth - 1];

	s->place = frame->child_place;
	if (frame->object) {
		enum err err = key_scan(s, frame);
		if (err != ERR_NONE)
			return err;
	} else {
		s->path = content_element(frame->path, frame->count);
	}
	frame->count++;
	return ERR_NONE;
}

/* Behind a value or an opening bracket: close what closes here and get ready for
 * the next child, if there is one. */
static enum err
value_after(struct strict *s, bool opened)
{
	while (s->depth > 0) {
		struct frame *frame = &s->frames[s->depth - 1];
		json_skip_space(&s->cursor);
		if (s->cursor.at == s->cursor.end)
			return json_fault(&s->cursor, ERR_JSON_TRUNCATED,
			                  frame->object ? "the text ends inside an object"
			                                : "the text ends inside an array");
		char c = *s->cursor.at;
		if (c == (frame->object ? '}' : ']')) {
			enum err err = container_close(s);
			if (err != ERR_NONE)
				return err;
			opened = false;
			continue;
		}
		if (!opened && c != ',')
			return json_fault(&s->cursor, ERR_JSON_SYNTAX,
			                  frame->object ? "a comma or } should stand here"
			                                : "a comma or ] should stand here");
		if (!opened) {
			s->cursor.at++;
			json_skip_space(&s->cursor);
		}
		return child_begin(s);
	}
	return ERR_NONE;
}

static enum err
strict_walk(struct strict *s)
{
	do {
		bool     opened = false;
		enum err err    = value_scan(s, &opened);
		if (err == ERR_NONE)
			err = value_after(s, opened);
		if (err != ERR_NONE)
			return err;
	} while (s->depth > 0);
	return ERR_NONE;
}

enum err
strict_parse(struct decoder *decoder, struct span text, size_t size_max, struct arena *arena,
             struct parsed *parsed)
{
	struct strict s;

	CHECK(text.size < UINT32_MAX);
	*parsed       = (struct parsed){ 0 };
	s.cursor      = (struct json_cursor){ text.at, text.at + text.size, NULL };
	s.start       = text.at;
	s.kept_end    = size_max < text.size ? text.at + size_max : text.at + text.size;
	s.arena       = arena;
	s.parsed      = parsed;
	s.nodes       = decoder->nodes;
	s.nodes_count = 0;
	s.nodes_max   = NODES_KEPT;
	s.keys        = decoder->keys;
	s.keys_count  = 0;
	s.keys_max    = KEYS_KEPT;
	s.path        = CONTENT_ROOT;
	s.key         = (struct span){ "", 0 };
	s.place       = PLACE_ROOT;
	s.depth       = 0;
	s.frames      = decoder->frames;

	enum err err        = strict_walk(&s);
	parsed->nodes       = s.nodes;
	parsed->nodes_count = s.nodes_count;
	parsed->size        = (size_t)(s.cursor.at - s.start);
	parsed->fault_byte  = parsed->size;
	parsed->why         = s.cursor.why;
	if (err == ERR_NONE && parsed->size > size_max) {
		parsed->fault_byte = 0;
		return ERR_EVENT_TOO_LARGE;
	}
	return err;
}
