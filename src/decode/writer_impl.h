/*
 * writer_impl.h - what a writer is made of; for writer.c, which writes, and
 * writer_command.c, which obeys. Nobody else includes it.
 */
#ifndef LILSCOPE_WRITER_IMPL_H
#define LILSCOPE_WRITER_IMPL_H

#include "base/buf.h"
#include "decode/writer.h"
#include "trace/native.h"

/* A generation and what its records say. */
struct writer_run {
	char name[16];
	struct generation g;
	struct native_writer writer;
	struct facts facts;
	/* As last written: the policy, and what was kept (of the sum). */
	const struct sparse *policy;
	uint32_t budget, n_recomputed;
	struct pages_told told;
	bool ended;           /* and its end is written */
};

/* A place to fork from. */
struct snapshot {
	struct transformer *t;
	size_t i_run;
};

struct writer {
	struct writer_opts o;
	struct writer_run runs[WRITER_RUNS_MAX];
	size_t n_runs;
	size_t i_run;         /* that commands speak of; n_runs: the newest */
	struct snapshot snapshots[WRITER_RUNS_MAX];
	size_t n_snapshots;
	bool held, quit;
	bool cut;             /* n_predict is what there is memory for */
	uint32_t n_steps;     /* to go while held */
	struct transformer *warmer; /* NULL: nothing is warmed */
	bool rested;          /* nothing was done since the last step */
	struct buf lines, text;
};

/* Runs the model once, on a text of its own; see decode_opts.warm. */
void writer_warm(struct writer *w);

/* Hands on what was put into w->lines. */
void writer_send(struct writer *w);
/* A run with its number for a name; there is room. Without a generation yet:
 * it gets one, and then its header is put; or it is dropped again. */
struct writer_run *writer_add_run(struct writer *w);
void writer_drop_run(struct writer *w); /* the newest */
void writer_put_header(struct writer *w, struct writer_run *run);
/* The tokens that a fork has in common with its origin. */
void writer_put_common(struct writer *w, struct writer_run *run);
/* The policy, if it is another one than the last record's. */
void writer_put_turn(struct writer *w, struct writer_run *run, bool by_rule);

#endif
