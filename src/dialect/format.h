/*
 * format.h - the dialects: what records look like, and how they fill runs;
 * how a server that speaks so is asked, and how its answer is ended well.
 *
 * One file a dialect (format_*.c), one row here. Framing is done before:
 * a dialect sees one JSON value at a time, or bytes if it is made of text.
 * No I/O: what is asked is a template, an ending is bytes.
 *
 * To add one: write format_NAME.c with its row, put the name into FORMATS at
 * its place in the order of detection, the file into src/local.mk, a sample
 * into tests/golden. Help, manual, completion, --prompt and the proxy take
 * what the row has.
 */
#ifndef LILSCOPE_FORMAT_H
#define LILSCOPE_FORMAT_H

#include "dialect/gen.h"
#include "json/tree.h"

/* All, in the order of detection: the row that has the surest mark stands
 * before one that would also claim its records. */
#define FORMATS(X) \
	X(native) X(asciicast) X(log) X(har) X(vcr) X(aiperf) X(responses) \
	X(anthropic) X(gemini) X(interactions) X(bedrock) X(cohere) \
	X(cohere_v1) X(tgi) X(sglang) X(llama) X(openai) X(ollama) \
	X(watsonx) X(lmstudio) X(kobold) X(triton) X(aisdk) X(replicate) \
	X(adk) X(lmeval) X(inspect) X(helm) X(spans) X(langfuse) X(runs) \
	X(atif) X(openhands) X(trajectory) X(openhands_events) X(chats) \
	X(evals) X(rows) X(response) X(bench) X(reports) X(sillytavern) \
	X(session) X(thread) X(aider) X(csv) X(jsonl) X(lines) X(text)

struct join;

/* What a dialect works with. */
struct format_ctx {
	struct gens *gens;
	double time_s;       /* when the record arrived; NAN: no clock */
	const char *field;   /* --field, or NULL */
	const char *keep;    /* as in struct feed_opts */
	size_t i_record;     /* 0-based, broken ones count too */
	bool end;            /* no more bytes will come */
	bool fatal;          /* record() sets it beside *why when nothing in
				the source can be read */
	struct err trouble;  /* bytes() sets it when a record in them is
				broken; end(), when nothing can be read */
	struct json inner;   /* scratch: JSON inside a string */
	struct json row;     /* scratch: a row of a table, as a record */
	void *state;         /* state_bytes, zeroed, of this source */
	uint64_t n_short;    /* records that were read the short way, where a
				dialect has one */
};

/* A way to ask a server for a stream, known by the end of the URL's path. */
struct format_ask {
	const char *end;    /* "/api/chat"; of several that fit the longest */
	const char *inside; /* the path must hold it, too; NULL: nothing */
	bool model;         /* the model is named */
	const char *body;   /* members of the JSON, ' for ", $ for the prompt */
	const char *extra;  /* more that only some servers know, or NULL */
	const char *header; /* that the server insists on, or NULL */
	const char *key;    /* what a key is sent as; NULL: FORMAT_BEARER */
	/* Where the same is asked without a stream: the end of the path, and
	 * what is behind it in the URL of the stream. NULL: there, and a
	 * member "stream" says which. */
	const char *plain, *query;
	bool unasked;       /* a stream comes unless "stream" is false */
};

#define FORMAT_BEARER "Authorization: Bearer "
/* Members that several dialects have. */
#define FORMAT_TURNS "'messages':[{'role':'user','content':$}],'stream':true"

/* Why an answer ended, as each dialect has its own word for it: the model was
 * done, it came to its limit, or somebody else ended it. */
enum format_word { FORMAT_STOP, FORMAT_LENGTH, FORMAT_OWN, FORMAT_WORDS };

#define FORMAT_NO_CHOICE UINT32_MAX

/* What the end of a stopped answer is made from. */
struct format_ending {
	struct json_value record;  /* the last that passed */
	struct json_value request; /* what was asked, or none */
	const char *reason;        /* finish reason, in the dialect's words */
	uint64_t n_tokens;         /* that passed, as we count them */
	uint64_t choice_tokens;    /* ... of the choice that ends */
	uint32_t choice;           /* the one that ends; or NO_CHOICE */
	bool last;                 /* the whole answer ends with it */
	const char *text;          /* of the choice so far, text_len bytes */
	size_t text_len;
	const struct tree *answer; /* what its row keeps, or NULL */
	int64_t now_s;             /* Unix time; 0: unknown */
	const char *note;          /* what happened, for people; or NULL */
};

struct format {
	const char *name;  /* for --format and `dialect` */
	const char *title; /* for people */
	enum feed_shape shape;
	const char *reason; /* how it is known, where its framing does not say
			       so: "it begins like ..."; or NULL */
	size_t state_bytes;

	/* Is this record of the dialect? It may be the beginning of one that
	 * is cut. NULL: only by name. */
	bool (*detect)(struct json_value record);

	/* One record. false: it is broken, *why gets what is wrong in a few
	 * words ("there is no text in it"). */
	bool (*record)(struct format_ctx *cx, struct json_value record,
		       struct err *why);
	/* Made of text: bytes as they come, or (by_line) line by line without
	 * their ends, FRAMING_TEXT_LINES. Exactly one of record, bytes and
	 * refusal is there. */
	void (*bytes)(struct format_ctx *cx, const char *s, size_t n);
	bool by_line;
	/* A "[DONE]" came. May be NULL. */
	void (*done)(struct format_ctx *cx);
	/* End of input, before what is open is closed. May be NULL. */
	void (*end)(struct format_ctx *cx);
	/* Frees what the state owns. May be NULL. */
	void (*release)(void *state);

	/* It is known and can't be read: a sentence without its subject that
	 * says what to do ("is an Inspect log; ..."). */
	const char *refusal;

	/* A server's whole answer, not streamed, perhaps wrapped in something
	 * else: what holds its generations, as children or by itself; none: it
	 * is no answer of this dialect. NULL: there are none. */
	struct json_value (*parts)(struct json_value answer, bool wrapped);
	/* One of them: its text into chunk (empty), and its facts. */
	void (*part)(struct gen *gen, struct chunk *chunk,
		     struct json_value answer, struct json_value part);

	/* How it is asked, up to a row without end; NULL: it can't be. */
	const struct format_ask *asks;
	/* A public server, "https://host/", and the name in the environment of
	 * the key that is for it alone. NULL: there is none. */
	const char *host, *host_key;

	/* Appends what a client expects at the end of a choice, and of the
	 * answer, framed, with the names that the record has. NULL: the body
	 * just ends. */
	void (*finish)(const struct format_ending *e, struct buf *out);
	/* Adds a record to what finish() is made from besides. NULL: it needs
	 * nothing. */
	void (*keep)(struct join *j, struct json_value record);
	/* Adds a record to the whole answer (join.h). NULL: its streams can't
	 * be joined. */
	void (*join)(struct join *j, struct json_value record);
	/* What a whole answer has besides, at the end. May be NULL. */
	void (*joined)(struct join *j);
	/* Its words for why an answer ended; NULL: those of OpenAI's chat. */
	const char *words[FORMAT_WORDS];
	/* Where a record has its choices: a member that is an array of them,
	 * each with an "index"; "": it is one itself. NULL: there is one. */
	const char *choices;
	/* Members of a request that may be several prompts: they are answered
	 * by a choice each. */
	const char *prompts[2];
};

#define FORMAT_DECLARE(name) extern const struct format format_##name;
FORMATS(FORMAT_DECLARE)
#undef FORMAT_DECLARE

/* Their rows; NULL at the end. */
extern const struct format *const formats[];

/* By name, or NULL. */
const struct format *format_find(const char *name);

/* The first row that claims a record, refusals too; NULL if none does. */
const struct format *format_of(struct json_value record);

/* How to ask at a path[0..n) (of a URL, without its query); NULL if no row
 * knows its end. */
const struct format_ask *format_ask_at(const char *path, size_t n);

/* Appends the ends of paths at which it is asked; nothing if at none. */
void format_ends(const struct format *f, const char *between,
		 struct buf *out);

/*
 * Appends the end that a client expects of a stopped choice of dialect f
 * (NULL: not known). record, request: the JSON of the last record and of what
 * was asked; either may be empty, no JSON at all or NULL; e has the rest, its
 * reason as format_word_of() takes it. Without a record, or where the dialect
 * has no end, nothing is appended. A note goes before the end as a comment,
 * where events can have one.
 */
void format_finish(const struct format *f, const struct buf *record,
		   const struct buf *request, const struct format_ending *e,
		   struct buf *out);

/* "stop", "length", "own" in the words of dialect f (NULL: OpenAI's); another
 * reason as it is. */
const char *format_word_of(const struct format *f, const char *reason);

/* How many prompts this request has for dialect f: an array of strings or of
 * arrays holds several. request: JSON, or anything, or NULL. */
uint32_t format_n_prompts(const struct format *f, const struct buf *request);

/*
 * Must the answer to this request have a form that is broken if it is cut: a
 * schema, a grammar, JSON, the call of a tool? Whatever the dialect is; NULL is
 * none.
 */
bool format_wants_form(const struct buf *request);

/* --- what several dialects have ----------------------------------------- */

/* An error object or text in the stream: the newest generation is aborted.
 * false when there is none; *why then has the message. */
bool format_error(struct format_ctx *cx, struct json_value error,
		  struct err *why);

/* RFC 3339 text as the record's own time, seconds; if it is none, when the
 * record arrived. */
double format_clock(struct format_ctx *cx, struct json_value text);

/*
 * llama-server's clock, seconds of decoding so far, where every record of the
 * generation has it (timings_per_token); else the time of arrival. Never both.
 */
double format_timings(struct format_ctx *cx, struct gen *gen,
		      struct json_value record);

/* The counts of input_tokens and output_tokens, where usage has them. */
void format_usage(struct facts *facts, struct json_value usage);

/* A copy of what the row keeps of the answer, or an empty object. */
struct tree *format_answer(const struct format_ending *e);

/* Appends "name":value, if the object has such text or number. */
void format_copy(struct buf *out, struct json_value object, const char *name);

#endif
