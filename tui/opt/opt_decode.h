/*
 * opt_decode.h - the options of lilscope decode: the model, what it is asked,
 * how it attends, and how tokens are drawn.
 */
#ifndef LILSCOPE_OPT_DECODE_H
#define LILSCOPE_OPT_DECODE_H

#include "opt/opt.h"

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
