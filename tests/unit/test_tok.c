/*
 * tok.c and its parts: against the model's own tokenizer (vectors), against
 * the definition (naive_tok.c), and however the text is cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "naive_tok.h"
#include "trace/tok.h"
#include "trace/tok_vocab.h"

enum { NAIVE_MAX_TEXTS = 1500 };

static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static bool read_file(struct buf *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	if (!file)
		return false;
	while ((n = fread(buf_reserve(out, 65536), 1, 65536, file)) > 0)
		out->len += n;
	fclose(file);
	return true;
}

/* A file of the optional recordings, or of the source tree. */
static bool read_data(struct buf *out, const char *name)
{
	const char *data = getenv("LILSCOPE_DATA");
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", data ? data : "LILSCOPE_DATA",
		 name);
	return read_file(out, path);
}

static bool read_golden(struct buf *out, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[1024];

	snprintf(path, sizeof(path), "%s/tests/golden/%s", top ? top : ".",
		 name);
	return read_file(out, path);
}

/* The whole text in pushes of `step` bytes; 0: steps of any size. */
static void tokens(const char *text, size_t n, size_t step,
		   struct tok_list *out)
{
	struct tok *tok = tok_new();

	for (size_t at = 0, k; at < n; at += k) {
		k = step ? step : 1 + below(9);
		k = MIN(k, n - at);
		tok_push(tok, text + at, k, out);
		assert_true(tok_pending(tok) <= TOK_PIECE_MAX_BYTES + 32);
	}
	tok_flush(tok, out);
	assert_int_equal(tok_pending(tok), 0);
	tok_free(tok);
}

static void print_text(const char *text, size_t n)
{
	print_message("text:");
	for (size_t i = 0; i < n && i < 400; i++)
		print_message(" %02x", (unsigned char)text[i]);
	print_message("\n");
}

static void same_tokens(const struct tok_list *a, const struct tok_list *b,
			const char *text, size_t n)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->at[i].id == b->at[i].id &&
		       a->at[i].n_bytes == b->at[i].n_bytes;
	if (!same)
		print_text(text, n);
	assert_true(same);
}

/* The bytes of the tokens are the text. */
static void spell_text(const struct tok_list *list, const char *text,
		       size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++) {
		size_t len;
		const char *bytes = tok_bytes(list->at[i].id, &len);

		assert_non_null(bytes);
		assert_int_equal(len, list->at[i].n_bytes);
		assert_true(at + len <= n);
		assert_memory_equal(bytes, text + at, len);
		at += len;
	}
	assert_int_equal(at, n);
}

/* "1 2 3" as a list; *end is behind it. */
static void parse_ids(const char *text, struct tok_list *out)
{
	char *end;

	for (;; text = end) {
		unsigned long id = strtoul(text, &end, 10);
		size_t len;

		if (end == text)
			return;
		tok_bytes((uint32_t)id, &len);
		tok_list_add(out, (uint32_t)id, (uint32_t)len);
	}
}

static void check_vector(const char *text, size_t n, const char *ids)
{
	struct tok_list want = { 0 }, got = { 0 };

	parse_ids(ids, &want);
	tokens(text, n, n, &got);
	same_tokens(&got, &want, text, n);
	got.n = 0;
	tokens(text, n, 1, &got);
	same_tokens(&got, &want, text, n);
	tok_list_release(&got);
	tok_list_release(&want);
}

/* Undoes the escapes of the vectors file, in place. */
static size_t unescape(char *s)
{
	char *to = s, *from = s;
	unsigned byte;

	while (*from) {
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		switch (from[1]) {
		case 'x':
			assert_int_equal(sscanf(from + 2, "%2x", &byte), 1);
			*to++ = (char)byte;
			from += 4;
			continue;
		case 'n':
			*to++ = '\n';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case 't':
			*to++ = '\t';
			break;
		default:
			*to++ = from[1];
		}
		from += 2;
	}
	return (size_t)(to - s);
}

static void the_models_own_tokens(void **state)
{
	struct buf file = { 0 };
	char *line, *next;
	int n_vectors = 0;

	(void)state;
	assert_true(read_golden(&file, "tok_vectors.txt"));
	buf_cstr(&file);
	for (line = file.data; *line; line = next) {
		char *tab = strchr(line, '\t');

		next = strchr(line, '\n') + 1;
		if (*line == '#')
			continue;
		*tab = '\0';
		next[-1] = '\0';
		check_vector(line, unescape(line), tab + 1);
		n_vectors++;
	}
	assert_true(n_vectors >= 70);
	buf_release(&file);
}

/* llama.cpp's vectors: inputs between separators, a line of ids each. */
static void another_projects_vectors(void **state)
{
	static const char separator[] = "\n__ggml_vocab_test__\n";
	struct buf in = { 0 }, out = { 0 };
	const char *text, *ids;
	int n_vectors = 0;

	(void)state;
	if (!read_data(&in, "models/ggml_vocab/ggml-vocab-qwen2.gguf.inp") ||
	    !read_data(&out, "models/ggml_vocab/ggml-vocab-qwen2.gguf.out")) {
		print_message("no LILSCOPE_DATA: vectors left out\n");
		buf_release(&in);
		skip();
	}
	text = buf_cstr(&in);
	ids = buf_cstr(&out);
	while (text) {
		const char *end = strstr(text, separator);
		size_t n = end ? (size_t)(end - text) : strlen(text);
		size_t n_line = strcspn(ids, "\n");
		char *line = mem_strndup(ids, n_line);

		check_vector(text, n, line);
		mem_free(line);
		text = end ? end + strlen(separator) : NULL;
		ids += n_line + (ids[n_line] == '\n');
		n_vectors++;
	}
	assert_int_equal(n_vectors, 47);
	buf_release(&in);
	buf_release(&out);
}

/* Counts of Qwen3's tokenizer, from the cards of the recordings. */
static void counts_of_recordings(void **state)
{
	static const struct {
		const char *name;
		size_t tokens;
	} cards[] = {
		{ "gptoss20b_math_13", 17114 }, { "r1_1.5b_math_51", 15227 },
		{ "r1_1.5b_math_65", 17448 },   { "r1_1.5b_math_72", 2338 },
		{ "r1_1.5b_math_79", 9964 },    { "rkv_aime24_00", 7266 },
		{ "rkv_aime24_01", 16325 },     { "rkv_aime24_05", 16280 },
		{ "rkv_aime24_08", 16333 },     { "rkv_aime24_09", 16308 },
		{ "rkv_aime24_12", 16384 },
	};
	size_t n_checked = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cards); i++) {
		struct buf text = { 0 };
		char name[64];

		snprintf(name, sizeof(name), "traces/curated/%s.txt",
			 cards[i].name);
		if (read_data(&text, name)) {
			struct tok_list list = { 0 };

			tokens(text.data, text.len, 0, &list);
			assert_int_equal(list.n, cards[i].tokens);
			spell_text(&list, text.data, text.len);
			tok_list_release(&list);
			n_checked++;
		}
		buf_release(&text);
	}
	if (!n_checked) {
		print_message("no LILSCOPE_DATA: counts left out\n");
		skip();
	}
}

static const char *const atoms[] = {
	" ", "  ", "\n", "\r", "\t", "\v", "a", "the", " the", "'s", "'S",
	"'re", "'V", "'v", "'l", "'ll", "'", "ing", "12", "1", "x^2", "=",
	"==", "\\boxed{", "}", "$", "<", "<|", "</", "<think>", "</think>",
	"<|im_end|>", "<thin", "think>", "...", "--", "\xc2\xa0",
	"\xe3\x80\x80", "\xe2\x80\xa8", "\xc2\x85", "'\xc5\xbf", "\xc3\xa9",
	"e\xcc\x81", "\xe4\xbd\xa0\xe5\xa5\xbd", "\xd9\xa3", "\xc2\xbd",
	"\xf0\x9f\x98\x80", "\xe2\x80\x8d", "\xff", "\xe4\xbd", "\xf0\x9f",
	"\x80", "\xc0\x80", "\xed\xa0\x80", "\xd0\x96", "Q\xcc\xa3",
};

static void any_text(struct buf *text)
{
	uint32_t n = 1 + below(12);

	buf_clear(text);
	for (uint32_t i = 0; i < n; i++) {
		if (below(10) == 0)
			buf_putc(text, (char)below(256));
		else if (below(60) == 0)
			for (uint32_t k = below(90); k; k--)
				buf_puts(text, below(2) ? "ab" : "\xe4");
		else
			buf_puts(text, atoms[below(ARRAY_LEN(atoms))]);
	}
}

static void the_definition(void **state)
{
	struct buf text = { 0 };
	struct tok_list want = { 0 }, got = { 0 };

	(void)state;
	for (int i = 0; i < NAIVE_MAX_TEXTS; i++) {
		any_text(&text);
		want.n = got.n = 0;
		naive_tok(text.data, text.len, &want);
		spell_text(&want, text.data, text.len);
		tokens(text.data, text.len, 1, &got);
		same_tokens(&got, &want, text.data, text.len);
		got.n = 0;
		tokens(text.data, text.len, 0, &got);
		same_tokens(&got, &want, text.data, text.len);
	}
	tok_list_release(&want);
	tok_list_release(&got);
	buf_release(&text);
}

/* Two pushes, the cut at every place. */
static void cut_anywhere(void **state)
{
	struct buf text = { 0 };
	struct tok_list want = { 0 }, got = { 0 };
	struct tok *tok = tok_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(atoms); i++)
		buf_puts(&text, atoms[i]);
	naive_tok(text.data, text.len, &want);
	for (size_t cut = 0; cut <= text.len; cut++) {
		got.n = 0;
		tok_push(tok, text.data, cut, &got);
		tok_push(tok, text.data + cut, text.len - cut, &got);
		tok_flush(tok, &got);
		same_tokens(&got, &want, text.data, text.len);
	}
	tok_free(tok);
	tok_list_release(&want);
	tok_list_release(&got);
	buf_release(&text);
}

static void special_tokens_are_one(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < TOK_N_SPECIAL; i++) {
		struct tok_list got = { 0 };
		size_t len;
		const char *name = tok_bytes(TOK_N_ORDINARY + i, &len);

		assert_int_equal(name[0], '<');
		assert_int_equal(name[len - 1], '>');
		tokens(name, len, 1, &got);
		assert_int_equal(got.n, 1);
		assert_int_equal(got.at[0].id, TOK_N_ORDINARY + i);
		got.n = 0;
		tokens(name, len - 1, 1, &got); /* all but the last sign */
		assert_true(got.n > 1);
		spell_text(&got, name, len - 1);
		tok_list_release(&got);
	}
}

/* Why the list of merges can be left out: every token merges to itself, the
 * short way and the way of long pre-tokens. */
static void every_token_merges_to_itself(void **state)
{
	struct tok_vocab v;
	struct merge m = { 0 };

	(void)state;
	tok_vocab_init(&v);
	assert_int_equal(v.tokens.n, tok_vocab_size());
	for (uint32_t id = 0; id < TOK_N_ORDINARY; id++) {
		size_t len;
		const char *bytes = tok_bytes(id, &len);

		assert_int_equal(lookup_find(&v.tokens.by_bytes, bytes, len),
				 id);
		assert_int_equal(merge(&m, &v.tokens, bytes, (uint32_t)len),
				 0);
		assert_int_equal(m.part[0].id, id);
		assert_int_equal(m.part[0].next, len);
	}
	assert_int_equal(lookup_find(&v.tokens.by_bytes, "\xff\xff\xff", 3),
			 TOKEN_NONE);
	merge_release(&m);
	tok_vocab_release(&v);
}

/* Rows of one kind: cut at TOK_PIECE_MAX_BYTES, held back no longer. */
static void endless_words(void **state)
{
	static const char *const units[] = { "a", " ", "=", "\n", "\xe4",
					     "\xe4\xbd\xa0", "\xcc\x81" };
	enum { N_PIECES = 40 };

	(void)state;
	for (size_t u = 0; u < ARRAY_LEN(units); u++) {
		size_t n_unit = strlen(units[u]);
		size_t n_piece = TOK_PIECE_MAX_BYTES / n_unit * n_unit;
		struct buf text = { 0 };
		struct tok_list want = { 0 }, one = { 0 }, got = { 0 };

		while (text.len < n_piece * N_PIECES)
			buf_puts(&text, units[u]);
		tokens(text.data, n_piece, n_piece, &one);
		for (int i = 0; i < N_PIECES; i++)
			for (size_t k = 0; k < one.n; k++)
				tok_list_add(&want, one.at[k].id,
					     one.at[k].n_bytes);
		tokens(text.data, text.len, text.len, &got);
		same_tokens(&got, &want, text.data, text.len);
		got.n = 0;
		tokens(text.data, text.len, 1, &got);
		same_tokens(&got, &want, text.data, text.len);
		tok_list_release(&one);
		tok_list_release(&want);
		tok_list_release(&got);
		buf_release(&text);
	}
}

/* White space whose last newline is far back is scanned twice, not more. */
static void newline_then_blanks(void **state)
{
	struct buf text = { 0 };
	struct tok_list a = { 0 }, b = { 0 };

	(void)state;
	for (int i = 0; i < 60; i++) {
		buf_puts(&text, i % 3 ? "\n" : "x");
		for (int k = 0; k < 5000; k++)
			buf_putc(&text, ' ');
	}
	tokens(text.data, text.len, text.len, &a);
	tokens(text.data, text.len, 1, &b);
	same_tokens(&a, &b, text.data, text.len);
	spell_text(&a, text.data, text.len);
	tok_list_release(&a);
	tok_list_release(&b);
	buf_release(&text);
}

/* Streams do not meet, and a flushed one begins anew. */
static void streams_are_apart(void **state)
{
	static const char first[] = "one unbelievable", second[] = "two\n\nx";
	struct tok *a = tok_new(), *b = tok_new();
	struct tok_list la = { 0 }, lb = { 0 }, wa = { 0 }, wb = { 0 };

	(void)state;
	naive_tok(first, strlen(first), &wa);
	naive_tok(second, strlen(second), &wb);
	for (int round = 0; round < 3; round++) {
		la.n = lb.n = 0;
		for (size_t i = 0; i < strlen(first); i++) {
			tok_push(a, first + i, 1, &la);
			if (i < strlen(second))
				tok_push(b, second + i, 1, &lb);
		}
		tok_flush(a, &la);
		tok_flush(b, &lb);
		same_tokens(&la, &wa, first, strlen(first));
		same_tokens(&lb, &wb, second, strlen(second));
	}
	tok_flush(a, &la); /* nothing to flush */
	assert_int_equal(la.n, wa.n);
	tok_free(a);
	tok_free(b);
	tok_free(NULL);
	tok_list_release(&la);
	tok_list_release(&lb);
	tok_list_release(&wa);
	tok_list_release(&wb);
}

static void facts_about_the_vocabulary(void **state)
{
	size_t n;

	(void)state;
	assert_int_equal(tok_vocab_size(), 151669);
	assert_null(tok_bytes(tok_vocab_size(), &n));
	assert_int_equal(n, 0);
	assert_null(tok_bytes(0xffffffff, &n));
	assert_memory_equal(tok_bytes(0, &n), "!", 1);
	assert_int_equal(n, 1);
	assert_true(tok_vocab_memory_bytes() < 4 << 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_models_own_tokens),
		cmocka_unit_test(another_projects_vectors),
		cmocka_unit_test(counts_of_recordings),
		cmocka_unit_test(the_definition),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(special_tokens_are_one),
		cmocka_unit_test(every_token_merges_to_itself),
		cmocka_unit_test(endless_words),
		cmocka_unit_test(newline_then_blanks),
		cmocka_unit_test(streams_are_apart),
		cmocka_unit_test(facts_about_the_vocabulary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
