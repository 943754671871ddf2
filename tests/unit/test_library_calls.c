/*
 * Calls of liblilscope one by one: options, structs of older and newer headers,
 * calls out of order, and what a reading says of the band and of a stop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "lilscope.h"

static void test_options(void **state)
{
	static const struct {
		const char *word; /* in the sentence */
		struct lilscope_options bad;
	} rows[] = {
		{ "rule", { .rule = "zlib" } },
		{ "symbols", { .symbols = 2 } },
		{ "f must", { .f = 1000001 } },
		{ "t must", { .t = -1 } },
		{ "patience", { .patience = 1001 } },
		{ "ls", { .ls = 2 } },
		{ "ls", { .ls = 65 } },
		{ "p must", { .p = 0.5 } },
		{ "alphabet", { .alphabet = 1 } },
		{ "alphabet", { .alphabet = 1e12 } },
		{ "alphabet", { .symbols = 1, .alphabet = 1000 } },
		{ "window", { .window = 63 } },
		{ "rollback", { .rollback = (1 << 20) + 1 } },
		{ "lilscope_options_init", { .size = 7 } },
	};
	const char *why;
	struct lilscope *l;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lilscope_options o = rows[i].bad;

		o.size = o.size ? o.size : sizeof(o);
		o.f = o.f ? o.f : 250;
		o.patience = o.patience ? o.patience : 1;
		assert_int_equal(lilscope_create(&l, &o),
				 LILSCOPE_BAD_OPTION);
		assert_null(l);
		assert_int_equal(lilscope_options_check(&o, &why),
				 LILSCOPE_BAD_OPTION);
		assert_non_null(strstr(why, rows[i].word));
	}
	assert_int_equal(lilscope_options_check(NULL, &why), LILSCOPE_OK);
	assert_null(why);
}

/* A caller with a newer header: what is zero there does no harm. */
static void test_newer(void **state)
{
	struct {
		struct lilscope_options o;
		uint64_t more[4];
	} options;
	struct {
		struct lilscope_reading r;
		uint64_t more[4];
	} reading;
	struct lilscope *l;
	const char *why;

	(void)state;
	lilscope_options_init(&options.o, sizeof(options));
	assert_int_equal(lilscope_create(&l, &options.o), LILSCOPE_OK);
	options.more[2] = 1;
	assert_int_equal(lilscope_options_check(&options.o, &why),
			 LILSCOPE_BAD_OPTION);
	assert_non_null(strstr(why, "this version"));
	memset(&reading, 0xff, sizeof(reading));
	reading.r.size = sizeof(reading);
	assert_int_equal(lilscope_read(l, &reading.r), LILSCOPE_OK);
	assert_int_equal(reading.more[3], 0);
	assert_int_equal(reading.r.size, sizeof(reading));
	lilscope_destroy(l);
}

/* A caller with the first version's header: what came since is not written. */
static void test_older(void **state)
{
	enum { FIRST = offsetof(struct lilscope_reading, band) };
	struct lilscope_reading r;
	struct lilscope *l;

	(void)state;
	lilscope_create(&l, NULL);
	lilscope_push(l, 1, "a", 1);
	memset(&r, 0xff, sizeof(r));
	r.size = FIRST;
	assert_int_equal(lilscope_read(l, &r), LILSCOPE_OK);
	assert_int_equal(r.n_tokens, 1);
	assert_true(r.memory > 0 && r.memory < 1 << 20);
	assert_int_equal(r.band, UINT32_MAX);
	assert_int_equal(r.resumed_at, UINT64_MAX);
	r.size = FIRST - 1;
	assert_int_equal(lilscope_read(l, &r), LILSCOPE_BAD_CALL);
	lilscope_destroy(l);
}

static void test_band_of_bytes(void **state)
{
	struct lilscope_reading r = { .size = sizeof(r) };
	uint32_t seen = 0;
	struct lilscope_options o;
	struct lilscope *l;

	(void)state;
	lilscope_options_init(&o, sizeof(o));
	o.symbols = LILSCOPE_BYTES;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_OK);
	for (uint32_t i = 0; i < 100000; i++) {
		assert_true(lilscope_push(l, 0, "ab ", 3) >= LILSCOPE_OK);
		lilscope_read(l, &r);
		seen |= 1u << r.band;
	}
	assert_int_equal(seen, 1u << LILSCOPE_OUT_LOW |
				       1u << LILSCOPE_ASYMPTOTIC |
				       1u << LILSCOPE_PROVEN);
	assert_int_equal(r.band, LILSCOPE_PROVEN);
	assert_true(r.vacuous && r.rho <= r.eps);
	lilscope_destroy(l);
}

/* What the band is, from no text on; and what came after a stop, as the
 * verdict of analyze has it. */
static void test_band_and_after(void **state)
{
	enum { VARIED = 600, LOOPS = 700, N = 2500 };
	static const char *const names[] = { "EMPTY", "PROVEN", "OUT-LOW",
					     "UNDERSAMPLED", "ASYMPTOTIC" };
	struct lilscope_reading r = { .size = sizeof(r) };
	uint32_t seen = 0, random = 7;
	struct lilscope_options o;
	struct lilscope *l;

	(void)state;
	lilscope_options_init(&o, sizeof(o));
	o.rule = "guardian";
	o.alphabet = 1e4 + 20;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_OK);
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(lilscope_band_name(i), names[i]);
	assert_null(lilscope_band_name(ARRAY_LEN(names)));
	assert_null(lilscope_band_name(UINT32_MAX));
	lilscope_read(l, &r);
	assert_int_equal(r.band, LILSCOPE_EMPTY);
	for (uint32_t i = 0; i < N; i++) {
		bool loops = i >= VARIED && i < VARIED + LOOPS;
		uint32_t id = loops ? i % 11 : 20 + (random >> 8) % 9999;

		random = random * 1664525u + 1013904223u;
		assert_true(lilscope_push(l, id, "x", 1) >= LILSCOPE_OK);
		lilscope_read(l, &r);
		seen |= 1u << r.band;
		if (r.stop_at == LILSCOPE_NEVER) {
			assert_int_equal(r.last_new, LILSCOPE_NEVER);
			assert_int_equal(r.new_after, LILSCOPE_NEVER);
		} else if (loops) {
			assert_in_range(r.last_new, VARIED, VARIED + 30);
			assert_int_equal(r.new_after, 0);
			assert_int_equal(r.resumed_at, LILSCOPE_NEVER);
		}
	}
	assert_int_equal(seen, 1u << LILSCOPE_OUT_LOW);
	assert_in_range(r.resumed_at, VARIED + LOOPS - 10, VARIED + LOOPS + 10);
	assert_in_range(r.new_after, N - VARIED - LOOPS - 10,
			N - VARIED - LOOPS + 10);
	lilscope_destroy(l);
}

static void check_each(struct lilscope *l)
{
	struct lilscope *two[] = { l, NULL };
	uint32_t ids[] = { 1, LILSCOPE_NO_ID };
	int codes[2] = { 7, 7 };

	assert_int_equal(lilscope_push_each(two, ids, 2, NULL), 2);
	assert_int_equal(lilscope_push_each(two, NULL, 2, codes), 2);
	assert_int_equal(codes[1], LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push_each(NULL, ids, 2, codes), 2);
	assert_int_equal(codes[0], LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push_each(NULL, NULL, 0, NULL), 0);
	assert_int_equal(lilscope_n_tokens(l), 0);
	assert_int_equal(lilscope_push_each(two, ids, 2, codes), 0);
	assert_int_equal(lilscope_n_tokens(l), 1);
}

static void test_calls(void **state)
{
	struct lilscope_options o;
	struct lilscope_reading r = { .size = 4 };
	struct lilscope *l;
	size_t n;

	(void)state;
	lilscope_options_init(&o, sizeof(o));
	o.alphabet = 1000;
	assert_int_equal(lilscope_create(&l, &o), LILSCOPE_OK);
	assert_string_equal(lilscope_message(l), "");
	assert_int_equal(lilscope_push(l, 1000, "a", 1), LILSCOPE_BAD_CALL);
	assert_non_null(strstr(lilscope_message(l), "token 1000"));
	assert_int_equal(lilscope_push(l, LILSCOPE_NO_ID, NULL, 0),
			 LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push(l, LILSCOPE_NO_ID, "a", 1),
			 LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push_bytes(l, "a b", 3), LILSCOPE_BAD_CALL);
	assert_non_null(strstr(lilscope_message(l), "alphabet"));
	assert_int_equal(lilscope_read(l, &r), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_read(l, NULL), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push_ids(l, NULL, 1), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push_ids(l, NULL, 0), LILSCOPE_OK);
	assert_int_equal(lilscope_push_ids(l, &(uint32_t){ 1 }, SIZE_MAX),
			 LILSCOPE_FULL);
	assert_non_null(strstr(lilscope_message(l), "no room"));
	assert_int_equal(lilscope_push(l, 999, "a", 1), LILSCOPE_OK);
	assert_int_equal(lilscope_push(l, 999, NULL, 0), LILSCOPE_BAD_CALL);
	assert_non_null(strstr(lilscope_message(l), "with text"));
	assert_int_equal(lilscope_pop(l, 1), LILSCOPE_TOO_FAR);
	assert_int_equal(lilscope_pop(l, 0), LILSCOPE_OK);
	assert_int_equal(lilscope_save(l, NULL, 0, NULL), LILSCOPE_BAD_CALL);
	assert_non_null(strstr(lilscope_message(l), "NULL"));
	lilscope_destroy(l);
	lilscope_create(&l, NULL);
	check_each(l);
	lilscope_destroy(l);

	o.alphabet = 0;
	o.symbols = LILSCOPE_BYTES;
	lilscope_create(&l, &o);
	assert_int_equal(lilscope_push(l, 5, NULL, 0), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_push(l, 5, "", 0), LILSCOPE_OK);
	assert_int_equal(lilscope_push_bytes(l, "half", 4), LILSCOPE_OK);
	assert_int_equal(lilscope_n_tokens(l), 1);
	assert_int_equal(lilscope_pop(l, 1), LILSCOPE_BAD_CALL);
	assert_non_null(strstr(lilscope_message(l), "flush"));
	assert_int_equal(lilscope_push_bytes(l, NULL, 1), LILSCOPE_BAD_CALL);
	assert_non_null(strstr(lilscope_message(l), "NULL"));
	assert_int_equal(lilscope_push_bytes(l, NULL, 0), LILSCOPE_OK);
	assert_int_equal(lilscope_push_bytes(l, "", SIZE_MAX), LILSCOPE_FULL);
	assert_int_equal(lilscope_push(l, 6, "", SIZE_MAX), LILSCOPE_FULL);
	assert_int_equal(lilscope_push(l, 6, " more", 5), LILSCOPE_OK);
	assert_int_equal(lilscope_n_tokens(l), 3);
	lilscope_destroy(l);

	lilscope_destroy(NULL);
	assert_int_equal(lilscope_push(NULL, 1, "a", 1), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_reset(NULL), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_create(NULL, NULL), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_save(NULL, NULL, 0, &n), LILSCOPE_BAD_CALL);
	assert_int_equal(lilscope_n_tokens(NULL), 0);
	assert_string_equal(lilscope_message(NULL), "");
	for (int code = LILSCOPE_SPENT; code <= LILSCOPE_STOP; code++)
		assert_string_not_equal(lilscope_strerror(code),
					lilscope_strerror(77));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_band_and_after),
		cmocka_unit_test(test_band_of_bytes),
		cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
