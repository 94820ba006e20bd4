/* fuzz_event.c - any bytes as one event, and as an array of events. */
#include "fuzz_decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body = { (const char *)data, size };

	fuzz_decode(body, FORMAT_EVENT, SPAN("acme"), true);
	fuzz_decode(body, FORMAT_BATCH, SPAN(""), false);
	return 0;
}
