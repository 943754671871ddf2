/*
 * opt_input.h - how what is read is understood, and how a server or a model is
 * asked for it.
 */
#ifndef LILSCOPE_OPT_INPUT_H
#define LILSCOPE_OPT_INPUT_H

#include "input/url.h"

enum { REQUEST_HEADERS_MAX = 32 };

struct read_settings {
	const char *format;    /* dialect, "" detects */
	const char *field;     /* a path, "" for heuristics */
	uint32_t first_record; /* number of the first one in a part of a file */
};

struct request_settings {
	const char *data, *prompt, *model; /* or NULL */
	const char *headers[REQUEST_HEADERS_MAX];
	size_t n_headers;
};

/* For those who open; it points into the settings. */
struct url_opts request_of(const struct request_settings *set);

/* Is what was asked of a URL possible, and is there one among the files?
 * False and a sentence. */
bool request_fits(const struct request_settings *set, char *const *files,
		  int n_files, struct err *err);

#endif
