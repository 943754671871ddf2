/*
 * bound.h - the entropy band of Ziv and Lempel around one growing text.
 *
 *	rho(n) - eps(Ls)  <=  h(Ls-1)  <=  rho(n)
 *
 * rho(n)   words(n) * Lc(n) / n: symbols of code per symbol of text, for the
 *          ZL77 code whose words are capped at Ls symbols and whose window is
 *          the whole prefix. Lc(n) = 1 + log_a n + log_a Ls, real-valued, or
 *          with both logarithms rounded up (option).
 * eps(Ls)  [3 + 3 log_a(Ls-1) + log_a(Ls/2)] / (Ls-1).
 * h(l)     (1/l) log_a sigma(l), sigma(l) = number of distinct substrings of
 *          length l seen so far: substring growth, not Shannon entropy.
 * a        size of the alphabet: 256 for bytes, the vocabulary for ids.
 *
 * The proofs are in lilscope-measures(7). The only input is lrs(t) from
 * lz77.h, one number a symbol, of which one byte is kept: so alphabet and Ls
 * change at any time without reading the text again.
 */
#ifndef LILSCOPE_BOUND_H
#define LILSCOPE_BOUND_H

#include "base/base.h"

enum {
	BOUND_LS_MIN = 3,
	BOUND_LS_MAX = 64,
	BOUND_LS_BYTES = 10, /* default for bytes */
	BOUND_LS_IDS = 6,    /* default for token ids */
};

/* Exactly one of the first four, in this order of precedence. */
enum bound_status {
	BOUND_PROVEN,       /* n >= n*(Ls, sigma + l) - Ls: must be in band */
	BOUND_OUT_LOW,      /* h < rho - eps: too little text yet */
	BOUND_UNDERSAMPLED, /* sigma(l) / (n - l + 1) > 0.9 */
	BOUND_ASYMPTOTIC,   /* the band is a picture, not a theorem */
};

struct bound_point {
	double rho;
	double eps;
	double lower;     /* rho - eps, signed: negative says nothing */
	double h;         /* h(Ls-1); 0 while n < Ls-1 */
	uint64_t sigma;   /* distinct substrings of length Ls-1 */
	uint32_t n_words; /* with a cut last word */
	enum bound_status status;
	bool vacuous;     /* lower <= 0: the lower edge says nothing */
};

struct bound;

/* Of an empty text; alphabet and ls as bound_set() takes them. The caller owns
 * the result. */
struct bound *bound_new(double alphabet, unsigned ls, bool integer_lc);
void bound_free(struct bound *b); /* NULL is fine */

/* One more symbol, with its lrs. Amortised O(1), 1 byte and a word end. */
void bound_push(struct bound *b, uint32_t lrs);

/* Room for n symbols in all. */
void bound_reserve(struct bound *b, uint32_t n);

/* As n pushes. */
void bound_push_all(struct bound *b, const uint32_t *lrs, uint32_t n);

/* New parameters for the text so far; O(n) over one byte a symbol.
 * alphabet >= 2, ls is clamped to BOUND_LS_MIN..MAX. */
void bound_set(struct bound *b, double alphabet, unsigned ls, bool integer_lc);

/* Symbols pushed; Ls in symbols, and the alphabet's size, as in use. */
uint32_t bound_n_symbols(const struct bound *b);
unsigned bound_ls(const struct bound *b);
double bound_alphabet(const struct bound *b);

/* The band for the prefix of n symbols, 1 <= n <= n_symbols; O(log n) plus
 * a scan of at most 256 bytes. n = 0 gives all zeros, ASYMPTOTIC. */
struct bound_point bound_at(const struct bound *b, uint32_t n);

/* eps alone; needs no text. */
double bound_eps(double alphabet, unsigned ls);

/* The same in English, in a few words: "too short a text for h". */
const char *bound_status_words(enum bound_status status);

/* "PROVEN", "OUT-LOW", "UNDERSAMPLED", "ASYMPTOTIC"; never NULL. */
const char *bound_status_name(enum bound_status status);

#endif
