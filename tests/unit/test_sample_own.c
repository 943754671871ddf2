/* sample_own.c: what a model's makers say, and what it comes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "model/sample_own.h"

static const char *settled(struct sample_opts o, const struct sample_own *own)
{
	static struct buf told;

	buf_clear(&told);
	sample_settle(&o, own, &told);
	assert_true(o.temperature >= 0 && o.top_p >= 0 && o.min_p >= 0);
	assert_true(o.top_k != SAMPLE_AUTO_COUNT);
	assert_true(o.repeat_last_n != SAMPLE_AUTO_COUNT);
	assert_true(o.repeat_penalty > 0);
	return buf_cstr(&told);
}

#define DRAWN "temperature 1 (Hugging Face's), top-k 50 (Hugging Face's)"

static const struct config_row {
	const char *text, *told, *odd;
} config_rows[] = {
	{ "{\"do_sample\":true,\"temperature\":0.7,\"top_p\":0.8,\"top_k\":20,"
	  "\"repetition_penalty\":1.1}",
	  "temperature 0.7 (the model's), top-k 20 (the model's), top-p 0.8 "
	  "(the model's), repeat-penalty 1.1 (the model's), repeat-last-n 0 "
	  "(the model's)", NULL },
	{ "{\"do_sample\":false,\"temperature\":0.7}",
	  "greedy (the model's)", NULL },
	{ "{\"temperature\":0.7,\"eos_token_id\":[1,2]}",
	  "greedy (the model's)", NULL },
	/* the library's temperature where it draws */
	{ "{\"do_sample\":true}", DRAWN, NULL },
	{ "{\"do_sample\":true,\"top_k\":64,\"top_p\":0.95}",
	  "temperature 1 (Hugging Face's), top-k 64 (the model's), top-p 0.95 "
	  "(the model's)", NULL },
	{ "{\"do_sample\":true,\"temperature\":0.2,\"top_k\":0}",
	  "temperature 0.2 (the model's), top-k 0 (the model's)", NULL },
	{ "{\"do_sample\":true,\"temperature\":null,\"min_p\":null}",
	  DRAWN, NULL },
	/* nonsense */
	{ "[]", "greedy", "it is no JSON object, so it counts for nothing" },
	{ "{", "greedy", "byte 1: " },
	{ "{\"do_sample\":true,\"temperature\":\"hot\"}",
	  DRAWN,
	  "\"temperature\" is no number of 0 to 1000, so it counts for "
	  "nothing" },
	{ "{\"do_sample\":true,\"temperature\":0.5,\"top_p\":7}",
	  "temperature 0.5 (the model's), top-k 50 (Hugging Face's)",
	  "\"top_p\" is no number of 0 to 1, so it counts for nothing" },
	{ "{\"do_sample\":true,\"temperature\":0.5,\"top_k\":1e300,"
	  "\"repetition_penalty\":0}",
	  "temperature 0.5 (the model's), top-k 50 (Hugging Face's)",
	  "\"top_k\" is no number of 0 to 4294967294, so it counts for "
	  "nothing" },
};

static void configs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(config_rows); i++) {
		const struct config_row *row = &config_rows[i];
		const char *want = row->odd ? row->odd : "";
		struct sample_own own = sample_own_none;
		struct err odd = { "" };

		sample_own_config(row->text, strlen(row->text), &own, &odd);
		assert_string_equal(settled(sample_opts_auto, &own),
				    row->told);
		odd.text[*want ? strlen(want) : ERR_MAX_BYTES - 1] = '\0';
		assert_string_equal(odd.text, want);
	}
}

/* What is asked for is never the model's. */
static void asked(void **state)
{
	struct sample_opts o = sample_opts_auto;
	struct sample_own own = sample_own_none;

	(void)state;
	own.said.temperature = 0.6F;
	own.said.top_k = 20;
	own.said.presence_penalty = 1.5F;
	o.temperature = 0;
	o.min_p = 0.05F;
	o.dry_multiplier = 0.8F;
	assert_string_equal(settled(o, &own),
			    "greedy, top-k 20 (the model's), min-p 0.05, "
			    "presence-penalty 1.5 (the model's), "
			    "dry-multiplier 0.8");
	o = sample_opts_auto;
	o.repeat_penalty = 1.2F;
	o.repeat_last_n = 32;
	assert_string_equal(settled(o, &sample_own_none),
			    "greedy, repeat-penalty 1.2, repeat-last-n 32");
}

/* --- GGUF --------------------------------------------------------------- */

static void put_number(struct buf *b, uint64_t n, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i++)
		buf_putc(b, (char)(n >> 8 * i & 0xff));
}

static void put_key(struct buf *b, const char *key, uint32_t type)
{
	put_number(b, strlen(key), 8);
	buf_puts(b, key);
	put_number(b, type, 4);
}

static void put_float(struct buf *b, const char *key, float value)
{
	enum { FLOAT32 = 6 };
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_key(b, key, FLOAT32);
	put_number(b, bits, 4);
}

static void keys(void **state)
{
	enum { INT32 = 5 };
	struct sample_own own = sample_own_none;
	static const char more[] = "{\"do_sample\":true,\"temperature\":1,"
				   "\"top_p\":0.95}";
	struct err err = { "" }, odd = { "" };
	struct buf b = { 0 };
	struct gguf *g;

	(void)state;
	buf_puts(&b, "GGUF");
	put_number(&b, 3, 4);
	put_number(&b, 0, 8); /* tensors */
	put_number(&b, 3, 8);
	put_float(&b, "general.sampling.temp", 0.6F);
	put_key(&b, "general.sampling.top_k", INT32);
	put_number(&b, 40, 4);
	put_float(&b, "general.sampling.min_p", 2); /* no share */
	g = gguf_parse(b.data, b.len, &err);
	assert_string_equal(err.text, "");
	sample_own_gguf(g, &own, &odd);
	assert_string_equal(odd.text, "\"general.sampling.min_p\" is no "
				      "number of 0 to 1, so it counts for "
				      "nothing");
	sample_own_gguf(NULL, &own, NULL);
	/* the file's own first */
	sample_own_config(more, strlen(more), &own, NULL);
	assert_string_equal(settled(sample_opts_auto, &own),
			    "temperature 0.6 (the model's), top-k 40 (the "
			    "model's), top-p 0.95 (the model's)");
	gguf_free(g);
	buf_release(&b);
}

/* What a GGUF file, a generation_config.json and the command line say, each in
 * its way, and what it comes to. Below 0: not said. */
static const struct sources_row {
	float gguf_temp, gguf_top_p;
	const char *config;
	float temperature;
	const char *told;
} sources_rows[] = {
#define TOP_P "top-p 0.95 (the model's)"
#define GREEDY "{\"do_sample\":false}"
#define DRAWS "{\"do_sample\":true}"
#define WARM "{\"do_sample\":true,\"temperature\":0.7,\"top_k\":20}"
	{ -1, -1, NULL, -1, "greedy" },
	{ -1, -1, NULL, 0.3F, "temperature 0.3" },
	{ -1, -1, GREEDY, -1, "greedy (the model's)" },
	{ -1, -1, GREEDY, 0.3F, "temperature 0.3" },
	{ -1, -1, DRAWS, -1, DRAWN },
	{ -1, -1, DRAWS, 0.3F, "temperature 0.3, top-k 50 (Hugging Face's)" },
	{ -1, -1, DRAWS, 0, "greedy" },
	{ -1, -1, WARM, -1,
	  "temperature 0.7 (the model's), top-k 20 (the model's)" },
	{ -1, -1, WARM, 0.3F, "temperature 0.3, top-k 20 (the model's)" },
	{ -1, 0.95F, NULL, -1,
	  "temperature 1 (as the model's cuts need one), " TOP_P },
	{ -1, 0.95F, NULL, 0.3F, "temperature 0.3, " TOP_P },
	{ -1, 0.95F, NULL, 0, "greedy, " TOP_P },
	{ -1, 0.95F, GREEDY, -1, "greedy (the model's), " TOP_P },
	{ -1, 0.95F, GREEDY, 0.3F, "temperature 0.3, " TOP_P },
	{ -1, 0.95F, DRAWS, -1, DRAWN ", " TOP_P },
	{ -1, 0.95F, WARM, -1,
	  "temperature 0.7 (the model's), top-k 20 (the model's), " TOP_P },
	{ 0.6F, -1, NULL, -1, "temperature 0.6 (the model's)" },
	{ 0.6F, -1, GREEDY, -1, "temperature 0.6 (the model's)" },
	{ 0.6F, -1, DRAWS, -1,
	  "temperature 0.6 (the model's), top-k 50 (Hugging Face's)" },
	{ 0.6F, -1, WARM, -1,
	  "temperature 0.6 (the model's), top-k 20 (the model's)" },
	{ 0.6F, 0.95F, WARM, 0.3F,
	  "temperature 0.3, top-k 20 (the model's), " TOP_P },
	{ 0, 0.95F, DRAWS, -1, "greedy (the model's), " TOP_P },
};

static void read_gguf(struct sample_own *own, float temp, float top_p)
{
	struct buf b = { 0 };
	struct gguf *g;

	buf_puts(&b, "GGUF");
	put_number(&b, 3, 4);
	put_number(&b, 0, 8); /* tensors */
	put_number(&b, (temp >= 0) + (top_p >= 0), 8);
	if (temp >= 0)
		put_float(&b, "general.sampling.temp", temp);
	if (top_p >= 0)
		put_float(&b, "general.sampling.top_p", top_p);
	g = gguf_parse(b.data, b.len, NULL);
	sample_own_gguf(g, own, NULL);
	gguf_free(g);
	buf_release(&b);
}

static void sources(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sources_rows); i++) {
		const struct sources_row *row = &sources_rows[i];
		struct sample_opts o = sample_opts_auto;
		struct sample_own own = sample_own_none;

		read_gguf(&own, row->gguf_temp, row->gguf_top_p);
		if (row->config)
			sample_own_config(row->config, strlen(row->config),
					  &own, NULL);
		if (row->temperature >= 0)
			o.temperature = row->temperature;
		assert_string_equal(settled(o, &own), row->told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configs),
		cmocka_unit_test(asked),
		cmocka_unit_test(keys),
		cmocka_unit_test(sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
