/*
 * rules_svg.h - the operating curves of stop rules: loops stopped, tokens
 * saved and the delay after the onset, over the share of healthy texts that
 * are stopped, as each rule's own threshold moves.
 */
#ifndef LILSCOPE_RULES_SVG_H
#define LILSCOPE_RULES_SVG_H

#include "base/buf.h"

struct rules_point {
	double stopped;    /* of loops, 0 to 1 */
	double saved;      /* of loops' tokens, 0 to 1 */
	double delay;      /* median, in tokens; NAN: nothing stopped */
	double false_stop; /* of healthy texts, 0 to 1 */
	bool usual;        /* at the rule's own threshold */
};

struct rules_curve {
	const char *name;
	struct rules_point at[16];
	size_t n;
};

/* What a rule tells of healthy texts, and of how many. */
struct rules_odds {
	double told;            /* at most */
	size_t n;               /* texts of which it tells that or less */
	double seen, low, high; /* their share, and its 95 % interval */
};

/* Told against seen, over n_healthy texts: right is what lies under the
 * diagonal. */
void rules_odds_svg(const struct rules_odds *odds, size_t n, size_t n_healthy,
		    const char *title, struct buf *out);

/* n_healthy: one stop among so many is the least that can be seen. */
void rules_svg(const struct rules_curve *curves, size_t n, size_t n_healthy,
	       const char *title, struct buf *out);

#endif
