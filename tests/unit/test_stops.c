/*
 * What came after a stop: new and copied stretches against their definition,
 * prefix by prefix, and all rules on texts of which one knows what comes when.
 */
#include "base/buf.h"
#include "measure/meter.h"
#include "report/after.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TOKENS = 700, ROUNDS = 40 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* --- the oracle --------------------------------------------------------- */

/* Labels tokens 0..n - 1 of gains x by the definition in fresh.h: 1 for new,
 * 0 for copied or not yet known. */
static void label(const double *x, uint32_t n, unsigned char *is_new)
{
	bool copied = false;
	double sum = 0, bits = 0, tokens = 0, r; /* of the new ones up to t */
	uint32_t begin = 0;

	for (uint32_t t = 0, i = 0; t < n; t++) {
		is_new[t] = !copied;
		for (; i <= t; i++)
			if (is_new[i] && ++tokens)
				bits += x[i];
		r = bits / tokens;
		if (!(r > 0))
			sum = 0;
		else if (copied)
			sum += (x[t] / r - 1.0 / 3) / (1 - 1.0 / 3);
		else
			sum += 1 - x[t] / (0.15 * r);
		if (sum >= (copied ? 32 : 64)) {
			memset(is_new + begin, copied, t + 1 - begin);
			copied = !copied;
			sum = bits = tokens = i = 0;
		}
		if (sum <= 0) {
			sum = 0;
			begin = t + 1;
		}
	}
	if (!copied)
		memset(is_new + begin, 0, n - begin);
}

static uint32_t count(const unsigned char *is_new, uint32_t from, uint32_t to)
{
	uint32_t n = 0;

	for (uint32_t i = from; i < to; i++)
		n += is_new[i];
	return n;
}

/* Gains: stretches of much, of little, of none. */
static void gains(double *x, uint32_t seed)
{
	static const uint32_t most[] = { 24, 24, 24, 1, 1, 3, 9 };
	uint32_t of = 0, left = 0;

	for (uint32_t t = 0; t < TOKENS; t++) {
		if (!left--) {
			left = next_random(&seed) % 150;
			of = most[next_random(&seed) % ARRAY_LEN(most)];
		}
		x[t] = next_random(&seed) % of;
	}
}

static void stretches_are_those_of_the_definition(void **state)
{
	static double x[TOKENS];
	static unsigned char want[TOKENS];
	uint32_t n_back = 0, n_copied = 0;

	(void)state;
	for (uint32_t seed = 0; seed < ROUNDS; seed++) {
		struct fresh *f = fresh_new();
		double bits = 0;

		gains(x, seed);
		for (uint32_t t = 0; t < TOKENS; t++)
			fresh_push(f, bits += x[t]);
		for (uint32_t n = 0; n <= TOKENS; n += 7) {
			uint32_t from = n * (seed % 5) / 5, first = from;
			uint32_t to = from + (n - from) / 2;

			label(x, n, want);
			assert_int_equal(fresh_count(f, from, n, n),
					 count(want, from, n));
			assert_int_equal(fresh_count(f, from, to, n),
					 count(want, from, to));
			while (first < n && !want[first])
				first++;
			assert_int_equal(fresh_first(f, from, n), first);
			n_copied += count(want, 0, n) < n;
		}
		for (uint32_t from = 0; from < TOKENS; from += 101) {
			uint32_t n = from, back = fresh_back(f, from, TOKENS);

			for (; n <= TOKENS; n++) {
				label(x, n, want);
				if (count(want, from, n) >= 32)
					break;
			}
			assert_int_equal(back, n);
			n_back += back <= TOKENS;
		}
		fresh_free(f);
	}
	assert_true(n_back > ROUNDS && n_copied > ROUNDS);
}

/* What is said of a prefix is said of a text that ends there. */
static void a_prefix_knows_nothing_of_the_rest(void **state)
{
	static double x[TOKENS];
	struct fresh *whole = fresh_new(), *part = fresh_new();
	double bits = 0;

	(void)state;
	gains(x, 3);
	for (uint32_t t = 0; t < TOKENS; t++)
		fresh_push(whole, bits += x[t]);
	bits = 0;
	for (uint32_t n = 1; n <= TOKENS; n++) {
		fresh_push(part, bits += x[n - 1]);
		assert_int_equal(fresh_since(part, n), fresh_since(whole, n));
		for (uint32_t from = 0; from < n; from += 31) {
			assert_int_equal(fresh_count(part, from, n, n),
					 fresh_count(whole, from, n, n));
			assert_int_equal(fresh_first(part, from, n),
					 fresh_first(whole, from, n));
		}
	}
	fresh_free(whole);
	fresh_free(part);
}

/* --- texts -------------------------------------------------------------- */

/* A text of parts, token by token: 'n' is new words, 'l' a loop of 23, 'c'
 * a loop that counts at each seventh turn. */
struct part {
	char kind;
	uint32_t n;
};

enum { PARTS_MAX = 6, LOOP_WORDS = 23 };

static void push_part(struct meter *m, const struct part *p, uint32_t *word)
{
	char text[24];

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t id = p->kind == 'n' ? 1000 + (*word)++ :
					       i % LOOP_WORDS;
		uint32_t spread = id * 2654435761u;

		if (p->kind == 'c' && i % (7 * LOOP_WORDS) == 0)
			id = 500000 + i;
		snprintf(text, sizeof(text), " %c%u",
			 p->kind == 'n' ? 'a' + (int)(spread % 26) : 'l',
			 p->kind == 'n' ? spread >> 16 : id);
		meter_push(m, id, text, strlen(text));
	}
}

static struct meter *meter_on(const struct part *parts, size_t n)
{
	struct meter_opts opts = meter_opts_default;
	struct meter *m;
	uint32_t word = 0;

	opts.symbols = METER_BYTES;
	m = meter_new(&opts);
	for (size_t i = 0; i < n && parts[i].n; i++)
		push_part(m, &parts[i], &word);
	return m;
}

struct shape {
	const char *about;
	struct part parts[PARTS_MAX];
	enum rule_after after;
	size_t n_stops;
	uint32_t new_after; /* within the length of a loop */
};

/* Guardian's and adaptive's. */
static const struct shape shapes[] = {
	{ "a loop to the end", { { 'n', 2000 }, { 'l', 3000 } },
	  AFTER_NOTHING, 1, 0 },
	{ "a loop, 300 new tokens, the loop again",
	  { { 'n', 2000 }, { 'l', 1000 }, { 'n', 300 }, { 'l', 1000 } },
	  AFTER_BACK, 2, 300 },
	{ "it comes back for less than 32 tokens",
	  { { 'n', 2000 }, { 'l', 1000 }, { 'n', 20 }, { 'l', 1000 } },
	  AFTER_NOTHING, 1, 0 },
	{ "back for 100, and too little of a loop for a second stop",
	  { { 'n', 2000 }, { 'l', 1000 }, { 'n', 100 }, { 'l', 200 } },
	  AFTER_BACK, 1, 100 },
	{ "a false alarm: it goes on as if nothing was",
	  { { 'n', 2000 }, { 'l', 600 }, { 'n', 2000 } },
	  AFTER_FALSE, 1, 2000 },
	{ "a loop that counts",
	  { { 'n', 2000 }, { 'c', 6000 } }, AFTER_NOTHING, 1, 0 },
	{ "three loops",
	  { { 'n', 2000 }, { 'l', 800 }, { 'n', 400 }, { 'l', 800 },
	    { 'n', 500 }, { 'l', 800 } }, AFTER_BACK, 3, 400 },
	{ "a healthy text", { { 'n', 3000 } }, AFTER_NOTHING, 0, 0 },
};

static size_t rule_named(const char *name)
{
	size_t i = 0;

	while (strcmp(rules[i]->name, name) != 0)
		i++;
	return i;
}

enum { LONG_TOKENS = 9000, LONG_PARTS = 40, STOPS = 32, COPY_TOKENS = 300 };

/* The stops of adaptive by their definition: its sum over the tokens while it
 * is armed alone, as if the others had not been. */
static uint32_t stops_by_hand(const double *x, uint32_t n, double evidence,
			      uint32_t *at)
{
	struct fresh *f = fresh_new();
	double bits = 0, own = 0, sum = 0;
	uint32_t n_own = 0, n_at = 0;
	bool armed = true;

	for (uint32_t t = 0; t < n; t++) {
		fresh_push(f, bits += x[t]);
		if (armed) {
			own += x[t];
			sum += 1 - x[t] / (0.15 * own / ++n_own);
			sum = sum < 0 ? 0 : sum;
			if (sum >= evidence) {
				at[n_at++] = t + 1;
				armed = false;
			}
		} else if (fresh_count(f, at[n_at - 1], t + 1, t + 1) >=
			   FRESH_NEW_TOKENS) {
			armed = true;
			sum = 0;
		}
	}
	fresh_free(f);
	return n_at;
}

static size_t stops_of(const double *x, uint32_t n,
		       const struct rule_opts *opts, struct rule_stop *out)
{
	struct fresh *f = fresh_new();
	struct rule_token token = { .text = "" };
	struct stops s;
	size_t n_stops;

	stops_init(&s, rule_named("adaptive"), opts);
	for (uint32_t t = 0; t < n; t++) {
		token.code_bits += x[t];
		fresh_push(f, token.code_bits);
		stops_push(&s, &token, 1, f, t, NULL);
	}
	n_stops = stops_list(&s, f, n, out, STOPS);
	stops_release(&s);
	fresh_free(f);
	return n_stops;
}

/* What passes while it is not armed has no part in the next stop. */
static void the_next_stops_are_those_of_the_definition(void **state)
{
	static double x[LONG_TOKENS];
	struct rule_opts opts = meter_opts_default.rule;
	struct rule_stop stops[STOPS];
	uint32_t want[STOPS], again = 0, seed = 11;

	(void)state;
	for (int round = 0; round < 12; round++) {
		uint32_t n = 0, n_want;

		for (int i = 0; i < LONG_PARTS && n < LONG_TOKENS; i++) {
			uint32_t len = next_random(&seed) % COPY_TOKENS +
				       (i % 2 ? COPY_TOKENS : 30);

			for (; len-- && n < LONG_TOKENS; n++)
				x[n] = i % 2 ? next_random(&seed) % 2 * .5
					     : 4 + next_random(&seed) % 24;
		}
		n_want = stops_by_hand(x, n, rule_scaled(&opts, 300), want);
		assert_int_equal(stops_of(x, n, &opts, stops), n_want);
		for (uint32_t i = 0; i < n_want; i++)
			assert_int_equal(stops[i].at_token, want[i]);
		again += n_want > 2;
	}
	assert_true(again > 6);
}

/* Some new tokens that are worth many, and fewer than count: a ragged edge. */
static void few_new_tokens_are_none(void **state)
{
	enum { NEW = 600, COPIED = 500, EDGE = 12, REST = 200 };
	static double x[NEW + COPIED + EDGE + REST];
	struct rule_opts opts = meter_opts_default.rule;
	struct rule_stop stops[STOPS];
	struct fresh *f = fresh_new();
	double bits = 0;
	uint32_t n = 0;

	(void)state;
	while (n < NEW)
		x[n++] = 10;
	for (n += COPIED; n < NEW + COPIED + EDGE; n++)
		x[n] = 60;
	n += REST;
	for (uint32_t t = 0; t < n; t++)
		fresh_push(f, bits += x[t]);
	assert_in_range(fresh_count(f, NEW + COPIED, n, n), 1, EDGE);
	assert_int_equal(stops_of(x, n, &opts, stops), 1);
	assert_int_equal(stops[0].new_after, 0);
	assert_int_equal(stops[0].resumed_at, RULE_NEVER);
	fresh_free(f);
}

static void check_shape(const struct shape *s, size_t i_rule)
{
	struct meter *m = meter_on(s->parts, PARTS_MAX);
	uint32_t n = meter_n_tokens(m), last = 0;
	struct rule_verdict v = meter_rule(m, i_rule);
	struct rule_stop stops[8];

	if (meter_stops_at(m, i_rule, n, stops, 8) != s->n_stops)
		fail_msg("%s: %s stops %zu times", s->about,
			 rules[i_rule]->name,
			 meter_stops_at(m, i_rule, n, stops, 8));
	if (v.after != s->after)
		fail_msg("%s: %s says %s", s->about, rules[i_rule]->name,
			 rule_after_name(v.after));
	assert_in_range(v.new_after, s->new_after,
			s->new_after ? s->new_after + LOOP_WORDS : 0);
	for (size_t i = 0; i < s->n_stops; i++) {
		assert_in_range(stops[i].last_new, last, stops[i].at_token);
		assert_int_equal(stops[i].tokens_after, n - stops[i].at_token);
		last = stops[i].at_token;
	}
	if (s->n_stops) {
		assert_int_equal(v.at_token, stops[0].at_token);
		assert_in_range(v.last_new, s->parts[0].n - 1,
				s->parts[0].n + 2 * LOOP_WORDS);
	}
	meter_free(m);
}

static void shapes_have_their_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		check_shape(&shapes[i], RULE_GUARDIAN);
		check_shape(&shapes[i], rule_named("adaptive"));
	}
}

/* All of every rule, at every prefix: as if the text ended there. */
static void verdicts_are_prefix_stable(void **state)
{
	const struct shape *s = &shapes[6];
	struct meter *whole = meter_on(s->parts, PARTS_MAX);
	uint32_t total = meter_n_tokens(whole);

	(void)state;
	for (uint32_t n = 2100; n <= total; n += 433) {
		struct part parts[PARTS_MAX];
		struct meter *part;
		uint32_t left = n;

		for (size_t i = 0; i < PARTS_MAX; i++) {
			parts[i] = s->parts[i];
			parts[i].n = MIN(parts[i].n, left);
			left -= parts[i].n;
		}
		part = meter_on(parts, PARTS_MAX);
		for (size_t i = 0; i < RULE_ROWS; i++) {
			struct rule_verdict a = meter_rule(part, i);
			struct rule_verdict b = meter_rule_at(whole, i, n);
			struct rule_stop sa[8] = { 0 }, sb[8] = { 0 };

			assert_memory_equal(&a, &b, sizeof(a));
			assert_int_equal(meter_stops_at(part, i, n, sa, 8),
					 meter_stops_at(whole, i, n, sb, 8));
			assert_memory_equal(sa, sb, sizeof(sa));
		}
		meter_free(part);
	}
	meter_free(whole);
}

/* A stop at the last token: nothing is after it. */
static void a_stop_at_the_last_token(void **state)
{
	const struct part parts[] = { { 'n', 500 }, { 'l', 500 } };
	struct meter *m = meter_on(parts, 2);
	size_t adaptive = rule_named("adaptive");
	uint32_t at = meter_rule(m, adaptive).at_token;
	struct rule_verdict v = meter_rule_at(m, adaptive, at);
	struct buf words = { 0 };

	(void)state;
	assert_in_range(at, 800, 900);
	assert_int_equal(v.tokens_after, 0);
	assert_int_equal(v.after, AFTER_NOTHING);
	assert_int_equal(v.new_after, 0);
	assert_int_equal(meter_rule_at(m, adaptive, at - 1).at_token,
			 RULE_NEVER);
	after_say(&words, &v, false);
	assert_string_equal(buf_cstr(&words), "nothing new since");
	buf_release(&words);
	meter_free(m);
}

/* --- the warning -------------------------------------------------------- */

/* It counts down to the very stop, for every rule that warns. */
static void a_warning_is_kept(void **state)
{
	const struct part parts[] = { { 'n', 1010 }, { 'l', 900 } };
	struct meter *m = meter_on(parts, 2);
	size_t warned = 0;

	(void)state;
	for (size_t i = 0; i < RULE_ROWS; i++) {
		uint32_t at = meter_rule(m, i).at_token;
		struct rule_warning w;

		assert_false(meter_warning(m, i, 1010, &w));
		for (uint32_t n = 1120; n < MIN(at, 1910u); n++) {
			if (!meter_warning(m, i, n, &w))
				continue;
			warned |= (size_t)1 << i;
			assert_in_range(w.since, 1009,
					1010 + 2 * LOOP_WORDS);
			/* A copy that grows has a code that grows, a little;
			 * windows are whole. */
			assert_in_range(at, n + w.left,
					n + w.left +
						(i == RULE_GUARDIAN ? 0 : 24));
		}
		if (at != RULE_NEVER)
			assert_false(meter_warning(m, i, at, &w));
	}
	assert_true(warned >> RULE_GUARDIAN & 1);
	assert_true(warned >> rule_named("adaptive") & 1);
	meter_free(m);
}

/* --- in words ----------------------------------------------------------- */

static void words_are_told(void **state)
{
	static const struct {
		struct rule_verdict v;
		const char *full, *brief;
	} rows[] = {
		{ { .after = AFTER_NOTHING }, "nothing new since",
		  "nothing new since" },
		{ { .after = AFTER_BACK, .resumed_at = 5570, .new_after = 725,
		    .again_at = 6750 },
		  "came back at 5 570 for 725 tokens, stopped again at 6 750",
		  "back for 725, stopped again at 6 750" },
		{ { .after = AFTER_BACK, .resumed_at = 70, .new_after = 1,
		    .again_at = RULE_NEVER },
		  "came back at 70 for 1 token, then copies again",
		  "back for 1, then copies again" },
		{ { .after = AFTER_FALSE, .tokens_after = 2114,
		    .new_after = 1987 },
		  "false alarm: new text for 1 987 of the 2 114 tokens after "
		  "it", "false alarm: 1 987 new" },
		{ { .after = AFTER_FALSE, .tokens_after = 50, .new_after = 50 },
		  "false alarm: new text for the 50 tokens after it",
		  "false alarm: 50 new" },
	};
	static const struct rule_stop stops[] = {
		{ .at_token = 4750, .tokens_after = 2805, .new_after = 725 },
		{ .at_token = 6750, .tokens_after = 1 },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		after_say(&out, &rows[i].v, false);
		assert_string_equal(buf_cstr(&out), rows[i].full);
		buf_clear(&out);
		after_say(&out, &rows[i].v, true);
		assert_string_equal(buf_cstr(&out), rows[i].brief);
		buf_clear(&out);
	}
	after_say_stops(&out, stops, 1);
	assert_int_equal(out.len, 0);
	after_say_stops(&out, stops, 2);
	assert_string_equal(buf_cstr(&out),
			    "; all 2 stops: 4 750 saves 2 805 tokens and loses "
			    "725 new ones before the next, 6 750 saves 1 "
			    "token");
	buf_release(&out);
}

/* --- many at once ------------------------------------------------------- */

enum { MANY = 6000 };

static const char *const words[] = {
	"a", " the", "\n", "  ", "", " 17", "- ", "Wait", "wait", " step",
	"\xe2", "\x82\xac", "\xe4\xbd\xa0", "...", " x_1", "</p>", "18",
	" so then we",
};

/* Stretches of chance, of one word, of few, and copies with a slip. */
static uint32_t write_many(struct rule_token *tokens, uint32_t *r)
{
	uint32_t n = 0;

	while (n < MANY) {
		uint32_t len = 1 + next_random(r) % 400, kind;
		uint32_t few = 1 + next_random(r) % ARRAY_LEN(words), back;

		kind = next_random(r) % 4;
		back = n ? 1 + next_random(r) % MIN(n, 150) : 0;
		few = kind == 1 ? 1 : kind == 2 ? few : ARRAY_LEN(words);
		for (uint32_t i = 0; i < len && n < MANY; i++, n++) {
			uint32_t id = next_random(r) % few;

			if (back && kind == 3 && next_random(r) % 64)
				id = tokens[n - back].id;
			tokens[n] = (struct rule_token){
				.id = id, .text = words[id],
				.len = strlen(words[id]),
			};
		}
	}
	return n;
}

/* Their texts end to end in `text`, but for some. */
static void lay_out(struct rule_token *tokens, uint32_t n, uint32_t *r,
		    char *text)
{
	for (uint32_t i = 0; i < n; i++) {
		memcpy(text, tokens[i].text, tokens[i].len);
		if (next_random(r) % 50)
			tokens[i].text = text;
		text += tokens[i].len;
		if (!tokens[i].len && next_random(r) % 2)
			tokens[i].text = NULL;
	}
}

static void same_stops(const struct meter *a, const struct meter *b, size_t k)
{
	size_t n_a, n_b;
	struct rule_stop *in_a = meter_all_stops(a, k, &n_a);
	struct rule_stop *in_b = meter_all_stops(b, k, &n_b);
	const char *cause = meter_cause(a, k);

	if (n_a != n_b)
		fail_msg("%s stops %zu times, together %zu", rules[k]->name,
			 n_a, n_b);
	for (size_t i = 0; i < n_a; i++)
		if (memcmp(&in_a[i], &in_b[i], sizeof(*in_a)) != 0)
			fail_msg("%s stops at %u, together at %u",
				 rules[k]->name, in_a[i].at_token,
				 in_b[i].at_token);
	assert_true(meter_odds(a, k) == meter_odds(b, k) ||
		    isnan(meter_odds(a, k)));
	assert_string_equal(cause ? cause : "",
			    meter_cause(b, k) ? meter_cause(b, k) : "");
	mem_free(in_a);
	mem_free(in_b);
}

static void together_they_stop_as_one_by_one(void **state)
{
	static struct rule_token tokens[MANY], one;
	static char text[MANY * 16];
	size_t fired[RULE_ROWS] = { 0 };

	(void)state;
	for (uint32_t round = 0; round < 12; round++) {
		struct meter_opts opts = meter_opts_default;
		uint32_t r = round + 1, n, k;
		struct meter *a, *b;

		opts.symbols = round % 3 ? METER_BYTES : METER_TOKENS;
		opts.rules = RULES_ALL;
		opts.no_curves = true;
		opts.rule.scale = round % 4 == 3 ? 0.5 : 0;
		a = meter_new(&opts);
		b = meter_new(&opts);
		n = write_many(tokens, &r);
		lay_out(tokens, n, &r, text);
		for (uint32_t i = 0; i < n; i++) {
			one = tokens[i];
			meter_push_all(a, &one, 1);
		}
		for (uint32_t i = 0; i < n; i += k) {
			k = 1 + next_random(&r) % 600;
			k = MIN(k, n - i);
			meter_push_all(b, tokens + i, k);
		}
		for (size_t i = 0; i < RULE_ROWS; i++) {
			same_stops(a, b, i);
			fired[i] += meter_rule(a, i).at_token != RULE_NEVER;
		}
		meter_free(a);
		meter_free(b);
	}
	for (size_t i = 0; i < RULE_USUAL_ROWS; i++)
		if (!fired[i])
			fail_msg("%s never stopped", rules[i]->name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stretches_are_those_of_the_definition),
		cmocka_unit_test(few_new_tokens_are_none),
		cmocka_unit_test(the_next_stops_are_those_of_the_definition),
		cmocka_unit_test(a_prefix_knows_nothing_of_the_rest),
		cmocka_unit_test(shapes_have_their_verdict),
		cmocka_unit_test(verdicts_are_prefix_stable),
		cmocka_unit_test(a_stop_at_the_last_token),
		cmocka_unit_test(a_warning_is_kept),
		cmocka_unit_test(words_are_told),
		cmocka_unit_test(together_they_stop_as_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
