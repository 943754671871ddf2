#include "view/views.h"

const struct view views[VIEWS] = {
	[VIEW_RATIO] = {
		.name = "ratio",
		.about = "rho with its band, gain per window, the text below",
		.draw = view_ratio_draw,
		.click = view_ratio_click,
		.explain = explain_ratio,
	},
	[VIEW_TEXT] = {
		.name = "text",
		.about = "the text: what is new is bright, what is copied dim",
		.draw = view_text_draw,
		.click = view_text_click,
		.explain = explain_text,
	},
	[VIEW_MAP] = {
		.name = "map",
		.about = "pages of the KV cache: kept, read, evicted",
		.draw = view_map_draw,
		.click = view_map_click,
		.explain = explain_map,
	},
	[VIEW_COMPARE] = {
		.name = "compare",
		.about = "runs of one prompt side by side: what each cost",
		.draw = view_compare_draw,
		.click = view_compare_click,
		.explain = explain_compare,
	},
	[VIEW_LIST] = {
		.name = "list",
		.about = "all generations of the files: sort, filter, open",
		.draw = view_list_draw,
		.click = view_list_click,
		.explain = explain_list,
	},
	[VIEW_HELP] = {
		.name = "help",
		.about = "keys, commands, options and views",
		.draw = view_help_draw,
	},
};
