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
	{ "none", " Why?\n", "Be\n\n\n Why?\n" },
};

static void prompts(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(ARRAY_LEN(rows), n_chats);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct chat *chat = chat_find(rows[i].name);

		assert_non_null(chat);
		buf_clear(&out);
		chat_ask(chat, NULL, " Why?\n", &out);
		assert_string_equal(buf_cstr(&out), rows[i].plain);
		buf_clear(&out);
		chat_ask(chat, "Be\n", " Why?\n", &out);
		assert_string_equal(buf_cstr(&out), rows[i].with_system);
	}
	assert_null(chat_find("no such"));
	buf_clear(&out);
	chat_ask(chat_find("llama3"), "", " \n", &out); /* nothing but white */
	assert_non_null(strstr(buf_cstr(&out), "\n\n<|eot_id|>"));
	buf_release(&out);
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
		cmocka_unit_test(detection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
