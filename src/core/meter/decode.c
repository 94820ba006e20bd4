/* decode.c - walks a body, event by event.
 *
 * Every event is tried against the shapes that were met before (shape.c); whatever
 * is not plainly accepted that way goes to the strict parser, which alone refuses. */
#include "core/base/text.h"
#include "core/meter/decode_int.h"

/* Sentences name these numbers. */
_Static_assert(JSON_DEPTH_MAX == 64, "decode_strict.c: levels");
_Static_assert(LIMIT_ID_SIZE == 256 && LIMIT_SUBJECT_SIZE == 512, "decode_fill.c: attributes");
_Static_assert(LIMIT_FIELD_SIZE == 512 && LIMIT_ACCOUNT_SIZE == 64, "decode_fill.c: fields");

struct decoder *
decoder_open(struct arena *arena, const struct catalog *catalog)
{
	CHECK(catalog != NULL);
	struct decoder *decoder = arena_take_zeroed(arena, sizeof(*decoder));
	decoder->catalog        = catalog;
	return decoder;
}

void
decoder_number(struct decoder *decoder, uint32_t number)
{
	CHECK(number != 0);
	CHECK(decoder->shapes_count == 0);
	decoder->number = number;
}

void
decode_begin(struct decode_cursor *cursor, struct decoder *decoder,
             const struct decode_rules *rules, struct span body, enum event_format format)
{
	CHECK(rules->catalog == decoder->catalog);
	CHECK(body.size < UINT32_MAX);
	*cursor = (struct decode_cursor){
		.decoder = decoder, .rules = rules, .body = body, .format = format
	};
}

/* The event that text begins with, by a shape. Nothing is refused here: false means
 * that the strict parser shall see. */
static bool
decode_fast(struct decoder *decoder, const struct origin *origin, struct span text, bool line,
            size_t size_max, struct arena *arena, struct event *event)
{
	struct slot        *slots   = NULL;
	size_t              size    = 0;
	bool                escaped = false;
	const struct shape *shape =
		shape_match(decoder, text, line, arena, &slots, &size, &escaped);

	if (shape == NULL || size > size_max)
		return false;
	event->raw = (struct span){ text.at, size };
	if (fill_event(decoder, origin, &shape->plan, shape->binds, slots, escaped, arena, event,
	               NULL) != ERR_NONE)
		return false;
	event->shape        = shape->hash;
	event->shape_number = shape->number;
	event->slots        = slots;
	event->slots_count  = shape->plan.binds_count;
	if (shape->plan.type_moves) {
		uint32_t i          = shape->type_piece;
		size_t   from       = i == 0 ? 0 : slots[i - 1].at + slots[i - 1].size;
		event->type_name.at = text.at + from + shape->type_at;
	}
	decoder->hits++;
	return true;
}

/* The same by the strict parser. parsed says how far it came. */
static enum err
decode_strict(struct decoder *decoder, const struct origin *origin, struct span text,
              size_t size_max, struct arena *arena, struct parsed *parsed, struct event *event,
              struct refusal *refusal)
{
	struct plan  plan;
	struct bind *binds;
	struct slot *slots;
	enum err     err = strict_parse(decoder, text, size_max, arena, parsed);

	if (err == ERR_EVENT_TOO_LARGE)
		return refuse_at(refusal, err, origin->byte, SPAN(""), SPAN(""));
	if (err != ERR_NONE)
		return refuse_at(refusal, err, origin->byte + parsed->fault_byte, parsed->fault_key,
		                 span_of(parsed->why));
	struct span raw = { text.at, parsed->size };
	err = bind_nodes(decoder, origin, parsed, raw, arena, &plan, &binds, &slots, refusal);
	event->raw = raw;
	if (err == ERR_NONE)
		err = fill_event(decoder, origin, &plan, binds, slots, true, arena, event, refusal);
	if (err != ERR_NONE || plan.crowded)
		return err;
	event->shape       = shape_hash(binds, slots, plan.binds_count, raw);
	event->slots       = slots;
	event->slots_count = plan.binds_count;
	if (plan.sound)
		shape_learn(decoder, &plan, binds, slots, raw, event->shape);
	return ERR_NONE;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void
skip_space(struct decode_cursor *cursor)
{
	while (cursor->at < cursor->body.size && is_space(cursor->body.at[cursor->at]))
		cursor->at++;
}

static struct span
body_rest(const struct decode_cursor *cursor)
{
	return (struct span){ cursor->body.at + cursor->at, cursor->body.size - cursor->at };
}

/* Refuse the item that comes next in the count. */
static enum decode_verdict
cursor_refuse(struct decode_cursor *cursor, struct refusal *refusal, enum err err, size_t byte,
              struct span detail)
{
	refuse_at(refusal, err, byte, SPAN(""), detail);
	refusal->index = cursor->index++;
	return DECODE_REFUSED;
}

static enum decode_verdict
cursor_end(struct decode_cursor *cursor)
{
	cursor->ended = true;
	return DECODE_END;
}

static struct origin
cursor_origin(const struct decode_cursor *cursor)
{
	return (struct origin){ .rules             = cursor->rules,
		                .received          = cursor->rules->now,
		                .byte              = cursor->at,
		                .needs_specversion = cursor->format != FORMAT_NDJSON };
}

/* Whether another event is one too many; then it was refused and the body ends. */
static bool
cursor_full(struct decode_cursor *cursor, struct refusal *refusal)
{
	if (cursor->index < cursor->rules->events_max)
		return false;
	cursor_refuse(cursor, refusal, ERR_BATCH_TOO_LARGE, cursor->at, SPAN(""));
	cursor->ended = true;
	return true;
}

static enum decode_verdict
cursor_verdict(struct decode_cursor *cursor, enum err err, struct refusal *refusal)
{
	if (err != ERR_NONE)
		refusal->index = cursor->index;
	cursor->index++;
	return err == ERR_NONE ? DECODE_EVENT : DECODE_REFUSED;
}

/* ---- NDJSON ---- */

/* After a value: the offset behind its line's end; 0 when more stands on the line. */
static size_t
line_after(const struct decode_cursor *cursor, size_t at)
{
	const struct span body = cursor->body;

	if (at < body.size && body.at[at] == '\r')
		at++;
	if (at == body.size)
		return at;
	return body.at[at] == '\n' ? at + 1 : 0;
}

static enum decode_verdict
line_strict(struct decode_cursor *cursor, struct arena *arena, struct event *event,
            struct refusal *refusal)
{
	struct span   line   = body_rest(cursor);
	const char   *feed   = memchr(line.at, '\n', line.size);
	struct origin origin = cursor_origin(cursor);
	struct parsed parsed;

	if (feed != NULL)
		line.size = (size_t)(feed - line.at);
	size_t next = cursor->at + line.size + (feed != NULL);
	while (line.size > 0 && is_space(line.at[line.size - 1]))
		line.size--;
	cursor->at = next;
	if (line.size > cursor->rules->event_size_max)
		return cursor_verdict(
			cursor,
			refuse_at(refusal, ERR_EVENT_TOO_LARGE, origin.byte, SPAN(""), SPAN("")),
			refusal);
	enum err err = decode_strict(cursor->decoder, &origin, line, cursor->rules->event_size_max,
	                             arena, &parsed, event, refusal);
	while (err == ERR_NONE && parsed.size < line.size && is_space(line.at[parsed.size]))
		parsed.size++;
	if (err == ERR_NONE && parsed.size < line.size)
		err = refuse_at(refusal, ERR_JSON_SYNTAX, origin.byte + parsed.size, SPAN(""),
		                SPAN("more stands on the line behind the event"));
	return cursor_verdict(cursor, err, refusal);
}

static enum decode_verdict
next_line(struct decode_cursor *cursor, struct arena *arena, struct event *event,
          struct refusal *refusal)
{
	skip_space(cursor);
	if (cursor->at == cursor->body.size)
		return cursor_end(cursor);
	if (cursor_full(cursor, refusal))
		return DECODE_REFUSED;
	struct origin origin = cursor_origin(cursor);
	if (!cursor->decoder->strict_only &&
	    decode_fast(cursor->decoder, &origin, body_rest(cursor), true,
	                cursor->rules->event_size_max, arena, event)) {
		size_t next = line_after(cursor, cursor->at + event->raw.size);
		if (next != 0) {
			cursor->at = next;
			cursor->index++;
			return DECODE_EVENT;
		}
	}
	return line_strict(cursor, arena, event, refusal);
}

/* ---- One event, and arrays of them ---- */

static void
refusal_extend(struct refusal *refusal, const struct text *detail)
{
	const struct refusal old = *refusal;

	refusal_fill(refusal, old.err, old.byte, span_of(old.field), text_span(detail));
	refusal->index = old.index;
}

/* Where the array goes on behind a broken element at the cursor: at a comma or its
 * closing bracket. 0 when that cannot be told. A bracket that opens where none may says
 * that one was not closed before it: then what looks as if it were inside is behind. Quotes
 * are in doubt as well, and looked at even where the fault itself leaves none. */
static size_t
element_end(const struct decode_cursor *cursor, size_t fault, bool sure)
{
	struct span rest = body_rest(cursor);
	size_t      size = 0;

	if (!sure && fault < rest.size && (rest.at[fault] == '{' || rest.at[fault] == '['))
		return 0;
	if (!broken_size(rest, fault, &size) || size < fault)
		return 0;
	while (size < rest.size && is_space(rest.at[size]))
		size++;
	if (size == rest.size || (rest.at[size] != ',' && rest.at[size] != ']'))
		return 0;
	return cursor->at + size;
}

/* Go on behind a broken element (E-2), or say that nothing can be read there. */
static void
element_leave(struct decode_cursor *cursor, size_t end, bool sure, struct arena *arena,
              struct refusal *refusal)
{
	struct text detail;

	text_open(&detail, arena);
	text_add(&detail, span_of(refusal->detail));
	cursor->ended = end == 0;
	if (cursor->ended && refusal->byte < cursor->body.size) {
		text_add(&detail, SPAN("; nothing behind this byte was read"));
	} else if (!cursor->ended && !sure && end > refusal->byte) {
		text_add(&detail, SPAN("; reading went on "));
		text_add_uint(&detail, end - refusal->byte);
		text_add(&detail, SPAN(" bytes behind"));
	}
	refusal_extend(refusal, &detail);
	if (!cursor->ended)
		cursor->at = end;
}

/* The value at the cursor. */
static enum decode_verdict
next_value(struct decode_cursor *cursor, struct arena *arena, struct event *event,
           struct refusal *refusal)
{
	struct origin origin   = cursor_origin(cursor);
	struct span   rest     = body_rest(cursor);
	size_t        size_max = cursor->rules->event_size_max;
	struct parsed parsed   = { 0 };

	if (!cursor->decoder->strict_only &&
	    decode_fast(cursor->decoder, &origin, rest, false, size_max, arena, event)) {
		cursor->at += event->raw.size;
		cursor->index++;
		return DECODE_EVENT;
	}
	enum err err = decode_strict(cursor->decoder, &origin, rest, size_max, arena, &parsed,
	                             event, refusal);
	if (parsed.why == NULL)
		cursor->at += parsed.size;
	else if (cursor->format == FORMAT_BATCH)
		element_leave(cursor, element_end(cursor, parsed.fault_byte, parsed.resumable),
		              parsed.resumable, arena, refusal);
	return cursor_verdict(cursor, err, refusal);
}

static enum decode_verdict
next_alone(struct decode_cursor *cursor, struct arena *arena, struct event *event,
           struct refusal *refusal)
{
	skip_space(cursor);
	if (cursor->index > 0)
		return cursor_end(cursor);
	if (cursor->at == cursor->body.size)
		return cursor->ended = true, cursor_refuse(cursor, refusal, ERR_JSON_TRUNCATED,
		                                           cursor->at, SPAN("the body is empty"));
	if (cursor_full(cursor, refusal))
		return DECODE_REFUSED;
	enum decode_verdict verdict = next_value(cursor, arena, event, refusal);
	cursor->ended               = true;
	if (verdict != DECODE_EVENT)
		return verdict;
	skip_space(cursor);
	if (cursor->at == cursor->body.size)
		return verdict;
	cursor->index = 0;
	return cursor_refuse(cursor, refusal, ERR_JSON_SYNTAX, cursor->at,
	                     SPAN("more stands in the body behind the event"));
}

static enum decode_verdict
array_refuse(struct decode_cursor *cursor, struct refusal *refusal, const char *why)
{
	enum err err = cursor->at == cursor->body.size ? ERR_JSON_TRUNCATED : ERR_JSON_SYNTAX;

	cursor->ended = true;
	return cursor_refuse(cursor, refusal, err, cursor->at, span_of(why));
}

/* An element without a comma before it is the broken one, and refused. */
static enum decode_verdict
element_unparted(struct decode_cursor *cursor, struct arena *arena, struct refusal *refusal)
{
	size_t end = cursor->body.at[cursor->at] == '{' ? element_end(cursor, 0, true) : 0;

	if (cursor_full(cursor, refusal))
		return DECODE_REFUSED;
	cursor_refuse(cursor, refusal, ERR_JSON_SYNTAX, cursor->at,
	              SPAN("a comma or ] should stand here"));
	element_leave(cursor, end, false, arena, refusal);
	return DECODE_REFUSED;
}

/* Behind the closing bracket nothing may stand. */
static enum decode_verdict
array_close(struct decode_cursor *cursor, struct refusal *refusal)
{
	cursor->at++;
	skip_space(cursor);
	if (cursor->at < cursor->body.size)
		return array_refuse(cursor, refusal, "more stands in the body behind the array");
	return cursor_end(cursor);
}

static enum decode_verdict
next_element(struct decode_cursor *cursor, struct arena *arena, struct event *event,
             struct refusal *refusal)
{
	const char *body  = cursor->body.at;
	size_t      size  = cursor->body.size;
	bool        first = cursor->at == 0;

	skip_space(cursor);
	if (first) {
		if (cursor->at == size || body[cursor->at] != '[')
			return array_refuse(cursor, refusal, "a batch must be a JSON array");
		cursor->at++;
		skip_space(cursor);
	}
	if (cursor->at == size)
		return array_refuse(cursor, refusal, "the text ends inside the array");
	if (body[cursor->at] == ']')
		return array_close(cursor, refusal);
	if (!first) {
		if (body[cursor->at] != ',')
			return element_unparted(cursor, arena, refusal);
		cursor->at++;
		skip_space(cursor);
	}
	if (cursor_full(cursor, refusal))
		return DECODE_REFUSED;
	return next_value(cursor, arena, event, refusal);
}

enum decode_verdict
decode_next(struct decode_cursor *cursor, struct arena *arena, struct event *event,
            struct refusal *refusal)
{
	if (cursor->ended)
		return DECODE_END;
	switch (cursor->format) {
	case FORMAT_NDJSON:
		return next_line(cursor, arena, event, refusal);
	case FORMAT_EVENT:
		return next_alone(cursor, arena, event, refusal);
	case FORMAT_BATCH:
		return next_element(cursor, arena, event, refusal);
	}
	return cursor_end(cursor);
}

enum err
decode_stored(struct decoder *decoder, struct span raw, struct instant received,
              struct arena *arena, struct event *event)
{
	struct origin origin = { .rules = NULL, .received = received };
	struct parsed parsed;

	CHECK(raw.size < UINT32_MAX);
	if (!decoder->strict_only &&
	    decode_fast(decoder, &origin, raw, false, SIZE_MAX, arena, event) &&
	    event->raw.size == raw.size)
		return ERR_NONE;
	enum err err = decode_strict(decoder, &origin, raw, raw.size, arena, &parsed, event, NULL);
	bool     damaged = err == ERR_FIELD_TYPE || (err == ERR_NONE && parsed.size < raw.size);
	return damaged ? ERR_JSON_SYNTAX : err;
}

enum err
retraction_target(struct span subject, struct span *source, struct span *id)
{
	const char *space = subject.size > 0 ? memchr(subject.at, ' ', subject.size) : NULL;

	if (space == NULL || space == subject.at || space + 1 == subject.at + subject.size)
		return ERR_FIELD_VALUE;
	*source = (struct span){ subject.at, (size_t)(space - subject.at) };
	*id     = (struct span){ space + 1, subject.size - source->size - 1 };
	return ERR_NONE;
}
