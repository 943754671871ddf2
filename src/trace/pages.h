/*
 * pages.h - which pages of the KV cache a decoder kept and read for each
 * token.
 *
 * A page is a run of positions of prompt and output (facts.page_tokens of
 * them). For every layer, or for all together where the source does not tell
 * them apart, there are two sets of page numbers: kept and read. Where it tells
 * the KV heads of a layer apart (facts.kv_heads of them) each counts as a
 * layer here: head h of layer l is number l * kv_heads + h. Only what
 * changes from token to token is stored, as gaps between the numbers: about a
 * byte for a page that comes or goes, nothing for a token at which all stays.
 * A page can only come if the source wrote its number, so what is stored grows
 * no faster than what is read: at most 3 bytes a change, two changes a number.
 *
 * Append-only. Pure: no I/O, no clock.
 */
#ifndef LILSCOPE_PAGES_H
#define LILSCOPE_PAGES_H

#include "base/buf.h"

enum {
	PAGES_NUMBER_MAX = 1 << 17, /* pages beyond are left out */
	PAGES_LAYERS_MAX = 4096,    /* and so are layers, or their heads */
	PAGES_TOKENS = 16,          /* a page, if the source does not say */
};
#define PAGES_NEVER ((uint32_t)0xffffffff)

enum pages_kind { PAGES_KEPT, PAGES_READ, PAGES_KINDS };

struct pages;

/* Tells of no token yet; the caller's. */
struct pages *pages_new(void);
void pages_free(struct pages *p); /* NULL is fine */

/*
 * One token: begin each set that is told anew, add its numbers (in any order,
 * twice is once), then say whose they are. Sets that were not begun stay as
 * they are. Tokens must rise. What lies beyond the limits is left out.
 */
void pages_begin(struct pages *p, uint32_t layer, enum pages_kind kind);
void pages_add(struct pages *p, uint32_t layer, enum pages_kind kind,
	       uint32_t page);
void pages_token(struct pages *p, uint32_t i_token);

uint32_t pages_n_layers(const struct pages *p); /* 1 if not told apart */
uint32_t pages_n(const struct pages *p);  /* the largest number, and 1 */
uint32_t pages_first(const struct pages *p); /* first token told of, or
						PAGES_NEVER */
size_t pages_memory_bytes(const struct pages *p);

/* A page came into the set, or left it, at this token. */
struct pages_event {
	uint32_t token, page;
};

/*
 * The changes of one set in order, from an empty one. The first events, all
 * of one token, build up the set of a place at or before `token`; every
 * further one turns a page over. Void once more is added. Going to a token
 * costs O(log + changes since the place before it).
 */
struct pages_walk {
	const unsigned char *at;          /* the next gap */
	const unsigned char *rest, *end;  /* groups of the code to come */
	bool in_code;                     /* at is there, not in a state */
	uint32_t token, left, page;       /* of this group */
};

/* Begins the walk there; it owns nothing. */
void pages_walk_from(struct pages_walk *w, const struct pages *p,
		     uint32_t layer, enum pages_kind kind, uint32_t token);

/* The next token at which something changes; false at the end. */
bool pages_next_token(struct pages_walk *w);

/* A varint: seven bits a byte, low ones first. */
static inline uint32_t pages_varint(const unsigned char **at)
{
	uint32_t value = 0;
	unsigned shift = 0, byte = *(*at)++;

	if (LIKELY(byte < 0x80))
		return byte;
	for (; byte >= 0x80; shift += 7, byte = *(*at)++)
		value |= (uint32_t)(byte & 0x7f) << shift;
	return value | (uint32_t)byte << shift;
}

/* Inline: a map of a long run asks a million times. */
static inline bool pages_next(struct pages_walk *w, struct pages_event *event)
{
	while (UNLIKELY(!w->left))
		if (!pages_next_token(w))
			return false;
	w->left--;
	w->page += pages_varint(&w->at);
	event->token = w->token;
	event->page = w->page;
	return true;
}

#endif
