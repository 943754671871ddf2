/*
 * Inspect's logs. As .json all is one value,
 *
 *	{"version":2,"status":"success","eval":{...},"samples":[...]}
 *
 * as .eval (a ZIP, undone before) each sample is one:
 *
 *	{"id":1,"epoch":1,"input":"...","target":"...","messages":[...],
 *	 "output":{"model":"m","choices":[{"message":{"content":...},
 *	 "stop_reason":"stop"}]},"scores":{...},"attachments":{...}}
 *
 * Long strings may stand in `attachments`, with "attachment://" and their
 * hash in their place.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/record.h"

static bool is_log(struct json_value v)
{
	return json_get(v, "version").doc && json_get(v, "status").doc &&
	       json_is(json_get(v, "eval"), JSON_OBJECT);
}

static bool is_sample(struct json_value v)
{
	return json_get(v, "epoch").doc && json_get(v, "input").doc &&
	       (json_is(json_get(v, "output"), JSON_OBJECT) ||
		json_is(json_get(v, "messages"), JSON_ARRAY));
}

static bool detect_inspect(struct json_value v)
{
	return is_log(v) || is_sample(v);
}

/* The string itself, wherever it stands. */
static struct json_value resolve(struct json_value sample,
				 struct json_value string)
{
	static const char *const marks[] = { "attachment://", "tc://" };
	char key[GEN_KEY_MAX];
	size_t len;
	const char *s = json_text(string, &len);

	for (size_t i = 0; s && i < ARRAY_LEN(marks); i++) {
		size_t n = strlen(marks[i]);
		struct json_value found;

		if (len <= n || memcmp(s, marks[i], n) != 0)
			continue;
		snprintf(key, sizeof(key), "%.*s",
			 (int)MIN(len - n, sizeof(key) - 1), s + n);
		found = json_get(json_get(sample, "attachments"), key);
		return found.doc ? found : string;
	}
	return string;
}

static void add(struct chunk *c, enum channel channel,
		struct json_value sample, struct json_value string)
{
	chunk_add_json(c, channel, resolve(sample, string));
}

/* A string, or a list of {type, text | reasoning, summary}. true: some of
 * the reasoning is hidden. */
static bool add_content(struct chunk *c, struct json_value sample,
			struct json_value content)
{
	bool hidden = false;

	add(c, CHANNEL_ANSWER, sample, content);
	for (struct json_value v = json_first(content); v.doc;
	     v = json_next(v)) {
		bool redacted = json_is(json_get(v, "redacted"), JSON_TRUE);
		struct json_value summary = json_get(v, "summary");

		hidden |= redacted;
		add(c, CHANNEL_REASONING, sample,
		    redacted ? summary : json_get(v, "reasoning"));
		add(c, CHANNEL_ANSWER, sample, json_get(v, "text"));
	}
	return hidden;
}

static struct json_value last_turn(struct json_value messages)
{
	struct json_value last = { 0 };

	for (struct json_value v = json_first(messages); v.doc;
	     v = json_next(v))
		if (json_text_is(json_get(v, "role"), "assistant"))
			last = v;
	return last;
}

/* Messages before the answer, or the input. */
static void put_prompt(struct run *run, struct json_value sample)
{
	struct json_value messages = json_get(sample, "messages");
	struct json_value last = last_turn(messages);
	struct json_value input = resolve(sample, json_get(sample, "input"));
	size_t len;
	const char *s = json_text(input, &len);

	if (!last.doc) {
		run_prompt(run, s, len);
		return;
	}
	for (struct json_value v = json_first(messages);
	     v.doc && v.at != last.at; v = json_next(v)) {
		struct json_value content = json_get(v, "content");

		if (json_is(content, JSON_ARRAY))
			content = json_get(json_first(content), "text");
		s = json_text(resolve(sample, content), &len);
		if (s && run->trace.prompt.len)
			run_prompt(run, "\n\n", 2);
		run_prompt(run, s, len);
	}
}

/* "C" and "I", 1 and 0, or what else the first scorer says. */
static void put_label(struct facts *facts, struct json_value sample)
{
	struct json_value score = json_first(json_get(sample, "scores"));
	struct json_value value = json_get(score, "value");

	if (!value.doc)
		value = json_get(json_get(sample, "score"), "value");
	if (json_text_is(value, "C") || json_is(value, JSON_TRUE) ||
	    json_number(value, 0) == 1)
		facts_set(&facts->label, "correct");
	else if (json_text_is(value, "I") || json_is(value, JSON_FALSE) ||
		 json_number(value, 1) == 0)
		facts_set(&facts->label, "wrong");
	else
		fact_json(&facts->label, value);
}

static void put_facts(struct facts *facts, struct json_value sample,
		      struct json_value choice, bool alone)
{
	struct json_value output = json_get(sample, "output");
	struct json_value usage = json_get(output, "usage");
	struct json_value error = json_get(sample, "error");
	struct json_value target = json_get(sample, "target");

	if (json_is(target, JSON_ARRAY))
		target = json_first(target);
	fact_json(&facts->gold, resolve(sample, target));
	fact_json(&facts->model, json_get(output, "model"));
	fact_json(&facts->finish_reason, json_get(choice, "stop_reason"));
	fact_u32(&facts->prompt_tokens, json_get(usage, "input_tokens"));
	if (alone)
		fact_u32(&facts->usage_tokens,
			 json_get(usage, "output_tokens"));
	put_label(facts, sample);
	if (!json_is(error, JSON_OBJECT))
		return;
	facts->aborted = true;
	fact_json(&facts->note, json_get(error, "message"));
}

/* "<id>_epoch_<n>", as Inspect names its samples, and the choice. */
static void name_of(struct json_value sample, size_t i, size_t n, char *out,
		    size_t size)
{
	char *id = NULL;
	unsigned long epoch = json_u32(json_get(sample, "epoch"), 1);
	int len;

	fact_json(&id, json_get(sample, "id"));
	len = snprintf(out, size, "%.24s_epoch_%lu", id ? id : "?", epoch);
	if (n > 1 && (size_t)len < size)
		snprintf(out + len, size - (size_t)len, ".%zu", i);
	mem_free(id);
}

/* One generation. `choice` may be none: then it is the last turn. */
static void emit(struct record *r, struct json_value sample,
		 struct json_value choice, size_t i, size_t n)
{
	struct json_value message = json_get(choice, "message");
	struct chunk *chunk = &r->cx->gens->chunk;
	char name[RECORD_NAME_MAX], place[RECORD_NAME_MAX + 32];
	struct gen *gen;

	if (!message.doc)
		message = last_turn(json_get(sample, "messages"));
	name_of(sample, i, n, name, sizeof(name));
	snprintf(place, sizeof(place), "%zu.%s", r->cx->i_record, name);
	gen = gens_open(r->cx->gens, place, 0, place);
	put_prompt(gen->run, sample);
	chunk_clear(chunk);
	if (add_content(chunk, sample, json_get(message, "content")))
		facts_set(&gen_facts(gen)->note, "some of the reasoning is "
						 "not in the log");
	if (!chunk->text.len)
		add(chunk, CHANNEL_ANSWER, sample,
		    json_get(json_get(sample, "output"), "completion"));
	chunk_entries(chunk, json_get(json_get(choice, "logprobs"),
				      "content"));
	put_facts(gen_facts(gen), sample, choice, n == 1);
	gen_emit(r->cx->gens, gen, NAN);
	gens_close(r->cx->gens, gen);
}

static size_t emit_sample(struct record *r, struct json_value sample)
{
	struct json_value choices = json_get(json_get(sample, "output"),
					     "choices");
	size_t n = json_count(choices), i = 0;

	if (!is_sample(sample))
		return 0;
	if (!n)
		emit(r, sample, (struct json_value){ 0 }, 0, 1);
	for (struct json_value v = json_first(choices); v.doc;
	     v = json_next(v))
		emit(r, sample, v, i++, n);
	return 1;
}

static bool record_inspect(struct format_ctx *cx, struct json_value v,
			   struct err *why)
{
	struct json_value samples = json_get(v, "samples");
	struct record r = { .cx = cx, .v = v };
	size_t found = 0;

	if (!is_log(v))
		return emit_sample(&r, v) ||
		       err_set(why, "it is no sample of an Inspect log");
	for (struct json_value s = json_first(samples); s.doc;
	     s = json_next(s))
		found += emit_sample(&r, s);
	return found || err_set(why, "the log holds no samples");
}

const struct format format_inspect = {
	.name = "inspect",
	.title = "Inspect log",
	.shape = FEED_RECORDS,
	.detect = detect_inspect,
	.record = record_inspect,
};
