/*
 * A column has a fixed width, so that rows can be printed as generations
 * complete; only the first one, the name, takes what is left. A column is
 * there when the terminal has at least `from` columns.
 */
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct table_column {
	const char *head; /* NULL: the rule's name, which gives the width */
	int width;        /* with the blank before it */
	int from;
	bool left;
	void (*put)(const struct report *r, size_t i_rule, struct buf *out);
	size_t i_rule;    /* which it is about, if about one */
};

enum { NAME_COLS_MIN = 14 };

/* Our own tokenizer's count, not the model's. */
static bool is_estimated(const struct report *r)
{
	return !strcmp(r->tokens_by, tokens_by_name(TOKENS_BY_BPE));
}

static void put_tokens(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	buf_printf(out, "%s%lu%s", is_estimated(r) ? "~" : "",
		   (unsigned long)r->tokens, r->guessed ? "?" : "");
}

/* Three decimals, with a point in every locale. */
static void put_ratio(struct buf *out, double value)
{
	int thousandth = isfinite(value) ? (int)lround(value * 1000) : 0;

	if (!isfinite(value))
		buf_putc(out, '-');
	else
		buf_printf(out, "%d.%03d", thousandth / 1000,
			   thousandth % 1000);
}

static void put_rho(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	put_ratio(out, r->point.rho);
}

static void put_h(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	put_ratio(out, r->point.h);
}

static void put_h_est(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	put_ratio(out, r->h_est.bits);
}

static void put_flag(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	buf_puts(out, r->flag);
}

static void put_answer(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	buf_printf(out, "%lu", (unsigned long)r->answer_tokens);
}

static void put_finish(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	if (r->ended_as) /* cut, it would look like any word */
		buf_puts(out, "repeated");
	else
		buf_puts(out, r->finish_reason ? r->finish_reason : "-");
}

static void put_label(const struct report *r, size_t i_rule, struct buf *out)
{
	(void)i_rule;
	buf_puts(out, r->right ? r->right : r->label ? r->label : "-");
}

static void put_token(struct buf *out, const struct report_rule *rule,
		      uint32_t token)
{
	if (rule->verdict.at_token == RULE_NEVER || token == RULE_NEVER)
		buf_putc(out, '-');
	else
		buf_printf(out, "%lu", (unsigned long)token);
}

static void put_stop(const struct report *r, size_t i_rule, struct buf *out)
{
	const struct report_rule *rule = &r->rules[i_rule];

	put_token(out, rule, rule->verdict.at_token);
}

static void put_after(const struct report *r, size_t i_rule, struct buf *out)
{
	const struct report_rule *rule = &r->rules[i_rule];

	put_token(out, rule, rule->verdict.tokens_after);
}

/* One of the three verdicts, in a word. */
static void put_then(const struct report *r, size_t i_rule, struct buf *out)
{
	static const char *const words[] = {
		[AFTER_NOTHING] = "nothing",
		[AFTER_BACK] = "back",
		[AFTER_FALSE] = "false",
	};
	const struct report_rule *rule = &r->rules[i_rule];

	buf_puts(out, rule->after ? words[rule->verdict.after] : "-");
}

static void put_new(const struct report *r, size_t i_rule, struct buf *out)
{
	const struct report_rule *rule = &r->rules[i_rule];

	put_token(out, rule, rule->verdict.new_after);
}


static const struct table_column measure_columns[] = {
	{ "tokens", 8, 0, false, put_tokens, 0 },
	{ "answer", 8, 124, false, put_answer, 0 },
	{ "rho", 6, 60, false, put_rho, 0 },
	{ "h", 6, 104, false, put_h, 0 },
	{ "H", 6, REPORT_COLS_WIDE + 8, false, put_h_est, 0 },
	{ "band", 13, 104, true, put_flag, 0 },
};

/* Of each rule that is shown. */
static const struct table_column rule_columns[] = {
	{ NULL, 0, 0, false, put_stop, 0 },
	{ "after", 7, 0, false, put_after, 0 },
	{ "then", 8, 0, false, put_then, 0 },
	{ "new", 7, 0, false, put_new, 0 },
};

static const struct table_column end_columns[] = {
	{ "finish", 9, 132, true, put_finish, 0 },
	{ "label", 10, REPORT_COLS_WIDE, true, put_label, 0 },
};

/* That which stops by default is there first, then Guardian, both before what
 * is seldom asked for; others behind. */
static const int rule_from[RULES_SHOWN_MAX][ARRAY_LEN(rule_columns)] = {
	{ 70, 76, 80, 116 },
	{ 184, 184, 184, 184 },
	{ 32, 40, 48, 116 },
	{ 196, 196, 196, 196 },
};

enum {
	STOP_COLS_MIN = 8,
	COLUMNS_MAX = ARRAY_LEN(measure_columns) + ARRAY_LEN(end_columns) +
		      RULES_SHOWN_MAX * ARRAY_LEN(rule_columns),
};

/* The columns that a terminal of so many has room for. */
struct columns {
	struct table_column at[COLUMNS_MAX];
	size_t n;
	int name; /* columns of the name */
};

static void add(struct columns *c, const struct table_column *column, int cols)
{
	if (cols < column->from)
		return;
	c->at[c->n++] = *column;
	c->name -= column->width;
}

static void add_rules(struct columns *c, int cols)
{
	size_t i_rule;

	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++) {
		for (size_t i = 0; i < ARRAY_LEN(rule_columns); i++) {
			struct table_column column = rule_columns[i];

			column.i_rule = i_rule;
			column.from = rule_from[k][i];
			if (!column.head) {
				column.head = rules[i_rule]->name;
				column.width = (int)strlen(column.head) + 1 +
					       (k > 0);
				column.width = MAX(column.width,
						   STOP_COLS_MIN);
			}
			add(c, &column, cols);
		}
	}
}

static struct columns columns_for(int cols)
{
	struct columns c = { .n = 0 };

	cols = MAX(cols, (int)REPORT_COLS_MIN);
	c.name = cols;
	for (size_t i = 0; i < ARRAY_LEN(measure_columns); i++)
		add(&c, &measure_columns[i], cols);
	add_rules(&c, cols);
	for (size_t i = 0; i < ARRAY_LEN(end_columns); i++)
		add(&c, &end_columns[i], cols);
	c.name = MAX(c.name, (int)NAME_COLS_MIN);
	return c;
}

static void put_blanks(struct buf *out, int n)
{
	while (n-- > 0)
		buf_putc(out, ' ');
}

static int text_cols(const char *text, size_t n)
{
	return (int)MIN(utf8_width(text, n, false), (size_t)1 << 20);
}

/* Bytes of the longest start of text[0..n) that has at most cols columns. */
static size_t fitting(const char *text, size_t n, int cols)
{
	struct utf8_cluster cluster;
	size_t i = 0;

	while (i < n) {
		size_t used = utf8_cluster(text + i, n - i, false, &cluster);

		cols -= cluster.width;
		if (cols < 0)
			break;
		i += used;
	}
	return i;
}

/* Bytes of the shortest start of text[0..n) that has cols columns. */
static size_t covering(const char *text, size_t n, int cols)
{
	struct utf8_cluster cluster;
	size_t i = 0;

	while (i < n && cols > 0) {
		i += utf8_cluster(text + i, n - i, false, &cluster);
		cols -= cluster.width;
	}
	return i;
}

void report_table_name(struct buf *out, const char *name, size_t n_name,
		       int cols)
{
	struct buf clean = { 0 };
	const char *text;
	size_t n;
	int over;

	utf8_sanitize(&clean, name, n_name, false, false);
	text = clean.data;
	n = clean.len;
	over = text_cols(text, n) - cols;
	if (over > 0) {
		size_t skip = covering(text, n, over + 2);

		buf_puts(out, "..");
		text += skip;
		n -= skip;
		cols -= 2;
	}
	buf_append(out, text, n);
	put_blanks(out, cols - text_cols(text, n));
	buf_release(&clean);
}

/* Words are cut to their column; numbers never are. */
static void put_cell(struct buf *out, const struct table_column *column,
		     const char *text, size_t n)
{
	int room = column->width - 1;

	buf_putc(out, ' ');
	if (column->left)
		n = fitting(text, n, room);
	else
		put_blanks(out, room - text_cols(text, n));
	buf_append(out, text, n);
	if (column->left)
		put_blanks(out, room - text_cols(text, n));
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	buf_putc(out, '\n');
}

void report_table_header(struct buf *out, int cols)
{
	const char *head = "generation";
	const struct columns c = columns_for(cols);

	report_table_name(out, head, strlen(head), c.name);
	for (size_t i = 0; i < c.n; i++)
		put_cell(out, &c.at[i], c.at[i].head, strlen(c.at[i].head));
	end_line(out);
}

void report_record(struct buf *out, const char *record)
{
	enum { DIGITS_MAX = 18 };
	size_t n = strspn(record, "0123456789");
	bool number = n && n <= DIGITS_MAX &&
		      (!record[n] || record[n] == '.');

	if (number)
		buf_printf(out, "%llu%s", strtoull(record, NULL, 10) + 1,
			   record + n);
	else
		buf_puts(out, record);
}

void report_table(const struct report *r, struct buf *out, int cols)
{
	const struct columns c = columns_for(cols);
	struct buf raw = { 0 }, cell = { 0 };

	buf_puts(&raw, r->source ? r->source : "?");
	buf_puts(&raw, r->record && *r->record ? ":" : "");
	if (r->record)
		report_record(&raw, r->record);
	report_table_name(out, raw.data, raw.len, c.name);
	for (size_t i = 0; i < c.n; i++) {
		buf_clear(&raw);
		buf_clear(&cell);
		c.at[i].put(r, c.at[i].i_rule, &raw);
		utf8_sanitize(&cell, raw.data, raw.len, false, false);
		put_cell(out, &c.at[i], cell.data, cell.len);
	}
	end_line(out);
	buf_release(&raw);
	buf_release(&cell);
}

void report_sums_add(struct report_sums *sums, const struct report *r)
{
	sums->n++;
	sums->tokens += r->tokens;
	sums->estimated |= is_estimated(r);
	if (r->guessed && !sums->n_guessed++)
		snprintf(sums->guessed, sizeof(sums->guessed), "%s",
			 r->guessed);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		const struct report_rule *rule = &r->rules[i];

		if (rule->name)
			sums->of[i] = *rule;
		if (rule->verdict.at_token == RULE_NEVER)
			continue;
		sums->n_fired[i]++;
		sums->after[i] += rule->verdict.tokens_after;
		sums->n_after[i][rule->verdict.after]++;
	}
}

/* "; 3 nothing new, 1 false alarm": what is none is not told. */
static void put_after_counts(struct buf *out, const size_t *n)
{
	const char *join = "; ";

	for (size_t k = 0; k <= AFTER_FALSE; k++) {
		if (!n[k])
			continue;
		buf_printf(out, "%s%zu %s", join, n[k],
			   rule_after_name((enum rule_after)k));
		join = ", ";
	}
}

static void put_parameters(struct buf *out, const struct report_rule *rule)
{
	if (!rule->coder)
		return;
	buf_printf(out, " (%s, f %ld, t ", rule->coder, lround(rule->f));
	report_number(out, rule->t);
	buf_printf(out, ", patience %lu)", (unsigned long)rule->patience);
}

/* Their text may be something else than what a model wrote. */
static void put_guess(struct buf *out, const struct report_sums *sums)
{
	if (!sums->n_guessed)
		return;
	buf_printf(out, "? where the text is, is a guess in %zu: the field ",
		   sums->n_guessed);
	utf8_sanitize(out, sums->guessed, strlen(sums->guessed), false, false);
	buf_puts(out, "; --field names another\n");
}

void report_table_footer(const struct report_sums *sums, struct buf *out)
{
	buf_printf(out, "\n%zu generation%s, %llu tokens%s\n", sums->n,
		   sums->n == 1 ? "" : "s", (unsigned long long)sums->tokens,
		   sums->estimated ? "; ~ counted by the bundled tokenizer" :
				     "");
	put_guess(out, sums);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		if (!sums->of[i].name)
			continue;
		buf_printf(out, "%-9s stopped %zu, %llu tokens after it",
			   sums->of[i].name, sums->n_fired[i],
			   (unsigned long long)sums->after[i]);
		put_after_counts(out, sums->n_after[i]);
		put_parameters(out, &sums->of[i]);
		buf_putc(out, '\n');
	}
}
