/*
 * gen.h - the generations that one source has open.
 *
 * A stream may carry several at once: n > 1 choices, or the answers to
 * several requests in a proxy's log. Each is found by its key ("id/index").
 * At most FEED_OPEN_MAX are open; when another one begins, the one that was
 * finished or fed longest ago is closed.
 */
#ifndef LILSCOPE_GEN_H
#define LILSCOPE_GEN_H

#include "dialect/chunk.h"
#include "dialect/feed.h"

enum {
	GEN_KEY_MAX = 128,         /* longer ids are cut */
	GEN_FACT_MAX = 4096,       /* bytes of a fact's text */
	GEN_TOLD_MAX = 64 * 1024 * 1024,
};

struct gen {
	struct run *run;
	char key[GEN_KEY_MAX];
	size_t id_len;        /* of key: the request's id */
	enum chunk_mode mode;
	struct chunk_half half;
	bool finished;        /* a finish reason came */
	bool again;           /* ... and then a beginning without output */
	bool own_clock;       /* its first output had a time of its own */
	uint64_t used;        /* tick of the last record */
	/* Free for the dialect: */
	enum channel channel;
	uint32_t n_records;
};

/* What the records turned out to have, for the title. */
struct seen {
	const char *flavour; /* "vLLM": whose dialect of the dialect; or NULL */
	bool ids;            /* token ids */
	bool clock;          /* times of their own */
	bool arrival;        /* times of arrival */
};

struct gens {
	struct feed_sink sink;
	const char *source, *dialect;
	struct gens *outer; /* of the container, which counts; or NULL */
	unsigned depth;     /* how many there are around it */
	struct gen *open;  /* in the order of their beginning */
	size_t n, cap;
	/* Of the keys of open[], and where the last one was found: the next
	 * record is most often of the same generation, or of the next. */
	uint32_t hashes[FEED_OPEN_MAX];
	size_t i_found;
	size_t n_opened; /* so far, open or closed */
	uint64_t tick;
	struct chunk chunk; /* scratch for the dialect */
	struct seen seen;
	/* What the dialect knows of runs that others open inside of it, before
	 * they go to the sink; or NULL. */
	void (*closing)(void *ctx, struct run *run);
	void *closing_ctx;
};

void gens_release(struct gens *gs); /* runs that are open are not closed */

/* A new generation; `record` names its place in the source (NULL: the count
 * of generations so far). Pointers to other gens are void afterwards. */
struct gen *gens_open(struct gens *gs, const char *key, size_t id_len,
		      const char *record);
/* The open one with this key, or NULL. Compares a word for each that is open,
 * from where the last one was found. */
struct gen *gens_find(struct gens *gs, const char *key);
/* From now on it has this key, which the caller found no other to have. */
void gens_rename(struct gens *gs, struct gen *gen, const char *key,
		 size_t id_len);
/* The one that was fed last, or NULL. */
struct gen *gens_newest(struct gens *gs);
/* That one unless it is finished, else a new one: of streams whose records name
 * no generation. */
struct gen *gens_current(struct gens *gs);

/* No more output: the run is ended and handed to the sink. Pointers to other
 * gens are void afterwards. */
void gens_close(struct gens *gs, struct gen *gen);
/* Those that have their finish reason, or all. */
void gens_close_some(struct gens *gs, bool all);

/* "id/index" into key; the id may be anything. Returns the id's length. */
size_t gen_key(char key[GEN_KEY_MAX], struct json_value id, uint32_t index);

/* gs->chunk into the generation's run. */
void gen_emit(struct gens *gs, struct gen *gen, double time_s);

/* The facts of its run, to be filled in. */
struct facts *gen_facts(struct gen *gen);

/* A JSON string, number or bool as the text of a fact; other types and empty
 * strings change nothing. */
void fact_json(char **field, struct json_value v);

/* Many answers to one question have a copy of it each, but no more when those
 * in a record are GEN_TOLD_MAX bytes, which would be a square of its length:
 * the note of another one says so. */
void gen_untold(struct gen *gen);

/* A whole number; anything else changes nothing. */
void fact_u32(uint32_t *field, struct json_value v);

#endif
