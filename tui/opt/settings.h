/*
 * settings.h - what all options together come to, in parts: one for each that
 * uses it. Words are those of the command line, not owned, and stay; one that
 * was not given is "" unless NULL is said.
 */
#ifndef LILSCOPE_SETTINGS_H
#define LILSCOPE_SETTINGS_H

#include "guard/clients.h"
#include "guard/wish.h"
#include "measure/meter.h"
#include "opt/opt_decode.h"
#include "opt/opt_input.h"
#include "opt/opt_look.h"

enum { OPTS_MAX = 128 };

/* What analyze and bench print. */
enum output_kind { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

struct report_settings {
	enum output_kind output;
	bool check; /* exit with 1 if the rule fired */
	const char *by; /* fields with commas */
	const char *keep; /* fields of records with commas */
	bool what_if; /* a table of other numbers */
	const char *html;  /* a file, or NULL */
	uint32_t n_html;   /* of which generation, from 1; 0: the only one */
	uint32_t jobs; /* at a time; 0: one for each core */
};

/* What screens do, beside how they look. */
struct show_settings {
	bool bell;    /* ring when a stream reaches Lil */
	bool follow;  /* stay with files that grow */
	bool session; /* come back to where one was */
	bool plain;   /* lines of text, no screen */
	bool tour;    /* be led around */
	bool lecture; /* one large figure first */
	const char *notes; /* a file; "": none */
	const char *script, *record; /* files */
	double speed;
	uint32_t seek; /* a token, 0 none */
	uint32_t keep_memory_mib, keep_disk_mib; /* deck_set_keep() */
};

/* lilscope guard. */
struct guard_settings {
	bool annotate, excerpt;
	const char *report, *tee;      /* files */
	const char *listen, *upstream; /* HOST:PORT, a URL */
	const char *finish_reason;     /* a word */
	bool as_asked;
	const char *exec;              /* words */
	const char *watch;             /* wish_scope() */
	struct wish_limits thinking;
	const char *only, *skip;       /* scope.h */
	const char *allow_host;        /* a list with commas */
	const char *config_file;
	bool open_metrics;
	struct client_limits limits;
	uint32_t drain_s, stall_s, body_mib, memory_mib;
};

/* lilscope bench. */
struct bench_settings {
	const char *policies, *budgets; /* lists with commas */
	const char *problems;           /* "chain", or a file */
	uint32_t n, batch;
	const char *out, *svg;          /* files, or NULL */
};

struct settings {
	struct meter_opts meter;
	uint32_t i_rule;          /* or RULE_ROWS: settings_rule() */
	bool config;              /* these two are the config file's, too */
	const char *at_threshold; /* "": what the command does by itself */
	struct then_opts then;
	struct look_settings look;
	struct show_settings show;
	struct read_settings read;
	struct request_settings request;
	struct report_settings report;
	struct guard_settings guard;
	struct decode_settings decode;
	struct bench_settings bench;
	uint64_t given[OPTS_MAX / 64]; /* bit i: opt_at(i) came from the
				     command line */
};

/* As they are when nothing is said. */
void settings_init(struct settings *set);

/* Which of rules[] guard, --check and --at-threshold mean: the one that was
 * named; else Guardian where its f, t, patience or coder were, so that they
 * have an effect; else RULE_DEFAULT. */
size_t settings_rule(const struct settings *set);

#endif
