/*
 * transfers.h - libcurl's transfers in an epoll of their own, so that a turn of
 * the loop costs what happens in it and not what is open.
 */
#ifndef LILSCOPE_GUARD_TRANSFERS_H
#define LILSCOPE_GUARD_TRANSFERS_H

#include <curl/curl.h>
#include <stdbool.h>

struct transfers {
	CURLM *multi;
	int fd;       /* readable: transfers_run() has something to do */
	double due_s; /* when it has, whatever fd says; < 0: never */
};

/* false: too many open files. t must stay where it is. */
bool transfers_open(struct transfers *t);
void transfers_close(struct transfers *t); /* also where open failed */

/* Milliseconds until it is due, at most max_ms. */
int transfers_wait_ms(const struct transfers *t, int max_ms);

/* Lets libcurl do what it can now. */
void transfers_run(struct transfers *t);

#endif
