/* memory.c - memory that stops the process with a reason rather than fail.
 *
 * Large pieces come straight from the system in huge pages: the tables that ingest
 * probes at random miss the TLB a fifth less often that way. Under the address
 * sanitizer everything is malloc's, so that it sees who overruns what. */
#define _GNU_SOURCE
#include "edge/sys/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(alignof(max_align_t) >= 16, "malloc aligns as arenas need it");

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HUGE_FROM SIZE_MAX
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HUGE_FROM SIZE_MAX
#endif
#endif

#define HUGE_PAGE ((size_t)2 << 20)
#ifndef HUGE_FROM
#define HUGE_FROM HUGE_PAGE
#endif

static size_t
whole_pages(size_t size)
{
	return (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}

/* Reserve one page more and give back what lies outside the alignment. */
static void *
huge_take(size_t size)
{
	size_t   whole = whole_pages(size);
	uint8_t *at    = mmap(NULL, whole + HUGE_PAGE, PROT_READ | PROT_WRITE,
	                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	size_t before = (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
	if (before > 0)
		munmap(at, before);
	munmap(at + before + whole, HUGE_PAGE - before);
	madvise(at + before, whole, MADV_HUGEPAGE);
	return at + before;
}

static void *
system_take(void *owner, size_t size)
{
	(void)owner;
	void *piece = size >= HUGE_FROM ? huge_take(size) : malloc(size);
	if (!piece) {
		fprintf(stderr, "tally: out of memory: %zu bytes cannot be had\n", size);
		_exit(MEMORY_EXIT_STATUS);
	}
	return piece;
}

static void
system_give(void *owner, void *piece, size_t size)
{
	(void)owner;
	if (size >= HUGE_FROM)
		munmap(piece, whole_pages(size));
	else
		free(piece);
}

struct memory
system_memory(void)
{
	return (struct memory){ .take = system_take, .give = system_give };
}
