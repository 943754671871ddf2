/*
 * A member of the options is a row: how it is called here and there, and what
 * it is when nobody says anything.
 */
#include "model/sample_own.h"

#include <math.h>

#include "base/num.h"
#include "json/json.h"

/* Nothing is said; DRY is off, and as llama.cpp has it. */
#define NOTHING                                                                \
	{                                                                      \
		.temperature = SAMPLE_AUTO, .top_k = SAMPLE_AUTO_COUNT,        \
		.top_p = SAMPLE_AUTO, .min_p = SAMPLE_AUTO,                    \
		.repeat_penalty = SAMPLE_AUTO,                                 \
		.frequency_penalty = SAMPLE_AUTO,                              \
		.presence_penalty = SAMPLE_AUTO,                               \
		.repeat_last_n = SAMPLE_AUTO_COUNT, .dry_base = 1.75F,         \
		.dry_allowed_length = 2,                                       \
	}

const struct sample_opts sample_opts_auto = NOTHING;
const struct sample_own sample_own_none = { .said = NOTHING };

enum {
	LAST_N = 64, /* as llama.cpp has it */
	TOP_K = 50,  /* as Hugging Face's library has it */
};

static const struct member {
	const char *name, *gguf, *config;
	size_t at;
	bool is_count;
	double least, most, fallback;
	bool quiet; /* says nothing without the one before it */
} members[] = {
#define AT(member) offsetof(struct sample_opts, member)
	{ "temperature", "general.sampling.temp", "temperature",
	  AT(temperature), false, 0, 1000, 0, false },
	{ "top-k", "general.sampling.top_k", "top_k", AT(top_k), true, 0,
	  UINT32_MAX - 1, 0, false },
	{ "top-p", "general.sampling.top_p", "top_p", AT(top_p), false, 0, 1, 1,
	  false },
	{ "min-p", "general.sampling.min_p", "min_p", AT(min_p), false, 0, 1, 0,
	  false },
	{ "frequency-penalty", NULL, "frequency_penalty",
	  AT(frequency_penalty), false, -100, 100, 0, false },
	{ "presence-penalty", NULL, "presence_penalty", AT(presence_penalty),
	  false, -100, 100, 0, false },
	{ "repeat-penalty", "general.sampling.penalty_repeat",
	  "repetition_penalty", AT(repeat_penalty), false, 0.01, 100, 1,
	  false },
	{ "repeat-last-n", "general.sampling.penalty_last_n", NULL,
	  AT(repeat_last_n), true, 0, UINT32_MAX - 1, LAST_N, true },
#undef AT
};

static bool is_said(const struct member *m, const struct sample_opts *o)
{
	const char *at = (const char *)o + m->at;

	return m->is_count ? *(const uint32_t *)(const void *)at !=
				     SAMPLE_AUTO_COUNT :
			     *(const float *)(const void *)at > SAMPLE_AUTO;
}

static double value_of(const struct member *m, const struct sample_opts *o)
{
	const char *at = (const char *)o + m->at;

	return m->is_count ? *(const uint32_t *)(const void *)at :
			     (double)*(const float *)(const void *)at;
}

static void say(const struct member *m, struct sample_opts *o, double value)
{
	char *at = (char *)o + m->at;

	if (m->is_count)
		*(uint32_t *)(void *)at = (uint32_t)value;
	else
		*(float *)(void *)at = (float)value;
}

/* What is no such number says nothing, and that is told. */
static void say_own(const struct member *m, const char *name,
		    struct sample_opts *own, double value, struct err *odd)
{
	if (is_said(m, own))
		return;
	if (value >= m->least && value <= m->most)
		say(m, own, value);
	else
		err_set(odd, "\"%s\" is no number of %.10g to %.10g, so it "
			     "counts for nothing", name, m->least, m->most);
}

void sample_own_gguf(const struct gguf *g, struct sample_own *own,
		     struct err *odd)
{
	double value;

	for (size_t i = 0; g && i < ARRAY_LEN(members); i++)
		if (members[i].gguf && gguf_f64(g, members[i].gguf, &value))
			say_own(&members[i], members[i].gguf, &own->said, value,
				odd);
}

static void read_config(struct json_value root, struct sample_own *own,
			struct err *odd)
{
	struct sample_opts *said = &own->said;
	bool draws = json_is(json_get(root, "do_sample"), JSON_TRUE);

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const struct member *m = &members[i];
		struct json_value v = m->config ? json_get(root, m->config) :
						  (struct json_value){ 0 };

		if (m->at == offsetof(struct sample_opts, temperature) &&
		    !draws)
			say_own(m, m->config, said, 0, odd);
		else if (json_type(v) > JSON_NULL)
			say_own(m, m->config, said, json_number(v, NAN), odd);
	}
	own->as_library |= draws;
	if (json_is(json_get(root, "repetition_penalty"), JSON_NUMBER) &&
	    said->repeat_last_n == SAMPLE_AUTO_COUNT)
		said->repeat_last_n = 0;
}

void sample_own_config(const char *text, size_t n, struct sample_own *own,
		       struct err *odd)
{
	struct json_trouble trouble;
	struct json j = { 0 };

	if (!json_read(&j, text, n, false, &trouble))
		err_set(odd, "byte %zu: %s, so it counts for nothing",
			trouble.byte, trouble.what);
	else if (!json_is(json_root(&j), JSON_OBJECT))
		err_set(odd, "it is no JSON object, so it counts for nothing");
	else
		read_config(json_root(&j), own, odd);
	json_release(&j);
}

static void tell(const struct member *m, double value, const char *whose,
		 struct buf *told)
{
	if (told->len)
		buf_puts(told, ", ");
	if (m->at == offsetof(struct sample_opts, temperature) && value == 0)
		buf_puts(told, "greedy");
	else
		buf_printf(told, "%s %.7g", m->name, value);
	if (whose)
		buf_printf(told, " (%s)", whose);
}

static bool cuts(const struct sample_opts *o)
{
	return o->top_k != SAMPLE_AUTO_COUNT || o->top_p != SAMPLE_AUTO ||
	       o->min_p != SAMPLE_AUTO;
}

/* What nobody says, and who has it so; NULL: it is as when nothing is asked.
 * The temperature of o is settled before what is behind it. */
static const char *assume(const struct member *m, struct sample_opts *o,
			  const struct sample_own *own)
{
	const char *library = own->as_library ? "Hugging Face's" : NULL;

	if (m->at == offsetof(struct sample_opts, temperature) &&
	    (library || cuts(&own->said))) {
		o->temperature = 1;
		return library ? library : "as the model's cuts need one";
	}
	if (m->at == offsetof(struct sample_opts, top_k) && library &&
	    o->temperature > 0) {
		o->top_k = TOP_K;
		return library;
	}
	say(m, o, m->fallback);
	return NULL;
}

void sample_settle(struct sample_opts *o, const struct sample_own *own,
		   struct buf *told)
{
	bool before = false;

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const struct member *m = &members[i];
		const char *whose = NULL;

		if (!is_said(m, o) && is_said(m, &own->said)) {
			say(m, o, value_of(m, &own->said));
			whose = "the model's";
		} else if (!is_said(m, o)) {
			whose = assume(m, o, own);
		}
		before = m->quiet ? before :
				    whose || value_of(m, o) != m->fallback ||
					    !m->at;
		if (before &&
		    !(m->quiet && !whose && value_of(m, o) == m->fallback))
			tell(m, value_of(m, o), whose, told);
	}
	if (o->dry_multiplier > 0)
		buf_printf(told, ", dry-multiplier %.7g",
			   (double)o->dry_multiplier);
}
