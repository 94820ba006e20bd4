/* embed_web.c - the page's files by name. */
#include "edge/doc/embed_web.h"

/* From embed_web_files.S. */
extern const struct embed_file embed_web_files[];
extern const uint64_t          embed_web_files_count;

const struct embed_file *
embed_web_find(struct span name)
{
	for (uint64_t i = 0; i < embed_web_files_count; i++)
		if (span_equal(span_of(embed_web_files[i].name), name))
			return &embed_web_files[i];
	return NULL;
}
