/*
 * Every policy beside a slow and obvious one (obvious.h): random keys, values
 * and queries of one layer, token by token; what is read and what is kept must
 * be the same positions in every head. Half-way the race goes on with a copy.
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
#include "obvious.h"

enum { AUTO = -1 };

/* Zero is the policy's own for page, sinks, recent. */
struct race {
	const char *policy;
	uint32_t budget, page;
	int sinks, recent, keep_prompt;
	uint32_t n_kv, group, prompt, n;
	uint32_t seen; /* attended to densely; 0: the prompt */
};

static double uniform(void)
{
	return rand() / (double)RAND_MAX * 2 - 1;
}

/* The fast policy's half. */
struct fast {
	const struct sparse *row;
	void *state;
	struct cache *cache;
	struct sparse_pick pick;
	struct rope *rope;
	bool read[HEADS_MAX][TOKENS_MAX];
};

static struct sparse_step step_of(struct fast *f, const struct world *w,
				  uint32_t head, const float *q)
{
	return (struct sparse_step){
		.cache = f->cache,
		.head = head,
		.group = w->group,
		.pos = w->n - 1,
		.prompt_end = w->prompt_end,
		.dense_end = w->dense_end,
		.q = q,
		.rope = f->rope,
	};
}

/* What a query reads, and its scores. */
static void read_list(struct fast *f, const struct world *w, uint32_t head,
		      uint32_t g, float *scores)
{
	const struct cache_head *h = cache_head(f->cache, 0, head);
	const struct sparse_list *l = &f->pick.lists[f->pick.each ? g : 0];
	bool *read = f->read[head * w->group + g];

	memset(read, 0, sizeof(f->read[0]));
	for (size_t i = 0; i < l->n; i++)
		for (uint32_t j = 0; j < l->ranges[i].n; j++) {
			uint32_t pos = h->pos[l->ranges[i].start + j];

			assert_false(read[pos]); /* twice */
			read[pos] = true;
			*scores++ = (float)(obvious_dot(
						    w->q[w->n - 1]
							[head * w->group + g],
						    w->k[pos][head]) /
					    sqrt(D));
		}
}

static void fast_head(struct fast *f, const struct world *w, uint32_t head,
		      bool dense)
{
	struct sparse_step step =
		step_of(f, w, head, &w->q[w->n - 1][head * w->group][0]);
	float scores[HEADS_MAX][TOKENS_MAX];
	uint32_t n = cache_head(f->cache, 0, head)->n;

	f->pick.each = false;
	for (uint32_t g = 0; g < w->group; g++)
		f->pick.lists[g].n = f->pick.lists[g].n_slots = 0;
	if (!dense && f->row->select)
		f->row->select(f->state, &step, &f->pick);
	else
		sparse_pick_add(&f->pick.lists[0], 0, n);
	n = f->pick.lists[0].n_slots;
	for (uint32_t g = 0; g < w->group; g++)
		read_list(f, w, head, g, scores[g]);
	if (f->pick.each || !f->row->seen)
		return;
	for (uint32_t g = 0; g < w->group; g++)
		kernel_softmax(scores[g], n);
	f->row->seen(f->state, &step, &f->pick, scores[0], TOKENS_MAX);
}

static void same_set(const struct race *r, const struct world *w,
		     const char *what, uint32_t head, const bool *want,
		     const bool *got)
{
	for (uint32_t j = 0; j < w->n; j++)
		if (want[j] != got[j])
			fail_msg("%s, budget %u, page %u, prompt %u: after "
				 "token %u head %u %s %s position %u",
				 r->policy, r->budget, r->page, r->prompt,
				 w->n, head, got[j] ? "also" : "does not",
				 what, j);
}

/* What a step may read over the budget and what may be kept after it, as the
 * manual says. */
static void within_budget(const struct race *r, const struct world *w,
			  uint32_t n_read, uint32_t n_kept)
{
	enum { ALL = TOKENS_MAX };
	static const struct {
		const char *policy;
		uint32_t read, kept, beside; /* a prompt that fills it */
	} rows[] = {
		{ "dense", ALL, ALL, 0 },  { "sink", 1, 0, 1 },
		{ "h2o", 1, 0, 0 },	   { "quest", 0, ALL, 0 },
		{ "infllm", 0, ALL, 0 },   { "raas", 0, 0, 0 },
		{ "snapkv", ALL, ALL, 0 }, { "tova", 1, 0, 1 },
		{ "rkv", 128, 128, 0 },	   { "random", 1, 0, 1 },
	};
	uint32_t i = 0, read, kept;

	while (strcmp(rows[i].policy, r->policy) != 0)
		i++;
	read = r->budget + rows[i].read;
	kept = r->budget + rows[i].kept;
	if (!strcmp(r->policy, "snapkv"))
		read = kept = r->budget + w->n - w->dense_end;
	if (w->o->keep_prompt) {
		uint32_t most = w->prompt_end + rows[i].beside + w->o->recent;

		if (!strcmp(r->policy, "rkv"))
			most += 128;
		if (!strcmp(r->policy, "raas"))
			most = (w->prompt_end / w->o->page + 2) * w->o->page;
		else
			read = MAX(read, most + 1);
		kept = MAX(kept, most);
	}
	if (n_read > read || n_kept > kept)
		fail_msg("%s, budget %u: %u read, %u kept after token %u",
			 r->policy, r->budget, n_read, n_kept, w->n);
}

static void compare(const struct race *r, const struct world *w,
		    const struct fast *f)
{
	for (uint32_t kv = 0; kv < w->n_kv; kv++) {
		const struct cache_head *h = cache_head(f->cache, 0, kv);
		bool kept[TOKENS_MAX] = { false };

		for (uint32_t i = 0; i < h->n; i++)
			kept[h->pos[i]] = true;
		same_set(r, w, "keeps", kv, w->kept[kv], kept);
		/* the prompt's last token is read densely */
		for (uint32_t g = 0; w->n > w->dense_end && g < w->group; g++) {
			uint32_t head = kv * w->group + g;

			same_set(r, w, "reads", head, w->read[head],
				 f->read[head]);
			within_budget(r, w,
				      obvious_count(f->read[head], w->n),
				      h->n);
		}
	}
}

static void add_token(struct world *w, struct fast *f)
{
	float v[D] = { 0 };

	for (uint32_t kv = 0; kv < w->n_kv; kv++) {
		struct cache_head *h = cache_head(f->cache, 0, kv);

		for (int i = 0; i < D; i++)
			w->k[w->n][kv][i] = (float)(uniform() * 2);
		cache_append(f->cache, h, w->n, w->k[w->n][kv], v);
		/* the key is what the cache holds of it */
		cache_key(f->cache, h, h->n - 1, w->k[w->n][kv]);
		w->kept[kv][w->n] = true;
	}
	for (uint32_t h = 0; h < w->n_kv * w->group; h++)
		for (int i = 0; i < D; i++)
			w->q[w->n][h][i] = (float)(uniform() * 2);
	w->n++;
}

/* Where positions roll, a key is as far from the newest as there are younger
 * ones than it. */
static void rolled_places(const struct fast *f, struct sparse_step step)
{
	for (; step.head < f->cache->n_heads; step.head++) {
		const struct cache_head *h = cache_head(f->cache, 0, step.head);
		uint32_t n_moved = f->row->n_moved(f->state, &step);

		assert_true(!n_moved || h->n <= step.pos);
		for (uint32_t slot = 0; slot < h->n; slot++) {
			uint32_t at = slot < n_moved ?
				f->row->place(f->state, &step, slot) :
				h->pos[slot];
			uint32_t n_younger = 0;

			for (uint32_t i = 0; i < h->n; i++)
				n_younger += h->pos[i] > h->pos[slot];
			assert_int_equal(step.pos - at, n_younger);
		}
	}
}

static void one_token(const struct race *r, struct world *w, struct fast *f,
		      void (*obvious)(struct world *w))
{
	bool dense;
	struct sparse_step step;

	add_token(w, f);
	dense = w->n <= w->dense_end;
	step = step_of(f, w, 0, &w->q[w->n - 1][0][0]);
	if (f->row == &sparse_sink)
		rolled_places(f, step);
	if (!dense && f->row->look)
		f->row->look(f->state, &step);
	for (uint32_t kv = 0; kv < w->n_kv; kv++)
		fast_head(f, w, kv, dense);
	if (f->row->evict && w->n >= w->dense_end)
		f->row->evict(f->state, &step);
	obvious(w);
	if (w->n >= w->dense_end)
		compare(r, w, f);
}

static void go_on_with_a_copy(struct fast *f)
{
	struct cache *cache = cache_copy(f->cache);
	void *state = f->row->copy ? f->row->copy(f->state) : NULL;

	if (f->row->destroy)
		f->row->destroy(f->state);
	cache_free(f->cache);
	f->cache = cache;
	f->state = state;
}

static void (*obvious_step(const char *policy))(struct world *w)
{
	for (size_t i = 0; i < obvious_n_rows; i++)
		if (!strcmp(obvious_rows[i].policy, policy))
			return obvious_rows[i].step;
	fail_msg("%s has no obvious twin", policy);
	return NULL;
}

static void resolve(const struct race *r, struct sparse_opts *o)
{
	const struct sparse_shape shape = { 1, r->n_kv * r->group, r->n_kv,
					    D };
	struct err err = { "" };

	*o = sparse_opts_auto;
	o->budget = r->budget;
	o->seed = 77;
	if (r->page)
		o->page = r->page;
	if (r->sinks)
		o->sinks = (uint32_t)r->sinks;
	if (r->recent)
		o->recent = (uint32_t)r->recent;
	if (r->keep_prompt != AUTO && strcmp(r->policy, "quest") != 0 &&
	    strcmp(r->policy, "infllm") != 0) /* these can't but keep it */
		o->keep_prompt = (uint32_t)r->keep_prompt;
	if (!sparse_resolve(sparse_find(r->policy), o, &shape, &err))
		fail_msg("%s, budget %u, page %u: %s", r->policy, r->budget,
			 r->page, err.text);
	assert_int_equal(o->budget, r->budget); /* nothing is raised */
	o->dense_layers = 0;
}

static void run_race(const struct race *r, enum ggml_type kv)
{
	static struct world w;
	/* a base that turns next to nothing: positions do not matter here */
	const struct rope_opts turn = { .n_rot = 0, .base = 10000,
					.factor = 1 };
	const struct sparse_shape shape = { 1, r->n_kv * r->group, r->n_kv,
					    D };
	struct sparse_opts o;
	struct fast f = { .row = sparse_find(r->policy) };
	struct sparse_list lists[HEADS_MAX] = { { 0 } };

	resolve(r, &o);
	memset(&w, 0, sizeof(w));
	w.o = &o;
	w.n_kv = r->n_kv;
	w.group = r->group;
	w.halves = kv != GGML_F32;
	w.prompt_end = r->prompt;
	w.dense_end = r->seen ? r->seen : r->prompt;
	f.state = f.row->create ? f.row->create(&o, &shape) : NULL;
	f.cache = cache_new(1, r->n_kv, D, kv);
	f.pick.lists = lists;
	f.rope = rope_new(&turn);
	rope_reach(f.rope, TOKENS_MAX + 1);
	for (uint32_t t = 0; t < r->n; t++) {
		one_token(r, &w, &f, obvious_step(r->policy));
		if (t == (w.dense_end + r->n) / 2)
			go_on_with_a_copy(&f);
	}
	for (uint32_t g = 0; g < HEADS_MAX; g++)
		mem_free(lists[g].ranges);
	if (f.row->destroy)
		f.row->destroy(f.state);
	cache_free(f.cache);
	rope_free(f.rope);
}

/* Every policy by budgets, pages, groups and prompts: longer than the budget,
 * shorter, and one token. of: each so many of them, all policies and each pair
 * of the rest among them. */
static void grid(enum ggml_type kv, size_t of)
{
	static const uint32_t budgets[] = { 16, 33, 48, 90 };
	static const uint32_t pages[] = { 0, 4, 5 };
	static const struct {
		uint32_t n_kv, group, prompt;
	} shapes[] = { { 2, 3, 100 }, { 3, 1, 20 }, { 1, 4, 1 } };

	srand(21);
	for (size_t i = 0; i < sparse_n_rows; i++)
		for (size_t b = 0; b < ARRAY_LEN(budgets); b++)
			for (size_t p = 0; p < ARRAY_LEN(pages); p++)
				for (size_t s = (3 * of - b - p) % of;
				     s < ARRAY_LEN(shapes); s += of)
					run_race(&(struct race){
						.policy = sparse_rows[i]->name,
						.budget = budgets[b],
						.page = pages[p],
						.keep_prompt = AUTO,
						.n_kv = shapes[s].n_kv,
						.group = shapes[s].group,
						.prompt = shapes[s].prompt,
						.n = 180 }, kv);
}

static void the_same_positions(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_cache_types; i++)
		grid(cache_types[i].type, i ? 3 : 1);
}

/* What the grid does not have: a prompt that is kept or that is not, within
 * the budget and over it; windows and sinks of another size; the smallest
 * budgets; long texts; a text that is fed again, whose prompt ended before. */
static void odd_options(void **state)
{
	static const struct race races[] = {
		{ "sink", 40, 0, 0, 0, 1, 2, 3, 20, 150, 0 },
		{ "sink", 40, 0, 0, 0, 1, 2, 3, 60, 150, 0 },
		{ "sink", 40, 0, 39, 0, 0, 2, 3, 20, 100, 0 },
		{ "sink", 1, 0, 0, 0, 0, 2, 3, 20, 60, 0 },
		{ "h2o", 40, 0, 0, 0, 1, 2, 3, 20, 150, 0 },
		{ "h2o", 40, 0, 0, 0, 1, 2, 3, 60, 150, 0 },
		{ "h2o", 40, 0, 0, 40, 0, 2, 3, 20, 100, 0 },
		{ "h2o", 40, 0, 0, 5, 0, 1, 6, 20, 100, 70 },
		{ "h2o", 1, 0, 0, 0, 0, 2, 3, 20, 60, 0 },
		{ "quest", 16, 16, 0, 0, 0, 2, 3, 5, 120, 0 },
		{ "quest", 1, 0, 0, 0, 0, 2, 3, 5, 60, 0 },
		{ "quest", 96, 8, 0, 0, 0, 2, 2, 70, 300, 0 },
		{ "quest", 64, 32, 0, 0, 0, 2, 2, 30, 300, 200 },
		{ "raas", 64, 16, 0, 0, AUTO, 2, 3, 40, 400, 0 },
		{ "raas", 64, 8, 0, 0, 0, 2, 3, 40, 400, 0 },
		{ "raas", 64, 8, 0, 0, 0, 2, 3, 200, 400, 0 },
		{ "raas", 64, 8, 0, 0, 1, 2, 3, 90, 400, 0 },
		{ "raas", 64, 8, 0, 0, 1, 2, 3, 41, 400, 150 },
		{ "raas", 8, 8, 0, 0, 1, 2, 3, 10, 100, 0 },
		{ "raas", 8, 8, 0, 0, 0, 2, 3, 10, 100, 0 },
		{ "raas", 1, 0, 0, 0, 0, 2, 3, 10, 60, 0 },
		{ "raas", 96, 32, 0, 0, 0, 2, 3, 50, 300, 0 },
		{ "tova", 1, 0, 0, 0, 0, 2, 3, 20, 60, 0 },
		{ "tova", 40, 0, 0, 0, 0, 2, 3, 20, 120, 80 },
		{ "tova", 40, 0, 0, 0, 1, 2, 3, 20, 120, 80 },
		{ "tova", 40, 0, 0, 0, 1, 2, 2, 60, 120, 0 },
		{ "tova", 40, 0, 0, 0, 1, 2, 3, 39, 90, 0 },
		{ "snapkv", 60, 0, 0, 0, 0, 2, 3, 120, 160, 0 },
		{ "snapkv", 60, 0, 0, 59, 0, 2, 3, 120, 160, 0 },
		{ "snapkv", 60, 0, 0, 1, 0, 1, 6, 40, 160, 90 },
		{ "snapkv", 2, 0, 0, 0, 0, 2, 3, 40, 60, 0 },
		{ "rkv", 60, 0, 0, 0, 0, 2, 3, 100, 400, 0 },
		{ "rkv", 60, 0, 0, 20, 0, 1, 6, 128, 400, 0 },
		{ "rkv", 128, 0, 0, 0, 0, 3, 1, 10, 400, 0 },
		{ "rkv", 60, 0, 0, 0, 1, 2, 3, 40, 400, 0 },
		{ "rkv", 60, 0, 0, 0, 1, 2, 3, 100, 400, 0 },
		{ "rkv", 60, 0, 0, 12, 1, 1, 6, 50, 400, 90 },
		{ "rkv", 60, 0, 0, 0, 1, 2, 3, 57, 400, 0 },
		{ "rkv", 2, 0, 0, 0, 0, 2, 3, 10, 300, 0 },
		{ "infllm", 64, 0, 0, 0, 0, 2, 3, 100, 300, 0 },
		{ "infllm", 96, 8, 0, 0, 0, 2, 3, 10, 300, 0 },
		{ "infllm", 96, 16, 20, 30, 0, 1, 6, 10, 300, 120 },
		{ "infllm", 3, 0, 0, 0, 0, 2, 3, 10, 60, 0 },
		{ "random", 40, 0, 0, 0, 1, 2, 3, 20, 150, 0 },
		{ "random", 40, 0, 0, 0, 1, 2, 3, 60, 150, 0 },
		{ "random", 1, 0, 0, 0, 0, 2, 3, 20, 60, 0 },
	};

	(void)state;
	srand(22);
	for (size_t i = 0; i < ARRAY_LEN(races) * n_cache_types; i++)
		run_race(&races[i / n_cache_types],
			 cache_types[i % n_cache_types].type);
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

/* NaNs lose, and every index is one of the values'. */
static void top_of_no_numbers(void **state)
{
	float values[64];
	uint32_t out[64], work[64];

	(void)state;
	srand(6);
	for (int round = 0; round < 500; round++) {
		uint32_t n = 1 + (uint32_t)rand() % 64, n_good = 0;
		uint32_t most = (uint32_t)rand() % n, n_out = 0;

		for (uint32_t i = 0; i < n; i++) {
			values[i] = rand() % 3 ? NAN : (float)(rand() % 5);
			n_good += !isnan(values[i]);
		}
		memset(out, 0xff, sizeof(out));
		sparse_top(values, n, most, out, work);
		for (uint32_t i = 0; i < most; i++) {
			assert_true(out[i] < n && (!i || out[i] > out[i - 1]));
			n_out += !isnan(values[out[i]]);
		}
		assert_int_equal(n_out, MIN(most, n_good));
	}
}

/* Every slot that may go does so equally often. */
static void lots_are_fair(void **state)
{
	enum { N = 20, ROUNDS = 4000 };
	const struct sparse_shape shape = { 1, 1, 1, D };
	struct sparse_opts o = sparse_opts_auto;
	const float zero[D] = { 0 };
	uint32_t gone[N] = { 0 };
	double chi2 = 0;

	(void)state;
	o.budget = N - 1;
	o.dense_layers = o.keep_prompt = 0;
	for (o.seed = 0; o.seed < ROUNDS; o.seed++) {
		void *lots = sparse_random.create(&o, &shape);
		struct cache *c = cache_new(1, 1, D, GGML_F32);
		struct cache_head *h = cache_head(c, 0, 0);
		struct sparse_step step = { .cache = c, .pos = N - 1 };
		bool kept[N] = { false };

		for (uint32_t i = 0; i < N; i++)
			cache_append(c, h, i, zero, zero);
		sparse_random.evict(lots, &step);
		assert_int_equal(h->n, N - 1);
		for (uint32_t i = 0; i < h->n; i++)
			kept[h->pos[i]] = true;
		for (uint32_t i = 0; i < N; i++)
			gone[i] += !kept[i];
		sparse_random.destroy(lots);
		cache_free(c);
	}
	assert_int_equal(gone[N - 1], 0); /* the newest */
	for (uint32_t i = 0; i < N - 1; i++) {
		double want = ROUNDS / (double)(N - 1);

		chi2 += (gone[i] - want) * (gone[i] - want) / want;
	}
	assert_true(chi2 < 42.3); /* 18 degrees of freedom, 0.1 % */
}

/* --- options ------------------------------------------------------------ */

static bool resolves(const char *policy, struct sparse_opts o,
		     struct err *err)
{
	const struct sparse_shape shape = { 4, 8, 2, 16 };

	err_clear(err);
	return sparse_resolve(sparse_find(policy), &o, &shape, err);
}

/* What can't be done is refused, and the sentence names the option. */
static void bad_options_are_named(void **state)
{
	static const struct {
		const char *policy;
		uint32_t budget, page, sinks, recent;
		const char *named;
	} bad[] = {
		{ "h2o", 0, 0, 0, 0, "--budget" },
		{ "h2o", 32, 0, 0, 33, "--recent 33" },
		{ "quest", 32, 64, 0, 0, "--page" },
		{ "raas", 32, 64, 0, 0, "--page" },
		{ "sink", 32, 0, 32, 0, "--sinks" },
		{ "infllm", 32, 0, 20, 20, "--sinks 20 and --recent 20" },
		{ "infllm", 32, 16, 8, 0, "--page" },
		{ "infllm", 2, 0, 0, 0, "budget of 2" },
		{ "snapkv", 32, 0, 0, 32, "--recent" },
		{ "snapkv", 1, 0, 0, 0, "--recent" },
		{ "rkv", 8, 0, 0, 8, "--recent" },
		{ "rkv", 1, 0, 0, 0, "--recent" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sparse_opts o = sparse_opts_auto;
		struct err err = { "" };

		o.budget = bad[i].budget;
		o.page = bad[i].page ? bad[i].page : SPARSE_AUTO;
		o.sinks = bad[i].sinks ? bad[i].sinks : SPARSE_AUTO;
		o.recent = bad[i].recent ? bad[i].recent : SPARSE_AUTO;
		if (resolves(bad[i].policy, o, &err))
			fail_msg("%s takes what row %zu has", bad[i].policy, i);
		if (!strstr(err.text, bad[i].named))
			fail_msg("%s: %s", bad[i].named, err.text);
	}
	assert_null(sparse_find("nothing"));
	for (size_t i = 0; i < sparse_n_rows; i++) {
		struct sparse_opts o = sparse_opts_auto;
		struct err err = { "" };

		o.keep_prompt = 1;
		assert_int_equal(resolves(sparse_rows[i]->name, o, &err),
				 sparse_rows[i] != &sparse_snapkv);
		assert_int_equal(!strstr(err.text, "--keep-prompt"),
				 sparse_rows[i] != &sparse_snapkv);
		/* what evicts nothing can't let the prompt go */
		o = sparse_opts_auto;
		err_clear(&err);
		o.keep_prompt = 0;
		assert_int_equal(resolves(sparse_rows[i]->name, o, &err),
				 sparse_rows[i] != &sparse_quest &&
					 sparse_rows[i] != &sparse_infllm);
		/* nor be dense in layers that are not there */
		o = sparse_opts_auto;
		o.dense_layers = 1000;
		assert_int_equal(resolves(sparse_rows[i]->name, o, &err),
				 sparse_rows[i] == &sparse_dense);
	}
}

/* Any budget from 3 on is taken as it is; an option that a policy does not
 * use can't be wrong, nor is it kept. */
static void options_are_honoured(void **state)
{
	(void)state;
	for (size_t i = 0; i < sparse_n_rows; i++) {
		const struct sparse *row = sparse_rows[i];
		const struct sparse_shape shape = { 4, 8, 2, 16 };
		struct sparse_opts o, given = sparse_opts_auto;
		struct err err = { "" };

		for (uint32_t budget = 3; budget < 300; budget++) {
			o = sparse_opts_auto;
			o.budget = budget;
			if (!sparse_resolve(row, &o, &shape, &err))
				fail_msg("%s %u: %s", row->name, budget,
					 err.text);
			assert_int_equal(o.budget, budget);
		}
		given.budget = 64;
		given.page = row->uses & SPARSE_USES_PAGE ? 7 : 65;
		given.sinks = row->uses & SPARSE_USES_SINKS ? 9 : 65;
		given.recent = row->uses & SPARSE_USES_RECENT ? 11 : 65;
		o = given;
		if (!sparse_resolve(row, &o, &shape, &err))
			fail_msg("%s: %s", row->name, err.text);
		if (row->uses & SPARSE_USES_PAGE)
			assert_int_equal(o.page, 7);
		if (row->uses & SPARSE_USES_SINKS)
			assert_int_equal(o.sinks, 9);
		if (row->uses & SPARSE_USES_RECENT)
			assert_int_equal(o.recent, 11);
		assert_true(o.page <= 64 && o.sinks < 64 && o.recent <= 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_positions),
		cmocka_unit_test(odd_options),
		cmocka_unit_test(top_is_a_sort),
		cmocka_unit_test(top_of_no_numbers),
		cmocka_unit_test(lots_are_fair),
		cmocka_unit_test(bad_options_are_named),
		cmocka_unit_test(options_are_honoured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
