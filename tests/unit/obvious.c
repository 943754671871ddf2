#include "obvious.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"

double obvious_dot(const float *a, const float *b)
{
	double sum = 0;

	for (int i = 0; i < D; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

uint32_t obvious_count(const bool *set, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t j = 0; j < n; j++)
		sum += set[j];
	return sum;
}

/* Is the last token one of the prompt, but not its last one? */
static bool in_prompt(const struct world *w)
{
	return w->n < w->dense_end;
}

/* May the policy choose what to read? */
static bool is_step(const struct world *w)
{
	return w->n > w->dense_end;
}

static uint32_t n_heads(const struct world *w)
{
	return w->n_kv * w->group;
}

/* Does the prompt stay, and is this position of it? */
static bool is_held(const struct world *w, uint32_t pos)
{
	return w->o->keep_prompt && pos < w->prompt_end;
}

/* Probabilities of query head h of token t over a set of positions. */
static void attention(const struct world *w, uint32_t t, uint32_t h,
		      const bool *set, double *p)
{
	double most = -INFINITY, sum = 0;

	for (uint32_t j = 0; j <= t; j++) {
		p[j] = set[j] ? obvious_dot(w->q[t][h], w->k[j][h / w->group]) /
					sqrt(D) :
				-INFINITY;
		most = fmax(most, p[j]);
	}
	for (uint32_t j = 0; j <= t; j++)
		sum += p[j] = exp(p[j] - most);
	for (uint32_t j = 0; j <= t; j++)
		p[j] /= sum;
}

/* Of n things those of `candidate` that are not among its best `most` leave
 * the set. */
static void keep_best(uint32_t n, bool *set, const bool *candidate,
		      const double *value, uint32_t most)
{
	bool stays[TOKENS_MAX] = { false };

	while (most--) {
		uint32_t best = n;

		for (uint32_t j = 0; j < n; j++)
			if (set[j] && candidate[j] && !stays[j] &&
			    (best == n || value[j] > value[best]))
				best = j;
		if (best == n)
			break;
		stays[best] = true;
	}
	for (uint32_t j = 0; j < n; j++)
		if (candidate[j] && !stays[j])
			set[j] = false;
}

static void read_all_kept(struct world *w)
{
	for (uint32_t h = 0; h < n_heads(w); h++)
		memcpy(w->read[h], w->kept[h / w->group], sizeof(w->read[h]));
}

/* Sinks, or the prompt, and as many of the last as the budget has left. */
static void obvious_sink(struct world *w)
{
	uint32_t first = w->o->sinks, window;

	if (w->o->keep_prompt && w->prompt_end > first)
		first = w->prompt_end;
	window = w->o->budget > first ? w->o->budget - first : 1;
	read_all_kept(w);
	for (uint32_t kv = 0; !in_prompt(w) && kv < w->n_kv; kv++)
		for (uint32_t j = first; j + window < w->n; j++)
			w->kept[kv][j] = false;
}

static void obvious_h2o(struct world *w)
{
	double p[TOKENS_MAX];

	read_all_kept(w);
	for (uint32_t h = 0; h < n_heads(w); h++) {
		attention(w, w->n - 1, h, w->kept[h / w->group], p);
		for (uint32_t j = 0; j < w->n; j++)
			w->score[h / w->group][j] += p[j];
	}
	for (uint32_t kv = 0; !in_prompt(w) && kv < w->n_kv; kv++) {
		bool old[TOKENS_MAX];
		uint32_t n_kept = obvious_count(w->kept[kv], w->n), n_old = 0;
		uint32_t n_rest;

		if (n_kept <= w->o->budget)
			continue;
		for (uint32_t j = 0; j < w->n; j++) {
			old[j] = j + w->o->recent < w->n && !is_held(w, j);
			n_old += old[j] && w->kept[kv][j];
		}
		n_rest = n_kept - n_old;
		keep_best(w->n, w->kept[kv], old, w->score[kv],
			  w->o->budget > n_rest ? w->o->budget - n_rest : 0);
	}
}

/* The least half that is not less. */
static double half_above(double v)
{
	double ulp = ldexp(1, v == 0 ? -24 : MAX(ilogb(v) - 10, -24));

	return ceil(v / ulp) * ulp;
}

/* The corner of the page's box that is farthest along q. */
static double bound(const struct world *w, const float *q, uint32_t kv,
		    uint32_t first)
{
	double sum = 0;

	for (int i = 0; i < D; i++) {
		double least = INFINITY, great = -INFINITY;

		for (uint32_t j = first; j < first + w->o->page; j++) {
			least = MIN(least, w->k[j][kv][i]);
			great = MAX(great, w->k[j][kv][i]);
		}
		least = w->halves ? -half_above(-least) : least;
		great = w->halves ? half_above(great) : great;
		sum += MAX(q[i] * least, q[i] * great);
	}
	return sum;
}

static void obvious_quest(struct world *w)
{
	uint32_t page = w->o->page, last = (w->n - 1) / page;
	uint32_t most = w->o->budget / page - 1;

	read_all_kept(w);
	if (!is_step(w) || w->n <= w->o->budget)
		return;
	for (uint32_t h = 0; h < n_heads(w); h++) {
		double s[TOKENS_MAX];
		bool pages[TOKENS_MAX], all[TOKENS_MAX];

		for (uint32_t i = 0; i < last; i++) {
			s[i] = bound(w, w->q[w->n - 1][h], h / w->group,
				     i * page);
			pages[i] = all[i] = true;
		}
		keep_best(last, pages, all, s, most);
		for (uint32_t j = 0; j < w->n; j++)
			w->read[h][j] = j / page == last || pages[j / page];
	}
}

static void drop_page(struct world *w, uint32_t kv, uint32_t i)
{
	memset(w->kept[kv] + (size_t)i * w->o->page, 0, w->o->page);
}

/* Evict argmin stamp, never the last page nor the prompt. */
static void raas_evict(struct world *w, uint32_t kv, uint32_t last)
{
	while (obvious_count(w->kept[kv], w->n) > w->o->budget) {
		uint32_t oldest = last;

		for (uint32_t i = 0; i < last; i++)
			if (w->kept[kv][i * w->o->page] &&
			    !is_held(w, i * w->o->page) &&
			    (oldest == last ||
			     w->stamp[kv][i] < w->stamp[kv][oldest]))
				oldest = i;
		if (oldest == last)
			break;
		drop_page(w, kv, oldest);
	}
}

static void raas_read(struct world *w, uint32_t kv, uint32_t last)
{
	uint32_t page = w->o->page, now = w->n - 1;
	double s[TOKENS_MAX] = { 0 };
	bool pages[TOKENS_MAX], top[TOKENS_MAX], all[TOKENS_MAX] = { 0 };

	for (uint32_t i = 0; i < last; i++) {
		all[i] = true;
		pages[i] = top[i] = w->kept[kv][i * page];
		for (uint32_t g = 0; pages[i] && g < w->group; g++)
			s[i] += bound(w, w->q[now][kv * w->group + g], kv,
				      i * page);
	}
	keep_best(last, top, all, s, w->o->budget / page / 2);
	for (uint32_t i = 0; i < last; i++)
		if (top[i])
			w->stamp[kv][i] = now;
	if (obvious_count(w->kept[kv], w->n) > w->o->budget)
		keep_best(last, pages, all, s,
			  (w->o->budget - (w->n - last * page)) / page);
	for (uint32_t g = 0; g < w->group; g++)
		for (uint32_t j = 0; j < w->n; j++)
			w->read[kv * w->group + g][j] =
				j / page == last || pages[j / page];
}

static void obvious_raas(struct world *w)
{
	uint32_t now = w->n - 1, last = now / w->o->page;

	read_all_kept(w);
	for (uint32_t kv = 0; !in_prompt(w) && kv < w->n_kv; kv++) {
		for (uint32_t i = 0; i <= last; i++)
			if (!is_step(w) || (i == last && now % w->o->page == 0))
				w->stamp[kv][i] = now;
		raas_evict(w, kv, last);
		if (is_step(w))
			raas_read(w, kv, last);
	}
}

static void obvious_tova(struct world *w)
{
	double p[TOKENS_MAX], mean[TOKENS_MAX] = { 0 };
	bool all[TOKENS_MAX];

	read_all_kept(w);
	memset(all, 1, sizeof(all));
	for (uint32_t h = 0; h < n_heads(w); h++) {
		attention(w, w->n - 1, h, w->kept[h / w->group], p);
		for (uint32_t j = 0; j < w->n; j++)
			mean[j] += p[j] / n_heads(w);
	}
	for (uint32_t j = 0; w->o->keep_prompt && j < w->prompt_end; j++)
		all[j] = false; /* the others are chosen from */
	for (uint32_t kv = 0; !in_prompt(w) && kv < w->n_kv; kv++)
		keep_best(w->n, w->kept[kv], all, mean,
			  !w->o->keep_prompt ? w->o->budget :
			  w->o->budget > w->prompt_end ?
				  w->o->budget - w->prompt_end : 1);
}

static void obvious_snapkv(struct world *w)
{
	uint32_t window = w->o->recent, n_old = w->dense_end - window;

	read_all_kept(w);
	if (w->n != w->dense_end || w->n <= w->o->budget)
		return;
	for (uint32_t kv = 0; kv < w->n_kv; kv++) {
		double sum[TOKENS_MAX] = { 0 }, pooled[TOKENS_MAX] = { 0 };
		double p[TOKENS_MAX];
		bool old[TOKENS_MAX] = { false };

		for (uint32_t t = n_old; t < w->n; t++)
			for (uint32_t g = 0; g < w->group; g++) {
				bool before[TOKENS_MAX] = { false };

				memset(before, 1, t + 1);
				attention(w, t, kv * w->group + g, before, p);
				for (uint32_t j = 0; j < n_old; j++)
					sum[j] += p[j];
			}
		for (int j = 0; j < (int)n_old; j++) {
			old[j] = true;
			for (int i = j - 2; i <= j + 2; i++)
				if (i >= 0 && i < (int)n_old)
					pooled[j] += sum[i] / 5;
		}
		keep_best(w->n, w->kept[kv], old, pooled,
			  w->o->budget - window);
	}
}

/* maxpool7(mean over the last queries of softmax(max_g(q k)[.., :-w])). */
static void rkv_importance(const struct world *w, uint32_t kv, double *out)
{
	const uint32_t *at = w->order[kv];
	int n = (int)(w->n_order[kv] - w->o->recent);
	double mean[TOKENS_MAX] = { 0 }, row[TOKENS_MAX];

	for (uint32_t t = w->n - w->o->recent; t < w->n; t++) {
		double most = -INFINITY, all = 0;

		for (int i = 0; i < n; i++) {
			row[i] = -INFINITY;
			for (uint32_t g = 0; g < w->group; g++)
				row[i] = fmax(row[i],
					      obvious_dot(w->q[t][kv * w->group
								  + g],
							  w->k[at[i]][kv]) /
						      sqrt(D));
			most = fmax(most, row[i]);
		}
		for (int i = 0; i < n; i++)
			all += row[i] = exp(row[i] - most);
		for (int i = 0; i < n; i++)
			mean[i] += row[i] / all / w->o->recent;
	}
	for (int i = 0; i < n; i++) {
		out[i] = 0;
		for (int j = i - 3; j <= i + 3; j++)
			if (j >= 0 && j < n)
				out[i] = fmax(out[i], mean[j]);
	}
}

/* cos(K, K), diagonal 0; in each row the last column over 0.5 is made 0 (the
 * first column if there is none); softmax of the mean of the columns. */
static void rkv_redundancy(const struct world *w, uint32_t kv, double *out)
{
	const uint32_t *at = w->order[kv];
	uint32_t n = w->n_order[kv];
	double sum = 0;

	memset(out, 0, n * sizeof(*out));
	for (uint32_t i = 0; i < n; i++) {
		double row[TOKENS_MAX];
		uint32_t spared = 0;

		for (uint32_t j = 0; j < n; j++) {
			const float *a = w->k[at[i]][kv], *b = w->k[at[j]][kv];

			row[j] = i == j ? 0 :
					  obvious_dot(a, b) /
						  sqrt(obvious_dot(a, a) *
						       obvious_dot(b, b));
			if (row[j] > 0.5)
				spared = j;
		}
		row[spared] = 0;
		for (uint32_t j = 0; j < n; j++)
			out[j] += row[j] / n;
	}
	for (uint32_t j = 0; j < n; j++)
		sum += exp(out[j]);
	for (uint32_t j = 0; j < n; j++)
		out[j] = exp(out[j]) / sum;
}

static void rkv_cut(struct world *w, uint32_t kv)
{
	uint32_t n_old = w->n_order[kv] - w->o->recent, order[TOKENS_MAX];
	uint32_t n_keep = w->o->budget - w->o->recent, n_first = 0;
	double good[TOKENS_MAX], bad[TOKENS_MAX];
	bool taken[TOKENS_MAX] = { false };

	rkv_importance(w, kv, good);
	rkv_redundancy(w, kv, bad);
	memset(w->kept[kv], 0, sizeof(w->kept[kv]));
	for (uint32_t i = 0; i < n_old; i++)
		n_first += w->o->keep_prompt && w->order[kv][i] < w->prompt_end;
	n_keep = MAX(n_keep, n_first);
	for (uint32_t m = 0; m < n_keep + w->o->recent; m++) {
		uint32_t best = n_old;

		/* the prompt is first, and has never been moved */
		if (m < n_first)
			best = m;
		for (uint32_t i = 0; m >= n_first && m < n_keep && i < n_old;
		     i++)
			if (!taken[i] &&
			    (best == n_old ||
			     0.07 * good[i] - 0.93 * bad[i] >
				     0.07 * good[best] - 0.93 * bad[best]))
				best = i;
		if (m >= n_keep)
			best = n_old + m - n_keep;
		taken[best] = true;
		order[m] = w->order[kv][best];
		w->kept[kv][order[m]] = true;
	}
	memcpy(w->order[kv], order, sizeof(order));
	w->n_order[kv] = n_keep + w->o->recent;
}

/* The flag that the published code sets at a multiple of 128 works on in the
 * next step. */
static void obvious_rkv(struct world *w)
{
	read_all_kept(w);
	for (uint32_t kv = 0; kv < w->n_kv; kv++) {
		w->order[kv][w->n_order[kv]++] = w->n - 1;
		if (w->n != w->dense_end &&
		    (!is_step(w) || (w->n - 1) % 128 != 0))
			continue;
		if (w->n_order[kv] > w->o->budget)
			rkv_cut(w, kv);
	}
}

/* A block for query heads: how much they like its representatives. */
static double infllm_score(const struct world *w, uint32_t first)
{
	uint32_t n_repr = w->o->page / 8 ? w->o->page / 8 : 1;
	double sum = 0;

	for (uint32_t h = 0; h < n_heads(w); h++) {
		bool taken[TOKENS_MAX] = { false };

		for (uint32_t r = 0; r < n_repr; r++) {
			uint32_t top = TOKENS_MAX;

			for (uint32_t j = first; j < first + w->o->page; j++)
				if (!taken[j] &&
				    (top == TOKENS_MAX ||
				     w->score[h][j] > w->score[h][top]))
					top = j;
			taken[top] = true;
			sum += obvious_dot(w->q[w->n - 1][h],
					   w->k[top][h / w->group]) / n_repr;
		}
	}
	return sum;
}

/* The score of a position is the mass that it got while in the window. */
static void obvious_infllm(struct world *w)
{
	uint32_t now = w->n - 1, local = w->o->recent, init = w->o->sinks;
	uint32_t block = w->o->page, n_blocks = 0, n_top;
	bool best[TOKENS_MAX], all[TOKENS_MAX], in[TOKENS_MAX];
	double s[TOKENS_MAX], p[TOKENS_MAX];

	n_top = (w->o->budget - init - local) / block - 1;
	/* blocks that had left the window before this step */
	while (is_step(w) && init + (n_blocks + 1) * block + local <= now)
		n_blocks++;
	for (uint32_t b = 0; b < n_blocks; b++) {
		best[b] = all[b] = true;
		s[b] = infllm_score(w, init + b * block);
	}
	keep_best(n_blocks, best, all, s, n_top);
	memset(in, 0, sizeof(in));
	for (uint32_t j = 0; j < w->n; j++)
		in[j] = !is_step(w) || w->n <= w->o->budget || j < init ||
			j >= init + n_blocks * block ||
			best[(j - init) / block];
	for (uint32_t h = 0; h < n_heads(w); h++) {
		memcpy(w->read[h], in, sizeof(in));
		attention(w, now, h, in, p);
		for (uint32_t j = 0; j <= now; j++)
			if (j + local > now)
				w->score[h][j] += p[j];
	}
}

/* SplitMix64 of seed, step and head; slots are taken by lot, the last one
 * fills the gap. */
static void obvious_random(struct world *w)
{
	read_all_kept(w);
	for (uint32_t kv = 0; kv < w->n_kv; kv++) {
		uint64_t x = w->o->seed ^ (uint64_t)(w->n - 1) << 32 ^ kv, z;
		uint32_t *at = w->order[kv], *n = &w->n_order[kv];
		uint32_t first = w->o->keep_prompt ? w->prompt_end : 0;

		at[(*n)++] = w->n - 1;
		while (!in_prompt(w) && *n > w->o->budget && *n > first + 1) {
			uint32_t i;

			x += 0x9e3779b97f4a7c15u;
			z = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
			z = (z ^ z >> 27) * 0x94d049bb133111ebu;
			i = first + (uint32_t)((z ^ z >> 31) % (*n - first));
			if (at[i] == w->n - 1)
				continue;
			w->kept[kv][at[i]] = false;
			at[i] = at[--*n];
		}
	}
}

static void obvious_dense(struct world *w)
{
	read_all_kept(w);
}

const struct obvious obvious_rows[] = {
	{ "dense", obvious_dense },   { "sink", obvious_sink },
	{ "h2o", obvious_h2o },	      { "quest", obvious_quest },
	{ "infllm", obvious_infllm }, { "raas", obvious_raas },
	{ "snapkv", obvious_snapkv }, { "tova", obvious_tova },
	{ "rkv", obvious_rkv },	      { "random", obvious_random },
};
const size_t obvious_n_rows = ARRAY_LEN(obvious_rows);
