/* Bytes of the unit become tokens, and words. */
#include "trace/repeated.h"

#include "base/num.h"
#include "base/utf8.h"
#include "json/json.h"

enum { QUOTE_BYTES = 60 };

void repeated_of(const struct run *run, const struct unit *u,
		 struct repeated *r)
{
	const struct trace *t = &run->trace;

	*r = (struct repeated){
		.unit = *u,
		.first_token = trace_token_at(t, u->first),
		.n_tokens = trace_token_at(t, u->start + u->len - 1) + 1 -
			    trace_token_at(t, u->start),
	};
}

bool repeated_find(const struct run *run, uint32_t n_tokens,
		   struct repeated *r)
{
	const struct trace *t = &run->trace;
	struct unit u;
	size_t n = trace_start(t, n_tokens);

	if (!unit_find(t->text.data, n, &u))
		return false;
	repeated_of(run, &u, r);
	return true;
}

void repeated_quote(const struct run *run, const struct repeated *r,
		    int max_bytes, struct buf *out)
{
	const char *s = run->trace.text.data + r->unit.start;
	size_t n = MIN(r->unit.len, (size_t)max_bytes), used;
	struct buf line = { 0 };

	while (n < r->unit.len && n && (s[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i += used) {
		int32_t cp = utf8_decode(s + i, n - i, &used);

		if (cp != '\n' && cp != '\r' && cp != '\t' && cp != ' ')
			buf_append(&line, s + i, used);
		else if (line.len && line.data[line.len - 1] != ' ')
			buf_putc(&line, ' ');
	}
	while (line.len && line.data[line.len - 1] == ' ')
		line.len--;
	buf_putc(out, '"');
	utf8_sanitize(out, line.data, line.len, false, false);
	buf_puts(out, n < r->unit.len ? " ...\"" : "\"");
	buf_release(&line);
}

void repeated_say(const struct run *run, const struct repeated *r,
		  struct buf *out)
{
	const struct unit *u = &r->unit;
	char times[NUM_BYTES], since[NUM_BYTES], tokens[NUM_BYTES];

	repeated_quote(run, r, QUOTE_BYTES, out);
	buf_printf(out, " said %s times since token %s%s: %s token%s, %.0f %% "
			"of the last %lu bytes",
		   num_count(times, u->times),
		   num_count(since, (uint64_t)r->first_token + 1),
		   u->contiguous ? ", back to back" : "",
		   num_count(tokens, r->n_tokens), r->n_tokens == 1 ? "" : "s",
		   100 * u->share, (unsigned long)u->window);
}

void repeated_json(const struct run *run, const struct repeated *r,
		   bool with_text, struct buf *out)
{
	const struct unit *u = &r->unit;

	buf_puts(out, "{\"text\":");
	if (with_text)
		json_put_string(out, run->trace.text.data + u->start, u->len);
	else
		buf_puts(out, "null");
	buf_printf(out, ",\"bytes\":%zu,\"tokens\":%lu,\"first_token\":%lu,"
			"\"times\":%lu,\"contiguous\":%s,\"share\":",
		   u->len, (unsigned long)r->n_tokens,
		   (unsigned long)r->first_token, (unsigned long)u->times,
		   u->contiguous ? "true" : "false");
	json_put_number(out, u->share);
	buf_putc(out, '}');
}
