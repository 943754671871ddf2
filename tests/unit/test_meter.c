/* meter.c: options changed on the way equal options from the start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "measure/coder.h"
#include "measure/meter.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TOKENS = 3000,
	WORDS = 40,
	SHORT = 60,                /* tokens of an answer that is soon over */
	SHORT_KEPT = 16 * 1024,    /* at most, of one that is measured */
};

/* What the heap gives, told by the linker (--wrap); a compiler makes malloc()
 * of a realloc() of nothing. */
void *__real_malloc(size_t n);
void *__real_realloc(void *old, size_t n);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t n);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *memory);

static size_t heap_bytes;

void *__wrap_malloc(size_t n)
{
	void *memory = __real_malloc(n);

	heap_bytes += malloc_usable_size(memory);
	return memory;
}

void *__wrap_realloc(void *old, size_t n)
{
	void *memory;

	heap_bytes -= malloc_usable_size(old);
	memory = __real_realloc(old, n);
	heap_bytes += malloc_usable_size(memory);
	return memory;
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *memory = __real_calloc(n, size);

	heap_bytes += malloc_usable_size(memory);
	return memory;
}

void __wrap_free(void *memory)
{
	heap_bytes -= malloc_usable_size(memory);
	__real_free(memory);
}

/* A text that is fresh at first and loops later: words of a small lexicon. */
static struct {
	char text[WORDS][8];
	uint32_t id[TOKENS];
} sample;

static int make_sample(void **state)
{
	(void)state;
	srand(7);
	for (int i = 0; i < WORDS; i++)
		snprintf(sample.text[i], sizeof(sample.text[i]), " w%d",
			 rand() % 1000);
	for (uint32_t i = 0; i < TOKENS; i++)
		sample.id[i] = i < TOKENS / 2 ? (uint32_t)rand() % WORDS :
						i % 13;
	return 0;
}

static void push_all(struct meter *m, uint32_t n)
{
	for (uint32_t i = meter_n_tokens(m); i < n; i++) {
		const char *text = sample.text[sample.id[i]];

		meter_push(m, sample.id[i], text, strlen(text));
	}
}

static void same_point(struct bound_point a, struct bound_point b)
{
	assert_true(a.rho == b.rho);
	assert_true(a.eps == b.eps);
	assert_true(a.h == b.h);
	assert_int_equal(a.n_words, b.n_words);
	assert_int_equal(a.status, b.status);
}

static void same(const struct meter *a, const struct meter *b)
{
	struct rule_verdict va = meter_rule(a, RULE_GUARDIAN);
	struct rule_verdict vb = meter_rule(b, RULE_GUARDIAN);
	uint32_t n = meter_n_tokens(a);

	assert_int_equal(n, meter_n_tokens(b));
	for (uint32_t i = 0; i <= n; i += 97) {
		assert_int_equal(meter_symbols_at(a, i),
				 meter_symbols_at(b, i));
		same_point(meter_point(a, i), meter_point(b, i));
	}
	assert_int_equal(va.at_token, vb.at_token);
	assert_int_equal(va.tokens_after, vb.tokens_after);
	assert_int_equal(va.resumed_at, vb.resumed_at);
	assert_int_equal(meter_guardian(a)->n, meter_guardian(b)->n);
	for (size_t k = 1; k <= meter_guardian(a)->n; k++)
		assert_true(guardian_gain(meter_guardian(a), k) ==
			    guardian_gain(meter_guardian(b), k));
	assert_int_equal(series_len(meter_rho(a)), n);
	for (uint32_t i = 0; i + 100 < n; i += 100) {
		struct series_range x = series_range(meter_rho(a), i, i + 100);
		struct series_range y = series_range(meter_rho(b), i, i + 100);

		assert_true(x.min == y.min && x.max == y.max &&
			    x.last == y.last);
	}
	for (size_t i = 0; i < RULE_ROWS; i++) {
		assert_int_equal(meter_runs(a, i), meter_runs(b, i));
		assert_int_equal(meter_rule(a, i).at_token,
				 meter_rule(b, i).at_token);
	}
}

static const struct meter_opts variants[] = {
	{ .symbols = METER_BYTES, .rule = { 250, 20, 1, 0, 0 },
	  .rules = RULES_ALL },
	{ .symbols = METER_BYTES, .rule = { 100, 40, 2, 0, 0 },
	  .rules = RULES_ALL },
	{ .symbols = METER_BYTES, .rule = { 250, 20, 1, 0, 0 }, .ls = 6,
	  .rules = RULES_ALL },
	{ .symbols = METER_BYTES, .rule = { 250, 20, 1, 0, 0 },
	  .integer_lc = true,
	  .alphabet = 128, .rules = RULES_ALL },
	{ .symbols = METER_BYTES, .rule = { 250, 20, 1, CODER_DEFLATE, 0, 0 },
	  .rules = RULES_ALL },
	{ .symbols = METER_BYTES, .rule = { 50, 20, 1, CODER_DEFLATE, 0, 0 },
	  .rules = RULES_ALL },
	{ .symbols = METER_BYTES, .rule = { 250, 20, 1, CODER_ZSTD, 0, 0 },
	  .rules = RULES_ALL },
	{ .symbols = METER_TOKENS, .rule = { 250, 20, 1, 0, 0 }, .alphabet = 64,
	  .rules = RULES_ALL },
	{ .symbols = METER_TOKENS, .rule = { 250, 20, 1, CODER_DEFLATE_IDS, 0 },
	  .alphabet = 64 },
	{ .symbols = METER_TOKENS, .rule = { 250, 20, 1, CODER_ZSTD_IDS, 0 },
	  .alphabet = 64, .rules = RULES_ALL },
};

static void every_change_equals_a_fresh_meter(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		struct meter *fresh = meter_new(&variants[i]);

		push_all(fresh, TOKENS);
		for (size_t k = 0; k < ARRAY_LEN(variants); k++) {
			struct meter *m = meter_new(&variants[k]);

			push_all(m, TOKENS - 500);
			meter_set(m, &variants[i]);
			assert_false(meter_n_tokens(m) > 0 &&
				     k == 0 && i == 2 &&
				     meter_catch_up(m, 10));
			push_all(m, TOKENS);
			assert_true(meter_catch_up(m, UINT32_MAX));
			same(m, fresh);
			meter_free(m);
		}
		meter_free(fresh);
	}
}

/* What was measured aside is the same, once somebody looks. */
static void the_curves_may_wait(void **state)
{
	struct meter *m = meter_new(&variants[0]);
	struct meter *whole = meter_new(&variants[0]);

	(void)state;
	push_all(m, 100);
	for (uint32_t i = 100; i < TOKENS / 2; i++) {
		const char *text = sample.text[sample.id[i]];

		meter_push_aside(m, sample.id[i], text, strlen(text));
	}
	push_all(m, TOKENS); /* those are behind, too */
	assert_int_equal(series_len(meter_rho(m)), 100);
	assert_false(meter_catch_up(m, 10));
	meter_seal(m);
	assert_true(meter_catch_up(m, UINT32_MAX));
	push_all(whole, TOKENS);
	same(m, whole);
	meter_free(m);
	meter_free(whole);
}

/* Pieces of 1, 2, 3 ... tokens; `known`: the bytes are told before. */
static struct meter *pushed_together(const struct meter_opts *opts, bool known)
{
	struct meter *m = meter_new(opts);
	struct rule_token tokens[TOKENS];
	struct buf text = { 0 };

	for (uint32_t i = 0; i < TOKENS; i++) {
		const char *word = sample.text[sample.id[i]];

		tokens[i] = (struct rule_token){
			.id = sample.id[i], .text = word, .len = strlen(word)
		};
		buf_puts(&text, word);
	}
	if (known)
		meter_foresee(m, text.data, text.len);
	for (uint32_t at = 0, n = 1; at < TOKENS; at += n, n++) {
		n = MIN(n, TOKENS - at);
		meter_push_all(m, tokens + at, n);
	}
	meter_catch_up(m, UINT32_MAX);
	buf_release(&text);
	return m;
}

static void together_is_one_by_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		struct meter *one = meter_new(&variants[i]);

		push_all(one, TOKENS);
		for (int known = 0; known < 2; known++) {
			struct meter *m = pushed_together(&variants[i], known);

			same(m, one);
			for (size_t k = 0; k < RULE_ROWS; k++) {
				const struct series *a = meter_score(m, k);
				const struct series *b = meter_score(one, k);

				assert_true(!a == !b);
				for (size_t t = 0; a && t < TOKENS; t += 16)
					assert_true(series_range(a, t, t + 1)
							    .last ==
						    series_range(b, t, t + 1)
							    .last);
			}
			meter_free(m);
		}
		meter_free(one);
	}
}

static void sealed_meter_still_answers(void **state)
{
	struct meter *m = meter_new(&variants[0]);
	struct meter *open = meter_new(&variants[0]);

	(void)state;
	push_all(m, TOKENS);
	push_all(open, TOKENS);
	meter_seal(m);
	same(m, open);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		double odds = meter_odds(m, i);

		assert_true(odds == meter_odds(open, i) ||
			    (isnan(odds) && isnan(meter_odds(open, i))));
		assert_ptr_equal(meter_cause(m, i), meter_cause(open, i));
	}
	assert_string_equal(meter_cause(m, RULE_DEFAULT), "copy");
	assert_int_equal(meter_set(m, &variants[2]), METER_SAME);
	assert_int_equal(meter_set(m, &variants[7]), METER_REPLAY);
	push_all(m, TOKENS);
	meter_free(m);
	meter_free(open);
}

/* A list keeps thousands of these, and counts what they take. */
static void little_is_kept_of_what_is_sealed(void **state)
{
	struct meter_opts opts = meter_opts_default;
	size_t before = heap_bytes;
	struct meter *m;

	(void)state;
	opts.symbols = METER_BYTES;
	m = meter_new(&opts);
	push_all(m, SHORT);
	assert_true(heap_bytes - before > SHORT_KEPT);
	meter_seal(m);
	assert_true(heap_bytes - before < SHORT_KEPT);
	meter_free(m);
	assert_true(heap_bytes == before);
}

static void the_loop_is_found(void **state)
{
	struct meter *m = meter_new(&variants[0]);
	struct rule_verdict v;

	(void)state;
	push_all(m, TOKENS);
	v = meter_rule(m, RULE_GUARDIAN);
	assert_in_range(v.at_token, TOKENS / 2, TOKENS / 2 + 500);
	assert_int_equal(v.tokens_after, TOKENS - v.at_token);
	assert_int_equal(v.resumed_at, RULE_NEVER);
	meter_free(m);
}

/* What Guardian is told at check k by a coder of our own. */
static double size_by(struct coder *c, bool ids, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		uint32_t id = sample.id[i];
		unsigned char le[4] = { id & 255, id >> 8 & 255, id >> 16 & 255,
					id >> 24 };

		if (ids)
			coder_push(c, le, sizeof(le));
		else
			coder_push(c, sample.text[id],
				   strlen(sample.text[id]));
	}
	return (double)coder_size(c);
}

/* The gains are those of the coder that was asked for. */
static void the_coder_is_heard(void **state)
{
	enum { F = 100 };

	(void)state;
	for (int kind = CODER_LZ77 + 1; kind < CODER_KINDS; kind++) {
		struct meter_opts opts = { .symbols = METER_BYTES,
					   .rule = { F, 20, 1, kind, 0 } };
		struct coder *c = coder_new((enum coder_kind)kind);
		struct meter *m = meter_new(&opts);
		double before = 0;

		push_all(m, TOKENS);
		assert_int_equal(meter_guardian(m)->n, TOKENS / F);
		for (uint32_t k = 1; k <= TOKENS / F; k++) {
			double size = size_by(c, coder_rows[kind].ids,
					      (k - 1) * F, k * F);

			assert_true(guardian_gain(meter_guardian(m), k) ==
				    size - before);
			before = size;
		}
		meter_free(m);
		coder_free(c);
	}
}

/* A set of rules runs no other one, and what it says is what it says among
 * them all. */
static void only_what_is_asked_for_runs(void **state)
{
	struct meter *all = meter_new(&variants[0]);

	(void)state;
	push_all(all, TOKENS);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		struct meter_opts opts = variants[0];
		struct meter *m;

		opts.rules = RULE_BIT(i);
		m = meter_new(&opts);
		push_all(m, TOKENS);
		for (size_t k = 0; k < RULE_ROWS; k++)
			assert_int_equal(meter_runs(m, k),
					 k == i || k == RULE_GUARDIAN);
		for (uint32_t n = 0; n <= TOKENS; n += 111)
			assert_int_equal(meter_rule_at(m, i, n).at_token,
					 meter_rule_at(all, i, n).at_token);
		meter_free(m);
	}
	meter_free(all);
}

static void nothing_is_fine(void **state)
{
	struct meter *m = meter_new(&variants[0]);

	(void)state;
	assert_int_equal(meter_symbols_at(m, 0), 0);
	assert_true(meter_point(m, 0).rho == 0);
	assert_int_equal(meter_rule(m, RULE_GUARDIAN).at_token, RULE_NEVER);
	meter_push(m, 1, NULL, 0); /* a token without bytes */
	assert_true(meter_catch_up(m, 1));
	assert_int_equal(meter_symbols_at(m, 1), 0);
	meter_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_equals_a_fresh_meter),
		cmocka_unit_test(the_curves_may_wait),
		cmocka_unit_test(together_is_one_by_one),
		cmocka_unit_test(sealed_meter_still_answers),
		cmocka_unit_test(little_is_kept_of_what_is_sealed),
		cmocka_unit_test(only_what_is_asked_for_runs),
		cmocka_unit_test(the_coder_is_heard),
		cmocka_unit_test(the_loop_is_found),
		cmocka_unit_test(nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, make_sample, NULL);
}
