/*
 * opt_file.h - the guard's options in a file, which a team can review:
 *
 *	# for all requests
 *	listen = 127.0.0.1:8081
 *	f = 250
 *	[model qwen*]
 *	f = 500
 *	[path /v1/completions]
 *	rule = cycle
 *
 * Strict: one bad line and nothing of it counts. What the command line says
 * comes before what stands here.
 */
#ifndef LILSCOPE_OPT_FILE_H
#define LILSCOPE_OPT_FILE_H

#include "base/buf.h"
#include "opt/settings.h"

/* Requests that this is for, and what is so for them. */
struct opt_section {
	bool by_path;        /* else by model */
	const char *pattern; /* as of fnmatch() */
	struct settings set;
};

struct opt_file {
	struct buf text; /* the words lie in it */
	struct settings set; /* for all requests */
	struct opt_section *sections;
	size_t n_sections, cap;
};

/* Reads path over `given`, the command line's. false: a sentence that names
 * the line; *f is empty. */
bool opt_file_read(struct opt_file *f, const struct settings *given,
		   const char *path, struct err *err);
void opt_file_release(struct opt_file *f);

/* What is so for a request: the first section that fits, or all's. */
const struct settings *opt_file_for(const struct opt_file *f,
				    const char *model, const char *path);

#endif
