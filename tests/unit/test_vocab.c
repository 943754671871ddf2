/*
 * vocab*.c beside what llama.cpp made of its own test texts (LILSCOPE_DATA),
 * beside the definitions (naive_vocab.c) and the bundled tokenizer, and
 * beside itself: what was encoded decodes, however long and however broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/vocab_read.h"
#include "token/vocab_pre.h"
#include "naive_vocab.h"
#include "qwen_vocab.h"
#include "trace/tok.h"
#include "vocab_vectors.h"

#define BLANK "\xe2\x96\x81"

static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A tokenizer and the file that it looks into. */
struct loaded {
	struct buf file;
	struct gguf *g;
	struct vocab *v;
};

static void load(struct loaded *l)
{
	struct err err = { "" };

	l->g = gguf_parse(l->file.data, l->file.len, &err);
	if (!l->g)
		fail_msg("%s", err.text);
	l->v = vocab_from_gguf(l->g, &err);
	if (!l->v)
		fail_msg("%s", err.text);
}

static void unload(struct loaded *l)
{
	vocab_free(l->v);
	gguf_free(l->g);
	buf_release(&l->file);
}

static void decode(const struct vocab *v, const struct vocab_ids *ids,
		   struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < ids->n; i++)
		vocab_piece(v, ids->ids[i], i ? ids->ids[i - 1] : VOCAB_NO_ID,
			    out);
}

/* Encodes, decodes, and gives the number of tokens. */
static size_t comes_back(const struct vocab *v, const char *s, size_t n)
{
	struct vocab_ids ids = { 0 };
	struct buf back = { 0 };
	size_t count;

	vocab_encode(v, s, n, 0, &ids);
	decode(v, &ids, &back);
	assert_int_equal(back.len, n);
	if (n)
		assert_memory_equal(back.data, s, n);
	count = ids.n;
	vocab_ids_release(&ids);
	buf_release(&back);
	return count;
}

static void are_ids(const struct vocab *v, const char *text, unsigned flags,
		    const uint32_t *want, size_t n)
{
	struct vocab_ids ids = { 0 };

	vocab_encode(v, text, strlen(text), flags, &ids);
	if (ids.n != n || memcmp(ids.ids, want, n * sizeof(*want)) != 0) {
		for (size_t i = 0; i < ids.n; i++)
			print_message("%u ", ids.ids[i]);
		fail_msg("is what \"%s\" became", text);
	}
	vocab_ids_release(&ids);
}
#define ARE_IDS(v, text, flags, ...)                                           \
	are_ids(v, text, flags, (const uint32_t[]){ __VA_ARGS__ },             \
		ARRAY_LEN(((const uint32_t[]){ __VA_ARGS__ })))

/* --- the vectors -------------------------------------------------------- */

static void vectors(void **state)
{
	(void)state;
	if (!vectors_are_here()) {
		print_message("skipped: no vectors (LILSCOPE_DATA)\n");
		skip();
	}
	for (size_t i = 0; i < n_vector_names; i++) {
		struct loaded l = { 0 };
		struct vectors_count count;

		vectors_file(vector_names[i], &l.file);
		load(&l);
		count = vectors_run(l.v, vector_names[i]);
		assert_int_equal(count.n_good, count.n);
		assert_true(count.n > 10);
		unload(&l);
	}
}

/* --- beside the definitions --------------------------------------------- */

enum { TEXT_MAX_BYTES = 48, PIECE_MAX_BYTES = 8, RANDOM_PIECES = 40 };

/* Characters of 1 to 4 bytes, and a byte that is none. */
static size_t random_text(char *out, uint32_t n_kinds)
{
	static const char *const kinds[] = { "a", "b", "c", BLANK, "\xc3\xa9",
					     "\xf0\x9f\xa6\x99", "\xff" };
	size_t n = below(TEXT_MAX_BYTES - 4), len = 0;

	while (len < n) {
		const char *s = kinds[below(n_kinds)];

		memcpy(out + len, s, strlen(s));
		len += strlen(s);
	}
	out[len] = '\0';
	return len;
}

/* Different pieces of "a", "b" and blanks, with scores that often tie. */
static uint32_t random_pieces(struct naive_piece *pieces,
			      char text[][PIECE_MAX_BYTES])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < RANDOM_PIECES; i++) {
		uint32_t len = 1 + below(4), k = 0;

		for (uint32_t c = 0; c < len; c++)
			text[n][c] = (char)("abcd"[below(3)]);
		text[n][len] = '\0';
		if (below(8) == 0)
			snprintf(text[n], PIECE_MAX_BYTES, "%s%s", BLANK,
				 below(2) ? "a" : "");
		while (k < n && strcmp(text[k], text[n]) != 0)
			k++;
		if (k < n)
			continue;
		pieces[n] = (struct naive_piece){ text[n],
						  -(float)below(9) / 2, 1 };
		n++;
	}
	return n;
}

static void same_as_naive(const struct vocab_ids *fast,
			  const struct vocab_ids *naive, const char *text)
{
	if (fast->n != naive->n ||
	    (fast->n && memcmp(fast->ids, naive->ids,
			       fast->n * sizeof(*fast->ids)) != 0))
		fail_msg("%zu ids, %zu by definition: \"%s\"", fast->n,
			 naive->n, text);
}

static void spm_as_defined(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct naive_piece pieces[RANDOM_PIECES];
		char spelled[RANDOM_PIECES + 1][PIECE_MAX_BYTES];
		uint32_t n = random_pieces(pieces, spelled);
		struct loaded l = { 0 };

		naive_spm_file(pieces, n, &l.file);
		load(&l);
		for (int i = 0; i < 40; i++) {
			char text[2 * TEXT_MAX_BYTES] = BLANK;
			size_t at = strlen(BLANK);
			size_t len = random_text(text + at, 7);
			struct vocab_ids fast = { 0 }, naive = { 0 };

			vocab_encode(l.v, text + at, len, 0, &fast);
			if (len)
				naive_spm(pieces, n, text, at + len, &naive);
			same_as_naive(&fast, &naive, text);
			vocab_ids_release(&fast);
			vocab_ids_release(&naive);
		}
		unload(&l);
	}
}

/* Merges of what there is already, so that they are reachable. */
static uint32_t random_merges(struct naive_merge *merges,
			      char text[][PIECE_MAX_BYTES])
{
	static const char *const letters[] = { "a", "b", "c" };
	uint32_t n = 0;

	for (uint32_t i = 0; i < RANDOM_PIECES; i++) {
		uint32_t a = below(n + 3), b = below(n + 3), k = 0;
		const char *left = a < 3 ? letters[a] : text[a - 3];
		const char *right = b < 3 ? letters[b] : text[b - 3];

		if (strlen(left) + strlen(right) >= PIECE_MAX_BYTES)
			continue;
		memmove(text[n], left, strlen(left) + 1);
		memcpy(text[n] + strlen(left), right, strlen(right) + 1);
		while (k < n && strcmp(text[k], text[n]) != 0)
			k++;
		if (k == n)
			merges[n++] = (struct naive_merge){ left, right };
	}
	return n;
}

static void bpe_as_defined(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct naive_merge merges[RANDOM_PIECES];
		char spelled[RANDOM_PIECES + 1][PIECE_MAX_BYTES];
		uint32_t n = random_merges(merges, spelled);
		struct loaded l = { 0 };

		naive_bpe_file("gpt-2", merges, n, NULL, 0, &l.file);
		load(&l);
		for (int i = 0; i < 40; i++) {
			char text[TEXT_MAX_BYTES + 4];
			size_t len = random_text(text, 3); /* one word */
			struct vocab_ids fast = { 0 }, naive = { 0 };

			vocab_encode(l.v, text, len, 0, &fast);
			naive_bpe(merges, n, text, len, &naive);
			same_as_naive(&fast, &naive, text);
			vocab_ids_release(&fast);
			vocab_ids_release(&naive);
		}
		unload(&l);
	}
}

/* Pieces of text that the expressions tell apart. */
static void random_prose(struct buf *out, int n)
{
	static const char *const kinds[] = {
		"a", "Z", "s", "ll", "'", "\xe2\x80\x99", "'S", "\xc5\xbf",
		"7", "\xd9\xa3", "\xc2\xbd", " ", "  ", "\n", "\r\n", "\t",
		"\xc2\xa0", "\xc2\x85", "\xe3\x80\x80", "\xe2\x80\xa8", "!",
		"-", "_", "+", "\xef\xbc\x81", "\xe4\xb8\xad", "\xea\xb0\x80",
		"\xe0\xa4\x95\xe0\xa4\xbe", "\xf0\x9f\xa6\x99", "\xc3\xa9",
		"e\xcc\x81", "\xff", "\xe4\xb8", "\x01", "word", "<|x", "\x7f",
	};

	buf_clear(out);
	while (n--)
		buf_puts(out, kinds[below(ARRAY_LEN(kinds))]);
}

/* qwen2 is also the tokenizer that the program brings along: ranked by ids,
 * not by a list of merges, and text in pieces. */
static void qwen2_as_bundled(void **state)
{
	struct loaded l = { 0 };
	struct buf text = { 0 };

	(void)state;
	qwen_file(&l.file);
	load(&l);
	assert_string_equal(vocab_kind(l.v), "gpt2 qwen2");
	for (int i = 0; i < 3000; i++) {
		struct vocab_ids ids = { 0 };
		struct tok_list list = { 0 };
		struct tok *tok = tok_new();

		random_prose(&text, (int)below(30));
		vocab_encode(l.v, text.data, text.len, 0, &ids);
		tok_push(tok, text.data, text.len, &list);
		tok_flush(tok, &list);
		assert_int_equal(ids.n, list.n);
		for (size_t k = 0; k < ids.n; k++)
			assert_int_equal(ids.ids[k], list.at[k].id);
		comes_back(l.v, text.data, text.len);
		tok_free(tok);
		tok_list_release(&list);
		vocab_ids_release(&ids);
	}
	buf_release(&text);
	unload(&l);
}

/* --- long and broken texts ---------------------------------------------- */

static void repeat(struct buf *out, const char *s, size_t n_bytes,
		   const char *last)
{
	buf_clear(out);
	while (out->len < n_bytes)
		buf_puts(out, s);
	buf_puts(out, last);
}

static const struct naive_merge few_merges[] = {
	{ "a", "a" }, { "aa", "aa" }, { "aaaa", "aaaa" }, { " ", " " },
	{ "  ", "  " }, { "a", "b" }, { "!", "!" }, { "t", "h" },
	{ "th", "e" }, { "\xe4", "\xbd" },
};

/* A quadratic step would not end within anybody's patience. */
static void long_texts(const struct vocab *v)
{
	struct buf text = { 0 };
	size_t mb = 1 << 20;

	repeat(&text, "a", mb, "");
	assert_int_equal(comes_back(v, text.data, text.len),
			 mb / 8 + (strcmp(vocab_kind(v), "llama spm") == 0));
	repeat(&text, " ", mb, "5");
	comes_back(v, text.data, text.len);
	buf_clear(&text);
	while (text.len < mb)
		buf_putc(&text, (char)below(256));
	comes_back(v, text.data, text.len);
	buf_clear(&text);
	while (text.len < mb)
		buf_putc(&text, "aab !the"[below(8)]);
	comes_back(v, text.data, text.len);
	buf_release(&text);
}

static void encoding_is_linear(void **state)
{
	static const struct naive_piece pieces[] = {
		{ "a", 0, 1 },	 { "aa", -1, 1 },    { "aaaa", -2, 1 },
		{ "b", 0, 1 },	 { "aaaaaaaa", -3, 1 }, { BLANK, 0, 1 },
		{ BLANK BLANK, -4, 1 }, { BLANK "a", -9, 1 },
	};
	struct loaded l = { 0 };

	(void)state;
	naive_spm_file(pieces, ARRAY_LEN(pieces), &l.file);
	load(&l);
	long_texts(l.v);
	unload(&l);
	l = (struct loaded){ 0 };
	naive_bpe_file("gpt-2", few_merges, ARRAY_LEN(few_merges), NULL, 0,
		       &l.file);
	load(&l);
	long_texts(l.v);
	unload(&l);
}

static void any_bytes_come_back(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (size_t f = 0; f < n_vocab_families; f++) {
		struct loaded l = { 0 };

		naive_bpe_file(vocab_families[f].name, few_merges,
			       ARRAY_LEN(few_merges), NULL, 0, &l.file);
		load(&l);
		for (int i = 0; i < 400; i++) {
			random_prose(&text, (int)below(40));
			comes_back(l.v, text.data, text.len);
			buf_clear(&text);
			for (uint32_t n = below(60); n; n--)
				buf_putc(&text, (char)below(256));
			comes_back(l.v, text.data, text.len);
		}
		comes_back(l.v, "", 0);
		unload(&l);
	}
	buf_release(&text);
}

/* --- special tokens ----------------------------------------------------- */

static void bpe_specials(void **state)
{
	static const struct naive_merge merges[] = { { "<", "!" },
						     { "<!", ">" } };
	static const struct naive_piece pieces[] = {
		{ "<!>", 0, 3 },	/* 258, spelled like 257 */
		{ "<!>y", 0, 3 },	/* 259 */
		{ "[user]", 0, 4 },	/* 260 */
		{ "<|im_end|>", 0, 1 }, /* 261, whatever its type says */
		{ "\xc3\xb8", 0, 4 },	/* 262 */
	};
	struct loaded l = { 0 };
	struct buf text = { 0 };
	const struct vocab *v;

	(void)state;
	naive_bpe_file("smollm", merges, ARRAY_LEN(merges), pieces,
		       ARRAY_LEN(pieces), &l.file);
	load(&l);
	v = l.v;
	ARE_IDS(v, "a<!>", 0, 'a', 257); /* text makes no control token */
	ARE_IDS(v, "a<!>", VOCAB_SPECIAL, 'a', 258);
	ARE_IDS(v, "<!>yb", VOCAB_SPECIAL, 259, 'b');
	ARE_IDS(v, "<!><!>", VOCAB_SPECIAL, 258, 258);
	ARE_IDS(v, "<<!", VOCAB_SPECIAL, '<', 256);
	ARE_IDS(v, "a[user]b", 0, 'a', 260, 'b');
	ARE_IDS(v, "\xc3\xb8", 0, 262);
	ARE_IDS(v, "<|im_end|>", VOCAB_SPECIAL, 261);
	assert_true(vocab_ends(v, 261));
	assert_false(vocab_ends(v, 258));
	assert_false(vocab_ends(v, 12345));
	assert_int_equal(vocab_bos(v), VOCAB_NO_ID);
	vocab_piece(v, 258, 'a', &text);
	assert_int_equal(text.len, 0);
	vocab_piece(v, 260, 'a', &text);
	vocab_piece(v, 99999, 'a', &text);
	assert_string_equal(buf_cstr(&text), "[user]");
	buf_release(&text);
	unload(&l);
}

static void spm_specials(void **state)
{
	static const struct naive_piece pieces[] = {
		{ BLANK, -1, 1 },  { "a", -1, 1 },   /* 259, 260 */
		{ BLANK "a", -2, 1 }, { "<s", -3, 1 }, /* 261, 262 */
		{ "<", -1, 1 },	   { "s", -1, 1 },   /* 263, 264 */
		{ ">", -1, 1 },			     /* 265 */
	};
	struct loaded l = { 0 };
	struct buf text = { 0 };
	struct vocab_ids ids = { 0 };

	(void)state;
	naive_spm_file(pieces, ARRAY_LEN(pieces), &l.file);
	load(&l);
	assert_string_equal(vocab_kind(l.v), "llama spm");
	assert_int_equal(vocab_bos(l.v), 1);
	assert_true(vocab_ends(l.v, 2));
	ARE_IDS(l.v, "a", 0, 261);
	ARE_IDS(l.v, "", VOCAB_ADD_BOS, 1);
	ARE_IDS(l.v, "a a", VOCAB_ADD_BOS, 1, 261, 261);
	ARE_IDS(l.v, "a\n", 0, 261, 3 + '\n');
	/* Joining characters makes no control token. */
	ARE_IDS(l.v, "a<s>", 0, 261, 262, 265);
	ARE_IDS(l.v, "a</s>a", VOCAB_SPECIAL, 261, 2, 261);
	vocab_encode(l.v, " a</s>a <s> a", 13, VOCAB_SPECIAL, &ids);
	decode(l.v, &ids, &text);
	assert_string_equal(buf_cstr(&text), " aa  a");
	vocab_ids_release(&ids);
	buf_release(&text);
	unload(&l);
}

static void llama3_takes_whole_words(void **state)
{
	/* "ab" is a piece that no merge makes; the file's types are gone. */
	static const struct naive_merge merges[] = { { "b", "c" } };
	static const struct naive_piece pieces[] = { { "abc", 0, 1 } };
	struct loaded l = { 0 };

	(void)state;
	naive_bpe_file("llama-bpe", merges, 1, pieces, 1, &l.file);
	load(&l);
	ARE_IDS(l.v, "abc", 0, 257);
	ARE_IDS(l.v, "abcd", 0, 'a', 256, 'd');
	unload(&l);
	l = (struct loaded){ 0 };
	naive_bpe_file("qwen2", merges, 1, pieces, 1, &l.file);
	load(&l);
	ARE_IDS(l.v, "abc", 0, 'a', 256);
	unload(&l);
}

/* --- llama2.c's file ---------------------------------------------------- */

static void put_llama2c(struct buf *out, const char *s, float score)
{
	uint32_t words[2] = { 0, (uint32_t)strlen(s) };

	memcpy(words, &score, sizeof(score));
	for (unsigned i = 0; i < 64; i += 8)
		buf_putc(out, (char)(words[i / 32] >> i % 32));
	buf_puts(out, s);
}

static void from_llama2c(void **state)
{
	struct buf file = { 0 };
	struct err err = { "" };
	struct vocab *v;
	char byte[8];

	(void)state;
	buf_append(&file, "\7\0\0\0", 4);
	put_llama2c(&file, "<unk>", 0);
	put_llama2c(&file, "\n<s>\n", 0);
	put_llama2c(&file, "\n</s>\n", 0);
	for (unsigned i = 0; i < 256; i++) {
		snprintf(byte, sizeof(byte), "<0x%02X>", i);
		put_llama2c(&file, byte, 0);
	}
	put_llama2c(&file, " ", -1);
	put_llama2c(&file, "a", -2);
	put_llama2c(&file, " a", -3);
	v = vocab_from_llama2c(file.data, file.len, 262, &err);
	assert_non_null(v);
	assert_int_equal(vocab_size(v), 262);
	assert_string_equal(vocab_kind(v), "llama2.c");
	ARE_IDS(v, "a a\xc3\xa9", VOCAB_ADD_BOS, 1, 261, 261, 3 + 0xc3,
		3 + 0xa9);
	ARE_IDS(v, "  ", 0, 259, 259, 259);
	assert_true(vocab_ends(v, 1) && vocab_ends(v, 2));
	comes_back(v, " a  aa\xff\n", 8);
	vocab_free(v);
	for (size_t n = 0; n < file.len; n++) {
		err_clear(&err);
		assert_null(vocab_from_llama2c(file.data, n, 262, &err));
		assert_true(err.text[0]);
	}
	assert_null(vocab_from_llama2c(file.data, file.len, 263, &err));
	assert_null(vocab_from_llama2c(file.data, file.len, 0, &err));
	assert_null(vocab_from_llama2c(file.data, file.len, UINT32_MAX, &err));
	buf_release(&file);
}

/* --- white space behind special tokens ---------------------------------- */

/* A file does not say which take it: the name of a Phi 3 does. */
static void phi3_strips(void **state)
{
	static const char *const names[] = { "Phi 3", "my Phi-3.5 mini",
					     "PHI3" };
	static const char *const tokens[] = { "<unk>", "<s>", "<|u|>", "a",
					      "\xe2\x96\x81" };
	static const int32_t types[] = { 2, 3, 3, 1, 1 };
	static const float scores[ARRAY_LEN(tokens)] = { 0 };
	static const uint32_t want[2][5] = { { 2, 4, 3, 1, 4 },
					     { 2, 3, 1, 4, 3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct keys k = { 0 };
		struct buf file = { 0 };
		struct err err = { "" };
		struct vocab_ids ids = { 0 };
		struct vocab *v;
		struct gguf *g;

		keys_str(&k, "general.name", names[i]);
		keys_str(&k, "tokenizer.ggml.model", "llama");
		keys_bool(&k, "tokenizer.ggml.add_space_prefix", false);
		keys_strings(&k, "tokenizer.ggml.tokens", ARRAY_LEN(tokens));
		for (size_t t = 0; t < ARRAY_LEN(tokens); t++)
			keys_item_str(&k, tokens[t], strlen(tokens[t]));
		keys_floats(&k, "tokenizer.ggml.scores", scores,
			    ARRAY_LEN(tokens));
		keys_ints(&k, "tokenizer.ggml.token_type", types,
			  ARRAY_LEN(tokens));
		keys_file(&k, &file);
		g = gguf_parse(file.data, file.len, &err);
		v = vocab_from_gguf(g, &err);
		assert_non_null(v);
		vocab_encode(v, "<|u|> a<s> a", 12, VOCAB_SPECIAL, &ids);
		assert_true(ids.n >= 5);
		assert_memory_equal(ids.ids, want[i > 0], sizeof(want[0]));
		vocab_ids_release(&ids);
		vocab_free(v);
		gguf_free(g);
		buf_release(&file);
	}
}

/* --- files that can't be ------------------------------------------------ */

static void refused(struct keys *k, const char *why)
{
	struct buf file = { 0 };
	struct err err = { "" };
	struct gguf *g;

	keys_file(k, &file);
	g = gguf_parse(file.data, file.len, &err);
	assert_non_null(g);
	assert_null(vocab_from_gguf(g, &err));
	if (!strstr(err.text, why))
		fail_msg("no \"%s\" in: %s", why, err.text);
	gguf_free(g);
	buf_release(&file);
}

static void bad_files(void **state)
{
	struct keys k = { 0 };
	float score = 1;

	(void)state;
	refused(&k, "no tokenizer");
	keys_str(&k, "tokenizer.ggml.model", "bert");
	refused(&k, "\"bert\"");
	keys_str(&k, "tokenizer.ggml.model", "gpt2");
	keys_str(&k, "tokenizer.ggml.pre", "chatglm-bpe");
	refused(&k, "\"chatglm-bpe\"");
	keys_str(&k, "tokenizer.ggml.model", "llama");
	refused(&k, "no list of tokens");
	keys_str(&k, "tokenizer.ggml.model", "llama");
	keys_floats(&k, "tokenizer.ggml.tokens", &score, 1);
	refused(&k, "token 0");
	keys_str(&k, "tokenizer.ggml.model", "gpt2");
	keys_strings(&k, "tokenizer.ggml.tokens", 1);
	keys_item_str(&k, "a", 1);
	refused(&k, "no merges");
}

/* No types, no scores, no bytes, twice the same piece, merges of nothing. */
static void poor_files(void **state)
{
	struct keys k = { 0 };
	struct loaded l = { 0 };

	(void)state;
	keys_str(&k, "tokenizer.ggml.model", "gpt2");
	keys_strings(&k, "tokenizer.ggml.tokens", 4);
	keys_item_str(&k, "a", 1);
	keys_item_str(&k, "", 0);
	keys_item_str(&k, "aa", 2);
	keys_item_str(&k, "aa", 2);
	keys_strings(&k, "tokenizer.ggml.merges", 5);
	keys_item_str(&k, "", 0);
	keys_item_str(&k, " ", 1);
	keys_item_str(&k, "a b", 3);
	keys_item_str(&k, "a a", 3);
	keys_item_str(&k, "a a", 3);
	keys_u32(&k, "tokenizer.ggml.bos_token_id", 4);
	keys_u32(&k, "tokenizer.ggml.eos_token_id", 1000000);
	keys_file(&k, &l.file);
	load(&l);
	assert_string_equal(vocab_kind(l.v), "gpt2 default");
	ARE_IDS(l.v, "aaab", VOCAB_ADD_BOS, 2, 0);
	assert_int_equal(vocab_bos(l.v), VOCAB_NO_ID);
	unload(&l);
	l = (struct loaded){ 0 };
	keys_str(&k, "tokenizer.ggml.model", "llama");
	keys_strings(&k, "tokenizer.ggml.tokens", 2);
	keys_item_str(&k, "a", 1);
	keys_item_str(&k, "?", 1);
	keys_bool(&k, "tokenizer.ggml.add_space_prefix", false);
	keys_u32(&k, "tokenizer.ggml.unknown_token_id", 1);
	keys_file(&k, &l.file);
	load(&l);
	ARE_IDS(l.v, "a\xc3\xa9" "a", VOCAB_ADD_BOS, 0, 1, 0);
	unload(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(spm_as_defined),
		cmocka_unit_test(bpe_as_defined),
		cmocka_unit_test(qwen2_as_bundled),
		cmocka_unit_test(encoding_is_linear),
		cmocka_unit_test(any_bytes_come_back),
		cmocka_unit_test(bpe_specials),
		cmocka_unit_test(spm_specials),
		cmocka_unit_test(llama3_takes_whole_words),
		cmocka_unit_test(from_llama2c),
		cmocka_unit_test(phi3_strips),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(poor_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
