/*
 * table_band [-o BAND.svg] [FILE...] - how far rho's band and the estimate H
 * can be trusted: on sources of known entropy, by length and Ls, and on real
 * generations, by where they are from.
 *
 * A FILE holds JSON lines with source and text, as rules.py and corpus.py
 * write them. The picture shows four sources over the length of the text.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/svg.h"
#include "json/json.h"
#include "measure/bound.h"
#include "measure/entropy.h"
#include "measure/known.h"
#include "measure/lz77.h"

enum {
	N_FIRST = 1000,
	N_LENGTHS = 5,
	N_LAST = 256000,
	N_SEEDS = 4,
	STEP = 100,
	GROUPS_MAX = 64,
	GROUP_MIN = 50, /* texts of a source that is told by itself */
};

static const unsigned all_ls[] = { 6, 8, 10, 12 };
static const double z95 = 1.96, still_right = 0.01;

/* --- sources ------------------------------------------------------------ */

struct parsed {
	struct bound *bound;
	struct entropy *entropy;
	double unit; /* bits of the alphabet */
};

static struct parsed parse(const unsigned char *s, uint32_t n, double alphabet)
{
	struct parsed p = { bound_new(alphabet, BOUND_LS_BYTES, false),
			    entropy_new(), log2(alphabet) };
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t lrs = lz77_push(z, s[i]).lrs;

		bound_push(p.bound, lrs);
		entropy_push(p.entropy, lrs);
	}
	lz77_free(z);
	return p;
}

static void parsed_free(struct parsed *p)
{
	bound_free(p->bound);
	entropy_free(p->entropy);
}

/* Of all seeds and lengths of a source. */
struct score {
	uint32_t n;
	uint32_t under_rho;  /* the truth is at most rho */
	uint32_t over_lower; /* and at least the lower edge */
	uint32_t says, wrong, out_low; /* the lower edge is above 0; the truth
				is below it; of these with that state */
	double band;         /* widths, in bits */
	uint32_t covered;
	double width, off;
};

static void add_point(struct score *c, const struct parsed *p, uint32_t n,
		      double bits)
{
	struct bound_point b = bound_at(p->bound, n);
	double lower = b.lower * p->unit, upper = b.rho * p->unit;

	c->n++;
	c->under_rho += bits <= upper;
	c->over_lower += lower <= bits;
	c->says += lower > 0;
	c->wrong += lower > 0 && lower > bits;
	c->out_low += lower > 0 && lower > bits && b.status == BOUND_OUT_LOW;
	c->band += upper - MAX(lower, 0);
}

static void add_estimate(struct score *c, const struct parsed *p, uint32_t n,
			 double bits)
{
	struct entropy_point e = entropy_at(p->entropy, n);

	c->covered += fabs(e.bits - bits) <= z95 * e.se + still_right;
	c->width += 2 * z95 * e.se;
	c->off += fabs(e.bits - bits);
}

static struct score score(const struct known *k)
{
	unsigned char *s = mem_alloc(N_LAST);
	struct score c = { 0 };
	uint32_t n;

	for (uint32_t seed = 1; seed <= N_SEEDS; seed++) {
		struct parsed p;

		k->write(s, N_LAST, seed);
		p = parse(s, N_LAST, k->alphabet);
		for (size_t i = 0; i < ARRAY_LEN(all_ls); i++) {
			bound_set(p.bound, k->alphabet, all_ls[i], false);
			for (n = N_FIRST; n <= N_LAST; n *= 4)
				add_point(&c, &p, n, k->bits());
		}
		for (n = N_FIRST; n <= N_LAST; n *= 4)
			add_estimate(&c, &p, n, k->bits());
		parsed_free(&p);
	}
	mem_free(s);
	return c;
}

static void table_of_sources(void)
{
	struct score all = { 0 };

	printf("Sources of known entropy x %d lengths (%d to %d symbols) x %d "
	       "seeds; the band also x %zu Ls (6 to 12). Widths in bits.\n\n"
	       "| source | true | <= rho | >= rho - eps | the lower edge says "
	       "something | and is wrong | of these OUT-LOW | width | H covers "
	       "| width | off by |\n"
	       "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
	       N_LENGTHS, N_FIRST, N_LAST, N_SEEDS, ARRAY_LEN(all_ls));
	for (size_t i = 0; i < n_knowns; i++) {
		struct score c = score(&knowns[i]);
		double n = N_LENGTHS * N_SEEDS;

		printf("| %s | %.3f | %u / %u | %u | %u | %u | %u | %.2f | "
		       "%u / %.0f | %.3f | %.3f |\n", knowns[i].name,
		       knowns[i].bits(), c.under_rho, c.n, c.over_lower, c.says,
		       c.wrong, c.out_low, c.band / c.n, c.covered, n,
		       c.width / n, c.off / n);
		all.n += c.n;
		all.under_rho += c.under_rho;
		all.over_lower += c.over_lower;
		all.says += c.says;
		all.wrong += c.wrong;
		all.out_low += c.out_low;
		all.covered += c.covered;
	}
	printf("| all | | %u / %u | %u | %u | %u | %u | | %u / %zu | | |\n\n",
	       all.under_rho, all.n, all.over_lower, all.says, all.wrong,
	       all.out_low, all.covered, n_knowns * N_LENGTHS * N_SEEDS);
}

/* --- real generations --------------------------------------------------- */

struct group {
	char name[80];
	uint32_t n;
	uint64_t bytes;
	uint32_t says, out_low, in_band;
	double rho, eps, h, bits, se; /* sums, in bits a byte */
	double from;                  /* of those that say something */
};

struct groups {
	struct group at[GROUPS_MAX];
	size_t n;
};

static struct group *group_of(struct groups *g, const char *name, size_t len)
{
	struct group *last;

	for (size_t i = 0; i < g->n; i++)
		if (strlen(g->at[i].name) == MIN(len, (size_t)79) &&
		    strncmp(g->at[i].name, name, MIN(len, (size_t)79)) == 0)
			return &g->at[i];
	last = &g->at[g->n];
	if (g->n < GROUPS_MAX - 1)
		g->n++;
	snprintf(last->name, sizeof(last->name), "%.*s",
		 (int)MIN(len, (size_t)79), name);
	return last;
}

static uint32_t says_from(const struct parsed *p, uint32_t n)
{
	for (uint32_t at = STEP; at <= n; at += STEP)
		if (bound_at(p->bound, at).lower > 0)
			return at;
	return 0;
}

static void add_text(struct group *g, const char *text, size_t len)
{
	uint32_t n = (uint32_t)len, from;
	struct parsed p = parse((const unsigned char *)text, n, 256);
	struct bound_point b = bound_at(p.bound, n);
	struct entropy_point e = entropy_at(p.entropy, n);

	from = says_from(&p, n);
	g->n++;
	g->bytes += n;
	g->says += b.lower > 0;
	g->from += b.lower > 0 ? MAX(from, 1) : 0;
	g->out_low += b.lower > 0 && b.h < b.lower;
	g->in_band += b.lower * 8 <= e.bits && e.bits <= b.rho * 8;
	g->rho += b.rho * 8;
	g->h += b.h * 8;
	g->bits += e.bits;
	g->se += e.se;
	parsed_free(&p);
}

static void read_file(struct groups *g, const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	struct json doc = { 0 };
	char *line = NULL;
	size_t cap = 0;
	ssize_t got;

	if (!file) {
		printf("no %s: skipped\n", name);
		return;
	}
	while ((got = getline(&line, &cap, file)) > 0) {
		size_t len, n_name;
		const char *text, *source;

		if (!json_read(&doc, line, (size_t)got, false, NULL))
			continue;
		text = json_text(json_get_n(json_root(&doc), "text", 4), &len);
		source = json_text(json_get_n(json_root(&doc), "source", 6),
				   &n_name);
		if (text && source && len >= N_FIRST)
			add_text(group_of(g, source, n_name), text, len);
	}
	free(line);
	json_release(&doc);
	if (file != stdin)
		fclose(file);
}

static void table_of_groups(const struct groups *g)
{
	if (!g->n)
		return;
	printf("Real generations of %d bytes or more, at their end, Ls %d: "
	       "means in bits a byte.\n\n"
	       "| from | texts | bytes, mean | rho | h | H | 2 s.e. | the "
	       "lower edge says something | from byte | h below it | H in the "
	       "band "
	       "|\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
	       N_FIRST, BOUND_LS_BYTES);
	for (size_t i = 0; i < g->n; i++) {
		const struct group *a = &g->at[i];
		double n = a->n;

		if (a->n < GROUP_MIN)
			continue;
		printf("| %s | %u | %.0f | %.2f | %.2f | %.2f | %.2f | %.0f %% "
		       "| ", a->name, a->n, (double)a->bytes / n, a->rho / n,
		       a->h / n, a->bits / n, 2 * a->se / n, 100 * a->says / n);
		if (a->says)
			printf("%.0f", a->from / a->says);
		printf(" | %u / %u | %.0f %% |\n", a->out_low, a->says,
		       100 * a->in_band / n);
	}
	printf("\n");
}

/* --- the picture -------------------------------------------------------- */

enum { WIDTH = 940, PANEL = 190, HIGH = 200, LEFT = 46, TOP = 50, GAP = 40,
       POINTS = 60 };

typedef double value_at(const struct parsed *p, uint32_t n);

static double rho_at(const struct parsed *p, uint32_t n)
{
	return bound_at(p->bound, n).rho * p->unit;
}

static double lower_at(const struct parsed *p, uint32_t n)
{
	return MAX(bound_at(p->bound, n).lower * p->unit, 0);
}

static double low_at(const struct parsed *p, uint32_t n)
{
	struct entropy_point e = entropy_at(p->entropy, n);

	return MAX(e.bits - z95 * e.se, 0);
}

static double high_at(const struct parsed *p, uint32_t n)
{
	struct entropy_point e = entropy_at(p->entropy, n);

	return e.bits + z95 * e.se;
}

/* Lengths lie on a logarithmic axis. */
static uint32_t n_at(int i)
{
	return (uint32_t)(300 * pow(N_LAST / 300.0, i / (double)(POINTS - 1)));
}

static void between(struct buf *out, const char *paint,
		    const struct svg_panel *panel, const struct parsed *p,
		    value_at *low, value_at *high)
{
	struct svg_path path = svg_path_begin(out, paint);

	for (int i = 0; i < POINTS; i++)
		svg_path_to(&path, svg_x(panel, i),
			    svg_y(panel, high(p, n_at(i))));
	for (int i = POINTS; i-- > 0;)
		svg_path_to(&path, svg_x(panel, i),
			    svg_y(panel, low(p, n_at(i))));
	svg_path_end(&path, true);
}

static void draw_source(struct buf *out, const struct known *k, double x)
{
	unsigned char *s = mem_alloc(N_LAST);
	struct svg_panel panel = { .x = x, .y = TOP, .width = PANEL,
				   .height = HIGH, .x_max = POINTS - 1,
				   .y_max = MAX(1.5 * k->bits(), 3) };
	struct parsed p;

	k->write(s, N_LAST, 1);
	p = parse(s, N_LAST, k->alphabet);
	svg_text(out, "name", x, TOP - 12, "%s", k->name);
	svg_y_axis(out, &panel, 5);
	between(out, "band", &panel, &p, lower_at, rho_at);
	between(out, "est", &panel, &p, low_at, high_at);
	svg_line(out, "true", x, svg_y(&panel, k->bits()), x + PANEL,
		 svg_y(&panel, k->bits()));
	for (uint32_t n = 1000; n <= 100000; n *= 10)
		svg_text(out, "mid",
			 svg_x(&panel, (POINTS - 1) * log(n / 300.0) /
					       log(N_LAST / 300.0)),
			 TOP + HIGH + 18, "%uk", n / 1000);
	parsed_free(&p);
	mem_free(s);
}

static void picture(const char *name)
{
	static const char *const shown[] = { "coin", "chain", "words", "loop" };
	static const char sheet[] =
		"text{font:12px sans-serif;fill:#222}.name{font-weight:bold}\n"
		".band{fill:#bbb;fill-opacity:.6}.est{fill:#0072b2;"
		"fill-opacity:.6}\n.true{stroke:#d55e00;stroke-width:1.5}\n";
	FILE *file = fopen(name, "w");
	struct buf out = { 0 };
	double x = LEFT;

	svg_figure(&out, WIDTH, TOP + HIGH + 70, sheet);
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		for (size_t k = 0; k < n_knowns; k++)
			if (strcmp(knowns[k].name, shown[i]) == 0) {
				draw_source(&out, &knowns[k], x);
				x += PANEL + GAP;
			}
	svg_text(&out, "word", LEFT, TOP + HIGH + 50,
		 "Bits a symbol over the symbols of the text. Grey: rho and "
		 "its band, Ls 10. Blue: H, 95 %%. Line: the truth.");
	svg_end(&out);
	if (!file || fwrite(out.data, 1, out.len, file) != out.len)
		printf("%s can't be written\n", name);
	if (file)
		fclose(file);
	buf_release(&out);
}

int main(int argc, char **argv)
{
	struct groups *g = mem_zalloc(sizeof(*g));
	int c;

	while ((c = getopt(argc, argv, "o:")) != -1) {
		if (c != 'o')
			return 2;
		picture(optarg);
	}
	table_of_sources();
	for (int i = optind; i < argc; i++)
		read_file(g, argv[i]);
	table_of_groups(g);
	mem_free(g);
	return 0;
}
