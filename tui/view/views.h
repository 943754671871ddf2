/*
 * views.h - the functions behind the rows of `views` (view.h).
 */
#ifndef LILSCOPE_VIEWS_H
#define LILSCOPE_VIEWS_H

#include "view/view.h"

void view_ratio_draw(const struct app *app, struct screen *s, struct rect r);
bool view_ratio_click(struct app *app, struct rect r, int row, int col);

void view_text_draw(const struct app *app, struct screen *s, struct rect r);
bool view_text_click(struct app *app, struct rect r, int row, int col);

void view_map_draw(const struct app *app, struct screen *s, struct rect r);
bool view_map_click(struct app *app, struct rect r, int row, int col);

/* Pages that the map shows, 0 without any. */
uint32_t view_map_n_pages(const struct app *app);

void view_compare_draw(const struct app *app, struct screen *s, struct rect r);
bool view_compare_click(struct app *app, struct rect r, int row, int col);

void view_list_draw(const struct app *app, struct screen *s, struct rect r);
bool view_list_click(struct app *app, struct rect r, int row, int col);

void view_help_draw(const struct app *app, struct screen *s, struct rect r);

/* Lines that it has in all, to stop scrolling there. */
size_t view_help_lines(const struct app *app);

/* What is under the cursor, for the panel of explain.h. */
void explain_ratio(const struct app *app, struct buf *out);
void explain_text(const struct app *app, struct buf *out);
void explain_map(const struct app *app, struct buf *out);
void explain_compare(const struct app *app, struct buf *out);
void explain_list(const struct app *app, struct buf *out);

#endif
