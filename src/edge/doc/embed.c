/* embed.c - the embedded files as spans. */
#include "edge/doc/embed.h"

#include <stdint.h>

/* From embed_files.S. */
extern const char     catalog_harness[];
extern const uint64_t catalog_harness_size;

struct span
embed_catalog(void)
{
	return (struct span){ catalog_harness, catalog_harness_size };
}
