/*
 * random_model.h - small models with random weights, as GGUF files in memory,
 * and what they mean: logits in double precision, straight from the formulas.
 */
#ifndef LILSCOPE_TESTS_RANDOM_MODEL_H
#define LILSCOPE_TESTS_RANDOM_MODEL_H

#include "base/buf.h"
#include "model/model.h"

/* What to make; zero fields take a small shape that every type can have. */
struct random_spec {
	const char *arch;
	enum ggml_type type;   /* of the matrices */
	const char *scaling;   /* of RoPE: "linear", "yarn", "longrope" */
	bool divisors;         /* llama3's rope_freqs */
	bool tied;             /* no output.weight */
	bool vocab;            /* with a tokenizer: bytes are 3..258 */
	uint32_t n_embd, n_layers, n_heads, n_kv_heads, n_ff, n_vocab, n_ctx;
	uint32_t n_ff_expert; /* also of the shared one */
	uint32_t window;      /* gemma2, gemma3: 8 */
	uint64_t seed;
};

/* The file's bytes. */
void random_gguf(const struct random_spec *spec, struct buf *out);

/* n_vocab logits of the last of n tokens, by full attention. Returns by how
 * much, of 1, an expert that was taken was likelier than one that was not,
 * where that was closest: a smaller error than that takes the same ones. 1 if
 * there are none. */
double reference_logits(const struct model *m, const uint32_t *ids, uint32_t n,
			double *logits);

/* Does a sentence about a broken model begin with the path of the folder, or of
 * a file in it, and have no other one? */
bool placed_once(const char *sentence, const char *folder);

#endif
