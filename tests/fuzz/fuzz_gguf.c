/*
 * Any bytes as a model file: parsed or refused with a sentence; what is
 * parsed can be asked, and memory is in proportion to the file.
 */
#include "fuzz.h"

#include <string.h>

#include "model/model.h"
#include "model/vocab_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" };
	struct gguf *g = gguf_parse(data, size, &err);
	struct vocab *v;
	struct model *m;
	struct llama2c c;

	MUST(g || err.text[0]);
	if (g) {
		struct vocab_ids ids = { 0 };

		err_clear(&err);
		m = model_from_gguf(g, &err);
		MUST(m || err.text[0]);
		model_free(m);
		err_clear(&err);
		v = vocab_from_gguf(g, &err);
		MUST(v || err.text[0]);
		if (v) {
			vocab_encode(v, (const char *)data, MIN(size, 200u),
				     VOCAB_ADD_BOS | VOCAB_SPECIAL, &ids);
			vocab_ids_release(&ids);
		}
		vocab_free(v);
		gguf_free(g);
	}
	err_clear(&err);
	MUST(llama2c_parse(data, size, &c, &err) || err.text[0]);
	return 0;
}
