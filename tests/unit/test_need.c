/* Memory that decoding takes: worked out, beside what a decoder then holds;
 * and what there is, from files of a kernel that is made up. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "decode/need.h"
#include "random_made.h"

enum { MIB = 1 << 20, N_PROMPT = 40, N_STEPS = 200 };

static const struct memory_left endless = {
	{ SPARE_UNKNOWN, SPARE_UNKNOWN, SPARE_UNKNOWN }
};

static struct need need_of(const struct model *m, const struct sparse *policy)
{
	const struct sparse_shape shape = transformer_shape(m);
	struct need need = { .model = m,
			     .kv = GGML_F16,
			     .policy = policy,
			     .sparse = sparse_opts_auto,
			     .n_prompt = N_PROMPT,
			     .n_predict = N_STEPS,
			     .n_texts = 1,
			     .n_processes = 1,
			     .others = "" };
	struct err err = { "" };

	need.sparse.budget = 96;
	if (!sparse_resolve(policy, &need.sparse, &shape, &err))
		fail_msg("%s", err.text);
	return need;
}

/* --- what it takes ------------------------------------------------------ */

/* The most that a decoder's cache holds on its way to so many tokens. */
static double held(const struct need *need)
{
	struct pool *pool = pool_new(1);
	struct transformer *t = transformer_new(need->model, pool, need->kv,
						need->policy, &need->sparse);
	uint32_t ids[N_PROMPT];
	double most = 0;

	for (uint32_t i = 0; i < N_PROMPT; i++)
		ids[i] = i % need->model->shape.n_vocab;
	transformer_prompt(t, ids, N_PROMPT, N_PROMPT);
	for (uint32_t i = 0; i < N_STEPS; i++) {
		most = MAX(most, (double)transformer_bytes(t).held);
		transformer_step(t, i % need->model->shape.n_vocab);
	}
	most = MAX(most, (double)transformer_bytes(t).held);
	transformer_free(t);
	pool_free(pool);
	return most;
}

/* Never more than is held, and where all is kept, at most a page a head less:
 * for every policy, every kind of cache, and layers with a window. */
static void is_what_is_held(void **state)
{
	static const char *const archs[] = { "llama", "gemma3" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(archs) * n_cache_types; k++) {
		const struct random_spec spec = { .arch = archs[k % 2],
						  .n_embd = 128,
						  .n_ff = 32,
						  .window = 64,
						  .n_ctx = 1024 };
		struct made made;
		const struct model_shape *s;

		random_make(&made, &spec);
		s = &made.model->shape;
		for (size_t i = 0; i < sparse_n_rows; i++) {
			struct need need =
				need_of(made.model, sparse_rows[i]);
			double row, all, has, heads;

			need.kv = cache_types[k / 2].type;
			if (!cache_fits(need.kv, s->d_head, NULL))
				continue;
			row = 2.0 * (double)quant_row_bytes(quant_of(need.kv),
							    s->d_head);
			heads = (double)s->n_layers * s->n_kv_heads;
			all = need_bytes(&need, N_PROMPT + N_STEPS) -
			      need_bytes(&need, 0);
			all *= row / (row + sizeof(uint32_t));
			has = held(&need);
			assert_true(all > 0 && all <= has);
			if (need.policy == &sparse_dense && !s->window)
				assert_true(all + heads * CACHE_PAGE * row >=
					    has);
		}
		random_unmake(&made);
	}
}

/* A limit that suffices to the byte, and one that is a byte less, by each who
 * limits. */
static void to_the_byte(void **state)
{
	const struct random_spec spec = { .arch = "llama", .n_ctx = 1024 };
	struct made made;

	(void)state;
	random_make(&made, &spec);
	for (int of = 0; of < SPARE_KINDS; of++) {
		struct need need = need_of(made.model, &sparse_dense);
		struct memory_left spare = endless;
		struct err err = { "" };
		char word[64];

		need.n_prompt = TRANSFORMER_BATCH; /* all rows are touched */
		need.n_texts = 2;
		need.n_processes = 3;
		spare.bytes[of] = (uint64_t)(of == SPARE_ULIMIT ?
			need_room(&need, TRANSFORMER_BATCH + N_STEPS) :
			need_bytes(&need, TRANSFORMER_BATCH + N_STEPS));
		if (of != SPARE_ULIMIT) /* of each process */
			spare.bytes[of] *= 3;
		assert_true(need_fits(&need, &spare, &err));
		spare.bytes[of]--;
		assert_false(need_fits(&need, &spare, &err));
		assert_int_equal(need.n_predict, N_STEPS);
		assert_non_null(strstr(err.text,
				       spare_name((enum spare_of)of)));
		assert_non_null(strstr(err.text, "456 tokens in each of "));
		snprintf(word, sizeof(word), "--predict %d or less, --kv q8_0",
			 N_STEPS - 1);
		assert_non_null(strstr(err.text, word));
	}
	random_unmake(&made);
}

/* To the context's end is to where memory ends; less than one token, is said,
 * and then no number of tokens is. */
static void as_far_as_it_goes(void **state)
{
	const struct random_spec spec = { .arch = "llama",
					  .n_ctx = UINT32_MAX };
	struct made made;
	struct need need;
	struct memory_left spare = endless;
	struct err err = { "" };
	uint32_t n;

	(void)state;
	random_make(&made, &spec);
	need = need_of(made.model, &sparse_dense);
	need.n_predict = 0;
	assert_true(need_fits(&need, &spare, &err));
	assert_int_equal(need.n_predict, 0);
	spare.bytes[SPARE_CGROUP] = 64 * MIB;
	assert_true(need_fits(&need, &spare, &err));
	n = need.n_prompt + need.n_predict;
	assert_true(need.n_predict > 0);
	spare.bytes[SPARE_ULIMIT] = (uint64_t)need_bytes(&need, 0);
	need.n_predict = 0;
	assert_false(need_fits(&need, &spare, &err));
	assert_null(strstr(err.text, "--predict"));
	/* asked for as a number, what is a token more does not fit */
	spare.bytes[SPARE_ULIMIT] = SPARE_UNKNOWN;
	need.n_predict = n - need.n_prompt + 1;
	err_clear(&err);
	assert_false(need_fits(&need, &spare, &err));
	random_unmake(&made);
}

/* --- what there is ------------------------------------------------------ */

static char root[64];

static void put(const char *path, const char *text)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", root, path);
	for (char *s = name + strlen(root) + 1; *s; s++)
		if (*s == '/') {
			*s = '\0';
			mkdir(name, 0700);
			*s = '/';
		}
	f = fopen(name, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void is(uint64_t machine, uint64_t cgroup)
{
	const struct memory_left s = spare_memory(root);

	assert_int_equal(s.bytes[SPARE_MACHINE], machine);
	assert_int_equal(s.bytes[SPARE_CGROUP], cgroup);
}

#define V2 "/sys/fs/cgroup"
#define V1 "/sys/fs/cgroup/memory"

static void from_the_kernel(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "need-XXXXXX");
	assert_non_null(mkdtemp(root));
	is(SPARE_UNKNOWN, SPARE_UNKNOWN);
	put("/proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    1000 kB\n"
			     "SwapFree:   10 kB\n");
	is(1010 * 1024, SPARE_UNKNOWN);
	/* ours says nothing, the one above does */
	put("/proc/self/cgroup", "0::/a.slice/b\n");
	put(V2 "/a.slice/b/memory.max", "max\n");
	put(V2 "/a.slice/memory.max", "5000000\n");
	put(V2 "/a.slice/memory.current", "4500000\n");
	put(V2 "/a.slice/memory.swap.max", "0\n");
	is(1010 * 1024, 500000);
	put(V2 "/a.slice/memory.stat",
	    "anon 1\nactive_file 200\ninactive_file 1000\n");
	is(1010 * 1024, 501200);
	/* of the swap it may have no more than the machine has */
	put(V2 "/a.slice/memory.swap.max", "900000000\n");
	put(V2 "/a.slice/memory.swap.current", "7\n");
	is(1010 * 1024, 501200 + 10240);
	put(V2 "/a.slice/b/memory.max", "100\n");
	put(V2 "/a.slice/b/memory.current", "4000\n");
	put(V2 "/a.slice/b/memory.swap.max", "0\n");
	is(1010 * 1024, 0);
	/* a container's own root */
	put("/proc/self/cgroup", "0::/\n");
	put(V2 "/memory.max", "70000\n");
	put(V2 "/memory.swap.max", "0\n");
	is(1010 * 1024, 70000);
	/* version 1, whose path is that of outside */
	put(V2 "/memory.max", "max\n");
	put("/proc/self/cgroup", "4:memory:/docker/0a9f\n0::/\n");
	put(V1 "/memory.limit_in_bytes", "60000\n");
	put(V1 "/memory.usage_in_bytes", "50000\n");
	put(V1 "/memory.stat", "inactive_file 3\ntotal_inactive_file 500\n");
	is(1010 * 1024, 10500 + 10240);
	/* ... mounted with another one's; and a name that only ends so */
	put("/proc/self/cgroup", "5:nomemory:/x\n4:cpu,memory:/docker/0a9f\n");
	put(V1 "/docker/0a9f/memory.limit_in_bytes", "55000\n");
	put(V1 "/docker/0a9f/memory.usage_in_bytes", "50000\n");
	is(1010 * 1024, 5000 + 10240);
	put(V1 "/docker/0a9f/memory.limit_in_bytes", "max\n");
	/* what makes no sense limits nothing */
	put("/proc/meminfo", "MemAvailable: lots\nSwapFree:");
	put(V1 "/memory.limit_in_bytes", "\n-\n");
	is(SPARE_UNKNOWN, SPARE_UNKNOWN);
	put("/proc/meminfo", "MemAvailable: 99999999999999999999999 kB\n");
	is(SPARE_UNKNOWN, SPARE_UNKNOWN);
	if (fork() == 0)
		execlp("rm", "rm", "-rf", root, (char *)NULL);
}

/* What a process may have is what was taken less. */
static void from_ulimit(void **state)
{
	struct rlimit before, few;
	uint64_t left, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	(void)state;
	if (!f || fscanf(f, "%" SCNu64, &pages) != 1)
		skip();
	fclose(f);
	getrlimit(RLIMIT_AS, &before);
	few = before;
	few.rlim_cur = (rlim_t)(pages * (uint64_t)sysconf(_SC_PAGESIZE)) +
		       64 * MIB;
	setrlimit(RLIMIT_AS, &few);
	left = spare_memory("").bytes[SPARE_ULIMIT];
	setrlimit(RLIMIT_AS, &before);
	assert_in_range(left, 60 * MIB, 64 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_is_held),
		cmocka_unit_test(to_the_byte),
		cmocka_unit_test(as_far_as_it_goes),
		cmocka_unit_test(from_the_kernel),
		cmocka_unit_test(from_ulimit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
