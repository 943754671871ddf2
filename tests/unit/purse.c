/* Allocates anew each time, so that a pointer that was kept is a bad one. */
#include "purse.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void *purse_spend(void *opaque, void *old, size_t old_size, size_t size)
{
	struct purse *p = opaque;
	void *memory;

	if (!size) {
		p->bytes -= old_size;
		p->blocks--;
		free(old);
		return NULL;
	}
	if (p->left == 0)
		return NULL;
	p->left -= p->left > 0;
	memory = malloc(size);
	if (!memory)
		abort();
	if (old) {
		memcpy(memory, old, MIN(old_size, size));
		free(old);
	}
	p->blocks += !old;
	p->bytes += size - old_size;
	p->most = MAX(p->most, p->bytes);
	return memory;
}
