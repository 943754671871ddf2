/*
 * lilscope.h - liblilscope: the measures of Lilscope for a server or an agent.
 *
 * A stream is one generation. It is created with options, takes tokens as
 * they are made, and says at any time how repetitive they are, and whether a
 * stop rule has ended them: lilscope(3).
 *
 *	struct lilscope *l;
 *
 *	if (lilscope_create(&l, NULL) != LILSCOPE_OK)
 *		return;
 *	while ((n = next_token(&id, text)) > 0)
 *		if (lilscope_push(l, id, text, n) == LILSCOPE_STOP)
 *			break;
 *	lilscope_destroy(l);
 *
 * A stream belongs to one thread at a time; two streams share nothing. No call
 * ends the process, prints, opens a file or takes time from a clock.
 */
#ifndef LILSCOPE_H
#define LILSCOPE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LILSCOPE_API __attribute__((visibility("default")))
#else
#define LILSCOPE_API
#endif

/* What a call comes to: below 0 it failed. lilscope_strerror() has a sentence
 * for each, lilscope_message() one for what just happened. */
enum lilscope_code {
	LILSCOPE_OK = 0,
	LILSCOPE_STOP = 1,         /* done, and the rule has stopped */
	LILSCOPE_BAD_OPTION = -1,  /* in struct lilscope_options */
	LILSCOPE_BAD_CALL = -2,    /* the stream does not take this now */
	LILSCOPE_NO_MEMORY = -3,   /* the allocator gave none */
	LILSCOPE_LIMIT = -4,       /* more than memory_max was needed */
	LILSCOPE_TOO_FAR = -5,     /* a pop of more than can be popped */
	LILSCOPE_FULL = -6,        /* 2^31 - 16 symbols, and no window */
	LILSCOPE_BAD_BYTES = -7,   /* no saved stream, or a broken one */
	LILSCOPE_BAD_VERSION = -8, /* saved by a version not known here */
	LILSCOPE_SPENT = -9        /* failed before: reset it or destroy it */
};

/* What a symbol of the parse is. */
enum lilscope_symbols {
	LILSCOPE_TOKENS = 0, /* a token id */
	LILSCOPE_BYTES = 1   /* a byte of the text */
};

/* What the band is, in this order of precedence: lilscope-measures(7). */
enum lilscope_band {
	LILSCOPE_EMPTY = 0,        /* nothing was measured */
	LILSCOPE_PROVEN = 1,       /* a theorem here: h must lie in it */
	LILSCOPE_OUT_LOW = 2,      /* h < rho - eps: too short a text yet */
	LILSCOPE_UNDERSAMPLED = 3, /* nearly all substrings were new: h tells
				      only the length */
	LILSCOPE_ASYMPTOTIC = 4    /* a picture, no proof */
};

/* No token: of stop_at, last_new, new_after, resumed_at. */
#define LILSCOPE_NEVER UINT64_MAX

/* An id for tokens that have none: it is made from the text. */
#define LILSCOPE_NO_ID UINT32_MAX

/*
 * All memory of a stream comes through this one function: as realloc() with
 * old NULL and old_size 0 for a new block, as free() with size 0. It may
 * return NULL where size is not 0. Blocks are aligned as malloc()'s.
 */
typedef void *(*lilscope_resize_fn)(void *opaque, void *old, size_t old_size,
				    size_t size);

/* Set up by lilscope_options_init(), then changed by the caller. */
struct lilscope_options {
	size_t size;        /* of this struct, as the caller knows it */
	const char *rule;   /* lilscope_rule_name(); NULL: "loop" */
	uint32_t symbols;   /* enum lilscope_symbols */
	uint32_t f;         /* guardian: tokens between checks; 250 */
	double t;           /* guardian: bytes; 20 */
	uint32_t patience;  /* guardian: checks in a row; 1 */
	uint32_t ls;        /* of the band, 3 to 64; 0: 6 for tokens, 10 for
			       bytes */
	double p;           /* loop: odds of a false stop, 0.0002 to 0.05; 0:
			       0.0005 */
	double alphabet;    /* ids are below; 0: 2^32, or 256 for bytes */
	uint64_t memory_max; /* bytes; 0: no limit */
	uint32_t window;    /* tokens, at least 64; 0: all is measured. Else it
			       is the last window to 2 window - 1 tokens */
	uint32_t rollback;  /* tokens that can be popped; 0 */
	lilscope_resize_fn resize; /* NULL: realloc() and free() */
	void *opaque;       /* handed to resize */
};

/* The state of a stream after its last token. */
struct lilscope_reading {
	size_t size;        /* in: of this struct, as the caller knows it */
	uint64_t n_tokens;  /* all that were pushed */
	uint64_t from;      /* the first token that is measured: 0 without a
			       window */
	uint64_t n_symbols; /* of the tokens measured, as all that follows */
	uint64_t n_phrases; /* of the exact LZ77 parse */
	double code_bits;   /* of its code */
	double rho, eps, h; /* the band: rho - eps <= h <= rho */
	double gain;        /* bytes of code in the last f tokens that were
			       checked; NAN before */
	uint64_t copied;    /* tokens at the end that are a copy */
	double score;       /* how near the rule is to its stop, 0 to 1; NAN:
			       it has no score */
	double odds;        /* of generations that are no loop, the share that
			       come as near to a stop; NAN: it can't tell */
	uint64_t stop_at;   /* tokens when the rule stopped; LILSCOPE_NEVER */
	const char *cause;  /* of the stop, a word or two; or NULL */
	uint64_t memory;    /* bytes that the stream has now */
	uint32_t band;      /* enum lilscope_band */
	uint32_t vacuous;   /* 1: rho - eps <= 0, so below it says nothing */
	/* Of the stop, LILSCOPE_NEVER where there is none among the tokens
	 * measured: tokens up to the last new one before it, where the copying
	 * began; new tokens after it, 0 while there are fewer than 32; and the
	 * first of these, from 0, or LILSCOPE_NEVER: the text came back. */
	uint64_t last_new, new_after, resumed_at;
};

/* What is said again and again at the end of the tokens measured. */
struct lilscope_unit {
	size_t size;         /* in: of this struct, as the caller knows it */
	uint64_t first;      /* token in which its first copy begins, from 0 */
	uint32_t n_tokens;   /* that one copy touches */
	uint32_t times;      /* whole copies */
	uint32_t contiguous; /* 1: the last two stand back to back */
	double share;        /* of the last 4096 bytes, of all where they are
				fewer, 0 to 1 */
	const char *text;    /* one copy, its `len` bytes not terminated, until
				the next push, pop or reset; NULL: the tokens
				came without text */
	size_t len;
};

struct lilscope;

/* The version of the library, as "0.1.0". */
LILSCOPE_API const char *lilscope_version(void);

/* A sentence for a code; never NULL. */
LILSCOPE_API const char *lilscope_strerror(int code);

/* The i-th rule's name, from 0; NULL past the last. */
LILSCOPE_API const char *lilscope_rule_name(size_t i);

/* "EMPTY", "PROVEN", "OUT-LOW", "UNDERSAMPLED", "ASYMPTOTIC"; NULL for what is
 * no enum lilscope_band. */
LILSCOPE_API const char *lilscope_band_name(uint32_t band);

/* The defaults; size is sizeof(*options). */
LILSCOPE_API void lilscope_options_init(struct lilscope_options *options,
					size_t size);

/* LILSCOPE_OK, or LILSCOPE_BAD_OPTION and in *why a sentence that says what
 * they must be. */
LILSCOPE_API int lilscope_options_check(const struct lilscope_options *options,
					const char **why);

/* An empty stream in *out, which lilscope_destroy() frees. options may be
 * NULL for the defaults, and are copied. On an error *out is NULL. */
LILSCOPE_API int lilscope_create(struct lilscope **out,
				 const struct lilscope_options *options);

/* Frees it; NULL is fine. */
LILSCOPE_API void lilscope_destroy(struct lilscope *l);

/* Empty again, with the same options: also after an error. */
LILSCOPE_API int lilscope_reset(struct lilscope *l);

/* The last error of this stream in one sentence; "" without any. */
LILSCOPE_API const char *lilscope_message(const struct lilscope *l);

/*
 * One token: its id, or LILSCOPE_NO_ID, and its n bytes of text, or NULL for
 * none. Either all tokens of a stream have text or none. LILSCOPE_STOP from
 * the token at which the rule stopped on. A token without text on which no stop
 * can depend may wait for some more: want of memory is told by a later call.
 */
LILSCOPE_API int lilscope_push(struct lilscope *l, uint32_t id,
			       const void *text, size_t n);

/* n tokens without text. After an error it is not known how many went in. */
LILSCOPE_API int lilscope_push_ids(struct lilscope *l, const uint32_t *ids,
				   size_t n);

/* n bytes of text, cut wherever; words become tokens as they end, the last
 * one by lilscope_flush() or the next push of a token. */
LILSCOPE_API int lilscope_push_bytes(struct lilscope *l, const void *bytes,
				     size_t n);
LILSCOPE_API int lilscope_flush(struct lilscope *l);

/* One token without text to each of n streams: codes[i] is what ids[i] came to
 * in streams[i]; one that is NULL is passed over. Returns how many stopped or
 * failed; all n, with nothing pushed, where streams, ids or codes is NULL. */
LILSCOPE_API size_t lilscope_push_each(struct lilscope *const *streams,
				       const uint32_t *ids, size_t n,
				       int *codes);

/* Takes the last n tokens back: the stream is as it was before them, to the
 * bit. Not while a word of lilscope_push_bytes() is open: flush it. */
LILSCOPE_API int lilscope_pop(struct lilscope *l, size_t n);

/* How many tokens can be popped now, once an open word is flushed: at most
 * options.rollback. */
LILSCOPE_API size_t lilscope_poppable(const struct lilscope *l);

/* Tokens so far, and at which of them the rule stopped or LILSCOPE_NEVER: both
 * also of a stream that failed. */
LILSCOPE_API uint64_t lilscope_n_tokens(const struct lilscope *l);
LILSCOPE_API uint64_t lilscope_stop_at(const struct lilscope *l);

/* Fills *r; r->size is set by the caller. O(log n), and O(1) for each token
 * since the last one, whose numbers nobody wanted until now. It may fail as a
 * push does. */
LILSCOPE_API int lilscope_read(struct lilscope *l, struct lilscope_reading *r);

/* The estimate of the entropy rate in the unit of rho and h, and its standard
 * error; NAN while too little was measured. 100 microseconds, beside what a
 * reading takes. */
LILSCOPE_API int lilscope_entropy(struct lilscope *l, double *rate,
				  double *error);

/* Fills *u; u->size is set by the caller. times is 0 if nothing is said twice.
 * Some milliseconds: asked at a stop, not at every token. */
LILSCOPE_API int lilscope_unit(struct lilscope *l, struct lilscope_unit *u);

/* Writes the stream into bytes[0 .. cap), and in *n how many it takes: with
 * too small a cap (0, bytes may be NULL) nothing is written, and it is
 * LILSCOPE_OK as well. */
LILSCOPE_API int lilscope_save(struct lilscope *l, void *bytes, size_t cap,
			       size_t *n);

/* A stream from saved bytes, in *out: as it was, with the options it had, but
 * memory_max, resize and opaque, which are those of `options` (NULL: the
 * defaults). Any bytes may be given. */
LILSCOPE_API int lilscope_restore(struct lilscope **out, const void *bytes,
				  size_t n,
				  const struct lilscope_options *options);

#ifdef __cplusplus
}
#endif

#endif
