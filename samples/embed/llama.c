/* A loop of llama.cpp that stops itself where the text goes round in circles:
 * no patch, no callback; each token is sampled, then told to liblilscope.
 *	cc llama.c $(pkg-config --cflags --libs llama lilscope)
 *	./a.out MODEL.gguf THREADS TOKENS PROMPT */
#include <lilscope.h>
#include <llama.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 256, PROMPT_TOKENS = 512 };

static void quiet(enum ggml_log_level level, const char *text, void *data)
{
	(void)data;
	if (level == GGML_LOG_LEVEL_ERROR)
		fputs(text, stderr);
}

static int fail(const char *what)
{
	fprintf(stderr, "llama: %s\n", what);
	return 2;
}

/* Writes until the rule stops, the model ends, or n tokens are there. */
static int generate(struct llama_context *ctx, const struct llama_vocab *vocab,
		    struct llama_batch batch, int n, struct lilscope *l)
{
	struct llama_sampler *greedy = llama_sampler_init_greedy();
	int code = LILSCOPE_OK;
	llama_token token;

	while (n-- > 0 && code == LILSCOPE_OK && !llama_decode(ctx, batch)) {
		char piece[PIECE_BYTES];
		int len;

		token = llama_sampler_sample(greedy, ctx, -1);
		if (llama_vocab_is_eog(vocab, token))
			break;
		len = llama_token_to_piece(vocab, token, piece, sizeof(piece),
					   0, true);
		fwrite(piece, 1, len > 0 ? (size_t)len : 0, stdout);
		code = lilscope_push(l, (uint32_t)token, piece,
				     len > 0 ? (size_t)len : 0);
		batch = llama_batch_get_one(&token, 1);
	}
	llama_sampler_free(greedy);
	return code;
}

int main(int argc, char **argv)
{
	struct llama_context_params params = llama_context_default_params();
	llama_token prompt[PROMPT_TOKENS];
	struct llama_model *model;
	struct llama_context *ctx;
	struct lilscope *l;
	int n, code;

	if (argc != 5)
		return fail("give MODEL.gguf THREADS TOKENS PROMPT");
	llama_log_set(quiet, NULL);
	llama_backend_init();
	model = llama_model_load_from_file(argv[1],
					   llama_model_default_params());
	if (!model)
		return fail("no such model");
	n = llama_tokenize(llama_model_get_vocab(model), argv[4],
			   (int)strlen(argv[4]), prompt, PROMPT_TOKENS, true,
			   true);
	params.n_threads = params.n_threads_batch = atoi(argv[2]);
	params.n_ctx = PROMPT_TOKENS + (unsigned)atoi(argv[3]);
	ctx = llama_init_from_model(model, params);
	if (n <= 0 || !ctx || lilscope_create(&l, NULL) != LILSCOPE_OK)
		return fail("no prompt, context or stream");
	code = generate(ctx, llama_model_get_vocab(model),
			llama_batch_get_one(prompt, n), atoi(argv[3]), l);
	printf("\nllama: %s after %llu tokens\n",
	       code == LILSCOPE_STOP ? "stopped" : "ended",
	       (unsigned long long)lilscope_n_tokens(l));
	lilscope_destroy(l);
	llama_free(ctx);
	llama_model_free(model);
	return code == LILSCOPE_STOP;
}
