/* fuzz_http.c - any bytes as path, query, header fields and packed body.
 *
 * The first byte says which; the rest is the text. What comes out must keep the
 * promises of head.h and inflate.h. */
#include <stdint.h>
#include <stdlib.h>

#include "api/problem.h"
#include "api/route.h"
#include "core/json/json_read.h"
#include "edge/doc/inflate.h"
#include "edge/http/head.h"
#include "edge/sys/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
try_path(struct span text, struct arena *arena)
{
	const struct route *route = NULL;
	struct route_path   pieces;
	uint32_t            allowed = 0;
	for (unsigned i = 0; i <= METHOD_COUNT; i++)
		if (!route_find(text, (enum method)i, arena, &route, &pieces, &allowed))
			CHECK(route != NULL && route->method == (enum method)i);
	/* Whatever was asked for, the problem is valid JSON. */
	struct refusal refusal;
	struct json   *root = NULL;
	(void)refuse(&refusal, ERR_NOT_FOUND, SPAN(""), SPAN(""));
	enum err err = json_parse(problem_write(&refusal, text, arena), arena, &root, NULL);
	CHECK(err == ERR_NONE);
}

static void
try_query(struct span text, struct arena *arena)
{
	struct span name, value;
	size_t      taken = 0;
	while (head_query_next(&text, &name, &value)) {
		taken++;
		if (!head_unescape(name, true, arena, &name))
			(void)param_find(name);
		if (!head_unescape(value, true, arena, &value))
			for (size_t i = 0; i < value.size; i++)
				CHECK((unsigned char)value.at[i] >= 0x20);
		CHECK(taken <= 1 << 20);
	}
}

static void
try_fields(struct span text)
{
	enum media   media   = MEDIA_OTHER;
	enum packing packing = PACKING_NONE;
	struct span  token = SPAN(""), key = SPAN("");
	char         host[HEAD_HOST_SIZE];
	uint16_t     port = 0;
	(void)head_accepts_csv(text);
	if (!head_media(text, &media))
		CHECK(media <= MEDIA_OTHER);
	if (!head_packing(text, &packing))
		CHECK(packing <= PACKING_ZSTD);
	if (!head_bearer(text, &token))
		CHECK(token.size > 0 && token.at >= text.at);
	if (!head_idempotency_key(text, &key))
		CHECK(key.size <= 255);
	if (!head_address(text, host, &port))
		CHECK(host[0] != 0);
}

static void
try_packed(enum inflate_format format, struct span text, struct arena *arena)
{
	struct inflate_limits limits = { 4 << 20, 200 };
	struct span           out    = SPAN("");
	if (!inflate_all(format, text, limits, arena, &out, NULL))
		CHECK(out.size <= limits.size_max);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size == 0)
		return 0;
	struct span  text = { (const char *)bytes + 1, size - 1 };
	struct arena arena;
	arena_open(&arena, system_memory());
	switch (bytes[0] % 5) {
	case 0:
		try_path(text, &arena);
		break;
	case 1:
		try_query(text, &arena);
		break;
	case 2:
		try_fields(text);
		break;
	case 3:
		try_packed(INFLATE_GZIP, text, &arena);
		break;
	default:
		try_packed(INFLATE_ZSTD, text, &arena);
		break;
	}
	arena_close(&arena);
	return 0;
}
