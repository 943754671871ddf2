/*
 * JSON of no particular dialect: lines or an array of strings or objects
 * that hold prompts and generations. Where is the text? In this order:
 *
 *	1  --field
 *	2  a saved answer of a server, also as JSON inside a string
 *	3  the longest string under a name that means "generation"; lists of
 *	   strings are several generations
 *	4  the last assistant's turn of messages or conversations; a chosen
 *	   answer beside a rejected one, before it where that isn't the end
 *	5  objects one level down that hold 3 (one a model, say)
 *	6  the longest string under a name that may mean it; 5 with those
 *	7  reasoning alone
 *	8  lists of objects that hold 3 or 4, whatever they are called
 *	9  the longest string, or list of strings, whose name means nothing
 *	   else; that is a guess
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/content.h"
#include "dialect/field.h"
#include "dialect/record.h"

enum {
	NESTED_LISTS_MAX = 4,      /* resps[[...]] */
	FOUND_MAX = 100000,        /* generations in one record */
	/* What a guess must have: so many words, and of all the text in its
	 * record one part in so many. */
	GUESS_WORDS = 3,
	GUESS_SHARE = 2,
	WORD_MAX_BYTES = 64, /* longer ones are no words, but in a script
				that has no blanks */
};

static const char *const strong_names[] = {
	"response",	   "responses",	    "output",	     "outputs",
	"completion",	   "completions",   "generation",    "generations",
	"generated_text",  "model_output",  "model_response", "raw_output",
	"prediction",	   "predictions",   "resps",	     "code",
	"gen",		   "pred",	    "output_list",   "generated",
	"model_answer",	   "llm_output",    "full_output",   "generated_texts",
	"model_outputs",   "outputText",    "raw_generation", "attempt",
	"deepseek_attempt", "deepseek_solution", "gemini_attempt",
	"actual_output",
	"actualOutput",	   "response_text", "output_text",  "full_response",
	"replies",	   NULL,
};
static const char *const weak_names[] = {
	"text",	   "content", "solution", "answer", "result",
	"message", "reply",   "target_text", "model_patch", "assistant",
	"judgment", NULL,
};
static const char *const think_names[] = {
	"reasoning",	   "reasoning_content",	       "thinking",
	"think",	   "thinking_tokens",	       "thought",
	"thoughts",	   "deepseek_reasoning",       "reasoning_trace",
	"original_reasoning_trace", "thinking_content", "cot",
	"chain_of_thought", "deepseek_thinking_trajectory",
	"thinking_trajectories", "gemini_thinking_trajectory", "reasonings",
	NULL,
};
static const char *const chat_names[] = {
	"messages", "conversations", "conversation", NULL,
};
static const char *const raw_names[] = {
	"raw_response", "response_json", "raw", "raw_output", NULL,
};

/* Objects one level down that hold something else. */
static const char *const not_models[] = {
	"doc", "metadata", "meta", "error", "usage", "arguments", NULL,
};

static bool is_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

enum record_name record_name_of(const char *name)
{
	return is_among(name, strong_names) ? RECORD_NAME_OUTPUT :
	       is_among(name, weak_names) ? RECORD_NAME_MAYBE :
	       is_among(name, think_names) ||
			       is_among(name, record_turn_names) ||
			       is_among(name, record_prompt_names) ?
					      RECORD_NAME_PROMPT :
					      RECORD_NAME_OTHER;
}

static void add(struct record *r, struct json_value text,
		struct json_value think, struct json_value owner,
		const char *name)
{
	struct found *found;

	if (r->n >= FOUND_MAX)
		return;
	r->found = grow(r->found, &r->cap, r->n + 1, sizeof(*r->found));
	found = &r->found[r->n++];
	*found = (struct found){ .text = text, .think = think, .owner = owner };
	snprintf(found->name, sizeof(found->name), "%s", name);
}

/* An object of a Python library in print, as str() gives it: what it holds is
 * not to be had from it with certainty. */
static bool is_printed(struct json_value v)
{
	static const char *const begins[] = {
		"ModelResponse(", "ChatCompletion(", "Completion(id=",
		"RequestOutput(", "CompletionOutput(", "Message(id=",
		"Response(id=", "GenerateContentResponse(", "AIMessage(",
		"LLMResult(",
	};
	size_t len;
	const char *s = json_text(v, &len);

	for (size_t i = 0; len && i < ARRAY_LEN(begins); i++)
		if (bytes_begin(s, len - 1, begins[i]))
			return true;
	return false;
}

static size_t text_len(struct json_value v)
{
	size_t len;

	json_text(v, &len);
	return is_printed(v) ? 0 : len;
}

static struct json_value inner_text(struct json_value v);

/* A list, or an object that is used as one: {"0":...,"1":...}. */
static bool is_list(struct json_value v)
{
	return json_is(v, JSON_ARRAY) ||
	       (json_is(v, JSON_OBJECT) && json_key_is(json_first(v), "0") &&
		!json_is(json_first(v), JSON_NUMBER));
}

/* Bytes of text that a value may stand for: a string, or what is in a list
 * of strings or of objects with text. */
static size_t weight(struct json_value v, unsigned depth)
{
	size_t sum = text_len(v);

	if (json_is(v, JSON_OBJECT) && depth)
		sum = text_len(inner_text(v));
	if (is_list(v) && depth < NESTED_LISTS_MAX)
		for (struct json_value c = json_first(v); c.doc;
		     c = json_next(c))
			sum += weight(c, depth + 1);
	return sum;
}

/* The heaviest member under one of the names, or none. */
static struct json_value heaviest(struct json_value object,
				  const char *const *names)
{
	struct json_value best = { 0 };
	size_t most = 0;

	if (!json_is(object, JSON_OBJECT))
		return best;
	for (; *names; names++) {
		struct json_value v = json_get(object, *names);
		size_t have = v.doc ? weight(v, 0) : 0;

		if (have > most) {
			most = have;
			best = v;
		}
	}
	return best;
}

static struct json_value think_of(struct json_value object)
{
	return heaviest(object, think_names);
}

/* The same that goes with a text of this owner: where several models thought
 * and answered side by side, the one of the same name. */
static struct json_value think_beside(struct json_value owner,
				      struct json_value text)
{
	static const struct {
		const char *text, *think;
	} rows[] = {
		{ "attempt", "thinking_trajectories" },
		{ "deepseek_attempt", "deepseek_thinking_trajectory" },
		{ "gemini_attempt", "gemini_thinking_trajectory" },
		{ "deepseek_solution", "deepseek_reasoning" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_value think = json_get(owner, rows[i].think);

		if (think.doc && json_key_is(text, rows[i].text))
			return think;
	}
	return think_of(owner);
}

/* The text in an element of a list of generations, or none. */
static struct json_value inner_text(struct json_value v)
{
	struct json_value text;

	if (json_is(v, JSON_STRING))
		return v;
	text = heaviest(v, strong_names);
	if (!text.doc)
		text = heaviest(v, weak_names);
	if (!text.doc)
		text = heaviest(json_get(v, "message"), weak_names);
	if (!text.doc)
		text = heaviest(json_get(v, "data"), weak_names);
	return json_is(text, JSON_STRING) ? text : (struct json_value){ 0 };
}

static bool is_turn(struct json_value v)
{
	return json_is(content_role(v), JSON_STRING);
}

/* The last turn of the answering side; those before it are the prompt. */
static bool add_chat(struct record *r, struct json_value messages)
{
	struct json_value last = { 0 }, text;

	if (!json_is(messages, JSON_ARRAY))
		return false;
	for (struct json_value v = json_first(messages); v.doc;
	     v = json_next(v))
		if (content_is_model(v))
			last = v;
	if (!last.doc)
		return false;
	text = json_get(last, "content");
	if (!text.doc)
		text = json_get(last, "value");
	if (json_is(text, JSON_STRING) && !content_has_parts(last)) {
		add(r, text, think_of(last), last, "");
	} else {
		add(r, (struct json_value){ 0 }, (struct json_value){ 0 },
		    last, "");
		r->found[r->n - 1].message = last;
	}
	r->found[r->n - 1].turns = messages;
	return true;
}

/*
 * All generations in a value: a string, a list (of lists) of strings or
 * objects, or an object with text in it. `think` runs along with a list.
 */
static void gather(struct record *r, struct json_value v,
		   struct json_value think, struct json_value owner,
		   unsigned depth)
{
	bool along = json_is(think, JSON_ARRAY);

	if (json_is(v, JSON_STRING)) {
		if (along)
			think = json_first(think);
		add(r, v, think, owner, "");
	} else if (json_is(v, JSON_OBJECT) && !is_list(v)) {
		add(r, inner_text(v), think_of(v), v, "");
		if (r->n && !r->found[r->n - 1].text.doc)
			r->n--;
	} else if (is_list(v) && depth < NESTED_LISTS_MAX) {
		if (json_is(v, JSON_ARRAY) && is_turn(json_first(v))) {
			add_chat(r, v);
			return;
		}
		if (along)
			think = json_first(think);
		for (struct json_value c = json_first(v); c.doc;
		     c = json_next(c)) {
			gather(r, c, think, owner, depth + 1);
			if (along)
				think = json_next(think);
		}
	}
}

/* A text under one of the names right in this object. */
static bool add_named(struct record *r, struct json_value object,
		      const char *const *names, const char *name)
{
	struct json_value text = heaviest(object, names);
	size_t before = r->n;

	if (!text.doc)
		return false;
	gather(r, text, think_beside(object, text), object, 0);
	for (size_t i = before; *name && i < r->n; i++)
		snprintf(r->found[i].name, sizeof(r->found[i].name), "%s",
			 name);
	return r->n > before;
}

/* {"gpt-4":{"solution":...},"other":{...}}: one a member. */
static bool add_nested(struct record *r, const char *const *names)
{
	size_t before = r->n;

	for (struct json_value v = json_first(r->v); v.doc; v = json_next(v)) {
		char name[RECORD_NAME_MAX];
		size_t len;
		const char *key = json_key(v, &len);

		if (!json_is(v, JSON_OBJECT) || content_is_others(v) ||
		    record_named(v, record_prompt_names) ||
		    record_named(v, record_turn_names) ||
		    record_named(v, not_models))
			continue;
		snprintf(name, sizeof(name), "%.*s",
			 (int)MIN(len, sizeof(name) - 1), key);
		add_named(r, v, names, name);
	}
	return r->n > before;
}

/* Bytes in all strings of a value. */
static size_t strings_in(struct json_value v)
{
	size_t sum = text_len(v);

	if (json_is_container(v))
		for (v = json_first(v); v.doc; v = json_next(v))
			sum += strings_in(v);
	return sum;
}

/* Words as people write them; an id, URLs, a date, a name, base64 and JSON in a
 * string have none. */
static bool reads_like_text(struct json_value v)
{
	size_t len, n_words = 0, word = 0, wide = 0;
	const char *s = json_text(v, &len);

	if (!len || s[0] == '{' || s[0] == '[' || s[0] == '<' || is_printed(v))
		return false;
	for (size_t i = 0; i <= len; i++) {
		bool blank = i == len || s[i] == ' ' || s[i] == '\n';

		wide += i < len && (unsigned char)s[i] >= 0x80;
		if (!blank && ++word)
			continue;
		n_words += word > 0 && word <= WORD_MAX_BYTES &&
			   !memchr(s + i - word, '/', word);
		word = 0;
	}
	return n_words >= GUESS_WORDS || wide * 2 > len;
}

/* Bytes of a string, or of a list of nothing but strings. */
static size_t strings_len(struct json_value v)
{
	size_t sum = text_len(v);

	if (!json_is(v, JSON_ARRAY))
		return sum;
	for (v = json_first(v); v.doc; v = json_next(v)) {
		if (!json_is(v, JSON_STRING))
			return 0;
		sum += text_len(v);
	}
	return sum;
}

/* The longest of a list's, or the string itself. */
static struct json_value longest_string(struct json_value v)
{
	struct json_value best = json_first(v);

	if (!json_is(v, JSON_ARRAY))
		return v;
	for (v = best; v.doc; v = json_next(v))
		if (text_len(v) > text_len(best))
			best = v;
	return best;
}

/* The longest string, or list of strings, that is not a prompt, gold or label
 * by its name, if it is what the record is about. */
static bool add_longest(struct record *r)
{
	struct json_value best = { 0 };
	const char *name;
	size_t len;

	for (struct json_value v = json_first(r->v); v.doc; v = json_next(v))
		if (strings_len(v) > strings_len(best) &&
		    !record_named(v, record_prompt_names) &&
		    !record_named(v, record_turn_names) &&
		    !record_named(v, record_gold_names) &&
		    !record_named(v, record_label_names) &&
		    !record_named(v, record_fact_names))
			best = v;
	if (!reads_like_text(longest_string(best)) ||
	    strings_len(best) * GUESS_SHARE < strings_in(r->v))
		return false;
	gather(r, best, (struct json_value){ 0 }, r->v, 0);
	name = json_key(best, &len);
	snprintf(r->guessed, sizeof(r->guessed), "%.*s",
		 (int)MIN(len, sizeof(r->guessed) - 1), name);
	return true;
}

static bool add_chats(struct record *r)
{
	return add_chat(r, record_first(r->v, chat_names));
}

/* A think field that is empty is none. */
static bool add_reasoning_alone(struct record *r)
{
	struct json_value think = think_of(r->v);

	if (!json_is(think, JSON_STRING))
		return false;
	add(r, (struct json_value){ 0 }, think, r->v, "");
	return true;
}

/* An empty string where the text would be: a generation of nothing. */
static bool add_empty(struct record *r)
{
	struct json_value text = record_first(r->v, strong_names);

	if (!text.doc)
		text = record_first(r->v, weak_names);
	if (!json_is(text, JSON_STRING) || is_printed(text))
		return false;
	add(r, text, (struct json_value){ 0 }, r->v, "");
	return true;
}

static bool add_lists_in(struct record *r, struct json_value v, unsigned depth);

/* A chat, or an object that is as a record of its own, or has lists of them:
 * {"problem":...,"attempts":[{"completion":...}]}. */
static void add_element(struct record *r, struct json_value v, unsigned depth)
{
	if (!add_named(r, v, strong_names, "") &&
	    !add_chat(r, record_first(v, chat_names)) && !add_chat(r, v) &&
	    json_is(v, JSON_OBJECT) && depth)
		add_lists_in(r, v, depth - 1);
}

/* {"config":...,"rows":[{"prompt":...,"completion":...}]}, and chats under any
 * name: {"chosen":[...],"rejected":[...]}. */
static bool add_lists_in(struct record *r, struct json_value object,
			 unsigned depth)
{
	size_t before = r->n;

	for (struct json_value list = json_first(object); list.doc;
	     list = json_next(list)) {
		size_t len, at = r->n;
		const char *key = json_key(list, &len);
		struct json_value v = json_first(list);

		if (!json_is(list, JSON_ARRAY) ||
		    record_named(list, record_prompt_names) ||
		    (record_named(list, record_turn_names) &&
		     !json_is(v, JSON_OBJECT)))
			continue;
		if (is_turn(v) && add_chat(r, list))
			snprintf(r->found[at].name, sizeof(r->found[at].name),
				 "%.*s", (int)MIN(len, RECORD_NAME_MAX - 1u),
				 key);
		for (; v.doc && !is_turn(v); v = json_next(v))
			add_element(r, v, depth);
	}
	return r->n > before;
}

static bool add_lists(struct record *r)
{
	enum { LISTS_WITHIN = 2 };

	return add_lists_in(r, r->v, LISTS_WITHIN);
}

/* {"chosen":...,"rejected":...}: two answers to one question, as texts or as
 * messages. */
static bool add_preferred(struct record *r)
{
	static const char *const names[] = { "chosen", "rejected" };
	size_t before = r->n;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json_value v = json_get(r->v, names[i]), text;

		if (!json_is(json_get(r->v, names[!i]), JSON_STRING) &&
		    !content_is_model(json_get(r->v, names[!i])))
			continue;
		text = json_is(v, JSON_STRING) ? v : json_get(v, "content");
		if (!text.doc)
			text = json_get(v, "value");
		if (!json_is(text, JSON_STRING) ||
		    (!json_is(v, JSON_STRING) && !content_is_model(v)))
			continue;
		add(r, text, (struct json_value){ 0 }, v, names[i]);
		r->found[r->n - 1].turns =
			record_first(r->v, chat_names);
	}
	return r->n > before;
}

/* Does the model have the last word in the chat of the record? */
static bool is_replied(struct json_value v)
{
	struct json_value chat = record_first(v, chat_names);
	size_t n = json_is(chat, JSON_ARRAY) ? json_count(chat) : 0;

	return n && content_is_model(json_at(chat, n - 1));
}

/* Is the record what a user or a tool said, and no more? */
static bool is_others(struct json_value v)
{
	static const char *const said[] = { "content", "text", "message",
					    "value", "kwargs", NULL };
	static const char *const answers[] = {
		"answer", "solution", "reply", "assistant", "judgment",
		"target_text", "model_patch", NULL,
	};

	return content_is_others(v) && record_first(v, said).doc &&
	       !record_first(v, answers).doc &&
	       !record_first(v, record_prompt_names).doc;
}

static bool look_in_object(struct record *r)
{
	if (record_is_error(r->v))
		return false;
	if (add_named(r, r->v, strong_names, "") ||
	    (!is_replied(r->v) && add_preferred(r)) || add_chats(r) ||
	    add_preferred(r) || add_nested(r, strong_names))
		return true;
	if (is_others(r->v))
		return false;
	return add_named(r, r->v, weak_names, "") ||
	       add_nested(r, weak_names) || add_reasoning_alone(r) ||
	       add_empty(r) || add_lists(r);
}

static bool detect_jsonl(struct json_value v)
{
	struct record r = { .v = v };
	bool found;

	if (json_is(v, JSON_STRING))
		return true;
	if (json_is(v, JSON_ARRAY))
		gather(&r, v, (struct json_value){ 0 },
		       (struct json_value){ 0 }, 0);
	found = json_is(v, JSON_OBJECT) ? look_in_object(&r) : r.n > 0;
	record_release(&r);
	return found;
}

/* A server's answer that a script kept as a string of JSON. */
static bool emit_raw(struct record *r)
{
	struct json_value raw = record_first(r->v, raw_names), answer;
	size_t len;
	const char *s = json_text(raw, &len);
	struct err why = { "" };

	if (!s || !len || s[0] != '{' ||
	    !json_read(&r->cx->inner, s, len, false, NULL))
		return false;
	answer = response_in(json_root(&r->cx->inner));
	return answer.doc && response_emit(r, answer, &why);
}

/* A chat that a table keeps as a string of JSON. */
static bool emit_chat(struct record *r)
{
	struct json_value chat = record_first(r->v, chat_names);
	size_t len;
	const char *s = json_text(chat, &len);

	if (!len || s[0] != '[' ||
	    !json_read(&r->cx->inner, s, len, false, NULL) ||
	    !add_chat(r, json_root(&r->cx->inner)))
		return false;
	record_emit(r);
	return true;
}

static bool emit_field(struct record *r, const char *path, struct err *why)
{
	gather(r, field_get(r->v, path), (struct json_value){ 0 }, r->v, 0);
	if (!r->n)
		return err_set(why, "there is no text at %s", path);
	record_emit(r);
	return true;
}

/* "id, url, n": the first names in an object, for a sentence. */
static void list_names(struct json_value v, char *out, size_t size)
{
	enum { NAMES = 6 };
	size_t at = 0, i = 0;

	out[0] = '\0';
	for (v = json_first(v); v.doc && i < NAMES && at + 1 < size;
	     v = json_next(v), i++) {
		size_t len;
		const char *key = json_key(v, &len);

		at += (size_t)snprintf(out + at, size - at, "%s%.*s",
				       i ? ", " : "", (int)MIN(len, 24u), key);
	}
}

static bool nothing(struct json_value v, struct err *why)
{
	char names[200];

	if (record_is_likelihood(json_get(v, "resps")))
		return err_set(why, "it holds likelihoods of given answers, "
				    "no generated text");
	if (!json_is(v, JSON_OBJECT))
		return err_set(why, "there is no text in it");
	if (record_error(v, why))
		return false;
	if (is_others(v))
		return err_set(why, "it is what a user or a tool said");
	for (struct json_value c = json_first(v); c.doc; c = json_next(c))
		if (is_printed(c))
			return err_set(why, "it holds a Python object in "
					    "print, not its text; keep "
					    "response.model_dump() instead");
	list_names(v, names, sizeof(names));
	if (!names[0])
		return err_set(why, "there is nothing in it");
	return err_set(why, "no generated text is found under its names (%s); "
			    "--field tells where it is", names);
}

bool record_look(struct record *r, struct err *why)
{
	(void)(look_in_object(r) ||
	       (!is_others(r->v) && !record_error(r->v, why) &&
		add_longest(r)));
	return r->n > 0 || nothing(r->v, why);
}

static bool record_jsonl(struct format_ctx *cx, struct json_value v,
			 struct err *why)
{
	struct record r = { .cx = cx, .v = v };
	struct json_value none = { 0 }, answer = response_in(v);
	bool ok = true;

	if (cx->field) {
		ok = emit_field(&r, cx->field, why);
	} else if (answer.doc) {
		ok = response_emit(&r, answer, why);
	} else if (json_is(v, JSON_OBJECT) && (emit_raw(&r) || emit_chat(&r))) {
		ok = true;
	} else if (record_is_likelihood(json_get(v, "resps"))) {
		ok = nothing(v, why);
	} else if (json_is(v, JSON_OBJECT)) {
		ok = record_look(&r, why);
		record_emit(&r);
	} else {
		gather(&r, v, none, none, 0);
		ok = r.n > 0 || nothing(v, why);
		record_emit(&r);
	}
	record_release(&r);
	return ok;
}

const struct format format_jsonl = {
	.name = "jsonl",
	.title = "prompts and generations",
	.shape = FEED_RECORDS,
	.detect = detect_jsonl,
	.record = record_jsonl,
};
