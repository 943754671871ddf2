/*
 * follow.h - is the file under a path still the one that is open?
 *
 * A log is cut to nothing, moved away or made anew while it is read. This
 * says so, and wakes a poll() when there is something to look at: by inotify
 * where there is, else by asking now and then. The data are read elsewhere.
 */
#ifndef LILSCOPE_FOLLOW_H
#define LILSCOPE_FOLLOW_H

#include "base/base.h"

enum {
	/* Between two looks where the system does not tell, and where it does
	 * (a network file system, or a symbolic link that turned, does not). */
	FOLLOW_POLL_MS = 200,
	FOLLOW_LOOK_MS = 1000,
};

enum follow_state {
	FOLLOW_SAME,      /* the same file, nothing lost */
	FOLLOW_TRUNCATED, /* it is shorter than what was read of it */
	FOLLOW_REPLACED,  /* another file stands under the path */
	FOLLOW_GONE,      /* none does; it may come back */
};

struct follow;

/* Watches path, which was opened just now, or is not there yet. */
struct follow *follow_new(const char *path);
void follow_free(struct follow *f); /* NULL is fine */

/* For poll(): readable when something changed; -1 if there is none. */
int follow_fd(const struct follow *f);
/* The longest time to sleep, in milliseconds. */
int follow_wait_ms(const struct follow *f);

/*
 * To be asked at the end of what is there: `done` bytes of fd were read; -1
 * and 0 while there was no file yet, and the first is FOLLOW_REPLACED.
 * FOLLOW_TRUNCATED and FOLLOW_REPLACED open the file to go on with: *next is
 * its descriptor, the caller's, read from its start; and f watches that one
 * from now on. A file that was cut and has grown beyond `done` since looks
 * as if nothing had happened.
 */
enum follow_state follow_check(struct follow *f, int fd, uint64_t done,
			       int *next);

#endif
