/* inflate.c - unpacking gzip and zstd with a leash: never more than was allowed. */
#include "edge/doc/inflate.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "core/base/limit.h"
#include "edge/sys/memory.h"

enum {
	RATIO_FREE_SIZE = 1 << 20,
	GZIP_WINDOW     = 15 + 16, /* 32 KiB window, gzip head and foot required */
	ZSTD_WINDOW_LOG = 27,      /* 128 MiB: what zstd itself writes without --long */
	STEP_SIZE_MAX   = 1 << 30, /* zlib counts in 32 bits */
	GUESS_SIZE_MIN  = 16 << 10,
};

struct unpacker {
	enum inflate_format   format;
	struct inflate_limits limits;
	z_stream              gzip;
	ZSTD_DCtx            *zstd;
	uint64_t              packed_size;   /* read so far */
	uint64_t              unpacked_size; /* written so far */
	bool                  whole;         /* stands at the end of a member or frame */
	bool                  failed;
};

struct inflate_limits
inflate_limits_body(void)
{
	return (struct inflate_limits){ LIMIT_BODY_SIZE, LIMIT_BODY_RATIO };
}

struct unpacker *
unpacker_open(enum inflate_format format, struct inflate_limits limits)
{
	struct memory    memory   = system_memory();
	struct unpacker *unpacker = memory.take(memory.owner, sizeof(*unpacker));
	*unpacker                 = (struct unpacker){ .format = format, .limits = limits };
	if (format == INFLATE_GZIP) {
		int status = inflateInit2(&unpacker->gzip, GZIP_WINDOW);
		CHECK(status == Z_OK);
	} else {
		unpacker->zstd = ZSTD_createDCtx();
		CHECK(unpacker->zstd != NULL);
		size_t status = ZSTD_DCtx_setParameter(unpacker->zstd, ZSTD_d_windowLogMax,
		                                       ZSTD_WINDOW_LOG);
		CHECK(!ZSTD_isError(status));
	}
	return unpacker;
}

void
unpacker_close(struct unpacker *unpacker)
{
	if (unpacker->format == INFLATE_GZIP)
		(void)inflateEnd(&unpacker->gzip);
	else
		(void)ZSTD_freeDCtx(unpacker->zstd);
	struct memory memory = system_memory();
	memory.give(memory.owner, unpacker, sizeof(*unpacker));
}

static enum err
step_refuse(struct unpacker *unpacker, enum err err, struct refusal *refusal)
{
	unpacker->failed = true;
	return refuse_at(refusal, err, unpacker->packed_size, SPAN("body"), SPAN(""));
}

struct step {
	size_t read;
	size_t written;
};

static enum err
step_gzip(struct unpacker *unpacker, struct span packed, char *out, size_t size, struct step *step)
{
	z_stream *gzip = &unpacker->gzip;
	if (unpacker->whole && packed.size > 0) {
		if (inflateReset(gzip) != Z_OK)
			return ERR_COMPRESSION;
		unpacker->whole = false;
	}
	gzip->next_in   = (Bytef *)(uintptr_t)packed.at;
	gzip->avail_in  = (uInt)packed.size;
	gzip->next_out  = (Bytef *)out;
	gzip->avail_out = (uInt)size;
	int status      = inflate(gzip, Z_NO_FLUSH);
	*step           = (struct step){ packed.size - gzip->avail_in, size - gzip->avail_out };
	if (status == Z_STREAM_END)
		unpacker->whole = true;
	return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR ? ERR_NONE
	                                                                         : ERR_COMPRESSION;
}

static enum err
step_zstd(struct unpacker *unpacker, struct span packed, char *out, size_t size, struct step *step)
{
	ZSTD_inBuffer  from   = { packed.at, packed.size, 0 };
	ZSTD_outBuffer to     = { out, size, 0 };
	size_t         status = ZSTD_decompressStream(unpacker->zstd, &to, &from);
	*step                 = (struct step){ from.pos, to.pos };
	if (ZSTD_isError(status))
		return ERR_COMPRESSION;
	/* A call that moves nothing asks for the next frame's head: it says nothing
	 * about the frame that ended before. */
	if (from.pos > 0 || to.pos > 0)
		unpacker->whole = status == 0;
	return ERR_NONE;
}

static enum err
limits_check(const struct unpacker *unpacker)
{
	const struct inflate_limits *limits = &unpacker->limits;
	if (limits->size_max && unpacker->unpacked_size > limits->size_max)
		return ERR_BODY_TOO_LARGE;
	if (limits->ratio_max && unpacker->unpacked_size > RATIO_FREE_SIZE &&
	    unpacker->unpacked_size > unpacker->packed_size * limits->ratio_max)
		return ERR_COMPRESSION_RATIO;
	return ERR_NONE;
}

static enum err
step_once(struct unpacker *unpacker, struct span *packed, char *out, size_t size, struct step *step,
          struct refusal *refusal)
{
	struct span piece = *packed;
	if (piece.size > STEP_SIZE_MAX)
		piece.size = STEP_SIZE_MAX;
	enum err err = unpacker->format == INFLATE_GZIP
	                       ? step_gzip(unpacker, piece, out, size, step)
	                       : step_zstd(unpacker, piece, out, size, step);
	CHECK(step->read <= piece.size);
	CHECK(step->written <= size);
	unpacker->packed_size += step->read;
	unpacker->unpacked_size += step->written;
	*packed = (struct span){ packed->at + step->read, packed->size - step->read };
	if (!err)
		err = limits_check(unpacker);
	return err ? step_refuse(unpacker, err, refusal) : ERR_NONE;
}

enum err
unpacker_step(struct unpacker *unpacker, struct span *packed, char *out, size_t size,
              size_t *written, struct refusal *refusal)
{
	CHECK(!unpacker->failed);
	CHECK(size > 0);
	size_t filled = 0;
	while (filled < size) {
		size_t      room = size - filled < STEP_SIZE_MAX ? size - filled : STEP_SIZE_MAX;
		struct step step = { 0, 0 };
		enum err    err  = step_once(unpacker, packed, out + filled, room, &step, refusal);
		if (err)
			return err;
		filled += step.written;
		if (step.read == 0 && step.written == 0)
			break;
	}
	/* Bytes are left, there is room, and nothing moves: that is no packed text. */
	if (filled < size && packed->size > 0)
		return step_refuse(unpacker, ERR_COMPRESSION, refusal);
	*written = filled;
	return ERR_NONE;
}

enum err
unpacker_finish(const struct unpacker *unpacker, struct refusal *refusal)
{
	CHECK(!unpacker->failed);
	if (unpacker->whole)
		return ERR_NONE;
	return refuse_at(refusal, ERR_COMPRESSION, unpacker->packed_size, SPAN("body"),
	                 SPAN("the compressed body is cut off"));
}

/* How much room to begin with: what the packed text says of itself where it does,
 * never more than the limits could let through. */
static size_t
size_guess(enum inflate_format format, struct span packed, struct inflate_limits limits)
{
	uint64_t guess = (uint64_t)packed.size * 4;
	if (format == INFLATE_ZSTD) {
		unsigned long long said = ZSTD_getFrameContentSize(packed.at, packed.size);
		if (said != ZSTD_CONTENTSIZE_UNKNOWN && said != ZSTD_CONTENTSIZE_ERROR)
			guess = said;
	} else if (packed.size >= 18) {
		const unsigned char *foot = (const unsigned char *)packed.at + packed.size - 4;
		guess = foot[0] | (uint64_t)foot[1] << 8 | (uint64_t)foot[2] << 16 |
		        (uint64_t)foot[3] << 24;
	}
	uint64_t most = (uint64_t)packed.size * (limits.ratio_max ? limits.ratio_max : 4);
	if (guess > most)
		guess = most;
	if (limits.size_max && guess > limits.size_max)
		guess = limits.size_max;
	return guess < GUESS_SIZE_MIN ? GUESS_SIZE_MIN : (size_t)guess + 1;
}

enum err
inflate_all(enum inflate_format format, struct span packed, struct inflate_limits limits,
            struct arena *arena, struct span *text, struct refusal *refusal)
{
	size_t           capacity = size_guess(format, packed, limits);
	char            *at       = arena_take(arena, capacity);
	size_t           size     = 0;
	struct unpacker *unpacker = unpacker_open(format, limits);
	enum err         err      = ERR_NONE;

	for (;;) {
		size_t written = 0;
		err = unpacker_step(unpacker, &packed, at + size, capacity - size, &written,
		                    refusal);
		if (err)
			goto out;
		size += written;
		if (size < capacity)
			break;
		char *larger = arena_take(arena, capacity * 2);
		memcpy(larger, at, size);
		at = larger;
		capacity *= 2;
	}
	err = unpacker_finish(unpacker, refusal);
	if (!err)
		*text = (struct span){ at, size };
out:
	unpacker_close(unpacker);
	return err;
}
