/*
 * pages.h - which pages of the KV cache a decoder kept and read for each
 * token.
 *
 * A page is a run of positions of prompt and output (facts.page_tokens of
 * them). For every layer, or for all together where the source does not tell
 * them apart, there are two sets of page numbers: kept and read. Only what
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
	PAGES_LAYERS_MAX = 256,     /* and so are layers */
	PAGES_TOKENS = 16,          /* a page, if the source does not say */
};
#define PAGES_NEVER ((uint32_t)0xffffffff)

enum pages_kind { PAGES_KEPT, PAGES_READ, PAGES_KINDS };

struct pages;

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

/* Page `page` came into the set, or left it, at this token. */
struct pages_event {
	enum pages_kind kind;
	uint32_t token, page;
};

/*
 * The changes of one layer in order, from empty sets. Its first events, all
 * of one token, build up the sets of a place at or before `token`; every
 * further one turns a page over. Void once more is added. Cost: O(changes),
 * but going to a token is O(log + changes since the place before it).
 */
struct pages_walk {
	const struct pages *pages;
	uint32_t layer;
	size_t at;             /* byte of the code, or of the states */
	bool in_state;         /* still building up */
	size_t code_at;        /* where the code goes on after that */
	uint32_t token;
	int kind;              /* PAGES_KINDS: the next is another token */
	uint32_t left, page;   /* of this kind */
};

void pages_walk_from(struct pages_walk *w, const struct pages *p,
		     uint32_t layer, uint32_t token);
bool pages_next(struct pages_walk *w, struct pages_event *event);

#endif
