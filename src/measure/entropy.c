/*
 * sums[k] is the sum of lrs + 1 over the first k * ENTROPY_STEP symbols; the
 * fit needs x and y of the blocks, and goes through a grid of b. A picture
 * keeps what it asked: a prefix never has another estimate.
 */
#include "measure/entropy.h"

#include "base/buf.h"

#include <math.h>

enum { GRID = 61, N_MAX = ENTROPY_BLOCKS, NEAR_PARTS = 32 };

static const double b_first = -12, b_step = 0.5, b_mean = 1.5, b_sd = 2;
static const double x_least = 0.5;     /* of x + b: no b below */
static const double huber = 1.5;       /* scales from where it is linear */
static const double scale_least = 0.005;
static const double mad_to_sd = 1.4826;
static const double floor_share = 0.03; /* of the estimate */

/* A prefix of a picture. */
struct near {
	uint32_t n_steps;
	bool known;
	struct entropy_point p;
};

struct entropy {
	struct near *near;
	size_t n_near, cap_near;
	uint64_t *sums;
	size_t cap;
	uint64_t sum;
	uint32_t n;
};

struct entropy *entropy_new(void)
{
	struct entropy *e = mem_zalloc(sizeof(*e));

	e->sums = grow(e->sums, &e->cap, 1, sizeof(*e->sums));
	e->sums[0] = 0;
	return e;
}

void entropy_free(struct entropy *e)
{
	if (!e)
		return;
	mem_free(e->near);
	mem_free(e->sums);
	mem_free(e);
}

/* The sum of k steps. */
static void keep(struct entropy *e, size_t k)
{
	e->sums = grow(e->sums, &e->cap, k + 1, sizeof(*e->sums));
	e->sums[k] = e->sum;
}

void entropy_push_all(struct entropy *e, const uint32_t *lrs, uint32_t n)
{
	for (uint32_t k; n; n -= k, lrs += k) {
		uint64_t sum = 0;

		k = MIN(n, ENTROPY_STEP - e->n % ENTROPY_STEP);
		for (uint32_t i = 0; i < k; i++)
			sum += lrs[i];
		e->sum += sum + k;
		e->n += k;
		if (e->n % ENTROPY_STEP == 0)
			keep(e, e->n / ENTROPY_STEP);
	}
}

void entropy_push(struct entropy *e, uint32_t lrs)
{
	entropy_push_all(e, &lrs, 1);
}

/* The integral of log2 from 0 to t. */
static double log2_sum(double t)
{
	return t > 0 ? t * (log2(t) - M_LOG2E) : 0;
}

struct blocks {
	uint32_t n;
	double x[N_MAX], y[N_MAX];
	/* Which is the least of what the last fit left, and so on: the next
	 * one's order is nearly the same. */
	uint8_t by_left[N_MAX], by_off[N_MAX];
};

/* One b: what it leaves in the blocks, and their rates. */
struct fit {
	double left[N_MAX]; /* log(y / (x + b)) less its median */
	double scale;       /* of these */
	double rate, variance; /* mean of (x + b) / y, and of that mean */
};

static void cut(const struct entropy *e, uint32_t n_steps, struct blocks *k)
{
	k->n = MIN(n_steps, (uint32_t)ENTROPY_BLOCKS);
	for (uint32_t i = 0; i < k->n; i++) {
		uint32_t from = (uint32_t)((uint64_t)n_steps * i / k->n);
		uint32_t to = (uint32_t)((uint64_t)n_steps * (i + 1) / k->n);
		double n = (double)(to - from) * ENTROPY_STEP;

		k->x[i] = (log2_sum((double)to * ENTROPY_STEP) -
			   log2_sum((double)from * ENTROPY_STEP)) / n;
		k->y[i] = (double)(e->sums[to] - e->sums[from]) / n;
		k->by_left[i] = k->by_off[i] = (uint8_t)i;
	}
}

/* Of few values: their order is mended by insertion. */
static double median(const double *v, uint8_t *order, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint8_t one = order[i];
		uint32_t at = i;

		for (; at && v[order[at - 1]] > v[one]; at--)
			order[at] = order[at - 1];
		order[at] = one;
	}
	return (v[order[n / 2]] + v[order[(n - 1) / 2]]) / 2;
}

static void fit(struct blocks *k, double b, struct fit *f)
{
	double off[N_MAX], middle, sum = 0, squares = 0, n = k->n;

	for (uint32_t i = 0; i < k->n; i++) {
		double rate = (k->x[i] + b) / k->y[i];

		f->left[i] = -log(rate);
		sum += rate;
		squares += rate * rate;
	}
	middle = median(f->left, k->by_left, k->n);
	for (uint32_t i = 0; i < k->n; i++) {
		f->left[i] -= middle;
		off[i] = fabs(f->left[i]);
	}
	f->scale = mad_to_sd * median(off, k->by_off, k->n);
	f->rate = sum / n;
	f->variance = MAX(squares / n - f->rate * f->rate, 0) / (n - 1);
}

/* How well b fits, as the logarithm of a likelihood. */
static double weight(const struct fit *f, uint32_t n, double b, double scale)
{
	double off = (b - b_mean) / b_sd, sum = off * off / 2;

	for (uint32_t i = 0; i < n; i++) {
		double z = fabs(f->left[i]) / scale;

		sum += z < huber ? z * z / 2 : huber * (z - huber / 2);
	}
	return -sum;
}

struct entropy_point entropy_at(const struct entropy *e, uint32_t n)
{
	uint32_t n_steps = MIN(n, e->n) / ENTROPY_STEP;
	double sum = 0, mean = 0, square = 0, top = -INFINITY;
	double scale = INFINITY, weights[GRID];
	struct fit fits[GRID];
	struct blocks k;
	int first = 0;

	if (n_steps < ENTROPY_BLOCKS_MIN)
		return (struct entropy_point){ NAN, NAN };
	cut(e, n_steps, &k);
	while (k.x[0] + b_first + first * b_step < x_least)
		first++;
	for (int i = first; i < GRID; i++) {
		fit(&k, b_first + i * b_step, &fits[i]);
		scale = MIN(scale, fits[i].scale);
	}
	scale = MAX(scale, scale_least);
	for (int i = first; i < GRID; i++) {
		weights[i] = weight(&fits[i], k.n, b_first + i * b_step, scale);
		top = MAX(top, weights[i]);
	}
	for (int i = first; i < GRID; i++) {
		double w = exp(weights[i] - top), rate = fits[i].rate;

		sum += w;
		mean += w * rate;
		square += w * (fits[i].variance + rate * rate);
	}
	mean /= sum;
	square = MAX(square / sum - mean * mean, 0);
	return (struct entropy_point){
		mean, sqrt(square + pow(floor_share * mean, 2))
	};
}

/* --- of a picture ------------------------------------------------------- */

/* Its last prefix of at most n_steps; there is one behind it. */
static size_t near_before(struct entropy *e, uint32_t n_steps)
{
	size_t low = 0, high;

	while (!e->n_near || e->near[e->n_near - 1].n_steps <= n_steps) {
		uint32_t last = e->n_near ? e->near[e->n_near - 1].n_steps : 0;

		e->near = grow(e->near, &e->cap_near, e->n_near + 1,
			       sizeof(*e->near));
		e->near[e->n_near++] = (struct near){
			.n_steps = last ? last + MAX(last / NEAR_PARTS, 1) :
					  ENTROPY_BLOCKS_MIN
		};
	}
	high = e->n_near - 1;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (e->near[middle].n_steps <= n_steps)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct entropy_point near_point(struct entropy *e, size_t i)
{
	struct near *near = &e->near[i];

	if (!near->known)
		near->p = entropy_at(e, near->n_steps * ENTROPY_STEP);
	near->known = true;
	return near->p;
}

struct entropy_point entropy_near(struct entropy *e, uint32_t n)
{
	struct entropy_point a, b;
	double from, to, part;
	size_t i;

	n = MIN(n, e->n);
	if (n < ENTROPY_SYMBOLS_MIN)
		return (struct entropy_point){ NAN, NAN };
	i = near_before(e, n / ENTROPY_STEP);
	a = near_point(e, i);
	from = (double)e->near[i].n_steps * ENTROPY_STEP;
	to = (double)e->near[i + 1].n_steps * ENTROPY_STEP;
	if (to > e->n)
		return a;
	b = near_point(e, i + 1);
	part = (n - from) / (to - from);
	return (struct entropy_point){ a.bits + part * (b.bits - a.bits),
				       a.se + part * (b.se - a.se) };
}
