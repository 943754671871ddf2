/*
 * The list of variants: what a table shows that has policies for rows.
 */
#include "variants.h"

#include <stdlib.h>

#define AUTO SPARSE_AUTO

const struct variant variants[] = {
	{ "dense", &sparse_dense, AUTO, AUTO, AUTO },
	{ "window", &sparse_sink, AUTO, 0, AUTO },
	{ "sink", &sparse_sink, AUTO, AUTO, AUTO },
	{ "sink, prompt kept", &sparse_sink, AUTO, AUTO, 1 },
	{ "h2o", &sparse_h2o, AUTO, AUTO, AUTO },
	{ "h2o, prompt kept", &sparse_h2o, AUTO, AUTO, 1 },
	{ "quest", &sparse_quest, AUTO, AUTO, AUTO },
	{ "quest, pages of 4", &sparse_quest, 4, AUTO, AUTO },
	{ "infllm", &sparse_infllm, AUTO, AUTO, AUTO },
	{ "raas", &sparse_raas, AUTO, AUTO, AUTO },
	{ "raas, prompt kept", &sparse_raas, AUTO, AUTO, 1 },
	{ "raas, pages of 16", &sparse_raas, 16, AUTO, AUTO },
	{ "raas, both", &sparse_raas, 16, AUTO, 1 },
	{ "snapkv", &sparse_snapkv, AUTO, AUTO, AUTO },
	{ "tova", &sparse_tova, AUTO, AUTO, AUTO },
	{ "tova, prompt kept", &sparse_tova, AUTO, AUTO, 1 },
	{ "rkv", &sparse_rkv, AUTO, AUTO, AUTO },
	{ "rkv, prompt kept", &sparse_rkv, AUTO, AUTO, 1 },
	{ "random", &sparse_random, AUTO, AUTO, AUTO },
	{ "random, prompt kept", &sparse_random, AUTO, AUTO, 1 },
};
const size_t n_variants = ARRAY_LEN(variants);

bool variant_opts(const struct variant *v, uint32_t budget,
		  const struct sparse_shape *shape, struct sparse_opts *out,
		  struct err *err)
{
	*out = sparse_opts_auto;
	out->budget = budget;
	out->page = v->page;
	out->sinks = v->sinks;
	out->keep_prompt = v->keep_prompt;
	return sparse_resolve(v->policy, out, shape, err);
}

size_t variant_budgets(const char *text, uint32_t budgets[BUDGETS_MAX])
{
	size_t n = 0;
	char *end;

	for (; n < BUDGETS_MAX; text = end + 1) {
		unsigned long budget = strtoul(text, &end, 10);

		if (end == text || budget < 1 || budget > UINT32_MAX / 2)
			return 0;
		budgets[n++] = (uint32_t)budget;
		if (*end != ',')
			return *end ? 0 : n;
	}
	return 0;
}
