/*
 * What the engine of src/token does not know: that the text comes in pieces,
 * and that the words of one text are those of the text before.
 */
#include "trace/tok.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/buf.h"
#include "token/merge.h"
#include "token/split.h"
#include "trace/tok_vocab.h"

enum {
	/* A push is taken in steps, so that the copy held stays small. */
	PUSH_STEP_BYTES = 8 * 1024,
	CACHE_LINES = 8 * 1024, /* of 64 bytes: half a MiB a thread */
	BRIEF_BYTES = 8,
	BRIEF_LINES = 4 * 1024, /* of 16 bytes */
	CACHE_KEY_BYTES = 30,
	CACHE_TOKENS = 8,
	BENCHES_MAX = 64, /* kept; of more threads some make theirs anew */
};

/* The tokens of a pre-token that is no token itself and was seen lately. */
struct cache_line {
	uint8_t n_key;    /* 0: empty */
	uint8_t n_tokens;
	char key[CACHE_KEY_BYTES];
	uint32_t id[CACHE_TOKENS];
};

/* The token that a pre-token of at most BRIEF_BYTES is, seen lately: of so few
 * bytes the length and the hash tell all. */
struct brief_line {
	uint64_t hash;
	uint32_t n, id; /* n: 0 is empty */
};

/* What a thread works at while it cuts a text. A cache changes no result, so
 * any bench does; the last one is the warmest. */
struct tok_bench {
	struct merge merge;
	struct brief_line brief[BRIEF_LINES];
	struct cache_line cache[CACHE_LINES];
};

/* What all streams share. */
struct tok_shared {
	struct tok_vocab vocab;
	_Atomic(struct tok_bench *) benches[BENCHES_MAX]; /* that nobody uses */
};

struct tok {
	struct buf open; /* the open pre-token, and what is not scanned */
	struct split split;
};

/*
 * The vocabulary, from the first use until the process ends. The one such
 * variable of the engine: it is a constant of the program that is unpacked
 * late, by the first thread that needs it; and benches, each of one thread at
 * a time.
 */
static struct tok_shared *shared;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void shared_make(void)
{
	struct tok_shared *s = mem_zalloc(sizeof(*s));

	tok_vocab_init(&s->vocab);
	shared = s;
}

static struct tok_shared *shared_get(void)
{
	pthread_once(&once, shared_make);
	return shared;
}

static struct tok_bench *bench_take(struct tok_shared *s)
{
	struct tok_bench *bench;

	for (size_t i = 0; i < BENCHES_MAX; i++) {
		if (!atomic_load_explicit(&s->benches[i],
					  memory_order_relaxed))
			continue;
		bench = atomic_exchange(&s->benches[i], NULL);
		if (bench)
			return bench;
	}
	return mem_zalloc(sizeof(*bench));
}

static void bench_give(struct tok_shared *s, struct tok_bench *bench)
{
	for (size_t i = 0; i < BENCHES_MAX; i++) {
		struct tok_bench *none = NULL;

		if (atomic_compare_exchange_strong(&s->benches[i], &none,
						   bench))
			return;
	}
	merge_release(&bench->merge);
	mem_free(bench);
}

void tok_list_release(struct tok_list *list)
{
	mem_free(list->at);
	*list = (struct tok_list){ 0 };
}

struct tok *tok_new(void)
{
	return mem_zalloc(sizeof(struct tok));
}

void tok_free(struct tok *tok)
{
	if (!tok)
		return;
	buf_release(&tok->open);
	mem_free(tok);
}

void tok_list_add(struct tok_list *list, uint32_t id, uint32_t n_bytes)
{
	if (list->n == list->cap)
		list->at = grow(list->at, &list->cap, list->n + 1,
				sizeof(*list->at));
	list->at[list->n++] = (struct tok_token){ id, n_bytes };
}

/* Keeps the tokens out->at[from..] of a pre-token, if they fit. */
static void remember(struct cache_line *line, const char *piece, size_t n,
		     const struct tok_list *out, size_t from)
{
	size_t n_tokens = out->n - from;

	if (n_tokens > CACHE_TOKENS)
		return;
	line->n_key = (uint8_t)n;
	line->n_tokens = (uint8_t)n_tokens;
	memcpy(line->key, piece, n);
	for (size_t i = 0; i < n_tokens; i++)
		line->id[i] = out->at[from + i].id;
}

static void merge_piece(struct tok_bench *bench, const struct tokens *t,
			const char *piece, size_t n, struct tok_list *out)
{
	struct merge *m = &bench->merge;
	uint32_t i = merge(m, t, piece, (uint32_t)n), next;

	for (; i < n; i = next) {
		next = m->part[i].next;
		tok_list_add(out, m->part[i].id, next - i);
	}
}

static void encode_piece(struct tok_bench *bench, const struct tokens *t,
			 const char *piece, size_t n, struct tok_list *out)
{
	uint64_t hash;
	uint32_t id;
	struct brief_line *brief;
	struct cache_line *line;
	size_t from = out->n, n_bytes;

	if (n > t->longest) {
		merge_piece(bench, t, piece, n, out);
		return;
	}
	hash = lookup_hash(piece, n);
	brief = &bench->brief[(hash >> 8) % BRIEF_LINES];
	if (brief->hash == hash && brief->n == n) {
		tok_list_add(out, brief->id, (uint32_t)n);
		return;
	}
	id = lookup_find_hashed(&t->by_bytes, piece, n, hash);
	if (LIKELY(id != TOKEN_NONE)) {
		if (n <= BRIEF_BYTES)
			*brief = (struct brief_line){ hash, (uint32_t)n, id };
		tok_list_add(out, id, (uint32_t)n);
		return;
	}
	line = &bench->cache[(hash >> 20) % CACHE_LINES];
	if (line->n_key == n && memcmp(line->key, piece, n) == 0) {
		for (size_t i = 0; i < line->n_tokens; i++) {
			tokens_bytes(t, line->id[i], &n_bytes);
			tok_list_add(out, line->id[i], (uint32_t)n_bytes);
		}
		return;
	}
	merge_piece(bench, t, piece, n, out);
	if (n <= CACHE_KEY_BYTES)
		remember(line, piece, n, out, from);
}

/* Tokens of all pre-tokens that are complete. */
static void drain(struct tok *tok, bool end, struct tok_list *out)
{
	struct tok_shared *s = shared_get();
	struct tok_bench *bench = bench_take(s);
	struct split_rule rule = { .max = TOK_PIECE_MAX_BYTES,
				   .special = &s->vocab.special };
	size_t at = 0, n;

	while ((n = split_next(&tok->split, &rule, tok->open.data + at,
			       tok->open.len - at, end)) > 0) {
		encode_piece(bench, &s->vocab.tokens, tok->open.data + at, n,
			     out);
		at += n;
	}
	bench_give(s, bench);
	if (at)
		buf_drop(&tok->open, at);
}

void tok_push(struct tok *tok, const void *bytes, size_t n,
	      struct tok_list *out)
{
	const char *from = bytes;

	while (n) {
		size_t step = MIN(n, (size_t)PUSH_STEP_BYTES);

		buf_append(&tok->open, from, step);
		drain(tok, false, out);
		from += step;
		n -= step;
	}
}

void tok_flush(struct tok *tok, struct tok_list *out)
{
	if (tok->open.len)
		drain(tok, true, out);
	assert(tok->open.len == 0 && tok->split.len == 0);
}

size_t tok_pending(const struct tok *tok)
{
	return tok->open.len;
}

const char *tok_bytes(uint32_t id, size_t *n_bytes)
{
	const struct tokens *t = &shared_get()->vocab.tokens;

	*n_bytes = 0;
	return id < t->n ? tokens_bytes(t, id, n_bytes) : NULL;
}

uint32_t tok_vocab_size(void)
{
	return TOK_N_ORDINARY + TOK_N_SPECIAL;
}

size_t tok_vocab_memory_bytes(void)
{
	size_t n = 0;

	if (!shared)
		return 0;
	for (size_t i = 0; i < BENCHES_MAX; i++) {
		const struct tok_bench *bench =
			atomic_load(&shared->benches[i]);

		if (bench)
			n += sizeof(*bench) +
			     merge_memory_bytes(&bench->merge);
	}
	return n + sizeof(*shared) +
	       tokens_memory_bytes(&shared->vocab.tokens);
}
