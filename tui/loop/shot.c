/* The last letters of a file's name say what it is to be. */
#include "loop/shot.h"

#include <stdio.h>
#include <string.h>

#include "draw/screen_svg.h"
#include "loop/cast.h"
#include "view/glossary.h"
#include "view/terms.h"

static void to_svg(const struct screen *s, struct scheme scheme,
		   struct buf *out)
{
	screen_svg(s, scheme, "lilscope", out);
}

static void to_html(const struct screen *s, struct scheme scheme,
		   struct buf *out)
{
	screen_html(s, scheme, "lilscope", out);
}

static void to_text(const struct screen *s, struct scheme scheme,
		    struct buf *out)
{
	(void)scheme;
	screen_dump(s, out);
}

static const struct {
	const char *suffix, *name;
	void (*put)(const struct screen *s, struct scheme scheme,
		    struct buf *out);
} forms[] = {
	{ ".svg", "SVG", to_svg },
	{ ".html", "HTML", to_html },
	{ ".ansi", "ANSI", screen_ansi },
	{ ".txt", "text", to_text },
};

/* A name that ends in the suffix, and is more than that. */
static bool ends_in(const char *path, const char *suffix)
{
	size_t n = strlen(path);

	return n > strlen(suffix) && bytes_end(path, n, suffix);
}

struct scheme shot_scheme(const struct app *app, const struct term *term)
{
	struct scheme scheme;

	scheme = scheme_of(app->set.look.term.theme, COLOR_256,
			   term && term_scheme(term).light ? GROUND_LIGHT :
							     GROUND_UNKNOWN);
	scheme.paint = false; /* a picture has a page of its own */
	return scheme;
}

static void save(struct app *app, const struct screen *s, struct term *term)
{
	const char *path = app->shots.path;
	struct buf out = { 0 };
	struct err err = { 0 };
	size_t i = 0;

	while (i < ARRAY_LEN(forms) && !ends_in(path, forms[i].suffix))
		i++;
	if (i == ARRAY_LEN(forms)) {
		app_complain(app, "%s: a picture ends in .svg, .html, .ansi "
				  "or .txt", path);
		return;
	}
	if (!app->shots.over && file_exists(path)) {
		app_complain(app, "%s exists; :shot! writes over it", path);
		return;
	}
	forms[i].put(s, shot_scheme(app, term), &out);
	if (file_write(path, out.data, out.len, &err))
		app_say(app, "wrote %s: this screen as %s, %zu bytes", path,
			forms[i].name, out.len);
	else
		app_complain(app, "%s", err.text);
	buf_release(&out);
}

static void copy(struct app *app, const struct screen *s, struct term *term)
{
	struct buf *bytes = &app->shots.copy;

	if (app->shots.screen) {
		buf_clear(bytes);
		screen_dump(s, bytes);
	}
	if (!term)
		app_complain(app, "there is no terminal whose clipboard could "
				  "be filled");
	else if (term_copy(term, bytes->data, bytes->len))
		app_say(app, "%zu bytes for the clipboard, if the terminal "
			     "lets programs fill it (OSC 52)", bytes->len);
	else
		app_complain(app, "%zu bytes are too many for a terminal's "
				  "clipboard (%d at most)",
			     bytes->len, TERM_COPY_BYTES);
	app->shots.screen = false;
	buf_clear(bytes);
}

/* Which one of how many, where there are others. */
static void tell_term(struct app *app, const char *term, size_t i, size_t n)
{
	char which[64] = "";

	app->shots.term = term;
	if (n > 1)
		snprintf(which, sizeof(which),
			 " (%zu of %zu terms here, ! goes on)", i + 1, n);
	app_say(app, "%s: %s%s", term, glossary_means(term), which);
}

static void next_term(struct app *app, const struct screen *s)
{
	const char *terms[TERMS_MAX];
	int64_t n = (int64_t)terms_on(s, terms), at = -1;

	for (int64_t i = 0; i < n; i++)
		if (terms[i] == app->shots.term)
			at = i;
	if (!n) {
		app_say(app, "no term of the glossary stands here; "
			     ":explain TERM knows them all");
		return;
	}
	at = ((at + app->shots.n_terms) % n + n) % n;
	tell_term(app, terms[at], (size_t)at, (size_t)n);
}

static void take_terms(struct app *app, const struct screen *s)
{
	struct shots *shots = &app->shots;
	const char *term = shots->point ?
				   terms_at(s, shots->row, shots->col) : NULL;

	if (term)
		tell_term(app, term, 0, 1);
	else if (shots->n_terms)
		next_term(app, s);
	shots->point = false;
	shots->n_terms = 0;
}

bool shot_is_asked(const struct app *app)
{
	const struct shots *shots = &app->shots;

	return shots->point || shots->n_terms || shots->path[0] ||
	       shots->screen || shots->copy.len || shots->cast_path[0] ||
	       shots->cast_end;
}

void shot_take(struct app *app, const struct screen *s, struct term *term)
{
	struct shots *shots = &app->shots;

	take_terms(app, s);
	if (shots->path[0]) {
		save(app, s, term);
		shots->path[0] = '\0';
	}
	if (shots->screen || shots->copy.len)
		copy(app, s, term);
	if (shots->cast_end)
		cast_end(app, term);
	if (shots->cast_path[0])
		cast_begin(app, s, term);
}

void shot_end(struct app *app, struct term *term)
{
	if (app->shots.cast)
		cast_end(app, term);
}
