/* yaml_catalog.h - reads the catalogue from YAML into const rows.
 *
 * Touches libcyaml and the heap while it reads; the rows and their text are copied
 * into the arena. Any bytes are safe: sizes are bounded, aliases are refused, and
 * nothing is printed. */
#ifndef TALLY_EDGE_DOC_YAML_CATALOG_H
#define TALLY_EDGE_DOC_YAML_CATALOG_H

#include "core/catalog/catalog.h"

enum { YAML_CATALOG_SIZE_MAX = 1 << 20 };

/* Reads, resolves names to indices and checks (catalog_check) the whole text.
 *
 * ERR_CATALOG with the path of the row in field and `line N: why` in detail;
 * ERR_SYSTEM when libcyaml had no memory. Both leave *catalog as it was. The text
 * need not outlive the call; the catalogue lives as long as the arena. */
MUST_CHECK enum err yaml_catalog_read(struct span yaml, struct arena *arena,
                                      const struct catalog **catalog, struct refusal *refusal);

#endif
