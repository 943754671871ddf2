/*
 * A run of a bench is kept with its text: what is worked out of it is done
 * again for other settings, and a file of results is read back to go on.
 */
#include "bench/bench_run.h"

#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/hash.h"
#include "model/sparse.h"

enum { LONG_BYTES = 1 << 30, BYTE_BITS = 8 };

const char *bench_stop_name(enum bench_stop stop)
{
	if (stop == BENCH_FIRST)
		return "first_answer";
	if (stop == BENCH_LENGTH)
		return "length_cap";
	return rule_name(rule_shown(stop));
}

const char *bench_then_name(enum bench_then then)
{
	static const char *const names[BENCH_THENS] = {
		[BENCH_RESCUE] = "rescue",
		[BENCH_CONCLUDE] = "conclude",
		[BENCH_ROLLBACK] = "rollback",
		[BENCH_RETRY] = "retry",
	};

	return names[then];
}

void bench_run_release(struct bench_run *run)
{
	mem_free(run->gold);
	mem_free(run->text);
	mem_free(run->ends);
	*run = (struct bench_run){ 0 };
}

double bench_run_tbt(const struct bench_run *run)
{
	return run->n_tokens > 1
		       ? (run->jct_s - run->ttft_s) / (run->n_tokens - 1)
		       : 0;
}

bool bench_run_right(const struct bench_run *run, uint32_t n)
{
	n = MIN(n, run->n_tokens);
	return n &&
	       answer_right(run->kind, run->text, run->ends[n - 1], run->gold);
}

bool bench_run_idle(const struct bench_run *run)
{
	const struct sparse *policy = sparse_find(run->policy);
	uint32_t n = run->n_prompt;

	if (!policy || !policy->prompt_only)
		n += run->n_tokens;
	return run->budget && n <= run->budget;
}

/* --- measures ----------------------------------------------------------- */

/* The token in which byte n (>= 1) is, counted from 1. */
static uint32_t token_of(const struct bench_run *run, size_t n)
{
	uint32_t lo = 0, hi = run->n_tokens - 1;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (run->ends[mid] < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo + 1;
}

/* What the meter says at the end of the run. */
static void take_stops(struct bench_run *run, const struct meter *m)
{
	struct answer first;

	for (size_t k = 0; k < BENCH_LENGTH; k++) {
		size_t i = rule_shown(k);

		run->stops[k] = RULE_NEVER;
		if (i >= RULE_ROWS)
			continue;
		run->verdicts[k] = meter_rule(m, i);
		run->stops[k] = run->verdicts[k].at_token;
	}
	if (run->n_tokens &&
	    answer_first(run->kind, run->text, run->n_text, &first))
		run->stops[BENCH_FIRST] = token_of(run, first.stated);
}

void bench_run_measure(struct bench_run *run, const struct meter_opts *opts)
{
	struct meter_opts o = *opts;
	struct answer last;
	struct meter *m;
	uint32_t from = 0;
	size_t i_rule;

	o.symbols = METER_BYTES;
	o.rules = 0;
	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++)
		o.rules |= RULE_BIT(i_rule);
	m = meter_new(&o);
	for (uint32_t i = 0; i < run->n_tokens; i++) {
		const char *s = run->text + from;
		size_t n = run->ends[i] - from;

		meter_push(m, fnv32(FNV32_BASIS, s, n), s, n); /* equal tokens
							       equal ids */
		from = run->ends[i];
	}
	run->right = bench_run_right(run, run->n_tokens);
	run->unread = !run->n_tokens ||
		      !answer_last(run->kind, run->text, run->n_text, &last);
	run->rho = run->n_tokens ? meter_point(m, run->n_tokens).rho : NAN;
	run->bytes = (double)lz77_code_bits(meter_lz77(m)) / BYTE_BITS;
	take_stops(run, m);
	meter_free(m);
}

/* --- writing ------------------------------------------------------------ */

static void put_number(struct buf *out, const char *key, double value)
{
	buf_printf(out, ",\"%s\":", key);
	json_put_number(out, value);
}

static void put_bool(struct buf *out, const char *key, bool value)
{
	buf_printf(out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void put_text(struct buf *out, const char *key, const char *s)
{
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, s, strlen(s));
}

/* null where it never stopped. */
static void put_verdict(const struct rule_verdict *v, struct buf *out)
{
	bool fired = v->at_token != RULE_NEVER;

	buf_puts(out, ",\"after\":");
	if (fired)
		buf_printf(out, "\"%s\"", rule_after_name(v->after));
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"new_after\":%u", fired ? v->new_after : 0);
}

/* opts: of a rule that is tuned; else NULL. */
static void put_stop(const struct bench_run *run, enum bench_stop stop,
		     const struct rule_opts *opts, struct buf *out)
{
	uint32_t at = run->stops[stop];

	buf_printf(out, "\"%s\":{\"at_token\":", bench_stop_name(stop));
	if (at == RULE_NEVER)
		buf_puts(out, "null");
	else
		buf_printf(out, "%u", at);
	put_bool(out, "right", bench_run_right(run, at));
	buf_printf(out, ",\"saved_tokens\":%u",
		   run->n_tokens - MIN(at, run->n_tokens));
	if ((size_t)stop < ARRAY_LEN(run->verdicts))
		put_verdict(&run->verdicts[stop], out);
	if (opts) {
		put_number(out, "f", opts->f);
		put_number(out, "t", opts->t);
		put_number(out, "patience", opts->patience);
		put_text(out, "coder", coder_rows[opts->coder].name);
	}
	buf_putc(out, '}');
}

static void put_stops(const struct bench_run *run,
		      const struct meter_opts *opts, struct buf *out)
{
	size_t i_rule;

	buf_puts(out, ",\"stops\":{");
	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++) {
		bool tuned = rules[i_rule]->tuned;

		if (tuned && !opts)
			continue;
		put_stop(run, (enum bench_stop)k, tuned ? &opts->rule : NULL,
			 out);
		buf_putc(out, ',');
	}
	put_stop(run, BENCH_FIRST, NULL, out);
	buf_putc(out, '}');
}

static void put_after(const char *name, const struct bench_after *r,
		      struct buf *out)
{
	buf_printf(out, ",\"%s\":{\"policy\":", name);
	json_put_string(out, r->policy, strlen(r->policy));
	put_number(out, "at_token", r->at_token);
	put_number(out, "tokens", r->n_tokens);
	put_number(out, "recomputed_tokens", r->n_recomputed);
	put_bool(out, "right", r->right);
	put_text(out, "finish", r->at_cap ? "length" : "stop");
	put_number(out, "jct_s", r->jct_s);
	buf_putc(out, '}');
}

void bench_run_put(const struct bench_run *run, const struct meter_opts *opts,
		   struct buf *out)
{
	uint32_t from = 0;

	buf_puts(out, "{\"policy\":");
	json_put_string(out, run->policy, strlen(run->policy));
	put_number(out, "budget", run->budget);
	buf_printf(out, ",\"problem\":%llu", (unsigned long long)run->problem);
	put_text(out, "kind", answer_kind_name(run->kind));
	put_text(out, "gold", run->gold);
	put_text(out, "finish", run->at_cap ? "length" : "stop");
	put_bool(out, "right", run->right);
	put_number(out, "tokens", run->n_tokens);
	put_number(out, "prompt_tokens", run->n_prompt);
	put_number(out, "ttft_s", run->ttft_s);
	put_number(out, "tbt_s", bench_run_tbt(run));
	put_number(out, "jct_s", run->jct_s);
	put_number(out, "kv_held_bytes", run->kv_held);
	put_number(out, "kv_read_bytes", run->kv_read);
	put_number(out, "rho", run->rho);
	put_number(out, "information_bytes", run->bytes);
	put_stops(run, opts, out);
	for (int i = 0; i < BENCH_THENS; i++)
		if (run->after[i].policy[0])
			put_after(bench_then_name((enum bench_then)i),
				  &run->after[i], out);
	if (json_is_utf8(run->text, run->n_text)) {
		buf_puts(out, ",\"text\":");
		json_put_string(out, run->text, run->n_text);
	} else {
		buf_puts(out, ",\"text_base64\":\"");
		base64_put(out, run->text, run->n_text);
		buf_putc(out, '"');
	}
	buf_puts(out, ",\"token_bytes\":[");
	for (uint32_t i = 0; i < run->n_tokens; i++) {
		buf_printf(out, i ? ",%u" : "%u", run->ends[i] - from);
		from = run->ends[i];
	}
	buf_puts(out, "]}\n");
}

/* --- reading ------------------------------------------------------------ */

static bool get_word(struct json_value v, char *out, size_t size)
{
	size_t n;
	const char *s = json_text(v, &n);

	if (!s || n >= size || memchr(s, '\0', n) || !json_is_utf8(s, n))
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

static bool get_number(struct json_value v, double *out)
{
	*out = json_number(v, NAN);
	return isfinite(*out) && *out >= 0;
}

static bool get_finish(struct json_value v, bool *at_cap)
{
	*at_cap = json_text_is(v, "length");
	return *at_cap || json_text_is(v, "stop");
}

static bool get_text(struct json_value line, struct bench_run *run)
{
	struct buf bytes = { 0 };
	size_t n;
	const char *s = json_text(json_get(line, "text"), &n);
	bool good = s != NULL;

	if (good) {
		buf_append(&bytes, s, n);
	} else {
		s = json_text(json_get(line, "text_base64"), &n);
		good = s && base64_get(&bytes, s, n);
	}
	if (good && bytes.len < LONG_BYTES) {
		run->n_text = bytes.len;
		run->text = mem_strndup(bytes.len ? bytes.data : "", bytes.len);
	}
	buf_release(&bytes);
	return run->text != NULL;
}

static bool get_ends(struct json_value list, struct bench_run *run)
{
	size_t n = json_count(list);
	struct json_value v = json_first(list);
	uint64_t end = 0;

	if (!json_is(list, JSON_ARRAY) || n != run->n_tokens)
		return false;
	run->ends = mem_alloc(sizeof(*run->ends) * (n + 1));
	for (size_t i = 0; i < n; i++, v = json_next(v)) {
		end += json_u32(v, LONG_BYTES);
		if (end > run->n_text)
			return false;
		run->ends[i] = (uint32_t)end;
	}
	return end == run->n_text;
}

static bool get_after(struct json_value v, struct bench_after *r)
{
	if (!json_is(v, JSON_OBJECT))
		return true;
	r->at_token = json_u32(json_get(v, "at_token"), 0);
	r->n_tokens = json_u32(json_get(v, "tokens"), 0);
	r->n_recomputed = json_u32(json_get(v, "recomputed_tokens"), 0);
	r->right = json_is(json_get(v, "right"), JSON_TRUE);
	return get_word(json_get(v, "policy"), r->policy, sizeof(r->policy)) &&
	       r->policy[0] && get_finish(json_get(v, "finish"), &r->at_cap) &&
	       get_number(json_get(v, "jct_s"), &r->jct_s) &&
	       r->at_token <= r->n_tokens;
}

static bool get_afters(struct json_value line, struct bench_run *run)
{
	for (int i = 0; i < BENCH_THENS; i++)
		if (!get_after(json_get(line,
					bench_then_name((enum bench_then)i)),
			       &run->after[i]))
			return false;
	return true;
}

static bool get_gold(struct json_value line, struct bench_run *run)
{
	char kind[BENCH_POLICY_BYTES];
	size_t n;
	const char *gold = json_text(json_get(line, "gold"), &n);

	if (!gold || memchr(gold, '\0', n) || !json_is_utf8(gold, n) ||
	    !get_word(json_get(line, "kind"), kind, sizeof(kind)))
		return false;
	run->gold = mem_strndup(gold, n);
	run->kind = answer_kind_find(kind);
	return run->kind != ANSWER_KINDS;
}

bool bench_run_read(struct json_value line, struct bench_run *run)
{
	double problem;

	*run = (struct bench_run){ 0 };
	run->n_tokens = json_u32(json_get(line, "tokens"), 0);
	run->n_prompt = json_u32(json_get(line, "prompt_tokens"), 0);
	run->budget = json_u32(json_get(line, "budget"), 0);
	if (!get_number(json_get(line, "problem"), &problem) ||
	    !get_word(json_get(line, "policy"), run->policy,
		      sizeof(run->policy)) ||
	    !run->policy[0] || !get_gold(line, run) ||
	    !get_finish(json_get(line, "finish"), &run->at_cap) ||
	    !get_number(json_get(line, "ttft_s"), &run->ttft_s) ||
	    !get_number(json_get(line, "jct_s"), &run->jct_s) ||
	    !get_number(json_get(line, "kv_held_bytes"), &run->kv_held) ||
	    !get_number(json_get(line, "kv_read_bytes"), &run->kv_read) ||
	    !get_text(line, run) ||
	    !get_ends(json_get(line, "token_bytes"), run) ||
	    !get_afters(line, run)) {
		bench_run_release(run);
		return false;
	}
	run->problem = (uint64_t)problem;
	return true;
}
