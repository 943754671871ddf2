/*
 * The second look at a stream that begins like JSON: a feed of its own that
 * takes everything for text, and a run that is measured. It costs what the
 * first look costs, so it ends as soon as the stream is understood.
 */
#include "guard/shadow.h"

#include <math.h>

#include "dialect/feed.h"

enum { WIRE_RECORDS = 2 }; /* complete ones that make lines a wire */

struct shadow {
	struct feed *feed;
	struct run *run; /* NULL before the first byte */
	struct meter_opts opts;
	bool array;
	char line_first, line_last; /* of the line that is open; 0: blank */
	size_t n_objects;           /* lines that look like one */
};

static struct run *on_open(void *ctx)
{
	struct shadow *s = ctx;

	s->run = run_new(&s->opts);
	return s->run;
}

/* The run stays with the shadow: the feed is never ended. */
static void on_close(void *ctx, struct run *run)
{
	(void)ctx;
	(void)run;
}

struct shadow *shadow_new(char first, const struct meter_opts *opts)
{
	const struct feed_opts text = { .source = "-", .format = "text" };
	struct feed_sink sink = { .open = on_open, .close = on_close };
	struct shadow *s;

	if (first != '{' && first != '[' && first != '"')
		return NULL;
	s = mem_zalloc(sizeof(*s));
	s->opts = *opts;
	s->array = first == '[';
	sink.ctx = s;
	s->feed = feed_new(&text, &sink);
	return s;
}

void shadow_free(struct shadow *s)
{
	if (!s)
		return;
	feed_free(s->feed);
	run_free(s->run);
	mem_free(s);
}

/* Lines that are an object each, by their ends alone: the feed, that reads
 * them, says nothing before it knows the dialect. */
static void count_objects(struct shadow *s, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\n') {
			s->n_objects += s->line_first == '{' &&
					s->line_last == '}';
			s->line_first = s->line_last = 0;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			if (!s->line_first)
				s->line_first = c;
			s->line_last = c;
		}
	}
}

void shadow_bytes(struct shadow *s, const char *bytes, size_t n)
{
	struct err err = { "" }; /* text can always be read */

	count_objects(s, bytes, n);
	feed_bytes(s->feed, bytes, n, NAN, &err);
}

bool shadow_is_over(const struct shadow *s, size_t n_records)
{
	return !s->array && MAX(n_records, s->n_objects) >= WIRE_RECORDS;
}

/* Bytes of the copy that the text ends with; the open phrase of the parse. */
static uint32_t last_copy(const struct lz77 *z)
{
	struct lz77_phrase last;

	if (!lz77_n_phrases(z))
		return 0;
	last = lz77_phrase(z, lz77_n_phrases(z) - 1);
	return last.src == LZ77_LITERAL ? 0 : last.len;
}

uint32_t shadow_at_token(struct shadow *s, size_t i_rule)
{
	if (!s->run)
		return RULE_NEVER;
	run_measure(s->run, UINT32_MAX);
	if (!s->run->meter ||
	    last_copy(meter_lz77(s->run->meter)) < SHADOW_COPY_BYTES)
		return RULE_NEVER;
	return meter_rule(s->run->meter, i_rule).at_token;
}
