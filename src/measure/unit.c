/*
 * The run: read backwards, it is the longest prefix with a period of at most
 * half of it, and the failure function has the smallest period of each prefix.
 *
 * The block: equal blocks are neighbours in the suffix array, and a block that
 * can't grow without losing a copy is an interval of it:
 *
 *	lcp   3 [12 12  9 10] 2      the interval of 9: its four suffixes begin
 *	sa    a  b  c  d  e   f      with the same 9 bytes, at five places
 */
#include "measure/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "measure/suffixes.h"

enum { QUARTER = 4 };

/* --- the run ------------------------------------------------------------ */

size_t unit_run(const char *s, size_t n, size_t *period)
{
	uint32_t *fail = mem_alloc(MAX(n, 1) * sizeof(*fail));
	size_t best = 0;

	for (size_t i = 0, k = 0; i < n; i++) {
		while (i && k && s[n - 1 - i] != s[n - 1 - k])
			k = fail[k - 1];
		k += i && s[n - 1 - i] == s[n - 1 - k];
		fail[i] = (uint32_t)k;
		if (2 * (i + 1 - k) > i + 1)
			continue;
		best = i + 1;
		*period = i + 1 - k;
	}
	mem_free(fail);
	return best;
}

/* --- the block ---------------------------------------------------------- */

struct suffixes {
	const unsigned char *s;
	size_t n;
	uint32_t *sa, *rank, *lcp; /* lcp[i]: of sa[i - 1] and sa[i] */
	uint32_t *tmp, *count;
};

static void sort_suffixes(struct suffixes *x)
{
	int32_t *sa = (int32_t *)x->sa; /* places, none below 0 */

	suffixes_sort(x->s, (uint32_t)x->n, sa);
	for (size_t i = 0; i < x->n; i++)
		x->rank[x->sa[i]] = (uint32_t)i;
}

/* Kasai's: the next suffix of the text shares all but a byte. */
static void find_lcp(struct suffixes *x)
{
	size_t len = 0;

	for (size_t i = 0; i < x->n; i++) {
		size_t j;

		if (!x->rank[i]) {
			len = 0;
			continue;
		}
		j = x->sa[x->rank[i] - 1];
		while (MAX(i, j) + len < x->n &&
		       x->s[i + len] == x->s[j + len])
			len++;
		x->lcp[x->rank[i]] = (uint32_t)len;
		len -= len > 0;
	}
}

static int by_place(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

struct block {
	size_t start, len, saves;
};

/* The suffixes sa[from..to) share `len` bytes. */
static void try_block(struct suffixes *x, size_t from, size_t to, size_t len,
		      struct block *best)
{
	size_t times = 1, n = to - from;

	if (len <= UNIT_COST || (n - 1) * (len - UNIT_COST) <= best->saves)
		return;
	memcpy(x->tmp, x->sa + from, n * sizeof(*x->tmp));
	qsort(x->tmp, n, sizeof(*x->tmp), by_place);
	for (size_t i = 1, last = 0; i < n; i++) {
		if (x->tmp[i] - x->tmp[last] < len)
			continue;
		last = i;
		times++;
	}
	if ((times - 1) * (len - UNIT_COST) > best->saves)
		*best = (struct block){ x->tmp[0], len,
					(times - 1) * (len - UNIT_COST) };
}

/* Each interval once, as it ends: the stack has those that are open. */
static void each_interval(struct suffixes *x, struct block *best)
{
	uint32_t *from = x->rank, *len = x->count; /* not needed any more */
	size_t depth = 0;

	for (size_t i = 1; i <= x->n; i++) {
		uint32_t lcp = i < x->n ? x->lcp[i] : 0;
		uint32_t begins = (uint32_t)i - 1;

		while (depth && len[depth - 1] > lcp) {
			depth--;
			begins = from[depth];
			try_block(x, begins, i, len[depth], best);
		}
		if (lcp && (!depth || len[depth - 1] < lcp)) {
			from[depth] = begins;
			len[depth++] = lcp;
		}
	}
}

size_t unit_block(const char *s, size_t n, size_t *start, size_t *len)
{
	size_t most = MAX(n, 256) + 1;
	uint32_t *room = mem_alloc(5 * most * sizeof(*room));
	struct suffixes x = { (const unsigned char *)s, n, room, room + most,
			      room + 2 * most, room + 3 * most,
			      room + 4 * most };
	struct block best = { 0 };

	if (n > UNIT_COST) {
		sort_suffixes(&x);
		find_lcp(&x);
		each_interval(&x, &best);
	}
	mem_free(room);
	*start = best.start;
	*len = best.len;
	return best.saves;
}

/* --- where it begins ---------------------------------------------------- */

/* How well text begins at s[i], i > 0: 0 where it parts a character. */
static int begins_well(const char *s, size_t i)
{
	static const char *const wide[] = { "\xe3\x80\x82", "\xef\xbc\x81",
					    "\xef\xbc\x9f" };
	unsigned char c = (unsigned char)s[i];

	if ((c & 0xc0) == 0x80)
		return 0;
	if (c == '\n' || c == ' ')
		return 1;
	if (s[i - 1] == '\n')
		return 4;
	for (size_t k = 0; k < ARRAY_LEN(wide); k++)
		if (i >= 3 && memcmp(s + i - 3, wide[k], 3) == 0)
			return 3;
	if (s[i - 1] != ' ')
		return 1;
	return i >= 2 && s[i - 2] && strchr(".!?:;", s[i - 2]) ? 3 : 2;
}

/* The best place in s[from..to), the first of equals; `from` if it is 0. */
static size_t best_begin(const char *s, size_t from, size_t to)
{
	size_t best = from;
	int most = from ? begins_well(s, from) : 4;

	for (size_t i = from + 1; i < to; i++) {
		int here = begins_well(s, i);

		if (here <= most)
			continue;
		most = here;
		best = i;
	}
	return best;
}

/* s[u->start..] of a block, without the ragged edges of words around it. */
static void trim(const char *s, size_t n, struct unit *u)
{
	size_t end = u->start + u->len;
	size_t from = best_begin(s, u->start, u->start + u->len / QUARTER + 1);

	while (end > from + 1 && end < n && begins_well(s, end) == 0)
		end--;
	for (size_t i = end; i > end - u->len / QUARTER; i--)
		if (i == n || begins_well(s, i) > 1) {
			end = i;
			break;
		}
	u->start = from;
	u->len = end - from;
}

/* --- both --------------------------------------------------------------- */

/* The first unit[0..len) in s[from..n); n for none. Knuth, Morris and Pratt: no
 * text makes it slow. */
static size_t find(const char *unit, size_t len, const char *s, size_t n,
		   size_t from)
{
	uint32_t *fail = mem_alloc(len * sizeof(*fail));
	size_t at = n;

	for (size_t i = 0, k = 0; i < len; i++) {
		while (i && k && unit[i] != unit[k])
			k = fail[k - 1];
		k += i && unit[i] == unit[k];
		fail[i] = (uint32_t)k;
	}
	for (size_t i = from, k = 0; i < n && at == n; i++) {
		while (k && s[i] != unit[k])
			k = fail[k - 1];
		k += s[i] == unit[k];
		if (k == len)
			at = i + 1 - k;
	}
	mem_free(fail);
	return at;
}

size_t unit_next(const char *s, size_t n, const struct unit *u, size_t from)
{
	return find(s + u->start, u->len, s, n, from);
}

/* Bytes of s[from..n) that are the beginning of the unit. */
static size_t open_copy(const char *s, size_t n, const struct unit *u,
			size_t from)
{
	size_t len = n - from;

	return len < u->len && !memcmp(s + from, s + u->start, len) ? len : 0;
}

static void count(const char *s, size_t n, struct unit *u)
{
	size_t window = MIN(n, (size_t)UNIT_WINDOW), covered = 0, end = 0;
	size_t at = unit_next(s, n, u, 0), last = at;

	u->first = at;
	u->times = 0;
	u->contiguous = false;
	for (; at < n; at = unit_next(s, n, u, end)) {
		u->contiguous = u->times && at == end;
		last = u->contiguous ? end - u->len : at;
		u->times++;
		end = at + u->len;
		if (end > n - window)
			covered += end - MAX(at, n - window);
	}
	covered += open_copy(s, n, u, end);
	u->start = last; /* of two back to back the first: it can be turned */
	u->window = (uint32_t)window;
	u->share = (double)covered / (double)window;
}

/* A block that is a few periods is one of them. */
static void to_period(const char *s, struct unit *u)
{
	size_t period;

	if (unit_run(s + u->start, u->len, &period) == u->len)
		u->len = period;
}

bool unit_find(const char *s, size_t n, struct unit *u)
{
	size_t window = MIN(n, (size_t)UNIT_WINDOW);
	size_t back = MIN(n, (size_t)UNIT_RUN_BYTES), period = 0;
	size_t run = unit_run(s + (n - back), back, &period);
	bool block = false;

	*u = (struct unit){ 0 };
	if (2 * MIN(run, window) < window) {
		size_t from = n - window;
		size_t saves = unit_block(s + from, window, &u->start,
					  &u->len);

		u->start += from;
		block = saves > 0;
		if (block) {
			to_period(s, u);
			count(s, n, u);
			block = u->share * (double)window > (double)run;
		}
	}
	if (!block && (!run || run <= UNIT_COST))
		return false;
	if (block && !u->contiguous) {
		trim(s, n, u);
	} else {
		if (!block)
			*u = (struct unit){ .start = n - run, .len = period };
		u->start = best_begin(s, u->start, u->start + u->len);
	}
	count(s, n, u);
	return u->times > 1;
}

/* Leaves s[0..*n) without the copies of unit[0..len) but the first. */
static void leave_out(char *s, size_t *n, const char *unit, size_t len)
{
	size_t at = find(unit, len, s, *n, 0);

	while (at < *n) {
		at = find(unit, len, s, *n, at + len);
		if (at == *n)
			break;
		memmove(s + at, s + at + len, *n - at - len);
		*n -= len;
		at -= len;
	}
}

/* The best block of what is left, in s; false: there is none. What only stands
 * where something was left out is none. */
static bool next_block(const char *s, size_t n, const char *left,
		       size_t n_left, struct unit *u)
{
	size_t start, len;

	if (!unit_block(left, n_left, &start, &len))
		return false;
	*u = (struct unit){ .len = len };
	u->start = find(left + start, len, s, n, n - MIN(n, UNIT_WINDOW));
	if (u->start == n)
		return false;
	to_period(s, u);
	count(s, n, u);
	if (!u->contiguous) {
		trim(s, n, u);
		count(s, n, u);
	}
	return u->times > 1;
}

/* Marks the runs of a unit: its copies, and what goes on with its period before
 * and behind them. */
static void mark_runs(const char *s, size_t n, const struct unit *u, char *mark)
{
	size_t end = 0;

	for (size_t at = u->first; at < n; at = unit_next(s, n, u, end)) {
		size_t from = at;

		end = at + u->len;
		while (from && s[from - 1] == s[from - 1 + u->len])
			from--;
		for (at = end; at < n && s[at] == s[at - u->len]; at++)
			;
		memset(mark + from, 1, at - from);
	}
}

/* Does it stand anywhere outside the marks? */
static bool is_elsewhere(const char *s, size_t n, const struct unit *u,
			 const char *mark)
{
	for (size_t at = u->first; at < n;
	     at = unit_next(s, n, u, at + u->len))
		if (memchr(mark + at, 0, u->len))
			return true;
	return false;
}

size_t unit_list(const char *s, size_t n, struct unit *out, size_t max)
{
	size_t n_left = MIN(n, (size_t)UNIT_WINDOW), n_units = 0, before;
	char *left, *mark;

	if (!max || !unit_find(s, n, &out[n_units]))
		return 0;
	left = mem_alloc(n_left);
	memcpy(left, s + (n - n_left), n_left);
	mark = mem_zalloc(n);
	do {
		const struct unit *u = &out[n_units];

		before = n_left;
		leave_out(left, &n_left, s + u->start, u->len);
		if (is_elsewhere(s, n, u, mark))
			mark_runs(s, n, &out[n_units++], mark);
		else if (n_left == before)
			break;
	} while (n_units < max &&
		 next_block(s, n, left, n_left, &out[n_units]));
	mem_free(mark);
	mem_free(left);
	return n_units;
}
