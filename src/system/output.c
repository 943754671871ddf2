/*
 * output.c - what write(2) leaves to its caller, done once.
 */
#include "system/output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

bool write_all(int fd, const void *bytes, size_t n)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	const char *at = bytes;

	while (n) {
		ssize_t done = write(fd, at, n);

		if (done > 0) {
			at += done;
			n -= (size_t)done;
		} else if (done < 0 && errno == EAGAIN) {
			poll(&room, 1, -1);
		} else if (done < 0 && errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool output(const void *bytes, size_t n, struct err *err)
{
	if (write_all(STDOUT_FILENO, bytes, n))
		return true;
	if (errno != EPIPE)
		err_set(err, "The output can't be written: %s.",
			strerror(errno));
	return false;
}
