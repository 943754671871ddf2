/*
 * model_map.h - a model file in memory: mapped, told apart, understood.
 *
 * GGUF by its magic, in one file or in several (NAME-00001-of-00003.gguf: any
 * of them is given, and all lie beside it); a Hugging Face folder, or any of
 * its .safetensors files; anything else is taken for llama2.c's own file, which
 * has its tokenizer beside it. Weights are read from the mapping as they are
 * used; no matrix is copied.
 */
#ifndef LILSCOPE_MODEL_MAP_H
#define LILSCOPE_MODEL_MAP_H

#include "decode/model_folder.h"
#include "model/model.h"
#include "model/vocab_read.h"

struct model_map {
	struct model *model;
	struct vocab *vocab;
	/* what these are views into */
	struct gguf *gguf;
	struct mapped file, vocab_file, *parts; /* parts: of several files */
	size_t n_parts;
	struct model_folder *files; /* of a folder */
	char *folder; /* that it is or lies in: "", or ending with "/" */
	size_t n_bytes; /* of the model's files together */
};

/* tokenizer: llama2.c's tokenizer.bin; NULL or "" for the one beside the
 * model ("tokenizer.bin" in its folder). false: one sentence, which begins
 * with the path of what is wrong and names no other; nothing is held. */
bool model_map_open(struct model_map *map, const char *path,
		    const char *tokenizer, struct err *err);
/* Threads to decode with: as asked; 0 is one for each core, but one alone where
 * the matrices of a token are done sooner than they are handed out
 * (MODEL_MAP_ALONE_BYTES). */
enum { MODEL_MAP_ALONE_BYTES = 4 << 20 };
unsigned model_map_threads(const struct model_map *map, unsigned asked);

void model_map_close(struct model_map *map); /* all zero is fine */

#endif
