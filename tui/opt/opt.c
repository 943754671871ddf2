/*
 * All rows, room by room as help lists them, and the settings that they begin
 * with.
 */
#include "opt/opt_rows.h"

#include "model/sample_own.h"

static const struct opt_room *const rooms[] = {
	&opt_measure, &opt_input,  &opt_report, &opt_guard,
	&opt_decode,  &opt_bench, &opt_show,
};

const struct opt *opt_at(size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(rooms); k++) {
		if (i < rooms[k]->n)
			return &rooms[k]->rows[i];
		i -= rooms[k]->n;
	}
	return NULL;
}

void settings_init(struct settings *set)
{
	*set = (struct settings){
		.meter = meter_opts_default,
		.i_rule = RULE_ROWS,
		.at_threshold = "",
		.then = then_opts_default,
		.look.term = { .color = COLOR_AUTO, .mouse = true },
		.show = { .bell = true, .session = true, .script = "",
			  .record = "", .notes = "", .speed = 1,
			  .keep_memory_mib = 32, .keep_disk_mib = 4096 },
		.read = { .format = "", .field = "" },
		.report = { .by = "model", .keep = "" },
		.guard = { .report = "", .tee = "", .listen = "",
			   .upstream = "", .finish_reason = "auto",
			   .exec = "", .allow_host = "", .watch = "all",
			   .thinking = { .t = -1 }, .only = "", .skip = "",
			   .config_file = "",
			   .limits = { .n_clients = 512,
				       .n_of_one = CLIENTS_AUTO,
				       .head_s = 10, .body_s = 60,
				       .idle_s = 75 },
			   .drain_s = 5, .stall_s = 600, .body_mib = 32,
			   .memory_mib = 64 },
		.decode = { .policy = "dense", .kv = "f16", .chat = "auto",
			    .turns = "",
			    .sparse = sparse_opts_auto,
			    .sample = sample_opts_auto },
		.bench = { .policies = "sink,h2o,quest,infllm,raas",
			   .budgets = "64,96,128,192,256",
			   .problems = "chain",
			   .n = 200,
			   .batch = 1 },
	};
}

/* By the command line, or by a file, which leaves no trace but the value. */
static bool tunes_guardian(const struct settings *set)
{
	static const char *const names[] = {
		"f", "t", "patience", "coder",
		"thinking-f", "thinking-t", "thinking-patience",
	};
	const struct wish_limits *own = &set->guard.thinking;
	const struct rule_opts *now = &set->meter.rule;
	const struct rule_opts *plain = &meter_opts_default.rule;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (opt_is_given(set, names[i]))
			return true;
	return now->f != plain->f || now->t != plain->t ||
	       now->patience != plain->patience || now->coder != plain->coder ||
	       own->f || own->patience || own->t >= 0;
}

size_t settings_rule(const struct settings *set)
{
	if (set->i_rule < RULE_ROWS)
		return set->i_rule;
	return tunes_guardian(set) ? RULE_GUARDIAN : RULE_DEFAULT;
}
