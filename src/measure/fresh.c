/*
 * Stretches are kept as the turns between them: where the next one begins, and
 * after how many tokens that was known.
 *
 *	new        |copied             |new         |copied  ...
 *	turns:     0 at                1 at         2 at
 *	               0 known             1 known      2 known
 *
 * A sum begins when a turn is known, so turn k + 1 never begins before turn k
 * was known: the turns of a prefix are the first few of all.
 */
#include "measure/fresh.h"

#include "base/buf.h"

#include <assert.h>

static const double copy_share = 0.15;
static const double new_share = 1.0 / 3;

struct flip {
	uint32_t at, known; /* token; tokens */
};

struct own {
	double bits;
	uint32_t tokens;
};

struct fresh {
	uint32_t *since;    /* n: fresh_since() of each prefix */
	size_t since_cap;
	struct flip *turns; /* even: copied from there; odd: new */
	size_t n_turns, turns_cap;
	uint32_t n;
	uint32_t begin;     /* the token after the sum was 0 last */
	double bits;        /* of the code */
	double sum;         /* S or W */
	struct own own;     /* of the new stretches, up to begin */
	struct own run;     /* of the tokens since */
};

struct fresh *fresh_new(void)
{
	return mem_zalloc(sizeof(struct fresh));
}

void fresh_free(struct fresh *f)
{
	if (!f)
		return;
	mem_free(f->since);
	mem_free(f->turns);
	mem_free(f);
}

static bool is_copied(const struct fresh *f)
{
	return f->n_turns % 2;
}

/* The sum is 0: what was held back is settled. */
static void begin(struct fresh *f, bool is_new)
{
	if (is_new) {
		f->own.bits += f->run.bits;
		f->own.tokens += f->run.tokens;
	}
	f->run = (struct own){ 0, 0 };
	f->sum = 0;
	f->begin = f->n;
}

static void turn(struct fresh *f)
{
	bool is_new = is_copied(f);

	f->turns = grow(f->turns, &f->turns_cap, f->n_turns + 1,
			sizeof(*f->turns));
	f->turns[f->n_turns++] = (struct flip){ f->begin, f->n };
	begin(f, is_new);
}

/* x: the gain of the last token. */
static ALWAYS_INLINE void add(struct fresh *f, double x)
{
	bool copied = is_copied(f);
	double rate;

	f->run.bits += x;
	f->run.tokens++;
	rate = copied ? f->own.bits / f->own.tokens :
			(f->own.bits + f->run.bits) /
				(f->own.tokens + f->run.tokens);
	if (!(rate > 0)) { /* tokens without bytes, so far */
		begin(f, !copied);
		return;
	}
	f->sum += copied ? (x / rate - new_share) / (1 - new_share) :
			   1 - x / (copy_share * rate);
	if (f->sum >= (copied ? FRESH_NEW_TOKENS : FRESH_COPY_TOKENS))
		turn(f);
	else if (f->sum <= 0)
		begin(f, !copied);
}

void fresh_push_all(struct fresh *f, const double *code_bits, size_t stride,
		    uint32_t n)
{
	f->since = grow(f->since, &f->since_cap, (size_t)f->n + n,
			sizeof(*f->since));
	for (uint32_t i = 0; i < n; i++, code_bits += stride) {
		double x = *code_bits - f->bits;

		f->bits = *code_bits;
		f->n++;
		add(f, x);
		f->since[f->n - 1] = is_copied(f) ?
					     f->turns[f->n_turns - 1].at :
					     f->begin;
	}
}

void fresh_push(struct fresh *f, double code_bits)
{
	fresh_push_all(f, &code_bits, 1, 1);
}

uint32_t fresh_since(const struct fresh *f, uint32_t n)
{
	assert(n <= f->n);
	return n ? f->since[n - 1] : 0;
}

/* Turns that are known after n tokens. */
static size_t known(const struct fresh *f, uint32_t n)
{
	size_t lo = 0, hi = f->n_turns;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->turns[mid].known <= n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* New stretch i of n_known turns, in a prefix whose new text ends at `end`. */
static struct flip stretch(const struct fresh *f, size_t i, size_t n_known,
			   uint32_t end)
{
	return (struct flip){
		i ? f->turns[2 * i - 1].at : 0,
		2 * i < n_known ? f->turns[2 * i].at : end,
	};
}

uint32_t fresh_count(const struct fresh *f, uint32_t from, uint32_t to,
		     uint32_t n)
{
	uint32_t end = fresh_since(f, n), count = 0;
	size_t n_known = known(f, n);

	for (size_t i = n_known / 2 + 1; i-- > 0;) {
		struct flip s = stretch(f, i, n_known, end);
		uint32_t lo = MAX(s.at, from), hi = MIN(s.known, to);

		count += hi > lo ? hi - lo : 0;
		if (s.at <= from)
			break;
	}
	return count;
}

uint32_t fresh_first(const struct fresh *f, uint32_t from, uint32_t n)
{
	uint32_t end = fresh_since(f, n), first = n;
	size_t n_known = known(f, n);

	for (size_t i = n_known / 2 + 1; i-- > 0;) {
		struct flip s = stretch(f, i, n_known, end);

		if (s.known > MAX(s.at, from))
			first = MAX(s.at, from);
		if (s.at <= from)
			break;
	}
	return first;
}

uint32_t fresh_back(const struct fresh *f, uint32_t from, uint32_t n)
{
	uint32_t lo = MIN(from, n), hi = n;

	if (fresh_count(f, from, n, n) < FRESH_NEW_TOKENS)
		return n + 1;
	while (lo < hi) { /* it never falls as n grows */
		uint32_t mid = lo + (hi - lo) / 2;

		if (fresh_count(f, from, mid, mid) < FRESH_NEW_TOKENS)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
