/*
 * bench_table.h - from finished runs to the cells of a bench, one for each
 * policy and budget; and the rule that scales guardian to a model.
 *
 * A cell compares runs of the same problems: what a policy and a budget cost
 * beside dense attention, what each way of stopping saves of that and what it
 * does to accuracy, and what going on in another way at the threshold gives.
 */
#ifndef LILSCOPE_BENCH_TABLE_H
#define LILSCOPE_BENCH_TABLE_H

#include "bench/bench_run.h"

/*
 * The scale of f and t. The paper's f = 250 and t = 20 are for texts of
 * thousands of tokens; a model that writes two hundred needs them smaller, by
 * this rule and not by hand:
 *
 *	f   a third of the mean length of the dense runs, to a multiple of 8
 *	t   f x 0.08 x (bytes that a dense token of this model brings /
 *	    those of the paper's models), to a whole byte
 *
 * 0.08 is the paper's t / f. Bytes are DEFLATE's, over a whole run. The
 * paper gives none; 146 sound traces of models like its own bring 152 bytes
 * in 250 tokens (median).
 */
#define BENCH_PAPER_RATIO 0.08
#define BENCH_PAPER_BYTES (152.0 / 250)

/* Below this accuracy a row has collapsed: a rule that keeps it there has
 * lost nothing, and the row proves nothing. */
#define BENCH_COLLAPSED 0.05

enum { BENCH_F_STEP = 8, BENCH_F_PART = 3 };

struct bench_scale {
	uint32_t n_runs; /* dense ones */
	double tokens;	 /* their mean */
	double bytes;	 /* that a token brings, their mean */
	uint32_t f;
	double t;
};

/* A number and its 95 % interval, from drawing the problems of a cell again;
 * NAN where there is nothing to draw from. */
struct bench_interval {
	double value, lo, hi;
};

/* What a way to stop does to a cell. Shares are 0..1, of all tokens or runs;
 * NAN where there is nothing to divide by. */
struct bench_effect {
	double fired;	    /* share of runs */
	double tokens;	    /* that stay of a run, mean */
	double saved;	    /* share of tokens */
	double accuracy;    /* with it */
	double change;	    /* accuracy less that without, -1..1 */
	double saved_right; /* of the tokens of runs that end right, */
	double saved_wrong; /* and of those that do not */
	double jct_s;
	struct bench_interval saved_in, saved_fired, change_in; /* fired: of the
					      tokens of the runs that it ends */
};

struct bench_cell {
	char policy[BENCH_POLICY_BYTES];
	uint32_t budget;       /* 0: dense */
	uint32_t n, n_missing; /* runs */
	uint32_t n_judged;     /* of these, that have a right answer; shares of
				  right, wrong and unread are of them */
	bool collapsed;
	/* Of runs: the answer is right; is another; cannot be read (none, or in
	 * no form that answer.h knows); the policy had nothing to do. */
	double accuracy, wrong, unread, idle;
	double tokens, tokens_p90;
	double growth; /* tokens / those of dense */
	double at_cap; /* share of runs */
	double ttft_s, tbt_s, jct_s;
	double kv_held, kv_read; /* bytes, a token's mean */
	double rho;
	double bytes;           /* of lz77 code, mean of a run */
	double bytes_per_token; /* of all runs together */
	struct bench_effect stops[BENCH_STOPS];
	double cap_tokens; /* of BENCH_LENGTH */
	/* Accuracy; length; accuracy less that of dense, and of random at this
	 * budget, on the same problems. */
	struct bench_interval right_in, growth_in, beside_dense, beside_random;
	/* Runs that guardian would end go on in another way. */
	struct bench_outcome {
		double tried; /* share of runs; NAN: none was asked for */
		double accuracy, tokens, growth, at_cap, jct_s;
		double n_recomputed; /* tokens, mean over all runs */
		struct bench_interval beside_stop; /* accuracy less that of
						      being stopped there */
	} after[BENCH_THENS];
};

/* All zero is empty. The first cell is dense, when there are dense runs. */
struct bench_table {
	struct bench_cell *cells;
	size_t n, cap;
	uint32_t n_problems;
	struct bench_scale scale;
	struct meter_opts meter; /* guardian's settings, as used */
	bool f_given, t_given;	 /* not by the rule */
	uint32_t n_batch;	 /* runs that were read together; 0 is 1 */
};

/* Its cells go; it is empty then. */
void bench_table_release(struct bench_table *t);

/* The rule, over the dense ones of n runs. n_runs 0 if there are none. */
struct bench_scale bench_scale(const struct bench_run *runs, size_t n);

/* The rule's t for an f. */
double bench_scale_t(const struct bench_scale *s, uint32_t f);

/* Cells anew, in the order in which their first runs stand, dense first.
 * runs: measured. n_problems: how many runs a cell should have. */
void bench_table_fill(struct bench_table *t, const struct bench_run *runs,
		      size_t n, uint32_t n_problems);

/* Then the intervals of all cells: seconds for thousands of runs, and always
 * the same for the same runs. bench_interval.c */
void bench_table_intervals(struct bench_table *t, const struct bench_run *runs,
			   size_t n);

/* NULL: none. */
const struct bench_cell *bench_table_dense(const struct bench_table *t);

/* bench_print.c */
/* Tables for people, none wider than 80 columns. */
void bench_print(const struct bench_table *t, struct buf *out);
/* One JSON object; facts: members about the bench, as "\"a\":1,", or "". */
void bench_print_json(const struct bench_table *t, const char *facts,
		      struct buf *out);
/* A head line, then a line a cell; what is not known is empty. */
void bench_print_csv(const struct bench_table *t, struct buf *out);

#endif
