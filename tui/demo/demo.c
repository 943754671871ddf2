/*
 * The demo's decoder is held between steps, so that it goes at a pace to look
 * at: credit grows with time, and is spent on batches of steps for all runs.
 */
#include "demo/demo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "decode/need.h"
#include "opt/writer_setup.h"
#include "input/source.h"
#include "system/data.h"
#include "view/compare.h"
#include "view/lane.h"
#include "view/list.h"
#include "view/views.h"

#define FRAME_S	  (1.0 / 30)
#define PACE_S	  2.0 /* a pace is the mean of so long */
#define PACE_KEPT 0.9 /* of what is asked: as good as kept */

enum {
	STEPS_MAX = 4096, /* asked for at once */
};

/* --- making ------------------------------------------------------------- */

static bool open_model(struct demo *d, const struct settings *set,
		       struct err *err)
{
	char path[DATA_PATH_BYTES];

	d->in_box = !set->request.model;
	if (d->in_box && !data_path(DATA_MODEL, path, err))
		return false;
	return model_map_open(&d->map, d->in_box ? path : set->request.model,
			      set->decode.tokenizer, err);
}

/* Can B's policy, and what it goes on with at the threshold, be? Asked here,
 * for the decoder would begin without B. */
static bool try_policy(const struct demo *d, const struct settings *set,
		       const struct sparse *policy, uint32_t budget,
		       struct err *err)
{
	const struct sparse_shape shape = transformer_shape(d->map.model);
	struct sparse_opts o = set->decode.sparse;
	struct err inner = { "" };

	if (budget)
		o.budget = budget;
	return sparse_resolve(policy, &o, &shape, &inner) ||
	       err_set(err, "demo, %s: %s", policy->name, inner.text);
}

/* Runs that may come: what goes back at the threshold leaves the run that it
 * went back from. */
static unsigned n_later(const struct demo *d, const struct settings *set)
{
	const struct sparse *policy;
	enum threshold_then then = threshold_find(d->runs[1].then, &policy);

	if (then == THRESHOLD_RETRY)
		return set->then.retries;
	return then == THRESHOLD_ROLLBACK;
}

/* For a prompt of one token; the decoder knows how long it is. */
static bool have_memory(const struct demo *d, const struct settings *set,
			struct err *err)
{
	const struct memory_left spare = spare_memory("");
	struct need need = { .model = d->map.model,
			     .kv = cache_type_named(set->decode.kv),
			     .policy = &sparse_dense,
			     .n_prompt = 1,
			     .n_predict = set->decode.n_predict,
			     .n_texts = (unsigned)d->n_runs,
			     .n_later = n_later(d, set),
			     .token_bytes = NEED_WATCHED_BYTES,
			     .n_processes = 1,
			     .warm = true,
			     .others = "" };

	return need_fits(&need, &spare, err);
}

static bool try_runs(const struct demo *d, const struct settings *set,
		     struct err *err)
{
	const struct demo_run *b = &d->runs[1];
	const struct sparse *then = sparse_find(b->then);

	return cache_fits(cache_type_named(set->decode.kv),
			  d->map.model->shape.d_head, err) &&
	       try_policy(d, set, b->policy, b->budget, err) &&
	       (!then || try_policy(d, set, then, 0, err)) &&
	       have_memory(d, set, err);
}

/* Dense, and the one that was asked for. */
static void choose_runs(struct demo *d, const struct settings *set)
{
	const struct sparse *policy = sparse_find(set->decode.policy);
	uint32_t budget = set->decode.sparse.budget;

	if (policy == &sparse_dense)
		policy = sparse_find("quest");
	d->runs[0] = (struct demo_run){ &sparse_dense, 0, "ignore" };
	d->runs[1] = (struct demo_run){ policy, budget, "ignore" };
	if (budget == SPARSE_AUTO)
		d->runs[1].budget = d->in_box ? DEMO_BUDGET : 0;
	if (*set->at_threshold)
		snprintf(d->runs[1].then, sizeof(d->runs[1].then), "%s",
			 set->at_threshold);
	d->n_runs = 2;
}

bool demo_new(struct app *app, struct err *err)
{
	struct demo *d = mem_zalloc(sizeof(*d));

	d->waiting = DECK_NONE;
	app->demo = d;
	if (!open_model(d, &app->set, err) ||
	    !asking_open(&d->asking, &app->set, &d->map, err))
		return false;
	choose_runs(d, &app->set);
	return try_runs(d, &app->set, err);
}

void demo_free(struct app *app)
{
	struct demo *d = app->demo;

	if (!d)
		return;
	asking_close(&d->asking);
	model_map_close(&d->map);
	buf_release(&d->prompt);
	buf_release(&d->alarms);
	mem_free(d);
	app->demo = NULL;
}

/* --- telling ------------------------------------------------------------ */

bool demo_tell(struct app *app, size_t i_run, const char *line)
{
	struct demo *d = app->demo;
	char which[32];

	snprintf(which, sizeof(which), "run %zu", i_run);
	if (d->decoder && !d->gone &&
	    (i_run == DECK_NONE || decoder_tell(d->decoder, which)) &&
	    decoder_tell(d->decoder, line))
		return true;
	app_complain(app, "the decoder does not listen any more; A begins %s",
		     d->has_problem ? "another problem" : "anew");
	return false;
}

size_t demo_added(struct app *app)
{
	struct demo *d = app->demo;
	size_t i = MAX(deck_n(app->deck) - d->first, d->n_asked);

	d->n_asked = i + 1;
	return i;
}

bool demo_tell_then(struct app *app, size_t i_run, const char *then)
{
	struct demo_run *runs = app->demo->runs;
	char line[32];

	if (i_run < DEMO_RUNS_MAX)
		snprintf(runs[i_run].then, sizeof(runs[i_run].then), "%s",
			 then);
	if (strcmp(then, "ignore") == 0)
		return true;
	snprintf(line, sizeof(line), "threshold %s", then);
	return demo_tell(app, i_run, line);
}

static void put_rule(struct demo *d, const struct rule_opts *rule,
		     struct buf *out)
{
	d->told = *rule;
	buf_printf(out, "rule %u %.17g %u", rule->f, rule->t, rule->patience);
}

/* What the decoder begins with: it is held, and the other runs are there. */
static void put_start(struct demo *d, const struct settings *set,
		      struct buf *out)
{
	buf_puts(out, "pause\n");
	put_rule(d, &set->meter.rule, out);
	buf_putc(out, '\n');
	for (size_t i = 0; i < d->n_runs; i++) {
		const struct demo_run *run = &d->runs[i];

		if (i && run->budget)
			buf_printf(out, "also %s %u\n", run->policy->name,
				   run->budget);
		else if (i)
			buf_printf(out, "also %s\n", run->policy->name);
		if (strcmp(run->then, "ignore") != 0)
			buf_printf(out, "run %zu\nthreshold %s\n", i,
				   run->then);
	}
}

/* --- problems ----------------------------------------------------------- */

static struct writer_opts job_of(const struct app *app)
{
	const struct demo *d = app->demo;
	struct writer_opts job = writer_setup(&app->set, &d->map,
						 &d->asking);

	job.policy = d->runs[0].policy;
	job.generate.threshold.then = THRESHOLD_IGNORE;
	job.generate.sample.seed += d->n_problems;
	job.prompt = buf_cstr((struct buf *)&d->prompt);
	if (d->has_problem) { /* as the model in the box was trained */
		job.chat = NULL;
		job.specials = false;
	}
	job.gold = d->gold[0] ? d->gold : NULL;
	job.n_beside = (unsigned)d->n_runs;
	job.n_later = n_later(d, &app->set);
	job.named = job.stay = job.warm = true;
	job.pages = PAGES_BY_HEAD;
	return job;
}

static void set_name(struct demo *d)
{
	if (d->own)
		snprintf(d->name, sizeof(d->name),
			 "demo, a problem of your own");
	else if (d->has_problem)
		snprintf(d->name, sizeof(d->name), "demo, problem %llu",
			 (unsigned long long)d->seed);
	else
		snprintf(d->name, sizeof(d->name), "demo, prompt %zu",
			 d->n_problems + 1);
}

/* Asked here: a decoder would say so to a screen that is empty. */
static bool try_prompt(const struct writer_opts *job, struct err *err)
{
	struct vocab_ids ids = { 0 };
	struct err inner = { "" };
	bool good = writer_read_prompt(job, &ids, &inner);

	vocab_ids_release(&ids);
	return good || err_set(err, "demo: %s", inner.text);
}

static bool begin(struct app *app, struct err *err)
{
	struct demo *d = app->demo;
	struct writer_opts job = job_of(app);
	struct buf start = { 0 };
	struct decoder *decoder;

	if (!try_prompt(&job, err))
		return false;
	if (d->decoder && !d->gone)
		decoder_tell(d->decoder, "quit");
	put_start(d, &app->set, &start);
	decoder = decoder_open(&job,
			       model_map_threads(&d->map,
						 app->set.decode.threads),
			       buf_cstr(&start), err);
	buf_release(&start);
	if (!decoder)
		return false;
	set_name(d);
	d->why.text[0] = '\0';
	d->n_problems++;
	d->decoder = decoder;
	d->gone = false;
	d->first = deck_n(app->deck);
	d->n_asked = d->n_runs;
	for (size_t i = d->n_runs; i < DEMO_RUNS_MAX; i++)
		d->runs[i].then[0] = '\0';
	d->waiting = DECK_NONE;
	d->credit = 0;
	d->held = false;
	app->pace = PACE_FOLLOW;
	app->home = &view_compare;
	compare_of(app)->waiting = "The model reads the prompt.";
	deck_add_source(app->deck, source_decoder(d->name, decoder));
	compare_follow(app);
	return true;
}

static bool begin_problem(struct app *app, struct err *err)
{
	struct demo *d = app->demo;

	buf_clear(&d->prompt);
	problem_prompt(&d->problem, &d->prompt);
	snprintf(d->gold, sizeof(d->gold), "%d", problem_answer(&d->problem));
	d->has_problem = true;
	return begin(app, err);
}

static bool needs_box(const struct demo *d, struct err *err)
{
	return d->in_box ||
	       err_set(err, "problems are for the model in the box; W asks "
			    "this one something else");
}

bool demo_draw(struct app *app, uint64_t seed, struct err *err)
{
	struct demo *d = app->demo;

	if (!needs_box(d, err))
		return false;
	d->seed = seed;
	d->own = false;
	problem_draw(seed, &d->problem);
	return begin_problem(app, err);
}

bool demo_own(struct app *app, const char *text, struct err *err)
{
	struct demo *d = app->demo;
	struct problem problem;

	if (!needs_box(d, err) ||
	    !problem_read(text, strlen(text), &problem, err))
		return false;
	d->problem = problem;
	d->own = true;
	return begin_problem(app, err);
}

bool demo_ask(struct app *app, const char *prompt, struct err *err)
{
	struct demo *d = app->demo;

	buf_clear(&d->prompt);
	if (!asking_put(&d->asking, prompt, &d->prompt, err))
		return false;
	d->gold[0] = '\0';
	d->own = d->has_problem = false;
	return begin(app, err);
}

/* Asked again it says the same. */
static bool is_greedy(const struct demo *d)
{
	return !(d->asking.sample.temperature > 0);
}

bool demo_next(struct app *app, struct err *err)
{
	struct demo *d = app->demo;

	if (d->has_problem)
		return demo_draw(app, d->own ? d->seed : d->seed + 1, err);
	if (!begin(app, err))
		return false;
	if (is_greedy(d))
		app_say(app, "the same once more: greedy draws nothing; "
			     "--temperature would, W asks something else");
	else
		app_say(app, "asked once more, drawn by seed %llu",
			(unsigned long long)job_of(app).generate.sample.seed -
				1);
	return true;
}

/* --- runs --------------------------------------------------------------- */

size_t demo_entry(const struct app *app, size_t i)
{
	size_t at = app->demo->first + i;

	return at < deck_n(app->deck) ? at : DECK_NONE;
}

bool demo_current(const struct app *app, size_t *i_run)
{
	const struct compare *c = compare_of(app);
	size_t entry = deck_opened(app->deck);

	if (app->view == &view_compare && c->lane < c->n)
		entry = c->runs[c->lane];
	if (entry == DECK_NONE || entry < app->demo->first)
		return false;
	*i_run = entry - app->demo->first;
	return true;
}

static const struct run *run_at(const struct app *app, size_t entry)
{
	return entry == DECK_NONE ? NULL : deck_kept(app->deck, entry);
}

/* The one under way with the most tokens; DECK_NONE: none is under way. */
static size_t leader(const struct app *app, uint32_t *n_tokens)
{
	size_t best = DECK_NONE;

	*n_tokens = 0;
	for (size_t i = app->demo->first; i < deck_n(app->deck); i++) {
		const struct run *run = run_at(app, i);

		if (!run || run->ended)
			continue;
		if (best == DECK_NONE || run->trace.n_tokens > *n_tokens) {
			best = i;
			*n_tokens = run->trace.n_tokens;
		}
	}
	return best;
}

bool demo_all_ended(const struct app *app)
{
	uint32_t n;

	return deck_n(app->deck) >= app->demo->first + app->demo->n_runs &&
	       leader(app, &n) == DECK_NONE;
}

/* --- steps -------------------------------------------------------------- */

static bool is_busy(const struct app *app)
{
	const struct demo *d = app->demo;
	const struct run *run = run_at(app, d->waiting);

	return run && !run->ended && run->trace.n_tokens < d->until;
}

bool demo_is_busy(const struct app *app)
{
	const struct demo *d = app->demo;

	return !d->gone && (deck_n(app->deck) < d->first + d->n_runs ||
			    is_busy(app));
}

/* n steps of every run, if the last ones are done. */
static bool steps(struct app *app, uint32_t n)
{
	struct demo *d = app->demo;
	char line[32];
	uint32_t tokens;
	size_t first = leader(app, &tokens);

	if (!n || d->gone || first == DECK_NONE || is_busy(app))
		return false;
	snprintf(line, sizeof(line), "step %u", n);
	if (!demo_tell(app, DECK_NONE, line)) {
		d->held = true;
		return false;
	}
	d->waiting = first;
	d->until = tokens + n;
	return true;
}

static bool is_at_end(const struct app *app)
{
	return app->view == &view_compare ? isinf(compare_of(app)->at) :
					   app->pace == PACE_FOLLOW;
}

/* Over the last PACE_S seconds, of the longest run that still goes on. */
static void keep_pace(struct demo_pace *p, double rate, uint32_t n,
		      double seconds)
{
	if (n < p->from || p->asked != rate)
		*p = (struct demo_pace){ .asked = rate, .from = n };
	p->s += seconds;
	if (p->s < PACE_S)
		return;
	p->real = (n - p->from) / p->s;
	p->from = n;
	p->s = 0;
}

void demo_tick(struct app *app, double seconds)
{
	struct demo *d = app->demo;
	double rate = DEMO_TOKENS_PER_S * app->speed;
	uint32_t n;

	if (d->held || leader(app, &n) == DECK_NONE)
		return;
	keep_pace(&d->pace, rate, n, seconds);
	/* A slow model owes nothing: it goes as fast as it can. */
	d->credit = fmin(d->credit + seconds * rate,
			 fmin(fmax(rate * FRAME_S, 1), STEPS_MAX));
	if (d->credit >= 1 && steps(app, (uint32_t)d->credit))
		d->credit -= floor(d->credit);
}

double demo_next_tick(const struct app *app)
{
	const struct demo *d = app->demo;
	double rate = DEMO_TOKENS_PER_S * app->speed;
	uint32_t n;

	if (d->held || d->gone || leader(app, &n) == DECK_NONE)
		return -1;
	return fmax(FRAME_S, (1 - d->credit) / rate);
}

bool demo_toggle(struct app *app)
{
	struct demo *d = app->demo;

	if (!is_at_end(app) || demo_all_ended(app))
		return false;
	d->held = !d->held;
	d->credit = 0;
	if (d->held)
		app_say(app, "held; . is one step, Space goes on");
	else
		app_say(app, "%g tokens a second; [ slower, ] faster",
			DEMO_TOKENS_PER_S * app->speed);
	return true;
}

bool demo_step(struct app *app)
{
	if (!is_at_end(app) || demo_all_ended(app))
		return false;
	app->demo->held = true;
	steps(app, 1);
	return true;
}

/* --- in step ------------------------------------------------------------ */

static void tell_rule(struct app *app)
{
	struct demo *d = app->demo;
	const struct rule_opts *rule = &app->set.meter.rule;
	struct buf line = { 0 };

	if (rule->f == d->told.f && rule->t == d->told.t &&
	    rule->patience == d->told.patience)
		return;
	put_rule(d, rule, &line);
	demo_tell(app, DECK_NONE, buf_cstr(&line));
	buf_release(&line);
}

int demo_fd(const struct app *app)
{
	const struct demo *d = app->demo;

	return d && d->decoder && !d->gone ? decoder_news_fd(d->decoder) : -1;
}

bool demo_is_shown(const struct app *app)
{
	return app->demo && app->view == &view_compare;
}

/* What is done with the run of an entry there; nothing if it is not known. */
static void put_then(const struct demo *d, size_t entry, struct buf *out)
{
	static const struct {
		const char *then, *words;
	} rows[] = {
		{ "ignore", ", nothing is done" },
		{ "report", ", nothing is done" },
		{ "stop", ": it ends there" },
		{ "conclude", ": the answer is asked for" },
		{ "rollback", ": the loop is cut off, and it goes on as "
			      "another run" },
		{ "retry", ": it is tried again, as another run" },
	};
	const char *then = entry - d->first < DEMO_RUNS_MAX ?
				   d->runs[entry - d->first].then :
				   "";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].then, then) == 0) {
			buf_puts(out, rows[i].words);
			return;
		}
	if (*then)
		buf_printf(out, ": it goes on by %s", then);
}

/* That runs reached their threshold, each once, and what comes of that. Several
 * may in one step, or in the next: what stands there goes on. */
static void tell_alarms(struct app *app)
{
	struct demo *d = app->demo;
	size_t n = deck_n_alarms(app->deck), i;
	struct buf *line = &d->alarms;
	char number[NUM_BYTES];

	if (d->n_alarms == n)
		return;
	if (line->len && strcmp(app->message, buf_cstr(line)) != 0)
		buf_clear(line);
	for (; d->n_alarms < n; d->n_alarms++) {
		i = deck_alarm(app->deck, d->n_alarms);
		if (i == DECK_NONE || i < d->first)
			continue; /* of a problem that is left */
		buf_printf(line, "%s%c: %s at token %s",
			   line->len ? "; " : "", lane_letter(i - d->first),
			   list_stop_word(app),
			   num_count(number,
				     deck_entry(app->deck, i)->fired_at));
		put_then(d, i, line);
		app->bell = true;
	}
	if (line->len)
		app_say(app, "%s", buf_cstr(line));
}

/* What the decoder complains of; a run that it refused is not awaited. */
static void take_news(struct app *app)
{
	struct demo *d = app->demo;
	struct err why = { "" };

	if (!decoder_news(d->decoder, &why))
		return;
	d->why = why;
	d->n_asked = MAX(deck_n(app->deck) - d->first, d->n_runs);
	app_complain(app, "%s", why.text);
}

void demo_sync(struct app *app)
{
	struct demo *d = app->demo;

	if (!d->decoder)
		return;
	take_news(app);
	if (!d->gone && decoder_is_gone(d->decoder)) {
		d->gone = d->held = true;
		compare_of(app)->waiting =
			d->why.text[0]	 ? d->why.text :
			d->has_problem ? "Nothing was decoded; A begins "
					 "another problem." :
					 "Nothing was decoded; A asks again.";
		app->dirty = true;
	}
	if (!d->gone)
		tell_rule(app);
	tell_alarms(app);
}

/* --- words -------------------------------------------------------------- */

static void say_pace(const struct demo_pace *p, double asked, const char *dot,
		     struct buf *out)
{
	char real[NUM_BYTES];

	if (p->asked != asked || !(p->real > 0))
		buf_printf(out, "%sdecoding, at most %g tokens a second", dot,
			   asked);
	else if (p->real >= asked * PACE_KEPT)
		buf_printf(out, "%sdecoding %g tokens a second", dot, asked);
	else
		buf_printf(out, "%sdecoding %s tokens a second, %g asked", dot,
			   num_real(real, p->real, p->real < 10, false), asked);
}

void demo_facts(const struct app *app, bool ascii, struct buf *out)
{
	const struct demo *d = app->demo;
	const char *dot = ascii ? " | " : " · ";

	if (d->has_problem)
		buf_printf(out, "how many does %s have?%sright: %s",
			   problem_name(&d->problem, d->problem.chain[0]),
			   dot, d->gold);
	else
		buf_printf(out, "%zu bytes of prompt", d->prompt.len);
	if (d->gone)
		buf_printf(out, "%sthe decoder has ended", dot);
	else if (demo_all_ended(app))
		buf_printf(out, "%sall have ended: %s", dot,
			   d->has_problem ? "A next problem" :
			   is_greedy(d)	  ? "W asks something else" :
					    "A asks again");
	else if (!is_at_end(app)) /* where Space plays what is there */
		buf_printf(out, "%syou look back, it %s: G goes to its end",
			   dot, d->held ? "is held" : "goes on");
	else if (d->held)
		buf_printf(out, "%sheld: . one step, Space goes on", dot);
	else
		say_pace(&d->pace, DEMO_TOKENS_PER_S * app->speed, dot, out);
	if (!d->has_problem)
		buf_printf(out, "%s%s%s%s", dot, chat_told(d->asking.chat),
			   dot, buf_cstr((struct buf *)&d->asking.sampling));
}
