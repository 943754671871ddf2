/*
 * writer.h - a model writes, and each token becomes a record: the same that a
 * replay reads (lilscope-trace(5)).
 *
 * Several runs may be under way at once, after a fork; then each record names
 * its run. Commands come as lines (writer_command()):
 *
 *	pause, go, step [N]      hold all runs; N tokens of each
 *	policy NAME [BUDGET]     from here on; also: budget N
 *	threshold WHAT [BUDGET]  of a run: what happens where the rule fires
 *	                         (THRESHOLDS), or the policy to go on with
 *	rule F T [PATIENCE]      of all runs whose rule has not fired
 *	also NAME [BUDGET]       another run of the prompt
 *	fork N [NAME [BUDGET]]   another run that shares the first N tokens
 *	run N                    commands are for run N (0, 1, ...) from
 *	                         here on, not for the newest under way
 *	snapshot                 remember this place, for a fork after what
 *	                         was cached here is evicted
 *	quit
 *
 * A run that goes back (rollback, retry) ends there, and what goes on from a
 * place in it is another run: with a number of its own, or the next in the
 * file.
 *
 * A policy that needs what was evicted, or the attention of tokens before,
 * gets the text again; that costs time, and the times of the records say so.
 */
#ifndef LILSCOPE_WRITER_H
#define LILSCOPE_WRITER_H

#include "decode/generation.h"
#include "decode/pages_told.h"

enum { WRITER_RUNS_MAX = 16, WRITER_STOPS_MAX = 16 };

struct writer_opts {
	struct generation_opts generate;
	const char *prompt;        /* as it is encoded */
	bool specials;             /* control tokens in it are themselves */
	const struct sparse *policy;
	const char *chat;          /* the template that it is in, or NULL */
	const char *sampling;      /* how tokens are drawn, in words, or NULL */
	const char *gold;          /* the right answer, for the record; NULL */
	enum pages_by pages;       /* what the pages of a record are of */
	unsigned n_beside;         /* runs that will be under way at once, for
				      the memory that is left; 0: one */
	unsigned n_later;          /* runs that may come beside these */
	bool named;                /* records name their run: forks may come */
	bool stay;                 /* wait for commands when all has ended */
	/* The model is run once, uncounted, before a prompt and before the
	 * first step after a rest: else the run that comes first would pay for
	 * reading the file and for cold caches, and those beside it not. */
	bool warm;
	bool text;                 /* no records: the bytes of each token as
				      it comes, a line end behind a run */
	void (*out)(void *ctx, const char *bytes, size_t n);
	void *ctx;
};

struct writer;

/* The prompt's ids, appended; false and a sentence: there is none, or the
 * model's context is too short for it. */
bool writer_read_prompt(const struct writer_opts *opts, struct vocab_ids *ids,
			struct err *err);

/* Reads the prompt; its cost is the time to the first token. What opts points
 * to must stay. NULL and a sentence: an option that can't be, a prompt that is
 * too long, memory that does not suffice (need.h). */
struct writer *writer_new(const struct writer_opts *opts, struct err *err);
void writer_free(struct writer *w); /* NULL is fine */

/* One token of every run. False when there is nothing to do: all have ended,
 * or are held. */
bool writer_step(struct writer *w);

/* Nothing more will come: all runs have ended and nobody stays, or quit. */
bool writer_ended(const struct writer *w);

/* Did a run end since it could not go on (generation_broke())? A sentence. */
bool writer_broke(const struct writer *w, struct err *err);

/* Are steps of "step N" still to do? The next command waits for them. */
bool writer_is_stepping(const struct writer *w);

/* One line. false and a sentence if it is no command, or can't be. */
bool writer_command(struct writer *w, const char *line, struct err *err);

#endif
