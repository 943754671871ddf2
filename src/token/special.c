/*
 * Sorted, all tokens that begin with the same bytes lie side by side, so each
 * byte of the text narrows a range: a trie without its nodes.
 */
#include "token/special.h"

#include <string.h>

#include "base/buf.h"

static bool same(const struct numbered *a, const struct numbered *b)
{
	return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

void special_init(struct special *s, const struct numbered *tokens, size_t n)
{
	*s = (struct special){ 0 };
	s->at = mem_alloc((n + 1) * sizeof(*s->at));
	for (size_t i = 0; i < n; i++)
		if (tokens[i].len && tokens[i].len <= SPECIAL_MAX_BYTES)
			s->at[s->n++] = tokens[i];
	numbered_sort(s->at, s->n);
	n = s->n;
	s->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!s->n || !same(&s->at[s->n - 1], &s->at[i]))
			s->at[s->n++] = s->at[i];
	for (size_t i = 0; i < s->n; i++) {
		unsigned char c = (unsigned char)s->at[i].s[0];

		s->first[c + 1]++;
		s->begins[c] = true;
	}
	for (size_t c = 0; c < 256; c++)
		s->first[c + 1] += s->first[c];
}

void special_release(struct special *s)
{
	mem_free(s->at);
	*s = (struct special){ 0 };
}

/* The first of [low, high) whose byte k is c or greater. */
static uint32_t bound(const struct special *s, uint32_t low, uint32_t high,
		      size_t k, unsigned c)
{
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if ((unsigned char)s->at[middle].s[k] < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t special_at(const struct special *s, const char *text, size_t n,
		    bool end, size_t *len)
{
	unsigned char c = (unsigned char)text[0];
	uint32_t low = s->first[c], high = s->first[c + 1];
	uint32_t best = TOKEN_NONE;

	/* [low, high) begin with the first k bytes of the text. */
	for (size_t k = 1; low < high; k++) {
		if (s->at[low].len == k) {
			best = s->at[low++].id;
			*len = k;
			if (low == high)
				break;
		}
		if (k == n)
			return end ? best : SPECIAL_MORE;
		c = (unsigned char)text[k];
		low = bound(s, low, high, k, c);
		high = bound(s, low, high, k, c + 1u);
	}
	return best;
}
