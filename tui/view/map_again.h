/*
 * map_again.h - what is said again while its first saying is out of sight.
 *
 * The parse knows where a phrase stood before, the trace which pages attention
 * read: where the two meet one sees what a sparse decoder forgot.
 */
#ifndef LILSCOPE_MAP_AGAIN_H
#define LILSCOPE_MAP_AGAIN_H

#include "app/phrase.h"
#include "view/map.h"

enum {
	AGAIN_TOKENS = 4, /* a shorter phrase is said again by chance */
};

struct map_again {
	struct phrase p;
	uint32_t last; /* token up to the phrase's start at which its source
			  was read last, by half of the heads or more;
			  PAGES_NEVER: never */
	bool unseen;   /* ... which was before the start */
};

/* The copied phrase that the token is in, of the first n tokens; false: it is
 * new, short, or comes before pages are told of. */
bool map_again_at(const struct run *run, uint32_t n, struct map_of of,
		  uint32_t token, struct map_again *out);

/* The next phrase that begins behind the token (before it if !forward) and is
 * unseen; false: there is none. */
bool map_again_next(const struct run *run, uint32_t n, struct map_of of,
		    uint32_t token, bool forward, struct map_again *out);

#endif
