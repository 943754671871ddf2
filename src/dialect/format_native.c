/*
 * lilscope's own trace format: lilscope-trace(5), written by native.c.
 *
 *	{"lilscope":1,"model":"m","vocab":151936,"prompt":"..."}
 *	{"t":"Okay","id":32313,"us":81234,"lp":-0.12,"c":"r"}
 *	{"t_b64":"8J8=","id":9,"us":92345}
 *	{"turn":"dense","recomputed":350,"by_rule":true}
 *	{"end":"stop","tokens":2}
 *
 * A decoder's token may have kept, read, layers and kv too.
 *
 * Names that are not known are ignored, and so are records that have none of
 * those above: a later lilscope may write more.
 */
#include <math.h>
#include <stdio.h>

#include "base/base64.h"
#include "dialect/format.h"
#include "trace/native.h"

static bool detect_native(struct json_value v)
{
	return json_is(json_get(v, "lilscope"), JSON_NUMBER);
}

/* The bytes of "name" or "name_b64" into out (emptied). */
static bool get_bytes(struct json_value v, const char *name,
		      const char *name_b64, struct buf *out)
{
	size_t len;
	const char *s = json_text(json_get(v, name), &len);

	buf_clear(out);
	if (s) {
		buf_append(out, s, len);
		return true;
	}
	s = json_text(json_get(v, name_b64), &len);
	return s && base64_get(out, s, len);
}

/* A fact's text, which need not be UTF-8 either. */
static void get_fact(struct gens *gens, struct json_value v, const char *name,
		     const char *name_b64, char **field)
{
	struct buf *bytes = &gens->chunk.text;
	size_t len;
	const char *s = json_text(json_get(v, name_b64), &len);

	fact_json(field, json_get(v, name));
	buf_clear(bytes);
	if (s && base64_get(bytes, s, len) && bytes->len &&
	    bytes->len <= GEN_FACT_MAX)
		facts_set(field, buf_cstr(bytes));
}

/* Ids that our own tokenizer gave are no ids of the source. */
static void take_tokens_by(struct trace *t, struct json_value v)
{
	for (int by = TOKENS_BY_IDS; by <= TOKENS_BY_EVENTS; by++)
		if (json_text_is(v, tokens_by_name((enum tokens_by)by)))
			t->tokens_by = (enum tokens_by)by;
}

/* "run": the name of one of several that come interleaved; "" without. */
static const char *key_of(struct json_value v, char key[GEN_KEY_MAX])
{
	size_t len;
	const char *s = json_text(json_get(v, "run"), &len);

	snprintf(key, GEN_KEY_MAX, "%.*s",
		 s ? (int)MIN(len, (size_t)GEN_KEY_MAX - 1) : 0, s ? s : "");
	return key;
}

/* Whose record it is, or NULL. */
static struct gen *gen_of(struct gens *gens, struct json_value v)
{
	char key[GEN_KEY_MAX];

	return json_get(v, "run").doc ? gens_find(gens, key_of(v, key)) :
					gens_newest(gens);
}

/* A header ends what has its name, or all if it has none. */
static void close_former(struct format_ctx *cx, struct json_value v)
{
	struct gen *gen = gen_of(cx->gens, v);

	if (!json_get(v, "run").doc)
		gens_close_some(cx->gens, true);
	else if (gen)
		gens_close(cx->gens, gen);
}

/* One wrong place, and none of them is believed. */
static void take_prompt_ends(struct trace *t, struct json_value ends)
{
	if (!json_is(ends, JSON_ARRAY))
		return;
	for (struct json_value v = json_first(ends); v.doc; v = json_next(v))
		if (!trace_push_prompt_end(t, json_u32(v, UINT32_MAX)))
			return;
}

static bool take_header(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	struct buf *prompt = &cx->gens->chunk.text;
	struct gen *gen;
	struct facts *facts;
	char key[GEN_KEY_MAX];
	double version = json_number(json_get(v, "lilscope"), 0);

	if (version != NATIVE_VERSION) {
		cx->fatal = true;
		return err_set(why, "the trace format is version %g, this "
				    "lilscope reads version %d; a newer one "
				    "may read it", version, NATIVE_VERSION);
	}
	close_former(cx, v);
	gen = gens_open(cx->gens, key_of(v, key), 0, NULL);
	gen->channel = CHANNEL_ANSWER;
	facts = gen_facts(gen);
	if (key[0])
		facts_set(&facts->id, key);
	get_fact(cx->gens, v, "id", "id_b64", &facts->id);
	get_fact(cx->gens, v, "model", "model_b64", &facts->model);
	get_fact(cx->gens, v, "policy", "policy_b64", &facts->policy);
	get_fact(cx->gens, v, "chat", "chat_b64", &facts->chat);
	get_fact(cx->gens, v, "sampling", "sampling_b64", &facts->sampling);
	get_fact(cx->gens, v, "gold", "gold_b64", &facts->gold);
	get_fact(cx->gens, v, "label", "label_b64", &facts->label);
	fact_u32(&facts->speculate, json_get(v, "speculate"));
	fact_u32(&facts->budget, json_get(v, "budget"));
	fact_u32(&facts->vocab, json_get(v, "vocab"));
	fact_u32(&facts->prompt_tokens, json_get(v, "prompt_tokens"));
	fact_u32(&facts->page_tokens, json_get(v, "page"));
	fact_u32(&facts->kv_heads, json_get(v, "kv_heads"));
	fact_u32(&facts->window, json_get(v, "window"));
	get_fact(cx->gens, v, "near", "near_b64", &facts->near);
	take_tokens_by(&gen->run->trace, json_get(v, "tokens_by"));
	gen->run->trace.start_s = 0; /* times count from here */
	chunk_clear(&cx->gens->chunk);
	if (get_bytes(v, "prompt", "prompt_b64", prompt))
		run_prompt(gen->run, prompt->data, prompt->len);
	take_prompt_ends(&gen->run->trace, json_get(v, "prompt_ends"));
	return true;
}

static void take_end(struct format_ctx *cx, struct gen *gen,
		     struct json_value v)
{
	struct facts *facts = gen_facts(gen);
	uint32_t said = json_u32(json_get(v, "tokens"), gen->n_records);

	get_fact(cx->gens, v, "end", "end_b64", &facts->finish_reason);
	get_fact(cx->gens, v, "note", "note_b64", &facts->note);
	get_fact(cx->gens, v, "guessed", "guessed_b64", &facts->guessed);
	facts->aborted = json_is(json_get(v, "aborted"), JSON_TRUE);
	fact_u32(&facts->passes, json_get(v, "passes"));
	fact_u32(&facts->drafted, json_get(v, "drafted"));
	fact_u32(&facts->accepted, json_get(v, "accepted"));
	facts->usage_tokens = said;
	gens_close(cx->gens, gen);
}

/* "r", "a", "t"; anything else is the channel so far. */
static enum channel channel_of(struct json_value v, enum channel so_far)
{
	if (json_text_is(v, "r"))
		return CHANNEL_REASONING;
	if (json_text_is(v, "a"))
		return CHANNEL_ANSWER;
	return json_text_is(v, "t") ? CHANNEL_TOOL : so_far;
}

/* The page numbers of one set; false if it is not told. */
static bool take_set(struct trace *t, uint32_t layer, enum pages_kind kind,
		     struct json_value numbers)
{
	if (!json_is(numbers, JSON_ARRAY))
		return false;
	if (!t->pages)
		t->pages = pages_new();
	pages_begin(t->pages, layer, kind);
	for (struct json_value v = json_first(numbers); v.doc;
	     v = json_next(v))
		pages_add(t->pages, layer, kind, json_u32(v, UINT32_MAX));
	return true;
}

static bool take_sets(struct trace *t, uint32_t layer, struct json_value v)
{
	bool kept = take_set(t, layer, PAGES_KEPT, json_get(v, "kept"));
	bool read = take_set(t, layer, PAGES_READ, json_get(v, "read"));

	return kept || read;
}

static float bytes_of(struct json_value v, const char *name)
{
	double bytes = json_number(json_get(v, name), 0);

	return bytes > 0 && bytes < 1e18 ? (float)bytes : 0;
}

/* What a decoder knows of the last token's KV cache. */
static void take_cache(struct trace *t, struct json_value v)
{
	struct json_value layers = json_get(v, "layers");
	struct kv_bytes kv = { bytes_of(v, "kv"), bytes_of(v, "kv_used"),
			       bytes_of(v, "kv_read") };
	bool any = take_sets(t, 0, v);
	uint32_t i = 0;

	if (json_is(layers, JSON_ARRAY))
		for (struct json_value each = json_first(layers); each.doc;
		     each = json_next(each))
			any = take_sets(t, i++, each) || any;
	if (any)
		pages_token(t->pages, t->n_tokens - 1);
	if (kv.held > 0 || kv.used > 0 || kv.read > 0)
		trace_push_kv(t, &kv);
}

static void take_token(struct format_ctx *cx, struct gen *gen,
		       struct json_value v)
{
	struct buf *text = &cx->gens->chunk.text;
	uint32_t n_before;
	struct token token = {
		.id = json_u32(json_get(v, "id"), TRACE_NO_ID),
		.logprob = (float)json_number(json_get(v, "lp"), NAN),
		.time_s = json_number(json_get(v, "us"), NAN) * 1e-6,
	};

	gen->channel = channel_of(json_get(v, "c"), gen->channel);
	token.channel = gen->channel;
	chunk_clear(&cx->gens->chunk);
	get_bytes(v, "t", "t_b64", text);
	token.text = text->data;
	token.len = text->len;
	gen->n_records++;
	gen->used = ++cx->gens->tick;
	n_before = gen->run->trace.n_tokens;
	run_token(gen->run, &token);
	if (gen->run->trace.n_tokens > n_before)
		take_cache(&gen->run->trace, v);
}

static void take_turn(struct format_ctx *cx, struct gen *gen,
		      struct json_value v)
{
	struct buf *policy = &cx->gens->chunk.text;

	chunk_clear(&cx->gens->chunk);
	if (!get_bytes(v, "turn", "turn_b64", policy) ||
	    policy->len > GEN_FACT_MAX)
		return;
	trace_turn(&gen->run->trace, buf_cstr(policy),
		   json_u32(json_get(v, "budget"), 0),
		   json_u32(json_get(v, "recomputed"), 0),
		   json_is(json_get(v, "by_rule"), JSON_TRUE));
}

static bool is_turn(struct json_value v)
{
	return json_get(v, "turn").doc || json_get(v, "turn_b64").doc;
}

static bool record_native(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	struct gen *gen = gen_of(cx->gens, v);

	if (detect_native(v))
		return take_header(cx, v, why);
	if (!json_is(v, JSON_OBJECT))
		return err_set(why, "it is no object");
	if (!is_turn(v) && !json_get(v, "end").doc && !json_get(v, "t").doc &&
	    !json_get(v, "t_b64").doc && !json_get(v, "id").doc)
		return true; /* of a kind to come */
	if (!gen)
		return err_set(why, "it has no header before it");
	if (is_turn(v))
		take_turn(cx, gen, v);
	else if (json_get(v, "end").doc)
		take_end(cx, gen, v);
	else
		take_token(cx, gen, v);
	return true;
}

const struct format format_native = {
	.name = "native",
	.title = "lilscope trace",
	.shape = FEED_STREAM,
	.detect = detect_native,
	.record = record_native,
};
