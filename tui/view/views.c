/* The table of the views, as views.h lists them. */
#include "view/views.h"

#define VIEW_ROW(name) &view_##name,
const struct view *const views[] = { VIEWS(VIEW_ROW) };
const size_t n_views = ARRAY_LEN(views);
