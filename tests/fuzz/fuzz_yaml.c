/* fuzz_yaml.c - any bytes as a catalogue: refused with a reason, or usable. */
#include <stdint.h>

#include "edge/doc/yaml_catalog.h"
#include "edge/sys/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct catalog *catalog = NULL;
	struct refusal        refusal = { .err = ERR_NONE };
	struct arena          arena;

	arena_open(&arena, system_memory());
	enum err err = yaml_catalog_read((struct span){ (const char *)bytes, size }, &arena,
	                                 &catalog, &refusal);
	CHECK((err == ERR_NONE) == (catalog != NULL));
	CHECK((err == ERR_NONE) == (refusal.detail[0] == '\0'));
	if (catalog)
		CHECK(catalog_check(catalog, &refusal) == ERR_NONE);
	arena_close(&arena);
	return 0;
}
