/*
 * Almost every record of a stream brings one piece of text. Where its values
 * stand follows from the record's shape, so it is looked up once a shape, and
 * the dozens of questions that the long way asks are not asked again.
 */
#include "dialect/openai_plain.h"

/* What the long way reads whatever its type is. */
static bool is_special(struct json_value member)
{
	static const char *const names[] = {
		"error", "prompt_text", "x_groq",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (json_key_is(member, names[i]))
			return true;
	return false;
}

/* {"id":"x", ..., "choices":[{...}]}: the one choice, or NONE. */
static struct json_value only_choice(struct json_value record)
{
	struct json_value choices = json_get(record, "choices");

	for (struct json_value v = json_first(record); v.doc; v = json_next(v))
		if (v.at != choices.at &&
		    (json_is_container(v) || is_special(v)))
			return (struct json_value){ 0 };
	if (!json_is(choices, JSON_ARRAY) || json_count(choices) != 1)
		return (struct json_value){ 0 };
	return json_first(choices);
}

/* {"role":"assistant","content":" the"}: the one text, or NONE. */
static struct json_value only_text(struct json_value delta,
				   enum channel *channel)
{
	static const struct {
		const char *name;
		enum channel channel;
	} texts[] = {
		{ "content", CHANNEL_ANSWER },
		{ "reasoning", CHANNEL_REASONING },
		{ "reasoning_content", CHANNEL_REASONING },
	};
	struct json_value text = { 0 };
	const char *name = NULL;

	for (struct json_value v = json_first(delta); v.doc; v = json_next(v)) {
		size_t i = 0;

		if (json_is(v, JSON_NULL) || json_key_is(v, "role"))
			continue;
		while (i < ARRAY_LEN(texts) && !json_key_is(v, texts[i].name))
			i++;
		if (i == ARRAY_LEN(texts) || text.doc ||
		    !json_is(v, JSON_STRING))
			return (struct json_value){ 0 };
		text = v;
		name = texts[i].name;
		*channel = texts[i].channel;
	}
	/* of two members of one name the last one counts: a null, perhaps */
	return text.doc && json_get(delta, name).at == text.at ?
		       text :
		       (struct json_value){ 0 };
}

static void look(struct openai_plain *p, struct json_value record)
{
	struct json_value choice = only_choice(record);
	struct json_value delta = json_get(choice, "delta");

	*p = (struct openai_plain){ .shape = record.doc->shape };
	for (struct json_value v = json_first(choice); v.doc; v = json_next(v))
		if (v.at != delta.at && !json_is(v, JSON_NULL) &&
		    !json_key_is(v, "index"))
			return;
	if (!json_is(delta, JSON_OBJECT))
		return;
	p->text = only_text(delta, &p->channel);
	p->plain = p->text.doc != NULL;
	p->id = json_get(record, "id");
	p->index = json_get(choice, "index");
	p->fingerprint = json_get(record, "system_fingerprint");
}

/* Would the long way have more to do than to add text? */
static bool is_under_way(const struct gen *gen)
{
	return !gen->finished && !gen->own_clock && gen->mode != CHUNK_UNSET &&
	       !gen->run->trace.facts.finish_reason;
}

bool openai_plain_take(struct openai_plain *p, struct format_ctx *cx,
		       struct json_value record)
{
	char key[GEN_KEY_MAX];
	struct gen *gen;

	if (!record.doc->shape)
		return false;
	if (record.doc->shape != p->shape) {
		look(p, record); /* the long way sees its flavour, once */
		return false;
	}
	if (!p->plain || (!cx->gens->seen.flavour &&
			  json_text_is(p->fingerprint, "fp_ollama")))
		return false;
	gen_key(key, p->id, json_u32(p->index, 0));
	gen = gens_find(cx->gens, key);
	if (!gen || !is_under_way(gen))
		return false;
	chunk_clear(&cx->gens->chunk);
	chunk_add_json(&cx->gens->chunk, p->channel, p->text);
	gen_emit(cx->gens, gen, cx->time_s);
	cx->n_short++;
	return true;
}
