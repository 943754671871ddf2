/*
 * The only door to the allocator. Want of memory ends the program here, so
 * that nobody above has a branch for it. The library has a door of its own
 * (src/lib/memory.c).
 */
#include "base/buf.h"

#include <limits.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void *mem_resize(void *old, size_t n_bytes)
{
	void *memory = realloc(old, n_bytes ? n_bytes : 1);

	if (!memory)
		die("out of memory: %zu bytes more were needed", n_bytes);
	return memory;
}

void *mem_alloc(size_t n_bytes)
{
	return mem_resize(NULL, n_bytes);
}

void *mem_zalloc(size_t n_bytes)
{
	/* calloc, not memset: large tables stay untouched zero pages */
	void *memory = calloc(n_bytes ? n_bytes : 1, 1);

	if (!memory)
		die("out of memory: %zu bytes more were needed", n_bytes);
	return memory;
}

void mem_free(void *memory)
{
	free(memory);
}

void mem_one_heap(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
#endif
}

void mem_keep(size_t n_bytes)
{
#ifdef __GLIBC__
	int n = (int)MIN(n_bytes, (size_t)INT_MAX);

	mallopt(M_TRIM_THRESHOLD, n);
	mallopt(M_MMAP_THRESHOLD, n);
#else
	(void)n_bytes;
#endif
}
