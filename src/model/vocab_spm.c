/*
 * SentencePiece's BPE (Kudo and Richardson 2018): characters at first; of all
 * neighbours that together are a piece those with the best score join, the
 * leftmost first; a character that is no piece in the end becomes its bytes.
 */
#include "base/utf8.h"
#include "model/vocab_impl.h"

static bool pair(const struct joiner *j, const struct part *a,
		 const struct part *b, uint32_t *rank, uint32_t *joined)
{
	uint32_t len = a->len + b->len;

	if (len > j->v->longest)
		return false;
	*joined = vocab_index_find(&j->v->ordinary, j->s + a->start, len);
	if (*joined == INDEX_NONE)
		return false;
	*rank = j->v->pieces[*joined].order;
	return true;
}

/* What is no UTF-8 goes byte by byte. */
static void add_characters(struct joiner *j, size_t n)
{
	size_t used;

	for (size_t at = 0; at < n; at += used) {
		if (utf8_decode(j->s + at, n - at, &used) < 0)
			used = 1;
		join_add(j, (uint32_t)at, (uint32_t)used,
			 vocab_index_find(&j->v->ordinary, j->s + at, used));
	}
}

static void emit(const struct joiner *j, const struct part *p,
		 struct vocab_ids *out)
{
	bool unknown = false;

	if (p->id != VOCAB_NO_ID) {
		vocab_push(out, p->id);
		return;
	}
	for (uint32_t i = 0; i < p->len; i++) {
		uint32_t id = j->v->bytes[(unsigned char)j->s[p->start + i]];

		if (id != VOCAB_NO_ID)
			vocab_push(out, id);
		else
			unknown = true;
	}
	if (unknown && j->v->unknown != VOCAB_NO_ID)
		vocab_push(out, j->v->unknown);
}

void vocab_spm(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out)
{
	struct joiner j = { .v = v, .s = s, .pair = pair };

	add_characters(&j, n);
	join_all(&j);
	for (uint32_t i = n ? 0 : PART_NONE; i != PART_NONE;
	     i = j.parts[i].next)
		emit(&j, &j.parts[i], out);
	join_release(&j);
}
