/* A step is a cluster: no character is parted, wherever a phrase ends. */
#include "app/export_ink.h"

#include <string.h>

#include "app/phrase.h"
#include "base/num.h"
#include "base/svg.h"
#include "base/utf8.h"
#include "report/after.h"

enum {
	TITLED = 2, /* from this level on a span says where it is from */
};

/* How the bytes at a place look. */
struct ink_look {
	int level;
	bool unit, harmful;
	uint32_t i_phrase; /* of a level that is titled, else 0 */
};

struct inker {
	const struct export_ink *ink;
	const struct trace *t;
	struct buf *out;
	size_t stop, known;	  /* bytes; SIZE_MAX: no such place */
	struct phrase phrase;	  /* at the place, if has_phrase */
	bool has_phrase;
	size_t unit_from, unit_to; /* the copy at the place, or the next */
	enum channel channel;	  /* whose block is open; CHANNELS: none */
	bool after;		  /* ... behind the stop */
	struct ink_look look;	  /* of the open span; level < 0: none */
};

/* Every place is asked for once, in order. */
static bool in_unit(struct inker *p, size_t at)
{
	const struct repeated *r = p->ink->unit;
	size_t n = p->t->text.len;

	if (!r)
		return false;
	while (at >= p->unit_to && p->unit_from < n) {
		p->unit_from = unit_next(p->t->text.data, n, &r->unit,
					 MAX(at, p->unit_to));
		p->unit_to = MIN(p->unit_from + r->unit.len, n);
	}
	return at >= p->unit_from && at < p->unit_to;
}

static struct ink_look look_at(struct inker *p, size_t at)
{
	struct ink_look look = { .unit = in_unit(p, at) };

	if (!p->has_phrase || at >= p->phrase.to)
		p->has_phrase = phrase_at_byte(p->ink->run, p->ink->n_tokens,
					       (uint32_t)at, &p->phrase);
	if (p->has_phrase)
		look.level = phrase_level(&p->phrase);
	if (look.level >= TITLED)
		look.i_phrase = p->phrase.i_phrase;
	return look;
}

/* --- tags --------------------------------------------------------------- */

static void close_span(struct inker *p)
{
	if (p->look.level >= 0)
		buf_puts(p->out, p->look.harmful ? "</i></span>" : "</span>");
	p->look.level = -1;
}

static void open_span(struct inker *p, struct ink_look look)
{
	char from[NUM_BYTES], n[NUM_BYTES];

	close_span(p);
	p->look = look;
	buf_printf(p->out, "<span class=\"c%d%s\"", look.level,
		   look.unit ? " u" : "");
	if (look.level >= TITLED)
		buf_printf(p->out,
			   " title=\"copied from token %s, %s bytes\"",
			   num_count(from, (uint64_t)p->phrase.src_token + 1),
			   num_count(n, p->phrase.to - p->phrase.from));
	buf_puts(p->out, look.harmful ? "><i>" : ">");
}

static void close_block(struct inker *p)
{
	close_span(p);
	if (p->channel != CHANNELS)
		buf_puts(p->out, "</div>\n");
	p->channel = CHANNELS;
}

/* h3 only where another one speaks. */
static void open_block(struct inker *p, enum channel channel, bool heading)
{
	close_block(p);
	if (heading)
		buf_printf(p->out, "<h3>%s</h3>\n", channel_name(channel));
	buf_printf(p->out, "<div class=\"text%s\">", p->after ? " after" : "");
	p->channel = channel;
}

/* --- places ------------------------------------------------------------- */

static void put_stop(struct inker *p)
{
	const struct rule_verdict *v = &p->ink->stop;
	struct buf then = { 0 };
	char at[NUM_BYTES], n[NUM_BYTES];

	after_say(&then, v, false);
	buf_printf(p->out, "<p class=\"lil\">Lil at token %s: %s token%s "
			   "after it, %s</p>\n",
		   num_count(at, v->at_token), num_count(n, v->tokens_after),
		   v->tokens_after == 1 ? "" : "s", buf_cstr(&then));
	buf_release(&then);
}

static void put_known(struct inker *p)
{
	const struct answered *a = p->ink->known;
	char at[NUM_BYTES], n[NUM_BYTES];

	buf_printf(p->out, "<p class=\"known\">the answer was first stated "
			   "here, at token %s; %s token%s after it</p>\n",
		   num_count(at, a->at_token), num_count(n, a->after),
		   a->after == 1 ? "" : "s");
}

/* The lines that belong before byte `at` and are not there yet. */
static void put_places(struct inker *p, size_t at)
{
	if (at >= p->known || at >= p->stop)
		close_block(p);
	if (at >= p->known) {
		put_known(p);
		p->known = SIZE_MAX;
	}
	if (at >= p->stop) {
		put_stop(p);
		p->stop = SIZE_MAX;
		p->after = true;
	}
}

static void enter(struct inker *p, size_t at)
{
	enum channel before = p->channel;
	enum channel now = trace_channel(p->t, trace_token_at(p->t, at));

	put_places(p, at);
	if (p->channel != now)
		open_block(p, now, before != now);
}

static bool same_look(const struct ink_look *a, const struct ink_look *b)
{
	return a->level == b->level && a->unit == b->unit &&
	       a->harmful == b->harmful && a->i_phrase == b->i_phrase;
}

static void put_part(struct inker *p, size_t from, size_t to)
{
	size_t used;

	for (size_t at = from; at < to; at += used) {
		struct utf8_cluster c;
		struct ink_look look;

		enter(p, at);
		used = utf8_cluster(p->t->text.data + at, to - at, false, &c);
		look = look_at(p, at);
		look.harmful = c.kind == UTF8_SUBSTITUTE;
		if (p->look.level < 0 || !same_look(&look, &p->look))
			open_span(p, look);
		if (c.kind == UTF8_LINE_FEED || c.kind == UTF8_TAB)
			buf_putc(p->out, c.kind == UTF8_TAB ? '\t' : '\n');
		else
			svg_escape(p->out, c.text, c.len);
	}
}

/* --- parts -------------------------------------------------------------- */

struct ink_part {
	size_t from, to;
};

/* Back to where a character begins. */
static size_t whole(const struct trace *t, size_t at)
{
	size_t k = at;

	while (k && at - k < 3 && k < t->text.len &&
	       (t->text.data[k] & 0xc0) == 0x80)
		k--;
	return k;
}

/* In order; those that meet are one. Returns how many. */
static size_t parts_of(const struct inker *p, size_t n,
		       struct ink_part parts[EXPORT_INK_PARTS])
{
	size_t half = EXPORT_INK_PART / 2, k = 0;
	size_t stop = MIN(p->stop, n);
	const struct ink_part all[EXPORT_INK_PARTS] = {
		{ 0, MIN(n, (size_t)EXPORT_INK_PART) },
		{ stop - MIN(stop, half), MIN(stop + half, n) },
		{ n - MIN(n, (size_t)EXPORT_INK_PART), n },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct ink_part part = { whole(p->t, all[i].from),
				     whole(p->t, all[i].to) };

		if (k && part.from <= parts[k - 1].to)
			parts[k - 1].to = MAX(parts[k - 1].to, part.to);
		else
			parts[k++] = part;
	}
	return k;
}

static void put_gap(struct inker *p, size_t n_bytes)
{
	char n[NUM_BYTES];

	close_block(p);
	buf_printf(p->out, "<p class=\"gap\">%s bytes are left out here</p>\n",
		   num_count(n, n_bytes));
	p->has_phrase = false;
}

void export_ink(const struct export_ink *ink, struct buf *out)
{
	const struct trace *t = &ink->run->trace;
	struct inker p = { .ink = ink, .t = t, .out = out,
			  .stop = SIZE_MAX, .known = SIZE_MAX,
			  .channel = CHANNELS, .look = { .level = -1 } };
	size_t n = trace_start(t, ink->n_tokens), n_parts;
	struct ink_part parts[EXPORT_INK_PARTS];

	if (ink->stop.at_token != RULE_NEVER)
		p.stop = trace_start(t, ink->stop.at_token);
	if (ink->known)
		p.known = trace_start(t, ink->known->at_token);
	n_parts = parts_of(&p, n, parts);
	for (size_t i = 0; i < n_parts; i++) {
		if (i)
			put_gap(&p, parts[i].from - parts[i - 1].to);
		put_part(&p, parts[i].from, parts[i].to);
	}
	put_places(&p, n);
	close_block(&p);
}
