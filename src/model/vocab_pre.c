#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/vocab_pre.h"

#include <pcre2.h>
#include <string.h>

#include "base/utf8.h"

enum { PRE_STEPS_MAX = 6 };

#define DIGITS	"\\p{N}"
#define GPT2                                                                   \
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|"     \
	"\\s+(?!\\S)"
#define SHORT_FORMS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define LLAMA3(digits)                                                         \
	SHORT_FORMS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" digits                   \
		    "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"           \
		    "\\s+(?!\\S)|\\s+"
#define HAN "[一-龥\\x{0800}-\\x{4e00}가-\\x{D7FF}]+"

static const struct family {
	const char *name;
	const char *steps[PRE_STEPS_MAX];
} families[] = {
	{ "default",
	  { "[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+",
	    "[0-9][0-9][0-9]" } },
	{ "gpt-2", { GPT2 } },
	{ "llama-bpe", { LLAMA3("\\p{N}{1,3}") } },
	{ "llama3", { LLAMA3("\\p{N}{1,3}") } },
	{ "qwen2", { LLAMA3(DIGITS) } },
	{ "deepseek-r1-qwen", { LLAMA3(DIGITS) } },
	{ "deepseek-llm",
	  { "[\\r\\n]",
	    "\\s?[A-Za-z\\x{00B5}\\x{00C0}-\\x{00D6}\\x{00D8}-\\x{00F6}"
	    "\\x{00F8}-\\x{01BA}\\x{01BC}-\\x{01BF}\\x{01C4}-\\x{0293}"
	    "\\x{0295}-\\x{02AF}\\x{0370}-\\x{0373}\\x{0376}\\x{0377}"
	    "\\x{037B}-\\x{037D}\\x{037F}\\x{0386}\\x{0388}-\\x{038A}"
	    "\\x{038C}\\x{038E}-\\x{03A1}\\x{03A3}-\\x{03F5}"
	    "\\x{03F7}-\\x{0481}\\x{048A}-\\x{052F}\\x{0531}-\\x{0556}"
	    "\\x{10A0}-\\x{10C5}\\x{13A0}-\\x{13F5}\\x{13F8}-\\x{13FD}"
	    "\\x{1C90}-\\x{1CBA}\\x{1CBD}-\\x{1CBF}\\x{1D00}-\\x{1D2B}"
	    "\\x{1D6B}-\\x{1D77}\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}"
	    "\\x{1F18}-\\x{1F1D}\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}"
	    "\\x{1F50}-\\x{1F57}\\x{1F59}\\x{1F5B}\\x{1F5D}"
	    "\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}"
	    "\\x{1FBE}\\x{1FC2}-\\x{1FC4}\\x{1FC6}-\\x{1FCC}"
	    "\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}"
	    "\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}"
	    "\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}"
	    "\\x{2126}\\x{2128}\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}"
	    "\\x{2139}\\x{213C}-\\x{213F}\\x{2145}-\\x{2149}\\x{214E}"
	    "\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}"
	    "\\x{2CEB}-\\x{2CEE}\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}"
	    "\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}\\x{A771}-\\x{A787}"
	    "\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}\\x{FB00}-\\x{FB06}"
	    "\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}\\x{FF41}-\\x{FF5A}"
	    "\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}"
	    "\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}"
	    "\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}"
	    "\\x{1E900}-\\x{1E943}]+",
	    "\\s?[!-/:-~！-／：-～‘-‟　-。]+", "\\s+$", HAN, "\\p{N}+" } },
	{ "deepseek-coder",
	  { "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", HAN, "\\p{N}" } },
	{ "starcoder", { "\\p{N}", GPT2 } },
	{ "smollm", { "\\p{N}", GPT2 } },
};

struct vocab_pre {
	pcre2_code *steps[PRE_STEPS_MAX];
	pcre2_match_data *match;
	size_t n;
};

static bool compile(struct vocab_pre *p, const char *pattern, struct err *err)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *step = pcre2_compile((PCRE2_SPTR)pattern,
					 PCRE2_ZERO_TERMINATED,
					 PCRE2_UTF | PCRE2_MATCH_INVALID_UTF,
					 &code, &at, NULL);

	if (!step)
		return err_set(err, "this PCRE2 can't match \"%.60s\"",
			       pattern);
	pcre2_jit_compile(step, PCRE2_JIT_COMPLETE);
	p->steps[p->n++] = step;
	return true;
}

struct vocab_pre *vocab_pre_new(const char *name, size_t n, struct err *err)
{
	const struct family *f = n ? NULL : &families[0];
	struct vocab_pre *p;

	for (size_t i = 0; i < ARRAY_LEN(families) && !f; i++)
		if (strlen(families[i].name) == n &&
		    memcmp(families[i].name, name, n) == 0)
			f = &families[i];
	if (!f) {
		err_set(err, "the pre-tokenizer \"%.*s\" is not known",
			(int)MIN(n, (size_t)60), name);
		return NULL;
	}
	p = mem_zalloc(sizeof(*p));
	p->match = pcre2_match_data_create(1, NULL);
	for (size_t i = 0; i < PRE_STEPS_MAX && f->steps[i]; i++) {
		if (!compile(p, f->steps[i], err)) {
			vocab_pre_free(p);
			return NULL;
		}
	}
	return p;
}

void vocab_pre_free(struct vocab_pre *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		pcre2_code_free(p->steps[i]);
	pcre2_match_data_free(p->match);
	mem_free(p);
}

static void add(struct vocab_cuts *cuts, size_t end)
{
	if (cuts->n && cuts->ends[cuts->n - 1] == end)
		return;
	cuts->ends = grow(cuts->ends, &cuts->cap, cuts->n + 1,
			  sizeof(*cuts->ends));
	cuts->ends[cuts->n++] = end;
}

/* s[from..to) into matches of one step and what lies between. A part is
 * matched as if it stood alone: "$" and what is looked ahead at end there. */
static void cut_part(const struct vocab_pre *p, size_t i, const char *s,
		     size_t from, size_t to, struct vocab_cuts *out)
{
	size_t at = from;

	while (at < to) {
		PCRE2_SIZE *found;
		int n = pcre2_match(p->steps[i], (PCRE2_SPTR)(s + from),
				    to - from, at - from, 0, p->match, NULL);

		if (n < 1)
			break;
		found = pcre2_get_ovector_pointer(p->match);
		if (found[1] <= found[0])
			break; /* no step matches nothing */
		if (from + found[0] > from)
			add(out, from + found[0]);
		at = from + found[1];
		add(out, at);
	}
	add(out, to);
}

void vocab_pre_cut(const struct vocab_pre *p, const char *s, size_t n,
		   struct vocab_cuts *out)
{
	struct vocab_cuts next = { 0 };

	out->n = 0;
	add(out, n);
	for (size_t i = 0; i < p->n; i++) {
		struct vocab_cuts swap;
		size_t from = 0;

		next.n = 0;
		for (size_t k = 0; k < out->n; k++) {
			cut_part(p, i, s, from, out->ends[k], &next);
			from = out->ends[k];
		}
		swap = *out;
		*out = next;
		next = swap;
	}
	mem_free(next.ends);
}
