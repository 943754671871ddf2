/*
 * watch.h - a stop rule over a stream of bytes that passes by.
 *
 *	bytes -> feed -> runs -> rule -> "here": the byte where to stop
 *
 * The stream may carry several generations; the rule looks at each alone, at
 * its thinking and its answer apart, and each can reach its threshold once. No
 * I/O here, and nothing of the stream is kept but the generations that are
 * open.
 *
 * Where: a threshold is found at the end of the line that made the rule
 * fire; in text, and while it may be text, also after WATCH_TEXT_BYTES without
 * a line end, in a dialect after WATCH_LINE_BYTES. An event or record is so
 * passed whole. The place does not depend on how the bytes are cut into calls.
 */
#ifndef LILSCOPE_WATCH_H
#define LILSCOPE_WATCH_H

#include "base/buf.h"
#include "base/err.h"
#include "guard/half.h"
#include "measure/meter.h"

enum {
	WATCH_TEXT_BYTES = 64,
	WATCH_LINE_BYTES = 4096,
	WATCH_RECORD_BYTES = 32,
	WATCH_EXCERPT_BYTES = 240,
	/* What measuring a byte of text (or a token without any) takes at
	 * most, so that memory is text (measured: 64, of random words). */
	WATCH_BYTES_A_BYTE = 80,
	/* A longer record is not kept for watch_finish(). */
	WATCH_KEPT_BYTES = 1024 * 1024,
	/* What is no longer than this and says "ping" says no more. */
	WATCH_PING_BYTES = 64,
};

/* What is watched: bits of halves. */
#define WATCH_HALF(kind) (1U << (kind))
#define WATCH_ALL (WATCH_HALF(HALF_THINKING) | WATCH_HALF(HALF_ANSWER))

struct watch_opts {
	struct meter_opts meter;
	unsigned scope;     /* WATCH_HALF()s; 0: all */
	struct rule_opts thinking; /* its limits; f 0: as meter.rule */
	bool goes_on;       /* nobody stops at a threshold: one in the answer
			       is looked for behind one in the thinking */
	size_t i_rule;      /* of rules[]; only it and Guardian run */
	const char *source; /* name for sentences */
	const char *format, *field; /* as struct feed_opts; NULL or "" */
	bool as_text;       /* what begins like JSON and is no dialect is also
			       watched as text (shadow.h); not for a proxy,
			       which knows what passes */
	/* Gets what is seen as a native trace (native.h), whole lines as they
	 * come; NULL: nobody wants it. */
	void (*tee)(void *ctx, const char *lines, size_t n);
	void *tee_ctx;
	const char *tee_name; /* of the stream in that trace */
	double began_s;       /* of the request, CLOCK_MONOTONIC */
	bool no_text;         /* plain text passes, and is not looked at */
	bool finish;          /* watch_finish() will be asked */
	bool excerpt;         /* hits have one */
	const struct buf *request; /* the JSON that was asked, or NULL */
	/* For all generations of the stream; 0: no bound. At it they are
	 * measured anew from there (watch_n_restarts()), and a record that is
	 * longer passes unwatched, with what follows. */
	uint64_t max_bytes;
	uint64_t tokens_before; /* of attempts that this one goes on from */
};

/* One generation that reached its threshold. */
struct watch_hit {
	char record[WATCH_RECORD_BYTES]; /* which one; "0" is the first */
	uint32_t at_token;     /* where the rule fired */
	uint64_t at_byte;      /* bytes of the stream up to there */
	struct rule_verdict then; /* what came after it, so far */
	struct buf unit, why;  /* what was said again and again, as JSON, and
				  in words; empty: not known. The watch's */
	struct rule_stop *stops;  /* n_stops, so far; the watch's */
	size_t n_stops;
	char guessed[WATCH_RECORD_BYTES]; /* the field, where it is a guess */
	char excerpt[WATCH_EXCERPT_BYTES]; /* the last text, if it is wanted */
	enum half_kind half;   /* where the loop is */
	uint32_t choice;       /* of the answer, 0 the first */
	bool in_tool;          /* inside the arguments of a tool */
	bool ended;            /* its own end came along */
};

struct watch;

/* Watches a stream from its first byte. What opts points to must live as long;
 * the caller's. */
struct watch *watch_new(const struct watch_opts *opts);
void watch_free(struct watch *w); /* NULL is fine */

/*
 * Looks at s[0..n). Returns how many bytes it took: n, or fewer when a
 * threshold was found there (watch_n_hits() grew) or, behind one, all choices
 * were over; call again with the rest to go on. A stream that can't be read is
 * taken and not looked at (watch_blind()).
 */
size_t watch_bytes(struct watch *w, const char *s, size_t n);

/* No more bytes come. May find thresholds that only then show. */
void watch_end(struct watch *w);

/* For the tee: what is open ends here, with this finish reason. Nothing may
 * be watched after it. */
void watch_tee_end(struct watch *w, const char *reason);

/* How a choice ends that was stopped. */
struct watch_stop {
	size_t i_hit;
	bool ended;  /* that choice was ended before: only the answer ends */
	bool last;   /* the answer ends */
	/* "stop", "length", "own" or a word of the dialect; NULL, "" or
	 * "auto": "stop", but "length" where what is cut must have a form
	 * (format_wants_form()) */
	const char *reason;
};

/* Appends the end that a client expects of that choice, as its dialect has it
 * (format_finish()). Nothing if opts.finish was not set, or in an archive. */
void watch_finish(const struct watch *w, const struct watch_stop *stop,
		  struct buf *out);

/* Appends the end of all that goes on, as if it had come to its limit: reason
 * "length". note: as of watch_note(). Only behind a whole record. */
void watch_cut(const struct watch *w, const char *note, struct buf *out);

/* Appends what happened there: "threshold at token 500, rule guardian". */
void watch_note(const struct watch *w, size_t i_hit, struct buf *out);

/* May one choice end and others go on? Not in binary frames. */
bool watch_has_choices(const struct watch *w);

/*
 * Has each choice ended, or reached its threshold, while the server goes on
 * with one of these? Those of one prompt come side by side, so what has not
 * shown by then does not come; but several prompts may be answered one after
 * the other.
 */
bool watch_is_over(const struct watch *w);

/* Thresholds that were reached so far. */
size_t watch_n_hits(const struct watch *w);

/* The i-th; what comes after it grows while its generation does. */
struct watch_hit watch_hit(const struct watch *w, size_t i);

/* For reports: what was seen, and what it was looked at with. */
uint64_t watch_bytes_seen(const struct watch *w);
uint64_t watch_tokens(const struct watch *w); /* of all generations */
size_t watch_generations(const struct watch *w);
const char *watch_dialect(const struct watch *w); /* "" before detection */
const struct format *watch_format(const struct watch *w); /* or NULL */
/* The generation of a hit, not measured, while it is open; or NULL. */
const struct run *watch_run(const struct watch *w, size_t i_hit);
/* Bytes of it to go on from (copied.h), measured so far; while it is open. */
size_t watch_keep(const struct watch *w, size_t i_hit);
/* The last record as it came, if opts.finish was set. */
const struct buf *watch_record(const struct watch *w);
const struct rule *watch_rule(const struct watch *w);
/* The rule's, for a half. */
const struct rule_opts *watch_limits(const struct watch *w,
				     enum half_kind kind);
unsigned watch_scope(const struct watch *w);

/* How often memory was at its bound, and the generations were measured anew
 * from there: what came before is no part of a repetition any more. */
uint32_t watch_n_restarts(const struct watch *w);

/* Why the stream can't be read, one sentence; NULL while it can. */
const char *watch_blind(const struct watch *w);

/* Broken records, and the first one's sentence. */
size_t watch_skipped(const struct watch *w);
const char *watch_first_trouble(const struct watch *w);

#endif
