/* verdicts.c - what became of the events of some files. */
#include "cli/verdicts.h"

#include "core/base/limit.h"
#include "core/json/json_read.h"

void
verdicts_open(struct verdicts *verdicts, struct arena *arena)
{
	*verdicts = (struct verdicts){ .arena = arena };
	json_open(&verdicts->errors, arena);
	json_array(&verdicts->errors);
}

void
verdicts_file(struct verdicts *verdicts, const char *file)
{
	verdicts->file  = file;
	verdicts->items = 0;
	verdicts->lines = 0;
}

/* ---- places ---- */

static bool
is_blank(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	return at == end;
}

/* The line, from 0, of the event with this index: blank lines hold none. SIZE_MAX counts
 * the events instead. */
static uint64_t
line_of_item(struct span text, uint64_t index, uint64_t *items)
{
	const char *at = text.at, *end = text.at + text.size;
	uint64_t    line = 0;

	for (*items = 0; at < end; line++) {
		const char *found = memchr(at, '\n', (size_t)(end - at));
		const char *stop  = found ? found : end;
		if (!is_blank(at, stop) && (*items)++ == index)
			return line;
		at = found ? found + 1 : end;
	}
	return line;
}

static uint64_t
line_of_byte(struct span text, uint64_t byte)
{
	uint64_t line = 0;

	for (uint64_t i = 0; i < byte && i < text.size; i++)
		line += text.at[i] == '\n';
	return line;
}

/* ---- one error ---- */

struct place {
	const struct flow_piece *piece;
	uint64_t                 index; /* in the piece, as the next one */
	uint64_t                 byte;
};

static void
place_write(struct verdicts *verdicts, const struct place *place)
{
	struct json_out         *out   = &verdicts->errors;
	const struct flow_piece *piece = place->piece;
	struct span              body  = piece->ingest.body;
	uint64_t                 items, line = verdicts->lines + 1;

	json_key_string(out, SPAN("file"), span_of(verdicts->file));
	if (piece->ingest.format == FORMAT_NDJSON)
		line += line_of_item(body, place->index, &items);
	else if (place->byte != REFUSAL_NO_BYTE)
		line += line_of_byte(body, place->byte);
	if (piece->ingest.format == FORMAT_NDJSON || place->byte != REFUSAL_NO_BYTE)
		json_key_uint(out, SPAN("line"), line);
	json_key_uint(out, SPAN("index"), verdicts->items + place->index);
	if (place->byte != REFUSAL_NO_BYTE)
		json_key_uint(out, SPAN("byte"),
		              piece->slice->source.byte + piece->offset + place->byte);
}

static uint64_t
number_of(const struct json *object, struct span key, uint64_t otherwise)
{
	int64_t            number;
	const struct json *value = json_member(object, key);
	if (value && json_int64(value, &number) == ERR_NONE && number >= 0)
		return (uint64_t)number;
	return otherwise;
}

/* The error as it was answered, with its place in the file. */
static void
error_copy(struct verdicts *verdicts, const struct flow_piece *piece, const struct json *error)
{
	struct json_out   *out   = &verdicts->errors;
	const struct place place = {
		.piece = piece,
		.index = number_of(error, SPAN("index"), 0),
		.byte  = number_of(error, SPAN("byte"), REFUSAL_NO_BYTE),
	};
	json_object(out);
	place_write(verdicts, &place);
	for (const struct json *member = error->first; member; member = member->next) {
		if (span_equal(member->key, SPAN("index")) || span_equal(member->key, SPAN("byte")))
			continue;
		json_key(out, member->key);
		json_raw(out, member->raw);
	}
	json_object_end(out);
	verdicts->errors_count++;
}

/* ---- pieces ---- */

static void
add_answered(struct verdicts *verdicts, const struct flow_piece *piece)
{
	struct ingest_counts counts = piece->ingest.counts;
	struct json         *root   = NULL;

	if (piece->answer.size > 0) {
		enum err err = json_parse(piece->answer, &piece->slice->arena, &root, NULL);
		CHECK(err == ERR_NONE);
		counts = (struct ingest_counts){
			.accepted    = number_of(root, SPAN("accepted"), 0),
			.duplicate   = number_of(root, SPAN("duplicate"), 0),
			.conflicting = number_of(root, SPAN("conflicting"), 0),
			.rejected    = number_of(root, SPAN("rejected"), 0),
		};
	}
	const struct json *errors = json_member(root, SPAN("errors"));
	for (const struct json *error = errors ? errors->first : NULL;
	     error && verdicts->errors_count < LIMIT_RECEIPT_ERRORS; error = error->next)
		error_copy(verdicts, piece, error);
	verdicts->counts.accepted += counts.accepted;
	verdicts->counts.duplicate += counts.duplicate;
	verdicts->counts.conflicting += counts.conflicting;
	verdicts->counts.rejected += counts.rejected;
	verdicts->items += counts.accepted + counts.duplicate + counts.rejected;
}

/* Nothing of the piece was JSON: every line of it is rejected, for its first reason. */
static void
add_unread(struct verdicts *verdicts, const struct flow_piece *piece)
{
	const struct refusal *refusal = &piece->refusal;
	struct json_out      *out     = &verdicts->errors;
	bool                  lines   = piece->ingest.format == FORMAT_NDJSON;
	bool     empty = refusal->index == REFUSAL_NO_INDEX && refusal->byte == REFUSAL_NO_BYTE;
	uint64_t items = 1;

	if (lines)
		line_of_item(piece->ingest.body, UINT64_MAX, &items);
	/* Blank lines are nothing; an empty end of an array that was cut is a spare comma. */
	if (items == 0 || (empty && !lines && piece->slice->source.byte == 0))
		return;
	if (verdicts->errors_count < LIMIT_RECEIPT_ERRORS) {
		const struct place place = {
			.piece = piece,
			.index = refusal->index == REFUSAL_NO_INDEX ? 0 : refusal->index,
			.byte  = refusal->byte,
		};
		json_object(out);
		place_write(verdicts, &place);
		json_key_string(out, SPAN("code"), err_name(refusal->err));
		json_key_string(out, SPAN("reason"), span_of(refusal->detail));
		json_object_end(out);
		verdicts->errors_count++;
	}
	verdicts->counts.rejected += items;
	verdicts->items += items;
}

void
verdicts_add(struct verdicts *verdicts, const struct flow_piece *piece)
{
	if (piece->err == ERR_NOTHING_READ)
		add_unread(verdicts, piece);
	else
		add_answered(verdicts, piece);
	verdicts->lines += piece->lines;
}

struct span
verdicts_answer(struct verdicts *verdicts)
{
	struct json_out out;

	json_array_end(&verdicts->errors);
	json_open(&out, verdicts->arena);
	json_object(&out);
	json_key_uint(&out, SPAN("accepted"), verdicts->counts.accepted);
	json_key_uint(&out, SPAN("duplicate"), verdicts->counts.duplicate);
	json_key_uint(&out, SPAN("conflicting"), verdicts->counts.conflicting);
	json_key_uint(&out, SPAN("rejected"), verdicts->counts.rejected);
	json_key(&out, SPAN("errors"));
	json_raw(&out, json_close(&verdicts->errors));
	json_object_end(&out);
	return json_close(&out);
}
