/*
 * Suffixes are told apart by their length: 0, 1, 2 to 3, 4 to 7 and so on.
 * Each class begins with a chance that is rather too small, and follows what
 * it sees: an average whose weights fall by a sixteenth a time.
 */
#include "measure/draft.h"

#include "base/buf.h"
#include "measure/lz77.h"

enum { CLASSES = 8, DRAFT_LITERAL_BITS = 32 };
#define FOLLOW (1.0 / 16)

/* A draft has to promise as much more than a plain pass. */
#define WORTH_MIN 1.05

/* What a token that is read along costs of a pass of one, measured on the
 * models of samples/docs/measurements.md; a whole tile of the kernels shares
 * the unpacking of weights and costs less. */
#define COST_TOKEN 0.45
#define COST_TILE 2.4
enum { TILE = 8 };

struct draft {
	struct lz77 *parse;
	uint32_t n;
	uint32_t lrs;  /* the longest suffix that stood before */
	uint32_t next; /* where what followed it begins */
	double right[CLASSES];
};

static const double first_chance[CLASSES] = { 0,    0.05, 0.15, 0.3,
					      0.45, 0.6,  0.7,	0.8 };

struct draft *draft_new(void)
{
	struct draft *d = mem_zalloc(sizeof(*d));

	d->parse = lz77_new(LZ77_IDS, DRAFT_LITERAL_BITS);
	for (size_t i = 0; i < CLASSES; i++)
		d->right[i] = first_chance[i];
	return d;
}

void draft_free(struct draft *d)
{
	if (!d)
		return;
	lz77_free(d->parse);
	mem_free(d);
}

static uint32_t class_of(uint32_t lrs)
{
	uint32_t i = 0;

	while (i < CLASSES - 1 && (uint32_t)1 << i <= lrs)
		i++;
	return i;
}

bool draft_guess(const struct draft *d, uint32_t *ids, uint32_t n)
{
	if (!d->lrs)
		return false;
	for (uint32_t i = 0; i < n; i++)
		ids[i] = d->next + i < d->n ?
				 lz77_symbol(d->parse, d->next + i) :
				 ids[d->next + i - d->n];
	return true;
}

void draft_push(struct draft *d, uint32_t id)
{
	struct lz77_step step;
	uint32_t guess = 0;

	if (draft_guess(d, &guess, 1)) {
		double *right = &d->right[class_of(d->lrs)];

		*right += ((guess == id) - *right) * FOLLOW;
	}
	step = lz77_push(d->parse, id);
	d->n++;
	d->lrs = step.lrs;
	d->next = step.src + step.lrs;
}

double draft_hope(const struct draft *d)
{
	return d->lrs ? d->right[class_of(d->lrs)] : 0;
}

double draft_cost(uint32_t k)
{
	uint32_t n = k + 1, tiles = n / TILE;

	return tiles ? tiles * COST_TILE + n % TILE * COST_TOKEN :
		       1 + k * COST_TOKEN;
}

uint32_t draft_worth(const struct draft *d, uint32_t max)
{
	double chance = 1, tokens = 1, most = WORTH_MIN;
	uint32_t best = 0;

	if (!d->lrs)
		return 0;
	for (uint32_t k = 1; k <= MIN(max, (uint32_t)DRAFT_MAX); k++) {
		chance *= d->right[class_of(d->lrs + k - 1)];
		tokens += chance;
		if (tokens / draft_cost(k) > most) {
			most = tokens / draft_cost(k);
			best = k;
		}
	}
	return best;
}
