/* Which views there are: a row each, in the order of the way through them. */
#include "view/views.h"

const struct view *const views[] = {
	&view_ratio, &view_text, &view_map, &view_compare, &view_list,
	&view_sweep, &view_help,
};
const size_t n_views = ARRAY_LEN(views);
