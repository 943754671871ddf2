/*
 * A handler writes the signal's number into a pipe and no more: the loop
 * sleeps in poll(), which so wakes for signals as for keys, and all else
 * happens outside of handlers.
 */
#include "term/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const int events[] = { SIGINT,  SIGTERM, SIGHUP,
			      SIGTSTP, SIGCONT, SIGWINCH };
/* Whatever else ends a program that does not know it. */
static const int crashes[] = { SIGSEGV, SIGBUS,	 SIGILL,    SIGFPE,  SIGABRT,
			       SIGQUIT, SIGTRAP, SIGSYS,    SIGUSR1, SIGUSR2,
			       SIGALRM, SIGXCPU, SIGPROF,   SIGPOLL,
			       SIGPWR,	SIGVTALRM, SIGSTKFLT };

enum { CRASH_STACK_BYTES = 64 * 1024 };

/* The signal pipe: one of the few writable globals of the program. */
static int pipe_fds[2] = { -1, -1 };
static volatile sig_atomic_t ending;
static void (*restore_hook)(void);

static void end_by(int number)
{
	sigset_t set;

	if (restore_hook)
		restore_hook();
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
}

static void on_event(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;

	if (number == SIGINT || number == SIGTERM || number == SIGHUP) {
		if (ending)
			end_by(number);
		ending = 1;
	}
	(void)!write(pipe_fds[1], &byte, 1);
	errno = saved;
}

static void on_crash(int number)
{
	end_by(number);
}

static void catch (int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void sig_init(void (*restore)(void))
{
	/* A stack of its own, for the case that the other one ran out. */
	static char stack[CRASH_STACK_BYTES];
	stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };

	restore_hook = restore;
	if (pipe(pipe_fds) != 0)
		die("no pipe for signals: too many open files");
	for (int i = 0; i < 2; i++) {
		fcntl(pipe_fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(pipe_fds[i], F_SETFL, O_NONBLOCK);
	}
	sigaltstack(&alternative, NULL);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		catch (events[i], on_event, SA_RESTART);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		catch (crashes[i], on_crash, SA_ONSTACK);
	catch (SIGPIPE, SIG_IGN, 0);
}

void sig_release(void)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		catch (events[i], SIG_DFL, 0);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		catch (crashes[i], SIG_DFL, 0);
	for (int i = 0; i < 2; i++) {
		if (pipe_fds[i] >= 0)
			close(pipe_fds[i]);
		pipe_fds[i] = -1;
	}
	restore_hook = NULL;
}

int sig_fd(void)
{
	return pipe_fds[0];
}

int sig_next(void)
{
	unsigned char byte;

	if (pipe_fds[0] < 0 || read(pipe_fds[0], &byte, 1) != 1)
		return 0;
	return byte;
}

void sig_went_on(void)
{
	ending = 0;
}

void sig_stop(void)
{
	catch (SIGTSTP, SIG_DFL, 0);
	raise(SIGTSTP);
	catch (SIGTSTP, on_event, SA_RESTART);
}

void sig_end(int signal_number)
{
	end_by(signal_number);
	_exit(128 + signal_number); /* blocked from outside */
}
