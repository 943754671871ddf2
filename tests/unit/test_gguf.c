/*
 * gguf.c and model.c over a valid file, every beginning of it, and files that
 * lie: a model or one sentence, never anything else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/vocab_read.h"
#include "random_model.h"

/* Memory of exactly its size, so that a sanitiser sees what reads past it. */
static struct gguf *parse(const char *s, size_t n, void **copy,
			  struct err *err)
{
	*copy = malloc(n + !n);
	memcpy(*copy, s, n);
	return gguf_parse(*copy, n, err);
}

static void small_file(struct buf *out)
{
	random_gguf(&(struct random_spec){ .arch = "llama", .type = GGML_Q4_0,
					   .n_embd = 64, .n_layers = 1,
					   .n_heads = 2, .n_kv_heads = 1,
					   .seed = 1 },
		    out);
}

static void what_is_in_it(void **state)
{
	struct buf file = { 0 };
	struct err err = { "" };
	struct gguf *g;
	const struct gguf_tensor *t;
	const char *s;
	uint64_t number;
	double real;
	bool flag;
	size_t n;

	(void)state;
	small_file(&file);
	g = gguf_parse(file.data, file.len, &err);
	assert_non_null(g);
	assert_true(gguf_str(g, "general.architecture", &s, &n));
	assert_int_equal(n, 5);
	assert_memory_equal(s, "llama", 5);
	assert_true(gguf_u64(g, "llama.block_count", &number));
	assert_int_equal(number, 1);
	assert_true(gguf_f64(g, "llama.block_count", &real));
	assert_true(real == 1);
	assert_true(gguf_f64(g, "llama.rope.freq_base", &real));
	assert_true(real == 10000);
	assert_false(gguf_u64(g, "llama.rope.freq_base", &number));
	assert_false(gguf_str(g, "llama.block_count", &s, &n));
	assert_false(gguf_bool(g, "llama.block_count", &flag));
	assert_false(gguf_u64(g, "nothing", &number));
	t = gguf_tensor(g, "blk.0.attn_q.weight");
	assert_non_null(t);
	assert_int_equal(t->type, GGML_Q4_0);
	assert_int_equal(t->dims[0], 64);
	assert_int_equal(t->dims[1], 64);
	assert_int_equal(t->dims[2], 1);
	assert_int_equal(t->size_bytes, 64 * 64 / 32 * 18);
	assert_null(gguf_tensor(g, "blk.1.attn_q.weight"));
	assert_int_equal(gguf_n_tensors(g), 12);
	gguf_free(g);
	buf_release(&file);
}

/* Each beginning of the file is told to be cut short. */
static void every_beginning(void **state)
{
	struct buf file = { 0 };

	(void)state;
	small_file(&file);
	for (size_t n = 0; n < file.len; n += n < 3000 ? 1 : 97) {
		struct err err = { "" };
		void *copy;
		struct gguf *g = parse(file.data, n, &copy, &err);

		assert_null(g);
		assert_true(err.text[0]);
		free(copy);
	}
	buf_release(&file);
}

/* Any byte may be anything: what is parsed can be asked, and a model that
 * comes of it can be let go. */
static void any_byte(void **state)
{
	struct buf file = { 0 };
	size_t head = 2200; /* keys and places of tensors */

	(void)state;
	small_file(&file);
	srand(3);
	for (int round = 0; round < 6000; round++) {
		struct err err = { "" };
		struct model *m;
		struct gguf *g;
		size_t at = (size_t)rand() % head;
		char old = file.data[at];

		file.data[at] = (char)rand();
		g = gguf_parse(file.data, file.len, &err);
		if (g) {
			m = model_from_gguf(g, &err);
			assert_true(m || err.text[0]);
			model_free(m);
			assert_null(vocab_from_gguf(g, &err));
			gguf_free(g);
		} else {
			assert_true(err.text[0]);
		}
		file.data[at] = old;
	}
	buf_release(&file);
}

/* What a sentence must name. */
static void refused(const char *was, const char *is, size_t n,
		    const char *words)
{
	struct buf file = { 0 };
	struct err err = { "" };
	struct model *m = NULL;
	struct gguf *g;
	char *at;

	small_file(&file);
	at = (char *)bytes_find(file.data, file.len, was, strlen(was));
	assert_non_null(at);
	memcpy(at, is, n);
	g = gguf_parse(file.data, file.len, &err);
	if (g)
		m = model_from_gguf(g, &err);
	assert_null(m);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
	gguf_free(g);
	buf_release(&file);
}

static void sentences(void **state)
{
	(void)state;
	refused("GGUF", "GGML", 4, "is no GGUF file");
	refused("GGUF\3", "GGUF\1", 5, "version 1");
	refused("GGUF\3", "GGUF\0\0\0\3", 8, "big-endian");
	refused("llama", "mamba", 5, "\"mamba\" is not known");
	refused("llama.block_count", "llama.block_counX", 17,
		"says no llama.block_count");
	refused("blk.0.attn_k.weight", "blk.0.attn_z.weight", 19,
		"no tensor blk.0.attn_k.weight");
	refused("blk.0.attn_v.weight", "blk.0.attn_k.weight", 19,
		"blk.0.attn_k.weight is there twice");
}

/* A type and a scaling that there may be one day. */
static void named(struct buf *file, const char *words)
{
	struct err err = { "" };
	struct gguf *g = gguf_parse(file->data, file->len, &err);

	assert_true(!g || !model_from_gguf(g, &err));
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
	gguf_free(g);
	buf_release(file);
}

static void unknown_kinds(void **state)
{
	static const char q[] = "blk.0.attn_q.weight";
	struct buf file = { 0 };
	char *at;

	(void)state;
	small_file(&file);
	at = (char *)bytes_find(file.data, file.len, q, strlen(q));
	assert_non_null(at);
	at += strlen(q) + 4 + 2 * 8; /* after the dimensions */
	*at = 22;
	named(&file, "blk.0.attn_q.weight is of type IQ2_S, which is not "
		     "supported; requantise");
	small_file(&file);
	at = (char *)bytes_find(file.data, file.len, q, strlen(q));
	at[strlen(q) + 4 + 2 * 8] = 99;
	named(&file, "blk.0.attn_q.weight is of a type (99)");
	random_gguf(&(struct random_spec){ .arch = "llama", .type = GGML_F32,
					   .scaling = "dynamic", .seed = 1 },
		    &file);
	named(&file, "\"dynamic\" is not known");
	random_gguf(&(struct random_spec){ .arch = "gemma4", .type = GGML_F32,
					   .seed = 1 },
		    &file);
	named(&file, "\"gemma4\" is not known; llama, qwen2, qwen3, qwen2moe, "
		     "qwen3moe, gemma, gemma2, gemma3, phi3 and "
		     "mistral3 are");
}

/* 2^60 keys or tensors cost nothing. */
static void claims_cost_nothing(void **state)
{
	static const unsigned char claims[][24] = {
		{ 'G', 'G', 'U', 'F', 3, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 16,
		  0,   0,   0,	 0,   0, 0, 0, 0 },
		{ 'G', 'G', 'U', 'F', 3, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0,
		  255, 255, 255, 255, 255, 255, 255, 255 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		struct err err = { "" };

		assert_null(gguf_parse(claims[i], sizeof(claims[i]), &err));
		assert_non_null(strstr(err.text, "cut short"));
	}
}

/* Its lowest byte first, as in a file. */
static void put_head(char *file, const int32_t head[7])
{
	for (int i = 0; i < 28; i++)
		file[i] = (char)((uint32_t)head[i / 4] >> 8 * (i % 4));
}

static void llama2c_files(void **state)
{
	int32_t head[7] = { 8, 16, 1, 2, 1, 10, 4 };
	size_t n = 28 + 4 * (10 * 8 + 8 + 64 + 32 + 32 + 64 + 8 + 3 * 128 +
			     8 + 4 * 4);
	char *file = calloc(1, n);
	struct llama2c c;

	(void)state;
	put_head(file, head);
	for (size_t len = 0; len <= n; len++) {
		struct err err = { "" };
		bool good = llama2c_parse(file, len, &c, &err);

		assert_int_equal(good, len == n);
		assert_int_equal(!good, err.text[0] != 0);
	}
	assert_ptr_equal(c.wcls, c.token_embedding);
	free(file);
}

/* A head that follows from two numbers of the file is held against the same
 * limit as one that is said: rows of the cache become floats in a buffer. */
static void long_heads(void **state)
{
	enum { MOST = 1024 };
	struct random_spec spec = { .arch = "llama", .type = GGML_Q4_0,
				    .n_layers = 1, .n_heads = 1,
				    .n_kv_heads = 1, .n_ff = 32,
				    .n_vocab = 32 };

	(void)state;
	for (uint32_t d = MOST; d <= MOST + 32; d += 32) {
		struct buf file = { 0 };
		struct err err = { "" };
		struct gguf *g;
		struct model *m;
		void *copy;

		spec.n_embd = d;
		random_gguf(&spec, &file);
		g = parse(file.data, file.len, &copy, &err);
		assert_non_null(g);
		m = model_from_gguf(g, &err);
		assert_int_equal(m != NULL, d == MOST);
		if (!m)
			assert_non_null(strstr(err.text, "1 KV heads of 1056 "
							 "numbers"));
		model_free(m);
		gguf_free(g);
		free(copy);
		buf_release(&file);
	}
	for (int32_t d = MOST; d <= MOST + 2; d += 2) {
		int32_t head[7] = { d, 1, 1, 1, 1, 1, 1 };
		size_t n = 28 + 4 * ((size_t)d * (size_t)d * 4 +
				     (size_t)d * 8);
		char *file = calloc(1, n);
		struct err err = { "" };
		struct llama2c c;

		put_head(file, head);
		assert_int_equal(llama2c_parse(file, n, &c, &err), d == MOST);
		assert_int_equal(d == MOST, !strstr(err.text, "make no model"));
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_it),
		cmocka_unit_test(every_beginning),
		cmocka_unit_test(any_byte),
		cmocka_unit_test(sentences),
		cmocka_unit_test(unknown_kinds),
		cmocka_unit_test(claims_cost_nothing),
		cmocka_unit_test(llama2c_files),
		cmocka_unit_test(long_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
