/*
 * decode_impl.h - what a decoder is made of; for decode.c, which writes, and
 * decode_command.c, which obeys. Nobody else includes it.
 */
#ifndef LILSCOPE_WRITER_IMPL_H
#define LILSCOPE_WRITER_IMPL_H

#include "base/buf.h"
#include "decode/writer.h"
#include "trace/native.h"

/* A generation and what its records say. */
struct run_state {
	char name[16];
	struct generation g;
	struct native_writer writer;
	struct facts facts;
	/* As last written: the policy, and what was kept (of the sum). */
	const struct sparse *policy;
	uint32_t budget, n_recomputed;
	uint64_t *kept;
	size_t kept_cap;
	uint32_t n_kept_words;
	bool ended;           /* and its end is written */
};

/* A place to fork from. */
struct snapshot {
	struct transformer *t;
	size_t i_run;
};

struct decode {
	struct decode_opts o;
	struct run_state runs[DECODE_RUNS_MAX];
	size_t n_runs;
	size_t i_run;         /* that commands speak of; n_runs: the newest */
	struct snapshot snapshots[DECODE_RUNS_MAX];
	size_t n_snapshots;
	bool held, quit;
	uint32_t n_steps;     /* to go while held */
	struct transformer *warmer; /* NULL: nothing is warmed */
	bool rested;          /* nothing was done since the last step */
	struct buf lines, text;
	uint32_t *pages;      /* scratch: kept and read */
	size_t pages_cap;
};

/* Runs the model once, on a text of its own; see decode_opts.warm. */
void decode_warm(struct decode *d);

/* Hands on what was put into d->lines. */
void decode_send(struct decode *d);
/* A run with its number for a name; there is room. Without a generation yet:
 * it gets one, and then its header is put; or it is dropped again. */
struct run_state *decode_add_run(struct decode *d);
void decode_drop_run(struct decode *d); /* the newest */
void decode_put_header(struct decode *d, struct run_state *run);
/* The policy, if it is another one than the last record's. */
void decode_put_turn(struct decode *d, struct run_state *run, bool by_rule);

#endif
