/*
 * opt.h - every option, once: command line, ":set", config file, help,
 * man page and completion come from one table.
 */
#ifndef LILSCOPE_OPT_H
#define LILSCOPE_OPT_H

#include "base/buf.h"
#include "base/err.h"
#include "decode/writer.h"
#include "measure/meter.h"
#include "term/style.h"

enum graph_kind { GRAPH_BRAILLE, GRAPH_BLOCK, GRAPH_ASCII };
enum output_kind { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

/* Where an option is understood. */
enum {
	OPT_TUI = 1,      /* lilscope FILE */
	OPT_ANALYZE = 2,  /* lilscope analyze */
	OPT_LIVE = 4,     /* :set, while it runs */
	OPT_CONFIG = 8,   /* the config file */
	OPT_GUARD = 16,   /* lilscope guard */
	OPT_DECODE = 32,  /* lilscope decode */
	OPT_BENCH = 128,  /* lilscope bench */
	OPT_DEMO = 256,   /* lilscope demo */
};

enum { OPT_HEADERS_MAX = 32, OPTS_MAX = 128 };

/* lilscope decode. Words are those of the command line, not owned. */
struct decode_settings {
	const char *policy, *kv, *chat; /* rows' names */
	const char *on_threshold;       /* ignore, stop, or a policy */
	const char *tokenizer;          /* or NULL */
	struct sparse_opts sparse;      /* SPARSE_AUTO: the policy's own */
	struct sample_opts sample;
	uint32_t seed, n_predict, threads;
	const char *stops[DECODE_STOPS_MAX];
	size_t n_stops;
	bool ignore_eos, layers, control, text;
	bool tour;                      /* demo --tour */
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
	enum color_mode color;
	bool color_always;        /* --color=always: whatever NO_COLOR says */
	enum graph_kind graph;
	bool mouse, session, plain, ascii;
	bool follow;              /* stay with files that grow */
	bool check;               /* analyze --check */
	enum output_kind output;
	char rule[32];            /* rule whose stop --check asks for */
	char format[32];          /* dialect, "" detects */
	char field[128];          /* --field, "" for heuristics */
	uint32_t first_record;    /* analyze --first-record N */
	char script[512];         /* --script FILE */
	bool annotate;            /* guard --annotate */
	char report[512];         /* guard --report FILE */
	char listen[128];         /* guard --listen HOST:PORT */
	char upstream[512];       /* guard --upstream URL */
	char tee[512];            /* guard --tee FILE */
	char finish_reason[32];   /* guard --finish-reason WORD */
	char exec[1024];          /* guard --exec 'WORDS...' */
	/* How a URL is asked for; words of the command line, not owned. */
	const char *data, *prompt, *model;
	const char *headers[OPT_HEADERS_MAX];
	size_t n_headers;
	struct decode_settings decode;
	struct bench_settings bench;
	char record[512];         /* --record FILE */
	double speed;             /* --speed */
	uint32_t seek;            /* --seek TOKEN, 0 none */
	uint64_t given[OPTS_MAX / 64]; /* bit i: opts[i] came from the command
				     line, and a session must not change it */
};

/* One option: a row. Without arg it is a switch: --name, --no-name, and
 * ":set name on|off". */
struct opt {
	const char *name;   /* "--name" and ":set name" */
	char letter;        /* "-t", or 0 */
	unsigned letter_where; /* OPT_ bits where the letter is understood */
	const char *arg;    /* "TOKENS", or NULL for a switch */
	unsigned where;     /* OPT_ bits */
	const char *about;  /* one sentence */
	bool (*set)(const struct opt *opt, struct settings *set,
		    const char *value, struct err *err);
	void (*get)(const struct opt *opt, const struct settings *set,
		    struct buf *out);
	size_t field;       /* offset of the setting, where set needs it */
	size_t field_bytes;
	/* The i-th value for completion, NULL past the last; or NULL. */
	const char *(*value)(size_t i);
};

extern const struct opt opts[];
extern const size_t n_opts;

void settings_init(struct settings *set);

/* By long name; NULL if there is none. */
const struct opt *opt_find(const char *name);

/* Did it come from the command line? */
bool opt_is_given(const struct settings *set, const struct opt *opt);

/* ":set name value": NULL or "" switches a switch on. The sentence in err
 * names the option and what it takes. */
bool opt_set(struct settings *set, const char *name, const char *value,
	     unsigned where, struct err *err);

/*
 * Reads argv[0..argc): options anywhere, up to "--". What is no option is
 * moved to the front of argv in its order; *n_files gets how many.
 */
bool opt_parse(struct settings *set, unsigned where, int argc, char **argv,
	       int *n_files, struct err *err);

/* Reads a config file's text: "name = value" or "name value" lines,
 * # comments. A bad line
 * is skipped; the first one makes false and names itself in err. */
bool opt_config(struct settings *set, const char *text, size_t n,
		const char *path, struct err *err);

/* The rows that are understood somewhere, as --help prints them. */
void opt_help(unsigned where, struct buf *out);

#endif
