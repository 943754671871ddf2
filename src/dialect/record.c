/*
 * Lists of names, in the order in which they are believed. They are data: a
 * new harness is a name more, and never an if.
 */
#include "dialect/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/content.h"
#include "dialect/details.h"
#include "dialect/field.h"
#include "dialect/template.h"
#include "dialect/wrap.h"

const char *const record_prompt_names[] = {
	"prompt",    "question",    "problem",	 "instruction", "query",
	"raw_prompt", "input",	    "input_text", "user_prompt", "inputs",
	"user_input", "prompt_text", NULL,
};

const char *const record_turn_names[] = { "turns", "user", "human", NULL };

const char *const record_gold_names[] = {
	"gt",		"gold",		   "ground_truth",
	"target",	"reference",	   "expected",
	"expected_answer", "gold_answer",  "reference_answer",
	"correct_answer",  "answer",	   NULL,
};

const char *const record_label_names[] = {
	"is_correct", "correct",     "graded_correct", "label",
	"score",      "scores",	     "acc",	       "exact_match",
	"passed",     "reward",	     "accuracy",       "grade", NULL,
};

const char *const record_fact_names[] = {
	"id",	      "idx",	  "index",   "doc_id",	   "url",
	"uuid",	      "custom_id", "model",  "model_name", "timestamp",
	"created_at", "task",	  "subject", "level",	   "dataset",
	"unique_id",  "source",	  "system",  "gt_cot",	   "doc_hash",
	"system_prompt", "systemPrompt", "instructions",
	"prompt_hash", "target_hash", "type", NULL,
};

static const char *const model_names[] = {
	"model", "model_name", "model_tag", "model_id", "generator", NULL,
};
/* Of sparse attention, and what it is given. */
static const char *const policy_names[] = {
	"policy", "sparse_policy", "kv_policy", "attention_policy", NULL,
};
static const char *const budget_names[] = {
	"budget", "kv_budget", "cache_budget", "token_budget", NULL,
};
static const char *const finish_names[] = {
	"finish_reason", "stop_reason", "done_reason", "finish_reasons",
	"stop", NULL,
};
static const char *const usage_names[] = {
	"completion_tokens", "output_tokens", "eval_count",
	"generated_tokens",  NULL,
};
static const char *const prompt_usage_names[] = {
	"prompt_tokens", "input_tokens", "prompt_eval_count", NULL,
};
static const char *const id_names[] = {
	"token_ids",	    "output_ids",    "output_token_ids",
	"completion_ids",   "response_ids",  "generated_ids",
	"response_token_ids", NULL,
};

/* Is it the name of anything that is looked for? */
static bool is_known(const char *name)
{
	const char *const *const lists[] = {
		record_gold_names, record_label_names, record_fact_names,
		model_names,	   policy_names,       budget_names,
		finish_names,	   usage_names,	       prompt_usage_names,
		id_names,
	};

	if (record_name_of(name) != RECORD_NAME_OTHER)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const char *const *list = lists[i]; *list; list++)
			if (strcmp(*list, name) == 0)
				return true;
	return false;
}

/* Appends s in small letters; with its words apart ("modelOutput" has two),
 * each behind a '_'. */
static void put_small(const char *s, size_t n, bool apart, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		bool capital = s[i] >= 'A' && s[i] <= 'Z';
		bool low = i && ((s[i - 1] >= 'a' && s[i - 1] <= 'z') ||
				 (s[i - 1] >= '0' && s[i - 1] <= '9'));

		if (apart && capital && low)
			buf_putc(out, '_');
		buf_putc(out, capital ? (char)(s[i] - 'A' + 'a') :
			      apart && (s[i] == ' ' || s[i] == '-') ? '_' :
								      s[i]);
	}
}

enum record_name record_column(const char *s, size_t n, struct buf *out)
{
	struct buf name = { 0 };
	enum record_name what;

	buf_append(&name, s, n);
	for (int apart = 0; apart < 2 && !is_known(buf_cstr(&name)); apart++) {
		buf_clear(&name);
		put_small(s, n, apart, &name);
	}
	if (!is_known(buf_cstr(&name))) {
		buf_clear(&name);
		buf_append(&name, s, n);
	}
	what = record_name_of(buf_cstr(&name));
	buf_append(out, name.data, name.len);
	buf_release(&name);
	return what;
}

void record_release(struct record *r)
{
	mem_free(r->found);
	r->found = NULL;
	r->n = r->cap = 0;
}

struct json_value record_first(struct json_value v, const char *const *names)
{
	for (; *names; names++) {
		struct json_value value = json_get(v, *names);

		if (value.doc && !json_is(value, JSON_NULL))
			return value;
	}
	return (struct json_value){ 0 };
}

bool record_named(struct json_value member, const char *const *names)
{
	for (; *names; names++)
		if (json_key_is(member, *names))
			return true;
	return false;
}

static bool is_same(struct json_value a, struct json_value b)
{
	return a.doc == b.doc && a.at == b.at;
}

/* What is under the names in the record, or in the owner of a text: of many
 * generations of one owner the first alone goes through its members. */
static struct looked *looked(struct record *r, struct json_value object,
			     const char *const *names)
{
	bool whole = is_same(object, r->v);
	struct looked *l = r->looked[whole ? 0 : 1], *end;

	if (!whole && !is_same(object, r->owner)) {
		r->owner = object;
		memset(l, 0, sizeof(r->looked[1]));
	}
	for (end = l + RECORD_LOOKED_MAX - 1; l < end && l->names; l++)
		if (l->names == names)
			return l;
	*l = (struct looked){ .names = names,
			      .v = record_first(object, names) };
	return l;
}

/* The i-th element of a list that was found, from where it was asked for
 * last. */
static struct json_value element(struct looked *l, size_t i)
{
	if (!l->element.doc || i < l->i) {
		l->element = json_first(l->v);
		l->i = 0;
	}
	for (; l->element.doc && l->i < i; l->i++)
		l->element = json_next(l->element);
	return l->element;
}

/* Beside the text, else in the whole record. */
static struct looked *find(struct record *r, struct json_value owner,
			   const char *const *names)
{
	struct looked *l = looked(r, owner, names);

	return l->v.doc ? l : looked(r, r->v, names);
}

/* The same; of a list, the i-th. */
static struct json_value look(struct record *r, struct json_value owner,
			      const char *const *names, size_t i)
{
	struct looked *l = find(r, owner, names);

	return json_is(l->v, JSON_ARRAY) ?
		       element(l, json_count(l->v) > i ? i : 0) : l->v;
}

static void set_label(struct facts *facts, struct json_value v)
{
	double number = json_number(v, NAN);

	if (json_is(v, JSON_TRUE) || number == 1)
		facts_set(&facts->label, "correct");
	else if (json_is(v, JSON_FALSE) || number == 0)
		facts_set(&facts->label, "wrong");
	else
		fact_json(&facts->label, v);
}

/* lm-eval: arguments.gen_args_0.arg_0, in old files arguments[0][0]. */
static struct json_value lm_eval_prompt(struct json_value arguments)
{
	struct json_value first = json_first(arguments);

	if (json_is(first, JSON_OBJECT))
		return json_get(first, "arg_0");
	return json_at(first, 0);
}

/* Messages, up to the one that is the answer (none: all of them). */
static void put_messages(struct run *run, struct json_value messages,
			 struct json_value answer)
{
	for (struct json_value v = json_first(messages); v.doc;
	     v = json_next(v)) {
		struct json_value content = json_get(v, "content");

		if (answer.doc && v.at == answer.at)
			return;
		if (!content.doc)
			content = json_get(v, "value");
		content_text(content, &run->trace.prompt);
	}
}

/* The i-th of a list that runs along with n generations, or none. */
static struct json_value beside(struct looked *list, size_t i, size_t n)
{
	return json_is(list->v, JSON_ARRAY) && json_count(list->v) == n ?
		       element(list, i) : (struct json_value){ 0 };
}

/* What was asked, where a record keeps the whole chat: up to the answer, which
 * may stand at its end, too. Returns how many messages that has. */
static size_t put_asked(struct record *r, struct run *run,
			struct json_value owner)
{
	static const char *const requests[] = { "request", NULL };
	static const char *const messages[] = { "messages", NULL };
	struct json_value request = looked(r, r->v, requests)->v;
	const struct json_value places[] = {
		looked(r, r->v, messages)->v,
		json_get(request, "messages"),
		json_get(json_get(request, "body"), "messages"),
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		size_t n = json_count(places[i]);
		struct json_value last = n ? json_at(places[i], n - 1) :
					     (struct json_value){ 0 };

		if (!json_is(places[i], JSON_ARRAY) || !n)
			continue;
		put_messages(run, places[i],
			     content_is_model(last) ? last : owner);
		return n;
	}
	return 0;
}

/* Questions in a list, or what a user said where it is no user's name: what the
 * model said stands beside it under such a name. Else nothing. */
static struct looked *said(struct record *r, struct json_value owner)
{
	static const char *const turns[] = { "turns", NULL };
	static const char *const models[] = { "assistant", "gpt", "bot", "ai",
					      NULL };
	static const char *const others[] = { "user", "human", NULL };
	static const char *const none[] = { NULL };
	struct looked *l = find(r, owner, turns);

	if (json_is(l->v, JSON_STRING) ||
	    json_is(json_first(l->v), JSON_STRING))
		return l;
	return find(r, owner, find(r, owner, models)->v.doc ? others : none);
}

/* The i-th prompt of n; one that all have is not told without end. */
static void set_prompt(struct record *r, struct gen *gen,
		       struct json_value owner, size_t i, size_t n)
{
	enum { MESSAGE_BYTES = 64 }; /* what going through one is worth */
	static const char *const arguments[] = { "arguments", NULL };
	struct run *run = gen->run;
	struct json_value prompt = lm_eval_prompt(
		looked(r, r->v, arguments)->v), one;
	bool shared = true;
	size_t len, messages = 0;
	const char *s;

	if (!prompt.doc) {
		struct looked *l = find(r, owner, record_prompt_names);

		if (!l->v.doc)
			l = said(r, owner);
		one = beside(l, i, n);
		shared = !json_is(one, JSON_STRING) &&
			 (is_same(owner, r->v) ||
			  !looked(r, owner, record_prompt_names)->v.doc);
		prompt = json_is(one, JSON_STRING) ? one : l->v;
	}
	if (shared && r->told > GEN_TOLD_MAX) {
		gen_untold(gen);
		return;
	}
	s = json_text(prompt, &len);
	if (s)
		run_prompt(run, s, len);
	else if (json_is(prompt, JSON_ARRAY))
		put_messages(run, prompt, (struct json_value){ 0 });
	else if (json_is(prompt, JSON_OBJECT))
		content_text(prompt, &run->trace.prompt);
	else
		messages = put_asked(r, run, owner);
	if (shared)
		r->told += run->trace.prompt.len +
			   MESSAGE_BYTES * (messages + json_count(prompt));
}

static void set_counts(struct record *r, struct facts *facts,
		       struct json_value owner, size_t i, size_t n)
{
	static const char *const usages[] = { "usage", NULL };
	static const char *const input_lens[] = { "input_lens", NULL };
	static const char *const output_lens[] = { "output_lens", NULL };
	static const char *const errors[] = { "errors", NULL };
	struct json_value usage = looked(r, r->v, usages)->v;

	fact_u32(&facts->prompt_tokens,
		 beside(looked(r, r->v, input_lens), i, n));
	fact_u32(&facts->usage_tokens,
		 beside(looked(r, r->v, output_lens), i, n));
	fact_json(&facts->note, beside(looked(r, r->v, errors), i, n));
	fact_u32(&facts->prompt_tokens, look(r, owner, prompt_usage_names, 0));
	fact_u32(&facts->prompt_tokens,
		 record_first(usage, prompt_usage_names));
	if (n > 1)
		return;
	fact_u32(&facts->usage_tokens, look(r, owner, usage_names, 0));
	fact_u32(&facts->usage_tokens, record_first(usage, usage_names));
}

/* A member, beside the text or else of the record; path, ".a.b", is b of a,
 * unless a member is called "a.b". */
static struct json_value member(const struct record *r,
				struct json_value owner, const char *path)
{
	const struct json_value places[] = { owner, r->v };
	struct json_value v = { 0 };
	struct err why = { "" };
	bool valid = field_valid(path, &why);

	for (size_t i = 0; i < ARRAY_LEN(places) && !v.doc; i++) {
		v = json_get(places[i], path + 1);
		if (!v.doc && valid)
			v = field_get(places[i], path);
	}
	return v;
}

/* Does the list say s[0..n) before s, too? */
static bool is_named_before(const char *list, const char *s, size_t n)
{
	for (size_t k; list < s; list += k + 1) {
		k = strcspn(list, ",");
		if (k == n && memcmp(list, s, n) == 0)
			return true;
	}
	return false;
}

/* What --keep names, as {"name":value}: what is no text, number or switch, or
 * not there, is null. */
static void set_kept(const struct record *r, struct facts *facts,
		     struct json_value owner)
{
	struct buf out = { 0 }, path = { 0 };

	if (!r->cx->keep)
		return;
	for (const char *s = r->cx->keep, *next; *s; s = next) {
		size_t n = strcspn(s, ",");
		struct json_value v;

		next = s + n + (s[n] == ',');
		if (is_named_before(r->cx->keep, s, n))
			continue;
		buf_clear(&path);
		buf_putc(&path, '.');
		buf_append(&path, s, n);
		v = member(r, owner, buf_cstr(&path));
		buf_putc(&out, out.len ? ',' : '{');
		json_put_string(&out, s, n);
		buf_putc(&out, ':');
		if (!v.doc || json_is_container(v))
			buf_puts(&out, "null");
		else
			json_put(&out, v);
	}
	buf_putc(&out, '}');
	if (out.len <= GEN_FACT_MAX)
		facts_set(&facts->kept, buf_cstr(&out));
	buf_release(&out);
	buf_release(&path);
}

struct gen *record_open(struct record *r, struct json_value owner, size_t i,
			size_t n, const char *name)
{
	char place[RECORD_NAME_MAX + 32], key[GEN_KEY_MAX];
	struct gen *gen;
	struct facts *facts;

	if (*name)
		snprintf(place, sizeof(place), "%zu.%s", r->cx->i_record, name);
	else if (n > 1)
		snprintf(place, sizeof(place), "%zu.%zu", r->cx->i_record, i);
	else
		snprintf(place, sizeof(place), "%zu", r->cx->i_record);
	snprintf(key, sizeof(key), "%s", place);
	gen = gens_open(r->cx->gens, key, 0, place);
	facts = gen_facts(gen);
	fact_json(&facts->model, look(r, owner, model_names, i));
	fact_json(&facts->policy, look(r, owner, policy_names, i));
	fact_u32(&facts->budget, look(r, owner, budget_names, i));
	set_kept(r, facts, owner);
	fact_json(&facts->gold, look(r, owner, record_gold_names, i));
	fact_json(&facts->finish_reason, look(r, owner, finish_names, i));
	set_label(facts, look(r, owner, record_label_names, i));
	set_counts(r, facts, owner, i, n);
	set_prompt(r, gen, owner, i, n);
	return gen;
}

/* Token ids of the i-th of n generations, if the record has them. */
static struct json_value ids_of(struct record *r, struct json_value owner,
				size_t i)
{
	struct looked *l = find(r, owner, id_names);
	struct json_value ids = l->v;

	if (json_is(json_first(ids), JSON_ARRAY))
		ids = element(l, i);
	else if (i)
		return (struct json_value){ 0 };
	return json_is(json_first(ids), JSON_NUMBER) ? ids :
						      (struct json_value){ 0 };
}

/*
 * How much of a text is its prompt, as the pipelines of transformers and base
 * models' harnesses keep it: the record has that prompt, too, and the text
 * begins with it. A word or two may be the answer's own.
 */
static size_t echoed(const struct buf *prompt, const char *s, size_t len)
{
	enum { ECHO_BYTES = 16 };

	return prompt->len >= ECHO_BYTES && prompt->len <= len &&
			       memcmp(s, prompt->data, prompt->len) == 0 ?
		       prompt->len : 0;
}

/* Is the prompt at the beginning of s[0..len), or behind the name of who says
 * it ("Human: ...")? */
static bool repeats(const struct buf *prompt, const char *s, size_t len)
{
	enum { NAME_BYTES = 16 };
	static const char blanks[] = " \t\r\n";
	const char *end = s + len, *from = prompt->data, *colon;
	size_t n = prompt->len;

	for (; n && strchr(blanks, *from); n--)
		from++;
	for (; n && strchr(blanks, from[n - 1]); n--)
		;
	for (int i = 0; i < 2; i++) {
		while (s < end && strchr(blanks, *s))
			s++;
		if (n <= (size_t)(end - s) && memcmp(s, from, n) == 0)
			return true;
		colon = memchr(s, ':', MIN((size_t)(end - s), NAME_BYTES));
		s = colon ? colon + 1 : end;
	}
	return false;
}

/* Bytes of s[0..*len) that are what was said before the model's last turn; what
 * follows that is cut off. A text that was asked for may be such a chat itself:
 * not where the record has another prompt. */
static size_t said_before(struct gen *gen, const char *s, size_t *len)
{
	const struct buf *heard = &gen->run->trace.prompt;
	size_t from, to;

	if ((heard->len && !repeats(heard, s, *len)) ||
	    !template_last_turn(s, *len, &from, &to))
		return 0;
	*len = to;
	facts_set(&gen_facts(gen)->note,
		  "its text is a chat, of which only the last turn is taken "
		  "here; --field takes all of it");
	return from;
}

/* The text without the prompt in front of it, which is that of the run. Where
 * ids say what its tokens are only marks of a template are, and what is between
 * them. */
static void add_text(struct record *r, struct gen *gen, struct json_value text,
		     bool ids)
{
	size_t len;
	const char *s = json_text(text, &len);
	struct buf *heard = &gen->run->trace.prompt;
	size_t prompt = template_prompt(s, len, 0, NULL);
	bool looks = !ids && !r->cx->field;

	if (!prompt && looks)
		prompt = said_before(gen, s, &len);
	if (prompt) {
		buf_clear(heard);
		run_prompt(gen->run, s, prompt);
	} else if (looks) {
		prompt = echoed(heard, s, len);
		if (prompt)
			facts_set(&gen_facts(gen)->note,
				  "its text begins with the prompt, which is "
				  "left out here; --field takes all of it");
	}
	if (ids || !details_text(&r->cx->gens->chunk, s + prompt, len - prompt,
				 text))
		chunk_add(&r->cx->gens->chunk, CHANNEL_ANSWER, s + prompt,
			  len - prompt);
}

/* Is it what a server sends, from the first to the last line? An answer may
 * begin with an event to say something about it. */
static bool is_events(const char *s, size_t n)
{
	static const char *const begins[] = { "data:", "event:", "id:",
					      "retry:", ":", "\r" };
	const char *end = s + n, *next;

	if (!bytes_begin(s, n, "data: {") && !bytes_begin(s, n, "data:{") &&
	    !bytes_begin(s, n, "event: "))
		return false;
	for (; s < end; s = next) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		size_t i = 0;

		next = lf ? lf + 1 : end;
		while (i < ARRAY_LEN(begins) && lf != s &&
		       !bytes_begin(s, (size_t)(next - s), begins[i]))
			i++;
		if (i == ARRAY_LEN(begins))
			return false;
	}
	return true;
}

/* A record, and which of its texts is at hand. */
struct kept {
	struct record *r;
	const struct found *found;
	size_t i;
};

/* What a server was asked stands beside what it sent. */
static void tell_kept(void *ctx, struct run *run)
{
	struct kept *kept = ctx;
	struct record *r = kept->r;
	struct json_value owner = kept->found->owner;
	struct gen gen = { .run = run };
	struct facts *facts = gen_facts(&gen);

	if (!facts->gold)
		fact_json(&facts->gold,
			  look(r, owner, record_gold_names, kept->i));
	if (!facts->label)
		set_label(facts, look(r, owner, record_label_names, kept->i));
	if (!facts->kept)
		set_kept(r, facts, owner);
	if (run->trace.prompt.len)
		return;
	set_prompt(r, &gen, owner, kept->i, r->n);
	if (!run->trace.prompt.len)
		put_messages(run, kept->found->turns, owner);
}

/* Events of a server, kept as text: what is in them is the text. */
static bool emit_events(struct record *r, const struct found *found, size_t i)
{
	struct kept kept = { r, found, i };
	struct gens *gens = r->cx->gens;
	struct err why = { "" };
	size_t n;
	const char *s = json_text(found->text, &n);
	bool good;

	if (!n || r->cx->field || !is_events(s, n))
		return false;
	gens->closing = tell_kept;
	gens->closing_ctx = &kept;
	good = wrap_body(r->cx, s, n, &why);
	gens->closing = NULL;
	return good;
}

static void emit(struct record *r, const struct found *found, size_t i)
{
	struct chunk *chunk = &r->cx->gens->chunk;
	struct gen *gen = record_open(r, found->owner, i, r->n, found->name);
	struct json_value ids = ids_of(r, found->owner, i);

	if (!gen->run->trace.prompt.len)
		put_messages(gen->run, found->turns, found->owner);
	chunk_clear(chunk);
	chunk_add_json(chunk, CHANNEL_REASONING, found->think);
	if (found->message.doc)
		content_message(chunk, found->message);
	if (json_is(found->text, JSON_STRING))
		add_text(r, gen, found->text, ids.doc != NULL);
	chunk_ids(chunk, ids);
	gen_emit(r->cx->gens, gen, NAN);
	if (r->note && !gen_facts(gen)->note)
		facts_set(&gen_facts(gen)->note, r->note);
	if (r->guessed[0])
		facts_set(&gen_facts(gen)->guessed, r->guessed);
	gens_close(r->cx->gens, gen);
}

void record_emit(struct record *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!emit_events(r, &r->found[i], i))
			emit(r, &r->found[i], i);
}

/* ["-1.5","False"]: scores of given answers, as lm-eval writes them. */
bool record_is_likelihood(struct json_value resps)
{
	struct json_value v = resps;
	size_t len;
	const char *s;

	while (json_is(v, JSON_ARRAY))
		v = json_first(v);
	s = json_text(v, &len);
	return json_is(v, JSON_NUMBER) ||
	       (s && !isnan(json_parse_number(s, len)) &&
		(json_text_is(json_next(v), "True") ||
		 json_text_is(json_next(v), "False")));
}
