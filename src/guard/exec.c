/*
 * No shell comes between: the words go to execvp() as they were given, and
 * nothing in them is expanded. That the exec itself failed is told through a
 * pipe which a successful one closes.
 */
#include "guard/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXEC_STEP_MS = 10, EXEC_NOT_STARTED = 127 };

/* --- words -------------------------------------------------------------- */

/* Appends the rest of a quoted part; returns what follows it, NULL if it
 * does not end. */
static const char *take_quoted(struct buf *text, const char *s, char quote)
{
	for (; *s != quote; s++) {
		if (quote == '"' && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (!*s)
			return NULL;
		buf_putc(text, *s);
	}
	return s + 1;
}

/* One word; NULL if a quote in it does not end. */
static const char *take_word(struct buf *text, const char *s)
{
	while (s && *s && *s != ' ' && *s != '\t' && *s != '\n') {
		if (*s == '\'' || *s == '"') {
			s = take_quoted(text, s + 1, *s);
			continue;
		}
		if (*s == '\\' && s[1])
			s++;
		buf_putc(text, *s++);
	}
	buf_putc(text, '\0');
	return s;
}

bool exec_parse(struct exec *x, const char *line, struct err *err)
{
	const char *s = line + strspn(line, " \t\n");

	*x = (struct exec){ .n_words = 0 };
	while (*s) {
		/* the last one is for NULL */
		if (x->n_words + 1 == EXEC_WORDS_MAX)
			return err_set(err, "--exec takes at most %d words",
				       EXEC_WORDS_MAX - 1);
		x->word[x->n_words++] = x->text.len;
		s = take_word(&x->text, s);
		if (!s)
			return err_set(err, "--exec %.200s: a quote is open",
				       line);
		s += strspn(s, " \t\n");
	}
	if (!x->n_words)
		return err_set(err, "--exec takes a command and its words");
	return true;
}

void exec_release(struct exec *x)
{
	buf_release(&x->text);
	*x = (struct exec){ .n_words = 0 };
}

/* --- the process -------------------------------------------------------- */

static void become(char *const *argv, int tell)
{
	int null = open("/dev/null", O_RDONLY);
	int failed;

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execvp(argv[0], argv);
	failed = errno;
	(void)!write(tell, &failed, sizeof(failed));
	_exit(EXEC_NOT_STARTED);
}

/* A pipe above the standard descriptors, closed by a successful exec. */
static bool high_pipe(int fds[2])
{
	int low[2];

	if (pipe(low) < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fds[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close(low[i]);
	}
	return fds[0] >= 0 && fds[1] >= 0;
}

bool exec_start(struct exec *x, struct err *err)
{
	char *argv[EXEC_WORDS_MAX];
	int fds[2] = { -1, -1 }, failed = 0;
	ssize_t n;

	for (size_t i = 0; i < x->n_words; i++)
		argv[i] = x->text.data + x->word[i];
	argv[x->n_words] = NULL;
	x->pid = high_pipe(fds) ? fork() : -1;
	if (x->pid < 0) {
		x->pid = 0;
		return err_set(err, "--exec %.200s: %s", argv[0],
			       strerror(errno));
	}
	if (x->pid == 0)
		become(argv, fds[1]);
	close(fds[1]);
	do {
		n = read(fds[0], &failed, sizeof(failed));
	} while (n < 0 && errno == EINTR);
	close(fds[0]);
	if (n != (ssize_t)sizeof(failed))
		return true;
	waitpid(x->pid, NULL, 0);
	x->pid = 0;
	return err_set(err, "--exec %.200s: cannot be run: %s", argv[0],
		       strerror(failed));
}

bool exec_finish(struct exec *x, struct err *err)
{
	const char *name = x->text.data;
	pid_t pid = x->pid;
	int status = 0;

	for (int ms = 0; x->pid && waitpid(x->pid, &status, WNOHANG) == 0;
	     ms += EXEC_STEP_MS) {
		if (ms >= EXEC_WAIT_MS)
			return true;
		poll(NULL, 0, EXEC_STEP_MS);
	}
	x->pid = 0;
	if (!pid || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return true;
	if (WIFEXITED(status))
		return err_set(err, "--exec %.200s: ended with status %d",
			       name, WEXITSTATUS(status));
	return err_set(err, "--exec %.200s: ended by signal %d", name,
		       WTERMSIG(status));
}
