/*
 * SGLang's own /generate, streamed or whole:
 *
 *	{"text":"...","output_ids":[5,6],"meta_info":{"id":"x",
 *	 "finish_reason":null,"completion_tokens":2,
 *	 "output_token_logprobs":[[-0.1,5,"He"],[-0.2,6,"y"]]}}
 *
 * Text, ids and probabilities are all that came so far, or, where the server
 * runs with incremental output, only what is new. Nothing says which. They
 * are all that came so far if there are as many ids as completion_tokens;
 * without ids, if each text begins with the one before. A short text
 * that merely repeats (a loop, one token at a time) is kept back until a
 * longer or a different one settles it, at most REPEATS_MAX times.
 */
#include "dialect/join.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

enum {
	STREAMS_MAX = FEED_OPEN_MAX,
	REPEATS_MAX = 4,
	REPEAT_BYTES = 64, /* a longer text that repeats is the whole so far */
};

enum mode { MODE_UNKNOWN, MODE_WHOLE, MODE_NEW };

/* What came last, of one generation. */
struct stream {
	char key[GEN_KEY_MAX];
	enum mode mode;
	bool begun;
	size_t len;              /* of the text */
	uint64_t hash;
	char text[REPEAT_BYTES]; /* itself, if it is short */
	size_t n_ids, n_logprobs;
	uint32_t n_tokens;       /* completion_tokens */
	unsigned n_repeats;      /* texts kept back */
};

struct sglang_state {
	struct stream streams[STREAMS_MAX];
	size_t n, next; /* a ring when it is full */
};

/* The record that is looked at. */
struct news {
	const char *text;
	size_t len;
	struct json_value ids, logprobs;
	uint32_t n_tokens;
	bool more; /* n_tokens grew, or is not told */
};

static bool detect_sglang(struct json_value v)
{
	struct json_value meta = json_get(v, "meta_info");

	return (json_is(json_get(v, "text"), JSON_STRING) ||
		json_is(json_get(v, "output_ids"), JSON_ARRAY)) &&
	       (json_get(meta, "finish_reason").doc ||
		json_get(meta, "completion_tokens").doc);
}

static struct stream *stream_of(struct sglang_state *state, const char *key)
{
	struct stream *st;

	for (size_t i = 0; i < state->n; i++)
		if (strcmp(state->streams[i].key, key) == 0)
			return &state->streams[i];
	if (state->n < STREAMS_MAX)
		st = &state->streams[state->n++];
	else
		st = &state->streams[state->next++ % STREAMS_MAX];
	*st = (struct stream){ .mode = MODE_UNKNOWN };
	snprintf(st->key, sizeof(st->key), "%s", key);
	return st;
}

static struct news news_of(const struct stream *st, struct json_value v)
{
	struct json_value meta = json_get(v, "meta_info");
	struct news news = { .ids = json_get(v, "output_ids") };

	news.text = json_text(json_get(v, "text"), &news.len);
	if (!news.text)
		news.text = "";
	news.logprobs = json_get(meta, "output_token_logprobs");
	news.n_tokens = json_u32(json_get(meta, "completion_tokens"), 0);
	news.more = !news.n_tokens || news.n_tokens > st->n_tokens;
	return news;
}

/* Is it all that came so far, or what is new? */
static enum mode mode_of(const struct stream *st, const struct news *news)
{
	size_t n_ids = json_count(news->ids);

	if (n_ids && news->n_tokens)
		return n_ids == news->n_tokens ? MODE_WHOLE : MODE_NEW;
	if (news->len < st->len ||
	    fnv64(FNV64_BASIS, news->text, st->len) != st->hash)
		return MODE_NEW;
	if (news->len > st->len || st->len > REPEAT_BYTES)
		return MODE_WHOLE;
	return st->n_repeats >= REPEATS_MAX ? MODE_NEW : MODE_UNKNOWN;
}

/* What was kept back is output after all. */
static void put_repeats(struct chunk *c, struct stream *st)
{
	for (; st->n_repeats; st->n_repeats--)
		chunk_add(c, CHANNEL_ANSWER, st->text, st->len);
}

static void put_news(struct chunk *c, const struct stream *st,
		     const struct news *news)
{
	bool whole = st->mode == MODE_WHOLE;
	size_t from = whole ? st->len : 0;

	if (news->len > from)
		chunk_add(c, CHANNEL_ANSWER, news->text + from,
			  news->len - from);
	chunk_triples(c, news->logprobs, whole ? st->n_logprobs : 0);
	chunk_ids_from(c, news->ids, whole ? st->n_ids : 0);
}

static void remember(struct stream *st, const struct news *news)
{
	st->begun = true;
	st->len = news->len;
	st->hash = fnv64(FNV64_BASIS, news->text, news->len);
	memcpy(st->text, news->text, MIN(news->len, sizeof(st->text)));
	st->n_ids = json_count(news->ids);
	st->n_logprobs = json_count(news->logprobs);
}

static void take_news(struct chunk *c, struct stream *st,
		      const struct news *news)
{
	if (st->begun && st->mode == MODE_UNKNOWN)
		st->mode = mode_of(st, news);
	st->n_tokens = MAX(st->n_tokens, news->n_tokens);
	if (st->begun && st->mode == MODE_UNKNOWN) {
		st->n_repeats += news->more;
		return;
	}
	if (st->mode == MODE_NEW)
		put_repeats(c, st);
	st->n_repeats = 0;
	put_news(c, st, news);
	remember(st, news);
}

/* The end, if the record says so: {"type":"stop"}, once a string. */
static bool take_finish(struct gen *gen, struct json_value meta)
{
	struct json_value reason = json_get(meta, "finish_reason");
	struct json_value type = json_get(reason, "type");
	struct facts *facts = gen_facts(gen);

	fact_json(&facts->model, json_get(meta, "model"));
	fact_u32(&facts->prompt_tokens, json_get(meta, "prompt_tokens"));
	fact_u32(&facts->usage_tokens, json_get(meta, "completion_tokens"));
	fact_json(&facts->finish_reason, type.doc ? type : reason);
	if (json_text_is(type, "abort")) {
		facts->aborted = true;
		fact_json(&facts->note, json_get(reason, "message"));
	}
	return facts->finish_reason != NULL;
}

static bool record_sglang(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	struct json_value meta = json_get(v, "meta_info");
	struct json_value error = json_get(v, "error");
	struct chunk *chunk = &cx->gens->chunk;
	char key[GEN_KEY_MAX];
	struct stream *st;
	struct news news;
	struct gen *gen;
	size_t id_len;

	if (json_is(error, JSON_OBJECT) || json_is(error, JSON_STRING))
		return format_error(cx, error, why);
	if (!json_is(meta, JSON_OBJECT))
		return err_set(why, "it has no \"meta_info\"");
	id_len = gen_key(key, json_get(meta, "id"),
			 json_u32(json_get(v, "index"), 0));
	gen = gens_find(cx->gens, key);
	st = stream_of(cx->state, key);
	if (!gen) {
		gen = gens_open(cx->gens, key, id_len, NULL);
		*st = (struct stream){ .mode = MODE_UNKNOWN };
		snprintf(st->key, sizeof(st->key), "%s", key);
	}
	chunk_clear(chunk);
	news = news_of(st, v);
	take_news(chunk, st, &news);
	if (take_finish(gen, meta))
		put_repeats(chunk, st);
	gen_emit(cx->gens, gen, cx->time_s);
	if (gen_facts(gen)->finish_reason)
		gens_close(cx->gens, gen);
	return true;
}

/* It ends without its last record. */
static void end_sglang(struct format_ctx *cx)
{
	struct sglang_state *state = cx->state;

	for (size_t i = 0; i < state->n; i++) {
		struct gen *gen = gens_find(cx->gens, state->streams[i].key);

		chunk_clear(&cx->gens->chunk);
		put_repeats(&cx->gens->chunk, &state->streams[i]);
		if (gen)
			gen_emit(cx->gens, gen, cx->time_s);
	}
}

/* --- the server's side -------------------------------------------------- */

/*
 * The last record once more with its reason. One that is not all that came so
 * far would add its text again: of that only what names it stays.
 */
static void put_end(const struct format_ending *e, struct buf *out)
{
	struct tree *t = tree_of(e->record), *meta, *reason;
	size_t len;
	const char *type = e->reason;

	if (t->type != JSON_OBJECT)
		tree_become(t, JSON_OBJECT);
	json_text(json_get(e->record, "text"), &len);
	if (len < e->text_len) {
		tree_set_text(t, "text", "", 0);
		tree_set(t, "output_ids", tree_new(JSON_ARRAY));
	}
	meta = tree_have(t, "meta_info", JSON_OBJECT);
	reason = tree_set(meta, "finish_reason", tree_new(JSON_OBJECT));
	tree_set_text(reason, "type", type, strlen(type));
	if (strcmp(type, "length") == 0)
		tree_set_number(reason, "length", e->choice_tokens);
	else
		tree_set(reason, "matched", tree_new(JSON_NULL));
	buf_puts(out, "data: ");
	tree_put(out, t);
	buf_puts(out, "\n\n");
	tree_free(t);
}

static void finish_sglang(const struct format_ending *e, struct buf *out)
{
	if (e->choice != FORMAT_NO_CHOICE)
		put_end(e, out);
	if (e->last)
		buf_puts(out, "data: [DONE]\n\n");
}

/* As many ids as tokens: the record is all that came so far. */
static void join_sglang(struct join *j, struct json_value v)
{
	static const char *const grows[] = { "text", NULL };
	struct tree *all = join_answer(j, JSON_ARRAY);
	struct tree *one = join_choice(all, json_get(v, "index"));
	uint32_t n = json_u32(json_get(json_get(v, "meta_info"),
				       "completion_tokens"), 0);

	if (n && json_count(json_get(v, "output_ids")) == n) {
		tree_drop(one, "text");
		tree_drop(one, "output_ids");
		tree_drop(one, "meta_info");
	}
	tree_merge(one, v, grows);
}

static void joined_sglang(struct join *j)
{
	join_sort(j->answer);
	for (struct tree *c = j->answer->first; c; c = c->next)
		if (j->answer->n == 1)
			tree_drop(c, "index");
	join_single(j);
}

/* Unasked it would stop after 128 tokens. */
static const struct format_ask asks_sglang[] = {
	{ .end = "/generate",
	  .body = "'text':$,'stream':true,"
		  "'sampling_params':{'max_new_tokens':16384}" },
	{ 0 },
};

const struct format format_sglang = {
	.name = "sglang",
	.title = "SGLang /generate",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct sglang_state),
	.detect = detect_sglang,
	.record = record_sglang,
	.end = end_sglang,
	.asks = asks_sglang,
	.finish = finish_sglang,
	.join = join_sglang,
	.joined = joined_sglang,
	.words = { "stop", "length", "abort" },
	.choices = "",
	.prompts = { "text", "input_ids" },
};
