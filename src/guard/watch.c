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
#include "system/clock.h"
#include "trace/native.h"
#include "trace/repeated.h"

/* run_measure() in one go: what one piece brought is little. */
#define MEASURE_ALL UINT32_MAX
#define NO_HIT SIZE_MAX

enum { UNPACK_SLICE_BYTES = 256 * 1024 };

/* An open generation. */
struct watched {
	struct run *run;
	uint32_t n_tokens; /* looked at */
	size_t n_checks;   /* of the guard, looked at */
	size_t i_hit;      /* NO_HIT: not yet */
	bool has_reason;   /* to finish, since there were end_tokens */
	uint32_t end_tokens;
	uint32_t base;     /* tokens of it before the last restart */
	size_t i_old_hit;  /* found before that; NO_HIT */
	struct native_writer writer; /* of the tee */
	char name[WATCH_RECORD_BYTES];
};

/* How far a generation was that goes on behind a restart. */
struct base {
	char record[WATCH_RECORD_BYTES];
	uint32_t n_tokens;
	size_t i_hit; /* or NO_HIT */
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

/* Guardian's verdict costs a pass over its checks: ask after a new one. */
static bool is_news(const struct watch *w, struct watched *g,
		    const struct meter *m)
{
	size_t n_checks = meter_guardian(m)->n;
	bool news = w->opts.i_rule != RULE_GUARDIAN ||
		    n_checks != g->n_checks;

	g->n_checks = n_checks;
	return news;
}

/* guessed: the name of the field with the text, where nobody said it. */
static struct watch_hit *add_hit(struct watch *w, const char *record,
				 const char *guessed, uint32_t at_token)
{
	struct watch_hit hit = { .at_token = at_token, .then = rule_unfired };

	snprintf(hit.record, sizeof(hit.record), "%s", record ? record : "0");
	snprintf(hit.guessed, sizeof(hit.guessed), "%s",
		 guessed ? guessed : "");
	w->hits = grow(w->hits, &w->hits_cap, w->n_hits + 1, sizeof(hit));
	w->hits[w->n_hits++] = hit;
	return &w->hits[w->n_hits - 1];
}

/* Some servers give one with every record: it counts if nothing follows. */
static void look_for_end(struct watched *g)
{
	if (!g->has_reason)
		g->end_tokens = g->run->trace.n_tokens;
	g->has_reason |= g->run->trace.facts.finish_reason != NULL;
}

static bool has_ended(const struct watched *g)
{
	return g->run->ended ||
	       (g->has_reason && g->end_tokens == g->run->trace.n_tokens);
}

/* Its name is known with its first token. */
static void take_base(const struct watch *w, struct watched *g)
{
	const char *record = g->run->trace.facts.record;

	for (size_t i = 0; i < w->n_bases && !g->n_tokens; i++)
		if (strcmp(w->bases[i].record, record ? record : "0") == 0) {
			g->base = w->bases[i].n_tokens;
			g->i_old_hit = w->bases[i].i_hit;
		}
}

/* Why: what the tokens up to the threshold say again and again. */
static void note_why(const struct watch *w, const struct watched *g,
		     uint32_t at_token, struct watch_hit *hit)
{
	struct repeated r;

	if (!repeated_find(g->run, at_token, &r))
		return;
	r.first_token += g->base;
	/* what a model said is of no log unless one asks for it */
	repeated_json(g->run, &r, w->opts.excerpt || !w->opts.finish,
		      &hit->unit);
	repeated_say(g->run, &r, &hit->why);
}

/* Measures what came, and asks the rule until it has fired. */
static void look(struct watch *w, struct watched *g)
{
	const struct trace *t = &g->run->trace;
	struct watch_hit *hit;
	struct rule_verdict v;

	look_for_end(g);
	if (g->n_tokens == g->run->trace.n_tokens || g->i_hit != NO_HIT)
		return;
	take_base(w, g);
	g->n_tokens = g->run->trace.n_tokens;
	if (g->i_old_hit != NO_HIT)
		return;
	run_measure(g->run, MEASURE_ALL);
	if (!g->run->meter || !is_news(w, g, g->run->meter))
		return;
	v = meter_rule(g->run->meter, w->opts.i_rule);
	if (v.at_token == RULE_NEVER)
		return;
	g->i_hit = w->n_hits;
	hit = add_hit(w, t->facts.record, t->facts.guessed,
		      g->base + v.at_token);
	note_why(w, g, v.at_token, hit);
	hit->choice = t->facts.choice;
	hit->ended = has_ended(g);
	if (w->opts.excerpt)
		hit_take_excerpt(hit, t);
	hit->in_tool = trace_channel(t, t->n_tokens - 1) == CHANNEL_TOOL;
}

/* Tokens are counted from the beginning, whatever was forgotten. */
static void add_base(uint32_t base, struct watch_hit *hit)
{
	struct rule_verdict *v = &hit->then;
	uint32_t *const tokens[] = { &v->at_token, &v->resumed_at,
				     &v->last_new, &v->again_at };

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		*tokens[i] += *tokens[i] == RULE_NEVER ? 0 : base;
	for (size_t i = 0; i < hit->n_stops; i++) {
		struct rule_stop *s = &hit->stops[i];

		s->at_token += base;
		s->last_new += base;
		s->resumed_at += s->resumed_at == RULE_NEVER ? 0 : base;
	}
}

/* More came, and what is new in it is not known. */
static void add_after(struct watch_hit *hit, uint32_t n_tokens)
{
	hit->then.tokens_after += n_tokens;
	for (size_t i = 0; i < hit->n_stops; i++)
		hit->stops[i].tokens_after += n_tokens;
}

/* What came after the threshold, and whether information did. */
static void audit(const struct watch *w, const struct watched *g,
		  struct watch_hit *hit)
{
	while (!run_measure(g->run, MEASURE_ALL))
		;
	mem_free(hit->stops);
	hit->then = meter_rule(g->run->meter, w->opts.i_rule);
	hit->stops = meter_all_stops(g->run->meter, w->opts.i_rule,
				     &hit->n_stops);
	add_base(g->base, hit);
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
		snprintf(again, sizeof(again), w->n_restarts ? "+%u" : "",
			 w->n_restarts);
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
	struct watched g = { .run = run_new(&w->opts.meter),
			     .i_hit = NO_HIT, .i_old_hit = NO_HIT };

	if (w->opts.tee)
		g.run->trace.start_s = w->opts.began_s;
	w->open = grow(w->open, &w->open_cap, w->n_open + 1, sizeof(g));
	w->open[w->n_open++] = g;
	w->n_generations++;
	return g.run;
}

/* Up to the threshold, where it was stopped. */
static uint32_t passed_tokens(const struct watched *g)
{
	if (g->i_old_hit != NO_HIT)
		return 0;
	return g->i_hit == NO_HIT ? g->run->trace.n_tokens : g->n_tokens;
}

static void sink_close(void *ctx, struct run *run)
{
	struct watch *w = ctx;
	size_t i = 0;

	while (i < w->n_open && w->open[i].run != run)
		i++;
	assert(i < w->n_open);
	tee(w, &w->open[i]);
	look(w, &w->open[i]);
	if (w->open[i].i_hit != NO_HIT)
		audit(w, &w->open[i], &w->hits[w->open[i].i_hit]);
	if (w->open[i].i_old_hit != NO_HIT)
		add_after(&w->hits[w->open[i].i_old_hit],
			  run->trace.n_tokens);
	w->closed_tokens += run->trace.n_tokens;
	w->closed_passed += passed_tokens(&w->open[i]);
	run_free(run);
	w->open[i] = w->open[--w->n_open];
}

static void sink_record(void *ctx, const char *json, size_t n)
{
	struct watch *w = ctx;

	buf_clear(&w->record);
	if (n <= WATCH_KEPT_BYTES)
		buf_append(&w->record, json, n);
	if (watch_format(w)->finish_whole &&
	    json_read(&w->json, json, n, false, NULL))
		join_record(&w->join, json_root(&w->json));
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
	w->feed = open_feed(w, opts->format);
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n_open; i++)
		run_free(w->open[i].run);
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
		bases[n].i_hit = g->i_hit != NO_HIT ? g->i_hit : g->i_old_hit;
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
			add_hit(w, "0", NULL, at_token);
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
	if (w->opts.as_text)
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
		if (w->open[i].i_hit == i_hit)
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
		e->n_tokens += passed_tokens(&w->open[i]);
	format_finish(format, &w->record, w->opts.request, e, &end);
	e->n_tokens = n_tokens;
	if (feed_missing(w->feed) && format != &format_bedrock)
		eventstream_wrap(out, end.data, end.len);
	else
		buf_append(out, end.data, end.len);
	buf_release(&end);
}

static bool goes_on(const struct watched *g)
{
	return !has_ended(g) && g->i_hit == NO_HIT && g->i_old_hit == NO_HIT;
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
		.note = note,
	};
	size_t n = 0, done = 0;

	for (size_t i = 0; i < w->n_open; i++)
		n += goes_on(&w->open[i]);
	for (size_t i = 0; i < w->n_open; i++) {
		const struct watched *g = &w->open[i];

		if (!goes_on(g))
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
	bool goes_on = false;

	for (size_t i = 0; i < w->n_open; i++) {
		bool ended = has_ended(&w->open[i]);

		if (!ended && w->open[i].i_hit == NO_HIT &&
		    w->open[i].i_old_hit == NO_HIT)
			return false;
		goes_on |= !ended;
	}
	return goes_on && w->n_generations >= w->n_prompts;
}

/* --- questions ---------------------------------------------------------- */

size_t watch_n_hits(const struct watch *w)
{
	return w->n_hits;
}

struct watch_hit watch_hit(const struct watch *w, size_t i)
{
	assert(i < w->n_hits);
	for (size_t k = 0; k < w->n_open; k++)
		if (w->open[k].i_hit == i)
			audit(w, &w->open[k], &w->hits[i]);
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

	return g && g->run->meter && g->run->trace.n_tokens ? g->run : NULL;
}

const struct buf *watch_record(const struct watch *w)
{
	return &w->record;
}

const struct rule *watch_rule(const struct watch *w)
{
	return rules[w->opts.i_rule];
}

const struct meter_opts *watch_meter(const struct watch *w)
{
	return &w->opts.meter;
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
