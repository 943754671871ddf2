#include "naive_vocab.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { U32 = 4, I32 = 5, F32 = 6, BOOL = 7, STRING = 8, ARRAY = 9 };
enum { SPM_FIRST = 3 + 256, BPE_FIRST = 256 };

/* --- GGUF --------------------------------------------------------------- */

static void put_number(struct buf *out, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		buf_putc(out, (char)(value >> 8 * i));
}

void keys_item_str(struct keys *k, const char *s, size_t n)
{
	put_number(&k->body, n, 8);
	buf_append(&k->body, s, n);
}

static void put_key(struct keys *k, const char *key, uint32_t type)
{
	keys_item_str(k, key, strlen(key));
	put_number(&k->body, type, 4);
	k->n++;
}

void keys_str(struct keys *k, const char *key, const char *value)
{
	put_key(k, key, STRING);
	keys_item_str(k, value, strlen(value));
}

void keys_u32(struct keys *k, const char *key, uint32_t value)
{
	put_key(k, key, U32);
	put_number(&k->body, value, 4);
}

void keys_bool(struct keys *k, const char *key, bool value)
{
	put_key(k, key, BOOL);
	put_number(&k->body, value, 1);
}

static void put_array(struct keys *k, const char *key, uint32_t type,
		      uint64_t n)
{
	put_key(k, key, ARRAY);
	put_number(&k->body, type, 4);
	put_number(&k->body, n, 8);
}

void keys_strings(struct keys *k, const char *key, uint64_t n)
{
	put_array(k, key, STRING, n);
}

void keys_floats(struct keys *k, const char *key, const float *values,
		 uint64_t n)
{
	put_array(k, key, F32, n);
	for (uint64_t i = 0; i < n; i++) {
		uint32_t bits;

		memcpy(&bits, &values[i], 4);
		put_number(&k->body, bits, 4);
	}
}

void keys_ints(struct keys *k, const char *key, const int32_t *values,
	       uint64_t n)
{
	put_array(k, key, I32, n);
	for (uint64_t i = 0; i < n; i++)
		put_number(&k->body, (uint32_t)values[i], 4);
}

void keys_file(struct keys *k, struct buf *out)
{
	buf_append(out, "GGUF", 4);
	put_number(out, 3, 4);
	put_number(out, 0, 8);
	put_number(out, k->n, 8);
	buf_append(out, k->body.data, k->body.len);
	while (out->len % 32)
		buf_putc(out, 0);
	buf_release(&k->body);
	k->n = 0;
}

/* --- SentencePiece ------------------------------------------------------ */

void naive_spm_file(const struct naive_piece *pieces, uint32_t n,
		    struct buf *out)
{
	static const char *const first[] = { "<unk>", "<s>", "</s>" };
	uint32_t n_all = SPM_FIRST + n;
	float *scores = mem_zalloc(n_all * sizeof(*scores));
	int32_t *types = mem_zalloc(n_all * sizeof(*types));
	struct keys k = { 0 };

	keys_str(&k, "tokenizer.ggml.model", "llama");
	keys_strings(&k, "tokenizer.ggml.tokens", n_all);
	for (uint32_t i = 0; i < n_all; i++) {
		char byte[8];
		const char *s = i < 3 ? first[i] : byte;

		types[i] = i == 0 ? 2 : i < 3 ? 3 : 6;
		snprintf(byte, sizeof(byte), "<0x%02X>", (i - 3) & 0xff);
		if (i >= SPM_FIRST) {
			s = pieces[i - SPM_FIRST].s;
			scores[i] = pieces[i - SPM_FIRST].score;
			types[i] = pieces[i - SPM_FIRST].type;
			types[i] += !types[i];
		}
		keys_item_str(&k, s, strlen(s));
	}
	keys_floats(&k, "tokenizer.ggml.scores", scores, n_all);
	keys_ints(&k, "tokenizer.ggml.token_type", types, n_all);
	keys_u32(&k, "tokenizer.ggml.bos_token_id", 1);
	keys_u32(&k, "tokenizer.ggml.eos_token_id", 2);
	keys_u32(&k, "tokenizer.ggml.unknown_token_id", 0);
	keys_file(&k, out);
	mem_free(scores);
	mem_free(types);
}

/* Which ordinary piece these bytes are; n: none. */
static uint32_t piece_of(const struct naive_piece *pieces, uint32_t n,
			 const char *s, size_t len)
{
	for (uint32_t i = 0; i < n; i++)
		if (pieces[i].type <= 1 && strlen(pieces[i].s) == len &&
		    memcmp(pieces[i].s, s, len) == 0)
			return i;
	return n;
}

static void put_id(struct vocab_ids *out, uint32_t id)
{
	out->ids = grow(out->ids, &out->cap, out->n + 1, sizeof(*out->ids));
	out->ids[out->n++] = id;
}

/* ends[i]: the end of part i. Removes that between i and i + 1. */
static void unite(size_t *ends, size_t *n, size_t i)
{
	memmove(ends + i, ends + i + 1, (*n - i - 1) * sizeof(*ends));
	--*n;
}

static size_t start_of(const size_t *ends, size_t i)
{
	return i ? ends[i - 1] : 0;
}

/* The pair of parts with the best score, the leftmost; n: none. */
static size_t best_pair(const struct naive_piece *pieces, uint32_t n_pieces,
			const char *text, const size_t *ends, size_t n)
{
	size_t best = n;
	float score = 0;

	for (size_t i = 0; i + 1 < n; i++) {
		size_t from = start_of(ends, i);
		uint32_t p = piece_of(pieces, n_pieces, text + from,
				      ends[i + 1] - from);

		if (p < n_pieces && (best == n || pieces[p].score > score)) {
			best = i;
			score = pieces[p].score;
		}
	}
	return best;
}

void naive_spm(const struct naive_piece *pieces, uint32_t n_pieces,
	       const char *text, size_t len, struct vocab_ids *out)
{
	size_t *ends = mem_alloc((len + 1) * sizeof(*ends));
	size_t n = 0, used, best;

	for (size_t at = 0; at < len; at += used) {
		if (utf8_decode(text + at, len - at, &used) < 0)
			used = 1;
		ends[n++] = at + used;
	}
	while ((best = best_pair(pieces, n_pieces, text, ends, n)) < n)
		unite(ends, &n, best);
	for (size_t i = 0; i < n; i++) {
		size_t from = start_of(ends, i);
		uint32_t p = piece_of(pieces, n_pieces, text + from,
				      ends[i] - from);

		if (p < n_pieces)
			put_id(out, SPM_FIRST + p);
		for (size_t k = from; p == n_pieces && k < ends[i]; k++)
			put_id(out, 3 + (unsigned char)text[k]);
	}
	mem_free(ends);
}

/* --- byte-level BPE ----------------------------------------------------- */

/* 33 bytes before '!', 34 from DEL on and the soft hyphen can't be seen. */
size_t naive_gpt2_char(unsigned char byte, char out[4])
{
	int32_t c = byte;

	if (byte <= ' ')
		c = 0x100 + byte;
	else if (byte >= 0x7f && byte <= 0xa0)
		c = 0x121 + (byte - 0x7f);
	else if (byte == 0xad)
		c = 0x143;
	return utf8_encode(c, out);
}

static void put_gpt2(struct buf *out, const char *s)
{
	char c[4];

	for (; *s; s++)
		buf_append(out, c, naive_gpt2_char((unsigned char)*s, c));
}

static void put_merges(struct keys *k, const struct naive_merge *merges,
		       uint32_t n)
{
	struct buf s = { 0 };

	keys_strings(k, "tokenizer.ggml.merges", n);
	for (uint32_t i = 0; i < n; i++) {
		buf_clear(&s);
		put_gpt2(&s, merges[i].left);
		buf_putc(&s, ' ');
		put_gpt2(&s, merges[i].right);
		keys_item_str(k, s.data, s.len);
	}
	buf_release(&s);
}

void naive_bpe_file(const char *family, const struct naive_merge *merges,
		    uint32_t n_merges, const struct naive_piece *pieces,
		    uint32_t n, struct buf *out)
{
	uint32_t n_all = BPE_FIRST + n_merges + n;
	int32_t *types = mem_zalloc(n_all * sizeof(*types));
	struct keys k = { 0 };
	struct buf s = { 0 };

	keys_str(&k, "tokenizer.ggml.model", "gpt2");
	keys_str(&k, "tokenizer.ggml.pre", family);
	keys_strings(&k, "tokenizer.ggml.tokens", n_all);
	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t m = i - BPE_FIRST;

		types[i] = 1;
		buf_clear(&s);
		if (i < BPE_FIRST) {
			s.len = naive_gpt2_char((unsigned char)i,
						buf_reserve(&s, 4));
		} else if (m < n_merges) {
			put_gpt2(&s, merges[m].left);
			put_gpt2(&s, merges[m].right);
		} else {
			buf_puts(&s, pieces[m - n_merges].s);
			types[i] = pieces[m - n_merges].type;
		}
		keys_item_str(&k, s.data, s.len);
	}
	keys_ints(&k, "tokenizer.ggml.token_type", types, n_all);
	put_merges(&k, merges, n_merges);
	keys_file(&k, out);
	buf_release(&s);
	mem_free(types);
}

/* The place of the merge of two parts; n: none. */
static uint32_t merge_of(const struct naive_merge *merges, uint32_t n,
			 const char *s, size_t left, size_t right)
{
	for (uint32_t i = 0; i < n; i++)
		if (strlen(merges[i].left) == left &&
		    strlen(merges[i].right) == right &&
		    memcmp(merges[i].left, s, left) == 0 &&
		    memcmp(merges[i].right, s + left, right) == 0)
			return i;
	return n;
}

static uint32_t bpe_id(const struct naive_merge *merges, uint32_t n,
		       const char *s, size_t len)
{
	if (len == 1)
		return (unsigned char)*s;
	for (uint32_t i = 0; i < n; i++) {
		size_t left = strlen(merges[i].left);

		if (left + strlen(merges[i].right) == len &&
		    memcmp(merges[i].left, s, left) == 0 &&
		    memcmp(merges[i].right, s + left, len - left) == 0)
			return BPE_FIRST + i;
	}
	assert(false);
	return 0;
}

void naive_bpe(const struct naive_merge *merges, uint32_t n_merges,
	       const char *word, size_t len, struct vocab_ids *out)
{
	size_t *ends = mem_alloc((len + 1) * sizeof(*ends));
	size_t n = len, best;

	for (size_t i = 0; i < len; i++)
		ends[i] = i + 1;
	do {
		uint32_t least = n_merges;

		best = n;
		for (size_t i = 0; i + 1 < n; i++) {
			size_t from = start_of(ends, i);
			uint32_t m = merge_of(merges, n_merges, word + from,
					      ends[i] - from,
					      ends[i + 1] - ends[i]);

			if (m < least) {
				least = m;
				best = i;
			}
		}
		if (best < n)
			unite(ends, &n, best);
	} while (best < n);
	for (size_t i = 0; i < n; i++)
		put_id(out, bpe_id(merges, n_merges,
				   word + start_of(ends, i),
				   ends[i] - start_of(ends, i)));
	mem_free(ends);
}
