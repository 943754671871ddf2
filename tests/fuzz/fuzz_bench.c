/*
 * Any bytes as a line of a bench's results: refused, or a run that writes
 * itself the same again, and that can be measured and put into a table.
 */
#include "fuzz.h"

#include <string.h>

#include "bench/bench_svg.h"
#include "bench/bench_table.h"

static const struct meter_opts meter = {
	.symbols = METER_BYTES,
	.rule = { .f = 4, .t = 3, .patience = 1, .coder = CODER_DEFLATE },
};

static bool read_line(const char *s, size_t n, struct bench_run *run)
{
	struct json doc = { 0 };
	bool good = json_read(&doc, s, n, false, NULL) &&
		    bench_run_read(json_root(&doc), run);

	json_release(&doc);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench_run run, again;
	struct bench_table t = { .meter = meter };
	struct buf a = { 0 }, b = { 0 };

	if (!read_line(size ? (const char *)data : "", size, &run))
		return 0;
	bench_run_measure(&run, &meter);
	bench_run_put(&run, &meter, &a);
	MUST(read_line(a.data, a.len, &again));
	bench_run_measure(&again, &meter);
	bench_run_put(&again, &meter, &b);
	MUST(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
	bench_table_fill(&t, &run, 1, 1);
	buf_clear(&a);
	bench_print(&t, &a);
	bench_print_json(&t, "", &a);
	bench_svg(&t, &run, 1, &a);
	bench_table_release(&t);
	bench_run_release(&run);
	bench_run_release(&again);
	buf_release(&a);
	buf_release(&b);
	return 0;
}
