/*
 * json.h - one JSON value as a flat row of nodes, read without copying.
 *
 * Traces are mostly text, so reading is built around it: a string without
 * escapes is a span of the input, one with escapes is decoded once; a record
 * costs no allocation after the first few. What model output breaks in other
 * readers is data here, and nothing is lost:
 *
 *	bytes that are no UTF-8      kept as they are
 *	\u0000                       a NUL byte; lengths count, not NULs
 *	lone surrogates (\ud83d)     their three bytes (WTF-8): ed a0 bd
 *	control characters, raw      kept
 *	NaN, Infinity (Python's)     numbers
 *	two members of one name      the last one counts
 *
 * Everything else is RFC 8259. Time is linear in the input, depth and number
 * of nodes are limited. The input must live as long as its values are used.
 */
#ifndef LILSCOPE_JSON_H
#define LILSCOPE_JSON_H

#include <string.h>

#include "base/buf.h"

enum {
	JSON_DEPTH_MAX = 512,
	JSON_NODES_MAX = 1 << 24,         /* 24 bytes each */
	JSON_KEEP_BYTES = 4 * 1024 * 1024, /* memory kept between records */
};

enum json_type {
	JSON_NONE, /* there is no such value */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* A place in a node's bytes: in the input, or in the decoded text. */
struct json_span {
	uint32_t start;
	uint32_t len : 31;
	uint32_t decoded : 1;
};

/*
 * Nodes lie in reading order: the first child of node i is i + 1, the next
 * sibling is `next` (0: none).
 */
struct json_node {
	struct json_span key;  /* of a member */
	struct json_span span; /* string, number; len of array and object is
				  the number of children */
	uint32_t at;           /* of the value, in the input that was read */
	uint32_t next : 29;
	uint32_t type : 3;
};

/* All zero is ready; reuse it for the next record. */
struct json {
	struct json_node *nodes;
	size_t n, cap;
	const char *in;
	size_t in_len;
	struct buf decoded;
	uint64_t names; /* json_name_bit() of every member's name */
	/* Records of one shape, which is not 0, have the same members of the
	 * same types: handles to these hold for all of them (json_repeat.h). */
	uint64_t shape;
};

/* Most names that are asked for are in no record: one bit rules them out. */
static inline unsigned json_name_bit(const char *name, size_t len)
{
	return len ? (unsigned)(len * 7 + (unsigned char)name[0] * 3u +
				(unsigned char)name[len - 1]) % 64 : 0;
}

/* Where and why reading failed. */
struct json_trouble {
	size_t byte; /* 0-based in the input */
	const char *what;
};

/* A value is a handle, to be passed by value; {0} is JSON_NONE. */
struct json_value {
	const struct json *doc;
	uint32_t at;
};

/* Frees the memory; what is left is ready again, and its values are void. */
void json_release(struct json *j);

/*
 * Reads s[0..n) as one value with white space around it. With `cut` the end
 * of input may come anywhere and closes what is open: for a look at the
 * beginning of a record. false: *trouble says why (it may be NULL).
 */
bool json_read(struct json *j, const char *s, size_t n, bool cut,
	       struct json_trouble *trouble);

/*
 * Questions. All of them take any value, {0} too, and answer NONE, NULL, 0 or
 * the fallback when it is of another type; so a chain of them needs no test
 * in between. What they point to lives as long as the input and the json.
 */

/* The value that was read; none if reading failed. */
struct json_value json_root(const struct json *j);

/* JSON_NONE if there is no such value. */
enum json_type json_type(struct json_value v);
bool json_is(struct json_value v, enum json_type type);
bool json_is_container(struct json_value v); /* object or array */

/* Members of an object, elements of an array. O(1). */
size_t json_count(struct json_value v);

/* The object's member of this name, len bytes; of several the last one. Goes
 * through its members. */
struct json_value json_get_n(struct json_value object, const char *key,
			     size_t len);

/* The array's i-th element, from 0; goes there from the first. */
struct json_value json_at(struct json_value array, size_t i);

/* Children in their order, for a loop while .doc is not NULL. O(1). */
struct json_value json_first(struct json_value container);
struct json_value json_next(struct json_value child);

/* A member's name, not terminated; "" and 0 for what is no member. */
const char *json_key(struct json_value member, size_t *len);
bool json_key_is(struct json_value member, const char *key);

/* A string's bytes, not terminated, escapes undone; NULL and 0 for others. */
const char *json_text(struct json_value string, size_t *len);
bool json_text_is(struct json_value string, const char *text);
bool json_text_begins(struct json_value string, const char *prefix);

/* Any value as it stands in the input that was read, quotes included; not
 * with `cut`. NULL and 0 for none. Goes through a container's bytes. */
const char *json_spelled(struct json_value v, size_t *len);

/* As a double, which may be infinite or NAN (Python writes these). */
double json_number(struct json_value number, double fallback);

/* A whole number that fits; UINT32_MAX is no value, but the fallback. */
uint32_t json_u32(struct json_value number, uint32_t fallback);

/* Inline for the length of a literal: a dialect asks dozens of times a
 * record. */
static inline struct json_value json_get(struct json_value object,
					 const char *key)
{
	size_t len = strlen(key);

	if (!object.doc || !(object.doc->names >> json_name_bit(key, len) & 1))
		return (struct json_value){ 0 };
	return json_get_n(object, key, len);
}

/* Number text to double, whatever the locale says; NAN if it is none. */
double json_parse_number(const char *s, size_t n);

/* May json_put_string() write it without loss? */
bool json_is_utf8(const char *s, size_t n);

/* Appends s[0..n) in quotes; bytes that are no UTF-8 become U+FFFD. */
void json_put_string(struct buf *out, const char *s, size_t n);

/* Appends a member's name, s[0..n), and its colon; a comma before it, unless
 * `out` ends with the brace that opens the object. */
void json_put_name(struct buf *out, const char *s, size_t n);

/* Appends nine digits of it, whatever the locale says; what is not finite as
 * null. */
void json_put_number(struct buf *out, double value);

/* Any value as it was read, without white space: members in their order,
 * numbers as they were spelled; no value is null. Calls itself, at most
 * JSON_DEPTH_MAX deep. */
void json_put(struct buf *out, struct json_value v);

#endif
