/*
 * PCRE2 line by line, interpreted: only so is a limit of steps exact, and a
 * line is never long. Text that is not UTF-8 is searched around its bad bytes;
 * a pattern that is not UTF-8 is bytes, and so is the text then.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "app/find.h"

#include <pcre2.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "system/clock.h"

enum {
	STEPS_MAX = 100000,  /* of a match, about a millisecond */
	HEAP_MAX_KB = 1024,
	TROUBLE_BYTES = 160,
};

struct find {
	pcre2_general_context *memory;
	pcre2_match_context *limits;
	pcre2_code *code; /* NULL finds nothing */
	/* for lines that are UTF-8, which PCRE2 then need not see to at each
	 * match of a line once more; NULL: none */
	pcre2_code *code_utf8;
	pcre2_match_data *match;
	char trouble[TROUBLE_BYTES];
	size_t n_given_up;
};

static void *take(size_t n, void *ctx)
{
	(void)ctx;
	return mem_alloc(n);
}

static void give(void *p, void *ctx)
{
	(void)ctx;
	mem_free(p);
}

static bool is_utf8(const char *s, size_t n)
{
	for (size_t i = 0, used; i < n; i += used)
		if (utf8_decode(s + i, n - i, &used) < 0)
			return false;
	return true;
}

static bool has_capital(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\\')
			i++;
		else if (s[i] >= 'A' && s[i] <= 'Z')
			return true;
	return false;
}

static pcre2_code *compile(const char *s, size_t n, uint32_t options,
			   int *error)
{
	PCRE2_SIZE at;

	return pcre2_compile((PCRE2_SPTR)s, n, options, error, &at, NULL);
}

struct find *find_new(const char *pattern, size_t len)
{
	struct find *f = mem_zalloc(sizeof(*f));
	uint32_t options = PCRE2_NEVER_BACKSLASH_C, literal = PCRE2_LITERAL;
	int error;

	len = MIN(len, (size_t)FIND_MAX_BYTES);
	f->memory = pcre2_general_context_create(take, give, NULL);
	f->limits = pcre2_match_context_create(f->memory);
	pcre2_set_match_limit(f->limits, STEPS_MAX);
	pcre2_set_heap_limit(f->limits, HEAP_MAX_KB);
	if (!has_capital(pattern, len))
		options |= PCRE2_CASELESS;
	if (is_utf8(pattern, len))
		options |= PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
	if (len)
		f->code = compile(pattern, len, options, &error);
	if (len && !f->code) {
		pcre2_get_error_message(error, (PCRE2_UCHAR *)f->trouble,
					sizeof(f->trouble));
		options &= PCRE2_CASELESS | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
		f->code = compile(pattern, len, options | literal, &error);
	} else {
		literal = 0;
	}
	if (f->code)
		f->match = pcre2_match_data_create(1, f->memory);
	if (f->code && options & PCRE2_UTF)
		f->code_utf8 = compile(pattern, len,
				       (options | literal) &
					       ~PCRE2_MATCH_INVALID_UTF,
				       &error);
	return f;
}

void find_free(struct find *f)
{
	if (!f)
		return;
	pcre2_match_data_free(f->match);
	pcre2_code_free(f->code);
	pcre2_code_free(f->code_utf8);
	pcre2_match_context_free(f->limits);
	pcre2_general_context_free(f->memory);
	mem_free(f);
}

const char *find_trouble(const struct find *f)
{
	return f->trouble;
}

size_t find_n_given_up(const struct find *f)
{
	return f->n_given_up;
}

static void add_hit(struct find_hits *hits, size_t from, size_t to)
{
	hits->at = grow(hits->at, &hits->cap, hits->n + 1, sizeof(*hits->at));
	hits->at[hits->n++] = (struct find_hit){ from, to };
}

/* false: the pattern took too long on the line. */
static bool find_in_line(struct find *f, const char *text, size_t from,
			 size_t to, struct find_hits *hits)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(f->match);
	bool valid = f->code_utf8 && is_utf8(text + from, to - from);
	const pcre2_code *code = valid ? f->code_utf8 : f->code;
	uint32_t options = PCRE2_NOTEMPTY | (valid ? PCRE2_NO_UTF_CHECK : 0);

	for (size_t at = 0; at < to - from && hits->n < FIND_HITS_MAX;) {
		int n = pcre2_match(code, (PCRE2_SPTR)text + from, to - from,
				    at, options, f->match, f->limits);

		if (n == PCRE2_ERROR_NOMATCH)
			return true;
		if (n < 0)
			return false;
		/* \K and looking behind may end before they began */
		if (ends[1] <= ends[0] || ends[0] < at)
			return true;
		add_hit(hits, from + ends[0], from + ends[1]);
		at = ends[1];
	}
	return true;
}

static size_t line_end(const char *text, size_t n, size_t at)
{
	size_t most = MIN(n - at, (size_t)FIND_LINE_BYTES);
	const char *end = memchr(text + at, '\n', most);

	return end ? (size_t)(end - text) + 1 : at + most;
}

bool find_slice(struct find *f, const char *text, size_t n, size_t *at,
		struct find_hits *hits)
{
	uint64_t until = now_us() + FIND_SLICE_US;

	while (*at < n && f->code) {
		size_t end = line_end(text, n, *at);

		f->n_given_up += !find_in_line(f, text, *at, end, hits);
		*at = end;
		if (f->n_given_up >= FIND_GIVEN_UP_MAX ||
		    hits->n >= FIND_HITS_MAX)
			break;
		if (now_us() >= until)
			return *at >= n;
	}
	*at = n;
	return true;
}

size_t find_line(const char *text, size_t at)
{
	size_t from = at, whole;

	while (from > 0 && text[from - 1] != '\n')
		from--;
	whole = (at - from) / FIND_LINE_BYTES * FIND_LINE_BYTES;
	return from + whole;
}

size_t find_hit_from(const struct find_hits *hits, size_t byte)
{
	size_t lo = 0, hi = hits->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hits->at[mid].from < byte)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
