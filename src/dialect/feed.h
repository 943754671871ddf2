/*
 * feed.h - bytes in, runs out: detection, framing, dialect.
 *
 *	bytes -> detect -> framing -> dialect -> run
 *
 * No I/O here, and no archives: whoever opens a source unpacks it (unpack.h).
 * The feed never trusts a byte: a broken record is counted, its first sentence
 * kept with line and byte, and skipped. Results do not depend on how the bytes
 * are cut into calls.
 *
 * Shapes of a source:
 *	FEED_STREAM   records build generations bit by bit (SSE, NDJSON
 *	              chunks, native trace, plain text)
 *	FEED_RECORDS  every record stands alone and holds whole generations
 *	              (JSON lines, an array of strings or objects): such a
 *	              source can be indexed and any record fed alone
 */
#ifndef LILSCOPE_FEED_H
#define LILSCOPE_FEED_H

#include "base/err.h"
#include "trace/run.h"

enum {
	/* Bytes that detection may look at; fewer at the end of input. */
	FEED_PROBE_BYTES = 64 * 1024,
	/* One record, as JSON text; a longer one is skipped and counted. */
	FEED_RECORD_MAX_BYTES = 256 * 1024 * 1024,
	/* Generations of one source that may be open at once; the guard's
	 * proxy serves as many streams, so that its trace of them all (--tee)
	 * can be read back. */
	FEED_OPEN_MAX = 512,
};

enum feed_shape { FEED_UNKNOWN, FEED_STREAM, FEED_RECORDS };

struct gens;

/* What to do with runs. All calls come from inside feed_bytes/feed_end. */
struct feed_sink {
	void *ctx;
	/* A generation begins: make a run (facts.source etc. are set by the
	 * feed afterwards). The sink owns it. */
	struct run *(*open)(void *ctx);
	/* It is complete (run_end() was called). The feed forgets it. */
	void (*close)(void *ctx, struct run *run);
	/* A broken record was skipped; one sentence with line and byte. May
	 * be NULL. */
	void (*broken)(void *ctx, const char *sentence);
	/* The JSON of a record that was taken, until the callback returns. May
	 * be NULL. */
	void (*record)(void *ctx, const char *json, size_t n);
	/* n bytes of text came from this field of the record at hand, or of
	 * JSON in one of its strings, which is said (field_put(); "" if that
	 * can't be told). Costs a search each time. May be NULL. */
	void (*text)(void *ctx, enum channel channel, const char *field,
		     size_t n);
};

struct feed_opts {
	const char *source;  /* name for facts and sentences */
	const char *format;  /* a dialect's name, or NULL to detect */
	const char *field;   /* --field .a.b[0], or NULL for heuristics */
	const char *keep;    /* names with commas: fields of a record that are
				told with its generations; or NULL */
	bool from_middle;    /* bytes are one record of an indexed source */
	bool from_line;      /* bytes are whole lines from the middle of a
				source of such: feed_goes_on() */
	size_t record;       /* number of the first record, 0-based */
	uint64_t line, byte; /* where the bytes start, for sentences */
	bool in_full;        /* no record is read by what it repeats of the
				one before: slower, to compare with */
	struct gens *outer;  /* of the source that this one lies inside
				(wrap.h), or NULL */
	bool no_text;        /* plain text is nothing to be read here */
};

struct feed;

/* The feed of one source; what opts points to is copied. A format or a field
 * that is none is told by the first feed_bytes(). The caller's. */
struct feed *feed_new(const struct feed_opts *opts,
		      const struct feed_sink *sink);

/* Runs that are open stay with the sink; feed_end() before it closes them. */
void feed_free(struct feed *feed); /* NULL is fine */

/* n bytes more, arrived at time_s (NAN: no clock; then only times inside the
 * format count). false: this source can't be read at all, err says why (a
 * binary, a server log without text); more bytes are ignored then. */
bool feed_bytes(struct feed *feed, const void *bytes, size_t n, double time_s,
		struct err *err);

/* End of input, once: flushes what is pending, closes open runs. false: as
 * feed_bytes(). */
bool feed_end(struct feed *feed, struct err *err);

/* After detection; "" and FEED_UNKNOWN before. */
const char *feed_dialect(const struct feed *feed); /* row name */
const char *feed_title(const struct feed *feed);   /* for people */
/* Why its bytes are cut into records as they are: "it is one JSON array". */
const char *feed_reason(const struct feed *feed);
enum feed_shape feed_shape(const struct feed *feed);

/* Bytes until the next place where a record may end, if they are known
 * beforehand (Amazon's frames); 0: records end with lines, or anywhere. */
size_t feed_missing(const struct feed *feed);

/*
 * Are the source's lines records that each stand alone, and did one end with
 * the last byte? Then other feeds can read on from here: at gets their format,
 * from_line, and where the next line is. false: at is not touched.
 */
bool feed_goes_on(const struct feed *feed, struct feed_opts *at);

/* How many of whole lines are records for such a feed, good or broken. */
size_t feed_count_lines(const char *bytes, size_t n);

/* The number of the record at hand, from 0; of a container that of its own. */
size_t feed_record(const struct feed *f);

/* Broken records so far, and the first one's sentence. */
size_t feed_skipped(const struct feed *feed);
/* Records that a dialect read the short way it has for most of its own
 * (openai_plain.h): the same is read without, but slower. */
uint64_t feed_n_short(const struct feed *feed);
const char *feed_first_trouble(const struct feed *feed); /* or "" */

/*
 * Boundaries of records, without decoding them: for FEED_RECORDS sources.
 * Feed it the same (unpacked) bytes in order.
 */
struct record_place {
	uint64_t offset; /* of the record's first byte */
	uint32_t line;   /* 1-based */
	uint64_t len;    /* bytes */
};
struct indexer;

/* dialect: a row's name, or NULL or "" to find out. The caller's. */
struct indexer *indexer_new(const char *dialect);
void indexer_free(struct indexer *ix); /* NULL is fine */

/* n bytes more, cut anywhere. */
void indexer_bytes(struct indexer *ix, const void *bytes, size_t n);

/* End of input: what is open is the last record. */
void indexer_end(struct indexer *ix);

/* Records that are complete, and where the i-th of them lies. O(1). */
size_t indexer_n(const struct indexer *ix);
struct record_place indexer_place(const struct indexer *ix, size_t i);

/*
 * Detection alone: over the first bytes of an unpacked source. `whole` when
 * these are all the bytes there are. Returns the row name and the shape;
 * NULL with a sentence when it is nothing that can be read, NULL without
 * one when these bytes do not tell yet (never if `whole`).
 */
const char *feed_detect(const void *bytes, size_t n, bool whole,
			enum feed_shape *shape, struct err *err);

/* The shape that a dialect's sources have; FEED_UNKNOWN for no row name. */
enum feed_shape feed_format_shape(const char *format);

#endif
