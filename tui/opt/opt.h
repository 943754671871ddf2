/*
 * opt.h - every option, once: command line, ":set", config file, help,
 * man page and completion come from one table.
 */
#ifndef LILSCOPE_OPT_H
#define LILSCOPE_OPT_H

#include "base/buf.h"
#include "base/err.h"

/* Where an option is understood. */
enum {
	OPT_TUI = 1,      /* lilscope FILE */
	OPT_ANALYZE = 2,  /* lilscope analyze */
	OPT_LIVE = 4,     /* :set, while it runs */
	OPT_CONFIG = 8,   /* the config file */
	OPT_GUARD = 16,   /* lilscope guard */
	OPT_DECODE = 32,  /* lilscope decode */
	OPT_BENCH = 128,  /* lilscope bench */
	OPT_DEMO = 256,   /* lilscope demo */
};

struct settings;

/* One option: a row. Without arg it is a switch: --name, --no-name, and
 * ":set name on|off". */
struct opt {
	const char *name;   /* "--name" and ":set name" */
	char letter;        /* "-t", or 0 */
	unsigned letter_where; /* OPT_ bits where the letter is understood */
	const char *arg;    /* "TOKENS", or NULL for a switch */
	unsigned where;     /* OPT_ bits */
	const char *about;  /* one sentence */
	bool (*set)(const struct opt *opt, struct settings *set,
		    const char *value, struct err *err);
	void (*get)(const struct opt *opt, const struct settings *set,
		    struct buf *out);
	size_t field;       /* offset of the setting, where set needs it */
	size_t field_bytes;
	/* The i-th value for completion, NULL past the last; or NULL. */
	const char *(*value)(size_t i);
};

extern const struct opt opts[];
extern const size_t n_opts;

/* By long name; NULL if there is none. */
const struct opt *opt_find(const char *name);

/* Did it come from the command line? */
bool opt_is_given(const struct settings *set, const struct opt *opt);

/* ":set name value": NULL or "" switches a switch on. The sentence in err
 * names the option and what it takes. */
bool opt_set(struct settings *set, const char *name, const char *value,
	     unsigned where, struct err *err);

/*
 * Reads argv[0..argc): options anywhere, up to "--". What is no option is
 * moved to the front of argv in its order; *n_files gets how many.
 */
bool opt_parse(struct settings *set, unsigned where, int argc, char **argv,
	       int *n_files, struct err *err);

/* Reads a config file's text: "name = value" or "name value" lines,
 * # comments. A bad line
 * is skipped; the first one makes false and names itself in err. */
bool opt_config(struct settings *set, const char *text, size_t n,
		const char *path, struct err *err);

/* The rows that are understood somewhere, as --help prints them. */
void opt_help(unsigned where, struct buf *out);

#endif
