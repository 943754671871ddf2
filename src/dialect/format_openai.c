/*
 * OpenAI's streamed chat completions and everything that speaks like them:
 * vLLM, SGLang, llama-server, TGI, Ollama's /v1, DeepSeek, Groq, OpenRouter,
 * Mistral, Perplexity; and the legacy text completions.
 *
 *	{"id":"x","model":"m","choices":[{"index":0,
 *	  "delta":{"reasoning":"...","content":"..."},   or "text":"..."
 *	  "logprobs":{"content":[...]},"token_ids":[...],
 *	  "finish_reason":null}],"usage":null}
 *
 * One generation an id and choice; several may be interleaved.
 */
#include "dialect/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "dialect/join.h"
#include "dialect/openai_plain.h"

/* Streams that take turns in a log that is read from its middle on. */
enum { BEFORE_MAX = 64 };

struct openai_state {
	struct openai_plain plain;
	bool ids_last;            /* an id has come twice: ids are kept */
	uint64_t before[BEFORE_MAX]; /* hashes of keys that an answer had */
	size_t n_before;             /* ... before its last chunk, a ring */
};

static bool has(struct json_value v, const char *key)
{
	return json_get(v, key).doc != NULL;
}

static bool detect_openai(struct json_value v)
{
	struct json_value choices = json_get(v, "choices");
	struct json_value first = json_first(choices);

	if (!json_is(choices, JSON_ARRAY))
		return false;
	if (!first.doc)
		return json_text_is(json_get(v, "object"),
				    "chat.completion.chunk");
	return json_is(json_get(first, "delta"), JSON_OBJECT) ||
	       (json_is(json_get(first, "text"), JSON_STRING) &&
		!has(first, "message"));
}

/* Text, or Mistral's list of {type, text | thinking:[{type, text}]}. */
static void add_content(struct chunk *c, enum channel channel,
			struct json_value content)
{
	chunk_add_json(c, channel, content);
	if (!json_is(content, JSON_ARRAY))
		return;
	for (struct json_value v = json_first(content); v.doc;
	     v = json_next(v)) {
		struct json_value thinking = json_get(v, "thinking");

		chunk_add_json(c, channel, json_get(v, "text"));
		chunk_add_json(c, CHANNEL_REASONING, thinking);
		for (struct json_value t = json_first(thinking); t.doc;
		     t = json_next(t))
			chunk_add_json(c, CHANNEL_REASONING,
				       json_get(t, "text"));
	}
}

/* Under whichever name the server has it; the same text under two names
 * (for old clients) counts once. */
static void add_reasoning(struct chunk *c, struct json_value delta)
{
	struct json_value details = json_get(delta, "reasoning_details");
	size_t before = c->text.len;

	add_content(c, CHANNEL_REASONING, json_get(delta, "reasoning"));
	if (c->text.len == before)
		add_content(c, CHANNEL_REASONING,
			    json_get(delta, "reasoning_content"));
	if (c->text.len > before || !json_is(details, JSON_ARRAY))
		return;
	for (struct json_value v = json_first(details); v.doc; v = json_next(v))
		chunk_add_json(c, CHANNEL_REASONING, json_get(v, "text"));
}

static void add_tools(struct chunk *c, struct json_value delta)
{
	struct json_value calls = json_get(delta, "tool_calls");

	chunk_add_json(c, CHANNEL_ANSWER, json_get(delta, "refusal"));
	chunk_add_json(c, CHANNEL_TOOL,
		       json_get(json_get(delta, "function_call"), "arguments"));
	for (struct json_value v = json_first(calls); v.doc; v = json_next(v)) {
		chunk_add_json(c, CHANNEL_TOOL,
			       json_get(json_get(v, "function"), "arguments"));
		chunk_add_json(c, CHANNEL_TOOL,
			       json_get(json_get(v, "custom"), "input"));
	}
}

/* Output of one choice: its delta, message or text, and its tokens. */
static void put_choice(struct chunk *c, struct json_value choice)
{
	struct json_value delta = json_get(choice, "delta");
	struct json_value logprobs = json_get(choice, "logprobs");

	if (!delta.doc)
		delta = json_get(choice, "message");
	add_reasoning(c, delta);
	add_content(c, CHANNEL_ANSWER, json_get(delta, "content"));
	add_tools(c, delta);
	chunk_add_json(c, CHANNEL_ANSWER, json_get(choice, "text"));
	chunk_entries(c, json_get(logprobs, "reasoning"));
	chunk_entries(c, json_get(logprobs, "content"));
	chunk_parallel(c, json_get(logprobs, "tokens"),
		       json_get(logprobs, "token_logprobs"));
	chunk_ids(c, json_get(choice, "token_ids"));
}

/* Token counts, which llama-server has in its timings where no usage was asked
 * for; those of the output only if the record is of one generation alone. */
static void put_usage(struct facts *facts, struct json_value record,
		      bool alone)
{
	struct json_value usage = json_get(record, "usage");
	struct json_value timings = json_get(record, "timings");

	if (!json_is(usage, JSON_OBJECT))
		usage = json_get(json_get(record, "x_groq"), "usage");
	fact_u32(&facts->prompt_tokens, json_get(usage, "prompt_tokens"));
	if (!alone)
		return;
	fact_u32(&facts->usage_tokens, json_get(timings, "predicted_n"));
	fact_u32(&facts->usage_tokens, json_get(usage, "completion_tokens"));
}

/* finish_reason, and what vLLM adds to it. */
static void put_finish(struct facts *facts, struct json_value choice)
{
	struct json_value stop = json_get(choice, "stop_reason");

	fact_json(&facts->finish_reason, json_get(choice, "finish_reason"));
	/* vLLM: repetition_detected and the like */
	if (json_is(stop, JSON_STRING))
		fact_json(&facts->note, stop);
}

/* Open generations of this record's id. */
static size_t n_with_id(const struct gens *gs, const char *key, size_t id_len)
{
	size_t n = 0;

	for (size_t i = 0; i < gs->n; i++)
		n += gs->open[i].id_len == id_len &&
		     memcmp(gs->open[i].key, key, id_len) == 0;
	return n;
}

/* What the record says of the whole answer goes to all of its choices. */
static void take_usage(struct format_ctx *cx, struct json_value record)
{
	const struct openai_state *state = cx->state;
	struct gens *gs = cx->gens;
	char key[GEN_KEY_MAX];
	size_t id_len, n;

	if (!json_is(json_get(record, "usage"), JSON_OBJECT) &&
	    !has(record, "x_groq") && !has(record, "timings"))
		return;
	id_len = gen_key(key, json_get(record, "id"), 0);
	n = n_with_id(gs, key, id_len);
	if (!n && gs->n == 1 && !state->ids_last)
		put_usage(gen_facts(gens_newest(gs)), record, true);
	for (size_t i = 0; i < gs->n; i++) {
		struct gen *gen = &gs->open[i];

		if (gen->id_len != id_len ||
		    memcmp(gen->key, key, id_len) != 0)
			continue;
		put_usage(gen_facts(gen), record, n == 1);
	}
}

/* vLLM's first chunk: the prompt as text and as ids. */
static void take_prompt(struct gen *gen, struct json_value record,
			struct json_value choice)
{
	size_t len;
	const char *text = json_text(json_get(record, "prompt_text"), &len);
	struct json_value ids = json_get(record, "prompt_token_ids");

	if (!ids.doc)
		ids = json_get(choice, "prompt_token_ids");
	run_prompt(gen->run, text, len);
	if (json_count(ids))
		gen_facts(gen)->prompt_tokens = (uint32_t)json_count(ids);
}

/*
 * Some servers give every chunk an id of its own. As long as no id has come
 * twice in this source, a chunk of a new one that begins nothing (it has no
 * role) goes on with the answer that is under way; that gets its id. An id
 * that comes back shows that they last, and several answers take turns.
 */
static struct gen *joined(struct format_ctx *cx, const char *key,
			  size_t id_len)
{
	struct openai_state *state = cx->state;
	struct gen *gen = gens_newest(cx->gens);
	uint64_t hash = fnv64(FNV64_BASIS, key, strlen(key));

	for (size_t i = 0; i < MIN(state->n_before, (size_t)BEFORE_MAX); i++)
		state->ids_last |= state->before[i] == hash;
	if (state->ids_last || !gen || gen->finished ||
	    strcmp(gen->key + gen->id_len, key + id_len) != 0)
		return NULL;
	state->before[state->n_before++ % BEFORE_MAX] =
		fnv64(FNV64_BASIS, gen->key, strlen(gen->key));
	gens_rename(cx->gens, gen, key, id_len);
	return gen;
}

/* The generation of a choice. An id that is used again after its finish
 * (servers that leave it empty) begins a new one. */
static struct gen *gen_of(struct format_ctx *cx, struct json_value record,
			  struct json_value choice)
{
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(record, "id"),
				json_u32(json_get(choice, "index"), 0));
	struct gen *gen = gens_find(cx->gens, key);
	bool begins = has(json_get(choice, "delta"), "role") ||
		      has(choice, "text");

	if (gen && gen->finished && (begins || gen->again) &&
	    cx->gens->chunk.text.len) {
		gens_close(cx->gens, gen);
		gen = NULL;
	}
	if (gen) {
		((struct openai_state *)cx->state)->ids_last |= id_len > 0;
		gen->again |= gen->finished && begins;
		return gen;
	}
	gen = begins ? NULL : joined(cx, key, id_len);
	if (gen)
		return gen;
	gen = gens_open(cx->gens, key, id_len, NULL);
	fact_json(&gen_facts(gen)->model, json_get(record, "model"));
	return gen;
}

/* Whose records are these? By what only they have; NULL: nobody's. */
static const char *flavour(struct json_value record, struct json_value choice)
{
	static const struct {
		const char *name, *in_record, *in_choice;
	} flavours[] = {
		{ "vLLM", "prompt_token_ids", "token_ids" },
		{ "vLLM", "prompt_logprobs", "prompt_token_ids" },
		{ "llama-server", "timings", NULL },
		{ "llama-server", "__verbose", NULL },
		{ "SGLang", "sglext", "matched_stop" },
		{ "Groq", "x_groq", NULL },
		{ "OpenRouter", "provider", "native_finish_reason" },
		{ "Perplexity", "citations", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(flavours); i++)
		if (has(record, flavours[i].in_record) ||
		    (flavours[i].in_choice &&
		     has(choice, flavours[i].in_choice)))
			return flavours[i].name;
	if (json_text_is(json_get(record, "system_fingerprint"), "fp_ollama"))
		return "Ollama";
	return NULL;
}

static void take_choice(struct format_ctx *cx, struct json_value record,
			struct json_value choice)
{
	struct chunk *chunk = &cx->gens->chunk;
	struct gen *gen;

	chunk_clear(chunk);
	put_choice(chunk, choice);
	if (!cx->gens->seen.flavour)
		cx->gens->seen.flavour = flavour(record, choice);
	gen = gen_of(cx, record, choice);
	take_prompt(gen, record, choice);
	if (!chunk->n) /* llama-server's own record, when it is verbose */
		chunk_ids(chunk, json_get(json_get(record, "__verbose"),
					  "tokens"));
	gen_emit(cx->gens, gen, format_timings(cx, gen, record));
	put_finish(gen_facts(gen), choice);
	gen->finished = gen_facts(gen)->finish_reason != NULL;
}

static bool take_record(struct format_ctx *cx, struct json_value record,
			struct err *why)
{
	struct json_value choices = json_get(record, "choices");
	struct json_value error = json_get(record, "error");

	if (json_is(error, JSON_OBJECT) || json_is(error, JSON_STRING))
		return format_error(cx, error, why);
	if (!json_is(choices, JSON_ARRAY)) {
		if (has(record, "usage"))
			take_usage(cx, record);
		else if (!json_text_is(json_get(record, "type"), "ping"))
			return err_set(why, "it has no \"choices\"");
		return true;
	}
	for (struct json_value v = json_first(choices); v.doc; v = json_next(v))
		take_choice(cx, record, v);
	take_usage(cx, record);
	return true;
}

static bool record_openai(struct format_ctx *cx, struct json_value record,
			  struct err *why)
{
	struct openai_state *state = cx->state;

	if (!openai_plain_take(&state->plain, cx, record))
		return take_record(cx, record, why);
	if (!state->ids_last) {
		size_t len;

		json_text(json_get(record, "id"), &len);
		state->ids_last = len > 0;
	}
	return true;
}

/* The end of one answer; in a log of several, of one that is finished. */
static void done_openai(struct format_ctx *cx)
{
	gens_close_some(cx->gens, cx->gens->n == 1);
}

/* --- the server's side -------------------------------------------------- */

static struct json_value parts_openai(struct json_value v, bool wrapped)
{
	struct json_value choices = json_get(v, "choices");
	struct json_value first = json_first(choices);
	bool text = json_is(json_get(first, "text"), JSON_STRING);

	if ((wrapped && text) ||
	    json_is(json_get(first, "message"), JSON_OBJECT))
		return choices;
	return (struct json_value){ 0 };
}

static void part_openai(struct gen *gen, struct chunk *chunk,
			struct json_value answer, struct json_value choice)
{
	struct facts *facts = gen_facts(gen);

	put_choice(chunk, choice);
	fact_json(&facts->model, json_get(answer, "model"));
	put_finish(facts, choice);
	put_usage(facts, answer,
		  json_count(json_get(answer, "choices")) == 1);
}

/* What each chunk has, up to its choices: whatever is no list or object, but
 * for padding. */
static void put_chunk(const struct format_ending *e, struct buf *out)
{
	buf_puts(out, "data: {");
	for (struct json_value v = json_first(e->record); v.doc;
	     v = json_next(v)) {
		size_t len, key_len;
		const char *key = json_key(v, &key_len);
		const char *s = json_spelled(v, &len);

		if (json_is(v, JSON_OBJECT) || json_is(v, JSON_ARRAY) ||
		    json_key_is(v, "obfuscation") || json_key_is(v, "p") ||
		    json_key_is(v, "usage"))
			continue;
		json_put_string(out, key, key_len);
		buf_putc(out, ':');
		buf_append(out, s, len);
		buf_putc(out, ',');
	}
	buf_puts(out, "\"choices\":[");
}

/* The last chunk where the request wants usage, if the server has told the
 * prompt's part so far. Else there is none, as of a stream that is broken off:
 * clients insist on numbers, and 0 is not the prompt's. */
static void put_asked_usage(const struct format_ending *e, struct buf *out)
{
	struct json_value usage = json_get(e->record, "usage");
	struct json_value prompt = json_get(usage, "prompt_tokens");
	uint64_t n = e->n_tokens;

	if (!json_is(prompt, JSON_NUMBER) ||
	    !json_is(json_get(json_get(e->request, "stream_options"),
			      "include_usage"), JSON_TRUE))
		return;
	put_chunk(e, out);
	buf_printf(out, "],\"usage\":{\"prompt_tokens\":%" PRIu64
			",\"completion_tokens\":%" PRIu64
			",\"total_tokens\":%" PRIu64 "}}\n\n",
		   (uint64_t)json_u32(prompt, 0), n, json_u32(prompt, 0) + n);
}

/* A chunk that ends the choice. */
static void put_end(const struct format_ending *e, struct buf *out)
{
	struct json_value first = json_first(json_get(e->record, "choices"));

	put_chunk(e, out);
	buf_printf(out, "{\"index\":%u,%s,\"logprobs\":null,"
			"\"finish_reason\":", e->choice,
		   has(first, "text") ? "\"text\":\"\"" : "\"delta\":{}");
	json_put_string(out, e->reason, strlen(e->reason));
	buf_puts(out, "}]}\n\n");
}

static void finish_openai(const struct format_ending *e, struct buf *out)
{
	if (e->choice != FORMAT_NO_CHOICE)
		put_end(e, out);
	if (!e->last)
		return;
	put_asked_usage(e, out);
	buf_puts(out, "data: [DONE]\n\n");
}

/* --- the whole answer --------------------------------------------------- */

/* A delta is a message that grows. */
static void join_one(struct tree *choice, struct json_value v)
{
	static const char *const grows[] = {
		"content", "reasoning", "reasoning_content", "refusal", "text",
		"arguments", "input", "thinking", "summary", "data",
		"transcript", NULL,
	};

	for (v = json_first(v); v.doc; v = json_next(v))
		if (json_key_is(v, "delta"))
			tree_merge(tree_have(choice, "message", JSON_OBJECT),
				   v, grows);
		else
			tree_merge_member(choice, v, grows);
}

/* What the record says of the answer: each id is the first one, counts and
 * times are the last. */
static void join_openai(struct join *j, struct json_value record)
{
	static const char *const once[] = { "id", "created", "choices" };
	struct tree *answer = join_answer(j, JSON_OBJECT);
	struct tree *choices = tree_have(answer, "choices", JSON_ARRAY);
	struct json_value v;
	size_t len;

	for (v = json_first(record); v.doc; v = json_next(v)) {
		const char *key = json_key(v, &len);
		char name[64];
		bool keep = false;

		snprintf(name, sizeof(name), "%.*s", (int)MIN(len, 63u), key);
		for (size_t i = 0; i < ARRAY_LEN(once); i++)
			keep |= strcmp(name, once[i]) == 0;
		if (tree_get(answer, name) &&
		    (keep || json_is(v, JSON_NULL)))
			continue;
		if (strcmp(name, "obfuscation") != 0 && len < sizeof(name))
			tree_set(answer, name, tree_of(v));
	}
	v = json_get(record, "choices");
	for (v = json_first(v); v.doc; v = json_next(v))
		join_one(join_choice(choices, json_get(v, "index")), v);
}

static void joined_message(struct tree *message)
{
	struct tree *calls = tree_get(message, "tool_calls");

	if (!tree_get(message, "role"))
		tree_set_text(message, "role", "assistant", 9);
	if (!tree_get(message, "content"))
		tree_set(message, "content", tree_new(JSON_NULL));
	for (calls = calls ? calls->first : NULL; calls; calls = calls->next)
		tree_drop(calls, "index");
}

static void joined_openai(struct join *j)
{
	struct tree *choices = tree_have(j->answer, "choices", JSON_ARRAY);
	static const char chat[] = "chat.completion";

	join_sort(choices);
	for (struct tree *c = choices->first; c; c = c->next)
		if (!tree_get(c, "text"))
			joined_message(tree_have(c, "message", JSON_OBJECT));
	if (tree_is(tree_get(j->answer, "object"), "chat.completion.chunk"))
		tree_set_text(j->answer, "object", chat, strlen(chat));
}

#define USAGE ",'stream_options':{'include_usage':true}"

static const struct format_ask asks_openai[] = {
	{ .end = "/chat/completions", .model = true,
	  .body = FORMAT_TURNS USAGE, .extra = ",'return_token_ids':true" },
	{ .end = "/completions", .model = true,
	  .body = "'prompt':$,'stream':true" USAGE,
	  .extra = ",'return_token_ids':true" },
	{ 0 },
};

const struct format format_openai = {
	.name = "openai",
	.title = "OpenAI chat stream",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct openai_state),
	.detect = detect_openai,
	.record = record_openai,
	.done = done_openai,
	.parts = parts_openai,
	.part = part_openai,
	.asks = asks_openai,
	.host = "https://api.openai.com/",
	.host_key = "OPENAI_API_KEY",
	.finish = finish_openai,
	.join = join_openai,
	.joined = joined_openai,
	.choices = "choices",
	.prompts = { "prompt" },
};
