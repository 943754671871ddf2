#include "opt/opt.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opt/settings.h"
#include "report/report.h"
#include "trace/format.h"

/* -- values ------------------------------------------------------------ */

enum { ALPHABET_MAX = 1 << 24 };
#define T_MAX	  1e9
#define SPEED_MAX 1e6

static bool parse_switch(const char *value, bool *out, struct err *err)
{
	static const char *const yes[] = { "", "on", "yes", "true", "1" };
	static const char *const no[] = { "off", "no", "false", "0" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (strcmp(value, yes[i]) == 0)
			return *out = true;
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		if (strcmp(value, no[i]) == 0) {
			*out = false;
			return true;
		}
	}
	return err_set(err, "takes on or off, not \"%s\"", value);
}

/* A number in [lo, hi]; digits may be grouped with blanks or '_'. */
static bool parse_number(const char *value, double lo, double hi, double *out,
			 struct err *err)
{
	char digits[64], *end;
	size_t n = 0;

	for (const char *c = value; *c && n + 1 < sizeof(digits); c++)
		if (*c != '_' && *c != ' ')
			digits[n++] = *c;
	digits[n] = '\0';
	*out = strtod(digits, &end);
	if (n == 0 || *end || !isfinite(*out))
		return err_set(err, "takes a number, not \"%s\"", value);
	if (*out < lo || *out > hi)
		return err_set(err, "takes %.10g to %.10g, not %s", lo, hi,
			       value);
	return true;
}

static bool parse_count(const char *value, double lo, double hi, uint32_t *out,
			struct err *err)
{
	double number;

	if (!parse_number(value, lo, hi, &number, err))
		return false;
	if (number != floor(number))
		return err_set(err, "takes a whole number, not %s", value);
	*out = (uint32_t)number;
	return true;
}

/* One of some names; its index. */
static bool parse_name(const char *value, const char *(*name)(size_t),
		       size_t *out, struct err *err)
{
	char all[256] = "";
	size_t len = 0;

	for (size_t i = 0; name(i); i++) {
		if (strcmp(value, name(i)) == 0) {
			*out = i;
			return true;
		}
		if (len < sizeof(all))
			len += (size_t)snprintf(all + len, sizeof(all) - len,
						"%s%s", i ? ", " : "", name(i));
	}
	return err_set(err, "takes one of %s, not \"%s\"", all, value);
}

static bool copy_text(char *out, size_t size, const char *value,
		      struct err *err)
{
	if (strlen(value) >= size)
		return err_set(err, "takes at most %zu bytes", size - 1);
	memcpy(out, value, strlen(value) + 1);
	return true;
}

static void put_switch(bool on, struct buf *out)
{
	buf_puts(out, on ? "on" : "off");
}

/* -- the options: set and get of each ---------------------------------- */

static bool f_set(const struct opt *opt, struct settings *s, const char *value,
		  struct err *err)
{
	(void)opt;
	return parse_count(value, RULE_F_MIN, RULE_F_MAX, &s->meter.rule.f,
			   err);
}

static void f_get(const struct opt *opt, const struct settings *s,
		  struct buf *out)
{
	(void)opt;
	buf_printf(out, "%u", s->meter.rule.f);
}

static bool t_set(const struct opt *opt, struct settings *s, const char *value,
		  struct err *err)
{
	(void)opt;
	return parse_number(value, 0, T_MAX, &s->meter.rule.t, err);
}

static void t_get(const struct opt *opt, const struct settings *s,
		  struct buf *out)
{
	(void)opt;
	report_number(out, s->meter.rule.t);
}

static bool patience_set(const struct opt *opt, struct settings *s,
			 const char *value, struct err *err)
{
	(void)opt;
	return parse_count(value, 1, RULE_PATIENCE_MAX,
			   &s->meter.rule.patience, err);
}

static void patience_get(const struct opt *opt, const struct settings *s,
			 struct buf *out)
{
	(void)opt;
	buf_printf(out, "%u", s->meter.rule.patience);
}

/* The i-th dialect that is read. */
static const char *format_value(size_t i)
{
	size_t k = 0;

	while (formats[k] && (formats[k]->refusal || i--))
		k++;
	return formats[k] ? formats[k]->name : NULL;
}

static const char *coder_value(size_t i)
{
	return i < CODER_KINDS ? coder_rows[i].name : NULL;
}

static bool coder_set(const struct opt *opt, struct settings *s,
		      const char *value, struct err *err)
{
	size_t i;

	(void)opt;
	if (!parse_name(value, coder_value, &i, err))
		return false;
	s->meter.rule.coder = (enum coder_kind)i;
	return true;
}

static void coder_get(const struct opt *opt, const struct settings *s,
		      struct buf *out)
{
	(void)opt;
	buf_puts(out, coder_rows[s->meter.rule.coder].name);
}

static const char *symbols_value(size_t i)
{
	static const char *const names[] = {
		[METER_AUTO] = "auto",
		[METER_BYTES] = "bytes",
		[METER_TOKENS] = "tokens",
	};

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

static bool symbols_set(const struct opt *opt, struct settings *s,
			const char *value, struct err *err)
{
	size_t i;

	(void)opt;
	if (!parse_name(value, symbols_value, &i, err))
		return false;
	s->meter.symbols = (enum meter_symbols)i;
	return true;
}

static void symbols_get(const struct opt *opt, const struct settings *s,
			struct buf *out)
{
	(void)opt;
	buf_puts(out, symbols_value(s->meter.symbols));
}

static bool ls_set(const struct opt *opt, struct settings *s, const char *value,
		   struct err *err)
{
	uint32_t ls = 0;

	(void)opt;
	if (strcmp(value, "auto") != 0 &&
	    !parse_count(value, BOUND_LS_MIN, BOUND_LS_MAX, &ls, err))
		return false;
	s->meter.ls = ls;
	return true;
}

static void ls_get(const struct opt *opt, const struct settings *s,
		   struct buf *out)
{
	(void)opt;
	if (s->meter.ls)
		buf_printf(out, "%u", s->meter.ls);
	else
		buf_puts(out, "auto");
}

static bool alphabet_set(const struct opt *opt, struct settings *s,
			 const char *value, struct err *err)
{
	double alphabet = 0;

	(void)opt;
	if (strcmp(value, "auto") != 0 &&
	    !parse_number(value, 2, ALPHABET_MAX, &alphabet, err))
		return false;
	s->meter.alphabet = alphabet;
	return true;
}

static void alphabet_get(const struct opt *opt, const struct settings *s,
			 struct buf *out)
{
	(void)opt;
	if (s->meter.alphabet > 0)
		report_number(out, s->meter.alphabet);
	else
		buf_puts(out, "auto");
}

static const char *color_value(size_t i)
{
	static const char *const names[] = { "auto", "always", "never",
					     "16",   "256",    "true" };

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

static bool color_set(const struct opt *opt, struct settings *s,
		      const char *value, struct err *err)
{
	static const enum color_mode modes[] = { COLOR_AUTO,  COLOR_AUTO,
						 COLOR_NEVER, COLOR_16,
						 COLOR_256,   COLOR_TRUE };
	size_t i;

	(void)opt;
	if (!parse_name(value[0] ? value : "always", color_value, &i, err))
		return false;
	s->look.term.color = modes[i];
	s->look.term.color_always = i == 1;
	return true;
}

static void color_get(const struct opt *opt, const struct settings *s,
		      struct buf *out)
{
	static const char *const names[] = { "auto", "never", "16", "256",
					     "true" };

	(void)opt;
	buf_puts(out, s->look.term.color_always ? "always" :
					       names[s->look.term.color]);
}

static const char *graph_value(size_t i)
{
	static const char *const names[] = {
		[GRAPH_BRAILLE] = "braille",
		[GRAPH_BLOCK] = "block",
		[GRAPH_ASCII] = "ascii",
	};

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

static bool graph_set(const struct opt *opt, struct settings *s,
		      const char *value, struct err *err)
{
	size_t i;

	(void)opt;
	if (!parse_name(value, graph_value, &i, err))
		return false;
	s->look.graph = (enum graph_kind)i;
	return true;
}

static void graph_get(const struct opt *opt, const struct settings *s,
		      struct buf *out)
{
	(void)opt;
	buf_puts(out, graph_value(s->look.graph));
}

static bool speed_set(const struct opt *opt, struct settings *s,
		      const char *value, struct err *err)
{
	(void)opt;
	return parse_number(value, 0.01, SPEED_MAX, &s->show.speed, err);
}

static void speed_get(const struct opt *opt, const struct settings *s,
		      struct buf *out)
{
	(void)opt;
	report_number(out, s->show.speed);
}

static bool seek_set(const struct opt *opt, struct settings *s,
		     const char *value, struct err *err)
{
	(void)opt;
	return parse_count(value, 0, UINT32_MAX - 1, &s->show.seek, err);
}

static void seek_get(const struct opt *opt, const struct settings *s,
		     struct buf *out)
{
	(void)opt;
	buf_printf(out, "%u", s->show.seek);
}

static bool first_record_set(const struct opt *opt, struct settings *s,
			     const char *value, struct err *err)
{
	(void)opt;
	return parse_count(value, 0, UINT32_MAX, &s->read.first_record, err);
}

static void first_record_get(const struct opt *opt, const struct settings *s,
			     struct buf *out)
{
	(void)opt;
	buf_printf(out, "%u", s->read.first_record);
}

static bool rule_set(const struct opt *opt, struct settings *s,
		     const char *value, struct err *err)
{
	size_t i;

	(void)opt;
	if (!parse_name(value, rule_name, &i, err))
		return false;
	s->i_rule = i;
	return true;
}

static void rule_get(const struct opt *opt, const struct settings *s,
		     struct buf *out)
{
	(void)opt;
	buf_puts(out, rules[s->i_rule]->name);
}

/* "rivals": the rules beside Guardian, all or none. */
static bool rules_set(const struct opt *opt, struct settings *s,
		      const char *value, struct err *err)
{
	bool on;

	(void)opt;
	if (!parse_switch(value, &on, err))
		return false;
	s->meter.rules = on ? RULES_ALL : 0;
	return true;
}

static void rules_get(const struct opt *opt, const struct settings *s,
		      struct buf *out)
{
	(void)opt;
	put_switch(s->meter.rules != 0, out);
}

static bool output_set(const struct opt *opt, struct settings *s,
		       const char *value, struct err *err)
{
	enum output_kind kind = opt->name[0] == 'j' ? OUTPUT_JSON : OUTPUT_CSV;
	bool on;

	if (!parse_switch(value, &on, err))
		return false;
	if (on)
		s->report.output = kind;
	else if (s->report.output == kind)
		s->report.output = OUTPUT_TABLE;
	return true;
}

static void output_get(const struct opt *opt, const struct settings *s,
		       struct buf *out)
{
	put_switch(s->report.output ==
			   (opt->name[0] == 'j' ? OUTPUT_JSON : OUTPUT_CSV),
		   out);
}

/* -- rows that need nothing but their field ----------------------------- */

static bool switch_set(const struct opt *opt, struct settings *s,
		       const char *value, struct err *err)
{
	return parse_switch(value, (bool *)((char *)s + opt->field), err);
}

static void switch_get(const struct opt *opt, const struct settings *s,
		       struct buf *out)
{
	put_switch(*(const bool *)((const char *)s + opt->field), out);
}

static bool text_set(const struct opt *opt, struct settings *s,
		     const char *value, struct err *err)
{
	return copy_text((char *)s + opt->field, opt->field_bytes, value, err);
}

static void text_get(const struct opt *opt, const struct settings *s,
		     struct buf *out)
{
	buf_puts(out, (const char *)s + opt->field);
}

#define FIELD(name)                                                            \
	offsetof(struct settings, name), sizeof(((struct settings *)0)->name)

/* -- the table --------------------------------------------------------- */

#define BOTH (OPT_TUI | OPT_ANALYZE)
#define TUNE (BOTH | OPT_LIVE | OPT_CONFIG)
#define RULE (TUNE | OPT_GUARD | OPT_DECODE | OPT_BENCH | OPT_DEMO)
#define ONE (OPT_DECODE | OPT_DEMO)
#define MODEL (ONE | OPT_BENCH)
#define LOOK (OPT_TUI | OPT_LIVE | OPT_CONFIG | OPT_DEMO)
#define DRAW (LOOK | OPT_BENCH)

/* Letter -f follows a file elsewhere (tail, less): only the commands that
 * are no screens have it for the rule. */
const struct opt opts[] = {
	{ "f", 'f', OPT_ANALYZE | OPT_GUARD | MODEL, "TOKENS", RULE,
	  "tokens between two checks of the stop rule", f_set, f_get, 0, 0,
	  NULL },
	{ "t", 't', BOTH | OPT_GUARD | MODEL, "BYTES", RULE,
	  "least growth in compressed bytes a check must see", t_set, t_get, 0,
	  0, NULL },
	{ "patience", 'p', BOTH | OPT_GUARD | MODEL, "N", RULE,
	  "checks under t in a row until the rule fires", patience_set,
	  patience_get, 0, 0, NULL },
	{ "coder", 'c', BOTH | OPT_GUARD | MODEL, "NAME", RULE,
	  "whose compressed size the rule looks at", coder_set, coder_get, 0, 0,
	  coder_value },
	{ "symbols", 's', BOTH | OPT_GUARD | OPT_DECODE, "KIND",
	  TUNE | OPT_GUARD | OPT_DECODE,
	  "what is measured: auto, bytes or tokens", symbols_set, symbols_get,
	  0, 0, symbols_value },
	{ "ls", 0, 0, "SYMBOLS", TUNE,
	  "longest word of the band's code, 3 to 64, or auto", ls_set, ls_get,
	  0, 0, NULL },
	{ "alphabet", 0, 0, "SIZE", TUNE, "size of the alphabet, or auto",
	  alphabet_set, alphabet_get, 0, 0, NULL },
	{ "integer-lc", 0, 0, NULL, TUNE, "round the band's two logarithms up",
	  switch_set, switch_get, FIELD(meter.integer_lc), NULL },
	{ "rivals", 0, 0, NULL, TUNE, "run the other stop rules too",
	  rules_set, rules_get, 0, 0, NULL },
	{ "format", 0, 0, "DIALECT", BOTH | OPT_GUARD,
	  "what the files hold, instead of finding out", text_set, text_get,
	  FIELD(read.format), format_value },
	{ "field", 0, 0, "PATH", BOTH | OPT_GUARD,
	  "where the text is in a JSON record, as .a.b[0]", text_set, text_get,
	  FIELD(read.field), NULL },
	{ "first-record", 0, 0, "N", OPT_ANALYZE,
	  "number of the first record, in a part of a larger file",
	  first_record_set, first_record_get, 0, 0, NULL },
	{ "rule", 0, 0, "NAME",
	  OPT_ANALYZE | OPT_GUARD | ONE | OPT_CONFIG,
	  "the rule that guard stops at and --check asks about", rule_set,
	  rule_get, 0, 0, rule_name },
	{ "check", 0, 0, NULL, OPT_ANALYZE,
	  "exit with 1 if the rule fired anywhere", switch_set, switch_get,
	  FIELD(report.check), NULL },
	{ "annotate", 0, 0, NULL, OPT_GUARD,
	  "say where the threshold is and let everything pass", switch_set,
	  switch_get, FIELD(guard.annotate), NULL },
	{ "report", 0, 0, "FILE", OPT_GUARD,
	  "what was seen and stopped, as JSON; - is standard error", text_set,
	  text_get, FIELD(guard.report), NULL },
	{ "listen", 0, 0, "HOST:PORT", OPT_GUARD,
	  "be a proxy before a server, here", text_set, text_get,
	  FIELD(guard.listen), NULL },
	{ "upstream", 0, 0, "URL", OPT_GUARD,
	  "the server that the proxy asks, as http://127.0.0.1:8080", text_set,
	  text_get, FIELD(guard.upstream), NULL },
	{ "tee", 0, 0, "FILE", OPT_GUARD,
	  "append the proxy's streams to a trace, for lilscope -f FILE",
	  text_set, text_get, FIELD(guard.tee), NULL },
	{ "finish-reason", 0, 0, "WORD", OPT_GUARD,
	  "what the proxy says of an answer that it stopped", text_set,
	  text_get, FIELD(guard.finish_reason), NULL },
	{ "prompt", 0, 0, "TEXT", BOTH | OPT_GUARD | ONE,
	  "what a server or the model is asked; @FILE reads it", word_set,
	  word_get, FIELD(request.prompt), NULL },
	{ "model", 'm', MODEL, "NAME", BOTH | OPT_GUARD | MODEL,
	  "the model that a server is asked for; else a file",
	  word_set, word_get, FIELD(request.model), NULL },
	{ "data", 0, 0, "JSON", BOTH | OPT_GUARD,
	  "the whole body to send to a URL; @FILE reads it", word_set,
	  word_get, FIELD(request.data), NULL },
	{ "header", 0, 0, "LINE", BOTH | OPT_GUARD,
	  "a header for a URL, as 'Name: value'; may be repeated",
	  header_set, header_get, 0, 0, NULL },
	{ "exec", 0, 0, "COMMAND", OPT_GUARD,
	  "run this once at the threshold: words, no shell", text_set, text_get,
	  FIELD(guard.exec), NULL },
	{ "policy", 0, 0, "NAME", ONE,
	  "what attention reads and the cache keeps", choice_set, word_get,
	  FIELD(decode.policy), policy_value },
	{ "budget", 'b', ONE, "TOKENS", ONE,
	  "tokens of a head that are read or kept (Policies)", u32_set, u32_get,
	  FIELD(decode.sparse.budget), NULL },
	{ "page", 0, 0, "TOKENS", MODEL, "tokens of a page or block",
	  u32_set, u32_get, FIELD(decode.sparse.page), NULL },
	{ "sinks", 0, 0, "TOKENS", MODEL, "first tokens that stay",
	  u32_set, u32_get, FIELD(decode.sparse.sinks), NULL },
	{ "recent", 0, 0, "TOKENS", MODEL, "last tokens that stay",
	  u32_set, u32_get, FIELD(decode.sparse.recent), NULL },
	{ "dense-layers", 0, 0, "N", MODEL,
	  "the first layers attend to everything", u32_set, u32_get,
	  FIELD(decode.sparse.dense_layers), NULL },
	{ "keep-prompt", 0, 0, NULL, MODEL, "never evict the prompt",
	  keep_prompt_set, keep_prompt_get, 0, 0, NULL },
	{ "on-threshold", 0, 0, "WHAT", MODEL,
	  "at the threshold: ignore, stop, or another policy",
	  choice_set, word_get, FIELD(decode.on_threshold), threshold_value },
	{ "policies", 0, 0, "LIST", OPT_BENCH,
	  "policies to try, with commas between them", word_set, word_get,
	  FIELD(bench.policies), NULL },
	{ "budgets", 'b', OPT_BENCH, "LIST", OPT_BENCH,
	  "budgets to try, in tokens", word_set, word_get,
	  FIELD(bench.budgets), NULL },
	{ "problems", 0, 0, "FILE", OPT_BENCH,
	  "JSON lines with answers; chain draws the model's own", word_set,
	  word_get, FIELD(bench.problems), NULL },
	{ "n", 'n', OPT_BENCH, "N", OPT_BENCH, "problems", u32_set, u32_get,
	  FIELD(bench.n), NULL },
	{ "jobs", 'j', OPT_BENCH, "N", OPT_BENCH,
	  "runs at a time; 0: one for each core", u32_set, u32_get,
	  FIELD(bench.jobs), NULL },
	{ "out", 'o', OPT_BENCH, "FILE", OPT_BENCH,
	  "keep each finished run here; go on from what is there",
	  word_set, word_get, FIELD(bench.out), NULL },
	{ "svg", 0, 0, "FILE", OPT_BENCH,
	  "draw accuracy, length and information as a figure", word_set,
	  word_get, FIELD(bench.svg), NULL },
	{ "predict", 'n', ONE, "N", MODEL,
	  "tokens at most; 0: until the context is full", u32_set, u32_get,
	  FIELD(decode.n_predict), NULL },
	{ "threads", 0, 0, "N", ONE, "threads; 0: by the model's size",
	  u32_set, u32_get, FIELD(decode.threads), NULL },
	{ "kv", 0, 0, "TYPE", MODEL, "keys and values as f16 or f32",
	  choice_set, word_get, FIELD(decode.kv), kv_value },
	{ "temperature", 0, 0, "X", MODEL,
	  "0 takes the likeliest token, 1 the model's own odds", float_set,
	  float_get, FIELD(decode.sample.temperature), NULL },
	{ "top-k", 0, 0, "N", MODEL, "draw from the N likeliest; 0: all",
	  u32_set, u32_get, FIELD(decode.sample.top_k), NULL },
	{ "top-p", 0, 0, "X", MODEL,
	  "draw from the fewest with this probability", float_set, float_get,
	  FIELD(decode.sample.top_p), NULL },
	{ "min-p", 0, 0, "X", MODEL,
	  "draw from those with this share of the likeliest", float_set,
	  float_get, FIELD(decode.sample.min_p), NULL },
	{ "seed", 0, 0, "N", MODEL, "of all that is drawn", u32_set,
	  u32_get, FIELD(decode.seed), NULL },
	{ "stop", 0, 0, "TEXT", ONE,
	  "end after this text; may be repeated", stop_set, stop_get, 0, 0,
	  NULL },
	{ "ignore-eos", 0, 0, NULL, ONE,
	  "go on after the model's end token", switch_set, switch_get,
	  FIELD(decode.ignore_eos), NULL },
	{ "chat", 0, 0, "FORMAT", MODEL,
	  "what stands around the prompt; auto: as the model says", choice_set,
	  word_get, FIELD(decode.chat), chat_value },
	{ "tokenizer", 0, 0, "FILE", MODEL,
	  "llama2.c's tokenizer.bin, if not beside the model", word_set,
	  word_get, FIELD(decode.tokenizer), NULL },
	{ "layers", 0, 0, NULL, OPT_DECODE,
	  "pages read and kept of each layer, not their union",
	  switch_set, switch_get, FIELD(decode.layers), NULL },
	{ "control", 0, 0, NULL, OPT_DECODE,
	  "commands on standard input: pause, step, fork ...",
	  switch_set, switch_get, FIELD(decode.control), NULL },
	{ "text", 0, 0, NULL, OPT_DECODE, "the text alone, no records",
	  switch_set, switch_get, FIELD(decode.text), NULL },
	{ "json", 0, 0, NULL, OPT_ANALYZE | OPT_BENCH,
	  "one JSON object a generation; of a bench, one in all",
	  output_set, output_get, 0, 0, NULL },
	{ "csv", 0, 0, NULL, OPT_ANALYZE | OPT_BENCH,
	  "one CSV line a generation; of a bench, a cell",
	  output_set, output_get, 0, 0, NULL },
	{ "color", 0, 0, "WHEN", DRAW,
	  "colours: auto, always, never, 16, 256 or true", color_set, color_get,
	  0, 0, color_value },
	{ "graph", 0, 0, "KIND", DRAW, "charts in braille, block or ascii",
	  graph_set, graph_get, 0, 0, graph_value },
	{ "ascii", 0, 0, NULL, DRAW, "draw nothing outside ASCII", switch_set,
	  switch_get, FIELD(look.ascii), NULL },
	{ "mouse", 0, 0, NULL, LOOK, "wheel scrolls, click seeks", switch_set,
	  switch_get, FIELD(look.term.mouse), NULL },
	{ "speed", 0, 0, "FACTOR", LOOK, "pace of a replay; 1 is real time",
	  speed_set, speed_get, 0, 0, NULL },
	{ "seek", 0, 0, "TOKEN", OPT_TUI, "start at this token", seek_set,
	  seek_get, 0, 0, NULL },
	{ "follow", 'f', OPT_TUI, NULL, OPT_TUI,
	  "stay with files that grow, are cut or made anew", switch_set,
	  switch_get, FIELD(show.follow), NULL },
	{ "tour", 0, 0, NULL, OPT_DEMO, "be led through it", switch_set,
	  switch_get, FIELD(show.tour), NULL },
	{ "record", 0, 0, "FILE", OPT_TUI | OPT_DEMO,
	  "write what comes to a trace; .zst packs it", text_set, text_get,
	  FIELD(show.record), NULL },
	{ "session", 0, 0, NULL, OPT_TUI | OPT_CONFIG,
	  "come back to the position and marks of last time", switch_set,
	  switch_get, FIELD(show.session), NULL },
	{ "plain", 0, 0, NULL, OPT_TUI | OPT_CONFIG | OPT_BENCH | OPT_DEMO,
	  "lines of text only: screen readers, simple terminals", switch_set,
	  switch_get, FIELD(show.plain), NULL },
	{ "script", 0, 0, "FILE", OPT_TUI | OPT_DEMO,
	  "run keys and commands from a file, without a terminal", text_set,
	  text_get, FIELD(show.script), NULL },
};
const size_t n_opts = ARRAY_LEN(opts);
static_assert(ARRAY_LEN(opts) <= OPTS_MAX, "settings.given has a bit each");

void settings_init(struct settings *set)
{
	*set = (struct settings){
		.meter = meter_opts_default,
		.look.term = { .color = COLOR_AUTO, .mouse = true },
		.show = { .session = true, .speed = 1.0 },
		.guard.finish_reason = "stop",
	};
	decode_settings_init(&set->decode);
	set->bench = (struct bench_settings){
		.policies = "sink,h2o,quest,infllm,raas",
		.budgets = "64,96,128,192,256",
		.problems = "chain",
		.n = 200,
	};
}
