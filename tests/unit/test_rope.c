/* Turning by a position, however large, beside the formula. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/rope.h"

enum { D = 64, END = 70000000 };

static const uint32_t positions[] = {
	0,     1,     255,    256,	257,	  511,	    512,     4095,
	65535, 65536, 131071, 1000003, 16777215, 16777216, 16777217, END - 1,
};

/* By how much v is not what {1, 0} in each pair becomes at this position. */
static double error(const struct rope_opts *o, const float *v, double position,
		    double scale)
{
	double worst = 0;

	for (uint32_t i = 0; i < o->n_rot / 2; i++) {
		uint32_t a = o->halves ? i : 2 * i;
		uint32_t b = o->halves ? i + o->n_rot / 2 : 2 * i + 1;
		double f = pow(o->base, -2.0 * i / o->n_rot);

		worst = fmax(worst, fabs((double)v[a] -
					 scale * cos(position * f)));
		worst = fmax(worst, fabs((double)v[b] -
					 scale * sin(position * f)));
	}
	return worst;
}

static void ones(const struct rope_opts *o, float *v)
{
	for (uint32_t i = 0; i < o->n_rot; i++)
		v[i] = o->halves ? i < o->n_rot / 2 : i % 2 == 0;
}

static void every_position(void **state)
{
	const size_t n = sizeof(positions) / sizeof(*positions);

	(void)state;
	srand(5);
	for (int halves = 0; halves < 2; halves++) {
		const struct rope_opts o = { .n_rot = D,
					     .halves = halves,
					     .base = 10000,
					     .factor = 1,
					     .attn_factor = 1.25 };
		struct rope *r = rope_new(&o);
		float v[D], rows[2 * D + 1];

		rope_reach(r, 300); /* in steps, as texts grow */
		rope_reach(r, 70000);
		rope_reach(r, END);
		for (size_t i = 0; i < n + 500; i++) {
			uint32_t at = i < n ? positions[i] :
					      (uint32_t)rand() % END;
			uint32_t to = i % 2 ? (uint32_t)rand() % END :
					      positions[i % n];

			ones(&o, v);
			ones(&o, rows);
			ones(&o, rows + D + 1);
			rope_turn(r, v, 1, 0, at);
			rope_turn(r, rows, 2, D + 1, at);
			assert_true(error(&o, v, at, 1.25) < 2e-7);
			assert_memory_equal(rows, v, sizeof(v));
			assert_memory_equal(rows + D + 1, v, sizeof(v));
			rope_move(r, v, at, to);
			assert_true(error(&o, v, to, 1.25) < 1e-6);
		}
		rope_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
