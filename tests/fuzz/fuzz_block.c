/* fuzz_block.c - any bytes as a block of the log, behind a checksum that holds. */
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "edge/log/layout.h"
#include "edge/sys/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Chance would never find magic, size and checksum: they are put right. */
static void
header_mend(char *bytes, size_t size)
{
	uint64_t seed;
	uint64_t checksum;
	uint32_t size_told = (uint32_t)size;
	memcpy(bytes, "TLYB\1\0\0\0", 8);
	memcpy(bytes + 16, &size_told, sizeof(size_told));
	memcpy(&seed, bytes, sizeof(seed));
	checksum = XXH3_64bits_withSeed(bytes + 16, size - 16, seed);
	memcpy(bytes + 8, &checksum, sizeof(checksum));
}

static void
block_try(struct span bytes, struct arena *arena)
{
	enum { ROWS_MAX = 200 };
	struct block        *block = NULL;
	struct block_summary summary;
	enum err             err = block_summarize(bytes, &summary);
	if (block_open(bytes, arena, &block) != ERR_NONE)
		return;
	CHECK(err == ERR_NONE);
	CHECK(block_summary_of(block)->count == summary.count);
	for (uint32_t row = 0; row < summary.count && row < ROWS_MAX; row++) {
		struct span id  = block_slot(block, row, SLOT_ID, arena);
		struct span raw = block_raw(block, row, arena);
		CHECK(raw.size == 0 || id.size <= raw.size);
		(void)block_received(block, row);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	arena_open(&arena, system_memory());
	struct span bytes = arena_copy(&arena, (struct span){ (const char *)data, size });
	block_try(bytes, &arena);
	if (size >= BLOCK_HEADER_SIZE) {
		header_mend((char *)bytes.at, size);
		block_try(bytes, &arena);
	}
	arena_close(&arena);
	return 0;
}
