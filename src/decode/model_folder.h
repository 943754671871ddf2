/*
 * model_folder.h - the files of a Hugging Face model folder, mapped.
 *
 * config.json, tokenizer.json and model.safetensors, or the files that
 * model.safetensors.index.json names; beside them, where there are any,
 * tokenizer_config.json, generation_config.json and chat_template.jinja.
 */
#ifndef LILSCOPE_MODEL_FOLDER_H
#define LILSCOPE_MODEL_FOLDER_H

#include "decode/mapped.h"
#include "model/hf.h"

struct model_folder;

/* folder ends with "/", or is ""; place: what it is called in sentences. Its
 * GGUF in *g, which the caller frees before the folder. NULL: one sentence,
 * with the path of the file or place in front. *n_bytes: of its weights. */
struct model_folder *model_folder_open(const char *folder, const char *place,
				       struct gguf **g, size_t *n_bytes,
				       struct err *err);
void model_folder_close(struct model_folder *f); /* NULL is fine */

#endif
