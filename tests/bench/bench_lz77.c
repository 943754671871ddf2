/*
 * bench_lz77 [FILE...] - what one push costs, and what it saves.
 *
 *	1. nanoseconds and bytes of memory a symbol, by length
 *	2. how long the slowest pushes take
 *	3. one run of n tokens, measured every f = 250 tokens: pushed once,
 *	   against everything compressed from its beginning each time
 *
 * Over the bytes of the files and over their tokens (tok.h); without
 * arguments over the traces in LILSCOPE_DATA; and over generated text. All
 * on one core; compare within one run, machines differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "measure/lz77.h"
#include "trace/tok.h"

enum {
	F_TOKENS = 250,          /* one check every so many tokens */
	N_LATENCY = 128 * 1024,
	N_LATENCY_RUNS = 5,
	N_GENERATED = 16 << 20,
	SAMPLE_CHECKS = 48,      /* table 3 times that many checks, evenly */
};
static const double min_seconds = 0.3;

struct text {
	const char *name;
	enum lz77_width width;
	uint32_t *s;
	uint32_t n;
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static struct lz77 *parse(const struct text *text, uint32_t n, bool reserve,
			  double *seconds)
{
	double start = now_s();
	struct lz77 *z = lz77_new(text->width,
				  text->width == LZ77_IDS ? 18 : 8);

	if (reserve) {
		lz77_reserve(z, n);
		start = now_s();
	}
	for (uint32_t t = 0; t < n; t++)
		lz77_push(z, text->s[t]);
	*seconds += now_s() - start;
	return z;
}

/* Nanoseconds a symbol; from nothing this includes making and freeing. */
static double ns_per_symbol(const struct text *text, uint32_t n, bool reserve)
{
	double best = 1e9;
	double all = 0;

	while (all < min_seconds) {
		double seconds = 0;
		struct lz77 *z = parse(text, n, reserve, &seconds);
		double start = now_s();

		lz77_free(z);
		if (!reserve)
			seconds += now_s() - start;
		best = seconds < best ? seconds : best;
		all += seconds;
	}
	return best * 1e9 / n;
}

static void table_cost(const struct text *text)
{
	static const uint32_t sizes[] = { 1000, 8000, 32000, 128000, 1000000,
					  4000000, 16000000 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint32_t n = sizes[i];
		double seconds = 0;
		struct lz77 *z;
		double search, total, sealed;
		uint32_t n_phrases;

		if (n > text->n)
			break;
		z = parse(text, n, false, &seconds);
		search = (double)lz77_search_bytes(z) / n;
		total = (double)lz77_memory_bytes(z) / n;
		n_phrases = lz77_n_phrases(z);
		lz77_seal(z);
		sealed = (double)lz77_memory_bytes(z) / n;
		lz77_free(z);
		printf("%-22s %9u %9u  %7.1f %8.1f  %7.1f %6.1f %6.1f\n",
		       text->name, n, n_phrases,
		       ns_per_symbol(text, n, false),
		       ns_per_symbol(text, n, true), search, total, sealed);
		fflush(stdout);
	}
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Each push timed alone; the run with the smallest worst push, because what
 * other programs do to the clock is not ours. */
static void table_latency(const struct text *text, bool reserve)
{
	uint32_t n = MIN(text->n, (uint32_t)N_LATENCY);
	uint32_t *ns = mem_alloc(n * sizeof(*ns));
	uint32_t *best = mem_alloc(n * sizeof(*best));

	for (int run = 0; run < N_LATENCY_RUNS; run++) {
		struct lz77 *z = lz77_new(text->width, 18);

		if (reserve)
			lz77_reserve(z, n);
		for (uint32_t t = 0; t < n; t++) {
			double start = now_s();

			lz77_push(z, text->s[t]);
			ns[t] = (uint32_t)((now_s() - start) * 1e9);
		}
		lz77_free(z);
		qsort(ns, n, sizeof(*ns), compare_u32);
		if (run == 0 || ns[n - 1] < best[n - 1])
			memcpy(best, ns, n * sizeof(*ns));
	}
	printf("%-22s %9u %-8s %6u %6u %7u %8u %9u\n", text->name, n,
	       reserve ? "reserved" : "growing", best[n / 2],
	       best[n - 1 - n / 100], best[n - 1 - n / 1000],
	       best[n - 1 - n / 10000], best[n - 1]);
	mem_free(best);
	mem_free(ns);
}

/* One way to compress the first n symbols from scratch. */
typedef void compress_prefix(const struct text *text, uint32_t n, int level);

static char scratch[4 * N_LATENCY * 2];

static void again_lz77(const struct text *text, uint32_t n, int level)
{
	double seconds = 0;

	(void)level;
	lz77_free(parse(text, n, false, &seconds));
}

static void again_zstd(const struct text *text, uint32_t n, int level)
{
	if (ZSTD_isError(ZSTD_compress(scratch, sizeof(scratch), text->s,
				       4 * (size_t)n, level)))
		die("zstd failed");
}

static void again_zlib(const struct text *text, uint32_t n, int level)
{
	uLongf len = sizeof(scratch);

	if (compress2((Bytef *)scratch, &len, (const Bytef *)text->s,
		      4 * (uLong)n, level) != Z_OK)
		die("zlib failed");
}

struct again_row {
	const char *name;
	compress_prefix *compress;
	int level;
};

static const struct again_row agains[] = {
	{ "this parse, from scratch", again_lz77, 0 },
	{ "zstd -3", again_zstd, 3 },
	{ "zlib -6", again_zlib, 6 },
	{ "zlib -9", again_zlib, 9 },
};

/* Seconds for all checks of a run of n tokens; of many checks every k-th is
 * timed and counts k times. */
static double again_seconds(const struct again_row *row,
			    const struct text *text, uint32_t n)
{
	uint32_t every = MAX(n / F_TOKENS / SAMPLE_CHECKS, 1);
	double total = 0;

	for (uint32_t check = (every + 1) / 2; check * F_TOKENS <= n;
	     check += every) {
		double start = now_s();

		row->compress(text, check * F_TOKENS, row->level);
		total += (now_s() - start) * every;
	}
	return total;
}

static void table_again(const struct text *text)
{
	static const uint32_t sizes[] = { 16384, 65536, 131072 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint32_t n = sizes[i];
		double once;

		if (n > text->n)
			break;
		once = ns_per_symbol(text, n, false) * n * 1e-9;
		printf("%-22s %9u  %-26s %10.2f ms\n", text->name, n,
		       "this parse, pushed once", once * 1e3);
		for (size_t k = 0; k < ARRAY_LEN(agains); k++) {
			double all = again_seconds(&agains[k], text, n);

			printf("%-22s %9s  %-26s %10.2f ms %8.0f x\n", "", "",
			       agains[k].name, all * 1e3, all / once);
			fflush(stdout);
		}
	}
}

static void read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	size_t n = 1;

	if (!file) {
		fprintf(stderr, "bench_lz77: no %s, left out\n", path);
		return;
	}
	while (n > 0) {
		char *at = buf_reserve(out, 1 << 16);

		n = fread(at, 1, 1 << 16, file);
		out->len += n;
	}
	fclose(file);
}

/* The traces that ../shared/data has, if it is there. */
static void read_traces(struct buf *out)
{
	static const char *names[] = {
		"rkv_aime24/aime24_00-14.jsonl",
		"cot_compression/R1-1.5B.prompts.json",
		"cot_compression/Qwen3-4B-Thinking-2507.prompts.json",
		"gsm8k/example_model_solutions.jsonl",
	};
	const char *data = getenv("LILSCOPE_DATA");

	for (size_t i = 0; data && i < ARRAY_LEN(names); i++) {
		struct buf path = { 0 };

		buf_printf(&path, "%s/traces/%s", data, names[i]);
		read_file(buf_cstr(&path), out);
		buf_release(&path);
	}
}

static struct text bytes_of(const struct buf *from)
{
	struct text text = { "bytes", LZ77_BYTES, NULL, (uint32_t)from->len };

	text.s = mem_alloc(from->len * sizeof(*text.s));
	for (size_t i = 0; i < from->len; i++)
		text.s[i] = (uint8_t)from->data[i];
	return text;
}

static struct text tokens_of(const struct buf *from)
{
	struct text text = { "tokens", LZ77_IDS, NULL, 0 };
	struct tok *tok = tok_new();
	struct tok_list list = { 0 };

	tok_push(tok, from->data, from->len, &list);
	tok_flush(tok, &list);
	text.n = (uint32_t)list.n;
	text.s = mem_alloc(list.n * sizeof(*text.s));
	for (size_t i = 0; i < list.n; i++)
		text.s[i] = list.at[i].id;
	tok_list_release(&list);
	tok_free(tok);
	return text;
}

/* Words of one to eight symbols, the early ones often: as many repeats as in
 * prose, at any length. */
static struct text generated(enum lz77_width width)
{
	struct text text = { "generated bytes", width, NULL, N_GENERATED };
	uint64_t r = 88172645463325252u;
	uint32_t alphabet = width == LZ77_IDS ? 150000 : 90;

	if (width == LZ77_IDS)
		text.name = "generated ids";
	text.s = mem_alloc(text.n * sizeof(*text.s));
	for (uint32_t t = 0; t < text.n;) {
		uint64_t word;

		r ^= r << 13;
		r ^= r >> 7;
		r ^= r << 17;
		word = (r >> 20) % (UINT64_C(1) << (2 + r % 17));
		for (uint32_t k = 0; k <= word * 2654435761u % 8; k++) {
			if (t < text.n)
				text.s[t++] = (uint32_t)(word * 40503u +
							 k * 7919u) % alphabet;
		}
	}
	return text;
}

int main(int argc, char **argv)
{
	struct buf input = { 0 };
	struct text texts[4];
	size_t n_texts = 0;

	for (int i = 1; i < argc; i++)
		read_file(argv[i], &input);
	if (argc == 1)
		read_traces(&input);
	if (input.len > 0) {
		texts[n_texts++] = tokens_of(&input);
		texts[n_texts++] = bytes_of(&input);
	}
	texts[n_texts++] = generated(LZ77_IDS);
	texts[n_texts++] = generated(LZ77_BYTES);

	printf("1. cost\n%-22s %9s %9s  %16s  %21s\n%-22s %9s %9s  %7s %8s  "
	       "%7s %6s %6s\n", "", "", "", "ns a symbol", "bytes a symbol",
	       "text", "symbols", "phrases", "growing", "reserved", "search",
	       "all", "sealed");
	for (size_t i = 0; i < n_texts; i++)
		table_cost(&texts[i]);
	printf("\n2. nanoseconds of one push, two clock readings included\n"
	       "%-22s %9s %-8s %6s %6s %7s %8s %9s\n", "text", "symbols", "",
	       "p50", "p99", "p99.9", "p99.99", "worst");
	for (size_t i = 0; i < n_texts; i++) {
		table_latency(&texts[i], false);
		table_latency(&texts[i], true);
	}
	printf("\n3. a run measured every %d tokens, 4 bytes an id\n",
	       F_TOKENS);
	for (size_t i = 0; i < n_texts; i++) {
		if (texts[i].width == LZ77_IDS)
			table_again(&texts[i]);
		mem_free(texts[i].s);
	}
	buf_release(&input);
	return 0;
}
