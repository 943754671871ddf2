/* Phrases and tokens are walked side by side, both by where they end. */
#include "trace/foretold.h"

static uint32_t saved_of(uint32_t n_tokens)
{
	uint32_t n = n_tokens - MIN(n_tokens, (uint32_t)FORETOLD_FIRST);

	return n - (n + FORETOLD_AT_ONCE - 1) / FORETOLD_AT_ONCE;
}

uint32_t foretold_saved(const struct run *run)
{
	const struct lz77 *z = run->meter ? meter_lz77(run->meter) : NULL;
	uint32_t n_tokens = run_n_measured(run), at = 0, begin = 0, saved = 0;
	/* where a token ends in symbols of the parse; NULL: behind itself */
	const uint32_t *ends = run_symbols(run) == METER_BYTES ?
				       run->trace.end : NULL;

	for (uint32_t i = 0; z && i < lz77_n_phrases(z); i++) {
		struct lz77_phrase p = lz77_phrase(z, i);
		uint32_t n = 0, end;

		/* one that began in the phrase before is none of this */
		for (; at < n_tokens; at++, begin = end) {
			end = ends ? ends[at] : at + 1;
			if (begin >= p.start && end > p.start + p.len)
				break;
			n += begin >= p.start;
		}
		saved += saved_of(n);
	}
	return saved;
}
