/*
 * bench_run.h - one finished run of a bench: what was written, what it cost,
 * and where each stop rule would have ended it. One JSON line each.
 *
 * The text is kept with the place where each token ends, so that every rule
 * can be asked again with other settings, and a stop is judged by what was
 * there: the answer that the first k tokens state.
 */
#ifndef LILSCOPE_BENCH_RUN_H
#define LILSCOPE_BENCH_RUN_H

#include "json/json.h"
#include "measure/meter.h"
#include "task/answer.h"

enum { BENCH_POLICY_BYTES = 24 };

/* Ways to end a run early: the rules that are shown, rule_shown(k) at k, and
 * two controls. */
enum bench_stop {
	BENCH_GUARDIAN,
	BENCH_FIRST = RULES_SHOWN_MAX, /* the first stated answer */
	BENCH_LENGTH, /* a cap that saves as much as guardian; of a cell, not
			 of a run */
	BENCH_STOPS
};

/* As in files: "guardian", "first_answer"; NULL: no rule stands there. */
const char *bench_stop_name(enum bench_stop stop);

/* What guardian's threshold may be besides an end (generation.h). */
enum bench_then {
	BENCH_RESCUE, /* on under another policy */
	BENCH_CONCLUDE,
	BENCH_ROLLBACK,
	BENCH_RETRY,
	BENCH_THENS
};

/* As in files: "rescue", "conclude". */
const char *bench_then_name(enum bench_then then);

/* The run again, which goes on so. */
struct bench_after {
	char policy[BENCH_POLICY_BYTES]; /* it ended under; "": not tried */
	uint32_t at_token, n_tokens;	 /* where, and tokens in all */
	uint32_t n_recomputed;		 /* of prompt and text, fed again */
	bool right, at_cap;
	double jct_s; /* of it all */
};

struct bench_run {
	char policy[BENCH_POLICY_BYTES];
	uint32_t budget; /* tokens; 0: dense */
	uint64_t problem;
	enum answer_kind kind;
	char *gold;
	char *text; /* n_text bytes, and a NUL */
	size_t n_text;
	uint32_t *ends; /* n_tokens: bytes up to and with token i */
	uint32_t n_tokens, n_prompt;
	bool at_cap;		 /* it did not end by itself */
	double ttft_s, jct_s;	 /* to the first token, to the last */
	double kv_held, kv_read; /* bytes, the mean of its tokens */
	struct bench_after after[BENCH_THENS];
	/* Worked out by bench_run_measure(). */
	bool right, unread; /* the answer; or none can be read */
	double rho;
	double bytes; /* of its lz77 code: what it tells */
	uint32_t stops[BENCH_LENGTH]; /* tokens that stay, or RULE_NEVER */
	struct rule_verdict verdicts[RULES_SHOWN_MAX]; /* what came after it */
};

/* Frees its texts; all zero is fine. */
void bench_run_release(struct bench_run *run);

/* Fills what is worked out. Measures are over bytes; the coder must not be
 * one over ids. */
void bench_run_measure(struct bench_run *run, const struct meter_opts *opts);

/* Did its policy have nothing to do: no text, or prompt, was longer than the
 * budget? Dense has a budget of 0 and is never idle. */
bool bench_run_idle(const struct bench_run *run);

/* Is the answer right that the first n tokens state? RULE_NEVER: all. */
bool bench_run_right(const struct bench_run *run, uint32_t n);

/* Mean seconds between tokens; 0 with fewer than two. */
double bench_run_tbt(const struct bench_run *run);

/* A line with its LF. opts: guardian's f and t, which stand beside its stop;
 * NULL while they are not known: guardian is left out. */
void bench_run_put(const struct bench_run *run, const struct meter_opts *opts,
		   struct buf *out);

/* The record of a line, not measured yet; false: it is none. */
bool bench_run_read(struct json_value line, struct bench_run *run);

#endif
