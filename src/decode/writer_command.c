/*
 * The commands that a writer obeys, one row each: what a person at a screen
 * does and what a script pipes in are the same lines, so that each can be
 * tried without the other.
 */
#include "decode/writer_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- words -------------------------------------------------------------- */

/* A command's words, its name first. */
struct order {
	char text[256];
	char *at[4];
	size_t n;
};

static void cut_order(struct order *in, const char *line)
{
	char *s = in->text;

	in->n = 0;
	snprintf(in->text, sizeof(in->text), "%s", line);
	while (in->n < ARRAY_LEN(in->at)) {
		s += strspn(s, " \t\r\n");
		if (!*s)
			return;
		in->at[in->n++] = s;
		s += strcspn(s, " \t\r\n");
		if (*s)
			*s++ = '\0';
	}
}

/* Word i as a count; `otherwise` if it is not there. */
static bool word_count(const struct order *in, size_t i, uint32_t otherwise,
		       uint32_t *out, struct err *err)
{
	char *end;
	unsigned long value;

	*out = otherwise;
	if (i >= in->n)
		return true;
	value = strtoul(in->at[i], &end, 10);
	if (*end || in->at[i][0] == '-' || value < 1 || value > 1 << 30)
		return err_set(err, "%s takes a number, not \"%s\"", in->at[0],
			       in->at[i]);
	*out = (uint32_t)value;
	return true;
}

static bool word_policy(const struct order *in, size_t i,
			const struct sparse **out, struct err *err)
{
	*out = i < in->n ? sparse_find(in->at[i]) : NULL;
	if (i < in->n && !*out)
		return err_set(err, "there is no policy \"%s\"", in->at[i]);
	return true;
}

/* --- what is done ------------------------------------------------------- */

static bool do_pause(struct writer *w, const struct order *in, struct err *err)
{
	(void)in, (void)err;
	return w->held = true;
}

static bool do_go(struct writer *w, const struct order *in, struct err *err)
{
	(void)in, (void)err;
	w->held = false;
	return true;
}

static bool do_quit(struct writer *w, const struct order *in, struct err *err)
{
	(void)in, (void)err;
	return w->quit = true;
}

static bool do_step(struct writer *w, const struct order *in, struct err *err)
{
	uint32_t n;

	w->held = true;
	if (!word_count(in, 1, 1, &n, err))
		return false;
	w->n_steps += n;
	return true;
}

/* The run that commands speak of: the one that was named, or the last one
 * that has not ended. */
static struct writer_run *current(struct writer *w)
{
	size_t i = w->n_runs;

	if (w->i_run < w->n_runs)
		return &w->runs[w->i_run];
	while (i > 1 && w->runs[i - 1].ended)
		i--;
	return &w->runs[i - 1];
}

/* policy: NULL stays with the run's. */
static bool change(struct writer *w, const struct sparse *policy,
		   uint32_t budget, struct err *err)
{
	struct writer_run *run = current(w);

	if (run->ended)
		return err_set(err, "run %s has ended; fork goes on from a "
				    "place in it", run->name);
	if (!generation_set_policy(&run->g, policy ? policy : run->g.policy,
				   budget, err))
		return false;
	writer_put_turn(w, run, false);
	return true;
}

static bool do_policy(struct writer *w, const struct order *in, struct err *err)
{
	const struct sparse *policy;
	uint32_t budget;

	return word_policy(in, 1, &policy, err) &&
	       word_count(in, 2, 0, &budget, err) &&
	       change(w, policy, budget, err);
}

static bool do_budget(struct writer *w, const struct order *in, struct err *err)
{
	uint32_t budget;

	if (!word_count(in, 1, 0, &budget, err))
		return false;
	if (current(w)->g.policy == &sparse_dense)
		return err_set(err, "run %s is dense: it has no budget",
			       current(w)->name);
	return change(w, NULL, budget, err);
}

static bool has_room(const struct writer *w, struct err *err)
{
	if (!w->o.named)
		return err_set(err, "this decoder writes one run");
	return w->n_runs < WRITER_RUNS_MAX ||
	       err_set(err, "no more than %d runs", WRITER_RUNS_MAX);
}

/* A snapshot of run i at n tokens; NULL. */
static const struct transformer *find_snapshot(const struct writer *w,
					       size_t i_run, uint32_t n)
{
	for (size_t i = 0; i < w->n_snapshots; i++)
		if (w->snapshots[i].i_run == i_run &&
		    transformer_n(w->snapshots[i].t) == n)
			return w->snapshots[i].t;
	return NULL;
}

static bool do_fork(struct writer *w, const struct order *in, struct err *err)
{
	struct writer_run *from = current(w), *run;
	const struct generation *f = &from->g;
	const struct sparse *policy;
	uint32_t n, budget;
	bool good = true;

	if (!word_count(in, 1, 0, &n, err) ||
	    !word_policy(in, 2, &policy, err) ||
	    !word_count(in, 3, 0, &budget, err) || !has_room(w, err))
		return false;
	if (n < f->n_prompt || n > f->n_ids)
		return err_set(err, "fork takes %u to %u tokens: the prompt "
				    "at least", f->n_prompt, f->n_ids);
	run = writer_add_run(w);
	generation_fork(&run->g, f, n,
			find_snapshot(w, (size_t)(from - w->runs), n));
	if (policy || budget)
		good = generation_set_policy(&run->g,
					     policy ? policy : run->g.policy,
					     budget, err);
	if (!good) {
		writer_drop_run(w);
		return false;
	}
	writer_put_header(w, run);
	writer_put_common(w, run);
	return true;
}

/* It reads the prompt itself: its time to the first token is its own. */
static bool do_also(struct writer *w, const struct order *in, struct err *err)
{
	const struct generation *first = &w->runs[0].g;
	const struct sparse *policy;
	struct writer_run *run;
	uint32_t budget;

	if (!word_policy(in, 1, &policy, err) ||
	    !word_count(in, 2, 0, &budget, err) || !has_room(w, err))
		return false;
	run = writer_add_run(w);
	writer_warm(w);
	if (!generation_init(&run->g, first->o, policy, budget, first->ids,
			     first->n_prompt, err)) {
		writer_drop_run(w);
		return false;
	}
	writer_put_header(w, run);
	return true;
}

static bool no_threshold(const char *what, struct err *err)
{
	struct buf names = { 0 };

	for (size_t i = 0; threshold_name(i); i++)
		buf_printf(&names, "%s, ", threshold_name(i));
	err_set(err, "threshold takes %sor a policy, not \"%s\"",
		buf_cstr(&names), what);
	buf_release(&names);
	return false;
}

static bool do_threshold(struct writer *w, const struct order *in,
			 struct err *err)
{
	struct generation *g = &current(w)->g;
	struct threshold_opts o = g->threshold;
	const char *what = in->at[1];

	if (!word_count(in, 2, 0, &o.budget, err))
		return false;
	o.then = threshold_find(what, &o.policy);
	if (o.then == THRESHOLD_KINDS)
		return no_threshold(what, err);
	return generation_set_threshold(g, &o, err);
}

static bool do_rule(struct writer *w, const struct order *in, struct err *err)
{
	struct rule_opts rule = {
		.f = RULE_F_DEFAULT,
		.patience = 1,
		.coder = w->o.generate.threshold.meter.rule.coder,
	};
	char *end;

	if (!word_count(in, 1, 0, &rule.f, err) ||
	    !word_count(in, 3, 1, &rule.patience, err))
		return false;
	rule.t = strtod(in->at[2], &end);
	if (*end || !isfinite(rule.t) || rule.f > RULE_F_MAX ||
	    rule.patience > RULE_PATIENCE_MAX)
		return err_set(err, "rule takes tokens, bytes and windows");
	w->o.generate.threshold.meter.rule = rule;
	for (size_t i = 0; i < w->n_runs; i++) {
		struct generation *g = &w->runs[i].g;
		struct threshold_opts o = g->threshold;

		o.meter.rule = rule;
		if (g->threshold_at == GENERATION_NEVER &&
		    !generation_set_threshold(g, &o, err))
			return false;
	}
	return true;
}

static bool do_run(struct writer *w, const struct order *in, struct err *err)
{
	for (size_t i = 0; i < w->n_runs; i++) {
		if (strcmp(w->runs[i].name, in->at[1]) == 0) {
			w->i_run = i;
			return true;
		}
	}
	return err_set(err, "there is no run %s", in->at[1]);
}

static bool do_snapshot(struct writer *w, const struct order *in,
			struct err *err)
{
	struct writer_run *run = current(w);

	(void)in;
	if (w->n_snapshots == WRITER_RUNS_MAX)
		return err_set(err, "no more than %d snapshots",
			       WRITER_RUNS_MAX);
	w->snapshots[w->n_snapshots++] = (struct snapshot){
		transformer_copy(run->g.t), (size_t)(run - w->runs)
	};
	return true;
}

/* --- the table ---------------------------------------------------------- */

static const struct writer_command {
	const char *name;
	size_t n_words; /* at least, the name included */
	bool (*run)(struct writer *w, const struct order *in, struct err *err);
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

bool writer_command(struct writer *w, const char *line, struct err *err)
{
	struct order in;

	cut_order(&in, line);
	if (!in.n)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const struct writer_command *c = &commands[i];

		if (strcmp(c->name, in.at[0]) != 0)
			continue;
		if (in.n < c->n_words)
			return err_set(err, "%s wants more words", c->name);
		return c->run(w, &in, err);
	}
	return no_command(in.at[0], err);
}
