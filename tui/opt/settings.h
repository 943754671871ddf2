/*
 * settings.h - what all options together come to, in parts: one for each that
 * uses it. Words are those of the command line, not owned, and stay.
 */
#ifndef LILSCOPE_SETTINGS_H
#define LILSCOPE_SETTINGS_H

#include "measure/meter.h"
#include "opt/opt_decode.h"
#include "opt/opt_look.h"
#include "opt/opt_request.h"

enum { OPTS_MAX = 128 };

/* How what is read is understood. */
struct read_settings {
	char format[32];       /* dialect, "" detects */
	char field[128];       /* --field, "" for heuristics */
	uint32_t first_record; /* number of the first one in a part of a file */
};

/* What analyze and bench print. */
enum output_kind { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

struct report_settings {
	enum output_kind output;
	bool check; /* exit with 1 if the rule fired */
};

/* What screens do, beside how they look. */
struct show_settings {
	bool follow;      /* stay with files that grow */
	bool session;     /* come back to where one was */
	bool plain;       /* lines of text, no screen */
	bool tour;        /* demo --tour */
	char script[512]; /* a file, "" none */
	char record[512];
	double speed;
	uint32_t seek;    /* a token, 0 none */
};

/* lilscope guard: "" is not given. */
struct guard_settings {
	bool annotate;
	char report[512], tee[512]; /* files */
	char listen[128];           /* HOST:PORT */
	char upstream[512];         /* a URL */
	char finish_reason[32];     /* a word */
	char exec[1024];            /* words */
};

/* lilscope bench. */
struct bench_settings {
	const char *policies, *budgets; /* lists with commas */
	const char *problems;           /* "chain", or a file */
	uint32_t n, jobs;
	const char *out, *svg;          /* files, or NULL */
};

struct settings {
	struct meter_opts meter;
	size_t i_rule;            /* of rules[]; what guard and --check mean */
	struct look_settings look;
	struct show_settings show;
	struct read_settings read;
	struct request_settings request;
	struct report_settings report;
	struct guard_settings guard;
	struct decode_settings decode;
	struct bench_settings bench;
	uint64_t given[OPTS_MAX / 64]; /* bit i: opts[i] came from the command
				     line, and a session must not change it */
};

/* As they are when nothing is said. */
void settings_init(struct settings *set);

#endif
