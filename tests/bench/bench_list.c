/*
 * bench_list.c - what the list behind the screens takes for a large file of
 * records, without a terminal.
 *
 *	bench_list BIG.jsonl [THREADS...]	(a file from make_big.py)
 *
 * For each number of threads: when the first screen could say sizes, prompts
 * and ends, when all rows can, when all is measured; how long the thread of
 * the screen is away at a time; and the peak of memory. Beside it the same
 * records read and measured in a bare loop on one thread: what is more than
 * that is the list's own. Exits with 1 when a number is over its limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "deck/deck_load.h"
#include "deck/deck_row.h"
#include "system/clock.h"
#include "system/crew.h"

enum {
	SCREEN_ROWS = 50,
	SLICE_US = 2500,
	BARE_TOKENS = 16384,
	THREADS_MAX = 8,
};

/* Of 1 GB. */
static const struct {
	double first_ms, heads_s, away_p99_ms;
} limits = { 20, 3, 16 };

static double cpu_s(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static double memory_mb(const char *field)
{
	char line[128];
	double mb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			mb = strtod(line + strlen(field) + 1, NULL) / 1e3;
	if (f)
		fclose(f);
	return mb;
}

/* --- the deck ----------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool all_headed(const struct deck *d, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++)
		if (!deck_entry(d, i)->own.headed &&
		    deck_entry(d, i)->state != ENTRY_BROKEN)
			return false;
	return true;
}

struct stamps {
	double first_s, index_s, heads_s, all_s;
	double *away_ms;
	size_t n, cap;
};

static void note(struct stamps *t, const struct deck *d, double since_s)
{
	size_t n = deck_n(d);

	if (!t->first_s && n >= SCREEN_ROWS && all_headed(d, 0, SCREEN_ROWS))
		t->first_s = since_s;
	if (!t->index_s && deck_index_complete(d))
		t->index_s = since_s;
	if (t->index_s && !t->heads_s && all_headed(d, n - 1, n) &&
	    all_headed(d, 0, n))
		t->heads_s = since_s;
}

static bool measure_deck(const char *path, unsigned n_threads, bool limited)
{
	struct deck *d = deck_new(&meter_opts_default);
	struct stamps t = { 0 };
	struct err err = { "" };
	uint64_t begin = now_us();
	double cpu = cpu_s(), p50, p99, most;
	size_t sight[SCREEN_ROWS];
	bool more = true;

	for (size_t i = 0; i < SCREEN_ROWS; i++)
		sight[i] = i;
	deck_look(d, sight, SCREEN_ROWS);
	deck_set_threads(d, n_threads);
	if (!deck_add(d, path, false, &err))
		die("%s", err.text);
	while (more || deck_waits(d)) {
		uint64_t from = now_us();

		more = deck_work(d, SLICE_US);
		t.away_ms = grow(t.away_ms, &t.cap, t.n + 1,
				 sizeof(*t.away_ms));
		t.away_ms[t.n++] = (double)(now_us() - from) / 1e3;
		note(&t, d, (double)(now_us() - begin) / 1e6);
		if (!more && deck_waits(d))
			deck_sleep(d, -1);
	}
	t.all_s = (double)(now_us() - begin) / 1e6;
	qsort(t.away_ms, t.n, sizeof(*t.away_ms), by_value);
	p50 = t.away_ms[t.n / 2];
	p99 = t.away_ms[t.n * 99 / 100];
	most = t.away_ms[t.n - 1];
	printf("%u thread%s: first %d rows %.1f ms; indexed %.2f s, with "
	       "prompts and ends %.2f s; measured %.1f s (%.1f s on cores)\n"
	       "  away from the keyboard p50 %.2f ms, p99 %.2f ms, at most "
	       "%.1f ms; %zu rows, %.0f MB at most\n",
	       n_threads, n_threads == 1 ? "" : "s", SCREEN_ROWS,
	       t.first_s * 1e3, t.index_s, t.heads_s, t.all_s, cpu_s() - cpu,
	       p50, p99, most, deck_n(d), memory_mb("VmHWM:"));
	fflush(stdout);
	deck_free(d);
	mem_free(t.away_ms);
	return !limited || (t.first_s * 1e3 <= limits.first_ms &&
			    t.heads_s <= limits.heads_s &&
			    p99 <= limits.away_p99_ms);
}

/* --- the bare loop ------------------------------------------------------ */

/* false: the line is no record. */
static bool measure_line(const char *line, size_t n, uint64_t *phrases)
{
	const struct feed_opts feed = { .source = "-",
					.format = "jsonl",
					.from_middle = true };
	struct meter_opts meter = meter_opts_default;
	struct load_list list = { 0 };
	struct deck_row row = deck_row_empty();
	struct err err = { "" };
	bool fine;

	meter.no_curves = true;
	meter.rules = RULE_BIT(RULE_DEFAULT) | RULE_BIT(rule_shown(0)) |
		      RULE_BIT(rule_shown(1));
	fine = load_bytes(line, n, &feed, &meter, false, &list, &err) &&
	       list.n;
	for (size_t i = 0; i < list.n; i++) {
		run_foresee(list.runs[i]);
		while (!run_measure(list.runs[i], BARE_TOKENS))
			;
		deck_row_fill(&row, list.runs[i]);
		*phrases += row.entry.phrases;
	}
	load_release(&list);
	return fine;
}

static void measure_bare(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, bytes = 0;
	uint64_t phrases = 0;
	double cpu = cpu_s();
	ssize_t n;

	if (!f)
		die("%s: cannot be opened", path);
	while ((n = getline(&line, &cap, f)) > 0) {
		bytes += (size_t)n;
		if (!measure_line(line, (size_t)n - 1, &phrases))
			die("%s: no JSON lines", path);
	}
	cpu = cpu_s() - cpu;
	printf("a bare loop: %.1f s on a core, %.1f MB/s (%llu phrases)\n",
	       cpu, (double)bytes / 1e6 / cpu, (unsigned long long)phrases);
	fflush(stdout);
	free(line);
	fclose(f);
}

int main(int argc, char **argv)
{
	bool good = true;

	if (argc < 2 || argc > 2 + THREADS_MAX) {
		fprintf(stderr, "usage: bench_list BIG.jsonl [THREADS...]\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		good = measure_deck(argv[1],
				    (unsigned)strtoul(argv[i], NULL, 10),
				    true) && good;
	if (argc == 2)
		good = measure_deck(argv[1], crew_cores(), true);
	measure_bare(argv[1]);
	return good ? 0 : 1;
}
