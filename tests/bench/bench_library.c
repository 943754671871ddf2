/*
 * bench_library [-n RECORDS] FILE - what liblilscope costs, and what a window
 * changes.
 *
 *	1. nanoseconds a token, by what is pushed, rule and length, beside the
 *	   parse alone
 *	2. what a pop costs, beside pushing everything again; and a saved stream
 *	3. a window beside the exact stream, over all records: memory, rho, and
 *	   where the rule stops; so for tokens without text, which the rule loop
 *	   takes for words
 *
 * FILE (- for standard input) holds JSON lines with text and kind, as rules.py
 * and corpus.py write them. Tokens are those of the bundled tokenizer. Times
 * are processor time, those of pushes the least of some runs, with one reading
 * at their end.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "json/json.h"
#include "lilscope.h"
#include "measure/lz77.h"
#include "trace/tok.h"

enum { RUNS = 5, LONGEST = 65536, POPS = 200, PUSHED = 5, POPPED = 3 };

/* The tokens of a text, or of many one behind the other. */
struct tokens {
	uint32_t *ids;
	const char **text;
	size_t *len;
	size_t n;
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static struct tokens tokens_of(const char *text, size_t len)
{
	struct tok_list list = { 0 };
	struct tok *tok = tok_new();
	struct tokens t = { 0 };

	tok_push(tok, text, len, &list);
	tok_flush(tok, &list);
	t.n = list.n;
	t.ids = mem_alloc(t.n * sizeof(*t.ids));
	t.text = mem_alloc(t.n * sizeof(*t.text));
	t.len = mem_alloc(t.n * sizeof(*t.len));
	for (size_t i = 0; i < t.n; i++) {
		t.ids[i] = list.at[i].id;
		t.text[i] = tok_bytes(list.at[i].id, &t.len[i]);
	}
	tok_free(tok);
	tok_list_release(&list);
	return t;
}

static void tokens_release(struct tokens *t)
{
	mem_free(t->ids);
	mem_free(t->text);
	mem_free(t->len);
}

static struct lilscope *stream(const char *rule, bool bytes, uint32_t window,
			       uint32_t rollback)
{
	struct lilscope_options o;
	struct lilscope *l;

	lilscope_options_init(&o, sizeof(o));
	o.rule = rule;
	o.symbols = bytes ? LILSCOPE_BYTES : LILSCOPE_TOKENS;
	o.window = window;
	o.rollback = rollback;
	if (lilscope_create(&l, &o) != LILSCOPE_OK)
		exit(2);
	return l;
}

/* --- 1. a push ---------------------------------------------------------- */

enum how { PARSE, TEXTLESS, BATCH, TEXT };

static void push_some(struct lilscope *l, const struct tokens *t, size_t from,
		      size_t to, enum how how)
{
	if (how == BATCH) {
		lilscope_push_ids(l, t->ids + from, to - from);
		return;
	}
	for (size_t i = from; i < to; i++)
		lilscope_push(l, t->ids[i], how == TEXT ? t->text[i] : NULL,
			      t->len[i]);
}

static double push_ns(const struct tokens *t, size_t n, enum how how,
		      const char *rule, bool bytes)
{
	double best = INFINITY;

	for (int run = 0; run < RUNS; run++) {
		struct lilscope *l = stream(rule, bytes, 0, 0);
		struct lilscope_reading r = { .size = sizeof(r) };
		struct lz77 *z = lz77_new(LZ77_IDS, 32);
		double start = now_s();

		if (how == PARSE)
			for (size_t i = 0; i < n; i++)
				lz77_push(z, t->ids[i]);
		else
			push_some(l, t, 0, n, how);
		lilscope_read(l, &r); /* what was left for it is paid, too */
		best = fmin(best, now_s() - start);
		lilscope_destroy(l);
		lz77_free(z);
	}
	return best / (double)n * 1e9;
}

static void table_push(const struct tokens *t)
{
	static const struct {
		const char *name;
		enum how how;
		const char *rule;
		bool bytes;
	} rows[] = {
		{ "the parse alone (lz77)", PARSE, "loop", false },
		{ "ids, a call each, guardian", TEXTLESS, "guardian", false },
		{ "ids, one call, guardian", BATCH, "guardian", false },
		{ "ids, one call, cycle", BATCH, "cycle", false },
		{ "ids, a call each, loop", TEXTLESS, "loop", false },
		{ "ids, one call, loop", BATCH, "loop", false },
		{ "ids and text, loop", TEXT, "loop", false },
		{ "bytes, loop", TEXT, "loop", true },
	};
	static const size_t lengths[] = { 1024, 4096, 16384, LONGEST };

	printf("1. nanoseconds a token\n\n%-28s", "tokens");
	for (size_t k = 0; k < ARRAY_LEN(lengths); k++)
		printf(" %7zu", lengths[k]);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		printf("\n%-28s", rows[i].name);
		for (size_t k = 0; k < ARRAY_LEN(lengths); k++)
			printf(" %7.0f", push_ns(t, lengths[k], rows[i].how,
						 rows[i].rule, rows[i].bytes));
	}
	printf("\n\n");
}

/* --- 2. back ------------------------------------------------------------ */

static void table_pop(const struct tokens *t)
{
	static const size_t lengths[] = { 1024, 4096, 16384, LONGEST / 2 };

	printf("2. pops: %d pushed, %d popped, again and again (ids and text, "
	       "loop, rollback 16)\n\n%8s %10s %10s %12s %10s %10s %12s\n",
	       PUSHED, POPPED, "tokens", "a pop us", "first us", "all again us",
	       "memory kB", "saved kB", "restored us");
	for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
		struct lilscope *l = stream("loop", false, 0, 16), *back;
		struct lilscope_reading r = { .size = sizeof(r) };
		size_t at = lengths[k], n_bytes;
		double again, first, popping = 0, restoring, start = now_s();
		void *bytes;

		push_some(l, t, 0, at, TEXT);
		again = now_s() - start;
		lilscope_read(l, &r);
		start = now_s();
		lilscope_pop(l, 1);
		first = now_s() - start;
		at--;
		for (int i = 0; i < POPS; i++) {
			push_some(l, t, at, at + PUSHED, TEXT);
			start = now_s();
			lilscope_pop(l, POPPED);
			popping += now_s() - start;
			at += PUSHED - POPPED;
		}
		lilscope_save(l, NULL, 0, &n_bytes);
		bytes = mem_alloc(n_bytes);
		lilscope_save(l, bytes, n_bytes, &n_bytes);
		start = now_s();
		lilscope_restore(&back, bytes, n_bytes, NULL);
		restoring = now_s() - start;
		printf("%8zu %10.1f %10.0f %12.0f %10.0f %10.0f %12.0f\n",
		       lengths[k], popping / POPS * 1e6, first * 1e6,
		       again * 1e6, (double)r.memory / 1e3,
		       (double)n_bytes / 1e3, restoring * 1e6);
		mem_free(bytes);
		lilscope_destroy(l);
		lilscope_destroy(back);
	}
	printf("\n");
}

/* --- 3. a window -------------------------------------------------------- */

static const struct {
	const char *name;
	uint32_t window;
	enum how how;
} seen[] = {
	{ "exact", 0, TEXT },	      { "window 256", 256, TEXT },
	{ "window 512", 512, TEXT },  { "window 1024", 1024, TEXT },
	{ "window 2048", 2048, TEXT }, { "window 4096", 4096, TEXT },
	{ "window 8192", 8192, TEXT }, { "exact, ids alone", 0, TEXTLESS },
};

/* What came out beside the exact stream. */
struct beside {
	size_t n, stops, same, earlier, later, lost, more;
	double off_rho, off_h; /* sums of distances */
	uint64_t memory;       /* the most there ever was at an end */
	double *delays;        /* of later stops */
	size_t n_delays, cap;
};

static struct beside all[2][ARRAY_LEN(seen)]; /* loops, others */

static void compare(struct beside *b, const struct lilscope_reading *exact,
		    const struct lilscope_reading *r)
{
	bool was = exact->stop_at != LILSCOPE_NEVER;
	bool is = r->stop_at != LILSCOPE_NEVER;

	b->n++;
	b->stops += is;
	b->lost += was && !is;
	b->more += is && !was;
	b->off_rho += fabs(r->rho - exact->rho);
	b->off_h += fabs(r->h - exact->h);
	b->memory = MAX(b->memory, r->memory);
	if (!was || !is)
		return;
	b->same += r->stop_at == exact->stop_at;
	b->earlier += r->stop_at < exact->stop_at;
	if (r->stop_at <= exact->stop_at)
		return;
	b->later++;
	b->delays = grow(b->delays, &b->cap, b->n_delays + 1,
			 sizeof(*b->delays));
	b->delays[b->n_delays++] = (double)(r->stop_at - exact->stop_at);
}

static void add_record(const char *text, size_t len, bool loops)
{
	struct tokens t = tokens_of(text, len);
	struct lilscope_reading exact = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		struct lilscope *l = stream("loop", false, seen[i].window, 0);
		struct lilscope_reading r = { .size = sizeof(r) };

		push_some(l, &t, 0, t.n, seen[i].how);
		lilscope_read(l, &r);
		if (i == 0)
			exact = r;
		compare(&all[!loops][i], &exact, &r);
		lilscope_destroy(l);
	}
	tokens_release(&t);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void table_window(void)
{
	static const char *const kinds[] = { "loops", "others" };

	printf("3. beside the exact stream, at the end of each record (rule "
	       "loop)\n\n%-7s %-17s %7s %6s %6s %6s %6s %6s %6s %6s %7s %7s "
	       "%6s\n", "kind", "", "records", "stops", "same", "early",
	       "late", "by", "lost", "more", "d rho", "d h", "MB");
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
			struct beside *b = &all[k][i];
			double n = (double)MAX(b->n, 1u);

			if (b->n_delays)
				qsort(b->delays, b->n_delays,
				      sizeof(*b->delays), by_size);
			printf("%-7s %-17s %7zu %6zu %6zu %6zu %6zu %6.0f %6zu "
			       "%6zu %7.4f %7.4f %6.1f\n", kinds[k],
			       seen[i].name, b->n, b->stops, b->same,
			       b->earlier, b->later,
			       b->n_delays ? b->delays[b->n_delays / 2] : 0,
			       b->lost, b->more, b->off_rho / n, b->off_h / n,
			       (double)b->memory / 1e6);
			mem_free(b->delays);
		}
}

/* --- reading ------------------------------------------------------------ */

/* Takes records; the first texts are joined for the other tables. */
static void read_file(FILE *file, size_t max, struct buf *joined)
{
	struct json doc = { 0 };
	char *line = NULL;
	size_t cap = 0, len, n_kind;
	ssize_t got;

	while ((got = getline(&line, &cap, file)) > 0) {
		const char *text, *kind;

		if (!json_read(&doc, line, (size_t)got, false, NULL))
			continue;
		text = json_text(json_get_n(json_root(&doc), "text", 4), &len);
		kind = json_text(json_get_n(json_root(&doc), "kind", 4),
				 &n_kind);
		if (!text)
			continue;
		if (joined->len < 16 * (size_t)LONGEST)
			buf_append(joined, text, len);
		if (!max)
			continue;
		max--;
		add_record(text, len, kind && n_kind == 4 &&
				      memcmp(kind, "loop", 4) == 0);
	}
	free(line);
	json_release(&doc);
}

int main(int argc, char **argv)
{
	bool limited = argc == 4 && strcmp(argv[1], "-n") == 0;
	const char *name = argc > 1 ? argv[argc - 1] : "-";
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	size_t max = limited ? strtoul(argv[2], NULL, 10) : SIZE_MAX;
	struct buf joined = { 0 };
	struct tokens t;

	if (!file) {
		printf("no %s: skipped\n", name);
		return 0;
	}
	read_file(file, max, &joined);
	t = tokens_of(joined.data, joined.len);
	if (t.n >= LONGEST) {
		table_push(&t);
		table_pop(&t);
	} else {
		printf("only %zu tokens: tables 1 and 2 want %d\n", t.n,
		       LONGEST);
	}
	table_window();
	tokens_release(&t);
	buf_release(&joined);
	fclose(file);
	return 0;
}
