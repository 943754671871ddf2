/* What tests of the transformer begin with. */
#include "random_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

void random_make(struct made *made, const struct random_spec *spec)
{
	struct err err = { "" };

	*made = (struct made){ 0 };
	random_gguf(spec, &made->bytes);
	made->aligned = aligned_alloc(64, (made->bytes.len + 63) / 64 * 64);
	memcpy(made->aligned, made->bytes.data, made->bytes.len);
	made->gguf = gguf_parse(made->aligned, made->bytes.len, &err);
	if (!made->gguf)
		fail_msg("%s", err.text);
	made->model = model_from_gguf(made->gguf, &err);
	if (!made->model)
		fail_msg("%s", err.text);
}

void random_unmake(struct made *made)
{
	model_free(made->model);
	gguf_free(made->gguf);
	free(made->aligned);
	buf_release(&made->bytes);
}
