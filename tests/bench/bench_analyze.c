/*
 * bench_analyze [-r ROUNDS] FILE - where the time of analyze goes.
 * bench_analyze -p FILE - the phrases of a file: how many there are.
 * bench_analyze -u PROGRAM ... - what a program uses: seconds of processor and
 * most bytes of memory, on standard error, on which it says nothing itself.
 *
 * The stages that a record passes, each over all records of FILE, one after
 * the other, in one thread: what each takes, in nanoseconds a byte of FILE,
 * processor time, the median of ROUNDS. Their sum is beside what the whole
 * takes when each record goes through all of them at once, as analyze has it.
 */
#define _GNU_SOURCE /* wait4 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "dialect/feed.h"
#include "measure/meter.h"
#include "report/report.h"
#include "trace/run.h"

enum { ROUNDS = 5, ROUNDS_MAX = 99, STAGES_MAX = 16 + RULE_ROWS };

static const struct meter_opts opts = {
	.symbols = METER_AUTO,
	.rule = { .f = RULE_F_DEFAULT, .t = RULE_T_DEFAULT, .patience = 1 },
	.rules = RULES_DEFAULT,
	.i_stop = RULE_DEFAULT,
	.no_curves = true,
};

struct stage {
	const char *name;
	double s[ROUNDS_MAX];
};

struct bench {
	struct buf bytes;
	struct stage stages[STAGES_MAX];
	size_t n_stages, i_stage; /* in this round */
	int round;
	struct run **runs;
	size_t n_runs, cap_runs;
	bool whole; /* a record is measured when it is read */
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void took(struct bench *b, const char *name, double since)
{
	struct stage *stage = &b->stages[b->i_stage++];

	stage->name = name;
	stage->s[b->round] = now_s() - since;
	b->n_stages = MAX(b->n_stages, b->i_stage);
}

/* --- reading ------------------------------------------------------------ */

static struct run *sink_open(void *ctx)
{
	(void)ctx;
	return run_new(&opts);
}

static void measure(struct run *run)
{
	struct report report;
	struct buf line = { 0 };

	run_foresee(run);
	while (!run_measure(run, UINT32_MAX))
		;
	report_fill(&report, run);
	report_json(&report, &line);
	buf_release(&line);
}

static void sink_close(void *ctx, struct run *run)
{
	struct bench *b = ctx;

	if (b->whole) {
		measure(run);
		run_free(run);
		return;
	}
	b->runs = grow(b->runs, &b->cap_runs, b->n_runs + 1, sizeof(*b->runs));
	b->runs[b->n_runs++] = run;
}

static void read_all(struct bench *b)
{
	const struct feed_opts feed_opts = { .source = "bench" };
	const struct feed_sink sink = { .ctx = b, .open = sink_open,
				     .close = sink_close };
	struct feed *feed = feed_new(&feed_opts, &sink);
	struct err err = { "" };

	feed_bytes(feed, b->bytes.data, b->bytes.len, NAN, &err);
	feed_end(feed, &err);
	feed_free(feed);
	if (err.text[0]) {
		fprintf(stderr, "bench_analyze: %s\n", err.text);
		exit(2);
	}
}

/* Of the reading: the tokenizer alone, over the same texts. */
static void cut_all(struct bench *b)
{
	for (size_t i = 0; i < b->n_runs; i++) {
		struct run *again = run_new(&opts);
		const struct buf *text = &b->runs[i]->trace.text;

		run_text(again, CHANNEL_ANSWER, text->data, text->len, NAN);
		run_end(again);
		run_free(again);
	}
}

/* --- measuring ---------------------------------------------------------- */

/* What the rules are told of a record. */
struct told {
	struct lz77 *lz77;
	struct fresh *fresh;
	struct rule_token *tokens;
	uint32_t *lrs;
	uint32_t n;
};

static struct told *tell(const struct bench *b)
{
	struct told *told = mem_zalloc(b->n_runs * sizeof(*told));

	for (size_t i = 0; i < b->n_runs; i++) {
		const struct trace *t = &b->runs[i]->trace;

		told[i].n = t->n_tokens;
		told[i].tokens = mem_alloc(t->n_tokens *
					   sizeof(*told[i].tokens));
		told[i].lrs = mem_alloc(t->text.len * sizeof(*told[i].lrs));
		for (uint32_t k = 0; k < t->n_tokens; k++) {
			struct rule_token *token = &told[i].tokens[k];

			token->id = run_token_id(b->runs[i], k);
			token->text = trace_token(t, k, &token->len);
		}
	}
	return told;
}

static void release(const struct bench *b, struct told *told)
{
	for (size_t i = 0; i < b->n_runs; i++) {
		mem_free(told[i].tokens);
		mem_free(told[i].lrs);
		fresh_free(told[i].fresh);
		lz77_free(told[i].lz77);
	}
	mem_free(told);
}

static void parse(struct told *told, const struct buf *text)
{
	uint32_t *lrs = told->lrs;

	told->lz77 = lz77_new(LZ77_BYTES, 8);
	if (text->len)
		lz77_expect(told->lz77, (uint32_t)text->len);
	for (uint32_t i = 0; i < told->n; i++) {
		const struct rule_token *token = &told->tokens[i];

		lz77_push_bytes(told->lz77, (const uint8_t *)token->text,
				(uint32_t)token->len, lrs);
		lrs += token->len;
		told->tokens[i].code_bits =
			(double)lz77_code_bits(told->lz77);
	}
	lz77_seal(told->lz77);
}

static void band(const struct told *told, size_t n)
{
	struct bound *bound = bound_new(256, BOUND_LS_BYTES, false);

	bound_push_all(bound, told->lrs, (uint32_t)n);
	bound_at(bound, (uint32_t)n);
	bound_free(bound);
}

static void estimate(const struct told *told, size_t n)
{
	struct entropy *entropy = entropy_new();

	entropy_push_all(entropy, told->lrs, (uint32_t)n);
	entropy_at(entropy, (uint32_t)n);
	entropy_free(entropy);
}

static void run_rule(const struct told *told, size_t i_rule)
{
	struct stops stops;

	stops_init(&stops, i_rule, &opts.rule);
	stops_push(&stops, told->tokens, told->n, told->fresh, 0, NULL);
	stops_verdict(&stops, told->fresh, told->n);
	stops_release(&stops);
}

static void measure_parts(struct bench *b, struct told *told)
{
	double start = now_s();

	for (size_t i = 0; i < b->n_runs; i++)
		parse(&told[i], &b->runs[i]->trace.text);
	took(b, "parse", start);
	start = now_s();
	for (size_t i = 0; i < b->n_runs; i++)
		band(&told[i], b->runs[i]->trace.text.len);
	took(b, "band", start);
	start = now_s();
	for (size_t i = 0; i < b->n_runs; i++)
		estimate(&told[i], b->runs[i]->trace.text.len);
	took(b, "estimate of H", start);
	start = now_s();
	for (size_t i = 0; i < b->n_runs; i++) {
		told[i].fresh = fresh_new();
		for (uint32_t k = 0; k < told[i].n; k++)
			fresh_push(told[i].fresh, told[i].tokens[k].code_bits);
	}
	took(b, "new or copied", start);
	for (size_t k = 0; k < RULE_ROWS; k++) {
		if (!(opts.rules & RULE_BIT(k)))
			continue;
		start = now_s();
		for (size_t i = 0; i < b->n_runs; i++)
			run_rule(&told[i], k);
		took(b, rules[k]->name, start);
	}
}

static void tell_reports(struct bench *b)
{
	double start = 0, fill = 0, print = 0;

	for (size_t i = 0; i < b->n_runs; i++) {
		struct report report;
		struct buf line = { 0 };

		run_foresee(b->runs[i]);
		while (!run_measure(b->runs[i], UINT32_MAX))
			;
		start = now_s();
		report_fill(&report, b->runs[i]);
		fill += now_s() - start;
		start = now_s();
		report_json(&report, &line);
		print += now_s() - start;
		buf_release(&line);
	}
	took(b, "answer, times", now_s() - fill);
	took(b, "its line of JSON", now_s() - print);
}

static void play_round(struct bench *b)
{
	double start = now_s(), read, cut;
	struct told *told;

	b->i_stage = 0;
	b->whole = true;
	read_all(b);
	took(b, "all at once", start);
	b->whole = false;
	start = now_s();
	read_all(b);
	read = now_s() - start;
	start = now_s();
	cut_all(b);
	cut = now_s() - start;
	took(b, "frames, JSON", now_s() - (read - cut));
	took(b, "tokenizer, trace", now_s() - cut);
	told = tell(b);
	measure_parts(b, told);
	tell_reports(b);
	release(b, told);
	for (size_t i = 0; i < b->n_runs; i++)
		run_free(b->runs[i]);
	b->n_runs = 0;
}

/* Of a text that is known to its end, with the lrs of each symbol. */
static uint32_t count_phrases(const struct buf *text)
{
	enum { STEP = 1024 };
	const uint8_t *at = (const uint8_t *)text->data;
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	uint32_t lrs[STEP], left = (uint32_t)text->len, n;

	lz77_foresee(z, at, left);
	for (; left; left -= n, at += n) {
		n = MIN(left, (uint32_t)STEP);
		lz77_push_bytes(z, at, n, lrs);
	}
	n = lz77_n_phrases(z);
	lz77_free(z);
	return n;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(struct bench *b, int rounds)
{
	double sum = 0, unit = 1e9 / (double)b->bytes.len;

	printf("%-20s %8s\n", "stage", "ns/byte");
	for (size_t i = 0; i < b->n_stages; i++) {
		struct stage *stage = &b->stages[i];
		double s;

		qsort(stage->s, (size_t)rounds, sizeof(*stage->s), by_value);
		s = stage->s[rounds / 2];
		sum += i ? s : 0;
		printf("%-20s %8.1f\n", stage->name, s * unit);
	}
	printf("%-20s %8.1f\n", "sum of the parts", sum * unit);
	printf("%-20s %8.1f MB/s a core\n", "all at once",
	       1e3 / (b->stages[0].s[rounds / 2] * unit));
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* A child has its parent's memory until it is another program: of a parent as
 * small as this one that is less than any of them takes. */
static int use(char **argv)
{
	int status = -1;
	struct rusage used;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		execvp(*argv, argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return 1;
	fprintf(stderr, "%.6f %.0f\n",
		seconds(used.ru_utime) + seconds(used.ru_stime),
		(double)used.ru_maxrss * 1024);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	int rounds = ROUNDS;
	struct bench b = { 0 };
	FILE *file;

	bool phrases = argc == 3 && !strcmp(argv[1], "-p");

	if (argc > 2 && !strcmp(argv[1], "-u"))
		return use(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "-r"))
		rounds = MIN(MAX(atoi(argv[2]), 1), (int)ROUNDS_MAX);
	file = argc > 1 ? fopen(argv[argc - 1], "rb") : NULL;
	if (!file) {
		fputs("usage: bench_analyze [-r ROUNDS] FILE\n", stderr);
		return 2;
	}
	for (size_t n = 1; n;) {
		enum { STEP = 1 << 20 };

		n = fread(buf_reserve(&b.bytes, STEP), 1, STEP, file);
		b.bytes.len += n;
	}
	fclose(file);
	if (phrases) {
		printf("%lu\n", (unsigned long)count_phrases(&b.bytes));
		buf_release(&b.bytes);
		return 0;
	}
	for (b.round = 0; b.round < rounds; b.round++)
		play_round(&b);
	print(&b, rounds);
	buf_release(&b.bytes);
	mem_free(b.runs);
	return 0;
}
