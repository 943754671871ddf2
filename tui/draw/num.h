/*
 * num.h - numbers as people read them, and the few glyphs of our own text.
 */
#ifndef LILSCOPE_NUM_H
#define LILSCOPE_NUM_H

#include "base/base.h"

enum { NUM_BYTES = 40 };

/* 9750 as "9 750"; returns out, as all of these do. */
const char *num_count(char out[NUM_BYTES], uint64_t n);

/* An axis label: "950", "2.5k", "10k", "1.25M". */
const char *num_short(char out[NUM_BYTES], double value);

/* With so many decimals, a real minus sign unless ascii; "-" for NAN. */
const char *num_real(char out[NUM_BYTES], double value, int decimals,
		     bool ascii);

/* part of whole as "40 %", "3.1 %", "< 0.1 %"; whole may be 0. */
const char *num_percent(char out[NUM_BYTES], uint64_t part, uint64_t whole);

/* Bytes as "950 B", "12.3 kB", "1.2 GB". */
const char *num_size(char out[NUM_BYTES], uint64_t bytes);

/* Seconds in three digits and a unit: "2.13 s", "402 µs"; "-" for NAN. */
const char *num_time(char out[NUM_BYTES], double s, bool ascii);

/* What value is more than base: "+18 %", with a real minus unless ascii. */
const char *num_change(char out[NUM_BYTES], double value, double base,
		       bool ascii);

enum glyph {
	GLYPH_RHO,
	GLYPH_EPS,
	GLYPH_ALPHA,
	GLYPH_SIGMA,
	GLYPH_LE,
	GLYPH_DOT,      /* between facts */
	GLYPH_FLAG,     /* the threshold */
	GLYPH_OPEN,     /* not reached */
	GLYPH_CHECK,
	GLYPH_CROSS,
	GLYPH_WAVE,
	GLYPH_WARN,
	GLYPH_BACK,     /* information came back */
	GLYPH_ARROW,
	GLYPH_DASH,
	GLYPH_ELLIPSIS,
	GLYPH_NEAR,     /* a window nearly under t */
	GLYPH_LOW,      /* a window under t */
	GLYPH_UP,       /* the playhead, under an axis */
	GLYPH_DIAMOND,  /* the cursor */
	GLYPHS
};

const char *glyph(enum glyph g, bool ascii);

#endif
