/*
 * The cells of a bench for people, and for other programs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench_table.h"

enum {
	COLUMNS_MAX = 8,
	NUM_BYTES = 32,
	NAME_COLS = 8,
	HEAD_COLS = 6, /* of a rule's name above a column */
	LARGE = 1000,
	VERY_LARGE = 10000
};

/* --- one number of a cell ----------------------------------------------- */

/* How it is shown to people. */
enum shown {
	SHARE,	/* "83.0 %" */
	POINTS, /* "+1.5" percentage points */
	COUNT,	/* "205" */
	TIMES,	/* "2.10" */
	RATIO,	/* "0.213" */
	MS,	/* from seconds */
	SECONDS,
	KIB, /* from bytes */
};

struct bench_field {
	const char *stop; /* in JSON and CSV; "" or a way to stop or go on, */
	const char *name; /* and what goes behind it */
	enum shown unit;
	size_t at; /* a double of struct bench_cell */
};

#define CELL(name, member, unit)                                               \
	{                                                                      \
		"", name, unit, offsetof(struct bench_cell, member)            \
	}
#define EFFECT(name, member, unit)                                             \
	{                                                                      \
		NULL, name, unit, offsetof(struct bench_effect, member)        \
	}

#define AFTER(name, member, unit)                                              \
	{                                                                      \
		NULL, name, unit, offsetof(struct bench_outcome, member)       \
	}

static const struct bench_field whole_fields[] = {
	CELL("accuracy", accuracy, SHARE),
	CELL("wrong", wrong, SHARE),
	CELL("unread", unread, SHARE),
	CELL("idle", idle, SHARE),
	CELL("tokens", tokens, COUNT),
	CELL("tokens_p90", tokens_p90, COUNT),
	CELL("growth", growth, TIMES),
	CELL("at_cap", at_cap, SHARE),
	CELL("rho", rho, RATIO),
	CELL("information_bytes", bytes, COUNT),
	CELL("information_per_token", bytes_per_token, TIMES),
	CELL("ttft_s", ttft_s, MS),
	CELL("tbt_s", tbt_s, MS),
	CELL("jct_s", jct_s, SECONDS),
	CELL("kv_held_bytes", kv_held, KIB),
	CELL("kv_read_bytes", kv_read, KIB),
	CELL("accuracy_lo", right_in.lo, SHARE),
	CELL("accuracy_hi", right_in.hi, SHARE),
	CELL("growth_lo", growth_in.lo, TIMES),
	CELL("growth_hi", growth_in.hi, TIMES),
	CELL("beside_dense", beside_dense.value, POINTS),
	CELL("beside_dense_lo", beside_dense.lo, POINTS),
	CELL("beside_dense_hi", beside_dense.hi, POINTS),
	CELL("beside_random", beside_random.value, POINTS),
	CELL("beside_random_lo", beside_random.lo, POINTS),
	CELL("beside_random_hi", beside_random.hi, POINTS),
};

/* Of each way to stop; its name goes before. */
static const struct bench_field stop_fields[] = {
	EFFECT("_fired", fired, SHARE),
	EFFECT("_tokens", tokens, COUNT),
	EFFECT("_saved", saved, SHARE),
	EFFECT("_accuracy", accuracy, SHARE),
	EFFECT("_change", change, POINTS),
	EFFECT("_saved_right", saved_right, SHARE),
	EFFECT("_saved_wrong", saved_wrong, SHARE),
	EFFECT("_jct_s", jct_s, SECONDS),
	EFFECT("_saved_lo", saved_in.lo, SHARE),
	EFFECT("_saved_hi", saved_in.hi, SHARE),
	EFFECT("_saved_fired", saved_fired.value, SHARE),
	EFFECT("_saved_fired_lo", saved_fired.lo, SHARE),
	EFFECT("_saved_fired_hi", saved_fired.hi, SHARE),
	EFFECT("_change_lo", change_in.lo, POINTS),
	EFFECT("_change_hi", change_in.hi, POINTS),
};

static const struct bench_field end_fields[] = {
	CELL("length_cap", cap_tokens, COUNT),
};

/* Of each way to go on; its name goes before. */
static const struct bench_field after_fields[] = {
	AFTER("_tried", tried, SHARE),
	AFTER("_accuracy", accuracy, SHARE),
	AFTER("_tokens", tokens, COUNT),
	AFTER("_growth", growth, TIMES),
	AFTER("_at_cap", at_cap, SHARE),
	AFTER("_recomputed", n_recomputed, COUNT),
	AFTER("_jct_s", jct_s, SECONDS),
	AFTER("_beside_stop", beside_stop.value, POINTS),
	AFTER("_beside_stop_lo", beside_stop.lo, POINTS),
	AFTER("_beside_stop_hi", beside_stop.hi, POINTS),
};

/* All of them, in the order of the files. */
struct fields {
	size_t n;
	struct bench_field at[ARRAY_LEN(whole_fields) + ARRAY_LEN(end_fields) +
			      BENCH_STOPS * ARRAY_LEN(stop_fields) +
			      BENCH_THENS * ARRAY_LEN(after_fields)];
};

/* Some that have `name` before theirs, of the struct at this place. */
static void add_named(struct fields *all, const char *name, size_t at,
		      const struct bench_field *rows, size_t n)
{
	for (size_t i = 0; name && i < n; i++) {
		struct bench_field *f = &all->at[all->n++];

		*f = rows[i];
		f->stop = name;
		f->at += at;
	}
}

static struct fields all_fields(void)
{
	struct fields all = { .n = 0 };

	for (size_t i = 0; i < ARRAY_LEN(whole_fields); i++)
		all.at[all.n++] = whole_fields[i];
	for (int i = 0; i < BENCH_STOPS; i++)
		add_named(&all, bench_stop_name((enum bench_stop)i),
			  offsetof(struct bench_cell, stops) +
				  (size_t)i * sizeof(struct bench_effect),
			  stop_fields, ARRAY_LEN(stop_fields));
	for (size_t i = 0; i < ARRAY_LEN(end_fields); i++)
		all.at[all.n++] = end_fields[i];
	for (int i = 0; i < BENCH_THENS; i++)
		add_named(&all, bench_then_name((enum bench_then)i),
			  offsetof(struct bench_cell, after) +
				  (size_t)i * sizeof(struct bench_outcome),
			  after_fields, ARRAY_LEN(after_fields));
	return all;
}

static double value_of(const struct bench_cell *cell,
		       const struct bench_field *f)
{
	double value;

	memcpy(&value, (const char *)cell + f->at, sizeof(value));
	return value;
}

/* Is it the field of this name? One that begins with "_" is the rule's. */
static bool is_named(const struct bench_field *f, const char *rule,
		     const char *name)
{
	size_t n = strlen(f->stop);

	if (name[0] == '_')
		return !strcmp(f->stop, rule) && !strcmp(f->name, name);
	return !strncmp(name, f->stop, n) && !strcmp(name + n, f->name);
}

static const struct bench_field *field_named(const struct fields *all,
					     const char *rule, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (is_named(&all->at[i], rule, name))
			return &all->at[i];
	return NULL;
}

/* With a point in every locale. */
static void fixed(char *out, size_t size, double value, int decimals,
		  const char *after)
{
	long long scaled, unit = 1;
	bool minus;

	for (int i = 0; i < decimals; i++)
		unit *= 10;
	scaled = llround(fabs(value) * (double)unit);
	minus = value < 0 && scaled;
	if (decimals)
		snprintf(out, size, "%s%lld.%0*lld%s", minus ? "-" : "",
			 scaled / unit, decimals, scaled % unit, after);
	else
		snprintf(out, size, "%s%lld%s", minus ? "-" : "", scaled,
			 after);
}

static void show(char *out, double value, enum shown unit)
{
	static const struct {
		double times;
		int decimals;
		const char *after;
	} how[] = {
		[SHARE] = { 100, 1, " %" }, [POINTS] = { 100, 1, "" },
		[COUNT] = { 1, 0, "" },	    [TIMES] = { 1, 2, "" },
		[RATIO] = { 1, 3, "" },	    [MS] = { 1e3, 2, "" },
		[SECONDS] = { 1, 3, "" },   [KIB] = { 1 / 1024., 1, "" },
	};

	int decimals = how[unit].decimals;

	if (!isfinite(value)) {
		snprintf(out, NUM_BYTES, "-");
		return;
	}
	value *= how[unit].times;
	if (fabs(value) >= LARGE) /* nobody reads its decimals */
		decimals = MIN(decimals, fabs(value) >= VERY_LARGE ? 0 : 1);
	fixed(out + (unit == POINTS), NUM_BYTES - (unit == POINTS), value,
	      decimals, how[unit].after);
	if (unit == POINTS && out[1] == '-')
		memmove(out, out + 1, strlen(out));
	else if (unit == POINTS)
		out[0] = '+';
}

/* --- tables for people -------------------------------------------------- */

struct bench_column {
	const char *head; /* "%": the rule's name, cut */
	int width;	  /* with the blanks before it */
	const char *name; /* of a field; NULL: dense's of `dense` */
	const char *dense;
};

struct sheet {
	const char *title; /* "%": the rule's name */
	const char *needs; /* a field that some cell must have, or NULL */
	struct bench_column columns[COLUMNS_MAX + 1];
	size_t i_shown; /* its rule is rule_shown(i_shown) */
	bool more;      /* ... and more of it than none */
};

enum { SHEET_STOPPED = 3 };

#define GOES_ON(title, head, name)                                             \
	{ title,                                                               \
	  name "_tried",                                                       \
	  { { head, 9, name "_tried", NULL },                                  \
	    { "right", 9, name "_accuracy", NULL },                            \
	    { "tokens", 8, name "_tokens", NULL },                             \
	    { "x dense", 9, name "_growth", NULL },                            \
	    { "JCT s", 8, name "_jct_s", NULL },                               \
	    { "fed again", 11, name "_recomputed", NULL },                     \
	    { "at cap", 9, name "_at_cap", NULL } },                           \
	  0, false }
/* Every way beside the others; the first of them must have been tried. */
#define BESIDE(title, needs, after, own, stopped)                              \
	{ title,                                                               \
	  needs "_tried",                                                      \
	  { { "alone", 9, own, NULL },                                         \
	    { "stopped", 9, stopped, NULL },                                   \
	    { "concl.", 8, "conclude" after, NULL },                           \
	    { "rolled", 8, "rollback" after, NULL },                           \
	    { "retry", 8, "retry" after, NULL },                               \
	    { "rescued", 9, "rescue" after, NULL },                            \
	    { "dense", 9, NULL, own } },                                       \
	  0, false }

static const struct sheet sheets[] = {
	{ "Attention alone; bytes of lz77 code that a run tells, and a token",
	  NULL,
	  { { "right", 9, "accuracy", NULL },
	    { "tokens", 8, "tokens", NULL },
	    { "x dense", 8, "growth", NULL },
	    { "p90", 7, "tokens_p90", NULL },
	    { "at cap", 8, "at_cap", NULL },
	    { "rho", 8, "rho", NULL },
	    { "bytes", 7, "information_bytes", NULL },
	    { "a token", 8, "information_per_token", NULL } },
	  0, false },
	{ "Answers that are other ones, and that the judge can't read (no box, "
	  "no \"The\nanswer is\", no number): of all",
	  "unread",
	  { { "right", 9, "accuracy", NULL },
	    { "wrong", 9, "wrong", NULL },
	    { "unread", 9, "unread", NULL } },
	  0, true },
	{ "What it costs: time to the first token, between tokens, of a job; "
	  "KV cache",
	  NULL,
	  { { "TTFT ms", 9, "ttft_s", NULL },
	    { "TBT ms", 9, "tbt_s", NULL },
	    { "JCT s", 9, "jct_s", NULL },
	    { "held KiB", 10, "kv_held_bytes", NULL },
	    { "read KiB", 10, "kv_read_bytes", NULL } },
	  0, false },
	{ "Stopped by %: accuracy in points beside the whole runs; "
	  "saved of the\nruns that end right and of those that do not",
	  NULL,
	  { { "fired", 9, "_fired", NULL },
	    { "saved", 9, "_saved", NULL },
	    { "right", 9, "_accuracy", NULL },
	    { "change", 8, "_change", NULL },
	    { "of right", 10, "_saved_right", NULL },
	    { "of wrong", 10, "_saved_wrong", NULL },
	    { "JCT s", 8, "_jct_s", NULL } },
	  0, false },
	{ "The other rule and two controls: the % rule; the first "
	  "stated answer;\na length cap that saves what guardian saves",
	  NULL,
	  { { "%", 9, "_saved", NULL },
	    { "change", 8, "_change", NULL },
	    { "first", 9, "first_answer_saved", NULL },
	    { "change", 8, "first_answer_change", NULL },
	    { "cap", 6, "length_cap", NULL },
	    { "saved", 9, "length_cap_saved", NULL },
	    { "change", 8, "length_cap_change", NULL } },
	  1, false },
	GOES_ON("Rescued: at guardian's threshold the run goes on with another "
		"policy", "rescued", "rescue"),
	GOES_ON("Concluded: at guardian's threshold the thinking is shut, and "
		"the answer\nasked for", "done", "conclude"),
	GOES_ON("Rolled back: the loop is cut off at guardian's threshold, and "
		"the run goes\non densely", "done", "rollback"),
	GOES_ON("Tried again at guardian's threshold, drawn anew", "done",
		"retry"),
	{ "Alone, stopped, rescued and dense: right, and tokens",
	  "rescue_tried",
	  { { "alone", 9, "accuracy", NULL },
	    { "stopped", 8, "_accuracy", NULL },
	    { "rescued", 9, "rescue_accuracy", NULL },
	    { "dense", 8, NULL, "accuracy" },
	    { "alone", 7, "tokens", NULL },
	    { "stopped", 8, "_tokens", NULL },
	    { "rescued", 8, "rescue_tokens", NULL },
	    { "dense", 6, NULL, "tokens" } },
	  0, false },
	{ "Alone, stopped, rescued and dense: seconds of a job",
	  "rescue_tried",
	  { { "alone", 9, "jct_s", NULL },
	    { "stopped", 9, "_jct_s", NULL },
	    { "rescued", 9, "rescue_jct_s", NULL },
	    { "dense", 9, NULL, "jct_s" } },
	  0, false },
	BESIDE("All ways beside each other: right", "conclude", "_accuracy",
	       "accuracy", "_accuracy"),
	BESIDE("All ways beside each other: tokens", "conclude", "_tokens",
	       "tokens", "_tokens"),
	{ "From, to (of 100 samples 95 are within). Right; x dense; points "
	  "beside dense,\nand beside random at this budget",
	  "accuracy_lo",
	  { { "right", 8, "accuracy_lo", NULL },
	    { "to", 8, "accuracy_hi", NULL },
	    { "x dense", 8, "growth_lo", NULL },
	    { "to", 6, "growth_hi", NULL },
	    { "dense", 8, "beside_dense_lo", NULL },
	    { "to", 8, "beside_dense_hi", NULL },
	    { "random", 8, "beside_random_lo", NULL },
	    { "to", 8, "beside_random_hi", NULL } },
	  0, false },
	{ "The same of %: saved; of the runs that it ends; points",
	  "_saved_fired_lo",
	  { { "saved", 9, "_saved_lo", NULL },
	    { "to", 9, "_saved_hi", NULL },
	    { "of ended", 10, "_saved_fired_lo", NULL },
	    { "to", 9, "_saved_fired_hi", NULL },
	    { "change", 9, "_change_lo", NULL },
	    { "to", 9, "_change_hi", NULL } },
	  0, false },
	{ "The same of going on: points beside stopping there",
	  NULL,
	  { { "concl.", 8, "conclude_beside_stop_lo", NULL },
	    { "to", 8, "conclude_beside_stop_hi", NULL },
	    { "rolled", 8, "rollback_beside_stop_lo", NULL },
	    { "to", 8, "rollback_beside_stop_hi", NULL },
	    { "retry", 8, "retry_beside_stop_lo", NULL },
	    { "to", 8, "retry_beside_stop_hi", NULL },
	    { "rescued", 8, "rescue_beside_stop_lo", NULL },
	    { "to", 8, "rescue_beside_stop_hi", NULL } },
	  0, false },
};

static void pad(struct buf *out, const char *text, int width)
{
	buf_printf(out, "%*s", width, text);
}

/* A number that is there; more: and is not 0. */
static bool has_any(const struct bench_table *t, const struct bench_field *f,
		    bool more)
{
	for (size_t i = 0; i < t->n; i++) {
		double value = value_of(&t->cells[i], f);

		if (isfinite(value) && (value != 0 || !more))
			return true;
	}
	return false;
}

static void put_row(const struct bench_table *t, const struct fields *all,
		    const struct sheet *sheet, const char *rule,
		    const struct bench_cell *cell, struct buf *out)
{
	char text[NUM_BYTES];

	if (cell->budget)
		buf_printf(out, "%-*s%7u", NAME_COLS, cell->policy,
			   cell->budget);
	else
		buf_printf(out, "%-*s%7s", NAME_COLS, cell->policy, "");
	if (cell->idle >= 1) { /* dense's numbers under another name */
		buf_puts(out, "  had nothing to do\n");
		return;
	}
	for (const struct bench_column *c = sheet->columns; c->head; c++) {
		const struct bench_field *f =
			field_named(all, rule, c->name ? c->name : c->dense);
		const struct bench_cell *from =
			c->name ? cell : bench_table_dense(t);

		show(text, from ? value_of(from, f) : NAN, f->unit);
		pad(out, text, c->width);
	}
	buf_puts(out, cell->collapsed ? " *\n" : "\n");
}

/* Above a column; the name of a rule is cut: "adapt." */
static void put_head(const struct bench_column *c, const char *rule,
		     struct buf *out)
{
	char head[HEAD_COLS + 1];
	size_t n = strlen(rule);

	snprintf(head, sizeof(head), "%.*s%s",
		 n > HEAD_COLS ? HEAD_COLS - 1 : HEAD_COLS, rule,
		 n > HEAD_COLS ? "." : "");
	pad(out, strcmp(c->head, "%") == 0 ? head : c->head, c->width);
}

static bool is_empty(const struct bench_table *t, const struct fields *all,
		     const struct sheet *sheet, const char *rule)
{
	for (const struct bench_column *c = sheet->columns; c->head; c++)
		if (has_any(t, field_named(all, rule, c->name ? c->name
							       : c->dense),
			    false))
			return false;
	return true;
}

/* The sheet about the rule that is shown as the k-th. */
static void put_sheet(const struct bench_table *t, const struct fields *all,
		      const struct sheet *sheet, size_t k, struct buf *out)
{
	const char *rule = rule_name(rule_shown(k));

	if (!rule || is_empty(t, all, sheet, rule) ||
	    (sheet->needs && !has_any(t, field_named(all, rule, sheet->needs),
				      sheet->more)))
		return;
	buf_putc(out, '\n');
	for (const char *c = sheet->title; *c; c++)
		if (*c == '%')
			buf_puts(out, rule);
		else
			buf_putc(out, *c);
	buf_printf(out, "\n%-*s%7s", NAME_COLS, "policy", "budget");
	for (const struct bench_column *c = sheet->columns; c->head; c++)
		put_head(c, rule, out);
	buf_putc(out, '\n');
	for (size_t i = 0; i < t->n; i++)
		put_row(t, all, sheet, rule, &t->cells[i], out);
}

static void put_sheets(const struct bench_table *t, struct buf *out)
{
	const struct fields all = all_fields();

	for (size_t i = 0; i < ARRAY_LEN(sheets); i++)
		put_sheet(t, &all, &sheets[i], sheets[i].i_shown, out);
	/* Rules that no sheet above has a place for. */
	for (size_t k = 2; k < RULES_SHOWN_MAX; k++)
		put_sheet(t, &all, &sheets[SHEET_STOPPED], k, out);
}

/* Half the width of a 95 % interval of a share near one half. */
static double margin(uint32_t n)
{
	return 1.96 * sqrt(0.25 / n);
}

static void put_scale(const struct bench_table *t, struct buf *out)
{
	const struct bench_scale *s = &t->scale;
	char tokens[NUM_BYTES], bytes[NUM_BYTES], t_text[NUM_BYTES];

	fixed(tokens, sizeof(tokens), s->tokens, 1, "");
	fixed(bytes, sizeof(bytes), s->bytes, 2, "");
	fixed(t_text, sizeof(t_text), t->meter.rule.t, 1, "");
	buf_printf(out,
		   "\n%s: f = %u tokens%s, t = %s bytes%s, patience %u, "
		   "coder %s.\n",
		   rule_guardian.name, t->meter.rule.f,
		   t->f_given ? " (given)" : "", t_text,
		   t->t_given ? " (given)" : "", t->meter.rule.patience,
		   coder_rows[t->meter.rule.coder].name);
	if (!s->n_runs || (t->f_given && t->t_given))
		return;
	buf_printf(out,
		   "The scale: %u dense run%s of %s tokens; a token brings "
		   "%s bytes of\nDEFLATE. f is a third of the length; t / f is "
		   "the paper's 0.08 times\n%s / 0.61.\n",
		   s->n_runs, s->n_runs == 1 ? "" : "s", tokens, bytes, bytes);
}

/* All runs within the budget say nothing of a policy; some make its numbers
 * more like dense's than they are. */
static void put_idle(const struct bench_table *t, bool all, struct buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct bench_cell *cell = &t->cells[i];
		uint32_t n = (uint32_t)lround(cell->idle * cell->n);

		if (n && n < cell->n)
			buf_printf(out, "%s %u had nothing to do in %u of %u "
					"runs.\n",
				   cell->policy, cell->budget, n, cell->n);
	}
	if (all)
		buf_puts(out, "Nothing to do: no text (snapkv: no prompt) is "
			      "longer than the budget.\n");
}

static void put_notes(const struct bench_table *t, struct buf *out)
{
	bool collapsed = false, idle = false;
	uint32_t missing = 0;
	char text[NUM_BYTES];

	for (size_t i = 0; i < t->n; i++) {
		collapsed |= t->cells[i].collapsed;
		missing += t->cells[i].n_missing;
		idle |= t->cells[i].idle >= 1;
	}
	fixed(text, sizeof(text), margin(t->n_problems) * 100, 1, "");
	buf_printf(out,
		   "%u problem%s: a share near one half is good to +-%s "
		   "points.\n",
		   t->n_problems, t->n_problems == 1 ? "" : "s", text);
	if (t->n_batch > 1)
		buf_printf(out,
			   "Times are those of %u runs that are read "
			   "together, each as slow as all.\n",
			   t->n_batch);
	put_idle(t, idle, out);
	if (missing)
		buf_printf(out, "%u runs are missing.\n", missing);
	if (collapsed)
		buf_puts(out, "* collapsed: under 5 % right without any rule. "
			      "What a rule loses there is\n  nothing, and "
			      "proves nothing.\n");
}

void bench_print(const struct bench_table *t, struct buf *out)
{
	if (!t->n) {
		buf_puts(out, "No run has finished.\n");
		return;
	}
	put_sheets(t, out);
	put_scale(t, out);
	put_notes(t, out);
}

/* --- for programs ------------------------------------------------------- */

static void put_cell_json(const struct bench_cell *cell,
			  const struct fields *all, struct buf *out)
{
	buf_puts(out, "{\"policy\":");
	json_put_string(out, cell->policy, strlen(cell->policy));
	buf_printf(out,
		   ",\"budget\":%u,\"runs\":%u,\"missing\":%u,"
		   "\"collapsed\":%s",
		   cell->budget, cell->n, cell->n_missing,
		   cell->collapsed ? "true" : "false");
	for (size_t i = 0; i < all->n; i++) {
		buf_printf(out, ",\"%s%s\":", all->at[i].stop,
			   all->at[i].name);
		json_put_number(out, value_of(cell, &all->at[i]));
	}
	buf_putc(out, '}');
}

void bench_print_json(const struct bench_table *t, const char *facts,
		      struct buf *out)
{
	const struct rule_opts *g = &t->meter.rule;
	const struct fields all = all_fields();

	buf_printf(out, "{%s\"problems\":%u,\"f\":%u,\"t\":", facts,
		   t->n_problems, g->f);
	json_put_number(out, g->t);
	buf_printf(out,
		   ",\"patience\":%u,\"coder\":\"%s\",\"scale\":{"
		   "\"dense_runs\":%u,\"dense_tokens\":",
		   g->patience, coder_rows[t->meter.rule.coder].name,
		   t->scale.n_runs);
	json_put_number(out, t->scale.tokens);
	buf_puts(out, ",\"dense_bytes_a_token\":");
	json_put_number(out, t->scale.bytes);
	buf_printf(out, ",\"f_given\":%s,\"t_given\":%s},\"cells\":[",
		   t->f_given ? "true" : "false",
		   t->t_given ? "true" : "false");
	for (size_t i = 0; i < t->n; i++) {
		buf_puts(out, i ? ",\n" : "\n");
		put_cell_json(&t->cells[i], &all, out);
	}
	buf_puts(out, "\n]}\n");
}

void bench_print_csv(const struct bench_table *t, struct buf *out)
{
	const struct fields all = all_fields();

	buf_puts(out, "policy,budget,runs,missing,collapsed");
	for (size_t i = 0; i < all.n; i++)
		buf_printf(out, ",%s%s", all.at[i].stop, all.at[i].name);
	buf_putc(out, '\n');
	for (size_t k = 0; k < t->n; k++) {
		const struct bench_cell *cell = &t->cells[k];

		buf_printf(out, "%s,%u,%u,%u,%d", cell->policy, cell->budget,
			   cell->n, cell->n_missing, cell->collapsed);
		for (size_t i = 0; i < all.n; i++) {
			double value = value_of(cell, &all.at[i]);

			buf_putc(out, ',');
			if (isfinite(value))
				json_put_number(out, value);
		}
		buf_putc(out, '\n');
	}
}
