/*
 * Templates are programs (Jinja) in a model's file; here each family is a row
 * of what its program comes to for one question, found by marks that only its
 * program has. What is in no row is asked without a template.
 */
#include "model/chat.h"

#include <string.h>

#define SYSTEM	 "\1"
#define QUESTION "\2"

/* DeepSeek writes its marks with a full-width bar. */
#define BAR	  "\xef\xbd\x9c"
#define USER	  "<" BAR "User" BAR ">"
#define ASSISTANT "<" BAR "Assistant" BAR ">"

#define CHATML(role, text) "<|im_start|>" role "\n" text "<|im_end|>\n"
#define LLAMA3(role, text)                                                     \
	"<|start_header_id|>" role "<|end_header_id|>\n\n" text "<|eot_id|>"
#define ZEPHYR(role, text) "<|" role "|>\n" text "</s>\n"

/* In the order of detection: the more particular first. */
const struct chat chats[] = {
	{ .name = "deepseek-r1", /* and its distillations; they think first */
	  .marks = { ASSISTANT, "think>" },
	  .plain = USER QUESTION ASSISTANT "<think>\n",
	  .with_system = SYSTEM USER QUESTION ASSISTANT "<think>\n" },
	{ .name = "deepseek-v3",
	  .marks = { ASSISTANT },
	  .plain = USER QUESTION ASSISTANT,
	  .with_system = SYSTEM USER QUESTION ASSISTANT },
	{ .name = "llama3",
	  .marks = { "<|start_header_id|>" },
	  .plain = LLAMA3("user", QUESTION)
		  "<|start_header_id|>assistant<|end_header_id|>\n\n",
	  .with_system = LLAMA3("system", SYSTEM) LLAMA3("user", QUESTION)
		  "<|start_header_id|>assistant<|end_header_id|>\n\n",
	  .trim = true },
	{ .name = "chatml", /* Qwen2, SmolLM and many others */
	  .marks = { "<|im_start|>" },
	  .plain = CHATML("user", QUESTION) "<|im_start|>assistant\n",
	  .with_system = CHATML("system", SYSTEM) CHATML("user", QUESTION)
		  "<|im_start|>assistant\n" },
	{ .name = "zephyr", /* and TinyLlama */
	  .marks = { "<|user|>", "eos_token" },
	  .plain = ZEPHYR("user", QUESTION) "<|assistant|>\n",
	  .with_system = ZEPHYR("system", SYSTEM) ZEPHYR("user", QUESTION)
		  "<|assistant|>\n" },
	{ .name = "llama2",
	  .marks = { "[INST]" },
	  .plain = "[INST] " QUESTION " [/INST]",
	  .with_system = "[INST] <<SYS>>\n" SYSTEM "\n<</SYS>>\n\n" QUESTION
			 " [/INST]",
	  .trim = true },
	{ .name = "deepseek-coder",
	  .marks = { "### Instruction:", "### Response:" },
	  .plain = "### Instruction:\n" QUESTION "\n### Response:\n",
	  .with_system = SYSTEM "### Instruction:\n" QUESTION
				"\n### Response:\n" },
	{ .name = "deepseek", /* its first chat models */
	  .marks = { "User: ", "Assistant:" },
	  .plain = "User: " QUESTION "\n\nAssistant:",
	  .with_system = SYSTEM "\n\nUser: " QUESTION "\n\nAssistant:" },
	{ .name = "none",
	  .plain = QUESTION,
	  .with_system = SYSTEM "\n\n" QUESTION },
};
const size_t n_chats = ARRAY_LEN(chats);

const struct chat *chat_find(const char *name)
{
	for (size_t i = 0; i < n_chats; i++)
		if (strcmp(chats[i].name, name) == 0)
			return &chats[i];
	return NULL;
}

static bool has_marks(const struct chat *chat, const char *text, size_t n)
{
	for (size_t i = 0; i < CHAT_MARKS && chat->marks[i]; i++)
		if (!bytes_find(text, n, chat->marks[i],
				strlen(chat->marks[i])))
			return false;
	return chat->marks[0] != NULL;
}

const struct chat *chat_detect(const char *text, size_t n)
{
	for (size_t i = 0; text && i < n_chats; i++)
		if (has_marks(&chats[i], text, n))
			return &chats[i];
	return chat_find("none");
}

const struct chat *chat_for(const char *name, const struct gguf *g)
{
	const char *template;
	size_t n;

	if (strcmp(name, "auto") != 0)
		return chat_find(name);
	if (!g || !gguf_str(g, "tokenizer.chat_template", &template, &n))
		template = NULL;
	return chat_detect(template, template ? n : 0);
}

static void put_message(const char *text, bool trim, struct buf *out)
{
	static const char white[] = " \t\n\v\f\r";
	size_t n;

	if (trim)
		text += strspn(text, white);
	n = strlen(text);
	while (trim && n && strchr(white, text[n - 1]))
		n--;
	buf_append(out, text, n);
}

void chat_ask(const struct chat *chat, const char *system,
	      const char *question, struct buf *out)
{
	const char *s = system ? chat->with_system : chat->plain;

	for (; *s; s++) {
		if (*s == *SYSTEM)
			put_message(system, chat->trim, out);
		else if (*s == *QUESTION)
			put_message(question, chat->trim, out);
		else
			buf_putc(out, *s);
	}
}
