/* What a command prints: a table for people, or JSON and CSV for programs. */
#include "opt/opt_rows.h"

#include <string.h>

#include "report/report.h"

/* Where they are printed. */
enum { PRINTED = OPT_ANALYZE | OPT_BENCH | OPT_MERGE };

static enum output_kind kind_of(const struct opt *opt)
{
	return strcmp(opt->name, "json") == 0 ? OUTPUT_JSON : OUTPUT_CSV;
}

/* Two switches of one setting: the last one on is what is printed. */
static bool output_set(const struct opt *opt, struct settings *set,
		       const char *value, struct err *err)
{
	enum output_kind *output = &set->report.output;
	bool on;

	if (!opt_read_switch(value, &on, err))
		return false;
	if (on)
		*output = kind_of(opt);
	else if (*output == kind_of(opt))
		*output = OUTPUT_TABLE;
	return true;
}

static void output_get(const struct opt *opt, const struct settings *set,
		       struct buf *out)
{
	buf_puts(out, set->report.output == kind_of(opt) ? "on" : "off");
}

static const struct opt rows[] = {
	{ .name = "check", .where = OPT_ANALYZE, SWITCH(report.check),
	  .about = "exit with 1 if the rule fired anywhere" },
	{ .name = "json", .where = PRINTED, .set = output_set,
	  .get = output_get,
	  .about = "a JSON object a generation or group; a bench's is one" },
	{ .name = "csv", .where = PRINTED, .set = output_set,
	  .get = output_get,
	  .about = "a CSV line a generation or group; of a bench, a cell" },
	{ .name = "keep", .arg = "FIELDS", .where = OPT_ANALYZE,
	  WORD(report.keep),
	  .about = "fields of a record, with commas, for its report" },
	{ .name = "by", .arg = "FIELDS", .where = OPT_MERGE, WORD(report.by),
	  .value = report_field,
	  .about = "fields of a report, with commas, that make a group" },
	{ .name = "what-if", .where = OPT_ANALYZE, SWITCH(report.what_if),
	  .about = "what other f, t, patience and rules would do" },
	{ .name = "html", .arg = "FILE", .where = FILES, WORD(report.html),
	  .about = "write the generation as a page for any browser" },
	{ .name = "html-of", .arg = "N", .where = FILES,
	  COUNT(report.n_html, 0, OPT_COUNT_MAX),
	  .about = "which of several, from 1, as the list counts" },
	{ .name = "jobs", .letter = 'j',
	  .letter_where = FILES | OPT_BENCH, .arg = "N",
	  .where = FILES | OPT_BENCH,
	  COUNT(report.jobs, 0, OPT_COUNT_MAX),
	  .about = "done at a time; 0: one for each core" },
};
const struct opt_room opt_report = { rows, ARRAY_LEN(rows) };
