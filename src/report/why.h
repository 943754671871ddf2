/*
 * why.h - the headless job: how each file was read, for when a number looks
 * wrong.
 *
 * The same way as analyze's, each record in full and nothing measured: what it
 * was packed in, which dialect was chosen and by what record, where the text
 * of each channel came from, what was skipped, how tokens were counted.
 */
#ifndef LILSCOPE_WHY_H
#define LILSCOPE_WHY_H

#include <stdio.h>

struct why_opts {
	const char *format; /* dialect by name; NULL or "": detect */
	const char *field;  /* where the text is; NULL or "": heuristics */
};

/* Reads all paths in order, "-" is stdin, a folder is its files, and prints a
 * paragraph for each on standard output. Returns the exit status: EXIT_TROUBLE
 * if one can't be read at all (it is said on err) or nobody could be told; what
 * was skipped is no trouble here but the answer. */
int why_files(const struct why_opts *opts, char *const *paths, size_t n_paths,
	      FILE *err);

#endif
