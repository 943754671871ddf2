/*
 * whatif.h - what other numbers would do: ways to stop, as rows, over many
 * generations; how many tokens each saves, how much new text it loses, and how
 * many answers it keeps.
 *
 * Rows are Guardian's f, t and patience (on the exact parse), the rule loop's
 * odds, every other usual rule, and what is set now. A generation is read
 * once for all of them: each row that has a state of its own is pushed its
 * tokens, in slices, and Guardian's rows of one f share one.
 *
 * Kept: the text up to the stop states the answer that all of it ends with
 * (answer.h). Right: as grade.h judges.
 */
#ifndef LILSCOPE_WHATIF_H
#define LILSCOPE_WHATIF_H

#include "trace/run.h"

/* One way to stop, and what it came to so far. */
struct whatif_row {
	size_t i_rule;
	struct rule_opts opts;
	bool is_set;            /* what the settings are */
	size_t i_state;
	uint64_t n_stopped, n_false; /* generations; false alarms of them */
	uint64_t saved;         /* tokens after the stops */
	uint64_t lost;          /* of them new */
	uint64_t n_kept, n_right;
};

/* All generations so far, whole. */
struct whatif_all {
	uint64_t n, tokens;
	uint64_t n_stating;     /* that state an answer */
	uint64_t n_judged, n_right;
};

struct whatif;

/* Rows without numbers; what is set, i_rule with opts, is one of them. The
 * caller's; NULL is fine for whatif_free(). */
struct whatif *whatif_new(size_t i_rule, const struct rule_opts *opts);
void whatif_free(struct whatif *w);

/* Something else is set: false if no row is that. */
bool whatif_set(struct whatif *w, size_t i_rule, const struct rule_opts *opts);

/* How many rows, row i, and the sums. */
size_t whatif_n(const struct whatif *w);
const struct whatif_row *whatif_row(const struct whatif *w, size_t i);
const struct whatif_all *whatif_all(const struct whatif *w);

/* How generations are to be measured for it: symbols and alphabet as in opts,
 * nothing that it does not ask for. */
struct meter_opts whatif_meter(const struct meter_opts *opts);

/* Goes on with a generation that has ended and is measured to its end, by at
 * most max_tokens tokens, or one row's sums; true: it is counted. The next
 * call begins another. */
bool whatif_add(struct whatif *w, const struct run *run, uint32_t max_tokens);

/* Forgets the generation that was begun. */
void whatif_drop(struct whatif *w);

/* "guardian  f 250  t 20  patience 2", appended; without padding. */
void whatif_name(const struct whatif_row *r, struct buf *out);

/* One sentence for all, and the rows as a table for people; or a JSON object
 * a row. */
void whatif_table(const struct whatif *w, struct buf *out);
void whatif_json(const struct whatif *w, struct buf *out);

#endif
