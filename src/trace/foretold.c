/* Phrases and tokens are walked side by side, both by where they end. */
#include "trace/foretold.h"

/* Where a token ends in symbols of the parse. */
static uint32_t end_of(const struct run *run, uint32_t i_token)
{
	return run_symbols(run) == METER_BYTES ? run->trace.end[i_token] :
						 i_token + 1;
}

static uint32_t saved_of(uint32_t n_tokens)
{
	uint32_t n = n_tokens - MIN(n_tokens, (uint32_t)FORETOLD_FIRST);

	return n - (n + FORETOLD_AT_ONCE - 1) / FORETOLD_AT_ONCE;
}

uint32_t foretold_saved(const struct run *run)
{
	const struct lz77 *z = run->meter ? meter_lz77(run->meter) : NULL;
	uint32_t n_tokens = run_n_measured(run), at = 0, saved = 0;

	for (uint32_t i = 0; z && i < lz77_n_phrases(z); i++) {
		struct lz77_phrase p = lz77_phrase(z, i);
		uint32_t n = 0;

		while (at < n_tokens && (at ? end_of(run, at - 1) : 0) <
					       p.start)
			at++; /* it began in the phrase before */
		while (at < n_tokens && end_of(run, at) <= p.start + p.len) {
			at++;
			n++;
		}
		saved += saved_of(n);
	}
	return saved;
}
