/*
 * watched.h - an open generation: the whole, its halves, and what the rule says
 * of these.
 */
#ifndef LILSCOPE_GUARD_WATCHED_H
#define LILSCOPE_GUARD_WATCHED_H

#include "guard/watch.h"
#include "trace/native.h"

struct watched {
	struct run *run;
	struct half halves[HALVES];
	uint32_t n_taken;  /* tokens that are in them */
	enum half_kind first; /* where the first one is */
	uint32_t n_tokens; /* looked at; no more behind a threshold */
	bool has_reason;   /* to finish, since there were end_tokens */
	uint32_t end_tokens;
	uint32_t base;     /* tokens of it before the last restart */
	struct native_writer writer; /* of the tee */
	char name[WATCH_RECORD_BYTES];
};

/* opts: the watch's, which resolved what they left open. */
void watched_init(struct watched *g, const struct watch_opts *opts);
void watched_release(struct watched *g);

/* Some servers give a reason to finish with every record: it is one if nothing
 * follows. */
void watched_look_for_end(struct watched *g);
bool watched_has_ended(const struct watched *g);

/* Has a half of it come to its threshold? */
bool watched_is_hit(const struct watched *g);
/* Neither that, nor has it ended. */
bool watched_goes_on(const struct watched *g);

/* Tokens that pass: up to the threshold, where it was stopped. */
uint32_t watched_passed(const struct watched *g);

/* What came goes into its halves, and is measured. */
void watched_measure(struct watched *g, const struct watch_opts *opts);

/* Has the rule just fired in this half? */
bool watched_is_due(struct watched *g, const struct watch_opts *opts,
		    enum half_kind kind);
/* Fills in the hit: where, why, and what of the text it keeps. */
void watched_tell(const struct watched *g, const struct watch_opts *opts,
		  enum half_kind kind, struct watch_hit *hit);
/* ... what came after it, and whether information did. */
void watched_audit(struct watched *g, const struct watch_opts *opts,
		   enum half_kind kind, struct watch_hit *hit);

#endif
