/* store_memory.h - the store in memory: nothing lasts, everything else holds. */
#ifndef TALLY_EDGE_STORE_STORE_MEMORY_H
#define TALLY_EDGE_STORE_STORE_MEMORY_H

#include "edge/store/store.h"

struct store *store_memory_open(void);

#endif
