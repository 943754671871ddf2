/*
 * The templates of the known families stand here as programs, too, so that all
 * of them go one way; those of models are in their files.
 */
#include "model/chat.h"

#include <string.h>

#include "jinja/jinja.h"

/* DeepSeek writes its marks with a full-width bar. */
#define BAR	  "\xef\xbd\x9c"
#define USER	  "<" BAR "User" BAR ">"
#define ASSISTANT "<" BAR "Assistant" BAR ">"
#define ENDED	  "<" BAR "end\xe2\x96\x81of\xe2\x96\x81sentence" BAR ">"

#define EACH "{% for m in messages %}{% set text = m.content or '' %}"
#define SYSTEM "{% if m.role == 'system' %}"
#define ANSWER "{% elif m.role == 'assistant' %}"
#define ASK "{% else %}"
#define NEXT "{% endif %}{% endfor %}"
#define LINE "{{ '\\n' }}"

#define DEEPSEEK                                                               \
	EACH SYSTEM "{{ text }}" ANSWER ASSISTANT "{{ text }}" ENDED ASK USER  \
	"{{ text }}" NEXT ASSISTANT

/* In the order of detection: the more particular first. */
const struct chat_row chat_rows[] = {
	{ .name = "deepseek-r1", /* and its distillations; they think first */
	  .marks = { ASSISTANT, "think>" },
	  .template = DEEPSEEK "<think>" LINE },
	{ .name = "deepseek-v3",
	  .marks = { ASSISTANT },
	  .template = DEEPSEEK },
	{ .name = "llama3",
	  .marks = { "<|start_header_id|>" },
	  .template = EACH "<|start_header_id|>{{ m.role }}<|end_header_id|>"
			   "\n\n{{ text | trim }}<|eot_id|>{% endfor %}"
			   "<|start_header_id|>assistant<|end_header_id|>"
			   LINE LINE },
	{ .name = "chatml", /* Qwen2, SmolLM and many others */
	  .marks = { "<|im_start|>" },
	  .template = EACH "<|im_start|>{{ m.role }}\n{{ text }}<|im_end|>\n"
			   "{% endfor %}<|im_start|>assistant" LINE },
	{ .name = "gemma", /* system messages in front of the turn */
	  .marks = { "<start_of_turn>" },
	  .template = "{% set ns = namespace(before='') %}" EACH SYSTEM
		      "{% set ns.before = text | trim ~ '\\n\\n' %}" ANSWER
		      "<start_of_turn>model\n{{ text | trim }}<end_of_turn>\n"
		      ASK "<start_of_turn>user\n{{ ns.before }}"
		      "{{ text | trim }}<end_of_turn>\n"
		      "{% set ns.before = '' %}" NEXT
		      "<start_of_turn>model" LINE },
	{ .name = "zephyr", /* and TinyLlama */
	  .marks = { "<|user|>", "eos_token" },
	  .template = EACH "<|{{ m.role }}|>\n{{ text }}</s>\n{% endfor %}"
			   "<|assistant|>" LINE },
	{ .name = "llama2",
	  .marks = { "[INST]" },
	  .template = "{% set ns = namespace(before='') %}" EACH SYSTEM
		      "{% set ns.before = '<<SYS>>\\n' ~ text | trim ~ "
		      "'\\n<</SYS>>\\n\\n' %}" ANSWER
		      " {{ text | trim }} </s>" ASK
		      "{% if not loop.first and not ns.before %}<s>{% endif %}"
		      "[INST] {{ ns.before ~ text | trim }} [/INST]"
		      "{% set ns.before = '' %}" NEXT },
	{ .name = "deepseek-coder",
	  .marks = { "### Instruction:", "### Response:" },
	  .template = EACH SYSTEM "{{ text }}" ANSWER
		      "### Response:\n{{ text }}\n<|EOT|>\n" ASK
		      "### Instruction:\n{{ text }}\n" NEXT
		      "### Response:" LINE },
	{ .name = "deepseek", /* its first chat models */
	  .marks = { "User: ", "Assistant:" },
	  .template = EACH SYSTEM "{{ text }}\n\n" ANSWER
		      "Assistant: {{ text }}" ENDED ASK
		      "User: {{ text }}\n\n" NEXT "Assistant:" },
	{ .name = "none",
	  .template = EACH "{{ '\\n\\n' if not loop.first }}{{ text }}"
			   "{% endfor %}",
	  .no_specials = true },
	{ .name = "raw",
	  .template = EACH "{{ '\\n\\n' if not loop.first }}{{ text }}"
			   "{% endfor %}" },
};
const size_t n_chat_rows = ARRAY_LEN(chat_rows);

const struct chat_row *chat_find(const char *name)
{
	for (size_t i = 0; i < n_chat_rows; i++)
		if (strcmp(chat_rows[i].name, name) == 0)
			return &chat_rows[i];
	return NULL;
}

static bool has_marks(const struct chat_row *row, const char *text, size_t n)
{
	for (size_t i = 0; i < CHAT_MARKS && row->marks[i]; i++)
		if (!bytes_find(text, n, row->marks[i], strlen(row->marks[i])))
			return false;
	return row->marks[0] != NULL;
}

const struct chat_row *chat_detect(const char *text, size_t n)
{
	for (size_t i = 0; text && i < n_chat_rows; i++)
		if (has_marks(&chat_rows[i], text, n))
			return &chat_rows[i];
	return chat_find("none");
}

/* --- what the model has ------------------------------------------------- */

static const char *token_text(const struct vocab *v, uint64_t id, size_t *n)
{
	return id < v->tokens.n ? tokens_bytes(&v->tokens, (uint32_t)id, n) :
				  NULL;
}

/* As many bytes as no text of n tokens has more. */
static size_t most_bytes(const struct vocab *v, uint32_t n)
{
	const uint32_t *start = v->tokens.start;
	uint64_t longest = 1;

	for (uint32_t i = 0; i < v->tokens.n; i++)
		longest = MAX(longest, start[i + 1] - start[i]);
	return (size_t)MIN(n * longest, (uint64_t)JINJA_OUT_MAX_BYTES);
}

struct chat_model chat_model(const struct gguf *g, const struct vocab *v,
			     uint32_t n_ctx)
{
	struct chat_model m = { .adds_bos = v->add_bos,
				.n_most = most_bytes(v, n_ctx) };
	uint64_t eos;

	if (v->bos != VOCAB_NO_ID)
		m.bos = token_text(v, v->bos, &m.n_bos);
	if (g && gguf_u64(g, "tokenizer.ggml.eos_token_id", &eos))
		m.eos = token_text(v, eos, &m.n_eos);
	if (!g || !gguf_str(g, "tokenizer.chat_template", &m.template, &m.n))
		m.template = NULL;
	return m;
}

/* --- a template --------------------------------------------------------- */

struct chat {
	char *name, *told;
	struct jinja *template;
	const char *try; /* a row to try instead, where it can't be run */
	struct chat_model of;
	bool specials;
	bool thinks;        /* it writes a mark that thoughts stand in */
	bool drops_system;  /* a system message does not show */
	bool wants_parts;   /* ... nor content that is a string */
	bool wants_text;    /* it adds to content, and can't where it is null */
};

static const char PROBE[] = "lilscope-probe";

static bool render(const struct chat *chat, const struct buf *messages,
		   enum chat_thinking thinking, const struct tm *now,
		   struct buf *out, struct err *err);

/* Does what is asked with this show in the prompt? */
static bool shows(const struct chat *chat, const char *messages)
{
	static const struct tm some_day = { .tm_mday = 1, .tm_year = 100 };
	struct buf in = { 0 }, out = { 0 };
	bool shown;

	buf_puts(&in, messages);
	shown = render(chat, &in, CHAT_THINKING_AUTO, &some_day, &out, NULL) &&
		bytes_find(out.data, out.len, PROBE, strlen(PROBE));
	buf_release(&in);
	buf_release(&out);
	return shown;
}

/* Is a turn without text possible, whose content is this? */
static bool takes(const struct chat *chat, const char *content)
{
	struct buf messages = { 0 };
	bool good;

	buf_printf(&messages,
		   "[{\"role\":\"user\",\"content\":\"x\"},{\"role\":"
		   "\"assistant\",\"content\":%s},{\"role\":\"user\","
		   "\"content\":\"lilscope-probe\"}]", content);
	good = shows(chat, buf_cstr(&messages));
	buf_release(&messages);
	return good;
}

static void learn(struct chat *chat)
{
	const bool as_text = shows(chat, "[{\"role\":\"user\",\"content\":"
					 "\"lilscope-probe\"}]");
	const bool as_parts =
		!as_text && shows(chat, "[{\"role\":\"user\",\"content\":"
					"[{\"type\":\"text\",\"text\":"
					"\"lilscope-probe\"}]}]");

	chat->wants_parts = as_parts;
	chat->wants_text = as_text && !takes(chat, "null") &&
			   takes(chat, "\"\"");
	chat->drops_system =
		as_text && !shows(chat, "[{\"role\":\"system\",\"content\":"
					"\"lilscope-probe\"},{\"role\":"
					"\"user\",\"content\":\"x\"}]");
}

static void put_told(struct chat *chat, const char *name,
		     const struct chat_row *row)
{
	struct buf told = { 0 };

	if (*name == '@')
		buf_printf(&told, "the template in %s", name + 1);
	else if (!row)
		buf_puts(&told, "the model's own template");
	else if (strcmp(name, "auto") == 0)
		buf_printf(&told, "%s: the model has no template", row->name);
	else
		buf_printf(&told, "%s, by its name", row->name);
	chat->told = mem_strdup(buf_cstr(&told));
	chat->name = mem_strdup(row ? row->name : name);
	buf_release(&told);
}

struct chat *chat_new(const char *name, const char *given, size_t n_given,
		      const struct chat_model *m, struct err *err)
{
	static const char *const thoughts[] = { "think>", "THINK]",
						"THINKING|>", "<|channel" };
	bool is_auto = strcmp(name, "auto") == 0, is_file = *name == '@';
	const struct chat_row *row = chat_find(is_auto ? "none" : name);
	const char *text = is_file ? given : m->template, *try;
	size_t n = is_file ? n_given : m->n;
	struct err why = { "" };
	struct chat *chat;

	if (is_file || (is_auto && m->template))
		row = NULL;
	else if (!row) {
		err_set(err, "there is no chat template \"%s\"", name);
		return NULL;
	} else {
		text = row->template;
		n = strlen(text);
	}
	chat = mem_zalloc(sizeof(*chat));
	chat->of = *m;
	chat->specials = !row || !row->no_specials;
	try = chat_detect(text, n)->name;
	for (size_t i = 0; i < ARRAY_LEN(thoughts); i++)
		chat->thinks |= bytes_find(text, n, thoughts[i],
					   strlen(thoughts[i])) != NULL;
	chat->try = strcmp(try, "none") == 0 ? "chatml" : try;
	put_told(chat, name, row);
	chat->template = jinja_new(text, n, &why);
	if (!chat->template) {
		err_set(err, "%s, %s; try --chat %s", chat->told, why.text,
			chat->try);
		chat_free(chat);
		return NULL;
	}
	if (!row)
		learn(chat);
	return chat;
}

void chat_free(struct chat *chat)
{
	if (!chat)
		return;
	jinja_free(chat->template);
	mem_free(chat->name);
	mem_free(chat->told);
	mem_free(chat);
}

const char *chat_told(const struct chat *chat)
{
	return chat->told;
}

const char *chat_name(const struct chat *chat)
{
	return chat->name;
}

bool chat_specials(const struct chat *chat)
{
	return chat->specials;
}

/* --- turns -------------------------------------------------------------- */

/* In quotes, every byte kept: what is no UTF-8, too. */
static void put_quoted(struct buf *out, const char *s, size_t n)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_putc(out, s[i]);
	}
	buf_putc(out, '"');
}

static void put_content(const struct chat *chat, struct buf *out,
			const char *s, size_t n)
{
	if (chat->wants_parts)
		buf_puts(out, "[{\"type\":\"text\",\"text\":");
	put_quoted(out, s, n);
	if (chat->wants_parts)
		buf_puts(out, "}]");
}

static void put_turn(const struct chat *chat, struct buf *out,
		     const char *role, const struct buf *text)
{
	if (out->len > 1)
		buf_putc(out, ',');
	buf_printf(out, "{\"role\":\"%s\",\"content\":", role);
	put_content(chat, out, text->data ? text->data : "", text->len);
	buf_putc(out, '}');
}

/* The text of content: a string, or the text of its parts, a line each. */
static bool content_text(struct json_value content, struct buf *out)
{
	size_t n;
	const char *s;

	if (json_is(content, JSON_STRING)) {
		s = json_text(content, &n);
		buf_append(out, s, n);
		return true;
	}
	if (!json_is(content, JSON_ARRAY))
		return json_type(content) <= JSON_NULL;
	for (struct json_value part = json_first(content); part.doc;
	     part = json_next(part)) {
		if (!json_is(json_get(part, "text"), JSON_STRING))
			return false;
		if (out->len)
			buf_putc(out, '\n');
		content_text(json_get(part, "text"), out);
	}
	return true;
}

/* A message as it was, its content as the template wants it. */
static void put_message(const struct chat *chat, struct json_value message,
			const struct buf *text, struct buf *out)
{
	buf_puts(out, out->len > 1 ? ",{" : "{");
	for (struct json_value v = json_first(message); v.doc;
	     v = json_next(v)) {
		size_t n;
		const char *key = json_key(v, &n);

		json_put_name(out, key, n);
		if (json_key_is(v, "content") &&
		    (json_type(v) > JSON_NULL || chat->wants_text))
			put_content(chat, out, text->data ? text->data : "",
				    text->len);
		else
			json_put(out, v);
	}
	buf_putc(out, '}');
}

/* What is put together: messages as JSON, and a system message that waits for
 * the turn that it is put in front of. */
struct joining {
	const struct chat *chat;
	struct buf out, before, last_role;
};

static void join_system(struct joining *j, const struct buf *text)
{
	if (j->chat->drops_system)
		buf_append(&j->before, text->data, text->len);
	else
		put_turn(j->chat, &j->out, "system", text);
}

/* The text with what waits before it. */
static void join_before(struct joining *j, struct buf *text)
{
	struct buf both = { 0 };

	if (!j->before.len)
		return;
	buf_append(&both, j->before.data, j->before.len);
	buf_putc(&both, '\n');
	buf_append(&both, text->data, text->len);
	buf_release(text);
	buf_clear(&j->before);
	*text = both;
}

static bool join_turn(struct joining *j, struct json_value turn, size_t i,
		      struct err *err)
{
	struct json_value role = json_get(turn, "role");
	struct buf text = { 0 };
	bool good = true;
	size_t n;
	const char *s = json_text(role, &n);

	if (!s)
		good = err_set(err, "turn %zu has no \"role\"", i + 1);
	else if (json_type(json_get(turn, "content")) <= JSON_NULL &&
		 json_text_is(role, "user")) /* an answer may only call tools */
		good = err_set(err, "turn %zu has no \"content\"", i + 1);
	else if (!content_text(json_get(turn, "content"), &text))
		good = err_set(err, "turn %zu: its \"content\" is no text",
			       i + 1);
	else if (json_text_is(role, "system") && j->chat->drops_system && !i)
		join_system(j, &text);
	else {
		join_before(j, &text);
		put_message(j->chat, turn, &text, &j->out);
	}
	buf_clear(&j->last_role);
	buf_append(&j->last_role, s, n);
	buf_release(&text);
	return good;
}

static bool join_turns(struct joining *j, const struct chat_ask *ask,
		       struct err *err)
{
	struct json_value turns = ask->turns, turn;
	size_t i = 0;

	if (!turns.doc)
		return true;
	if (json_is(turns, JSON_OBJECT))
		turns = json_get(turns, "messages");
	if (!json_is(turns, JSON_ARRAY))
		return err_set(err, "turns are a JSON array of messages, or "
				    "an object with \"messages\"");
	turn = json_first(turns);
	if (!turn.doc && !ask->question)
		return err_set(err, "there are no turns: nothing is asked");
	if (ask->system && json_text_is(json_get(turn, "role"), "system"))
		return err_set(err, "the turns have a system message already: "
				    "give one of them");
	for (; turn.doc; turn = json_next(turn))
		if (!join_turn(j, turn, i++, err))
			return false;
	if (!ask->question && bytes_end(j->last_role.data, j->last_role.len,
					"assistant"))
		return err_set(err, "the last turn is the assistant's: nothing "
				    "is asked; end with the user's, or add a "
				    "prompt");
	return true;
}

static bool join(struct joining *j, const struct chat_ask *ask,
		 struct err *err)
{
	struct buf text = { 0 };
	bool good;

	buf_putc(&j->out, '[');
	if (ask->system) {
		buf_puts(&text, ask->system);
		join_system(j, &text);
	}
	good = join_turns(j, ask, err);
	if (good && ask->question) {
		buf_clear(&text);
		buf_puts(&text, ask->question);
		join_before(j, &text);
		put_turn(j->chat, &j->out, "user", &text);
	}
	buf_putc(&j->out, ']');
	buf_release(&text);
	return good;
}

/* --- the prompt --------------------------------------------------------- */

static void put_time_var(struct buf *vars, const char *name,
			 const char *format, const struct tm *now)
{
	buf_printf(vars, ",\"%s\":\"", name);
	jinja_put_time(format, strlen(format), now, vars);
	buf_putc(vars, '"');
}

static void put_vars(const struct chat *chat, const struct buf *messages,
		     enum chat_thinking thinking, const struct tm *now,
		     struct buf *vars)
{
	const struct chat_model *m = &chat->of;
	const char *on = thinking == CHAT_THINKING_OFF ? "false" : "true";

	buf_puts(vars, "{\"bos_token\":");
	put_quoted(vars, m->bos, m->bos ? m->n_bos : 0);
	buf_puts(vars, ",\"eos_token\":");
	put_quoted(vars, m->eos, m->eos ? m->n_eos : 0);
	if (thinking == CHAT_THINKING_AUTO && !chat->thinks)
		on = "false";
	buf_printf(vars, ",\"add_generation_prompt\":true"
			 ",\"enable_thinking\":%s,\"preserve_thinking\":true"
			 ",\"clear_thinking\":false,\"drop_thinking\":false"
			 ",\"truncate_history_thinking\":false", on);
	if (thinking != CHAT_THINKING_AUTO)
		buf_printf(vars, ",\"thinking\":%s", on);
	put_time_var(vars, "date_string", "%d %b %Y", now);
	put_time_var(vars, "datetime", "%b %d %Y", now);
	buf_puts(vars, ",\"messages\":");
	buf_append(vars, messages->data, messages->len);
	buf_putc(vars, '}');
}

static bool render(const struct chat *chat, const struct buf *messages,
		   enum chat_thinking thinking, const struct tm *now,
		   struct buf *out, struct err *err)
{
	const struct chat_model *m = &chat->of;
	struct buf vars = { 0 }, text = { 0 };
	struct json j = { 0 };
	size_t skip = 0;
	bool good;

	put_vars(chat, messages, thinking, now, &vars);
	/* What is asked may be too long, which is said in tokens; what the
	 * template adds to it may not. */
	good = json_read(&j, vars.data, vars.len, false, NULL) &&
	       jinja_put(chat->template, json_root(&j), now,
			 m->n_most ? m->n_most + messages->len :
				     (size_t)JINJA_OUT_MAX_BYTES,
			 &text, err);
	if (good && m->adds_bos && m->bos && text.len >= m->n_bos &&
	    memcmp(text.data, m->bos, m->n_bos) == 0)
		skip = m->n_bos; /* there is one already */
	if (good)
		buf_append(out, text.data + skip, text.len - skip);
	json_release(&j);
	buf_release(&vars);
	buf_release(&text);
	return good;
}

/* A switch that changes nothing is none. */
static bool is_switch(const struct chat *chat, const struct buf *messages,
		      const struct chat_ask *ask, struct err *err)
{
	struct buf on = { 0 }, off = { 0 };
	bool same;

	if (ask->thinking == CHAT_THINKING_AUTO)
		return true;
	same = render(chat, messages, CHAT_THINKING_ON, ask->now, &on, NULL) &&
	       render(chat, messages, CHAT_THINKING_OFF, ask->now, &off,
		      NULL) &&
	       on.len == off.len &&
	       (!on.len || memcmp(on.data, off.data, on.len) == 0);
	buf_release(&on);
	buf_release(&off);
	return !same || err_set(err, "%s has no switch for thinking: leave "
				     "--thinking out", chat->told);
}

/* What writes and reads prompts ends them at a NUL. */
static bool is_whole(const struct buf *out, size_t from, struct err *err)
{
	const char *at = out->len > from ?
		memchr(out->data + from, '\0', out->len - from) : NULL;

	return !at || err_set(err, "byte %zu of the prompt is a NUL "
				   "(\\u0000), and no prompt can have one: "
				   "take it out of the turns or the template",
			      (size_t)(at - out->data) - from + 1);
}

bool chat_put(const struct chat *chat, const struct chat_ask *ask,
	      struct buf *out, struct err *err)
{
	struct joining j = { .chat = chat };
	struct err why = { "" };
	size_t from = out->len;
	bool good = join(&j, ask, err) && is_switch(chat, &j.out, ask, err);

	if (good && !render(chat, &j.out, ask->thinking, ask->now, out, &why))
		good = err_set(err, "%s, %s; try --chat %s", chat->told,
			       why.text, chat->try);
	if (good && !is_whole(out, from, err)) {
		good = false;
		out->len = from;
	}
	buf_release(&j.out);
	buf_release(&j.before);
	buf_release(&j.last_role);
	return good;
}
