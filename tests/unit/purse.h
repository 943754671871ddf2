/*
 * purse.h - an allocator for streams of liblilscope that counts what it gave,
 * gives out where it shall, and moves whatever grows.
 */
#ifndef LILSCOPE_TESTS_PURSE_H
#define LILSCOPE_TESTS_PURSE_H

#include <stddef.h>

struct purse {
	long left; /* requests; < 0: no end */
	size_t bytes, most, blocks;
};

/* Options' `resize`, with a purse as their `opaque`. */
void *purse_spend(void *opaque, void *old, size_t old_size, size_t size);

#endif
