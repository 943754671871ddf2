/*
 * opt_decode.h - the options of lilscope decode: the model, what it is asked,
 * how it attends, and how tokens are drawn.
 */
#ifndef LILSCOPE_OPT_DECODE_H
#define LILSCOPE_OPT_DECODE_H

#include "decode/writer.h"
#include "opt/opt.h"

/* Words are those of the command line, not owned. */
struct decode_settings {
	const char *policy, *kv, *chat; /* rows' names */
	const char *on_threshold;       /* ignore, stop, or a policy */
	const char *tokenizer;          /* or NULL */
	struct sparse_opts sparse;      /* SPARSE_AUTO: the policy's own */
	struct sample_opts sample;
	uint32_t seed, n_predict, threads;
	const char *stops[WRITER_STOPS_MAX];
	size_t n_stops;
	bool ignore_eos, layers, control, text;
};

void decode_settings_init(struct decode_settings *d);

/* For rows of the table; field is the setting's place. */
bool u32_set(const struct opt *opt, struct settings *set, const char *value,
	     struct err *err);
void u32_get(const struct opt *opt, const struct settings *set,
	     struct buf *out);
bool float_set(const struct opt *opt, struct settings *set, const char *value,
	       struct err *err);
void float_get(const struct opt *opt, const struct settings *set,
	       struct buf *out);
bool keep_prompt_set(const struct opt *opt, struct settings *set,
		     const char *value, struct err *err);
void keep_prompt_get(const struct opt *opt, const struct settings *set,
		     struct buf *out);
bool stop_set(const struct opt *opt, struct settings *set, const char *value,
	      struct err *err);
void stop_get(const struct opt *opt, const struct settings *set,
	      struct buf *out);

/* The i-th value, for completion and checks. */
const char *policy_value(size_t i);
const char *threshold_value(size_t i);
const char *kv_value(size_t i);
const char *chat_value(size_t i);
/* A word that is one of the row's values. */
bool choice_set(const struct opt *opt, struct settings *set,
		const char *value, struct err *err);

#endif
