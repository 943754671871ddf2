/* What lilscope guard does at the threshold, as a filter and as a proxy. */
#include "opt/opt_rows.h"

static const struct opt rows[] = {
	{ .name = "annotate", .where = OPT_GUARD, SWITCH(guard.annotate),
	  .about = "say where the threshold is and let everything pass" },
	{ .name = "exec", .arg = "COMMAND", .where = OPT_GUARD,
	  WORD(guard.exec),
	  .about = "run this once at the threshold: words, no shell" },
	{ .name = "report", .arg = "FILE", .where = OPT_GUARD,
	  WORD(guard.report),
	  .about = "what was seen and stopped, as JSON; - is stderr" },
	{ .name = "listen", .arg = "HOST:PORT", .where = OPT_GUARD,
	  WORD(guard.listen),
	  .about = "be a proxy before a server, here" },
	{ .name = "upstream", .arg = "URL", .where = OPT_GUARD,
	  WORD(guard.upstream),
	  .about = "the server that the proxy asks: http://127.0.0.1:8080" },
	{ .name = "tee", .arg = "FILE", .where = OPT_GUARD, WORD(guard.tee),
	  .about = "append the proxy's streams to a trace, for -f FILE" },
	{ .name = "finish-reason", .arg = "WORD", .where = OPT_GUARD,
	  WORD(guard.finish_reason),
	  .about = "what the proxy says of an answer that it stopped" },
};
const struct opt_room opt_guard = { rows, ARRAY_LEN(rows) };
