/*
 * A page that comes and goes is a row of intervals of tokens. Each interval
 * adds its length to the bins that it meets: to the two at its ends by hand,
 * to those between by a difference that is summed up at the end.
 *
 *	bins      |     |     |     |     |     |
 *	interval     [=====================)
 *	by hand      [==)              [===)
 *	full            +1             -1
 */
#include "map.h"

#include <assert.h>
#include <string.h>

enum field { FIELD_THERE, FIELD_KEPT, FIELD_READ, FIELDS };

/* What a fill needs beside the map. */
struct fill {
	struct map *map;
	const struct trace *t;
	int64_t *full;		      /* rows * (n_bins + 1) * FIELDS */
	uint32_t *since[PAGES_KINDS]; /* a page: when it came, or NEVER */
};

void map_release(struct map *m)
{
	mem_free(m->cells);
	m->cells = NULL;
}

uint32_t map_page_tokens(const struct trace *t)
{
	return t->facts.page_tokens ? t->facts.page_tokens : PAGES_TOKENS;
}

uint32_t map_n_pages(const struct trace *t, uint32_t i)
{
	uint64_t size = map_page_tokens(t);
	uint64_t n = ((uint64_t)t->facts.prompt_tokens + i + size - 1) / size;

	return (uint32_t)MIN(MAX(n, 1), (uint64_t)PAGES_NUMBER_MAX);
}

/* The first token at which the page's first position is there. */
static uint32_t born_at(const struct trace *t, uint32_t page)
{
	uint64_t first = (uint64_t)page * map_page_tokens(t) + 1;
	uint64_t prompt = t->facts.prompt_tokens;

	return first <= prompt ? 0
			       : (uint32_t)MIN(first - prompt,
					       (uint64_t)PAGES_NEVER - 1);
}

static uint32_t first_layer(const struct trace *t, uint32_t layer)
{
	return layer == MAP_ALL_LAYERS
		       ? 0
		       : MIN(layer, pages_n_layers(t->pages)) - 1;
}

static uint32_t end_layer(const struct trace *t, uint32_t layer)
{
	return layer == MAP_ALL_LAYERS ? pages_n_layers(t->pages)
				       : first_layer(t, layer) + 1;
}

/* ---- the grid ---------------------------------------------------------- */

uint32_t map_bin_start(const struct map *m, int bin)
{
	uint64_t span = m->to - m->from;

	return m->from + (uint32_t)(span * (uint64_t)bin / (uint64_t)m->n_bins);
}

/* The last bin that starts at or before a token of [from, to). */
static int bin_of(const struct map *m, uint32_t token)
{
	uint64_t span = m->to - m->from, y = token - m->from;

	return (int)(((y + 1) * (uint64_t)m->n_bins - 1) / span);
}

int map_bin_of_col(const struct map *m, int col)
{
	return (int)((int64_t)col * m->n_bins / MAX(m->cols, 1));
}

/* The row of a page, or -1. */
static int row_of(const struct map *m, uint32_t page)
{
	uint32_t row;

	if (page < m->page_from)
		return -1;
	row = (page - m->page_from) / m->pages_per_row;
	return row < (uint32_t)m->rows ? (int)row : -1;
}

static uint64_t *count_of(struct map_cell *cell, enum field field)
{
	return field == FIELD_THERE  ? &cell->there
	       : field == FIELD_KEPT ? &cell->kept
				     : &cell->read;
}

static int64_t *full_of(struct fill *f, int row, int bin, enum field field)
{
	size_t at = (size_t)row * ((size_t)f->map->n_bins + 1) + (size_t)bin;

	return &f->full[at * FIELDS + field];
}

/* The interval [a, b) of a page, `times` over. */
static void add(struct fill *f, uint32_t page, enum field field, uint32_t a,
		uint32_t b, uint32_t times)
{
	struct map *m = f->map;
	int row = row_of(m, page), first, last;
	struct map_cell *cells;

	a = MAX(a, m->from);
	b = MIN(b, m->to);
	if (row < 0 || a >= b)
		return;
	cells = m->cells + (size_t)row * (size_t)m->n_bins;
	first = bin_of(m, a);
	last = bin_of(m, b - 1);
	if (first == last) {
		*count_of(&cells[first], field) += (uint64_t)(b - a) * times;
		return;
	}
	*count_of(&cells[first], field) +=
		(uint64_t)(map_bin_start(m, first + 1) - a) * times;
	*count_of(&cells[last], field) +=
		(uint64_t)(b - map_bin_start(m, last)) * times;
	*full_of(f, row, first + 1, field) += times;
	*full_of(f, row, last, field) -= times;
}

/* The bins between the ends of intervals. */
static void sum_up(struct fill *f)
{
	struct map *m = f->map;

	for (int row = 0; row < m->rows; row++) {
		int64_t full[FIELDS] = { 0 };

		for (int bin = 0; bin < m->n_bins; bin++) {
			struct map_cell *cell =
				&m->cells[(size_t)row * (size_t)m->n_bins +
					  (size_t)bin];
			uint32_t width = map_bin_start(m, bin + 1) -
					 map_bin_start(m, bin);

			for (int k = 0; k < FIELDS; k++) {
				full[k] += *full_of(f, row, bin, (enum field)k);
				*count_of(cell, (enum field)k) +=
					(uint64_t)full[k] * width;
			}
		}
	}
}

static void turn(struct fill *f, const struct pages_event *e)
{
	static const enum field fields[PAGES_KINDS] = {
		[PAGES_KEPT] = FIELD_KEPT,
		[PAGES_READ] = FIELD_READ,
	};
	uint32_t *since = &f->since[e->kind][e->page];
	struct map *m = f->map;
	int row;

	if (*since == PAGES_NEVER) {
		*since = e->token;
		return;
	}
	add(f, e->page, fields[e->kind], *since, e->token, 1);
	*since = PAGES_NEVER;
	if (e->kind == PAGES_READ || e->token < m->from || e->token >= m->to)
		return;
	row = row_of(m, e->page);
	if (row >= 0)
		m->cells[(size_t)row * (size_t)m->n_bins +
			 (size_t)bin_of(m, e->token)]
			.evicted++;
}

static void fill_layer(struct fill *f, uint32_t layer)
{
	uint32_t n = pages_n(f->t->pages), to = f->map->to;
	struct pages_event e;
	struct pages_walk w;

	for (int k = 0; k < PAGES_KINDS; k++)
		memset(f->since[k], 0xff, n * sizeof(*f->since[k]));
	pages_walk_from(&w, f->t->pages, layer, f->map->from);
	while (pages_next(&w, &e) && e.token < to)
		turn(f, &e);
	for (int k = 0; k < PAGES_KINDS; k++)
		for (uint32_t page = 0; page < n; page++)
			if (f->since[k][page] != PAGES_NEVER)
				add(f, page,
				    k == PAGES_KEPT ? FIELD_KEPT : FIELD_READ,
				    f->since[k][page], to, 1);
}

/* Pages are there from their first position on, in every layer. */
static void fill_there(struct fill *f, uint32_t n_layers)
{
	struct map *m = f->map;
	uint64_t end =
		m->page_from + (uint64_t)m->pages_per_row * (uint64_t)m->rows;
	uint32_t first = pages_first(f->t->pages);

	end = MIN(end, map_n_pages(f->t, m->to));
	for (uint32_t page = m->page_from; page < end; page++)
		add(f, page, FIELD_THERE, MAX(born_at(f->t, page), first),
		    m->to, n_layers);
}

void map_fill(struct map *m, const struct trace *t)
{
	struct fill f = { .map = m, .t = t };
	uint32_t from = first_layer(t, m->layer), to = end_layer(t, m->layer);
	size_t n_cells, n_pages = pages_n(t->pages) + 1;

	assert(m->from < m->to && m->rows > 0 && m->cols > 0);
	m->n_bins = (int)MIN((uint32_t)m->cols, m->to - m->from);
	n_cells = (size_t)m->rows * (size_t)m->n_bins;
	m->cells = mem_zalloc(n_cells * sizeof(*m->cells));
	f.full = mem_zalloc((n_cells + (size_t)m->rows) * FIELDS *
			    sizeof(*f.full));
	for (int k = 0; k < PAGES_KINDS; k++)
		f.since[k] = mem_alloc(n_pages * sizeof(*f.since[k]));
	fill_there(&f, to - from);
	for (uint32_t layer = from; layer < to; layer++)
		fill_layer(&f, layer);
	sum_up(&f);
	for (int k = 0; k < PAGES_KINDS; k++)
		mem_free(f.since[k]);
	mem_free(f.full);
}

/* ---- one page, one token ----------------------------------------------- */

/* What one layer says of the page: since[k] is when it came, or NEVER. */
static void page_in_layer(const struct trace *t, uint32_t layer, uint32_t page,
			  uint32_t i, struct map_page *out,
			  uint32_t since[PAGES_KINDS], unsigned char *was_read)
{
	uint32_t from = i + 1 - out->window;
	struct pages_event e;
	struct pages_walk w;

	since[PAGES_KEPT] = since[PAGES_READ] = PAGES_NEVER;
	pages_walk_from(&w, t->pages, layer, 0);
	while (pages_next(&w, &e) && e.token <= i) {
		bool came = since[e.kind] == PAGES_NEVER;

		if (e.page != page)
			continue;
		for (uint32_t at = MAX(since[PAGES_READ], from);
		     e.kind == PAGES_READ && !came && at < e.token; at++)
			was_read[at - from] = 1;
		if (e.kind == PAGES_KEPT && !came)
			out->evicted_at =
				out->evicted_at == PAGES_NEVER
					? e.token
					: MAX(out->evicted_at, e.token);
		since[e.kind] = came ? e.token : PAGES_NEVER;
	}
	if (since[PAGES_READ] != PAGES_NEVER)
		for (uint32_t at = MAX(since[PAGES_READ], from); at <= i; at++)
			was_read[at - from] = 1;
}

struct map_page map_page_at(const struct trace *t, uint32_t layer,
			    uint32_t page, uint32_t i, uint32_t window)
{
	struct map_page out = { .born = born_at(t, page),
				.since = PAGES_NEVER,
				.evicted_at = PAGES_NEVER,
				.window = MIN(window, i + 1) };
	unsigned char *was_read = mem_zalloc(out.window + 1);
	uint32_t since[PAGES_KINDS];

	for (uint32_t k = first_layer(t, layer); k < end_layer(t, layer); k++) {
		page_in_layer(t, k, page, i, &out, since, was_read);
		out.layers++;
		out.read += since[PAGES_READ] != PAGES_NEVER;
		out.kept += since[PAGES_KEPT] != PAGES_NEVER;
		if (since[PAGES_KEPT] != PAGES_NEVER)
			out.since = MIN(out.since, since[PAGES_KEPT]);
	}
	for (uint32_t k = 0; k < out.window; k++)
		out.n_read += was_read[k];
	mem_free(was_read);
	return out;
}

struct map_count map_count_at(const struct trace *t, uint32_t layer, uint32_t i)
{
	struct map_count out = { .there = map_n_pages(t, i) };
	uint32_t n = pages_n(t->pages);
	unsigned char *any = mem_zalloc(n + 1), *on = mem_alloc(n + 1);

	for (uint32_t k = first_layer(t, layer); k < end_layer(t, layer); k++) {
		struct pages_event e;
		struct pages_walk w;

		memset(on, 0, n + 1);
		pages_walk_from(&w, t->pages, k, i);
		while (pages_next(&w, &e) && e.token <= i)
			on[e.page] ^= (unsigned char)(1u << e.kind);
		for (uint32_t page = 0; page < n; page++)
			any[page] |= on[page];
	}
	for (uint32_t page = 0; page < n; page++) {
		out.kept += any[page] >> PAGES_KEPT & 1;
		out.read += any[page] >> PAGES_READ & 1;
	}
	mem_free(any);
	mem_free(on);
	return out;
}
