/*
 * Gemini and Vertex, generateContent: a saved answer and a piece of a stream
 * are the same object, so one reader takes both, as events, as lines and as
 * the array that grows where the stream is asked for without alt=sse.
 *
 *	{"candidates":[{"content":{"parts":[{"text":"...","thought":true},
 *	 {"text":"..."},{"functionCall":{"name":"f","args":{}}}]},
 *	 "finishReason":"STOP","index":0}],
 *	 "usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5,
 *	 "thoughtsTokenCount":7},"modelVersion":"m","responseId":"r"}
 *
 * Batch output has it under "response". Counts are totals of all candidates.
 * Without a responseId an answer that has ended is followed by another one.
 */
#include <inttypes.h>
#include <string.h>

#include "dialect/join.h"

static struct json_value answer_in(struct json_value v)
{
	struct json_value inner = json_get(v, "response");

	return json_get(inner, "candidates").doc ||
	       json_get(inner, "usageMetadata").doc ? inner : v;
}

static bool detect_gemini(struct json_value v)
{
	v = answer_in(v);
	return json_is(json_get(json_first(json_get(v, "candidates")),
				"content"), JSON_OBJECT) ||
	       json_is(json_get(v, "usageMetadata"), JSON_OBJECT) ||
	       json_is(json_get(v, "promptFeedback"), JSON_OBJECT);
}

/* Code that is run for the model is its output; what came of it is not. */
static void add_part(struct chunk *c, struct json_value part)
{
	bool thought = json_is(json_get(part, "thought"), JSON_TRUE);

	chunk_add_json(c, thought ? CHANNEL_REASONING : CHANNEL_ANSWER,
		       json_get(part, "text"));
	chunk_add_arguments(c, json_get(json_get(part, "functionCall"),
					"args"));
	chunk_add_json(c, CHANNEL_TOOL,
		       json_get(json_get(part, "executableCode"), "code"));
}

static struct gen *gen_of(struct format_ctx *cx, struct json_value id,
			  struct json_value candidate)
{
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, id,
				json_u32(json_get(candidate, "index"), 0));
	struct gen *gen = gens_find(cx->gens, key);

	if (gen && gen->finished && !id.doc) {
		gens_close(cx->gens, gen);
		gen = NULL;
	}
	return gen ? gen : gens_open(cx->gens, key, id_len, NULL);
}

static void take_usage(struct facts *facts, struct json_value usage, bool alone)
{
	uint32_t answer = json_u32(json_get(usage, "candidatesTokenCount"), 0);
	uint32_t thoughts = json_u32(json_get(usage, "thoughtsTokenCount"), 0);

	fact_u32(&facts->prompt_tokens, json_get(usage, "promptTokenCount"));
	if (alone && (answer || thoughts))
		facts->usage_tokens = answer + thoughts;
}

static void take_candidate(struct format_ctx *cx, struct json_value v,
			   struct json_value candidate, bool alone)
{
	struct json_value parts = json_get(json_get(candidate, "content"),
					   "parts");
	struct gen *gen = gen_of(cx, json_get(v, "responseId"), candidate);
	struct facts *facts = gen_facts(gen);

	chunk_clear(&cx->gens->chunk);
	for (struct json_value part = json_first(parts); part.doc;
	     part = json_next(part))
		add_part(&cx->gens->chunk, part);
	gen_emit(cx->gens, gen, cx->time_s);
	fact_json(&facts->model, json_get(v, "modelVersion"));
	fact_json(&facts->finish_reason, json_get(candidate, "finishReason"));
	take_usage(facts, json_get(v, "usageMetadata"), alone);
	gen->finished |= json_get(candidate, "finishReason").doc != NULL;
}

static bool record_gemini(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	struct json_value error = json_get(v, "error"), candidates;
	struct gen *newest = gens_newest(cx->gens);
	bool alone;

	if (json_is(error, JSON_OBJECT)) {
		if (newest && newest->finished) /* it is not its error */
			gens_close(cx->gens, newest);
		return format_error(cx, error, why);
	}
	v = answer_in(v);
	candidates = json_get(v, "candidates");
	alone = json_count(candidates) < 2;
	for (struct json_value c = json_first(candidates); c.doc;
	     c = json_next(c))
		take_candidate(cx, v, c, alone);
	if (!json_count(candidates) && newest)
		take_usage(gen_facts(newest), json_get(v, "usageMetadata"),
			   alone);
	if (!detect_gemini(v))
		return err_set(why, "it has no \"candidates\"");
	return true;
}

/* --- the server's side -------------------------------------------------- */

/* Of the prompt and of thoughts the server has told so far. */
static void put_usage(const struct format_ending *e, struct buf *out)
{
	struct json_value usage = json_get(e->record, "usageMetadata");
	struct json_value prompt = json_get(usage, "promptTokenCount");
	uint64_t thoughts = json_u32(json_get(usage, "thoughtsTokenCount"), 0);

	thoughts = MIN(thoughts, e->n_tokens);
	buf_printf(out, ",\"usageMetadata\":{\"candidatesTokenCount\":%" PRIu64,
		   e->n_tokens - thoughts);
	if (thoughts)
		buf_printf(out, ",\"thoughtsTokenCount\":%" PRIu64, thoughts);
	if (json_is(prompt, JSON_NUMBER))
		buf_printf(out, ",\"promptTokenCount\":%u"
				",\"totalTokenCount\":%" PRIu64,
			   json_u32(prompt, 0),
			   json_u32(prompt, 0) + e->n_tokens);
	buf_putc(out, '}');
}

static void finish_gemini(const struct format_ending *e, struct buf *out)
{
	buf_puts(out, "data: {");
	format_copy(out, e->record, "responseId");
	format_copy(out, e->record, "modelVersion");
	format_copy(out, e->record, "createTime");
	buf_puts(out, "\"candidates\":[");
	if (e->choice != FORMAT_NO_CHOICE) {
		buf_printf(out, "{\"index\":%u,\"content\":{\"role\":"
				"\"model\",\"parts\":[{\"text\":\"\"}]},"
				"\"finishReason\":", e->choice);
		json_put_string(out, e->reason, strlen(e->reason));
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
	if (e->last)
		put_usage(e, out);
	buf_puts(out, "}\n\n");
}

/* --- the whole answer --------------------------------------------------- */

static const char *const no_grows[] = { NULL };

/* Is it text alone, of an answer or a thought? */
static bool is_text(const struct tree *part)
{
	for (const struct tree *c = part->first; c; c = c->next)
		if (c != tree_get(part, "text") &&
		    c != tree_get(part, "thought"))
			return false;
	return tree_get(part, "text") != NULL;
}

static bool is_thought(const struct tree *part)
{
	const struct tree *t = tree_get(part, "thought");

	return t && t->type == JSON_TRUE;
}

/* Texts that follow one another are one; a signature ends it. */
static void join_part(struct tree *parts, struct json_value v)
{
	static const char *const grows[] = { "text", NULL };
	struct tree *part = tree_of(v);
	bool goes_on = parts->last && is_text(parts->last) &&
		       tree_get(part, "text") &&
		       is_thought(parts->last) == is_thought(part);

	if (part->type == JSON_OBJECT && goes_on)
		tree_merge(parts->last, v, grows);
	else if (part->type == JSON_OBJECT) {
		tree_add(parts, part);
		return;
	}
	tree_free(part);
}

static void join_candidate(struct tree *candidate, struct json_value v)
{
	struct json_value parts = json_get(json_get(v, "content"), "parts");
	struct tree *content, *all;

	content = tree_have(candidate, "content", JSON_OBJECT);
	all = tree_have(content, "parts", JSON_ARRAY);
	for (struct json_value p = json_first(parts); p.doc; p = json_next(p))
		join_part(all, p);
	for (v = json_first(v); v.doc; v = json_next(v)) {
		if (!json_key_is(v, "content")) {
			tree_merge_member(candidate, v, no_grows);
			continue;
		}
		for (struct json_value m = json_first(v); m.doc;
		     m = json_next(m))
			if (!json_key_is(m, "parts"))
				tree_merge_member(content, m, no_grows);
	}
}

static void join_gemini(struct join *j, struct json_value record)
{
	struct tree *answer = join_answer(j, JSON_OBJECT), *candidates;
	struct json_value v;

	for (v = json_first(record); v.doc; v = json_next(v))
		if (!json_key_is(v, "candidates"))
			tree_merge_member(answer, v, no_grows);
	v = json_first(json_get(record, "candidates"));
	if (!v.doc) /* the prompt was refused: there are none */
		return;
	candidates = tree_have(answer, "candidates", JSON_ARRAY);
	for (; v.doc; v = json_next(v))
		join_candidate(join_choice(candidates, json_get(v, "index")),
			       v);
}

static const struct format_ask asks_gemini[] = {
	{ .end = ":streamGenerateContent",
	  .body = "'contents':[{'role':'user','parts':[{'text':$}]}]",
	  .key = "x-goog-api-key: ", .plain = ":generateContent",
	  .query = "alt=sse" },
	{ 0 },
};

const struct format format_gemini = {
	.name = "gemini",
	.title = "Gemini generateContent",
	.shape = FEED_STREAM,
	.detect = detect_gemini,
	.record = record_gemini,
	.asks = asks_gemini,
	.host = "https://generativelanguage.googleapis.com/",
	.host_key = "GEMINI_API_KEY",
	.finish = finish_gemini,
	.join = join_gemini,
	.words = { "STOP", "MAX_TOKENS", "OTHER" },
	.choices = "candidates",
};
