/* Pieces of slabs: taken and put at random beside what they should hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/slabs.h"

enum { N = 600, TURNS = 60000 };

/* A piece is filled with a number of its own, held so many times. */
struct held {
	unsigned char *piece;
	uint32_t refs;
	unsigned char fill;
};

static void check(const struct held *h, size_t n_bytes)
{
	assert_int_equal(h->piece[0], h->fill);
	assert_memory_equal(h->piece, h->piece + 1, n_bytes - 1);
}

static void turn(struct slabs *s, struct held *h, size_t n_bytes, int turn)
{
	if (!h->refs) {
		*h = (struct held){ slabs_get(s), 1, (unsigned char)turn };
		assert_int_equal((uintptr_t)h->piece % 64, 0);
		memset(h->piece, h->fill, n_bytes);
		return;
	}
	check(h, n_bytes);
	assert_int_equal(slabs_alone(s, h->piece), h->refs == 1);
	if (rand() % 3 == 0) {
		slabs_take(s, h->piece);
		h->refs++;
	} else {
		slabs_put(s, h->piece);
		h->refs--;
	}
}

static void pieces(void **state)
{
	static const size_t sizes[] = { 1, 64, 100, 4096, 70000,
					SLABS_PIECE_MAX };
	static struct held held[N];

	(void)state;
	srand(1);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		struct slabs *s = slabs_new(sizes[k]), *other = slabs_share(s);
		int n = sizes[k] > 5000 ? 20 : N;

		for (int i = 0; i < TURNS / (sizes[k] > 5000 ? 60 : 1); i++)
			turn(i % 2 ? s : other, &held[rand() % n], sizes[k], i);
		slabs_free(s);
		for (int i = 0; i < n; i++)
			for (; held[i].refs; held[i].refs--) {
				check(&held[i], sizes[k]);
				slabs_put(other, held[i].piece);
			}
		slabs_free(other); /* asserts that no slab is left */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pieces) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
