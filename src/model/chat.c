#include "model/chat.h"

#include <string.h>

/* DeepSeek writes its marks with a full-width bar. */
#define BAR "\xef\xbd\x9c"

const struct chat chats[] = {
	/* In the order of detection: the more particular first. */
	{ "deepseek-r1", "<" BAR "Assistant" BAR ">", "<" BAR "User" BAR ">",
	  "<" BAR "Assistant" BAR "><think>\n" },
	{ "llama3", "<|start_header_id|>",
	  "<|start_header_id|>user<|end_header_id|>\n\n",
	  "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n" },
	{ "chatml", "<|im_start|>", "<|im_start|>user\n",
	  "<|im_end|>\n<|im_start|>assistant\n" },
	{ "zephyr", "<|user|>", "<|user|>\n", "</s>\n<|assistant|>\n" },
	{ "llama2", "[INST]", "[INST] ", " [/INST]" },
	{ "deepseek", "### Instruction:", "### Instruction:\n",
	  "\n### Response:\n" },
	{ "none", NULL, "", "" },
};
const size_t n_chats = ARRAY_LEN(chats);

const struct chat *chat_find(const char *name)
{
	for (size_t i = 0; i < n_chats; i++)
		if (strcmp(chats[i].name, name) == 0)
			return &chats[i];
	return NULL;
}

const struct chat *chat_detect(const char *template, size_t n)
{
	size_t i = 0;

	while (chats[i].mark &&
	       !(template && bytes_find(template, n, chats[i].mark,
					strlen(chats[i].mark))))
		i++;
	return &chats[i];
}

void chat_ask(const struct chat *chat, const char *question, struct buf *out)
{
	buf_puts(out, chat->before);
	buf_puts(out, question);
	buf_puts(out, chat->after);
}
