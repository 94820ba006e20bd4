/* embed_web.h - the page's files, packed, as part of the program.
 *
 * web/build.mjs makes them and their list; embed_web_files.S puts both into the program.
 * The bytes are constant and live as long as the process. The C library has none of it. */
#ifndef TALLY_EDGE_DOC_EMBED_WEB_H
#define TALLY_EDGE_DOC_EMBED_WEB_H

#include <stdint.h>

#include "core/base/span.h"

/* As embed_web_files.S lays it out. */
struct embed_file {
	const char *name; /* "index.html", "app-9F2C41D07B.js" */
	const char *type; /* Content-Type */
	const char *etag; /* in quotes */
	const char *gzip;
	uint64_t    gzip_size;
};

/* NULL when there is none of that name. */
const struct embed_file *embed_web_find(struct span name);

#endif
