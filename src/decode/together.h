/*
 * together.h - generations on threads of their own, the steps of which are one
 * pass of the model (transformer_step_many()).
 *
 *	join    step ---------- step ------------ leave
 *	join    step (a prompt) step ------- step
 *	             all wait   one pass of all
 *
 * A pass begins when each that has joined wants a step, so nobody is left
 * behind, and all are as slow as the slowest. How many go together shows in
 * the time, and in the rounding of many (transformer.h).
 */
#ifndef LILSCOPE_TOGETHER_H
#define LILSCOPE_TOGETHER_H

#include "model/transformer.h"

struct together;

/* Nobody has joined. Never NULL; the caller's. */
struct together *together_new(void);
/* When all have left. NULL is fine. */
void together_free(struct together *g);

/* The others wait for this thread from here on; TRANSFORMER_BATCH at most are
 * in it at a time. Waits for a pass that is under way. */
void together_join(struct together *g);
void together_leave(struct together *g);

/* transformer_step(), with all others, of one that has joined. */
void together_step(struct together *g, struct transformer *t, uint32_t id);

#endif
