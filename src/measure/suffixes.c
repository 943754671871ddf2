/*
 * A suffix is of type S if it is less than the one behind it, else L; an S
 * with an L before it is an LMS. The order of all L follows from that of the
 * LMS by one walk up, that of all S from the L by one walk down: whoever comes
 * next in a bucket of a first symbol is behind whoever is met first.
 *
 *	LMS at the ends of their buckets -> walk up: L -> walk down: S
 *
 * The LMS themselves: the same walks sort the pieces between them, pieces get
 * their ranks as names, and the text of names, at most half as long, is sorted
 * the same way. It lies in the array, behind the answer:
 *
 *	sa: [ order of the names | free: buckets | the text of names ]
 *
 * In the array a place is marked by its complement: a walk passes it. Walks
 * know beforehand which places of the text they will look at: these are
 * fetched ahead, or they would wait for memory nearly all the time.
 */
#include "measure/suffixes.h"

#include <string.h>

#include "base/buf.h"

enum { BYTES = 256, AHEAD = 48 };

/* One level: bytes, or names. */
struct sa_level {
	const void *text;
	int32_t *sa;
	int32_t n, n_symbols;
	int32_t *count;  /* of each symbol */
	int32_t *bucket; /* where its next suffix goes */
};

static void sort_level(struct sa_level *l, int32_t n_space, bool wide);

static ALWAYS_INLINE int32_t symbol(const struct sa_level *l, int32_t i,
				    bool wide)
{
	return wide ? ((const int32_t *)l->text)[i] :
		      ((const uint8_t *)l->text)[i];
}

static ALWAYS_INLINE void fetch_symbol(const struct sa_level *l, int32_t i,
				       bool wide)
{
	i = i < 0 ? ~i : i;
	if (wide)
		PREFETCH((const int32_t *)l->text + i - (i > 0));
	else
		PREFETCH((const uint8_t *)l->text + i - (i > 0));
}

static void bucket_starts(struct sa_level *l)
{
	int32_t sum = 0;

	for (int32_t c = 0; c < l->n_symbols; c++) {
		l->bucket[c] = sum;
		sum += l->count[c];
	}
}

static void bucket_ends(struct sa_level *l)
{
	int32_t sum = 0;

	for (int32_t c = 0; c < l->n_symbols; c++)
		l->bucket[c] = sum += l->count[c];
}

/*
 * The LMS places before `i`, from the last to the first: the next one, -1 for
 * none. s[i] is the first of an ascent or the end of the text.
 */
static ALWAYS_INLINE int32_t lms_before(const struct sa_level *l, int32_t i,
					bool wide)
{
	int32_t c, next = symbol(l, --i, wide);

	/* over what falls (or ends the text): L, */
	while (i > 0 && (c = symbol(l, i - 1, wide)) >= next) {
		next = c;
		i--;
	}
	/* then over what rises: S, whose first is one if an L is before it */
	while (i > 0 && (c = symbol(l, i - 1, wide)) <= next) {
		next = c;
		i--;
	}
	return i > 0 ? i : -1;
}

/* What a walk will look at soon: the symbols before a place, then, of names,
 * of which there are many, the bucket. */
static ALWAYS_INLINE void look_ahead(const struct sa_level *l, int32_t i,
				     int32_t step, bool wide)
{
	int32_t far = i + AHEAD * step, near = i + AHEAD / 2 * step, j;

	if (far >= 0 && far < l->n) {
		j = l->sa[far];
		fetch_symbol(l, j, wide);
	}
	if (!wide || near < 0 || near >= l->n)
		return;
	j = l->sa[near];
	if (j > 0)
		PREFETCH(&l->bucket[symbol(l, j - 1, true)]);
}

/*
 * From each place that is met and not marked, the one before it, an L, goes
 * into its bucket: marked if an S is before that. Afterwards the marked ones
 * are those without a mark. `pieces`: others are taken out.
 */
static ALWAYS_INLINE void walk_up(struct sa_level *l, bool pieces, bool wide)
{
	int32_t *sa = l->sa;

	bucket_starts(l);
	for (int32_t i = -1; i < l->n; i++) {
		int32_t j = i < 0 ? l->n : sa[i], c;

		look_ahead(l, MAX(i, 0), 1, wide);
		if (i >= 0)
			sa[i] = pieces && j > 0 ? 0 : ~j;
		if (pieces && i >= 0 && j == 0)
			sa[i] = 0;
		if (j <= 0)
			continue;
		c = symbol(l, --j, wide);
		sa[l->bucket[c]++] =
			j && symbol(l, j - 1, wide) < c ? ~j : j;
	}
}

/* The same downwards for S, marked if an L is before them. Then all marks
 * are gone; `pieces`: the marked are the LMS, all else is 0. */
static ALWAYS_INLINE void walk_down(struct sa_level *l, bool pieces, bool wide)
{
	int32_t *sa = l->sa;

	bucket_ends(l);
	for (int32_t i = l->n - 1; i >= 0; i--) {
		int32_t j = sa[i], c;
		bool first;

		look_ahead(l, i, -1, wide);
		if (j <= 0) {
			sa[i] = pieces ? j : ~j;
			continue;
		}
		if (pieces)
			sa[i] = 0;
		c = symbol(l, --j, wide);
		first = !j || symbol(l, j - 1, wide) > c;
		/* the text's beginning is no LMS */
		sa[--l->bucket[c]] = first && (j || !pieces) ? ~j : j;
	}
}

/* --- the LMS ------------------------------------------------------------ */

/* All into the ends of their buckets; how many there are. */
static ALWAYS_INLINE int32_t place_lms(struct sa_level *l, bool wide)
{
	int32_t m = 0;

	memset(l->sa, 0, (size_t)l->n * sizeof(*l->sa));
	bucket_ends(l);
	for (int32_t i = l->n; (i = lms_before(l, i, wide)) > 0; m++)
		l->sa[--l->bucket[symbol(l, i, wide)]] = i;
	return m;
}

/* Are the pieces at p and q of this length the same, and q's not the last? */
static ALWAYS_INLINE bool same_piece(const struct sa_level *l, int32_t p,
				     int32_t q, int32_t len, bool wide)
{
	if (q + len >= l->n || p + len >= l->n)
		return false;
	for (int32_t i = 0; i < len; i++)
		if (symbol(l, p + i, wide) != symbol(l, q + i, wide))
			return false;
	return true;
}

/*
 * sa[0..m): the LMS in the order of their pieces. Writes the name of each,
 * from 1, to sa[m + place / 2] (no two LMS are neighbours); how many names.
 */
static ALWAYS_INLINE int32_t name_pieces(struct sa_level *l, int32_t m,
					 bool wide)
{
	int32_t *sa = l->sa, *at = sa + m, n_names = 0, before = 0, len = -1;

	memset(at, 0, (size_t)(l->n - m) * sizeof(*sa));
	/* first how long they are, with the beginning of the next */
	for (int32_t i = l->n, next = l->n;
	     (i = lms_before(l, i, wide)) > 0; next = i)
		at[i / 2] = next - i + 1;
	for (int32_t i = 0; i < m; i++) {
		int32_t p = sa[i], own;

		if (i + AHEAD < m) {
			PREFETCH(&at[sa[i + AHEAD] / 2]);
			fetch_symbol(l, sa[i + AHEAD], wide);
		}
		own = at[p / 2];
		if (own != len || !same_piece(l, p, before, len, wide))
			n_names++;
		before = p;
		len = own;
		at[p / 2] = n_names;
	}
	return n_names;
}

/* Sorts the text of names, which is put behind sa[0..m), and puts the LMS in
 * the order of their suffixes. */
static ALWAYS_INLINE void sort_names(struct sa_level *l, int32_t m,
				     int32_t n_names, int32_t n_space,
				     bool wide)
{
	int32_t *sa = l->sa, *names = sa + l->n + n_space - m, k = m;
	struct sa_level sub = {
		.text = names, .sa = sa, .n = m, .n_symbols = n_names,
	};

	for (int32_t i = m + l->n / 2; i >= m; i--)
		if (sa[i])
			names[--k] = sa[i] - 1;
	sort_level(&sub, l->n + n_space - 2 * m, true);
	k = m;
	for (int32_t i = l->n; (i = lms_before(l, i, wide)) > 0;)
		names[--k] = i;
	for (int32_t i = 0; i < m; i++) {
		if (i + AHEAD < m)
			PREFETCH(&names[sa[i + AHEAD]]);
		sa[i] = names[sa[i]];
	}
}

/* sa[0..m): the LMS in order. Into the ends of their buckets, all else 0. */
static ALWAYS_INLINE void spread_lms(struct sa_level *l, int32_t m, bool wide)
{
	int32_t *sa = l->sa;

	memset(sa + m, 0, (size_t)(l->n - m) * sizeof(*sa));
	bucket_ends(l);
	for (int32_t i = m - 1; i >= 0; i--) {
		int32_t p = sa[i];

		if (i >= AHEAD)
			fetch_symbol(l, sa[i - AHEAD] + 1, wide);
		sa[i] = 0;
		sa[--l->bucket[symbol(l, p, wide)]] = p;
	}
}

static ALWAYS_INLINE void sort_all(struct sa_level *l, int32_t n_space,
				   bool wide)
{
	int32_t m = place_lms(l, wide), k = 0, n_names;

	if (m > 1) {
		walk_up(l, true, wide);
		walk_down(l, true, wide);
		for (int32_t i = 0; i < l->n; i++)
			if (l->sa[i] < 0)
				l->sa[k++] = ~l->sa[i];
		n_names = name_pieces(l, m, wide);
		if (n_names < m)
			sort_names(l, m, n_names, n_space, wide);
		spread_lms(l, m, wide);
	}
	walk_up(l, false, wide);
	walk_down(l, false, wide);
}

/* Behind sa[0..n) there are n_space places more, which hold the buckets if
 * they can. */
static void sort_level(struct sa_level *l, int32_t n_space, bool wide)
{
	size_t n_buckets = 2 * (size_t)l->n_symbols;
	int32_t *own = NULL;

	if (n_buckets <= (size_t)n_space) {
		n_space -= (int32_t)n_buckets;
		l->count = l->sa + l->n + n_space;
	} else {
		l->count = own = mem_alloc(n_buckets * sizeof(*own));
	}
	l->bucket = l->count + l->n_symbols;
	memset(l->count, 0, (size_t)l->n_symbols * sizeof(*l->count));
	for (int32_t i = 0; i < l->n; i++)
		l->count[symbol(l, i, wide)]++;
	if (wide)
		sort_all(l, n_space, true);
	else
		sort_all(l, n_space, false);
	mem_free(own);
}

void suffixes_sort(const uint8_t *text, uint32_t n, int32_t *sa)
{
	struct sa_level l = { .text = text, .sa = sa, .n = (int32_t)n,
			   .n_symbols = BYTES };

	if (n)
		sort_level(&l, 0, false);
}
