/*
 * Lines found from anchors, places that depend on nearby bytes alone: so no
 * index of a text of 100 MB is built or kept.
 */
#define _GNU_SOURCE /* memrchr */
#include "draw/text_layout.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"

enum {
	/* An anchor inside an endless line moves to the next blank, if one
	 * is near: no word is cut. */
	ANCHOR_SEEK = 256,
	UTF8_CONTINUATIONS = 3,
	RING_LINES = 512, /* at least a screen of them */
};

/* --- anchors ------------------------------------------------------------ */

/* Whether text[from, to) has a line feed; *after is the place after the
 * last one. */
static bool last_feed(const struct text_layout *l, size_t from, size_t to,
		      size_t *after)
{
	const char *feed = NULL;
	if (from < to) /* an empty text may be NULL */
		feed = memrchr(l->text + from, '\n', to - from);
	if (feed)
		*after = (size_t)(feed - l->text) + 1;
	return feed != NULL;
}

/* Where the line that crosses a multiple of the chunk is cut. Depends on the
 * bytes before `m + ANCHOR_SEEK` alone. */
static size_t anchor_near(const struct text_layout *l, size_t m)
{
	size_t end = MIN(m + ANCHOR_SEEK, l->len);
	size_t at;

	for (size_t i = m; i < end; i++)
		if (l->text[i] == ' ' || l->text[i] == '\n')
			return i + 1;
	at = m;
	for (int i = 0; i < UTF8_CONTINUATIONS && at < l->len; i++)
		if (((unsigned char)l->text[at] & 0xc0) == 0x80)
			at++;
	return at;
}

/* The anchor that belongs to multiple m, or (size_t)-1: a line feed in the
 * chunk before it makes one unnecessary. */
static size_t chunk_anchor(const struct text_layout *l, size_t m)
{
	size_t after;
	if (m == 0 || m >= l->len)
		return (size_t)-1;
	if (last_feed(l, m - LAYOUT_CHUNK, m, &after))
		return (size_t)-1;
	return anchor_near(l, m);
}

/* The first chunk anchor after `from`, at most at `limit`. */
static size_t next_chunk_anchor(const struct text_layout *l, size_t from,
				size_t limit)
{
	size_t m = from / LAYOUT_CHUNK * LAYOUT_CHUNK;
	for (; m <= limit; m += LAYOUT_CHUNK) {
		size_t a = chunk_anchor(l, m);
		if (a != (size_t)-1 && a > from && a <= limit)
			return a;
	}
	return (size_t)-1;
}

static size_t break_before(const struct text_layout *l, size_t at)
{
	size_t best = 0;
	for (size_t i = 0; i < l->n_breaks; i++)
		if (l->breaks[i] <= at)
			best = l->breaks[i];
	return best;
}

/* The last place <= at where a line certainly starts. */
static size_t anchor_before(const struct text_layout *l, size_t at)
{
	size_t m = at / LAYOUT_CHUNK * LAYOUT_CHUNK;
	size_t floor = m > 2 * LAYOUT_CHUNK ? m - 2 * LAYOUT_CHUNK : 0;
	size_t best = break_before(l, at);
	size_t after;
	if (last_feed(l, floor, at, &after))
		best = MAX(best, after);
	for (size_t k = floor; k <= m; k += LAYOUT_CHUNK) {
		size_t a = chunk_anchor(l, k);
		if (a != (size_t)-1 && a <= at)
			best = MAX(best, a);
	}
	return best;
}

/* --- lines -------------------------------------------------------------- */

/* Where a line from `from` must end at the latest, besides line feeds. */
static size_t hard_end(const struct text_layout *l, size_t from)
{
	size_t end = l->len;
	size_t limit;

	for (size_t i = l->n_breaks; i-- > 0;)
		if (l->breaks[i] > from)
			end = MIN(end, l->breaks[i]);
	/* Without a line feed there is an anchor in every chunk but the
	 * first. */
	limit = from + 2 * LAYOUT_CHUNK + ANCHOR_SEEK;
	return MIN(end, next_chunk_anchor(l, from, MIN(end, limit)));
}

struct text_line text_layout_line(const struct text_layout *l, size_t from)
{
	size_t end, i;
	size_t blank; /* after the last blank that fits */
	int used = 0, used_at_blank = 0;

	assert(from <= l->len);
	end = hard_end(l, from);
	blank = from;
	i = from;
	while (i < end) {
		struct utf8_cluster cl;
		size_t n = utf8_cluster(l->text + i, end - i, l->ascii, &cl);
		if (cl.kind == UTF8_LINE_FEED)
			return (struct text_line){ from, i, i + n };
		if (used + cl.width > l->width && i > from) {
			if (l->text[i] == ' ') /* the blank hangs over */
				return (struct text_line){ from, i, i + 1 };
			if (2 * used_at_blank >= l->width)
				i = blank;
			return (struct text_line){ from, i, i };
		}
		used += cl.width;
		i += n;
		if (n == 1 && l->text[i - 1] == ' ') {
			blank = i;
			used_at_blank = used;
		}
	}
	return (struct text_line){ from, i, i };
}

size_t text_layout_start(const struct text_layout *l, size_t at)
{
	size_t from;

	at = MIN(at, l->len);
	from = anchor_before(l, at);
	for (;;) {
		struct text_line line = text_layout_line(l, from);
		if (line.next > at || line.next == from ||
		    line.next >= l->len)
			break;
		from = line.next;
	}
	return from;
}

/* The line *n lines above `from`, looking no further than one anchor; *n
 * gets what is still to go. */
static size_t up_to_anchor(const struct text_layout *l, size_t from, long *n)
{
	size_t ring[RING_LINES]; /* starts of the last lines before `from` */
	long count = 0;
	size_t at = anchor_before(l, from - 1);
	long back;

	while (at < from) {
		ring[count++ % RING_LINES] = at;
		at = text_layout_line(l, at).next;
	}
	back = MIN(MIN(*n, count), RING_LINES);
	*n -= back;
	return ring[(count - back) % RING_LINES];
}

size_t text_layout_up(const struct text_layout *l, size_t from, long *n)
{
	while (*n > 0 && from > 0)
		from = up_to_anchor(l, from, n);
	return from;
}

size_t text_layout_down(const struct text_layout *l, size_t from, long *n)
{
	for (; *n > 0; (*n)--) {
		size_t next = text_layout_line(l, from).next;
		if (next >= l->len || next == from)
			break;
		from = next;
	}
	return from;
}
