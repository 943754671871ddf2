/* suffixes.c against qsort, on texts that are hard for it: few symbols, runs,
 * periods, all bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "measure/suffixes.h"

enum { SHORT = 70, LONG = 3000, ROUNDS = 20000 };

struct text {
	uint8_t s[LONG];
	uint32_t n;
};

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

/* Suffixes are pointers; the text ends where `end` says. */
struct suffix {
	const uint8_t *at, *end;
};

static int compare(const void *a, const void *b)
{
	const struct suffix *x = a, *y = b;
	size_t n = (size_t)(x->end - x->at), m = (size_t)(y->end - y->at);
	int order = memcmp(x->at, y->at, MIN(n, m));

	return order ? order : (n > m) - (n < m);
}

static void check(const struct text *t)
{
	int32_t *sa = mem_alloc(t->n * sizeof(*sa) + 1);
	struct suffix *want = mem_alloc(t->n * sizeof(*want) + 1);

	for (uint32_t i = 0; i < t->n; i++)
		want[i] = (struct suffix){ t->s + i, t->s + t->n };
	qsort(want, t->n, sizeof(*want), compare);
	suffixes_sort(t->s, t->n, sa);
	for (uint32_t i = 0; i < t->n; i++)
		assert_int_equal(sa[i], want[i].at - t->s);
	mem_free(want);
	mem_free(sa);
}

static void fill(struct text *t, uint64_t *state, uint32_t n)
{
	uint32_t n_symbols = 1 + (uint32_t)(next(state) % 5);
	uint32_t period = 1 + (uint32_t)(next(state) % 9);
	uint64_t kind = next(state) % 4;

	t->n = n;
	for (uint32_t i = 0; i < n; i++) {
		t->s[i] = (uint8_t)(next(state) % n_symbols * 85);
		if (kind == 0 && i >= period)
			t->s[i] = t->s[i - period];
		else if (kind == 1 && i && next(state) % 8)
			t->s[i] = t->s[i - 1];
		else if (kind == 2)
			t->s[i] = (uint8_t)next(state);
	}
}

static void random_texts(void **state)
{
	uint64_t seed = 88172645463325252u;
	struct text t;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		fill(&t, &seed, (uint32_t)(next(&seed) % SHORT));
		check(&t);
	}
	for (int i = 0; i < 40; i++) {
		fill(&t, &seed, LONG - (uint32_t)(next(&seed) % 100));
		check(&t);
	}
}

/* Every text of up to nine of three symbols. */
static void all_short_texts(void **state)
{
	struct text t;

	(void)state;
	for (t.n = 0; t.n <= 9; t.n++) {
		uint32_t n_texts = 1;

		for (uint32_t i = 0; i < t.n; i++)
			n_texts *= 3;
		for (uint32_t number = 0; number < n_texts; number++) {
			uint32_t rest = number;

			for (uint32_t i = 0; i < t.n; i++, rest /= 3)
				t.s[i] = (uint8_t)(rest % 3);
			check(&t);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_texts),
		cmocka_unit_test(all_short_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
