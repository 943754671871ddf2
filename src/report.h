/*
 * report.h - everything lilscope says about one generation, as one struct.
 *
 * Filled from a run that is measured to its end; printed as a table row, a
 * JSON line or a CSV line. The fields of the JSON are an interface: they are
 * listed in lilscope(1) and a test holds them.
 */
#ifndef LILSCOPE_REPORT_H
#define LILSCOPE_REPORT_H

#include "base/buf.h"
#include "trace/run.h"

enum { REPORT_RULES_MAX = 8 };

/* One stop rule on this generation. */
struct report_rule {
	const char *rule;  /* "guardian", or a row of rival.h */
	const char *coder; /* NULL where the rule has none */
	double f, t;       /* 0 where the rule has none */
	uint32_t patience;
	bool fired;
	uint32_t at_token, tokens_after;
	uint32_t resumed_at; /* GUARD_NEVER: it did not */
};

/* Strings point into the run (or are static): they live as long as it. */
struct report {
	const char *source, *record, *dialect, *model, *finish_reason, *label;
	const char *symbols;   /* "tokens" or "bytes" */
	const char *tokens_by;
	uint32_t n_symbols, tokens, bytes;
	uint32_t prompt_tokens, reasoning_tokens, answer_tokens;
	uint32_t usage_tokens;
	uint32_t phrases;
	uint64_t code_bits;
	double alphabet;
	unsigned ls;
	struct bound_point point; /* at the end */
	uint32_t skipped_records;
	struct report_rule rules[REPORT_RULES_MAX];
	size_t n_rules;
};

void report_fill(struct report *r, const struct run *run);

/* The rule by name, NULL if it was not run. */
const struct report_rule *report_rule(const struct report *r,
				      const char *name);

/* One line each, with the newline. Text from files is escaped as the format
 * asks; the table is sanitised for terminals. */
void report_json(const struct report *r, struct buf *out);
void report_csv_header(struct buf *out);
void report_csv(const struct report *r, struct buf *out);
void report_table_header(struct buf *out, int cols);
void report_table(const struct report *r, struct buf *out, int cols);

#endif
