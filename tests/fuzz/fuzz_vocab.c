/*
 * Tokenizers. The first byte chooses:
 *   even  the rest is a file, GGUF or llama2.c's: a tokenizer or a sentence,
 *         and what it is takes any text;
 *   odd   the rest is text for small tokenizers of each kind: its bytes come
 *         back, and short texts give the ids of the definition.
 */
#include "fuzz.h"

#include <string.h>

/* a fuzz target is one file: the oracle comes along */
#include "../unit/naive_vocab.c"

#include "token/vocab_pre.h"

enum { FUZZ_NAIVE_MAX = 300 }; /* bytes: the definition is cubic */

#define BLANK "\xe2\x96\x81"

static const struct naive_piece pieces[] = {
	{ BLANK, -1, 1 }, { "a", -2, 1 },	{ "b", -2, 1 },
	{ "ab", -3, 1 },  { BLANK "a", -3, 1 }, { "aa", -4, 1 },
	{ "aaaa", -4, 1 }, { "\xc3\xa9", -5, 1 }, { "ba", -3.5, 1 },
};

static const struct naive_merge merges[] = {
	{ "a", "a" }, { "aa", "aa" },	{ "a", "b" }, { "b", "aa" },
	{ " ", "a" }, { "\xc3", "\xa9" }, { "\n", "\n" },
};

/* A tokenizer of a file in *file; NULL if it is refused. */
static struct vocab *from_gguf(const void *data, size_t n, struct gguf **g)
{
	struct err err = { "" };
	struct vocab *v;

	*g = gguf_parse(data, n, &err);
	MUST(*g || err.text[0]);
	if (!*g)
		return NULL;
	v = vocab_from_gguf(*g, &err);
	MUST(v || err.text[0]);
	return v;
}

static void take_text(const struct vocab *v, const char *text, size_t n,
		      unsigned flags, struct vocab_ids *ids, struct buf *back)
{
	buf_clear(back);
	ids->n = 0;
	vocab_encode(v, text, n, flags, ids);
	MUST(ids->n <= 3 * n + 3); /* a blank may be three bytes */
	for (size_t i = 0; i < ids->n; i++) {
		MUST(ids->ids[i] < vocab_size(v));
		vocab_piece(v, ids->ids[i], i ? ids->ids[i - 1] : VOCAB_NO_ID,
			    back);
	}
}

static void any_file(const char *data, size_t n)
{
	static const char text[] = "a b <s>\n\xc3\xa9\xff 12aaab\t'll";
	struct gguf *g = NULL;
	struct err err = { "" };
	struct vocab *v = from_gguf(data, n, &g);
	struct vocab_ids ids = { 0 };
	struct buf back = { 0 };

	if (!v)
		v = vocab_from_llama2c(data, n, n ? (uint8_t)data[0] : 0,
				       &err);
	if (v) {
		take_text(v, text, strlen(text), VOCAB_ADD_BOS | VOCAB_SPECIAL,
			  &ids, &back);
		take_text(v, data, MIN(n, (size_t)FUZZ_NAIVE_MAX), 0, &ids,
			  &back);
		for (uint32_t i = 0; i < vocab_size(v) && i < 64; i++)
			vocab_ends(v, i);
	}
	vocab_free(v);
	gguf_free(g);
	vocab_ids_release(&ids);
	buf_release(&back);
}

/* SentencePiece has the first word and every blank with U+2581. */
static void naive_text(const char *text, size_t n, struct vocab_ids *ids)
{
	struct buf blanks = { 0 };

	ids->n = 0;
	buf_puts(&blanks, n ? BLANK : "");
	for (size_t i = 0; i < n; i++) {
		if (text[i] == ' ')
			buf_puts(&blanks, BLANK);
		else
			buf_putc(&blanks, text[i]);
	}
	naive_spm(pieces, ARRAY_LEN(pieces), blanks.data, blanks.len, ids);
	buf_release(&blanks);
}

static void must_be_same(const struct vocab_ids *a, const struct vocab_ids *b)
{
	MUST(a->n == b->n);
	MUST(!a->n || memcmp(a->ids, b->ids, a->n * sizeof(*a->ids)) == 0);
}

/* Words by the family's own cuts, each by the definition. */
static void naive_words(const struct vocab_family *family, const char *text,
			size_t n, struct vocab_ids *ids)
{
	struct vocab_cuts cuts = { 0 };
	struct vocab_pre *p = vocab_pre_new(family, NULL);
	size_t from = 0;

	ids->n = 0;
	vocab_pre_cut(p, text, n, &cuts);
	for (size_t i = 0; i < cuts.n; from = cuts.ends[i++]) {
		MUST(cuts.ends[i] > from && cuts.ends[i] <= n);
		naive_bpe(merges, ARRAY_LEN(merges), text + from,
			  cuts.ends[i] - from, ids);
	}
	MUST(from == n);
	mem_free(cuts.ends);
	vocab_pre_free(p);
}

/* Kind 0 is SentencePiece, the others are families of BPE. */
static void one_kind(size_t kind, const char *text, size_t n)
{
	const struct vocab_family *family = &vocab_families[kind - !!kind];
	struct vocab_ids ids = { 0 }, naive = { 0 };
	struct buf file = { 0 }, back = { 0 };
	struct gguf *g;
	struct vocab *v;

	if (kind)
		naive_bpe_file(family->name, merges, ARRAY_LEN(merges), NULL,
			       0, &file);
	else
		naive_spm_file(pieces, ARRAY_LEN(pieces), &file);
	v = from_gguf(file.data, file.len, &g);
	MUST(v);
	take_text(v, text, n, 0, &ids, &back);
	/* U+2581 in the text is a blank afterwards; else all comes back. */
	MUST(bytes_find(text, n, BLANK, 3) ||
	     (back.len == n && (!n || memcmp(back.data, text, n) == 0)));
	if (n <= FUZZ_NAIVE_MAX) {
		if (kind)
			naive_words(family, text, n, &naive);
		else
			naive_text(text, n, &naive);
		must_be_same(&ids, &naive);
	}
	vocab_free(v);
	gguf_free(g);
	vocab_ids_release(&ids);
	vocab_ids_release(&naive);
	buf_release(&file);
	buf_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = size ? (const char *)data + 1 : "";
	size_t n = size ? size - 1 : 0;

	if (size && data[0] % 2 == 0)
		any_file(rest, n);
	else
		one_kind(size ? data[0] / 2 % (n_vocab_families + 1) : 0, rest,
			 n);
	return 0;
}
