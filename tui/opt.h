/*
 * opt.h - every option, once: command line, ":set", config file, help,
 * man page and completion come from one table.
 */
#ifndef LILSCOPE_OPT_H
#define LILSCOPE_OPT_H

#include "base/buf.h"
#include "base/err.h"
#include "measure/meter.h"
#include "style.h"

enum graph_kind { GRAPH_BRAILLE, GRAPH_BLOCK, GRAPH_ASCII };
enum output_kind { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

/* Where an option is understood. */
enum {
	OPT_TUI = 1,      /* lilscope FILE */
	OPT_ANALYZE = 2,  /* lilscope analyze */
	OPT_LIVE = 4,     /* :set, while it runs */
	OPT_CONFIG = 8,   /* the config file */
};

struct settings {
	struct meter_opts meter;
	enum color_mode color;
	enum graph_kind graph;
	bool mouse, session, plain, ascii;
	bool check;               /* analyze --check */
	enum output_kind output;
	char rule[32];            /* rule whose stop --check asks for */
	char format[32];          /* dialect, "" detects */
	char field[128];          /* --field, "" for heuristics */
	char script[512];         /* --script FILE */
	double speed;             /* --speed */
	uint32_t seek;            /* --seek TOKEN, 0 none */
};

/* One option: a row. */
struct opt {
	const char *name;   /* "--name" and ":set name" */
	char letter;        /* "-f", or 0 */
	const char *arg;    /* "TOKENS", or NULL for a switch */
	unsigned where;     /* OPT_ bits */
	const char *about;  /* one sentence */
	bool (*set)(struct settings *set, const char *value, struct err *err);
	void (*get)(const struct settings *set, struct buf *out);
};

extern const struct opt opts[];
extern const size_t n_opts;

void settings_init(struct settings *set);

/* By long name; NULL if there is none. */
const struct opt *opt_find(const char *name);

#endif
