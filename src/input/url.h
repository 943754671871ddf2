/*
 * url.h - what a server answers, as a descriptor: libcurl in a child process.
 *
 *	parent  <- data pipe   <- child (libcurl) <- server
 *	        <- status pipe <- one sentence, if it did not end well
 *
 * A child, because looking a name up, TLS or a proxy may wait as long as they
 * like and the screen must not; and because killing it cancels the request.
 * When nobody reads the data pipe any more, the child ends by itself.
 *
 * Proxies, redirects and certificates are as with curl; TLS is always
 * verified. A key comes from the environment (LILSCOPE_API_KEY; for
 * api.openai.com also OPENAI_API_KEY, for api.anthropic.com also
 * ANTHROPIC_API_KEY), goes to the host of the URL only, wherever a redirect
 * points, and no sentence quotes it.
 */
#ifndef LILSCOPE_NET_URL_H
#define LILSCOPE_NET_URL_H

#include <stddef.h>

#include "base/err.h"

enum { URL_REDIRECTS_MAX = 10, URL_CONNECT_S = 30 };

/* What to ask; all zero is a plain GET. Nothing is owned, and all of it must
 * stay for as long as sources are opened with it. */
struct url_opts {
	const char *data;           /* a body to POST; NULL or "" */
	const char *prompt, *model; /* ... or what makes one (ask.h) */
	const char *const *headers; /* "Name: value", n_headers */
	size_t n_headers;
};

/* http:// or https:// */
bool url_is(const char *path);

/* For titles and sentences: without user, password, query and fragment. The
 * caller's. */
char *url_name(const char *url);

/* The file of certificates that the environment names, or NULL: the system's.
 * Nobody's to free. */
const char *url_certificates(void);

struct url;

/* Starts the request. NULL and err when it can't be started; what goes wrong
 * later is told by url_end(). */
struct url *url_open(const char *url, const struct url_opts *opts,
		     struct err *err);

/* Where the answer comes from, blocking; the caller's to close, before
 * url_close(). Of an answer with an error status nothing comes. */
int url_fd(const struct url *u);

/* Once, at the end of the data: true if the answer came whole; else the
 * sentence, without the URL. */
bool url_end(struct url *u, struct err *err);

/* Cancels what is left of the request. NULL is fine. */
void url_close(struct url *u);

/* The version of libcurl that it runs with; NULL: this build has none. */
const char *url_library(void);

#endif
