/*
 * The tokenizers, a row each: llama.cpp's test texts that pass, and how fast
 * text becomes ids.
 *
 *	table_vocab FILE...
 *
 * FILEs are the prose, 256 KiB of it; the word is as long, letters by lot
 * with nothing between them: the pre-tokenizers cannot cut it. Each is encoded
 * as it is and at 8 times its length, and the speeds are beside one another:
 * where encoding is linear they are about the same. The best of five rounds,
 * CPU time.
 *
 * Exit status 1 if a text fails, or if a byte of the long text costs more than
 * MORE_MAX times what one of the short text does (if it were quadratic: 8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/vocab_vectors.h"

enum { ROUNDS = 5, TEXT_BYTES = 256 << 10, LONGER = 8 };
#define MORE_MAX 3.0

struct speeds {
	double once, longer; /* MB/s */
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double speed(const struct vocab *v, const char *text, size_t n)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		struct vocab_ids ids = { 0 };
		double from = cpu_s();

		vocab_encode(v, text, n, 0, &ids);
		best = MIN(best, cpu_s() - from);
		vocab_ids_release(&ids);
	}
	return (double)n / best / 1e6;
}

/* text: LONGER * TEXT_BYTES. */
static struct speeds speeds(const struct vocab *v, const struct buf *text)
{
	return (struct speeds){ speed(v, text->data, TEXT_BYTES),
				speed(v, text->data, text->len) };
}

static bool linear(struct speeds s)
{
	return s.once < MORE_MAX * s.longer;
}

static void read_prose(char **paths, int n, struct buf *out)
{
	struct buf all = { 0 };

	for (int i = 0; i < n; i++) {
		FILE *file = fopen(paths[i], "rb");
		size_t got;

		if (!file) {
			perror(paths[i]);
			exit(2);
		}
		while ((got = fread(buf_reserve(&all, 65536), 1, 65536,
				    file)) > 0)
			all.len += got;
		fclose(file);
	}
	if (!all.len) {
		fprintf(stderr, "table_vocab FILE...: no text\n");
		exit(2);
	}
	/* the long text is the short one again and again */
	buf_reserve(out, (size_t)LONGER * TEXT_BYTES);
	while (out->len < TEXT_BYTES)
		buf_append(out, all.data, MIN(all.len, TEXT_BYTES - out->len));
	while (out->len < (size_t)LONGER * TEXT_BYTES)
		buf_append(out, out->data, TEXT_BYTES);
	buf_release(&all);
}

static void make_word(struct buf *out)
{
	uint32_t seed = 1;

	while (out->len < (size_t)LONGER * TEXT_BYTES) {
		seed = seed * 1664525 + 1013904223;
		buf_putc(out, (char)('a' + (seed >> 8) % 26));
	}
}

static bool row(const char *name, const struct buf *prose,
		const struct buf *word)
{
	struct buf file = { 0 };
	struct err err = { "" };
	bool own = vectors_file(name, &file), good;
	struct gguf *g = gguf_parse(file.data, file.len, &err);
	struct vocab *v = g ? vocab_from_gguf(g, &err) : NULL;
	struct vectors_count count;
	struct speeds p, w;

	if (!v) {
		printf("%s: %s\n", name, err.text);
		return false;
	}
	count = vectors_run(v, name);
	p = speeds(v, prose);
	w = speeds(v, word);
	good = count.n_good == count.n && count.n && linear(p) && linear(w);
	printf("%-13s %-18s %7u %4d of %-3d %7.1f %7.1f %7.1f %7.1f%s%s\n",
	       name, vocab_kind(v), vocab_size(v), count.n_good, count.n,
	       p.once, p.longer, w.once, w.longer, own ? "" : "  (1)",
	       good ? "" : "  FAILED");
	vocab_free(v);
	gguf_free(g);
	buf_release(&file);
	return good;
}

int main(int argc, char **argv)
{
	struct buf prose = { 0 }, word = { 0 };
	bool good = true;

	if (!vectors_are_here()) {
		printf("skipped: llama.cpp's vectors are not here "
		       "(LILSCOPE_DATA)\n");
		return 0;
	}
	read_prose(argv + 1, argc - 1, &prose);
	make_word(&word);
	printf("%-13s %-18s %7s %11s %15s %15s\n", "", "", "", "vectors",
	       "prose, MB/s", "word, MB/s");
	printf("%-13s %-18s %7s %11s %7s %7s %7s %7s\n", "file", "kind",
	       "tokens", "passed", "256 KiB", "2 MiB", "256 KiB", "2 MiB");
	for (size_t i = 0; i < n_vector_names; i++)
		good &= row(vector_names[i], &prose, &word);
	printf("(1) its file has vectors alone; the vocabulary is the bundled "
	       "one\n");
	buf_release(&prose);
	buf_release(&word);
	return good ? 0 : 1;
}
