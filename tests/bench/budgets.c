/*
 * budgets.c - what lilscope costs, beside less and lnav, in one run.
 *
 *	tests/bench/budgets BIG.jsonl	(a file from make_big.py)
 *
 * The same harness runs every program on a terminal of 200x50 and measures
 * what a person would feel: the time from the start to the first screen of
 * the file, from a key to the first byte of its effect, and what the program
 * takes while nobody touches it. Then lilscope alone reads live streams.
 * The file should be in the page cache (read it once before).
 */
#define _GNU_SOURCE
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../pty/pty.h"
#include "../pty/scratch.h"
#include "process.h"

enum {
	ROWS = 50,
	COLS = 200,
	STARTS = 7,             /* first screens; the median counts */
	KEYS = 200,
	HELPS = 60,             /* opened and closed: two keys each */
	IDLE_MS = 10000,
	LOADED_STEP_MS = 500,   /* so long at rest: all is read */
	LOADED_MAX_NS = LOADED_STEP_MS * 1000 * 50, /* at rest: under 5 % */
	LOADED_MAX_MS = 300000,
	TOKENS_PER_S = 50000,
	LIVE_TICK_US = 5000,
	LAST_LINE_MAX = 4 << 20,
	LAST_STEP_MS = 20,
	FLOOD_BYTES = 200 * 1000 * 1000,
	PATIENCE_MS = 20000,
};

#define HELP_TITLE "Keys in the "

struct program {
	const char *name;
	const char *path;
	const char *args[4];   /* before the file */
	const char *first;     /* what its first screen of the file says */
	const char *judged;    /* ... and as soon as its rows are measured */
	const char *down, *up; /* one line */
	const char *quit;
};

/* --- what the system knows of a process --------------------------------- */

static unsigned long long task_ns(int pid, const char *tid)
{
	unsigned long long ns = 0;
	char path[320];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid, tid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns;
}

/* Time on a core of all its threads. */
static unsigned long long cpu_ns(pid_t pid)
{
	unsigned long long ns = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ns += task_ns((int)pid, entry->d_name);
	if (dir)
		closedir(dir);
	return ns;
}

/* "VmRSS" or "VmHWM", in MB of a million bytes. */
static double memory_mb(pid_t pid, const char *field)
{
	return process_bytes(pid, field) / 1e6;
}

/* --- times -------------------------------------------------------------- */

struct times {
	double ms[KEYS];
	size_t n;
};

static void times_add(struct times *t, uint64_t from_us)
{
	if (t->n < KEYS)
		t->ms[t->n++] = (double)(pty_now_us() - from_us) / 1000;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double times_at(struct times *t, double quantile)
{
	if (t->n == 0)
		return -1;
	qsort(t->ms, t->n, sizeof(t->ms[0]), by_value);
	return t->ms[(size_t)(quantile * (double)(t->n - 1) + 0.5)];
}

static void times_print(const char *what, struct times *t)
{
	printf("%-44s p50 %8.2f ms  p99 %8.2f ms  max %8.2f ms  (%zu)\n", what,
	       times_at(t, 0.5), times_at(t, 0.99), times_at(t, 1), t->n);
	fflush(stdout);
}

/* --- one program on the big file ---------------------------------------- */

static struct pty *start(const struct program *prog, const char *file,
			 const int *in, const char *home)
{
	const char *argv[8] = { prog->path };
	size_t n = 1;

	for (size_t i = 0; i < ARRAY_LEN(prog->args) && prog->args[i]; i++)
		argv[n++] = prog->args[i];
	argv[n] = file;
	return pty_start(&(struct pty_spec){ .argv = argv,
					     .home = home,
					     .rows = ROWS,
					     .cols = COLS,
					     .stdin_fd = in });
}

/* Whether it ends or not, it is gone afterwards. */
static void leave(struct pty *p, const char *keys)
{
	pty_keys(p, keys);
	pty_wait_exit(p, 1000);
	pty_free(p);
}

static void measure_start(const struct program *prog, const char *file,
			  const char *home, const char *until,
			  const char *named)
{
	struct times t = { .n = 0 };
	char what[64];

	for (int i = 0; i < STARTS; i++) {
		uint64_t from = pty_now_us();
		struct pty *p = start(prog, file, NULL, home);

		if (pty_wait_text(p, until, PATIENCE_MS)) {
			times_add(&t, from);
		} else {
			i = STARTS;
			fprintf(stderr, "%s: no %s\n", prog->name, named);
		}
		leave(p, prog->quit);
	}
	snprintf(what, sizeof(what), "%s: %s", prog->name, named);
	times_print(what, &t);
}

/* What its last record says first: "Problem 0045868". */
static bool last_prompt(const char *file, char *out, size_t size)
{
	FILE *f = fopen(file, "r");
	char *line = NULL, *from = NULL;
	size_t cap = 0;

	if (!f)
		return false;
	fseeko(f, -LAST_LINE_MAX, SEEK_END);
	while (getline(&line, &cap, f) > 0) {
		char *found = strstr(line, "\"prompt\": \"");

		from = found ? found + strlen("\"prompt\": \"") : from;
		if (from)
			snprintf(out, size, "%.*s",
				 (int)strcspn(from, "\":"), from);
	}
	free(line);
	fclose(f);
	return from != NULL;
}

/* To the last row, with what was asked there: all is indexed then. */
static void measure_last(const struct program *prog, const char *file,
			 const char *home)
{
	struct times t = { .n = 0 };
	char prompt[64], what[64];

	if (!last_prompt(file, prompt, sizeof(prompt)))
		return;
	for (int i = 0; i < STARTS; i++) {
		uint64_t from = pty_now_us();
		struct pty *p = start(prog, file, NULL, home);

		pty_wait_text(p, prog->first, PATIENCE_MS);
		do
			pty_keys(p, "G");
		while (!pty_wait_text(p, prompt, LAST_STEP_MS) &&
		       pty_now_us() - from < PATIENCE_MS * 1000ull);
		times_add(&t, from);
		leave(p, prog->quit);
	}
	snprintf(what, sizeof(what), "%s: last row with its prompt",
		 prog->name);
	times_print(what, &t);
}

/* From a key to the first byte that it causes. */
static void measure_keys(const struct program *prog, struct pty *p)
{
	struct times t = { .n = 0 };
	char what[64];

	for (int i = 0; i < KEYS; i++) {
		uint64_t from = pty_now_us();

		pty_keys(p, i % 20 < 10 ? prog->down : prog->up);
		if (pty_pump(p, 1000))
			times_add(&t, from);
		pty_wait_silence(p, 5, 1000);
	}
	snprintf(what, sizeof(what), "%s: key, all read", prog->name);
	times_print(what, &t);
}

static void measure_idle(struct pty *p)
{
	unsigned long long ns;
	uint64_t bytes;
	uint64_t until = pty_now_us() + IDLE_MS * 1000ull;

	pty_wait_silence(p, 500, PATIENCE_MS);
	bytes = pty_n_bytes(p);
	ns = cpu_ns(pty_pid(p));
	while (pty_now_us() < until)
		pty_pump(p, 100);
	printf("%-44s %.3f %% of a core, %llu bytes written, in %d s\n",
	       "  idle", (double)(cpu_ns(pty_pid(p)) - ns) / IDLE_MS / 1e4,
	       (unsigned long long)(pty_n_bytes(p) - bytes), IDLE_MS / 1000);
}

/* Waits until all is read: some programs write (a clock) for ever, so the
 * time that it takes on a core decides. Returns the seconds since then_us. */
static double wait_loaded(struct pty *p, uint64_t then_us)
{
	uint64_t until = pty_now_us() + LOADED_MAX_MS * 1000ull;

	while (pty_now_us() < until) {
		unsigned long long ns = cpu_ns(pty_pid(p));
		uint64_t step = pty_now_us() + LOADED_STEP_MS * 1000ull;

		while (pty_now_us() < step)
			pty_pump(p, LOADED_STEP_MS / 5);
		if (cpu_ns(pty_pid(p)) - ns < LOADED_MAX_NS)
			break;
	}
	return (double)(pty_now_us() - then_us) / 1e6 - LOADED_STEP_MS / 1e3;
}

static void measure_file(const struct program *prog, const char *file,
			 const char *home)
{
	struct pty *p;
	uint64_t from;
	double seconds;

	measure_start(prog, file, home, prog->first, "first screen");
	if (prog->judged)
		measure_start(prog, file, home, prog->judged,
			      "its rows measured");
	measure_last(prog, file, home);
	from = pty_now_us();
	p = start(prog, file, NULL, home);
	pty_wait_text(p, prog->first, PATIENCE_MS);
	printf("%-44s %.1f MB resident\n", "  at the first screen",
	       memory_mb(pty_pid(p), "VmRSS"));
	seconds = wait_loaded(p, from);
	printf("%-44s %.1f MB resident (peak %.1f), %.1f s, %.1f s on a core,"
	       " %.1f kB written\n", "  all read",
	       memory_mb(pty_pid(p), "VmRSS"), memory_mb(pty_pid(p), "VmHWM"),
	       seconds,
	       (double)cpu_ns(pty_pid(p)) / 1e9,
	       (double)pty_n_bytes(p) / 1e3);
	measure_keys(prog, p);
	measure_idle(p);
	leave(p, prog->quit);
}

/* --- lilscope alone: keys while it reads -------------------------------- */

/* Help opens and closes: unlike any byte, its text can only come from the
 * key, whatever else is drawn meanwhile. */
static void measure_help(struct pty *p, const char *what)
{
	struct times t = { .n = 0 };

	for (int i = 0; i < HELPS; i++) {
		uint64_t from = pty_now_us();

		pty_keys(p, "?");
		if (!pty_wait_text(p, HELP_TITLE, PATIENCE_MS))
			break;
		times_add(&t, from);
		pty_pump(p, 20);
		from = pty_now_us();
		pty_keys(p, "q");
		if (!pty_wait_gone(p, HELP_TITLE, PATIENCE_MS))
			break;
		times_add(&t, from);
		pty_pump(p, 20);
	}
	times_print(what, &t);
}

static size_t make_chunk(char *out, size_t size, unsigned i)
{
	static const char *const words[] = { "so", "x", "is", "seven", "wait",
					     "let", "me", "check", "that" };

	return (size_t)snprintf(out, size,
		"data: {\"id\":\"chatcmpl-1\",\"object\":"
		"\"chat.completion.chunk\",\"model\":\"live\",\"choices\":["
		"{\"index\":0,\"delta\":{\"content\":\" %s %u\"}}]}\n\n",
		words[i % ARRAY_LEN(words)], i * 2654435761u % 1000);
}

/* In a child: so many chunks a second (0: as fast as they are read), until
 * n_bytes are written or the reader is gone. */
static pid_t produce(int fd, unsigned per_s, size_t n_bytes)
{
	static char block[1 << 16];
	unsigned i = 0;
	uint64_t begin = pty_now_us();
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	signal(SIGPIPE, SIG_DFL);
	for (size_t done = 0; done < n_bytes;) {
		uint64_t due = (pty_now_us() - begin) * per_s / 1000000;
		size_t n = 0;

		while (n + 512 < sizeof(block) && (per_s == 0 || i < due))
			n += make_chunk(block + n, 512, i++);
		if (n == 0) {
			nanosleep(&(struct timespec){ 0, LIVE_TICK_US * 1000 },
				  NULL);
			continue;
		}
		for (size_t at = 0; at < n;) {
			ssize_t w = write(fd, block + at, n - at);

			if (w <= 0)
				_exit(1);
			at += (size_t)w;
		}
		done += n;
	}
	_exit(0);
}

static struct pty *start_live(const struct program *lil, unsigned per_s,
			      size_t n_bytes, const char *home, pid_t *from)
{
	int ends[2];
	struct pty *p;

	if (pipe2(ends, O_CLOEXEC) != 0)
		die("no pipe");
	p = start(lil, "-", &ends[0], home);
	close(ends[0]);
	*from = produce(ends[1], per_s, n_bytes);
	close(ends[1]);
	return p;
}

static void measure_live_keys(const struct program *lil, const char *home)
{
	pid_t from;
	struct pty *p = start_live(lil, TOKENS_PER_S, SIZE_MAX, home, &from);

	pty_wait_text(p, "ρ", PATIENCE_MS);
	measure_help(p, "lilscope: key, reading 50 000 chunks/s");
	kill(from, SIGKILL);
	waitpid(from, NULL, 0);
	leave(p, ":quit\r");
}

static void measure_flood(const struct program *lil, const char *home)
{
	uint64_t begin = pty_now_us();
	pid_t from;
	struct pty *p = start_live(lil, 0, FLOOD_BYTES, home, &from);
	double s, tokens;

	while (waitpid(from, NULL, WNOHANG) == 0)
		pty_pump(p, 50);
	s = (double)(pty_now_us() - begin) / 1e6;
	printf("%-44s %.1f MB/s of SSE, %.1f kB/s written\n",
	       "lilscope: live input", FLOOD_BYTES / 1e6 / s,
	       (double)pty_n_bytes(p) / 1e3 / s);
	wait_loaded(p, begin);
	tokens = FLOOD_BYTES / 133.0;
	printf("%-44s %.1f MB resident (about %.0f chunks)\n", "  after it",
	       memory_mb(pty_pid(p), "VmRSS"), tokens);
	leave(p, ":quit\r");
}

static bool exists(const char *path)
{
	if (access(path, X_OK) == 0)
		return true;
	printf("%s: not installed, skipped\n", path);
	return false;
}

int main(int argc, char **argv)
{
	const char *lil = getenv("LILSCOPE");
	const struct program programs[] = {
		{ "lilscope", lil ? lil : "./lilscope", { "--no-session" },
		  "Problem 0", "stop", "j", "k", "q" },
		{ "less", "/usr/bin/less", { "-S" }, "Problem 0", NULL, "j",
		  "k", "q" },
		{ "lnav", "/usr/bin/lnav", { NULL }, "Problem 0", NULL, "j",
		  "k", "q" },
	};
	char home[SCRATCH_PATH_BYTES];

	if (argc != 2) {
		fprintf(stderr, "usage: budgets BIG.jsonl (make_big.py)\n");
		return 2;
	}
	scratch_make(home);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (exists(programs[i].path))
			measure_file(&programs[i], argv[1], home);
	if (exists(programs[0].path)) {
		struct pty *p = start(&programs[0], argv[1], NULL, home);

		pty_wait_text(p, programs[0].first, PATIENCE_MS);
		measure_help(p, "lilscope: key, while reading the file");
		leave(p, ":quit\r");
		measure_live_keys(&programs[0], home);
		measure_flood(&programs[0], home);
	}
	scratch_remove(home);
	return 0;
}
