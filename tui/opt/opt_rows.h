/*
 * opt_rows.h - what rows are made of, for the files that hold some: where they
 * are understood, and a macro for each kind of setting.
 *
 * A macro says where the setting is and how it is read and shown; a member of
 * another type than the kind's does not compile.
 */
#ifndef LILSCOPE_OPT_ROWS_H
#define LILSCOPE_OPT_ROWS_H

#include "opt/opt.h"
#include "opt/settings.h"

/* Where: sets of OPT_ bits that come again and again. */
enum {
	FILES = OPT_TUI | OPT_ANALYZE,
	ASKED = FILES | OPT_GUARD,
	TUNED = FILES | OPT_LIVE | OPT_CONFIG,
	WRITTEN = OPT_DECODE | OPT_DEMO,
	MODEL = WRITTEN | OPT_BENCH,
	RULED = ASKED | MODEL,
	SHOWN = OPT_TUI | OPT_LIVE | OPT_CONFIG | OPT_DEMO,
};

/* What is no more than a count goes up to here: the last is SPARSE_AUTO's. */
#define OPT_COUNT_MAX (UINT32_MAX - 1)

/* The rows that belong together. */
struct opt_room {
	const struct opt *rows;
	size_t n;
};

extern const struct opt_room opt_bench, opt_decode, opt_guard, opt_input,
	opt_measure, opt_report, opt_show;

#define OPT_MEMBER(member) ((struct settings *)0)->member
#define OPT_AT(member, type)                                                   \
	.at = offsetof(struct settings, member) *                              \
	      _Generic(OPT_MEMBER(member), type: 1)

/* bool. A row without arg is on where it is named alone. */
#define SWITCH(member)                                                         \
	OPT_AT(member, bool), .set = opt_set_switch, .get = opt_get_switch
/* uint32_t, double and float within limits; AUTO besides. */
#define COUNT(member, lo, hi)                                                  \
	OPT_AT(member, uint32_t), .set = opt_set_count, .get = opt_get_count,  \
	.least = (lo), .most = (hi)
#define REAL(member, lo, hi)                                                   \
	OPT_AT(member, double), .set = opt_set_real, .get = opt_get_real,      \
	.least = (lo), .most = (hi)
#define FLOAT(member, lo, hi)                                                  \
	OPT_AT(member, float), .set = opt_set_float, .get = opt_get_float,     \
	.least = (lo), .most = (hi)
#define AUTO(number) .takes_auto = true, .automatic = (number)
/* An enum, or uint32_t: the number of one of the values. */
#define ONE_OF(member, values)                                                 \
	.at = offsetof(struct settings, member) /                              \
	      (sizeof(OPT_MEMBER(member)) == sizeof(uint32_t)),                \
	.set = opt_set_enum, .get = opt_get_enum, .value = (values)
/* const char *: one of the values, as it stands there. */
#define NAME(member, values)                                                   \
	OPT_AT(member, const char *), .set = opt_set_name,                     \
	.get = opt_get_word, .value = (values)
/* const char *: the word itself. Not for :set or config, whose words go. */
#define WORD(member)                                                           \
	OPT_AT(member, const char *), .set = opt_set_word, .get = opt_get_word

/* The policies' names, for completion. */
const char *opt_policy(size_t i);

opt_setter opt_set_switch, opt_set_count, opt_set_real, opt_set_float,
	opt_set_enum, opt_set_name, opt_set_word;
opt_getter opt_get_switch, opt_get_count, opt_get_real, opt_get_float,
	opt_get_enum, opt_get_word;

/* For rows with a set of their own: on, off and their like. False and what
 * they take. */
bool opt_read_switch(const char *value, bool *out, struct err *err);
/* ... the number of one of the values. */
bool opt_read_value(const char *value, const char *(*values)(size_t),
		    size_t *out, struct err *err);

#endif
