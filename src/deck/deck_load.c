/*
 * A record that is measured again is read by a feed of its own, from the place
 * that the index remembers: runs are large and records are many, so that
 * reading twice is cheaper than keeping them.
 */
#include "deck/deck_load.h"

#include <math.h>
#include <string.h>

enum {
	/* A pipe whose first line is still open is judged from here on. */
	LOAD_OPEN_LINE_BYTES = 4096,
};

void load_release(struct load_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		run_free(list->runs[i]);
	mem_free(list->runs);
	*list = (struct load_list){ 0 };
}

const char *load_detect(const struct feed_opts *opts, const struct buf *probe,
			bool whole, enum feed_shape *shape, struct err *err)
{
	const char *dialect;
	struct err why = { "" };

	if (opts->format) {
		*shape = feed_format_shape(opts->format);
		if (*shape != FEED_UNKNOWN)
			return opts->format;
		err_set(err, "%s: no format is called \"%s\"; lilscope help "
			     "formats lists them",
			opts->source, opts->format);
		return NULL;
	}
	dialect = feed_detect(probe->data, probe->len, whole, shape, &why);
	if (!dialect && why.text[0])
		err_set(err, "%s: %s", opts->source, why.text);
	return dialect;
}

bool load_ready(const struct buf *probe)
{
	if (!probe->len)
		return false;
	return probe->len >= LOAD_OPEN_LINE_BYTES ||
	       memchr(probe->data, '\n', probe->len);
}

/* What the sink needs. */
struct load_sink {
	struct load_list *out;
	const struct meter_opts *meter;
	bool head;
};

static struct run *load_open(void *ctx)
{
	struct load_sink *l = ctx;
	struct load_list *out = l->out;

	out->runs = grow(out->runs, &out->cap, out->n + 1,
			 sizeof(*out->runs));
	out->runs[out->n] = run_new(l->meter);
	out->runs[out->n]->head = l->head;
	return out->runs[out->n++];
}

static void load_close(void *ctx, struct run *run)
{
	(void)ctx;
	(void)run; /* stays in the list */
}

static void load_broken(void *ctx, const char *sentence)
{
	struct load_sink *l = ctx;
	size_t n = sizeof(l->out->trouble) - 1;

	if (!l->out->trouble[0])
		strncpy(l->out->trouble, sentence, n);
}

bool load_bytes(const char *bytes, size_t n, const struct feed_opts *opts,
		const struct meter_opts *meter, bool head,
		struct load_list *out, struct err *err)
{
	struct load_sink loading = { out, meter, head };
	const struct feed_sink sink = {
		.ctx = &loading,
		.open = load_open,
		.close = load_close,
		.broken = load_broken,
	};
	struct feed *feed = feed_new(opts, &sink);
	bool fine = feed_bytes(feed, bytes, n, NAN, err) &&
		    feed_end(feed, err);

	feed_free(feed);
	return fine;
}

bool load_fits(const struct record_place *place, const char *source,
	       struct err *err)
{
	return place->len <= FEED_RECORD_MAX_BYTES ||
	       err_set(err,
		       "%s: line %u: a record of %llu bytes is over the limit "
		       "of %d", source, place->line,
		       (unsigned long long)place->len, FEED_RECORD_MAX_BYTES);
}

bool load_place(struct source *source, const struct record_place *place,
		const struct feed_opts *opts, const struct meter_opts *meter,
		bool head, struct load_list *out, struct err *err)
{
	struct buf bytes = { 0 };
	bool fine = load_fits(place, opts->source, err) &&
		    source_again(source, place->offset, place->len, &bytes,
				 err) &&
		    load_bytes(bytes.data, bytes.len, opts, meter, head, out,
			       err);

	buf_release(&bytes);
	return fine;
}
