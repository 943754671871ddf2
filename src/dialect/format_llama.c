/*
 * llama-server's own /completion, streamed or whole:
 *
 *	{"index":0,"content":"...","tokens":[5],"stop":false,"id_slot":0,
 *	 "completion_probabilities":[{"id":5,"token":"...","logprob":-0.1}],
 *	 "timings":{"predicted_ms":12.5}}
 *
 * With ids, and with a clock when timings_per_token was asked for. Marks of
 * reasoning are in the text. Older servers wrote slot_id, `probs` and
 * stopped_eos, stopped_limit and stopped_word.
 */
#include "dialect/join.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NO_SLOT = -1 };

static bool has(struct json_value v, const char *key)
{
	return json_get(v, key).doc != NULL;
}

static bool detect_llama(struct json_value v)
{
	struct json_value stop = json_get(v, "stop");

	return json_is(json_get(v, "content"), JSON_STRING) &&
	       (json_is(stop, JSON_TRUE) || json_is(stop, JSON_FALSE)) &&
	       (has(v, "tokens") || has(v, "id_slot") || has(v, "slot_id") ||
		has(v, "tokens_predicted") || has(v, "index"));
}

static struct gen *find(struct format_ctx *cx, double slot, uint32_t index,
			char key[GEN_KEY_MAX], size_t *id_len)
{
	*id_len = (size_t)snprintf(key, GEN_KEY_MAX, "%.0f", slot);
	snprintf(key + *id_len, GEN_KEY_MAX - *id_len, "/%lu",
		 (unsigned long)index);
	return gens_find(cx->gens, key);
}

/* Of a slot (one request at a time) and a prompt of several. Pieces of a
 * stream may have -1 where only the last record names the slot. */
static struct gen *gen_of(struct format_ctx *cx, struct json_value v)
{
	double slot = json_number(json_get(v, "id_slot"),
				  json_number(json_get(v, "slot_id"), NO_SLOT));
	uint32_t index = json_u32(json_get(v, "index"), 0);
	char key[GEN_KEY_MAX];
	size_t id_len;
	struct gen *gen = find(cx, slot, index, key, &id_len);

	if (!gen && slot != NO_SLOT)
		gen = find(cx, NO_SLOT, index, key, &id_len);
	if (gen)
		return gen;
	find(cx, slot, index, key, &id_len);
	return gens_open(cx->gens, key, id_len, NULL);
}

static void take_finish(struct gen *gen, struct json_value v)
{
	static const char *const old[][2] = {
		{ "stopped_eos", "eos" },
		{ "stopped_limit", "limit" },
		{ "stopped_word", "word" },
	};
	struct facts *facts = gen_facts(gen);
	size_t len;
	const char *prompt = json_text(json_get(v, "prompt"), &len);

	fact_json(&facts->finish_reason, json_get(v, "stop_type"));
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		if (json_is(json_get(v, old[i][0]), JSON_TRUE))
			facts_set(&facts->finish_reason, old[i][1]);
	fact_json(&facts->model, json_get(v, "model"));
	fact_u32(&facts->usage_tokens, json_get(v, "tokens_predicted"));
	fact_u32(&facts->prompt_tokens, json_get(v, "tokens_evaluated"));
	if (json_is(json_get(v, "truncated"), JSON_TRUE))
		facts_set(&facts->note, "the server cut the prompt to fit");
	run_prompt(gen->run, prompt, len);
}

static bool record_llama(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	struct json_value error = json_get(v, "error");
	struct chunk *chunk = &cx->gens->chunk;
	struct gen *gen;

	if (json_is(error, JSON_OBJECT) || json_is(error, JSON_STRING))
		return format_error(cx, error, why);
	if (!json_is(json_get(v, "content"), JSON_STRING))
		return err_set(why, "it has no \"content\"");
	gen = gen_of(cx, v);
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_ANSWER, json_get(v, "content"));
	chunk_entries(chunk, json_get(v, "completion_probabilities"));
	chunk_ids(chunk, json_get(v, "tokens"));
	gen_emit(cx->gens, gen, format_timings(cx, gen, v));
	if (!json_is(json_get(v, "stop"), JSON_TRUE))
		return true;
	take_finish(gen, v);
	gens_close(cx->gens, gen);
	return true;
}

static void finish_llama(const struct format_ending *e, struct buf *out)
{
	if (e->choice == FORMAT_NO_CHOICE)
		return;
	buf_printf(out, "data: {\"index\":%u,\"content\":\"\",\"tokens\":[],",
		   e->choice);
	format_copy(out, e->record, "id_slot");
	format_copy(out, e->record, "model");
	format_copy(out, e->record, "tokens_evaluated");
	buf_printf(out, "\"stop\":true,\"tokens_predicted\":%" PRIu64
			",\"truncated\":false,\"stopping_word\":\"\","
			"\"stop_type\":", e->choice_tokens);
	json_put_string(out, e->reason, strlen(e->reason));
	buf_puts(out, "}\n\n");
}

static void join_llama(struct join *j, struct json_value v)
{
	static const char *const grows[] = { "content", NULL };
	struct tree *all = join_answer(j, JSON_ARRAY);

	tree_merge(join_choice(all, json_get(v, "index")), v, grows);
}

static void joined_llama(struct join *j)
{
	join_sort(j->answer);
	join_single(j);
}

static const struct format_ask asks_llama[] = {
	{ .end = "/completion",
	  .body = "'prompt':$,'stream':true,'n_predict':-1,"
		  "'timings_per_token':true,'return_tokens':true" },
	{ 0 },
};

const struct format format_llama = {
	.name = "llama-server",
	.title = "llama-server /completion",
	.shape = FEED_STREAM,
	.detect = detect_llama,
	.record = record_llama,
	.asks = asks_llama,
	.finish = finish_llama,
	.join = join_llama,
	.joined = joined_llama,
	.words = { "eos", "limit", "word" },
	.choices = "",
	.prompts = { "prompt" },
};
