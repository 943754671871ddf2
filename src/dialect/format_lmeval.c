/*
 * lm-evaluation-harness, samples_<task>_<date>.jsonl: one document a line.
 *
 *	{"doc_id":0,"doc":{...},"target":"3","arguments":{"gen_args_0":
 *	 {"arg_0":"prompt","arg_1":{...}}},"resps":[["text"]],
 *	 "filtered_resps":["3"],"filter":"none","metrics":["exact_match"],
 *	 "exact_match":0.0}
 *
 * A task with several filters has each answer once a filter: all but the
 * first are left out. A record that is read alone can't know that.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "dialect/record.h"

enum { RESPS_MAX = 1024 }; /* generations of one document */

/* Documents seen: open addressing, at most half full; key 0 is free. */
struct lmeval_state {
	struct seen_doc {
		uint64_t key, filter; /* hashes */
	} *docs;
	size_t n, cap;
};

static uint64_t add_hash(uint64_t h, struct json_value v)
{
	char *text = NULL;

	fact_json(&text, v);
	if (text)
		h = fnv64(h, text, strlen(text));
	mem_free(text);
	return h * 31 + 7;
}

static struct seen_doc *place_of(struct lmeval_state *state, uint64_t key)
{
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) %
		   state->cap;

	while (state->docs[i].key && state->docs[i].key != key)
		i = (i + 1) % state->cap;
	return &state->docs[i];
}

static void widen(struct lmeval_state *state)
{
	struct lmeval_state wide = { .cap = MAX(state->cap * 2, 256) };

	wide.docs = mem_zalloc(wide.cap * sizeof(*wide.docs));
	for (size_t i = 0; i < state->cap; i++)
		if (state->docs[i].key)
			*place_of(&wide, state->docs[i].key) = state->docs[i];
	wide.n = state->n;
	mem_free(state->docs);
	*state = wide;
}

/* Did another filter's record of the same document come before? */
static bool is_repeated(struct lmeval_state *state, struct json_value v)
{
	uint64_t filter = add_hash(1, json_get(v, "filter"));
	uint64_t key = add_hash(FNV64_BASIS, json_get(v, "doc_id"));
	struct seen_doc *doc;

	key = add_hash(key, json_get(v, "prompt_hash")) | 1;
	if (state->n * 2 >= state->cap)
		widen(state);
	doc = place_of(state, key);
	if (doc->key)
		return doc->filter != filter;
	*doc = (struct seen_doc){ key, filter };
	state->n++;
	return false;
}

static bool detect_lmeval(struct json_value v)
{
	return json_get(v, "doc_id").doc && json_get(v, "arguments").doc &&
	       json_is(json_get(v, "resps"), JSON_ARRAY);
}

/* The first metric's value, where its name says nothing to record_open(). */
static void set_label(struct facts *facts, struct json_value v)
{
	struct json_value metric = json_first(json_get(v, "metrics")), value;
	char name[GEN_KEY_MAX];
	size_t len;
	const char *s = json_text(metric, &len);

	if (facts->label || !s)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)MIN(len, sizeof(name) - 1),
		 s);
	value = json_get(v, name);
	if (json_number(value, 0) == 1)
		facts_set(&facts->label, "correct");
	else if (json_number(value, 1) == 0)
		facts_set(&facts->label, "wrong");
	else
		fact_json(&facts->label, value);
}

static void emit(struct record *r, struct json_value text, size_t i, size_t n)
{
	struct chunk *chunk = &r->cx->gens->chunk;
	struct json_value none = { 0 };
	struct gen *gen = record_open(r, none, i, n, "");

	set_label(gen_facts(gen), r->v);
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_ANSWER, text);
	gen_emit(r->cx->gens, gen, NAN);
	gens_close(r->cx->gens, gen);
}

/* resps[request][repeat]: the i-th string, or none. */
static struct json_value resp_at(struct json_value resps, size_t i)
{
	for (struct json_value q = json_first(resps); q.doc; q = json_next(q)) {
		struct json_value s = json_is(q, JSON_ARRAY) ? json_first(q) :
							       q;

		for (; s.doc; s = json_next(s)) {
			if (json_is(s, JSON_STRING) && !i--)
				return s;
			if (!json_is(q, JSON_ARRAY))
				break;
		}
	}
	return (struct json_value){ 0 };
}

static bool record_lmeval(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	struct record r = { .cx = cx, .v = v };
	struct json_value resps = json_get(v, "resps");
	size_t n = 0;

	if (record_is_likelihood(resps))
		return err_set(why, "it holds likelihoods of given answers, "
				    "no generated text");
	while (n < RESPS_MAX && resp_at(resps, n).doc)
		n++;
	if (!n)
		return err_set(why, "its \"resps\" holds no text");
	if (is_repeated(cx->state, v))
		return true;
	for (size_t i = 0; i < n; i++)
		emit(&r, resp_at(resps, i), i, n);
	return true;
}

static void release_lmeval(void *state)
{
	mem_free(((struct lmeval_state *)state)->docs);
}

const struct format format_lmeval = {
	.name = "lm-eval",
	.title = "lm-eval samples",
	.shape = FEED_RECORDS,
	.state_bytes = sizeof(struct lmeval_state),
	.detect = detect_lmeval,
	.record = record_lmeval,
	.release = release_lmeval,
};
