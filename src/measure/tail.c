/*
 * The buffer holds up to twice what is kept, so that the move back to its
 * front costs a step a code point.
 */
#include "measure/tail.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <string.h>

/* Bytes that are no UTF-8 are numbered behind all code points. */
enum { BAD_BYTE = 0x110000 };

void tail_init(struct tail *t, size_t keep)
{
	*t = (struct tail){ .keep = keep };
}

void tail_release(struct tail *t)
{
	mem_free(t->at);
	t->at = NULL;
}

static void append(struct tail *t, uint32_t cp)
{
	if (t->n == 2 * t->keep) {
		memmove(t->at, t->at + t->keep, t->keep * sizeof(*t->at));
		t->n = t->keep;
	}
	t->at = grow(t->at, &t->cap, t->n + 1, sizeof(*t->at));
	t->at[t->n++] = cp;
}

static size_t take(struct tail *t, const char *s, size_t len, size_t *used,
		   bool (*skip)(uint32_t cp))
{
	int32_t cp = utf8_decode(s, len, used);
	uint32_t put = (uint32_t)cp;

	if (cp == UTF8_BAD)
		put = BAD_BYTE + (unsigned char)*s;
	if (cp == UTF8_MORE) {
		*used = 0;
		return 0;
	}
	if (skip && skip(put))
		return 0;
	append(t, put);
	return 1;
}

size_t tail_push(struct tail *t, const char *text, size_t len,
		 bool (*skip)(uint32_t cp))
{
	size_t n = 0, at = 0, used;

	while (t->n_part && at < len) { /* the rest of a cut character */
		t->part[t->n_part++] = text[at++];
		while (t->n_part) {
			n += take(t, t->part, t->n_part, &used, skip);
			if (!used)
				break;
			t->n_part -= used;
			memmove(t->part, t->part + used, t->n_part);
		}
	}
	while (at < len) {
		n += take(t, text + at, len - at, &used, skip);
		if (!used) {
			t->n_part = len - at;
			memcpy(t->part, text + at, t->n_part);
			break;
		}
		at += used;
	}
	return n;
}

const uint32_t *tail_end(const struct tail *t)
{
	return t->n ? t->at + t->n : t->at;
}

size_t tail_len(const struct tail *t)
{
	return MIN(t->n, t->keep);
}

bool tail_is_space(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0xa0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	       cp == 0x3000 || cp == 0xfeff;
}

void tail_runs(const uint32_t *end, size_t n, size_t max, uint32_t *z)
{
	size_t left = 0, right = 0; /* [left, right) equals the beginning */

	for (size_t i = 1; i <= max; i++) {
		size_t run = 0;

		if (i < right)
			run = MIN((size_t)z[i - left], right - i);
		while (i + run < n && end[-1 - (ptrdiff_t)run] ==
					      end[-1 - (ptrdiff_t)(i + run)])
			run++;
		z[i] = (uint32_t)run;
		if (i + run > right) {
			left = i;
			right = i + run;
		}
	}
}
