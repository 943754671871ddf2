/*
 * Whisper's compression ratio: the bytes of a segment's text over the bytes
 * that zlib (level 6) makes of them; above 2.4 the segment counts as failed.
 * Whisper's segments come from 30 s of sound and have at most 224 tokens (half
 * of its text context), so the text is cut into segments of 224 tokens here;
 * an unfinished segment is not judged.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "base/gz.h"

enum { SEGMENT_TOKENS = 224, LEVEL = 6 };

static const double ratio_max = 2.4;

struct zlib_rule {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	struct gz_sizer *gz; /* from the first full segment on */
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

	gz_sizer_free(z->gz);
	buf_release(&z->segment);
	mem_free(z);
}

static void judge(struct zlib_rule *z)
{
	double size;
	bool failed;

	if (!z->gz)
		z->gz = gz_sizer_new(LEVEL);
	size = (double)gz_sizer_block(z->gz, z->segment.data, z->segment.len);
	failed = (double)z->segment.len > z->ratio * size;
	if (failed && z->verdict.at_token == RULE_NEVER)
		z->verdict.at_token = z->n;
}

static void push(void *state, const struct rule_token *token)
{
	struct zlib_rule *z = state;

	if (z->verdict.at_token != RULE_NEVER)
		return;
	buf_append(&z->segment, token->text, token->len);
	if (++z->n % SEGMENT_TOKENS == 0) {
		judge(z);
		buf_clear(&z->segment);
	}
}

const struct rule rule_zlib = {
	.name = "zlib",
	.about = "zlib shrinks a segment of 224 tokens more than 2.4 "
		 "times, as Whisper's compression ratio",
	.create = create,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};
