/*
 * export_html.h - a generation as one page for any browser; the row "html" of
 * export.h.
 *
 * The page is whole: it asks for nothing (its policy forbids it to), has no
 * script, follows the light or dark of its reader, and is well-formed XML
 * behind its doctype. What stands in it is sanitised (utf8.h) and escaped. Its
 * size has a limit (export_ink.h).
 */
#ifndef LILSCOPE_EXPORT_HTML_H
#define LILSCOPE_EXPORT_HTML_H

#include "app/export.h"

/* A page, appended. */
void export_html(const struct export *x, struct buf *out);

#endif
