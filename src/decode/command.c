/*
 * The commands of a decoder, one row each.
 */
#include "decode/writer_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- words -------------------------------------------------------------- */

/* A line's words. */
struct words {
	char text[256];
	char *at[4];
	size_t n;
};

static void cut_words(struct words *w, const char *line)
{
	char *s = w->text;

	w->n = 0;
	snprintf(w->text, sizeof(w->text), "%s", line);
	while (w->n < ARRAY_LEN(w->at)) {
		s += strspn(s, " \t\r\n");
		if (!*s)
			return;
		w->at[w->n++] = s;
		s += strcspn(s, " \t\r\n");
		if (*s)
			*s++ = '\0';
	}
}

/* Word i as a count; `otherwise` if it is not there. */
static bool word_count(const struct words *w, size_t i, uint32_t otherwise,
		       uint32_t *out, struct err *err)
{
	char *end;
	unsigned long value;

	*out = otherwise;
	if (i >= w->n)
		return true;
	value = strtoul(w->at[i], &end, 10);
	if (*end || w->at[i][0] == '-' || value < 1 || value > 1 << 30)
		return err_set(err, "%s takes a number, not \"%s\"", w->at[0],
			       w->at[i]);
	*out = (uint32_t)value;
	return true;
}

static bool word_policy(const struct words *w, size_t i,
			const struct sparse **out, struct err *err)
{
	*out = i < w->n ? sparse_find(w->at[i]) : NULL;
	if (i < w->n && !*out)
		return err_set(err, "there is no policy \"%s\"", w->at[i]);
	return true;
}

/* --- what is done -------------------------------------------------------- */

static bool do_pause(struct decode *d, const struct words *w, struct err *err)
{
	(void)w, (void)err;
	return d->held = true;
}

static bool do_go(struct decode *d, const struct words *w, struct err *err)
{
	(void)w, (void)err;
	d->held = false;
	return true;
}

static bool do_quit(struct decode *d, const struct words *w, struct err *err)
{
	(void)w, (void)err;
	return d->quit = true;
}

static bool do_step(struct decode *d, const struct words *w, struct err *err)
{
	uint32_t n;

	d->held = true;
	if (!word_count(w, 1, 1, &n, err))
		return false;
	d->n_steps += n;
	return true;
}

/* The run that commands speak of: the one that was named, or the last one
 * that has not ended. */
static struct run_state *current(struct decode *d)
{
	size_t i = d->n_runs;

	if (d->i_run < d->n_runs)
		return &d->runs[d->i_run];
	while (i > 1 && d->runs[i - 1].ended)
		i--;
	return &d->runs[i - 1];
}

/* policy: NULL stays with the run's. */
static bool change(struct decode *d, const struct sparse *policy,
		   uint32_t budget, struct err *err)
{
	struct run_state *run = current(d);

	if (run->ended)
		return err_set(err, "run %s has ended; fork goes on from a "
				    "place in it", run->name);
	if (!generation_set_policy(&run->g, policy ? policy : run->g.policy,
				   budget, err))
		return false;
	decode_put_turn(d, run, false);
	return true;
}

static bool do_policy(struct decode *d, const struct words *w, struct err *err)
{
	const struct sparse *policy;
	uint32_t budget;

	return word_policy(w, 1, &policy, err) &&
	       word_count(w, 2, 0, &budget, err) &&
	       change(d, policy, budget, err);
}

static bool do_budget(struct decode *d, const struct words *w, struct err *err)
{
	uint32_t budget;

	return word_count(w, 1, 0, &budget, err) &&
	       change(d, NULL, budget, err);
}

static bool has_room(const struct decode *d, struct err *err)
{
	if (!d->o.named)
		return err_set(err, "this decoder writes one run");
	return d->n_runs < DECODE_RUNS_MAX ||
	       err_set(err, "no more than %d runs", DECODE_RUNS_MAX);
}

/* A snapshot of run i at n tokens; NULL. */
static const struct transformer *find_snapshot(const struct decode *d,
					       size_t i_run, uint32_t n)
{
	for (size_t i = 0; i < d->n_snapshots; i++)
		if (d->snapshots[i].i_run == i_run &&
		    transformer_n(d->snapshots[i].t) == n)
			return d->snapshots[i].t;
	return NULL;
}

/* The tokens that a fork has in common with its origin. */
static void put_common(struct decode *d, struct run_state *run)
{
	const struct generation *g = &run->g;

	for (uint32_t i = g->n_prompt; i < g->n_ids; i++) {
		struct token token = { .id = g->ids[i],
				       .logprob = NAN,
				       .time_s = g->times_s[i],
				       .channel = CHANNEL_ANSWER };

		buf_clear(&d->text);
		generation_text(g, i - g->n_prompt, &d->text);
		token.text = d->text.data;
		token.len = d->text.len;
		native_token(&run->writer, &d->lines, &token, NULL);
	}
	decode_send(d);
}

static bool do_fork(struct decode *d, const struct words *w, struct err *err)
{
	struct run_state *from = current(d), *run;
	const struct generation *f = &from->g;
	const struct sparse *policy;
	uint32_t n, budget;
	bool good = true;

	if (!word_count(w, 1, 0, &n, err) || !word_policy(w, 2, &policy, err) ||
	    !word_count(w, 3, 0, &budget, err) || !has_room(d, err))
		return false;
	if (n < f->n_prompt || n > f->n_ids)
		return err_set(err, "fork takes %u to %u tokens: the prompt "
				    "at least", f->n_prompt, f->n_ids);
	run = decode_add_run(d);
	generation_fork(&run->g, f, n,
			find_snapshot(d, (size_t)(from - d->runs), n));
	if (policy || budget)
		good = generation_set_policy(&run->g,
					     policy ? policy : run->g.policy,
					     budget, err);
	if (!good) {
		decode_drop_run(d);
		return false;
	}
	decode_put_header(d, run);
	put_common(d, run);
	return true;
}

/* It reads the prompt itself: its time to the first token is its own. */
static bool do_also(struct decode *d, const struct words *w, struct err *err)
{
	const struct generation *first = &d->runs[0].g;
	const struct sparse *policy;
	struct run_state *run;
	uint32_t budget;

	if (!word_policy(w, 1, &policy, err) ||
	    !word_count(w, 2, 0, &budget, err) || !has_room(d, err))
		return false;
	run = decode_add_run(d);
	decode_warm(d);
	if (!generation_init(&run->g, first->o, policy, budget, first->ids,
			     first->n_prompt, err)) {
		decode_drop_run(d);
		return false;
	}
	decode_put_header(d, run);
	return true;
}

static bool do_threshold(struct decode *d, const struct words *w,
			 struct err *err)
{
	struct generation *g = &current(d)->g;
	struct threshold_opts o = g->threshold;
	const char *what = w->at[1];

	if (!word_count(w, 2, 0, &o.budget, err))
		return false;
	o.policy = sparse_find(what);
	if (strcmp(what, "ignore") == 0)
		o.then = THRESHOLD_IGNORE;
	else if (strcmp(what, "stop") == 0)
		o.then = THRESHOLD_STOP;
	else if (o.policy)
		o.then = THRESHOLD_POLICY;
	else
		return err_set(err, "threshold takes ignore, stop or a "
				    "policy, not \"%s\"", what);
	return generation_set_threshold(g, &o, err);
}

static bool do_rule(struct decode *d, const struct words *w, struct err *err)
{
	struct guard_opts rule = { .f = GUARD_F_DEFAULT, .patience = 1 };
	char *end;

	if (!word_count(w, 1, 0, &rule.f, err) ||
	    !word_count(w, 3, 1, &rule.patience, err))
		return false;
	rule.t = strtod(w->at[2], &end);
	if (*end || !isfinite(rule.t) || rule.f > GUARD_F_MAX ||
	    rule.patience > GUARD_PATIENCE_MAX)
		return err_set(err, "rule takes tokens, bytes and windows");
	d->o.generate.threshold.meter.guard = rule;
	for (size_t i = 0; i < d->n_runs; i++) {
		struct generation *g = &d->runs[i].g;
		struct threshold_opts o = g->threshold;

		o.meter.guard = rule;
		if (g->threshold_at == GENERATE_NEVER &&
		    !generation_set_threshold(g, &o, err))
			return false;
	}
	return true;
}

static bool do_run(struct decode *d, const struct words *w, struct err *err)
{
	for (size_t i = 0; i < d->n_runs; i++) {
		if (strcmp(d->runs[i].name, w->at[1]) == 0) {
			d->i_run = i;
			return true;
		}
	}
	return err_set(err, "there is no run %s", w->at[1]);
}

static bool do_snapshot(struct decode *d, const struct words *w,
			struct err *err)
{
	struct run_state *run = current(d);

	(void)w;
	if (d->n_snapshots == DECODE_RUNS_MAX)
		return err_set(err, "no more than %d snapshots",
			       DECODE_RUNS_MAX);
	d->snapshots[d->n_snapshots++] = (struct snapshot){
		transformer_copy(run->g.t), (size_t)(run - d->runs)
	};
	return true;
}

/* --- the table ----------------------------------------------------------- */

static const struct command {
	const char *name;
	size_t words; /* at least, the name included */
	bool (*run)(struct decode *d, const struct words *w, struct err *err);
} commands[] = {
	{ "pause", 1, do_pause },   { "go", 1, do_go },
	{ "step", 1, do_step },	    { "policy", 2, do_policy },
	{ "budget", 2, do_budget }, { "threshold", 2, do_threshold },
	{ "rule", 3, do_rule },	    { "also", 2, do_also },
	{ "fork", 2, do_fork },	    { "run", 2, do_run },
	{ "quit", 1, do_quit },	    { "snapshot", 1, do_snapshot },
};

static bool no_command(const char *word, struct err *err)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", commands[i].name);
	err_set(err, "\"%s\" is no command: %s", word, buf_cstr(&names));
	buf_release(&names);
	return false;
}

bool decode_command(struct decode *d, const char *line, struct err *err)
{
	struct words w;

	cut_words(&w, line);
	if (!w.n)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, w.at[0]) != 0)
			continue;
		if (w.n < c->words)
			return err_set(err, "%s wants more words", c->name);
		return c->run(d, &w, err);
	}
	return no_command(w.at[0], err);
}
