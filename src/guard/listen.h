/*
 * listen.h - where the proxy is reached: a socket of its own, or one that a
 * service manager hands over; and what the manager is told.
 */
#ifndef LILSCOPE_GUARD_LISTEN_H
#define LILSCOPE_GUARD_LISTEN_H

#include <stdbool.h>

#include "base/err.h"

enum { LISTEN_NAME_BYTES = 300 };

struct listen {
	int fd;        /* listens; -1: not open */
	bool here;     /* reached from this machine only */
	char name[LISTEN_NAME_BYTES]; /* "127.0.0.1:8081" */
};

/*
 * "HOST:PORT", "[V6]:PORT", "PORT" (on loopback; port 0: any that is free), or
 * "systemd": the first socket of $LISTEN_FDS. false and a sentence. The caller
 * closes fd.
 */
bool listen_open(struct listen *l, const char *where, struct err *err);

/*
 * May a request name this host? On a socket of this machine a page of any site
 * can have its own name point here and so speak for it (DNS rebinding): only
 * names of loopback will do, and those in `allowed` ("a.example, b.example";
 * "*": any). Elsewhere any, unless some are allowed. host: with or without a
 * port, or NULL.
 */
bool listen_knows(const struct listen *l, const char *host,
		  const char *allowed);

/* Does a URL lead here? (A question to oneself would come back without end.) */
bool listen_is_at(const struct listen *l, const char *url);

/* As many open files as there may be: a stream takes two. */
void listen_raise_files(void);

/* Tells the service manager ($NOTIFY_SOCKET), if there is one: "READY=1". */
void listen_notify(const char *state);

#endif
