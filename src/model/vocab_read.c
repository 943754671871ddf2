/*
 * From a file's lists to struct vocab, token by token, so that what follows
 * knows nothing of files. Memory is bounded by the file's size:
 * every list is there in full before anything of its length is allocated.
 */
#include "model/vocab_read.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* SentencePiece writes a blank as U+2581. */
#define SPM_BLANK "\xe2\x96\x81"

enum {
	TOKENS_MAX = 1 << 24,
	MERGES_MAX = 1 << 26,
	PIECE_MAX_BYTES = 1 << 20,
	LLAMA2C_BOS = 1, /* "\n<s>\n" */
	LLAMA2C_EOS = 2,
	LLAMA2C_BYTES = 3, /* the id of the byte 0 */
	LLAMA2C_HEAD_BYTES = 4,
	LLAMA2C_PIECE_BYTES = 8, /* and its text */
};

/* Pieces that end a generation beside those that the file names, as
 * llama.cpp has them. They are control tokens, whatever the file says. */
static const char *const end_pieces[] = {
	"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|endoftext|>",
	"<|end_of_text|>", "<|end|>", "<end_of_turn>", "<end_of_utterance>",
	"<EOT>", "_<EOT>", "[EOT]", "<|EOT|>", "[EOS]", "<eos>",
	("<\xef\xbd\x9c" "end\xe2\x96\x81of\xe2\x96\x81sentence\xef\xbd\x9c>"),
};

/* --- bytes of pieces ---------------------------------------------------- */

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

/* The same where byte_of may be NULL: pieces are their bytes then. */
static void put_piece(struct buf *out, const char *s, size_t n,
		      const int16_t *byte_of)
{
	if (byte_of)
		put_decoded(out, s, n, byte_of);
	else
		buf_append(out, s, n);
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

/* Higher scores come first; any bits of a float have a place. */
static uint32_t order_of(float score)
{
	float no_minus_zero = score + 0.0f;
	uint32_t bits;

	memcpy(&bits, &no_minus_zero, sizeof(bits));
	return MIN(bits >> 31 ? bits : ~(bits | 1u << 31), MERGE_NEVER - 1);
}

static bool is_end(const char *s, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(end_pieces); i++)
		if (strlen(end_pieces[i]) == n &&
		    memcmp(end_pieces[i], s, n) == 0)
			return true;
	return false;
}

/* --- what all kinds share ----------------------------------------------- */

/* A vocabulary that grows. */
struct growing {
	struct vocab *v;
	struct buf text;
	const int16_t *byte_of; /* GPT2_CHARS; NULL: pieces are their bytes */
};

/* Room for n tokens. */
static struct growing begin(struct vocab *v, size_t n, const int16_t *byte_of)
{
	v->type = mem_zalloc(n);
	v->ends = mem_zalloc(n * sizeof(*v->ends));
	v->tokens.start = mem_zalloc((n + 1) * sizeof(*v->tokens.start));
	if (v->spm)
		v->tokens.order = mem_zalloc(n * sizeof(*v->tokens.order));
	return (struct growing){ .v = v, .byte_of = byte_of };
}

/* One token more; false: it is too long. Byte tokens that are none are
 * ordinary, and special ones are written as they are. */
static bool add(struct growing *g, const char *s, size_t n, float score,
		enum token_type type)
{
	struct tokens *t = &g->v->tokens;
	int byte = byte_value(s, n);
	char one = (char)byte;

	if (n > PIECE_MAX_BYTES || g->text.len + n >= UINT32_MAX)
		return false;
	if (type == TOKEN_BYTE && byte < 0)
		type = TOKEN_NORMAL;
	if (type == TOKEN_BYTE)
		buf_append(&g->text, &one, 1);
	else
		put_piece(&g->text, s, n,
			  vocab_is_marked(type) ? NULL : g->byte_of);
	if (t->order)
		t->order[t->n] = order_of(score);
	g->v->type[t->n] = (uint8_t)type;
	t->start[++t->n] = (uint32_t)g->text.len;
	return true;
}

/* The text is all there. */
static void finish(struct growing *g)
{
	g->v->tokens.memory = mem_resize(g->text.data, g->text.len + 1);
	vocab_index(g->v);
}

/* --- GGUF --------------------------------------------------------------- */

static bool read_pieces(struct growing *to, struct gguf_array *tokens,
			const struct gguf *g)
{
	struct gguf_array scores, types;
	bool has_scores = gguf_array(g, "tokenizer.ggml.scores", &scores);
	bool has_types = gguf_array(g, "tokenizer.ggml.token_type", &types);

	for (uint64_t i = 0; i < tokens->n; i++) {
		double score = 0, type = TOKEN_NORMAL;
		const char *s;
		size_t n;
		bool end;

		if (!gguf_next_str(tokens, &s, &n))
			return false;
		has_scores = has_scores && gguf_next_f64(&scores, &score);
		has_types = has_types && gguf_next_f64(&types, &type);
		if (!(type >= TOKEN_NORMAL && type <= TOKEN_BYTE))
			type = TOKEN_NORMAL;
		end = is_end(s, n);
		if (!add(to, s, n, (float)score,
			 end ? TOKEN_CONTROL : (enum token_type)type))
			return false;
		to->v->ends[i] = end;
	}
	return true;
}

/* A list that goes along with the tokens, if there is one. */
static bool goes_along(const struct gguf *g, const char *key, uint64_t n,
		       struct err *err)
{
	struct gguf_array list;

	return !gguf_array(g, key, &list) || list.n == n ||
	       err_set(err, "%s has %llu entries for %llu tokens", key,
		       (unsigned long long)list.n, (unsigned long long)n);
}

static bool read_tokens(struct vocab *v, const struct gguf *g,
			const int16_t *byte_of, struct err *err)
{
	struct gguf_array tokens;
	struct growing to;

	if (!gguf_array(g, "tokenizer.ggml.tokens", &tokens) || !tokens.n)
		return err_set(err, "the file has no list of tokens");
	if (tokens.n > TOKENS_MAX)
		return err_set(err, "the tokenizer has more than %d tokens",
			       TOKENS_MAX);
	if (!goes_along(g, "tokenizer.ggml.token_type", tokens.n, err) ||
	    !goes_along(g, "tokenizer.ggml.scores", tokens.n, err))
		return false;
	to = begin(v, (size_t)tokens.n, byte_of);
	if (!read_pieces(&to, &tokens, g)) {
		buf_release(&to.text);
		return err_set(err, "token %u of the tokenizer is no text of "
				    "at most %d bytes",
			       v->tokens.n, PIECE_MAX_BYTES);
	}
	finish(&to);
	return true;
}

/* An ordinary piece, or a user's. */
static uint32_t find_part(const struct vocab *v, const char *s, size_t n)
{
	uint32_t id = lookup_find(&v->tokens.by_bytes, s, n);
	size_t len;

	if (id != TOKEN_NONE || !n)
		return id;
	id = special_at(&v->user, s, n, true, &len);
	return id != TOKEN_NONE && len == n ? id : TOKEN_NONE;
}

/* "left right" in GPT-2's characters; one not of this vocabulary is left
 * out. */
static void read_merge(struct vocab *v, const char *s, size_t n,
		       const int16_t *byte_of, struct buf *bytes)
{
	struct tokens *t = &v->tokens;
	const char *blank = n > 1 ? memchr(s + 1, ' ', n - 1) : NULL;
	uint32_t left, right, joined;
	size_t middle;

	if (!blank)
		return;
	buf_clear(bytes);
	put_piece(bytes, s, (size_t)(blank - s), byte_of);
	middle = bytes->len;
	put_piece(bytes, blank + 1, (size_t)(s + n - blank - 1), byte_of);
	left = find_part(v, bytes->data, middle);
	right = find_part(v, bytes->data + middle, bytes->len - middle);
	joined = find_part(v, bytes->data, bytes->len);
	if (left == TOKEN_NONE || right == TOKEN_NONE || joined == TOKEN_NONE)
		return;
	t->pairs[2 * (size_t)t->n_merges] = left;
	t->pairs[2 * (size_t)t->n_merges + 1] = right;
	t->joined[t->n_merges++] = joined;
}

/* byte_of: GPT2_CHARS; NULL: pieces are their bytes. */
static bool read_merges(struct vocab *v, const struct gguf *g,
			const int16_t *byte_of, struct err *err)
{
	struct tokens *t = &v->tokens;
	struct gguf_array merges;
	struct buf bytes = { 0 };
	const char *s;
	size_t n;

	if (!gguf_array(g, "tokenizer.ggml.merges", &merges))
		return err_set(err, "the tokenizer has no merges");
	if (merges.n > MERGES_MAX)
		return err_set(err, "the tokenizer has more than %d merges",
			       MERGES_MAX);
	n = (size_t)merges.n + 1;
	t->pairs = mem_alloc(n * 2 * sizeof(*t->pairs));
	t->joined = mem_alloc(n * sizeof(*t->joined));
	while (gguf_next_str(&merges, &s, &n))
		read_merge(v, s, n, byte_of, &bytes);
	buf_release(&bytes);
	vocab_index_merges(v);
	return true;
}

static uint32_t read_id(const struct vocab *v, const struct gguf *g,
			const char *key)
{
	uint64_t id;

	return gguf_u64(g, key, &id) && id < v->tokens.n ? (uint32_t)id :
							    VOCAB_NO_ID;
}

static bool has_word(const char *s, size_t n, const char *word)
{
	size_t k = strlen(word), i = 0;

	for (; i + k <= n; i++) {
		size_t at = 0;

		while (at < k && (s[i + at] | 0x20) == word[at])
			at++;
		if (at == k)
			return true;
	}
	return false;
}

/* Files do not say which tokens take the white space behind them: as in
 * llama.cpp, in models whose name is Phi 3's all special ones do but these. */
static void read_phi3_strips(struct vocab *v, const struct gguf *g)
{
	static const char *const plain[] = { "<unk>", "<s>", "<|endoftext|>" };
	const char *name = "";
	size_t n = 0;

	gguf_str(g, "general.name", &name, &n);
	if (!has_word(name, n, "phi-3") && !has_word(name, n, "phi3"))
		return;
	v->strips = mem_zalloc(v->tokens.n * sizeof(*v->strips));
	for (uint32_t i = 0; i < v->tokens.n; i++) {
		const char *s = v->tokens.text + v->tokens.start[i];
		size_t len = v->tokens.start[i + 1] - v->tokens.start[i];

		v->strips[i] = vocab_is_marked(v->type[i]);
		for (size_t k = 0; k < ARRAY_LEN(plain); k++)
			if (len == strlen(plain[k]) &&
			    memcmp(s, plain[k], len) == 0)
				v->strips[i] = false;
	}
}

/* What hf_vocab.c has put, or what is known of a name. */
static void read_strips(struct vocab *v, const struct gguf *g)
{
	struct gguf_array list;
	double id;

	if (!gguf_array(g, "lilscope.strips", &list)) {
		read_phi3_strips(v, g);
		return;
	}
	v->strips = mem_zalloc(v->tokens.n * sizeof(*v->strips));
	while (gguf_next_f64(&list, &id))
		if (id >= 0 && id < v->tokens.n)
			v->strips[(uint32_t)id] = true;
}

static void read_flags(struct vocab *v, const struct gguf *g)
{
	static const char *const ends[] = { "tokenizer.ggml.eos_token_id",
					    "tokenizer.ggml.eot_token_id",
					    "tokenizer.ggml.eom_token_id" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		uint32_t id = read_id(v, g, ends[i]);

		if (id != VOCAB_NO_ID)
			v->ends[id] = true;
	}
	v->bos = read_id(v, g, "tokenizer.ggml.bos_token_id");
	v->unknown = read_id(v, g, "tokenizer.ggml.unknown_token_id");
	gguf_bool(g, "tokenizer.ggml.add_bos_token", &v->add_bos);
	gguf_bool(g, "tokenizer.ggml.add_space_prefix", &v->add_space);
	gguf_bool(g, "lilscope.nfc", &v->nfc);
	read_strips(v, g);
}

/* With scores, or with merges in their stead. */
static bool read_spm(struct vocab *v, const struct gguf *g, struct err *err)
{
	struct gguf_array list;

	snprintf(v->kind, sizeof(v->kind), "llama spm");
	v->spm = v->add_bos = v->add_space = true;
	v->blank = SPM_BLANK;
	if (!read_tokens(v, g, NULL, err))
		return false;
	return gguf_array(g, "tokenizer.ggml.scores", &list) ||
	       !gguf_array(g, "tokenizer.ggml.merges", &list) ||
	       read_merges(v, g, NULL, err);
}

/* The expressions that hf_vocab.c has put, or NULL. */
static const struct vocab_family *own_family(struct vocab *v,
					     const struct gguf *g)
{
	struct gguf_array list;
	const char *s;
	size_t n;

	if (!gguf_array(g, "lilscope.pre", &list))
		return NULL;
	v->own.name = "of its own";
	for (size_t i = 0; i < PRE_STEPS_MAX && gguf_next_str(&list, &s, &n);
	     i++)
		v->own.steps[i] = mem_strndup(s, n);
	return v->own.steps[0] ? &v->own : NULL;
}

static bool read_bpe(struct vocab *v, const struct gguf *g, struct err *err)
{
	const char *name = "";
	size_t n = 0;
	const struct vocab_family *family;
	int16_t byte_of[GPT2_CHARS];

	gguf_str(g, "tokenizer.ggml.pre", &name, &n);
	family = own_family(v, g);
	if (!family)
		family = vocab_family(name, n);
	if (!family)
		return err_set(err, "the tokenizer's way to cut text, "
				    "\"%.*s\", is not known",
			       (int)MIN(n, (size_t)40), name);
	snprintf(v->kind, sizeof(v->kind), "gpt2 %s", family->name);
	v->whole_words = family->whole_words;
	gguf_bool(g, "lilscope.whole_words", &v->whole_words);
	v->add_bos = family->add_bos;
	v->pre = vocab_pre_new(family, err);
	gpt2_bytes(byte_of);
	return v->pre && read_tokens(v, g, byte_of, err) &&
	       read_merges(v, g, byte_of, err);
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
	read_flags(v, g);
	return v;
}

/* --- llama2.c ----------------------------------------------------------- */

static uint32_t little_u32(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

/* The file has no types: three special tokens, 256 bytes, ordinary pieces. */
static enum token_type llama2c_type(uint32_t id, const char *s, size_t n)
{
	if (id < LLAMA2C_BYTES)
		return TOKEN_CONTROL;
	return byte_value(s, n) >= 0 ? TOKEN_BYTE : TOKEN_NORMAL;
}

/* int32 longest; then of each piece: float score, int32 length, bytes. */
static bool read_llama2c(struct growing *to, const char *s, const char *end,
			 uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t bits, len;
		float score;

		if (end - s < LLAMA2C_PIECE_BYTES)
			return false;
		bits = little_u32(s);
		memcpy(&score, &bits, sizeof(score));
		len = little_u32(s + 4);
		s += LLAMA2C_PIECE_BYTES;
		if (len > (size_t)(end - s) ||
		    !add(to, s, len, score, llama2c_type(i, s, len)))
			return false;
		s += len;
	}
	return true;
}

struct vocab *vocab_from_llama2c(const void *data, size_t size,
				 uint32_t n_vocab, struct err *err)
{
	struct vocab *v = mem_zalloc(sizeof(*v));
	const char *s = data;
	bool fits = n_vocab && n_vocab <= TOKENS_MAX &&
		    size >= LLAMA2C_HEAD_BYTES &&
		    (size - LLAMA2C_HEAD_BYTES) / LLAMA2C_PIECE_BYTES >=
			    n_vocab;
	struct growing to = { 0 };

	snprintf(v->kind, sizeof(v->kind), "llama2.c");
	v->spm = v->add_space = v->add_bos = true;
	v->blank = " ";
	if (fits)
		to = begin(v, n_vocab, NULL);
	if (!fits || !read_llama2c(&to, s + LLAMA2C_HEAD_BYTES, s + size,
				   n_vocab)) {
		err_set(err, "the tokenizer file has not %u pieces: it is cut "
			     "short or belongs to another model",
			n_vocab);
		buf_release(&to.text);
		vocab_free(v);
		return NULL;
	}
	finish(&to);
	v->unknown = 0;
	v->bos = n_vocab > LLAMA2C_BOS ? LLAMA2C_BOS : VOCAB_NO_ID;
	for (uint32_t i = LLAMA2C_BOS; i <= LLAMA2C_EOS && i < n_vocab; i++)
		v->ends[i] = true;
	return v;
}
