/*
 * How fast the bundled tokenizer is, and what it holds.
 *
 *	bench_tok [FILE...]
 *
 * Without files: texts made here, the last ones as bad as they come. The best
 * of five rounds; the machine is shared, so compare within one run.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "trace/tok.h"

enum {
	ROUNDS = 5,
	MADE_BYTES = 2 * 1000 * 1000,
	WHOLE_BYTES = 8 * 1024, /* a read of a file */
	CHUNK_BYTES = 12,       /* as a server sends it */
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The number of tokens, the text in pieces of `step` bytes. */
static size_t count(const struct buf *text, size_t step)
{
	struct tok *tok = tok_new();
	struct tok_list list = { 0 };
	size_t n = 0;

	for (size_t at = 0; at < text->len; at += step) {
		tok_push(tok, text->data + at, MIN(text->len - at, step),
			 &list);
		n += list.n;
		list.n = 0;
	}
	tok_flush(tok, &list);
	n += list.n;
	tok_list_release(&list);
	tok_free(tok);
	return n;
}

static double best_of(const struct buf *text, size_t step)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double from = now_s();

		count(text, step);
		best = MIN(best, now_s() - from);
	}
	return best;
}

static void report(const char *name, const struct buf *text)
{
	size_t n = count(text, WHOLE_BYTES);
	double whole = best_of(text, WHOLE_BYTES);
	double chunks = best_of(text, CHUNK_BYTES);

	printf("%-26.26s %9zu bytes %8zu tokens %6.1f MB/s %6.1f ns/token"
	       "   by %d bytes: %6.1f MB/s\n",
	       name, text->len, n, (double)text->len / whole / 1e6,
	       whole / (double)n * 1e9, CHUNK_BYTES,
	       (double)text->len / chunks / 1e6);
}

static void bench_file(const char *path)
{
	struct buf text = { 0 };
	FILE *file = fopen(path, "rb");
	const char *slash = strrchr(path, '/');
	size_t n;

	if (!file) {
		perror(path);
		return;
	}
	while ((n = fread(buf_reserve(&text, 65536), 1, 65536, file)) > 0)
		text.len += n;
	fclose(file);
	if (text.len)
		report(slash ? slash + 1 : path, &text);
	buf_release(&text);
}

/* Words in the proportions of a reasoning trace, by a fixed dice. */
static void make_english(struct buf *text)
{
	static const char *const words[] = {
		"the", "so", "we", "need", "to", "find", "value", "of",
		"equation", "therefore", "Wait", "let", "me", "check",
		"remainder", "polynomial", "is", "that", "x", "^2", "+",
		"= 12", "\n\n", ".", ",", "isn't", "reconsider",
		"\\frac{1}{2}", "triangle", "perpendicularity",
	};
	uint32_t seed = 1;

	while (text->len < MADE_BYTES) {
		seed = seed * 1664525 + 1013904223;
		buf_putc(text, ' ');
		buf_puts(text, words[(seed >> 8) % ARRAY_LEN(words)]);
	}
}

static void make_letters(struct buf *text)
{
	uint32_t seed = 1;

	while (text->len < MADE_BYTES) {
		seed = seed * 1664525 + 1013904223;
		buf_putc(text, (char)('a' + (seed >> 8) % 26));
	}
}

static void make_bytes(struct buf *text)
{
	uint32_t seed = 1;

	while (text->len < MADE_BYTES) {
		seed = seed * 1664525 + 1013904223;
		buf_putc(text, (char)(seed >> 13));
	}
}

static void make_one_letter(struct buf *text)
{
	while (text->len < MADE_BYTES)
		buf_putc(text, 'a');
}

static void bench_made(void)
{
	static const struct {
		const char *name;
		void (*make)(struct buf *);
	} texts[] = {
		{ "words", make_english },
		{ "random bytes", make_bytes },
		{ "random letters, no blanks", make_letters },
		{ "one letter", make_one_letter },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf text = { 0 };

		texts[i].make(&text);
		report(texts[i].name, &text);
		buf_release(&text);
	}
}

int main(int argc, char **argv)
{
	double from = now_s();
	size_t n;

	tok_bytes(0, &n);
	printf("loaded in %.2f ms\n", (now_s() - from) * 1e3);
	if (argc == 1)
		bench_made();
	for (int i = 1; i < argc; i++)
		bench_file(argv[i]);
	printf("memory: %zu bytes\n", tok_vocab_memory_bytes());
	return 0;
}
