/*
 * Level 0 has one cell for SERIES_BLOCK values, level k one for SERIES_FAN
 * cells of level k - 1. A cell above level 0 exists when it is complete:
 *
 *	level 1   [------------------------------]
 *	level 0   [--][--][--][--][--][--][--][--][--][- <- grows
 *	values    ................................................
 *
 * so a push touches the last cell of level 0 and, now and then, makes one
 * cell above. A range is the fewest whole cells that cover its blocks:
 * climbing from its first block as long as cells are aligned and complete.
 */
#include "measure/series.h"

#include "base/buf.h"

#include <math.h>

struct series_level {
	struct series_range *cells;
	size_t n, cap;
};

struct series {
	struct series_level level[SERIES_LEVELS];
	size_t n_values;
};

static const struct series_range nothing = { NAN, NAN, NAN };

/* fminf and fmaxf take the number where the other is NAN. */
static struct series_range join(struct series_range a, struct series_range b)
{
	return (struct series_range){
		.min = fminf(a.min, b.min),
		.max = fmaxf(a.max, b.max),
		.last = isnan(b.last) ? a.last : b.last,
	};
}

struct series *series_new(void)
{
	return mem_zalloc(sizeof(struct series));
}

void series_free(struct series *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SERIES_LEVELS; i++)
		mem_free(s->level[i].cells);
	mem_free(s);
}

void series_clear(struct series *s)
{
	s->n_values = 0;
	for (size_t i = 0; i < SERIES_LEVELS; i++)
		s->level[i].n = 0;
}

static void add_cell(struct series_level *level, struct series_range cell)
{
	level->cells = grow(level->cells, &level->cap, level->n + 1,
			    sizeof(*level->cells));
	level->cells[level->n++] = cell;
}

/* The last cell of level 0 is complete: completes cells above it. */
static void climb(struct series *s)
{
	for (size_t i = 0; i + 1 < SERIES_LEVELS; i++) {
		const struct series_level *low = &s->level[i];
		struct series_range sum = nothing;

		if (low->n % SERIES_FAN)
			return;
		for (size_t k = low->n - SERIES_FAN; k < low->n; k++)
			sum = join(sum, low->cells[k]);
		add_cell(&s->level[i + 1], sum);
	}
}

void series_push(struct series *s, float value)
{
	struct series_level *low = &s->level[0];
	struct series_range cell = { value, value, value };

	if (s->n_values % SERIES_BLOCK == 0)
		add_cell(low, nothing);
	low->cells[low->n - 1] = join(low->cells[low->n - 1], cell);
	s->n_values++;
	if (s->n_values % SERIES_BLOCK == 0)
		climb(s);
}

size_t series_len(const struct series *s)
{
	return s->n_values;
}

struct series_range series_range(const struct series *s, size_t from,
				 size_t to)
{
	struct series_range sum = nothing;
	size_t at = from / SERIES_BLOCK, end;

	to = MIN(to, s->n_values);
	if (from >= to)
		return sum;
	end = (to + SERIES_BLOCK - 1) / SERIES_BLOCK;
	while (at < end) {
		size_t i = 0, size = 1; /* blocks in a cell of level i */

		while (i + 1 < SERIES_LEVELS &&
		       at % (size * SERIES_FAN) == 0 &&
		       at + size * SERIES_FAN <= end &&
		       at / (size * SERIES_FAN) < s->level[i + 1].n) {
			size *= SERIES_FAN;
			i++;
		}
		sum = join(sum, s->level[i].cells[at / size]);
		at += size;
	}
	return sum;
}

size_t series_memory_bytes(const struct series *s)
{
	size_t n_bytes = sizeof(*s);

	for (size_t i = 0; i < SERIES_LEVELS; i++)
		n_bytes += s->level[i].cap * sizeof(struct series_range);
	return n_bytes;
}
