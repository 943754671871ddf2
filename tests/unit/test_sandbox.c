/*
 * sandbox.c in child processes: what a sandbox forbids, each tried before it
 * and in it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "system/sandbox.h"

static char folder[] = "/tmp/sandbox-XXXXXX";

/* A name in the folder; one at a time. */
static const char *in_folder(const char *name)
{
	static char path[sizeof(folder) + 32];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static int makes_file(void)
{
	return opened(in_folder("new"), O_WRONLY | O_CREAT);
}

static int writes_file(void)
{
	return opened(in_folder("old"), O_WRONLY);
}

static int empties_file(void)
{
	return truncate(in_folder("old"), 0) ? errno : 0;
}

static int removes_file(void)
{
	return unlink(in_folder("old")) ? errno : 0;
}

static int makes_folder(void)
{
	return mkdir(in_folder("sub"), 0700) ? errno : 0;
}

static int runs_program(void)
{
	execl("/bin/sh", "sh", "-c", ":", (char *)NULL);
	return errno;
}

static int reads_file(void)
{
	return opened(in_folder("old"), O_RDONLY);
}

static int writes_null(void)
{
	return opened("/dev/null", O_RDWR);
}

/* Nobody listens there: refused where asking is not forbidden. */
static int asks_server(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(1) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), rc;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	rc = connect(fd, (struct sockaddr *)&at, sizeof(at)) ? errno : 0;
	close(fd);
	return rc == ECONNREFUSED ? 0 : rc;
}

/* The errno of what is tried in a child, 0: it can be done. */
static int tried(int (*what)(void), int how)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (how >= 0 && !sandbox_enter((enum sandbox)how))
			_exit(255);
		_exit(what());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void old_file(void)
{
	int fd = open(in_folder("old"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
	unlink(in_folder("new"));
	rmdir(in_folder("sub"));
}

static void what_it_forbids(void **state)
{
	static const struct {
		int (*what)(void);
		int read, offline; /* errno in it */
		int version;       /* from which on */
	} rows[] = {
		{ makes_file, EACCES, EACCES, 1 },
		{ writes_file, EACCES, EACCES, 1 },
		{ empties_file, EACCES, EACCES, 3 },
		{ removes_file, EACCES, EACCES, 1 },
		{ makes_folder, EACCES, EACCES, 1 },
		{ runs_program, EACCES, EACCES, 1 },
		{ reads_file, 0, 0, 1 },
		{ writes_null, 0, 0, 1 },
		{ asks_server, 0, EACCES, 4 },
	};

	(void)state;
	if (!sandbox_version()) {
		assert_false(sandbox_enter(SANDBOX_READ));
		skip();
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		old_file();
		assert_int_equal(tried(rows[i].what, -1), 0);
		if (rows[i].version > sandbox_version())
			continue;
		old_file();
		assert_int_equal(tried(rows[i].what, SANDBOX_READ),
				 rows[i].read);
		old_file();
		assert_int_equal(tried(rows[i].what, SANDBOX_OFFLINE),
				 rows[i].offline);
	}
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	unlink(in_folder("old"));
	unlink(in_folder("new"));
	rmdir(in_folder("sub"));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_forbids),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
