/*
 * command_bench.c - lilscope bench: problems x policies x budgets.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/num.h"
#include "bench/bench.h"
#include "bench/bench_svg.h"
#include "cli/commands.h"
#include "cli/sweep.h"
#include "decode/model_map.h"
#include "decode/need.h"
#include "input/source.h"
#include "model/sample_own.h"
#include "opt/asking.h"
#include "opt/opt.h"
#include "opt/settings.h"
#include "report/progress.h"
#include "system/crew.h"
#include "system/data.h"
#include "system/file.h"
#include "system/output.h"
#include "system/say.h"
#include "view/view_sweep.h"

enum { COLS_DEFAULT = 80, BUDGET_MAX = 1 << 24, PROGRESS_AFTER_MS = 500 };

/* What the command is at work with. */
struct bench_command {
	const struct settings *set;
	struct model_map map;
	char model_path[DATA_PATH_BYTES];
	struct problem_set problems;
	struct asking asking;
	struct bench_opts opts;
	struct progress progress;
	struct sweep_screen *sweep; /* NULL: no screen */
	struct bench_state state; /* as last told */
	struct err said;	  /* the first sentence behind the screen */
	struct buf facts;
};

/* --- from options ------------------------------------------------------- */

/* The next part of a list; false at its end. */
static bool next_part(const char **list, char *out, size_t size)
{
	size_t n;

	while (**list == ',' || **list == ' ')
		(*list)++;
	n = strcspn(*list, ", ");
	snprintf(out, size, "%.*s", (int)MIN(n, size - 1), *list);
	*list += n;
	return n > 0;
}

static bool add_case(struct bench_opts *o, const struct sparse *policy,
		     uint32_t budget, struct err *err)
{
	for (size_t i = 0; i < o->n_cases; i++)
		if (o->cases[i].policy == policy &&
		    o->cases[i].budget == budget)
			return true;
	if (o->n_cases == BENCH_CASES_MAX)
		return err_set(err,
			       "a bench takes at most %d policies and "
			       "budgets together",
			       BENCH_CASES_MAX);
	o->cases[o->n_cases++] = (struct bench_case){ policy, budget };
	return true;
}

/* Every budget of a list with one policy; each is tried on the options. name:
 * of the option that the list is of. */
static bool add_budgets(struct bench_command *w, const struct sparse *policy,
			const char *list, const char *name, struct err *err)
{
	const struct sparse_shape shape = transformer_shape(w->map.model);
	char word[32];

	while (next_part(&list, word, sizeof(word))) {
		struct sparse_opts o = w->opts.sparse;
		char *end;
		unsigned long budget = strtoul(word, &end, 10);
		struct err inner = { "" };

		if (*end || word[0] == '-' || budget < 1 || budget > BUDGET_MAX)
			return err_set(err,
				       "%s takes numbers of "
				       "tokens, not \"%s\"",
				       name, word);
		o.budget = (uint32_t)budget;
		if (!sparse_resolve(policy, &o, &shape, &inner))
			return err_set(err, "%s at %lu tokens: %s",
				       policy->name, budget, inner.text);
		if (!add_case(&w->opts, policy, o.budget, err))
			return false;
	}
	return true;
}

/* "quest", at all budgets, or "quest:96", at its own. */
static bool read_cases(struct bench_command *w, struct err *err)
{
	const char *list = w->set->bench.policies;
	char word[32];

	while (next_part(&list, word, sizeof(word))) {
		char *own = strchr(word, ':');
		const struct sparse *policy;

		if (own)
			*own++ = '\0';
		policy = sparse_find(word);
		if (!policy)
			return err_set(err,
				       "--policies: there is no policy "
				       "\"%s\"",
				       word);
		if (policy != &sparse_dense &&
		    !add_budgets(w, policy, own ? own : w->set->bench.budgets,
				 own ? "--policies" : "--budgets", err))
			return false;
	}
	return true;
}

/* A problem's own turns, if it has any, stand before those of --turns. */
static bool ask_one(const struct bench_command *w, const struct task *task,
		    struct buf *out, struct err *err)
{
	struct asking asking = w->asking;
	struct json doc = { 0 };
	struct err inner = { "" };
	bool good;

	if (task->turns && json_read(&doc, task->turns, strlen(task->turns),
				     false, NULL))
		asking.ask.turns = json_root(&doc);
	good = asking_put(&asking, *task->prompt ? task->prompt : NULL, out,
			  &inner) ||
	       err_set(err, "problem %llu: %s", (unsigned long long)task->id,
		       inner.text);
	json_release(&doc);
	return good;
}

/* What goes around each prompt. */
static bool ask(struct bench_command *w, struct err *err)
{
	struct buf asked = { 0 };
	bool good = asking_open(&w->asking, w->set, &w->map, err);

	for (size_t i = 0; good && i < w->problems.n; i++) {
		struct task *task = &w->problems.tasks[i];

		buf_clear(&asked);
		good = ask_one(w, task, &asked, err);
		if (!good)
			continue;
		mem_free(task->prompt);
		task->prompt = mem_strdup(buf_cstr(&asked));
	}
	buf_release(&asked);
	return good;
}

static bool read_problems(struct bench_command *w, struct err *err)
{
	const char *path = w->set->bench.problems;
	uint32_t n = w->set->bench.n;
	struct buf text = { 0 };
	bool good;

	if (n < 1)
		return err_set(err, "-n takes at least 1 problem");
	if (strcmp(path, "chain") == 0) {
		problem_set_draw(&w->problems, w->set->decode.seed, n);
		return true;
	}
	good = source_read_all(path, &text, err) &&
	       problem_set_read(&w->problems, text.data, text.len, path, n,
				err);
	buf_release(&text);
	if (good && w->problems.n_broken) {
		struct err note = { "" };

		err_set(&note, "%u lines hold no problem; the first: %s",
			w->problems.n_broken, w->problems.first_broken.text);
		say(stderr, note.text);
	}
	return good;
}

static bool open_model(struct bench_command *w, struct err *err)
{
	const struct settings *set = w->set;

	if (set->request.model)
		snprintf(w->model_path, sizeof(w->model_path), "%s",
			 set->request.model);
	else if (!data_path(DATA_MODEL, w->model_path, err))
		return false;
	return model_map_open(&w->map, w->model_path, set->decode.tokenizer,
			      err);
}

/* --- how it is done, for the header of the results ---------------------- */

static void fact(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s\"%s\":", out->len ? "," : "", name);
	json_put_string(out, value, strlen(value));
}

/* An option as the table shows it; "rule" where bench decides. */
static void fact_opt(struct bench_command *w, const char *name, bool rule)
{
	const struct opt *opt = opt_find(name);
	struct buf value = { 0 };

	if (rule)
		buf_puts(&value, "rule");
	else if (strcmp(name, "chat") == 0) /* "none" where auto finds none */
		buf_puts(&value, chat_name(w->asking.chat));
	else
		opt->get(opt, w->set, &value);
	fact(&w->facts, name, buf_cstr(&value));
	buf_release(&value);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Those that were given: files from before there were any go on. */
static void put_penalties(struct bench_command *w)
{
	static const char *const names[] = {
		"repeat-penalty",   "frequency-penalty", "presence-penalty",
		"repeat-last-n",    "dry-multiplier",	 "dry-base",
		"dry-allowed-length", "dry-penalty-last-n",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (opt_is_given(w->set, names[i]))
			fact_opt(w, names[i], false);
}

static void put_facts(struct bench_command *w)
{
	static const char *const plain[] = {
		"n",	       "seed",	"predict",  "kv",
		"temperature", "top-k", "top-p",    "min-p",
		"page",	       "sinks", "recent",   "dense-layers",
		"keep-prompt", "chat",	"patience", "coder",
	};
	static const char *const then[] = {
		"at-threshold", "conclude-text", "conclude-ramp",
		"conclude-limit", "retries",
	};
	char size[32];

	snprintf(size, sizeof(size), "%zu", w->map.n_bytes);
	fact(&w->facts, "model", base_name(w->model_path));
	fact(&w->facts, "model_bytes", size);
	fact(&w->facts, "problems", base_name(w->set->bench.problems));
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		fact_opt(w, plain[i], false);
	put_penalties(w);
	if (w->set->decode.system)
		fact_opt(w, "system", false);
	if (w->set->bench.batch > 1)
		fact_opt(w, "batch", false);
	if (w->set->decode.thinking != CHAT_THINKING_AUTO)
		fact_opt(w, "thinking", false);
	fact_opt(w, "f", !w->opts.f_given);
	fact_opt(w, "t", !w->opts.t_given);
	fact(&w->facts, "rescue",
	     w->opts.rescue ? w->opts.rescue->name : "none");
	/* files from before these were there go on */
	if (w->opts.after[BENCH_CONCLUDE] || w->opts.after[BENCH_ROLLBACK] ||
	    w->opts.after[BENCH_RETRY])
		for (size_t i = 0; i < ARRAY_LEN(then); i++)
			fact_opt(w, then[i], false);
}

/* --- while it runs ------------------------------------------------------ */

static bool tell(void *ctx, const struct bench_state *s)
{
	struct bench_command *w = ctx;
	uint32_t n = s->n_done + s->n_lost;
	char left[NUM_BYTES] = "", text[256];

	w->state = *s;
	if (w->sweep)
		return sweep_tell(w->sweep, s);
	if (isfinite(s->left_s))
		num_left(left, s->left_s);
	/* How long sparse runs become is what is to be found out. */
	if (s->dense)
		snprintf(text, sizeof(text), "%u of %u runs; dense first%s%s",
			 n, s->n_all, left[0] ? ": " : "", left);
	else
		snprintf(text, sizeof(text), "%u of %u runs%s%s%s", n, s->n_all,
			 left[0] ? ", " : "", left, left[0] ? " left" : "");
	progress_at(&w->progress, (double)n / s->n_all, text);
	return true;
}

static void say_between(void *ctx, const char *sentence)
{
	struct bench_command *w = ctx;

	if (w->sweep) { /* said once more when the screen is gone */
		sweep_complain(w->sweep, sentence);
		err_set(&w->said, "%s", sentence);
		return;
	}
	progress_hide(&w->progress);
	say(stderr, sentence);
}

static int terminal_cols(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return COLS_DEFAULT;
	return size.ws_col;
}

/* --- all of it ---------------------------------------------------------- */

/* A list of words and at most one policy; dense where nothing is said. */
static bool ways_on(const struct settings *set, struct bench_opts *o,
		    struct err *err)
{
	static const struct {
		enum threshold_then then;
		enum bench_then way;
	} ways[] = {
		{ THRESHOLD_CONCLUDE, BENCH_CONCLUDE },
		{ THRESHOLD_ROLLBACK, BENCH_ROLLBACK },
		{ THRESHOLD_RETRY, BENCH_RETRY },
	};
	const char *list = *set->at_threshold ? set->at_threshold : "dense";
	char word[32];

	o->how = set->then;
	while (next_part(&list, word, sizeof(word))) {
		const struct sparse *policy;
		enum threshold_then then = threshold_find(word, &policy);

		for (size_t i = 0; i < ARRAY_LEN(ways); i++)
			o->after[ways[i].way] |= then == ways[i].then;
		if (policy && o->rescue)
			return err_set(err, "--at-threshold takes one policy: "
					    "%s or %s", o->rescue->name, word);
		if (policy)
			o->rescue = policy;
	}
	o->after[BENCH_RESCUE] = o->rescue != NULL;
	return true;
}

static bool is_of_bytes(const struct settings *set, struct err *err)
{
	return !coder_rows[set->meter.rule.coder].ids ||
	       err_set(err,
		       "bench measures bytes: --coder %s is over token ids",
		       coder_rows[set->meter.rule.coder].name);
}

/* Every job at its longest at once, dense, and a way that it goes on beside it:
 * so no run dies of what was not there before the first began. */
static bool have_memory(const struct bench_command *w, struct err *err)
{
	const struct bench_opts *o = &w->opts;
	size_t n_runs = w->problems.n * (o->n_cases + 1), n = 0;
	unsigned n_jobs = o->n_jobs ? o->n_jobs : crew_cores();
	struct vocab_ids ids = { 0 };
	struct memory_left spare = spare_memory("");
	struct need need = { .model = o->model,
			     .kv = o->kv,
			     .policy = &sparse_dense,
			     .n_prompt = 1,
			     .thread_bytes = (double)workers_job_bytes(),
			     .token_bytes = NEED_WATCHED_BYTES,
			     .others = "fewer --jobs, a smaller --batch, " };
	bool good;

	for (size_t i = 0; i < w->problems.n; i++)
		if (strlen(w->problems.tasks[i].prompt) >=
		    strlen(w->problems.tasks[n].prompt))
			n = i;
	vocab_encode(o->vocab, w->problems.tasks[n].prompt,
		     strlen(w->problems.tasks[n].prompt), 0, &ids);
	if (ids.n && ids.n < o->model->shape.n_ctx)
		need.n_prompt = (uint32_t)ids.n;
	vocab_ids_release(&ids);
	for (size_t i = 0; i < ARRAY_LEN(o->after); i++)
		need.n_ways += o->after[i];
	need.apart = need.n_ways > 0;
	need.n_predict = o->n_predict;
	need.n_texts = (unsigned)MIN(MAX(o->n_batch, 1), n_runs);
	need.n_processes = (unsigned)MIN(MIN(n_jobs, WORKERS_MAX),
					 n_runs / need.n_texts);
	good = need_fits(&need, &spare, err);
	if (good)
		need_say(&need, &spare);
	return good;
}

static bool prepare(struct bench_command *w, struct err *err)
{
	const struct settings *set = w->set;
	const struct decode_settings *d = &set->decode;
	struct bench_opts *o = &w->opts;
	uint32_t n_ctx;

	if (!open_model(w, err) || !read_problems(w, err) || !ask(w, err))
		return false;
	n_ctx = w->map.model->shape.n_ctx;
	*o = (struct bench_opts){
		.model = w->map.model,
		.vocab = w->map.vocab,
		.kv = cache_type_named(d->kv),
		.sparse = d->sparse,
		.sample = d->sample,
		.n_predict = d->n_predict ? d->n_predict
					  : MIN(n_ctx, BENCH_PREDICT_MAX),
		.specials = chat_specials(w->asking.chat),
		.set = &w->problems,
		.meter = set->meter,
		.f_given = opt_is_given(set, "f"),
		.t_given = opt_is_given(set, "t"),
		.n_jobs = set->report.jobs,
		.n_batch = set->bench.batch,
		.tell = tell,
		.say = say_between,
		.ctx = w,
	};
	o->sparse.seed = o->sample.seed = d->seed;
	if (!cache_fits(o->kv, w->map.model->shape.d_head, err) ||
	    !read_cases(w, err) || !ways_on(set, o, err) ||
	    !is_of_bytes(set, err) ||
	    (set->bench.svg && !file_try_write(set->bench.svg, err)) ||
	    !have_memory(w, err))
		return false;
	put_facts(w);
	o->facts = buf_cstr(&w->facts);
	o->out = set->bench.out;
	return true;
}

static bool put_results(struct bench_command *w,
			const struct bench_table *table,
			const struct bench_run *runs, size_t n_runs,
			struct err *err)
{
	struct buf out = { 0 }, facts = { 0 };
	bool good = true;

	if (w->set->report.output == OUTPUT_JSON) {
		buf_printf(&facts, "%s,", w->opts.facts);
		bench_print_json(table, buf_cstr(&facts), &out);
	} else if (w->set->report.output == OUTPUT_CSV) {
		bench_print_csv(table, &out);
	} else {
		bench_print(table, &out);
	}
	good = output(out.data, out.len, err) || !err->text[0];
	buf_clear(&out);
	if (good && w->set->bench.svg) {
		bench_svg(table, runs, n_runs, &out);
		good = file_write(w->set->bench.svg, out.data, out.len, err);
	}
	buf_release(&out);
	buf_release(&facts);
	return good;
}

/* People at a terminal see it run; who wants lines gets lines. */
static void open_screen(struct bench_command *w)
{
	const struct settings *set = w->set;
	struct err err = { "" };

	if (set->report.output != OUTPUT_TABLE || set->show.plain ||
	    !isatty(STDOUT_FILENO))
		return;
	w->sweep = sweep_open(set, &err);
	if (!w->sweep)
		return; /* a terminal that can't: the bar is enough */
	sweep_fds(w->sweep, w->opts.fds);
	w->opts.n_fds = LOOP_FDS;
}

static void stopped_note(const struct bench_command *w, struct err *note)
{
	err_set(note, "stopped after %u of %u runs%s", w->state.n_done,
		w->state.n_all,
		w->opts.out ? "; the same command goes on"
			    : "; with --out FILE a bench goes on later");
}

/* Ctrl-C ends the program here: what is kept is told on the way out. */
static void close_screen(struct bench_command *w, bool stay)
{
	struct err note = { "" };

	if (!w->sweep)
		return;
	if (stay)
		sweep_stay(w->sweep, &w->state);
	else
		stopped_note(w, &note);
	sweep_close(w->sweep, note.text[0] ? note.text : NULL);
	w->sweep = NULL;
	if (w->said.text[0])
		say(stderr, w->said.text);
}

static void say_stopped(const struct bench_command *w)
{
	struct err note = { "" };

	stopped_note(w, &note);
	say(stderr, note.text);
}

static bool run(struct bench_command *w, struct err *err)
{
	struct bench_table table = { 0 };
	struct bench_run *runs = NULL;
	size_t n_runs = 0;
	bool good, stopped = false;

	open_screen(w);
	progress_init(&w->progress, isatty(STDERR_FILENO) ? stderr : NULL,
		      terminal_cols(), PROGRESS_AFTER_MS);
	good = bench_run_all(&w->opts, &table, &runs, &n_runs, &stopped, err);
	close_screen(w, good && !stopped);
	progress_hide(&w->progress);
	if (good && stopped)
		say_stopped(w);
	good = good && put_results(w, &table, runs, n_runs, err);
	for (size_t i = 0; i < n_runs; i++)
		bench_run_release(&runs[i]);
	mem_free(runs);
	bench_table_release(&table);
	return good;
}

int command_bench(const struct settings *set, char **files, int n_files)
{
	struct settings settled = *set;
	struct bench_command w = { .set = &settled };
	struct buf told = { 0 };
	struct err err = { "" };
	bool good;

	(void)files;
	/* what the model's makers say is not asked: runs are compared */
	sample_settle(&settled.decode.sample, &sample_own_none, &told);
	buf_release(&told);
	if (n_files)
		err_set(&err, "bench takes no FILE; --problems names one, "
			      "--out the results");
	good = !n_files && prepare(&w, &err) && run(&w, &err);
	if (!good)
		say(stderr, err.text);
	problem_set_release(&w.problems);
	asking_close(&w.asking);
	model_map_close(&w.map);
	buf_release(&w.facts);
	return good && !w.state.n_lost ? 0 : EXIT_TROUBLE;
}
