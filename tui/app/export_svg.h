/*
 * export_svg.h - the figure of a run; the row "svg" of export.h.
 */
#ifndef LILSCOPE_EXPORT_SVG_H
#define LILSCOPE_EXPORT_SVG_H

#include "trace/run.h"

/* The first n_tokens tokens (<= run_n_measured()) as a figure, appended. */
void export_svg(const struct run *run, uint32_t n_tokens, struct buf *out);

#endif
