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
#include "view/map.h"

#include <assert.h>
#include <string.h>

enum field { FIELD_THERE, FIELD_KEPT, FIELD_READ, FIELDS };

static const enum field fields[PAGES_KINDS] = {
	[PAGES_KEPT] = FIELD_KEPT,
	[PAGES_READ] = FIELD_READ,
};

/* When a page came, and the bin of that. */
struct since {
	uint32_t token; /* PAGES_NEVER: it is not there */
	int bin;
};

/* What a fill needs beside the map. */
struct fill {
	struct map *map;
	const struct trace *t;
	uint32_t *starts;    /* n_bins + 1: first token of each bin */
	int *row;	     /* a page: its row, or -1 */
	struct since *since; /* a page */
	int64_t *full;	     /* rows * (n_bins + 1) * FIELDS */
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

uint32_t map_n_heads(const struct trace *t)
{
	return MIN(MAX(t->facts.kv_heads, 1), pages_n_layers(t->pages));
}

uint32_t map_n_layers(const struct trace *t)
{
	uint32_t heads = map_n_heads(t);

	return (pages_n_layers(t->pages) + heads - 1) / heads;
}

/* Is the part looked at? A number beyond the last is the last. */
static bool is_of(const struct trace *t, struct map_of of, uint32_t part)
{
	uint32_t heads = map_n_heads(t), layers = map_n_layers(t);

	return (of.layer == MAP_ALL ||
		part / heads == MIN(of.layer, layers) - 1) &&
	       (of.head == MAP_ALL || part % heads == MIN(of.head, heads) - 1);
}

/* The first part from this one on that is looked at; as many as there are if
 * none is. */
static uint32_t next_part(const struct trace *t, struct map_of of,
			  uint32_t part)
{
	while (part < pages_n_layers(t->pages) && !is_of(t, of, part))
		part++;
	return part;
}

#define EACH_PART(part, t, of) \
	uint32_t part = next_part(t, of, 0);           \
	part < pages_n_layers((t)->pages); part = next_part(t, of, part + 1)

static uint32_t n_parts(const struct trace *t, struct map_of of)
{
	uint32_t n = 0;

	for (EACH_PART(part, t, of))
		n++;
	return n;
}

/* --- the grid ----------------------------------------------------------- */

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

static struct map_cell *cell_of(struct fill *f, int row, int bin)
{
	return &f->map->cells[(size_t)row * (size_t)f->map->n_bins +
			      (size_t)bin];
}

/* A place on the axis: a token of [from, to), and its bin. */
static struct since since_of(const struct map *m, uint32_t token)
{
	token = MAX(token, m->from);
	return (struct since){ token,
			       token < m->to ? bin_of(m, token) : m->n_bins };
}

/* The interval [a, b) of a row, `times` over; a < b. */
static void add(struct fill *f, int row, enum field field, struct since a,
		struct since b, uint32_t times)
{
	const uint32_t *starts = f->starts;
	/* The bin of the last token. */
	int last = b.token == starts[b.bin] ? b.bin - 1 : b.bin;

	if (a.bin == last) {
		*count_of(cell_of(f, row, last), field) +=
			(uint64_t)(b.token - a.token) * times;
		return;
	}
	*count_of(cell_of(f, row, a.bin), field) +=
		(uint64_t)(starts[a.bin + 1] - a.token) * times;
	*count_of(cell_of(f, row, last), field) +=
		(uint64_t)(b.token - starts[last]) * times;
	*full_of(f, row, a.bin + 1, field) += times;
	*full_of(f, row, last, field) -= times;
}

/* The bins between the ends of intervals. */
static void sum_up(struct fill *f)
{
	struct map *m = f->map;

	for (int row = 0; row < m->rows; row++) {
		int64_t full[FIELDS] = { 0 };

		for (int bin = 0; bin < m->n_bins; bin++) {
			uint32_t width = f->starts[bin + 1] - f->starts[bin];

			for (int k = 0; k < FIELDS; k++) {
				full[k] += *full_of(f, row, bin, (enum field)k);
				*count_of(cell_of(f, row, bin),
					  (enum field)k) +=
					(uint64_t)full[k] * width;
			}
		}
	}
}

/* A page comes, or goes: then its interval is complete. */
static inline void turn(struct fill *f, enum pages_kind kind, uint32_t page,
			struct since now)
{
	struct since *since = &f->since[page];
	int row = f->row[page];

	if (since->token == PAGES_NEVER) {
		*since = now;
		return;
	}
	if (row >= 0 && since->token < now.token)
		add(f, row, fields[kind], *since, now, 1);
	since->token = PAGES_NEVER;
	if (kind == PAGES_KEPT && row >= 0)
		cell_of(f, row, now.bin)->evicted++;
}

/* What was there before the first token is there from it on. Tokens rise, so
 * their bins are never looked for. */
static void fill_set(struct fill *f, uint32_t part, enum pages_kind kind)
{
	const struct map *m = f->map;
	uint32_t n = pages_n(f->t->pages), before = m->from - (m->from > 0);
	struct since now = { m->from, 0 }, end = { m->to, m->n_bins };
	struct pages_event e;
	struct pages_walk w;
	bool more;

	for (uint32_t page = 0; page < n; page++)
		f->since[page].token = PAGES_NEVER;
	pages_walk_from(&w, f->t->pages, part, kind, before);
	for (more = pages_next(&w, &e); more && e.token < m->from;
	     more = pages_next(&w, &e))
		f->since[e.page] =
			(struct since){ f->since[e.page].token == PAGES_NEVER
						? m->from
						: PAGES_NEVER,
					0 };
	for (; more && e.token < m->to; more = pages_next(&w, &e)) {
		for (now.token = e.token; now.token >= f->starts[now.bin + 1];)
			now.bin++;
		turn(f, kind, e.page, now);
	}
	for (uint32_t page = 0; page < n; page++)
		if (f->since[page].token != PAGES_NEVER && f->row[page] >= 0)
			add(f, f->row[page], fields[kind], f->since[page], end,
			    1);
}

/* Pages are there from their first position on, in every part. */
static void fill_there(struct fill *f, uint32_t n)
{
	struct map *m = f->map;
	uint64_t end =
		m->page_from + (uint64_t)m->pages_per_row * (uint64_t)m->rows;
	uint32_t first = pages_first(f->t->pages);
	struct since to = { m->to, m->n_bins };

	end = MIN(end, map_n_pages(f->t, m->to));
	for (uint32_t page = m->page_from; page < end; page++) {
		uint32_t born = MAX(born_at(f->t, page), first);

		if (born < m->to)
			add(f, row_of(m, page), FIELD_THERE, since_of(m, born),
			    to, n);
	}
}

void map_fill(struct map *m, const struct trace *t)
{
	struct fill f = { .map = m, .t = t };
	uint32_t n_pages = pages_n(t->pages);
	size_t n_cells;

	assert(m->from < m->to && m->rows > 0 && m->cols > 0);
	m->n_bins = (int)MIN((uint32_t)m->cols, m->to - m->from);
	n_cells = (size_t)m->rows * (size_t)m->n_bins;
	m->cells = mem_zalloc(n_cells * sizeof(*m->cells));
	f.full = mem_zalloc((n_cells + (size_t)m->rows) * FIELDS *
			    sizeof(*f.full));
	f.starts = mem_alloc(((size_t)m->n_bins + 1) * sizeof(*f.starts));
	for (int bin = 0; bin <= m->n_bins; bin++)
		f.starts[bin] = map_bin_start(m, bin);
	f.since = mem_alloc((n_pages + 1) * sizeof(*f.since));
	f.row = mem_alloc((n_pages + 1) * sizeof(*f.row));
	for (uint32_t page = 0; page < n_pages; page++)
		f.row[page] = row_of(m, page);
	fill_there(&f, n_parts(t, m->of));
	for (EACH_PART(part, t, m->of))
		for (int k = 0; k < PAGES_KINDS; k++)
			fill_set(&f, part, (enum pages_kind)k);
	sum_up(&f);
	mem_free(f.full);
	mem_free(f.starts);
	mem_free(f.since);
	mem_free(f.row);
}

/* --- one page, one token ------------------------------------------------ */

/* Since when the part keeps the page, PAGES_NEVER if it does not; and where
 * it gave it up last. Pages come and go far more seldom than they are read. */
static uint32_t kept_since(const struct trace *t, uint32_t part, uint32_t page,
			   uint32_t i, uint32_t *evicted_at)
{
	uint32_t since = PAGES_NEVER;
	struct pages_event e;
	struct pages_walk w;

	*evicted_at = PAGES_NEVER;
	pages_walk_from(&w, t->pages, part, PAGES_KEPT, 0);
	while (pages_next(&w, &e) && e.token <= i) {
		if (e.page != page)
			continue;
		if (since != PAGES_NEVER)
			*evicted_at = e.token;
		since = since == PAGES_NEVER ? e.token : PAGES_NEVER;
	}
	return since;
}

/* Marks the tokens from `from` to i at which the part reads the page. */
static bool mark_read(const struct trace *t, uint32_t part, uint32_t page,
		      uint32_t from, uint32_t i, unsigned char *was_read)
{
	uint32_t since = PAGES_NEVER;
	struct pages_event e;
	struct pages_walk w;

	pages_walk_from(&w, t->pages, part, PAGES_READ, from);
	while (pages_next(&w, &e) && e.token <= i) {
		if (e.page != page)
			continue;
		for (uint32_t at = MAX(since, from);
		     since != PAGES_NEVER && at < e.token; at++)
			was_read[at - from] = 1;
		since = since == PAGES_NEVER ? e.token : PAGES_NEVER;
	}
	for (uint32_t at = MAX(since, from); since != PAGES_NEVER && at <= i;
	     at++)
		was_read[at - from] = 1;
	return since != PAGES_NEVER;
}

struct map_page map_page_at(const struct trace *t, struct map_of of,
			    uint32_t page, uint32_t i, uint32_t window)
{
	struct map_page out = { .born = born_at(t, page),
				.since = PAGES_NEVER,
				.evicted_at = PAGES_NEVER,
				.window = MIN(window, i + 1) };
	unsigned char *was_read = mem_zalloc(out.window + 1);

	for (EACH_PART(part, t, of)) {
		uint32_t evicted;
		uint32_t since = kept_since(t, part, page, i, &evicted);

		out.parts++;
		out.kept += since != PAGES_NEVER;
		out.since = MIN(out.since, since);
		if (evicted != PAGES_NEVER)
			out.evicted_at = out.evicted_at == PAGES_NEVER
						 ? evicted
						 : MAX(out.evicted_at, evicted);
		out.read +=
			mark_read(t, part, page, i + 1 - out.window, i,
				  was_read);
	}
	for (uint32_t k = 0; k < out.window; k++)
		out.n_read += was_read[k];
	mem_free(was_read);
	return out;
}

/* Pages of a kind at token i: by any part, and by all of them, summed up. */
static uint32_t count_pages(const struct trace *t, struct map_of of,
			    enum pages_kind kind, uint32_t i, uint64_t *sum)
{
	uint32_t n = pages_n(t->pages), count = 0;
	unsigned char *any = mem_zalloc(n + 1), *on = mem_alloc(n + 1);

	*sum = 0;
	for (EACH_PART(part, t, of)) {
		struct pages_event e;
		struct pages_walk w;

		memset(on, 0, n + 1);
		pages_walk_from(&w, t->pages, part, kind, i);
		while (pages_next(&w, &e) && e.token <= i)
			on[e.page] ^= 1;
		for (uint32_t page = 0; page < n; page++) {
			any[page] |= on[page];
			*sum += on[page];
		}
	}
	for (uint32_t page = 0; page < n; page++)
		count += any[page];
	mem_free(any);
	mem_free(on);
	return count;
}

struct map_count map_count_at(const struct trace *t, struct map_of of,
			      uint32_t i)
{
	struct map_count out = { .there = map_n_pages(t, i),
				 .parts = n_parts(t, of) };
	uint64_t kept, read;

	out.kept = count_pages(t, of, PAGES_KEPT, i, &kept);
	out.read = count_pages(t, of, PAGES_READ, i, &read);
	out.part_kept = (double)kept / MAX(out.parts, 1);
	out.part_read = (double)read / MAX(out.parts, 1);
	return out;
}

/* --- out of sight ------------------------------------------------------- */

/* Adds 1 where tokens [since, i] begin at which the part reads one of the
 * pages, and -1 behind their end. */
static void mark_reads(const struct trace *t, uint32_t part, uint32_t from,
		       uint32_t to, uint32_t since, uint32_t i, int32_t *turns)
{
	struct pages_event e;
	struct pages_walk w;
	uint64_t on = 0;

	pages_walk_from(&w, t->pages, part, PAGES_READ, since);
	while (pages_next(&w, &e) && e.token <= i) {
		bool was = on != 0;

		if (e.page < from || e.page >= to)
			continue;
		on ^= (uint64_t)1 << (e.page - from);
		if (was != (on != 0))
			turns[MAX(e.token, since) - since] += was ? -1 : 1;
	}
}

uint32_t map_last_read(const struct trace *t, struct map_of of, uint32_t from,
		       uint32_t to, uint32_t i)
{
	enum { AT_FIRST = 64 };
	int32_t need = (int32_t)(n_parts(t, of) + 1) / 2;
	uint32_t last = PAGES_NEVER, since = i + 1;

	to = MIN(to, from + MAP_PAGES_AT_ONCE);
	/* Mostly it was not long ago: farther back only if need be. */
	for (uint64_t back = AT_FIRST; last == PAGES_NEVER && since;
	     back *= 4) {
		int32_t *turns, reads = 0;

		since = i - (uint32_t)MIN(back, (uint64_t)i);
		turns = mem_zalloc((i - since + 1) * sizeof(*turns));
		for (EACH_PART(part, t, of))
			mark_reads(t, part, from, to, since, i, turns);
		for (uint32_t k = since; k <= i; k++) {
			reads += turns[k - since];
			if (reads >= need)
				last = k;
		}
		mem_free(turns);
	}
	return last;
}
