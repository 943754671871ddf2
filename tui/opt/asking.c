/*
 * A conversation from words of the command line: "@FILE" is read here, and the
 * day is today's.
 */
#include "opt/asking.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "input/source.h"
#include "model/sample_own.h"
#include "opt/opt.h"
#include "system/file.h"

/* The file that an option names: one, so that the sentence about a folder is
 * not the one for commands that take many. */
static bool read_file(const char *path, const char *option, struct buf *out,
		      struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(err, "%s: is a folder; %s takes a file", path,
			       option);
	return source_read_all(path, out, err);
}

/* The word, or the text that the file has which it names. */
static bool read_word(const char *word, const char *option, struct buf *out,
		      struct err *err)
{
	const char *nul;

	if (*word != '@') {
		buf_puts(out, word);
		return true;
	}
	if (!read_file(word + 1, option, out, err))
		return false;
	nul = out->len ? memchr(out->data, '\0', out->len) : NULL;
	return !nul || err_set(err, "%s: byte %zu is a NUL, and no prompt can "
				    "have one", word + 1,
			       (size_t)(nul - out->data) + 1);
}

static bool read_turns(struct asking *a, const char *path, struct err *err)
{
	struct json_trouble trouble;

	if (!*path)
		return true;
	if (!read_file(path, "--turns", &a->turns, err))
		return false;
	if (!json_read(&a->json, a->turns.data, a->turns.len, false, &trouble))
		return err_set(err, "%s: byte %zu: %s; --turns takes a JSON "
				    "array of messages", path, trouble.byte,
			       trouble.what);
	a->ask.turns = json_root(&a->json);
	return true;
}

/* The file that Hugging Face has beside a model; a model without it says
 * nothing. */
static void read_config(const char *folder, struct sample_own *own,
			struct err *odd)
{
	struct buf path = { 0 }, text = { 0 };
	struct err why = { "" };

	buf_printf(&path, "%sgeneration_config.json", folder);
	if (file_exists(buf_cstr(&path)) &&
	    source_read_all(buf_cstr(&path), &text, odd))
		sample_own_config(text.data, text.len, own, &why);
	if (why.text[0])
		err_at(odd, buf_cstr(&path), &why);
	buf_release(&path);
	buf_release(&text);
}

static void settle_sample(struct asking *a, const struct settings *set,
			  const struct model_map *map)
{
	struct sample_own own = sample_own_none;
	struct err why = { "" };

	sample_own_gguf(map->gguf, &own, &why);
	if (why.text[0])
		err_at(&a->odd, set->request.model, &why);
	if (set->request.model)
		read_config(map->folder, &own, &a->odd);
	a->sample = set->decode.sample;
	sample_settle(&a->sample, &own, &a->sampling);
}

bool asking_open(struct asking *a, const struct settings *set,
		 const struct model_map *map, struct err *err)
{
	const struct decode_settings *d = &set->decode;
	const struct chat_model m = chat_model(map->gguf, map->vocab,
						  map->model->shape.n_ctx);

	*a = (struct asking){ .ask = { .thinking = d->thinking } };
	settle_sample(a, set, map);
	if (*d->chat == '@' &&
	    !read_file(d->chat + 1, "--chat @", &a->given, err))
		return false;
	if (d->system) {
		if (!read_word(d->system, "--system @", &a->system, err))
			return false;
		a->ask.system = buf_cstr(&a->system);
	}
	if (!read_turns(a, d->turns, err))
		return false;
	a->chat = chat_new(d->chat, a->given.data, a->given.len, &m, err);
	return a->chat != NULL;
}

void asking_close(struct asking *a)
{
	chat_free(a->chat);
	buf_release(&a->sampling);
	buf_release(&a->system);
	buf_release(&a->turns);
	buf_release(&a->given);
	json_release(&a->json);
	*a = (struct asking){ 0 };
}

bool asking_put(const struct asking *a, const char *question, struct buf *out,
		struct err *err)
{
	struct chat_ask ask = a->ask;
	time_t seconds = time(NULL);
	struct tm today = { 0 };

	localtime_r(&seconds, &today);
	ask.question = question;
	ask.now = &today;
	return chat_put(a->chat, &ask, out, err);
}

bool asking_prompt(const struct settings *set, struct buf *memory,
		   const char **text, struct err *err)
{
	const char *prompt = set->request.prompt;

	*text = NULL;
	if (!prompt)
		return *set->decode.turns ||
		       err_set(err, "a --prompt is needed (@FILE reads it), or "
				    "--turns FILE");
	if (!read_word(prompt, "--prompt @", memory, err))
		return false;
	*text = buf_cstr(memory);
	return true;
}
