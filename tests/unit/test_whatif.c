/* whatif.c: every row beside a meter of its own that has the row's numbers,
 * on texts of every kind, however the work is cut. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "measure/rule_loop.h"
#include "report/whatif.h"
#include "task/grade.h"

static uint32_t rnd(uint32_t *seed)
{
	return *seed = *seed * 1664525u + 1013904223u;
}

/* New words, then one sentence again and again, then new ones; an answer on
 * the way. */
static void put_text(struct buf *out, uint32_t seed)
{
	uint32_t n_new = 200 + rnd(&seed) % 900, n_loop = rnd(&seed) % 400;

	for (uint32_t i = 0; i < n_new; i++) {
		buf_printf(out, "w%u ", rnd(&seed) >> 12);
		if (i == n_new / 2)
			buf_puts(out, "The answer is 5. ");
	}
	for (uint32_t i = 0; i < n_loop; i++)
		buf_printf(out, "wait, is that so? let me check %s. ",
			   seed & 1 ? "again" : "it once more");
	for (uint32_t i = 0; i < rnd(&seed) % 200; i++)
		buf_printf(out, "v%u ", rnd(&seed) >> 12);
	buf_printf(out, "The answer is %u.", 5 + (seed >> 30));
}

static struct run *make_run(uint32_t seed, const struct meter_opts *opts)
{
	struct run *run = run_new(opts);
	struct buf text = { 0 };

	put_text(&text, seed);
	if (seed % 3)
		facts_set(&run->trace.facts.gold, "5");
	run_text(run, CHANNEL_ANSWER, text.data, text.len, NAN);
	run_end(run);
	while (!run_measure(run, UINT32_MAX))
		;
	buf_release(&text);
	return run;
}

enum { RUNS = 6 };

/* What the row comes to when each generation is measured for it alone. */
static void check_row(const struct whatif *w, size_t i)
{
	const struct whatif_row *r = whatif_row(w, i);
	struct meter_opts opts = meter_opts_default;
	uint64_t saved = 0, lost = 0, stopped = 0, wrong = 0, kept = 0;
	uint64_t right = 0;

	opts.rule = r->opts;
	opts.rules = RULE_BIT(r->i_rule);
	for (uint32_t seed = 0; seed < RUNS; seed++) {
		struct run *run = make_run(seed, &opts);
		uint32_t n = run->trace.n_tokens;
		struct rule_verdict v = meter_rule(run->meter, r->i_rule);
		uint32_t at = MIN(v.at_token, n);

		stopped += at < n || v.at_token == n;
		wrong += v.at_token != RULE_NEVER && v.after == AFTER_FALSE;
		saved += n - at;
		lost += fresh_count(meter_fresh(run->meter), at, n, n);
		kept += grade_keeps(&run->trace, at);
		right += grade_of(&run->trace, at) == GRADE_RIGHT;
		run_free(run);
	}
	assert_int_equal(r->n_stopped, stopped);
	assert_int_equal(r->n_false, wrong);
	assert_int_equal(r->saved, saved);
	assert_int_equal(r->lost, lost);
	assert_int_equal(r->n_kept, kept);
	assert_int_equal(r->n_right, right);
}

static struct whatif *work(uint32_t slice, size_t i_rule,
			   const struct rule_opts *set)
{
	struct meter_opts opts = whatif_meter(&meter_opts_default);
	struct whatif *w = whatif_new(i_rule, set);

	for (uint32_t seed = 0; seed < RUNS; seed++) {
		struct run *run = make_run(seed, &opts);

		/* One that is begun and left is not counted. */
		if (seed == 3) {
			whatif_add(w, run, 7);
			whatif_drop(w);
		}
		while (!whatif_add(w, run, slice))
			;
		run_free(run);
	}
	return w;
}

static void test_rows(void **state)
{
	struct rule_opts set = { .f = 100, .t = 33, .patience = 3 };
	struct whatif *w = work(UINT32_MAX, RULE_GUARDIAN, &set);
	uint64_t stopped = 0;

	(void)state;
	assert_int_equal(whatif_all(w)->n, RUNS);
	assert_int_equal(whatif_all(w)->n_stating, RUNS);
	assert_int_equal(whatif_all(w)->n_judged, 4);
	assert_true(whatif_all(w)->n_right > 0);
	assert_true(whatif_row(w, 0)->is_set);
	assert_int_equal(whatif_row(w, 0)->opts.f, 100);
	for (size_t i = 0; i < whatif_n(w); i++) {
		check_row(w, i);
		stopped += whatif_row(w, i)->n_stopped;
	}
	assert_in_range(stopped, RUNS, RUNS * whatif_n(w));
	whatif_free(w);
}

static void test_slices(void **state)
{
	static const uint32_t slices[] = { 1, 97, 4096 };
	const struct rule_opts *set = &meter_opts_default.rule;
	struct whatif *whole = work(UINT32_MAX, RULE_DEFAULT, set);

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(slices); k++) {
		struct whatif *w = work(slices[k], RULE_DEFAULT, set);
		struct buf a = { 0 }, b = { 0 };

		whatif_json(whole, &a);
		whatif_json(w, &b);
		assert_string_equal(buf_cstr(&a), buf_cstr(&b));
		buf_release(&a);
		buf_release(&b);
		whatif_free(w);
	}
	whatif_free(whole);
}

/* What is set is always one row, and it is known when another is. */
static void test_set(void **state)
{
	struct rule_opts set = meter_opts_default.rule;
	struct whatif *w = whatif_new(RULE_DEFAULT, &set);
	struct buf name = { 0 };
	size_t n_set = 0;

	(void)state;
	assert_true(whatif_row(w, 0)->is_set);
	assert_int_equal(whatif_row(w, 0)->i_rule, RULE_DEFAULT);
	assert_true(whatif_set(w, RULE_GUARDIAN, &set));
	assert_false(whatif_row(w, 0)->is_set);
	set.t = 19;
	assert_false(whatif_set(w, RULE_GUARDIAN, &set));
	for (size_t i = 0; i < whatif_n(w); i++)
		if (whatif_row(w, i)->is_set) {
			n_set++;
			whatif_name(whatif_row(w, i), &name);
		}
	assert_int_equal(n_set, 1);
	assert_string_equal(buf_cstr(&name), "guardian f 250 t 20 patience 1");
	buf_release(&name);
	whatif_free(w);
}

/* Odds that nobody set are the usual ones, and one row has them. */
static void test_unset(void **state)
{
	struct rule_opts o = meter_opts_default.rule;
	struct whatif *w;
	size_t usual = 0;

	(void)state;
	o.p = 0;
	w = whatif_new(RULE_AT_loop, &o);
	for (size_t i = 0; i < whatif_n(w); i++) {
		const struct whatif_row *r = whatif_row(w, i);

		usual += r->i_rule == RULE_AT_loop &&
			 fabs(r->opts.p - LOOP_P_DEFAULT) < 1e-9;
		assert_int_equal(r->is_set, i == 0);
	}
	assert_int_equal(usual, 1);
	assert_true(whatif_row(w, 0)->opts.p > 0);
	whatif_free(w);
}

/* No tokens, and nothing at all. */
static void test_empty(void **state)
{
	struct meter_opts opts = whatif_meter(&meter_opts_default);
	struct whatif *w = whatif_new(RULE_DEFAULT, &opts.rule);
	struct run *run = run_new(&opts);
	struct buf out = { 0 };

	(void)state;
	whatif_table(w, &out);
	run_end(run);
	run_measure(run, UINT32_MAX);
	while (!whatif_add(w, run, 1))
		;
	assert_int_equal(whatif_all(w)->n, 1);
	assert_int_equal(whatif_row(w, 0)->n_stopped, 0);
	whatif_table(w, &out);
	assert_null(strstr(buf_cstr(&out), "nan"));
	buf_release(&out);
	run_free(run);
	whatif_free(w);
	whatif_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_unset),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
