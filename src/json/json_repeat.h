/*
 * json_repeat.h - reads a stream's records, most of which repeat the one
 * before but for a few values.
 *
 *	{"id":"x","created":17,"choices":[{"delta":{"content":" the"}}]}
 *	{"id":"x","created":17,"choices":[{"delta":{"content":" end"}}]}
 *	 ------------------ the same ------------------------- hole ----
 *
 * A record that was read in full is kept as the model of those to come. Where
 * the next one differs inside a string or a number, that becomes a hole. A
 * record that is the model outside of its holes, and has a value of the same
 * type in each, has the model's tree: only places are moved. Any other one is
 * read in full and is the model from then on; so what is read is what
 * json_read() reads, always.
 */
#ifndef LILSCOPE_JSON_REPEAT_H
#define LILSCOPE_JSON_REPEAT_H

#include "json/json.h"

enum {
	REPEAT_HOLES_MAX = 16,        /* with more of them it starts anew */
	REPEAT_MODEL_MAX = 16 * 1024, /* bytes; longer ones are no models */
};

/* A value that differs: model[from, to). */
struct repeat_hole {
	uint32_t node;
	uint32_t from, to;
	uint32_t shift; /* of all behind it, in json (modulo 2^32) */
};

/* All zero is ready. `json` is the record that was read last. */
struct json_repeat {
	struct json json;
	struct buf model;
	size_t n_decoded; /* of json.decoded, the model's */
	struct repeat_hole holes[REPEAT_HOLES_MAX];
	size_t n_holes;
	uint64_t n_shapes;
	bool in_full; /* set it to read each record so; no shape is told */
};

/* Frees the memory; what is left is ready, and knows no record. */
void json_repeat_release(struct json_repeat *r);

/* json_read() without `cut`; json.shape is that of the model. */
bool json_repeat_read(struct json_repeat *r, const char *s, size_t n,
		      struct json_trouble *trouble);

#endif
