/*
 * The parse sits on the suffix tree's active point (stree.h). With the open
 * phrase started at p, symbol t extends it exactly if the longest suffix
 * seen before still reaches back to p:
 *
 *	0          src        p         t
 *	|-----------[=========]---------|
 *	                      [=========]   open phrase, t - p + 1 symbols
 *	                  [=============]   lrs(t) symbols
 *
 * and an earlier occurrence of the longer suffix holds one of the phrase.
 *
 * The code, whose length lz77_code_bits() tells, to the bit. A phrase that
 * starts at position p and is `len` symbols long is written as one match
 *
 *	1 | source: ceil(log2 p) bits | len: Elias gamma, 2 floor(log2 len) + 1
 *
 * or, where that is shorter (and where the phrase is a fresh symbol), as
 * `len` literals
 *
 *	0 | symbol: literal_bits bits
 *
 * The decoder knows p, so it knows how wide the source is: every source lies
 * in [0, p). It needs to know where the bits end, and nothing of phrases. A
 * phrase cut by the end of a prefix is coded the same way at the length it
 * has there; as the cost never falls with the length, code_bits_at(n) never
 * falls with n.
 */
#include "measure/lz77.h"

#include <assert.h>
#include <string.h>

#include "base/big.h"
#include "base/buf.h"
#include "measure/chains.h"
#include "measure/foresight.h"
#include "measure/id_chains.h"
#include "measure/stree.h"

struct packed_phrase {
	uint32_t start;
	uint32_t src;
	uint64_t bits; /* code of all phrases before this one */
};

struct lz77 {
	void *text;             /* = text_block.data: uint8_t or uint32_t */
	struct packed_phrase *phrases; /* = phrase_block.data */
	struct packed_phrase *open;    /* the last of them; NULL without any */
	uint32_t n_symbols;
	uint32_t cap_symbols;
	uint32_t n_phrases;
	uint32_t cap_phrases;
	unsigned literal_bits;
	enum lz77_width width;
	bool sealed;
	struct big text_block;
	struct big phrase_block;
	struct stree tree;
	/* Instead of the tree; at most one is not NULL. */
	struct foresight *foreseen;
	struct chains *chains;
	struct id_chains *id_chains;
	uint32_t n_tree;     /* symbols that are in the tree meanwhile */
	uint32_t n_expected; /* bytes, as lz77_expect() was told */
};

enum {
	STEP_SYMBOLS = 256, /* pushed at once */
	CATCH_UP = 8,       /* symbols for the tree, with one that is new */
	/* bytes from where on it must catch up with the chains, to be there
	 * when these are full */
	CHAINS_LONG = CHAINS_MAX - CHAINS_MAX / CATCH_UP,
};

/* Bits of one phrase of `len` symbols, see the head of this file. */
static ALWAYS_INLINE uint64_t phrase_bits(const struct lz77 *z,
					  const struct packed_phrase *p,
					  uint32_t len)
{
	uint64_t literals = (uint64_t)len * (1 + z->literal_bits);
	uint64_t match;

	if (p->src == LZ77_LITERAL)
		return literals;
	match = 1 + 2 * floor_log2(len) + 1;
	if (p->start > 1)
		match += floor_log2(p->start - 1) + 1;
	return MIN(literals, match);
}

static size_t symbol_bytes(const struct lz77 *z)
{
	return z->width == LZ77_IDS ? sizeof(uint32_t) : sizeof(uint8_t);
}

/* Takes over what the blocks say now. */
static void refresh(struct lz77 *z)
{
	size_t symbols = z->text_block.cap / symbol_bytes(z);
	size_t phrases = z->phrase_block.cap / sizeof(struct packed_phrase);

	z->text = z->text_block.data;
	z->phrases = z->phrase_block.data;
	z->cap_symbols = (uint32_t)MIN(symbols, LZ77_MAX_SYMBOLS);
	z->cap_phrases = (uint32_t)MIN(phrases, LZ77_MAX_SYMBOLS);
	z->open = z->n_phrases ? &z->phrases[z->n_phrases - 1] : NULL;
}

struct lz77 *lz77_new(enum lz77_width width, unsigned literal_bits)
{
	struct lz77 *z = mem_zalloc(sizeof(*z));

	assert(literal_bits >= 1 && literal_bits <= 32);
	z->width = width;
	z->literal_bits = literal_bits;
	stree_init(&z->tree, width == LZ77_IDS);
	if (width == LZ77_IDS)
		z->id_chains = id_chains_new();
	return z;
}

/* What stands in for the tree. */
static void forget(struct lz77 *z)
{
	foresight_free(z->foreseen);
	z->foreseen = NULL;
	chains_free(z->chains);
	z->chains = NULL;
	id_chains_free(z->id_chains);
	z->id_chains = NULL;
}

void lz77_free(struct lz77 *z)
{
	if (!z)
		return;
	forget(z);
	stree_release(&z->tree);
	big_release(&z->text_block);
	big_release(&z->phrase_block);
	mem_free(z);
}

/* Symbols in the tree. */
static uint32_t in_tree(const struct lz77 *z)
{
	return z->chains || z->id_chains || z->foreseen ? z->n_tree :
							  z->n_symbols;
}

void lz77_reserve(struct lz77 *z, uint32_t n_symbols)
{
	uint32_t n = MIN(n_symbols, LZ77_MAX_SYMBOLS);

	if (z->sealed || z->foreseen || z->n_expected)
		return;
	big_reserve(&z->text_block, n * symbol_bytes(z));
	big_reserve(&z->phrase_block, n / 4 * sizeof(struct packed_phrase));
	refresh(z);
	if (n > (z->width == LZ77_IDS ? ID_CHAINS_LONG : CHAINS_MAX))
		stree_reserve(&z->tree, z->text, in_tree(z), n);
}

void lz77_seal(struct lz77 *z)
{
	forget(z);
	stree_release(&z->tree);
	big_trim(&z->text_block, z->n_symbols * symbol_bytes(z));
	big_trim(&z->phrase_block, z->n_phrases * sizeof(struct packed_phrase));
	refresh(z);
	z->sealed = true;
}

static void append_phrase(struct lz77 *z, uint32_t start)
{
	uint64_t bits = 0;

	if (z->open)
		bits = z->open->bits +
		       phrase_bits(z, z->open, start - z->open->start);
	if (UNLIKELY(z->n_phrases == z->cap_phrases)) {
		big_grow(&z->phrase_block, ((size_t)z->n_phrases + 1) *
						   sizeof(*z->phrases));
		refresh(z);
	}
	z->open = &z->phrases[z->n_phrases++];
	*z->open = (struct packed_phrase){ .start = start,
					   .src = LZ77_LITERAL,
					   .bits = bits };
}

void lz77_foresee(struct lz77 *z, const uint8_t *text, uint32_t n)
{
	assert(!z->n_symbols && !z->sealed && !z->foreseen);
	assert(z->width == LZ77_BYTES && n <= LZ77_MAX_SYMBOLS);
	if (n)
		z->foreseen = foresight_new(text, n);
}

void lz77_expect(struct lz77 *z, uint32_t n)
{
	assert(!z->n_symbols && !z->sealed && z->width == LZ77_BYTES);
	if (!n || n > CHAINS_MAX || z->foreseen || z->chains)
		return;
	z->chains = chains_new(n);
	z->n_expected = n;
	big_grow(&z->text_block, n);
	big_grow(&z->phrase_block, n / 4 * sizeof(struct packed_phrase));
	refresh(z);
}

/* The tree takes in the text up to n. */
static void grow_tree(struct lz77 *z, uint32_t n)
{
	bool ids = z->width == LZ77_IDS;

	for (uint32_t t = z->n_tree; t < n; t++) {
		if (ids)
			stree_push_id(&z->tree, z->text, t);
		else
			stree_push_byte(&z->tree, z->text, t);
	}
	z->n_tree = n;
}

/* Symbols that what stands in for the tree can still take; all without. */
static uint32_t ahead(const struct lz77 *z)
{
	if (z->foreseen)
		return foresight_n(z->foreseen) - z->n_symbols;
	if (z->chains)
		return chains_tired(z->chains) ?
			       0 : CHAINS_MAX - z->n_symbols;
	return LZ77_MAX_SYMBOLS - z->n_symbols;
}

/* Bytes begin with chains. Where more comes than these can take, or than was
 * foreseen, the tree it is. */
static ALWAYS_INLINE void take_over(struct lz77 *z)
{
	if (UNLIKELY(!z->n_symbols) && !z->foreseen && !z->chains)
		z->chains = chains_new(0);
	if (LIKELY(ahead(z)))
		return;
	forget(z);
	grow_tree(z, z->n_symbols);
}

/* The tree gets nearer to where chains are, n symbols after k more; there it
 * goes on alone. */
static void catch_up(struct lz77 *z, uint32_t n, uint32_t k)
{
	grow_tree(z, MIN(n, z->n_tree + CATCH_UP * k));
	if (z->n_tree == n)
		forget(z);
}

static void room_for(struct lz77 *z, uint32_t n)
{
	if (LIKELY(n <= z->cap_symbols - z->n_symbols))
		return;
	assert(n <= LZ77_MAX_SYMBOLS - z->n_symbols);
	big_grow(&z->text_block, ((size_t)z->n_symbols + n) * symbol_bytes(z));
	refresh(z);
}

/* What the bytes text[t .. t + n) say, n at most ahead(); how many that are. */
static uint32_t search(struct lz77 *z, uint32_t t, uint32_t n, uint32_t *lrs,
		       uint32_t *start)
{
	if (z->chains) {
		n = chains_push(z->chains, z->text, t, t + n, lrs, start);
		if (UNLIKELY(t + n > CHAINS_LONG && t + n > z->n_expected))
			catch_up(z, t + n, n);
		return n;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (z->foreseen) {
			lrs[i] = foresight_lrs(z->foreseen);
			continue;
		}
		stree_push_byte(&z->tree, z->text, t + i);
		lrs[i] = z->tree.at.lrs;
		start[i] = z->tree.at.start;
	}
	return n;
}

/* The next symbol goes on the open phrase, or begins another: true. Its suffix
 * of lrs symbols begins at `start`, if that is known. */
static ALWAYS_INLINE bool take(struct lz77 *z, uint32_t lrs, uint32_t start)
{
	uint32_t t = z->n_symbols++;
	bool fresh = !z->open || lrs < t + 1 - z->open->start;

	if (fresh)
		append_phrase(z, t);
	if (!z->foreseen && lrs)
		z->open->src = start + lrs - (t + 1 - z->open->start);
	else if (z->foreseen && fresh)
		z->open->src = foresight_src(z->foreseen);
	return fresh;
}

/* k of them: of those that go on a phrase the last one says where it is. */
static void take_all(struct lz77 *z, uint32_t k, const uint32_t *lrs,
		     const uint32_t *start)
{
	for (uint32_t i = 0; i < k; i++) {
		uint32_t most = k - i, n = 0, len;

		if (take(z, lrs[i], start[i]))
			continue;
		len = z->n_symbols - z->open->start;
		while (n + 1 < most && lrs[i + n + 1] > len + n)
			n++;
		if (!n)
			continue;
		z->n_symbols += n - 1;
		i += n;
		take(z, lrs[i], start[i]);
	}
}

void lz77_push_bytes(struct lz77 *z, const uint8_t *s, uint32_t n,
		     uint32_t *lrs)
{
	uint32_t start[STEP_SYMBOLS], k;

	assert(!z->sealed && z->width == LZ77_BYTES);
	room_for(z, n);
	if (n)
		memcpy((uint8_t *)z->text + z->n_symbols, s, n);
	for (; n; n -= k, lrs += k) {
		k = MIN(n, (uint32_t)STEP_SYMBOLS);
		take_over(z);
		k = MIN(k, ahead(z));
		k = search(z, z->n_symbols, k, lrs, start);
		take_all(z, k, lrs, start);
	}
}

/* What the ids text[t .. t + n) say; how many that are. The tree catches up
 * with chains that are tired, and all at once where they are worn out. */
static uint32_t search_ids(struct lz77 *z, uint32_t t, uint32_t n,
			   uint32_t *lrs, uint32_t *start)
{
	uint32_t k = 0;

	if (z->id_chains) {
		k = id_chains_push(z->id_chains, z->text, t, n, lrs, start);
		if (k < n)
			catch_up(z, t + k, t + k);
		else if (UNLIKELY(id_chains_tired(z->id_chains)))
			catch_up(z, t + k, k);
		return k;
	}
	for (; k < n; k++) {
		stree_push_id(&z->tree, z->text, t + k);
		lrs[k] = z->tree.at.lrs;
		start[k] = z->tree.at.start;
	}
	return k;
}

void lz77_push_ids(struct lz77 *z, const uint32_t *ids, uint32_t n,
		   uint32_t *lrs)
{
	uint32_t start[STEP_SYMBOLS], k;

	assert(!z->sealed && z->width == LZ77_IDS);
	room_for(z, n);
	if (n)
		memcpy((uint32_t *)z->text + z->n_symbols, ids,
		       n * sizeof(*ids));
	for (; n; n -= k, lrs += k) {
		k = search_ids(z, z->n_symbols, MIN(n, (uint32_t)STEP_SYMBOLS),
			       lrs, start);
		take_all(z, k, lrs, start);
	}
}

struct lz77_step lz77_push(struct lz77 *z, uint32_t symbol)
{
	struct lz77_step step = { .src = LZ77_LITERAL };
	uint32_t t = z->n_symbols, start = 0;

	assert(!z->sealed);
	room_for(z, 1);
	if (z->width == LZ77_IDS) {
		((uint32_t *)z->text)[t] = symbol;
		if (!search_ids(z, t, 1, &step.lrs, &start))
			search_ids(z, t, 1, &step.lrs, &start);
	} else {
		assert(symbol <= UINT8_MAX);
		((uint8_t *)z->text)[t] = (uint8_t)symbol;
		take_over(z);
		if (!search(z, t, 1, &step.lrs, &start)) {
			take_over(z);
			search(z, t, 1, &step.lrs, &start);
		}
	}
	if (step.lrs && !z->foreseen)
		step.src = start;
	step.fresh = take(z, step.lrs, start);
	return step;
}

uint32_t lz77_n_symbols(const struct lz77 *z)
{
	return z->n_symbols;
}

uint32_t lz77_n_phrases(const struct lz77 *z)
{
	return z->n_phrases;
}

uint64_t lz77_code_bits(const struct lz77 *z)
{
	return lz77_code_bits_at(z, z->n_symbols);
}

uint32_t lz77_phrases_at(const struct lz77 *z, uint32_t n)
{
	assert(n <= z->n_symbols);
	return n ? lz77_phrase_of(z, n - 1) + 1 : 0;
}

uint64_t lz77_code_bits_at(const struct lz77 *z, uint32_t n)
{
	const struct packed_phrase *last;

	assert(n <= z->n_symbols);
	if (n == 0)
		return 0;
	last = &z->phrases[z->n_phrases - 1];
	if (last->start >= n)
		last = &z->phrases[lz77_phrase_of(z, n - 1)];
	return last->bits + phrase_bits(z, last, n - last->start);
}

uint64_t lz77_code_bits_on(const struct lz77 *z, uint32_t n,
			   uint32_t *i_phrase)
{
	const struct packed_phrase *p;

	assert(n <= z->n_symbols);
	if (n == 0)
		return 0;
	p = &z->phrases[*i_phrase];
	for (; *i_phrase + 1 < z->n_phrases && p[1].start < n; p++)
		++*i_phrase;
	return p->bits + phrase_bits(z, p, n - p->start);
}

struct lz77_phrase lz77_phrase(const struct lz77 *z, uint32_t i_phrase)
{
	const struct packed_phrase *p = &z->phrases[i_phrase];
	uint32_t end = i_phrase + 1 < z->n_phrases ? p[1].start : z->n_symbols;

	assert(i_phrase < z->n_phrases);
	return (struct lz77_phrase){
		.start = p->start, .len = end - p->start, .src = p->src
	};
}

uint32_t lz77_phrase_of(const struct lz77 *z, uint32_t t)
{
	uint32_t low = 0;
	uint32_t high = z->n_phrases;

	assert(t < z->n_symbols);
	/* phrases[low].start <= t < phrases[high].start */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (z->phrases[middle].start <= t)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint32_t lz77_symbol(const struct lz77 *z, uint32_t t)
{
	assert(t < z->n_symbols);
	return z->width == LZ77_IDS ? ((const uint32_t *)z->text)[t]
				    : ((const uint8_t *)z->text)[t];
}

size_t lz77_memory_bytes(const struct lz77 *z)
{
	return sizeof(*z) + lz77_search_bytes(z) + z->text_block.cap +
	       z->phrase_block.cap;
}

size_t lz77_search_bytes(const struct lz77 *z)
{
	return stree_memory_bytes(&z->tree) +
	       (z->foreseen ? foresight_memory_bytes(z->foreseen) : 0) +
	       (z->chains ? chains_memory_bytes(z->chains) : 0) +
	       (z->id_chains ? id_chains_memory_bytes(z->id_chains) : 0);
}
