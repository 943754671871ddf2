/*
 * A number of config.json is a row: how it is called there and in GGUF, and
 * what it is where the file leaves it to the library's defaults. RoPE has two
 * spellings: rope_theta and rope_scaling, or both within rope_parameters, which
 * may be told for each kind of layer.
 */
#include <math.h>
#include <stdio.h>

#include "model/hf_impl.h"

#define TWO_PI 6.283185307179586

static const struct hf_class classes[] = {
	{ "LlamaForCausalLM", "llama", "llama", HF_TURNED },
	{ "MistralForCausalLM", "mistral", "llama", HF_TURNED },
	{ "MixtralForCausalLM", "mixtral", "llama", HF_TURNED },
	{ "Qwen2ForCausalLM", "qwen2", "qwen2", 0 },
	{ "Qwen2MoeForCausalLM", "qwen2_moe", "qwen2moe", 0 },
	{ "Qwen3ForCausalLM", "qwen3", "qwen3", 0 },
	{ "Qwen3MoeForCausalLM", "qwen3_moe", "qwen3moe", 0 },
	{ "GemmaForCausalLM", "gemma", "gemma", HF_GEMMA },
	{ "Gemma2ForCausalLM", "gemma2", "gemma2",
	  HF_GEMMA | HF_POST | HF_WINDOWS },
	{ "Gemma3ForCausalLM", "gemma3_text", "gemma3",
	  HF_GEMMA | HF_POST | HF_WINDOWS },
	{ "Gemma3ForConditionalGeneration", "gemma3", "gemma3",
	  HF_GEMMA | HF_POST | HF_WINDOWS },
	{ "Phi3ForCausalLM", "phi3", "phi3", 0 },
	{ "Ministral3ForCausalLM", "ministral3", "mistral3", HF_TURNED },
	{ "Mistral3ForConditionalGeneration", "mistral3", "mistral3",
	  HF_TURNED },
};

/* Where the file says none; a key that would be 0 is left out. */
static const struct config_number {
	const char *from, *to;
	bool real;
	double otherwise, gemma3;
} numbers[] = {
	{ "num_hidden_layers", "block_count", false, 0, 0 },
	{ "hidden_size", "embedding_length", false, 0, 0 },
	{ "intermediate_size", "feed_forward_length", false, 0, 0 },
	{ "num_attention_heads", "attention.head_count", false, 0, 8 },
	{ "num_key_value_heads", "attention.head_count_kv", false, 0, 4 },
	{ "head_dim", "attention.key_length", false, 0, 256 },
	{ "head_dim", "attention.value_length", false, 0, 256 },
	{ "max_position_embeddings", "context_length", false, 0, 131072 },
	{ "rms_norm_eps", "attention.layer_norm_rms_epsilon", true, 1e-6, 0 },
	{ "sliding_window", "attention.sliding_window", false, 0, 4096 },
	{ "attn_logit_softcapping", "attn_logit_softcapping", true, 0, 0 },
	{ "final_logit_softcapping", "final_logit_softcapping", true, 0, 0 },
	{ "num_experts", "expert_count", false, 0, 0 },
	{ "num_local_experts", "expert_count", false, 0, 0 },
	{ "num_experts_per_tok", "expert_used_count", false, 0, 0 },
	{ "moe_intermediate_size", "expert_feed_forward_length", false, 0, 0 },
	{ "shared_expert_intermediate_size",
	  "expert_shared_feed_forward_length", false, 0, 0 },
};

void hf_classes(char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(classes) && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s",
				      list_join(i, ARRAY_LEN(classes)),
				      classes[i].name);
}

/* --- which model it is -------------------------------------------------- */

static const struct hf_class *find_class(struct json_value root)
{
	struct json_value name = json_at(json_get(root, "architectures"), 0);

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (json_text_is(name, classes[i].name) ||
		    (!name.doc && json_text_is(json_get(root, "model_type"),
					       classes[i].model_type)))
			return &classes[i];
	return NULL;
}

static bool is_silu(struct json_value act)
{
	return !act.doc || json_text_is(act, "silu") ||
	       json_text_is(act, "swish");
}

/* What would decode to something else than what the model says. */
static bool check_config(struct hf *hf, struct json_value top, struct err *err)
{
	struct json_value quant = json_get(top, "quantization_config");
	struct json_value act = json_get(hf->root, "hidden_act");
	const char *s;
	size_t n;

	if (json_is(quant, JSON_OBJECT)) {
		s = json_text(json_get(quant, "quant_method"), &n);
		return err_set(err, "its weights are quantised (%.*s); the "
				    "ones that aren't are read, or GGUF",
			       (int)MIN(n, (size_t)40), s ? s : "");
	}
	if (!(hf->class->traits & HF_GEMMA) && !is_silu(act)) {
		s = json_text(act, &n);
		return err_set(err, "the activation \"%.*s\" is not known in "
				    "%s",
			       (int)MIN(n, (size_t)40), s ? s : "",
			       hf->class->name);
	}
	return true;
}

bool hf_config_read(struct hf *hf, struct err *err)
{
	const struct hf_text *text = &hf->texts->config;
	struct json_value top, name;
	struct json_trouble trouble;
	const char *s;
	char known[ERR_MAX_BYTES / 2 + 64];
	size_t n;

	if (!json_read(&hf->config, text->s, text->n, false, &trouble))
		return err_set(err, "config.json: byte %zu: %s", trouble.byte,
			       trouble.what);
	top = json_root(&hf->config);
	hf->class = find_class(top);
	if (!hf->class) {
		name = json_at(json_get(top, "architectures"), 0);
		s = json_text(name.doc ? name : json_get(top, "model_type"),
			      &n);
		hf_classes(known, sizeof(known));
		if (!s)
			return err_set(err, "config.json names no "
					    "architecture; %s are known",
				       known);
		return err_set(err, "the architecture \"%.*s\" is not known; "
				    "%s are",
			       (int)MIN(n, (size_t)60), s ? s : "", known);
	}
	hf->root = json_get(top, "text_config");
	if (!json_is(hf->root, JSON_OBJECT))
		hf->root = top;
	hf->tied = hf->class->traits & HF_GEMMA ||
		   json_is(json_get(hf->root, "tie_word_embeddings"),
			   JSON_TRUE);
	return check_config(hf, top, err);
}

/* --- keys --------------------------------------------------------------- */

/* "llama.block_count" */
static const char *key(const struct hf *hf, const char *name, char out[128])
{
	snprintf(out, 128, "%s.%s", hf->class->arch, name);
	return out;
}

static bool is_gemma3(const struct hf *hf)
{
	return strcmp(hf->class->arch, "gemma3") == 0;
}

static double number(struct json_value object, const char *name,
		     double otherwise)
{
	return json_number(json_get(object, name), otherwise);
}

static void put_real(struct hf *hf, const char *name, double value)
{
	char full[128];

	gguf_put_f64(&hf->keys, key(hf, name, full), value);
}

/* What is no count is refused later, by its name. */
static void put_count(struct hf *hf, const char *name, double value)
{
	char full[128];

	if (value >= 0 && value < 0x1p53 && value == floor(value))
		gguf_put_u64(&hf->keys, key(hf, name, full), (uint64_t)value);
	else
		gguf_put_f64(&hf->keys, key(hf, name, full), value);
}

static void put_word(struct hf *hf, const char *name, const char *word)
{
	char full[128];

	gguf_put_str(&hf->keys, key(hf, name, full), word, strlen(word));
}

/* "64", -64 and 64.5 are no numbers of rows; null is none that is told. */
static bool check_number(const struct hf *hf, const struct config_number *row,
			 struct err *err)
{
	struct json_value v = json_get(hf->root, row->from);
	double value = json_number(v, -1);
	struct buf text = { 0 };

	if (json_type(v) <= JSON_NULL || json_is(v, JSON_FALSE) ||
	    (value >= 0 && isfinite(value) &&
	     (row->real || (value < 0x1p53 && value == floor(value)))))
		return true;
	json_put(&text, v);
	err_set(err, "config.json: %s is %.*s, which is no %snumber of 0 or "
		     "more", row->from, (int)MIN(text.len, (size_t)40),
		buf_cstr(&text), row->real ? "" : "whole ");
	buf_release(&text);
	return false;
}

/* What no model is without; and as many layers as there are weights of. Of
 * weights alone, for a tokenizer may be asked for without. */
bool hf_config_check(const struct hf *hf, uint32_t n_layers, struct err *err)
{
	static const char *const needed[] = { "num_hidden_layers",
					      "hidden_size",
					      "num_attention_heads",
					      "max_position_embeddings" };
	double value = number(hf->root, "num_hidden_layers", 0);

	for (size_t i = 0; n_layers && i < ARRAY_LEN(needed); i++)
		if (json_type(json_get(hf->root, needed[i])) <= JSON_NULL &&
		    !is_gemma3(hf))
			return err_set(err, "config.json: has no %s",
				       needed[i]);
	return !n_layers || value <= n_layers ||
	       err_set(err, "config.json: num_hidden_layers is %.0f, and there "
			    "are weights of %u", value, n_layers);
}

static bool put_numbers(struct hf *hf, struct err *err)
{
	const char *before = "";

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const struct config_number *row = &numbers[i];
		double value = number(hf->root, row->from,
				      is_gemma3(hf) && row->gemma3 > 0 ?
					      row->gemma3 : row->otherwise);

		if (!check_number(hf, row, err))
			return false;
		if (value == 0 || strcmp(before, row->to) == 0)
			continue;
		(row->real ? put_real : put_count)(hf, row->to, value);
		before = row->to;
	}
	return true;
}

/* Which layers see a window: a list of words, or each n-th sees all. */
static void put_windows(struct hf *hf)
{
	static const char name[] = "attention.sliding_window_pattern";
	struct json_value list = json_get(hf->root, "layer_types");
	double every = number(hf->root, "sliding_window_pattern", 0);
	char full[128];

	if (every > 0)
		put_count(hf, name, every);
	else if (json_is(list, JSON_ARRAY)) {
		gguf_put_ints(&hf->keys, key(hf, name, full),
			      json_count(list));
		for (list = json_first(list); list.doc; list = json_next(list))
			gguf_item_int(&hf->keys,
				      json_text_is(list, "sliding_attention"));
	}
}

/* --- RoPE --------------------------------------------------------------- */

/* Of its many numbers, as transformers has them. */
struct rope_config {
	struct json_value all, params; /* params: of layers that see all */
	double theta, factor, n_orig, n_most;
	uint32_t n_rot;
};

/* yarn's factor of lengths, for a scale of positions. */
static double mscale(double factor, double scale)
{
	return factor > 1 ? 0.1 * scale * log(factor) + 1 : 1;
}

static void put_yarn(struct hf *hf, const struct rope_config *r)
{
	static const char *const betas[][2] = {
		{ "beta_fast", "rope.scaling.yarn_beta_fast" },
		{ "beta_slow", "rope.scaling.yarn_beta_slow" },
	};
	double own = mscale(r->factor, 1);
	double scale = number(r->params, "mscale", 0);
	double all = number(r->params, "mscale_all_dim", 0);
	double said = own;

	if (scale > 0 && all > 0)
		said = mscale(r->factor, scale) / mscale(r->factor, all);
	said = number(r->params, "attention_factor", said);
	put_real(hf, "rope.scaling.attn_factor", said / own);
	for (size_t i = 0; i < ARRAY_LEN(betas); i++)
		if (json_is(json_get(r->params, betas[i][0]), JSON_NUMBER))
			put_real(hf, betas[i][1],
				 number(r->params, betas[i][0], 0));
}

/* Long waves are divided by the factor, short ones are not, those between go
 * over (Llama 3.1). */
static void put_llama3(struct hf *hf, const struct rope_config *r)
{
	float *out = hf_vector(hf, "rope_freqs.weight", r->n_rot / 2);
	double low = number(r->params, "low_freq_factor", 1);
	double high = number(r->params, "high_freq_factor", 4);

	for (uint32_t i = 0; i < r->n_rot / 2; i++) {
		double turns = r->n_orig / TWO_PI *
			       pow(r->theta, -2.0 * i / r->n_rot);
		double share = (turns - low) / (high - low);

		share = fmin(1, fmax(0, share));
		out[i] = (float)(1 / ((1 - share) / r->factor + share));
	}
}

static bool put_longrope(struct hf *hf, const struct rope_config *r,
			 struct err *err)
{
	static const char *const lists[][2] = {
		{ "short_factor", "rope_factors_short.weight" },
		{ "long_factor", "rope_factors_long.weight" },
	};
	double scale = r->n_most / r->n_orig;
	double said = scale > 1 ? sqrt(1 + log(scale) / log(r->n_orig)) : 1;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct json_value v = json_get(r->params, lists[i][0]);
		float *out;

		if (json_count(v) != r->n_rot / 2)
			return err_set(err, "config.json: %s is no list of %u "
					    "numbers",
				       lists[i][0], r->n_rot / 2);
		out = hf_vector(hf, lists[i][1], r->n_rot / 2);
		for (v = json_first(v); v.doc; v = json_next(v))
			*out++ = (float)json_number(v, 1);
	}
	put_real(hf, "rope.scaling.attn_factor",
		 number(r->params, "attention_factor", said));
	return true;
}

static bool put_scaling(struct hf *hf, const struct rope_config *r,
			struct err *err)
{
	struct json_value type = json_get(r->params, "rope_type");
	const char *s;
	size_t n;

	if (!type.doc)
		type = json_get(r->params, "type");
	/* "dynamic" is for texts beyond the context alone */
	if (!type.doc || json_text_is(type, "default") ||
	    json_text_is(type, "dynamic"))
		return true;
	put_count(hf, "rope.scaling.original_context_length", r->n_orig);
	if (json_text_is(type, "llama3")) {
		put_llama3(hf, r);
		return true;
	}
	if (json_text_is(type, "longrope") || json_text_is(type, "su")) {
		put_word(hf, "rope.scaling.type", "longrope");
		return put_longrope(hf, r, err);
	}
	put_real(hf, "rope.scaling.factor", r->factor);
	if (json_text_is(type, "yarn")) {
		put_word(hf, "rope.scaling.type", "yarn");
		put_yarn(hf, r);
		return true;
	}
	put_word(hf, "rope.scaling.type", "linear");
	s = json_text(type, &n);
	return json_text_is(type, "linear") ||
	       err_set(err, "RoPE scaling of type \"%.*s\" is not known",
		       (int)MIN(n, (size_t)40), s ? s : "");
}

/* The length of a head that turns; 0: none can be. */
static uint32_t rotary(const struct hf *hf, const struct rope_config *r)
{
	double heads = number(hf->root, "num_attention_heads",
			      is_gemma3(hf) ? 8 : 1);
	double d = number(hf->root, "head_dim",
			  is_gemma3(hf) ? 256 :
			  floor(number(hf->root, "hidden_size", 0) / heads));
	double part = number(r->params, "partial_rotary_factor",
			     number(hf->root, "partial_rotary_factor", 1));

	d = floor(d * part);
	return d >= 2 && d <= 65536 ? (uint32_t)d : 0;
}

static bool put_rope(struct hf *hf, struct err *err)
{
	struct rope_config r = { .all = json_get(hf->root, "rope_parameters") };
	struct json_value near;
	double near_base, temper;

	if (!json_is(r.all, JSON_OBJECT))
		r.all = json_get(hf->root, "rope_scaling");
	r.params = json_get(r.all, "full_attention");
	if (!json_is(r.params, JSON_OBJECT))
		r.params = r.all;
	r.theta = number(r.params, "rope_theta",
			 number(hf->root, "rope_theta",
				is_gemma3(hf) ? 1e6 : 1e4));
	r.factor = number(r.params, "factor", 1);
	r.n_most = number(hf->root, "max_position_embeddings",
			  is_gemma3(hf) ? 131072 : 0);
	r.n_orig = number(r.params, "original_max_position_embeddings",
			  number(hf->root, "original_max_position_embeddings",
				 r.n_most));
	r.n_rot = rotary(hf, &r);
	put_real(hf, "rope.freq_base", r.theta);
	put_count(hf, "rope.dimension_count", r.n_rot);
	near = json_get(r.all, "sliding_attention");
	near_base = number(near, "rope_theta",
			   number(hf->root, "rope_local_base_freq", 0));
	if (near_base > 0)
		put_real(hf, "rope.freq_base_swa", near_base);
	temper = number(r.params, "llama_4_scaling_beta", 0);
	if (temper > 0)
		put_real(hf, "attention.temperature_scale", temper);
	return put_scaling(hf, &r, err);
}

/* --- the whole ---------------------------------------------------------- */

bool hf_config_put(struct hf *hf, struct err *err)
{
	struct json_value share = json_get(hf->root, "norm_topk_prob");
	double scalar = number(hf->root, "query_pre_attn_scalar", 0);
	const char *name = hf->texts->name;
	char full[128];

	gguf_put_str(&hf->keys, "general.architecture", hf->class->arch,
		     strlen(hf->class->arch));
	if (name)
		gguf_put_str(&hf->keys, "general.name", name, strlen(name));
	if (!put_numbers(hf, err))
		return false;
	if (hf->class->traits & HF_WINDOWS)
		put_windows(hf);
	if (hf->class->traits & HF_TURNED)
		gguf_put_bool(&hf->keys, "lilscope.rope_halves", true);
	if (scalar > 0)
		put_real(hf, "attention.scale", 1 / sqrt(scalar));
	if (json_is(share, JSON_TRUE) || json_is(share, JSON_FALSE))
		gguf_put_bool(&hf->keys, key(hf, "expert_weights_norm", full),
			      json_is(share, JSON_TRUE));
	return put_rope(hf, err);
}
