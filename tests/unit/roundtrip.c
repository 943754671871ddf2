#include "roundtrip.h"

#include <math.h>
#include <string.h>

#include "dialect/feed.h"
#include "trace/native.h"

enum { FACTS_AT_MOST = 40, MARKED = 0x80 };

struct bytes {
	const unsigned char *at;
	size_t n;
};

static unsigned take(struct bytes *b)
{
	if (!b->n)
		return 0;
	b->n--;
	return *b->at++;
}

static uint32_t take_u32(struct bytes *b)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | take(b);
	return value;
}

/* Up to `most` bytes as text. */
static size_t take_text(struct bytes *b, size_t most, char *out)
{
	size_t n = MIN(take(b) % (most + 1), b->n);

	for (size_t i = 0; i < n; i++)
		out[i] = (char)take(b);
	return n;
}

/* A fact, or none; NUL ends it. */
static void take_fact(struct bytes *b, char **field)
{
	char text[FACTS_AT_MOST + 1] = "";

	text[take_text(b, FACTS_AT_MOST, text)] = '\0';
	if (text[0])
		facts_set(field, text);
}

/* What a decoder tells of the last token. */
static void take_cache(struct bytes *b, struct trace *t)
{
	unsigned flags = take(b), n_layers = 1 + flags / 16 % 3;

	if (flags & 1)
		trace_push_kv(t, &(struct kv_bytes){ (float)take(b), 7,
						     (float)take(b) });
	if (!(flags & 2))
		return;
	if (!t->pages)
		t->pages = pages_new();
	for (unsigned set = 0; set < 2 * n_layers; set++) {
		uint32_t layer = set / 2;
		enum pages_kind kind = set % 2 ? PAGES_READ : PAGES_KEPT;

		if (flags >> 2 & 1 & set)
			continue; /* as it was */
		pages_begin(t->pages, layer, kind);
		for (unsigned n = take(b) % 5; n > 0; n--)
			pages_add(t->pages, layer, kind, take(b) * 3u);
	}
	pages_token(t->pages, t->n_tokens - 1);
}

static void take_token(struct bytes *b, struct run *run, double *time_s)
{
	static const char *const marks[] = {
		"<think>", "</think>", "<|channel|>analysis",
		"<|channel|>final", "[THINK]", "</thi", "nk>",
	};
	unsigned flags = take(b);
	char text[8];
	struct token token = {
		.text = text,
		.id = flags & 1 ? take_u32(b) : TRACE_NO_ID,
		.logprob = flags & 2 ? -(float)take_u32(b) / 7e6f : NAN,
		.time_s = NAN,
		.channel = (enum channel)(flags / 8 % CHANNELS),
	};

	if (flags & 4) {
		*time_s += take(b) * 1e-3 + 1e-6;
		token.time_s = *time_s;
	}
	if (flags & MARKED) {
		token.text = marks[take(b) % ARRAY_LEN(marks)];
		token.len = strlen(token.text);
	} else {
		token.len = take_text(b, sizeof(text), text);
	}
	run_token(run, &token);
	if (run->trace.n_tokens)
		take_cache(b, &run->trace);
}

static struct run *take_run(struct bytes *b)
{
	struct run *run = run_new(&meter_opts_default);
	struct facts *f = &run->trace.facts;
	double time_s = take_u32(b);
	char prompt[FACTS_AT_MOST];

	take_fact(b, &f->model);
	take_fact(b, &f->policy);
	take_fact(b, &f->gold);
	take_fact(b, &f->label);
	take_fact(b, &f->note);
	take_fact(b, &f->finish_reason);
	f->budget = take_u32(b) & 0x7fffffff;
	f->vocab = take_u32(b) & 0x7fffffff;
	f->prompt_tokens = take(b);
	f->aborted = take(b) & 1;
	facts_set(&f->guessed, f->aborted ? f->label : NULL);
	run_prompt(run, prompt, take_text(b, FACTS_AT_MOST, prompt));
	f->page_tokens = take(b);
	f->kv_heads = f->page_tokens % 5;
	f->window = f->page_tokens / 2;
	f->speculate = f->page_tokens % 16;
	f->passes = f->speculate * 2;
	f->drafted = f->speculate * 3;
	f->accepted = f->speculate / 2;
	facts_set(&f->near, f->window ? "wwa" : NULL);
	for (unsigned n = take(b) % 4, at = 0; n > 0; n--) {
		at += take(b) % 8;
		trace_push_prompt_end(&run->trace, at);
	}
	while (b->n)
		take_token(b, run, &time_s);
	run_end(run);
	return run;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	       (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

static const char *compare_facts(const struct facts *a, const struct facts *b)
{
	if (!same_text(a->model, b->model))
		return "the model";
	if (!same_text(a->policy, b->policy))
		return "the policy";
	if (!same_text(a->gold, b->gold))
		return "the answer";
	if (!same_text(a->label, b->label))
		return "the label";
	if (!same_text(a->note, b->note))
		return "the note";
	if (!same_text(a->guessed, b->guessed))
		return "the guess";
	if (!same_text(a->finish_reason, b->finish_reason))
		return "the finish reason";
	if (a->budget != b->budget || a->vocab != b->vocab)
		return "budget or vocabulary";
	if (a->prompt_tokens != b->prompt_tokens ||
	    a->page_tokens != b->page_tokens || a->kv_heads != b->kv_heads)
		return "the prompt's tokens";
	if (!same_text(a->near, b->near) || a->window != b->window)
		return "the windows";
	if (a->speculate != b->speculate || a->passes != b->passes ||
	    a->drafted != b->drafted || a->accepted != b->accepted)
		return "what was read ahead";
	return a->aborted != b->aborted ? "that it was aborted" : NULL;
}

static float logprob(const struct trace *t, uint32_t i)
{
	return t->logprob ? t->logprob[i] : NAN;
}

static const char *compare_token(const struct trace *a, const struct trace *b,
				 uint32_t i)
{
	float lp = logprob(a, i), read = logprob(b, i);

	if (a->end[i] != b->end[i])
		return "where a token ends";
	if ((a->id ? a->id[i] : TRACE_NO_ID) !=
	    (b->id ? b->id[i] : TRACE_NO_ID))
		return "an id";
	if (!a->time_us != !b->time_us ||
	    (a->time_us && a->time_us[i] != b->time_us[i]))
		return "a time";
	if (!(lp == read || (isnan(lp) && isnan(read))))
		return "a probability";
	if (trace_channel(a, i) != trace_channel(b, i))
		return "a channel";
	return NULL;
}

static const char *compare_set(const struct pages *a, const struct pages *b,
			       uint32_t layer, enum pages_kind kind)
{
	struct pages_event e, f;
	struct pages_walk w, v;

	pages_walk_from(&w, a, layer, kind, 0);
	pages_walk_from(&v, b, layer, kind, 0);
	while (pages_next(&w, &e))
		if (!pages_next(&v, &f) || e.token != f.token ||
		    e.page != f.page)
			return "a page that came or went";
	return pages_next(&v, &f) ? "that there were no more pages" : NULL;
}

static const char *compare_pages(const struct pages *a, const struct pages *b)
{
	const char *why = NULL;

	if (!a || !b)
		return a == b ? NULL : "the pages";
	if (pages_n(a) != pages_n(b) || pages_first(a) != pages_first(b) ||
	    pages_n_layers(a) != pages_n_layers(b))
		return "how many pages there are, or since when";
	for (uint32_t i = 0; i < 2 * pages_n_layers(a) && !why; i++)
		why = compare_set(a, b, i / 2,
				  i % 2 ? PAGES_READ : PAGES_KEPT);
	return why;
}

static const char *compare_cache(const struct trace *a, const struct trace *b)
{
	if (a->n_prompt_ends != b->n_prompt_ends ||
	    (a->n_prompt_ends &&
	     memcmp(a->prompt_end, b->prompt_end,
		    a->n_prompt_ends * sizeof(*a->prompt_end)) != 0))
		return "where the prompt's tokens end";
	for (uint32_t i = 0; i < a->n_tokens && a->kv; i++)
		if (a->kv[i].held != (b->kv ? b->kv[i].held : 0) ||
		    a->kv[i].read != (b->kv ? b->kv[i].read : 0))
			return "bytes of the cache";
	return compare_pages(a->pages, b->pages);
}

static const char *compare(const struct trace *a, const struct trace *b)
{
	const char *why = compare_facts(&a->facts, &b->facts);

	if (!same_bytes(&a->prompt, &b->prompt))
		return "the prompt";
	if (!same_bytes(&a->text, &b->text))
		return "the text";
	if (a->n_tokens != b->n_tokens || a->tokens_by != b->tokens_by)
		return "the number of tokens, or who counted";
	for (uint32_t i = 0; i < a->n_tokens && !why; i++)
		why = compare_token(a, b, i);
	if (!why)
		why = compare_cache(a, b);
	return why;
}

static struct run *on_open(void *ctx)
{
	struct run **run = ctx;

	run_free(*run);
	return *run = run_new(&meter_opts_default);
}

static void on_close(void *ctx, struct run *run)
{
	(void)ctx;
	(void)run;
}

static struct run *read_back(const struct buf *text, size_t step)
{
	struct run *run = NULL;
	struct feed_sink sink = {
		.ctx = &run,
		.open = on_open,
		.close = on_close,
	};
	struct feed_opts opts = { .source = "x" };
	struct feed *feed = feed_new(&opts, &sink);

	for (size_t at = 0; at < text->len;) {
		size_t len = step ? MIN(step, text->len - at) : text->len;

		feed_bytes(feed, text->data + at, len, NAN, NULL);
		at += len;
	}
	feed_end(feed, NULL);
	if (feed_skipped(feed)) {
		run_free(run);
		run = NULL;
	}
	feed_free(feed);
	return run;
}

const char *roundtrip(const unsigned char *bytes, size_t n, size_t step)
{
	struct bytes b = { bytes, n };
	struct run *run = take_run(&b), *back;
	struct buf text = { 0 };
	const char *why = "all of it";

	native_trace(&text, &run->trace, NULL);
	back = read_back(&text, step);
	if (back)
		why = compare(&run->trace, &back->trace);
	run_free(run);
	run_free(back);
	buf_release(&text);
	return why;
}
