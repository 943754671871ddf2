/*
 * terms.h - the glossary's terms where they stand on a drawn screen.
 *
 * Words of the program itself are looked at, not those that a model wrote: a
 * cell's style tells them apart. A letter (h, H, t, f) is a term only before a
 * number, "=" or "(".
 */
#ifndef LILSCOPE_TERMS_H
#define LILSCOPE_TERMS_H

#include "term/screen.h"

enum { TERMS_MAX = 64 };

/* The term at the cell, static; NULL. */
const char *terms_at(const struct screen *s, int row, int col);

/* All terms on the screen in the order of reading, each once; returns how
 * many. */
size_t terms_on(const struct screen *s, const char *out[TERMS_MAX]);

#endif
