/*
 * test_faults.c - memory that ends, a disk that is full, a reader that goes.
 *
 * The program is linked into this one with the allocator and write() wrapped
 * (--wrap), so that the shipped one needs no hook: "test_faults alloc N
 * ARGS..." is lilscope ARGS whose Nth allocation fails, and all after it;
 * "write N" the same for writes. The tests start themselves so, for each N
 * until nothing fails any more.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lil.h"
#include "json/json.h"

enum {
	EACH_UP_TO = 32,     /* every N so far, then a quarter more each time */
	FAULT_MOST = 1 << 24,
	PATIENCE_S = 60,
	SMALL_BYTES = 300,   /* a disk that holds so much of a file */

};

/* --- inside: the program with its fault --------------------------------- */

int __real_main(int argc, char **argv); /* of tui/main.c */
int __wrap_main(int argc, char **argv);
void *__real_realloc(void *old, size_t n);
void *__real_calloc(size_t n, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t n);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_calloc(size_t n, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);

/* How many more succeed. */
static long allocs_left = FAULT_MOST, writes_left = FAULT_MOST;

void *__wrap_realloc(void *old, size_t n)
{
	return allocs_left-- > 0 ? __real_realloc(old, n) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return allocs_left-- > 0 ? __real_calloc(n, size) : NULL;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return __real_write(fd, bytes, n); /* it is on no disk */
	if (writes_left-- > 0)
		return __real_write(fd, bytes, n);
	errno = ENOSPC;
	return -1;
}

/* --- outside: one run and what is left of it ---------------------------- */

struct outcome {
	int status; /* 128 + signal of one that was killed */
	struct buf out, err;
};

static void release(struct outcome *o)
{
	buf_release(&o->out);
	buf_release(&o->err);
}

/* What a run is given. */
struct setting {
	struct lil *l;
	const char *const *args;
	const char *out;       /* standard output instead of a file, or NULL */
	bool small;            /* files end at SMALL_BYTES */
	bool no_reader;        /* standard output is a pipe without one */
	bool pipe_signal;      /* ... and SIGPIPE is as a shell leaves it */
};

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static int broken_pipe(void)
{
	int ends[2];

	if (pipe(ends) != 0)
		die("no pipe: %s", strerror(errno));
	close(ends[0]);
	return ends[1];
}

_Noreturn static void child(const struct setting *s, const char *const *argv,
			    const char *out, const char *err)
{
	const struct rlimit small = { SMALL_BYTES, SMALL_BYTES };

	dup2(open_or_die("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(s->no_reader ? broken_pipe() :
			    open_or_die(out, O_WRONLY | O_CREAT | O_TRUNC),
	     STDOUT_FILENO);
	dup2(open_or_die(err, O_WRONLY | O_CREAT | O_TRUNC), STDERR_FILENO);
	signal(SIGPIPE, s->pipe_signal ? SIG_DFL : SIG_IGN);
	if (s->small)
		setrlimit(RLIMIT_FSIZE, &small);
	setenv("HOME", s->l->home, 1);
	setenv("XDG_STATE_HOME", s->l->home, 1);
	setenv("XDG_CONFIG_HOME", s->l->home, 1);
	if (chdir(s->l->dir) != 0)
		_exit(126);
	alarm(PATIENCE_S);
	execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* The program with fault `what` at N. */
static struct outcome run(const struct setting *s, const char *what, long n)
{
	char number[32], out[SCRATCH_PATH_BYTES + 8];
	char err[SCRATCH_PATH_BYTES + 8];
	const char *argv[LIL_ARGS_MAX + 4] = { "faults", what, number };
	struct outcome o = { 0 };
	int status;
	pid_t pid;

	snprintf(number, sizeof(number), "%ld", n);
	snprintf(out, sizeof(out), "%s/out", s->l->dir);
	snprintf(err, sizeof(err), "%s/err", s->l->dir);
	for (size_t i = 0; s->args[i]; i++)
		argv[3 + i] = s->args[i];
	pid = fork();
	if (pid == 0)
		child(s, argv, s->out ? s->out : out, err);
	waitpid(pid, &status, 0);
	o.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					 WEXITSTATUS(status);
	if (!s->out && !s->no_reader)
		scratch_read(out, &o.out);
	scratch_read(err, &o.err);
	return o;
}

/* --- what must hold ----------------------------------------------------- */

/* Says which run it was, and fails. */
static void wrong(const struct setting *s, const char *fault, long n,
		  struct outcome *o, const char *why)
{
	for (size_t i = 0; s->args[i]; i++)
		fprintf(stderr, "%s ", s->args[i]);
	fprintf(stderr, "(%s %ld): %s; status %d\n%s\n", fault, n, why,
		o->status, buf_cstr(&o->err));
	fail();
}

/* One finished line that says it; a child process may have said its own. */
static bool says(struct outcome *o, const char *word)
{
	const char *text = buf_cstr(&o->err);

	return strncmp(text, "lilscope: ", 10) == 0 &&
	       strchr(text, '\n') && strstr(text, word) &&
	       !strstr(text, "Sanitizer") && !strstr(text, "runtime error");
}

/* What was written before is whole lines: each is JSON where all are. */
static bool is_valid(struct outcome *o, bool json)
{
	const char *at = o->out.data, *end = at + o->out.len;
	bool good = true;

	if (o->out.len && end[-1] != '\n')
		return false;
	while (json && good && at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct json doc = { 0 };

		good = json_read(&doc, at, (size_t)(lf - at), false, NULL);
		json_release(&doc);
		at = lf + 1;
	}
	return good;
}

static long next(long n)
{
	return n < EACH_UP_TO ? n + 1 : n + n / 4;
}

/* Until the fault comes too late to be met: then all is as without it. */
static void sweep(const struct setting *s, const char *fault,
		  const char *sentence, bool json)
{
	struct outcome whole = run(s, fault, FAULT_MOST);
	long n = 0;
	bool met;

	if (whole.status != 0 || whole.err.len || !is_valid(&whole, json))
		wrong(s, fault, FAULT_MOST, &whole, "is not well at all");
	do {
		struct outcome o = run(s, fault, n);

		met = o.status != 0;
		if (met && o.status != EXIT_TROUBLE)
			wrong(s, fault, n, &o, "ended in another way");
		if (met ? !says(&o, sentence) : o.err.len > 0)
			wrong(s, fault, n, &o, "another sentence");
		if (!is_valid(&o, json))
			wrong(s, fault, n, &o, "half a line was written");
		if (!met && o.out.len != whole.out.len && !json)
			wrong(s, fault, n, &o, "not all was written");
		release(&o);
		n = next(n);
	} while (met);
	assert_true(n > 1);
	release(&whole);
}

/* --- the commands ------------------------------------------------------- */

static const char *sample(const char *name)
{
	static char path[SCRATCH_PATH_BYTES];
	const char *samples = getenv("LILSCOPE_SAMPLES");

	if (!samples)
		skip();
	snprintf(path, sizeof(path), "%s/%s", samples, name);
	return path;
}

static void write_script(struct lil *l, char path[SCRATCH_PATH_BYTES])
{
	static const char text[] =
		"wait\nresize 30 100\nv\nscreen -\n1\nscreen one.txt\n"
		"2\nscreen -svg two.svg\n3\n?\nscreen -\n";

	scratch_file(l->dir, "keys.script", text, strlen(text), path);
}

/* Short inputs: a sweep runs each a hundred times. */
static void write_short(struct lil *l)
{
	struct buf text = { 0 };

	scratch_trace(&text, 80, 160);
	scratch_file(l->dir, "trace.txt", text.data, text.len, l->trace);
	buf_clear(&text);
	for (int i = 0; i < 3; i++)
		buf_printf(&text, "{\"response\": \"a text, number %d\"}\n", i);
	scratch_file(l->dir, "list.jsonl", text.data, text.len, l->list);
	buf_release(&text);
}

/* Runs a check over every command that writes. */
static void each_command(struct lil *l,
			 void (*check)(struct setting *s, bool json))
{
	char script[SCRATCH_PATH_BYTES];
	const char *model = sample("model/chain-0.9m.gguf");
	const struct {
		const char *const *args;
		bool json;
	} all[] = {
		{ LIL_ARGS("analyze", l->trace, l->list), false },
		{ LIL_ARGS("analyze", "--json", l->list, l->trace), true },
		{ LIL_ARGS("guard", "--annotate", l->list), false },
		{ LIL_ARGS("decode", "--model", model, "--prompt", "1+2=",
			   "--predict", "4", "--threads", "1"), true },
		{ LIL_ARGS("--script", script, "--no-session", l->trace),
		  false },
		{ LIL_ARGS("--plain", l->list), false },
		{ LIL_ARGS("demo", "--predict", "3", "--threads", "1"), false },
		{ LIL_ARGS("bench", "-n", "1", "--policies", "quest",
			   "--budgets", "16", "--page", "8", "--predict", "4",
			   "--jobs", "1"), false },
		{ LIL_ARGS("help", "formats"), false },
		{ LIL_ARGS("completion", "bash"), false },
	};

	write_script(l, script);
	write_short(l);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		check(&(struct setting){ .l = l, .args = all[i].args },
		      all[i].json);
}

static void without_memory(struct setting *s, bool json)
{
	sweep(s, "alloc", "out of memory", json);
}

static void test_memory_ends(void **state)
{
	each_command(*state, without_memory);
}

static void without_room(struct setting *s, bool json)
{
	sweep(s, "write", "No space left on device", json);
}

static void test_writes_fail(void **state)
{
	each_command(*state, without_room);
}

static void on_a_full_disk(struct setting *s, bool json)
{
	struct outcome o;

	(void)json;
	s->out = "/dev/full";
	o = run(s, "write", FAULT_MOST);
	if (o.status != EXIT_TROUBLE || !says(&o, "No space left on device"))
		wrong(s, "full", 0, &o, "another end");
	release(&o);
}

static void test_full_disk(void **state)
{
	if (access("/dev/full", W_OK) != 0)
		skip();
	each_command(*state, on_a_full_disk);
}

/* A write that is taken in part, and then no more. */
static void on_a_small_disk(struct setting *s, bool json)
{
	struct outcome o;

	(void)json;
	s->small = true;
	o = run(s, "write", FAULT_MOST);
	if (o.status == 0 && o.out.len < SMALL_BYTES && !o.err.len)
		return release(&o);
	if (o.status != EXIT_TROUBLE || !says(&o, "File too large"))
		wrong(s, "small", 0, &o, "another end");
	release(&o);
}

static void test_small_disk(void **state)
{
	each_command(*state, on_a_small_disk);
}

/* Quietly: that nobody reads any more is no trouble. */
static void without_reader(struct setting *s, bool json)
{
	struct outcome o;

	(void)json;
	s->no_reader = true;
	o = run(s, "write", FAULT_MOST);
	if (o.status != 0 || o.err.len)
		wrong(s, "reader", 0, &o, "is not quiet");
	release(&o);
	s->pipe_signal = true;
	o = run(s, "write", FAULT_MOST);
	if ((o.status != 0 && o.status != 128 + SIGPIPE) || o.err.len)
		wrong(s, "SIGPIPE", 0, &o, "is not quiet");
	release(&o);
}

static void test_closed_pipe(void **state)
{
	each_command(*state, without_reader);
}

/* The screen: wherever memory ends, the terminal is as it was. */
static void test_terminal_comes_back(void **state)
{
	struct lil *l = *state;
	char number[32];
	bool met = true;

	write_short(l);
	for (long n = 0; met; n += n / 3 + 1) {
		const char *const argv[] = { "/proc/self/exe", "alloc", number,
					     l->trace, NULL };

		snprintf(number, sizeof(number), "%ld", n);
		l->p = pty_start(&(struct pty_spec){ .argv = argv,
						     .home = l->home });
		pty_keys(l->p, "vvv?q:quit\r");
		assert_true(pty_wait_exit(l->p, PTY_PATIENCE_MS));
		met = pty_status(l->p, NULL) != 0;
		if (met) {
			expect_text(l->p, "out of memory");
			expect_exit(l->p, EXIT_TROUBLE);
		}
		expect_restored(l->p);
		pty_free(l->p);
		l->p = NULL;
	}
}

int __wrap_main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_memory_ends),
		lil_test(test_writes_fail),
		lil_test(test_full_disk),
		lil_test(test_small_disk),
		lil_test(test_closed_pipe),
		lil_test(test_terminal_comes_back),
	};

	if (argc > 3) {
		*(argv[1][0] == 'a' ? &allocs_left : &writes_left) =
			strtol(argv[2], NULL, 10);
		return __real_main(argc - 2, argv + 2);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
