/*
 * The copies come from the exact parse: after each byte it knows the longest
 * suffix that stood before. Folding goes token by token, so that ends stay
 * ends.
 */
#include "onset.h"

#include "base/buf.h"
#include "measure/lz77.h"

#include <string.h>

static const double share = 0.9;

/* One byte of the folded text, or none (returns false): what came before it
 * decides over blanks and digits. */
static bool fold(char *c, char *before)
{
	if (*c >= '0' && *c <= '9')
		*c = '0';
	else if (*c == ' ' || (*c >= '\t' && *c <= '\r'))
		*c = ' ';
	else if (*c >= 'A' && *c <= 'Z')
		*c = (char)(*c - 'A' + 'a');
	if (*c == *before && (*c == ' ' || *c == '0'))
		return false;
	*before = *c;
	return true;
}

/* copy[i]: bytes of the text that are none, up to i; *ends moves with the
 * folding. */
static uint32_t *fresh_bytes(const char *text, uint32_t *ends,
			     uint32_t n_tokens, bool folded)
{
	uint32_t len = n_tokens ? ends[n_tokens - 1] : 0, n = 0, at = 0;
	uint32_t *fresh = mem_alloc((len + 1) * sizeof(*fresh));
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	char before = '\0';

	for (uint32_t i = 0; i < n_tokens; i++) {
		for (; at < ends[i]; at++) {
			char c = text[at];

			if (!folded || fold(&c, &before))
				fresh[++n] = lz77_push(z, (unsigned char)c).lrs;
		}
		ends[i] = n;
	}
	lz77_free(z);
	/* from the longest suffixes to what they cover, backwards */
	for (uint32_t i = n, from = n; i > 0; i--) {
		if (fresh[i] >= ONSET_GRAM)
			from = MIN(from, i - fresh[i]);
		fresh[i] = i <= from;
	}
	fresh[0] = 0;
	for (uint32_t i = 1; i <= n; i++)
		fresh[i] += fresh[i - 1];
	return fresh;
}

uint32_t onset_find(const char *text, const uint32_t *ends, uint32_t n_tokens,
		    bool folded)
{
	uint32_t *to = mem_alloc((n_tokens + 1) * sizeof(*to)), *fresh;
	uint32_t onset = n_tokens;
	double sum = 0, best = 0;

	if (n_tokens)
		memcpy(to, ends, n_tokens * sizeof(*to));
	fresh = fresh_bytes(text, to, n_tokens, folded);
	for (uint32_t i = n_tokens; i-- > 0;) {
		bool copy = fresh[to[i]] == fresh[i ? to[i - 1] : 0];

		sum += copy - share;
		if (sum > best) {
			best = sum;
			onset = i;
		}
	}
	mem_free(fresh);
	mem_free(to);
	return onset;
}
