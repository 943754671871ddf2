#include "indexed.h"

#include <string.h>

#include "reading.h"

static struct indexer *index_of(const char *dialect, const char *s, size_t n,
				size_t step)
{
	struct indexer *ix = indexer_new(dialect);

	for (size_t at = 0; at < n; at += step) {
		size_t len = MIN(step, n - at);
		char *exact = mem_alloc(len);

		memcpy(exact, s + at, len);
		indexer_bytes(ix, exact, len);
		mem_free(exact);
	}
	indexer_end(ix);
	return ix;
}

/* One record by itself. */
static void read_place(const struct feed_opts *whole, const char *dialect,
		       const char *s, struct record_place place, size_t i,
		       struct buf out[2])
{
	struct feed_opts opts = {
		.source = whole->source,
		.format = dialect,
		.field = whole->field,
		.from_middle = true,
		.record = i,
		.line = place.line,
		.byte = place.offset,
	};
	struct reading *r = reading_new(&opts);

	reading_bytes(r, s + place.offset, (size_t)place.len);
	reading_parts(r, &out[0], &out[1], NULL);
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	       (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

/* Sentences may differ in the byte: whether a line was one or an element of
 * an array is not known of a record that stands alone. */
static size_t n_lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static void put_both(struct buf *out, const struct buf two[2])
{
	buf_append(out, two[0].data, two[0].len);
	buf_append(out, two[1].data, two[1].len);
}

bool indexed_same(const struct feed_opts *opts, const char *s, size_t n,
		  size_t step, struct buf *out)
{
	struct reading *r = reading_new(opts);
	struct buf whole[2] = { { 0 } }, alone[2] = { { 0 } };
	const char *dialect;
	struct indexer *ix;
	enum feed_shape shape;
	char title[READING_TITLE_BYTES];
	bool good = true;

	reading_bytes(r, s, n);
	reading_parts(r, &whole[0], &whole[1], title);
	dialect = opts->format ? opts->format :
		  opts->field  ? "jsonl" :
				 feed_detect(s, n, true, &shape, NULL);
	put_both(out, whole);
	/* of events, lines are indexed: only nearly the same; without a title
	 * there is nothing that can be read */
	if (dialect && feed_format_shape(dialect) == FEED_RECORDS &&
	    title[0] && !strstr(title, "SSE")) {
		ix = index_of(dialect, s, n, step);
		for (size_t i = 0; i < indexer_n(ix); i++)
			read_place(opts, dialect, s, indexer_place(ix, i), i,
				   alone);
		indexer_free(ix);
		good = same(&whole[0], &alone[0]) &&
		       n_lines(&whole[1]) == n_lines(&alone[1]);
		if (!good) {
			buf_puts(out, "one by one:\n");
			put_both(out, alone);
		}
	}
	for (int i = 0; i < 2; i++) {
		buf_release(&whole[i]);
		buf_release(&alone[i]);
	}
	return good;
}
