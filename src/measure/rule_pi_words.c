/*
 * Three passes over at most 700 bytes: which lines are prose, which words
 * they have, which anchors.
 */
#include "measure/rule_pi_words.h"

#include "base/buf.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MIN = 60, TAIL_MAX = 5 };

/* --- sets --------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add(struct pi_set *set, uint64_t x)
{
	set->at = grow(set->at, &set->cap, set->n + 1, sizeof(*set->at));
	set->at[set->n++] = x;
}

static void settle(struct pi_set *set)
{
	size_t n = 0;

	if (set->n)
		qsort(set->at, set->n, sizeof(*set->at), by_value);
	for (size_t i = 0; i < set->n; i++)
		if (!n || set->at[i] != set->at[n - 1])
			set->at[n++] = set->at[i];
	set->n = n;
}

bool pi_set_has(const struct pi_set *set, uint64_t x)
{
	return set->n && bsearch(&x, set->at, set->n, sizeof(*set->at),
				 by_value);
}

double pi_similarity(const struct pi_set *a, const struct pi_set *b)
{
	size_t i = 0, k = 0, both = 0;

	while (i < a->n && k < b->n) {
		both += a->at[i] == b->at[k];
		if (a->at[i] <= b->at[k])
			k += a->at[i++] == b->at[k];
		else
			k++;
	}
	if (!a->n || !b->n)
		return 0;
	return (double)both / (double)(a->n + b->n - both);
}

void pi_segment_release(struct pi_segment *s)
{
	mem_free(s->words.at);
	mem_free(s->trigrams.at);
	mem_free(s->anchors.at);
	*s = (struct pi_segment){ 0 };
}

/* --- characters --------------------------------------------------------- */

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_lower(c) || is_upper(c) || is_digit(c) || c == '_';
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static char lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* Small and large letters alike. */
static uint64_t mix(uint64_t hash, char c)
{
	return fnv64_step(hash, (unsigned char)lower(c));
}

/* --- lines -------------------------------------------------------------- */

static size_t blanks(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

/* "- ", "2. " or "3) ": an item of a list. */
static bool is_item(const char *s, size_t n)
{
	size_t i = 0;

	if (n && is_one_of(s[0], "-*+"))
		i = 1;
	else if (n && is_digit(s[0])) {
		while (i < n && is_digit(s[i]))
			i++;
		i = i < n && (s[i] == '.' || s[i] == ')') ? i + 1 : n;
	}
	return i && i < n && (s[i] == ' ' || s[i] == '\t');
}

static bool is_code(const char *s, size_t n)
{
	size_t in = blanks(s, n), to = n;

	if (n - in >= 3 && memcmp(s + in, "```", 3) == 0)
		return true;
	if (((n >= 2 && s[0] == ' ' && s[1] == ' ') || (n && s[0] == '\t')) &&
	    !is_item(s + in, n - in))
		return true;
	while (to && (s[to - 1] == ' ' || s[to - 1] == '\t'))
		to--;
	return to && is_one_of(s[to - 1], "{}[](;,>");
}

/* "## Title", or a line all in bold. */
static bool is_title(const char *s, size_t n)
{
	size_t in = blanks(s, n), marks = 0;

	while (in + marks < n && s[in + marks] == '#')
		marks++;
	if (marks >= 1 && marks <= 6 && in + marks < n &&
	    (s[in + marks] == ' ' || s[in + marks] == '\t'))
		return true;
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return n >= in + 5 && memcmp(s + in, "**", 2) == 0 &&
	       memcmp(s + n - 2, "**", 2) == 0;
}

/* The lines that are prose. */
static void prose(struct buf *out, const char *text, size_t len)
{
	for (size_t at = 0, end; at < len; at = end + 1) {
		const char *feed = memchr(text + at, '\n', len - at);

		end = feed ? (size_t)(feed - text) : len;
		if (!is_code(text + at, end - at) &&
		    !is_title(text + at, end - at))
			buf_append(out, text + at, end - at);
		buf_putc(out, '\n');
	}
}

/* --- words -------------------------------------------------------------- */

/* Words and their trigrams; returns the characters of them all with a blank
 * between. */
static size_t read_words(struct pi_segment *s, const char *text, size_t len)
{
	uint64_t last[2] = { 0, 0 };
	size_t n_words = 0, n_chars = 0;

	for (size_t i = 0; i < len;) {
		uint64_t hash = FNV64_BASIS;
		bool letter = false;
		size_t from = i;

		for (; i < len && is_word(text[i]) && text[i] != '_'; i++) {
			hash = mix(hash, text[i]);
			letter |= !is_digit(text[i]);
		}
		n_chars += letter ? i - from + (n_words > 0) : 0;
		i += i == from;
		if (!letter)
			continue;
		add(&s->words, hash);
		if (++n_words >= 3)
			add(&s->trigrams,
			    (last[0] * 31 + last[1]) * FNV64_BASIS + hash);
		last[0] = last[1];
		last[1] = hash;
	}
	if (n_words && n_words < 3)
		add(&s->trigrams, last[0] * 31 + last[1]);
	return n_chars;
}

/* --- anchors ------------------------------------------------------------ */

static size_t word_run(const char *s, size_t n, bool dash)
{
	size_t i = 0;

	while (i < n && (is_word(s[i]) || (dash && s[i] == '-')))
		i++;
	return i;
}

/* `code`: with its marks. */
static size_t span(const char *s, size_t n)
{
	const char *end = n > 2 && *s == '`' ? memchr(s + 1, '`', n - 1) : NULL;

	return end && end > s + 1 ? (size_t)(end - s) + 1 : 0;
}

/* name.ext */
static size_t file_name(const char *s, size_t n)
{
	size_t name = word_run(s, n, false), ext;

	if (name < 2 || name + 1 >= n || s[name] != '.' ||
	    !(is_lower(s[name + 1]) || is_upper(s[name + 1])))
		return 0;
	ext = word_run(s + name + 1, n - name - 1, false);
	return ext <= TAIL_MAX ? name + 1 + ext : 0;
}

/* a/b/c, of three parts or more */
static size_t path(const char *s, size_t n)
{
	size_t at = word_run(s, n, true), parts = at > 0;

	while (at && at < n && s[at] == '/') {
		size_t part = word_run(s + at + 1, n - at - 1, true);

		if (!part)
			break;
		at += 1 + part;
		parts++;
	}
	return parts >= 3 ? at : 0;
}

/* snake_case, camelCase, PascalCase: a whole word. */
static size_t identifier(const char *s, size_t n)
{
	size_t len = word_run(s, n, false), small = 0;
	bool pascal = len && is_upper(s[0]);

	if (len >= 3 && memchr(s + 1, '_', len - 2))
		return len;
	while (pascal + small < len && is_lower(s[pascal + small]))
		small++;
	return small && pascal + small < len && is_upper(s[pascal + small])
		       ? len
		       : 0;
}

static void read_anchors(struct pi_segment *s, const char *text, size_t n)
{
	for (size_t i = 0, len; i < n; i += len) {
		bool begins = !i || !is_word(text[i - 1]);
		uint64_t hash = FNV64_BASIS;

		len = span(text + i, n - i);
		if (!len && begins)
			len = file_name(text + i, n - i);
		if (!len)
			len = path(text + i, n - i);
		if (!len && begins)
			len = identifier(text + i, n - i);
		for (size_t k = i; k < i + len; k++)
			if (text[k] != '`')
				hash = mix(hash, text[k]);
		if (len)
			add(&s->anchors, hash);
		else
			len = 1;
	}
}

bool pi_segment_read(struct pi_segment *s, const char *text, size_t len)
{
	struct buf lines = { 0 };
	bool enough;

	prose(&lines, text, len);
	enough = read_words(s, lines.data, lines.len) >= TEXT_MIN;
	if (enough)
		read_anchors(s, lines.data, lines.len);
	settle(&s->words);
	settle(&s->trigrams);
	settle(&s->anchors);
	buf_release(&lines);
	return enough;
}
