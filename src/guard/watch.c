/*
 * The feed gets the stream in pieces that end where lines do, because a rule
 * is asked between pieces only: so the place that it finds is the same however
 * the stream was cut, and a record is never parted.
 */
#include "guard/watch.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/unpack.h"
#include "dialect/eventstream.h"
#include "dialect/feed.h"
#include "dialect/join.h"
#include "guard/hit.h"
#include "guard/shadow.h"
#include "guard/watched.h"
#include "system/clock.h"
#include "trace/copied.h"
#include "trace/native.h"

enum { UNPACK_SLICE_BYTES = 256 * 1024 };

/* How far a generation was that goes on behind a restart. */
struct base {
	char record[WATCH_RECORD_BYTES];
	uint32_t n_tokens;
	size_t i_hit[HALVES]; /* or HALF_NO_HIT */
};

struct watch {
	struct watch_opts opts;
	struct feed *feed;
	struct shadow *shadow; /* NULL: the stream is understood, or told of */
	struct unpack *unpack; /* NULL: what passes is not packed */
	struct buf unpacked;
	struct watched *open;
	size_t n_open, open_cap;
	struct watch_hit *hits;
	size_t n_hits, hits_cap;
	size_t n_placed;    /* hits whose at_byte is known */
	size_t n_generations;
	size_t n_prompts;   /* that were asked; 0: not known yet */
	uint64_t closed_tokens, closed_passed;
	struct base *bases;
	size_t n_bases, bases_cap;
	uint32_t n_restarts;
	size_t skipped;     /* records, before the last restart */
	struct err trouble; /* ... and the first one's sentence */
	uint64_t seen;      /* bytes */
	uint64_t unbroken;  /* ... since a record could have ended */
	size_t piece;       /* bytes since the last place of a look */
	bool wire;          /* the dialect is known, and it is none of text */
	bool by_shadow;     /* the shadow found the threshold */
	struct err blind;
	struct buf lines;   /* for the tee */
	struct buf record;  /* the last one, for watch_finish() */
	struct json json;   /* scratch */
	struct join join;   /* of all, where an end is made from it */
};

/* --- the rule ----------------------------------------------------------- */

static struct watch_hit *add_hit(struct watch *w)
{
	struct watch_hit none = { .record = "0", .half = HALF_ANSWER,
				  .then = rule_unfired };

	w->hits = grow(w->hits, &w->hits_cap, w->n_hits + 1, sizeof(none));
	w->hits[w->n_hits] = none;
	return &w->hits[w->n_hits++];
}

/* Its name is known with its first token. */
static void take_base(const struct watch *w, struct watched *g)
{
	const char *record = g->run->trace.facts.record;

	for (size_t i = 0; i < w->n_bases && !g->n_tokens; i++)
		if (strcmp(w->bases[i].record, record ? record : "0") == 0) {
			g->base = w->bases[i].n_tokens;
			for (size_t k = 0; k < HALVES; k++)
				g->halves[k].i_old_hit = w->bases[i].i_hit[k];
		}
}

/* Measures what came, and asks the rule until it has fired. */
static void look(struct watch *w, struct watched *g)
{
	watched_look_for_end(g);
	if (g->n_tokens == g->run->trace.n_tokens)
		return;
	take_base(w, g);
	if (watched_is_hit(g) && !w->opts.goes_on)
		return;
	g->n_tokens = g->run->trace.n_tokens;
	watched_measure(g, &w->opts);
	for (enum half_kind k = 0; k < HALVES; k++)
		if ((!watched_is_hit(g) || w->opts.goes_on) &&
		    watched_is_due(g, &w->opts, k)) {
			g->halves[k].i_hit = w->n_hits;
			watched_tell(g, &w->opts, k, add_hit(w));
		}
}

/* More came, and what is new in it is not known. */
static void add_after(struct watch_hit *hit, uint32_t n_tokens)
{
	hit->then.tokens_after += n_tokens;
	for (size_t i = 0; i < hit->n_stops; i++)
		hit->stops[i].tokens_after += n_tokens;
}

/* --- the tee ------------------------------------------------------------ */

/* Hands on what the generation got since; at its end, that too. */
static void tee(struct watch *w, struct watched *g)
{
	const struct trace *t = &g->run->trace;
	bool began = g->writer.run != NULL;
	char again[16];

	if (!w->opts.tee || (!began && !t->n_tokens))
		return;
	if (!began) {
		again[0] = '\0';
		if (w->n_restarts)
			snprintf(again, sizeof(again), "+%u", w->n_restarts);
		snprintf(g->name, sizeof(g->name), "%s%s.%s", w->opts.tee_name,
			 again, t->facts.record ? t->facts.record : "0");
		g->writer.run = g->name;
		native_header(&g->writer, &w->lines, &t->facts, &t->prompt,
			      NULL, t->tokens_by);
	}
	while (g->writer.n_tokens < t->n_tokens)
		native_trace_token(&g->writer, &w->lines, t,
				   g->writer.n_tokens);
	if (g->run->ended)
		native_end(&g->writer, &w->lines, &t->facts);
	w->opts.tee(w->opts.tee_ctx, w->lines.data, w->lines.len);
	buf_clear(&w->lines);
}

/* --- the feed's sink ---------------------------------------------------- */

static struct run *sink_open(void *ctx)
{
	struct watch *w = ctx;
	struct watched g;

	watched_init(&g, &w->opts);
	if (w->opts.tee)
		g.run->trace.start_s = w->opts.began_s;
	w->open = grow(w->open, &w->open_cap, w->n_open + 1, sizeof(g));
	w->open[w->n_open++] = g;
	w->n_generations++;
	return g.run;
}

static void sink_close(void *ctx, struct run *run)
{
	struct watch *w = ctx;
	struct watched *g;
	size_t i = 0;

	while (i < w->n_open && w->open[i].run != run)
		i++;
	assert(i < w->n_open);
	g = &w->open[i];
	tee(w, g);
	look(w, g);
	for (enum half_kind k = 0; k < HALVES; k++) {
		if (g->halves[k].i_hit != HALF_NO_HIT)
			watched_audit(g, &w->opts, k,
				      &w->hits[g->halves[k].i_hit]);
		if (g->halves[k].i_old_hit != HALF_NO_HIT)
			add_after(&w->hits[g->halves[k].i_old_hit],
				  half_count(&run->trace, k));
	}
	w->closed_tokens += run->trace.n_tokens;
	w->closed_passed += watched_passed(g);
	watched_release(g);
	*g = w->open[--w->n_open];
}

/* A sign of life: an end is made from what was said before. */
static bool is_ping(const char *json, size_t n)
{
	static const char type[] = "\"ping\"";

	return n <= WATCH_PING_BYTES &&
	       bytes_find(json, n, type, sizeof(type) - 1);
}

static void sink_record(void *ctx, const char *json, size_t n)
{
	struct watch *w = ctx;

	if (is_ping(json, n))
		return;
	buf_clear(&w->record);
	if (n <= WATCH_KEPT_BYTES)
		buf_append(&w->record, json, n);
	if (watch_format(w)->keep && json_read(&w->json, json, n, false, NULL))
		watch_format(w)->keep(&w->join, json_root(&w->json));
}

/* --- the way of the bytes ----------------------------------------------- */

/* format: NULL detects. */
static struct feed *open_feed(struct watch *w, const char *format)
{
	const struct watch_opts *o = &w->opts;
	const struct feed_sink sink = {
		.ctx = w,
		.open = sink_open,
		.close = sink_close,
		.record = o->finish ? sink_record : NULL,
	};
	const struct feed_opts feed = {
		.source = o->source,
		.no_text = o->no_text,
		.format = format && *format ? format : NULL,
		.field = o->field && *o->field ? o->field : NULL,
	};

	return feed_new(&feed, &sink);
}

struct watch *watch_new(const struct watch_opts *opts)
{
	struct watch *w = mem_zalloc(sizeof(*w));

	w->opts = *opts;
	assert(opts->i_rule < RULE_ROWS);
	w->opts.meter.rules = RULE_BIT(opts->i_rule);
	if (!w->opts.scope)
		w->opts.scope = WATCH_ALL;
	if (!w->opts.thinking.f)
		w->opts.thinking = w->opts.meter.rule;
	w->feed = open_feed(w, opts->format);
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n_open; i++)
		watched_release(&w->open[i]);
	feed_free(w->feed);
	shadow_free(w->shadow);
	buf_release(&w->lines);
	buf_release(&w->record);
	json_release(&w->json);
	join_release(&w->join);
	buf_release(&w->unpacked);
	unpack_free(w->unpack);
	mem_free(w->open);
	for (size_t i = 0; i < w->n_hits; i++)
		hit_forget(&w->hits[i]);
	mem_free(w->hits);
	mem_free(w->bases);
	mem_free(w);
}

static void place_hits(struct watch *w)
{
	for (; w->n_placed < w->n_hits; w->n_placed++)
		w->hits[w->n_placed].at_byte = w->seen;
}

/* --- the bound ---------------------------------------------------------- */

static bool is_at_bound(const struct watch *w)
{
	uint64_t n = w->shadow ? w->seen : 0;

	for (size_t i = 0; i < w->n_open; i++)
		n += MAX(w->open[i].run->trace.text.len,
			 w->open[i].run->trace.n_tokens);
	return w->opts.max_bytes && n * WATCH_BYTES_A_BYTE > w->opts.max_bytes;
}

/* All that is open goes, and comes again with its next record. */
static void restart(struct watch *w)
{
	const char *dialect = feed_dialect(w->feed);
	struct base *bases = NULL;
	size_t n = 0, cap = 0;

	for (; w->n_open; n++) {
		const struct watched *g = &w->open[0];
		const char *record = g->run->trace.facts.record;

		facts_set(&g->run->trace.facts.finish_reason, "bound");
		run_end(g->run);
		bases = grow(bases, &cap, n + 1, sizeof(*bases));
		snprintf(bases[n].record, sizeof(bases[n].record), "%s",
			 record ? record : "0");
		bases[n].n_tokens = g->base + g->run->trace.n_tokens;
		for (size_t k = 0; k < HALVES; k++)
			bases[n].i_hit[k] = MIN(g->halves[k].i_hit,
						g->halves[k].i_old_hit);
		sink_close(w, g->run);
	}
	mem_free(w->bases);
	w->bases = bases;
	w->bases_cap = cap;
	w->n_bases = n;
	w->n_generations -= n;
	w->skipped += feed_skipped(w->feed);
	err_set(&w->trouble, "%s", feed_first_trouble(w->feed));
	feed_free(w->feed);
	w->feed = open_feed(w, *dialect ? dialect : w->opts.format);
	shadow_free(w->shadow);
	w->shadow = NULL;
	w->n_restarts++;
	place_hits(w);
}

/* What is kept of a record that does not end is no run's. */
static void look_at_record(struct watch *w, size_t n, bool is_end)
{
	w->unbroken = is_end || (!w->wire && !w->shadow) ? 0 : w->unbroken + n;
	if (w->opts.max_bytes && w->unbroken > w->opts.max_bytes)
		err_set(&w->blind, "%s: a record is longer than --max-memory",
			w->opts.source);
}

/* Bytes up to the next place where to look, or n if it is not among them. */
static size_t next_place(const struct watch *w, const char *s, size_t n,
			 bool *is_place)
{
	size_t max = w->wire || w->shadow ? WATCH_LINE_BYTES : WATCH_TEXT_BYTES;
	size_t left = max > w->piece ? max - w->piece : 1;
	size_t frame = feed_missing(w->feed);
	const char *lf;

	if (frame) {
		*is_place = frame <= n;
		return MIN(n, frame);
	}
	lf = memchr(s, '\n', MIN(n, left));
	*is_place = lf || left <= n;
	if (lf)
		return (size_t)(lf - s) + 1;
	return MIN(n, left);
}

/* The stream as text, until it turns out to be more than that. */
static void look_at_shadow(struct watch *w)
{
	const char *dialect = feed_dialect(w->feed);
	bool over;

	if (!w->shadow)
		return;
	over = w->n_generations ||
	       (*dialect && strcmp(dialect, "jsonl") != 0) ||
	       shadow_is_over(w->shadow, feed_skipped(w->feed));
	if (!over) {
		uint32_t at_token = shadow_at_token(w->shadow, w->opts.i_rule);

		w->by_shadow = over = at_token != RULE_NEVER;
		if (over)
			add_hit(w)->at_token = at_token;
	}
	if (over) {
		shadow_free(w->shadow);
		w->shadow = NULL;
	}
}

static void look_at_all(struct watch *w)
{
	for (size_t i = 0; i < w->n_open; i++)
		look(w, &w->open[i]);
	look_at_shadow(w);
	if (w->n_hits && !w->n_prompts)
		w->n_prompts = format_n_prompts(watch_format(w),
						w->opts.request);
	place_hits(w);
}

/* Where an archive is broken, what follows can't be watched. */
static void feed_packed(struct watch *w, const char *s, size_t n,
			double time_s)
{
	while (!w->blind.text[0] && (n || unpack_pending(w->unpack))) {
		struct err why = { "" };
		size_t used;
		bool good = unpack_bytes(w->unpack, s, n, &used, &w->unpacked,
					 UNPACK_SLICE_BYTES, &why);

		s += used;
		n -= used;
		feed_bytes(w->feed, w->unpacked.data, w->unpacked.len, time_s,
			   &w->blind);
		buf_clear(&w->unpacked);
		if (!good)
			err_set(&w->blind, "%s: %s", w->opts.source, why.text);
	}
}

/* What the first byte tells. */
static void begin(struct watch *w, char first)
{
	if (unpack_wants(first))
		w->unpack = unpack_new();
	if (w->opts.as_text && w->opts.scope & WATCH_HALF(HALF_ANSWER))
		w->shadow = shadow_new(first, &w->opts.meter);
}

static void feed_some(struct watch *w, const char *s, size_t n, double time_s)
{
	if (w->shadow)
		shadow_bytes(w->shadow, s, n);
	if (w->unpack)
		feed_packed(w, s, n, time_s);
	else
		feed_bytes(w->feed, s, n, time_s, &w->blind);
}

static void end_packed(struct watch *w)
{
	struct err why = { "" };

	unpack_rest(w->unpack, &w->unpacked);
	feed_bytes(w->feed, w->unpacked.data, w->unpacked.len, NAN, &w->blind);
	if (!unpack_end(w->unpack, &why))
		err_set(&w->blind, "%s: %s", w->opts.source, why.text);
}

size_t watch_bytes(struct watch *w, const char *s, size_t n)
{
	size_t at = 0, n_before = w->n_hits;
	bool was_over = n_before && watch_is_over(w);
	double time_s = w->opts.tee ? now_s() : NAN;

	if (!w->seen && n)
		begin(w, s[0]);
	while (at < n && w->n_hits == n_before && !w->blind.text[0]) {
		bool is_place, framed = feed_missing(w->feed) > 0;
		size_t len = next_place(w, s + at, n - at, &is_place);

		feed_some(w, s + at, len, time_s);
		at += len;
		w->seen += len;
		w->piece = is_place ? 0 : w->piece + len;
		look_at_record(w, len, s[at - 1] == '\n' ||
					       (framed && is_place));
		if (is_place || w->n_hits > n_before) {
			look_at_all(w);
			w->wire = *watch_dialect(w) &&
				  strcmp(watch_dialect(w), "text") != 0;
			if (is_at_bound(w))
				restart(w);
		}
		if (n_before && !was_over && is_place && watch_is_over(w))
			break;
	}
	for (size_t i = 0; i < w->n_open; i++)
		tee(w, &w->open[i]);
	if (!w->blind.text[0])
		return at;
	w->seen += n - at;
	return n;
}

void watch_end(struct watch *w)
{
	if (w->unpack && !w->blind.text[0])
		end_packed(w);
	if (w->seen && !w->by_shadow) /* else it is told */
		feed_end(w->feed, &w->blind);
	look_at_all(w);
}

void watch_tee_end(struct watch *w, const char *reason)
{
	for (size_t i = 0; w->opts.tee && i < w->n_open; i++) {
		struct run *run = w->open[i].run;

		if (run->ended)
			continue;
		if (!run->trace.facts.finish_reason) /* else it had its end */
			facts_set(&run->trace.facts.finish_reason, reason);
		run_end(run);
		tee(w, &w->open[i]);
	}
}

/* --- ends --------------------------------------------------------------- */

static const struct watched *watched_at(const struct watch *w, size_t i_hit)
{
	for (size_t i = 0; i < w->n_open; i++)
		for (size_t k = 0; k < HALVES; k++)
			if (w->open[i].halves[k].i_hit == i_hit)
				return &w->open[i];
	return NULL;
}

static const char *reason_of(const struct watch *w,
			     const struct watch_stop *stop)
{
	if (stop->reason && *stop->reason && strcmp(stop->reason, "auto"))
		return stop->reason;
	return w->hits[stop->i_hit].in_tool ||
	       format_wants_form(w->opts.request) ? "length" : "stop";
}

/* Tokens of them all are added to e's. */
static void put_end(const struct watch *w, struct format_ending *e,
		    struct buf *out)
{
	const struct format *format = watch_format(w);
	uint64_t n_tokens = e->n_tokens;
	struct buf end = { 0 };

	for (size_t i = 0; i < w->n_open; i++)
		e->n_tokens += watched_passed(&w->open[i]);
	e->now_s = (int64_t)now_of_day_s();
	format_finish(format, &w->record, w->opts.request, e, &end);
	e->n_tokens = n_tokens;
	if (feed_missing(w->feed) && format != &format_bedrock)
		eventstream_wrap(out, end.data, end.len);
	else
		buf_append(out, end.data, end.len);
	buf_release(&end);
}

void watch_finish(const struct watch *w, const struct watch_stop *stop,
		  struct buf *out)
{
	const struct watched *g = watched_at(w, stop->i_hit);
	struct buf note = { 0 };
	struct format_ending e = {
		.reason = reason_of(w, stop),
		.n_tokens = w->closed_passed + w->opts.tokens_before,
		.choice = stop->ended ? FORMAT_NO_CHOICE :
					w->hits[stop->i_hit].choice,
		.last = stop->last,
		.answer = w->join.answer,
	};

	if (w->unpack) /* an archive can't be gone on with */
		return;
	watch_note(w, stop->i_hit, &note);
	e.note = stop->ended ? NULL : buf_cstr(&note);
	if (g) {
		e.choice_tokens = g->n_tokens;
		e.text = g->run->trace.text.data;
		e.text_len = g->run->trace.text.len;
	}
	put_end(w, &e, out);
	buf_release(&note);
}

void watch_cut(const struct watch *w, const char *note, struct buf *out)
{
	struct format_ending e = {
		.reason = "length",
		.n_tokens = w->closed_passed + w->opts.tokens_before,
		.choice = FORMAT_NO_CHOICE,
		.answer = w->join.answer,
		.note = note,
	};
	size_t n = 0, done = 0;

	for (size_t i = 0; i < w->n_open; i++)
		n += watched_goes_on(&w->open[i]);
	for (size_t i = 0; i < w->n_open; i++) {
		const struct watched *g = &w->open[i];

		if (!watched_goes_on(g))
			continue;
		e.choice = g->run->trace.facts.choice;
		e.choice_tokens = g->run->trace.n_tokens;
		e.text = g->run->trace.text.data;
		e.text_len = g->run->trace.text.len;
		e.last = ++done == n;
		put_end(w, &e, out);
	}
	e.last = true;
	if (!n)
		put_end(w, &e, out);
}

void watch_note(const struct watch *w, size_t i_hit, struct buf *out)
{
	buf_printf(out, "threshold at token %" PRIu32 ", rule %s",
		   w->hits[i_hit].at_token, watch_rule(w)->name);
}

bool watch_has_choices(const struct watch *w)
{
	return watch_format(w)->choices && !feed_missing(w->feed);
}

bool watch_is_over(const struct watch *w)
{
	bool left = false;

	for (size_t i = 0; i < w->n_open; i++) {
		if (watched_goes_on(&w->open[i]))
			return false;
		left |= !watched_has_ended(&w->open[i]);
	}
	return left && w->n_generations >= w->n_prompts;
}

/* --- questions ---------------------------------------------------------- */

size_t watch_n_hits(const struct watch *w)
{
	return w->n_hits;
}

struct watch_hit watch_hit(const struct watch *w, size_t i)
{
	assert(i < w->n_hits);
	for (size_t n = 0; n < w->n_open; n++)
		for (enum half_kind k = 0; k < HALVES; k++)
			if (w->open[n].halves[k].i_hit == i)
				watched_audit(&w->open[n], &w->opts, k,
					      &w->hits[i]);
	return w->hits[i];
}

uint64_t watch_bytes_seen(const struct watch *w)
{
	return w->seen;
}

uint64_t watch_tokens(const struct watch *w)
{
	uint64_t n = w->closed_tokens;

	for (size_t i = 0; i < w->n_open; i++)
		n += w->open[i].run->trace.n_tokens;
	return n;
}

size_t watch_generations(const struct watch *w)
{
	return w->n_generations;
}

const char *watch_dialect(const struct watch *w)
{
	return feed_dialect(w->feed);
}

const struct format *watch_format(const struct watch *w)
{
	return format_find(watch_dialect(w));
}

const struct run *watch_run(const struct watch *w, size_t i_hit)
{
	const struct watched *g = watched_at(w, i_hit);

	return g ? g->run : NULL;
}

size_t watch_keep(const struct watch *w, size_t i_hit)
{
	const struct watched *g = watched_at(w, i_hit);
	const struct half *p = &g->halves[w->hits[i_hit].half];

	return half_whole_bytes(p, &g->run->trace, copied_find(p->run).keep);
}

const struct buf *watch_record(const struct watch *w)
{
	return &w->record;
}

const struct rule *watch_rule(const struct watch *w)
{
	return rules[w->opts.i_rule];
}

const struct rule_opts *watch_limits(const struct watch *w,
				     enum half_kind kind)
{
	return kind == HALF_THINKING ? &w->opts.thinking :
				       &w->opts.meter.rule;
}

unsigned watch_scope(const struct watch *w)
{
	return w->opts.scope;
}

const char *watch_blind(const struct watch *w)
{
	return w->blind.text[0] ? w->blind.text : NULL;
}

size_t watch_skipped(const struct watch *w)
{
	return w->by_shadow ? 0 : w->skipped + feed_skipped(w->feed);
}

const char *watch_first_trouble(const struct watch *w)
{
	return w->trouble.text[0] ? w->trouble.text :
				    feed_first_trouble(w->feed);
}

uint32_t watch_n_restarts(const struct watch *w)
{
	return w->n_restarts;
}
