/*
 * bench.h - problems x policies x budgets: the paper's experiment, run by
 * run, in processes side by side.
 *
 *	1. every problem under dense attention
 *	2. f and t from these runs (bench_table.h), where they are not given
 *	3. every problem under every policy and budget; where guardian ends a
 *	   run, the same run again for each way to go on that is asked for
 *
 * Every run computes on one thread, so times of one bench can be compared
 * with each other as far as the machine lets several programs alone.
 */
#ifndef LILSCOPE_BENCH_H
#define LILSCOPE_BENCH_H

#include "bench/bench_table.h"
#include "bench/workers.h"
#include "decode/generation.h"
#include "task/problem_set.h"

enum { BENCH_CASES_MAX = 256, BENCH_PREDICT_MAX = 10240 };

/* A policy and a budget; dense has none, and is always there. */
struct bench_case {
	const struct sparse *policy;
	uint32_t budget;
};

/* How far a bench is. */
struct bench_state {
	const struct bench_table *table; /* cells so far */
	uint32_t n_done, n_all, n_lost;	 /* runs, the resumed ones too */
	bool dense;			 /* it is at the dense runs */
	double left_s;			 /* NAN while unknown; of the dense
					    runs alone while it is at these */
};

struct bench_opts {
	const struct model *model;
	const struct vocab *vocab;
	enum ggml_type kv;
	struct sparse_opts sparse; /* budgets aside */
	struct sample_opts sample;
	uint32_t n_predict; /* tokens at most */
	bool specials;	    /* control tokens in prompts count */
	const struct problem_set *set;
	struct bench_case cases[BENCH_CASES_MAX]; /* without dense */
	size_t n_cases;
	struct meter_opts meter;
	bool f_given, t_given;
	bool after[BENCH_THENS];     /* ways to go on that are tried */
	const struct sparse *rescue; /* the policy of BENCH_RESCUE */
	uint32_t rescue_budget;	     /* 0: the policy's own */
	struct then_opts how;
	unsigned n_jobs;	     /* 0: one for each core */
	unsigned n_batch;	     /* runs of a job, read together */
	const char *out;	     /* file of results, or NULL */
	const char *facts;	     /* JSON members that say how it is done:
					"\"seed\":1,...", for the header */
	/* Now and then, and when one of the n_fds descriptors can be read; may
	 * be NULL. False ends the bench. */
	bool (*tell)(void *ctx, const struct bench_state *state);
	int fds[WORKERS_ALSO_MAX];
	size_t n_fds;
	/* A sentence about something that went wrong while the rest goes on. */
	void (*say)(void *ctx, const char *sentence);
	void *ctx;
};

/* Runs it, or what is left of it. runs and n_runs get the
 * finished ones, measured, in the order of the cells; release each and free
 * the row. *stopped: tell() ended it, and the table is of what there is.
 * false: one sentence; nothing is in the table. */
bool bench_run_all(const struct bench_opts *o, struct bench_table *table,
		   struct bench_run **runs, size_t *n_runs, bool *stopped,
		   struct err *err);

#endif
