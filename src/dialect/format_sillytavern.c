/*
 * SillyTavern's chats: a line about the chat, then a message a line. A message
 * of the character is a generation, and so is each of its swipes, the answers
 * that were drawn in its place; what the user said is its prompt.
 *
 *	{"user_name":"User","character_name":"Ada","chat_metadata":{}}
 *	{"name":"Ada","is_user":false,"mes":"Hello."}
 *	{"name":"User","is_user":true,"mes":"2+2?"}
 *	{"name":"Ada","is_user":false,"mes":"4.","swipe_id":1,
 *	 "swipes":["5.","4."],"swipe_info":[{"extra":{}},{"extra":{}}],
 *	 "extra":{"model":"m","reasoning":"Two and two."}}
 *
 * The greeting stands on the character's card: nobody generated it.
 */
#include <math.h>
#include <stdio.h>

#include "dialect/content.h"
#include "dialect/format.h"

struct tavern {
	struct buf heard; /* since the last message of the character */
	bool asked;       /* the user said something so far */
};

static bool is_message(struct json_value v)
{
	return json_is(json_get(v, "mes"), JSON_STRING) &&
	       json_get(v, "is_user").doc;
}

static bool detect_sillytavern(struct json_value v)
{
	return is_message(v) ||
	       (json_is(json_get(v, "chat_metadata"), JSON_OBJECT) &&
		json_get(v, "character_name").doc);
}

/* Did a model write it? Those that the user hid from it are system's, too. */
static bool is_generated(const struct tavern *s, struct json_value v)
{
	struct json_value extra = json_get(v, "extra");

	if (json_is(json_get(v, "is_user"), JSON_TRUE))
		return false;
	return json_get(extra, "model").doc || json_get(extra, "api").doc ||
	       json_get(v, "gen_started").doc ||
	       (s->asked && !json_is(json_get(v, "is_system"), JSON_TRUE));
}

/* The i-th of n answers to what was heard. */
static void take(struct format_ctx *cx, struct json_value text,
		 struct json_value extra, size_t i, size_t n)
{
	const struct tavern *s = cx->state;
	struct chunk *chunk = &cx->gens->chunk;
	char place[48];
	struct gen *gen;

	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_REASONING, json_get(extra, "reasoning"));
	chunk_add_json(chunk, CHANNEL_ANSWER, text);
	if (n > 1)
		snprintf(place, sizeof(place), "%zu.%zu", cx->i_record, i);
	else
		snprintf(place, sizeof(place), "%zu", cx->i_record);
	gen = gens_open(cx->gens, place, 0, place);
	run_prompt(gen->run, s->heard.data, s->heard.len);
	gen_emit(cx->gens, gen, NAN);
	fact_json(&gen_facts(gen)->model, json_get(extra, "model"));
	gens_close(cx->gens, gen);
}

static void take_all(struct format_ctx *cx, struct json_value v)
{
	struct json_value extra = json_get(v, "extra");
	struct json_value swipes = json_get(v, "swipes");
	struct json_value info = json_first(json_get(v, "swipe_info"));
	size_t n = json_count(swipes), shown = json_u32(json_get(v, "swipe_id"),
							0);
	struct json_value swipe = json_first(swipes);

	if (!json_is(swipes, JSON_ARRAY) || n < 2) {
		take(cx, json_get(v, "mes"), extra, 0, 1);
		return;
	}
	for (size_t i = 0; i < n; i++, swipe = json_next(swipe)) {
		take(cx, i == shown ? json_get(v, "mes") : swipe,
		     i == shown ? extra : json_get(info, "extra"), i, n);
		if (info.doc)
			info = json_next(info);
	}
}

static bool record_sillytavern(struct format_ctx *cx, struct json_value v,
			       struct err *why)
{
	struct tavern *s = cx->state;

	if (!is_message(v))
		return detect_sillytavern(v) ||
		       err_set(why, "it is no message of a chat");
	if (is_generated(s, v)) {
		take_all(cx, v);
		buf_clear(&s->heard);
		return true;
	}
	s->asked |= json_is(json_get(v, "is_user"), JSON_TRUE);
	content_text(json_get(v, "mes"), &s->heard);
	return true;
}

static void release_sillytavern(void *state)
{
	struct tavern *s = state;

	buf_release(&s->heard);
}

const struct format format_sillytavern = {
	.name = "sillytavern",
	.title = "SillyTavern chat",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct tavern),
	.detect = detect_sillytavern,
	.record = record_sillytavern,
	.release = release_sillytavern,
};
