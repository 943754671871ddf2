/*
 * onward.h - how an answer goes on behind its threshold.
 *
 * The attempt that loops is left. What it wrote is cut back to where the
 * copying began and the sentence before (copied.h), and the same server is
 * asked to go on from there (again.h); its answer comes in the name of the
 * first (splice.h). Where a way fails before anything of it has passed, the
 * next is tried; where none is left, the answer ends as one that was stopped.
 *
 * No I/O: whoever has it sends what it asks and gives it what comes.
 */
#ifndef LILSCOPE_GUARD_ONWARD_H
#define LILSCOPE_GUARD_ONWARD_H

#include "dialect/again.h"
#include "dialect/splice.h"
#include "guard/watch.h"
#include "guard/wish.h"

/* All zero: nothing has happened. */
struct onward {
	enum threshold_then did;   /* IGNORE: nothing yet */
	enum again_way way;
	unsigned n_done;           /* thresholds that it went on behind */
	struct buf thought, answer; /* what is kept of the text */
	bool in_thought;
	const char *flavour;
	uint64_t n_tokens;         /* of all attempts that were left */
	size_t i_hit;
	struct splice splice;
	bool passes;               /* the next attempt's answer */
	bool whole;                /* ... in place of all before it */
	const char *declined;      /* why it did not go on; NULL */
};

/* Frees what it holds; it is all zero again. */
void onward_release(struct onward *o);

/* At a threshold. true: *body is what is to be asked next. unsent: nobody has a
 * byte of the answer yet; server: the value of that header, or NULL. false: the
 * answer ends (o->declined may say why). */
bool onward_begin(struct onward *o, const struct wish *wish,
		  const struct watch *w, size_t i_hit,
		  const struct buf *request, bool unsent, const char *server,
		  struct buf *body);

/* What was asked failed: true and the body of the next way. */
bool onward_retry(struct onward *o, const struct wish *wish,
		  const struct watch *w, const struct buf *request,
		  struct buf *body);

/* What was asked answers: appends what stands between the two. w: the watch
 * that was left. false: its answer can't be taken. */
bool onward_answers(struct onward *o, const struct wish *wish,
		    const struct watch *w, const struct buf *request,
		    struct buf *out);

#endif
