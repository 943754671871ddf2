/*
 * naive_copying.h - copying.h as it is defined, place by place: everything is
 * looked for.
 */
#ifndef LILSCOPE_NAIVE_COPYING_H
#define LILSCOPE_NAIVE_COPYING_H

#include "measure/copying.h"

enum { NAIVE_SYMBOLS = 1200 }; /* at most */

/* Empty with .source = UINT32_MAX. */
struct naive_copying {
	uint32_t s[NAIVE_SYMBOLS], letter[NAIVE_SYMBOLS], said[NAIVE_SYMBOLS];
	uint32_t n, source, length, misses, since, news;
	bool known; /* the last gram stood before */
};

struct copying_step naive_copying_push(struct naive_copying *v, uint32_t symbol,
				       uint32_t letter);

#endif
