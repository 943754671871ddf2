#include "naive_tok.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/utf8.h"

enum { NAIVE_END = -10 }; /* no code point */

/* One code point of the text; bad bytes are code points below 0. */
struct point {
	int32_t cp;
	size_t at, len;
};

static bool is_letter(int32_t cp)
{
	utf8proc_category_t c = cp < 0 ? 0 : utf8proc_category(cp);

	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

static bool is_number(int32_t cp)
{
	utf8proc_category_t c = cp < 0 ? 0 : utf8proc_category(cp);

	return c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO;
}

static bool is_newline(int32_t cp)
{
	return cp == '\r' || cp == '\n';
}

/* \s: the controls among white space, and every separator of Unicode. */
static bool is_space(int32_t cp)
{
	utf8proc_category_t c = cp < 0 ? 0 : utf8proc_category(cp);

	return (cp >= 9 && cp <= 13) || cp == 0x85 ||
	       c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL ||
	       c == UTF8PROC_CATEGORY_ZP;
}

static bool is_sign(int32_t cp)
{
	return cp != NAIVE_END && !is_space(cp) && !is_letter(cp) &&
	       !is_number(cp);
}

/* How many points from p on are of a kind; the last point is NAIVE_END. */
static size_t run_of(const struct point *p, bool (*is)(int32_t))
{
	size_t n = 0;

	while (is(p[n].cp))
		n++;
	return n;
}

/* (?i:'s|'t|'re|'ve|'m|'ll|'d) */
static size_t contraction(const struct point *p)
{
	static const char *const tails[] = { "s", "t", "re", "ve",
					     "m", "ll", "d" };

	if (p[0].cp != '\'')
		return 0;
	if (p[1].cp == 0x17f) /* the long s is an s to (?i) */
		return 2;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		size_t n = 0;

		while (tails[i][n] && (p[n + 1].cp | 0x20) == tails[i][n] &&
		       p[n + 1].cp > 0)
			n++;
		if (!tails[i][n])
			return n + 1;
	}
	return 0;
}

/* The alternatives of the expression, in order; how many points match. */
static size_t match(const struct point *p)
{
	size_t n = contraction(p), last;

	if (n)
		return n;
	if (is_letter(p[0].cp))
		return run_of(p, is_letter);
	if (!is_newline(p[0].cp) && !is_number(p[0].cp) &&
	    is_letter(p[1].cp))
		return 1 + run_of(p + 1, is_letter);
	if (is_number(p[0].cp))
		return 1;
	n = p[0].cp == ' ';
	if (is_sign(p[n].cp)) {
		n += run_of(p + n, is_sign);
		return n + run_of(p + n, is_newline);
	}
	n = run_of(p, is_space);
	for (last = n; last > 0; last--)
		if (is_newline(p[last - 1].cp))
			return last;
	return p[n].cp == NAIVE_END || n == 1 ? n : n - 1;
}

/* The id of a byte string: all tokens, sorted once. */
static int by_bytes(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	size_t nx, ny;
	const char *px = tok_bytes(x, &nx), *py = tok_bytes(y, &ny);
	int order = memcmp(px, py, MIN(nx, ny));

	return order ? order : (nx > ny) - (nx < ny);
}

static uint32_t rank_of(const char *bytes, size_t n)
{
	static uint32_t sorted[TOK_N_ORDINARY];
	size_t low = 0, high = TOK_N_ORDINARY;

	if (!sorted[1]) {
		for (uint32_t i = 0; i < TOK_N_ORDINARY; i++)
			sorted[i] = i;
		qsort(sorted, TOK_N_ORDINARY, sizeof(*sorted), by_bytes);
	}
	while (low < high) {
		size_t mid = (low + high) / 2, n_mid;
		const char *at = tok_bytes(sorted[mid], &n_mid);
		int order = memcmp(at, bytes, MIN(n_mid, n));

		order = order ? order : (n_mid > n) - (n_mid < n);
		if (order == 0)
			return sorted[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return TOK_N_ORDINARY;
}

static void add(struct tok_list *out, uint32_t id, size_t n)
{
	out->at = grow(out->at, &out->cap, out->n + 1, sizeof(*out->at));
	out->at[out->n++] = (struct tok_token){ id, (uint32_t)n };
}

/* Merges the pair of least rank until none is a token. */
static void merge(const char *piece, size_t n, struct tok_list *out)
{
	size_t *cut = mem_alloc((n + 1) * sizeof(*cut)), n_parts = n;

	for (size_t i = 0; i <= n; i++)
		cut[i] = i;
	for (;;) {
		uint32_t least = TOK_N_ORDINARY;
		size_t best = 0;

		for (size_t i = 0; i + 2 <= n_parts; i++) {
			uint32_t rank = rank_of(piece + cut[i],
						cut[i + 2] - cut[i]);

			if (rank < least) {
				least = rank;
				best = i;
			}
		}
		if (least == TOK_N_ORDINARY)
			break;
		memmove(cut + best + 1, cut + best + 2,
			(n_parts - best - 1) * sizeof(*cut));
		n_parts--;
	}
	for (size_t i = 0; i < n_parts; i++)
		add(out, rank_of(piece + cut[i], cut[i + 1] - cut[i]),
		    cut[i + 1] - cut[i]);
	mem_free(cut);
}

/* Text without special tokens. */
static void ordinary(const char *text, size_t n, struct tok_list *out)
{
	struct point *points = mem_alloc((n + 3) * sizeof(*points));
	size_t n_points = 0;

	for (size_t at = 0, len; at < n; at += len) {
		int32_t cp = utf8_decode(text + at, n - at, &len);

		if (cp < 0)
			len = 1;
		points[n_points++] = (struct point){ cp, at, len };
	}
	for (size_t i = n_points; i < n_points + 3; i++)
		points[i] = (struct point){ NAIVE_END, n, 0 };
	for (size_t i = 0, k; i < n_points; i += k) {
		k = match(points + i);
		merge(text + points[i].at, points[i + k].at - points[i].at,
		      out);
	}
	mem_free(points);
}

/* The special token at the start of text[0..n), or 0. */
static uint32_t special_at(const char *text, size_t n)
{
	for (uint32_t id = TOK_N_ORDINARY; id < tok_vocab_size(); id++) {
		size_t len;
		const char *bytes = tok_bytes(id, &len);

		if (len <= n && memcmp(text, bytes, len) == 0)
			return id;
	}
	return 0;
}

void naive_tok(const char *text, size_t n, struct tok_list *out)
{
	size_t from = 0, at = 0, len;

	while (at < n) {
		uint32_t id = special_at(text + at, n - at);

		if (!id) {
			at++;
			continue;
		}
		ordinary(text + from, at - from, out);
		tok_bytes(id, &len);
		add(out, id, len);
		from = at += len;
	}
	ordinary(text + from, n - from, out);
}
