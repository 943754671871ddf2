/*
 * The rule pi's segments against a slow reading of its definition: words as
 * strings, lines and anchors by regular expressions.
 */
#include "base/buf.h"
#include "measure/rule.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct rule_opts opts = { 250, 20, 1, CODER_LZ77, 0, 0 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Words as strings, in the plainest way: to be compared, not to be fast. */
struct words {
	char *at[800];
	size_t n;
};

static bool has(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->at[i], word) == 0)
			return true;
	return false;
}

static void put(struct words *w, const char *word)
{
	if (!has(w, word))
		w->at[w->n++] = mem_strdup(word);
}

static void words_free(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		mem_free(w->at[i]);
	w->n = 0;
}

struct slow_segment {
	struct words words, trigrams, anchors;
};

/* Compiled once, as that takes most of the time. */
static const regex_t *compiled(const char *pattern)
{
	static struct {
		const char *pattern;
		regex_t re;
	} known[32];
	size_t i = 0;

	while (known[i].pattern && strcmp(known[i].pattern, pattern) != 0)
		i++;
	assert_true(i + 1 < ARRAY_LEN(known));
	if (!known[i].pattern)
		assert_int_equal(regcomp(&known[i].re, pattern, REG_EXTENDED),
				 0);
	known[i].pattern = pattern;
	return &known[i].re;
}

static bool matches(const char *pattern, const char *s, size_t *len)
{
	regmatch_t m;
	bool found = regexec(compiled(pattern), s, 1, &m, 0) == 0;

	if (found && len)
		*len = (size_t)m.rm_eo;
	return found;
}

static bool is_prose(const char *line)
{
	return !matches("^[ \t]*```", line, NULL) &&
	       !(matches("^(  |\t)", line, NULL) &&
		 !matches("^[ \t]*([-*+]|[0-9]+[.)])[ \t]", line, NULL)) &&
	       !matches("[][{}(;,>][ \t]*$", line, NULL) &&
	       !matches("^[ \t]*#{1,6}[ \t]", line, NULL) &&
	       !matches("^[ \t]*[*]{2,3}.+[*]{2,3}[ \t]*$", line, NULL);
}

static bool word_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       c == '_';
}

/* The anchor that begins at s, as long as the first pattern that fits. */
static size_t slow_anchor(const char *s, bool begins)
{
	static const struct {
		const char *pattern;
		bool word; /* begins and ends where words do */
	} rows[] = {
		{ "^`[^`]+`", false },
		{ "^[[:alnum:]_]{2,}[.][a-zA-Z][[:alnum:]_]{0,4}", true },
		{ "^[[:alnum:]_-]+(/[[:alnum:]_-]+){2,}", false },
		{ "^[[:alnum:]_]+_[[:alnum:]_]+", true },
		{ "^[a-z]+[A-Z][[:alnum:]_]*", true },
		{ "^[A-Z][a-z]+[A-Z][[:alnum:]_]*", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len;

		if (matches(rows[i].pattern, s, &len) &&
		    (!rows[i].word || (begins && !word_char(s[len]))))
			return len;
	}
	return 0;
}

static void slow_anchors(struct slow_segment *s, const char *text)
{
	for (size_t i = 0; text[i];) {
		bool begins = !i || !word_char(text[i - 1]);
		size_t len = slow_anchor(text + i, begins);
		char name[1000];
		size_t n = 0;

		for (size_t k = i; k < i + len; k++)
			if (text[k] != '`')
				name[n++] = text[k] >= 'A' && text[k] <= 'Z'
						    ? (char)(text[k] | 32)
						    : text[k];
		name[n] = '\0';
		if (len)
			put(&s->anchors, name);
		i += len ? len : 1;
	}
}

static size_t slow_words(struct slow_segment *s, const char *text)
{
	char all[1000] = "", kept[1000] = "", *list[400], tri[1000];
	size_t n = 0;

	for (size_t i = 0; text[i]; i++)
		all[i] = text[i] == '_' || !word_char(text[i]) ? ' '
			 : text[i] >= 'A' && text[i] <= 'Z'
				 ? (char)(text[i] | 32)
				 : text[i];
	for (char *w = strtok(all, " "); w; w = strtok(NULL, " ")) {
		if (!strpbrk(w, "abcdefghijklmnopqrstuvwxyz"))
			continue;
		strcat(strcat(kept, *kept ? " " : ""), w);
		put(&s->words, w);
		list[n++] = w;
	}
	for (size_t i = 0; i + 3 <= n; i++) {
		snprintf(tri, sizeof(tri), "%s %s %s", list[i], list[i + 1],
			 list[i + 2]);
		put(&s->trigrams, tri);
	}
	if (n && n < 3)
		put(&s->trigrams, kept);
	return strlen(kept);
}

/* False: too little. */
static bool slow_segment(struct slow_segment *s, const char *raw)
{
	char text[2000] = "", copy[1000], *line = copy;

	snprintf(copy, sizeof(copy), "%s", raw);
	for (char *end; line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		strcat(strcat(text, is_prose(line) ? line : ""), "\n");
	}
	if (slow_words(s, text) < 60)
		return false;
	slow_anchors(s, text);
	return true;
}

static double slow_jaccard(const struct words *a, const struct words *b)
{
	size_t both = 0;

	for (size_t i = 0; i < a->n; i++)
		both += has(b, a->at[i]);
	return a->n && b->n ? (double)both / (double)(a->n + b->n - both) : 0;
}

/* Which of the segments, each a paragraph, is one too many; 0: none. */
static size_t slow_segments(char **texts, size_t n_texts)
{
	static struct slow_segment all[200];
	size_t n = 0, stalled = 0, hit = 0;

	for (size_t t = 0; t < n_texts && !hit; t++) {
		struct slow_segment *s = &all[n];
		size_t cluster = 1, n_new = 0;
		bool anchor = false;

		if (!slow_segment(s, texts[t])) {
			words_free(&s->words);
			words_free(&s->trigrams);
			continue;
		}
		for (size_t i = n; i-- > 0 && i + 16 >= n;)
			cluster += slow_jaccard(&s->trigrams,
						&all[i].trigrams) >= 0.8;
		for (size_t w = 0; w < MAX(s->words.n, s->anchors.n); w++) {
			bool word = false, name = false;

			for (size_t i = n; i-- > 0 && i + 8 >= n;) {
				word |= w < s->words.n &&
					has(&all[i].words, s->words.at[w]);
				name |= w < s->anchors.n &&
					has(&all[i].anchors, s->anchors.at[w]);
			}
			n_new += w < s->words.n && !word;
			anchor |= w < s->anchors.n && !name;
		}
		stalled = n && !anchor && (double)n_new <=
						  0.2 * (double)s->words.n
				  ? stalled + 1
				  : 0;
		if (++n >= 8 && (cluster >= 4 || stalled >= 8))
			hit = t + 1;
	}
	for (size_t i = 0; i < n; i++) {
		words_free(&all[i].words);
		words_free(&all[i].trigrams);
		words_free(&all[i].anchors);
	}
	return hit;
}

/* A paragraph out of few or many words, some of them names, marks, code. */
static char *paragraph(uint32_t *r, uint32_t vocabulary, char *out,
		       size_t room)
{
	static const char *const odd[] = {
		"`x y`", "main.c", "a/b-1/c_d", "a/b", "snake_case", "_x",
		"camelCase", "PascalCase", "HTTP", "i.e.", "1.2", "3",
		"\n- item", "\n  code", "\n## Title here", "\n**Bold title**",
		"\nif (x) {", "\n```c", "\n  2. two", "x.verylong", "`",
		"don't",
	};
	size_t n = 6 + next_random(r) % 50, len = 0;

	for (size_t i = 0; i < n && len + 40 < room; i++)
		len += (size_t)(next_random(r) % 12 == 0
			? snprintf(out + len, room - len, " %s",
				   odd[next_random(r) % ARRAY_LEN(odd)])
			: snprintf(out + len, room - len, "%s%c%c%x",
				   i % 11 == 10 ? "\n" : i ? " " : "",
				   i ? 'a' : 'W',
				   (char)('a' + next_random(r) % 26),
				   next_random(r) % vocabulary));
	return out;
}

static void test_segments(void **state)
{
	static char room[64][700];
	uint32_t r = 3, n_fired = 0;

	(void)state;
	for (int i = 0; i < 30; i++) {
		uint32_t vocabulary = i % 3 ? 1 : 40;
		size_t n = 12 + next_random(&r) % 50, want, got = 0;
		char *texts[64];
		void *pi = rule_pi.create(&opts);

		for (size_t k = 0; k < n; k++) {
			texts[k] = room[k];
			if (k > 8 && i % 2 && next_random(&r) % 3 == 0)
				memcpy(room[k], room[k - 1 -
						     next_random(&r) % 8],
				       sizeof(room[k]));
			else
				paragraph(&r, vocabulary, room[k], 600);
			if (next_random(&r) % 3 == 0)
				strcat(room[k], " more");
		}
		want = slow_segments(texts, n);
		for (size_t k = 0; k < n && !got; k++) {
			char text[720];
			struct rule_token token = { 0, text, 0, 0 };

			token.len = (size_t)snprintf(text, sizeof(text),
						     "%s\n \n", texts[k]);
			rule_pi.push(pi, &token);
			if (rule_pi.verdict(pi, 1000).at_token != RULE_NEVER)
				got = k + 1;
		}
		rule_pi.destroy(pi);
		n_fired += want != 0;
		assert_int_equal(got, want);
	}
	assert_in_range(n_fired, 5, 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
