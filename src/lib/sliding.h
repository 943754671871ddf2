/*
 * sliding.h - the exact measures of the end of a stream.
 *
 * Without a window the engine `lead` has all tokens. With one of w tokens it
 * has those from base(n) on, n being how many there were:
 *
 *	base(n) = max(0, n / w - 1) w
 *
 * so the last w to 2 w - 1, and all that is said is what an exact parse of
 * these alone would say. The engine `next` has those from base(n) + w on and
 * takes over when n is base(n) + 2 w: no token waits for a parse of many.
 *
 *	n = 3.4 w    [   w   |   w   |   w   |...
 *	              lead    [-----------------]
 *	              next            [---------]
 *
 * A stop is that of the lead; the first n at which it has stopped is kept.
 */
#ifndef LILSCOPE_LIB_SLIDING_H
#define LILSCOPE_LIB_SLIDING_H

#include "lib/engine.h"

enum { CAUSE_BYTES = 24 };

/* When a stream was stopped, and for what. */
struct stopped {
	uint64_t at;             /* tokens; LILSCOPE_NEVER */
	char cause[CAUSE_BYTES]; /* "": the rule does not say */
};

struct sliding {
	struct engine *lead, *next; /* next: NULL */
	uint64_t base;
	uint64_t n;    /* tokens */
	uint64_t real; /* n from which a stop counts: before, the lead has not
			  all that it should have */
	struct stopped stopped;
};

/* base(n), see above. */
uint64_t sliding_base(const struct stream_settings *s, uint64_t n);

/* At token `base`, 0 or sliding_base() of some n, with nothing before it; and
 * what is known of a stop. */
struct sliding *sliding_new(const struct stream_settings *s, uint64_t base,
			    const struct stopped *known);

/* n tokens, as engine_push() takes them, for which the lead has room. */
void sliding_push(struct sliding *w, struct rule_token *tokens, uint32_t n);

/* So many tokens without text do not change what is said of a stop. */
uint32_t sliding_quiet(const struct sliding *w);

#endif
