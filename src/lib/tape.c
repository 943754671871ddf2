/* Dropping moves what is kept: once a window, so O(1) a token. */
#include "lib/tape.h"

#include <assert.h>
#include <string.h>

uint64_t tape_end(const struct tape *t)
{
	return t->first + t->n;
}

void tape_push(struct tape *t, const struct rule_token *tokens, uint32_t n)
{
	uint32_t end = t->n ? t->ends[t->n - 1] : 0;
	size_t need = (size_t)t->n + n;

	t->ids = grow(t->ids, &t->ids_cap, need, sizeof(*t->ids));
	t->ends = grow(t->ends, &t->ends_cap, need, sizeof(*t->ends));
	for (uint32_t i = 0, k; i < n && tokens[i].text; i += k) {
		size_t len;

		k = rule_together(tokens + i, n - i, &len);
		buf_append(&t->text, tokens[i].text, len);
	}
	for (uint32_t i = 0; i < n; i++) {
		t->ids[t->n] = tokens[i].id;
		t->ends[t->n++] = end += (uint32_t)tokens[i].len;
	}
}

size_t tape_byte(const struct tape *t, uint64_t i)
{
	assert(i >= t->first && i <= tape_end(t));
	return i > t->first ? t->ends[i - t->first - 1] : 0;
}

struct rule_token tape_at(const struct tape *t, uint64_t i)
{
	size_t from = tape_byte(t, i);

	return (struct rule_token){
		.id = t->ids[i - t->first],
		.text = t->text.len ? t->text.data + from : "",
		.len = t->ends[i - t->first] - from,
	};
}

uint64_t tape_token(const struct tape *t, size_t byte)
{
	uint32_t low = 0, high = t->n;

	while (low < high) { /* the first that ends behind it */
		uint32_t mid = low + (high - low) / 2;

		if (t->ends[mid] <= byte)
			low = mid + 1;
		else
			high = mid;
	}
	return t->first + low;
}

void tape_drop(struct tape *t, uint64_t first)
{
	uint32_t bytes = (uint32_t)tape_byte(t, first);
	uint32_t k = (uint32_t)(first - t->first);

	t->n -= k;
	if (t->n)
		memmove(t->ids, t->ids + k, t->n * sizeof(*t->ids));
	for (uint32_t i = 0; i < t->n; i++)
		t->ends[i] = t->ends[i + k] - bytes;
	buf_drop(&t->text, bytes);
	t->first = first;
}

void tape_cut(struct tape *t, uint64_t end)
{
	t->text.len = tape_byte(t, end);
	t->n = (uint32_t)(end - t->first);
}
