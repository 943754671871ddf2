/*
 * Byte-level BPE (Sennrich et al. 2016; GPT-2): the text is cut into words
 * (vocab_pre.h), each word is bytes at first, and the neighbours whose merge
 * was learnt first join, the leftmost first.
 */
#include "model/vocab_impl.h"

static bool pair(const struct joiner *j, const struct part *a,
		 const struct part *b, uint32_t *rank, uint32_t *joined)
{
	uint32_t key[2] = { a->id, b->id };

	*rank = vocab_index_find(&j->v->merge_of, (const char *)key,
				 sizeof(key));
	if (*rank == INDEX_NONE)
		return false;
	*joined = j->v->merges[*rank].joined;
	return true;
}

/* s[from..to) of the whole text. A byte that is no token is left out: a
 * vocabulary of bytes has all 256. */
static void merge_word(struct joiner *j, size_t from, size_t to,
		       struct vocab_ids *out)
{
	j->n_parts = 0;
	for (size_t i = from; i < to; i++) {
		uint32_t id = j->v->bytes[(unsigned char)j->s[i]];

		if (id != VOCAB_NO_ID)
			join_add(j, (uint32_t)i, 1, id);
	}
	if (!j->n_parts)
		return;
	join_all(j);
	for (uint32_t i = 0; i != PART_NONE; i = j->parts[i].next)
		vocab_push(out, j->parts[i].id);
}

void vocab_bpe(const struct vocab *v, const char *s, size_t n,
	       struct vocab_ids *out)
{
	struct joiner j = { .v = v, .s = s, .pair = pair };
	struct vocab_cuts cuts = { 0 };
	size_t from = 0;

	vocab_pre_cut(v->pre, s, n, &cuts);
	for (size_t i = 0; i < cuts.n; from = cuts.ends[i++]) {
		uint32_t whole = VOCAB_NO_ID;

		if (v->whole_words)
			whole = vocab_index_find(&v->ordinary, s + from,
						 cuts.ends[i] - from);
		if (whole != VOCAB_NO_ID)
			vocab_push(out, whole);
		else
			merge_word(&j, from, cuts.ends[i], out);
	}
	mem_free(cuts.ends);
	join_release(&j);
}
