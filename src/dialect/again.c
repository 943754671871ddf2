/*
 * Servers agree on little here. vLLM and SGLang go on with a last assistant's
 * turn where they are told to; llama-server does by itself, but not while the
 * model's thinking is switched on; Anthropic does where nothing was thought.
 * Where text is completed there is nothing to agree on.
 */
#include "dialect/again.h"

#include <stdio.h>
#include <string.h>

#include "trace/think.h"

#define ASK_TEXT                                                               \
	"Stop thinking. Give your answer now, from what you have so far."
#define BRIDGE "\nFinal answer:"
#define TEMPERATURE "0.7"

struct way_row {
	const char *format;
	const char *turns; /* member that is the list of turns, or NULL */
	bool parts;        /* a turn's text is parts:[{text}], by "model" */
	const char *text;  /* member that is completed, or NULL */
	bool prefill;      /* a last turn of the assistant is gone on with */
	const char *seed;  /* where it is, "options.seed"; NULL: nowhere */
	const char *temperature;
};

static const struct way_row rows[] = {
	{ "openai", "messages", false, "prompt", true, "seed", "temperature" },
	{ "anthropic", "messages", false, NULL, true, NULL, NULL },
	{ "ollama", "messages", false, "prompt", true, "options.seed",
	  "options.temperature" },
	{ "gemini", "contents", true, NULL, false, "generationConfig.seed",
	  "generationConfig.temperature" },
	{ "llama-server", NULL, false, "prompt", true, "seed", "temperature" },
	{ "koboldcpp", NULL, false, "prompt", true, "sampler_seed",
	  "temperature" },
};

/* How a model's template writes thinking that its server keeps apart. In the
 * order of the search; NULL: it can't be written into a turn. */
static const struct thinker {
	const char *model, *open, *shut;
} thinkers[] = {
	{ "gpt-oss", NULL, NULL },
	{ "magistral", "[THINK]", "[/THINK]" },
	{ "", "<think>\n", "\n</think>\n\n" },
};

static bool holds(const char *s, size_t n, const char *word)
{
	return !*word || bytes_find(s, n, word, strlen(word));
}

static const struct thinker *thinker_of(struct json_value request)
{
	const struct thinker *t = thinkers;
	size_t n;
	const char *model = json_text(json_get(request, "model"), &n);

	while (!holds(model ? model : "", model ? n : 0, t->model))
		t++;
	return t;
}

static const struct way_row *row_of(const struct format *f)
{
	for (size_t i = 0; f && i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].format, f->name) == 0)
			return &rows[i];
	return NULL;
}

/* --- what is written ---------------------------------------------------- */

/* Its own mark, where it is in the text; else the template's. */
static const char *shut_of(const struct again *a)
{
	const char *own = think_shut(a->thought, a->thought_len);

	if (a->text && *a->text)
		return a->text;
	return own ? own : thinker_of(a->request)->shut;
}

void again_between(const struct again *a, struct buf *out)
{
	if (a->way != AGAIN_PREFILL)
		return;
	if (!a->in_thought)
		buf_puts(out, a->text && *a->text ? a->text : BRIDGE);
	else if (think_shut(a->thought, a->thought_len))
		buf_puts(out, shut_of(a));
}

/* The assistant's turn so far. false: its thinking can't be written. */
static bool put_so_far(const struct again *a, struct buf *out)
{
	const struct thinker *t = thinker_of(a->request);
	bool own = think_is_marked(a->thought, a->thought_len);

	if (a->thought_len && !own && !t->open)
		return false;
	if (a->thought_len && !own)
		buf_puts(out, t->open);
	buf_append(out, a->thought, a->thought_len);
	if (a->in_thought)
		buf_puts(out, shut_of(a));
	else if (a->thought_len && !own)
		buf_puts(out, t->shut);
	buf_append(out, a->answer, a->answer_len);
	if (!a->in_thought)
		again_between(a, out);
	return true;
}

/* --- the request, with some members changed ----------------------------- */

struct edit {
	const char *path; /* "a", or "a.b" of an object "a" */
	const char *json; /* instead; NULL: it goes */
	bool done;
};

struct edits {
	struct edit at[12];
	size_t n;
};

static void edit(struct edits *e, const char *path, const char *json)
{
	if (e->n < ARRAY_LEN(e->at))
		e->at[e->n++] = (struct edit){ path, json, false };
}

static void put_edited(struct edits *e, const char *within,
		       struct json_value object, struct buf *out);

/* The rest of a path inside `within`; NULL: it is elsewhere. */
static const char *inside(const char *path, const char *within)
{
	size_t n = strlen(within);

	if (!n)
		return path;
	return strncmp(path, within, n) == 0 && path[n] == '.' ? path + n + 1 :
								 NULL;
}

static void put_member(struct edits *e, const char *within,
		       struct json_value v, struct buf *out)
{
	size_t len;
	const char *key = json_key(v, &len);
	bool deeper = false;
	char path[64];

	for (size_t i = 0; i < e->n; i++) {
		const char *name = inside(e->at[i].path, within);

		if (!name || strncmp(name, key, len) != 0)
			continue;
		deeper |= name[len] == '.';
		if (name[len])
			continue;
		e->at[i].done = true;
		if (!e->at[i].json)
			return;
		json_put_name(out, key, len);
		buf_puts(out, e->at[i].json);
		return;
	}
	json_put_name(out, key, len);
	snprintf(path, sizeof(path), "%.*s", (int)MIN(len, 63u), key);
	if (deeper && !*within && json_is(v, JSON_OBJECT))
		put_edited(e, path, v, out);
	else
		json_put(out, v);
}

/* What is not there yet comes last; an object for it, too. */
static void put_missing(struct edits *e, const char *within, struct buf *out)
{
	for (size_t i = 0; i < e->n; i++) {
		const char *name = inside(e->at[i].path, within), *dot;

		if (!name || e->at[i].done || !e->at[i].json)
			continue;
		dot = strchr(name, '.');
		json_put_name(out, name,
			      dot ? (size_t)(dot - name) : strlen(name));
		if (dot) {
			buf_putc(out, '{');
			json_put_name(out, dot + 1, strlen(dot + 1));
		}
		buf_printf(out, "%s%s", e->at[i].json, dot ? "}" : "");
		e->at[i].done = true;
	}
}

static void put_edited(struct edits *e, const char *within,
		       struct json_value object, struct buf *out)
{
	buf_putc(out, '{');
	for (struct json_value v = json_first(object); v.doc; v = json_next(v))
		put_member(e, within, v, out);
	put_missing(e, within, out);
	buf_putc(out, '}');
}

static struct json_value at_path(struct json_value v, const char *path)
{
	const char *dot = strchr(path, '.');

	if (!dot)
		return json_get(v, path);
	return json_get(json_get_n(v, path, (size_t)(dot - path)), dot + 1);
}

/* --- each way ----------------------------------------------------------- */

/* What is left of a limit. */
static void edit_limits(const struct again *a, struct edits *e,
			char left[][24])
{
	static const char *const limits[] = { "max_tokens",
					      "max_completion_tokens",
					      "n_predict", "max_length",
					      "options.num_predict" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		double limit = json_number(at_path(a->request, limits[i]), 0);

		if (limit < 1)
			continue;
		snprintf(left[n], sizeof(*left), "%.0f",
			 MAX(limit - (double)a->n_tokens, 1));
		edit(e, limits[i], left[n++]);
	}
}

static void put_turn(const struct way_row *row, bool ours, const char *text,
		     size_t n, struct buf *out)
{
	buf_printf(out, ",{\"role\":\"%s\",\"%s\":",
		   ours ? "user" : row->parts ? "model" : "assistant",
		   row->parts ? "parts" : "content");
	buf_puts(out, row->parts ? "[{\"text\":" : "");
	json_put_string(out, text, n);
	buf_puts(out, row->parts ? "}]}" : "}");
}

static void put_turns(struct json_value turns, struct buf *out)
{
	buf_putc(out, '[');
	for (struct json_value v = json_first(turns); v.doc; v = json_next(v)) {
		if (out->data[out->len - 1] != '[')
			buf_putc(out, ',');
		json_put(out, v);
	}
}

static bool thinks(struct json_value request)
{
	struct json_value thinking = json_get(request, "thinking");

	return json_is(thinking, JSON_OBJECT) &&
	       !json_text_is(json_get(thinking, "type"), "disabled");
}

/* What a server is told beside the turns. */
static void edit_servers(const struct format *f, const struct again *a,
			 struct edits *e)
{
	bool llama = a->flavour && strcmp(a->flavour, "llama-server") == 0;

	if (f == &format_openai && a->way == AGAIN_PREFILL && llama) {
		edit(e, "chat_template_kwargs", "{\"enable_thinking\":false}");
	} else if (f == &format_openai && a->way == AGAIN_PREFILL) {
		edit(e, "continue_final_message", "true");
		edit(e, "add_generation_prompt", "false");
	} else if (f == &format_anthropic && thinks(a->request)) {
		edit(e, "thinking", "{\"type\":\"disabled\"}");
	} else if (f == &format_ollama && json_get(a->request, "think").doc) {
		edit(e, "think", "false");
	}
}

/* true: the turns with ours behind them. */
static bool make_turns(const struct format *f, const struct way_row *row,
		       const struct again *a, struct buf *out)
{
	const char *ask = a->text && *a->text ? a->text : ASK_TEXT;
	struct json_value turns = json_get(a->request, row->turns);
	struct buf text = { 0 };
	bool good = json_is(turns, JSON_ARRAY) && json_count(turns) > 0;

	if (a->way == AGAIN_PREFILL) {
		good = good && row->prefill &&
		       !(f == &format_anthropic && a->thought_len) &&
		       put_so_far(a, &text);
	} else {
		buf_append(&text, a->thought, a->thought_len);
		buf_append(&text, a->answer, a->answer_len);
	}
	if (good) {
		put_turns(turns, out);
		if (text.len)
			put_turn(row, false, text.data, text.len, out);
		if (a->way == AGAIN_ASK)
			put_turn(row, true, ask, strlen(ask), out);
		buf_putc(out, ']');
	}
	buf_release(&text);
	return good;
}

/* The text to complete, longer by what was written. */
static bool make_text(const struct format *f, const struct way_row *row,
		      const struct again *a, struct buf *out)
{
	struct json_value prompt = json_get(a->request, row->text);
	struct buf text = { 0 };
	size_t n;
	const char *s = json_text(prompt, &n);
	/* behind Ollama's template there is no place for more */
	bool good = s && a->way == AGAIN_PREFILL &&
		    (f != &format_ollama ||
		     json_is(json_get(a->request, "raw"), JSON_TRUE));

	if (good) {
		buf_append(&text, s, n);
		good = put_so_far(a, &text);
		json_put_string(out, text.data, text.len);
	}
	buf_release(&text);
	return good;
}

static bool go_on(const struct format *f, const struct way_row *row,
		  const struct again *a, struct buf *out)
{
	bool turns = row->turns && json_get(a->request, row->turns).doc;
	struct edits e = { .n = 0 };
	struct buf value = { 0 };
	char left[5][24];
	bool good = turns	? make_turns(f, row, a, &value) :
		    row->text ? make_text(f, row, a, &value) : false;

	if (good) {
		edit(&e, turns ? row->turns : row->text, buf_cstr(&value));
		edit_limits(a, &e, left);
		if (turns)
			edit_servers(f, a, &e);
		put_edited(&e, "", a->request, out);
	}
	buf_release(&value);
	return good;
}

/* Another seed; a temperature where it was none. */
static void draw(const struct way_row *row, const struct again *a,
		 struct buf *out)
{
	struct edits e = { .n = 0 };
	char seed[24];

	if (row && row->seed) {
		double was = json_number(at_path(a->request, row->seed), 0);

		snprintf(seed, sizeof(seed), "%.0f",
			 (was >= 0 && was < 1e9 ? was : 0) + a->n);
		edit(&e, row->seed, seed);
	}
	if (row && row->temperature &&
	    json_number(at_path(a->request, row->temperature), 1) <= 0)
		edit(&e, row->temperature, TEMPERATURE);
	put_edited(&e, "", a->request, out);
}

bool again_put(const struct format *f, const struct again *a, struct buf *out)
{
	const struct way_row *row = row_of(f);

	if (!row || !json_is(a->request, JSON_OBJECT))
		return false;
	if (a->way != AGAIN_DRAW)
		return go_on(f, row, a, out);
	draw(row, a, out);
	return true;
}
