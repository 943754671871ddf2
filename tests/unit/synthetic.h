/*
 * synthetic.h - a small generation with everything that the screens show:
 * reasoning that brings new words, a loop, new words again, an answer.
 */
#ifndef LILSCOPE_TEST_SYNTHETIC_H
#define LILSCOPE_TEST_SYNTHETIC_H

#include "trace/run.h"

enum {
	SYNTHETIC_NEW = 1500,    /* tokens before the loop */
	SYNTHETIC_LOOP = 1000,   /* tokens of it */
	SYNTHETIC_AFTER = 750,   /* new ones after it, the last an answer */
};

/* Measured to its end; the caller owns it. `loops`: without the loop the
 * threshold is not reached. Text is hostile in one place. */
struct run *synthetic_run(const struct meter_opts *opts, bool loops);

/* What a decoder would tell of the run: pages of 16, the first one and the
 * last few kept, the newest read and some of the others; `layers` of them. */
void synthetic_pages(struct run *run, uint32_t layers);

/* The options that the screens are drawn with: lz77, no other rules. */
struct meter_opts synthetic_opts(void);

#endif
