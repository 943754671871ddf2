/*
 * format.h - the dialects: what records look like, and how they fill runs.
 *
 * One file a dialect (format_*.c), one row here. Framing is done before:
 * a dialect sees one JSON value at a time, or bytes if it is made of text.
 * To add one: write format_NAME.c with its row, declare it below, list it in
 * format.c at its place in the order of detection, give it a sample in
 * tests/golden and a line in tests/unit/test_feed.c.
 */
#ifndef LILSCOPE_FORMAT_H
#define LILSCOPE_FORMAT_H

#include "trace/gen.h"

/* What a dialect works with. */
struct format_ctx {
	struct gens *gens;
	double time_s;       /* when the record arrived; NAN: no clock */
	const char *field;   /* --field, or NULL */
	size_t i_record;     /* 0-based, broken ones count too */
	bool end;            /* no more bytes will come */
	bool fatal;          /* record() sets it beside *why when nothing in
				the source can be read */
	struct json inner;   /* scratch: JSON inside a string */
	void *state;         /* state_bytes, zeroed, of this source */
};

struct format {
	const char *name;  /* for --format and `dialect` */
	const char *title; /* for people */
	enum feed_shape shape;
	size_t state_bytes;

	/* Is this record of the dialect? It may be the beginning of one that
	 * is cut. NULL: only by name. */
	bool (*detect)(struct json_value record);

	/* One record. false: it is broken, *why gets what is wrong in a few
	 * words ("there is no text in it"). */
	bool (*record)(struct format_ctx *cx, struct json_value record,
		       struct err *why);
	/* Made of text: bytes as they come. Exactly one of record, bytes
	 * and refusal is there. */
	void (*bytes)(struct format_ctx *cx, const char *s, size_t n);
	/* A "[DONE]" came. May be NULL. */
	void (*done)(struct format_ctx *cx);
	/* End of input, before what is open is closed. May be NULL. */
	void (*end)(struct format_ctx *cx);
	/* Frees what the state owns. May be NULL. */
	void (*release)(void *state);

	/* It is known and can't be read: a sentence without its subject that
	 * says what to do ("is an Inspect log; ..."). */
	const char *refusal;
};

extern const struct format format_native;
extern const struct format format_bench;
extern const struct format format_responses;
extern const struct format format_anthropic;
extern const struct format format_gemini;
extern const struct format format_bedrock;
extern const struct format format_cohere;
extern const struct format format_tgi;
extern const struct format format_sglang;
extern const struct format format_llama;
extern const struct format format_openai;
extern const struct format format_ollama;
extern const struct format format_watsonx;
extern const struct format format_lmeval;
extern const struct format format_inspect;
extern const struct format format_helm;
extern const struct format format_response;
extern const struct format format_jsonl;
extern const struct format format_text;

/* All, in the order of detection; NULL at the end. */
extern const struct format *const formats[];

/* By name, or NULL. */
const struct format *format_find(const char *name);

/* The first row that claims a record, refusals too; NULL if none does. */
const struct format *format_of(struct json_value record);

#endif
