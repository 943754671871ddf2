/*
 * Whisper's compression ratio: the bytes of a segment's text over the bytes
 * that zlib (level 6) makes of them; above 2.4 the segment counts as failed.
 * Whisper's segments come from 30 s of sound and have at most 224 tokens (half
 * of its text context), so the text is cut into segments of 224 tokens here;
 * an unfinished segment is not judged.
 */
#include "measure/rival_rules.h"

#include "base/buf.h"
#include "base/gz.h"

enum { SEGMENT_TOKENS = 224, LEVEL = 6 };

static const double ratio_max = 2.4;

struct zlib_rule {
	struct gz_sizer *gz;
	struct buf segment;
	uint32_t n; /* tokens seen */
	struct rival_verdict verdict;
};

void *zlib_rule_create(void)
{
	struct zlib_rule *z = mem_zalloc(sizeof(*z));

	z->gz = gz_sizer_new(LEVEL);
	z->verdict = (struct rival_verdict){ GUARD_NEVER, GUARD_NEVER };
	return z;
}

void zlib_rule_destroy(void *state)
{
	struct zlib_rule *z = state;

	gz_sizer_free(z->gz);
	buf_release(&z->segment);
	mem_free(z);
}

static void judge(struct zlib_rule *z)
{
	double size = (double)gz_sizer_block(z->gz, z->segment.data,
					     z->segment.len);
	bool failed = (double)z->segment.len > ratio_max * size;

	if (failed && z->verdict.at_token == GUARD_NEVER)
		z->verdict.at_token = z->n;
	else if (!failed && z->verdict.at_token != GUARD_NEVER &&
		 z->verdict.resumed_at == GUARD_NEVER)
		z->verdict.resumed_at = z->n - SEGMENT_TOKENS;
}

void zlib_rule_push(void *state, const struct rival_token *token)
{
	struct zlib_rule *z = state;

	if (z->verdict.resumed_at != GUARD_NEVER)
		return;
	buf_append(&z->segment, token->text, token->len);
	if (++z->n % SEGMENT_TOKENS == 0) {
		judge(z);
		buf_clear(&z->segment);
	}
}

struct rival_verdict zlib_rule_verdict(const void *state)
{
	return ((const struct zlib_rule *)state)->verdict;
}
