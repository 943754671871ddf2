/*
 * Whisper's compression ratio: the bytes of a segment's text over the bytes
 * that zlib (level 6) makes of them; above 2.4 the segment counts as failed.
 * Whisper's segments come from 30 s of sound and have at most 224 tokens (half
 * of its text context), so the text is cut into segments of 224 tokens here;
 * an unfinished segment is not judged. Most are known not to shrink so much
 * before zlib is asked (shrink.h), and what it says is the last word.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "base/gz.h"
#include "measure/shrink.h"

enum { SEGMENT_TOKENS = 224, LEVEL = 6 };

static const double ratio_max = 2.4;

struct zlib_rule {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	struct shrink *shrink; /* from the first full segment on; NULL: this
				  zlib is another */
	struct gz_sizer *gz;   /* from the first that may fail on */
	struct buf segment;
	double ratio; /* above which it failed */
	uint32_t n; /* tokens seen */
};

static void *create(const struct rule_opts *opts)
{
	struct zlib_rule *z = mem_zalloc(sizeof(*z));

	z->ratio = rule_scaled(opts, ratio_max);
	z->verdict = rule_unfired;
	return z;
}

static void destroy(void *state)
{
	struct zlib_rule *z = state;

	shrink_free(z->shrink);
	gz_sizer_free(z->gz);
	buf_release(&z->segment);
	mem_free(z);
}

static void judge(struct zlib_rule *z)
{
	size_t len = z->segment.len, least = 0;
	double size;
	bool failed;

	if (!z->shrink && gz_is_zlib())
		z->shrink = shrink_new();
	if (z->shrink)
		least = shrink_least(z->shrink, z->segment.data, len);
	if (least && (double)len > z->ratio * (double)least)
		least = shrink_size(z->shrink);
	if (least && (double)len <= z->ratio * (double)least)
		return;
	if (!z->gz)
		z->gz = gz_sizer_new(LEVEL);
	size = (double)gz_sizer_block(z->gz, z->segment.data, len);
	failed = (double)len > z->ratio * size;
	if (failed && z->verdict.at_token == RULE_NEVER)
		z->verdict.at_token = z->n;
}

/* Of one segment. */
static void append(struct zlib_rule *z, const struct rule_token *tokens,
		   uint32_t n)
{
	size_t len;

	z->n += n;
	for (uint32_t k; n; n -= k, tokens += k) {
		k = rule_together(tokens, n, &len);
		buf_append(&z->segment, tokens->text, len);
	}
}

static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct zlib_rule *z = state;
	bool fired = z->verdict.at_token != RULE_NEVER;
	uint32_t i = 0, k;

	(void)bits;
	if (fired)
		return n;
	while (i < n && z->verdict.at_token == RULE_NEVER) {
		k = MIN(SEGMENT_TOKENS - z->n % SEGMENT_TOKENS, n - i);
		append(z, tokens + i, k);
		i += k;
		if (z->n % SEGMENT_TOKENS)
			continue;
		judge(z);
		buf_clear(&z->segment);
	}
	return i;
}

RULE_PUSH_ONE(push_all)

const struct rule rule_zlib = {
	.name = "zlib",
	.about = "zlib shrinks a segment of 224 tokens more than 2.4 "
		 "times, as Whisper's compression ratio",
	.apart = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};
