/* embed.c - the embedded files as spans. */
#include "edge/doc/embed.h"

extern const char catalog_harness_begin[];
extern const char catalog_harness_end[];

struct span
embed_catalog(void)
{
	size_t size = (size_t)(catalog_harness_end - catalog_harness_begin);
	return (struct span){ catalog_harness_begin, size };
}
