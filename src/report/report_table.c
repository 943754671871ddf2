#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/*
 * A column has a fixed width, so that rows can be printed as generations
 * complete; only the first one, the name, takes what is left. A column is
 * there when the terminal has at least `from` columns.
 */
struct column {
	const char *head;
	int width; /* with the blank before it */
	int from;
	bool left;
	void (*put)(const struct report *r, struct buf *out);
};

enum { NAME_COLS_MIN = 14 };

/* Our own tokenizer's count, not the model's. */
static bool is_estimated(const struct report *r)
{
	return !strcmp(r->tokens_by, tokens_by_name(TOKENS_BY_BPE));
}

static void put_tokens(const struct report *r, struct buf *out)
{
	buf_printf(out, "%s%lu", is_estimated(r) ? "~" : "",
		   (unsigned long)r->tokens);
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

static void put_rho(const struct report *r, struct buf *out)
{
	put_ratio(out, r->point.rho);
}

static void put_h(const struct report *r, struct buf *out)
{
	put_ratio(out, r->point.h);
}

static void put_flag(const struct report *r, struct buf *out)
{
	buf_puts(out, r->flag);
}

static void put_answer(const struct report *r, struct buf *out)
{
	buf_printf(out, "%lu", (unsigned long)r->answer_tokens);
}

static void put_finish(const struct report *r, struct buf *out)
{
	buf_puts(out, r->finish_reason ? r->finish_reason : "-");
}

static void put_label(const struct report *r, struct buf *out)
{
	buf_puts(out, r->label ? r->label : "-");
}

static void put_token(struct buf *out, const struct report_rule *rule,
		      uint32_t token)
{
	if (!rule || !rule->fired || token == GUARD_NEVER)
		buf_putc(out, '-');
	else
		buf_printf(out, "%lu", (unsigned long)token);
}

static void put_stop(const struct report *r, struct buf *out, const char *name)
{
	const struct report_rule *rule = report_rule(r, name);

	put_token(out, rule, rule ? rule->at_token : 0);
}

static void put_after(const struct report *r, struct buf *out,
		      const char *name)
{
	const struct report_rule *rule = report_rule(r, name);

	put_token(out, rule, rule ? rule->tokens_after : 0);
}

static void put_resumed(const struct report *r, struct buf *out,
			const char *name)
{
	const struct report_rule *rule = report_rule(r, name);

	put_token(out, rule, rule ? rule->resumed_at : 0);
}

static void put_guardian(const struct report *r, struct buf *out)
{
	put_stop(r, out, "guardian");
}

static void put_guardian_after(const struct report *r, struct buf *out)
{
	put_after(r, out, "guardian");
}

static void put_guardian_resumed(const struct report *r, struct buf *out)
{
	put_resumed(r, out, "guardian");
}

static void put_adaptive(const struct report *r, struct buf *out)
{
	put_stop(r, out, "adaptive");
}

static void put_adaptive_after(const struct report *r, struct buf *out)
{
	put_after(r, out, "adaptive");
}

static void put_adaptive_resumed(const struct report *r, struct buf *out)
{
	put_resumed(r, out, "adaptive");
}

static const struct column columns[] = {
	{ "tokens", 8, 0, false, put_tokens },
	{ "answer", 8, 124, false, put_answer },
	{ "rho", 6, 60, false, put_rho },
	{ "h", 6, 104, false, put_h },
	{ "band", 13, 104, true, put_flag },
	{ "guardian", 9, 32, false, put_guardian },
	{ "after", 7, 40, false, put_guardian_after },
	{ "resumed", 8, 48, false, put_guardian_resumed },
	{ "adaptive", 10, 70, false, put_adaptive },
	{ "after", 7, 76, false, put_adaptive_after },
	{ "resumed", 8, 80, false, put_adaptive_resumed },
	{ "finish", 9, 132, true, put_finish },
	{ "label", 10, 142, true, put_label },
};

static int name_cols(int cols)
{
	int left = cols;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		if (cols >= columns[i].from)
			left -= columns[i].width;
	return MAX(left, (int)NAME_COLS_MIN);
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

/* Of a name that is too long the start is left out: the end of a path tells
 * more. */
static void put_name(struct buf *out, const char *text, size_t n, int cols)
{
	int over = text_cols(text, n) - cols;

	if (over > 0) {
		size_t skip = covering(text, n, over + 2);

		buf_puts(out, "..");
		text += skip;
		n -= skip;
		cols -= 2;
	}
	buf_append(out, text, n);
	put_blanks(out, cols - text_cols(text, n));
}

/* Words are cut to their column; numbers never are. */
static void put_cell(struct buf *out, const struct column *column,
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

	cols = MAX(cols, (int)REPORT_COLS_MIN);
	put_name(out, head, strlen(head), name_cols(cols));
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		if (cols >= columns[i].from)
			put_cell(out, &columns[i], columns[i].head,
				 strlen(columns[i].head));
	end_line(out);
}

void report_table(const struct report *r, struct buf *out, int cols)
{
	struct buf raw = { 0 }, cell = { 0 };

	cols = MAX(cols, (int)REPORT_COLS_MIN);
	buf_puts(&raw, r->source ? r->source : "?");
	if (r->record && *r->record)
		buf_printf(&raw, ":%s", r->record);
	utf8_sanitize(&cell, raw.data, raw.len, false, false);
	put_name(out, cell.data, cell.len, name_cols(cols));
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (cols < columns[i].from)
			continue;
		buf_clear(&raw);
		buf_clear(&cell);
		columns[i].put(r, &raw);
		utf8_sanitize(&cell, raw.data, raw.len, false, false);
		put_cell(out, &columns[i], cell.data, cell.len);
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
	sums->n_rules = MAX(sums->n_rules, r->n_rules);
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct report_rule *rule = &r->rules[i];

		sums->of[i] = *rule;
		if (!rule->fired)
			continue;
		sums->n_fired[i]++;
		sums->after[i] += rule->tokens_after;
		sums->n_resumed[i] += rule->resumed_at != GUARD_NEVER;
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

void report_table_footer(const struct report_sums *sums, struct buf *out)
{
	buf_printf(out, "\n%zu generation%s, %llu tokens%s\n", sums->n,
		   sums->n == 1 ? "" : "s", (unsigned long long)sums->tokens,
		   sums->estimated ? "; ~ counted by the bundled tokenizer" :
				     "");
	for (size_t i = 0; i < sums->n_rules; i++) {
		buf_printf(out, "%-9s stopped %zu, %llu tokens after it, "
			   "%zu resumed",
			   sums->of[i].rule, sums->n_fired[i],
			   (unsigned long long)sums->after[i],
			   sums->n_resumed[i]);
		put_parameters(out, &sums->of[i]);
		buf_putc(out, '\n');
	}
}
