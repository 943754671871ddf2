#include "opt/opt_decode.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/chat.h"
#include "opt/settings.h"
#include "report/report.h"

void decode_settings_init(struct decode_settings *d)
{
	*d = (struct decode_settings){
		.sparse = sparse_opts_auto,
		.sample = { .top_p = 1 },
		.policy = "dense",
		.kv = "f16",
		.chat = "none",
		.on_threshold = "ignore",
	};
}

static void *place(const struct opt *opt, const struct settings *set)
{
	return (char *)set + opt->field;
}

bool u32_set(const struct opt *opt, struct settings *set, const char *value,
	     struct err *err)
{
	uint32_t *to = place(opt, set);
	unsigned long long number;
	char *end;

	if (strcmp(value, "auto") == 0) {
		*to = SPARSE_AUTO;
		return true;
	}
	errno = 0;
	number = strtoull(value, &end, 10);
	if (!*value || *end || value[0] == '-' || errno ||
	    number >= SPARSE_AUTO)
		return err_set(err, "takes a whole number, not \"%s\"", value);
	*to = (uint32_t)number;
	return true;
}

void u32_get(const struct opt *opt, const struct settings *set,
	     struct buf *out)
{
	const uint32_t *from = place(opt, set);

	if (*from == SPARSE_AUTO)
		buf_puts(out, "auto");
	else
		buf_printf(out, "%u", *from);
}

bool float_set(const struct opt *opt, struct settings *set, const char *value,
	       struct err *err)
{
	char *end;
	double number = strtod(value, &end);

	if (!*value || *end || !(number >= 0) || number > 1000)
		return err_set(err, "takes a number from 0 on, not \"%s\"",
			       value);
	*(float *)place(opt, set) = (float)number;
	return true;
}

void float_get(const struct opt *opt, const struct settings *set,
	       struct buf *out)
{
	report_number(out, (double)*(const float *)place(opt, set));
}

bool keep_prompt_set(const struct opt *opt, struct settings *set,
		     const char *value, struct err *err)
{
	(void)opt;
	if (!*value || strcmp(value, "on") == 0)
		set->decode.sparse.keep_prompt = 1;
	else if (strcmp(value, "off") == 0)
		set->decode.sparse.keep_prompt = 0;
	else if (strcmp(value, "auto") == 0)
		set->decode.sparse.keep_prompt = SPARSE_AUTO;
	else
		return err_set(err, "takes on, off or auto, not \"%s\"",
			       value);
	return true;
}

void keep_prompt_get(const struct opt *opt, const struct settings *set,
		     struct buf *out)
{
	uint32_t keep = set->decode.sparse.keep_prompt;

	(void)opt;
	buf_puts(out, keep == SPARSE_AUTO ? "auto" : keep ? "on" : "off");
}

bool stop_set(const struct opt *opt, struct settings *set, const char *value,
	      struct err *err)
{
	struct decode_settings *d = &set->decode;

	(void)opt;
	if (!*value || strlen(value) > 1024)
		return err_set(err, "takes a text of 1 to 1024 bytes");
	if (d->n_stops == WRITER_STOPS_MAX)
		return err_set(err, "can be given %d times", WRITER_STOPS_MAX);
	d->stops[d->n_stops++] = value;
	return true;
}

void stop_get(const struct opt *opt, const struct settings *set,
	      struct buf *out)
{
	(void)opt;
	if (set->decode.n_stops)
		buf_printf(out, "%zu", set->decode.n_stops);
}

const char *policy_value(size_t i)
{
	return i < sparse_n_rows ? sparse_rows[i]->name : NULL;
}

const char *threshold_value(size_t i)
{
	static const char *const names[] = { "ignore", "stop" };

	return i < ARRAY_LEN(names) ? names[i] :
				      policy_value(i - ARRAY_LEN(names));
}

const char *kv_value(size_t i)
{
	static const char *const names[] = { "f16", "f32" };

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

const char *chat_value(size_t i)
{
	if (i < n_chats)
		return chats[i].name;
	return i == n_chats ? "auto" : NULL;
}

bool choice_set(const struct opt *opt, struct settings *set,
		const char *value, struct err *err)
{
	struct buf names = { 0 };
	bool good;

	for (size_t i = 0; opt->value(i); i++)
		if (strcmp(opt->value(i), value) == 0)
			return word_set(opt, set, opt->value(i), err);
	for (size_t i = 0; opt->value(i); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", opt->value(i));
	good = err_set(err, "takes one of %s, not \"%s\"", buf_cstr(&names),
		       value);
	buf_release(&names);
	return good;
}
