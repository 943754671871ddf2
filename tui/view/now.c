/* What the screens say about the prefix at the playhead, from its meter. */
#include "view/now.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/told.h"
#include "base/buf.h"
#include "base/num.h"
#include "draw/glyph.h"
#include "report/after.h"

enum {
	LEGEND_COLS = 72, /* wide enough for samples of the lines */
	STATUS_COLS = 54,   /* left: enough for both states, h and H */
	H_COLS = 30,        /* h and H */
};

/* --- facts -------------------------------------------------------------- */

static void find_lowest(struct now *now, const struct guardian *g)
{
	now->lowest_gain = NAN;
	for (size_t k = 2; k <= now->n_checks; k++) {
		double gain = guardian_gain(g, k);
		if (now->lowest_gain <= gain)
			continue;
		now->lowest_gain = gain;
		now->lowest_at = (uint32_t)(k * g->opts.f);
	}
}

bool now_get(const struct app *app, struct now *now)
{
	const struct guardian *g;

	*now = (struct now){ .run = app->run, .lowest_gain = NAN };
	if (!app->run || !app->run->meter)
		return false;
	now->meter = app->run->meter;
	now->opts = meter_opts(now->meter);
	now->total = app_n_tokens(app);
	now->n = MIN(app->playhead, now->total);
	now->ls = bound_ls(meter_bound(now->meter));
	now->alphabet = bound_alphabet(meter_bound(now->meter));
	if (now->n == 0)
		return false;
	now->point = meter_point(now->meter, now->n);
	now->h_est = meter_h_est(now->meter, now->n);

	g = meter_guardian(now->meter);
	now->n_checks = MIN(g->n, (size_t)(now->n / g->opts.f));
	find_lowest(now, g);
	now->verdict = meter_rule_at(now->meter, RULE_GUARDIAN, now->n);
	now->ahead = RULE_NEVER;
	now->until = app->pace == PACE_PLAY ? now->n : now->total;
	now->whole = meter_rule_at(now->meter, RULE_GUARDIAN, now->until);
	now->n_stops = meter_stops_at(now->meter, RULE_GUARDIAN, now->until,
				      now->stops, NOW_STOPS);
	now->n_stops = MIN(now->n_stops, (size_t)NOW_STOPS);
	now->said = app->run == repeats_of(app)->run && repeats_of(app)->n &&
				    repeats_of(app)->fired ?
			    &repeats_of(app)->units[0] : NULL;
	now->known = steps_known(app);
	if (now->known && now->known->at_token > now->until)
		now->known = NULL;
	now->warner = meter_nearest(now->meter, now->n, &now->warning);
	if (now->verdict.at_token == RULE_NEVER)
		now->ahead = now->whole.at_token;
	else
		now->verdict = now->whole;
	return true;
}

uint32_t now_lil(const struct now *now)
{
	return now->whole.at_token;
}

const char *now_symbols(const struct now *now)
{
	return now->opts->symbols == METER_TOKENS ? "token ids"
						  : "UTF-8 bytes";
}

const char *now_tokens_by(const struct now *now, char out[NOW_BY_BYTES])
{
	static const char *const names[] = {
		[TOKENS_BY_IDS] = "ids of the source",
		[TOKENS_BY_LOGPROBS] = "one logprob entry each",
		[TOKENS_BY_USAGE] = "count of the server",
		[TOKENS_BY_BPE] = "counted by the bundled BPE",
		[TOKENS_BY_EVENTS] = "events, not tokens",
	};
	enum tokens_by by = now->run->trace.tokens_by;
	uint32_t served = now->run->trace.facts.usage_tokens;
	char count[NUM_BYTES];
	int n = snprintf(out, NOW_BY_BYTES, "%s",
			 (size_t)by < ARRAY_LEN(names) ? names[by] : "");

	if (by == TOKENS_BY_BPE && served)
		snprintf(out + n, NOW_BY_BYTES - (size_t)n,
			 " (%s by the server)", num_count(count, served));
	return out;
}

/* --- numbers ------------------------------------------------------------ */

/* A mark beside the colour of each status. */
static const struct {
	enum glyph mark;
	enum style style;
} status_marks[] = {
	[BOUND_PROVEN] = { GLYPH_CHECK, STYLE_GOOD },
	[BOUND_OUT_LOW] = { GLYPH_WARN, STYLE_LIMIT },
	[BOUND_UNDERSAMPLED] = { GLYPH_WARN, STYLE_LIMIT },
	[BOUND_ASYMPTOTIC] = { GLYPH_WAVE, STYLE_NORMAL },
};

/* The estimate that may be believed, twice its standard error around it. */
static void draw_estimate(const struct now *now, struct pen *p)
{
	bool ascii = p->s->ascii;
	char bits[NUM_BYTES], twice[NUM_BYTES];

	if (isnan(now->h_est.bits))
		return;
	num_real(bits, now->h_est.bits, 3, ascii);
	num_real(twice, 2 * now->h_est.se, 3, ascii);
	if (!pen_fits(p, (int)strlen("  H 0.000+-0.000"))) {
		pen_more(p);
		return;
	}
	pen_printf(p, STYLE_STRONG, "  %sH ",
		   p->end - p->col < LEGEND_COLS ? "" : ascii ? "= " : "─ ");
	pen_printf(p, STYLE_NORMAL, "%s%s%s", bits, ascii ? "+-" : "\u00b1",
		   twice);
}

/* The status in its own word, then in English where there is room, first what
 * tells more; a picture that says nothing is no picture where there is little.
 */
static void draw_status(const struct now *now, struct pen *p)
{
	static const char empty[] = " (no lower edge)";
	const struct bound_point *b = &now->point;
	const char *name = bound_status_name(b->status);
	const char *words = bound_status_words(b->status);
	bool ascii = p->s->ascii;
	int left = p->end - p->col, more;

	more = left - H_COLS - (int)strlen("  ~ ") - (int)strlen(name);
	if (b->vacuous)
		more -= (int)strlen(" o VACUOUS") + (int)strlen(empty);
	if (left >= STATUS_COLS || !b->vacuous ||
	    b->status != BOUND_ASYMPTOTIC)
		pen_printf(p, status_marks[b->status].style, "  %s %s",
			   glyph(status_marks[b->status].mark, ascii), name);
	else
		pen_puts(p, STYLE_NORMAL, " ");
	if (more >= (int)strlen(words) + 3)
		pen_printf(p, STYLE_DIM, " (%s)", words);
	if (b->vacuous)
		pen_printf(p, STYLE_DIM, " %s VACUOUS%s",
			   glyph(GLYPH_OPEN, ascii), more >= 0 ? empty : "");
}

void now_draw_numbers(const struct now *now, struct pen *p)
{
	bool ascii = p->s->ascii;
	char rho[NUM_BYTES], lo[NUM_BYTES], h[NUM_BYTES];
	const struct bound_point *b = &now->point;
	bool wide;
	const char *line, *area;
	char alphabet[NUM_BYTES];

	num_real(rho, b->rho, 3, ascii);
	num_real(lo, b->lower, 3, ascii);
	num_real(h, b->h, 3, ascii);
	/* Each with a sample of its line: the numbers are the legend. */
	wide = p->end - p->col >= LEGEND_COLS;
	line = !wide ? "" : ascii ? "* " : "─ ";
	area = !wide ? "" : ascii ? ": " : "⢕ ";
	pen_printf(p, STYLE_RHO, "%s%s ", line, glyph(GLYPH_RHO, ascii));
	pen_puts(p, STYLE_STRONG, rho);
	pen_printf(p, STYLE_BAND, "  %s", area);
	pen_printf(p, STYLE_NORMAL, "band [%s, %s]", lo, rho);
	draw_status(now, p);
	line = !wide ? "" : ascii ? "- " : "─ ";
	pen_printf(p, STYLE_H, "  %sh(%u) ", line, now->ls - 1);
	pen_puts(p, STYLE_NORMAL, h);
	draw_estimate(now, p);
	/* The right end is free only if nothing was dropped. */
	if (!p->full && p->end - p->col > 3) {
		p->col += 2;
		pen_right(p, STYLE_DIM, "%s, %s %s, Ls %u",
			  now_symbols(now), glyph(GLYPH_ALPHA, ascii),
			  num_count(alphabet, (uint64_t)now->alphabet),
			  now->ls);
	}
}

/* --- the verdict -------------------------------------------------------- */

static void sep(struct pen *p)
{
	pen_printf(p, STYLE_DIM, " %s ", glyph(GLYPH_DOT, p->s->ascii));
}

/* Beside the verdict stands what a rule says that sees exact loops only. */
static void draw_cycle(const struct now *now, struct pen *p)
{
	char text[NUM_BYTES];
	size_t i = 0;
	uint32_t at;

	while (rules[i] != &rule_cycle)
		i++;
	if (!meter_runs(now->meter, i))
		return;
	at = now_rule_at(now, i);
	pen_printf(p, STYLE_DIM, " %s exact-cycle rule: %s",
		   glyph(GLYPH_DOT, p->s->ascii),
		   at == RULE_NEVER ? "never" : num_count(text, at));
}

enum style now_after_style(enum rule_after after)
{
	static const enum style styles[] = {
		[AFTER_NOTHING] = STYLE_NORMAL,
		[AFTER_BACK] = STYLE_LIMIT,
		[AFTER_FALSE] = STYLE_BAD,
	};

	return styles[after];
}

const char *now_after_mark(enum rule_after after, bool ascii)
{
	return after == AFTER_NOTHING ? "" :
	       glyph(after == AFTER_BACK ? GLYPH_BACK : GLYPH_WARN, ascii);
}

void now_draw_afters(const size_t n[AFTER_FALSE + 1], struct pen *p)
{
	bool ascii = p->s->ascii;
	char count[NUM_BYTES];

	for (int k = AFTER_BACK; k <= AFTER_FALSE; k++) {
		enum rule_after after = (enum rule_after)k;

		if (n[k])
			pen_printf(p, now_after_style(after), " %s %s %s %s",
				   glyph(GLYPH_DOT, ascii),
				   now_after_mark(after, ascii),
				   num_count(count, n[k]),
				   rule_after_name(after));
	}
}

/* How much is told of where, and of what came after: as much as fits, but the
 * verdict before the rest. */
static const struct form {
	bool token, after, brief;
} forms[] = {
	{ true, true, false },
	{ true, true, true },
	{ false, true, true },
	{ false, false, true },
};

static void put_where(const struct rule_verdict *v, uint32_t until,
		      const struct form *form, struct pen *p)
{
	char a[NUM_BYTES], b[NUM_BYTES];

	pen_printf(p, STYLE_LIL, "%s Lil at %s%s",
		   glyph(GLYPH_FLAG, p->s->ascii), form->token ? "token " : "",
		   num_count(a, v->at_token));
	if (!form->after)
		return;
	sep(p);
	pen_printf(p, STYLE_STRONG, "%s", num_count(a, v->tokens_after));
	pen_printf(p, STYLE_NORMAL, "%s%s after it (%s)",
		   form->token ? " token" : "",
		   form->token && v->tokens_after != 1 ? "s" : "",
		   num_percent(b, v->tokens_after, until));
}

static int where_cols(const struct rule_verdict *v, uint32_t until,
		      const struct form *form)
{
	char at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES];
	size_t n = strlen("! Lil at ") + strlen(num_count(at, v->at_token));

	if (form->token)
		n += strlen("token ") + strlen(" tokens");
	if (form->after)
		n += strlen(" | ") + strlen(" after it ()") +
		     strlen(num_count(after, v->tokens_after)) +
		     strlen(num_percent(part, v->tokens_after, until));
	return (int)n;
}

/* Why, in short; returns its columns. */
static int said_words(const struct now *now, char *out, size_t size)
{
	char times[NUM_BYTES];

	out[0] = '\0';
	if (now->said)
		snprintf(out, size, "said %s times",
			 num_count(times, now->said->unit.times));
	return now->said ? (int)strlen(out) + 3 : 0;
}

/* Why; since when, where there is room. */
static void draw_said(const struct now *now, struct pen *p)
{
	char since[NUM_BYTES], text[3 * NUM_BYTES];
	int cols = said_words(now, text, sizeof(text));

	if (!cols)
		return;
	if (!pen_fits(p, cols)) {
		pen_more(p);
		return;
	}
	sep(p);
	pen_puts(p, STYLE_UNIT, text);
	snprintf(text, sizeof(text), " since %s",
		 num_count(since, (uint64_t)now->said->first_token + 1));
	if (pen_fits(p, (int)strlen(text)))
		pen_puts(p, STYLE_UNIT, text);
}

/* The longest form that leaves columns for what follows; NULL. */
static const struct form *form_for(const struct now *now, const struct pen *p,
				   int after_cols, struct buf *then)
{
	const struct rule_verdict *v = &now->verdict;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		buf_clear(then);
		after_say(then, v, forms[i].brief);
		if (pen_fits(p, where_cols(v, now->until, &forms[i]) +
					(int)(strlen(" | @ ") + then->len) +
					after_cols))
			return &forms[i];
	}
	return NULL;
}

static void draw_fired(const struct now *now, struct pen *p)
{
	const struct rule_verdict *v = &now->verdict;
	const char *mark = now_after_mark(v->after, p->s->ascii);
	const struct form *form;
	char said[3 * NUM_BYTES];
	struct buf then = { 0 };

	form = form_for(now, p, said_words(now, said, sizeof(said)), &then);
	if (!form)
		form = form_for(now, p, 0, &then);
	if (!form)
		form = &forms[ARRAY_LEN(forms) - 1];
	put_where(v, now->until, form, p);
	pen_printf(p, now_after_style(v->after), " %s %s%s%.*s",
		   glyph(GLYPH_DOT, p->s->ascii), mark, *mark ? " " : "",
		   (int)then.len, then.data);
	buf_release(&then);
	draw_said(now, p);
}

/* While scrubbing: it comes later. */
static void draw_ahead(const struct now *now, struct pen *p)
{
	char text[NUM_BYTES];
	if (now->ahead == RULE_NEVER)
		return;
	pen_printf(p, STYLE_LIL, " %s %s Lil ahead, at token %s",
		   glyph(GLYPH_DOT, p->s->ascii),
		   glyph(GLYPH_FLAG, p->s->ascii),
		   num_count(text, now->ahead));
}

/* "copying since 9 312 · adaptive stops in 120 tokens if it goes on" */
static void draw_warning(const struct now *now, struct pen *p)
{
	const struct rule_warning *w = &now->warning;
	char since[NUM_BYTES], left[NUM_BYTES];

	pen_printf(p, STYLE_LIMIT, "%s copying since %s",
		   glyph(GLYPH_WARN, p->s->ascii),
		   num_count(since, (uint64_t)w->since + 1));
	sep(p);
	pen_printf(p, STYLE_STRONG, "%s stops in %s", rules[now->warner]->name,
		   num_count(left, w->left));
	pen_printf(p, STYLE_NORMAL, " token%s if it goes on",
		   w->left == 1 ? "" : "s");
}

static void draw_not_fired(const struct now *now, struct pen *p)
{
	bool ascii = p->s->ascii;
	char a[NUM_BYTES], b[NUM_BYTES];
	const struct rule_opts *g = &now->opts->rule;
	if (now->warner < RULE_ROWS) {
		draw_warning(now, p);
		draw_ahead(now, p);
	} else if (isnan(now->lowest_gain)) {
		pen_printf(p, STYLE_NORMAL, "%s too early for Lil",
			   glyph(GLYPH_OPEN, ascii));
		sep(p);
		pen_printf(p, STYLE_DIM, "the first check is at token %s",
			   num_count(a, 2 * (uint64_t)g->f));
		draw_ahead(now, p);
	} else {
		pen_printf(p, STYLE_GOOD, "%s Lil not reached",
			   glyph(GLYPH_OPEN, ascii));
		pen_printf(p, STYLE_NORMAL, ": lowest gain %s B at %s",
			   num_real(a, now->lowest_gain, 0, ascii),
			   num_count(b, now->lowest_at));
		draw_ahead(now, p);
		pen_printf(p, STYLE_DIM, ", it fires under %s B",
			   num_short(a, g->t));
		if (g->patience > 1)
			pen_printf(p, STYLE_DIM, " %u times in a row",
				   g->patience);
	}
}

void now_draw_verdict(const struct now *now, struct pen *p)
{
	if (now->verdict.at_token != RULE_NEVER)
		draw_fired(now, p);
	else
		draw_not_fired(now, p);
	draw_cycle(now, p);
}

/* --- rules -------------------------------------------------------------- */

char now_rule_letter(size_t i_rule)
{
	const char *name = rules[i_rule]->name;
	for (const char *c = name; *c; c++) {
		bool taken = false;
		for (size_t i = RULE_GUARDIAN + 1; i < i_rule; i++)
			taken |= now_rule_letter(i) == toupper(*c);
		if (!taken)
			return (char)toupper(*c);
	}
	return (char)('0' + i_rule % 10);
}

uint32_t now_rule_at(const struct now *now, size_t i_rule)
{
	return meter_rule_at(now->meter, i_rule, now->n).at_token;
}

static void put_rule_at(size_t i, uint32_t at, struct pen *p)
{
	char text[NUM_BYTES];

	pen_printf(p, STYLE_RULE, "%c", now_rule_letter(i));
	pen_printf(p, STYLE_NORMAL, " %s at ", rules[i]->name);
	pen_puts(p, STYLE_STRONG, num_count(text, at));
}

bool now_counts_another(const struct now *now)
{
	return now->opts->i_stop != RULE_GUARDIAN &&
	       meter_runs(now->meter, now->opts->i_stop);
}

void now_draw_stop(const struct now *now, struct pen *p)
{
	size_t i = now->opts->i_stop;
	uint32_t at = now_rule_at(now, i);

	if (at == RULE_NEVER)
		pen_printf(p, STYLE_GOOD, "%s %s not reached",
			   glyph(GLYPH_OPEN, p->s->ascii), rules[i]->name);
	else
		put_rule_at(i, at, p);
	now_draw_odds(now, p);
}

static bool is_other(const struct now *now, size_t i)
{
	return meter_runs(now->meter, i) && i != now->opts->i_stop;
}

void now_draw_rules(const struct now *now, struct pen *p)
{
	bool first = true;
	const char *join;

	if (now_counts_another(now)) {
		now_draw_stop(now, p);
		sep(p);
	}
	if (now_draw_known(now, p))
		sep(p);
	if (!now->opts->rules) {
		pen_puts(p, STYLE_DIM, "other rules are off (:set rivals on)");
		return;
	}
	pen_puts(p, STYLE_DIM, "other rules: ");
	for (size_t i = RULE_GUARDIAN + 1; i < RULE_ROWS; i++) {
		uint32_t at = now_rule_at(now, i);
		char text[NUM_BYTES];
		int cols;

		if (at == RULE_NEVER || !is_other(now, i))
			continue;
		cols = (int)(strlen(rules[i]->name) +
			     strlen(num_count(text, at))) +
		       (int)strlen(" - C  at ");
		if (!pen_fits(p, cols)) {
			pen_more(p);
			return;
		}
		if (!first)
			sep(p);
		first = false;
		put_rule_at(i, at, p);
	}
	join = first ? "none of " : " never: ";
	if (!first)
		pen_printf(p, STYLE_DIM, " %s", glyph(GLYPH_DOT, p->s->ascii));
	for (size_t i = RULE_GUARDIAN + 1; i < RULE_ROWS; i++) {
		if (now_rule_at(now, i) != RULE_NEVER || !is_other(now, i))
			continue;
		pen_printf(p, STYLE_DIM, "%s%s", join, rules[i]->name);
		join = ", ";
	}
}

/* --- in words ----------------------------------------------------------- */

/* Numbers as text, each in its own place. */
struct words {
	char n[NUM_BYTES], rho[NUM_BYTES], lower[NUM_BYTES], eps[NUM_BYTES],
		h[NUM_BYTES], words[NUM_BYTES], symbols[NUM_BYTES],
		lc[NUM_BYTES], sigma[NUM_BYTES], alphabet[NUM_BYTES];
};

static struct words words_of(const struct now *now, bool ascii)
{
	struct words w;
	const struct bound_point *b = &now->point;
	uint32_t symbols = meter_symbols_at(now->meter, now->n);
	double lc = b->n_words > 0 ? b->rho * symbols / b->n_words : 0;
	num_count(w.n, now->n);
	num_real(w.rho, b->rho, 3, ascii);
	num_real(w.lower, b->lower, 3, ascii);
	num_real(w.eps, b->eps, 3, ascii);
	num_real(w.h, b->h, 3, ascii);
	num_count(w.words, b->n_words);
	num_count(w.symbols, symbols);
	num_real(w.lc, lc, 2, ascii);
	num_count(w.sigma, b->sigma);
	num_count(w.alphabet, (uint64_t)now->alphabet);
	return w;
}

static const char *unit_of(const struct now *now)
{
	return now->opts->symbols == METER_TOKENS ? "token ids" : "bytes";
}

/* First what is under the playhead, in words. */
static void explain_here(const struct now *now, struct buf *out)
{
	const struct guardian *g = meter_guardian(now->meter);
	char at[NUM_BYTES], size[NUM_BYTES], f[NUM_BYTES], t[NUM_BYTES];
	char gain[NUM_BYTES], bytes[NUM_BYTES];
	size_t k = now->n_checks;
	uint32_t n = now->n;
	size_t raw = trace_start(&now->run->trace, n);
	double value;

	if (k == 0) {
		buf_printf(out, "Token %s: the first window of %s tokens is "
				"not full yet. When it is, what it added can "
				"be compared with t = %s bytes.\n",
			   num_count(at, n), num_count(f, g->opts.f),
			   num_short(t, g->opts.t));
		return;
	}
	value = guardian_gain(g, k);
	buf_printf(out,
		   "Up to token %s the %s bytes of text can be told in %s "
		   "bytes, if whatever was there before is only pointed at. ",
		   num_count(at, (uint64_t)k * g->opts.f),
		   num_count(bytes, raw),
		   num_count(size, (uint64_t)llround(g->sizes[k - 1])));
	buf_printf(out,
		   "The last %s tokens added %s of them, %s t = %s: they told "
		   "%s.\n",
		   num_count(f, g->opts.f), num_real(gain, value, 0, true),
		   value < g->opts.t ? "less than" : "not less than",
		   num_short(t, g->opts.t),
		   value < g->opts.t ? "next to nothing new"
		   : value < 2 * g->opts.t ? "little new"
					   : "something new");
}

/* Then the formulas, a line each, with the numbers of this place. */
static void formula_gain(const struct now *now, bool ascii, struct buf *out)
{
	const struct guardian *g = meter_guardian(now->meter);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	size_t k = now->n_checks;
	double before;

	if (k == 0)
		return;
	before = k >= 2 ? g->sizes[k - 2] : 0;
	buf_printf(out, "gain = size(%s) %s size(%s)",
		   num_count(a, (uint64_t)k * g->opts.f),
		   ascii ? "-" : "\u2212",
		   num_count(b, (uint64_t)(k - 1) * g->opts.f));
	buf_printf(out, " = %s %s %s bytes, coder %s\n",
		   num_real(c, g->sizes[k - 1], 1, ascii),
		   ascii ? "-" : "\u2212", num_real(d, before, 1, ascii),
		   coder_rows[now->opts->rule.coder].name);
}

static void formula_rho(const struct now *now, const struct words *w,
			bool ascii, struct buf *out)
{
	const char *times = ascii ? "x" : "\u00d7";
	buf_printf(out,
		   "%s = words %s length of a code word / length of the text "
		   "= %s %s %s / %s %s = %s\n",
		   glyph(GLYPH_RHO, ascii), times, w->words, times, w->lc,
		   w->symbols, unit_of(now), w->rho);
}

/* The other number of the same phrases. */
static void formula_told(const struct now *now, bool ascii, struct buf *out)
{
	uint64_t text = now->run->trace.end[now->n - 1];
	double told = told_bytes(now->run, now->n);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];

	if (!text)
		return;
	buf_printf(out,
		   "told = %s bytes of code for %s bytes of text = %s a byte: "
		   "the same phrases, each in as few bits as it needs; %s "
		   "gives all of them code words of one length, so the two "
		   "differ, and fall together\n",
		   num_count(a, (uint64_t)told), num_count(b, text),
		   num_real(c, told / (double)text, 3, ascii),
		   glyph(GLYPH_RHO, ascii));
}

static void formula_h(const struct now *now, const struct words *w,
		      bool ascii, struct buf *out)
{
	const char *rho = glyph(GLYPH_RHO, ascii);
	unsigned l = now->ls - 1;
	buf_printf(out,
		   "h(%u) = log_%s(%s different pieces of %u %s) / %u = %s; "
		   "band %s %s %s to %s = %s to %s\n",
		   l, w->alphabet, w->sigma, l, unit_of(now), l, w->h, rho,
		   ascii ? "-" : "\u2212", glyph(GLYPH_EPS, ascii), rho,
		   w->lower, w->rho);
}

/* What the estimate is, in one sentence. */
static void explain_estimate(const struct now *now, bool ascii,
			     struct buf *out)
{
	char bits[NUM_BYTES], se[NUM_BYTES], symbol[NUM_BYTES];
	double unit = log2(now->alphabet);

	if (isnan(now->h_est.bits))
		return;
	buf_printf(out,
		   "H = %s %s %s, %s bits for each of the %s: the entropy of "
		   "the whole text, estimated from how fast the longest copies "
		   "grow with it. It comes to the truth in the end, which the "
		   "band does not; the interval is two standard errors.\n",
		   num_real(bits, now->h_est.bits, 3, ascii),
		   ascii ? "+-" : "\u00b1",
		   num_real(se, 2 * now->h_est.se, 3, ascii),
		   num_real(symbol, now->h_est.bits * unit, 2, ascii),
		   now_symbols(now));
}

static void explain_status(const struct now *now, struct buf *out)
{
	static const char *const sentences[] = {
		[BOUND_PROVEN] = "PROVEN: the text is long enough for the "
				 "theorem of Ziv and Lempel, h must lie in "
				 "the band.",
		[BOUND_OUT_LOW] = "OUT-LOW: h lies below the band. It counts "
				  "different pieces, and a text of this length "
				  "has no room for enough of them: too short "
				  "a text, no fault of it.",
		[BOUND_UNDERSAMPLED] = "UNDERSAMPLED: nearly every substring "
				       "was seen only once, so h only shows "
				       "how long the text is.",
		[BOUND_ASYMPTOTIC] = "ASYMPTOTIC: the band holds for longer "
				     "texts; here it is a picture, not a "
				     "proof.",
	};
	buf_puts(out, sentences[now->point.status]);
	if (now->point.vacuous)
		buf_puts(out, " VACUOUS: the lower edge is not above 0, so "
			      "it excludes nothing.");
	buf_putc(out, '\n');
}

static void first_check(const struct rule_opts *g, struct buf *out)
{
	char t[NUM_BYTES];
	num_short(t, g->t);
	if (g->patience == 1)
		buf_printf(out, "the first window, but for the very first, "
				"that brought less than t = %s bytes", t);
	else
		buf_printf(out, "the first check at which %u windows in a row "
				"brought less than t = %s bytes",
			   g->patience, t);
}

void now_explain_threshold(const struct now *now, struct buf *out)
{
	const struct rule_verdict *v = &now->verdict;
	const struct rule_opts *g = &now->opts->rule;
	char at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES], back[NUM_BYTES];
	if (v->at_token == RULE_NEVER) {
		buf_printf(out, "Lil is not reached%s%s; it is ",
			   now->ahead == RULE_NEVER ? "" : " before token ",
			   now->ahead == RULE_NEVER
				   ? ""
				   : num_count(at, now->ahead));
		first_check(g, out);
		buf_puts(out, ".\n");
		return;
	}
	buf_printf(out, "Lil is at %s, ", num_count(at, v->at_token));
	first_check(g, out);
	buf_printf(out, ": a stop there saves the %s tokens after it (%s). ",
		   num_count(after, v->tokens_after),
		   num_percent(part, v->tokens_after, now->until));
	buf_printf(out, "The last new token before it is %s. What came then: ",
		   num_count(back, v->last_new));
	after_say(out, v, false);
	after_say_stops(out, now->stops, now->n_stops);
	buf_puts(out, ".\n");
	if (!now->said)
		return;
	buf_puts(out, "Why: ");
	repeated_say(now->run, now->said, out);
	buf_puts(out, " (6: all that is repeated).\n");
}

void now_explain(const struct now *now, bool ascii, struct buf *out)
{
	struct words w = words_of(now, ascii);

	explain_here(now, out); /* all that a small panel shows */
	formula_gain(now, ascii, out);
	buf_putc(out, '\n');
	now_explain_threshold(now, out);
	now_explain_odds(now, out);
	buf_putc(out, '\n');
	formula_rho(now, &w, ascii, out);
	formula_told(now, ascii, out);
	formula_h(now, &w, ascii, out);
	buf_putc(out, '\n');
	explain_estimate(now, ascii, out);
	explain_status(now, out);
	now_explain_sure(now, now->n - 1, out);
}
