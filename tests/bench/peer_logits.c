/*
 * libllama as a peer of table_logits: the logits of the last of these tokens,
 * one a line.
 *
 *	peer_logits FILE.gguf ID...
 *
 * Built by `make table-logits LLAMA_CPP=DIR` against DIR/include/llama.h and
 * DIR/lib/libllama.so; no part of lilscope. Keys and values are F32, as ours
 * are in the table: in F16 they err by 1e-3 alone.
 */
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDS_MAX = 512 };

static void silent(enum ggml_log_level level, const char *text, void *ctx)
{
	(void)level;
	(void)text;
	(void)ctx;
}

int main(int argc, char **argv)
{
	struct llama_model_params mp = llama_model_default_params();
	struct llama_context_params cp = llama_context_default_params();
	struct llama_context *ctx;
	struct llama_model *model;
	llama_token ids[IDS_MAX];
	const float *logits;
	int n = argc - 2;

	if (n < 1 || n > IDS_MAX)
		return 2;
	for (int i = 0; i < n; i++)
		ids[i] = (llama_token)strtol(argv[2 + i], NULL, 10);
	llama_log_set(silent, NULL);
	ggml_backend_load_all();
	llama_backend_init();
	model = llama_model_load_from_file(argv[1], mp);
	cp.n_ctx = IDS_MAX;
	cp.type_k = GGML_TYPE_F32;
	cp.type_v = GGML_TYPE_F32;
	cp.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
	ctx = model ? llama_init_from_model(model, cp) : NULL;
	if (!ctx || llama_decode(ctx, llama_batch_get_one(ids, n)) != 0)
		return 1;
	logits = llama_get_logits_ith(ctx, -1);
	n = llama_vocab_n_tokens(llama_model_get_vocab(model));
	for (int i = 0; logits && i < n; i++)
		printf("%.9g\n", (double)logits[i]);
	llama_free(ctx);
	llama_model_free(model);
	return logits ? 0 : 1;
}
