/*
 * Each stream inside is a feed like any other, told by `outer` whose it is.
 * A stream that can't be read (a server's own log beside its answers) is left
 * alone; only when none can is there something to say.
 */
#include "dialect/wrap.h"

#include <math.h>
#include <string.h>

struct wrap {
	char name[WRAP_NAME_MAX];
	size_t name_len;
	struct feed *feed;
	uint64_t used;
	bool dead; /* it can't be read */
};

static struct feed *feed_inside(struct format_ctx *cx, const char *format,
				bool no_text)
{
	const struct feed_opts opts = {
		.source = cx->gens->source,
		.format = cx->gens->depth < WRAP_DEPTH_MAX ? format : "text",
		.outer = cx->gens,
		.no_text = no_text,
	};

	return feed_new(&opts, &cx->gens->sink);
}

/* Without the source's name, which the container's sentence has already. */
static const char *sentence(const struct format_ctx *cx, const struct err *err)
{
	size_t len = strlen(cx->gens->source);
	bool named = strncmp(err->text, cx->gens->source, len) == 0 &&
		     strncmp(err->text + len, ": ", 2) == 0;

	return err->text + (named ? len + 2 : 0);
}

static void note(struct format_ctx *cx, struct wraps *w, const struct err *err)
{
	if (err->text[0])
		err_set(&w->why, "%s", sentence(cx, err));
}

static void end_one(struct format_ctx *cx, struct wraps *w, struct wrap *one)
{
	struct err err = { "" };

	if (!one->dead && !feed_end(one->feed, &err))
		note(cx, w, &err);
	feed_free(one->feed);
}

static struct wrap *stalest(struct wraps *w)
{
	struct wrap *worst = w->all;

	for (size_t i = 1; i < w->n; i++)
		if (w->all[i].used < worst->used)
			worst = &w->all[i];
	return worst;
}

static struct wrap *stream_of(struct format_ctx *cx, struct wraps *w,
			      const struct wrap_part *part)
{
	size_t len = MIN(part->name_len, (size_t)WRAP_NAME_MAX);
	struct wrap *one;

	for (size_t i = 0; i < w->n; i++)
		if (w->all[i].name_len == len &&
		    (!len || memcmp(w->all[i].name, part->name, len) == 0))
			return &w->all[i];
	if (w->n == WRAP_STREAMS_MAX) {
		one = stalest(w);
		end_one(cx, w, one);
	} else {
		w->all = grow(w->all, &w->cap, w->n + 1, sizeof(*w->all));
		one = &w->all[w->n++];
	}
	*one = (struct wrap){ .feed = feed_inside(cx, part->format,
						  part->aside || w->wire),
			      .name_len = len };
	if (len)
		memcpy(one->name, part->name, len);
	return one;
}

bool wrap_part(struct format_ctx *cx, struct wraps *w,
	       const struct wrap_part *part, struct err *why)
{
	struct wrap *one = stream_of(cx, w, part);
	size_t skipped = feed_skipped(one->feed);
	struct err err = { "" };

	one->used = ++w->tick;
	if (one->dead)
		return true;
	cx->gens->seen.clock |= !isnan(part->time_s);
	if (!feed_bytes(one->feed, part->s, part->n, part->time_s, &err)) {
		note(cx, w, &err);
		one->dead = true;
		return true;
	}
	w->wire |= feed_dialect(one->feed)[0] &&
		   strcmp(feed_dialect(one->feed), format_text.name) != 0;
	if (feed_skipped(one->feed) == skipped)
		return true;
	return err_set(why, "%s", feed_first_trouble(one->feed));
}

void wrap_end(struct format_ctx *cx, struct wraps *w)
{
	for (size_t i = 0; i < w->n; i++)
		end_one(cx, w, &w->all[i]);
	w->n = 0;
	if (!cx->gens->n_opened && w->why.text[0])
		err_set(&cx->trouble, "%s", w->why.text);
}

void wrap_release(struct wraps *w)
{
	for (size_t i = 0; i < w->n; i++)
		feed_free(w->all[i].feed);
	mem_free(w->all);
}

bool wrap_body(struct format_ctx *cx, const char *s, size_t n, struct err *why)
{
	size_t before = cx->gens->n_opened;
	struct err err = { "" };
	enum feed_shape shape;
	struct feed *feed;
	const char *name = feed_detect(s, MIN(n, (size_t)FEED_PROBE_BYTES),
				       n <= FEED_PROBE_BYTES, &shape, &err);

	if (!name || strcmp(name, format_text.name) == 0 ||
	    strcmp(name, format_jsonl.name) == 0)
		return err_set(why, "%s", name || !err.text[0] ?
			       "it is no answer of a model's server" :
			       err.text);
	feed = feed_inside(cx, name, true);
	if (!feed_bytes(feed, s, n, NAN, &err) || !feed_end(feed, &err))
		err_set(why, "%s", sentence(cx, &err));
	else if (cx->gens->n_opened == before)
		err_set(why, "%s", feed_skipped(feed) ?
			feed_first_trouble(feed) :
			"there is no generated text in it");
	feed_free(feed);
	return cx->gens->n_opened > before;
}
