/*
 * Special tokens split the text; what is between them goes to the rule of the
 * vocabulary. At each place the longest special token counts, the leftmost
 * place first.
 */
#include "model/vocab.h"

#include <assert.h>
#include <string.h>

#include "model/vocab_impl.h"

void vocab_ids_release(struct vocab_ids *ids)
{
	mem_free(ids->ids);
	*ids = (struct vocab_ids){ 0 };
}

void vocab_push(struct vocab_ids *out, uint32_t id)
{
	if (out->n == out->cap)
		out->ids = grow(out->ids, &out->cap, out->n + 1,
				sizeof(*out->ids));
	out->ids[out->n++] = id;
}

/* --- text to ids --------------------------------------------------------- */

/* A blank before the text and for every blank, as SentencePiece has it. */
static void put_blanks(const struct vocab *v, const char *s, size_t n,
		       bool first, struct buf *out)
{
	if (first && v->add_space)
		buf_puts(out, v->blank);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == ' ')
			buf_puts(out, v->blank);
		else
			buf_putc(out, s[i]);
	}
}

/* Text without special tokens; `first`: nothing or one of them is before. */
static void encode_run(const struct vocab *v, const char *s, size_t n,
		       bool first, struct vocab_ids *out)
{
	struct buf text = { 0 };

	while (n) {
		size_t k = MIN(n, (size_t)VOCAB_RUN_MAX_BYTES);

		if (v->spm) {
			buf_clear(&text);
			put_blanks(v, s, k, first, &text);
			vocab_spm(v, text.data, text.len, out);
		} else {
			vocab_bpe(v, s, k, out);
		}
		first = false;
		s += k;
		n -= k;
	}
	buf_release(&text);
}

static bool has_length(const struct vocab *v, unsigned char first, size_t len)
{
	return v->special[first][len / 64] >> len % 64 & 1;
}

/* The longest special token at the start of s[0..n), n >= 1, or NO_ID. User
 * tokens are always found, the others only with `control`. */
static uint32_t special_at(const struct vocab *v, const char *s, size_t n,
			   bool control)
{
	unsigned char first = (unsigned char)s[0];
	size_t longest = MIN(n, (size_t)v->special_longest[first]);
	uint64_t hash = INDEX_HASH;
	uint32_t best = VOCAB_NO_ID;

	for (size_t len = 1; len <= longest; len++) {
		uint32_t id;

		hash = index_hash_byte(hash, s[len - 1]);
		if (!has_length(v, first, len))
			continue;
		id = vocab_index_find_hashed(&v->marked, hash, s, len);
		if (id != VOCAB_NO_ID &&
		    (control || v->pieces[id].type == TOKEN_USER) &&
		    v->pieces[id].type != TOKEN_BYTE)
			best = id;
	}
	return best;
}

void vocab_encode(const struct vocab *v, const char *text, size_t n,
		  unsigned flags, struct vocab_ids *out)
{
	size_t from = 0, at = 0;
	bool first = true;

	if (flags & VOCAB_ADD_BOS && v->add_bos && v->bos != VOCAB_NO_ID)
		vocab_push(out, v->bos);
	while (at < n) {
		uint32_t id = special_at(v, text + at, n - at,
					 flags & VOCAB_SPECIAL);

		if (id == VOCAB_NO_ID) {
			at++;
			continue;
		}
		encode_run(v, text + from, at - from, first, out);
		vocab_push(out, id);
		at += v->pieces[id].len;
		from = at;
		first = true; /* as in llama.cpp */
	}
	encode_run(v, text + from, n - from, first, out);
}

/* --- ids to text --------------------------------------------------------- */

/* Special tokens have no bytes of their own. */
static bool is_silent(const struct piece *p)
{
	return p->type == TOKEN_CONTROL || p->type == TOKEN_UNKNOWN;
}

/* The blank that the tokenizer put before the text is left out. */
static void spm_piece(const struct vocab *v, const struct piece *p,
		      bool first, struct buf *out)
{
	size_t blank = strlen(v->blank), i = 0;

	while (i < p->len) {
		if (p->len - i < blank ||
		    memcmp(p->s + i, v->blank, blank) != 0) {
			buf_putc(out, p->s[i++]);
			continue;
		}
		if (i || !first || !v->add_space)
			buf_putc(out, ' ');
		i += blank;
	}
}

void vocab_piece(const struct vocab *v, uint32_t id, uint32_t previous,
		 struct buf *out)
{
	const struct piece *p;
	bool first;

	if (id >= v->n || is_silent(&v->pieces[id]))
		return;
	p = &v->pieces[id];
	first = previous >= v->n || is_silent(&v->pieces[previous]) ||
		v->pieces[previous].type == TOKEN_USER;
	if (p->type == TOKEN_BYTE)
		buf_putc(out, (char)p->byte);
	else if (v->spm)
		spm_piece(v, p, first && p->type != TOKEN_USER, out);
	else
		buf_append(out, p->s, p->len);
}

/* --- questions ----------------------------------------------------------- */

uint32_t vocab_find(const struct vocab *v, const char *piece, size_t n)
{
	/* VOCAB_NO_ID is the greatest */
	return MIN(vocab_index_find(&v->ordinary, piece, n),
		   vocab_index_find(&v->marked, piece, n));
}

uint32_t vocab_size(const struct vocab *v)
{
	return v->n;
}

const char *vocab_kind(const struct vocab *v)
{
	return v->kind;
}

bool vocab_ends(const struct vocab *v, uint32_t id)
{
	return id < v->n && v->pieces[id].ends;
}

uint32_t vocab_bos(const struct vocab *v)
{
	return v->bos;
}

const char *vocab_template(const struct vocab *v, size_t *n)
{
	*n = v->chat ? v->chat_len : 0;
	return v->chat;
}

void vocab_free(struct vocab *v)
{
	if (!v)
		return;
	vocab_pre_free(v->pre);
	vocab_index_release(&v->ordinary);
	vocab_index_release(&v->marked);
	vocab_index_release(&v->merge_of);
	mem_free(v->pieces);
	mem_free(v->merges);
	buf_release(&v->own);
	mem_free(v);
}
