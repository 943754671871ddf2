/*
 * liblilscope beside its definition (naive_stream.h): every rule, tokens and
 * bytes, windows, pops, saved streams; and what it says of trouble: want of
 * memory at every single request, limits, broken bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "naive_stream.h"
#include "purse.h"

enum { WORDS = 24, LONG = 700, WINDOW = 64, ROLLBACK = 40 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Token i of a text that is varied, goes round, and is varied again. */
static uint32_t token(uint32_t i, uint32_t *random, char text[16])
{
	uint32_t id = next_random(random) % WORDS;

	if (i % 600 > 150)
		id = i % 11;
	snprintf(text, 16, i % 11 ? " w%u" : ". W%u", id * 7919);
	return id;
}

static struct lilscope *make(const struct naive_stream *s, uint32_t rollback)
{
	struct lilscope_options o;
	struct lilscope *l;

	lilscope_options_init(&o, sizeof(o));
	o.rule = s->rule;
	o.symbols = s->bytes ? LILSCOPE_BYTES : LILSCOPE_TOKENS;
	o.alphabet = s->alphabet;
	o.f = s->f;
	o.window = s->window;
	o.rollback = rollback;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_OK);
	return l;
}

static void must_agree(const struct naive_stream *s, struct lilscope *l)
{
	const char *what = naive_differs(s, l);

	if (what)
		fail_msg("%s, window %u, %s, after %zu: %s differs", s->rule,
			 s->window, s->bytes ? "bytes" : "tokens", s->n, what);
}

static void push_both(struct naive_stream *s, struct lilscope *l,
		      uint32_t *random)
{
	char text[16];
	uint32_t id = token((uint32_t)s->n, random, text);
	int want;

	naive_push(s, id, text, strlen(text));
	want = s->stop_at[s->n] == LILSCOPE_NEVER ? LILSCOPE_OK :
						    LILSCOPE_STOP;
	assert_int_equal(lilscope_push(l, id, text, strlen(text)), want);
}

/* --- it is what it says ------------------------------------------------- */

static void each_kind(void (*run)(struct naive_stream s))
{
	const char *rule;

	for (size_t i = 0; (rule = lilscope_rule_name(i)) != NULL; i++)
		for (int kind = 0; kind < 4; kind++)
			run((struct naive_stream){
				.rule = rule,
				.bytes = kind & 1,
				.window = kind & 2 ? WINDOW : 0,
				.f = 50,
			});
}

static void run_exact(struct naive_stream s)
{
	struct lilscope *l = make(&s, 0);
	uint32_t random = 1;

	must_agree(&s, l);
	while (s.n < LONG) {
		push_both(&s, l, &random);
		if (s.n % 37 == 0 || (s.window && s.n % s.window < 2))
			must_agree(&s, l);
	}
	assert_true(s.window || s.stop_at[s.n] != LILSCOPE_NEVER);
	assert_int_equal(lilscope_reset(l), LILSCOPE_OK);
	naive_pop(&s, s.n);
	must_agree(&s, l);
	lilscope_destroy(l);
	naive_release(&s);
}

static void test_exact(void **state)
{
	(void)state;
	each_kind(run_exact);
}

/* Pops of every size, some to the very end of what can be popped. */
static void run_pops(struct naive_stream s)
{
	struct lilscope *l = make(&s, ROLLBACK);
	uint32_t random = 2;

	while (s.n < LONG) {
		/* few, or so many that windows have slid since */
		uint32_t n = 1 + next_random(&random) %
					 (next_random(&random) % 4 ? 60 : 300);
		size_t can, back;

		while (n--)
			push_both(&s, l, &random);
		can = lilscope_poppable(l);
		assert_true(can <= ROLLBACK && can <= s.n);
		back = next_random(&random) % (can + 1);
		if (next_random(&random) % 4 == 0)
			back = can;
		assert_int_equal(lilscope_pop(l, can + 1), LILSCOPE_TOO_FAR);
		assert_true(strlen(lilscope_message(l)) > 20);
		assert_true(lilscope_pop(l, back) >= LILSCOPE_OK);
		naive_pop(&s, back);
		assert_int_equal(lilscope_poppable(l), can - back);
		must_agree(&s, l);
	}
	lilscope_destroy(l);
	naive_release(&s);
}

static void test_pops(void **state)
{
	(void)state;
	each_kind(run_pops);
}

static struct lilscope *save_and_restore(struct lilscope *l)
{
	struct lilscope *back;
	unsigned char *bytes, *exact;
	size_t n, again;

	assert_int_equal(lilscope_save(l, NULL, 0, &n), LILSCOPE_OK);
	bytes = malloc(n);
	exact = malloc(n);
	assert_int_equal(lilscope_save(l, bytes, n, &again), LILSCOPE_OK);
	assert_int_equal(n, again);
	assert_true(lilscope_restore(&back, bytes, n, NULL) >= LILSCOPE_OK);
	assert_int_equal(lilscope_save(back, exact, n, &again), LILSCOPE_OK);
	assert_int_equal(n, again);
	assert_memory_equal(bytes, exact, n);
	free(bytes);
	free(exact);
	lilscope_destroy(l);
	return back;
}

static void run_saved(struct naive_stream s)
{
	struct lilscope *l = make(&s, ROLLBACK);
	uint32_t random = 3;

	while (s.n < LONG) {
		size_t back;

		l = save_and_restore(l);
		must_agree(&s, l);
		back = lilscope_poppable(l) / 2;
		assert_true(lilscope_pop(l, back) >= LILSCOPE_OK);
		naive_pop(&s, back);
		must_agree(&s, l);
		for (uint32_t n = 90; n--;)
			push_both(&s, l, &random);
	}
	lilscope_destroy(l);
	naive_release(&s);
}

static void test_saved(void **state)
{
	(void)state;
	each_kind(run_saved);
}

/* Text cut at every byte gives the same words. */
static void test_bytes(void **state)
{
	static const char text[] =
		"Wait, let me check: 12345 is 5 * 2469.\n\n\xe4\xbd\xa0\xe5\xa5"
		"\xbd, \xf0\x9f\x99\x82\xf0\x9f\x99\x82!  caf\xc3\xa9 \xe4"
		"                                aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	size_t n = sizeof(text) - 1;
	struct lilscope_reading one = { .size = sizeof(one) };
	struct lilscope_reading two = { .size = sizeof(two) };
	struct naive_stream s = { .rule = "loop", .bytes = true, .f = 250 };
	struct lilscope *l = make(&s, 0);

	(void)state;
	assert_int_equal(lilscope_push_bytes(l, text, n), LILSCOPE_OK);
	assert_int_equal(lilscope_flush(l), LILSCOPE_OK);
	assert_int_equal(lilscope_read(l, &one), LILSCOPE_OK);
	assert_int_equal(one.n_symbols, n);
	assert_true(one.n_tokens > 15 && one.n_tokens < 40);
	for (size_t cut = 0; cut <= n; cut++) {
		lilscope_reset(l);
		assert_int_equal(lilscope_push_bytes(l, text, cut),
				 LILSCOPE_OK);
		l = save_and_restore(l);
		assert_int_equal(lilscope_push_bytes(l, text + cut, n - cut),
				 LILSCOPE_OK);
		assert_int_equal(lilscope_flush(l), LILSCOPE_OK);
		lilscope_read(l, &two);
		two.memory = one.memory;
		assert_memory_equal(&one, &two, sizeof(one));
	}
	lilscope_destroy(l);
}

/* Tokens without text: one at a time, in a batch, and one for each stream. */
static void test_textless(void **state)
{
	enum { N = 900 };
	uint32_t ids[N];
	struct lilscope *l[3];
	struct lilscope_reading r[3];
	struct lilscope_unit u = { .size = sizeof(u) };
	int codes[2];

	(void)state;
	for (uint32_t i = 0; i < N; i++)
		ids[i] = i < 300 ? i * 977 % 151936 : 1000 + i % 40;
	for (size_t i = 0; i < 3; i++)
		lilscope_create(&l[i], NULL);
	assert_int_equal(lilscope_push_ids(l[0], ids, N), LILSCOPE_STOP);
	for (uint32_t i = 0; i < N; i++) {
		struct lilscope *both[] = { NULL, l[1] };
		uint32_t two[] = { 0, ids[i] };
		size_t ended = lilscope_push_each(both, two, 2, codes);

		assert_int_equal(ended, lilscope_stop_at(l[1]) <= i + 1);
		assert_int_equal(codes[0], LILSCOPE_OK);
		assert_int_equal(codes[1], (int)ended);
		assert_true(lilscope_push(l[2], ids[i], NULL, 0) >= 0);
	}
	for (size_t i = 0; i < 3; i++) {
		memset(&r[i], 0, sizeof(r[i]));
		r[i].size = sizeof(r[i]);
		assert_int_equal(lilscope_read(l[i], &r[i]), LILSCOPE_OK);
		r[i].cause = NULL;
		r[i].memory = 0;
		assert_memory_equal(&r[0], &r[i], sizeof(r[0]));
	}
	assert_in_range(r[0].stop_at, 301, 600);
	assert_int_equal(lilscope_unit(l[0], &u), LILSCOPE_OK);
	assert_null(u.text);
	assert_int_equal(u.n_tokens, 40);
	assert_in_range(u.first, 300, 340);
	assert_true(u.times >= 14 && u.contiguous);
	for (size_t i = 0; i < 3; i++)
		lilscope_destroy(l[i]);
}

/* Ids that wait for others: a stop is told at its token all the same. */
static void check_waiting(const struct lilscope_options *o, uint32_t random)
{
	enum { N = 4000, PART = 1000, NEW = 40, ROUND_MAX = 300 };
	uint32_t past[N];
	uint64_t stop_at = LILSCOPE_NEVER, back = 1;
	struct lilscope *wait, *each;

	lilscope_create(&wait, o);
	lilscope_create(&each, o);
	for (uint32_t i = 0; i < N; i++) {
		struct lilscope_reading r = { .size = sizeof(r) };
		uint32_t odd = next_random(&random);
		int code;

		if (i % PART == 0)
			back = 1 + odd % ROUND_MAX;
		past[i] = i < back || i % PART < NEW ||
					  (i / PART % 2 && odd % 97 == 0) ?
				  odd % 5000 : past[i - back];
		code = lilscope_push(wait, past[i], NULL, 0);
		assert_int_equal(code, lilscope_push_ids(each, &past[i], 1));
		assert_int_equal(lilscope_read(each, &r), LILSCOPE_OK);
		assert_int_equal(code == LILSCOPE_STOP, r.stop_at <= i + 1);
		assert_int_equal(lilscope_n_tokens(wait), i + 1);
		assert_int_equal(lilscope_poppable(wait),
				 lilscope_poppable(each));
		if (code == LILSCOPE_STOP && stop_at == LILSCOPE_NEVER)
			stop_at = i + 1;
	}
	assert_int_equal(stop_at, lilscope_stop_at(wait));
	lilscope_destroy(wait);
	lilscope_destroy(each);
}

static void test_waiting(void **state)
{
	static const uint32_t windows[] = { 0, 64, 250 };
	struct lilscope_options o;

	(void)state;
	for (size_t i = 0; lilscope_rule_name(i); i++)
		for (size_t k = 0; k < 6; k++) {
			lilscope_options_init(&o, sizeof(o));
			o.rule = lilscope_rule_name(i);
			o.window = windows[k % 3];
			o.p = k < 3 ? 0.05 : 0.0002;
			o.f = k < 3 ? 50 : 1;
			o.rollback = k < 3 ? 0 : 9;
			check_waiting(&o, (uint32_t)(1 + 7 * k + i));
		}
}

/* A loop is seen as early where it begins with the stream: its first token is
 * no other one for having nothing before it. */
static void test_textless_first(void **state)
{
	enum { N = 600, ROUND = 40, BEFORE = 7 };
	uint64_t at[2];

	(void)state;
	for (uint32_t k = 0; k < 2; k++) {
		struct lilscope *l;

		lilscope_create(&l, NULL);
		for (uint32_t i = 0; i < k * BEFORE; i++)
			assert_int_equal(lilscope_push_ids(l, &i, 1),
					 LILSCOPE_OK);
		for (uint32_t i = 0; i < N; i++) {
			uint32_t id = 1000 + i % ROUND;

			lilscope_push_ids(l, &id, 1);
		}
		at[k] = lilscope_stop_at(l);
		lilscope_destroy(l);
	}
	assert_in_range(at[0], 3 * ROUND, N);
	assert_int_equal(at[0] + BEFORE, at[1]);
}

static void test_unit(void **state)
{
	static const char again[] = " Wait, let me check that once more.";
	struct lilscope_unit u = { .size = sizeof(u) };
	struct lilscope *l;
	size_t len = sizeof(again) - 1;

	(void)state;
	lilscope_create(&l, NULL);
	assert_int_equal(lilscope_unit(l, &u), LILSCOPE_OK);
	assert_int_equal(u.times, 0);
	lilscope_push_bytes(l, "The sum is 12.", 14);
	for (int i = 0; i < 30; i++)
		lilscope_push_bytes(l, again, len);
	assert_int_equal(lilscope_flush(l), LILSCOPE_STOP);
	assert_int_equal(lilscope_unit(l, &u), LILSCOPE_OK);
	assert_int_equal(u.len, len);
	assert_memory_equal(u.text, again + 1, len - 1);
	assert_true(u.times >= 29 && u.contiguous && u.share > 0.9);
	assert_in_range(u.first, 4, 6);
	lilscope_destroy(l);
}

/* --- trouble ------------------------------------------------------------ */

static struct lilscope_options purse_options(struct purse *p)
{
	struct lilscope_options o;

	lilscope_options_init(&o, sizeof(o));
	o.resize = purse_spend;
	o.opaque = p;
	o.rollback = 32;
	return o;
}

/* Pushes, pops and asks; what the first failure was. */
static int use(struct lilscope *l, uint32_t n)
{
	struct lilscope_unit u = { .size = sizeof(u) };
	uint32_t random = 4;
	char text[16];
	int code = LILSCOPE_OK;

	for (uint32_t i = 0; i < n && code >= 0; i++) {
		uint32_t id = token(i, &random, text);

		code = lilscope_push(l, id, text, strlen(text));
		if (code >= 0 && i % 100 == 99)
			code = lilscope_pop(l, 7);
	}
	return code >= 0 ? lilscope_unit(l, &u) : code;
}

/* Each request is the one that is refused, once. */
static void test_no_memory(void **state)
{
	struct purse p = { 0 };
	struct lilscope_options o = purse_options(&p);
	struct lilscope *l;
	int code = LILSCOPE_NO_MEMORY;
	long n = 0;

	(void)state;
	for (; code != LILSCOPE_OK; n++) {
		p = (struct purse){ .left = n };
		code = lilscope_create(&l, &o);
		if (code == LILSCOPE_OK)
			code = use(l, 330);
		if (code == LILSCOPE_OK) {
			lilscope_destroy(l);
			break;
		}
		assert_int_equal(code, LILSCOPE_NO_MEMORY);
		if (!l) {
			assert_int_equal(p.blocks, 0);
			continue;
		}
		assert_non_null(strstr(lilscope_message(l), "allocator"));
		p.left = -1;
		if (lilscope_push(l, 1, "a", 1) < 0) {
			assert_int_equal(lilscope_push(l, 1, "a", 1),
					 LILSCOPE_SPENT);
			assert_int_equal(lilscope_pop(l, 1), LILSCOPE_SPENT);
			assert_true(lilscope_n_tokens(l) <= 330);
			assert_int_equal(lilscope_reset(l), LILSCOPE_OK);
		}
		assert_int_equal(use(l, 330), LILSCOPE_OK);
		lilscope_destroy(l);
		assert_int_equal(p.blocks, 0);
		assert_int_equal(p.bytes, 0);
	}
	assert_true(n > 100);
	assert_int_equal(p.blocks, 0);
}

static void test_limit(void **state)
{
	struct purse p = { .left = -1 };
	struct lilscope_options o = purse_options(&p);
	struct lilscope *l;

	(void)state;
	o.memory_max = 100;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_LIMIT);
	assert_null(l);
	o.memory_max = 200 * 1000;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_OK);
	assert_int_equal(use(l, 100000), LILSCOPE_LIMIT);
	assert_non_null(strstr(lilscope_message(l), "200000"));
	assert_true(p.most <= o.memory_max);
	assert_in_range(lilscope_n_tokens(l), 300, 3000);
	assert_true(lilscope_stop_at(l) < 400);
	lilscope_destroy(l);
	assert_int_equal(p.blocks, 0);
	/* a window stays within it */
	o.window = 256;
	o.memory_max = 512 * 1024;
	p.most = 0;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_OK);
	assert_int_equal(use(l, 20000), LILSCOPE_OK);
	assert_true(p.most <= o.memory_max);
	lilscope_destroy(l);
	assert_int_equal(p.blocks, 0);
}

/* There is no room for the last byte: none is written. */
static void nothing_written(struct lilscope *l, size_t size)
{
	unsigned char *bytes = mem_zalloc(size);
	size_t n = 0, set = 0;

	assert_int_equal(lilscope_save(l, bytes, size - 1, &n), LILSCOPE_OK);
	assert_int_equal(n, size);
	for (size_t i = 0; i < size; i++)
		set += bytes[i] != 0;
	assert_int_equal(set, 0);
	mem_free(bytes);
}

/* Every byte changed, every length: an error, and nothing else. With the sum
 * made right again: an error, or a stream that can be used. */
static void test_broken_bytes(void **state)
{
	struct naive_stream s = { .rule = "cycle", .window = 64, .f = 50 };
	struct lilscope *l = make(&s, ROLLBACK), *back;
	uint32_t random = 5;
	unsigned char *bytes;
	size_t n;

	(void)state;
	while (s.n < 150)
		push_both(&s, l, &random);
	lilscope_push_bytes(l, " op", 3);
	lilscope_save(l, NULL, 0, &n);
	nothing_written(l, n);
	bytes = malloc(n);
	lilscope_save(l, bytes, n, &n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(lilscope_restore(&back, bytes, i, NULL),
				 LILSCOPE_BAD_BYTES);
		bytes[i] ^= 0x10;
		assert_int_equal(lilscope_restore(&back, bytes, n, NULL),
				 i / 4 == 2 ? LILSCOPE_BAD_VERSION :
					      LILSCOPE_BAD_BYTES);
		assert_null(back);
		bytes[i] ^= 0x10;
	}
	assert_int_equal(lilscope_restore(&back, NULL, 9, NULL),
			 LILSCOPE_BAD_BYTES);
	assert_true(lilscope_restore(&back, bytes, n, NULL) >= 0);
	assert_int_equal(lilscope_flush(back), lilscope_flush(l));
	assert_int_equal(lilscope_n_tokens(back), lilscope_n_tokens(l));
	free(bytes);
	lilscope_destroy(l);
	lilscope_destroy(back);
	naive_release(&s);
}

/* As save.c has it: FNV-1a of all before it, little-endian. */
static void right_sum(unsigned char *bytes, size_t n)
{
	uint64_t sum = fnv64(FNV64_BASIS, bytes, n - 8);

	for (size_t i = 0; i < 8; i++)
		bytes[n - 8 + i] = (unsigned char)(sum >> 8 * i);
}

/* One whose tokens are said to be the last that 64 bits can count is no saved
 * stream: more pushed would count from 0 again. */
static void test_no_more_tokens(void **state)
{
	enum { FIRST_AT = 128 }; /* behind an empty open word */
	struct lilscope_options o;
	struct lilscope *l, *back;
	unsigned char bytes[8192];
	size_t n;

	(void)state;
	lilscope_options_init(&o, sizeof(o));
	o.window = WINDOW;
	lilscope_create(&l, &o);
	for (uint32_t i = 0; i < 200; i++)
		lilscope_push(l, i % 7, "a b", 3);
	lilscope_save(l, bytes, sizeof(bytes), &n);
	lilscope_destroy(l);
	assert_in_range(n, FIRST_AT, sizeof(bytes));
	assert_int_equal(bytes[FIRST_AT], 2 * WINDOW);
	memset(bytes + FIRST_AT + 1, 0xff, 7); /* 2^64 - 128, and 72 tokens */
	right_sum(bytes, n);
	assert_int_equal(lilscope_restore(&back, bytes, n, NULL),
			 LILSCOPE_BAD_BYTES);
	bytes[FIRST_AT + 7] = 0x3f;
	right_sum(bytes, n);
	assert_true(lilscope_restore(&back, bytes, n, NULL) >= LILSCOPE_OK);
	for (uint32_t i = 0; i < 300; i++)
		assert_true(lilscope_push(back, i, "c", 1) >= LILSCOPE_OK);
	lilscope_destroy(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_pops),
		cmocka_unit_test(test_saved),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_textless),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_textless_first),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_broken_bytes),
		cmocka_unit_test(test_no_more_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
