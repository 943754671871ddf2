/*
 * generation_impl.h - what the files of a generation share; nobody else
 * includes it.
 *
 *	generation.c           the text, a step, other policies
 *	generation_then.c      what happens at a threshold
 *	generation_conclude.c  a text that is written for the model
 */
#ifndef LILSCOPE_GENERATION_IMPL_H
#define LILSCOPE_GENERATION_IMPL_H

#include "decode/generation.h"

/* --- generation.c ------------------------------------------------------- */

/* Drawn so from here on, anew. */
void generation_draws(struct generation *g, const struct sample_opts *o);
/* The rule looks at the output from token `from` on, and at what comes. */
void generation_watch(struct generation *g, uint32_t from);
/* Another policy, off the clock. */
bool generation_switch(struct generation *g, const struct sparse *policy,
		       uint32_t budget, struct err *err);
/* Only the first n output tokens are left, of ids and of stop texts; the model
 * stands where it stood. */
void generation_drop(struct generation *g, uint32_t n);
/* The text so far is fed to a new transformer, and counted. */
void generation_feed_again(struct generation *g);
/* What the sampler takes with `weight` added to the logit of id; its
 * log-probability is the model's own. */
uint32_t generation_draw(struct generation *g, uint32_t id, float weight,
			 float *logprob);

/* --- generation_then.c -------------------------------------------------- */

/* The rule has fired just now. */
void generation_act(struct generation *g);

/* --- generation_conclude.c ---------------------------------------------- */

/* From the next step on. */
void conclude_begin(struct generation *g);
/* Is there more to write? */
bool conclude_is_open(const struct generation *g);
/* The next token's id, while it is open; *own: it is of the text. */
uint32_t conclude_next(struct generation *g, float *logprob, bool *own);
void conclude_free(struct conclude *c); /* NULL is fine */
/* For a fork. NULL of NULL. */
struct conclude *conclude_copy(const struct conclude *c);

#endif
