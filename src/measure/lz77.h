/*
 * lz77.h - the exact greedy Ziv-Lempel 1977 factorisation, online.
 *
 * The text s[0..n) is cut from left to right into phrases. A phrase that
 * starts at p is the longest prefix of s[p..) that also occurs starting
 * before p (the earlier occurrence may run over p: overlap is allowed, the
 * window is the whole past), or, where there is none, the one symbol s[p]
 * (a literal). Symbols are pushed one at a time; every phrase but the last,
 * open one is final: a longer text never changes it (prefix-stable).
 *
 * Invariants:
 *   - n_phrases counts the open phrase too, so after n >= 1 pushes it is the
 *     number of phrases of the greedy parse of s[0..n).
 *   - lrs(t), the length of the longest suffix of s[0..t] that also ends
 *     somewhere earlier, drives everything: the phrase open since p stays
 *     open at t exactly while lrs(t) >= t - p + 1.
 *
 * Cost: amortised O(1) a symbol; one push that ends a repetition of length L
 * does the work that L pushes put off, and one that wears chains out may build
 * the tree of all before it. Memory: 14 to 48 bytes a symbol while pushing
 * (chains.h, id_chains.h, stree.h), 70 at most while a tree catches up, 12 to
 * 16 a phrase and the text afterwards. No I/O, no clock. Limit:
 * LZ77_MAX_SYMBOLS symbols.
 */
#ifndef LILSCOPE_LZ77_H
#define LILSCOPE_LZ77_H

#include "base/base.h"

#define LZ77_MAX_SYMBOLS ((uint32_t)0x7ffffff0) /* 2^31 - 16 */
#define LZ77_LITERAL ((uint32_t)0xffffffff) /* phrase.src of a fresh symbol */

enum lz77_width {
	LZ77_BYTES, /* symbols 0..255 */
	LZ77_IDS,   /* any 32-bit symbol */
};

/* One phrase: s[start .. start + len) equals s[src .. src + len). */
struct lz77_phrase {
	uint32_t start; /* first symbol */
	uint32_t len;   /* symbols, >= 1 */
	uint32_t src;   /* where the earlier occurrence starts, src < start;
			   LZ77_LITERAL for a fresh symbol (then len is 1) */
};

/* What one push found out. */
struct lz77_step {
	uint32_t lrs;  /* lrs(t): longest suffix seen before, in symbols */
	uint32_t src;  /* an earlier place where that suffix starts;
			  LZ77_LITERAL if lrs is 0, or it was foreseen */
	bool fresh;    /* this symbol began a new phrase */
};

struct lz77;

/*
 * literal_bits: what one literal costs in the code, ceil(log2(alphabet)),
 * 1..32: 8 for bytes. The caller owns the result.
 */
struct lz77 *lz77_new(enum lz77_width width, unsigned literal_bits);
void lz77_free(struct lz77 *z); /* NULL is fine */

/* Room for n symbols in all, so that no push up to there asks for memory. */
void lz77_reserve(struct lz77 *z, uint32_t n_symbols);

/*
 * The n symbols that come are these bytes, the first ones: finds out now, in
 * half the time and memory, what pushing them would. Pushing them is nothing
 * then, and gives the same; what comes after them costs all that was saved.
 */
void lz77_foresee(struct lz77 *z, const uint8_t *text, uint32_t n);

/*
 * n bytes come, the first ones: there is room for them, and no tree is made
 * ready while they come. What they are need not be known. More may come.
 */
void lz77_expect(struct lz77 *z, uint32_t n);

/* Appends one symbol. At LZ77_MAX_SYMBOLS it is an assert. */
struct lz77_step lz77_push(struct lz77 *z, uint32_t symbol);

/* As n pushes where symbols are bytes, or ids; lrs[0..n) is what they say. */
void lz77_push_bytes(struct lz77 *z, const uint8_t *s, uint32_t n,
		     uint32_t *lrs);
void lz77_push_ids(struct lz77 *z, const uint32_t *ids, uint32_t n,
		   uint32_t *lrs);

/*
 * Frees the search structure and keeps text and phrases: about 2 bytes a
 * symbol. All questions below still work; pushing is an assert.
 */
void lz77_seal(struct lz77 *z);

/* Symbols pushed, and the phrases that they make. */
uint32_t lz77_n_symbols(const struct lz77 *z);
uint32_t lz77_n_phrases(const struct lz77 *z); /* with the open one */

/* Length in bits of the code of s[0..n), the open phrase coded as if it
 * ended here. The code is stated in lz77.c and lilscope-measures(7). */
uint64_t lz77_code_bits(const struct lz77 *z);

/* The same two numbers for any prefix s[0..n), n <= n_symbols; O(log). */
uint32_t lz77_phrases_at(const struct lz77 *z, uint32_t n);
uint64_t lz77_code_bits_at(const struct lz77 *z, uint32_t n);

/* The latter for prefixes that grow: O(1), as it begins at phrase *i_phrase,
 * which is not behind the one that s[n - 1] is in, and leaves that there. */
uint64_t lz77_code_bits_on(const struct lz77 *z, uint32_t n,
			   uint32_t *i_phrase);

/* The i-th phrase, i < n_phrases; the last may still grow. */
struct lz77_phrase lz77_phrase(const struct lz77 *z, uint32_t i_phrase);

/* The index of the phrase that holds position t < n_symbols; O(log). */
uint32_t lz77_phrase_of(const struct lz77 *z, uint32_t t);

/* Symbol t < n_symbols. */
uint32_t lz77_symbol(const struct lz77 *z, uint32_t t);

/* Bytes of memory owned now. */
size_t lz77_memory_bytes(const struct lz77 *z);

/* Of these, the search structure's: what lz77_seal() frees. */
size_t lz77_search_bytes(const struct lz77 *z);

#endif
