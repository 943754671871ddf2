/*
 * tree.h - a JSON value that is put together bit by bit.
 *
 * json.h reads values that do not change; what is made of several of them
 * grows here. Strings, numbers and words are kept as they were spelled, escapes
 * and all: a string that comes in pieces is joined by joining their spellings
 * (even one that was cut between two surrogates), and what is written is what
 * was read, byte for byte.
 */
#ifndef LILSCOPE_TREE_H
#define LILSCOPE_TREE_H

#include "json/json.h"

struct tree {
	enum json_type type;
	struct buf key;    /* of a member */
	struct buf text;   /* spelled: inside of a string, number, word */
	struct tree *first, *last, *next;
	size_t n;          /* children */
};

/* An empty object, array or string, or null. The caller's. */
struct tree *tree_new(enum json_type type);

/* A copy of a value; null of none. The caller's. */
struct tree *tree_of(struct json_value v);
struct tree *tree_copy(const struct tree *t);

void tree_free(struct tree *t); /* NULL is fine */

/* The member of this name, the i-th child; NULL of anything else. */
struct tree *tree_get(const struct tree *t, const char *key);
struct tree *tree_at(const struct tree *t, size_t i);

/* The object's member, made anew or in place of the one there is. value is the
 * tree's from now on; returns it. */
struct tree *tree_set(struct tree *object, const char *key,
		      struct tree *value);

/* The same with a string, a number, an empty container where there is none of
 * this type. */
struct tree *tree_set_text(struct tree *object, const char *key,
			   const char *text, size_t n);
struct tree *tree_set_number(struct tree *object, const char *key, uint64_t n);
struct tree *tree_have(struct tree *object, const char *key,
		       enum json_type type);

/* Empty and of this type, whatever it was. Returns it. */
struct tree *tree_become(struct tree *t, enum json_type type);

/* Takes the member away, if it is there. */
void tree_drop(struct tree *object, const char *key);

/* One element more; the tree's from now on. Returns it. */
struct tree *tree_add(struct tree *array, struct tree *value);

/* A string goes on with the other one; what is no string is nothing. */
void tree_grow(struct tree *string, struct json_value more);

/* Its whole number, or the fallback; is it this string? NULL is neither. */
uint32_t tree_u32(const struct tree *t, uint32_t fallback);
bool tree_is(const struct tree *t, const char *text);

/*
 * Members of `from` into the object `to`. Strings called as in `grows` (which
 * ends with NULL) go on, other strings and numbers take the place of what is
 * there unless they are empty; null only fills a gap. Objects are merged so,
 * too; of arrays elements with an "index" find their like, others are added.
 */
void tree_merge(struct tree *to, struct json_value from,
		const char *const *grows);

/* The same with one member. */
void tree_merge_member(struct tree *to, struct json_value member,
		       const char *const *grows);

/* Appends it as JSON; nothing as null. */
void tree_put(struct buf *out, const struct tree *t);

#endif
