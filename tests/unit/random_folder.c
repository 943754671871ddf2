#include "random_folder.h"

#include <stdio.h>
#include <string.h>

#include "json/json.h"
#include "model/quant.h"

/* --- config.json -------------------------------------------------------- */

static const struct {
	const char *arch, *class;
} classes[] = {
	{ "llama", "LlamaForCausalLM" },   { "qwen2", "Qwen2ForCausalLM" },
	{ "qwen3", "Qwen3ForCausalLM" },   { "gemma2", "Gemma2ForCausalLM" },
	{ "phi3", "Phi3ForCausalLM" },	   { "gemma3", "Gemma3ForCausalLM" },
	{ "qwen2moe", "Qwen2MoeForCausalLM" },
	{ "qwen3moe", "Qwen3MoeForCausalLM" },
	{ "mistral3", "Ministral3ForCausalLM" },
};

static const struct {
	const char *gguf, *hf;
} numbers[] = {
	{ "block_count", "num_hidden_layers" },
	{ "embedding_length", "hidden_size" },
	{ "feed_forward_length", "intermediate_size" },
	{ "attention.head_count", "num_attention_heads" },
	{ "attention.head_count_kv", "num_key_value_heads" },
	{ "context_length", "max_position_embeddings" },
	{ "attention.layer_norm_rms_epsilon", "rms_norm_eps" },
	{ "attention.sliding_window", "sliding_window" },
	{ "rope.freq_base", "rope_theta" },
	{ "attn_logit_softcapping", "attn_logit_softcapping" },
	{ "final_logit_softcapping", "final_logit_softcapping" },
	{ "expert_count", "num_experts" },
	{ "expert_used_count", "num_experts_per_tok" },
	{ "expert_feed_forward_length", "moe_intermediate_size" },
	{ "expert_shared_feed_forward_length",
	  "shared_expert_intermediate_size" },
};

static const char *arch_of(const struct gguf *g)
{
	const char *s;
	size_t n;

	if (!gguf_str(g, "general.architecture", &s, &n))
		return "";
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (strlen(classes[i].arch) == n &&
		    memcmp(classes[i].arch, s, n) == 0)
			return classes[i].arch;
	return "";
}

static bool number(const struct gguf *g, const char *name, double *value)
{
	char full[128];

	snprintf(full, sizeof(full), "%s.%s", arch_of(g), name);
	return gguf_f64(g, full, value);
}

/* As mistral3 has it: the share of its lengths' factor is told as two. */
static void put_yarn(const struct gguf *g, struct buf *out)
{
	double factor, n_orig = 0, share = 0, temper = 0;

	if (!number(g, "rope.scaling.factor", &factor))
		return;
	number(g, "rope.scaling.original_context_length", &n_orig);
	number(g, "rope.scaling.yarn_log_multiplier", &share);
	number(g, "attention.temperature_scale", &temper);
	buf_printf(out, ",\"rope_parameters\":{\"rope_type\":\"yarn\","
			"\"factor\":%g,\"mscale\":1,\"mscale_all_dim\":%g,"
			"\"original_max_position_embeddings\":%g,"
			"\"llama_4_scaling_beta\":%.9g}",
		   factor, share, n_orig, temper);
}

void folder_config(const struct gguf *g, struct buf *out)
{
	double value, heads = 1, width = 1;
	bool gemma = strncmp(arch_of(g), "gemma", 5) == 0;

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (strcmp(classes[i].arch, arch_of(g)) == 0)
			buf_printf(out, "{\"architectures\":[\"%s\"]",
				   classes[i].class);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (number(g, numbers[i].gguf, &value))
			buf_printf(out, ",\"%s\":%.17g", numbers[i].hf, value);
	number(g, "attention.head_count", &heads);
	number(g, "embedding_length", &width);
	buf_printf(out, ",\"head_dim\":%g,\"tie_word_embeddings\":%s",
		   width / heads,
		   gguf_tensor(g, "output.weight") ? "false" : "true");
	if (gemma)
		buf_printf(out, ",\"hidden_activation\":\"gelu_pytorch_tanh\","
				"\"query_pre_attn_scalar\":%g",
			   width / heads);
	else
		buf_puts(out, ",\"hidden_act\":\"silu\"");
	put_yarn(g, out);
	buf_puts(out, ",\"bos_token_id\":1,\"eos_token_id\":[2]}");
}

/* --- tokenizer.json ----------------------------------------------------- */

void folder_tokenizer(const struct gguf *g, struct buf *out)
{
	struct gguf_array tokens;
	const char *s;
	size_t n;

	buf_puts(out, "{\"added_tokens\":["
		      "{\"id\":1,\"content\":\"<s>\",\"special\":true},"
		      "{\"id\":2,\"content\":\"</s>\",\"special\":true}],"
		      "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":["
		      "{\"type\":\"Prepend\",\"prepend\":\"\xe2\x96\x81\"},"
		      "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},"
		      "\"content\":\"\xe2\x96\x81\"}]},"
		      "\"pre_tokenizer\":null,\"post_processor\":"
		      "{\"type\":\"TemplateProcessing\",\"single\":["
		      "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
		      "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}]},"
		      "\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\","
		      "\"byte_fallback\":true,\"merges\":[],\"vocab\":{");
	gguf_array(g, "tokenizer.ggml.tokens", &tokens);
	for (uint32_t i = 0; gguf_next_str(&tokens, &s, &n); i++) {
		buf_puts(out, i ? "," : "");
		json_put_string(out, s, n);
		buf_printf(out, ":%u", i);
	}
	buf_puts(out, "}}}");
}

/* --- weights ------------------------------------------------------------ */

static const struct {
	const char *gguf, *hf;
} names[] = {
	{ "attn_norm.weight", "input_layernorm.weight" },
	{ "ffn_norm.weight", "post_attention_layernorm.weight" },
	{ "attn_q.weight", "self_attn.q_proj.weight" },
	{ "attn_k.weight", "self_attn.k_proj.weight" },
	{ "attn_v.weight", "self_attn.v_proj.weight" },
	{ "attn_q.bias", "self_attn.q_proj.bias" },
	{ "attn_k.bias", "self_attn.k_proj.bias" },
	{ "attn_v.bias", "self_attn.v_proj.bias" },
	{ "attn_output.weight", "self_attn.o_proj.weight" },
	{ "attn_qkv.weight", "self_attn.qkv_proj.weight" },
	{ "attn_q_norm.weight", "self_attn.q_norm.weight" },
	{ "attn_k_norm.weight", "self_attn.k_norm.weight" },
	{ "ffn_gate.weight", "mlp.gate_proj.weight" },
	{ "ffn_up.weight", "mlp.up_proj.weight" },
	{ "ffn_down.weight", "mlp.down_proj.weight" },
	{ "ffn_gate_inp.weight", "mlp.gate.weight" },
	{ "ffn_gate_exps.weight", "mlp.experts.#.gate_proj.weight" },
	{ "ffn_up_exps.weight", "mlp.experts.#.up_proj.weight" },
	{ "ffn_down_exps.weight", "mlp.experts.#.down_proj.weight" },
	{ "ffn_gate_shexp.weight", "mlp.shared_expert.gate_proj.weight" },
	{ "ffn_up_shexp.weight", "mlp.shared_expert.up_proj.weight" },
	{ "ffn_down_shexp.weight", "mlp.shared_expert.down_proj.weight" },
	{ "ffn_gate_inp_shexp.weight", "mlp.shared_expert_gate.weight" },
	{ "post_attention_norm.weight", "post_attention_layernorm.weight" },
	{ "post_ffw_norm.weight", "post_feedforward_layernorm.weight" },
};

void folder_name(const struct gguf *g, const char *name, char out[128])
{
	bool four = gguf_tensor(g, "blk.0.post_ffw_norm.weight") != NULL;
	bool fused = gguf_tensor(g, "blk.0.attn_qkv.weight") != NULL;
	unsigned layer = 0;
	int at = 0;

	*out = '\0';
	if (sscanf(name, "blk.%u.%n", &layer, &at) < 1 || !at) {
		snprintf(out, 128, "%s",
			 strcmp(name, "output.weight") == 0 ? "lm_head.weight" :
			 strcmp(name, "output_norm.weight") == 0 ?
				 "model.norm.weight" :
			 strcmp(name, "token_embd.weight") == 0 ?
				 "model.embed_tokens.weight" : "");
		return;
	}
	name += at;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].gguf, name) == 0)
			snprintf(out, 128, "model.layers.%u.%s", layer,
				 four && i == 1 ?
					 "pre_feedforward_layernorm.weight" :
				 fused && strcmp(name, "ffn_up.weight") == 0 ?
					 "mlp.gate_up_proj.weight" :
					 names[i].hf);
}

/* A file that is put together. */
struct file {
	struct buf header, data;
};

static void put_entry(struct file *f, const char *name, enum ggml_type type,
		      const uint64_t *dims, int n_dims, size_t from)
{
	buf_puts(&f->header, f->header.len ? "," : "{");
	json_put_string(&f->header, name, strlen(name));
	buf_printf(&f->header, ":{\"dtype\":\"%s\",\"shape\":[",
		   quant_of(type)->name);
	for (int i = n_dims; i-- > 0;)
		buf_printf(&f->header, "%llu%s", (unsigned long long)dims[i],
			   i ? "," : "");
	buf_printf(&f->header, "],\"data_offsets\":[%zu,%zu]}", from,
		   f->data.len);
}

/* The rows of a head as its halves turn together, from pairs that do. */
static void put_turned(struct file *f, const struct gguf_tensor *t,
		       uint64_t n_heads)
{
	size_t row = (size_t)(t->size_bytes / t->dims[1]);
	uint64_t d = t->dims[1] / n_heads;

	for (uint64_t h = 0; h < n_heads; h++)
		for (uint64_t half = 0; half < 2; half++)
			for (uint64_t i = 0; i < d / 2; i++)
				buf_append(&f->data,
					   (const char *)t->data +
						   (h * d + 2 * i + half) * row,
					   row);
}

static void put_norm(struct file *f, const struct gguf_tensor *t)
{
	const float *from = t->data;

	for (uint64_t i = 0; i < t->dims[0]; i++) {
		float value, turned;

		quant_of(GGML_F32)->to_f32(&value, from + i, 1);
		value -= 1;
		quant_of(GGML_F32)->to_f32(&turned, &value, 1);
		buf_append(&f->data, &turned, sizeof(turned));
	}
}

/* One tensor, or one of its experts. */
static void put_tensor(const struct gguf *g, struct file *f,
		       const struct gguf_tensor *t)
{
	bool q = bytes_end(t->name, strlen(t->name), "attn_q.weight");
	bool k = bytes_end(t->name, strlen(t->name), "attn_k.weight");
	size_t from = f->data.len, each = (size_t)(t->size_bytes / t->dims[2]);
	char name[128], full[160];
	const char *expert;
	double heads = 1;

	folder_name(g, t->name, name);
	number(g, k ? "attention.head_count_kv" : "attention.head_count",
	       &heads);
	expert = strchr(name, '#');
	if ((strcmp(arch_of(g), "llama") == 0 ||
	     strcmp(arch_of(g), "mistral3") == 0) && (q || k))
		put_turned(f, t, (uint64_t)heads);
	else if (strncmp(arch_of(g), "gemma", 5) == 0 &&
		 bytes_end(t->name, strlen(t->name), "norm.weight"))
		put_norm(f, t);
	else if (!expert)
		buf_append(&f->data, t->data, (size_t)t->size_bytes);
	if (!expert && *name)
		put_entry(f, name, t->type, t->dims, t->n_dims, from);
	for (uint64_t i = 0; expert && i < t->dims[2]; i++) {
		snprintf(full, sizeof(full), "%.*s%u%s", (int)(expert - name),
			 name, (unsigned)i, expert + 1);
		from = f->data.len;
		buf_append(&f->data, (const char *)t->data + i * each, each);
		put_entry(f, full, t->type, t->dims, 2, from);
	}
}

void folder_file(const char *header, const void *data, size_t n,
		 struct buf *out)
{
	size_t len = strlen(header);

	for (int i = 0; i < 8; i++)
		buf_putc(out, (char)((uint64_t)len >> 8 * i));
	buf_append(out, header, len);
	buf_append(out, data, n);
}

void folder_weights(const struct gguf *g, size_t from, size_t to,
		    struct buf *out)
{
	struct file f = { { 0 }, { 0 } };

	for (size_t i = from; i < to; i++)
		put_tensor(g, &f, gguf_tensor_at(g, i));
	buf_puts(&f.header, f.header.len ? "}" : "{}");
	while (f.header.len % 8)
		buf_putc(&f.header, ' ');
	folder_file(buf_cstr(&f.header), f.data.data, f.data.len, out);
	buf_release(&f.header);
	buf_release(&f.data);
}
