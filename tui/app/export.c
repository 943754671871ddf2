/* A generation as rows for other programs: CSV and JSON lines from one table of
 * fields, and the choice of a format by its name. */
#include "app/export.h"

#include <math.h>
#include <string.h>

#include "app/export_html.h"
#include "app/export_svg.h"
#include "base/svg.h"
#include "base/utf8.h"

enum { NAME_BYTES = 100 }; /* of a part of a name */

/* Everything about one check of the guard, or about the end of the run. */
struct check {
	uint32_t token, bytes, symbols, phrases;
	double size, gain; /* NAN at the end, where there is no check */
	bool low;
	struct bound_point point;
	enum channel channel;
};

static uint32_t n_checks(const struct run *run, uint32_t n_tokens)
{
	const struct guardian *g = meter_guardian(run->meter);
	return (uint32_t)MIN(g->n, (size_t)(n_tokens / g->opts.f));
}

/* After so many tokens; k = 0: no check, only the place. */
static struct check check_at(const struct run *run, uint32_t token,
			     uint32_t k)
{
	const struct meter *m = run->meter;
	const struct guardian *g = meter_guardian(m);
	struct check c = { .token = token, .size = NAN, .gain = NAN };
	c.bytes = run->trace.end[token - 1];
	c.symbols = meter_symbols_at(m, token);
	c.phrases = c.symbols ? lz77_phrases_at(meter_lz77(m), c.symbols) : 0;
	c.point = meter_point(m, token);
	c.channel = trace_channel(&run->trace, token - 1);
	if (k > 0) {
		c.size = g->sizes[k - 1];
		c.gain = guardian_gain(g, k);
		c.low = k > 1 && c.gain < g->opts.t;
	}
	return c;
}

/* Calls put for every check, and for the end if it is none. */
static void each_check(const struct run *run, uint32_t n_tokens,
		       void (*put)(const struct check *c, struct buf *out),
		       struct buf *out)
{
	uint32_t f = meter_guardian(run->meter)->opts.f;
	uint32_t n = n_checks(run, n_tokens);
	for (uint32_t k = 1; k <= n; k++) {
		struct check c = check_at(run, k * f, k);
		put(&c, out);
	}
	if (n_tokens > n * f) {
		struct check c = check_at(run, n_tokens, 0);
		put(&c, out);
	}
}

/* --- csv ---------------------------------------------------------------- */

static void put_number(struct buf *out, double v)
{
	if (!isnan(v))
		buf_printf(out, "%.3f", v);
}

static void csv_row(const struct check *c, struct buf *out)
{
	buf_printf(out, "%u,%u,%u,%u,", c->token, c->bytes, c->symbols,
		   c->phrases);
	put_number(out, c->size);
	buf_putc(out, ',');
	put_number(out, c->gain);
	buf_printf(out, ",%d,%.6f,%.6f,%.6f,%.6f,%s,%d,%s\n", c->low,
		   c->point.rho, c->point.eps, c->point.lower, c->point.h,
		   bound_status_name(c->point.status), c->point.vacuous,
		   channel_name(c->channel));
}

static void export_csv(const struct export *x, struct buf *out)
{
	buf_puts(out, "token,bytes,symbols,phrases,size_bytes,gain_bytes,low,"
		      "rho,eps,lower,h,status,vacuous,channel\n");
	if (x->run->meter && x->n_tokens > 0)
		each_check(x->run, x->n_tokens, csv_row, out);
}

/* --- jsonl -------------------------------------------------------------- */

/* A JSON string; what is not UTF-8 becomes U+FFFD. */
static void put_string(struct buf *out, const char *text)
{
	size_t n = text ? strlen(text) : 0;
	if (!text) {
		buf_puts(out, "null");
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < n;) {
		size_t used;
		int32_t cp = utf8_decode(text + i, n - i, &used);
		if (cp < 0)
			buf_puts(out, "\\ufffd");
		else if (cp == '"' || cp == '\\')
			buf_printf(out, "\\%c", (char)cp);
		else if (cp < 0x20 || cp == 0x7f ||
			 (cp >= 0x80 && cp < 0xa0) || cp == 0x2028 ||
			 cp == 0x2029)
			buf_printf(out, "\\u%04x", (unsigned)cp);
		else
			buf_append(out, text + i, used);
		i += used;
	}
	buf_putc(out, '"');
}

static void put_token(struct buf *out, uint32_t at)
{
	if (at == RULE_NEVER)
		buf_puts(out, "null");
	else
		buf_printf(out, "%u", at);
}

static void json_real(struct buf *out, const char *name, double v)
{
	if (isnan(v))
		buf_printf(out, ",\"%s\":null", name);
	else
		buf_printf(out, ",\"%s\":%.6g", name, v);
}

static void json_row(const struct check *c, struct buf *out)
{
	bool end = isnan(c->gain);
	buf_printf(out,
		   "{\"type\":\"%s\",\"token\":%u,\"bytes\":%u,"
		   "\"symbols\":%u,\"phrases\":%u",
		   end ? "end" : "check", c->token, c->bytes, c->symbols,
		   c->phrases);
	if (!end) {
		json_real(out, "size_bytes", c->size);
		json_real(out, "gain_bytes", c->gain);
		buf_printf(out, ",\"low\":%s", c->low ? "true" : "false");
	}
	json_real(out, "rho", c->point.rho);
	json_real(out, "eps", c->point.eps);
	json_real(out, "lower", c->point.lower);
	json_real(out, "h", c->point.h);
	buf_printf(out, ",\"status\":\"%s\",\"vacuous\":%s,\"channel\":",
		   bound_status_name(c->point.status),
		   c->point.vacuous ? "true" : "false");
	put_string(out, channel_name(c->channel));
	buf_puts(out, "}\n");
}

static void json_run(const struct run *run, uint32_t n_tokens,
		     struct buf *out)
{
	const struct trace *t = &run->trace;
	const struct meter_opts *o = meter_opts(run->meter);
	bool ids = o->symbols == METER_TOKENS;
	buf_puts(out, "{\"type\":\"run\",\"source\":");
	put_string(out, t->facts.source);
	buf_puts(out, ",\"record\":");
	put_string(out, t->facts.record);
	buf_puts(out, ",\"dialect\":");
	put_string(out, t->facts.dialect);
	buf_puts(out, ",\"model\":");
	put_string(out, t->facts.model);
	buf_printf(out, ",\"tokens\":%u,\"tokens_by\":", n_tokens);
	put_string(out, tokens_by_name(t->tokens_by));
	buf_puts(out, ",\"guessed\":");
	put_string(out, t->facts.guessed);
	buf_printf(out,
		   ",\"symbols\":\"%s\",\"alphabet\":%.0f,\"Ls\":%u,"
		   "\"coder\":\"%s\",\"f\":%u,\"t\":%g,\"patience\":%u}\n",
		   ids ? "tokens" : "bytes",
		   bound_alphabet(meter_bound(run->meter)),
		   bound_ls(meter_bound(run->meter)),
		   coder_rows[o->rule.coder].name, o->rule.f, o->rule.t,
		   o->rule.patience);
}

static void json_verdict(const char *rule, struct rule_verdict v,
			 struct buf *out)
{
	buf_puts(out, "{\"type\":\"verdict\",\"rule\":");
	put_string(out, rule);
	buf_printf(out, ",\"fired\":%s,\"at_token\":",
		   v.at_token != RULE_NEVER ? "true" : "false");
	put_token(out, v.at_token);
	buf_printf(out, ",\"tokens_after\":%u,\"resumed_at\":",
		   v.tokens_after);
	put_token(out, v.resumed_at);
	buf_puts(out, ",\"after\":");
	if (v.at_token == RULE_NEVER)
		buf_puts(out, "null");
	else
		put_string(out, rule_after_name(v.after));
	buf_printf(out, ",\"new_after\":%u,\"again_at\":", v.new_after);
	put_token(out, v.again_at);
	buf_puts(out, "}\n");
}

static void export_jsonl(const struct export *x, struct buf *out)
{
	const struct run *run = x->run;
	uint32_t n_tokens = x->n_tokens;

	if (!run->meter || n_tokens == 0)
		return;
	json_run(run, n_tokens, out);
	each_check(run, n_tokens, json_row, out);
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (meter_runs(run->meter, i))
			json_verdict(rules[i]->name,
				     meter_rule_at(run->meter, i, n_tokens),
				     out);
}

/* --- names -------------------------------------------------------------- */

void export_text(const char *text, size_t n, struct buf *out)
{
	struct buf clean = { 0 };

	if (text)
		utf8_sanitize(&clean, text, n, false, false);
	svg_escape(out, clean.data, clean.len);
	buf_release(&clean);
}

static void put_part(struct buf *out, const char *text)
{
	export_text(text, strnlen(text, NAME_BYTES), out);
}

void export_name(const struct export *x, struct buf *out)
{
	const struct facts *facts = &x->run->trace.facts;
	const char *source = facts->source ? facts->source : "";
	const char *slash = strrchr(source, '/');

	put_part(out, slash && slash[1] ? slash + 1 : source);
	if (x->number)
		buf_printf(out, " \u00b7 generation %zu", x->number);
	if (facts->model) {
		buf_puts(out, " \u00b7 ");
		put_part(out, facts->model);
	}
}

/* --- the table ---------------------------------------------------------- */

const struct export_format export_formats[] = {
	{ "csv", "a row a check: sizes, gains, rho, band, h", export_csv },
	{ "jsonl", "the same as JSON lines, with run and verdicts",
	  export_jsonl },
	{ "svg", "a figure of the charts, for slides and papers",
	  export_svg },
	{ "html", "a page for any browser: text, charts, verdict",
	  export_html },
};
const size_t n_export_formats = ARRAY_LEN(export_formats);

const struct export_format *export_find(const char *name)
{
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; i < n_export_formats; i++)
		if (strcmp(export_formats[i].name, name) == 0 ||
		    (dot && strcmp(export_formats[i].name, dot + 1) == 0))
			return &export_formats[i];
	return NULL;
}
