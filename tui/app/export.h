/*
 * export.h - one generation for other programs, slides and papers.
 *
 * Everything is appended to a buffer; who writes it to a file is the
 * command's business. Text from the trace is escaped as each format asks.
 *
 *	csv    a row a check of the guard: token, size, gain, rho, band, h ...
 *	jsonl  the same, a JSON object a line, after one that names the run,
 *	       and before one with the verdicts
 *	svg    a figure: what is told, rho with its band and h, gains against
 *	       t, threshold
 *	html   a page: the figure, numbers, the text as new or copied, prompt
 */
#ifndef LILSCOPE_EXPORT_H
#define LILSCOPE_EXPORT_H

#include "trace/run.h"

/* What is exported. */
struct export {
	const struct run *run;
	uint32_t n_tokens; /* the first of them, <= run_n_measured() */
	size_t number;	   /* of the generation, as the list has it; 0: it is
			      the only one */
};

struct export_format {
	const char *name;
	const char *about;
	void (*write)(const struct export *x, struct buf *out);
};

extern const struct export_format export_formats[];
extern const size_t n_export_formats;

/* By name, or by the file's extension ("chart.svg"); NULL. */
const struct export_format *export_find(const char *name);

/* "run.jsonl · generation 7 · model" for a title, escaped for XML and HTML;
 * every part is cut to 100 bytes. */
void export_name(const struct export *x, struct buf *out);

/* Text of unknown quality, sanitised and escaped for XML and HTML. NULL: none.
 */
void export_text(const char *text, size_t n, struct buf *out);

#endif
