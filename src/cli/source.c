/* source.c - a file of events, read in slices that can be decoded each by itself. */
#define _GNU_SOURCE

#include "cli/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limit.h"
#include "edge/doc/inflate.h"
#include "edge/sys/memory.h"

enum { PACKED_SIZE = 256 * 1024, MAGIC_SIZE = 4 };

struct source {
	int              handle;
	int              format; /* enum event_format, or SOURCE_FORMAT_GUESS */
	uint64_t         size;
	off_t            start; /* where reading began in the file */
	uint64_t         read_size;
	uint64_t         byte;     /* of the next slice in the unpacked text */
	bool             ended;    /* the file has no more bytes */
	struct unpacker *unpacker; /* NULL: plain */
	struct span      packed;   /* read and not yet unpacked, or the first bytes */
	char            *carry;    /* what the slice before had left over */
	size_t           carry_size;
	char             buffer[PACKED_SIZE];
};

/* ---- bytes of the file ---- */

static int
handle_read(struct source *source, char *out, size_t size, size_t *got)
{
	ssize_t count;

	do
		count = read(source->handle, out, size);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return errno;
	source->read_size += (uint64_t)count;
	*got = (size_t)count;
	return 0;
}

/* The first bytes tell how the file is packed. */
static int
source_begin(struct source *source)
{
	size_t size = 0, got = 1;

	while (size < MAGIC_SIZE && got > 0) {
		int error = handle_read(source, source->buffer + size, PACKED_SIZE - size, &got);
		if (error != 0)
			return error;
		size += got;
	}
	const struct inflate_limits none = { 0 };
	source->packed                   = (struct span){ source->buffer, size };
	if (size >= 2 && memcmp(source->buffer, "\x1f\x8b", 2) == 0)
		source->unpacker = unpacker_open(INFLATE_GZIP, none);
	else if (size >= 4 && memcmp(source->buffer, "\x28\xb5\x2f\xfd", 4) == 0)
		source->unpacker = unpacker_open(INFLATE_ZSTD, none);
	return 0;
}

int
source_open(const char *path, int format, struct source **out)
{
	struct stat about;
	bool        standard = strcmp(path, "-") == 0;
	int         handle   = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (handle < 0)
		return errno;
	struct memory  memory = system_memory();
	struct source *source = memory.take(memory.owner, sizeof(*source));
	*source               = (struct source){ .handle = handle, .format = format };
	if (fstat(handle, &about) == 0 && S_ISREG(about.st_mode))
		source->size = (uint64_t)about.st_size;
	if (source->size > 0)
		source->start = lseek(handle, 0, SEEK_CUR);
	int error = source_begin(source);
	if (error != 0) {
		source_close(source);
		return error;
	}
	*out = source;
	return 0;
}

void
source_close(struct source *source)
{
	if (source->unpacker)
		unpacker_close(source->unpacker);
	if (source->handle != STDIN_FILENO)
		close(source->handle);
	free(source->carry);
	free(source);
}

static enum err
read_failed(int error, struct refusal *refusal)
{
	return refuse(refusal, ERR_FILE_READ, SPAN(""), span_of(strerror(error)));
}

static enum err
plain_read(struct source *source, char *out, size_t size, size_t *got, struct refusal *refusal)
{
	if (source->packed.size > 0) {
		size_t first = source->packed.size < size ? source->packed.size : size;
		memcpy(out, source->packed.at, first);
		source->packed.at += first;
		source->packed.size -= first;
		*got = first;
		return ERR_NONE;
	}
	int error = handle_read(source, out, size, got);
	return error == 0 ? ERR_NONE : read_failed(error, refusal);
}

/* One round of unpacking; 0 bytes only at the end. */
static enum err
packed_read(struct source *source, char *out, size_t size, size_t *got, struct refusal *refusal)
{
	for (;;) {
		enum err err =
			unpacker_step(source->unpacker, &source->packed, out, size, got, refusal);
		if (err != ERR_NONE || *got > 0)
			return err;
		if (source->packed.size > 0)
			continue;
		size_t count = 0;
		int    error = handle_read(source, source->buffer, PACKED_SIZE, &count);
		if (error != 0)
			return read_failed(error, refusal);
		if (count == 0)
			return unpacker_finish(source->unpacker, refusal);
		source->packed = (struct span){ source->buffer, count };
	}
}

/* Fill out as far as it goes; less than size only at the end. */
static enum err
source_fill(struct source *source, char *out, size_t size, size_t *filled, struct refusal *refusal)
{
	size_t total = 0;

	while (total < size && !source->ended) {
		size_t   got = 0;
		enum err err =
			source->unpacker
				? packed_read(source, out + total, size - total, &got, refusal)
				: plain_read(source, out + total, size - total, &got, refusal);
		if (err != ERR_NONE)
			return err;
		source->ended = got == 0;
		total += got;
	}
	*filled = total;
	return ERR_NONE;
}

enum err
source_check(struct source *source, struct refusal *refusal)
{
	enum err err = ERR_NONE;
	size_t   got = 1;

	if (!source->unpacker || source->size == 0)
		return ERR_NONE;
	char *out = malloc(SOURCE_SLICE_SIZE);
	CHECK(out != NULL);
	while (err == ERR_NONE && got > 0)
		err = packed_read(source, out, SOURCE_SLICE_SIZE, &got, refusal);
	free(out);
	if (err != ERR_NONE)
		return err;
	unpacker_close(source->unpacker);
	source->unpacker  = NULL;
	source->read_size = 0;
	if (lseek(source->handle, source->start, SEEK_SET) < 0)
		return read_failed(errno, refusal);
	int error = source_begin(source);
	return error == 0 ? ERR_NONE : read_failed(error, refusal);
}

/* ---- where to cut ---- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* An array starts with its bracket; one object that goes over several lines has nothing
 * behind its brace in the first; all else is lines. */
static enum event_format
format_guess(struct span text)
{
	size_t at = 0;

	while (at < text.size && is_space(text.at[at]))
		at++;
	if (at == text.size)
		return FORMAT_NDJSON;
	if (text.at[at] == '[')
		return FORMAT_BATCH;
	bool brace = text.at[at++] == '{';
	while (at < text.size && (text.at[at] == ' ' || text.at[at] == '\t' || text.at[at] == '\r'))
		at++;
	return brace && at < text.size && text.at[at] == '\n' ? FORMAT_EVENT : FORMAT_NDJSON;
}

/* May c stand in an array outside of strings? Of letters those of true, false, null, NaN
 * and Infinity. Any other says that a quote is missing. */
static bool
is_unquoted(char c)
{
	return c != '\0' && strchr(" \t\r\n:,0123456789+-.eEtrufalsnNIiy", c) != NULL;
}

/* The last comma between two events of an array, 0 when there is none; not behind more
 * events than a batch may have. The end of the text is not cut off when it is one batch.
 * Where quotes are in doubt a comma may be one inside of an event: from there on the
 * decoder sees the rest as one, and says what of it can be read. */
static size_t
array_cut(struct span text, bool ended)
{
	size_t   cut = 0, at = 0;
	uint32_t depth = 0, events = 0;
	bool     inside = false;

	while (at < text.size && is_space(text.at[at]))
		at++;
	if (at == text.size || text.at[at] != '[')
		return 0;
	for (; at < text.size && events < LIMIT_BATCH_EVENTS; at++) {
		char c = text.at[at];
		if (inside) {
			at += c == '\\';
			inside = c != '"';
		} else if (c == '"') {
			inside = true;
		} else if (c == '[' || c == '{') {
			depth++;
		} else if (c == ']' || c == '}') {
			if (--depth == 0)
				break;
		} else if (c == ',' && depth == 1) {
			cut = at;
			events++;
		} else if (!is_unquoted(c)) {
			break;
		}
	}
	return ended && events < LIMIT_BATCH_EVENTS ? 0 : cut;
}

/* How much of text is a slice by itself; 0: more must be read. */
static size_t
slice_cut(const struct source *source, struct span text)
{
	if (source->format == FORMAT_BATCH)
		return array_cut(text, source->ended);
	if (source->format == FORMAT_EVENT)
		return 0;
	const char *end = memrchr(text.at, '\n', text.size);
	return end ? (size_t)(end - text.at) + 1 : 0;
}

/* ---- slices ---- */

static void
slice_reserve(struct source_slice *slice, size_t room)
{
	if (slice->room >= room)
		return;
	slice->at   = realloc(slice->at, room);
	slice->room = room;
	CHECK(slice->at != NULL);
}

static void
carry_keep(struct source *source, struct span rest)
{
	free(source->carry);
	source->carry      = NULL;
	source->carry_size = rest.size;
	if (rest.size == 0)
		return;
	source->carry = malloc(rest.size);
	CHECK(source->carry != NULL);
	memcpy(source->carry, rest.at, rest.size);
}

/* Cut what was read; for an array the comma at the cut is a bracket on both sides. */
static void
slice_end(struct source *source, struct source_slice *slice, size_t size, size_t cut)
{
	bool array = source->format == FORMAT_BATCH && cut < size;

	if (array)
		slice->at[cut] = '[';
	carry_keep(source, (struct span){ slice->at + cut, size - cut });
	if (array)
		slice->at[cut] = ']';
	slice->format = (enum event_format)source->format;
	slice->byte   = source->byte;
	slice->body   = (struct span){ slice->at, array ? cut + 1 : cut };
	source->byte += cut;
}

enum err
source_next(struct source *source, struct source_slice *slice, struct refusal *refusal)
{
	size_t size = source->carry_size;

	slice_reserve(slice, SOURCE_SLICE_SIZE);
	while (slice->room <= size)
		slice_reserve(slice, slice->room * 2);
	if (size > 0)
		memcpy(slice->at, source->carry, size);
	for (;;) {
		size_t   filled = 0;
		enum err err =
			source_fill(source, slice->at + size, slice->room - size, &filled, refusal);
		if (err != ERR_NONE)
			return err;
		size += filled;
		struct span text = { slice->at, size };
		if (source->format == SOURCE_FORMAT_GUESS)
			source->format = (int)format_guess(text);
		/* Even at the end an array may hold more events than a batch may have. */
		size_t cut = source->ended && source->format != FORMAT_BATCH
		                     ? size
		                     : slice_cut(source, text);
		if (source->ended && cut == 0)
			cut = size;
		if (cut > 0 || size == 0) {
			slice_end(source, slice, size, cut);
			return ERR_NONE;
		}
		if (slice->room >= LIMIT_BODY_SIZE)
			return refuse_at(refusal, ERR_EVENT_TOO_LARGE, source->byte, SPAN(""),
			                 SPAN("no event ends within 64 MiB; from there on "
			                      "nothing was read"));
		slice_reserve(slice, slice->room * 2);
	}
}

void
source_slice_free(struct source_slice *slice)
{
	free(slice->at);
}

uint64_t
source_read_size(const struct source *source)
{
	return source->read_size;
}

uint64_t
source_size(const struct source *source)
{
	return source->size;
}
