/*
 * The expressions are kept as their models have them and PCRE2 runs them,
 * because each is used by few and what they cut is tested against theirs.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "token/vocab_pre.h"

#include <pcre2.h>
#include <string.h>

#include "base/utf8.h"
#include "token/split.h"

enum {
	PRE_LIBRARY_BYTES = 64, /* "10.42 2022-12-11" */
	/* Of one match; where it is reached there is none. */
	PRE_MATCH_LIMIT = 1000000,
	PRE_HEAP_KIB = 1 << 16,
};

/* PCRE2's \s has not U+0085. For use inside [...]. */
#define WS "\\s\\x{85}"

/* GPT-2's; what it leaves out (a last blank) lies between matches. */
#define GPT2                                                                   \
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" WS                  \
	"\\p{L}\\p{N}]+|[" WS "]+(?![^" WS "])"
#define DEEPSEEK3                                                              \
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"               \
	"[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"                         \
	" ?[\\p{P}\\p{S}]+[\\r\\n]*|[" WS "]*[\\r\\n]+|[" WS "]+(?![^" WS      \
	"])|[" WS "]+"
/* Words with their capitals and marks: Mistral's, and the one of GPT-4o. */
#define CAPITALS "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define SMALLS	 "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define TEKKEN                                                                 \
	"[^\\r\\n\\p{L}\\p{N}]?" CAPITALS "*" SMALLS                           \
	"+|[^\\r\\n\\p{L}\\p{N}]?" CAPITALS "+" SMALLS                         \
	"*|\\p{N}| ?[^" WS "\\p{L}\\p{N}]+[\\r\\n/]*|[" WS                    \
	"]*[\\r\\n]+|[" WS "]+(?![^" WS "])|[" WS "]+"
#define DIGIT  "\\p{N}"
#define DIGITS "\\p{N}+"
#define UPTO3  "\\p{N}{1,3}"
/* White space at the end: \s+$ from the first of a run on, so that a long
 * run somewhere else is looked at once. */
#define LAST_BLANKS "(?<![" WS "])[" WS "]++\\z"
#define CJK                                                                    \
	"[\\x{4e00}-\\x{9fa5}\\x{800}-\\x{4e00}\\x{ac00}-\\x{d7ff}]+"
#define HAN_KANA                                                               \
	"[\\x{4e00}-\\x{9fa5}\\x{3040}-\\x{309f}\\x{30a0}-\\x{30ff}]+"
/* Letters that have case, and some that look so. */
#define DEEPSEEK_LETTERS                                                       \
	"[" WS "]?[A-Za-z\\x{b5}\\x{c0}-\\x{d6}\\x{d8}-\\x{f6}"                \
	"\\x{f8}-\\x{1ba}\\x{1bc}-\\x{1bf}\\x{1c4}-\\x{293}"                   \
	"\\x{295}-\\x{2af}\\x{370}-\\x{373}\\x{376}\\x{377}"                   \
	"\\x{37b}-\\x{37d}\\x{37f}\\x{386}\\x{388}-\\x{38a}"                   \
	"\\x{38c}\\x{38e}-\\x{3a1}\\x{3a3}-\\x{3f5}"                           \
	"\\x{3f7}-\\x{481}\\x{48a}-\\x{52f}\\x{531}-\\x{556}"                  \
	"\\x{10a0}-\\x{10c5}\\x{13a0}-\\x{13f5}\\x{13f8}-\\x{13fd}"            \
	"\\x{1c90}-\\x{1cba}\\x{1cbd}-\\x{1cbf}\\x{1d00}-\\x{1d2b}"            \
	"\\x{1d6b}-\\x{1d77}\\x{1d79}-\\x{1d9a}\\x{1e00}-\\x{1f15}"            \
	"\\x{1f18}-\\x{1f1d}\\x{1f20}-\\x{1f45}\\x{1f48}-\\x{1f4d}"            \
	"\\x{1f50}-\\x{1f57}\\x{1f59}\\x{1f5b}\\x{1f5d}"                       \
	"\\x{1f5f}-\\x{1f7d}\\x{1f80}-\\x{1fb4}\\x{1fb6}-\\x{1fbc}"            \
	"\\x{1fbe}\\x{1fc2}-\\x{1fc4}\\x{1fc6}-\\x{1fcc}"                      \
	"\\x{1fd0}-\\x{1fd3}\\x{1fd6}-\\x{1fdb}\\x{1fe0}-\\x{1fec}"            \
	"\\x{1ff2}-\\x{1ff4}\\x{1ff6}-\\x{1ffc}\\x{2102}\\x{2107}"             \
	"\\x{210a}-\\x{2113}\\x{2115}\\x{2119}-\\x{211d}\\x{2124}"             \
	"\\x{2126}\\x{2128}\\x{212a}-\\x{212d}\\x{212f}-\\x{2134}"             \
	"\\x{2139}\\x{213c}-\\x{213f}\\x{2145}-\\x{2149}\\x{214e}"             \
	"\\x{2183}\\x{2184}\\x{2c00}-\\x{2c7b}\\x{2c7e}-\\x{2ce4}"             \
	"\\x{2ceb}-\\x{2cee}\\x{2cf2}\\x{2cf3}\\x{a640}-\\x{a66d}"             \
	"\\x{a680}-\\x{a69b}\\x{a722}-\\x{a76f}\\x{a771}-\\x{a787}"            \
	"\\x{a78b}-\\x{a78e}\\x{ab70}-\\x{abbf}\\x{fb00}-\\x{fb06}"            \
	"\\x{fb13}-\\x{fb17}\\x{ff21}-\\x{ff3a}\\x{ff41}-\\x{ff5a}"            \
	"\\x{10400}-\\x{1044f}\\x{104b0}-\\x{104d3}"                           \
	"\\x{104d8}-\\x{104fb}\\x{10c80}-\\x{10cb2}"                           \
	"\\x{10cc0}-\\x{10cf2}\\x{118a0}-\\x{118df}"                           \
	"\\x{1e900}-\\x{1e943}]+"
#define DEEPSEEK_MARKS                                                         \
	"[" WS "]?[!-/:-~\\x{ff01}-\\x{ff0f}\\x{ff1a}-\\x{ff5e}"               \
	"\\x{2018}-\\x{201f}\\x{3000}-\\x{3002}]+"

#define LLAMA3 .three_digits = true, .whole_words = true, .add_bos = true

const struct vocab_family vocab_families[] = {
	{ .name = "default",
	  .steps = { "[\\p{P}$+<=>^~|]+", GPT2, DIGITS,
		     "[0-9][0-9][0-9]" } },
	{ .name = "gpt-2", .steps = { GPT2 } },
	{ .name = "llama-bpe", LLAMA3 },
	{ .name = "llama3", LLAMA3 },
	{ .name = "llama-v3", LLAMA3 },
	{ .name = "qwen2" },
	{ .name = "deepseek-r1-qwen" },
	{ .name = "deepseek-llm",
	  .steps = { "[\\r\\n]", DEEPSEEK_LETTERS, DEEPSEEK_MARKS, LAST_BLANKS,
		     CJK, DIGITS } },
	{ .name = "deepseek-coder",
	  .steps = { "[\\r\\n]", "[" WS "]?\\p{L}+", "[" WS "]?\\p{P}+", CJK,
		     DIGIT } },
	{ .name = "deepseek-v3", .steps = { UPTO3, HAN_KANA, DEEPSEEK3 } },
	{ .name = "tekken", .steps = { TEKKEN }, .whole_words = true,
	  .add_bos = true },
	{ .name = "smollm", .steps = { DIGIT, GPT2 } },
	{ .name = "starcoder", .steps = { DIGIT, GPT2 } },
};
const size_t n_vocab_families = ARRAY_LEN(vocab_families);

const struct vocab_family *vocab_family(const char *name, size_t n)
{
	if (!n)
		return &vocab_families[0];
	for (size_t i = 0; i < n_vocab_families; i++)
		if (strlen(vocab_families[i].name) == n &&
		    memcmp(vocab_families[i].name, name, n) == 0)
			return &vocab_families[i];
	return NULL;
}

struct vocab_pre {
	const struct vocab_family *family;
	pcre2_general_context *memory;
	pcre2_match_context *limits; /* a file's own steps may be anything */
	pcre2_code *steps[PRE_STEPS_MAX];
	size_t n;
};

static void *take(size_t n, void *ctx)
{
	(void)ctx;
	return mem_alloc(n);
}

static void give(void *memory, void *ctx)
{
	(void)ctx;
	mem_free(memory);
}

static bool compile(struct vocab_pre *p, const char *pattern, struct err *err)
{
	pcre2_compile_context *ctx = pcre2_compile_context_create(p->memory);
	int code;
	PCRE2_SIZE at;
	pcre2_code *step = pcre2_compile((PCRE2_SPTR)pattern,
					 PCRE2_ZERO_TERMINATED,
					 PCRE2_UTF | PCRE2_UCP |
						 PCRE2_NEVER_BACKSLASH_C,
					 &code, &at, ctx);

	pcre2_compile_context_free(ctx);
	if (!step)
		return err_set(err, "the PCRE2 library can't match \"%.60s\" "
				    "(is it built with Unicode?)",
			       pattern);
	/* Where it can't, matching is slower and the same. */
	pcre2_jit_compile(step, PCRE2_JIT_COMPLETE);
	p->steps[p->n++] = step;
	return true;
}

struct vocab_pre *vocab_pre_new(const struct vocab_family *family,
				struct err *err)
{
	struct vocab_pre *p = mem_zalloc(sizeof(*p));
	bool good = true;

	p->family = family;
	p->memory = pcre2_general_context_create(take, give, NULL);
	p->limits = pcre2_match_context_create(p->memory);
	pcre2_set_match_limit(p->limits, PRE_MATCH_LIMIT);
	pcre2_set_heap_limit(p->limits, PRE_HEAP_KIB);
	for (size_t i = 0; good && i < PRE_STEPS_MAX && family->steps[i]; i++)
		good = compile(p, family->steps[i], err);
	if (good)
		return p;
	vocab_pre_free(p);
	return NULL;
}

void vocab_pre_free(struct vocab_pre *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		pcre2_code_free(p->steps[i]);
	pcre2_match_context_free(p->limits);
	pcre2_general_context_free(p->memory);
	mem_free(p);
}

/* One text that is cut. */
struct knife {
	const pcre2_code *step;
	pcre2_match_context *limits;
	pcre2_match_data *match;
	const char *s;
	struct vocab_cuts *out;
};

static void add(struct vocab_cuts *cuts, size_t end)
{
	if (cuts->n == cuts->cap)
		cuts->ends = grow(cuts->ends, &cuts->cap, cuts->n + 1,
				  sizeof(*cuts->ends));
	cuts->ends[cuts->n++] = end;
}

/* The next match in s[from..to) from `at` on; false: there is none. */
static bool next_match(struct knife *k, size_t from, size_t to, size_t at,
		       size_t found[2])
{
	PCRE2_SPTR s = (PCRE2_SPTR)(k->s + from);
	uint32_t opts = PCRE2_NO_UTF_CHECK; /* readable() made it so */
	const PCRE2_SIZE *ends;
	int n;

	n = pcre2_match(k->step, s, to - from, at - from, opts, k->match,
			k->limits);
	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		n = pcre2_match(k->step, s, to - from, at - from,
				opts | PCRE2_NO_JIT, k->match, k->limits);
	if (n < 0)
		return false;
	ends = pcre2_get_ovector_pointer(k->match);
	found[0] = from + ends[0];
	found[1] = from + ends[1];
	/* with \K a match may begin before where it was looked for */
	return found[0] >= at && found[1] > found[0];
}

/* Matches, and what lies between them. */
static void cut_part(struct knife *k, size_t from, size_t to)
{
	size_t at = from, found[2];

	while (at < to && next_match(k, from, to, at, found)) {
		if (found[0] > at)
			add(k->out, found[0]);
		at = found[1];
		add(k->out, at);
	}
	if (at < to)
		add(k->out, to);
}

/* The text if it is UTF-8, or a copy in which each byte that is not has
 * become a control character: PCRE2 then need not check the rest of the text
 * at each match, and all places stay. */
static const char *readable(const char *s, size_t n, struct buf *copy)
{
	size_t used;

	for (size_t at = 0; at < n; at += used) {
		if (utf8_decode(s + at, n - at, &used) >= 0)
			continue;
		used = 1;
		if (!copy->len)
			buf_append(copy, s, n);
		copy->data[at] = '\x1a';
	}
	return copy->len ? copy->data : s;
}

static void cut_by_table(const struct vocab_pre *p, const char *s, size_t n,
			 struct vocab_cuts *cuts)
{
	static const struct special none;
	struct split_rule rule = { p->family->three_digits, UINT32_MAX, &none };
	struct split split = { 0 };
	size_t at = 0, len;

	cuts->n = 0;
	while ((len = split_next(&split, &rule, s + at, n - at, true)) > 0)
		add(cuts, at += len);
}

static void cut_by_steps(const struct vocab_pre *p, const char *s, size_t n,
			 struct vocab_cuts *cuts)
{
	pcre2_match_data *match = pcre2_match_data_create(1, p->memory);
	struct vocab_cuts next = { 0 };
	struct buf copy = { 0 };
	struct knife k = { .match = match, .limits = p->limits, .out = &next };

	k.s = readable(s, n, &copy);
	cuts->n = 0;
	if (n)
		add(cuts, n);
	for (size_t i = 0; i < p->n; i++) {
		struct vocab_cuts swap = *cuts;
		size_t from = 0;

		k.step = p->steps[i];
		next.n = 0;
		for (size_t part = 0; part < cuts->n; part++) {
			cut_part(&k, from, cuts->ends[part]);
			from = cuts->ends[part];
		}
		*cuts = next;
		next = swap;
	}
	pcre2_match_data_free(match);
	mem_free(next.ends);
	buf_release(&copy);
}

void vocab_pre_cut(const struct vocab_pre *p, const char *s, size_t n,
		   struct vocab_cuts *cuts)
{
	if (p->n)
		cut_by_steps(p, s, n, cuts);
	else
		cut_by_table(p, s, n, cuts);
}

void vocab_pre_library(struct buf *out)
{
	char text[PRE_LIBRARY_BYTES] = "";

	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof(text))
		pcre2_config(PCRE2_CONFIG_VERSION, text);
	buf_puts(out, text);
}
