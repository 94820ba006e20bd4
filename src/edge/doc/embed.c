/* embed.c - the embedded files as spans. */
#include "edge/doc/embed.h"

#include <stdint.h>

/* From embed_files.S. */
extern const char     catalog_harness[];
extern const uint64_t catalog_harness_size;
extern const char     font_regular[];
extern const uint64_t font_regular_size;
extern const char     font_bold[];
extern const uint64_t font_bold_size;

struct span
embed_catalog(void)
{
	return (struct span){ catalog_harness, catalog_harness_size };
}

struct span
embed_font(void)
{
	return (struct span){ font_regular, font_regular_size };
}

struct span
embed_font_bold(void)
{
	return (struct span){ font_bold, font_bold_size };
}
