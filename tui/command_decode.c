/*
 * command_decode.c - lilscope decode: a model writes, a record a token.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "decode_serve.h"
#include "guard_report.h"
#include "model/chat.h"
#include "model_map.h"
#include "opt_decode.h"
#include "report.h"
#include "source.h"
#include "trace/json.h"

/* What the command is at work with. */
struct work {
	const struct settings *set;
	struct model_map map;
	struct pool *pool;
	struct decode *decode;
	struct buf prompt, asked;
	bool gone;             /* nobody reads */
};

static int complain(const struct err *err)
{
	guard_say(stderr, err->text);
	return EXIT_TROUBLE;
}

static void put_records(void *ctx, const char *lines, size_t n)
{
	struct work *w = ctx;

	if (fwrite(lines, 1, n, stdout) != n || fflush(stdout) != 0)
		w->gone = true;
}

/* The text of each record alone, for people. */
static void put_text(void *ctx, const char *lines, size_t n)
{
	struct work *w = ctx;
	struct json doc = { 0 };
	struct json_value text;
	const char *s;
	size_t len;

	if (json_read(&doc, lines, n, false, NULL)) {
		text = json_get(json_root(&doc), "t");
		s = json_text(text, &len);
		if (s && (fwrite(s, 1, len, stdout) != len ||
			  fflush(stdout) != 0))
			w->gone = true;
		if (json_get(json_root(&doc), "end").doc)
			putchar('\n');
	}
	json_release(&doc);
}

/* --- from options ------------------------------------------------------- */

static bool read_prompt(struct work *w, struct err *err)
{
	const char *prompt = w->set->prompt;

	if (!prompt)
		return err_set(err, "decode needs a --prompt; @FILE reads it");
	if (prompt[0] == '@')
		return source_read_all(prompt + 1, &w->prompt, err);
	buf_puts(&w->prompt, prompt);
	return true;
}

static void ask(struct work *w)
{
	const char *name = w->set->decode.chat;
	const struct chat *chat;
	const char *template;
	size_t n;

	template = vocab_template(w->map.vocab, &n);
	chat = strcmp(name, "auto") == 0 ? chat_detect(template, n) :
					   chat_find(name);
	chat_ask(chat, NULL, buf_cstr(&w->prompt), &w->asked);
}

static struct threshold_opts threshold(const struct settings *set)
{
	const char *then = set->decode.on_threshold;
	struct threshold_opts o = { .meter = set->meter,
				    .i_rule = report_rule_index(set->rule) };

	if (strcmp(then, "ignore") == 0)
		return o;
	o.policy = sparse_find(then);
	o.then = o.policy ? THRESHOLD_POLICY : THRESHOLD_STOP;
	return o;
}

static struct decode_opts options(struct work *w)
{
	const struct decode_settings *d = &w->set->decode;

	return (struct decode_opts){
		.generate = {
			.model = w->map.model,
			.vocab = w->map.vocab,
			.pool = w->pool,
			.kv = strcmp(d->kv, "f32") == 0 ? GGML_F32 : GGML_F16,
			.sparse = d->sparse,
			.sample = d->sample,
			.n_predict = d->n_predict,
			.stops = d->stops,
			.n_stops = d->n_stops,
			.ignore_eos = d->ignore_eos,
			.threshold = threshold(w->set),
		},
		.prompt = buf_cstr(&w->asked),
		.specials = strcmp(d->chat, "none") != 0,
		.policy = sparse_find(d->policy),
		.layers = d->layers,
		.named = d->control,
		.out = d->text ? put_text : put_records,
		.ctx = w,
	};
}

static bool prepare(struct work *w, struct err *err)
{
	const struct settings *set = w->set;
	struct decode_opts job;

	if (!set->model)
		return err_set(err, "decode needs a --model FILE.gguf");
	if (!read_prompt(w, err) ||
	    !model_map_open(&w->map, set->model, set->decode.tokenizer, err))
		return false;
	ask(w);
	w->pool = pool_new(set->decode.threads);
	job = options(w);
	job.generate.sparse.seed = set->decode.seed;
	job.generate.sample.seed = set->decode.seed;
	w->decode = decode_new(&job, err);
	return w->decode != NULL;
}

static void put_sentence(void *ctx, const char *sentence)
{
	(void)ctx;
	guard_say(stderr, sentence);
}

static void run(struct work *w)
{
	struct decode_server server = {
		.decode = w->decode,
		.fd = w->set->decode.control ? STDIN_FILENO : -1,
		.gone = &w->gone,
		.say = put_sentence,
	};

	decode_serve(&server);
	decode_server_release(&server);
}

int command_decode(const struct settings *set, int n_files)
{
	struct work w = { .set = set };
	struct err err = { "" };
	int status = 0;

	if (n_files)
		err_set(&err, "decode takes no FILE; the model is --model's, "
			      "the prompt --prompt's");
	if (err.text[0] || !prepare(&w, &err))
		status = complain(&err);
	else
		run(&w);
	decode_free(w.decode);
	pool_free(w.pool);
	model_map_close(&w.map);
	buf_release(&w.prompt);
	buf_release(&w.asked);
	return status;
}
