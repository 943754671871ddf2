/* What `lilscope bench --out` wrote: runs, but not their texts' course. */
#include "dialect/format.h"

static bool detect_bench(struct json_value record)
{
	return json_get(record, "lilscope_bench").doc != NULL;
}

const struct format format_bench = {
	.name = "bench",
	.title = "runs of a bench",
	.shape = FEED_RECORDS,
	.detect = detect_bench,
	.refusal = "holds the runs of a bench, not a trace; lilscope FILE "
		   "with this file alone shows them",
};
