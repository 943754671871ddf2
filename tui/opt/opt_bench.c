/* What lilscope bench tries, and where it leaves what it found. */
#include "bench/workers.h"
#include "opt/opt_rows.h"

static const struct opt rows[] = {
	{ .name = "policies", .arg = "LIST", .where = OPT_BENCH,
	  WORD(bench.policies), .value = opt_policy,
	  .about = "policies to try; quest:96 has a budget of its own" },
	{ .name = "budgets", .letter = 'b', .letter_where = OPT_BENCH,
	  .arg = "LIST", .where = OPT_BENCH, WORD(bench.budgets),
	  .about = "budgets to try, in tokens" },
	{ .name = "problems", .arg = "FILE", .where = OPT_BENCH,
	  WORD(bench.problems),
	  .about = "JSON lines with answers; chain draws the model's own" },
	{ .name = "n", .letter = 'n', .letter_where = OPT_BENCH, .arg = "N",
	  .where = OPT_BENCH, COUNT(bench.n, 0, OPT_COUNT_MAX),
	  .about = "problems" },
	{ .name = "batch", .arg = "N", .where = OPT_BENCH,
	  COUNT(bench.batch, 1, WORKERS_JOBS_MAX),
	  .about = "runs of a job, read together: more runs an hour" },
	{ .name = "out", .letter = 'o', .letter_where = OPT_BENCH,
	  .arg = "FILE", .where = OPT_BENCH, WORD(bench.out),
	  .about = "keep each finished run here; go on from what is there" },
	{ .name = "svg", .arg = "FILE", .where = OPT_BENCH, WORD(bench.svg),
	  .about = "draw accuracy, length and information as a figure" },
};
const struct opt_room opt_bench = { rows, ARRAY_LEN(rows) };
