/*
 * Special tokens split the text first, at each place the longest and the
 * leftmost place first, because what is between them alone goes to the rule
 * of the vocabulary; no merge crosses one.
 */
#include "token/vocab.h"

#include <string.h>

#include "base/utf8.h"

enum { RUN_MAX_BYTES = 1 << 28 }; /* that are merged at once */

void vocab_ids_release(struct vocab_ids *ids)
{
	mem_free(ids->ids);
	*ids = (struct vocab_ids){ 0 };
}

static void push_id(struct vocab_ids *out, uint32_t id)
{
	if (out->n == out->cap)
		out->ids = grow(out->ids, &out->cap, out->n + 1,
				sizeof(*out->ids));
	out->ids[out->n++] = id;
}

/* --- making one --------------------------------------------------------- */

/* Text becomes ordinary tokens, never a control token. SentencePiece joins
 * characters to user tokens too. */
static void index_tokens(struct vocab *v)
{
	struct tokens *t = &v->tokens;

	lookup_init(&t->by_bytes, t->text, t->start, t->n);
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t len = t->start[i + 1] - t->start[i];

		if (!len || v->type[i] == TOKEN_BYTE ||
		    (vocab_is_marked(v->type[i]) &&
		     !(v->spm && v->type[i] == TOKEN_USER)))
			continue;
		lookup_add(&t->by_bytes, i);
		t->longest = MAX(t->longest, len);
	}
	lookup_seal(&t->by_bytes);
}

static void find_bytes(struct vocab *v)
{
	struct tokens *t = &v->tokens;

	for (int i = 0; i < 256; i++) {
		char byte = (char)i;

		t->byte[i] = v->spm ? TOKEN_NONE :
				      lookup_find(&t->by_bytes, &byte, 1);
	}
	for (uint32_t i = 0; i < t->n; i++) {
		unsigned char byte = (unsigned char)t->text[t->start[i]];

		if (v->type[i] == TOKEN_BYTE && t->byte[byte] == TOKEN_NONE)
			t->byte[byte] = i;
	}
}

static void index_special(const struct vocab *v, bool user_only,
			  struct special *out)
{
	const struct tokens *t = &v->tokens;
	struct numbered *list = NULL;
	size_t n = 0, cap = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		if (!vocab_is_marked(v->type[i]) ||
		    (user_only && v->type[i] != TOKEN_USER))
			continue;
		list = grow(list, &cap, n + 1, sizeof(*list));
		list[n++] = (struct numbered){
			t->text + t->start[i], t->start[i + 1] - t->start[i], i
		};
	}
	special_init(out, list, n);
	mem_free(list);
}

void vocab_index(struct vocab *v)
{
	v->tokens.text = v->tokens.memory;
	v->tokens.characters = v->spm;
	index_tokens(v);
	find_bytes(v);
	index_special(v, true, &v->user);
	index_special(v, false, &v->marked);
}

void vocab_index_merges(struct vocab *v)
{
	struct tokens *t = &v->tokens;

	t->pair_start = mem_alloc((t->n_merges + (size_t)1) *
				  sizeof(*t->pair_start));
	for (uint32_t i = 0; i <= t->n_merges; i++)
		t->pair_start[i] = i * 2 * (uint32_t)sizeof(*t->pairs);
	lookup_init(&t->by_pair, (const char *)t->pairs, t->pair_start,
		    t->n_merges);
	for (uint32_t i = 0; i < t->n_merges; i++)
		lookup_add(&t->by_pair, i);
	lookup_seal(&t->by_pair);
}

/* --- text to ids -------------------------------------------------------- */

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

/* A character that is no token becomes its bytes. */
static void put_bytes(const struct vocab *v, const char *s, size_t n,
		      struct vocab_ids *out)
{
	bool unknown = false;

	for (size_t i = 0; i < n; i++) {
		uint32_t id = v->tokens.byte[(unsigned char)s[i]];

		if (id != VOCAB_NO_ID)
			push_id(out, id);
		else
			unknown = true;
	}
	if (unknown && v->unknown != VOCAB_NO_ID)
		push_id(out, v->unknown);
}

static void encode_word(const struct vocab *v, const char *s, size_t n,
			struct merge *m, struct vocab_ids *out)
{
	uint32_t i = merge(m, &v->tokens, s, (uint32_t)n), next;

	for (; i < n; i = next) {
		next = m->part[i].next;
		if (m->part[i].id != TOKEN_NONE)
			push_id(out, m->part[i].id);
		else
			put_bytes(v, s + i, next - i, out);
	}
}

static void encode_words(const struct vocab *v, const char *s, size_t n,
			 struct merge *m, struct vocab_ids *out)
{
	const struct tokens *t = &v->tokens;
	struct vocab_cuts cuts = { 0 };
	size_t from = 0;

	vocab_pre_cut(v->pre, s, n, &cuts);
	for (size_t i = 0; i < cuts.n; from = cuts.ends[i++]) {
		size_t len = cuts.ends[i] - from;
		uint32_t whole = VOCAB_NO_ID;

		if (v->whole_words)
			whole = lookup_find(&t->by_bytes, s + from, len);
		if (whole != VOCAB_NO_ID)
			push_id(out, whole);
		else
			encode_word(v, s + from, len, m, out);
	}
	mem_free(cuts.ends);
}

/* Text without special tokens; `first`: nothing or one of them is before. */
static void encode_run(const struct vocab *v, const char *s, size_t n,
		       bool first, struct merge *m, struct vocab_ids *out)
{
	struct buf text = { 0 }, composed = { 0 };

	if (v->nfc && utf8_compose(s, n, &composed)) {
		s = composed.data;
		n = composed.len;
	}
	while (n) {
		size_t k = MIN(n, (size_t)RUN_MAX_BYTES);

		if (v->spm) {
			buf_clear(&text);
			put_blanks(v, s, k, first, &text);
			encode_word(v, text.data, text.len, m, out);
		} else {
			encode_words(v, s, k, m, out);
		}
		first = false;
		s += k;
		n -= k;
	}
	buf_release(&text);
	buf_release(&composed);
}

static bool is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void vocab_encode(const struct vocab *v, const char *text, size_t n,
		  unsigned flags, struct vocab_ids *out)
{
	const struct special *special =
		flags & VOCAB_SPECIAL ? &v->marked : &v->user;
	struct merge m = { 0 };
	size_t from = 0, at = 0, len;
	bool first = true;

	if (flags & VOCAB_ADD_BOS && v->add_bos && v->bos != VOCAB_NO_ID)
		push_id(out, v->bos);
	while (at < n) {
		uint32_t id = special_at(special, text + at, n - at, true,
					 &len);

		if (id == TOKEN_NONE) {
			at++;
			continue;
		}
		encode_run(v, text + from, at - from, first, &m, out);
		push_id(out, id);
		at += len;
		while (v->strips && v->strips[id] && at < n &&
		       is_white(text[at]))
			at++;
		from = at;
		first = true; /* as in llama.cpp */
	}
	encode_run(v, text + from, n - from, first, &m, out);
	merge_release(&m);
}

/* --- ids to text -------------------------------------------------------- */

/* Special tokens have no bytes of their own. */
static bool is_silent(const struct vocab *v, uint32_t id)
{
	return v->type[id] == TOKEN_CONTROL || v->type[id] == TOKEN_UNKNOWN;
}

/* The blank that the tokenizer put before the text is left out. */
static void put_spm(const struct vocab *v, const char *s, size_t n,
		    bool first, struct buf *out)
{
	size_t blank = strlen(v->blank), i = 0;

	while (i < n) {
		if (n - i < blank || memcmp(s + i, v->blank, blank) != 0) {
			buf_putc(out, s[i++]);
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
	const char *bytes;
	size_t n;
	bool first;

	if (id >= v->tokens.n || is_silent(v, id))
		return;
	bytes = tokens_bytes(&v->tokens, id, &n);
	first = previous >= v->tokens.n || is_silent(v, previous) ||
		v->type[previous] == TOKEN_USER;
	if (v->spm && v->type[id] != TOKEN_BYTE)
		put_spm(v, bytes, n, first && v->type[id] != TOKEN_USER, out);
	else
		buf_append(out, bytes, n);
}

/* --- questions ---------------------------------------------------------- */

uint32_t vocab_size(const struct vocab *v)
{
	return v->tokens.n;
}

const char *vocab_kind(const struct vocab *v)
{
	return v->kind;
}

bool vocab_ends(const struct vocab *v, uint32_t id)
{
	return id < v->tokens.n && v->ends[id];
}

uint32_t vocab_bos(const struct vocab *v)
{
	return v->bos;
}

void vocab_free(struct vocab *v)
{
	if (!v)
		return;
	vocab_pre_free(v->pre);
	for (size_t i = 0; i < PRE_STEPS_MAX; i++)
		mem_free((char *)v->own.steps[i]);
	special_release(&v->user);
	special_release(&v->marked);
	tokens_release(&v->tokens);
	mem_free(v->type);
	mem_free(v->ends);
	mem_free(v->strips);
	mem_free(v);
}
