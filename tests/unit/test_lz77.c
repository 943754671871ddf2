/*
 * lz77.c against its definition: every text below is parsed by both, and
 * compared after every single push.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "measure/id_chains.h"
#include "measure/lz77.h"
#include "measure/stree.h"
#include "naive_lz77.h"

enum {
	SMALL = 96,       /* symbols: parsed from scratch for each prefix */
	MIDDLE = 2500,    /* symbols: parsed once, cut for each prefix */
	MAX_PERIOD = 37,
	BITS_PER_SYMBOL = 34,
};

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Texts: s[t] for t in [0, n), from a parameter. */
typedef void make_text(uint32_t *s, uint32_t n, uint32_t param);

static void make_random(uint32_t *s, uint32_t n, uint32_t alphabet)
{
	uint64_t state = 88172645463325252u + alphabet + n;

	for (uint32_t t = 0; t < n; t++)
		s[t] = (uint32_t)(random_next(&state) >> 16) % alphabet;
}

/* Ids from all of 32 bits, few of them often, as words are. */
static void make_ids(uint32_t *s, uint32_t n, uint32_t salt)
{
	uint64_t state = 1234567 + salt;

	for (uint32_t t = 0; t < n; t++) {
		uint64_t r = random_next(&state);
		uint32_t rank = 1u << r % 12;

		s[t] = UINT32_MAX - (uint32_t)(r >> 40) % rank * 0x01234567;
	}
}

static void make_periodic(uint32_t *s, uint32_t n, uint32_t period)
{
	make_random(s, MIN(n, period), 3);
	for (uint32_t t = period; t < n; t++)
		s[t] = s[t - period];
}

/* A loop that is broken now and then, and taken up again. */
static void make_loops(uint32_t *s, uint32_t n, uint32_t period)
{
	uint64_t state = period;

	make_periodic(s, n, period);
	for (uint32_t t = 0; t < n; t += 1 + random_next(&state) % 200)
		s[t] = 4 + t % 3;
}

static void make_fibonacci(uint32_t *s, uint32_t n, uint32_t param)
{
	uint32_t len = 2, before = 1;

	(void)param;
	s[0] = 0;
	if (n > 1)
		s[1] = 1;
	while (len < n) {
		uint32_t more = MIN(before, n - len);

		memcpy(s + len, s, more * sizeof(*s));
		before = len;
		len += more;
	}
}

static void make_thue_morse(uint32_t *s, uint32_t n, uint32_t param)
{
	(void)param;
	for (uint32_t t = 0; t < n; t++)
		s[t] = (uint32_t)__builtin_popcount(t) & 1;
}

/* The binary sequence of order `param` by "prefer one": every word once. */
static void make_de_bruijn(uint32_t *s, uint32_t n, uint32_t order)
{
	static bool seen[1 << 16];
	uint32_t mask = (1u << order) - 1;
	uint32_t window = 0;

	memset(seen, 0, sizeof(seen));
	for (uint32_t t = 0; t < n; t++) {
		uint32_t one = (window << 1 | 1) & mask;

		window = seen[one] ? (window << 1) & mask : one;
		seen[window] = true;
		s[t] = window & 1;
	}
}

/* a^k b a^k c ...: long matches that break again and again. */
static void make_runs(uint32_t *s, uint32_t n, uint32_t run)
{
	for (uint32_t t = 0; t < n; t++)
		s[t] = t % run == run - 1 ? 1 + t / run % 7 : 0;
}

static void make_counting(uint32_t *s, uint32_t n, uint32_t step)
{
	for (uint32_t t = 0; t < n; t++)
		s[t] = t * step;
}

struct text_row {
	const char *name;
	make_text *make;
	uint32_t param;
	bool bytes; /* fits into bytes too */
};

static const struct text_row texts[] = {
	{ "all equal", make_random, 1, true },
	{ "random, 2", make_random, 2, true },
	{ "random, 4", make_random, 4, true },
	{ "random, 256", make_random, 256, true },
	{ "random, 50000", make_random, 50000, false },
	{ "ids up to 2^32 - 1", make_ids, 0, false },
	{ "ids, other", make_ids, 99, false },
	{ "period 2", make_periodic, 2, true },
	{ "period 7", make_periodic, 7, true },
	{ "period 37", make_periodic, MAX_PERIOD, true },
	{ "broken loops 1", make_loops, 1, true },
	{ "broken loops 5", make_loops, 5, true },
	{ "broken loops 31", make_loops, 31, true },
	{ "Fibonacci", make_fibonacci, 0, true },
	{ "Thue-Morse", make_thue_morse, 0, true },
	{ "de Bruijn 5", make_de_bruijn, 5, true },
	{ "de Bruijn 11", make_de_bruijn, 11, true },
	{ "runs of 9", make_runs, 9, true },
	{ "runs of 100", make_runs, 100, true },
	{ "runs of 3000", make_runs, 3000, true },
	{ "all different", make_counting, 1, false },
	{ "all different, spread", make_counting, 0x10001, false },
};

struct fixture {
	const char *name;
	enum lz77_width width;
	unsigned literal_bits;
	uint32_t n;
	uint32_t *s;
};

/* The parse of a prefix is the whole text's, cut. */
static uint32_t cut(const struct lz77_phrase *all, uint32_t n,
		    struct lz77_phrase *out)
{
	uint32_t i = 0;

	for (; i == 0 ? n > 0 : all[i - 1].start + all[i - 1].len < n; i++) {
		out[i] = all[i];
		out[i].len = MIN(out[i].len, n - out[i].start);
	}
	return i;
}

static void check_phrases(const struct fixture *f, const struct lz77 *z,
			  const struct lz77_phrase *want, uint32_t n_want)
{
	assert_int_equal(lz77_n_phrases(z), n_want);
	for (uint32_t i = 0; i < n_want; i++) {
		struct lz77_phrase p = lz77_phrase(z, i);

		assert_int_equal(p.start, want[i].start);
		assert_int_equal(p.len, want[i].len);
		assert_int_equal(p.src == LZ77_LITERAL,
				 want[i].src == LZ77_LITERAL);
		if (p.src == LZ77_LITERAL)
			continue;
		assert_true(p.src < p.start);
		assert_true(naive_equal(f->s, p.src, p.start, p.len));
	}
}

/* What one push said, against the definition. */
static void check_step(const struct fixture *f, struct lz77_step step,
		       uint32_t t, const uint32_t *lrs, bool fresh)
{
	assert_int_equal(step.lrs, lrs[t]);
	assert_int_equal(step.fresh, fresh);
	if (step.lrs == 0)
		assert_int_equal(step.src, LZ77_LITERAL);
	if (step.src == LZ77_LITERAL)
		return; /* none, or foreseen */
	assert_true(step.src < t + 1 - step.lrs);
	assert_true(naive_equal(f->s, step.src, t + 1 - step.lrs, step.lrs));
}

/* The code of the prefix of n symbols: right length, and it decodes. */
static void check_code(const struct fixture *f, const struct lz77 *z,
		       const struct lz77_phrase *phrases, uint32_t n_phrases,
		       uint32_t n)
{
	uint8_t *bits = mem_alloc((size_t)n * BITS_PER_SYMBOL + 128);
	uint32_t *back = mem_alloc((n + 1) * sizeof(*back));
	uint64_t n_bits = naive_encode(f->s, phrases, n_phrases,
				       f->literal_bits, bits);

	assert_int_equal(lz77_code_bits_at(z, n), n_bits);
	assert_int_equal(naive_decode(bits, n_bits, f->literal_bits, back,
				      n + 1), n);
	assert_memory_equal(back, f->s, n * sizeof(*back));
	mem_free(back);
	mem_free(bits);
}

static bool starts_phrase(const struct lz77_phrase *phrases, uint32_t n,
			  uint32_t t)
{
	return n > 0 && phrases[n - 1].start == t;
}

/* After the last push, and again after sealing: every prefix at once. */
static void check_prefixes(const struct fixture *f, const struct lz77 *z,
			   const struct lz77_phrase *all, bool codes)
{
	struct lz77_phrase *some = mem_alloc((f->n + 1) * sizeof(*some));
	uint64_t bits_before = 0;
	uint32_t i_phrase = 0, i_seldom = 0;

	for (uint32_t n = 0; n <= f->n; n++) {
		uint32_t n_some = cut(all, n, some);

		assert_int_equal(lz77_phrases_at(z, n), n_some);
		assert_true(lz77_code_bits_at(z, n) >= bits_before);
		bits_before = lz77_code_bits_at(z, n);
		assert_int_equal(lz77_code_bits_on(z, n, &i_phrase),
				 bits_before);
		if (n % 7 == 0)
			assert_int_equal(lz77_code_bits_on(z, n, &i_seldom),
					 bits_before);
		if (codes)
			check_code(f, z, some, n_some, n);
		if (n < f->n) {
			uint32_t i = lz77_phrase_of(z, n);

			assert_true(all[i].start <= n);
			assert_true(n < all[i].start + all[i].len);
			assert_int_equal(lz77_symbol(z, n), f->s[n]);
		}
	}
	mem_free(some);
}

/* What is known beforehand: how many bytes come, or which. */
enum known { NOTHING, NUMBER, BYTES_THEMSELVES };

static uint8_t *bytes_of(const uint32_t *s, uint32_t n)
{
	uint8_t *text = mem_alloc(n);

	for (uint32_t t = 0; t < n; t++)
		text[t] = (uint8_t)s[t];
	return text;
}

/* That is known of the first n. */
static struct lz77 *new_knowing(const struct fixture *f, enum known known,
				uint32_t n)
{
	struct lz77 *z = lz77_new(f->width, f->literal_bits);
	uint8_t *text = bytes_of(f->s, n);

	if (known == NUMBER)
		lz77_expect(z, n);
	else if (known == BYTES_THEMSELVES)
		lz77_foresee(z, text, n);
	mem_free(text);
	return z;
}

/* Pushes all; `scratch` parses each prefix anew, else the whole is cut. */
static void check_pushes(const struct fixture *f, bool scratch,
			 enum known known, uint32_t n_known)
{
	struct lz77 *z = new_knowing(f, known, n_known);
	struct lz77_phrase *all = mem_alloc((f->n + 1) * sizeof(*all));
	struct lz77_phrase *some = mem_alloc((f->n + 1) * sizeof(*some));
	uint32_t *lrs = mem_alloc((f->n + 1) * sizeof(*lrs));
	uint32_t n_all = naive_parse(f->s, f->n, all);

	naive_lrs(f->s, f->n, lrs);
	for (uint32_t t = 0; t < f->n; t++) {
		struct lz77_step step = lz77_push(z, f->s[t]);
		uint32_t n_some = scratch ? naive_parse(f->s, t + 1, some)
					  : lz77_phrases_at(z, t + 1);

		if (!scratch)
			n_some = cut(all, t + 1, some);
		check_step(f, step, t, lrs, starts_phrase(some, n_some, t));
		assert_int_equal(lz77_n_symbols(z), t + 1);
		assert_int_equal(lz77_n_phrases(z), n_some);
		assert_int_equal(lz77_code_bits(z),
				 lz77_code_bits_at(z, t + 1));
		if (scratch || t % 97 == 0)
			check_phrases(f, z, some, n_some);
		if (scratch)
			check_code(f, z, some, n_some, t + 1);
	}
	check_phrases(f, z, all, n_all);
	check_prefixes(f, z, all, scratch);
	lz77_seal(z);
	check_phrases(f, z, all, n_all);
	check_prefixes(f, z, all, false);
	if (f->n > 0)
		check_code(f, z, all, n_all, f->n);
	mem_free(lrs);
	mem_free(some);
	mem_free(all);
	lz77_free(z);
}

static void check_text(const struct fixture *f, bool scratch)
{
	check_pushes(f, scratch, NOTHING, 0);
	if (f->width != LZ77_BYTES)
		return;
	check_pushes(f, scratch, NUMBER, f->n);
	check_pushes(f, scratch, NUMBER, f->n / 2);
	check_pushes(f, scratch, BYTES_THEMSELVES, f->n);
	check_pushes(f, scratch, BYTES_THEMSELVES, f->n / 2);
}

/* Pushed in pieces, at most `most` symbols each, beside one by one. */
static void check_pieces(const struct fixture *f, enum known known,
			 uint32_t n_known, uint32_t most)
{
	struct lz77 *one = new_knowing(f, NOTHING, 0);
	struct lz77 *all = new_knowing(f, known, n_known);
	bool ids = f->width == LZ77_IDS;
	uint8_t *text = ids ? NULL : bytes_of(f->s, f->n);
	uint32_t *lrs = mem_alloc(most * sizeof(*lrs)), n;
	uint64_t state = most;

	for (uint32_t t = 0; t < f->n; t += n) {
		n = (uint32_t)(random_next(&state) % (most + 1));
		n = MIN(n, f->n - t);
		if (ids)
			lz77_push_ids(all, f->s + t, n, lrs);
		else
			lz77_push_bytes(all, text + t, n, lrs);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(lz77_push(one, f->s[t + i]).lrs,
					 lrs[i]);
		assert_int_equal(lz77_code_bits(one), lz77_code_bits(all));
	}
	assert_int_equal(lz77_n_phrases(one), lz77_n_phrases(all));
	for (uint32_t i = 0; i < lz77_n_phrases(all); i++) {
		struct lz77_phrase p = lz77_phrase(all, i);

		assert_int_equal(p.start, lz77_phrase(one, i).start);
		assert_true(p.src == LZ77_LITERAL ? p.len == 1 :
			    naive_equal(f->s, p.src, p.start, p.len));
	}
	mem_free(lrs);
	mem_free(text);
	lz77_free(all);
	lz77_free(one);
}

/* Beside the tree alone, which takes over from chains that are tired or
 * full. */
static void check_tree(const struct fixture *f, uint32_t most)
{
	struct lz77 *z = lz77_new(f->width, f->literal_bits);
	bool ids = f->width == LZ77_IDS;
	uint8_t *text = ids ? NULL : bytes_of(f->s, f->n);
	uint32_t *lrs = mem_alloc(most * sizeof(*lrs)), n;
	uint64_t state = most;
	struct stree tree;

	stree_init(&tree, ids);
	for (uint32_t t = 0; t < f->n; t += n) {
		n = (uint32_t)(random_next(&state) % (most + 1));
		n = MIN(n, f->n - t);
		if (ids)
			lz77_push_ids(z, f->s + t, n, lrs);
		else
			lz77_push_bytes(z, text + t, n, lrs);
		for (uint32_t i = 0; i < n; i++) {
			if (ids)
				stree_push_id(&tree, f->s, t + i);
			else
				stree_push_byte(&tree, text, t + i);
			assert_int_equal(lrs[i], tree.at.lrs);
		}
	}
	mem_free(lrs);
	mem_free(text);
	stree_release(&tree);
	lz77_free(z);
}

/* Longer ones: chains that are too long for the work, and for their places. */
static void test_pieces(void **state)
{
	enum { LONG = 70000, LONGER = ID_CHAINS_LONG + ID_CHAINS_LONG / 2 };
	static const uint32_t ns[] = { 1, 300, 9000, 65534, LONG };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct fixture f = { texts[i].name, LZ77_IDS, 32, LONG, NULL };

		f.s = mem_alloc((LONGER + MAX_PERIOD) * sizeof(*f.s));
		texts[i].make(f.s, LONGER, texts[i].param);
		f.n = i % 4 == 2 ? LONGER : LONG / 2;
		check_tree(&f, 300);
		f.n = ns[2];
		check_tree(&f, 1);
		f.n = LONG;
		check_pieces(&f, NOTHING, 0, 700);
		f.width = LZ77_BYTES;
		f.literal_bits = 8;
		if (!texts[i].bytes) {
			mem_free(f.s);
			continue;
		}
		for (size_t k = 0; k < ARRAY_LEN(ns); k++) {
			f.n = ns[k];
			check_pieces(&f, NUMBER, ns[k], 700);
			check_pieces(&f, NUMBER, ns[k] / 3, 9);
			check_pieces(&f, NOTHING, 0, 5);
		}
		check_tree(&f, 300);
		check_pieces(&f, BYTES_THEMSELVES, f.n, 700);
		check_pieces(&f, BYTES_THEMSELVES, f.n / 2, 700);
		mem_free(f.s);
	}
}

static unsigned bits_for(const uint32_t *s, uint32_t n)
{
	uint32_t largest = 1;
	unsigned bits = 0;

	for (uint32_t t = 0; t < n; t++)
		largest = MAX(largest, s[t]);
	for (; largest; largest >>= 1)
		bits++;
	return bits;
}

static void check_row(const struct text_row *row, uint32_t n, bool scratch)
{
	struct fixture f = { row->name, LZ77_IDS, 0, n, NULL };

	f.s = mem_alloc((n + MAX_PERIOD) * sizeof(*f.s));
	row->make(f.s, n, row->param);
	f.literal_bits = bits_for(f.s, n);
	check_text(&f, scratch);
	f.width = LZ77_BYTES;
	f.literal_bits = 8;
	if (row->bytes)
		check_text(&f, scratch);
	mem_free(f.s);
}

static void test_every_prefix_of_small_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (uint32_t n = 1; n <= SMALL; n = n * 2 + 1)
			check_row(&texts[i], n, true);
	}
}

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_row(&texts[i], MIDDLE, false);
}

/* All texts of 10 symbols over 3, and what a wrong tree would trip over. */
static void test_all_short_texts(void **state)
{
	enum { LEN = 9, ALPHABET = 3 };
	uint32_t s[LEN];
	struct fixture f = { "short", LZ77_BYTES, 2, LEN, s };
	uint32_t n_texts = 1;

	(void)state;
	for (int i = 0; i < LEN; i++)
		n_texts *= ALPHABET;
	for (uint32_t text = 0; text < n_texts; text++) {
		uint32_t rest = text;

		for (int i = 0; i < LEN; i++, rest /= ALPHABET)
			s[i] = rest % ALPHABET;
		f.width = text % 2 ? LZ77_IDS : LZ77_BYTES;
		check_text(&f, false);
	}
}

static void test_empty(void **state)
{
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);

	(void)state;
	assert_int_equal(lz77_n_symbols(z), 0);
	assert_int_equal(lz77_n_phrases(z), 0);
	assert_int_equal(lz77_code_bits(z), 0);
	assert_int_equal(lz77_phrases_at(z, 0), 0);
	lz77_seal(z);
	assert_int_equal(lz77_code_bits_at(z, 0), 0);
	lz77_free(z);
	lz77_free(NULL);
}

/* The example of lilscope-measures(7), by hand. */
static void test_by_hand(void **state)
{
	static const char text[] = "abababcab";
	static const struct lz77_phrase want[] = {
		{ 0, 1, LZ77_LITERAL },
		{ 1, 1, LZ77_LITERAL },
		{ 2, 4, 0 },
		{ 6, 1, LZ77_LITERAL },
		{ 7, 2, 0 },
	};
	/* 9 + 9 + (1 + 1 + 5) + 9 + (1 + 3 + 3) */
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);

	(void)state;
	for (const char *c = text; *c; c++)
		lz77_push(z, (uint8_t)*c);
	assert_int_equal(lz77_n_phrases(z), ARRAY_LEN(want));
	for (uint32_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_int_equal(lz77_phrase(z, i).start, want[i].start);
		assert_int_equal(lz77_phrase(z, i).len, want[i].len);
		if (i != 2 && i != 4)
			assert_int_equal(lz77_phrase(z, i).src, want[i].src);
	}
	assert_int_equal(lz77_code_bits(z), 9 + 9 + 7 + 9 + 7);
	assert_int_equal(lz77_code_bits_at(z, 3), 9 + 9 + 3);
	lz77_free(z);
}

/* reserve() at any moment changes no answer. */
static void test_reserve(void **state)
{
	enum { N = 30000 };
	static const uint32_t moments[] = { 0, 1, 13, 500, 20000 };
	uint32_t *s = mem_alloc(N * sizeof(*s));

	(void)state;
	make_ids(s, N, 5);
	for (size_t m = 0; m < ARRAY_LEN(moments); m++) {
		struct lz77 *a = lz77_new(LZ77_IDS, 32);
		struct lz77 *b = lz77_new(LZ77_IDS, 32);

		for (uint32_t t = 0; t < N; t++) {
			if (t == moments[m])
				lz77_reserve(b, N + t);
			assert_int_equal(lz77_push(a, s[t]).lrs,
					 lz77_push(b, s[t]).lrs);
		}
		assert_int_equal(lz77_code_bits(a), lz77_code_bits(b));
		lz77_free(a);
		lz77_free(b);
	}
	mem_free(s);
}

/* One million symbols, drawn so that some repeat: `words` of 1..8 symbols,
 * the frequent ones much more often. */
static void make_prose(uint32_t *s, uint32_t n, uint32_t alphabet)
{
	uint64_t state = alphabet;

	for (uint32_t t = 0; t < n;) {
		uint64_t r = random_next(&state);
		uint64_t word = (r >> 20) % (UINT64_C(1) << (2 + r % 14));
		uint32_t len = 1 + (uint32_t)(word * 2654435761u >> 7) % 8;

		for (uint32_t k = 0; k < len && t < n; k++)
			s[t++] = (uint32_t)(word * 40503u + k * 7919u) %
				 alphabet;
	}
}

struct memory_row {
	enum lz77_width width;
	uint32_t n;
	uint32_t alphabet;
	double most; /* bytes a symbol for searching */
};

static const struct memory_row memory_rows[] = {
	/* small traces: what is there before the first symbol counts */
	{ LZ77_IDS, 1000, 5000, 27 },
	{ LZ77_BYTES, 1000, 90, 34 },
	{ LZ77_IDS, 8000, 20000, 21 },
	{ LZ77_IDS, 131072, 50000, 15 },
	{ LZ77_BYTES, 131072, 90, 31 },
	{ LZ77_IDS, 1000000, 50000, 31 },
	{ LZ77_BYTES, 1000000, 90, 31 },
};

static void test_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(memory_rows); i++) {
		const struct memory_row *row = &memory_rows[i];
		uint32_t *s = mem_alloc(row->n * sizeof(*s));
		struct lz77 *z = lz77_new(row->width, 17);
		double each;

		make_prose(s, row->n, row->alphabet);
		for (uint32_t t = 0; t < row->n; t++)
			lz77_push(z, s[t]);
		each = (double)lz77_search_bytes(z) / row->n;
		print_message("%u %s, %u phrases: %.1f bytes each, ",
			      (unsigned)row->n,
			      row->width == LZ77_IDS ? "ids" : "bytes",
			      (unsigned)lz77_n_phrases(z), each);
		fflush(stdout);
		assert_true(each <= row->most);
		lz77_seal(z);
		each = (double)lz77_memory_bytes(z) / row->n;
		print_message("sealed, all: %.1f\n", each);
		lz77_free(z);
		mem_free(s);
	}
}

/* A long loop and its end: the deepest tree there is. */
static void test_long_loop(void **state)
{
	enum { N = 300000 };
	struct lz77 *z = lz77_new(LZ77_IDS, 17);

	(void)state;
	for (uint32_t t = 0; t < N; t++)
		lz77_push(z, t % 61);
	assert_int_equal(lz77_n_phrases(z), 62);
	assert_int_equal(lz77_push(z, 1000).lrs, 0);
	for (uint32_t t = 0; t < N; t++)
		assert_int_equal(lz77_push(z, t % 61).lrs, t + 1);
	assert_int_equal(lz77_n_phrases(z), 64);
	lz77_free(z);
}

/* Real text, where the data directory is there. */
static void test_real_text(void **state)
{
	static const char *names[] = { "rkv_aime24_08.txt", "README.md" };
	const char *data = getenv("LILSCOPE_DATA");
	enum { N = 6000 };
	uint32_t n_checked = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct buf path = { 0 };
		struct fixture f = { names[i], LZ77_BYTES, 8, 0, NULL };
		FILE *file;
		int c;

		buf_printf(&path, "%s/%s%s", data ? data : "LILSCOPE_DATA",
			   i == 0 ? "traces/curated/" : "", names[i]);
		file = fopen(buf_cstr(&path), "rb");
		buf_release(&path);
		if (!file)
			continue;
		f.s = mem_alloc(N * sizeof(*f.s));
		while (f.n < N && (c = getc(file)) != EOF)
			f.s[f.n++] = (uint32_t)c;
		fclose(file);
		check_text(&f, false);
		mem_free(f.s);
		n_checked++;
	}
	if (n_checked == 0) {
		print_message("no LILSCOPE_DATA: real text left out\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_all_short_texts),
		cmocka_unit_test(test_every_prefix_of_small_texts),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_long_loop),
		cmocka_unit_test(test_real_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
