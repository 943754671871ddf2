/*
 * jinja_impl.h - what the files of the interpreter share; nobody else
 * includes it.
 *
 *	jinja_lex.c     text to tokens, white space decided
 *	jinja_parse.c   tokens to statements
 *	jinja_expr.c    tokens to expressions
 *	jinja_value.c   values: truth, equality, order, text, JSON
 *	jinja_run.c     statements and expressions to text
 *	jinja_call.c    the tables; what works on any value
 *	jinja_string.c  ... on strings
 *	jinja_list.c    ... on lists and maps
 *
 * Memory is a pool that goes as a whole: nothing in it is freed before, and
 * nothing moves.
 */
#ifndef LILSCOPE_JINJA_IMPL_H
#define LILSCOPE_JINJA_IMPL_H

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "jinja/jinja.h"

/* --- memory ------------------------------------------------------------- */

struct jinja_chunk;
struct jinja_pool {
	struct jinja_chunk *last;
	size_t used_bytes; /* of all */
};
/* Cleared, and aligned for anything. */
void *jinja_alloc(struct jinja_pool *p, size_t n_bytes);
void jinja_pool_release(struct jinja_pool *p);

/* --- values ------------------------------------------------------------- */

struct jinja_text {
	const char *s; /* UTF-8, or any bytes */
	size_t n;
};
bool jinja_same(struct jinja_text a, const char *b);

enum jinja_kind {
	JINJA_UNDEFINED,
	JINJA_NONE,
	JINJA_BOOL,
	JINJA_INT,
	JINJA_FLOAT,
	JINJA_STRING,
	JINJA_LIST, /* tuples, too */
	JINJA_MAP,
	JINJA_CALL, /* what can be called */
};

struct jinja_value {
	enum jinja_kind kind;
	union {
		bool yes;
		int64_t i;
		double f;
		struct jinja_text text; /* UNDEFINED: what was asked for */
		struct jinja_list *list;
		struct jinja_map *map;
		struct jinja_called *called;
	};
};

struct jinja_list {
	struct jinja_value *at;
	size_t n, cap;
};

/* In the order of insertion. */
struct jinja_map {
	struct jinja_value *keys, *values;
	size_t n, cap;
};

enum { JINJA_ARGS_MAX = 24 };
struct jinja_args {
	struct jinja_value at[JINJA_ARGS_MAX];
	struct jinja_text name[JINJA_ARGS_MAX]; /* n 0: by place */
	size_t n;
};

struct jinja_run;

/* What can be called, by its name: what it is of comes first. */
struct jinja_row {
	const char *name;
	unsigned uses; /* enum jinja_use */
	struct jinja_value (*fn)(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args);
};

/* A function with what it is of, or a macro with where it was made. */
struct jinja_called {
	const struct jinja_row *row; /* NULL: a macro */
	struct jinja_value self;
	const struct jinja_node *macro;
	struct jinja_scope *scope;
};

/* --- what is run -------------------------------------------------------- */

struct jinja_scope {
	struct jinja_map vars;
	struct jinja_scope *up;
};

struct jinja_run {
	struct jinja_pool pool;
	struct jinja_scope *scope;
	struct jinja_map globals;
	struct buf *out;       /* where text goes */
	size_t out_max;        /* bytes */
	const struct tm *now;
	struct err *err;
	bool failed;           /* nothing counts any more */
	enum jinja_leave { JINJA_STAY, JINJA_BREAK, JINJA_CONTINUE } leave;
	uint32_t line, n_steps, depth;
};

/* Says why, with the line; gives undefined. */
struct jinja_value jinja_fail(struct jinja_run *r, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* Is there memory for so much? Fails if not. */
bool jinja_has_room(struct jinja_run *r, size_t n_bytes);
/* A step more; false: it has failed. So many bytes are looked at: steps, too,
 * for they cost time and no memory. */
bool jinja_step(struct jinja_run *r);
bool jinja_look(struct jinja_run *r, size_t n_bytes);

/* --- making and asking (jinja_value.c) ---------------------------------- */

/* Values of these kinds. */
struct jinja_value jinja_none(void);
struct jinja_value jinja_bool(bool yes);
struct jinja_value jinja_int(int64_t i);
struct jinja_value jinja_float(double f);
struct jinja_value jinja_word(const char *s); /* which stays */
struct jinja_value jinja_view(const char *s, size_t n); /* which stay */
/* Copied; those of a buf are taken, and the buf is released. */
struct jinja_value jinja_copy(struct jinja_run *r, const char *s, size_t n);
struct jinja_value jinja_taken(struct jinja_run *r, struct buf *b);
/* Empty ones; what JSON holds, copied; a function with what it is of. */
struct jinja_value jinja_list(struct jinja_run *r);
struct jinja_value jinja_map(struct jinja_run *r);
struct jinja_value jinja_of_json(struct jinja_run *r, struct json_value v);
struct jinja_value jinja_function(struct jinja_run *r,
				  const struct jinja_row *row,
				  struct jinja_value self);

/* One more at the end; a member, in place of the one that is there. */
void jinja_push(struct jinja_run *r, struct jinja_list *l,
		struct jinja_value v);
void jinja_set(struct jinja_run *r, struct jinja_map *m,
	       struct jinja_value key, struct jinja_value v);
/* NULL: there is none. */
struct jinja_value *jinja_get(struct jinja_run *r, const struct jinja_map *m,
			      struct jinja_value key);
struct jinja_value *jinja_get_word(struct jinja_run *r,
				   const struct jinja_map *m, const char *key);

/* As Python has them. */
bool jinja_is_true(struct jinja_value v);
bool jinja_is_number(struct jinja_value v); /* bool is one, too */
double jinja_number(struct jinja_value v);
bool jinja_equal(struct jinja_run *r, struct jinja_value a,
		 struct jinja_value b);
/* < 0, 0, > 0; fails where there is no order. */
int jinja_compare(struct jinja_run *r, struct jinja_value a,
		  struct jinja_value b);
bool jinja_in(struct jinja_run *r, struct jinja_value needle,
	      struct jinja_value hay);
/* As it is printed; as Python shows it within a list; as JSON. */
void jinja_put_value(struct jinja_run *r, struct jinja_value v,
		     struct buf *out);
struct jinja_value jinja_text_of(struct jinja_run *r, struct jinja_value v);
struct jinja_json {
	int indent; /* -1: none */
	const char *comma, *colon;
	bool sorted, ascii;
};
void jinja_put_json(struct jinja_run *r, struct jinja_value v,
		    const struct jinja_json *how, struct buf *out);
/* What a loop goes through: a list; a map's keys, a string's characters. */
struct jinja_list *jinja_items(struct jinja_run *r, struct jinja_value v);
/* "a string", for sentences. */
const char *jinja_kind_name(enum jinja_kind kind);
/* Characters; the bytes before the i-th of them. */
size_t jinja_chars(struct jinja_text t);
size_t jinja_char_at(struct jinja_text t, size_t i);

/* --- calling (jinja_call.c) --------------------------------------------- */

/* The i-th argument by place, or the one of this name; undefined: neither. */
struct jinja_value jinja_arg(const struct jinja_args *args, size_t i,
			     const char *name);
/* A string's, with a fallback; another kind fails. */
struct jinja_text jinja_arg_text(struct jinja_run *r,
				 const struct jinja_args *args, size_t i,
				 const char *name, const char *fallback);
int64_t jinja_arg_int(struct jinja_run *r, const struct jinja_args *args,
		      size_t i, const char *name, int64_t fallback);

enum jinja_use {
	JINJA_FILTER = 1,
	JINJA_OF_STRING = 2, /* a method */
	JINJA_OF_LIST = 4,
	JINJA_OF_MAP = 8,
	JINJA_FUNCTION = 16,
	JINJA_TEST = 32,
};
extern const struct jinja_row jinja_string_rows[], jinja_list_rows[];
extern const size_t jinja_n_string_rows, jinja_n_list_rows;
/* NULL: there is no such thing. */
const struct jinja_row *jinja_find(struct jinja_text name, unsigned use);

/* What calling it gives; what is behind the point. */
struct jinja_value jinja_call(struct jinja_run *r, struct jinja_value f,
			      const struct jinja_args *args);
struct jinja_value jinja_attribute(struct jinja_run *r, struct jinja_value of,
				   struct jinja_text name);

/* --- tokens (jinja_lex.c) ----------------------------------------------- */

enum jinja_token_kind {
	TOKEN_TEXT,
	TOKEN_OPEN,    /* {{ */
	TOKEN_CLOSE,   /* }} */
	TOKEN_BLOCK,   /* {% */
	TOKEN_ENDBLOCK, /* %} */
	TOKEN_NAME,
	TOKEN_STRING,
	TOKEN_INT,
	TOKEN_FLOAT,
	TOKEN_OP,
	TOKEN_LAST,
};
struct jinja_token {
	enum jinja_token_kind kind;
	uint32_t line;
	struct jinja_text text;
	double f;
	int64_t i;
};

struct jinja {
	struct jinja_pool pool;
	struct jinja_text text;
	struct jinja_node *body;
};

/* The tokens, the last of them TOKEN_LAST; NULL and a sentence. The caller
 * frees them. */
struct jinja_token *jinja_lex(struct jinja *t, struct err *err);

/* --- nodes (jinja_parse.c) ---------------------------------------------- */

enum jinja_node_kind {
	/* statements */
	NODE_TEXT,     /* text */
	NODE_OUT,      /* a */
	NODE_IF,       /* a: condition, b: then, c: else */
	NODE_FOR,      /* a: targets, b: of what, c: body, d: else, e: if */
	NODE_SET,      /* a: targets, b: value */
	NODE_SETBLOCK, /* a: target, b: body, c: filters around NODE_HOLE */
	NODE_MACRO,    /* text: name, a: parameters, b: body */
	NODE_CALLBLOCK, /* a: the call, b: body, c: parameters */
	NODE_FILTERED, /* b: body, c: filters around NODE_HOLE */
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_DO,       /* a */
	/* expressions */
	NODE_CONST,    /* value */
	NODE_NAME,     /* text */
	NODE_LIST,     /* a: elements */
	NODE_MAP,      /* a: key, value, key, value */
	NODE_ATTRIBUTE, /* a, text */
	NODE_INDEX,    /* a, b */
	NODE_SLICE,    /* a, b, c, d; each may be NULL */
	NODE_CALL,     /* a: what, b: arguments, by name where text is */
	NODE_FILTER,   /* a, text, b: arguments */
	NODE_TEST,     /* a, text, b: arguments */
	NODE_NOT,      /* a */
	NODE_MINUS,    /* a */
	NODE_BINARY,   /* a, text, b */
	NODE_AND,      /* a, b */
	NODE_OR,       /* a, b */
	NODE_CHOICE,   /* a: condition, b: then, c: else or NULL */
	NODE_HOLE,     /* the text that a block has made */
};

struct jinja_node {
	enum jinja_node_kind kind;
	uint32_t line;
	struct jinja_text text, name; /* name: of an argument */
	struct jinja_value value;
	struct jinja_node *a, *b, *c, *d, *e;
	struct jinja_node *next; /* in a list of them */
	const struct jinja_row *row; /* of a filter or test; NULL: not known,
					which counts where it is reached */
};

struct jinja_parser {
	struct jinja *t;
	const struct jinja_token *at;
	struct err *err;
	uint32_t depth;
	bool failed;
};

/* A node at this place, in the template's memory. */
struct jinja_node *jinja_node(struct jinja_parser *p,
			      enum jinja_node_kind kind);
/* Says why, with the line; gives NULL. */
struct jinja_node *jinja_wrong(struct jinja_parser *p, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* Does this token stand here? text NULL: any of the kind. */
bool jinja_at(const struct jinja_parser *p, enum jinja_token_kind kind,
	      const char *text);
/* Goes past the token if it is this one; jinja_want() wants it. */
bool jinja_skip(struct jinja_parser *p, enum jinja_token_kind kind,
		const char *text);
bool jinja_want(struct jinja_parser *p, enum jinja_token_kind kind,
		const char *text);
/* One level more; false: too many. Then jinja_up(). */
bool jinja_down(struct jinja_parser *p);
void jinja_up(struct jinja_parser *p);

/* An expression; with commas a list of them. NULL: it failed. */
struct jinja_node *jinja_expr(struct jinja_parser *p);
struct jinja_node *jinja_exprs(struct jinja_parser *p);
/* One without "if": for "for x in EXPR if ...". */
struct jinja_node *jinja_plain_expr(struct jinja_parser *p);
/* What cannot be split further, and what stands behind it: .a [b] (c). */
struct jinja_node *jinja_postfix(struct jinja_parser *p,
				 struct jinja_node *node);
struct jinja_node *jinja_primary(struct jinja_parser *p);
/* The filter that stands here, of what is there; those behind what is there. */
struct jinja_node *jinja_filter(struct jinja_parser *p,
				struct jinja_node *of);
struct jinja_node *jinja_filters(struct jinja_parser *p,
				 struct jinja_node *node);
/* name=default, up to ")". */
struct jinja_node *jinja_parameters(struct jinja_parser *p);

#endif
