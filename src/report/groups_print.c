/*
 * groups_print.c - groups as rows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "report/groups_impl.h"
#include "report/report.h"

enum { NAME_COLS_MIN = 14, NUMBER_COLS = 61 };

/* --- order, quantiles --------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Nearest rank; NAN of nothing. */
static double quantile(struct values *v, double share)
{
	double rank = ceil(share * (double)v->n);

	if (!v->n)
		return NAN;
	if (!v->sorted)
		qsort(v->at, v->n, sizeof(*v->at), by_value);
	v->sorted = true;
	return v->at[rank < 1 ? 0 : (size_t)rank - 1];
}

static int by_hash(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_size(const void *a, const void *b)
{
	const struct group_row *x = a, *y = b;
	int order;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	order = memcmp(x->key.data, y->key.data, MIN(x->key.len, y->key.len));
	return order ? order : (x->key.len > y->key.len) -
			       (x->key.len < y->key.len);
}

static void join(struct values *to, const struct values *from)
{
	if (!from->n)
		return;
	to->at = grow(to->at, &to->cap, to->n + from->n, sizeof(*to->at));
	memcpy(to->at + to->n, from->at, from->n * sizeof(*to->at));
	to->n += from->n;
	to->sorted = false;
}

static void add_group(struct group_row *all, const struct group_row *g)
{
	all->n += g->n;
	all->tokens += g->tokens;
	all->bytes += g->bytes;
	all->skipped += g->skipped;
	all->code_bits += g->code_bits;
	join(&all->tokens_of, &g->tokens_of);
	join(&all->rho_of, &g->rho_of);
	all->n_judged += g->n_judged;
	for (size_t k = 0; k < GROUPS_GRADES; k++)
		all->n_grade[k] += g->n_grade[k];
	all->n_asked += g->n_asked;
	all->n_stopped += g->n_stopped;
	for (size_t k = 0; k <= AFTER_FALSE; k++)
		all->n_after[k] += g->n_after[k];
	all->after += g->after;
}

static uint64_t lines_twice(struct groups *m)
{
	uint64_t n = 0;

	if (m->n_lines)
		qsort(m->lines, m->n_lines, sizeof(*m->lines), by_hash);
	for (size_t i = 1; i < m->n_lines; i++)
		n += m->lines[i] == m->lines[i - 1];
	return n;
}

/* Answers that are judged and could not be read. */
static uint64_t n_unread(const struct groups *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->n_groups; i++)
		n += m->groups[i].n_grade[GRADE_NONE - GRADE_RIGHT];
	return n;
}

/* Each group, and at last all of them, are given to row. */
static void each_group(struct groups *m, struct buf *out,
		       void (*row)(const struct groups *m,
				   struct group_row *g, struct buf *out))
{
	struct group_row all = { 0 };

	if (m->n_groups)
		qsort(m->groups, m->n_groups, sizeof(*m->groups), by_size);
	mem_free(m->table); /* its places are other groups' now */
	m->table = NULL;
	m->table_cap = 0;
	for (size_t i = 0; i < m->n_groups; i++) {
		add_group(&all, &m->groups[i]);
		if (m->n_by)
			row(m, &m->groups[i], out);
	}
	row(m, &all, out);
	mem_free(all.tokens_of.at);
	mem_free(all.rho_of.at);
}

/* --- for programs ------------------------------------------------------- */

enum { CELLS_MAX = 32 };

/* NAN: unknown. */
struct group_cell {
	const char *name;
	double value;
};

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

static size_t cells_of(struct group_row *g, struct group_cell cells[CELLS_MAX])
{
	const bool judged = g->n_judged, asked = g->n_asked;
	const struct group_cell rows[] = {
		{ "generations", (double)g->n },
		{ "tokens", (double)g->tokens },
		{ "tokens_p10", quantile(&g->tokens_of, 0.1) },
		{ "tokens_p50", quantile(&g->tokens_of, 0.5) },
		{ "tokens_p90", quantile(&g->tokens_of, 0.9) },
		{ "bytes", (double)g->bytes },
		{ "code_bits", (double)g->code_bits },
		{ "rho_p10", quantile(&g->rho_of, 0.1) },
		{ "rho_p50", quantile(&g->rho_of, 0.5) },
		{ "rho_p90", quantile(&g->rho_of, 0.9) },
		{ "asked", (double)g->n_asked },
		{ "stopped", asked ? (double)g->n_stopped : NAN },
		{ "tokens_after", asked ? (double)g->after : NAN },
		{ "saved", asked ? share((double)g->after,
					 (double)g->tokens) : NAN },
		{ "nothing_new", asked ? (double)g->n_after[AFTER_NOTHING] :
					 NAN },
		{ "came_back", asked ? (double)g->n_after[AFTER_BACK] : NAN },
		{ "false_alarms", asked ? (double)g->n_after[AFTER_FALSE] :
					  NAN },
		{ "judged", (double)g->n_judged },
		{ "right", judged ? (double)g->n_grade[0] : NAN },
		{ "wrong", judged ? (double)g->n_grade[1] : NAN },
		{ "unread", judged ? (double)g->n_grade[2] : NAN },
		{ "skipped_records", (double)g->skipped },
	};

	memcpy(cells, rows, sizeof(rows));
	return ARRAY_LEN(rows);
}

static void put_value(struct buf *out, double value, const char *none)
{
	enum { EXACT = 1 << 24 };

	if (!isfinite(value))
		buf_puts(out, none);
	else if (value >= EXACT && value == floor(value))
		buf_printf(out, "%.0f", value);
	else
		report_number(out, value);
}

static void json_row(const struct groups *m, struct group_row *g,
		     struct buf *out)
{
	struct group_cell cells[CELLS_MAX];
	size_t n = cells_of(g, cells);

	buf_puts(out, "{\"by\":");
	if (g->key.len)
		buf_append(out, g->key.data, g->key.len);
	else
		buf_puts(out, "{}");
	buf_printf(out, ",\"rule\":\"%s\"", rules[m->i_rule]->name);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, ",\"%s\":", cells[i].name);
		put_value(out, cells[i].value, "null");
	}
	if (!g->key.len)
		buf_printf(out, ",\"errors\":%llu",
			   (unsigned long long)m->n_errors);
	buf_puts(out, "}\n");
}

void groups_json(struct groups *m, struct buf *out)
{
	each_group(m, out, json_row);
}

/* The group's i-th value as text; null is empty. What is neither text nor
 * null, as it was spelled. */
static void put_group_value(const struct groups *m, size_t i,
			    const struct json *key, struct buf *out)
{
	struct json_value v = json_get(json_root(key), m->by[i].name);
	size_t n;
	const char *text = json_text(v, &n);

	if (text)
		buf_append(out, text, n);
	else if (!json_is(v, JSON_NULL))
		json_put(out, v);
}

static void key_read(const struct group_row *g, struct json *key)
{
	if (g->key.len)
		json_read(key, g->key.data, g->key.len, false, NULL);
}

static void csv_row(const struct groups *m, struct group_row *g,
		    struct buf *out)
{
	struct group_cell cells[CELLS_MAX];
	size_t n = cells_of(g, cells);
	struct json key = { 0 };
	struct buf value = { 0 };

	if (m->n_by && !g->key.len)
		return; /* of all: a sum among the summands */
	key_read(g, &key);
	for (size_t i = 0; i < m->n_by; i++) {
		buf_clear(&value);
		put_group_value(m, i, &key, &value);
		report_csv_string(out, value.data, value.len);
		buf_putc(out, ',');
	}
	buf_puts(out, rules[m->i_rule]->name);
	for (size_t i = 0; i < n; i++) {
		buf_putc(out, ',');
		put_value(out, cells[i].value, "");
	}
	buf_putc(out, '\n');
	json_release(&key);
	buf_release(&value);
}

void groups_csv(struct groups *m, struct buf *out)
{
	struct group_row none = { 0 };
	struct group_cell cells[CELLS_MAX];
	size_t n = cells_of(&none, cells);

	for (size_t i = 0; i < m->n_by; i++) {
		report_csv_string(out, m->by[i].name, strlen(m->by[i].name));
		buf_putc(out, ',');
	}
	buf_puts(out, "rule");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, ",%s", cells[i].name);
	buf_putc(out, '\n');
	each_group(m, out, csv_row);
}

/* --- for people --------------------------------------------------------- */

static void put_group_name(const struct groups *m, const struct group_row *g,
			   struct buf *out)
{
	struct json key = { 0 };
	struct buf name = { 0 };

	key_read(g, &key);
	for (size_t i = 0; i < m->n_by && g->key.len; i++) {
		size_t from;

		buf_puts(&name, i ? ", " : "");
		from = name.len;
		put_group_value(m, i, &key, &name);
		if (name.len == from)
			buf_putc(&name, '-');
	}
	if (!g->key.len)
		buf_puts(&name, "all");
	report_table_name(out, name.data, name.len, m->name_cols);
	json_release(&key);
	buf_release(&name);
}

static void table_row(const struct groups *m, struct group_row *g,
		      struct buf *out)
{
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	uint64_t n_read = g->n_grade[0] + g->n_grade[1];

	put_group_name(m, g, out);
	buf_printf(out, " %7s %7s %7s %5s", num_count(a, g->n),
		   num_short(b, (double)g->tokens),
		   num_short(c, g->n ? quantile(&g->tokens_of, 0.5) : 0),
		   num_real(d, quantile(&g->rho_of, 0.5), 2, true));
	if (g->n_asked)
		buf_printf(out, " %7s %7s %6s",
			   num_percent(a, g->n_stopped, g->n_asked),
			   num_percent(b, g->after, g->tokens),
			   num_count(c, g->n_after[AFTER_FALSE]));
	else
		buf_printf(out, " %7s %7s %6s", "-", "-", "-");
	buf_printf(out, " %7s\n",
		   n_read ? num_percent(a, g->n_grade[0], n_read) : "-");
}

static void put_many(struct buf *out, uint64_t n, const char *one,
		     const char *many)
{
	char a[NUM_BYTES];

	if (n)
		buf_printf(out, "%s %s\n", num_count(a, n),
			   n == 1 ? one : many);
}

void groups_table(struct groups *m, int cols, struct buf *out)
{
	uint64_t twice = lines_twice(m);
	uint64_t unread = n_unread(m);
	struct buf name = { 0 };

	m->name_cols = MAX(cols - (int)NUMBER_COLS, (int)NAME_COLS_MIN);
	for (size_t i = 0; i < m->n_by; i++)
		buf_printf(&name, "%s%s", i ? ", " : "", m->by[i].name);
	report_table_name(out, name.data, name.len, m->name_cols);
	buf_printf(out, " %7s %7s %7s %5s %7s %7s %6s %7s\n", "n", "tokens",
		   "median", "rho", "stopped", "saved", "false", "right");
	each_group(m, out, table_row);
	buf_printf(out, "\nrule %s. median: of the tokens; rho: its median; "
			"saved: tokens after the stop;\nfalse: new text came "
			"after it; right: of the answers that could be read\n",
		   rules[m->i_rule]->name);
	put_many(out, unread, "answer could not be read: not right, not wrong",
		 "answers could not be read: not right, not wrong");
	put_many(out, m->n_errors, "record could not be read",
		 "records could not be read");
	put_many(out, twice,
		 "line stands twice, word for word: was a part given twice?",
		 "lines stand twice, word for word: was a part given twice?");
	buf_release(&name);
}
