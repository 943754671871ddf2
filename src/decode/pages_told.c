/*
 * Between two tokens a policy changes its mind about few pages, and of a real
 * model there are hundreds of sets: each is told when it changes, and a reader
 * takes it as it was (lilscope-trace(5)).
 */
#include "decode/pages_told.h"

#include <string.h>

#include "trace/native.h"

enum { SET_KEPT, SET_READ, SETS };

/* Room for n sets of so many words. Pages that come are bits that were clear,
 * so what was told stays as it was told. */
static void reach(struct pages_told *told, uint32_t n_sets, uint32_t n_words)
{
	uint64_t *bits;
	uint32_t wide = MAX(told->n_words, n_words * 2);

	if (told->n_sets == n_sets && told->n_words >= n_words)
		return;
	bits = mem_zalloc((size_t)n_sets * wide * sizeof(*bits));
	for (uint32_t i = 0; i < MIN(told->n_sets, n_sets); i++)
		memcpy(bits + (size_t)i * wide,
		       told->bits + (size_t)i * told->n_words,
		       told->n_words * sizeof(*bits));
	mem_free(told->bits);
	*told = (struct pages_told){ bits, n_sets, wide, told->any };
}

/* A member for set i if it is another one than was told. */
static void put_set(struct pages_told *told, uint32_t i, struct buf *line,
		    const uint64_t *now, uint32_t n_pages)
{
	static const char *const names[SETS] = { "kept", "read" };
	uint64_t *before = told->bits + (size_t)i * told->n_words;
	size_t n_bytes = (n_pages + 63) / 64 * sizeof(*now);

	if (told->any && memcmp(before, now, n_bytes) == 0)
		return;
	memcpy(before, now, n_bytes);
	native_bits(line, names[i % SETS], now, n_pages);
}

static struct transformer_pages part_of(struct transformer *t, uint32_t i,
					uint32_t n_heads, enum pages_by by)
{
	return by == PAGES_BY_HEAD ? transformer_head_pages(t, i / n_heads,
							    i % n_heads)
				   : transformer_layer_pages(t, i);
}

/* Both sets of a part, as members. */
static void put_part(struct pages_told *told, uint32_t i, struct buf *line,
		     struct transformer_pages p)
{
	put_set(told, i * SETS + SET_KEPT, line, p.kept, p.n);
	put_set(told, i * SETS + SET_READ, line, p.read, p.n);
}

/* ,"layers":[{"kept":[...],"read":[...]},...], up to the last that has news. */
static void put_parts(struct pages_told *told, struct buf *line,
		      struct transformer *t, uint32_t n, uint32_t n_heads,
		      enum pages_by by)
{
	size_t start = line->len, news = start; /* where it ends */

	buf_puts(line, ",\"layers\":[");
	for (uint32_t i = 0; i < n; i++) {
		size_t open = line->len + (i > 0);

		buf_puts(line, i ? "," : "");
		put_part(told, i, line, part_of(t, i, n_heads, by));
		if (line->len > open) {
			line->data[open] = '{'; /* it was the comma */
			news = line->len + 1;
		} else {
			buf_putc(line, '{');
		}
		buf_putc(line, '}');
	}
	line->len = news;
	if (news > start)
		buf_putc(line, ']');
}

void pages_told_put(struct pages_told *told, struct buf *line,
		    struct transformer *t, const struct model_shape *shape,
		    enum pages_by by)
{
	uint32_t n_heads = by == PAGES_BY_HEAD ? shape->n_kv_heads : 1;
	uint32_t n = shape->n_layers * n_heads;

	reach(told, n * SETS, transformer_n(t) / (64 * CACHE_PAGE) + 1);
	line->len -= strlen("}\n");
	put_parts(told, line, t, n, n_heads, by);
	buf_puts(line, "}\n");
	told->any = true;
}

void pages_told_clear(struct pages_told *told)
{
	told->any = false;
}

void pages_told_release(struct pages_told *told)
{
	mem_free(told->bits);
	*told = (struct pages_told){ 0 };
}
