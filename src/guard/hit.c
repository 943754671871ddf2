/*
 * An excerpt has its place in the hit: it is short, and there are few hits.
 */
#include "guard/hit.h"

#include <string.h>

void hit_forget(struct watch_hit *hit)
{
	mem_free(hit->stops);
	buf_release(&hit->unit);
	buf_release(&hit->why);
}

void hit_take_excerpt(struct watch_hit *hit, const struct trace *t)
{
	size_t n = MIN(t->text.len, sizeof(hit->excerpt) - 1);
	const char *s = t->text.data + t->text.len - n;

	while (n && ((unsigned char)*s & 0xc0) == 0x80)
		s++, n--;
	memcpy(hit->excerpt, n ? s : "", n);
	hit->excerpt[n] = '\0';
}
