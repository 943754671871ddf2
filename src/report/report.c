/*
 * JSON and CSV are two ways to walk the same rows: a row names a field and
 * says where in the struct it lies. A new field is one row here, one in
 * lilscope(1) and one in the test of the interface.
 */
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "task/answered.h"
#include "trace/foretold.h"
#include "trace/latency.h"
#include "trace/repeated.h"

enum { LINE_BYTES = 4096 }; /* roughly, of JSON */

enum kind {
	KIND_STRING, /* const char *, NULL is null */
	KIND_JSON,   /* the same, and JSON already */
	KIND_U32,
	KIND_KNOWN,  /* uint32_t, 0 is null */
	KIND_U64,
	KIND_LS,     /* unsigned */
	KIND_NUMBER, /* double, NAN and infinite are null */
};

struct report_field {
	const char *name;
	const char *member; /* ,"name": */
	uint8_t n_member;
	enum kind kind;
	size_t offset;
};

#define MEMBER(name) ",\"" name "\":"
#define FIELD_OF(type, name, kind, member) \
	{ name, MEMBER(name), sizeof(MEMBER(name)) - 1, kind, \
	  offsetof(struct type, member) }
#define FIELD(name, kind, member) FIELD_OF(report, name, kind, member)
#define RULE(name, kind, member) FIELD_OF(report_rule, name, kind, member)

static const struct report_field fields[] = {
	FIELD("source", KIND_STRING, source),
	FIELD("record", KIND_STRING, record),
	FIELD("dialect", KIND_STRING, dialect),
	FIELD("model", KIND_STRING, model),
	FIELD("symbols", KIND_STRING, symbols),
	FIELD("n_symbols", KIND_U32, n_symbols),
	FIELD("tokens", KIND_U32, tokens),
	FIELD("tokens_by", KIND_STRING, tokens_by),
	FIELD("bytes", KIND_U32, bytes),
	FIELD("prompt_tokens", KIND_KNOWN, prompt_tokens),
	FIELD("reasoning_tokens", KIND_U32, reasoning_tokens),
	FIELD("answer_tokens", KIND_U32, answer_tokens),
	FIELD("usage_tokens", KIND_KNOWN, usage_tokens),
	FIELD("phrases", KIND_U32, phrases),
	FIELD("code_bits", KIND_U64, code_bits),
	FIELD("alphabet", KIND_NUMBER, alphabet),
	FIELD("Ls", KIND_LS, ls),
	FIELD("rho", KIND_NUMBER, point.rho),
	FIELD("eps", KIND_NUMBER, point.eps),
	FIELD("h", KIND_NUMBER, point.h),
	FIELD("h_est", KIND_NUMBER, h_est.bits),
	FIELD("h_est_se", KIND_NUMBER, h_est.se),
	FIELD("answer_at", KIND_NUMBER, answer_at),
	FIELD("tokens_after_answer", KIND_NUMBER, after_answer),
	FIELD("passes_saved", KIND_U32, passes_saved),
	FIELD("judged", KIND_STRING, right),
	FIELD("judged_by", KIND_STRING, judge),
	FIELD("label", KIND_STRING, label),
	FIELD("flag", KIND_STRING, flag),
	FIELD("finish_reason", KIND_STRING, finish_reason),
	FIELD("ended_as", KIND_STRING, ended_as),
	FIELD("note", KIND_STRING, note),
	FIELD("guessed", KIND_STRING, guessed),
	FIELD("skipped_records", KIND_U32, skipped_records),
	FIELD("ttft_ms", KIND_NUMBER, ttft_ms),
	FIELD("tbt_ms", KIND_NUMBER, tbt_ms),
	FIELD("tbt_p99_ms", KIND_NUMBER, tbt_p99_ms),
	FIELD("tokens_per_s", KIND_NUMBER, tokens_per_s),
	FIELD("policy", KIND_STRING, policy),
	FIELD("budget", KIND_KNOWN, budget),
	FIELD("kept", KIND_JSON, kept),
};

/* What is known of a rule before, */
static const struct report_field rule_fields[] = {
	RULE("rule", KIND_STRING, name),
	RULE("coder", KIND_STRING, coder),
	RULE("f", KIND_NUMBER, f),
	RULE("t", KIND_NUMBER, t),
	RULE("patience", KIND_KNOWN, patience),
};

/* and what it did. */
static const struct report_field stop_fields[] = {
	RULE("at_token", KIND_U32, verdict.at_token),
	RULE("tokens_after", KIND_U32, verdict.tokens_after),
	RULE("resumed_at", KIND_U32, verdict.resumed_at),
	RULE("after", KIND_STRING, after),
	RULE("new_after", KIND_U32, verdict.new_after),
	RULE("last_new", KIND_U32, verdict.last_new),
	RULE("again_at", KIND_U32, verdict.again_at),
	RULE("n_stops", KIND_U32, n_stops),
};

/* Of a rule that has odds; null in JSON where it has none. */
static const struct report_field odds_fields[] = {
	RULE("cause", KIND_STRING, cause),
	RULE("p", KIND_NUMBER, p),
};

const char *report_flag(const struct bound_point *point)
{
	if (point->status == BOUND_ASYMPTOTIC && point->vacuous)
		return "VACUOUS";
	return bound_status_name(point->status);
}

static bool fired(const struct report_rule *rule)
{
	return rule->verdict.at_token != RULE_NEVER;
}

static void fill_rules(struct report *r, const struct meter *meter)
{
	const struct rule_opts *o = &meter_opts(meter)->rule;

	for (size_t i = 0; i < RULE_ROWS; i++) {
		struct report_rule *rule = &r->rules[i];
		bool tuned = rules[i]->tuned;

		if (!meter_runs(meter, i))
			continue;
		rule->name = rules[i]->name;
		rule->coder = tuned ? coder_rows[o->coder].name : NULL;
		rule->f = tuned ? o->f : NAN;
		rule->t = tuned ? o->t : NAN;
		rule->patience = tuned ? o->patience : 0;
		rule->verdict = meter_rule(meter, i);
		rule->cause = meter_cause(meter, i);
		rule->p = meter_odds(meter, i);
		if (fired(rule))
			rule->after = rule_after_name(rule->verdict.after);
		rule->meter = meter;
		rule->i_rule = i;
		rule->n_stops = (uint32_t)meter_stops_at(
			meter, i, meter_n_tokens(meter), NULL, 0);
	}
}

static void fill_measures(struct report *r, const struct meter *meter)
{
	const struct lz77 *lz77 = meter_lz77(meter);
	const struct bound *bound = meter_bound(meter);

	r->n_symbols = lz77_n_symbols(lz77);
	r->phrases = lz77_n_phrases(lz77);
	r->code_bits = lz77_code_bits(lz77);
	r->alphabet = bound_alphabet(bound);
	r->ls = bound_ls(bound);
	r->point = bound_at(bound, bound_n_symbols(bound));
	r->point.eps = bound_eps(r->alphabet, r->ls);
	if (!r->n_symbols)
		r->point.rho = NAN;
	if (r->n_symbols + 1 < r->ls)
		r->point.h = NAN;
	fill_rules(r, meter);
}

/* The bins are many: not for nothing. */
static struct latency_facts gaps_of(const struct trace *trace)
{
	struct latency latency = { 0 };

	latency_upto(&latency, trace, trace->n_tokens);
	return latency_facts(&latency, trace);
}

static void fill_latency(struct report *r, const struct trace *trace)
{
	struct latency_facts f;

	if (!trace->time_us)
		return;
	f = gaps_of(trace);
	r->ttft_ms = f.ttft_s * 1e3;
	r->tbt_ms = f.tbt_median_s * 1e3;
	r->tbt_p99_ms = f.tbt_p99_s * 1e3;
	r->tokens_per_s = f.tokens_per_s;
}

static void fill_judged(struct report *r, const struct trace *t)
{
	struct judged j = judge(t, t->n_tokens);

	r->right = grade_name(j.grade);
	r->judge = r->right ? judge_name(j.by) : NULL;
}

void report_fill_row(struct report *r, const struct run *run)
{
	const struct trace *trace = &run->trace;
	const struct facts *facts = &trace->facts;

	*r = (struct report){
		.run = run,
		.source = facts->source,
		.record = facts->record,
		.dialect = facts->dialect,
		.model = facts->model,
		.finish_reason = facts->finish_reason,
		.ended_as = finish_ended_as(facts->finish_reason),
		.note = facts->note,
		.guessed = facts->guessed,
		.policy = facts->policy,
		.kept = facts->kept,
		.budget = facts->budget,
		.label = facts->label,
		.tokens_by = tokens_by_name(trace->tokens_by),
		.tokens = trace->n_tokens,
		.bytes = (uint32_t)trace->text.len,
		.prompt_tokens = facts->prompt_tokens,
		.reasoning_tokens = trace_count(trace, CHANNEL_REASONING),
		.answer_tokens = trace_count(trace, CHANNEL_ANSWER),
		.usage_tokens = facts->usage_tokens,
		.skipped_records = facts->skipped_records,
		.point = { .rho = NAN, .eps = NAN, .h = NAN,
			   .status = BOUND_ASYMPTOTIC, .vacuous = true },
		.h_est = { NAN, NAN },
		.alphabet = NAN,
		.answer_at = NAN,
		.after_answer = NAN,
		.ttft_ms = NAN,
		.tbt_ms = NAN,
		.tbt_p99_ms = NAN,
		.tokens_per_s = NAN,
	};
	for (size_t i = 0; i < RULE_ROWS; i++)
		r->rules[i].verdict = rule_unfired;
	r->symbols = run_symbols(run) == METER_TOKENS ? "tokens" : "bytes";
	if (run->meter)
		fill_measures(r, run->meter);
	r->flag = report_flag(&r->point);
}

void report_fill(struct report *r, const struct run *run)
{
	const struct trace *trace = &run->trace;
	struct answered known;

	report_fill_row(r, run);
	r->passes_saved = foretold_saved(run);
	if (answered_find(trace, trace->n_tokens, &known)) {
		r->answer_at = known.at_token;
		r->after_answer = known.after;
	}
	if (run->ended)
		fill_judged(r, trace);
	fill_latency(r, trace);
	if (run->meter)
		r->h_est = meter_h_est(run->meter,
				       meter_n_tokens(run->meter));
}

static void put_count(struct buf *out, uint64_t n)
{
	enum { DIGITS = 20 };
	char text[DIGITS];
	size_t at = DIGITS;

	do
		text[--at] = (char)('0' + n % 10);
	while (n /= 10);
	buf_append(out, text + at, DIGITS - at);
}

/* printf writes the decimal point of the locale, which may be any string. */
void report_number(struct buf *out, double value)
{
	static const double whole_max = 1e12; /* 12 digits */
	char text[64];
	bool in_point = false;

	if (value > 0 && value < whole_max && value == floor(value)) {
		put_count(out, (uint64_t)value);
		return;
	}
	snprintf(text, sizeof(text), "%.12g", value);
	for (const char *c = text; *c; c++) {
		bool plain = strchr("0123456789+-e", *c) != NULL;

		if (plain)
			buf_putc(out, *c);
		else if (!in_point)
			buf_putc(out, '.');
		in_point = !plain;
	}
}

/* A character that could steer a terminal, split a line, or hide. */
static bool is_unsafe(int32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x61c ||
	       (cp >= 0x200b && cp <= 0x200f && cp != 0x200d) ||
	       (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff;
}

/* How many from s[0] on need no look: ASCII without controls, " and \. */
static size_t plain_bytes(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= ' ' && s[i] < 0x7f && s[i] != '"' &&
	       s[i] != '\\')
		i++;
	return i;
}

void report_json_string(struct buf *out, const char *s, size_t n)
{
	size_t used;

	buf_putc(out, '"');
	for (size_t i = 0; i < n; i += used) {
		int32_t cp;

		used = plain_bytes(s + i, n - i);
		if (used) {
			buf_append(out, s + i, used);
			continue;
		}
		cp = utf8_decode(s + i, n - i, &used);
		if (cp == UTF8_BAD || cp == UTF8_MORE)
			buf_puts(out, "\\ufffd");
		else if (cp == '"' || cp == '\\')
			buf_printf(out, "\\%c", (char)cp);
		else if (is_unsafe(cp))
			buf_printf(out, "\\u%04x", (unsigned)cp);
		else
			buf_append(out, s + i, used);
	}
	buf_putc(out, '"');
}

/* CSV has no escapes: what is unsafe becomes a blank or U+FFFD, and what a
 * spreadsheet would work out has an apostrophe before it. */
void report_csv_string(struct buf *out, const char *s, size_t n)
{
	size_t plain = 0, used;
	bool quote;

	while (plain < n && !memchr(",\"\r\n", s[plain], 4))
		plain++;
	quote = plain < n;

	if (quote)
		buf_putc(out, '"');
	if (n > 1 && memchr("=+-@", s[0], 4))
		buf_putc(out, '\'');
	for (size_t i = 0; i < n; i += used) {
		int32_t cp = utf8_decode(s + i, n - i, &used);

		if (cp == '\n' || cp == '\r' || cp == '\t')
			buf_putc(out, ' ');
		else if (cp < 0 || is_unsafe(cp))
			buf_puts(out, "\xef\xbf\xbd");
		else if (cp == '"')
			buf_puts(out, "\"\"");
		else
			buf_append(out, s + i, used);
	}
	if (quote)
		buf_putc(out, '"');
}

static void json_string(struct buf *out, const char *s)
{
	report_json_string(out, s, strlen(s));
}

static void csv_string(struct buf *out, const char *s)
{
	report_csv_string(out, s, strlen(s));
}

struct report_format {
	void (*string)(struct buf *out, const char *s);
	void (*json)(struct buf *out, const char *s);
	const char *null;
};

static const struct report_format json_format = {
	json_string, buf_puts, "null",
};
static const struct report_format csv_format = { csv_string, csv_string, "" };

static void put_value(struct buf *out, const struct report_format *format,
		      const struct report_field *field, const void *from)
{
	const char *at = (const char *)from + field->offset;
	const char *string;
	uint32_t count;
	uint64_t large;
	unsigned ls;
	double number;

	switch (field->kind) {
	case KIND_STRING:
	case KIND_JSON:
		memcpy(&string, at, sizeof(string));
		if (string && field->kind == KIND_JSON)
			format->json(out, string);
		else if (string)
			format->string(out, string);
		else
			buf_puts(out, format->null);
		return;
	case KIND_U32:
	case KIND_KNOWN:
		memcpy(&count, at, sizeof(count));
		if (field->kind == KIND_KNOWN && !count)
			buf_puts(out, format->null);
		else
			put_count(out, count);
		return;
	case KIND_U64:
		memcpy(&large, at, sizeof(large));
		put_count(out, large);
		return;
	case KIND_LS:
		memcpy(&ls, at, sizeof(ls));
		put_count(out, ls);
		return;
	case KIND_NUMBER:
		memcpy(&number, at, sizeof(number));
		if (isfinite(number))
			report_number(out, number);
		else
			buf_puts(out, format->null);
		return;
	}
}

/* Where a rule stopped; nothing unless it did. */
static void put_stop(struct buf *out, const struct report_format *format,
		     const struct report_field *field,
		     const struct report_rule *rule)
{
	const char *at = (const char *)rule + field->offset;
	uint32_t token = 0;

	if (field->kind == KIND_U32)
		memcpy(&token, at, sizeof(token));
	if (fired(rule) && token != RULE_NEVER)
		put_value(out, format, field, rule);
	else
		buf_puts(out, format->null);
}

void report_json_stops(const struct rule_stop *stops, size_t n,
		       struct buf *out)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct rule_stop *s = &stops[i];

		buf_printf(out, "%s{\"at_token\":%lu,\"tokens_after\":%lu,"
				"\"resumed_at\":", i ? "," : "",
			   (unsigned long)s->at_token,
			   (unsigned long)s->tokens_after);
		if (s->resumed_at == RULE_NEVER)
			buf_puts(out, "null");
		else
			buf_printf(out, "%lu", (unsigned long)s->resumed_at);
		buf_printf(out, ",\"new_after\":%lu,\"last_new\":%lu}",
			   (unsigned long)s->new_after,
			   (unsigned long)s->last_new);
	}
	buf_putc(out, ']');
}

void report_json_unit(const struct run *run, uint32_t n_tokens,
		      struct buf *out)
{
	struct repeated r;

	if (repeated_find(run, n_tokens, &r))
		repeated_json(run, &r, true, out);
	else
		buf_puts(out, "null");
}

/* Where a member begins. */
static void json_name(struct buf *out, bool first,
		      const struct report_field *field)
{
	if (first)
		buf_putc(out, '{');
	buf_append(out, field->member + first, field->n_member - (size_t)first);
}

/* Of a rule that fired. */
static void json_what_fired(struct buf *out, const struct run *run,
			    const struct report_rule *rule)
{
	size_t n_stops;
	struct rule_stop *stops =
		meter_all_stops(rule->meter, rule->i_rule, &n_stops);

	buf_puts(out, ",\"stops\":");
	report_json_stops(stops, n_stops, out);
	mem_free(stops);
	buf_puts(out, ",\"unit\":");
	report_json_unit(run, rule->verdict.at_token, out);
	buf_putc(out, '}');
}

static void json_rule(struct buf *out, const struct run *run,
		      const struct report_rule *rule)
{
	for (size_t i = 0; i < ARRAY_LEN(rule_fields); i++) {
		json_name(out, !i, &rule_fields[i]);
		put_value(out, &json_format, &rule_fields[i], rule);
	}
	buf_puts(out, fired(rule) ? ",\"fired\":true" : ",\"fired\":false");
	for (size_t i = 0; i < ARRAY_LEN(stop_fields); i++) {
		json_name(out, false, &stop_fields[i]);
		put_stop(out, &json_format, &stop_fields[i], rule);
	}
	for (size_t i = 0; i < ARRAY_LEN(odds_fields); i++) {
		json_name(out, false, &odds_fields[i]);
		put_value(out, &json_format, &odds_fields[i], rule);
	}
	if (fired(rule))
		json_what_fired(out, run, rule);
	else
		buf_puts(out, ",\"stops\":[],\"unit\":null}");
}

const char *report_field(size_t i)
{
	return i < ARRAY_LEN(fields) ? fields[i].name : NULL;
}

const char *report_field_of(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!strncmp(fields[i].name, name, n) && !fields[i].name[n])
			return fields[i].name;
	return NULL;
}

void report_json(const struct report *r, struct buf *out)
{
	buf_reserve(out, LINE_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		json_name(out, !i, &fields[i]);
		put_value(out, &json_format, &fields[i], r);
	}
	buf_puts(out, ",\"rules\":[");
	for (size_t i = 0, n = 0; i < RULE_ROWS; i++) {
		if (!r->rules[i].name)
			continue;
		if (n++)
			buf_putc(out, ',');
		json_rule(out, r->run, &r->rules[i]);
	}
	buf_puts(out, "]}\n");
}

static void json_place(struct buf *out, const char *source, const char *record)
{
	buf_puts(out, "{\"source\":");
	json_string(out, source);
	buf_puts(out, ",\"record\":");
	json_string(out, record);
}

void report_json_error(const char *source, const char *record,
		       const char *sentence, struct buf *out)
{
	json_place(out, source, record);
	buf_puts(out, ",\"error\":");
	json_string(out, sentence);
	buf_puts(out, "}\n");
}

void report_json_several(const char *source, const char *record,
			 const struct buf *objects, struct buf *out)
{
	json_place(out, source, record);
	buf_puts(out, ",\"generations\":[");
	for (size_t i = 0; i + 1 < objects->len; i++)
		buf_putc(out, objects->data[i] == '\n' ? ',' :
							  objects->data[i]);
	buf_puts(out, "]}\n");
}

/* Columns of one rule: the parameters only where a rule has some. */
static size_t csv_rule_from(size_t i_rule)
{
	return rules[i_rule]->tuned ? 1 : ARRAY_LEN(rule_fields);
}

void report_csv_header(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		buf_printf(out, "%s%s", i ? "," : "", fields[i].name);
	for (size_t k = 0; k < RULE_ROWS; k++) {
		const char *rule = rules[k]->name;

		for (size_t i = csv_rule_from(k); i < ARRAY_LEN(rule_fields);
		     i++)
			buf_printf(out, ",%s_%s", rule, rule_fields[i].name);
		for (size_t i = 0; i < ARRAY_LEN(stop_fields); i++)
			buf_printf(out, ",%s_%s", rule, stop_fields[i].name);
		for (size_t i = 0; rules[k]->odds &&
				   i < ARRAY_LEN(odds_fields); i++)
			buf_printf(out, ",%s_%s", rule, odds_fields[i].name);
	}
	buf_puts(out, ",error\n");
}

/* r may be NULL; of a rule that was not run the columns stay empty. */
static void csv_rule(struct buf *out, size_t i_rule, const struct report *r)
{
	const struct report_rule *rule = r ? &r->rules[i_rule] : NULL;
	bool ran = rule && rule->name;

	for (size_t i = csv_rule_from(i_rule); i < ARRAY_LEN(rule_fields);
	     i++) {
		buf_putc(out, ',');
		if (ran)
			put_value(out, &csv_format, &rule_fields[i], rule);
	}
	for (size_t i = 0; i < ARRAY_LEN(stop_fields); i++) {
		buf_putc(out, ',');
		if (ran)
			put_stop(out, &csv_format, &stop_fields[i], rule);
	}
	for (size_t i = 0; rules[i_rule]->odds && i < ARRAY_LEN(odds_fields);
	     i++) {
		buf_putc(out, ',');
		if (ran)
			put_value(out, &csv_format, &odds_fields[i], rule);
	}
}

void report_csv(const struct report *r, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (i)
			buf_putc(out, ',');
		put_value(out, &csv_format, &fields[i], r);
	}
	for (size_t k = 0; k < RULE_ROWS; k++)
		csv_rule(out, k, r);
	buf_puts(out, ",\n");
}

void report_csv_error(const char *source, const char *record,
		      const char *sentence, struct buf *out)
{
	csv_string(out, source);
	buf_putc(out, ',');
	csv_string(out, record);
	for (size_t i = 2; i < ARRAY_LEN(fields); i++)
		buf_putc(out, ',');
	for (size_t k = 0; k < RULE_ROWS; k++)
		csv_rule(out, k, NULL);
	buf_putc(out, ',');
	csv_string(out, sentence);
	buf_putc(out, '\n');
}
