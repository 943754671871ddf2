/*
 * wish.h - what the guard does at a threshold: as the command line says, and as
 * a request may ask for itself.
 *
 *	x-lilscope: off
 *	x-lilscope: at-threshold=conclude; rule=cycle; f=100; t=10; patience=2
 *	x-lilscope: watch=thinking; thinking-f=500
 *
 * Parts with semicolons between them; a word of THRESHOLDS alone is what
 * at-threshold takes. The header goes no further than the proxy.
 */
#ifndef LILSCOPE_GUARD_WISH_H
#define LILSCOPE_GUARD_WISH_H

#include "decode/generation.h"
#include "guard/watch.h"

#define WISH_HEADER "X-Lilscope"

/* What the thinking has of its own; as the answer has it: 0, t < 0. */
struct wish_limits {
	uint32_t f, patience;
	double t;
};

struct wish {
	enum threshold_then then; /* IGNORE: nothing is watched */
	struct then_opts how;
	size_t i_rule;            /* of rules[] */
	bool any_rule;            /* nobody named it: f, t and patience mean
				     Guardian */
	struct rule_opts rule;
	struct wish_limits thinking;
	unsigned scope;           /* of struct watch_opts */
};

/* "all", "thinking", "answer": the i-th one; NULL behind them. */
const char *wish_scope_name(size_t i);
/* 0: it is none. */
unsigned wish_scope(const char *name);

/* What a watch is to be told of it; the rest of *watch stays. */
void wish_apply(const struct wish *wish, struct watch_opts *watch);

/* Is there such a thing for a guard? It writes no text of its own, so it can
 * go back in none; and it has no policies. */
bool wish_can(enum threshold_then then);

/* Changes *wish by a header's value. false and a sentence: it is as it was. */
bool wish_read(struct wish *wish, const char *value, struct err *err);

#endif
