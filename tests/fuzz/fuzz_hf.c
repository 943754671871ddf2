/*
 * A Hugging Face folder of which one file is any bytes: a model or a sentence,
 * and what it is takes text and decodes. The first byte chooses the file:
 *
 *	0  the weights          1  config.json       2  tokenizer.json
 *	3  tokenizer_config.json
 *	4  an expression of a pre_tokenizer, a NUL, and a text that it cuts
 */
#include "fuzz.h"

#include <string.h>

#include "../unit/random_folder.h"
#include "../unit/random_model.h"
#include "json/json.h"
#include "model/hf.h"
#include "model/transformer.h"
#include "model/vocab_read.h"

enum { FILES = 5, VOCAB = 270, TEXT_MAX = 200, WEIGHT_BYTES_MAX = 1 << 22 };

/* The files of a small model, or what stands in one's place. */
struct folder {
	struct buf gguf, config, tokenizer, weights;
	struct hf_texts texts;
};

static void make(struct folder *f, uint8_t which)
{
	static const char *const archs[] = { "llama", "qwen3moe", "gemma3",
					     "phi3" };
	const struct random_spec spec = {
		.arch = archs[which / FILES % ARRAY_LEN(archs)],
		.type = GGML_F32,
		.n_embd = 16,
		.n_layers = 1,
		.n_heads = 2,
		.n_kv_heads = 1,
		.n_ff = 16,
		.n_ff_expert = 16,
		.n_vocab = VOCAB,
		.vocab = true,
		.seed = 1,
	};
	struct gguf *g;

	random_gguf(&spec, &f->gguf);
	g = gguf_parse(f->gguf.data, f->gguf.len, NULL);
	MUST(g);
	folder_config(g, &f->config);
	folder_tokenizer(g, &f->tokenizer);
	folder_weights(g, 0, gguf_n_tensors(g), &f->weights);
	gguf_free(g);
}

static void replace(struct buf *out, const char *s, size_t n)
{
	buf_clear(out);
	buf_append(out, s, n);
}

/* Byte-level BPE over nothing, its text cut by this expression. */
static void put_pattern(struct buf *out, const char *s, size_t n)
{
	buf_clear(out);
	buf_puts(out, "{\"pre_tokenizer\":{\"type\":\"Sequence\","
		      "\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":"
		      "{\"Regex\":");
	json_put_string(out, s, n);
	buf_puts(out, "},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\","
		      "\"use_regex\":false}]},\"model\":{\"type\":\"BPE\","
		      "\"vocab\":{\"a\":0},\"merges\":[\"a a\"]}}");
}

static void decode(const struct model *m)
{
	struct sparse_opts o = sparse_opts_auto;
	const uint32_t ids[] = { 0, 1 % m->shape.n_vocab };
	const struct sparse_shape shape = transformer_shape(m);
	struct transformer *t;
	struct err err = { "" };

	MUST(sparse_resolve(&sparse_dense, &o, &shape, &err));
	t = transformer_new(m, NULL, GGML_F32, &sparse_dense, &o);
	transformer_prompt(t, ids, ARRAY_LEN(ids), 1);
	transformer_step(t, ids[1]);
	transformer_free(t);
}

static void take_text(const struct vocab *v, const char *s, size_t n)
{
	struct vocab_ids ids = { 0 };

	vocab_encode(v, s, MIN(n, (size_t)TEXT_MAX),
		     VOCAB_ADD_BOS | VOCAB_SPECIAL, &ids);
	for (size_t i = 0; i < ids.n; i++)
		MUST(ids.ids[i] < vocab_size(v));
	vocab_ids_release(&ids);
}

static void use(const struct gguf *g, const char *text, size_t n)
{
	struct err err = { "" };
	struct model *m = model_from_gguf(g, &err);
	struct vocab *v;

	MUST(m || err.text[0]);
	err_clear(&err);
	v = vocab_from_gguf(g, &err);
	MUST(v || err.text[0]);
	if (v)
		take_text(v, text, n);
	if (m && m->weight_bytes <= WEIGHT_BYTES_MAX)
		decode(m);
	vocab_free(v);
	model_free(m);
}

/* weights: aligned, as a mapping is. */
static void read_folder(struct folder *f, const void *weights, const char *text,
			size_t n)
{
	struct err err = { "" };
	struct gguf *g = NULL;
	struct hf *hf;

	f->texts.config = (struct hf_text){ f->config.data, f->config.len };
	f->texts.tokenizer =
		(struct hf_text){ f->tokenizer.data, f->tokenizer.len };
	hf = hf_new(&f->texts, &err);
	if (hf && hf_add(hf, weights, f->weights.len, &err))
		g = hf_gguf(hf, &err);
	MUST(g || err.text[0]);
	if (g)
		use(g, text, n);
	gguf_free(g);
	hf_free(hf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = size ? (const char *)data + 1 : "", *text = rest;
	size_t n = size ? size - 1 : 0, n_text = n;
	uint8_t which = size ? data[0] : 0;
	struct folder f = { .texts = { .name = "folder" } };
	const char *end;
	void *aligned;

	make(&f, which);
	switch (which % FILES) {
	case 0:
		replace(&f.weights, rest, n);
		break;
	case 1:
		replace(&f.config, rest, n);
		break;
	case 2:
		replace(&f.tokenizer, rest, n);
		break;
	case 3:
		f.texts.tokenizer_config = (struct hf_text){ rest, n };
		break;
	default:
		end = memchr(rest, '\0', n);
		text = end ? end + 1 : "";
		n_text = end ? n - (size_t)(text - rest) : 0;
		put_pattern(&f.tokenizer, rest, end ? (size_t)(end - rest) : n);
		break;
	}
	aligned = aligned_alloc(64, (f.weights.len + 64) / 64 * 64);
	MUST(aligned);
	if (f.weights.len)
		memcpy(aligned, f.weights.data, f.weights.len);
	read_folder(&f, aligned, text, n_text);
	free(aligned);
	buf_release(&f.gguf);
	buf_release(&f.config);
	buf_release(&f.tokenizer);
	buf_release(&f.weights);
	return 0;
}
