/* pty.c - the child, its terminal, and waiting for it. See pty.h. */
#define _GNU_SOURCE /* memmem */
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

#include "pty.h"
#include "pty_screen.h"

enum {
	READ_BYTES = 64 * 1024,
	TYPE_STEP_BYTES = 512,  /* less than a tty's input queue */
	EXIT_CHECK_MS = 5,      /* a child that ends wakes no poll() */
};

extern char **environ;

static const char *const plain_env[] = {
	"TERM=xterm-256color",
	"LC_ALL=C.UTF-8",
	"PS1=$ ",
	"HISTFILE=/dev/null",
	"LESSHISTFILE=-",
};

/* Of the caller's environment, only this is let through. */
static const char *const passed_env[] = {
	"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "GCOV_PREFIX",
	"GCOV_PREFIX_STRIP",
};

uint64_t pty_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* --- the child ---------------------------------------------------------- */

static void child_env(const struct pty_spec *spec)
{
	static const char *const below[][2] = {
		{ "HOME", "" },
		{ "XDG_CONFIG_HOME", "/config" },
		{ "XDG_STATE_HOME", "/state" },
		{ "XDG_CACHE_HOME", "/cache" },
		{ "XDG_DATA_HOME", "/data" },
	};
	const char *home = spec->home ? spec->home : "/proc/nowhere";
	const char *kept[ARRAY_LEN(passed_env)];
	char path[4096];

	for (size_t i = 0; i < ARRAY_LEN(passed_env); i++)
		kept[i] = getenv(passed_env[i]);
	environ = NULL;
	for (size_t i = 0; i < ARRAY_LEN(passed_env); i++)
		if (kept[i])
			setenv(passed_env[i], kept[i], 1);
	for (size_t i = 0; i < ARRAY_LEN(plain_env); i++)
		putenv((char *)(uintptr_t)plain_env[i]);
	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		snprintf(path, sizeof(path), "%s%s", home, below[i][1]);
		setenv(below[i][0], path, 1);
	}
	for (size_t i = 0; spec->env && spec->env[i]; i++) {
		if (strchr(spec->env[i], '='))
			putenv((char *)(uintptr_t)spec->env[i]);
		else
			unsetenv(spec->env[i]);
	}
}

_Noreturn static void child_run(const struct pty_spec *spec, int slave)
{
	login_tty(slave);
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_DFL);
	if (spec->cwd && chdir(spec->cwd) != 0)
		_exit(126);
	if (spec->stdin_fd)
		dup2(*spec->stdin_fd, STDIN_FILENO);
	if (spec->stdout_fd)
		dup2(*spec->stdout_fd, STDOUT_FILENO);
	child_env(spec);
	execvp(spec->argv[0], (char *const *)(uintptr_t)spec->argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", spec->argv[0],
		strerror(errno));
	_exit(127);
}

static struct winsize winsize(int rows, int cols)
{
	struct winsize ws = {
		.ws_row = (unsigned short)rows,
		.ws_col = (unsigned short)cols,
	};

	return ws;
}

struct pty *pty_start(const struct pty_spec *spec)
{
	struct pty *p = mem_zalloc(sizeof(*p));
	struct winsize ws;

	p->rows = spec->rows ? spec->rows : PTY_ROWS;
	p->cols = spec->cols ? spec->cols : PTY_COLS;
	ws = winsize(p->rows, p->cols);
	if (openpty(&p->master, &p->slave, NULL, NULL, &ws) != 0)
		die("no pseudo terminal: %s", strerror(errno));
	fcntl(p->master, F_SETFD, FD_CLOEXEC);
	fcntl(p->slave, F_SETFD, FD_CLOEXEC);
	fcntl(p->master, F_SETFL, O_NONBLOCK);
	tcgetattr(p->slave, &p->before);
	if (!spec->no_mirror)
		screen_begin(p);
	p->pid = fork();
	if (p->pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (p->pid == 0) {
		fcntl(p->slave, F_SETFD, 0);
		child_run(spec, p->slave);
	}
	return p;
}

void pty_free(struct pty *p)
{
	if (!p->exited) {
		kill(p->pid, SIGKILL);
		kill(p->pid, SIGCONT);
		waitpid(p->pid, NULL, 0);
	}
	if (p->master >= 0)
		close(p->master);
	if (p->slave >= 0)
		close(p->slave);
	screen_end(p);
	buf_release(&p->raw);
	buf_release(&p->row);
	mem_free(p);
}

pid_t pty_pid(const struct pty *p)
{
	return p->pid;
}

/* --- output ------------------------------------------------------------- */

/* True if bytes came. */
static bool take_output(struct pty *p)
{
	char *at = buf_reserve(&p->raw, READ_BYTES);
	ssize_t n = read(p->master, at, READ_BYTES);

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			p->eof = true;
		return false;
	}
	p->raw.len += (size_t)n;
	screen_bytes(p, at, (size_t)n);
	return true;
}

/* Once it has ended nobody else holds the terminal: with our end of the
 * slave closed, read() gives the rest and then the end. */
static void check_exit(struct pty *p)
{
	if (p->exited || waitpid(p->pid, &p->status, WNOHANG) != p->pid)
		return;
	p->exited = true;
	tcgetattr(p->slave, &p->after);
	close(p->slave);
	p->slave = -1;
}

bool pty_pump(struct pty *p, int timeout_ms)
{
	uint64_t until = pty_now_us() + (uint64_t)timeout_ms * 1000;
	struct pollfd pfd = { .fd = p->master, .events = POLLIN };
	bool was_there = !p->exited;

	for (;;) {
		int64_t left = (int64_t)(until - pty_now_us()) / 1000;

		check_exit(p);
		if ((p->eof && p->master >= 0) || (p->exited && was_there))
			return false;
		left = left < 0 ? 0 : MIN(left, EXIT_CHECK_MS);
		if (poll(&pfd, 1, (int)left) > 0 && take_output(p))
			return true;
		if (pty_now_us() >= until)
			return false;
	}
}

/* --- waiting ------------------------------------------------------------ */

bool pty_wait(struct pty *p, bool (*happened)(struct pty *p, const void *ctx),
	      const void *ctx, int patience_ms)
{
	uint64_t until = pty_now_us() + (uint64_t)patience_ms * 1000;

	for (;;) {
		int64_t left = (int64_t)(until - pty_now_us()) / 1000;

		if (happened(p, ctx))
			return true;
		if (left <= 0 || (p->exited && p->eof))
			return false;
		pty_pump(p, (int)left);
	}
}

static bool text_is_there(struct pty *p, const void *text)
{
	return pty_find(p, text, NULL, NULL);
}

static bool text_is_gone(struct pty *p, const void *text)
{
	return !pty_find(p, text, NULL, NULL);
}

static bool has_ended(struct pty *p, const void *ctx)
{
	(void)ctx;
	return p->exited && p->eof;
}

bool pty_wait_text(struct pty *p, const char *text, int patience_ms)
{
	return pty_wait(p, text_is_there, text, patience_ms);
}

bool pty_wait_gone(struct pty *p, const char *text, int patience_ms)
{
	return pty_wait(p, text_is_gone, text, patience_ms);
}

bool pty_wait_exit(struct pty *p, int patience_ms)
{
	return pty_wait(p, has_ended, NULL, patience_ms);
}

bool pty_wait_silence(struct pty *p, int quiet_ms, int patience_ms)
{
	uint64_t until = pty_now_us() + (uint64_t)patience_ms * 1000;

	while (pty_pump(p, quiet_ms))
		if (pty_now_us() > until)
			return false;
	return true;
}

/* Does this thread wait? Its state stands behind its name, which may hold
 * anything. */
static bool thread_waits(const char *path)
{
	char stat[512];
	const char *name_end;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	stat[n] = '\0';
	name_end = strrchr(stat, ')');
	return name_end && name_end[1] == ' ' && name_end[2] == 'S';
}

static bool is_asleep(const struct pty *p)
{
	char path[320];
	int unread = 0;
	bool waits = true;
	struct dirent *e;
	DIR *tasks;

	if (p->slave < 0 || ioctl(p->slave, FIONREAD, &unread) != 0 || unread)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)p->pid);
	tasks = opendir(path);
	if (!tasks)
		return false;
	while (waits && (e = readdir(tasks))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stat",
			 (int)p->pid, e->d_name);
		waits = thread_waits(path);
	}
	closedir(tasks);
	return waits;
}

bool pty_wait_asleep(struct pty *p, int quiet_ms, int patience_ms)
{
	uint64_t now = pty_now_us(), until = now + (uint64_t)patience_ms * 1000;
	uint64_t wrote = now, woke = now;

	for (;;) {
		bool came = pty_pump(p, EXIT_CHECK_MS);

		now = pty_now_us();
		if (came)
			wrote = woke = now;
		else if (p->exited || now - wrote >= (uint64_t)quiet_ms * 1000)
			return true;
		else if (!is_asleep(p))
			woke = now;
		else if (now - woke >= PTY_ASLEEP_MS * 1000)
			return true;
		if (now > until)
			return false;
	}
}

/* --- input -------------------------------------------------------------- */

/* The program may be writing while it should read: never block on it. */
void pty_type(struct pty *p, const char *bytes, size_t n)
{
	uint64_t until = pty_now_us() + (uint64_t)PTY_PATIENCE_MS * 1000;
	struct pollfd pfd = { .fd = p->master, .events = POLLIN | POLLOUT };

	while (n > 0 && pty_now_us() < until) {
		ssize_t done = write(p->master, bytes,
				     MIN(n, (size_t)TYPE_STEP_BYTES));

		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
			continue;
		}
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return;
		poll(&pfd, 1, EXIT_CHECK_MS);
		if (pfd.revents & POLLIN)
			take_output(p);
	}
}

void pty_keys(struct pty *p, const char *keys)
{
	pty_type(p, keys, strlen(keys));
}

void pty_click(struct pty *p, int row, int col)
{
	char seq[64];

	snprintf(seq, sizeof(seq), "\033[<0;%d;%dM\033[<0;%d;%dm", col + 1,
		 row + 1, col + 1, row + 1);
	pty_keys(p, seq);
}

void pty_wheel(struct pty *p, int row, int col, bool up)
{
	char seq[64];

	snprintf(seq, sizeof(seq), "\033[<%d;%d;%dM", up ? 64 : 65, col + 1,
		 row + 1);
	pty_keys(p, seq);
}

void pty_resize(struct pty *p, int rows, int cols)
{
	struct winsize ws = winsize(rows, cols);

	while (pty_pump(p, 0))
		continue;
	p->rows = rows;
	p->cols = cols;
	screen_size(p);
	ioctl(p->master, TIOCSWINSZ, &ws);
}

void pty_hang_up(struct pty *p)
{
	close(p->master);
	p->master = -1;
	p->eof = true;
}

/* --- facts -------------------------------------------------------------- */

const struct buf *pty_raw(const struct pty *p)
{
	return &p->raw;
}

uint64_t pty_n_bytes(const struct pty *p)
{
	return p->raw.len;
}

bool pty_wrote(const struct pty *p, size_t from, const void *bytes, size_t n)
{
	return from <= p->raw.len &&
	       memmem(p->raw.data + from, p->raw.len - from, bytes, n);
}

int pty_status(const struct pty *p, int *sig)
{
	bool killed = WIFSIGNALED(p->status);

	assert(p->exited);
	if (sig)
		*sig = killed ? WTERMSIG(p->status) : 0;
	return killed ? 128 + WTERMSIG(p->status) : WEXITSTATUS(p->status);
}

/* One "ESC [ ? a ; b ; c h" at s: does it switch the mode, and how? */
static bool sets_mode(const char *s, const char *end, int mode, bool *on)
{
	bool listed = false;
	int value = 0;

	for (; s < end; s++) {
		if (*s >= '0' && *s <= '9') {
			value = MIN(value * 10 + (*s - '0'), 100000);
			continue;
		}
		listed = listed || value == mode;
		value = 0;
		if (*s == ';')
			continue;
		*on = *s == 'h';
		return listed && (*s == 'h' || *s == 'l');
	}
	return false;
}

bool pty_mode(const struct pty *p, int mode)
{
	bool on = mode == 25 || mode == 7; /* as a terminal begins */
	const char *s = p->raw.data, *end = s + p->raw.len;

	while (s && (s = memmem(s, (size_t)(end - s), "\033[?", 3))) {
		bool set;

		s += 3;
		if (sets_mode(s, end, mode, &set))
			on = set;
	}
	return on;
}

static bool same_termios(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
	       a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
	       memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc)) == 0;
}

bool pty_restored(struct pty *p, char why[128])
{
	static const struct { int mode; bool on; const char *name; } modes[] = {
		{ 1049, false, "alternate screen" },
		{ 47, false, "alternate screen (47)" },
		{ 25, true, "visible cursor" },
		{ 7, true, "automatic margin" },
		{ 1000, false, "mouse" },
		{ 1002, false, "mouse drags" },
		{ 1003, false, "mouse moves" },
		{ 1006, false, "SGR mouse" },
		{ 2004, false, "paste brackets" },
		{ 2026, false, "synchronised output" },
		{ 1, false, "application cursor keys" },
	};

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (pty_mode(p, modes[i].mode) == modes[i].on)
			continue;
		snprintf(why, 128, "%s is %s", modes[i].name,
			 modes[i].on ? "off" : "on");
		return false;
	}
	if (!screen_pen_is_default(p)) {
		snprintf(why, 128, "colours or attributes are left over");
		return false;
	}
	if (!p->exited)
		tcgetattr(p->slave, &p->after);
	snprintf(why, 128, "termios differs");
	return same_termios(&p->before, &p->after);
}

/* --- statements of a test ----------------------------------------------- */

static void fail_here(struct pty *p, const char *file, int line,
		      const char *fmt, ...) PRINTF_LIKE(4, 5);

static void fail_here(struct pty *p, const char *file, int line,
		      const char *fmt, ...)
{
	char why[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	pty_show(p, why);
	_fail(file, line);
}

void pty_expect_text(struct pty *p, const char *text, const char *file,
		     int line)
{
	if (!pty_wait_text(p, text, PTY_PATIENCE_MS))
		fail_here(p, file, line, "no \"%s\" on the screen", text);
}

void pty_expect_gone(struct pty *p, const char *text, const char *file,
		     int line)
{
	if (!pty_wait_gone(p, text, PTY_PATIENCE_MS))
		fail_here(p, file, line, "still \"%s\" on the screen", text);
}

void pty_expect_exit(struct pty *p, int status, const char *file, int line)
{
	if (!pty_wait_exit(p, PTY_PATIENCE_MS))
		fail_here(p, file, line, "it does not end");
	else if (pty_status(p, NULL) != status)
		fail_here(p, file, line, "it ended with %d, not %d",
			  pty_status(p, NULL), status);
}

void pty_expect_restored(struct pty *p, const char *file, int line)
{
	char why[128];

	if (!pty_restored(p, why))
		fail_here(p, file, line, "terminal not restored: %s", why);
}

void pty_expect_alive(struct pty *p, const char *file, int line)
{
	check_exit(p);
	if (p->exited)
		fail_here(p, file, line, "it ended with %d",
			  pty_status(p, NULL));
}
