/*
 * random_made.h - a model of random weights as the program has one: read from
 * its file, which lies as a mapping does.
 */
#ifndef LILSCOPE_TESTS_RANDOM_MADE_H
#define LILSCOPE_TESTS_RANDOM_MADE_H

#include "model/gguf.h"
#include "random_model.h"

struct made {
	struct buf bytes;
	void *aligned;
	struct gguf *gguf;
	struct model *model;
};

/* Fails the test if there is none; the caller's, to be unmade. */
void random_make(struct made *made, const struct random_spec *spec);
void random_unmake(struct made *made);

#endif
