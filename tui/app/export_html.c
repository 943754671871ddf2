/*
 * The page, from top to bottom: what it is and the verdict, the charts, the
 * numbers, the stops of each rule, the prompt, the text, how to read it.
 */
#include "app/export_html.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/export.h"
#include "app/export_ink.h"
#include "app/export_svg.h"
#include "task/grade.h"
#include "app/told.h"
#include "base/num.h"
#include "base/svg.h"
#include "base/utf8.h"
#include "config.h"
#include "report/after.h"
#include "report/report.h"
#include "trace/latency.h"

enum {
	PROMPT_BYTES = 64 * 1024, /* more of it is left out */
	FACT_BYTES = 200,
	STOPS_MAX = 4, /* of a rule; more are only counted */
};

/* Colours of a light page and of a dark one; text is 4.5 to 1 on bg at least,
 * lines and areas are what they are. */
static const struct {
	const char *name, *light, *dark;
} colours[] = {
	{ "bg", "#fdfdfd", "#14171c" },	  { "c0", "#0b0e13", "#f6f8fb" },
	{ "c1", "#333a44", "#ccd2db" },	  { "c2", "#49515c", "#b0b7c2" },
	{ "c3", "#5d6570", "#979fab" },	  { "c4", "#6b737e", "#858e9b" },
	{ "accent", "#0b5c8a", "#6cc0ee" }, { "lil", "#b3261e", "#ff8f85" },
	{ "good", "#256b34", "#7fce8f" }, { "h", "#9a4f00", "#e9a55a" },
	{ "unit", "#8a1c7c", "#f0a0e4" }, { "line", "#8a919b", "#6b727d" },
	{ "grid", "#e4e6ea", "#2a2f37" },
};

static const char sheet[] =
	"body{background:var(--bg);color:var(--c1);margin:0 auto;"
	"padding:1.5rem 1rem;max-width:60rem;"
	"font:1rem/1.55 system-ui,'DejaVu Sans',sans-serif}\n"
	"h1,h2,h3{color:var(--c0);line-height:1.25;overflow-wrap:anywhere}\n"
	"h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}\n"
	"h3{font-size:.9rem;margin:1.2rem 0 .2rem;color:var(--c3)}\n"
	".verdict{font-size:1.15rem;font-weight:600}\n"
	".lil,.bad{color:var(--lil)}.known,.good{color:var(--good)}\n"
	".gap,.note{color:var(--c3)}\n"
	"p.lil,p.known,p.gap{border-top:2px solid;margin:.8rem 0 .2rem;"
	"padding-top:.2rem;font-size:.9rem;font-weight:600}\n"
	".wide{overflow-x:auto}\n"
	"table{border-collapse:collapse}th,td{padding:.15rem .9rem .15rem 0;"
	"text-align:left;vertical-align:top}\n"
	"th{color:var(--c3);font-weight:400;white-space:nowrap}\n"
	"th+td{overflow-wrap:anywhere}\n"
	"td.n{text-align:right;font-variant-numeric:tabular-nums;"
	"white-space:nowrap}\n"
	".text,.prompt{white-space:pre-wrap;overflow-wrap:anywhere;"
	"unicode-bidi:plaintext;"
	"font:.95rem/1.5 ui-monospace,'DejaVu Sans Mono',Menlo,monospace}\n"
	".after{border-left:3px solid var(--lil);padding-left:.7rem}\n"
	".c0{color:var(--c0);font-weight:600}.c1{color:var(--c1)}"
	".c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}\n"
	".u{text-decoration:underline;text-decoration-color:var(--unit)}\n"
	"i{color:var(--lil);font-style:normal;border:1px solid}\n"
	"svg{width:100%;height:auto}\n"
	"svg text{font-family:system-ui,'DejaVu Sans',sans-serif;"
	"fill:var(--c1)}\n"
	".end{text-anchor:end}.mid{text-anchor:middle}\n"
	".axis{stroke:var(--line)}.grid{stroke:var(--grid)}\n"
	".name{font-size:12px}svg .num,svg .small{font-size:11px;"
	"fill:var(--c3)}\n"
	".rho{fill:none;stroke:var(--accent);stroke-width:1.8}\n"
	".band{fill:var(--accent);fill-opacity:.16}\n"
	".h{fill:none;stroke:var(--h);stroke-width:1.5;"
	"stroke-dasharray:6 3}\n"
	".pace{stroke:var(--c3);stroke-dasharray:3 3}\n"
	"path.after{fill:var(--lil);fill-opacity:.2}\n"
	"rect.gain{fill:var(--good)}rect.low{fill:var(--lil)}\n"
	".limit{stroke:var(--h);stroke-dasharray:2 3}\n"
	"line.lil{stroke:var(--lil);stroke-width:1.3;stroke-dasharray:5 3}\n"
	"svg .halo{stroke:var(--bg);stroke-width:3;paint-order:stroke}\n"
	"svg .lilname{font-size:12px;font-weight:bold;fill:var(--lil)}\n"
	".key{fill:var(--bg);fill-opacity:.85;stroke:var(--grid)}\n";

/* What the parts of the page are about. */
struct html {
	const struct export *x;
	const struct run *run;
	const struct trace *t;
	const struct meter *m; /* NULL: nothing is measured */
	uint32_t n;
	struct rule_verdict stop;
	struct repeated unit;
	bool has_unit;
	struct answered known;
	bool has_known;
	struct buf *out;
};

static void put_colours(struct buf *out, bool dark)
{
	buf_puts(out, ":root{");
	for (size_t i = 0; i < ARRAY_LEN(colours); i++)
		buf_printf(out, "--%s:%s;", colours[i].name,
			   dark ? colours[i].dark : colours[i].light);
	buf_puts(out, "}\n");
}

static void put_head(const struct html *p)
{
	buf_puts(p->out,
		 "<!DOCTYPE html>\n<html lang=\"en\" "
		 "xmlns=\"http://www.w3.org/1999/xhtml\"><head>\n"
		 "<meta charset=\"utf-8\"/>\n"
		 "<meta http-equiv=\"Content-Security-Policy\" "
		 "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
		 "<meta name=\"viewport\" "
		 "content=\"width=device-width, initial-scale=1\"/>\n"
		 "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		 "<title>");
	export_name(p->x, p->out);
	buf_puts(p->out, "</title>\n<style>\n");
	put_colours(p->out, false);
	buf_puts(p->out, "@media(prefers-color-scheme:dark){\n");
	put_colours(p->out, true);
	buf_puts(p->out, "}\n");
	buf_puts(p->out, sheet);
	buf_puts(p->out, "</style></head>\n<body>\n<h1>");
	export_name(p->x, p->out);
	buf_puts(p->out, "</h1>\n");
}

/* --- the verdict -------------------------------------------------------- */

static void put_never(const struct html *p)
{
	const struct rule_opts *o = &meter_opts(p->m)->rule;
	char f[NUM_BYTES], t[NUM_BYTES];

	buf_puts(p->out, "<p class=\"verdict good\">No early stop: no ");
	if (o->patience > 1)
		buf_printf(p->out, "%u windows in a row of ", o->patience);
	else
		buf_puts(p->out, "window of ");
	buf_printf(p->out, "%s tokens told fewer than %s new bytes</p>\n",
		   num_count(f, o->f), num_short(t, o->t));
}

static void put_verdict(const struct html *p)
{
	const struct rule_verdict *v = &p->stop;
	char at[NUM_BYTES], n[NUM_BYTES], part[NUM_BYTES], all[NUM_BYTES];
	struct buf words = { 0 };

	if (!p->n) {
		buf_puts(p->out, "<p class=\"verdict\">no tokens</p>\n");
		return;
	}
	if (v->at_token == RULE_NEVER) {
		put_never(p);
		return;
	}
	after_say(&words, v, false);
	buf_printf(p->out, "<p class=\"verdict bad\">Lil at token %s of %s: "
			   "%s token%s after it (%s), %s</p>\n",
		   num_count(at, v->at_token), num_count(all, p->n),
		   num_count(n, v->tokens_after),
		   v->tokens_after == 1 ? "" : "s",
		   num_percent(part, v->tokens_after, p->n), buf_cstr(&words));
	if (p->has_unit) {
		words.len = 0;
		repeated_say(p->run, &p->unit, &words);
		buf_puts(p->out, "<p><span class=\"u\">Said again</span>: ");
		svg_escape(p->out, words.data, words.len);
		buf_puts(p->out, "</p>\n");
	}
	buf_release(&words);
}

static void put_charts(const struct html *p)
{
	if (!p->n)
		return;
	buf_puts(p->out, "<div class=\"wide\">\n");
	svg_begin(p->out, EXPORT_WIDTH, EXPORT_HEIGHT,
		  "role=\"img\" aria-label=\"Charts over tokens: bytes told so "
		  "far, rho with its band, gain of each window\"");
	export_charts(p->x, p->out);
	svg_end(p->out);
	buf_puts(p->out, "</div>\n");
}

/* --- numbers ------------------------------------------------------------ */

static void fact(const struct html *p, const char *name, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* A row of the table; what is printed is of any quality. */
static void fact(const struct html *p, const char *name, const char *fmt, ...)
{
	char text[FACT_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_printf(p->out, "<tr><th>%s</th><td>", name);
	export_text(text, strlen(text), p->out);
	buf_puts(p->out, "</td></tr>\n");
}

static void put_measures(const struct html *p)
{
	struct bound_point at = meter_point(p->m, p->n);
	struct entropy_point est = meter_h_est(p->m, p->n);
	bool ids = meter_opts(p->m)->symbols == METER_TOKENS;
	size_t n_bytes = trace_start(p->t, p->n);
	char a[NUM_BYTES], b[NUM_BYTES];

	fact(p, "tokens", "%s, counted by %s", num_count(a, p->n),
	     tokens_by_name(p->t->tokens_by));
	fact(p, "told", "%s bytes of information in %s bytes of text",
	     num_count(a, (uint64_t)(told_bytes(p->run, p->n) + .5)),
	     num_count(b, n_bytes));
	fact(p, "\u03c1", "%.3f symbols of code for a %s", at.rho,
	     ids ? "token id" : "byte");
	fact(p, "band", "[%s, %.3f], %s", num_real(a, at.lower, 3, false),
	     at.rho, report_flag(&at));
	fact(p, "h", "%.3f, growth of distinct substrings", at.h);
	if (!isnan(est.bits))
		fact(p, "entropy", "%.3f \u00b1 %.3f of a symbol, estimated",
		     est.bits, est.se);
}

/* What the decoder or the server said of its work. */
static void put_policy(const struct html *p)
{
	const struct facts *f = &p->t->facts;
	const struct kv_bytes *kv = p->t->kv ? &p->t->kv[p->n - 1] : NULL;
	struct latency l = { 0 };
	struct latency_facts time;
	char a[NUM_BYTES], b[NUM_BYTES];

	if (f->policy)
		fact(p, "policy", f->budget ? "%s, budget %s" : "%s%s",
		     f->policy, f->budget ? num_count(a, f->budget) : "");
	for (size_t i = 0; i < p->t->n_turns; i++)
		if (p->t->turns[i].start <= p->n)
			fact(p, "then", "%s from token %s on",
			     p->t->turns[i].policy ? p->t->turns[i].policy :
						     "another policy",
			     num_count(a, (uint64_t)p->t->turns[i].start + 1));
	if (kv && kv->held > 0)
		fact(p, "KV cache", "%s at the end, %s read for the last token",
		     num_size(a, (uint64_t)kv->held),
		     num_size(b, (uint64_t)kv->read));
	latency_upto(&l, p->t, p->n);
	time = latency_facts(&l, p->t);
	if (!isnan(time.ttft_s))
		fact(p, "first token", "after %s",
		     num_time(a, time.ttft_s, false));
	if (!isnan(time.tokens_per_s))
		fact(p, "pace", "%.1f tokens a second", time.tokens_per_s);
	if (p->t->time_us)
		fact(p, "time", "%s",
		     num_time(a, trace_since_start_s(p->t, p->n - 1), false));
	if (f->finish_reason)
		fact(p, "ended", "%s", f->finish_reason);
}

static void put_answer(const struct html *p)
{
	const char *gold = p->t->facts.gold;
	struct judged j = judge(p->t, p->n);
	char a[NUM_BYTES], b[NUM_BYTES];
	struct buf words = { 0 };

	judged_say(&j, &words);
	if (words.len)
		fact(p, "answer", "%s", buf_cstr(&words));
	if (words.len && gold && *gold)
		fact(p, "right answer", "%.100s", gold);
	buf_release(&words);
	if (p->has_known)
		fact(p, "first stated", "at token %s, %s after it",
		     num_count(a, p->known.at_token),
		     num_count(b, p->known.after));
}

static void put_numbers(const struct html *p)
{
	if (!p->n)
		return;
	buf_puts(p->out, "<h2>Numbers</h2>\n<div class=\"wide\"><table>\n");
	put_measures(p);
	put_answer(p);
	put_policy(p);
	buf_puts(p->out, "</table></div>\n");
}

/* --- the rules ---------------------------------------------------------- */

static void put_number(const struct html *p, uint32_t n)
{
	char a[NUM_BYTES];

	buf_printf(p->out, "<td class=\"n\">%s</td>", num_count(a, n));
}

/* A row; false: it did not stop. */
static bool put_rule(const struct html *p, size_t i)
{
	struct rule_verdict v = meter_rule_at(p->m, i, p->n);
	struct rule_stop stops[STOPS_MAX];
	size_t n = meter_stops_at(p->m, i, p->n, stops, STOPS_MAX);
	struct buf words = { 0 };

	if (v.at_token == RULE_NEVER)
		return false;
	after_say(&words, &v, false);
	if (n <= STOPS_MAX)
		after_say_stops(&words, stops, n);
	else
		buf_printf(&words, "; %zu stops in all", n);
	buf_printf(p->out, "<tr><td>%s</td>", rules[i]->name);
	put_number(p, v.at_token);
	put_number(p, v.tokens_after);
	put_number(p, v.new_after);
	buf_printf(p->out, "<td>%s</td></tr>\n", buf_cstr(&words));
	buf_release(&words);
	return true;
}

static void put_rules(const struct html *p)
{
	struct buf never = { 0 };

	if (!p->n)
		return;
	buf_puts(p->out, "<h2>Where each rule would have stopped</h2>\n"
			 "<div class=\"wide\"><table>\n<tr><th>rule</th>"
			 "<th>token</th><th>after it</th><th>of it new</th>"
			 "<th>then</th></tr>\n");
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (meter_runs(p->m, i) && !put_rule(p, i))
			buf_printf(&never, "%s%s", never.len ? ", " : "",
				   rules[i]->name);
	buf_puts(p->out, "</table></div>\n");
	if (never.len)
		buf_printf(p->out, "<p class=\"note\">never: %s</p>\n",
			   buf_cstr(&never));
	buf_release(&never);
}

/* --- texts -------------------------------------------------------------- */

static void put_prompt(const struct html *p)
{
	const struct buf *prompt = &p->t->prompt;
	size_t n = MIN(prompt->len, (size_t)PROMPT_BYTES);
	struct buf clean = { 0 };
	char a[NUM_BYTES];

	if (!n)
		return;
	utf8_sanitize(&clean, prompt->data, n, false, true);
	buf_puts(p->out, "<h2>Prompt</h2>\n<div class=\"prompt\">");
	svg_escape(p->out, clean.data, clean.len);
	buf_puts(p->out, "</div>\n");
	if (n < prompt->len)
		buf_printf(p->out,
			   "<p class=\"gap\">%s bytes are left out here</p>\n",
			   num_count(a, prompt->len - n));
	buf_release(&clean);
}

static void put_text(const struct html *p)
{
	const struct export_ink ink = {
		.run = p->run,
		.n_tokens = p->n,
		.stop = p->stop,
		.unit = p->has_unit ? &p->unit : NULL,
		.known = p->has_known ? &p->known : NULL,
	};

	buf_puts(p->out,
		 "<h2>Text</h2>\n<p class=\"note\"><span class=\"c0\">bright"
		 "</span> is new, <span class=\"c4\">dim</span> is copied: the "
		 "longer the copy, the dimmer; <span class=\"u\">underlined"
		 "</span> is what the loop says again</p>\n");
	export_ink(&ink, p->out);
}

static void put_foot(const struct html *p)
{
	char f[NUM_BYTES], t[NUM_BYTES];

	if (p->m) {
		const struct meter_opts *o = meter_opts(p->m);

		buf_printf(p->out,
			   "<p class=\"note\">Lil: %s tokens told fewer than "
			   "%s new bytes (coder %s, patience %u). It is about "
			   "repetition, not meaning: the charts are there so "
			   "that you can judge.</p>\n",
			   num_count(f, o->rule.f), num_short(t, o->rule.t),
			   coder_rows[o->rule.coder].name,
			   MAX(o->rule.patience, 1u));
	}
	buf_puts(p->out, "<p class=\"note\">" PACKAGE_STRING
			 "</p>\n</body></html>\n");
}

void export_html(const struct export *x, struct buf *out)
{
	const struct run *run = x->run;
	struct html p = { .x = x, .run = run, .t = &run->trace,
			  .m = run->meter, .n = run->meter ? x->n_tokens : 0,
			  .stop = rule_unfired, .out = out };

	if (p.n) {
		p.stop = meter_rule_at(p.m, RULE_GUARDIAN, p.n);
		p.has_known = answered_find(p.t, p.n, &p.known);
	}
	if (p.stop.at_token != RULE_NEVER)
		p.has_unit = repeated_find(run, p.stop.at_token, &p.unit);
	put_head(&p);
	put_verdict(&p);
	put_charts(&p);
	put_numbers(&p);
	put_rules(&p);
	put_prompt(&p);
	if (p.n)
		put_text(&p);
	put_foot(&p);
}
