/* What `lilscope analyze --json` and `lilscope guard --report` wrote: numbers
 * of texts, without the texts. */
#include "dialect/format.h"

static bool detect_reports(struct json_value record)
{
	bool guard = json_get(record, "ended_by").doc &&
		     json_get(record, "at_threshold").doc &&
		     json_get(record, "passed_bytes").doc;

	return guard || (json_get(record, "tokens_by").doc &&
			 json_get(record, "n_symbols").doc &&
			 json_is(json_get(record, "rules"), JSON_ARRAY));
}

const struct format format_reports = {
	.name = "reports",
	.title = "reports of lilscope",
	.shape = FEED_RECORDS,
	.detect = detect_reports,
	.refusal = "holds reports of lilscope, not a trace; lilscope merge "
		   "makes a table of those of analyze, and the texts of a "
		   "guard are where its --tee went",
};
