/*
 * record.h - a record that holds whole generations, and facts about them.
 *
 * Nobody agreed on names. The lists of names in record.c are what evaluation
 * harnesses, datasets and people's scripts use; the values of a generation
 * are looked for beside its text first, then in the whole record.
 */
#ifndef LILSCOPE_RECORD_H
#define LILSCOPE_RECORD_H

#include "dialect/format.h"

enum { RECORD_NAME_MAX = 48 };

/* One generation in a record. */
struct found {
	struct json_value text;  /* string, or none */
	struct json_value think; /* reasoning kept apart, string or none */
	struct json_value owner; /* the object the text was found in, or none */
	struct json_value message; /* in place of both: read whole, or none */
	struct json_value turns; /* the chat that owner is a turn of, or none */
	char name[RECORD_NAME_MAX]; /* "2", "gpt-4": which of several; "" */
};

/* What was found in an object under the names of a list, and where in what is
 * a list: the next generation asks the same, and further on. */
struct looked {
	const char *const *names;
	struct json_value v, element;
	size_t i;
};

enum { RECORD_LOOKED_MAX = 24 }; /* lists of names */

struct record {
	struct format_ctx *cx;
	struct json_value v; /* the whole record */
	struct found *found;
	size_t n, cap;
	/* Of the record, and of the object that was looked in last. */
	struct looked looked[2][RECORD_LOOKED_MAX];
	struct json_value owner;
	size_t told; /* bytes of prompts that are the record's own */
	char guessed[RECORD_NAME_MAX]; /* the field, where it is a guess; "" */
	const char *note; /* of each generation that has none; or NULL */
};

/* All zero but cx and v is ready. */
void record_release(struct record *r);

/* Names, first match wins; the value in v, or none. */
struct json_value record_first(struct json_value v, const char *const *names);

/* Is the member's name one of them? */
bool record_named(struct json_value member, const char *const *names);

extern const char *const record_prompt_names[];
extern const char *const record_turn_names[]; /* of users, or of prompts */
extern const char *const record_gold_names[];
extern const char *const record_label_names[];
extern const char *const record_fact_names[]; /* ids, times: never text */

/* Opens the i-th of n generations: place, prompt and facts are filled in
 * from beside it (owner, may be none) and the record. */
struct gen *record_open(struct record *r, struct json_value owner, size_t i,
			size_t n, const char *name);

/* Opens, fills and closes all that was found. */
void record_emit(struct record *r);

/*
 * Looks for generations in r->v by its names (format_jsonl.c); what is found is
 * to be emitted. false: there are none, *why says what was looked through.
 */
bool record_look(struct record *r, struct err *why);

/* Are lm-eval's `resps` scores of given answers, and no generated text? */
bool record_is_likelihood(struct json_value resps);

/* What a field is by its name alone (format_jsonl.c). */
enum record_name {
	RECORD_NAME_OTHER,  /* not text, or not known */
	RECORD_NAME_PROMPT, /* or reasoning */
	RECORD_NAME_MAYBE,  /* generated text, if nothing is more so */
	RECORD_NAME_OUTPUT, /* generated text */
};
enum record_name record_name_of(const char *name);

/* Appends what a table's column s[0..n) is called in records: the name that is
 * known, where it is one with blanks or capitals in it ("Model Output",
 * modelOutput), else s as it is. Returns what that is of text. */
enum record_name record_column(const char *s, size_t n, struct buf *out);

/* --- a server's whole answer (format_response.c) ------------------------ */

/* The answer object in a record, perhaps wrapped (batch output), or none. */
struct json_value response_in(struct json_value record);

/* Opens, fills and closes its generations. `r->v` gives prompt and label. */
bool response_emit(struct record *r, struct json_value response,
		   struct err *why);

/* Does the record tell an error in place of an answer? Then *why has the
 * server's message. */
bool record_error(struct json_value v, struct err *why);

/* Is it an object that is no more than an error? All its members have names
 * that errors have; a text beside an error is still a text. */
bool record_is_error(struct json_value v);

#endif
