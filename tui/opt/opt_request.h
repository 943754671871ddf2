/*
 * opt_request.h - the options that say how a URL is asked for.
 */
#ifndef LILSCOPE_OPT_REQUEST_H
#define LILSCOPE_OPT_REQUEST_H

#include "input/url.h"
#include "opt/opt.h"

enum { REQUEST_HEADERS_MAX = 32 };

/* Words of the command line, not owned. */
struct request_settings {
	const char *data, *prompt, *model; /* or NULL */
	const char *headers[REQUEST_HEADERS_MAX];
	size_t n_headers;
};

/* For rows of the table: a word of the command line, kept as it is. */
bool word_set(const struct opt *opt, struct settings *set, const char *value,
	      struct err *err);
void word_get(const struct opt *opt, const struct settings *set,
	      struct buf *out);

/* Each "Name: value" is one more. They may be secret, and are never put
 * out. */
bool header_set(const struct opt *opt, struct settings *set,
		const char *value, struct err *err);
void header_get(const struct opt *opt, const struct settings *set,
		struct buf *out);

/* For those who open; it points into the settings. */
struct url_opts request_of(const struct request_settings *set);

/* Is what was asked of a URL possible, and is there one? */
bool request_fits(const struct request_settings *set, char *const *files,
		  int n_files, struct err *err);

#endif
