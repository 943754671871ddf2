/*
 * How long a policy writes what dense would have written, once it has
 * something to do: greedy tokens that agree after its budget is full.
 *
 *	table_agreement [-n NEW] [-t PROBLEMS] [-b BUDGET,...] [-k KV]
 *			MODEL.gguf PROBLEMS.jsonl
 *
 * Each problem is put into the model's own template, and dense writes up to
 * NEW tokens (160). A policy is fed these while it would have chosen the same;
 * the first other choice is where it parts. What counts is from the token on
 * that is predicted from more than the budget. A cell: the median over the
 * problems, with a + where half of them never parted; and how many of them it
 * acted on at all. What a policy never acted on is no agreement.
 *
 * Exit status 1 if a policy parts before its budget is full.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "decode/model_map.h"
#include "input/source.h"
#include "model/chat.h"
#include "model/kernel_impl.h"
#include "model/transformer.h"
#include "task/problem_set.h"
#include "variants.h"

enum { PROBLEMS_MAX = 64 };

/* A prompt, and what dense writes. */
struct text {
	struct vocab_ids ids;
	uint32_t n_prompt;
};

struct table {
	struct model_map map;
	enum ggml_type kv;
	struct pool *pool;
	struct text texts[PROBLEMS_MAX];
	uint32_t n_texts, n_new;
	uint32_t budgets[BUDGETS_MAX];
	size_t n_budgets;
	bool broken;
};

static uint32_t likeliest(const struct transformer *x, const struct model *m)
{
	const float *v = transformer_logits(x);
	uint32_t best = 0;

	for (uint32_t i = 1; i < m->shape.n_vocab; i++)
		best = v[i] > v[best] ? i : best;
	return best;
}

static struct transformer *begin(const struct table *t,
				 const struct sparse *policy,
				 const struct sparse_opts *o,
				 const struct text *text)
{
	struct transformer *x =
		transformer_new(t->map.model, t->pool, t->kv, policy, o);

	transformer_prompt(x, text->ids.ids, text->n_prompt, text->n_prompt);
	return x;
}

/* A step of those texts that still have one: ids[i] is next for xs[i], which
 * is NULL where there is none. As many are read together as are the same to
 * the bit as one by one. */
static void step_all(struct transformer *const *xs, const uint32_t *ids,
		     uint32_t n)
{
	struct transformer *some[KERNEL_MANY - 1];
	uint32_t next[KERNEL_MANY - 1], n_some = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (xs[i]) {
			some[n_some] = xs[i];
			next[n_some++] = ids[i];
		}
		if (n_some == ARRAY_LEN(some) || (n_some && i + 1 == n)) {
			transformer_step_many(some, next, n_some);
			n_some = 0;
		}
	}
}

static void end(struct transformer **x)
{
	transformer_free(*x);
	*x = NULL;
}

static void write_densely(struct table *t)
{
	struct sparse_shape shape = transformer_shape(t->map.model);
	struct sparse_opts o = sparse_opts_auto;
	struct transformer *xs[PROBLEMS_MAX];
	uint32_t ids[PROBLEMS_MAX];
	struct err err;

	if (!sparse_resolve(&sparse_dense, &o, &shape, &err))
		abort(); /* it has no options */
	for (uint32_t i = 0; i < t->n_texts; i++)
		xs[i] = begin(t, &sparse_dense, &o, &t->texts[i]);
	for (uint32_t k = 0; k < t->n_new; k++) {
		for (uint32_t i = 0; i < t->n_texts; i++) {
			struct vocab_ids *to = &t->texts[i].ids;

			if (!xs[i])
				continue;
			ids[i] = likeliest(xs[i], t->map.model);
			if (vocab_ends(t->map.vocab, ids[i])) {
				end(&xs[i]);
				continue;
			}
			to->ids = grow(to->ids, &to->cap, to->n + 1,
				       sizeof(*to->ids));
			to->ids[to->n++] = ids[i];
		}
		step_all(xs, ids, t->n_texts);
	}
	for (uint32_t i = 0; i < t->n_texts; i++)
		end(&xs[i]);
}

/* Up to where dense's tokens agree; 0: not asked. idle: what is kept was always
 * all, and all of it was read. */
struct parting {
	uint32_t at;
	bool idle;
};

/* Text i is at `at`: does it go on? */
static bool goes_on(const struct table *t, const struct transformer *x,
		    const struct text *text, struct parting *p)
{
	return likeliest(x, t->map.model) == text->ids.ids[p->at] &&
	       ++p->at < text->ids.n;
}

/* Of each text that is longer than the budget. */
static void part_all(const struct table *t, const struct sparse *policy,
		     const struct sparse_opts *o, struct parting *parts)
{
	struct transformer *xs[PROBLEMS_MAX] = { NULL };
	uint32_t ids[PROBLEMS_MAX], n_on = 0;

	for (uint32_t i = 0; i < t->n_texts; i++) {
		const struct text *text = &t->texts[i];

		parts[i] = (struct parting){ 0, false };
		if (MAX(o->budget + 1, text->n_prompt) >= text->ids.n)
			continue;
		parts[i].at = text->n_prompt;
		xs[i] = begin(t, policy, o, text);
		n_on++;
	}
	while (n_on) {
		for (uint32_t i = 0; i < t->n_texts; i++) {
			if (!xs[i])
				continue;
			if (goes_on(t, xs[i], &t->texts[i], &parts[i])) {
				ids[i] = t->texts[i].ids.ids[parts[i].at - 1];
				continue;
			}
			parts[i].idle = !policy->select &&
					!transformer_has_evicted(xs[i]);
			end(&xs[i]);
			n_on--;
		}
		step_all(xs, ids, t->n_texts);
	}
}

static int by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of v[0..n), n > 0; v is sorted. */
static uint32_t median(uint32_t *v, uint32_t n)
{
	qsort(v, n, sizeof(*v), by_size);
	return v[(n - 1) / 2];
}

/* A cell. */
static void cell(struct table *t, const struct variant *v, uint32_t budget)
{
	struct sparse_shape shape = transformer_shape(t->map.model);
	struct parting parts[PROBLEMS_MAX];
	struct sparse_opts o;
	struct err err = { "" };
	uint32_t agreed[PROBLEMS_MAX], n = 0, n_whole = 0;

	if (!variant_opts(v, budget, &shape, &o, &err)) {
		printf("            -  ");
		return;
	}
	part_all(t, v->policy, &o, parts);
	for (uint32_t i = 0; i < t->n_texts; i++) {
		const struct text *text = &t->texts[i];
		/* the first token that is predicted from more */
		uint32_t full = MAX(budget + 1, text->n_prompt);
		uint32_t at = parts[i].at;

		if (!at || (parts[i].idle && at == text->ids.n))
			continue;
		if (at < full) {
			t->broken = true;
			fprintf(stderr, "%s %u: parts %u tokens early\n",
				v->name, budget, full - at);
		}
		agreed[n++] = at - MIN(at, full);
		n_whole += at == text->ids.n;
	}
	if (n)
		printf(" %6u%s of %2u/%u", median(agreed, n),
		       n_whole * 2 > n ? "+" : " ", n, t->n_texts);
	else
		printf("  nothing to do");
	fflush(stdout);
}

/* Where the prompts leave little of a budget, or none. */
static void note(const struct table *t, const struct variant *v)
{
	struct sparse_shape shape = transformer_shape(t->map.model);
	uint32_t lengths[PROBLEMS_MAX], budget = t->budgets[0], prompt;
	struct sparse_opts o;
	struct err err = { "" };

	for (uint32_t i = 0; i < t->n_texts; i++)
		lengths[i] = t->texts[i].n_prompt;
	prompt = median(lengths, t->n_texts);
	if (!variant_opts(v, budget, &shape, &o, &err) || o.keep_prompt != 1)
		return;
	if (prompt >= budget)
		printf("   the prompt fills %u", budget);
	else if (v->policy->uses & SPARSE_USES_PAGE)
		printf("   the prompt leaves %u pages of %u",
		       (budget - prompt) / o.page, budget);
	else
		printf("   the prompt leaves %u of %u", budget - prompt,
		       budget);
}

/* --- the prompts -------------------------------------------------------- */

static bool put_prompt(struct table *t, const char *question,
		       const struct chat *chat, struct err *err)
{
	struct text *text = &t->texts[t->n_texts];
	time_t now = time(NULL);
	const struct chat_ask ask = { .question = question,
				      .now = localtime(&now) };
	struct buf out = { 0 };
	bool good = chat_put(chat, &ask, &out, err);

	if (good) {
		vocab_encode(t->map.vocab, buf_cstr(&out), out.len,
			     VOCAB_ADD_BOS |
				     (chat_specials(chat) ? VOCAB_SPECIAL : 0),
			     &text->ids);
		text->n_prompt = (uint32_t)text->ids.n;
		t->n_texts++;
	}
	buf_release(&out);
	return good;
}

static bool read_prompts(struct table *t, const char *path, uint32_t n_max,
			 struct err *err)
{
	const struct chat_model m = chat_model(t->map.gguf, t->map.vocab,
						t->map.model->shape.n_ctx);
	struct chat *chat = chat_new("auto", NULL, 0, &m, err);
	struct problem_set set = { 0 };
	struct buf text = { 0 };
	bool good = chat && source_read_all(path, &text, err) &&
		    problem_set_read(&set, buf_cstr(&text), text.len, path,
				     n_max, err);

	for (size_t i = 0; good && i < set.n; i++)
		good = put_prompt(t, set.tasks[i].prompt, chat, err);
	problem_set_release(&set);
	buf_release(&text);
	chat_free(chat);
	return good;
}

static void print_head(const struct table *t)
{
	uint32_t prompts[PROBLEMS_MAX], written[PROBLEMS_MAX];

	for (uint32_t i = 0; i < t->n_texts; i++) {
		prompts[i] = t->texts[i].n_prompt;
		written[i] = (uint32_t)t->texts[i].ids.n - prompts[i];
	}
	printf("%s, %s keys, %u problems, prompts of %u tokens, dense answers "
	       "of %u (medians): tokens that agree with dense behind the "
	       "budget, of problems with as many\n%-20s",
	       t->map.model->name ? t->map.model->name : t->map.model->arch,
	       cache_type_name(t->kv), t->n_texts,
	       median(prompts, t->n_texts), median(written, t->n_texts), "");
	for (size_t i = 0; i < t->n_budgets; i++)
		printf(" %8u      ", t->budgets[i]);
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct table t = { .kv = GGML_F16, .n_new = 160, .budgets = { 96, 160 },
			   .n_budgets = 2 };
	uint32_t n_max = 8;
	struct err err = { "" };
	int c;

	while ((c = getopt(argc, argv, "n:t:b:k:")) != -1) {
		if (c == 'n')
			t.n_new = (uint32_t)strtoul(optarg, NULL, 10);
		else if (c == 't')
			n_max = (uint32_t)strtoul(optarg, NULL, 10);
		else if (c == 'b')
			t.n_budgets = variant_budgets(optarg, t.budgets);
		else if (c == 'k')
			t.kv = cache_type_named(optarg);
	}
	if (argc - optind != 2 || !t.n_budgets || !n_max) {
		fprintf(stderr, "usage: table_agreement [-n NEW] [-t PROBLEMS] "
				"[-b BUDGET,...] [-k f16|f32] MODEL.gguf "
				"PROBLEMS.jsonl\n");
		return 2;
	}
	if (!model_map_open(&t.map, argv[optind], NULL, &err) ||
	    !read_prompts(&t, argv[optind + 1],
			  MIN(n_max, (uint32_t)PROBLEMS_MAX), &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	t.pool = pool_new(1);
	write_densely(&t);
	print_head(&t);
	for (size_t i = 1; i < n_variants; i++) {
		printf("%-20s", variants[i].name);
		for (size_t k = 0; k < t.n_budgets; k++)
			cell(&t, &variants[i], t.budgets[k]);
		note(&t, &variants[i]);
		printf("\n");
	}
	for (uint32_t i = 0; i < t.n_texts; i++)
		vocab_ids_release(&t.texts[i].ids);
	pool_free(t.pool);
	model_map_close(&t.map);
	return t.broken;
}
