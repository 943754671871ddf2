/*
 * command_decode.c - lilscope decode: a model writes, a record a token.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "opt/asking.h"
#include "opt/writer_setup.h"
#include "decode/model_map.h"
#include "decode/driver.h"
#include "system/output.h"
#include "system/say.h"

/* What the command is at work with. */
struct decode_command {
	const struct settings *set;
	struct model_map map;
	struct pool *pool;
	struct writer *writer;
	struct asking asking;
	struct buf prompt, asked;
	bool gone;             /* nothing can be written any more */
	struct err unwritten;  /* why, where somebody still reads */
};

static void put_bytes(void *ctx, const char *bytes, size_t n)
{
	struct decode_command *w = ctx;

	w->gone = w->gone || !output(bytes, n, &w->unwritten);
}

/* --- from options ------------------------------------------------------- */

static bool prepare(struct decode_command *w, struct err *err)
{
	const struct settings *set = w->set;
	struct threshold_opts then;
	struct writer_opts o;
	const char *prompt;

	if (!writer_setup_then(set, &then, err))
		return false;
	if (!set->request.model)
		return err_set(err, "decode needs a --model: a GGUF file or "
				    "a folder");
	if (!asking_prompt(set, &w->prompt, &prompt, err) ||
	    !model_map_open(&w->map, set->request.model, set->decode.tokenizer,
			    err) ||
	    !asking_open(&w->asking, set, &w->map, err) ||
	    !asking_put(&w->asking, prompt, &w->asked, err))
		return false;
	if (w->asking.odd.text[0])
		say(stderr, w->asking.odd.text);
	w->pool = pool_new(model_map_threads(&w->map,
					      set->decode.threads));
	o = writer_setup(set, &w->map, &w->asking);
	o.generate.pool = w->pool;
	o.prompt = buf_cstr(&w->asked);
	o.text = set->decode.text;
	o.out = put_bytes;
	o.ctx = w;
	w->writer = writer_new(&o, err);
	return w->writer != NULL;
}

static void put_sentence(void *ctx, const char *sentence)
{
	(void)ctx;
	say(stderr, sentence);
}

/* false: the text could not go on, which is said. */
static bool run(struct decode_command *w)
{
	struct driver driver = {
		.writer = w->writer,
		.fd = w->set->decode.control ? STDIN_FILENO : -1,
		.gone = &w->gone,
		.say = put_sentence,
	};

	driver_run(&driver);
	driver_release(&driver);
	return !driver.broke;
}

int command_decode(const struct settings *set, char **files, int n_files)
{
	struct decode_command w = { .set = set };
	struct err err = { "" };
	int status = 0;

	(void)files;
	if (n_files)
		err_set(&err, "decode takes no FILE; the model is --model's, "
			      "the prompt --prompt's");
	if (err.text[0] || !prepare(&w, &err))
		status = say_trouble(&err);
	else if (!run(&w))
		status = EXIT_TROUBLE;
	if (w.unwritten.text[0])
		status = say_trouble(&w.unwritten);
	writer_free(w.writer);
	pool_free(w.pool);
	model_map_close(&w.map);
	asking_close(&w.asking);
	buf_release(&w.prompt);
	buf_release(&w.asked);
	return status;
}
