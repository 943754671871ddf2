/*
 * What copying.c knows by its tables is looked for in all of the text.
 */
#include "naive_copying.h"

static uint32_t same(const struct naive_copying *v, uint32_t a, uint32_t b)
{
	uint32_t n = 0;

	while (n < COPYING_FAR && n <= a && v->s[a - n] == v->s[b - n])
		n++;
	return n;
}

static void follow(struct naive_copying *v)
{
	uint32_t t = v->n - 1, last = t;
	bool good = v->source != UINT32_MAX && v->length >= COPYING_GRAM;

	while (last > 0 && same(v, last - 1, t) < COPYING_GRAM)
		last--;
	v->known = last > 0;
	if (!last || v->source == last ||
	    (good && same(v, last - 1, t) < COPYING_FAR))
		return;
	v->source = last; /* behind last - 1, where the gram ends */
	v->length = same(v, last - 1, t);
	v->misses = 0;
}

struct copying_step naive_copying_push(struct naive_copying *v, uint32_t s,
				       uint32_t letter)
{
	struct copying_step step = { .distance = 0 };
	uint32_t p = v->source, t = v->n;

	if (p != UINT32_MAX) {
		step.distance = t - p;
		step.hit = v->s[p] == s;
		step.same = step.hit && v->letter[p] == letter;
		step.said = (uint8_t)(step.hit ? MIN(v->said[p] + 1, 255) : 0);
		v->length = step.length = step.hit ? v->length + 1 : 0;
		v->misses = step.hit ? 0 : v->misses + 1;
		v->source = v->misses == COPYING_LOST ? UINT32_MAX : p + 1;
	}
	if (step.hit)
		v->news -= v->news > 0;
	else if (v->news < COPYING_NEWS)
		v->news++;
	if (v->news == COPYING_NEWS)
		v->since = t + 1;
	step.copied = t + 1 - MIN(v->since, t + 1);
	v->s[t] = s;
	v->letter[t] = letter;
	v->said[t] = step.said;
	v->n++;
	follow(v);
	step.known = v->known;
	return step;
}
