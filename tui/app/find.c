/*
 * Horspool: the window is compared from its far end, and the byte there says
 * how far the window may jump. Forward the table is indexed by the last byte
 * of the window, backward by the first.
 */
#include "app/find.h"

#include <string.h>

static uint8_t lower(uint8_t b)
{
	return b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b;
}

/* Both cases of b shift alike when case does not count. */
static void set_skip(uint8_t skip[256], uint8_t b, size_t shift, bool fold)
{
	skip[b] = (uint8_t)shift;
	if (fold && b >= 'a' && b <= 'z')
		skip[b - 32] = (uint8_t)shift;
}

void find_init(struct find *f, const char *pattern, size_t len)
{
	f->len = MIN(len, (size_t)FIND_MAX_BYTES);
	f->fold = true;
	for (size_t i = 0; i < f->len; i++)
		if (pattern[i] >= 'A' && pattern[i] <= 'Z')
			f->fold = false;
	memcpy(f->pattern, pattern, f->len);
	memset(f->skip, (int)f->len, sizeof(f->skip));
	memset(f->skip_back, (int)f->len, sizeof(f->skip_back));
	for (size_t i = 0; i + 1 < f->len; i++)
		set_skip(f->skip, f->pattern[i], f->len - 1 - i, f->fold);
	for (size_t i = f->len; i-- > 1;)
		set_skip(f->skip_back, f->pattern[i], i, f->fold);
}

static bool match_at(const struct find *f, const uint8_t *s)
{
	if (!f->fold)
		return memcmp(s, f->pattern, f->len) == 0;
	for (size_t i = 0; i < f->len; i++)
		if (lower(s[i]) != f->pattern[i])
			return false;
	return true;
}

enum find_result find_next(const struct find *f, const char *text, size_t n,
			   size_t *at)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t last, i, stop;

	if (f->len == 0 || n < f->len)
		return FIND_MISS;
	last = n - f->len;
	i = *at;
	stop = i + FIND_SLICE_BYTES;
	while (i <= last && i < stop) {
		if (match_at(f, s + i)) {
			*at = i;
			return FIND_HIT;
		}
		i += f->skip[s[i + f->len - 1]];
	}
	*at = i;
	return i > last ? FIND_MISS : FIND_MORE;
}

enum find_result find_prev(const struct find *f, const char *text, size_t n,
			   size_t *at)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t i, stop;

	if (f->len == 0 || n < f->len || *at == 0)
		return FIND_MISS;
	i = MIN(*at - 1, n - f->len);
	stop = i > FIND_SLICE_BYTES ? i - FIND_SLICE_BYTES : 0;
	for (;;) {
		size_t shift;

		if (match_at(f, s + i)) {
			*at = i;
			return FIND_HIT;
		}
		shift = f->skip_back[s[i]];
		if (i < shift) {
			*at = 0;
			return FIND_MISS;
		}
		i -= shift;
		if (i < stop) {
			*at = i + 1;
			return FIND_MORE;
		}
	}
}
