/*
 * report.h - everything lilscope says about one generation, as one struct.
 *
 * Filled from a run that is measured to its end; printed as a table row, a
 * JSON line or a CSV line. The fields of the JSON are an interface: they are
 * listed in lilscope(1) and a test holds them. Numbers are printed with a
 * point whatever the locale says.
 */
#ifndef LILSCOPE_REPORT_H
#define LILSCOPE_REPORT_H

#include "base/buf.h"
#include "task/grade.h"
#include "trace/run.h"

enum {
	REPORT_COLS_MIN = 20,    /* a narrower table is not drawn */
	REPORT_COLS_WIDE = 142,  /* a narrower one has no answers, no H */
	REPORT_FIELD_BYTES = 48, /* a field's name in a sentence */
};

/* One stop rule on this generation. */
struct report_rule {
	const char *name;  /* NULL: it was not run */
	const char *coder; /* NULL where the rule is not tuned */
	double f, t;       /* NAN where it is not */
	uint32_t patience; /* 0 where it is not */
	struct rule_verdict verdict;
	const char *after; /* rule_after_name(); NULL: it did not fire */
	uint32_t n_stops;
	const char *cause; /* meter_cause() */
	double p;          /* meter_odds(); NAN where there are none */
	const struct meter *meter; /* for the stops: the run's, as i_rule */
	size_t i_rule;
};

/* Strings point into the run (or are static): they live as long as it. */
struct report {
	const struct run *run; /* that it is of */
	const char *source, *record, *dialect, *model, *finish_reason, *label;
	const char *note, *guessed; /* as in struct facts */
	const char *ended_as;  /* finish_ended_as() */
	const char *policy, *kept;
	const char *right;     /* grade_name() of a run that has ended, or */
	const char *judge;     /* NULL; judge_name() */
	const char *symbols;   /* "tokens" or "bytes" */
	const char *tokens_by;
	const char *flag;      /* report_flag() of point */
	uint32_t n_symbols, tokens, bytes;
	uint32_t budget;        /* 0: unknown */
	uint32_t prompt_tokens; /* 0: unknown */
	uint32_t reasoning_tokens, answer_tokens;
	uint32_t usage_tokens;  /* 0: unknown */
	uint32_t passes_saved;  /* foretold.h */
	uint32_t phrases;
	uint64_t code_bits;
	double alphabet;
	unsigned ls;
	double answer_at, after_answer; /* tokens; NAN: none is stated */
	struct bound_point point; /* at the end; NAN where undefined */
	struct entropy_point h_est; /* in the unit of h; NAN: too short */
	uint32_t skipped_records;
	double ttft_ms, tbt_ms, tbt_p99_ms, tokens_per_s; /* latency.h */
	struct report_rule rules[RULE_ROWS]; /* as in rules[] */
};

/* Fills r from a run that is measured to its end; the second what a table of
 * less than REPORT_COLS_WIDE columns and the sums need, for less: the rest is
 * as if it were unknown. */
void report_fill(struct report *r, const struct run *run);
void report_fill_row(struct report *r, const struct run *run);

/* The state of the band in one word: PROVEN, OUT-LOW, UNDERSAMPLED, VACUOUS
 * (asymptotic, with a lower edge <= 0) or ASYMPTOTIC. */
const char *report_flag(const struct bound_point *point);

/* A finite number in up to 12 digits, with a point in every locale. */
void report_number(struct buf *out, double value);

/* Names of the JSON's fields, in their order; NULL past the last. And the one
 * that is name[0..n), or NULL. */
const char *report_field(size_t i);
const char *report_field_of(const char *name, size_t n);

/* Appends one JSON object. This and what follows are lines with their LF;
 * text from files is escaped as the format asks, and nothing that is printed
 * can steer a terminal. */
void report_json(const struct report *r, struct buf *out);

/* Appends the array of stops[0..n), as in the rules of report_json(). */
void report_json_stops(const struct rule_stop *stops, size_t n,
		       struct buf *out);

/* Appends what the first n_tokens tokens say again and again (repeated.h), as
 * an object; null for nothing. */
void report_json_unit(const struct run *run, uint32_t n_tokens,
		      struct buf *out);

/* Appends the names of all columns, those of every rule, and a row; columns of
 * a rule that was not run stay empty. */
void report_csv_header(struct buf *out);
void report_csv(const struct report *r, struct buf *out);

/* Appends an object or a row for a record that could not be read: why, in one
 * sentence. */
void report_json_error(const char *source, const char *record,
		       const char *sentence, struct buf *out);
void report_csv_error(const char *source, const char *record,
		      const char *sentence, struct buf *out);

/* Several generations of one record in one line: objects holds what
 * report_json() gave for each. */
void report_json_several(const char *source, const char *record,
			 const struct buf *objects, struct buf *out);

/* Text from a file in quotes for JSON, or as a cell of a CSV line. */
void report_json_string(struct buf *out, const char *s, size_t n);
void report_csv_string(struct buf *out, const char *s, size_t n);

/* Appends a record's name as people count: sources count from 0, they from 1,
 * as the list does. "7" is "8", "7.2" is "8.2", "sample 3" stays. */
void report_record(struct buf *out, const char *record);

/* Appends the heads of the table for people, and a row of it; cols columns
 * wide at most (REPORT_COLS_MIN at least): narrow terminals get fewer columns,
 * wide ones more. report_table.c */
void report_table_header(struct buf *out, int cols);
void report_table(const struct report *r, struct buf *out, int cols);

/* A name in so many columns: of one that is too long the start is left out, as
 * the end of a path tells more. */
void report_table_name(struct buf *out, const char *name, size_t n_name,
		       int cols);

/* What the closing lines of the table need to know. */
struct report_sums {
	size_t n;               /* generations */
	uint64_t tokens;
	bool estimated;         /* some counts are our own tokenizer's */
	size_t n_guessed;       /* of a field that is a guess, and the first */
	char guessed[REPORT_FIELD_BYTES];
	struct report_rule of[RULE_ROWS]; /* name and parameters */
	size_t n_fired[RULE_ROWS];
	size_t n_after[RULE_ROWS][AFTER_FALSE + 1];
	uint64_t after[RULE_ROWS]; /* tokens after the stops */
};

/* Counts r in; sums begin as all zero. */
void report_sums_add(struct report_sums *sums, const struct report *r);

/* Appends the closing lines: one for all, and one for each rule that ran. */
void report_table_footer(const struct report_sums *sums, struct buf *out);

#endif
