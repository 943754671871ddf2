/*
 * memory.h - all memory of one stream: from the caller's allocator, under a
 * limit, with a picture of the engine's part that can be put back.
 *
 * The rooms below ask for memory without a context and never for permission.
 * So a call of the library says whose memory it is (memory_try) for as long as
 * it runs, in this thread; want of memory comes back from memory_try() as a
 * code. What is half done then is a list of blocks, which are freed together:
 * nothing leaks, and what they meant is not looked at again.
 *
 * A picture is a copy of the blocks of the zone ENGINE, each at its address.
 * Blocks that are freed or grown later stay where they are until the next
 * picture, so putting it back restores every pointer.
 *
 *	ENGINE   [a][b][c]    picture: copies of a b c
 *	         [a][b'][d]   b was grown, c freed, d is new: b and c are held
 *	         [a][b][c]    put back
 */
#ifndef LILSCOPE_LIB_MEMORY_H
#define LILSCOPE_LIB_MEMORY_H

#include <setjmp.h>

#include "base/base.h"
#include "lilscope.h"

enum memory_zone {
	MEMORY_KEPT,   /* in no picture */
	MEMORY_ENGINE,
	MEMORY_HELD,   /* of the picture, and not in use now */
	MEMORY_SCRATCH, /* of one call: freed if it fails */
	MEMORY_ZONES
};

struct memory_block;

struct memory {
	lilscope_resize_fn resize;
	void *opaque;
	uint64_t used, max; /* bytes; max 0: no limit */
	enum memory_zone zone; /* of what is asked for */
	struct memory_block *zones[MEMORY_ZONES]; /* lists */
	char *picture;      /* of the kept zone; NULL */
	size_t n_pictured;  /* blocks in it */
	jmp_buf *trap;
	int trouble;        /* enum lilscope_code of what went wrong */
};

/* Of these options; all else is zero. */
void memory_init(struct memory *m, const struct lilscope_options *o);

/* Frees every block. */
void memory_release(struct memory *m);

/* Runs what(arg), which asks for memory of m: LILSCOPE_OK, or what was wrong;
 * then it was left where it was. The zone is as before. */
int memory_try(struct memory *m, void (*what)(void *arg), void *arg);

/* Frees the zone ENGINE and its picture. */
void memory_clear(struct memory *m);

/* Within memory_try(): the picture is of now. Costs a copy of the zone. */
void memory_picture(struct memory *m);

/* The zone ENGINE is as it was when the picture was made; there is one. */
void memory_put_back(struct memory *m);

#endif
