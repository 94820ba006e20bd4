/* test_packed.c - gzip and zstd bodies over HTTP: whole, cut off, and bombs. */
#define _GNU_SOURCE
#include "http_test.h"

#include <zlib.h>
#include <zstd.h>

static size_t
gzip_make(const void *text, size_t size, char *out, size_t out_size)
{
	z_stream stream = { 0 };
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in   = (Bytef *)(uintptr_t)text;
	stream.avail_in  = (uInt)size;
	stream.next_out  = (Bytef *)out;
	stream.avail_out = (uInt)out_size;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	size_t made = stream.total_out;
	deflateEnd(&stream);
	return made;
}

static struct reply
ask_packed(struct site *site, const char *coding, const void *body, size_t size)
{
	char fields[256];
	snprintf(fields, sizeof(fields),
	         "Content-Type: application/x-ndjson\r\nContent-Encoding: %s\r\n", coding);
	return ask(site, "POST", "/v1/events", "tly_i", fields, body, size);
}

static void
assert_packed(struct site *site, const char *coding, const void *body, size_t size, int status,
              const char *says)
{
	struct reply reply = ask_packed(site, coding, body, size);
	if (reply.status != status || !strstr(reply.text, says))
		fail_msg("%s of %zu bytes: %d %s", coding, size, reply.status, reply.text);
	reply_free(&reply);
}

static void
test_packed_bodies(void **state)
{
	struct site *site   = *state;
	const char   text[] = "{}\n{}\n{}\n";
	char         packed[4096];
	size_t       gzip = gzip_make(text, sizeof(text) - 1, packed, sizeof(packed));
	assert_packed(site, "gzip", packed, gzip, 200, "\"accepted\":3");
	assert_packed(site, "GZip", packed, gzip, 200, "\"accepted\":3");
	assert_packed(site, "zstd", packed, gzip, 400, "/errors/compression");
	assert_packed(site, "br", packed, gzip, 415, "/errors/encoding-unknown");
	assert_packed(site, "gzip, gzip", packed, gzip, 415, "/errors/encoding-unknown");
	assert_packed(site, "identity", text, sizeof(text) - 1, 200, "\"accepted\":3");
	for (size_t cut = 0; cut < gzip; cut++)
		assert_packed(site, "gzip", packed, cut, 400, "/errors/compression");
	size_t zstd = ZSTD_compress(packed, sizeof(packed), text, sizeof(text) - 1, 3);
	assert_packed(site, "zstd", packed, zstd, 200, "\"accepted\":3");
	assert_packed(site, "zstd", packed, zstd - 1, 400, "/errors/compression");
}

/* A broken transfer counts nothing, whatever of it could be unpacked. */
static void
test_E2_cut_body_counts_nothing_and_says_so(void **state)
{
	struct site *site   = *state;
	const char   text[] = "{}\n{}\n{}\n";
	char         packed[4096];
	size_t       gzip = gzip_make(text, sizeof(text) - 1, packed, sizeof(packed));

	assert_packed(site, "gzip", packed, gzip - 4, 400, "nothing was counted, send it again");
	packed[gzip - 6] ^= 1; /* the checksum */
	assert_packed(site, "gzip", packed, gzip, 400, "nothing was counted, send it again");
}

static void
test_a_gzip_bomb_is_refused(void **state)
{
	enum { BOMB_SIZE = 48 << 20 };
	struct site *site   = *state;
	char        *zeros  = calloc(1, BOMB_SIZE);
	char        *packed = malloc(1 << 20);
	assert_true(zeros && packed);
	size_t size = gzip_make(zeros, BOMB_SIZE, packed, 1 << 20);
	assert_packed(site, "gzip", packed, size, 413, "/errors/compression-ratio");
	size = ZSTD_compress(packed, 1 << 20, zeros, BOMB_SIZE, 3);
	assert_packed(site, "zstd", packed, size, 413, "/errors/compression-ratio");
	free(zeros);
	free(packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packed_bodies),
		cmocka_unit_test(test_E2_cut_body_counts_nothing_and_says_so),
		cmocka_unit_test(test_a_gzip_bomb_is_refused),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
