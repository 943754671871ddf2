/*
 * A broken model that loads has to decode, too: whatever its weights, shapes
 * and constants are, steps end, read their own memory, and give a token of the
 * vocabulary.
 *
 * An input is a file ("GGUF...") or, far denser, a recipe: which tiny model,
 * edits of its bytes, and what is then done with it.
 *
 *	0      architecture and type of its tensors
 *	1      RoPE, tied, type of the cache, kernels
 *	2      policy, budget
 *	3      number of edits: 6 bytes each (where, 3 bytes; how; a value, 2)
 *	then   a byte a step: a token, and now and then a copy, another
 *	       policy, or back to the beginning
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "../unit/random_model.h"
#include "base/buf.h"
#include "model/sample.h"
#include "model/transformer.h"

enum {
	STEPS_MAX = 24,
	EDIT_BYTES = 6,
	/* Larger ones would only be slower. */
	WEIGHT_BYTES_MAX = 1 << 22,
};

struct input {
	const uint8_t *at;
	size_t n;
};

static uint8_t take(struct input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->at++;
}

/* What goes wrong in real files: lengths at limits, numbers that are none. */
static uint32_t odd_value(uint8_t how, uint16_t value)
{
	static const uint32_t odd[] = {
		0,
		1,
		2,
		3,
		7,
		16,
		255,
		1024,
		65535,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x7fc00000 /* NaN */,
		0x7f800000 /* inf */,
		0xff800000 /* -inf */,
		0x7f7fffff /* greatest float */,
		0x00000001 /* smallest */,
		0x3f800000 /* 1 */,
		0x7c007c00 /* inf as halves */,
		0x7e007e00 /* NaN as halves */,
	};

	return how & 0x80 ? value : odd[value % ARRAY_LEN(odd)];
}

static void edit(struct buf *file, struct input *in)
{
	uint32_t where = (uint32_t)take(in) << 16;
	uint32_t value;
	uint8_t how;
	size_t n_head = MIN(file->len, 2048u), at, n;

	where |= (uint32_t)take(in) << 8;
	where |= take(in);
	how = take(in);
	value = take(in);
	value = odd_value(how, (uint16_t)(value << 8 | take(in)));
	/* keys and tensors' shapes are in the first bytes */
	at = how & 1 ? where % n_head : where % file->len;
	if (how & 2)
		at &= ~(size_t)3;
	n = MIN(file->len - at, how & 4 ? 1u : 4u);
	memcpy(file->data + at, &value, n);
}

static void make_file(struct input *in, struct buf *file)
{
	static const char *const archs[] = { "llama",	 "qwen2",   "qwen3",
					     "qwen2moe", "gemma2",  "gemma3",
					     "phi3",	 "qwen3moe" };
	static const char *const scalings[] = { NULL, "linear", "yarn", NULL };
	static const enum ggml_type types[] = { GGML_F32, GGML_F16, GGML_BF16,
						GGML_Q8_0, GGML_Q4_0 };
	uint8_t what = take(in), more = take(in);
	struct random_spec spec = {
		.arch = archs[what % 4 + (more >> 5 & 1) * 4],
		.type = types[what / 4 % ARRAY_LEN(types)],
		.scaling = scalings[more % 4],
		.divisors = more >> 2 & 1,
		.tied = more >> 3 & 1,
		.n_embd = 32,
		.n_layers = 1 + (what >> 7),
		.n_heads = 4,
		.n_kv_heads = more >> 4 & 1 ? 4 : 2,
		.n_ff = 32,
		.n_ff_expert = 32,
		.n_vocab = 40,
		.n_ctx = 64,
		.seed = 1,
	};
	uint8_t n_edits;

	random_gguf(&spec, file);
	kernel_use(more >> 5 & 1 ? "scalar" : NULL);
	n_edits = take(in) % 32;
	while (n_edits--)
		edit(file, in);
}

static const struct sparse *policy_of(uint8_t byte, const struct model *m,
				      struct sparse_opts *o)
{
	const struct sparse *row = sparse_rows[byte % sparse_n_rows];
	const struct sparse_shape shape = transformer_shape(m);
	struct err err = { "" };

	*o = sparse_opts_auto;
	o->budget = 1 + byte / (uint32_t)sparse_n_rows;
	if (sparse_resolve(row, o, &shape, &err))
		return row;
	MUST(err.text[0]);
	return NULL;
}

/* The least that a user may ask of what a step leaves. */
static void check_step(struct transformer *t, const struct model *m,
		       struct sampler *const samplers[2])
{
	struct transformer_bytes bytes = transformer_bytes(t);
	struct transformer_pages pages = transformer_pages(t);
	const float *logits = transformer_logits(t);

	for (int i = 0; i < 2; i++) {
		float lp = NAN;
		uint32_t id = sampler_next(samplers[i], logits, &lp);

		MUST(id == SAMPLE_NONE ||
		     (id < m->shape.n_vocab && lp <= 0 && !isnan(logits[id])));
	}
	MUST(bytes.used <= bytes.held);
	MUST(pages.n == (transformer_n(t) + CACHE_PAGE - 1) / CACHE_PAGE);
}

static void one_more(struct transformer **t, const struct model *m,
		     uint8_t byte)
{
	struct transformer *copy;
	struct sparse_opts o;
	const struct sparse *row;

	switch (byte >> 5) {
	case 7:
		copy = transformer_copy(*t);
		transformer_free(*t);
		*t = copy;
		break;
	case 6:
		row = policy_of(byte & 31, m, &o);
		if (row && !row->seen && !transformer_has_evicted(*t))
			transformer_set_policy(*t, row, &o);
		break;
	case 5:
		if (!transformer_has_evicted(*t) && transformer_n(*t) > 2)
			transformer_cut(*t, 1 + byte % 2);
		break;
	}
	transformer_step(*t, byte % m->shape.n_vocab);
}

static void decode(const struct model *m, struct input *in)
{
	const struct sample_opts hot = {
		.temperature = 0.8f, .top_k = 5, .top_p = 0.9f, .min_p = 0.05f
	};
	const struct sample_opts cold = { .top_p = 1 };
	struct sampler *samplers[2] = { sampler_new(&hot, m->shape.n_vocab),
					sampler_new(&cold, m->shape.n_vocab) };
	uint8_t what = take(in);
	struct sparse_opts o;
	const struct sparse *row = policy_of(what, m, &o);
	uint32_t prompt[20];
	struct transformer *t;

	for (uint32_t i = 0; i < ARRAY_LEN(prompt); i++)
		prompt[i] = i * 7 % m->shape.n_vocab;
	if (row) {
		t = transformer_new(m, NULL, what & 1 ? GGML_F16 : GGML_F32,
				    row, &o);
		transformer_prompt(t, prompt, 1 + what % 20, 3);
		check_step(t, m, samplers);
		for (int i = 0; i < STEPS_MAX && in->n; i++) {
			one_more(&t, m, take(in));
			check_step(t, m, samplers);
		}
		transformer_free(t);
	}
	sampler_free(samplers[0]);
	sampler_free(samplers[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct buf file = { 0 };
	struct err err = { "" };
	void *aligned; /* as a mapping is */
	struct gguf *g;
	struct model *m = NULL;

	if (size >= 4 && memcmp(data, "GGUF", 4) == 0) {
		buf_append(&file, data, size);
		in.n = 0;
	} else {
		make_file(&in, &file);
	}
	aligned = aligned_alloc(64, (file.len + 63) / 64 * 64);
	MUST(aligned);
	memcpy(aligned, file.data, file.len);
	g = gguf_parse(aligned, file.len, &err);
	if (g)
		m = model_from_gguf(g, &err);
	MUST(m || err.text[0]);
	if (m && m->weight_bytes <= WEIGHT_BYTES_MAX)
		decode(m, &in);
	model_free(m);
	gguf_free(g);
	free(aligned);
	buf_release(&file);
	return 0;
}
