/*
 * bench_rules [-o CURVES.svg] [-p ODDS.svg] [-t TITLE] FILE... - every stop
 * rule on the same generations: what it stopped and should have, what it should
 * not have, how soon, what it costs, and what the odds that it tells are worth.
 *
 * A FILE holds JSON lines as tests/bench/corpus.py and rules.py write them:
 * source, kind, text; near, synthetic; answer_at, the byte behind the right
 * answer. Tokens are those of the bundled tokenizer, the code is over bytes.
 * With -o each rule's own threshold is moved, too, and its curve drawn.
 *
 * A loop counts as stopped if it is stopped at its onset (onset.h) or after
 * it; a stop before it is told apart.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "json/json.h"
#include "measure/lz77.h"
#include "measure/rule.h"
#include "onset.h"
#include "rules_svg.h"
#include "trace/tok.h"

enum { TOKENS_MIN = 250, ROWS_MAX = 32, PATIENCE = 2, ODDS_MAX = 32 };

/* Times a rule's own threshold, from eager to patient. */
static const double scales[] = { 1, 0.125, 0.25, 0.35, 0.5, 0.7,
				 1.4, 2, 2.8, 4 };

enum kind {
	LOOP,
	NEAR,
	HEALTHY,
	REPETITIVE,
	OTHER,
	THREAD,
	TURN,
	MADE_LOOP,
	MADE_HEALTHY,
	KINDS,
};

static const struct {
	const char *name, *head;
} kinds[KINDS] = {
	[LOOP] = { "loop", "loops stopped" },
	[NEAR] = { "near", "near loops" },
	[HEALTHY] = { "healthy", "false stops (95 %)" },
	[REPETITIVE] = { "repetitive", "repetitive, ended" },
	[OTHER] = { "other", "others" },
	[THREAD] = { "agent_thread", "agent threads" },
	[TURN] = { "agent_turn", "agent turns" },
	[MADE_LOOP] = { "made loop", "made loops" },
	[MADE_HEALTHY] = { "made healthy", "made copies" },
};

struct record {
	enum kind kind;
	const char *text;
	uint32_t *ids, *ends; /* of each token */
	double *bits;         /* of the code with it */
	size_t cap_ids, cap_ends, cap_bits;
	uint32_t n;
	uint32_t onset;       /* n: none */
	uint32_t answer_at;   /* 0: none */
};

/* What one rule at one threshold did. */
struct tally {
	uint32_t n[KINDS];
	uint32_t early;       /* loops stopped before their onset */
	uint64_t saved;       /* tokens of loops and near loops */
	uint32_t kept, lost;  /* answers */
	double *delays;
	size_t n_delays, cap_delays;
};

struct row {
	char name[40];
	const struct rule *rule;
	struct rule_opts opts;
	bool curved;
	double seconds;
	struct tally at[ARRAY_LEN(scales)];
	double *odds;         /* told of healthy texts, if it tells any */
	size_t n_odds, cap_odds;
};

struct bench {
	struct row rows[ROWS_MAX];
	size_t n_rows;
	size_t n_scales;
	uint32_t n[KINDS];
	uint64_t n_tokens, loop_tokens;
	struct record record;
	struct json json;
};

/* --- records ------------------------------------------------------------ */

static enum kind kind_of(struct json_value v)
{
	struct json_value kind = json_get_n(v, "kind", 4);
	bool near = json_type(json_get_n(v, "near", 4)) == JSON_TRUE;
	bool made = json_type(json_get_n(v, "synthetic", 9)) == JSON_TRUE;

	if (json_text_is(kind, "loop"))
		return made ? MADE_LOOP : near ? NEAR : LOOP;
	for (int k = HEALTHY; k < MADE_LOOP; k++)
		if (json_text_is(kind, kinds[k].name))
			return made ? MADE_HEALTHY : (enum kind)k;
	return KINDS;
}

static void read_tokens(struct record *r, size_t len)
{
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	struct tok_list list = { 0 };
	struct tok *tok = tok_new();
	uint32_t at = 0;

	tok_push(tok, r->text, len, &list);
	tok_flush(tok, &list);
	r->n = (uint32_t)list.n;
	r->ids = grow(r->ids, &r->cap_ids, list.n + 1, sizeof(*r->ids));
	r->ends = grow(r->ends, &r->cap_ends, list.n + 1, sizeof(*r->ends));
	r->bits = grow(r->bits, &r->cap_bits, list.n + 1, sizeof(*r->bits));
	for (uint32_t i = 0; i < r->n; i++) {
		for (uint32_t k = 0; k < list.at[i].n_bytes; k++)
			lz77_push(z, (unsigned char)r->text[at++]);
		r->ids[i] = list.at[i].id;
		r->ends[i] = at;
		r->bits[i] = (double)lz77_code_bits(z);
	}
	lz77_free(z);
	tok_list_release(&list);
	tok_free(tok);
}

/* False: it is too short to judge, or of no kind. */
static bool read_record(struct bench *b, const char *line, size_t len)
{
	struct record *r = &b->record;
	struct json_value v;
	double answer;
	bool near;

	if (!json_read(&b->json, line, len, false, NULL))
		return false;
	v = json_root(&b->json);
	r->kind = kind_of(v);
	r->text = json_text(json_get_n(v, "text", 4), &len);
	if (!r->text || r->kind == KINDS)
		return false;
	read_tokens(r, len);
	if (r->n < TOKENS_MIN && r->kind != TURN)
		return false;
	near = json_type(json_get_n(v, "near", 4)) == JSON_TRUE;
	r->onset = r->kind <= NEAR || r->kind == MADE_LOOP
			   ? onset_find(r->text, r->ends, r->n, near)
			   : 0;
	answer = json_number(json_get_n(v, "answer_at", 9), 0);
	r->answer_at = 0;
	for (uint32_t i = 0; i < r->n && answer > 0; i++)
		if (r->ends[i] >= answer) {
			r->answer_at = i + 1;
			break;
		}
	return true;
}

/* --- rules -------------------------------------------------------------- */

static void add_row(struct bench *b, const struct rule *rule, const char *more,
		    enum coder_kind coder, uint32_t patience)
{
	struct row *row = &b->rows[b->n_rows++];

	snprintf(row->name, sizeof(row->name), "%s%s", rule->name, more);
	row->rule = rule;
	row->opts = (struct rule_opts){ .f = RULE_F_DEFAULT,
					.t = RULE_T_DEFAULT,
					.patience = patience,
					.coder = coder };
	row->curved = !*more;
}

static void add_rows(struct bench *b)
{
	for (size_t i = 0; i < RULE_ROWS; i++)
		add_row(b, rules[i], "", CODER_LZ77, 1);
	add_row(b, &rule_guardian, " deflate", CODER_DEFLATE, 1);
	add_row(b, &rule_guardian, " zstd", CODER_ZSTD, 1);
	add_row(b, &rule_guardian, " patience 2", CODER_LZ77, PATIENCE);
}

/* Of the processor: others may be at work on the machine. */
static double used_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void note_odds(struct row *row, const void *state)
{
	row->odds = grow(row->odds, &row->cap_odds, row->n_odds + 1,
			 sizeof(*row->odds));
	row->odds[row->n_odds++] = row->rule->odds(state);
}

/* The token at which it stops the record. */
static uint32_t stop_at(struct row *row, double scale, const struct record *r,
			double *seconds)
{
	struct rule_opts opts = row->opts;
	double start = used_s();
	void *state;
	uint32_t at;

	opts.scale = scale;
	opts.t /= scale; /* Guardian's grows as it gets eager */
	state = row->rule->create(&opts);
	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t from = i ? r->ends[i - 1] : 0;
		const struct rule_token token = { r->ids[i], r->text + from,
						  r->ends[i] - from,
						  r->bits[i] };

		row->rule->push(state, &token);
	}
	at = row->rule->verdict(state, r->n).at_token;
	if (row->rule->odds && scale == 1 && r->kind == HEALTHY)
		note_odds(row, state);
	row->rule->destroy(state);
	*seconds += used_s() - start;
	return at;
}

static void judge(struct tally *t, const struct record *r, uint32_t at)
{
	if (at == RULE_NEVER)
		return;
	if (r->answer_at && r->answer_at <= at)
		t->kept++;
	else if (r->answer_at)
		t->lost++;
	if (r->onset && at < r->onset + 1) {
		t->early += r->kind <= NEAR;
		return;
	}
	t->n[r->kind]++;
	if (r->kind > NEAR)
		return;
	t->saved += r->n - at;
	t->delays = grow(t->delays, &t->cap_delays, t->n_delays + 1,
			 sizeof(*t->delays));
	t->delays[t->n_delays++] = (double)at - r->onset;
}

static void run_record(struct bench *b)
{
	const struct record *r = &b->record;
	double other = 0;

	b->n[r->kind]++;
	b->n_tokens += r->n;
	b->loop_tokens += r->kind <= NEAR ? r->n : 0;
	for (size_t i = 0; i < b->n_rows; i++)
		for (size_t s = 0; s < (b->rows[i].curved ? b->n_scales : 1);
		     s++) {
			struct row *row = &b->rows[i];

			judge(&row->at[s], r,
			      stop_at(row, scales[s], r,
				      s ? &other : &row->seconds));
		}
}

static void read_file(struct bench *b, const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (!file) {
		printf("no %s: skipped\n", name);
		return;
	}
	while ((len = getline(&line, &cap, file)) > 0)
		if (read_record(b, line, (size_t)len))
			run_record(b);
	free(line);
	if (file != stdin)
		fclose(file);
}

/* --- what comes out ----------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const struct tally *t, double q)
{
	return t->n_delays ? t->delays[(size_t)(q * (double)(t->n_delays - 1) +
						0.5)]
			   : NAN;
}

static double share(double n, double of)
{
	return of > 0 ? n / of : 0;
}

/* Wilson's interval for k of n. */
static void interval(double k, double n, double *low, double *high)
{
	double z = 1.96, p = share(k, n), d = 1 + z * z / n;
	double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	*low = MAX((p + z * z / (2 * n) - half) / d, 0);
	*high = MIN((p + z * z / (2 * n) + half) / d, 1);
}

static void print_kind(const struct bench *b, const struct tally *t,
		       enum kind k)
{
	double low, high;

	if (!b->n[k])
		return;
	printf("%u / %u", t->n[k], b->n[k]);
	if (k == HEALTHY) {
		interval(t->n[k], b->n[k], &low, &high);
		printf(" (%.2f to %.2f %%)", 100 * low, 100 * high);
	}
	printf(" | ");
}

static void print_row(const struct bench *b, const struct row *row)
{
	const struct tally *t = &row->at[0];

	printf("| %s | ", row->name);
	for (int k = 0; k < KINDS; k++)
		print_kind(b, t, (enum kind)k);
	printf("%u | %.0f %% | ", t->early,
	       100 * share((double)t->saved, (double)b->loop_tokens));
	if (t->n_delays)
		printf("%.0f | %.0f | ", quantile(t, 0.5), quantile(t, 0.9));
	else
		printf("- | - | ");
	printf("%u | %u | %.0f |\n", t->kept, t->lost,
	       1e9 * share(row->seconds, (double)b->n_tokens));
}

static void print_table(const struct bench *b)
{
	printf("%.1f million tokens, %.2f of them in loops. Delay in tokens "
	       "after the onset; a rule's cost in ns a token beside the "
	       "parse.\n\n| rule | ", 1e-6 * (double)b->n_tokens,
	       1e-6 * (double)b->loop_tokens);
	for (int k = 0; k < KINDS; k++)
		if (b->n[k])
			printf("%s | ", kinds[k].head);
	printf("before the onset | loops' tokens saved | delay, median | p90 | "
	       "answers kept | lost | ns |\n|---|");
	for (int k = 0; k < KINDS; k++)
		printf("%s", b->n[k] ? "---:|" : "");
	printf("---:|---:|---:|---:|---:|---:|---:|\n");
	for (size_t i = 0; i < b->n_rows; i++)
		print_row(b, &b->rows[i]);
}

/* What a rule says of healthy texts against how many have it or less. */
static size_t odds_of(const struct row *row, struct rules_odds *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n_odds && n < max; i++) {
		struct rules_odds *o = &out[n];

		if (i + 1 < row->n_odds && row->odds[i + 1] == row->odds[i])
			continue;
		o->told = row->odds[i];
		o->n = i + 1;
		o->seen = share((double)o->n, (double)row->n_odds);
		interval((double)o->n, (double)row->n_odds, &o->low, &o->high);
		n++;
	}
	return n;
}

static void print_odds(const struct row *row, const char *svg,
		       const char *title)
{
	struct rules_odds odds[ODDS_MAX];
	size_t n = odds_of(row, odds, ODDS_MAX);
	struct buf out = { 0 };
	FILE *file;

	if (!n)
		return;
	printf("\nThe odds that %s tells of %zu healthy texts:\n\n"
	       "| p at most | texts of which it is told | seen (95 %%) |\n"
	       "|---:|---:|---:|\n", row->name, row->n_odds);
	for (size_t i = 0; i < n; i++)
		printf("| %.2f %% | %zu | %.2f %% (%.2f to %.2f) |\n",
		       100 * odds[i].told, odds[i].n, 100 * odds[i].seen,
		       100 * odds[i].low, 100 * odds[i].high);
	if (!svg)
		return;
	rules_odds_svg(odds, n, row->n_odds, title, &out);
	file = fopen(svg, "w");
	if (!file || fwrite(out.data, 1, out.len, file) != out.len)
		printf("%s can't be written\n", svg);
	if (file)
		fclose(file);
	buf_release(&out);
}

static struct rules_point point_of(const struct bench *b,
				   const struct tally *t, bool usual)
{
	return (struct rules_point){
		.stopped = share(t->n[LOOP] + t->n[NEAR],
				 b->n[LOOP] + b->n[NEAR]),
		.saved = share((double)t->saved, (double)b->loop_tokens),
		.delay = quantile(t, 0.5),
		.false_stop = share(t->n[HEALTHY], b->n[HEALTHY]),
		.usual = usual,
	};
}

static int by_scale(const void *a, const void *b)
{
	return by_value(&scales[*(const size_t *)a],
			&scales[*(const size_t *)b]);
}

static void write_curves(const struct bench *b, const char *name,
			 const char *title)
{
	struct rules_curve curves[ROWS_MAX] = { 0 };
	size_t n = 0, order[ARRAY_LEN(scales)];
	struct buf out = { 0 };
	FILE *file = fopen(name, "w");

	for (size_t s = 0; s < ARRAY_LEN(scales); s++)
		order[s] = s;
	qsort(order, ARRAY_LEN(order), sizeof(*order), by_scale);
	for (size_t i = 0; i < b->n_rows; i++) {
		struct rules_curve *c = &curves[n];

		if (!b->rows[i].curved)
			continue;
		n++;
		c->name = b->rows[i].name;
		for (size_t s = 0; s < b->n_scales; s++)
			c->at[c->n++] = point_of(b, &b->rows[i].at[order[s]],
						 order[s] == 0);
	}
	rules_svg(curves, n, b->n[HEALTHY], title, &out);
	if (!file || fwrite(out.data, 1, out.len, file) != out.len)
		printf("%s can't be written\n", name);
	if (file)
		fclose(file);
	buf_release(&out);
}

static void finish(struct bench *b)
{
	for (size_t i = 0; i < b->n_rows; i++) {
		struct row *row = &b->rows[i];

		if (row->n_odds)
			qsort(row->odds, row->n_odds, sizeof(*row->odds),
			      by_value);
		for (size_t s = 0; s < b->n_scales; s++) {
			struct tally *t = &b->rows[i].at[s];

			if (t->n_delays)
				qsort(t->delays, t->n_delays,
				      sizeof(*t->delays), by_value);
		}
	}
}

int main(int argc, char **argv)
{
	const char *curves = NULL, *odds = NULL, *title = "";
	struct bench *b = mem_zalloc(sizeof(*b));
	int c;

	while ((c = getopt(argc, argv, "o:p:t:")) != -1) {
		if (c == 'o')
			curves = optarg;
		else if (c == 'p')
			odds = optarg;
		else if (c == 't')
			title = optarg;
		else
			return 2;
	}
	b->n_scales = curves ? ARRAY_LEN(scales) : 1;
	add_rows(b);
	for (int i = optind; i < argc; i++)
		read_file(b, argv[i]);
	finish(b);
	print_table(b);
	if (curves)
		write_curves(b, curves, title);
	for (size_t i = 0; i < b->n_rows; i++)
		print_odds(&b->rows[i], odds, title);
	for (size_t i = 0; i < b->n_rows; i++) {
		mem_free(b->rows[i].odds);
		for (size_t s = 0; s < b->n_scales; s++)
			mem_free(b->rows[i].at[s].delays);
	}
	mem_free(b->record.ids);
	mem_free(b->record.ends);
	mem_free(b->record.bits);
	json_release(&b->json);
	mem_free(b);
	return 0;
}
