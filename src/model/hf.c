/*
 * Tensors are renamed by a table; a name within a layer that is not in it is
 * an error, for a weight that is left out makes a model that only looks right.
 */
#include "model/hf_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/quant.h"
#include "model/safetensors.h"

enum { NAME_SHOWN = 80 };

/* --- names -------------------------------------------------------------- */

/* "#" is a number, the same on both sides. */
struct rename {
	const char *from, *to;
	unsigned with, without; /* traits that the class has, has not */
};

static const struct rename outside[] = {
	{ "embed_tokens.weight", "token_embd.weight", 0, 0 },
	{ "norm.weight", "output_norm.weight", 0, 0 },
	{ "lm_head.weight", "output.weight", 0, 0 },
};

static const struct rename inside[] = {
	{ "input_layernorm.weight", "attn_norm.weight", 0, 0 },
	{ "post_attention_layernorm.weight", "ffn_norm.weight", 0, HF_POST },
	{ "post_attention_layernorm.weight", "post_attention_norm.weight",
	  HF_POST, 0 },
	{ "pre_feedforward_layernorm.weight", "ffn_norm.weight", HF_POST, 0 },
	{ "post_feedforward_layernorm.weight", "post_ffw_norm.weight", HF_POST,
	  0 },
	{ "self_attn.q_proj.weight", "attn_q.weight", 0, 0 },
	{ "self_attn.k_proj.weight", "attn_k.weight", 0, 0 },
	{ "self_attn.v_proj.weight", "attn_v.weight", 0, 0 },
	{ "self_attn.q_proj.bias", "attn_q.bias", 0, 0 },
	{ "self_attn.k_proj.bias", "attn_k.bias", 0, 0 },
	{ "self_attn.v_proj.bias", "attn_v.bias", 0, 0 },
	{ "self_attn.o_proj.weight", "attn_output.weight", 0, 0 },
	{ "self_attn.qkv_proj.weight", "attn_qkv.weight", 0, 0 },
	{ "self_attn.q_norm.weight", "attn_q_norm.weight", 0, 0 },
	{ "self_attn.k_norm.weight", "attn_k_norm.weight", 0, 0 },
	{ "mlp.gate_proj.weight", "ffn_gate.weight", 0, 0 },
	{ "mlp.up_proj.weight", "ffn_up.weight", 0, 0 },
	{ "mlp.down_proj.weight", "ffn_down.weight", 0, 0 },
	{ "mlp.gate_up_proj.weight", "ffn_up.weight", 0, 0 },
	{ "mlp.gate.weight", "ffn_gate_inp.weight", 0, 0 },
	{ "mlp.experts.#.gate_proj.weight", "ffn_gate.#.weight", 0, 0 },
	{ "mlp.experts.#.up_proj.weight", "ffn_up.#.weight", 0, 0 },
	{ "mlp.experts.#.down_proj.weight", "ffn_down.#.weight", 0, 0 },
	{ "mlp.shared_expert.gate_proj.weight", "ffn_gate_shexp.weight", 0, 0 },
	{ "mlp.shared_expert.up_proj.weight", "ffn_up_shexp.weight", 0, 0 },
	{ "mlp.shared_expert.down_proj.weight", "ffn_down_shexp.weight", 0, 0 },
	{ "mlp.shared_expert_gate.weight", "ffn_gate_inp_shexp.weight", 0, 0 },
	{ "block_sparse_moe.gate.weight", "ffn_gate_inp.weight", 0, 0 },
	{ "block_sparse_moe.experts.#.w1.weight", "ffn_gate.#.weight", 0, 0 },
	{ "block_sparse_moe.experts.#.w3.weight", "ffn_up.#.weight", 0, 0 },
	{ "block_sparse_moe.experts.#.w2.weight", "ffn_down.#.weight", 0, 0 },
	{ "self_attn.rotary_emb.inv_freq", NULL, 0, 0 }, /* is computed */
};

/* Digits at the start of s[0..n); 0: none. */
static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && i < 9 && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

/* Is s[0..n) the pattern? Its number then is at *at, of *len digits. */
static bool is_name(const char *pattern, const char *s, size_t n,
		    const char **at, size_t *len)
{
	size_t i = 0, k;

	*len = 0;
	for (; *pattern; pattern++) {
		k = *pattern == '#' ? digits(s + i, n - i)
				    : (size_t)(i < n && s[i] == *pattern);
		if (!k)
			return false;
		if (*pattern == '#') {
			*at = s + i;
			*len = k;
		}
		i += k;
	}
	return i == n;
}

static const struct rename *find_name(const struct hf *hf,
				      const struct rename *rows, size_t n_rows,
				      const char *s, size_t n, const char **at,
				      size_t *len)
{
	for (size_t i = 0; i < n_rows; i++)
		if ((hf->class->traits & rows[i].with) == rows[i].with &&
		    !(hf->class->traits & rows[i].without) &&
		    is_name(rows[i].from, s, n, at, len))
			return &rows[i];
	return NULL;
}

static void skip(const char **s, size_t *n, const char *start)
{
	size_t k = strlen(start);

	if (*n >= k && memcmp(*s, start, k) == 0) {
		*s += k;
		*n -= k;
	}
}

/* What GGUF calls a tensor; "": nothing, it is left out. false: it can't be. */
static bool rename_tensor(const struct hf *hf, const char *s, size_t n,
			  char out[GGUF_NAME_MAX_BYTES])
{
	const struct rename *row;
	const char *at = "", *number;
	size_t k, len;

	*out = '\0';
	skip(&s, &n, "model.");
	skip(&s, &n, "language_model.");
	skip(&s, &n, "model.");
	if (n < 7 || memcmp(s, "layers.", 7) != 0) {
		row = find_name(hf, outside, ARRAY_LEN(outside), s, n, &at,
				&len);
		if (row)
			snprintf(out, GGUF_NAME_MAX_BYTES, "%s", row->to);
		return true;
	}
	number = s + 7;
	k = digits(number, n - 7);
	if (!k || n < 8 + k || number[k] != '.')
		return false;
	row = find_name(hf, inside, ARRAY_LEN(inside), number + k + 1,
			n - 8 - k, &at, &len);
	if (row && row->to && len)
		snprintf(out, GGUF_NAME_MAX_BYTES, "blk.%.*s.%.*s%.*s%s",
			 (int)k, number, (int)strcspn(row->to, "#"), row->to,
			 (int)len, at, strchr(row->to, '#') + 1);
	else if (row && row->to)
		snprintf(out, GGUF_NAME_MAX_BYTES, "blk.%.*s.%s", (int)k,
			 number, row->to);
	return row != NULL;
}

/* --- tensors ------------------------------------------------------------ */

static const struct {
	const char *name;
	enum ggml_type type;
	size_t bytes;
} types[] = {
	{ "F32", GGML_F32, 4 },
	{ "F16", GGML_F16, 2 },
	{ "BF16", GGML_BF16, 2 },
};

static struct gguf_tensor *add(struct hf *hf, const char *name)
{
	struct gguf_tensor *t;

	hf->tensors = grow(hf->tensors, &hf->tensors_cap, hf->n_tensors + 1,
			   sizeof(*hf->tensors));
	t = &hf->tensors[hf->n_tensors++];
	*t = (struct gguf_tensor){ .dims = { 1, 1, 1, 1 } };
	snprintf(t->name, sizeof(t->name), "%s", name);
	return t;
}

static void *copy(struct hf *hf, const void *data, size_t n)
{
	void *memory = mem_alloc(n + 1);

	if (data && n)
		memcpy(memory, data, n);
	hf->copies = grow(hf->copies, &hf->copies_cap, hf->n_copies + 1,
			  sizeof(*hf->copies));
	hf->copies[hf->n_copies++] = memory;
	return memory;
}

float *hf_vector(struct hf *hf, const char *name, uint64_t n)
{
	struct gguf_tensor *t = add(hf, name);

	t->type = GGML_F32;
	t->n_dims = 1;
	t->dims[0] = n;
	t->size_bytes = n * sizeof(float);
	t->data = copy(hf, NULL, (size_t)t->size_bytes);
	return (float *)hf->copies[hf->n_copies - 1];
}

/* One row becomes floats; gemma's norms are 1 and something. */
static void add_vector(struct hf *hf, const char *name,
		       const struct safetensor *from, size_t type, uint64_t n)
{
	bool plus_one = hf->class->traits & HF_GEMMA &&
			bytes_end(name, strlen(name), "norm.weight");
	void *aligned = mem_alloc((size_t)from->size_bytes + 1);
	float *out = hf_vector(hf, name, n);

	memcpy(aligned, from->data, (size_t)from->size_bytes);
	quant_of(types[type].type)->to_f32(out, aligned, (size_t)n);
	mem_free(aligned);
	for (uint64_t i = 0; plus_one && i < n; i++)
		out[i] += 1;
}

static void add_matrix(struct hf *hf, const char *name,
		       const struct safetensor *from, size_t type)
{
	struct gguf_tensor *t = add(hf, name);

	t->type = types[type].type;
	t->n_dims = from->n_dims;
	for (int i = 0; i < from->n_dims; i++)
		t->dims[i] = from->dims[from->n_dims - 1 - i];
	t->size_bytes = from->size_bytes;
	t->data = from->data;
	/* files of the first versions put data anywhere */
	if ((uintptr_t)from->data % types[type].bytes)
		t->data = copy(hf, from->data, (size_t)from->size_bytes);
	if (strcmp(name, "token_embd.weight") == 0)
		hf->n_vocab = (uint32_t)MIN(t->dims[1], UINT32_MAX);
}

static bool add_tensor(struct hf *hf, const struct safetensor *t,
		       struct err *err)
{
	char name[GGUF_NAME_MAX_BYTES];
	uint64_t n = 1;
	size_t type = 0;
	int shown = (int)MIN(t->len, (size_t)NAME_SHOWN);

	if (!rename_tensor(hf, t->name, t->len, name))
		return err_set(err, "%.*s is not known in %s", shown, t->name,
			       hf->class->name);
	if (!*name || (hf->tied && strcmp(name, "output.weight") == 0))
		return true;
	while (type < ARRAY_LEN(types) &&
	       strcmp(types[type].name, t->type) != 0)
		type++;
	if (type == ARRAY_LEN(types))
		return err_set(err, "%.*s is of type %s; F32, F16 and BF16 are "
				    "read",
			       shown, t->name, t->type);
	for (int i = 0; i < t->n_dims; i++)
		n *= t->dims[i];
	if (!n || t->n_dims < 1 || t->n_dims > GGUF_DIMS_MAX)
		return err_set(err, "%.*s has dimensions that make no tensor",
			       shown, t->name);
	if (n == t->dims[t->n_dims - 1])
		add_vector(hf, name, t, type, n);
	else
		add_matrix(hf, name, t, type);
	return true;
}

bool hf_add(struct hf *hf, const void *data, size_t size, struct err *err)
{
	struct safetensors s;
	bool good;

	if (!safetensors_read(&s, data, size, err))
		return false;
	good = true;
	for (size_t i = 0; good && i < s.n; i++)
		good = add_tensor(hf, &s.tensors[i], err);
	safetensors_release(&s);
	return good;
}

/* --- the whole ---------------------------------------------------------- */

struct hf *hf_new(const struct hf_texts *texts, struct err *err)
{
	struct hf *hf = mem_zalloc(sizeof(*hf));

	hf->texts = texts;
	if (hf_config_read(hf, err))
		return hf;
	hf_free(hf);
	return NULL;
}

/* What was made here lies as in a file. Only vectors were. */
static void turn_vectors(struct hf *hf)
{
	for (size_t i = 0; QUANT_TURNS && i < hf->n_tensors; i++) {
		const struct gguf_tensor *t = &hf->tensors[i];

		if (t->n_dims == 1)
			quant_of(GGML_F32)->to_f32(
				(float *)(uintptr_t)t->data, t->data,
				(size_t)t->dims[0]);
	}
}

/* One more than the last layer that has weights. */
static uint32_t count_layers(const struct hf *hf)
{
	uint32_t n = 0;

	for (size_t k = 0; k < hf->n_tensors; k++) {
		const char *name = hf->tensors[k].name;

		if (bytes_begin(name, strlen(name), "blk."))
			n = MAX(n, (uint32_t)strtoul(name + 4, NULL, 10) + 1);
	}
	return n;
}

struct gguf *hf_gguf(struct hf *hf, struct err *err)
{
	struct gguf *g;

	if (!hf->n_vocab || hf->n_vocab > MODEL_VOCAB_MAX) {
		err_set(err, hf->n_vocab ?
				     "has an embedding of more tokens than any "
				     "vocabulary" :
				     "has no tensor model.embed_tokens.weight");
		return NULL;
	}
	if (!hf_config_put(hf, err) ||
	    !hf_config_check(hf, count_layers(hf), err) ||
	    !hf_vocab_put(hf, err))
		return NULL;
	turn_vectors(hf);
	gguf_put_file(&hf->keys, &hf->file);
	g = gguf_parse(hf->file.data, hf->file.len, err);
	if (g && gguf_add_tensors(g, hf->tensors, hf->n_tensors, err))
		return g;
	gguf_free(g);
	return NULL;
}

void hf_free(struct hf *hf)
{
	if (!hf)
		return;
	for (size_t i = 0; i < hf->n_copies; i++)
		mem_free(hf->copies[i]);
	mem_free(hf->copies);
	mem_free(hf->tensors);
	json_release(&hf->config);
	buf_release(&hf->keys.body);
	buf_release(&hf->file);
	mem_free(hf);
}
