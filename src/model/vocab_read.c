/*
 * From a file's lists to struct vocab. Memory is bounded by the file's size:
 * every list is there in full before anything of its length is allocated.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "model/vocab_impl.h"

enum {
	TOKENS_MAX = 1 << 24,
	MERGES_MAX = 1 << 26,
	PIECE_MAX_BYTES = 1 << 20,
	LLAMA2C_BOS = 1, /* "\n<s>\n" */
	LLAMA2C_EOS = 2,
	LLAMA2C_BYTES = 3, /* the id of the byte 0 */
};

/* Pieces that end a generation beside those that the file names, as
 * llama.cpp has them. They are control tokens, whatever the file says. */
static const char *const end_pieces[] = {
	"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|endoftext|>",
	"<|end_of_text|>", "<|end|>", "<end_of_turn>", "<end_of_utterance>",
	"<EOT>", "_<EOT>", "[EOT]", "<|EOT|>", "[EOS]", "<eos>",
	("<\xef\xbd\x9c" "end\xe2\x96\x81of\xe2\x96\x81sentence\xef\xbd\x9c>"),
};

/* --- bytes of pieces ----------------------------------------------------- */

enum { GPT2_CHARS = 512 };

/* GPT-2 writes each byte as a character that can be seen: those that can be
 * stay, the others are U+0100, U+0101 ... Their bytes, -1 for all others. */
static void gpt2_bytes(int16_t byte_of[GPT2_CHARS])
{
	int next = 256;

	memset(byte_of, -1, GPT2_CHARS * sizeof(*byte_of));
	for (int i = 0; i < 256; i++) {
		bool seen = (i >= '!' && i <= '~') ||
			    (i >= 0xa1 && i <= 0xac) || i >= 0xae;

		byte_of[seen ? i : next++] = (int16_t)i;
	}
}

/* Other characters stay as they are. Never more bytes than before. */
static void put_decoded(struct buf *out, const char *s, size_t n,
			const int16_t byte_of[GPT2_CHARS])
{
	size_t used;

	for (size_t at = 0; at < n; at += used) {
		int32_t c = utf8_decode(s + at, n - at, &used);

		if (c >= 0 && c < GPT2_CHARS && byte_of[c] >= 0)
			buf_putc(out, (char)byte_of[c]);
		else
			buf_append(out, s + at, used);
	}
}

static bool is_marked(const struct piece *p)
{
	return p->type == TOKEN_CONTROL || p->type == TOKEN_USER ||
	       p->type == TOKEN_UNKNOWN;
}

/* The pieces' bytes, in v->own; special tokens are written as they are. */
static void decode_pieces(struct vocab *v)
{
	int16_t byte_of[GPT2_CHARS];
	size_t sum = 0;

	gpt2_bytes(byte_of);
	for (uint32_t i = 0; i < v->n; i++)
		sum += v->pieces[i].len;
	buf_reserve(&v->own, sum + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		struct piece *p = &v->pieces[i];
		size_t from = v->own.len;

		if (is_marked(p))
			continue;
		put_decoded(&v->own, p->s, p->len, byte_of);
		p->s = v->own.data + from;
		p->len = (uint32_t)(v->own.len - from);
	}
	assert(v->own.len <= sum);
}

/* "<0x0A>" is the byte 10; -1: it is none. */
static int byte_value(const char *s, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *high, *low;

	if (n != 6 || memcmp(s, "<0x", 3) != 0 || s[5] != '>')
		return -1;
	high = memchr(digits, s[3], 16);
	low = memchr(digits, s[4], 16);
	return high && low ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

static void find_bytes(struct vocab *v)
{
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;

		v->bytes[i] = v->spm ? VOCAB_NO_ID :
				       vocab_index_find(&v->ordinary, &byte, 1);
	}
	for (uint32_t i = 0; i < v->n; i++) {
		const struct piece *p = &v->pieces[i];

		if (p->type == TOKEN_BYTE && v->bytes[p->byte] == VOCAB_NO_ID)
			v->bytes[p->byte] = i;
	}
}

/* --- what all kinds share ------------------------------------------------ */

/* Higher scores come first; any bits of a float have a place. */
static uint32_t order_of(float score)
{
	float no_minus_zero = score + 0.0f;
	uint32_t bits;

	memcpy(&bits, &no_minus_zero, sizeof(bits));
	return bits >> 31 ? bits : ~(bits | 1u << 31);
}

static void mark_end(struct piece *p)
{
	for (size_t i = 0; i < ARRAY_LEN(end_pieces); i++) {
		if (strlen(end_pieces[i]) == p->len &&
		    memcmp(end_pieces[i], p->s, p->len) == 0) {
			p->ends = true;
			p->type = TOKEN_CONTROL;
		}
	}
}

/* Byte tokens that are none are ordinary. */
static void settle_types(struct vocab *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		struct piece *p = &v->pieces[i];
		int byte = byte_value(p->s, p->len);

		mark_end(p);
		if (p->type == TOKEN_BYTE && byte < 0)
			p->type = TOKEN_NORMAL;
		if (p->type == TOKEN_BYTE)
			p->byte = (uint8_t)byte;
	}
}

static void note_special(struct vocab *v, const struct piece *p)
{
	unsigned char first;

	if (!p->len || p->len > VOCAB_SPECIAL_MAX_BYTES ||
	    p->type == TOKEN_BYTE)
		return;
	first = (unsigned char)p->s[0];
	v->special[first][p->len / 64] |= (uint64_t)1 << p->len % 64;
	v->special_longest[first] =
		(uint8_t)MAX(p->len, v->special_longest[first]);
}

/* Text becomes ordinary pieces, never a control token. SentencePiece joins
 * characters to user tokens too. */
static void index_pieces(struct vocab *v)
{
	size_t cap = v->n + (size_t)1;
	struct index_entry *plain = mem_alloc(cap * sizeof(*plain));
	struct index_entry *marked = mem_alloc(cap * sizeof(*marked));
	size_t n_plain = 0, n_marked = 0;

	for (uint32_t i = 0; i < v->n; i++) {
		const struct piece *p = &v->pieces[i];
		struct index_entry e = { p->s, p->len, i };
		bool special = is_marked(p) || p->type == TOKEN_BYTE;

		if (special) {
			marked[n_marked++] = e;
			note_special(v, p);
		}
		if (p->len && (!special || (v->spm && p->type == TOKEN_USER))) {
			plain[n_plain++] = e;
			v->longest = MAX(v->longest, p->len);
		}
	}
	vocab_index_build(&v->ordinary, plain, n_plain);
	vocab_index_build(&v->marked, marked, n_marked);
	mem_free(plain);
	mem_free(marked);
}

/* --- GGUF ---------------------------------------------------------------- */

static bool read_pieces(struct vocab *v, const struct gguf *g,
			struct err *err)
{
	struct gguf_array tokens, scores, types;
	bool has_scores = gguf_array(g, "tokenizer.ggml.scores", &scores);
	bool has_types = gguf_array(g, "tokenizer.ggml.token_type", &types);

	if (!gguf_array(g, "tokenizer.ggml.tokens", &tokens) || !tokens.n)
		return err_set(err, "the file has no list of tokens");
	if (tokens.n > TOKENS_MAX)
		return err_set(err, "the tokenizer has more than %d tokens",
			       TOKENS_MAX);
	v->pieces = mem_zalloc((size_t)tokens.n * sizeof(*v->pieces));
	for (; v->n < tokens.n; v->n++) {
		struct piece *p = &v->pieces[v->n];
		double score = 0, type = TOKEN_NORMAL;
		size_t len;

		if (!gguf_next_str(&tokens, &p->s, &len) ||
		    len > PIECE_MAX_BYTES)
			break;
		p->len = (uint32_t)len;
		has_scores = has_scores && gguf_next_f64(&scores, &score);
		has_types = has_types && gguf_next_f64(&types, &type);
		p->order = order_of((float)score);
		p->type = type >= TOKEN_NORMAL && type <= TOKEN_BYTE ?
				  (uint8_t)type :
				  TOKEN_NORMAL;
	}
	if (v->n < tokens.n)
		return err_set(err, "token %u of the tokenizer is no text of "
				    "at most %d bytes",
			       v->n, PIECE_MAX_BYTES);
	return true;
}

/* An ordinary piece, or a user's. */
static uint32_t find_part(const struct vocab *v, const char *s, size_t n)
{
	uint32_t id = vocab_index_find(&v->ordinary, s, n);

	if (id != VOCAB_NO_ID)
		return id;
	id = vocab_index_find(&v->marked, s, n);
	return id != VOCAB_NO_ID && v->pieces[id].type == TOKEN_USER ?
		       id :
		       VOCAB_NO_ID;
}

/* "left right" in GPT-2's characters; false: not of this vocabulary. */
static bool read_merge(const struct vocab *v, const char *s, size_t n,
		       const int16_t byte_of[GPT2_CHARS], struct buf *bytes,
		       struct merge *m)
{
	const char *blank = n > 1 ? memchr(s + 1, ' ', n - 1) : NULL;
	size_t middle;

	if (!blank)
		return false;
	buf_clear(bytes);
	put_decoded(bytes, s, (size_t)(blank - s), byte_of);
	middle = bytes->len;
	put_decoded(bytes, blank + 1, (size_t)(s + n - blank - 1), byte_of);
	m->pair[0] = find_part(v, bytes->data, middle);
	m->pair[1] = find_part(v, bytes->data + middle, bytes->len - middle);
	m->joined = find_part(v, bytes->data, bytes->len);
	return m->pair[0] != VOCAB_NO_ID && m->pair[1] != VOCAB_NO_ID &&
	       m->joined != VOCAB_NO_ID;
}

static void index_merges(struct vocab *v)
{
	struct index_entry *entries =
		mem_alloc((v->n_merges + 1) * sizeof(*entries));

	for (uint32_t i = 0; i < v->n_merges; i++)
		entries[i] = (struct index_entry){
			(const char *)v->merges[i].pair,
			sizeof(v->merges[i].pair), i
		};
	vocab_index_build(&v->merge_of, entries, v->n_merges);
	mem_free(entries);
}

static bool read_merges(struct vocab *v, const struct gguf *g,
			struct err *err)
{
	struct gguf_array merges;
	struct buf bytes = { 0 };
	int16_t byte_of[GPT2_CHARS];
	const char *s;
	size_t n;

	if (!gguf_array(g, "tokenizer.ggml.merges", &merges))
		return err_set(err, "the tokenizer has no merges");
	if (merges.n > MERGES_MAX)
		return err_set(err, "the tokenizer has more than %d merges",
			       MERGES_MAX);
	gpt2_bytes(byte_of);
	v->merges = mem_alloc((size_t)(merges.n + 1) * sizeof(*v->merges));
	while (gguf_next_str(&merges, &s, &n))
		if (read_merge(v, s, n, byte_of, &bytes,
			       &v->merges[v->n_merges]))
			v->n_merges++;
	buf_release(&bytes);
	index_merges(v);
	return true;
}

static uint32_t read_id(const struct vocab *v, const struct gguf *g,
			const char *key)
{
	uint64_t id;

	return gguf_u64(g, key, &id) && id < v->n ? (uint32_t)id : VOCAB_NO_ID;
}

static void read_flags(struct vocab *v, const struct gguf *g)
{
	static const char *const ends[] = { "tokenizer.ggml.eos_token_id",
					    "tokenizer.ggml.eot_token_id",
					    "tokenizer.ggml.eom_token_id" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		uint32_t id = read_id(v, g, ends[i]);

		if (id != VOCAB_NO_ID)
			v->pieces[id].ends = true;
	}
	v->bos = read_id(v, g, "tokenizer.ggml.bos_token_id");
	v->unknown = read_id(v, g, "tokenizer.ggml.unknown_token_id");
	gguf_bool(g, "tokenizer.ggml.add_bos_token", &v->add_bos);
	gguf_bool(g, "tokenizer.ggml.add_space_prefix", &v->add_space);
	if (!gguf_str(g, "tokenizer.chat_template", &v->chat, &v->chat_len))
		v->chat = NULL;
}

static bool read_spm(struct vocab *v, const struct gguf *g, struct err *err)
{
	snprintf(v->kind, sizeof(v->kind), "llama spm");
	v->spm = v->add_bos = v->add_space = true;
	v->blank = SPM_BLANK;
	if (!read_pieces(v, g, err))
		return false;
	settle_types(v);
	index_pieces(v);
	return true;
}

static bool read_bpe(struct vocab *v, const struct gguf *g, struct err *err)
{
	const char *name = "";
	size_t n = 0;
	const struct vocab_family *family;

	gguf_str(g, "tokenizer.ggml.pre", &name, &n);
	family = vocab_family(name, n);
	if (!family)
		return err_set(err, "the tokenizer's way to cut text, "
				    "\"%.*s\", is not known",
			       (int)MIN(n, (size_t)40), name);
	snprintf(v->kind, sizeof(v->kind), "gpt2 %s", family->name);
	v->whole_words = family->whole_words;
	v->add_bos = family->add_bos;
	v->pre = vocab_pre_new(family, err);
	if (!v->pre || !read_pieces(v, g, err))
		return false;
	settle_types(v);
	decode_pieces(v);
	index_pieces(v);
	return read_merges(v, g, err);
}

static bool read_gguf(struct vocab *v, const struct gguf *g, struct err *err)
{
	const char *model;
	size_t n;

	if (!gguf_str(g, "tokenizer.ggml.model", &model, &n))
		return err_set(err, "the file has no tokenizer");
	if (n == 5 && memcmp(model, "llama", n) == 0)
		return read_spm(v, g, err);
	if (n == 4 && memcmp(model, "gpt2", n) == 0)
		return read_bpe(v, g, err);
	return err_set(err, "the tokenizer \"%.*s\" is not known; llama and "
			    "gpt2 are",
		       (int)MIN(n, (size_t)40), model);
}

struct vocab *vocab_from_gguf(const struct gguf *g, struct err *err)
{
	struct vocab *v = mem_zalloc(sizeof(*v));

	if (!read_gguf(v, g, err)) {
		vocab_free(v);
		return NULL;
	}
	find_bytes(v);
	read_flags(v, g);
	return v;
}

/* --- llama2.c ------------------------------------------------------------ */

static uint32_t little_u32(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

/* int32 longest; then of each piece: float score, int32 length, bytes. */
static bool read_llama2c(struct vocab *v, const char *s, size_t size,
			 uint32_t n)
{
	enum { HEAD_BYTES = 4, PIECE_BYTES = 8 };
	const char *end = s + size;

	if (!n || n > TOKENS_MAX || size < HEAD_BYTES ||
	    (size - HEAD_BYTES) / PIECE_BYTES < n)
		return false;
	v->pieces = mem_zalloc(n * sizeof(*v->pieces));
	s += HEAD_BYTES;
	for (; v->n < n; v->n++) {
		struct piece *p = &v->pieces[v->n];
		uint32_t bits;
		float score;

		if (end - s < PIECE_BYTES)
			return false;
		bits = little_u32(s);
		memcpy(&score, &bits, sizeof(score));
		p->order = order_of(score);
		p->len = little_u32(s + 4);
		s += PIECE_BYTES;
		if (p->len > (size_t)(end - s) || p->len > PIECE_MAX_BYTES)
			return false;
		p->s = s;
		s += p->len;
	}
	return true;
}

/* The file has no types: three special tokens, 256 bytes, ordinary pieces. */
static void type_llama2c(struct vocab *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		struct piece *p = &v->pieces[i];
		int byte = byte_value(p->s, p->len);

		p->type = i < LLAMA2C_BYTES ? TOKEN_CONTROL :
			  byte >= 0	    ? TOKEN_BYTE :
					      TOKEN_NORMAL;
		if (byte >= 0)
			p->byte = (uint8_t)byte;
		p->ends = i == LLAMA2C_BOS || i == LLAMA2C_EOS;
	}
}

struct vocab *vocab_from_llama2c(const void *data, size_t size,
				 uint32_t n_vocab, struct err *err)
{
	struct vocab *v = mem_zalloc(sizeof(*v));

	if (!read_llama2c(v, data, size, n_vocab)) {
		err_set(err, "the tokenizer file has not %u pieces: it is cut "
			     "short or belongs to another model",
			n_vocab);
		vocab_free(v);
		return NULL;
	}
	snprintf(v->kind, sizeof(v->kind), "llama2.c");
	v->spm = v->add_space = v->add_bos = true;
	v->blank = " ";
	v->unknown = 0;
	v->bos = v->n > LLAMA2C_BOS ? LLAMA2C_BOS : VOCAB_NO_ID;
	type_llama2c(v);
	index_pieces(v);
	find_bytes(v);
	return v;
}
