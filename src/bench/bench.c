/*
 * The runs of a bench: which are left, who is at work on what, and what has
 * come back. A run is one job of a worker, so that a bench can be left and gone
 * on with.
 */
#include "bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench_file.h"
#include "system/clock.h"

#define TELL_EVERY_S 0.25
#define FILL_EVERY_S 2.0

enum { WAIT_MS = 250, WARM_TOKENS = 16 };

/* One run to be done. Dense ones come first: case 0. */
struct slot {
	struct bench_run run;
	bool done, lost;
};

struct bench {
	const struct bench_opts *o;
	struct bench_case cases[BENCH_CASES_MAX + 1];
	size_t n_cases;
	struct slot *slots; /* [n_cases][n_problems] */
	uint32_t n_problems;
	struct workers *workers;
	struct bench_file *file;
	struct bench_table *table;
	struct bench_run *row; /* finished ones, as views into the slots */
	double began_s, told_s, filled_s;
	uint32_t n_done_before; /* when the phase began */
	bool dense, stopped;
	bool scaled; /* f and t are known */
	struct together *together; /* of a worker with some runs at a time */
	struct err trouble; /* that ends the bench */
};

/* What a worker is told. */
struct errand {
	uint32_t i_case, i_problem;
	struct rule_opts rule; /* f 0: not known yet */
};

static uint32_t n_slots(const struct bench *b)
{
	return (uint32_t)b->n_cases * b->n_problems;
}

/* --- one run, in a worker ----------------------------------------------- */

struct traced {
	struct buf text;
	uint32_t *ends;
	size_t cap;
	uint32_t n;
	uint32_t n_written; /* those, too, that the run went back behind */
	double held, read;
};

static struct generation_opts generate_opts_of(const struct bench *b)
{
	const struct bench_opts *o = b->o;

	return (struct generation_opts){
		.model = o->model,
		.vocab = o->vocab,
		.kv = o->kv,
		.together = b->together,
		.sparse = o->sparse,
		.sample = o->sample,
		.n_predict = o->n_predict,
	};
}

static void take_back(const struct generation *g, struct traced *t)
{
	if (g->back_to == GENERATION_NEVER)
		return;
	t->n = g->back_to;
	t->text.len = t->n ? t->ends[t->n - 1] : 0;
}

/* What it cost is added up. */
static bool write_token(struct generation *g, struct traced *out)
{
	struct transformer_bytes bytes;

	if (!generation_step(g))
		return false;
	bytes = transformer_bytes(g->t);
	out->ends =
		grow(out->ends, &out->cap, out->n + 1, sizeof(*out->ends));
	buf_append(&out->text, g->text.data, g->text.len);
	out->ends[out->n++] = (uint32_t)out->text.len;
	out->held += (double)bytes.held;
	out->read += (double)bytes.read;
	out->n_written++;
	take_back(g, out);
	return true;
}

static void copy_traced(struct traced *t, const struct traced *from)
{
	*t = *from;
	t->text = (struct buf){ 0 };
	buf_append(&t->text, from->text.data, from->text.len);
	t->ends = NULL;
	t->cap = 0;
	t->ends = grow(t->ends, &t->cap, t->n + 1, sizeof(*t->ends));
	memcpy(t->ends, from->ends, sizeof(*t->ends) * t->n);
}

static void release_traced(struct traced *t)
{
	buf_release(&t->text);
	mem_free(t->ends);
}

static double time_of_token(const struct generation *g, uint32_t i)
{
	uint32_t n = generation_n_out(g);

	return n ? g->times_s[g->n_prompt + MIN(i, n - 1)] : g->clock_s;
}

static bool encode(const struct bench *b, const struct task *task,
		   struct vocab_ids *ids, struct err *err)
{
	unsigned flags = VOCAB_ADD_BOS | (b->o->specials ? VOCAB_SPECIAL : 0);
	uint32_t n_ctx = b->o->model->shape.n_ctx;

	vocab_encode(b->o->vocab, task->prompt, strlen(task->prompt), flags,
		     ids);
	return (ids->n && ids->n < n_ctx) ||
	       err_set(err,
		       "problem %llu has %zu tokens, and the model's "
		       "context %u",
		       (unsigned long long)task->id, ids->n, n_ctx);
}

/* --- ways to go on ------------------------------------------------------ */

/* Where the rule fired; each of them has what was written until then. */
struct ways {
	struct generation all[BENCH_THENS]; /* o NULL: it is not tried */
	struct traced before;
};

static struct threshold_opts threshold_of(const struct bench *b,
					  const struct rule_opts *rule,
					  enum threshold_then then)
{
	struct threshold_opts o = { .then = then,
				    .how = b->o->how,
				    .meter = b->o->meter,
				    .policy = b->o->rescue,
				    .budget = b->o->rescue_budget };

	o.meter.rule = *rule;
	o.meter.symbols = METER_BYTES;
	return o;
}

/* A run is not rescued by the policy that it has. */
static bool is_tried(const struct bench *b, const struct bench_case *c,
		     enum bench_then then)
{
	return b->o->after[then] &&
	       !(then == BENCH_RESCUE && b->o->rescue == c->policy &&
		 (!c->budget || c->budget == b->o->rescue_budget));
}

static void fork_ways(const struct bench *b, const struct errand *errand,
		      const struct generation *g, const struct traced *t,
		      struct ways *ways)
{
	static const enum threshold_then thens[BENCH_THENS] = {
		[BENCH_RESCUE] = THRESHOLD_POLICY,
		[BENCH_CONCLUDE] = THRESHOLD_CONCLUDE,
		[BENCH_ROLLBACK] = THRESHOLD_ROLLBACK,
		[BENCH_RETRY] = THRESHOLD_RETRY,
	};

	copy_traced(&ways->before, t);
	for (int i = 0; i < BENCH_THENS; i++) {
		struct threshold_opts o =
			threshold_of(b, &errand->rule, thens[i]);

		if (is_tried(b, &b->cases[errand->i_case], (enum bench_then)i))
			generation_go_on(&ways->all[i], g, &o);
	}
}

/* One of them, to its end; false and why if it broke. */
static bool go_on(struct generation *g, const struct traced *before,
		  struct bench_run *run, struct bench_after *r,
		  struct err *broken)
{
	struct traced t = { 0 };

	copy_traced(&t, before);
	take_back(g, &t);
	while (write_token(g, &t))
		;
	snprintf(r->policy, sizeof(r->policy), "%s", g->policy->name);
	r->at_token = before->n;
	r->n_tokens = t.n_written;
	r->n_recomputed = g->n_recomputed;
	r->at_cap = strcmp(g->finish, "stop") != 0;
	r->right = t.n && answer_right(run->kind, t.text.data, t.text.len,
				       run->gold);
	r->jct_s = time_of_token(g, UINT32_MAX);
	release_traced(&t);
	return !generation_broke(g, broken);
}

/* A rule that fires at the last token ends nothing. */
static bool go_on_all(struct ways *ways, struct bench_run *run,
		      struct err *broken)
{
	bool good = true;

	if (run->stops[BENCH_GUARDIAN] >= run->n_tokens)
		return true;
	for (int i = 0; good && i < BENCH_THENS; i++) {
		if (ways->all[i].o)
			good = go_on(&ways->all[i], &ways->before, run,
				     &run->after[i], broken);
		generation_release(&ways->all[i]); /* the next one grows, too */
	}
	return good;
}

static bool broke(const struct task *task, const struct bench_case *c,
		  const struct err *broken, struct err *err)
{
	return err_set(err, "problem %llu under %s: %s",
		       (unsigned long long)task->id, c->policy->name,
		       broken->text);
}

static void release_ways(struct ways *ways)
{
	for (int i = 0; i < BENCH_THENS; i++)
		generation_release(&ways->all[i]);
	release_traced(&ways->before);
}

/* --- one run ------------------------------------------------------------ */

static bool run_joined(const struct bench *b, const struct errand *errand,
		       struct bench_run *run, struct err *err)
{
	const struct task *task = &b->o->set->tasks[errand->i_problem];
	const struct bench_case *c = &b->cases[errand->i_case];
	struct generation_opts o = generate_opts_of(b);
	struct meter_opts meter = b->o->meter;
	struct vocab_ids ids = { 0 };
	struct generation g = { 0 };
	struct traced t = { 0 };
	struct ways ways = { 0 };
	struct err broken = { "" };
	bool good;

	if (errand->rule.f)
		o.threshold = threshold_of(b, &errand->rule, THRESHOLD_REPORT);
	good = encode(b, task, &ids, err) &&
	       generation_init(&g, &o, c->policy, c->budget, ids.ids,
			       (uint32_t)ids.n, err);
	while (good && write_token(&g, &t))
		if (g.n_acted && !ways.before.n)
			fork_ways(b, errand, &g, &t, &ways);
	if (good && generation_broke(&g, &broken))
		good = broke(task, c, &broken, err);
	if (good) {
		*run = (struct bench_run){
			.budget = c->budget,
			.problem = task->id,
			.kind = task->kind,
			.gold = mem_strdup(task->gold),
			.text = mem_strndup(t.n ? t.text.data : "", t.text.len),
			.n_text = t.text.len,
			.ends = t.ends,
			.n_tokens = t.n,
			.n_prompt = g.n_prompt,
			.at_cap = strcmp(g.finish, "stop") != 0,
			.ttft_s = time_of_token(&g, 0),
			.jct_s = time_of_token(&g, UINT32_MAX),
			.kv_held = t.n ? t.held / t.n : 0,
			.kv_read = t.n ? t.read / t.n : 0,
		};
		snprintf(run->policy, sizeof(run->policy), "%s",
			 c->policy->name);
		t.ends = NULL;
		if (errand->rule.f)
			meter.rule = errand->rule;
		bench_run_measure(run, &meter);
		generation_retire(&g);
		good = go_on_all(&ways, run, &broken) ||
		       broke(task, c, &broken, err);
	}
	release_ways(&ways);
	release_traced(&t);
	generation_release(&g);
	vocab_ids_release(&ids);
	return good;
}

static bool run_one(const struct bench *b, const struct errand *errand,
		    struct bench_run *run, struct err *err)
{
	bool good;

	if (!b->together)
		return run_joined(b, errand, run, err);
	together_join(b->together);
	good = run_joined(b, errand, run, err);
	together_leave(b->together);
	return good;
}

/* Of a worker, before its first run. A few tokens that nobody counts: the
 * first ones of a process wait for the weights to come into its memory. */
static void warm_up(void *ctx)
{
	const struct errand errand = { 0, 0, { 0 } };
	struct bench *b = ctx;
	struct bench_opts few = *b->o;
	struct bench copy = *b;
	struct bench_run run = { 0 };

	few.n_predict = WARM_TOKENS;
	copy.o = &few;
	run_one(&copy, &errand, &run, NULL);
	bench_run_release(&run);
	b->together = b->o->n_batch > 1 ? together_new() : NULL;
}

/* The answer is a line of the file, or "!" and a sentence. */
static void work(void *ctx, const void *bytes, size_t n, struct buf *out)
{
	struct bench *b = ctx;
	struct meter_opts meter = b->o->meter;
	struct bench_run run = { 0 };
	struct err err = { "" };
	struct errand errand;

	if (n != sizeof(errand))
		return;
	memcpy(&errand, bytes, sizeof(errand));
	meter.rule = errand.rule;
	if (run_one(b, &errand, &run, &err))
		bench_run_put(&run, errand.rule.f ? &meter : NULL, out);
	else
		buf_printf(out, "!%s", err.text);
	bench_run_release(&run);
}

/* --- results ------------------------------------------------------------ */

static void tell_trouble(struct bench *b, const char *sentence)
{
	if (b->o->say)
		b->o->say(b->o->ctx, sentence);
}

static struct slot *slot_of(struct bench *b, const struct bench_run *run)
{
	for (size_t c = 0; c < b->n_cases; c++) {
		if (b->cases[c].budget != run->budget ||
		    strcmp(b->cases[c].policy->name, run->policy) != 0)
			continue;
		for (uint32_t i = 0; i < b->n_problems; i++)
			if (b->o->set->tasks[i].id == run->problem)
				return &b->slots[c * b->n_problems + i];
	}
	return NULL;
}

/* A line of the file, or of a worker. Runs that are not asked for now are
 * left where they are. */
static bool take(void *ctx, struct json_value line)
{
	struct bench *b = ctx;
	struct bench_run run;
	struct slot *slot;

	if (!bench_run_read(line, &run))
		return false;
	slot = slot_of(b, &run);
	if (!slot) {
		bench_run_release(&run);
		return true;
	}
	bench_run_release(&slot->run);
	slot->run = run;
	slot->done = true;
	bench_run_measure(&slot->run, &b->table->meter);
	return true;
}

static void receive(struct bench *b, struct slot *slot, struct buf *line)
{
	struct json doc = { 0 };
	bool good;

	if (line->len && line->data[0] == '!') {
		slot->lost = true;
		tell_trouble(b, buf_cstr(line) + 1);
		return;
	}
	good = line->len && json_read(&doc, line->data, line->len, false, NULL);
	if (good)
		good = take(b, json_root(&doc));
	json_release(&doc);
	if (!good) {
		slot->lost = true;
		tell_trouble(b, "a worker gave no result");
	} else if (b->file) {
		bench_file_append(b->file, line->data, line->len, &b->trouble);
	}
}

static void lose(struct bench *b, uint32_t i)
{
	const struct bench_case *c = &b->cases[i / b->n_problems];
	char text[256];

	b->slots[i].lost = true;
	snprintf(text, sizeof(text),
		 "the worker at %s %u, problem %llu died: this run is missing, "
		 "the rest goes on",
		 c->policy->name, c->budget,
		 (unsigned long long)b->o->set->tasks[i % b->n_problems].id);
	tell_trouble(b, text);
}

/* --- how far ------------------------------------------------------------ */

static size_t fill(struct bench *b)
{
	size_t n = 0;

	for (uint32_t i = 0; i < n_slots(b); i++)
		if (b->slots[i].done)
			b->row[n++] = b->slots[i].run;
	bench_table_fill(b->table, b->row, n, b->n_problems);
	return n;
}

/* woken: somebody wants to say something. */
static void tell(struct bench *b, bool woken)
{
	double at_s = now_s();
	uint32_t n_phase = b->dense ? b->n_problems : n_slots(b), n = 0;
	struct bench_state s = { .table = b->table,
				 .n_all = n_slots(b),
				 .dense = b->dense,
				 .left_s = NAN };

	if (!b->o->tell || b->stopped ||
	    (!woken && at_s - b->told_s < TELL_EVERY_S))
		return;
	for (uint32_t i = 0; i < n_slots(b); i++) {
		s.n_done += b->slots[i].done;
		s.n_lost += b->slots[i].lost;
	}
	n = s.n_done + s.n_lost;
	if (n > b->n_done_before)
		s.left_s = (at_s - b->began_s) / (n - b->n_done_before) *
			   (n_phase > n ? n_phase - n : 0);
	if (at_s - b->filled_s > FILL_EVERY_S) {
		fill(b);
		b->filled_s = now_s();
	}
	b->stopped = !b->o->tell(b->o->ctx, &s);
	b->told_s = now_s();
}

/* --- a phase ------------------------------------------------------------ */

/* The i-th of a phase, so that every problem goes through all cells before
 * the next one begins: what is there early is a fair sample of all. */
static uint32_t nth(const struct bench *b, uint32_t i, uint32_t first,
		    uint32_t n_cases)
{
	return (first + i % n_cases) * b->n_problems + i / n_cases;
}

static bool hand_out(struct bench *b, uint32_t i, struct err *err)
{
	const struct errand errand = { i / b->n_problems, i % b->n_problems,
				       b->scaled ? b->table->meter.rule
						 : (struct rule_opts){ 0 } };

	return workers_give(b->workers, i, &errand, sizeof(errand), err);
}

/* n_cases of them, from `first` on. */
static bool run_phase(struct bench *b, uint32_t first, uint32_t n_cases,
		      struct err *err)
{
	uint32_t n = n_cases * b->n_problems, next = 0, tag;
	struct buf line = { 0 };
	bool good = true;

	b->dense = !first && n_cases == 1;
	b->began_s = now_s();
	b->n_done_before = 0;
	for (uint32_t i = 0; i < n_slots(b); i++)
		b->n_done_before += b->slots[i].done || b->slots[i].lost;
	tell(b, true);
	while (good && !b->stopped &&
	       (next < n || workers_n_busy(b->workers))) {
		enum workers_event event;

		while (good && next < n && workers_has_room(b->workers)) {
			uint32_t i = nth(b, next++, first, n_cases);

			if (!b->slots[i].done)
				good = hand_out(b, i, err);
		}
		if (!good || !workers_n_busy(b->workers))
			continue;
		buf_clear(&line);
		event = workers_wait(b->workers, WAIT_MS, b->o->fds,
				     b->o->n_fds, &tag, &line);
		if (event == WORKERS_DONE)
			receive(b, &b->slots[tag], &line);
		else if (event == WORKERS_DIED)
			lose(b, tag);
		if (b->trouble.text[0])
			good = err_set(err, "%s", b->trouble.text);
		tell(b, event == WORKERS_NOTHING);
	}
	tell(b, true);
	buf_release(&line);
	return good;
}

/* Is there one of the ways to go on that did not begin at this token? Dense
 * runs have none where they were there before f and t. */
static bool is_stale(const struct bench *b, const struct bench_case *c,
		     const struct bench_run *run, uint32_t at)
{
	if (!c->budget && !(b->o->f_given && b->o->t_given))
		return false;
	for (int i = 0; i < BENCH_THENS; i++)
		if (is_tried(b, c, (enum bench_then)i) &&
		    run->after[i].at_token != at)
			return true;
	return false;
}

/* f and t, from the dense runs; then what was read from a file is measured
 * by them, and what went on from elsewhere is done again. */
static void set_scale(struct bench *b)
{
	struct bench_table *t = b->table;
	struct rule_opts *guard = &t->meter.rule;

	fill(b);
	t->scale = bench_scale(b->row, b->n_problems);
	if (!t->f_given && t->scale.n_runs)
		guard->f = t->scale.f;
	if (!t->t_given && t->scale.n_runs)
		guard->t = t->f_given ? bench_scale_t(&t->scale, guard->f)
				      : t->scale.t;
	for (uint32_t i = 0; i < n_slots(b); i++) {
		struct slot *slot = &b->slots[i];
		uint32_t at;

		if (!slot->done)
			continue;
		bench_run_measure(&slot->run, &t->meter);
		at = slot->run.stops[BENCH_GUARDIAN];
		if (at < slot->run.n_tokens &&
		    is_stale(b, &b->cases[i / b->n_problems], &slot->run, at))
			slot->done = false;
	}
	b->scaled = true;
}

/* Dense ones first, which say what f and t are; where these are given, no run
 * waits for another. */
static bool run_phases(struct bench *b, struct err *err)
{
	uint32_t n = (uint32_t)b->n_cases;
	bool given = b->o->f_given && b->o->t_given;

	if (!given && !run_phase(b, 0, 1, err))
		return false;
	set_scale(b);
	return b->stopped || run_phase(b, !given, n - !given, err);
}

/* --- all of it ---------------------------------------------------------- */

static bool open_file(struct bench *b, struct err *err)
{
	struct buf header = { 0 };
	uint32_t n_broken = 0;

	if (!b->o->out)
		return true;
	buf_printf(&header, "{\"lilscope_bench\":1,%s}\n", b->o->facts);
	b->file = bench_file_open(b->o->out, buf_cstr(&header), take, b,
				  &n_broken, err);
	if (b->file && n_broken) {
		char text[sizeof(b->o->out) + 64];

		snprintf(text, sizeof(text),
			 "%s: %u lines are no runs, and "
			 "are done again",
			 b->o->out, n_broken);
		tell_trouble(b, text);
	}
	buf_release(&header);
	return b->file != NULL;
}

static void hand_over(struct bench *b, struct bench_run **runs, size_t *n_runs)
{
	size_t n = 0;

	*runs = mem_alloc(sizeof(**runs) * (n_slots(b) + 1));
	for (uint32_t i = 0; i < n_slots(b); i++) {
		if (!b->slots[i].done)
			continue;
		(*runs)[n++] = b->slots[i].run;
		b->slots[i].run = (struct bench_run){ 0 };
	}
	*n_runs = n;
}

static void begin(struct bench *b, const struct bench_opts *o,
		  struct bench_table *table)
{
	*b = (struct bench){ .o = o,
			     .n_cases = o->n_cases + 1,
			     .n_problems = (uint32_t)o->set->n,
			     .table = table };
	b->cases[0] = (struct bench_case){ &sparse_dense, 0 };
	memcpy(b->cases + 1, o->cases, sizeof(*o->cases) * o->n_cases);
	b->slots = mem_zalloc(sizeof(*b->slots) * n_slots(b));
	b->row = mem_zalloc(sizeof(*b->row) * n_slots(b));
	*table = (struct bench_table){ .meter = o->meter,
				       .n_problems = b->n_problems,
				       .n_batch = o->n_batch,
				       .f_given = o->f_given,
				       .t_given = o->t_given };
	table->meter.symbols = METER_BYTES;
	b->workers = workers_new(&(struct workers_opts){ .n = o->n_jobs,
							 .each = o->n_batch,
							 .begin = warm_up,
							 .work = work,
							 .ctx = b });
}

bool bench_run_all(const struct bench_opts *o, struct bench_table *table,
		   struct bench_run **runs, size_t *n_runs, bool *stopped,
		   struct err *err)
{
	struct bench *b = mem_zalloc(sizeof(*b));
	bool good;

	begin(b, o, table);
	good = open_file(b, err) && run_phases(b, err);
	if (good) {
		*stopped = b->stopped;
		tell(b, true); /* which may fill the table */
		bench_table_intervals(table, b->row, fill(b));
		table->scale = bench_scale(b->row, b->n_problems);
		hand_over(b, runs, n_runs);
	} else {
		bench_table_release(table);
	}
	workers_free(b->workers);
	bench_file_close(b->file);
	for (uint32_t i = 0; i < n_slots(b); i++)
		bench_run_release(&b->slots[i].run);
	mem_free(b->slots);
	mem_free(b->row);
	mem_free(b);
	return good;
}
