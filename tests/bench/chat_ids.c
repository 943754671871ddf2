/*
 * What prompts become, a JSON line each: text and ids of every template with
 * every conversation.
 *
 *	chat_ids MODEL.gguf TURNS.json TEMPLATE...
 *
 * TURNS.json is an array of conversations; a TEMPLATE is a name, "auto", or
 * "@FILE". tests/bench/chat.py holds the lines beside llama-server's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "decode/model_map.h"
#include "input/source.h"
#include "model/chat.h"

static void put_prompt(const struct chat *chat, const struct vocab *v,
		       struct json_value turns, struct buf *line)
{
	time_t now = time(NULL);
	const struct chat_ask ask = { .turns = turns, .now = localtime(&now) };
	struct vocab_ids ids = { 0 };
	struct buf text = { 0 };
	struct err err = { "" };

	if (chat_put(chat, &ask, &text, &err)) {
		buf_puts(line, "\"prompt\":");
		json_put_string(line, text.data ? text.data : "", text.len);
		vocab_encode(v, text.data, text.len,
			     VOCAB_ADD_BOS |
				     (chat_specials(chat) ? VOCAB_SPECIAL : 0),
			     &ids);
		buf_puts(line, ",\"ids\":[");
		for (size_t i = 0; i < ids.n; i++)
			buf_printf(line, "%s%u", i ? "," : "", ids.ids[i]);
		buf_putc(line, ']');
	} else {
		buf_puts(line, "\"error\":");
		json_put_string(line, err.text, strlen(err.text));
	}
	vocab_ids_release(&ids);
	buf_release(&text);
}

static bool put_template(const struct model_map *map, const char *name,
			 struct json_value all, struct err *err)
{
	const struct chat_model m = chat_model(map->gguf, map->vocab,
						map->model->shape.n_ctx);
	struct buf given = { 0 }, line = { 0 };
	struct chat *chat = NULL;
	size_t i = 0;

	if (*name != '@' || source_read_all(name + 1, &given, err))
		chat = chat_new(name, given.data, given.len, &m, err);
	for (struct json_value turns = json_first(all); turns.doc;
	     turns = json_next(turns), i++) {
		buf_clear(&line);
		buf_printf(&line, "{\"template\":");
		json_put_string(&line, name, strlen(name));
		buf_printf(&line, ",\"turns\":%zu,", i);
		if (chat) {
			put_prompt(chat, map->vocab, turns, &line);
		} else {
			buf_puts(&line, "\"error\":");
			json_put_string(&line, err->text, strlen(err->text));
		}
		buf_putc(&line, '}');
		puts(buf_cstr(&line));
	}
	chat_free(chat);
	buf_release(&given);
	buf_release(&line);
	return chat != NULL;
}

int main(int argc, char **argv)
{
	struct buf text = { 0 };
	struct json j = { 0 };
	struct model_map map;
	struct err err = { "" };

	if (argc < 4) {
		fputs("chat_ids MODEL.gguf TURNS.json TEMPLATE...\n", stderr);
		return 2;
	}
	if (!model_map_open(&map, argv[1], NULL, &err) ||
	    !source_read_all(argv[2], &text, &err) ||
	    !json_read(&j, text.data, text.len, false, NULL)) {
		fprintf(stderr, "chat_ids: %s\n", err.text);
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		err_clear(&err);
		put_template(&map, argv[i], json_root(&j), &err);
	}
	json_release(&j);
	buf_release(&text);
	model_map_close(&map);
	return 0;
}
