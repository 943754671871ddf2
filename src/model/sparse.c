/*
 * The list of policies, and what they have in common: defaults of their
 * options, ranges of slots, the choice of the best. A policy itself is a file
 * with one row.
 */
#include "model/sparse.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "model/kernel.h"

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
	if (row->prompt_only && o->keep_prompt == 1)
		return err_set(err, "%s cuts the prompt and nothing else: it "
				    "can't --keep-prompt", row->name);
	if (row != &sparse_dense && (!row->evict || row->keeps) &&
	    o->keep_prompt == 0)
		return err_set(err, "%s evicts nothing, and so keeps the "
				    "prompt: it can't --no-keep-prompt",
			       row->name);
	forget_unused(row, o);
	if (o->budget == SPARSE_AUTO)
		o->budget = 512;
	if (o->budget < 1)
		return err_set(err, "--budget takes at least 1 token");
	if (row->defaults)
		row->defaults(o, s);
	common_defaults(o);
	if (o->dense_layers > s->n_layers)
		return err_set(err, "--dense-layers takes 0 to the model's %u, "
				    "not %u", s->n_layers, o->dense_layers);
	if (o->page < 1 || o->page > o->budget)
		return err_set(err, "--page takes 1 to the budget's %u tokens, "
				    "not %u", o->budget, o->page);
	if ((uint64_t)o->sinks + o->recent > o->budget)
		return err_set(err, "--sinks %u and --recent %u are over the "
				    "budget of %u tokens",
			       o->sinks, o->recent, o->budget);
	return !row->check || row->check(o, err);
}

bool sparse_check_window(const char *name, const struct sparse_opts *o,
			 struct err *err)
{
	return (o->recent >= 1 && o->recent < o->budget) ||
	       err_set(err, "%s's window (--recent) takes at least 1 token "
			    "and less than the budget: %u of %u can't be",
		       name, o->recent, o->budget);
}

/* Values as integers of the same order. What is no number comes last: a
 * broken model's tokens have an order, too. -0 and 0 are equal. */
static uint32_t order_of(float value)
{
	uint32_t bits;

	value += 0.0f;
	memcpy(&bits, &value, sizeof(bits));
	bits ^= (0 - (bits >> 31)) | 0x80000000u;
	return value == value ? bits : 0;
}

/* The highest bit in which keys differ, from 1; 0: they are equal. */
static uint32_t differ_bits(const uint32_t *keys, uint32_t count)
{
	uint32_t all = keys[0], any = keys[0];

	for (uint32_t i = 0; i < count; i++) {
		all &= keys[i];
		any |= keys[i];
	}
	return all == any ? 0 : floor_log2(all ^ any) + 1;
}

/* The n-th greatest of keys, 1 <= n <= count: digit by digit from the first
 * bit that tells any two apart. Only those that have the digit are looked at
 * for the next one; they are moved to the front. *above: how many are greater.
 */
static uint32_t nth_greatest(uint32_t *keys, uint32_t count, uint32_t n,
			     uint32_t *above)
{
	enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

	*above = 0;
	for (uint32_t top = differ_bits(keys, count); top;
	     top = differ_bits(keys, count)) {
		uint32_t shift = top - MIN(top, (uint32_t)DIGIT_BITS);
		uint32_t n_digit[DIGITS] = { 0 }, digit = DIGITS - 1;
		uint32_t n_same = 0;

		for (uint32_t i = 0; i < count; i++)
			n_digit[keys[i] >> shift & (DIGITS - 1)]++;
		while (*above + n_digit[digit] < n)
			*above += n_digit[digit--];
		for (uint32_t i = 0; i < count; i++) {
			uint32_t key = keys[i];

			keys[n_same] = key;
			n_same += (key >> shift & (DIGITS - 1)) == digit;
		}
		count = n_same;
	}
	return keys[0];
}

/* What at least n of the values are not below, and no more than `most` of them,
 * or else no higher one. */
static int32_t near_nth(const int32_t *values, uint32_t count, uint32_t n,
			uint32_t most)
{
	int32_t low = -SPARSE_NEAR_MOST, high = SPARSE_NEAR_MOST;

	for (uint32_t n_low = count; n_low > most && high > low;) {
		int32_t half = (int32_t)(((int64_t)low + high + 1) >> 1);
		uint32_t n_half = count - kernel_below(values, count, half);

		if (n_half >= n) {
			low = half;
			n_low = n_half;
		} else {
			high = half - 1;
		}
	}
	return low;
}

uint32_t sparse_near(const int32_t *values, uint32_t count, uint32_t n,
		     int32_t slack, uint32_t *out, int32_t *nth)
{
	enum { FEW_TIMES = 4 };
	int32_t low = near_nth(values, count, n, FEW_TIMES * n);
	uint32_t m = kernel_at_least(out, values, count, low);
	int32_t *few = (int32_t *)(void *)(out + m);

	for (uint32_t i = 0; i < m; i++)
		few[i] = values[out[i]];
	low = near_nth(few, m, n, n);
	*nth = SPARSE_NEAR_MOST;
	for (uint32_t i = 0; i < m; i++)
		if (few[i] >= low)
			*nth = MIN(*nth, few[i]);
	return kernel_at_least(out, values, count, *nth - slack);
}

/* Of a few keys those that less than n others come before. */
static void top_of_few(const uint32_t *keys, uint32_t count, uint32_t n,
		       uint32_t *out)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t n_before = 0;

		for (uint32_t k = 0; k < count; k++)
			n_before += keys[k] > keys[i] ||
				    (keys[k] == keys[i] && k < i);
		if (n_before < n)
			*out++ = i;
	}
}

void sparse_top(const float *values, uint32_t count, uint32_t n,
		uint32_t *out, uint32_t *work)
{
	enum { FEW = 16 };
	uint32_t n_out = 0, least, above, n_equal;

	if (n >= count) {
		for (uint32_t i = 0; i < count; i++)
			out[i] = i;
		return;
	}
	if (!n)
		return;
	for (uint32_t i = 0; i < count; i++)
		work[i] = order_of(values[i]);
	if (count <= FEW) {
		top_of_few(work, count, n, out);
		return;
	}
	least = nth_greatest(work, count, n, &above);
	n_equal = n - above;
	for (uint32_t i = 0; n_out < n; i++) {
		uint32_t key = order_of(values[i]);
		bool equal = key == least && n_equal;

		if (key <= least && !equal)
			continue;
		n_equal -= equal;
		out[n_out++] = i;
	}
}
