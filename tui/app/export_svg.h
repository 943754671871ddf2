/*
 * export_svg.h - the figure of a run; the row "svg" of export.h, and for a
 * page that has more than that.
 */
#ifndef LILSCOPE_EXPORT_SVG_H
#define LILSCOPE_EXPORT_SVG_H

#include "app/export.h"

enum { EXPORT_WIDTH = 760, EXPORT_HEIGHT = 620 };

/* A figure, appended. */
void export_svg(const struct export *x, struct buf *out);

/* The same without its title, into an open picture of that size whose sheet
 * has the classes: for text title, name, num, small, lilname, with end, mid and
 * halo; for shapes axis, grid, rho, band, h, pace, after, gain, low, limit, lil
 * and key. */
void export_charts(const struct export *x, struct buf *out);

#endif
