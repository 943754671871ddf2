/*
 * foretold.h - how many passes through a model reading ahead would have saved
 * (draft.h), of any generation, from its parse alone.
 *
 * Of the whole tokens of a phrase the first FORETOLD_FIRST find its earlier
 * place, at a pass each; those behind them would be drafted from there and
 * cost a pass for FORETOLD_AT_ONCE:
 *
 *	phrase   |[t][t][t  t  t  t  t  t  t  t][t  t  t]|
 *	passes     1  1             1                1     = 4 instead of 13
 *
 * It is an estimate: a decoder may find the place later, or draft from another
 * one; and it knows the prompt, which the parse of the output does not.
 */
#ifndef LILSCOPE_FORETOLD_H
#define LILSCOPE_FORETOLD_H

#include "trace/run.h"

enum { FORETOLD_FIRST = 2, FORETOLD_AT_ONCE = 8 };

/* Passes saved, of trace.n_tokens; 0 where nothing is measured.
 * O(tokens + phrases). */
uint32_t foretold_saved(const struct run *run);

#endif
