#include "qwen_vocab.h"

#include <assert.h>

#include "naive_vocab.h"
#include "trace/tok.h"
#include "trace/tok_vocab.h"

enum { TOKEN_BYTES_MAX = 512 };

static void put_gpt2(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out->len += naive_gpt2_char((unsigned char)s[i],
					    buf_reserve(out, 4));
}

/* Where the two parts meet that token `id` was made of: its bytes, merged
 * with the tokens before it only. */
static size_t seam(const struct tokens *t, uint32_t id, const char *s,
		   size_t n)
{
	size_t ends[TOKEN_BYTES_MAX], n_parts = n;

	assert(n <= TOKEN_BYTES_MAX);
	for (size_t i = 0; i < n; i++)
		ends[i] = i + 1;
	while (n_parts > 2) {
		uint32_t least = id;
		size_t best = 0;

		for (size_t i = 0; i + 1 < n_parts; i++) {
			size_t from = i ? ends[i - 1] : 0;
			uint32_t pair = lookup_find(&t->by_bytes, s + from,
						    ends[i + 1] - from);

			if (pair < least) {
				least = pair;
				best = i;
			}
		}
		assert(least < id);
		for (size_t i = best; i + 1 < n_parts; i++)
			ends[i] = ends[i + 1];
		n_parts--;
	}
	return ends[0];
}

static void put_merges(struct keys *k, const struct tokens *t)
{
	struct buf s = { 0 };

	keys_strings(k, "tokenizer.ggml.merges", TOK_N_ORDINARY - 256);
	for (uint32_t id = 0; id < TOK_N_ORDINARY; id++) {
		size_t n, middle;
		const char *bytes = tok_bytes(id, &n);

		if (n < 2)
			continue;
		middle = seam(t, id, bytes, n);
		buf_clear(&s);
		put_gpt2(&s, bytes, middle);
		buf_putc(&s, ' ');
		put_gpt2(&s, bytes + middle, n - middle);
		keys_item_str(k, s.data, s.len);
	}
	buf_release(&s);
}

void qwen_file(struct buf *out)
{
	struct tok_vocab v;
	struct keys k = { 0 };
	struct buf s = { 0 };

	tok_vocab_init(&v);
	keys_str(&k, "tokenizer.ggml.model", "gpt2");
	keys_str(&k, "tokenizer.ggml.pre", "qwen2");
	keys_strings(&k, "tokenizer.ggml.tokens", TOK_N_ORDINARY);
	for (uint32_t id = 0; id < TOK_N_ORDINARY; id++) {
		size_t n;
		const char *bytes = tok_bytes(id, &n);

		buf_clear(&s);
		put_gpt2(&s, bytes, n);
		keys_item_str(&k, s.data, s.len);
	}
	put_merges(&k, &v.tokens);
	keys_file(&k, out);
	buf_release(&s);
	tok_vocab_release(&v);
}
