/*
 * known.h - sources whose entropy is known: what an estimate is held against.
 *
 * Each writes symbols of a small alphabet, the same for the same seed, and
 * knows the bits that one of them brings in the long run. They are what
 * lilscope selftest and the tables of measurements ask.
 */
#ifndef LILSCOPE_KNOWN_H
#define LILSCOPE_KNOWN_H

#include "base/base.h"

struct known {
	const char *name;
	const char *about;
	unsigned alphabet;   /* symbols are 0 .. alphabet - 1, at most 256 */
	double (*bits)(void); /* a symbol, in the long run */

	/* s[0..n) of a source that begins with this seed. */
	void (*write)(unsigned char *s, uint32_t n, uint32_t seed);
};

extern const struct known knowns[];
extern const size_t n_knowns;

#endif
