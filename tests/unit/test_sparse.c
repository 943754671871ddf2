/*
 * Every policy beside a slow and obvious one: random keys, values and queries
 * of one layer, step by step; what is read and what is kept must be the same
 * positions in every head.
 *
 * The obvious ones work on sets of positions and know nothing of slots, pages
 * in memory, heaps or bounds that are kept. They follow the pseudo-code of
 * the policies' own programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/sparse.h"

enum { D = 8, KV = 2, GROUP = 3, HEADS = KV * GROUP, MAX = 420 };

/* The world: everything that was ever said. */
struct world {
	float k[MAX][KV][D];   /* as cached */
	float q[MAX][HEADS][D];
	uint32_t n, prompt;
	const struct sparse_opts *o;
	bool kept[KV][MAX];
	bool read[HEADS][MAX]; /* by this step's queries */
	double score[KV][MAX]; /* what a policy remembers of a position */
	uint32_t stamp[KV][MAX]; /* of a page's first position */
};

static double uniform(void)
{
	return rand() / (double)RAND_MAX * 2 - 1;
}

static double dot(const float *a, const float *b)
{
	double sum = 0;

	for (int i = 0; i < D; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

/* Probabilities of query head h of token t over a set of positions. */
static void attention(const struct world *w, uint32_t t, int h,
		      const bool *set, double *p)
{
	double most = -INFINITY, sum = 0;

	for (uint32_t j = 0; j <= t; j++) {
		p[j] = set[j] ? dot(w->q[t][h], w->k[j][h / GROUP]) / sqrt(D) :
				-INFINITY;
		most = fmax(most, p[j]);
	}
	for (uint32_t j = 0; j <= t; j++)
		sum += p[j] = exp(p[j] - most);
	for (uint32_t j = 0; j <= t; j++)
		p[j] /= sum;
}

/* Of the candidates all but the n best go. */
static void keep_best(const struct world *w, bool *kept, const bool *candidate,
		      const double *value, uint32_t n)
{
	bool stays[MAX] = { false };

	while (n--) {
		uint32_t best = MAX;

		for (uint32_t j = 0; j < w->n; j++)
			if (kept[j] && candidate[j] && !stays[j] &&
			    (best == MAX || value[j] > value[best]))
				best = j;
		if (best == MAX)
			break;
		stays[best] = true;
	}
	for (uint32_t j = 0; j < w->n; j++)
		if (candidate[j] && !stays[j])
			kept[j] = false;
}

static uint32_t count(const bool *set, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t j = 0; j < n; j++)
		sum += set[j];
	return sum;
}

static void read_all_kept(struct world *w)
{
	for (int h = 0; h < HEADS; h++)
		memcpy(w->read[h], w->kept[h / GROUP], sizeof(w->read[h]));
}

/* --- the obvious policies: a token came, and is the last one -------------- */

static void obvious_sink(struct world *w, bool prompt)
{
	uint32_t last = w->n - 1, window = w->o->budget - w->o->sinks;

	read_all_kept(w);
	for (int h = 0; !prompt && h < KV; h++)
		for (uint32_t j = w->o->sinks; j < w->n; j++)
			if (j + window <= last)
				w->kept[h][j] = false;
}

static void add_attention(struct world *w, uint32_t t)
{
	double p[MAX];

	for (int h = 0; h < HEADS; h++) {
		attention(w, t, h, w->kept[h / GROUP], p);
		for (uint32_t j = 0; j <= t; j++)
			w->score[h / GROUP][j] += p[j];
	}
}

static void obvious_h2o(struct world *w, bool prompt)
{
	bool old[MAX];

	read_all_kept(w);
	add_attention(w, w->n - 1);
	for (int h = 0; !prompt && h < KV; h++) {
		if (count(w->kept[h], w->n) <= w->o->budget)
			continue;
		for (uint32_t j = 0; j < w->n; j++)
			old[j] = j + w->o->recent < w->n;
		keep_best(w, w->kept[h], old, w->score[h],
			  w->o->budget - w->o->recent);
	}
}

/* The bound of a page for a query. */
static double bound(const struct world *w, const float *q, int kv,
		    const uint32_t *positions, uint32_t n)
{
	double sum = 0;

	for (int i = 0; i < D; i++) {
		double most = -INFINITY;

		for (uint32_t j = 0; j < n; j++)
			for (int sign = 0; sign < 2; sign++) {
				/* the corner of the box that is farthest */
				double least = INFINITY, great = -INFINITY;

				for (uint32_t m = 0; m < n; m++) {
					double x =
						w->k[positions[m]][kv][i];

					least = fmin(least, x);
					great = fmax(great, x);
				}
				most = fmax(most, q[i] * (sign ? least :
								 great));
			}
		sum += most;
	}
	return sum;
}

static void obvious_quest(struct world *w, bool prompt)
{
	uint32_t page = w->o->page, n_pages = (w->n + page - 1) / page;
	uint32_t most = w->o->budget / page;

	read_all_kept(w);
	if (prompt || n_pages <= most)
		return;
	for (int h = 0; h < HEADS; h++) {
		double s[MAX];
		bool pages[MAX], all[MAX];
		struct world small = { .n = n_pages - 1 };

		for (uint32_t i = 0; i < n_pages - 1; i++) {
			uint32_t at[64];

			for (uint32_t j = 0; j < page; j++)
				at[j] = i * page + j;
			s[i] = bound(w, w->q[w->n - 1][h], h / GROUP, at,
				     page);
			pages[i] = all[i] = true;
		}
		keep_best(&small, pages, all, s, most - 1);
		for (uint32_t j = 0; j < w->n; j++)
			w->read[h][j] =
				j / page == n_pages - 1 || pages[j / page];
	}
}

/* Pages of 16 positions; kept are whole pages. */
static void obvious_raas(struct world *w, bool prompt)
{
	enum { PAGE = 16 };
	uint32_t n_pages = (w->n + PAGE - 1) / PAGE, now = w->n - 1;
	uint32_t most = w->o->budget / PAGE;

	read_all_kept(w);
	for (int kv = 0; kv < KV; kv++) {
		double s[MAX];
		bool pages[MAX] = { false }, full[MAX] = { false },
		     best[MAX], top[MAX];
		uint32_t n_kept = 0;
		struct world small = { .n = n_pages };

		for (uint32_t i = 0; i < n_pages; i++) {
			uint32_t at[PAGE];

			pages[i] = w->kept[kv][i * PAGE];
			n_kept += pages[i];
			full[i] = pages[i] && (i + 1) * PAGE <= w->n;
			s[i] = 0;
			for (uint32_t j = 0; j < PAGE; j++)
				at[j] = i * PAGE + j;
			for (int g = 0; full[i] && g < GROUP; g++)
				s[i] += bound(w, w->q[now][kv * GROUP + g],
					      kv, at, PAGE);
		}
		if (now % PAGE == 0)
			w->stamp[kv][n_pages - 1] = now;
		if (!prompt && now >= w->o->budget) {
			bool others[MAX];

			for (uint32_t i = 0; i < n_pages; i++)
				others[i] = i + 1 < n_pages;
			memcpy(best, pages, sizeof(best));
			if (n_kept > most)
				keep_best(&small, best, others, s, most - 1);
			for (uint32_t j = 0; j < w->n; j++)
				for (int g = 0; g < GROUP; g++)
					w->read[kv * GROUP + g][j] =
						best[j / PAGE] &&
						w->kept[kv][j];
			memcpy(top, full, sizeof(top));
			keep_best(&small, top, full, s, most / 2);
			for (uint32_t i = 0; i < n_pages; i++)
				if (top[i])
					w->stamp[kv][i] = now;
		}
		/* the oldest go; never the prompt, never the last page */
		while (!prompt && n_kept > most) {
			uint32_t oldest = MAX;

			for (uint32_t i = 0; i + 1 < n_pages; i++)
				if (pages[i] && i * PAGE >= w->prompt &&
				    (oldest == MAX ||
				     w->stamp[kv][i] < w->stamp[kv][oldest]))
					oldest = i;
			if (oldest == MAX)
				break;
			pages[oldest] = false;
			n_kept--;
			for (uint32_t j = 0; j < PAGE; j++)
				w->kept[kv][oldest * PAGE + j] = false;
		}
	}
}

static void obvious_tova(struct world *w, bool prompt)
{
	double p[MAX], mean[MAX] = { 0 };
	bool all[MAX];

	read_all_kept(w);
	memset(all, 1, sizeof(all));
	for (int h = 0; h < HEADS; h++) {
		attention(w, w->n - 1, h, w->kept[h / GROUP], p);
		for (uint32_t j = 0; j < w->n; j++)
			mean[j] += p[j] / HEADS;
	}
	for (int kv = 0; !prompt && kv < KV; kv++)
		keep_best(w, w->kept[kv], all, mean, w->o->budget);
}

static void obvious_snapkv(struct world *w, bool prompt)
{
	uint32_t window = w->o->recent, n_old = w->prompt - window;

	read_all_kept(w);
	if (prompt || w->n != w->prompt || w->n <= w->o->budget)
		return;
	for (int kv = 0; kv < KV; kv++) {
		double sum[MAX] = { 0 }, pooled[MAX] = { 0 }, p[MAX];
		bool old[MAX] = { false };

		for (uint32_t t = n_old; t < w->prompt; t++)
			for (int g = 0; g < GROUP; g++) {
				bool before[MAX] = { false };

				memset(before, 1, t + 1);
				attention(w, t, kv * GROUP + g, before, p);
				for (uint32_t j = 0; j < n_old; j++)
					sum[j] += p[j];
			}
		for (int j = 0; j < (int)n_old; j++) {
			old[j] = true;
			for (int i = j - 2; i <= j + 2; i++)
				if (i >= 0 && i < (int)n_old)
					pooled[j] += sum[i] / 5;
		}
		keep_best(w, w->kept[kv], old, pooled,
			  w->o->budget - window);
	}
}

static void obvious_rkv(struct world *w, bool prompt)
{
	read_all_kept(w);
	if (prompt || (w->n != w->prompt && w->n % 128 != 0))
		return;
	for (int kv = 0; kv < KV; kv++) {
		uint32_t at[MAX], n = 0;
		double mean[MAX] = { 0 }, good[MAX], bad[MAX] = { 0 }, sum = 0;
		double z[MAX], row[MAX];
		bool old[MAX] = { false };

		if (count(w->kept[kv], w->n) <= w->o->budget)
			continue;
		for (uint32_t j = 0; j < w->n; j++)
			if (w->kept[kv][j])
				at[n++] = j;
		for (uint32_t t = w->n - 8; t < w->n; t++) {
			double most = -INFINITY, all = 0;

			for (uint32_t i = 0; i < n; i++) {
				row[i] = -INFINITY;
				for (int g = 0; g < GROUP; g++)
					row[i] = fmax(
						row[i],
						dot(w->q[t][kv * GROUP + g],
						    w->k[at[i]][kv]) /
							sqrt(D));
				most = fmax(most, row[i]);
			}
			for (uint32_t i = 0; i < n; i++)
				all += row[i] = exp(row[i] - most);
			for (uint32_t i = 0; i < n; i++)
				mean[i] += row[i] / all / 8;
		}
		for (int i = 0; i < (int)n; i++) {
			good[i] = 0;
			for (int j = i - 3; j <= i + 3; j++)
				if (j >= 0 && j < (int)n)
					good[i] = fmax(good[i], mean[j]);
		}
		for (uint32_t i = 0; i < n; i++) {
			uint32_t spared = n;

			for (uint32_t j = 0; j < n; j++) {
				const float *a = w->k[at[i]][kv],
					    *b = w->k[at[j]][kv];

				row[j] = i == j ? 0 :
						  dot(a, b) /
							  sqrt(dot(a, a) *
							       dot(b, b));
				if (row[j] > 0.5)
					spared = j;
			}
			if (spared < n)
				row[spared] = 0;
			for (uint32_t j = 0; j < n; j++)
				bad[j] += row[j] / n;
		}
		for (uint32_t j = 0; j < n; j++)
			sum += exp(bad[j]);
		for (uint32_t j = 0; j < n; j++) {
			z[at[j]] = 0.07 * good[j] - 0.93 * exp(bad[j]) / sum;
			old[at[j]] = j + w->o->recent < n;
		}
		keep_best(w, w->kept[kv], old, z, w->o->budget - w->o->recent);
	}
}

/* The mass that a position got while it was in the window. */
static void obvious_infllm(struct world *w, bool prompt)
{
	uint32_t now = w->n - 1, local = w->o->recent, init = w->o->sinks;
	uint32_t block = w->o->page, n_blocks = 0, n_top, n_repr = block / 8;
	bool dense = prompt || now < w->o->budget, in[MAX] = { false };
	double s[MAX] = { 0 }, p[MAX];
	bool best[MAX], all[MAX];
	struct world small;

	n_repr = n_repr ? n_repr : 1;
	n_top = (w->o->budget - init - local) / block;
	/* blocks that had left the window before this step */
	while (init + (n_blocks + 1) * block + local <= now &&
	       now >= w->prompt)
		n_blocks++;
	for (uint32_t b = 0; b < n_blocks; b++) {
		best[b] = all[b] = true;
		for (int kv = 0; kv < KV; kv++) {
			bool taken[MAX] = { false };

			for (uint32_t r = 0; r < n_repr; r++) {
				uint32_t top = MAX;

				for (uint32_t j = init + b * block;
				     j < init + (b + 1) * block; j++)
					if (!taken[j] &&
					    (top == MAX ||
					     w->score[kv][j] >
						     w->score[kv][top]))
						top = j;
				taken[top] = true;
				for (int g = 0; g < GROUP; g++)
					s[b] += dot(w->q[now][kv * GROUP + g],
						    w->k[top][kv]) /
						n_repr;
			}
		}
	}
	small = (struct world){ .n = n_blocks };
	keep_best(&small, best, all, s, n_top);
	for (uint32_t j = 0; j < w->n; j++)
		in[j] = dense || j < init ||
			j >= init + n_blocks * block ||
			best[(j - init) / block];
	for (int h = 0; h < HEADS; h++)
		memcpy(w->read[h], in, sizeof(in));
	for (int h = 0; h < HEADS; h++) {
		attention(w, now, h, in, p);
		for (uint32_t j = 0; j <= now; j++)
			if (j + local > now)
				w->score[h / GROUP][j] += p[j];
	}
}

/* --- the race ------------------------------------------------------------- */

static const struct race {
	const char *policy;
	void (*obvious)(struct world *w, bool prompt);
	uint32_t budget, prompt, n;
} races[] = {
	{ "sink", obvious_sink, 40, 70, 200 },
	{ "sink", obvious_sink, 40, 20, 200 },
	{ "h2o", obvious_h2o, 40, 70, 200 },
	{ "h2o", obvious_h2o, 33, 1, 150 },
	{ "quest", obvious_quest, 48, 70, 300 },
	{ "quest", obvious_quest, 16, 5, 120 },
	{ "raas", obvious_raas, 64, 40, 400 },
	{ "raas", obvious_raas, 48, 100, 300 },
	{ "tova", obvious_tova, 40, 70, 200 },
	{ "snapkv", obvious_snapkv, 60, 120, 160 },
	{ "rkv", obvious_rkv, 60, 100, 400 },
	{ "infllm", obvious_infllm, 64, 100, 300 },
	{ "infllm", obvious_infllm, 96, 10, 300 },
};

/* The fast policy's half. */
struct fast {
	const struct sparse *row;
	void *state;
	struct cache *cache;
	struct sparse_pick pick;
	struct rope *rope;
	bool read[HEADS][MAX];
};

static struct sparse_step step_of(struct fast *f, const struct world *w,
				  uint32_t head, const float *q)
{
	return (struct sparse_step){
		.cache = f->cache,   .head = head,
		.group = GROUP,	     .pos = w->n - 1,
		.prompt_end = w->prompt, .dense_end = w->prompt,
		.q = q,		     .rope = f->rope,
	};
}

static void fast_head(struct fast *f, const struct world *w, uint32_t head,
		      bool dense)
{
	const struct cache_head *h = cache_head(f->cache, 0, head);
	struct sparse_step step =
		step_of(f, w, head, &w->q[w->n - 1][head * GROUP][0]);
	float scores[GROUP * MAX];
	uint32_t n = 0;

	f->pick.each = false;
	for (int g = 0; g < GROUP; g++)
		f->pick.lists[g].n = f->pick.lists[g].n_slots = 0;
	if (!dense && f->row->select)
		f->row->select(f->state, &step, &f->pick);
	else
		sparse_pick_add(&f->pick.lists[0], 0, h->n);
	for (int g = 0; g < GROUP; g++) {
		const struct sparse_list *l =
			&f->pick.lists[f->pick.each ? g : 0];
		bool *read = f->read[head * GROUP + g];

		n = 0;
		memset(read, 0, sizeof(f->read[0]));
		for (size_t i = 0; i < l->n; i++)
			for (uint32_t j = 0; j < l->ranges[i].n; j++) {
				uint32_t pos =
					h->pos[l->ranges[i].start + j];

				assert_false(read[pos]); /* twice */
				read[pos] = true;
				scores[g * l->n_slots + n++] =
					(float)(dot(w->q[w->n - 1]
							[head * GROUP + g],
						    w->k[pos][head]) /
						sqrt(D));
			}
	}
	if (f->pick.each || !f->row->seen)
		return;
	for (int g = 0; g < GROUP; g++)
		kernel_softmax(scores + g * n, n);
	f->row->seen(f->state, &step, &f->pick, scores, n);
}

static void compare(const struct race *r, const struct world *w,
		    const struct fast *f)
{
	for (int h = 0; h < HEADS; h++)
		for (uint32_t j = 0; j < w->n; j++)
			if (w->read[h][j] != f->read[h][j])
				fail_msg("%s %u: at token %u, query head %d "
					 "%s position %u",
					 r->policy, r->budget, w->n, h,
					 f->read[h][j] ? "reads" :
							 "does not read",
					 j);
	for (uint32_t kv = 0; kv < KV; kv++) {
		const struct cache_head *h = cache_head(f->cache, 0, kv);
		bool kept[MAX] = { false };

		for (uint32_t i = 0; i < h->n; i++)
			kept[h->pos[i]] = true;
		for (uint32_t j = 0; j < w->n; j++)
			if (w->kept[kv][j] != kept[j])
				fail_msg("%s %u: at token %u, head %u %s "
					 "position %u",
					 r->policy, r->budget, w->n, kv,
					 kept[j] ? "keeps" : "does not keep",
					 j);
	}
}

static void add_token(struct world *w, struct fast *f)
{
	float v[D] = { 0 };

	for (int kv = 0; kv < KV; kv++) {
		for (int i = 0; i < D; i++)
			w->k[w->n][kv][i] = (float)(uniform() * 2);
		cache_append(f->cache, cache_head(f->cache, 0, (uint32_t)kv),
			     w->n, w->k[w->n][kv], v);
		w->kept[kv][w->n] = true;
	}
	for (int h = 0; h < HEADS; h++)
		for (int i = 0; i < D; i++)
			w->q[w->n][h][i] = (float)(uniform() * 2);
	w->n++;
}

static void run_race(const struct race *r)
{
	static struct world w;
	const struct sparse_shape shape = { 1, HEADS, KV, D };
	/* a base that turns next to nothing: positions do not matter here */
	const struct rope_opts turn = { .n_rot = 0, .base = 10000,
					.factor = 1 };
	struct sparse_opts o = sparse_opts_auto;
	struct fast f = { .row = sparse_find(r->policy) };
	struct sparse_list lists[GROUP] = { { 0 } };
	struct err err = { "" };

	o.budget = r->budget;
	o.dense_layers = 0;
	assert_true(sparse_resolve(f.row, &o, &shape, &err));
	memset(&w, 0, sizeof(w));
	w.o = &o;
	w.prompt = r->prompt;
	f.state = f.row->create(&o, &shape);
	f.cache = cache_new(1, KV, D, GGML_F32);
	f.pick.lists = lists;
	f.rope = rope_new(&turn);
	rope_reach(f.rope, MAX + 1);
	for (uint32_t t = 0; t < r->n; t++) {
		bool dense = t < r->prompt;
		struct sparse_step step;

		add_token(&w, &f);
		step = step_of(&f, &w, 0, &w.q[w.n - 1][0][0]);
		if (!dense && f.row->look)
			f.row->look(f.state, &step);
		for (uint32_t kv = 0; kv < KV; kv++)
			fast_head(&f, &w, kv, dense);
		if (f.row->evict && t + 1 >= r->prompt)
			f.row->evict(f.state, &step);
		r->obvious(&w, t + 1 < r->prompt);
		if (t + 1 != r->prompt) /* its last token is read densely */
			compare(r, &w, &f);
	}
	for (int g = 0; g < GROUP; g++)
		mem_free(lists[g].ranges);
	if (f.row->destroy)
		f.row->destroy(f.state);
	cache_free(f.cache);
	rope_free(f.rope);
}

static void the_same_positions(void **state)
{
	(void)state;
	srand(21);
	for (size_t i = 0; i < ARRAY_LEN(races); i++)
		run_race(&races[i]);
}

static void top_is_a_sort(void **state)
{
	float values[300];
	uint32_t out[300], work[300];

	(void)state;
	srand(5);
	for (int round = 0; round < 3000; round++) {
		uint32_t n = 1 + (uint32_t)rand() % 300;
		uint32_t most = (uint32_t)rand() % (n + 3);
		bool taken[300] = { false };
		uint32_t kinds = 1 + (uint32_t)rand() % 40, want = 0;

		for (uint32_t i = 0; i < n; i++)
			values[i] = (float)((uint32_t)rand() % kinds);
		sparse_top(values, n, most, out, work);
		for (uint32_t k = 0; k < MIN(most, n); k++) {
			uint32_t best = n;

			for (uint32_t i = 0; i < n; i++)
				if (!taken[i] &&
				    (best == n || values[i] > values[best]))
					best = i;
			taken[best] = true;
		}
		for (uint32_t i = 0; i < n; i++)
			if (taken[i])
				assert_int_equal(out[want++], i);
	}
}

static void bad_options_are_named(void **state)
{
	const struct sparse_shape shape = { 4, 8, 2, 16 };
	struct err err = { "" };
	struct sparse_opts o = sparse_opts_auto;

	(void)state;
	o.budget = 0;
	assert_false(sparse_resolve(sparse_find("h2o"), &o, &shape, &err));
	assert_non_null(strstr(err.text, "--budget"));
	err_clear(&err);
	o = sparse_opts_auto;
	o.budget = 32;
	o.page = 64;
	assert_false(sparse_resolve(sparse_find("quest"), &o, &shape, &err));
	assert_non_null(strstr(err.text, "--page"));
	err_clear(&err);
	o = sparse_opts_auto;
	o.budget = 32;
	o.sinks = 20;
	o.recent = 20;
	assert_false(sparse_resolve(sparse_find("h2o"), &o, &shape, &err));
	assert_non_null(strstr(err.text, "--sinks 20 and --recent 20"));
	assert_null(sparse_find("nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_positions),
		cmocka_unit_test(top_is_a_sort),
		cmocka_unit_test(bad_options_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
