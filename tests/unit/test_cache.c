/*
 * The cache of keys and values: slots beside plain arrays, rows beside what
 * they should hold, and the rotation of rows that are kept in blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "model/cache.h"
#include "model/spread.h"

enum { D = 32 };

/* Sylvester's matrix by its definition: a sign is the parity of i & j. */
static void a_row_is_spread(void **state)
{
	static const uint32_t sizes[] = { 32, 64, 96, 256 };

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		uint32_t d = sizes[s], part = d == 96 ? 32 : d;
		float v[256], is[256];

		for (uint32_t i = 0; i < d; i++)
			v[i] = is[i] = (float)rand() / (float)RAND_MAX;
		spread(is, d);
		for (uint32_t i = 0; i < d; i++) {
			uint32_t at = i / part * part;
			double want = 0;

			for (uint32_t j = 0; j < part; j++)
				want += __builtin_parity(i % part & j) ?
						-v[at + j] :
						v[at + j];
			assert_float_equal(is[i], want / sqrt(part), 1e-5);
		}
		spread(is, d);
		for (uint32_t i = 0; i < d; i++)
			assert_float_equal(is[i], v[i], 1e-5);
	}
}

/* What is cached at a position. */
static void rows_of(uint32_t pos, float *key, float *value)
{
	for (uint32_t i = 0; i < D; i++) {
		key[i] = (float)((pos * 7 + i * 5) % 255) - 127;
		value[i] = key[i] / 3 + (float)pos;
	}
}

/* A key is what its row says, turned back where it was turned. */
static void is_as_kept(const struct cache *c, const float *key,
		       const float *stored)
{
	float want[D];

	kernel_load(want, stored, c->type, D);
	if (cache_is_spread(c))
		spread(want, D);
	assert_memory_equal(key, want, sizeof(want));
}

/* Slots as plain arrays: position, and rows that tell it. */
static void keeps_rows(enum ggml_type type)
{
	enum { MOST = 200 };
	uint32_t want[MOST], slots[MOST], n = 0, pos = 0;
	struct cache *c = cache_new(1, 1, D, type), *other = NULL;
	struct cache_head *h = cache_head(c, 0, 0);
	const size_t bytes = 2 * CACHE_PAGE * c->row_bytes;

	srand(9);
	for (int round = 0; round < 3000; round++) {
		uint32_t first = n ? (uint32_t)rand() % n : 0;
		uint32_t len = n ? (uint32_t)rand() % (n - first) + 1 : 0;

		if (rand() % 4 || n < 5) {
			float row[D], turned[D];

			if (n == MOST)
				continue;
			rows_of(pos, row, turned);
			cache_append(c, h, pos, row, turned);
			want[n++] = pos++;
		} else if (rand() % 4 == 0) { /* a shared page is not ours */
			cache_free(other);
			other = cache_copy(c);
		} else if (rand() % 2) {
			if (rand() % 2 && first / 16 * 16 + 16 <= n) {
				first = first / 16 * 16; /* whole pages */
				len = 16;
			}
			cache_drop_range(c, h, first, len);
			memmove(want + first, want + first + len,
				(n - first - len) * sizeof(*want));
			n -= len;
		} else { /* every second one, backwards */
			uint32_t order[MOST], n_kept = 0;

			for (uint32_t i = n; i-- > 0;)
				if (i % 2 == 0) {
					slots[n_kept] = i;
					order[n_kept++] = want[i];
				}
			cache_arrange(c, h, slots, n_kept);
			memcpy(want, order, sizeof(order));
			n = n_kept;
		}
		assert_int_equal(h->n, n);
		assert_int_equal(h->n_pages, (n + 15) / 16);
		for (uint32_t i = 0; i < n; i++) {
			float rows[2][D], stored[2][D], key[D];

			rows_of(want[i], rows[0], rows[1]);
			for (int k = 0; k < 2; k++) {
				if (cache_is_spread(c))
					spread(rows[k], D);
				kernel_store(stored[k], type, rows[k], D);
			}
			cache_key(c, h, i, key);
			is_as_kept(c, key, stored[0]);
			assert_int_equal(h->pos[i], want[i]);
			assert_memory_equal(cache_keys(c, h, i), stored[0],
					    c->row_bytes);
			assert_memory_equal(cache_values(c, h, i), stored[1],
					    c->row_bytes);
		}
	}
	assert_int_equal(cache_bytes(c), c->n_pages * bytes);
	assert_int_equal(cache_used_bytes(c), n * bytes / CACHE_PAGE);
	cache_free(other);
	cache_free(c);
}

static void the_cache_keeps_rows(void **state)
{
	static const uint32_t row_bytes[] = { 2 * D, 4 * D, 34 * D / 32,
					      18 * D / 32 };

	(void)state;
	for (size_t i = 0; i < n_cache_types; i++) {
		struct cache *c = cache_new(1, 1, D, cache_types[i].type);

		assert_int_equal(c->row_bytes, row_bytes[i]);
		cache_free(c);
		keeps_rows(cache_types[i].type);
	}
}

/* Blocks do not fit every head: a sentence says which, and what does. */
static void blocks_want_heads(void **state)
{
	struct err err = { "" };

	(void)state;
	for (size_t i = 0; i < n_cache_types; i++) {
		enum ggml_type type = cache_types[i].type;
		bool blocks = type == GGML_Q8_0 || type == GGML_Q4_0;

		assert_int_equal(cache_type_named(cache_types[i].name), type);
		assert_string_equal(cache_type_name(type), cache_types[i].name);
		for (uint32_t d = 8; d < 256; d += 8) {
			err_clear(&err);
			assert_int_equal(cache_fits(type, d, &err),
					 !blocks || d % 32 == 0);
		}
	}
	assert_string_equal(err.text, "--kv q4_0 keeps blocks of 32 numbers, "
				      "and this model's heads have 248: take "
				      "f16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_spread),
		cmocka_unit_test(the_cache_keeps_rows),
		cmocka_unit_test(blocks_want_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
