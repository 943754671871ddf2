/*
 * opt.h - every option, once: command line, ":set", config file, help,
 * man page and completion come from its row.
 *
 * Rows stand by who uses them (opt_NAME.c), and set what settings.h holds.
 */
#ifndef LILSCOPE_OPT_H
#define LILSCOPE_OPT_H

#include "base/buf.h"
#include "base/err.h"
#include "system/file.h"

/* Where an option is understood. */
enum {
	OPT_TUI = 1,      /* lilscope FILE */
	OPT_ANALYZE = 2,  /* lilscope analyze */
	OPT_LIVE = 4,     /* :set, while it runs */
	OPT_CONFIG = 8,   /* the config file */
	OPT_GUARD = 16,   /* lilscope guard */
	OPT_DECODE = 32,  /* lilscope decode */
	OPT_WHY = 64,     /* lilscope why */
	OPT_BENCH = 128,  /* lilscope bench */
	OPT_DEMO = 256,   /* lilscope demo */
	OPT_MERGE = 1024, /* lilscope merge */
	OPT_ONCE = 512,   /* with OPT_GUARD: for all requests alike */
};

struct settings;
struct opt;

/* False and what the option takes, without its name. value may be ""; it stays
 * for as long as the settings. */
typedef bool opt_setter(const struct opt *opt, struct settings *set,
			const char *value, struct err *err);
/* Appends what the setter would take to come to the same. */
typedef void opt_getter(const struct opt *opt, const struct settings *set,
			struct buf *out);

/* One option: a row. Without arg it is a switch: --name, --no-name, and
 * ":set name on|off". */
struct opt {
	const char *name;      /* "--name" and ":set name" */
	char letter;           /* "-t", or 0 */
	unsigned letter_where; /* OPT_ bits where the letter is understood */
	const char *arg;       /* "TOKENS", or NULL for a switch */
	unsigned where;        /* OPT_ bits */
	const char *about;     /* one sentence */
	/* The i-th value for completion, NULL past the last; or NULL. */
	const char *(*value)(size_t i);
	size_t at;             /* offset in struct settings, where set needs
				  it; and what a number may be there: */
	double least, most;
	bool takes_auto;       /* besides, "auto", which is this number */
	double automatic;
	opt_setter *set;
	opt_getter *get;
};

/* The i-th of all rows; NULL past the last. */
const struct opt *opt_at(size_t i);

/* By long name; NULL if there is none. */
const struct opt *opt_find(const char *name);

/* Did it come from the command line? name must be an option's. */
bool opt_is_given(const struct settings *set, const char *name);

/* ":set name value": NULL or "" switches a switch on. The sentence in err
 * names the option and what it takes; set is then as it was. */
bool opt_set(struct settings *set, const char *name, const char *value,
	     unsigned where, struct err *err);

/*
 * Reads argv[0..argc): options anywhere, up to "--". What is no option is
 * moved to the front of argv in its order; *n_files gets how many. The words
 * must stay for as long as the settings.
 */
bool opt_parse(struct settings *set, unsigned where, int argc, char **argv,
	       int *n_files, struct err *err);

/* Reads a config file's text: "name = value" or "name value" lines,
 * # comments. A bad line
 * is skipped; the first one makes false and names itself in err. */
bool opt_config(struct settings *set, const char *text, size_t n,
		const char *path, struct err *err);

/* The user's config file, and where it is or would be: path is "" where no
 * home is known. err: what is wrong with the file, or with its first bad line;
 * it was empty before. */
enum file_result opt_config_read(struct settings *set,
				 char path[FILE_PATH_BYTES], struct err *err);

/* How many letters of word[0..n) and name differ, roughly: for "did you mean".
 */
size_t opt_distance(const char *word, size_t n, const char *name);

/* The rows that are understood somewhere, as --help prints them. */
void opt_help(unsigned where, struct buf *out);

#endif
