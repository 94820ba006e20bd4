/* fuzz_ndjson.c - any bytes as lines of events. */
#include "fuzz_decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body = { (const char *)data, size };

	fuzz_decode(body, FORMAT_NDJSON, SPAN(""), true);
	fuzz_decode(body, FORMAT_NDJSON, SPAN("acme"), false);
	return 0;
}
