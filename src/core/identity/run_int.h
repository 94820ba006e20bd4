/* run_int.h - pages of runs, for the files that make runs. */
#ifndef TALLY_CORE_IDENTITY_RUN_INT_H
#define TALLY_CORE_IDENTITY_RUN_INT_H

#include "core/identity/identity.h"

/* Room to make pages in. */
struct run_draft;
struct run_draft *run_draft_open(struct arena *arena);

uint32_t run_page_of_hash(const struct run_header *header, uint64_t hash);
/* Sets bucket_bits and page_bits for so many entries; blocks and known_bits are set. */
void     run_header_shape(struct run_header *header, uint64_t count);
bool     run_page_fits(const struct run_header *header, uint64_t count);
uint32_t run_page_count(struct span page);
/* The bytes of the page that these items make; they live until the next is made. */
struct span run_page_write(struct run_draft *draft, const struct run_header *header, uint32_t page,
                           const struct run_item *items, uint32_t count);

#endif
