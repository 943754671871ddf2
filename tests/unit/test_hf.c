/*
 * A model as a Hugging Face folder: the same logits and ids as the GGUF file
 * that it becomes, in one file and in several; and a sentence for each way in
 * which a folder can be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/model_map.h"
#include "model/safetensors.h"
#include "model/transformer.h"
#include "naive_vocab.h"
#include "random_folder.h"
#include "random_model.h"

enum { VOCAB = 300 };

#define CLOSE 2e-4

static char folder[] = "test_hf.XXXXXX";

static const char *const all_names[] = {
	"config.json", "tokenizer.json", "tokenizer_config.json",
	"generation_config.json", "chat_template.jinja", "model.safetensors",
	"model.safetensors.index.json", "model-00001-of-00002.safetensors",
	"model-00002-of-00002.safetensors", "pytorch_model.bin",
};

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put_file(const char *name, const void *bytes, size_t n)
{
	FILE *out = fopen(path_of(name), "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
}

static void put_text(const char *name, const char *text)
{
	put_file(name, text, strlen(text));
}

static void clear(void)
{
	for (size_t i = 0; i < ARRAY_LEN(all_names); i++)
		unlink(path_of(all_names[i]));
}

/* --- whole models ------------------------------------------------------- */

/* A small model in both forms; in `file` the GGUF. */
static struct gguf *make(const struct random_spec *spec, bool two_files,
			 struct buf *file)
{
	struct buf text = { 0 };
	struct err err = { "" };
	struct gguf *g;
	size_t n, middle;

	clear();
	random_gguf(spec, file);
	g = gguf_parse(file->data, file->len, &err);
	assert_non_null(g);
	n = gguf_n_tensors(g);
	middle = two_files ? n / 2 : n;
	folder_config(g, &text);
	put_file("config.json", text.data, text.len);
	buf_clear(&text);
	folder_tokenizer(g, &text);
	put_file("tokenizer.json", text.data, text.len);
	buf_clear(&text);
	folder_weights(g, 0, middle, &text);
	put_file(two_files ? "model-00001-of-00002.safetensors" :
			     "model.safetensors", text.data, text.len);
	if (two_files) {
		buf_clear(&text);
		folder_weights(g, middle, n, &text);
		put_file("model-00002-of-00002.safetensors", text.data,
			 text.len);
		put_text("model.safetensors.index.json",
			 "{\"metadata\":{},\"weight_map\":{"
			 "\"a\":\"model-00001-of-00002.safetensors\","
			 "\"b\":\"model-00002-of-00002.safetensors\","
			 "\"c\":\"model-00001-of-00002.safetensors\"}}");
	}
	buf_release(&text);
	return g;
}

static void logits_of(const struct model *m, float *out)
{
	const uint32_t ids[] = { 1, 70, 80, 90, 100, 110, 120, 130, 140, 150 };
	struct sparse_opts o = sparse_opts_auto;
	struct transformer *t;

	assert_int_equal(m->shape.n_vocab, VOCAB);
	t = transformer_new(m, NULL, GGML_F32, &sparse_dense, &o);
	transformer_prompt(t, ids, ARRAY_LEN(ids), 4);
	memcpy(out, transformer_logits(t), VOCAB * sizeof(*out));
	transformer_free(t);
}

static void is_the_same(const struct model *a, const struct model *b,
			const char *what)
{
	float want[VOCAB], is[VOCAB];
	double most = 0;

	logits_of(a, want);
	logits_of(b, is);
	for (size_t i = 0; i < VOCAB; i++)
		most = fmax(most, fabs((double)want[i] - (double)is[i]));
	if (!(most <= CLOSE))
		fail_msg("%s: logits err by %g", what, most);
}

static void folders_are_their_files(void **state)
{
	static const struct random_spec specs[] = {
		{ .arch = "llama", .type = GGML_F32 },
		{ .arch = "llama", .type = GGML_BF16, .tied = true },
		{ .arch = "qwen2", .type = GGML_F16 },
		{ .arch = "qwen3", .type = GGML_BF16 },
		{ .arch = "qwen2moe", .type = GGML_F32 },
		{ .arch = "qwen3moe", .type = GGML_F32 },
		{ .arch = "gemma2", .type = GGML_F32, .tied = true },
		{ .arch = "gemma3", .type = GGML_F32, .tied = true },
		{ .arch = "phi3", .type = GGML_F32 },
		{ .arch = "mistral3", .type = GGML_F32, .scaling = "yarn" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(specs); i++) {
		struct random_spec spec = specs[i / 2];
		struct buf file = { 0 };
		struct err err = { "" };
		struct model_map map;
		struct model *m;
		struct gguf *g;

		spec.n_embd = spec.n_ff = spec.n_ff_expert = 64;
		spec.n_vocab = VOCAB;
		spec.vocab = true;
		spec.seed = i + 1;
		g = make(&spec, i % 2, &file);
		m = model_from_gguf(g, &err);
		assert_non_null(m);
		if (!model_map_open(&map,
				    i % 4 == 3 ?
					    path_of("model-00002-of-00002."
						    "safetensors") :
					    folder,
				    NULL, &err))
			fail_msg("%s", err.text);
		is_the_same(m, map.model, spec.arch);
		assert_true(map.n_bytes > 10000);
		assert_int_equal(map.vocab->bos, 1);
		assert_true(map.vocab->add_bos && map.vocab->add_space);
		assert_true(map.vocab->ends[2] && !map.vocab->ends[1]);
		assert_int_equal(map.vocab->unknown, 0);
		assert_string_equal(map.model->arch, spec.arch);
		model_map_close(&map);
		model_free(m);
		gguf_free(g);
		buf_release(&file);
	}
	clear();
}

/* --- numbers of config.json --------------------------------------------- */

/* A folder in memory with no more than an embedding; its GGUF. */
static struct gguf *keys_of(const char *config, const char *tokenizer,
			    const char *more, struct hf **hf)
{
	static struct buf weights;
	const struct hf_texts texts = {
		.config = { config, strlen(config) },
		.tokenizer = { tokenizer, strlen(tokenizer) },
		.tokenizer_config = { more, more ? strlen(more) : 0 },
		.template_json = { "{\"chat_template\":\"hi\"}", 22 },
	};
	static struct hf_texts kept;
	struct err err = { "" };
	struct gguf *g = NULL;
	static float rows[VOCAB * 2];

	kept = texts;
	buf_clear(&weights);
	folder_file("{\"model.embed_tokens.weight\":{\"dtype\":\"F32\","
		    "\"shape\":[300,2],\"data_offsets\":[0,2400]}}   ",
		    rows, sizeof(rows), &weights);
	*hf = hf_new(&kept, &err);
	if (*hf && hf_add(*hf, weights.data, weights.len, &err))
		g = hf_gguf(*hf, &err);
	if (!g)
		fail_msg("%s", err.text);
	buf_release(&weights);
	return g;
}

#define EMPTY_TOKENIZER                                                        \
	"{\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{},"    \
	"\"merges\":[]}}"

#define SHAPE                                                                  \
	"\"architectures\":[\"LlamaForCausalLM\"],\"num_hidden_layers\":1,"    \
	"\"hidden_size\":2048,\"num_attention_heads\":32,"                     \
	"\"max_position_embeddings\":131072,"

static void rope_is_read(void **state)
{
	/* transformers' _compute_llama3_parameters for these numbers, as what
	 * divides the plain frequencies */
	static const struct {
		size_t i;
		double divisor;
	} want[] = {
		{ 0, 1 },
		{ 14, 1 },
		{ 15, 1.6513292457638984 },
		{ 16, 3.2922621029408843 },
		{ 17, 9.666728978753293 },
		{ 18, 32 },
		{ 31, 32 },
	};
	struct hf *hf;
	struct gguf *g = keys_of(
		"{" SHAPE "\"rope_theta\":500000.0,\"rope_scaling\":{"
		"\"factor\":32.0,\"high_freq_factor\":4.0,"
		"\"low_freq_factor\":1.0,"
		"\"original_max_position_embeddings\":8192,"
		"\"rope_type\":\"llama3\"}}",
		EMPTY_TOKENIZER, NULL, &hf);
	const struct gguf_tensor *t = gguf_tensor(g, "rope_freqs.weight");
	float divisors[32];
	double value;

	(void)state;
	assert_non_null(t);
	assert_int_equal(t->dims[0], 32);
	quant_of(t->type)->to_f32(divisors, t->data, 32);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (fabs((double)divisors[want[i].i] - want[i].divisor) >
		    1e-4 * want[i].divisor)
			fail_msg("%zu is %.9g", want[i].i,
				 (double)divisors[want[i].i]);
	assert_true(gguf_f64(g, "llama.rope.freq_base", &value));
	assert_true(value == 500000);
	gguf_free(g);
	hf_free(hf);

	g = keys_of("{" SHAPE "\"rope_parameters\":{\"rope_theta\":1000000.0,"
		    "\"rope_type\":\"yarn\",\"factor\":4.0,"
		    "\"attention_factor\":1.0,"
		    "\"original_max_position_embeddings\":32768}}",
		    EMPTY_TOKENIZER, NULL, &hf);
	assert_true(gguf_f64(g, "llama.rope.freq_base", &value));
	assert_true(value == 1000000);
	assert_true(gguf_f64(g, "llama.rope.scaling.factor", &value));
	assert_true(value == 4);
	/* what is said is the whole of it */
	assert_true(gguf_f64(g, "llama.rope.scaling.attn_factor", &value));
	assert_true(fabs(value * (1 + 0.1 * log(4)) - 1) < 1e-9);
	gguf_free(g);
	hf_free(hf);
}

static void longrope_and_windows_are_read(void **state)
{
	struct hf *hf;
	struct gguf *g = keys_of(
		"{\"architectures\":[\"Phi3ForCausalLM\"],\"hidden_size\":32,"
		"\"num_attention_heads\":4,\"max_position_embeddings\":131072,"
		"\"original_max_position_embeddings\":4096,"
		"\"partial_rotary_factor\":0.5,\"rope_scaling\":{"
		"\"type\":\"longrope\",\"short_factor\":[1.5,2],"
		"\"long_factor\":[3,4]}}",
		EMPTY_TOKENIZER, NULL, &hf);
	const struct gguf_tensor *t =
		gguf_tensor(g, "rope_factors_short.weight");
	struct gguf_array list;
	float first;
	double value;

	(void)state;
	assert_non_null(t);
	quant_of(t->type)->to_f32(&first, t->data, 1);
	assert_true(first == 1.5f);
	assert_true(gguf_f64(g, "phi3.rope.dimension_count", &value));
	assert_true(value == 4);
	assert_true(gguf_f64(g, "phi3.rope.scaling.attn_factor", &value));
	assert_true(fabs(value - 1.1902380714238083) < 1e-9);
	gguf_free(g);
	hf_free(hf);

	g = keys_of("{\"architectures\":[\"Gemma3ForConditionalGeneration\"],"
		    "\"text_config\":{\"hidden_size\":2560,"
		    "\"layer_types\":[\"sliding_attention\","
		    "\"full_attention\"],\"rope_scaling\":{\"factor\":8.0,"
		    "\"rope_type\":\"linear\"},\"sliding_window\":1024}}",
		    EMPTY_TOKENIZER, NULL, &hf);
	assert_true(gguf_array(g, "gemma3.attention.sliding_window_pattern",
			       &list));
	assert_true(gguf_next_bool(&list) && !gguf_next_bool(&list));
	assert_true(gguf_f64(g, "gemma3.attention.head_count", &value));
	assert_true(value == 8);
	assert_true(gguf_f64(g, "gemma3.rope.freq_base", &value));
	assert_true(value == 1e6);
	assert_true(gguf_f64(g, "gemma3.attention.sliding_window", &value));
	assert_true(value == 1024);
	gguf_free(g);
	hf_free(hf);
}

/* --- tokenizers --------------------------------------------------------- */

/* The vocabulary of a GGUF file with merges as tokenizer.json. */
static void bpe_json(const struct gguf *g, const char *pre, struct buf *out)
{
	struct gguf_array list;
	const char *s;
	size_t n;

	buf_printf(out, "{\"added_tokens\":[{\"id\":262,\"content\":\"<x>\","
			"\"special\":false},{\"id\":263,\"content\":\"<|e|>\","
			"\"special\":false}],\"pre_tokenizer\":%s,\"model\":{"
			"\"type\":\"BPE\",\"vocab\":{", pre);
	assert_true(gguf_array(g, "tokenizer.ggml.tokens", &list));
	for (uint32_t i = 0; gguf_next_str(&list, &s, &n); i++) {
		buf_puts(out, i ? "," : "");
		json_put_string(out, s, n);
		buf_printf(out, ":%u", i);
	}
	buf_puts(out, "},\"merges\":[");
	assert_true(gguf_array(g, "tokenizer.ggml.merges", &list));
	for (uint32_t i = 0; gguf_next_str(&list, &s, &n); i++) {
		const char *blank = memchr(s, ' ', n);

		/* both ways to write one */
		buf_puts(out, i ? "," : "");
		if (i % 2) {
			json_put_string(out, s, n);
			continue;
		}
		buf_putc(out, '[');
		json_put_string(out, s, (size_t)(blank - s));
		buf_putc(out, ',');
		json_put_string(out, blank + 1, (size_t)(s + n - blank - 1));
		buf_putc(out, ']');
	}
	buf_puts(out, "]}}");
}

static void same_ids(const struct vocab *a, const struct vocab *b)
{
	static const char *const texts[] = {
		"aab aaab  aa12345 'S it's\n\n x<x>aa<|e|>",
		"\xc2\x85 a\xc2\x85",
		"\xff\xc3\xa9 aa  \t\n aa   ", "", "aaaaaaaaaaaaaaaaaa",
	};
	struct vocab_ids x = { 0 }, y = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		x.n = y.n = 0;
		vocab_encode(a, texts[i], strlen(texts[i]), VOCAB_SPECIAL, &x);
		vocab_encode(b, texts[i], strlen(texts[i]), VOCAB_SPECIAL, &y);
		assert_int_equal(x.n, y.n);
		if (x.n)
			assert_memory_equal(x.ids, y.ids, x.n * sizeof(*x.ids));
	}
	vocab_ids_release(&x);
	vocab_ids_release(&y);
}

#define SPLIT(regex)                                                           \
	"{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" regex                  \
	"\"},\"behavior\":\"Isolated\",\"invert\":false}"
#define BYTES(regex)                                                           \
	"{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":"    \
	regex "}"
#define SEQUENCE(a, b)                                                         \
	"{\"type\":\"Sequence\",\"pretokenizers\":[" a "," b "]}"
#define QWEN(digits)                                                           \
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+" \
	"|\\\\p{N}" digits "| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*"         \
	"|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"

static void tokenizers_are_their_files(void **state)
{
	static const struct naive_merge merges[] = {
		{ "a", "a" },	{ "aa", "aa" }, { "a", "b" },
		{ "b", "aa" }, { " ", "aa" }, { "\xc3", "\xa9" },
	};
	static const struct naive_piece pieces[] = { { "<x>", 0, 4 },
						     { "<|e|>", 0, 3 } };
	static const struct {
		const char *family, *pre, *kind;
	} rows[] = {
		{ "qwen2", SEQUENCE(SPLIT(QWEN("")), BYTES("false")),
		  "gpt2 qwen2" },
		{ "llama-bpe", SEQUENCE(SPLIT(QWEN("{1,3}")), BYTES("false")),
		  "gpt2 llama-bpe" },
		{ "gpt-2", BYTES("true"), "gpt2 of its own" },
		{ "smollm",
		  SEQUENCE("{\"type\":\"Digits\",\"individual_digits\":true}",
			   BYTES("true")),
		  "gpt2 of its own" },
		/* the same as qwen2's, by PCRE2 */
		{ "qwen2", SEQUENCE(SPLIT("(?:" QWEN("") ")"), BYTES("false")),
		  "gpt2 of its own" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf file = { 0 }, json = { 0 };
		struct err err = { "" };
		struct vocab *a, *b;
		struct gguf *g, *h;
		struct hf *hf;

		naive_bpe_file(rows[i].family, merges, ARRAY_LEN(merges),
			       pieces, ARRAY_LEN(pieces), &file);
		g = gguf_parse(file.data, file.len, &err);
		assert_non_null(g);
		a = vocab_from_gguf(g, &err);
		assert_non_null(a);
		bpe_json(g, rows[i].pre, &json);
		h = keys_of("{" SHAPE "\"a\":0}", buf_cstr(&json),
			    "{\"add_bos_token\":false}", &hf);
		b = vocab_from_gguf(h, &err);
		if (!b)
			fail_msg("%s", err.text);
		assert_string_equal(b->kind, rows[i].kind);
		assert_false(b->add_bos);
		assert_int_equal(b->type[262], TOKEN_USER);
		assert_int_equal(b->type[263], TOKEN_CONTROL);
		assert_int_equal(b->type[299], TOKEN_UNUSED);
		same_ids(a, b);
		vocab_free(a);
		vocab_free(b);
		gguf_free(g);
		gguf_free(h);
		hf_free(hf);
		buf_release(&file);
		buf_release(&json);
	}
}

/* Merges in the stead of scores, blanks are U+2581; and what is done before:
 * marks join their letters where the normalizer says so, tokens take the white
 * space behind them that say so. */
static void characters_merge(void **state)
{
	static const struct {
		const char *json, *text;
		uint32_t want[14], n;
	} rows[] = {
		{ "{\"normalizer\":{\"type\":\"Replace\",\"pattern\":"
		  "{\"String\":\" \"},\"content\":\"\xe2\x96\x81\"},"
		  "\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,"
		  "\"vocab\":{\"<0xC3>\":1,\"<0xA9>\":2,\"a\":3,\"b\":4,"
		  "\"\xe2\x96\x81\":5,\"ab\":6,\"\xe2\x96\x81"
		  "ab\":7,\"\xe2\x96\x81"
		  "a\":8},\"merges\":[\"a b\",[\"\xe2\x96\x81\",\"a\"],"
		  "\"\xe2\x96\x81 ab\"]}}",
		  "ab ab  aa\xc3\xa9", { 6, 7, 5, 8, 3, 1, 2 }, 7 },
		{ "{\"added_tokens\":[{\"id\":5,\"content\":\"<|u|>\","
		  "\"special\":true,\"rstrip\":true},{\"id\":6,\"content\":"
		  "\"<|e|>\",\"special\":true},{\"id\":0,\"content\":\"<|z|>\","
		  "\"special\":true},{\"content\":\"<|no id|>\","
		  "\"rstrip\":true}],\"normalizer\":{\"type\":"
		  "\"NFC\"},\"pre_tokenizer\":" BYTES("true") ",\"model\":{"
		  "\"type\":\"BPE\",\"vocab\":{\"\u00c3\":1,"
		  "\"\u00a9\":2,\"a\":3,\"\u0120\":4},\"merges\":[]}}",
		  "<|u|> \n ae\xcc\x81" "a<|e|> a<|u|>\t<|u|>a<|z|> a",
		  { 5, 3, 1, 2, 3, 6, 4, 3, 5, 5, 3, 0, 4, 3 }, 14 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *text, *json = rows[i].json;
		size_t n;
		struct vocab_ids ids = { 0 };
		struct err err = { "" };
		struct hf *hf;
		struct gguf *g = keys_of("{" SHAPE "\"a\":0}", json, NULL, &hf);
		struct vocab *v = vocab_from_gguf(g, &err);

		assert_non_null(v);
		assert_true(gguf_str(g, "tokenizer.chat_template", &text, &n));
		assert_int_equal(n, 2); /* a processor's */
		text = rows[i].text;
		vocab_encode(v, text, strlen(text), VOCAB_SPECIAL, &ids);
		assert_int_equal(ids.n, rows[i].n);
		assert_memory_equal(ids.ids, rows[i].want, ids.n * 4);
		vocab_ids_release(&ids);
		vocab_free(v);
		gguf_free(g);
		hf_free(hf);
	}
}

/* --- what is wrong ------------------------------------------------------ */

static void refused_of(const char *path, const char *words)
{
	struct err err = { "" };
	struct model_map map;

	assert_false(model_map_open(&map, path, NULL, &err));
	if (!strstr(err.text, words) || !placed_once(err.text, folder))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

#define LLAMA(more) "{\"architectures\":[\"LlamaForCausalLM\"]" more "}"
#define CHARS(rest) "{\"model\":{\"byte_fallback\":true," rest "}}"
#define NO_MODEL ",\"model\":{\"vocab\":{},\"merges\":[]}}"

static const struct {
	const char *name, *text, *words; /* text NULL: is not there */
} wrong[] = {
	{ "config.json", NULL, "a folder without config.json" },
	{ "config.json", "{", "config.json: byte 1" },
	{ "config.json", "{\"architectures\":[\"BertModel\"]}",
	  "\"BertModel\" is not known; LlamaForCausalLM, " },
	{ "config.json", "[]", "config.json names no architecture; Llama" },
	{ "config.json",
	  LLAMA(",\"quantization_config\":{\"quant_method\":\"awq\"}"),
	  "quantised (awq)" },
	{ "config.json", LLAMA(",\"hidden_act\":\"relu\""),
	  "activation \"relu\" is not known" },
	{ "config.json", LLAMA(""), "config.json: has no num_hidden_layers" },
	{ "config.json", LLAMA(",\"num_hidden_layers\":1e300"),
	  "config.json: num_hidden_layers is 1e300, which is no whole" },
	{ "config.json", "{" SHAPE "\"head_dim\":-4}", "head_dim is -4, wh" },
	{ "config.json", "{" SHAPE "\"head_dim\":\"4\"}",
	  "head_dim is \"4\", which is no whole number of 0 or more" },
	{ "config.json", "{" SHAPE "\"head_dim\":4.5}", "head_dim is 4.5, wh" },
	{ "config.json", "{" SHAPE "\"num_hidden_layers\":1000}",
	  "num_hidden_layers is 1000, and there are weights of 2" },
	{ "config.json", "{" SHAPE "\"rope_scaling\":{\"type\":\"mrope\"}}",
	  "scaling of type \"mrope\" is not known" },
	{ "tokenizer.json", NULL, "has no tokenizer.json" },
	{ "tokenizer.json", "{\"model\":{\"type\":\"Unigram\"}}",
	  "the model \"Unigram\" is not known" },
	{ "tokenizer.json", "{\"model\":{\"vocab\":{}}}", "or no merges" },
	{ "tokenizer.json", "{\"a\":0" NO_MODEL,
	  "with ByteLevel or with byte_fallback" },
	{ "tokenizer.json",
	  "{\"pre_tokenizer\":" SEQUENCE("{\"type\":\"Punctuation\"}",
					 BYTES("true")) NO_MODEL,
	  "pre_tokenizer \"Punctuation\" is not known" },
	{ "tokenizer.json",
	  "{\"pre_tokenizer\":" SEQUENCE(SPLIT("("), BYTES("false")) NO_MODEL,
	  "can't match \"(\"" },
	{ "tokenizer.json", CHARS("\"vocab\":{\"a\":4e9},\"merges\":[]"),
	  "the id of \"a\" is no number of 0 to 4194304" },
	{ "tokenizer.json", CHARS("\"vocab\":{\"a\":-5},\"merges\":[]"),
	  "the id of \"a\" is no number of 0 to 4194304" },
	{ "tokenizer.json", CHARS("\"vocab\":{},\"merges\":[\"a a\",\"x\"]"),
	  "tokenizer.json: merge 2 is no pair of tokens" },
	{ "tokenizer_config.json", "{\"chat_template\":7}",
	  "tokenizer_config.json: its chat_template is no text" },
	{ "model.safetensors", NULL, "has no model.safetensors" },
	{ "model.safetensors", "GGUF", "is no safetensors file" },
	{ "model.safetensors.index.json",
	  "{\"weight_map\":{\"a\":\"../model.safetensors\"}}",
	  "not of its folder" },
	{ "model.safetensors.index.json",
	  "{\"weight_map\":{\"a\":\"none.safetensors\"}}",
	  "none.safetensors: a part of the model is missing" },
	{ "model.safetensors.index.json", "{}", "names no file" },
	{ "tokenizer_config.json", "{", "tokenizer_config.json: byte" },
};

static void folders_are_refused(void **state)
{
	const struct random_spec spec = { .arch = "llama",
					  .type = GGML_F32,
					  .n_embd = 32,
					  .n_ff = 32,
					  .n_vocab = VOCAB,
					  .vocab = true,
					  .seed = 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct buf file = { 0 };

		gguf_free(make(&spec, false, &file));
		if (wrong[i].text)
			put_text(wrong[i].name, wrong[i].text);
		else
			unlink(path_of(wrong[i].name));
		refused_of(i % 2 ? path_of("") : folder, wrong[i].words);
		buf_release(&file);
	}
	put_text("pytorch_model.bin", "x");
	unlink(path_of("model.safetensors"));
	unlink(path_of("model.safetensors.index.json"));
	put_text("config.json", "{" SHAPE "\"a\":0}");
	refused_of(path_of("a.safetensors"), "a pickle, which is a program");
	clear();
}

static void weights_are_refused(void **state)
{
#define EMBED "model.embed_tokens.weight"
	static const struct {
		const char *header;
		size_t n_data;
		const char *words;
	} rows[] = {
		{ "[]", 0, "its header is no JSON object" },
		{ "{\"" EMBED "\":{\"dtype\":\"F32\",\"shape\":[2,2],"
		  "\"data_offsets\":[0,16]}}",
		  15, "ends at byte 16 of 15: the file is cut short" },
		{ "{\"" EMBED "\":{\"dtype\":\"F32\",\"shape\":[2,2],"
		  "\"data_offsets\":[0,16]}}",
		  17, "1 bytes at its end are no tensor's" },
		{ "{\"" EMBED "\":{\"dtype\":\"F32\",\"shape\":[2,3],"
		  "\"data_offsets\":[0,16]}}",
		  16, "has 16 bytes, which its shape has not" },
		{ "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":"
		  "[0,8]},\"b\":{\"dtype\":\"F16\",\"shape\":[4],"
		  "\"data_offsets\":[4,12]}}",
		  12, "b does not begin where the tensor before it ends" },
		{ "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":"
		  "[8,0]}}",
		  8, "data_offsets that are none" },
		{ "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":"
		  "[0,8,8]}}",
		  8, "data_offsets that are none" },
		{ "{\"a\":{\"dtype\":\"F16\",\"shape\":[1e18,1e18],"
		  "\"data_offsets\":[0,8]}}",
		  8, "a shape that is none" },
		{ "{\"a\":{\"dtype\":\"F64\",\"shape\":[4294967296,"
		  "4294967296,1],\"data_offsets\":[0,0]}}",
		  0, "a shape that is none" },
		{ "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693],"
		  "\"data_offsets\":[0,0]}}",
		  0, "which its shape has not" },
		{ "{\"a\":{\"shape\":[4],\"data_offsets\":[0,8]}}", 8,
		  "a has no dtype" },
		{ "{\"a\":7}", 0, "a has no dtype" },
		{ "{\"" EMBED "\":{\"dtype\":\"F8_E4M3\",\"shape\":[2,2],"
		  "\"data_offsets\":[0,4]}}",
		  4, "of type F8_E4M3; F32, F16 and BF16 are read" },
		{ "{\"model.layers.0.self_attn.o_proj.bias\":{\"dtype\":"
		  "\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
		  4, "is not known in LlamaForCausalLM" },
		{ "{\"" EMBED "\":{\"dtype\":\"F32\",\"shape\":[],"
		  "\"data_offsets\":[0,4]}}",
		  4, "dimensions that make no tensor" },
		{ "{}", 0, "has no tensor model.embed_tokens.weight" },
	};
	static const char zeros[64];
	const struct random_spec spec = { .arch = "llama",
					  .type = GGML_F32,
					  .n_embd = 32,
					  .n_ff = 32,
					  .n_vocab = VOCAB,
					  .vocab = true,
					  .seed = 1 };
	struct buf file = { 0 }, bytes = { 0 };

	(void)state;
	gguf_free(make(&spec, false, &file));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_clear(&bytes);
		folder_file(rows[i].header, zeros, rows[i].n_data, &bytes);
		put_file("model.safetensors", bytes.data, bytes.len);
		refused_of(folder, rows[i].words);
	}
	buf_release(&bytes);
	buf_release(&file);
	clear();
}

/* Data anywhere, as the first versions had it: copied, not misread; what lies
 * well is not copied. */
static void data_lies_anywhere(void **state)
{
	static const float rows[4] = { 1, 2, 3, 4 };
	static const char config[] = "{" SHAPE "\"a\":0}";
	const struct hf_texts texts = {
		.config = { config, sizeof(config) - 1 },
		.tokenizer = { EMPTY_TOKENIZER, sizeof(EMPTY_TOKENIZER) - 1 },
	};

	(void)state;
	for (size_t more = 0; more < 8; more++) {
		struct buf bytes = { 0 };
		struct err err = { "" };
		struct hf *hf = hf_new(&texts, &err);
		const struct gguf_tensor *t;
		struct gguf *g;
		char header[256];
		bool inside;

		snprintf(header, sizeof(header),
			 "{\"" EMBED "\":{\"dtype\":\"F32\",\"shape\":[2,2]"
			 ",\"data_offsets\":[0,16]}}%*s", (int)more, "");
		folder_file(header, rows, sizeof(rows), &bytes);
		assert_true(hf_add(hf, bytes.data, bytes.len, &err));
		g = hf_gguf(hf, &err);
		assert_non_null(g);
		t = gguf_tensor(g, "token_embd.weight");
		assert_non_null(t);
		assert_int_equal((uintptr_t)t->data % 4, 0);
		assert_memory_equal(t->data, rows, sizeof(rows));
		inside = (uintptr_t)t->data >= (uintptr_t)bytes.data &&
			 (uintptr_t)t->data <
				 (uintptr_t)bytes.data + bytes.len;
		assert_int_equal(inside, (8 + strlen(header)) % 4 == 0);
		gguf_free(g);
		hf_free(hf);
		buf_release(&bytes);
	}
}

/* Cut anywhere it says so, and nothing is left behind. */
static void cut_anywhere(void **state)
{
	const struct random_spec spec = { .arch = "qwen3",
					  .type = GGML_BF16,
					  .n_embd = 32,
					  .n_ff = 32,
					  .n_vocab = VOCAB,
					  .vocab = true,
					  .seed = 1 };
	struct buf file = { 0 }, bytes = { 0 };
	struct safetensors s;
	struct err err;
	struct gguf *g = make(&spec, false, &file);

	(void)state;
	folder_weights(g, 0, gguf_n_tensors(g), &bytes);
	for (size_t n = 0; n < bytes.len; n += n < 4000 ? 1 : 997) {
		err_clear(&err);
		assert_false(safetensors_read(&s, bytes.data, n, &err));
		assert_true(err.text[0]);
		assert_null(s.tensors);
	}
	err_clear(&err);
	assert_true(safetensors_read(&s, bytes.data, bytes.len, &err));
	assert_int_equal(s.n, gguf_n_tensors(g));
	safetensors_release(&s);
	gguf_free(g);
	buf_release(&bytes);
	buf_release(&file);
	clear();
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	clear();
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_are_their_files),
		cmocka_unit_test(rope_is_read),
		cmocka_unit_test(longrope_and_windows_are_read),
		cmocka_unit_test(tokenizers_are_their_files),
		cmocka_unit_test(characters_merge),
		cmocka_unit_test(folders_are_refused),
		cmocka_unit_test(weights_are_refused),
		cmocka_unit_test(data_lies_anywhere),
		cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
