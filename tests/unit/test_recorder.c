/* recorder.c: the file is a whole trace at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deck/deck.h"
#include "report/recorder.h"

struct place {
	char dir[64], path[96];
};

static void make_place(struct place *p, const char *name)
{
	strcpy(p->dir, "/tmp/lilscope-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/%s", p->dir, name);
}

static void remove_place(const struct place *p)
{
	unlink(p->path);
	rmdir(p->dir);
}

/* Two words and their time; ids of our own tokenizer. */
static void grow_run(struct run *run, int i)
{
	char text[32];
	size_t n = (size_t)snprintf(text, sizeof(text), "step %d\n", i);

	run_text(run, CHANNEL_ANSWER, text, n, 50 + i * 0.25);
}

/* What is in the file now: text, tokens, how they were counted. */
static void read_back(const char *path, struct buf *text, uint32_t *n_tokens,
		      double *ttft_s, bool *trouble)
{
	struct deck *d = deck_new(&meter_opts_default);
	struct err err = { "" };
	const struct trace *t;

	assert_true(deck_add(d, path, false, &err));
	while (deck_work(d, 10000))
		;
	assert_int_equal(deck_n(d), 1);
	t = &deck_kept(d, 0)->trace;
	buf_clear(text);
	buf_append(text, t->text.data, t->text.len);
	*n_tokens = t->n_tokens;
	*ttft_s = t->time_origin_s - t->start_s;
	*trouble = deck_trouble(d)[0] != '\0';
	if (t->n_tokens)
		assert_int_equal(t->tokens_by, TOKENS_BY_BPE);
	deck_free(d);
}

static void opens_after_every_flush(void **state)
{
	struct run *run = run_new(&meter_opts_default);
	struct buf text = { 0 };
	struct err err = { "" };
	struct recorder *r;
	struct place place;
	uint32_t n_tokens;
	double now_s = 1000, ttft_s;
	bool more, trouble;

	(void)state;
	make_place(&place, "run.jsonl.zst");
	r = recorder_open(place.path, false, &err);
	assert_non_null(r);
	run->trace.start_s = 49.5;
	for (int i = 0; i < 40; i++, now_s += 0.2) {
		double waited;

		grow_run(run, i);
		assert_true(recorder_work(r, run, now_s, &more, &err));
		assert_false(more);
		waited = recorder_wait_s(r, now_s);
		if (waited < 0) { /* it was flushed just now */
			read_back(place.path, &text, &n_tokens, &ttft_s,
				  &trouble);
			assert_true(trouble); /* no end: said, not hidden */
			assert_int_equal(n_tokens, run->trace.n_tokens);
			assert_memory_equal(text.data, run->trace.text.data,
					    text.len);
			assert_true(fabs(ttft_s - 0.5) < 1e-5);
		}
		assert_true(waited <= RECORDER_FLUSH_S);
	}
	run_end(run);
	assert_true(recorder_close(r, run, &err));
	read_back(place.path, &text, &n_tokens, &ttft_s, &trouble);
	assert_false(trouble);
	assert_int_equal(n_tokens, run->trace.n_tokens);
	assert_int_equal(text.len, run->trace.text.len);
	run_free(run);
	buf_release(&text);
	remove_place(&place);
}

static void writes_in_slices(void **state)
{
	struct run *run = run_new(&meter_opts_default);
	struct err err = { "" };
	struct recorder *r;
	struct place place;
	int n_calls = 0;
	bool more = true;

	(void)state;
	make_place(&place, "run.jsonl");
	for (int i = 0; i < 6000; i++)
		grow_run(run, i);
	r = recorder_open(place.path, false, &err);
	while (more) {
		uint32_t before = recorder_n_tokens(r);

		assert_true(recorder_work(r, run, n_calls++, &more, &err));
		assert_true(recorder_n_tokens(r) - before <=
			    RECORDER_SLICE_TOKENS);
	}
	assert_int_equal(recorder_n_tokens(r), run->trace.n_tokens);
	assert_true(n_calls > 4);
	assert_true(recorder_close(r, NULL, &err));
	run_free(run);
	remove_place(&place);
}

static void never_over_a_file(void **state)
{
	struct err err = { "" };
	struct recorder *r;
	struct place place;

	(void)state;
	make_place(&place, "run.jsonl");
	r = recorder_open(place.path, false, &err);
	assert_true(recorder_close(r, NULL, &err));
	assert_null(recorder_open(place.path, false, &err));
	assert_non_null(strstr(err.text, "exists already"));
	err_clear(&err);
	r = recorder_open(place.path, true, &err);
	assert_true(recorder_close(r, NULL, &err));
	unlink(place.path);
	strcat(place.path, "/below"); /* a folder that is not there */
	assert_null(recorder_open(place.path, true, &err));
	remove_place(&place);
}

static void a_full_disk_is_told(void **state)
{
	struct run *run = run_new(&meter_opts_default);
	struct err err = { "" };
	struct recorder *r = recorder_open("/dev/full", true, &err);
	bool more, good = true;

	(void)state;
	if (!r)
		skip();
	for (int i = 0; i < 10 && good; i++) {
		grow_run(run, i);
		good = recorder_work(r, run, i, &more, &err);
	}
	assert_false(good);
	assert_non_null(strstr(err.text, "can't be written"));
	recorder_close(r, run, &err);
	run_free(run);
}

static void whole_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf_reserve(out, BUFSIZ), 1, BUFSIZ, f)) > 0)
		out->len += n;
	fclose(f);
}

/* Without a token there is a header and an end; what the tokens of the prompt
 * are stays. */
static void no_token_is_a_trace(void **state)
{
	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		struct run *run = run_new(&meter_opts_default);
		struct buf got = { 0 };
		struct err err = { "" };
		struct recorder *r;
		struct place place;
		bool more;

		make_place(&place, "run.jsonl");
		r = recorder_open(place.path, false, &err);
		if (asked) {
			run_prompt(run, "two words", 9);
			trace_push_prompt_end(&run->trace, 3);
			trace_push_prompt_end(&run->trace, 9);
		}
		run_end(run);
		assert_true(recorder_work(r, run, 1000, &more, &err));
		assert_true(recorder_close(r, run, &err));
		whole_file(place.path, &got);
		assert_non_null(strstr(buf_cstr(&got), "{\"lilscope\":1"));
		assert_non_null(strstr(buf_cstr(&got), "\"end\":"));
		assert_int_equal(strstr(buf_cstr(&got), "[3,9]") != NULL,
				 asked);
		buf_release(&got);
		run_free(run);
		remove_place(&place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_after_every_flush),
		cmocka_unit_test(writes_in_slices),
		cmocka_unit_test(never_over_a_file),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(no_token_is_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
