/* run.c: text and tokens through the one door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "system/crew.h"
#include "trace/run.h"

#include <math.h>
#include <string.h>

static const char text[] =
	"<think>So x = 7. Wait, let me check: 3 + 4 = 7, "
	"\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x91\x8d, \xff bad.</think>\n\n"
	"The answer is 7.";

static struct run *run_of(size_t step)
{
	struct run *run = run_new(&meter_opts_default);
	size_t n = strlen(text);

	for (size_t at = 0; at < n; at += step)
		run_text(run, CHANNEL_ANSWER, text + at, MIN(step, n - at),
			 (double)at);
	run_end(run);
	while (!run_measure(run, 3))
		;
	return run;
}

static void cuts_do_not_matter(void **state)
{
	struct run *whole = run_of(sizeof(text));
	uint32_t n = whole->trace.n_tokens;

	(void)state;
	assert_int_equal(whole->trace.text.len, strlen(text));
	assert_memory_equal(whole->trace.text.data, text, strlen(text));
	assert_int_equal(trace_count(&whole->trace, CHANNEL_REASONING) +
				 trace_count(&whole->trace, CHANNEL_ANSWER),
			 n);
	assert_int_equal(whole->trace.tokens_by, TOKENS_BY_BPE);
	assert_int_equal(run_symbols(whole), METER_BYTES);
	for (size_t step = 1; step < 20; step++) {
		struct run *run = run_of(step);

		assert_int_equal(run->trace.n_tokens, n);
		assert_memory_equal(run->trace.end, whole->trace.end,
				    n * sizeof(*run->trace.end));
		assert_memory_equal(run->trace.id, whole->trace.id,
				    n * sizeof(*run->trace.id));
		assert_int_equal(run->trace.n_spans, whole->trace.n_spans);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(trace_channel(&run->trace, i),
					 trace_channel(&whole->trace, i));
		assert_true(meter_point(run->meter, n).rho ==
			    meter_point(whole->meter, n).rho);
		run_free(run);
	}
	run_free(whole);
}

/* A word that waits for its end has the time at which its last byte came. */
static void held_back_words_keep_their_time(void **state)
{
	struct run *run = run_new(&meter_opts_default);

	(void)state;
	run_text(run, CHANNEL_ANSWER, "one", 3, 100);
	run_text(run, CHANNEL_ANSWER, " two", 4, 105);
	run_text(run, CHANNEL_ANSWER, " three", 6, 107);
	run_end(run);
	assert_int_equal(run->trace.n_tokens, 3);
	assert_int_equal(run->trace.time_us[0], 0);
	assert_int_equal(run->trace.time_us[1], 5000000);
	assert_int_equal(run->trace.time_us[2], 7000000);
	run_free(run);
}

static void channels_cut_words(void **state)
{
	struct run *run = run_new(&meter_opts_default);

	(void)state;
	run_text(run, CHANNEL_REASONING, "think", 5, NAN);
	run_text(run, CHANNEL_ANSWER, "ing", 3, NAN);
	run_end(run);
	assert_int_equal(trace_count(&run->trace, CHANNEL_REASONING), 1);
	assert_int_equal(trace_count(&run->trace, CHANNEL_ANSWER), 1);
	assert_null(run->trace.time_us);
	run_free(run);
}

static void push_id(struct run *run, uint32_t id)
{
	struct token token = { .text = "x", .len = 1, .id = id,
			       .logprob = NAN, .time_s = NAN,
			       .channel = CHANNEL_ANSWER };

	run_token(run, &token);
}

static void ids_are_the_symbols(void **state)
{
	struct run *run = run_new(&meter_opts_default);

	(void)state;
	run->trace.facts.vocab = 1000;
	for (uint32_t i = 0; i < 600; i++)
		push_id(run, i % 10);
	assert_int_equal(run_symbols(run), METER_TOKENS);
	assert_true(run_measure(run, 10000));
	assert_true(bound_alphabet(meter_bound(run->meter)) == 1000);
	assert_int_equal(meter_symbols_at(run->meter, 600), 600);

	/* an id that the stated vocabulary cannot hold: start anew */
	push_id(run, 5000);
	while (!run_measure(run, 100))
		;
	assert_int_equal(run_n_measured(run), 601);
	assert_true(bound_alphabet(meter_bound(run->meter)) > 5000);
	assert_int_equal(meter_opts(run->meter)->literal_bits, 32);

	/* text without ids: the ids are no longer all of one kind */
	run_text(run, CHANNEL_ANSWER, "and text", 8, NAN);
	run_end(run);
	while (!run_measure(run, 100))
		;
	assert_int_equal(run_symbols(run), METER_BYTES);
	assert_int_equal(meter_symbols_at(run->meter, run_n_measured(run)),
			 609);
	run_free(run);
}

static void options_change_any_time(void **state)
{
	struct run *run = run_of(5);
	struct run *fresh;
	struct meter_opts o = meter_opts_default;

	(void)state;
	o.symbols = METER_TOKENS;
	o.rule.f = 10;
	o.ls = 4;
	run_set(run, &o);
	while (!run_measure(run, 1))
		;
	fresh = run_new(&o);
	run_text(fresh, CHANNEL_ANSWER, text, strlen(text), NAN);
	run_end(fresh);
	while (!run_measure(fresh, 1000))
		;
	assert_int_equal(run_n_measured(run), run_n_measured(fresh));
	assert_true(meter_point(run->meter, 20).rho ==
		    meter_point(fresh->meter, 20).rho);
	assert_int_equal(meter_guardian(run->meter)->n,
			 meter_guardian(fresh->meter)->n);
	run_free(run);
	run_free(fresh);
}

/* Long enough to be foreseen: words, some of them said again, and loops. */
static struct run *long_run(void)
{
	struct run *run = run_new(&meter_opts_default);
	uint32_t r = 1;

	for (int i = 0; i < 100000; i++) {
		char word[] = "abcd ef ";

		r = r * 1664525u + 1013904223u;
		for (int k = 0; k < 6; k++)
			word[k] = (char)('a' + (r >> (8 + 3 * k)) % 11);
		run_text(run, CHANNEL_ANSWER, i % 25000 < 1000 ? "again an" :
			 i % 5 ? word : "repeated", 8, NAN);
	}
	run_end(run);
	return run;
}

static void foreseen_is_the_same(void **state)
{
	struct run *run = long_run(), *twin = long_run();
	uint32_t n = run->trace.n_tokens;
	const struct lz77 *z, *tree;

	(void)state;
	run_foresee(run);
	while (!run_measure(run, 100000) | !run_measure(twin, 100000))
		;
	z = meter_lz77(run->meter);
	tree = meter_lz77(twin->meter);
	assert_true(lz77_search_bytes(z) * 4 < lz77_search_bytes(tree));
	assert_int_equal(lz77_n_phrases(z), lz77_n_phrases(tree));
	for (uint32_t i = 1; i < n; i += 997) {
		uint32_t at = meter_symbols_at(run->meter, i);

		assert_int_equal(lz77_code_bits_at(z, at),
				 lz77_code_bits_at(tree, at));
		assert_true(meter_point(run->meter, i).rho ==
			    meter_point(twin->meter, i).rho);
		assert_true(meter_point(run->meter, i).h ==
			    meter_point(twin->meter, i).h);
	}
	run_foresee(run); /* too late: nothing */
	run_free(run);
	run_free(twin);
}

static void foresee(void *ctx)
{
	run_foresee(ctx);
}

static void go_ahead(void *ctx)
{
	run_apart(ctx);
}

/* What a second thread does of a long run changes nothing. */
static void split_is_the_same(void **state)
{
	struct meter_opts opts = meter_opts_default;
	struct run *run = long_run(), *twin = long_run();
	size_t n_stops = 0;

	(void)state;
	assert_false(run_splits(run)); /* curves are wanted */
	opts.no_curves = true;
	run_set(run, &opts);
	run_set(twin, &opts);
	assert_true(run_splits(run));
	crew_both(go_ahead, foresee, run);
	while (!run_measure(run, 100000) | !run_measure(twin, 100000))
		;
	assert_false(run_splits(run));
	for (size_t i = 0; i < RULE_ROWS; i++) {
		size_t n, m;
		struct rule_stop *a = meter_all_stops(run->meter, i, &n);
		struct rule_stop *b = meter_all_stops(twin->meter, i, &m);

		assert_int_equal(n, m);
		for (size_t k = 0; k < n; k++)
			assert_memory_equal(&a[k], &b[k], sizeof(*a));
		n_stops += n;
		mem_free(a);
		mem_free(b);
	}
	assert_true(n_stops > 2);
	run_free(run);
	run_free(twin);
}

static void empty_runs_are_fine(void **state)
{
	struct run *run = run_new(&meter_opts_default);

	(void)state;
	run_text(run, CHANNEL_ANSWER, "", 0, NAN);
	run_end(run);
	assert_true(run_measure(run, 1));
	assert_int_equal(run_n_measured(run), 0);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(held_back_words_keep_their_time),
		cmocka_unit_test(channels_cut_words),
		cmocka_unit_test(ids_are_the_symbols),
		cmocka_unit_test(options_change_any_time),
		cmocka_unit_test(foreseen_is_the_same),
		cmocka_unit_test(split_is_the_same),
		cmocka_unit_test(empty_runs_are_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
