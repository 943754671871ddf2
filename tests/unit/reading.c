#include "reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/unpack.h"
#include "json/json.h"

struct reading {
	struct unpack *unpack; /* as a source has it */
	struct buf unpacked;
	const char *source;
	struct feed *feed;
	struct buf gens;     /* lines of generations */
	struct buf troubles; /* lines of sentences */
	size_t n_gens;
	struct err err;
	bool torn; /* the archive is broken from here on */
	void (*watch)(void *ctx, const struct run *run);
	void *watch_ctx;
};

enum { SLICE_BYTES = 64 * 1024 };

/* n words of 32 bits behind h, their lowest byte first: so whatever is hashed
 * is the same on every machine. */
static uint64_t hash_words(uint64_t h, const void *words, size_t n)
{
	const unsigned char *at = words;

	for (size_t i = 0; i < n; i++) {
		uint32_t word;

		memcpy(&word, at + i * sizeof(word), sizeof(word));
		for (int shift = 0; shift < 32; shift += 8)
			h = fnv64_step(h, word >> shift & 0xff);
	}
	return h;
}

/* Borders, ids, times and channels. Not the logprobs' bits: a NAN has many. */
static uint64_t hash_tokens(const struct trace *t)
{
	uint64_t h = hash_words(FNV64_BASIS, t->end, t->n_tokens);

	if (t->id)
		h = hash_words(h, t->id, t->n_tokens);
	if (t->time_us)
		h = hash_words(h, t->time_us, t->n_tokens);
	for (uint32_t i = 0; i < t->n_tokens; i++) {
		uint32_t channel = trace_channel(t, i);
		float lp = t->logprob ? t->logprob[i] : NAN;

		h = hash_words(h, &channel, 1);
		if (!isnan(lp))
			h = hash_words(h, &lp, 1);
	}
	return h;
}

/* Every page that came or went, every number of bytes. */
static void put_cache(struct buf *out, const struct trace *t)
{
	uint64_t h = FNV64_BASIS;
	struct pages_event e;
	struct pages_walk w;

	for (uint32_t i = 0; t->pages && i < 2 * pages_n_layers(t->pages);
	     i++) {
		pages_walk_from(&w, t->pages, i / 2,
				i % 2 ? PAGES_READ : PAGES_KEPT, 0);
		while (pages_next(&w, &e))
			h = hash_words(h, &e, 2);
	}
	if (t->pages)
		buf_printf(out, ", pages %lu in %lu layers from token %lu, "
				"%016llx",
			   (unsigned long)pages_n(t->pages),
			   (unsigned long)pages_n_layers(t->pages),
			   (unsigned long)pages_first(t->pages),
			   (unsigned long long)h);
	if (t->kv)
		buf_printf(out, ", kv %016llx",
			   (unsigned long long)hash_words(
				   FNV64_BASIS, t->kv,
				   t->n_tokens * sizeof(*t->kv) /
					   sizeof(float)));
	if (t->n_prompt_ends)
		buf_printf(out, ", prompt ends %zu at %lu", t->n_prompt_ends,
			   (unsigned long)
				   t->prompt_end[t->n_prompt_ends - 1]);
}

static void put_word(struct buf *out, const char *name, const char *word)
{
	if (!word)
		return;
	buf_printf(out, ", %s ", name);
	json_put_string(out, word, strlen(word));
}

static void put_gen(struct buf *out, const struct trace *t)
{
	const struct facts *f = &t->facts;
	size_t bytes[CHANNELS] = { 0 }, from = 0;

	for (uint32_t i = 0; i < t->n_tokens; i++) {
		bytes[trace_channel(t, i)] += t->end[i] - from;
		from = t->end[i];
	}
	buf_printf(out, "  %s tokens %lu by %s, bytes %zu+%zu+%zu",
		   f->record, (unsigned long)t->n_tokens,
		   tokens_by_name(t->tokens_by), bytes[CHANNEL_REASONING],
		   bytes[CHANNEL_ANSWER], bytes[CHANNEL_TOOL]);
	buf_printf(out, ", prompt %zu (%lu), usage %lu", t->prompt.len,
		   (unsigned long)f->prompt_tokens,
		   (unsigned long)f->usage_tokens);
	put_word(out, "model", f->model);
	put_word(out, "policy", f->policy);
	put_word(out, "finish", f->finish_reason);
	put_word(out, "label", f->label);
	put_word(out, "gold", f->gold);
	put_word(out, "note", f->note);
	put_word(out, "guessed", f->guessed);
	buf_printf(out, "%s%s", f->aborted ? ", aborted" : "",
		   t->truncated ? ", truncated" : "");
	if (f->budget || f->vocab)
		buf_printf(out, ", budget %lu, vocab %lu",
			   (unsigned long)f->budget, (unsigned long)f->vocab);
	put_cache(out, t);
	buf_printf(out, ", text %016llx, tokens %016llx\n",
		   (unsigned long long)fnv64(fnv64(FNV64_BASIS, t->text.data,
						 t->text.len),
					    t->prompt.data, t->prompt.len),
		   (unsigned long long)hash_tokens(t));
}

static struct run *on_open(void *ctx)
{
	(void)ctx;
	return run_new(&meter_opts_default);
}

static void on_close(void *ctx, struct run *run)
{
	struct reading *r = ctx;

	put_gen(&r->gens, &run->trace);
	r->n_gens++;
	if (r->watch)
		r->watch(r->watch_ctx, run);
	run_free(run);
}

static void put_trouble(struct buf *out, const char *sentence)
{
	buf_puts(out, "  ! ");
	buf_puts(out, sentence);
	buf_putc(out, '\n');
}

static void on_broken(void *ctx, const char *sentence)
{
	put_trouble(&((struct reading *)ctx)->troubles, sentence);
}

struct reading *reading_new(const struct feed_opts *opts)
{
	struct reading *r = mem_zalloc(sizeof(*r));
	struct feed_sink sink = {
		.ctx = r,
		.open = on_open,
		.close = on_close,
		.broken = on_broken,
	};

	r->feed = feed_new(opts, &sink);
	r->unpack = unpack_new();
	r->source = opts->source ? opts->source : "-";
	return r;
}

void reading_watch(struct reading *r,
		   void (*watch)(void *ctx, const struct run *run), void *ctx)
{
	r->watch = watch;
	r->watch_ctx = ctx;
}

const struct feed *reading_feed(const struct reading *r)
{
	return r->feed;
}

static void feed_unpacked(struct reading *r)
{
	feed_bytes(r->feed, r->unpacked.data, r->unpacked.len, NAN, &r->err);
	buf_clear(&r->unpacked);
}

void reading_bytes(struct reading *r, const char *s, size_t n)
{
	char *exact = mem_alloc(n);
	struct err why = { "" };
	size_t from = 0, used;

	if (n)
		memcpy(exact, s, n);
	while (!r->torn && (from < n || unpack_pending(r->unpack))) {
		r->torn = !unpack_bytes(r->unpack, exact + from, n - from,
					&used, &r->unpacked, SLICE_BYTES,
					&why);
		from += used;
		feed_unpacked(r);
	}
	if (r->torn)
		err_set(&r->err, "%s: %s", r->source, why.text);
	mem_free(exact);
}

/* The end, as far as the feed has it. */
static void end_all(struct reading *r)
{
	struct err why = { "" };

	if (!r->torn) {
		unpack_rest(r->unpack, &r->unpacked);
		feed_unpacked(r);
		if (!unpack_end(r->unpack, &why))
			err_set(&r->err, "%s: %s", r->source, why.text);
	}
	feed_end(r->feed, &r->err);
	unpack_free(r->unpack);
	buf_release(&r->unpacked);
}

void reading_parts(struct reading *r, struct buf *gens, struct buf *troubles,
		   char title[READING_TITLE_BYTES])
{
	if (r->feed)
		end_all(r);
	if (title)
		snprintf(title, READING_TITLE_BYTES, "%s",
			 feed_title(r->feed));
	buf_append(gens, r->gens.data, r->gens.len);
	buf_append(troubles, r->troubles.data, r->troubles.len);
	if (r->err.text[0])
		put_trouble(troubles, r->err.text);
	feed_free(r->feed);
	buf_release(&r->gens);
	buf_release(&r->troubles);
	mem_free(r);
}

void reading_end(struct reading *r, struct buf *out)
{
	static const char *const shapes[] = {
		[FEED_UNKNOWN] = "unknown",
		[FEED_STREAM] = "stream",
		[FEED_RECORDS] = "records",
	};
	struct buf gens = { 0 }, troubles = { 0 };

	end_all(r);
	buf_printf(out, "%s, \"%s\", %s: %zu, skipped %zu\n",
		   feed_dialect(r->feed), feed_title(r->feed),
		   shapes[feed_shape(r->feed)], r->n_gens,
		   feed_skipped(r->feed));
	feed_free(r->feed);
	r->feed = NULL;
	reading_parts(r, &gens, &troubles, NULL);
	buf_append(out, gens.data, gens.len);
	buf_append(out, troubles.data, troubles.len);
	buf_release(&gens);
	buf_release(&troubles);
}

void reading_of(const struct feed_opts *opts, const char *s, size_t n,
		size_t step, struct buf *out)
{
	struct reading *r = reading_new(opts);

	for (size_t at = 0; at < n;) {
		size_t take = step ? MIN(step, n - at) : n;

		reading_bytes(r, s + at, take);
		at += take;
	}
	reading_end(r, out);
}
