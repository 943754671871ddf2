#include "model/sparse.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"

const struct sparse *const sparse_rows[] = {
	&sparse_dense, &sparse_sink, &sparse_h2o,    &sparse_quest,
	&sparse_infllm, &sparse_raas, &sparse_snapkv, &sparse_tova,
	&sparse_rkv,   &sparse_random,
};
const size_t sparse_n_rows = ARRAY_LEN(sparse_rows);

const struct sparse_opts sparse_opts_auto = {
	SPARSE_AUTO, SPARSE_AUTO, SPARSE_AUTO,
	SPARSE_AUTO, SPARSE_AUTO, SPARSE_AUTO, 0,
};

const struct sparse *sparse_find(const char *name)
{
	for (size_t i = 0; i < sparse_n_rows; i++)
		if (strcmp(sparse_rows[i]->name, name) == 0)
			return sparse_rows[i];
	return NULL;
}

void sparse_pick_add(struct sparse_list *list, uint32_t start, uint32_t n)
{
	struct sparse_range *last =
		list->n ? &list->ranges[list->n - 1] : NULL;

	if (!n)
		return;
	list->n_slots += n;
	if (last && last->start + last->n == start) {
		last->n += n;
		return;
	}
	list->ranges = grow(list->ranges, &list->cap, list->n + 1,
			    sizeof(*list->ranges));
	list->ranges[list->n++] = (struct sparse_range){ start, n };
}

/* What is not used is as if it had not been given. */
static void forget_unused(const struct sparse *row, struct sparse_opts *o)
{
	if (!(row->uses & SPARSE_USES_PAGE))
		o->page = SPARSE_AUTO;
	if (!(row->uses & SPARSE_USES_SINKS))
		o->sinks = SPARSE_AUTO;
	if (!(row->uses & SPARSE_USES_RECENT))
		o->recent = SPARSE_AUTO;
	if (!(row->uses & SPARSE_USES_KEEP_PROMPT))
		o->keep_prompt = SPARSE_AUTO;
}

/* What the policy has no opinion of. */
static void common_defaults(struct sparse_opts *o)
{
	if (o->sinks == SPARSE_AUTO)
		o->sinks = 0;
	if (o->recent == SPARSE_AUTO)
		o->recent = 0;
	if (o->page == SPARSE_AUTO)
		o->page = MIN(SPARSE_PAGE, o->budget);
	if (o->dense_layers == SPARSE_AUTO)
		o->dense_layers = 0;
	if (o->keep_prompt == SPARSE_AUTO)
		o->keep_prompt = 0;
}

bool sparse_resolve(const struct sparse *row, struct sparse_opts *o,
		    const struct sparse_shape *s, struct err *err)
{
	forget_unused(row, o);
	if (o->budget == SPARSE_AUTO)
		o->budget = 512;
	if (o->budget < 1)
		return err_set(err, "--budget takes at least 1 token");
	if (row->defaults)
		row->defaults(o, s);
	common_defaults(o);
	o->dense_layers = MIN(o->dense_layers, s->n_layers);
	if (o->page < 1 || o->page > o->budget)
		return err_set(err, "--page takes 1 to the budget's %u tokens, "
				    "not %u", o->budget, o->page);
	if ((uint64_t)o->sinks + o->recent > o->budget)
		return err_set(err, "--sinks %u and --recent %u are over the "
				    "budget of %u tokens",
			       o->sinks, o->recent, o->budget);
	return !row->check || row->check(o, err);
}

/* What is no number comes last: a broken model's tokens have an order, too. */
static float value(const float *values, uint32_t i)
{
	return isnan(values[i]) ? -INFINITY : values[i];
}

/* a before b? */
static bool better(const float *values, uint32_t a, uint32_t b)
{
	float x = value(values, a), y = value(values, b);

	return x > y || (x == y && a < b);
}

/* Moves the n best of at[0..count) to the front (Hoare's quickselect). */
static void split(const float *values, uint32_t *at, uint32_t count,
		  uint32_t n)
{
	uint32_t low = 0, high = count;

	while (high - low > 1) {
		uint32_t pivot = at[low + (high - low) / 2];
		uint32_t i = low, k = high - 1, swap;

		for (;;) {
			while (better(values, at[i], pivot))
				i++;
			while (better(values, pivot, at[k]))
				k--;
			if (i >= k)
				break;
			swap = at[i];
			at[i++] = at[k];
			at[k--] = swap;
		}
		/* at[low..k] is no worse than at[k+1..high) */
		if (n <= k + 1 && k + 1 < high)
			high = k + 1;
		else if (n > k + 1)
			low = k + 1;
		else
			break;
	}
}

void sparse_top(const float *values, uint32_t count, uint32_t n,
		uint32_t *out, uint32_t *work)
{
	uint32_t n_out = 0;
	float least;
	uint32_t n_equal = 0;

	if (n >= count) {
		for (uint32_t i = 0; i < count; i++)
			out[i] = i;
		return;
	}
	if (!n)
		return;
	for (uint32_t i = 0; i < count; i++)
		work[i] = i;
	split(values, work, count, n);
	least = value(values, work[0]);
	for (uint32_t i = 1; i < n; i++)
		least = MIN(least, value(values, work[i]));
	for (uint32_t i = 0; i < n; i++)
		n_equal += value(values, work[i]) == least;
	/* a pass over all of them puts the chosen ones in order */
	for (uint32_t i = 0; i < count && n_out < n; i++) {
		if (value(values, i) > least)
			out[n_out++] = i;
		else if (value(values, i) == least && n_equal) {
			out[n_out++] = i;
			n_equal--;
		}
	}
}
