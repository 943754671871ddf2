/*
 * The file is unpacked at the first text that needs it, not when the program
 * starts: a few milliseconds, and most inputs come with their tokens.
 */
#include "trace/tok_vocab.h"

#include <string.h>

#include "base/zst.h"
#include "trace/tok.h"

enum {
	MAGIC_BYTES = 8,
	HEAD_BYTES = MAGIC_BYTES + 3 * 4,
	/* What the file may unpack to, at most. */
	FILE_MAX_BYTES = 4 * 1024 * 1024,
};

static void unpack(struct buf *out)
{
	size_t n = (size_t)(tok_data_end - tok_data), used, at = 0;
	struct zst_dec *dec = zst_dec_new(ZST_WINDOW_LOG_MAX);
	struct err err = { "" };
	bool good = true;

	while (good && (at < n || zst_dec_pending(dec)) &&
	       out->len < FILE_MAX_BYTES) {
		good = zst_dec_push(dec, tok_data + at, n - at, &used, out,
				    FILE_MAX_BYTES - out->len, &err);
		at += used;
	}
	if (!good || !zst_dec_end(dec, &err))
		die("the bundled vocabulary is damaged: %s", err.text);
	zst_dec_free(dec);
	out->data = mem_resize(out->data, out->len); /* what it grew over */
	out->cap = out->len;
}

static uint32_t number_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	       (uint32_t)u[3] << 24;
}

/* Header, lengths and text agree with each other and with tok.h. */
static bool read_head(struct tokens *t, const struct buf *file)
{
	uint32_t n_text;

	if (file->len < HEAD_BYTES ||
	    memcmp(file->data, "LILBPE1\n", MAGIC_BYTES) != 0)
		return false;
	if (number_at(file->data + 8) != TOK_N_ORDINARY ||
	    number_at(file->data + 12) != TOK_N_SPECIAL)
		return false;
	t->n = TOK_N_ORDINARY + TOK_N_SPECIAL;
	n_text = number_at(file->data + 16);
	t->memory = file->data;
	t->text = file->data + HEAD_BYTES + t->n;
	return file->len == (size_t)HEAD_BYTES + t->n + n_text;
}

static bool read_lengths(struct tokens *t, const struct buf *file)
{
	const char *length = file->data + HEAD_BYTES;
	uint32_t at = 0;

	t->start = mem_alloc((t->n + 1) * sizeof(*t->start));
	for (uint32_t id = 0; id < t->n; id++) {
		uint32_t n = (unsigned char)length[id];

		t->start[id] = at;
		t->longest = MAX(t->longest, n);
		at += n;
	}
	t->start[t->n] = at;
	return t->text + at == file->data + file->len;
}

static void index_tokens(struct tokens *t)
{
	lookup_init(&t->by_bytes, t->text, t->start, t->n);
	for (uint32_t id = 0; id < t->n; id++)
		lookup_add(&t->by_bytes, id);
	lookup_seal(&t->by_bytes);
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;

		t->byte[i] = lookup_find(&t->by_bytes, &byte, 1);
	}
}

static void find_special(struct tok_vocab *v)
{
	struct numbered special[TOK_N_SPECIAL];
	size_t n;

	for (uint32_t i = 0; i < TOK_N_SPECIAL; i++) {
		struct numbered *is = &special[i];

		is->id = TOK_N_ORDINARY + i;
		is->s = tokens_bytes(&v->tokens, is->id, &n);
		is->len = (uint32_t)n;
	}
	special_init(&v->special, special, TOK_N_SPECIAL);
}

void tok_vocab_init(struct tok_vocab *v)
{
	struct buf file = { 0 };

	*v = (struct tok_vocab){ 0 };
	unpack(&file);
	if (!read_head(&v->tokens, &file) || !read_lengths(&v->tokens, &file))
		die("the bundled vocabulary is damaged");
	index_tokens(&v->tokens);
	find_special(v);
}

void tok_vocab_release(struct tok_vocab *v)
{
	special_release(&v->special);
	tokens_release(&v->tokens);
}
