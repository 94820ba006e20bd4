/* test_inflate.c - unpacking: whole, in pieces, cut off, damaged, and bombs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "core/base/limit.h"
#include "edge/doc/inflate.h"
#include "edge/sys/memory.h"

enum { TEXT_SIZE = 300000, PACKED_SIZE = TEXT_SIZE * 2 };

struct sample {
	enum inflate_format format;
	char                text[TEXT_SIZE];
	char                packed[PACKED_SIZE];
	size_t              packed_size;
};

static size_t
gzip_pack(const char *text, size_t size, char *out, size_t out_size)
{
	z_stream stream = { 0 };
	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in   = (Bytef *)(uintptr_t)text;
	stream.avail_in  = (uInt)size;
	stream.next_out  = (Bytef *)out;
	stream.avail_out = (uInt)out_size;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	size_t made = stream.total_out;
	deflateEnd(&stream);
	return made;
}

static size_t
pack(enum inflate_format format, const char *text, size_t size, char *out, size_t out_size)
{
	if (format == INFLATE_GZIP)
		return gzip_pack(text, size, out, out_size);
	size_t made = ZSTD_compress(out, out_size, text, size, 3);
	assert_false(ZSTD_isError(made));
	return made;
}

/* Text that packs about three to one, the same in every run. */
static struct sample *
sample_make(enum inflate_format format)
{
	struct sample *sample = malloc(sizeof(*sample));
	assert_non_null(sample);
	uint32_t random = 12345;
	sample->format  = format;
	for (size_t i = 0; i < TEXT_SIZE; i++) {
		random          = random * 1664525 + 1013904223;
		sample->text[i] = (char)("0123456789abcdef"[random >> 28]);
	}
	sample->packed_size = pack(format, sample->text, TEXT_SIZE, sample->packed, PACKED_SIZE);
	return sample;
}

static const struct inflate_limits NO_LIMITS = { 0, 0 };

static void
check_whole(enum inflate_format format)
{
	struct sample *sample = sample_make(format);
	struct arena   arena;
	struct span    text;
	arena_open(&arena, system_memory());
	assert_int_equal(inflate_all(format, (struct span){ sample->packed, sample->packed_size },
	                             inflate_limits_body(), &arena, &text, NULL),
	                 ERR_NONE);
	assert_int_equal(text.size, TEXT_SIZE);
	assert_memory_equal(text.at, sample->text, TEXT_SIZE);
	arena_close(&arena);
	free(sample);
}

static void
test_whole_texts_come_back(void **state)
{
	(void)state;
	check_whole(INFLATE_GZIP);
	check_whole(INFLATE_ZSTD);
}

/* Pieces of every size in and out give the same text. */
static void
check_pieces(const struct sample *sample, size_t in_size, size_t out_size)
{
	struct unpacker *unpacker = unpacker_open(sample->format, NO_LIMITS);
	struct span      rest     = { sample->packed, sample->packed_size };
	char            *out      = malloc(TEXT_SIZE + out_size);
	size_t           size     = 0;
	assert_non_null(out);
	while (rest.size > 0) {
		struct span piece = { rest.at, in_size < rest.size ? in_size : rest.size };
		rest              = (struct span){ rest.at + piece.size, rest.size - piece.size };
		size_t written    = out_size;
		while (piece.size > 0 || written == out_size) {
			assert_int_equal(unpacker_step(unpacker, &piece, out + size, out_size,
			                               &written, NULL),
			                 ERR_NONE);
			size += written;
			assert_true(size <= TEXT_SIZE);
		}
	}
	assert_int_equal(unpacker_finish(unpacker, NULL), ERR_NONE);
	assert_int_equal(size, TEXT_SIZE);
	assert_memory_equal(out, sample->text, TEXT_SIZE);
	unpacker_close(unpacker);
	free(out);
}

static void
test_pieces_of_any_size_give_the_same(void **state)
{
	static const size_t SIZES[] = { 1, 7, 1000, 65536, 1 << 20 };
	(void)state;
	for (int format = INFLATE_GZIP; format <= INFLATE_ZSTD; format++) {
		struct sample *sample = sample_make((enum inflate_format)format);
		for (size_t i = 0; i < 5; i++)
			for (size_t j = 1; j < 5; j++)
				check_pieces(sample, SIZES[i], SIZES[j]);
		free(sample);
	}
}

static void
test_several_members_are_one_text(void **state)
{
	(void)state;
	for (int i = INFLATE_GZIP; i <= INFLATE_ZSTD; i++) {
		enum inflate_format format = (enum inflate_format)i;
		char                packed[256];
		struct span         text;
		struct arena        arena;
		arena_open(&arena, system_memory());
		size_t size = pack(format, "one ", 4, packed, sizeof(packed));
		size += pack(format, "", 0, packed + size, sizeof(packed) - size);
		size += pack(format, "two", 3, packed + size, sizeof(packed) - size);
		assert_int_equal(inflate_all(format, (struct span){ packed, size }, NO_LIMITS,
		                             &arena, &text, NULL),
		                 ERR_NONE);
		assert_true(span_equal(text, SPAN("one two")));
		arena_close(&arena);
	}
}

static enum err
unpack(enum inflate_format format, const char *packed, size_t size, struct inflate_limits limits,
       struct refusal *refusal)
{
	struct arena arena;
	struct span  text = SPAN("untouched");
	arena_open(&arena, system_memory());
	enum err err =
		inflate_all(format, (struct span){ packed, size }, limits, &arena, &text, refusal);
	if (err)
		assert_true(span_equal(text, SPAN("untouched")));
	arena_close(&arena);
	return err;
}

static void
test_a_cut_text_is_refused_at_every_byte(void **state)
{
	(void)state;
	for (int i = INFLATE_GZIP; i <= INFLATE_ZSTD; i++) {
		enum inflate_format format = (enum inflate_format)i;
		char                packed[256];
		size_t size = pack(format, "a text that is cut off somewhere", 32, packed, 256);
		for (size_t cut = 0; cut < size; cut++) {
			struct refusal refusal;
			assert_int_equal(unpack(format, packed, cut, NO_LIMITS, &refusal),
			                 ERR_COMPRESSION);
			assert_true(refusal.byte <= cut);
		}
		assert_int_equal(unpack(format, packed, size, NO_LIMITS, NULL), ERR_NONE);
		packed[size] = 'x';
		assert_int_equal(unpack(format, packed, size + 1, NO_LIMITS, NULL),
		                 ERR_COMPRESSION);
	}
}

/* gzip carries a checksum: no flipped bit of what matters gives another text. zstd's
 * is optional, so there only safety is promised. */
static void
test_damage_is_refused_or_harmless(void **state)
{
	(void)state;
	for (int i = INFLATE_GZIP; i <= INFLATE_ZSTD; i++) {
		enum inflate_format format = (enum inflate_format)i;
		char                packed[256];
		size_t size    = pack(format, "a text that is damaged somewhere", 32, packed, 256);
		int    refused = 0;
		for (size_t bit = 0; bit < size * 8; bit++) {
			packed[bit / 8] = (char)(packed[bit / 8] ^ (1 << bit % 8));
			refused += unpack(format, packed, size, inflate_limits_body(), NULL) !=
			           ERR_NONE;
			packed[bit / 8] = (char)(packed[bit / 8] ^ (1 << bit % 8));
		}
		assert_true(refused > (int)size);
	}
}

static void
test_E8_a_bomb_is_refused_by_ratio_and_by_size(void **state)
{
	enum { BOMB_SIZE = 80 << 20 };
	(void)state;
	char *zeros  = calloc(1, BOMB_SIZE);
	char *packed = malloc(BOMB_SIZE / 64);
	assert_true(zeros && packed);
	for (int i = INFLATE_GZIP; i <= INFLATE_ZSTD; i++) {
		enum inflate_format format = (enum inflate_format)i;
		size_t              size   = pack(format, zeros, BOMB_SIZE, packed, BOMB_SIZE / 64);
		assert_int_equal(unpack(format, packed, size, inflate_limits_body(), NULL),
		                 ERR_COMPRESSION_RATIO);
		assert_int_equal(unpack(format, packed, size,
		                        (struct inflate_limits){ LIMIT_BODY_SIZE, 0 }, NULL),
		                 ERR_BODY_TOO_LARGE);
		assert_int_equal(unpack(format, packed, size, NO_LIMITS, NULL), ERR_NONE);
		/* Up to 1 MiB any ratio is let through. */
		size = pack(format, zeros, 1 << 20, packed, BOMB_SIZE / 64);
		assert_int_equal(unpack(format, packed, size, inflate_limits_body(), NULL),
		                 ERR_NONE);
	}
	free(zeros);
	free(packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_texts_come_back),
		cmocka_unit_test(test_pieces_of_any_size_give_the_same),
		cmocka_unit_test(test_several_members_are_one_text),
		cmocka_unit_test(test_a_cut_text_is_refused_at_every_byte),
		cmocka_unit_test(test_damage_is_refused_or_harmless),
		cmocka_unit_test(test_E8_a_bomb_is_refused_by_ratio_and_by_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
