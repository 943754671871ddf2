/*
 * groups.h - one table of many reports: the lines that `analyze --json` wrote,
 * wherever they were written, in groups.
 *
 * Sums are exact; quantiles are those of all values (nearest rank), which are
 * kept: 16 bytes a generation. A line counts 8 bytes more, so that one which
 * stands twice, word for word, is noticed.
 */
#ifndef LILSCOPE_GROUPS_H
#define LILSCOPE_GROUPS_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	GROUPS_BY_MAX = 8,         /* fields that make a group */
	GROUPS_MAX = 100000,
	GROUPS_LINE_MAX = 1 << 28, /* bytes */
};

struct groups;

/* by: names of fields of a report with commas between them (report.h), or of
 * those that it kept of its record; "" makes one group. i_rule: whose stops are
 * counted. NULL and err: they are too many. The caller's; NULL is fine for
 * groups_free(). */
struct groups *groups_new(const char *by, size_t i_rule, struct err *err);
void groups_free(struct groups *m);

/* Counts a line, s[0..n) without its LF: a generation, a record of several,
 * or one that could not be read. false: it is none of these, or there are too
 * many groups; err says so. */
bool groups_line(struct groups *m, const char *s, size_t n, struct err *err);

/* Lines so far: of generations, and of records that could not be read. */
uint64_t groups_n(const struct groups *m);

/* Is each of the fields that make groups known, or did a report have it? Else
 * err says which is not. */
bool groups_known(const struct groups *m, struct err *err);

/* All groups, the largest first, then all together; for people, in so many
 * columns, or a JSON object or a CSV line a group. */
void groups_table(struct groups *m, int cols, struct buf *out);
void groups_json(struct groups *m, struct buf *out);
void groups_csv(struct groups *m, struct buf *out);

/* Reads files, "-" for standard input, packed or not, to their ends. A file or
 * a line that is no report is told on `to` and leaves the rest as it is; false
 * if there was any. */
bool groups_read(struct groups *m, char *const *paths, size_t n_paths,
		 FILE *to);

#endif
