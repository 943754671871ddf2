/*
 * libllama as a peer of table_logits: the logits of the last of these tokens,
 * one a line.
 *
 *	peer_logits FILE.gguf ID...
 *	peer_logits FILE.gguf - ID...   all tokens' logits, as floats
 *
 * Built by `make table-logits LLAMA_CPP=DIR` against DIR/include/llama.h and
 * DIR/lib/libllama.so; no part of lilscope. Keys and values are F32, as ours
 * are in the table: in F16 they err by 1e-3 alone. PEER_KV names another type
 * (f16, q8_0, q4_0).
 */
#include <llama.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_MAX = 512 };

static void silent(enum ggml_log_level level, const char *text, void *ctx)
{
	(void)level;
	(void)text;
	(void)ctx;
}

/* Values in blocks want flash attention. */
static void set_cache(struct llama_context_params *cp)
{
	static const struct {
		const char *name;
		enum ggml_type type;
	} types[] = { { "f16", GGML_TYPE_F16 },
		      { "q8_0", GGML_TYPE_Q8_0 },
		      { "q4_0", GGML_TYPE_Q4_0 } };
	const char *name = getenv("PEER_KV");

	cp->type_k = cp->type_v = GGML_TYPE_F32;
	cp->flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
	for (size_t i = 0; name && i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].name, name) == 0) {
			cp->type_k = cp->type_v = types[i].type;
			cp->flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
		}
}

int main(int argc, char **argv)
{
	struct llama_model_params mp = llama_model_default_params();
	struct llama_context_params cp = llama_context_default_params();
	struct llama_context *ctx;
	struct llama_model *model;
	llama_token ids[IDS_MAX];
	const float *logits;
	bool all = argc > 2 && !strcmp(argv[2], "-");
	int n = argc - 2 - all, n_vocab;
	struct llama_batch batch;

	if (n < 1 || n > IDS_MAX)
		return 2;
	for (int i = 0; i < n; i++)
		ids[i] = (llama_token)strtol(argv[2 + all + i], NULL, 10);
	llama_log_set(silent, NULL);
	ggml_backend_load_all();
	llama_backend_init();
	model = llama_model_load_from_file(argv[1], mp);
	cp.n_ctx = IDS_MAX;
	cp.n_threads = cp.n_threads_batch = 1; /* no spinning beside others */
	set_cache(&cp);
	ctx = model ? llama_init_from_model(model, cp) : NULL;
	if (!ctx)
		return 1;
	batch = llama_batch_init(n, 0, 1);
	for (int i = 0; i < n; i++) {
		batch.token[i] = ids[i];
		batch.pos[i] = i;
		batch.n_seq_id[i] = 1;
		batch.seq_id[i][0] = 0;
		batch.logits[i] = all || i == n - 1;
	}
	batch.n_tokens = n;
	if (llama_decode(ctx, batch) != 0)
		return 1;
	n_vocab = llama_vocab_n_tokens(llama_model_get_vocab(model));
	for (int i = all ? 0 : n - 1; i < n; i++) {
		logits = llama_get_logits_ith(ctx, i);
		if (all)
			fwrite(logits, sizeof(*logits), (size_t)n_vocab,
			       stdout);
		for (int k = 0; !all && k < n_vocab; k++)
			printf("%.9g\n", (double)logits[k]);
	}
	llama_batch_free(batch);
	llama_free(ctx);
	llama_model_free(model);
	return 0;
}
