/* The screens: how they look, where they begin, what they keep. */
#include "opt/opt_rows.h"

#define SPEED_MAX 1e6

/* "always" is no mode of its own: auto, whatever the environment says. */
static const struct {
	const char *name;
	enum color_mode mode;
	bool always;
} colors[] = {
	{ "auto", COLOR_AUTO, false },	 { "always", COLOR_AUTO, true },
	{ "never", COLOR_NEVER, false }, { "16", COLOR_16, false },
	{ "256", COLOR_256, false },	 { "true", COLOR_TRUE, false },
};

static const char *color_value(size_t i)
{
	return i < ARRAY_LEN(colors) ? colors[i].name : NULL;
}

static bool color_set(const struct opt *opt, struct settings *set,
		      const char *value, struct err *err)
{
	size_t i;

	(void)opt;
	if (!opt_read_value(value[0] ? value : "always", color_value, &i, err))
		return false;
	set->look.term.color = colors[i].mode;
	set->look.term.color_always = colors[i].always;
	return true;
}

static void color_get(const struct opt *opt, const struct settings *set,
		      struct buf *out)
{
	(void)opt;
	for (size_t i = 0; i < ARRAY_LEN(colors); i++)
		if (colors[i].mode == set->look.term.color &&
		    colors[i].always == set->look.term.color_always)
			buf_puts(out, colors[i].name);
}

static const char *theme_value(size_t i)
{
	static const char *const names[] = {
		[THEME_AUTO] = "auto",
		[THEME_DARK] = "dark",
		[THEME_LIGHT] = "light",
		[THEME_SAFE] = "safe",
		[THEME_TERMINAL] = "terminal",
	};

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

static const char *graph_value(size_t i)
{
	static const char *const names[] = {
		[GRAPH_BRAILLE] = "braille",
		[GRAPH_BLOCK] = "block",
		[GRAPH_ASCII] = "ascii",
	};

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

static const struct opt rows[] = {
	{ .name = "color", .arg = "WHEN", .where = SHOWN | OPT_BENCH,
	  .value = color_value, .set = color_set, .get = color_get,
	  .about = "colours: auto, always, never, 16, 256 or true" },
	{ .name = "theme", .arg = "NAME", .where = SHOWN | OPT_BENCH,
	  ONE_OF(look.term.theme, theme_value),
	  .about = "auto, dark, light, safe or terminal" },
	{ .name = "graph", .arg = "KIND", .where = SHOWN | OPT_BENCH,
	  ONE_OF(look.graph, graph_value),
	  .about = "charts in braille, block or ascii" },
	{ .name = "ascii", .where = SHOWN | OPT_BENCH, SWITCH(look.ascii),
	  .about = "draw nothing outside ASCII" },
	{ .name = "mouse", .where = SHOWN, SWITCH(look.term.mouse),
	  .about = "wheel scrolls, click seeks; a hint is its key" },
	{ .name = "bell", .where = OPT_TUI, SWITCH(show.bell),
	  .about = "ring when a stream reaches a stop while it is written" },
	{ .name = "speed", .arg = "FACTOR", .where = SHOWN,
	  REAL(show.speed, 0.01, SPEED_MAX),
	  .about = "pace of a replay; 1 is real time" },
	{ .name = "seek", .arg = "TOKEN", .where = OPT_TUI,
	  COUNT(show.seek, 0, OPT_COUNT_MAX),
	  .about = "start at this token" },
	{ .name = "follow", .letter = 'f', .letter_where = OPT_TUI,
	  .where = OPT_TUI, SWITCH(show.follow),
	  .about = "stay with files that grow, are cut or still to come" },
	{ .name = "keep-memory", .arg = "MIB", .where = OPT_TUI | OPT_CONFIG,
	  COUNT(show.keep_memory_mib, 0, 1024 * 1024),
	  .about = "of streams that ended; more goes to a temporary file" },
	{ .name = "keep-disk", .arg = "MIB", .where = OPT_TUI | OPT_CONFIG,
	  COUNT(show.keep_disk_mib, 0, 1024 * 1024 * 1024),
	  .about = "of temporary files; beyond it text goes, measures stay" },
	{ .name = "tour", .where = OPT_TUI | OPT_DEMO, SWITCH(show.tour),
	  .about = "be led through it" },
	{ .name = "lecture", .where = OPT_TUI | OPT_DEMO,
	  SWITCH(show.lecture),
	  .about = "for a room: one large figure, a sentence, a curve" },
	{ .name = "notes", .arg = "FILE", .where = OPT_TUI | OPT_DEMO,
	  WORD(show.notes),
	  .about = "keep here what to say to each screen, for the lecturer" },
	{ .name = "record", .arg = "FILE", .where = OPT_TUI | OPT_DEMO,
	  WORD(show.record),
	  .about = "write what comes to a trace; .zst packs it" },
	{ .name = "session", .where = OPT_TUI | OPT_CONFIG,
	  SWITCH(show.session),
	  .about = "come back to the position and marks of last time" },
	{ .name = "plain", .where = OPT_TUI | OPT_CONFIG | OPT_BENCH | OPT_DEMO,
	  SWITCH(show.plain),
	  .about = "lines of text only: screen readers, simple terminals" },
	{ .name = "script", .arg = "FILE", .where = OPT_TUI | OPT_DEMO,
	  WORD(show.script),
	  .about = "run keys and commands from a file, without a terminal" },
};
const struct opt_room opt_show = { rows, ARRAY_LEN(rows) };
