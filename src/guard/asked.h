/*
 * asked.h - what a request asks for, as far as its operator wants to know.
 */
#ifndef LILSCOPE_GUARD_ASKED_H
#define LILSCOPE_GUARD_ASKED_H

#include <stdint.h>

#include "base/buf.h"

enum { ASKED_MODEL_BYTES = 96 };

struct asked {
	char model[ASKED_MODEL_BYTES]; /* ""; a longer name is none */
	uint32_t max_tokens;           /* of the answer; 0: not said */
};

/* Reads the body, in any of the APIs; where it has no model, the path may. */
void asked_read(struct asked *a, const char *uri, const struct buf *body);

#endif
