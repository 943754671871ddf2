/*
 * half.h - the thinking of a generation, or its answer, measured apart: a loop
 * in the answer is then none that the thinking's new words hide, and one
 * behind a loop in the thinking is found, too.
 *
 * A half is a run of those tokens alone. It remembers where they stand in the
 * whole, for all that is told is counted there.
 */
#ifndef LILSCOPE_GUARD_HALF_H
#define LILSCOPE_GUARD_HALF_H

#include "trace/run.h"

#define HALF_NO_HIT SIZE_MAX

enum half_kind {
	HALF_THINKING,
	HALF_ANSWER, /* and what tools are called with */
	HALVES
};

/* Tokens of it from `at` on are those of the whole from `whole` on. */
struct half_piece {
	uint32_t at, whole;
};

struct half {
	struct run *run; /* NULL: it has no tokens */
	struct half_piece *pieces;
	size_t n_pieces, pieces_cap;
	size_t n_checks;  /* of the guard, looked at */
	size_t i_hit;     /* HALF_NO_HIT: not yet */
	size_t i_old_hit; /* found before a restart; HALF_NO_HIT */
};

/* An empty half; all that was in *p is forgotten, not freed. */
void half_init(struct half *p);
/* Leaves an empty one. */
void half_release(struct half *p);

/* Token i of the whole is of it; in rising order. */
void half_take(struct half *p, const struct trace *whole, uint32_t i,
	       const struct meter_opts *opts);

/* Tokens of the whole up to the n-th of it; RULE_NEVER stays. O(pieces). */
uint32_t half_whole(const struct half *p, uint32_t n);

/* Bytes of the whole up to its first n bytes. */
size_t half_whole_bytes(const struct half *p, const struct trace *whole,
			size_t n);

/* Where such tokens are. */
enum half_kind half_of(enum channel channel);

/* Tokens of the whole that are of this kind. */
uint32_t half_count(const struct trace *whole, enum half_kind kind);

const char *half_name(enum half_kind kind); /* "thinking", "answer" */

#endif
