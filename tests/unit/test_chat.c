/* chat.c: the prompts as the models' own templates write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "model/chat.h"

#define BAR "\xef\xbd\x9c"

static const struct {
	const char *name, *plain, *with_system;
} rows[] = {
	{ "chatml", "<|im_start|>user\n Why?\n<|im_end|>\n"
		    "<|im_start|>assistant\n",
	  "<|im_start|>system\nBe\n<|im_end|>\n"
	  "<|im_start|>user\n Why?\n<|im_end|>\n<|im_start|>assistant\n" },
	{ "llama2", "[INST] Why? [/INST]",
	  "[INST] <<SYS>>\nBe\n<</SYS>>\n\nWhy? [/INST]" },
	{ "llama3",
	  "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
	  "<|start_header_id|>assistant<|end_header_id|>\n\n",
	  "<|start_header_id|>system<|end_header_id|>\n\nBe<|eot_id|>"
	  "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
	  "<|start_header_id|>assistant<|end_header_id|>\n\n" },
	{ "deepseek-r1",
	  "<" BAR "User" BAR "> Why?\n<" BAR "Assistant" BAR "><think>\n",
	  "Be\n<" BAR "User" BAR "> Why?\n<" BAR "Assistant" BAR "><think>\n" },
	{ "deepseek-v3", "<" BAR "User" BAR "> Why?\n<" BAR "Assistant" BAR ">",
	  "Be\n<" BAR "User" BAR "> Why?\n<" BAR "Assistant" BAR ">" },
	{ "deepseek", "User:  Why?\n\n\nAssistant:",
	  "Be\n\n\nUser:  Why?\n\n\nAssistant:" },
	{ "deepseek-coder", "### Instruction:\n Why?\n\n### Response:\n",
	  "Be\n### Instruction:\n Why?\n\n### Response:\n" },
	{ "zephyr", "<|user|>\n Why?\n</s>\n<|assistant|>\n",
	  "<|system|>\nBe\n</s>\n<|user|>\n Why?\n</s>\n<|assistant|>\n" },
	{ "gemma", "<start_of_turn>user\nWhy?<end_of_turn>\n"
		   "<start_of_turn>model\n",
	  "<start_of_turn>user\nBe\n\nWhy?<end_of_turn>\n"
	  "<start_of_turn>model\n" },
	{ "none", " Why?\n", "Be\n\n\n Why?\n" },
	{ "raw", " Why?\n", "Be\n\n\n Why?\n" },
};

/* The prompt, or the sentence. */
static const char *ask_of(const struct chat *chat, const char *system,
			  const char *turns, const char *question,
			  enum chat_thinking thinking)
{
	static const struct tm some_day = { .tm_year = 126, .tm_mday = 5 };
	static struct buf out;
	struct err err = { "" };
	struct json j = { 0 };
	struct chat_ask ask = { .system = system, .question = question,
				.thinking = thinking, .now = &some_day };

	buf_release(&out);
	if (turns) {
		assert_true(json_read(&j, turns, strlen(turns), false, NULL));
		ask.turns = json_root(&j);
	}
	if (!chat_put(chat, &ask, &out, &err)) {
		assert_int_equal(out.len, 0);
		buf_puts(&out, err.text);
	} else {
		assert_string_equal(err.text, "");
	}
	json_release(&j);
	return buf_cstr(&out);
}

static const struct chat_model nothing;

static struct chat *by_name(const char *name)
{
	struct err err = { "" };
	struct chat *chat = chat_new(name, NULL, 0, &nothing, &err);

	if (!chat)
		fail_msg("%s", err.text);
	return chat;
}

static void prompts(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(rows), n_chat_rows);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct chat *chat = by_name(rows[i].name);

		assert_string_equal(ask_of(chat, NULL, NULL, " Why?\n", 0),
				    rows[i].plain);
		assert_string_equal(ask_of(chat, "Be\n", NULL, " Why?\n", 0),
				    rows[i].with_system);
		assert_int_equal(chat_specials(chat),
				 strcmp(rows[i].name, "none") != 0);
		assert_string_equal(chat_name(chat), rows[i].name);
		chat_free(chat);
	}
	assert_null(chat_find("no such"));
}

/* Every byte of a text arrives, whatever it is. */
static void bytes(void **state)
{
	static const char any[] = "\x01\"\\\n\xff\xc3\xed\xa0\x80<|im_end|>{{";
	struct chat *chat = by_name("none");

	(void)state;
	assert_string_equal(ask_of(chat, NULL, NULL, any, 0), any);
	chat_free(chat);
	chat = by_name("llama3");
	assert_non_null(strstr(ask_of(chat, "", NULL, " \n", 0),
			       "\n\n<|eot_id|>"));
	chat_free(chat);
}

#define TURNS                                                                  \
	"[{\"role\":\"user\",\"content\":\"1\"},"                             \
	"{\"role\":\"assistant\",\"content\":\"2\"}"

static const struct turns_row {
	const char *name, *system, *turns, *question, *want;
} turns_rows[] = {
	{ "chatml", "S", TURNS "]", "3",
	  "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n1<|im_end|>\n"
	  "<|im_start|>assistant\n2<|im_end|>\n<|im_start|>user\n3<|im_end|>\n"
	  "<|im_start|>assistant\n" },
	{ "chatml", NULL,
	  "{\"messages\":" TURNS ",{\"role\":\"user\",\"content\":"
	  "[{\"type\":\"text\",\"text\":\"a\"},{\"text\":\"b\"}]}]}", NULL,
	  "<|im_start|>user\n1<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n"
	  "<|im_start|>user\na\nb<|im_end|>\n<|im_start|>assistant\n" },
	{ "llama2", "S", TURNS "]", "3",
	  "[INST] <<SYS>>\nS\n<</SYS>>\n\n1 [/INST] 2 </s><s>[INST] 3 "
	  "[/INST]" },
	{ "gemma", "S", TURNS "]", "3",
	  "<start_of_turn>user\nS\n\n1<end_of_turn>\n<start_of_turn>model\n2"
	  "<end_of_turn>\n<start_of_turn>user\n3<end_of_turn>\n"
	  "<start_of_turn>model\n" },
	{ "deepseek-v3", "S", TURNS "]", "3",
	  "S<" BAR "User" BAR ">1<" BAR "Assistant" BAR ">2<" BAR
	  "end\xe2\x96\x81of\xe2\x96\x81sentence" BAR "><" BAR "User" BAR
	  ">3<" BAR "Assistant" BAR ">" },
	{ "none", NULL, TURNS "]", "3", "1\n\n2\n\n3" },
	/* what can't be */
	{ "chatml", NULL, TURNS "]", NULL,
	  "the last turn is the assistant's: nothing is asked; end with the "
	  "user's, or add a prompt" },
	{ "chatml", "S", "[{\"role\":\"system\",\"content\":\"T\"}]", "3",
	  "the turns have a system message already: give one of them" },
	{ "chatml", NULL, "[{\"content\":\"1\"}]", "3",
	  "turn 1 has no \"role\"" },
	{ "chatml", NULL, TURNS ",{\"role\":\"user\",\"content\":7}]", NULL,
	  "turn 3: its \"content\" is no text" },
	{ "chatml", NULL, TURNS ",{\"role\":\"user\",\"content\":[{}]}]", NULL,
	  "turn 3: its \"content\" is no text" },
	{ "chatml", NULL, TURNS ",{\"role\":\"user\"}]", NULL,
	  "turn 3 has no \"content\"" },
	{ "chatml", NULL, "[]", NULL, "there are no turns: nothing is asked" },
	{ "chatml", NULL, "[5]", "3", "turn 1 has no \"role\"" },
	{ "chatml", NULL,
	  TURNS ",{\"role\":\"user\",\"content\":\"a\\u0000b\"}]", NULL,
	  "byte 82 of the prompt is a NUL (\\u0000), and no prompt can "
		"have one: take it out of the turns or the template" },
	{ "chatml", NULL, "7", "3",
	  "turns are a JSON array of messages, or an object with "
	  "\"messages\"" },
};

static void turns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(turns_rows); i++) {
		const struct turns_row *row = &turns_rows[i];
		struct chat *chat = by_name(row->name);

		assert_string_equal(ask_of(chat, row->system, row->turns,
					   row->question, 0), row->want);
		chat_free(chat);
	}
}

/* --- a model's own ------------------------------------------------------ */

#define EACH(m) "{% for m in messages %}" m "{% endfor %}"

static const struct own_row {
	const char *template, *system, *want;
} own_rows[] = {
	/* the template's own default belongs to the prompt */
	{ "{% if messages[0].role != 'system' %}[own]{% endif %}"
	  EACH("[{{ m.role }}:{{ m.content }}]") "{% if add_generation_prompt "
	  "%}[a:{% endif %}", NULL, "[own][user:q][a:" },
	{ "{% if messages[0].role != 'system' %}[own]{% endif %}"
	  EACH("[{{ m.role }}:{{ m.content }}]"), "s", "[system:s][user:q]" },
	/* one that has no system messages, or refuses them */
	{ EACH("{% if m.role == 'user' %}[{{ m.content }}]{% endif %}"), "s",
	  "[s\nq]" },
	{ EACH("{% if m.role == 'system' %}{{ raise_exception('no system') }}"
	       "{% endif %}[{{ m.content }}]"), "s", "[s\nq]" },
	/* one that adds to what a turn says, and can't where it says nothing */
	{ EACH("{{ '[' + m['content'] + ']' }}"), NULL, "[q]" },
	/* one that wants parts */
	{ EACH("[{{ m.role }}:{{ m.content[0].text }}]"), "s",
	  "[system:s][user:q]" },
	/* the beginning is not there twice; the date is given */
	{ "{{ bos_token }}" EACH("{{ m.content }}{{ eos_token }}"), NULL,
	  "q</s>" },
	{ "{{ date_string }}|{{ datetime }}|{{ strftime_now('%Y') }}", NULL,
	  "05 Jan 2026|Jan 05 2026|2026" },
	/* what can't be run */
	{ "{% include 'a' %}", NULL,
	  "the model's own template, line 1: the statement \"include\" is "
	  "not known here; try --chat chatml" },
	{ "[INST]\n{{ messages | magic }}", NULL,
	  "the model's own template, line 2: the filter \"magic\" is not known "
	  "here; try --chat llama2" },
	{ "{{ raise_exception('Only ' ~ messages | length) }}", NULL,
	  "the model's own template, line 1: it says: Only 1; try --chat "
	  "chatml" },
};

static void own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(own_rows); i++) {
		const struct own_row *row = &own_rows[i];
		struct chat_model m = { .template = row->template,
					.n = strlen(row->template),
					.bos = "<s>", .n_bos = 3,
					.eos = "</s>", .n_eos = 4,
					.adds_bos = true };
		struct err err = { "" };
		struct chat *chat = chat_new("auto", NULL, 0, &m, &err);

		assert_string_equal(chat ? ask_of(chat, row->system, NULL, "q",
						  0) : err.text, row->want);
		chat_free(chat);
	}
}

/* A turn that only calls tools has no text. */
static void no_text(void **state)
{
	static const char adds[] = EACH("{{ '[' + m['content'] + ']' }}");
	static const char asks[] =
		EACH("{{ m.content if m.content is not none else 'N' }}");
	static const char calls[] =
		"[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}]";
	struct chat_model m = { .template = adds, .n = strlen(adds) };
	struct chat *chat = chat_new("auto", NULL, 0, &m, NULL);

	(void)state;
	assert_string_equal(ask_of(chat, NULL, calls, "q", 0), "[][q]");
	chat_free(chat);
	m = (struct chat_model){ .template = asks, .n = strlen(asks) };
	chat = chat_new("auto", NULL, 0, &m, NULL);
	assert_string_equal(ask_of(chat, NULL, calls, "q", 0), "Nq");
	chat_free(chat);
}

static void thinking(void **state)
{
	static const char switched[] =
		"{{ messages[0].content }}{% if enable_thinking is false %}"
		"<think></think>{% endif %}";
	struct chat_model m = { .template = switched, .n = strlen(switched) };
	struct chat *chat = chat_new("auto", NULL, 0, &m, NULL);

	(void)state;
	assert_string_equal(ask_of(chat, NULL, NULL, "q", 0), "q");
	assert_string_equal(ask_of(chat, NULL, NULL, "q", CHAT_THINKING_ON),
			    "q");
	assert_string_equal(ask_of(chat, NULL, NULL, "q", CHAT_THINKING_OFF),
			    "q<think></think>");
	chat_free(chat);
	chat = by_name("chatml");
	assert_string_equal(ask_of(chat, NULL, NULL, "q", CHAT_THINKING_OFF),
			    "chatml, by its name has no switch for thinking: "
			    "leave --thinking out");
	chat_free(chat);
}

/* Which one it is, and why. */
static void told(void **state)
{
	static const char own_text[] = "{{ 1 }}";
	static const struct {
		const char *name, *template, *given, *told, *as;
	} whys[] = {
		{ "auto", own_text, NULL, "the model's own template", "auto" },
		{ "auto", NULL, NULL, "none: the model has no template",
		  "none" },
		{ "none", own_text, NULL, "none, by its name", "none" },
		{ "raw", NULL, NULL, "raw, by its name", "raw" },
		{ "llama3", own_text, NULL, "llama3, by its name", "llama3" },
		{ "@f.jinja", own_text, "x", "the template in f.jinja",
		  "@f.jinja" },
	};
	struct err err = { "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(whys); i++) {
		const char *t = whys[i].template, *g = whys[i].given;
		struct chat_model m = { .template = t,
					.n = t ? strlen(t) : 0 };
		struct chat *chat = chat_new(whys[i].name, g,
					     g ? strlen(g) : 0, &m, &err);

		assert_non_null(chat);
		assert_string_equal(chat_told(chat), whys[i].told);
		assert_string_equal(chat_name(chat), whys[i].as);
		chat_free(chat);
	}
	assert_null(chat_new("x", NULL, 0, &nothing, &err));
	assert_string_equal(err.text, "there is no chat template \"x\"");
}

/* What is particular in the models' templates. */
static const struct {
	const char *text, *name;
} templates[] = {
	{ "{% if m['role'] == 'user' %}{{'<" BAR "User" BAR ">' + c}}"
	  "{{c.split('</think>')[-1]}}'<" BAR "Assistant" BAR ">'",
	  "deepseek-r1" },
	{ "{{'<" BAR "User" BAR ">' + c + '<" BAR "Assistant" BAR ">'}}",
	  "deepseek-v3" },
	{ "{{'<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n'}}",
	  "llama3" },
	{ "{{'<|im_start|>' + m['role'] + '\n' + c + '<|im_end|>'}}",
	  "chatml" },
	{ "{{ '<|user|>\n' + m['content'] + eos_token }}", "zephyr" },
	{ "{{'<|user|>' + '\n' + c + '<|end|>' + '<|assistant|>'}}", "none" },
	{ "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}",
	  "llama2" },
	{ "{{'### Instruction:\n' + c}}{{'### Response:'}}",
	  "deepseek-coder" },
	{ "{{ 'User: ' + c + '\n\n' }}{{ 'Assistant:' }}", "deepseek" },
	{ "{{ messages }}", "none" },
	{ "", "none" },
};

static void detection(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(templates); i++)
		assert_string_equal(
			chat_detect(templates[i].text,
				    strlen(templates[i].text))->name,
			templates[i].name);
	assert_string_equal(chat_detect(NULL, 0)->name, "none");
	/* Only the n bytes count. */
	assert_string_equal(chat_detect("[INST]", 5)->name, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prompts),
		cmocka_unit_test(bytes),
		cmocka_unit_test(turns),
		cmocka_unit_test(own),
		cmocka_unit_test(no_text),
		cmocka_unit_test(thinking),
		cmocka_unit_test(told),
		cmocka_unit_test(detection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
