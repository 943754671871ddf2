/*
 * chunk.h - the output in one record on its way into a run.
 *
 * A record holds text by channel and, perhaps, what is known of its tokens:
 * ids, logprob entries, both or neither. Records are not tokens: one may
 * hold several. How they meet:
 *
 *	nothing known       the text, for the bundled tokenizer to cut
 *	entries spell it    a token an entry, with exactly its bytes
 *	ids only            a token an id; the text is dealt out evenly, at
 *	                    borders of characters (whose text is whose is not
 *	                    in the record)
 *
 * A run is either of tokens or of text, as its first output was; the other
 * kind is fitted in, so that ids of two vocabularies never meet.
 */
#ifndef LILSCOPE_CHUNK_H
#define LILSCOPE_CHUNK_H

#include "json/json.h"
#include "trace/run.h"

/* What a run is made of; settled by its first output. */
enum chunk_mode { CHUNK_UNSET, CHUNK_TEXT, CHUNK_TOKENS };

struct chunk_token {
	size_t start, len; /* in spelled */
	uint32_t id;
	float logprob;
};

/* All zero is empty; chunk_clear() keeps the memory. */
struct chunk {
	struct buf text;
	struct chunk_part {
		enum channel channel;
		size_t start; /* in text */
	} *parts;
	size_t n_parts, parts_cap;
	struct chunk_token *tokens;
	size_t n, cap;
	struct buf spelled; /* the tokens' own bytes */
	bool by_bytes;      /* every entry has its bytes: they are the truth */
	bool raw;           /* bytes as they were cut, no strings of JSON */
	/* Is told of n bytes at s that come; from: their value, none if that
	 * is not known. NULL: nobody asks. Stays when all else goes. */
	void (*watch)(void *ctx, enum channel channel, const char *s,
		      size_t n, struct json_value from);
	void *watch_ctx;
};

/* The first half of a surrogate pair, kept until its record is followed by
 * another one: JavaScript cuts strings between the two. All zero is none. */
struct chunk_half {
	bool kept;
	enum channel channel;
	char bytes[3]; /* as json.h decodes it */
};

/* Frees the memory; what is left is empty. */
void chunk_release(struct chunk *c);

/* Empties it, and keeps the memory up to JSON_KEEP_BYTES of each kind. */
void chunk_clear(struct chunk *c);

/* Output in one channel; parts stay in the order of the calls. */
void chunk_add(struct chunk *c, enum channel channel, const char *s, size_t n);

/* The same, made of that string: what watches is told so. */
void chunk_add_from(struct chunk *c, enum channel channel, const char *s,
		    size_t n, struct json_value from);

/* The same for a JSON string; other types (null) add nothing. */
void chunk_add_json(struct chunk *c, enum channel channel,
		    struct json_value string);

/* Arguments of a tool: a string as it is, an object as compact JSON, so that
 * a stream (which sends JSON text) and a saved answer come to the same. */
void chunk_add_arguments(struct chunk *c, struct json_value arguments);

/* [{token, logprob, bytes, id}, ...] as in chat logprobs.content; llama-server
 * may have `prob` for logprob, and once had `content` for token. */
void chunk_entries(struct chunk *c, struct json_value entries);

/* One token and its text, which is added to the channel as well. */
void chunk_token(struct chunk *c, enum channel channel,
		 struct json_value string, uint32_t id, float logprob);

/* [[logprob, id, text or null], ...] as SGLang has them, from the i-th on. */
void chunk_triples(struct chunk *c, struct json_value triples, size_t from);

/* ["tok", ...] with [-0.1, ...] beside it, as legacy completions have; a
 * token that is no UTF-8 by itself stands there as "bytes:\\xf0\\x9f". */
void chunk_parallel(struct chunk *c, struct json_value tokens,
		    struct json_value logprobs);

/* [123, ...]: with as many entries there, their ids; else tokens by id. */
void chunk_ids(struct chunk *c, struct json_value ids);

/* The same without the first `from` of them. */
void chunk_ids_from(struct chunk *c, struct json_value ids, size_t from);

/* Puts the half that was kept before the text, as one character if its other
 * half follows, and keeps a half that the text ends with. Only for text whose
 * tokens are not known. */
void chunk_join(struct chunk *c, struct chunk_half *half);

/* Into the run, at time_s (NAN: unknown). *mode is CHUNK_UNSET before the
 * run's first output, which settles it. */
void chunk_emit(struct chunk *c, struct run *run, enum chunk_mode *mode,
		double time_s);

#endif
