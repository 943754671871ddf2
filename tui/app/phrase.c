/* From symbols of the parse to bytes and tokens of the trace. */
#include "app/phrase.h"

#include <assert.h>

/* Byte of trace.text at which a symbol starts. */
static uint32_t byte_of_symbol(const struct run *run, uint32_t symbol)
{
	const struct trace *t = &run->trace;
	if (run_symbols(run) == METER_BYTES)
		return symbol;
	return symbol == 0 ? 0 : t->end[MIN(symbol, t->n_tokens) - 1];
}

static uint32_t symbol_of_byte(const struct run *run, uint32_t byte)
{
	if (run_symbols(run) == METER_BYTES)
		return byte;
	return trace_token_at(&run->trace, byte);
}

/* The parse to read and the symbols of the prefix; NULL if there are none. */
static const struct lz77 *parse_of(const struct run *run, uint32_t n_tokens,
				   uint32_t *n_symbols)
{
	if (!run->meter)
		return NULL;
	n_tokens = MIN(n_tokens, run_n_measured(run));
	*n_symbols = meter_symbols_at(run->meter, n_tokens);
	return *n_symbols > 0 ? meter_lz77(run->meter) : NULL;
}

bool phrase_get(const struct run *run, uint32_t n_tokens, uint32_t i_phrase,
		struct phrase *out)
{
	const struct trace *t = &run->trace;
	uint32_t n, len, last;
	const struct lz77 *z = parse_of(run, n_tokens, &n);
	struct lz77_phrase p;

	if (!z || i_phrase >= lz77_n_phrases(z))
		return false;
	p = lz77_phrase(z, i_phrase);
	if (p.start >= n)
		return false;
	len = MIN(p.len, n - p.start);

	out->i_phrase = i_phrase;
	out->literal = p.src == LZ77_LITERAL;
	out->from = byte_of_symbol(run, p.start);
	out->to = byte_of_symbol(run, p.start + len);
	out->token = trace_token_at(t, out->from);
	last = out->to > out->from ? out->to - 1 : out->from;
	out->n_tokens = trace_token_at(t, last) - out->token + 1;
	out->src_from = out->src_to = out->from;
	out->src_token = PHRASE_NO_TOKEN;
	if (!out->literal) {
		out->src_from = byte_of_symbol(run, p.src);
		out->src_to = byte_of_symbol(run, p.src + len);
		out->src_token = trace_token_at(t, out->src_from);
	}
	return true;
}

int phrase_level(const struct phrase *p)
{
	static const uint32_t bytes[PHRASE_LEVELS] = { 0, 8, 16, 32, 128 };
	int level = 0;

	while (!p->literal && level + 1 < PHRASE_LEVELS &&
	       p->to - p->from >= bytes[level + 1])
		level++;
	return level;
}

bool phrase_at_byte(const struct run *run, uint32_t n_tokens, uint32_t byte,
		    struct phrase *out)
{
	uint32_t n, symbol;
	const struct lz77 *z = parse_of(run, n_tokens, &n);

	if (!z)
		return false;
	symbol = symbol_of_byte(run, byte);
	return symbol < n &&
	       phrase_get(run, n_tokens, lz77_phrase_of(z, symbol), out);
}

bool phrase_at_token(const struct run *run, uint32_t n_tokens, uint32_t token,
		     struct phrase *out)
{
	const struct trace *t = &run->trace;
	if (token >= MIN(n_tokens, t->n_tokens))
		return false;
	return phrase_at_byte(run, n_tokens, trace_start(t, token),
			      out);
}

uint32_t phrase_source_of(const struct run *run, uint32_t n_tokens,
			  uint32_t token)
{
	const struct trace *t = &run->trace;
	struct phrase p;
	uint32_t byte;

	if (!phrase_at_token(run, n_tokens, token, &p) || p.literal)
		return PHRASE_NO_TOKEN;
	byte = trace_start(t, token);
	assert(byte >= p.from);
	return trace_token_at(t, p.src_from + (byte - p.from));
}
