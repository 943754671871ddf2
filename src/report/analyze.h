/*
 * analyze.h - the headless job: files in, one line a generation out.
 *
 * The same way as on the screen (source -> feed -> run), without cells, on
 * as many threads as there are cores. Runs are reported and freed as they
 * complete, so memory is that of the open generations and of what waits for
 * its turn: 0.5 MiB of input and one generation a thread. Trouble with one
 * file is one line on err and does not stop the others.
 *
 * Filter: the only path is "-", the output is JSON or CSV. Then the lines
 * follow the records of standard input one to one and in order: a broken
 * record gives a line that says so, a record that holds several generations
 * gives one JSON line with all of them. No input gives no output and is no
 * trouble. Lines are flushed whenever the input has to be waited for.
 */
#ifndef LILSCOPE_ANALYZE_H
#define LILSCOPE_ANALYZE_H

#include <stdio.h>

#include "input/url.h"
#include "trace/run.h"

enum {
	ANALYZE_COLS_DEFAULT = 80,
	ANALYZE_COLS_MAX = 10000,
	ANALYZE_PROGRESS_AFTER_MS = 500,
};

enum analyze_output {
	ANALYZE_TABLE, /* for people */
	ANALYZE_JSON,  /* one object a line; lilscope(1), JSON FIELDS */
	ANALYZE_CSV,   /* the same with a header */
	ANALYZE_NONE,  /* nothing: each() has it all */
};

struct analyze_opts {
	struct meter_opts meter;
	enum analyze_output output;
	bool check;         /* EXIT_FOUND if the rule fired anywhere */
	size_t i_rule;      /* of rules[] */
	const char *format; /* dialect by name; NULL or "": detect */
	const char *field;  /* where the text is; NULL or "": heuristics */
	const char *keep;   /* fields of records, with commas, that reports
			       have, too; NULL or "": none */
	struct url_opts request; /* for paths that are URLs */
	size_t first_record; /* number of the first record of each source */
	unsigned n_threads; /* 0: one for each core; the output is the same */
	int cols;           /* of the terminal; 0: 80 */
	/* Called for each generation that is read, in their order, measured
	 * to its end and void after the call; NULL. */
	void (*each)(void *ctx, const struct run *run);
	void *each_ctx;
	bool progress;      /* err is a terminal: a bar on long work */
	unsigned progress_after_ms;
};

/* TABLE, guardian, no terminal, no bar. */
extern const struct analyze_opts analyze_opts_default;

/*
 * Reads all paths in order ("-" is stdin, a folder is the files in it that may
 * hold generations, folder.h: those that do not are counted, in one sentence),
 * prints on standard output,
 * complains on err.
 * Returns the exit status: EXIT_TROUBLE if any input or the output made
 * trouble, or a server ended its stream with an error; else EXIT_FOUND under
 * check, else EXIT_NOT_FOUND. A reader that went away (EPIPE) ends the work
 * quietly. In the filter a broken record is told in its line and is no
 * trouble.
 */
int analyze_files(const struct analyze_opts *opts, char *const *paths,
		  size_t n_paths, FILE *err);

#endif
