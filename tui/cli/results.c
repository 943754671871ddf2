/* A file of results is a header, then a run a line; its cells are worked out
 * as the bench worked them out. */
#include "cli/results.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/sweep.h"
#include "input/source.h"
#include "opt/opt.h"
#include "opt/settings.h"
#include "system/output.h"
#include "system/say.h"

#define HEADER "{\"lilscope_bench\":"

struct results {
	struct settings set;
	struct bench_table table;
	struct bench_run *runs;
	size_t n, cap;
	uint32_t n_broken;
};

bool results_are(const char *path)
{
	struct err err = { "" };
	struct buf head = { 0 };
	struct source *s;
	struct stat st;
	bool are;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	s = source_open(path, &err);
	if (!s)
		return false;
	source_read(s, &head, &err);
	source_close(s);
	are = head.len >= strlen(HEADER) &&
	      memcmp(head.data, HEADER, strlen(HEADER)) == 0;
	buf_release(&head);
	return are;
}

/* The header's settings; "rule" is left to the rule. */
static void take_header(struct results *r, struct json_value header)
{
	static const char *const names[] = { "f", "t", "patience", "coder",
					     "batch" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err err = { "" };
		size_t n;
		const char *text = json_text(json_get(header, names[i]), &n);
		char *value = text ? mem_strndup(text, n) : NULL;
		bool given = opt_is_given(&r->set, names[i]);

		if (!given && value)
			given = opt_set(&r->set, names[i], value, OPT_BENCH,
					&err);
		r->table.f_given |= i == 0 && given;
		r->table.t_given |= i == 1 && given;
		mem_free(value);
	}
	r->table.n_batch = r->set.bench.batch;
}

static void take_line(struct results *r, const char *line, size_t n)
{
	struct json doc = { 0 };
	struct bench_run run;

	if (!json_read(&doc, line, n, false, NULL)) {
		r->n_broken += n > 0;
	} else if (json_get(json_root(&doc), "lilscope_bench").doc) {
		take_header(r, json_root(&doc));
	} else if (bench_run_read(json_root(&doc), &run)) {
		r->runs = grow(r->runs, &r->cap, r->n + 1, sizeof(run));
		r->runs[r->n++] = run;
	} else {
		r->n_broken++;
	}
	json_release(&doc);
}

/* f and t by the rule where they are not given, then all cells. */
static void work_out(struct results *r)
{
	struct bench_table *t = &r->table;
	struct rule_opts *rule = &t->meter.rule;
	uint32_t n_problems = 0;

	t->meter = r->set.meter;
	t->meter.symbols = METER_BYTES;
	for (size_t i = 0; i < r->n; i++)
		bench_run_measure(&r->runs[i], &t->meter);
	t->scale = bench_scale(r->runs, r->n);
	if (!t->f_given && t->scale.n_runs)
		rule->f = t->scale.f;
	if (!t->t_given && t->scale.n_runs)
		rule->t = t->f_given ? bench_scale_t(&t->scale, rule->f)
				     : t->scale.t;
	for (size_t i = 0; i < r->n; i++)
		bench_run_measure(&r->runs[i], &t->meter);
	bench_table_fill(t, r->runs, r->n, 0);
	for (size_t i = 0; i < t->n; i++)
		n_problems = MAX(n_problems, t->cells[i].n);
	bench_table_fill(t, r->runs, r->n, n_problems);
	bench_table_intervals(t, r->runs, r->n);
}

/* The tables, and before them the screen where there is one. */
static bool put(const struct results *r, const struct settings *set,
		struct err *err)
{
	const struct bench_state state = { .table = &r->table,
					   .n_done = (uint32_t)r->n,
					   .n_all = (uint32_t)r->n,
					   .left_s = NAN };
	struct sweep_screen *w = NULL;
	struct err none = { "" };
	struct buf out = { 0 };
	bool good = true;

	if (isatty(STDOUT_FILENO) && !set->show.plain)
		w = sweep_open(set, &none);
	if (w) {
		sweep_stay(w, &state);
		sweep_close(w, NULL);
	}
	bench_print(&r->table, &out);
	good = output(out.data, out.len, err) || !err->text[0];
	buf_release(&out);
	return good;
}

int results_show(const struct settings *set, const char *path)
{
	struct results r = { .set = *set };
	struct buf text = { 0 };
	struct err err = { "" }, note = { "" };
	bool good = source_read_all(path, &text, &err);

	for (size_t at = 0; good && at < text.len;) {
		const char *lf = memchr(text.data + at, '\n', text.len - at);
		size_t end = lf ? (size_t)(lf - text.data) : text.len;

		take_line(&r, text.data + at, end - at);
		at = end + 1;
	}
	if (good && !r.n)
		good = err_set(&err, "%s: the bench has no finished run yet",
			       path);
	if (good && coder_rows[r.set.meter.rule.coder].ids)
		good = err_set(&err, "a bench measures bytes: --coder %s is "
				     "over token ids",
			       coder_rows[r.set.meter.rule.coder].name);
	if (good) {
		work_out(&r);
		good = put(&r, set, &err);
	}
	if (good && r.n_broken) {
		err_set(&note, "%s: %u lines hold no run", path, r.n_broken);
		say(stderr, note.text);
	}
	for (size_t i = 0; i < r.n; i++)
		bench_run_release(&r.runs[i]);
	mem_free(r.runs);
	bench_table_release(&r.table);
	buf_release(&text);
	return good ? 0 : say_trouble(&err);
}
