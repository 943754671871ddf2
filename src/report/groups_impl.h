/*
 * groups_impl.h - what a merge keeps, for the files that count and print it.
 */
#ifndef LILSCOPE_GROUPS_IMPL_H
#define LILSCOPE_GROUPS_IMPL_H

#include "json/json.h"
#include "measure/rule.h"
#include "report/groups.h"
#include "task/grade.h"

enum { GROUPS_GRADES = GRADE_NONE - GRADE_RIGHT + 1 };

/* All values of one number, for its quantiles. */
struct values {
	double *at;
	size_t n, cap;
	bool sorted;
};

struct group_row {
	uint64_t hash;
	struct buf key; /* a JSON object; of all groups together empty */
	uint64_t n, tokens, bytes, skipped, code_bits;
	struct values tokens_of, rho_of;
	uint64_t n_judged, n_grade[GROUPS_GRADES];
	uint64_t n_asked;   /* in which the rule was run, */
	uint64_t n_stopped; /* and stopped */
	uint64_t n_after[AFTER_FALSE + 1];
	uint64_t after;     /* tokens */
};

/* A field that makes groups. */
struct groups_by {
	char *name;
	bool seen; /* a report has it */
};

struct groups {
	struct groups_by by[GROUPS_BY_MAX];
	size_t n_by;
	size_t i_rule;
	struct group_row *groups;
	size_t n_groups, groups_cap;
	uint32_t *table; /* by hash: which group, from 1 */
	size_t table_cap; /* a power of two */
	uint64_t n_errors; /* records that could not be read */
	uint64_t *lines; /* hashes */
	size_t n_lines, lines_cap;
	struct json json;
	struct buf key;
	int name_cols; /* of the table */
};

#endif
