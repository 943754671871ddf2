/*
 * Any text through the tokenizer: the bytes of the tokens are the text, the
 * tokens do not depend on how it is cut (the first byte says how), and short
 * texts give the tokens of the definition.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"

/* a fuzz target is one file: the oracle comes along */
#include "../unit/naive_tok.c"

enum { FUZZ_TOK_NAIVE_MAX = 400 }; /* bytes: the definition is quadratic */

static void check_same(const struct tok_list *a, const struct tok_list *b)
{
	MUST(a->n == b->n);
	for (size_t i = 0; i < a->n; i++)
		MUST(a->at[i].id == b->at[i].id);
}

static void check_bytes(const struct tok_list *list, const char *text,
			size_t n)
{
	size_t at = 0, len;

	for (size_t i = 0; i < list->n; i++) {
		const char *bytes = tok_bytes(list->at[i].id, &len);

		MUST(bytes && len == list->at[i].n_bytes && len <= n - at);
		MUST(memcmp(bytes, text + at, len) == 0);
		at += len;
	}
	MUST(at == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size ? size - 1 : 0, step = size ? data[0] % 16 + 1u : 1;
	const char *text = size ? (const char *)data + 1 : "";
	struct tok_list whole = { 0 }, cut = { 0 }, naive = { 0 };
	struct tok *tok = tok_new();

	tok_push(tok, text, n, &whole);
	tok_flush(tok, &whole);
	check_bytes(&whole, text, n);
	for (size_t at = 0; at < n; at += step) {
		tok_push(tok, text + at, MIN(step, n - at), &cut);
		MUST(tok_pending(tok) <= TOK_PIECE_MAX_BYTES + 32);
	}
	tok_flush(tok, &cut);
	MUST(tok_pending(tok) == 0);
	check_same(&whole, &cut);
	if (n <= FUZZ_TOK_NAIVE_MAX) {
		naive_tok(text, n, &naive);
		check_same(&whole, &naive);
	}
	tok_free(tok);
	tok_list_release(&whole);
	tok_list_release(&cut);
	tok_list_release(&naive);
	return 0;
}
