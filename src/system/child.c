/*
 * A child must not hold what is the parent's: a copy of a pipe's end that
 * stays open in it is an end of file that never comes, and a handler of the
 * parent's would write to the parent's terminal.
 */
#include "system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef LILSCOPE_COVERAGE
void __gcov_dump(void); /* of libgcov, in builds for coverage alone */
#endif

enum { DESCRIPTORS_MAX = 256 }; /* closed in the child, from the first on */

bool child_pipe(int fds[2], struct err *err)
{
	if (pipe(fds) < 0)
		return err_set(err, "no pipe can be made: %s",
			       strerror(errno));
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return true;
}

static bool is_kept(int fd, const int *keep, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

static void close_others(const int *keep, size_t n)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 2; fd++)
		if (null >= 0 && !is_kept(fd, keep, n))
			dup2(null, fd);
	for (int fd = 3; fd < DESCRIPTORS_MAX; fd++)
		if (!is_kept(fd, keep, n))
			close(fd);
}

static void reset_signals(void)
{
	static const int numbers[] = { SIGINT,	SIGTERM, SIGHUP,   SIGTSTP,
				       SIGCONT, SIGQUIT, SIGWINCH, SIGSEGV,
				       SIGBUS,	SIGFPE,	 SIGILL,   SIGABRT };
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		signal(numbers[i], SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void child_begin(const int *keep, size_t n)
{
	reset_signals();
	close_others(keep, n);
	die_set_hook(NULL);
}

void child_exit(int status)
{
#ifdef LILSCOPE_COVERAGE
	__gcov_dump(); /* _exit() would drop what this process has run */
#endif
	_exit(status);
}

int child_wait(pid_t *child)
{
	int status = 0;

	while (waitpid(*child, &status, 0) < 0 && errno == EINTR)
		;
	*child = 0;
	return status;
}

void child_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
