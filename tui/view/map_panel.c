/* What stands below a map of pages, from the parse, the pages and the text. */
#include "view/map_panel.h"

#include "base/num.h"
#include "draw/glyph.h"
#include "draw/text_layout.h"
#include "view/map_again.h"
#include "view/views.h"

enum {
	READ_WINDOW = 100, /* tokens in which reads of a page are counted */
};

const char *map_dot(const struct pen *p)
{
	return glyph(GLYPH_DOT, p->s->ascii);
}

uint32_t map_step(const struct app *app)
{
	return app->playhead ? app->playhead - 1 : 0;
}

/* --- said again --------------------------------------------------------- */

void map_panel_again(const struct app *app, struct screen *s, struct rect r)
{
	const struct run *run = app->run;
	struct pen p = pen_at(s, r.row, r.col + 1, MAX(r.cols - 2, 0));
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];
	struct map_again again;
	bool one = map_look(app)->of.layer != MAP_ALL ||
		   pages_n_layers(run->trace.pages) < 2;
	const char *by = one ? "" : " by most heads";
	uint32_t from;

	if (!map_again_at(run, app_n_tokens(app), map_look(app)->of,
			  map_step(app), &again)) {
		pen_printf(&p, STYLE_DIM, "token %s says nothing again",
			   num_count(a, (uint64_t)map_step(app) + 1));
		return;
	}
	num_count(a, (uint64_t)again.p.src_token + 1);
	num_count(b, (uint64_t)again.p.token + 1);
	if (!again.unseen)
		pen_printf(&p, STYLE_DIM, "said at %s, in sight, said again "
			   "at %s: ", a, b);
	else if (again.last == PAGES_NEVER ||
		 again.last < again.p.src_token)
		pen_printf(&p, STYLE_LIMIT, "said at %s, never seen since%s, "
			   "said again at %s: ", a, by, b);
	else
		pen_printf(&p, STYLE_LIMIT, "said at %s, unseen since %s%s, "
			   "said again at %s: ", a,
			   num_count(c, (uint64_t)again.last + 2), by, b);
	from = again.p.from;
	pen_cut(&p, STYLE_NORMAL, run->trace.text.data + from,
		again.p.to - from);
}

/* --- the page under the cursor ------------------------------------------ */

/* A row of positions, as "prompt 1-11, tokens 1-5". */
static void put_positions(const struct trace *t, uint32_t page, bool ascii,
			  struct buf *out)
{
	const char *to = ascii ? "-" : "–";
	uint64_t size = map_page_tokens(t), prompt = t->facts.prompt_tokens;
	uint64_t from = page * size, end = from + size;
	char a[NUM_BYTES], b[NUM_BYTES];

	if (from < prompt)
		buf_printf(out, "prompt %s%s%s", num_count(a, from + 1), to,
			   num_count(b, MIN(end, prompt)));
	if (end > prompt)
		buf_printf(out, "%stokens %s%s%s", from < prompt ? ", " : "",
			   num_count(a, MAX(from, prompt) - prompt + 1), to,
			   num_count(b, end - prompt));
}

static void put_fate(const struct trace *t, const struct map_page *page,
		     uint32_t i, struct buf *out)
{
	char a[NUM_BYTES];

	if (i < page->born) {
		buf_printf(out, "not there before token %s",
			   num_count(a, (uint64_t)page->born + 1));
		return;
	}
	if (i < pages_first(t->pages))
		return;
	if (page->kept && page->since != PAGES_NEVER)
		buf_printf(out, "kept since token %s",
			   num_count(a, (uint64_t)page->since + 1));
	else if (page->evicted_at != PAGES_NEVER)
		buf_printf(out, "evicted at token %s",
			   num_count(a, (uint64_t)page->evicted_at + 1));
	else
		buf_puts(out, "never kept");
	if (page->parts > 1 && page->kept)
		buf_printf(out, " in %lu of %lu",
			   (unsigned long)page->kept,
			   (unsigned long)page->parts);
}

static void draw_fate(const struct trace *t, const struct map_page *page,
		      uint32_t i, struct pen *p)
{
	struct buf text = { 0 };
	char a[NUM_BYTES], b[NUM_BYTES];

	put_fate(t, page, i, &text);
	pen_printf(p, STYLE_NORMAL, " %s ", buf_cstr(&text));
	buf_release(&text);
	if (i < page->born || i < pages_first(t->pages))
		return;
	pen_printf(p, STYLE_DIM, "%s", map_dot(p));
	pen_printf(p, STYLE_NORMAL, " read for %s of %s tokens ",
		   num_count(a, page->n_read), num_count(b, page->window));
}

void map_panel_title(const struct app *app, uint32_t page, struct screen *s,
		     struct rect r)
{
	const struct map_look *look = map_look(app);
	const struct trace *t = &app->run->trace;
	uint32_t i = map_step(app);
	struct map_page at =
		map_page_at(t, look->of, page, i, READ_WINDOW);
	struct pen p = pen_at(s, r.row, r.col + 3, r.cols - 4);
	struct buf text = { 0 };
	char number[NUM_BYTES];

	screen_hline(s, r.row, r.col, r.cols, STYLE_DIM);
	pen_printf(&p, STYLE_CURSOR, " page %s ", num_count(number, page));
	put_positions(t, page, s->ascii, &text);
	pen_printf(&p, STYLE_DIM, " %s %s", buf_cstr(&text), map_dot(&p));
	buf_release(&text);
	draw_fate(t, &at, i, &p);
}

/* Bytes of a page: of the prompt, then of the output. */
struct page_text {
	struct buf text;
	size_t n_prompt; /* bytes of it that are the prompt's */
	bool unknown;	 /* where the prompt's tokens end is not known */
};

static struct page_text page_text(const struct trace *t, uint32_t page)
{
	uint64_t size = map_page_tokens(t), prompt = t->facts.prompt_tokens;
	uint64_t from = page * size, end = from + size;
	struct page_text out = { .unknown = false };

	out.unknown = from < prompt && t->n_prompt_ends < MIN(end, prompt);
	if (from < prompt && !out.unknown) {
		uint32_t at = from ? t->prompt_end[from - 1] : 0;

		buf_append(&out.text, t->prompt.data + at,
			   t->prompt_end[MIN(end, prompt) - 1] - at);
	}
	out.n_prompt = out.text.len;
	from = MAX(from, prompt) - prompt;
	end = MIN(MAX(end, prompt) - prompt, t->n_tokens);
	if (from < end) {
		uint32_t at = trace_start(t, from);

		buf_append(&out.text, t->text.data + at, t->end[end - 1] - at);
	}
	/* One paragraph, whatever the page holds. */
	for (size_t i = 0; i < out.text.len; i++)
		if (out.text.data[i] == '\n')
			out.text.data[i] = ' ';
	return out;
}

void map_panel_text(const struct app *app, uint32_t i_page, struct screen *s,
		    struct rect r)
{
	struct page_text page =
		page_text(&app->run->trace, i_page);
	struct text_layout l = { .text = page.text.data,
				 .len = page.text.len,
				 .width = MAX(r.cols - 2, 1),
				 .ascii = s->ascii };

	if (page.unknown)
		screen_puts(s, r.row, r.col + 1, STYLE_DIM,
			    "The trace does not say where the tokens of its "
			    "prompt end.");
	for (size_t at = 0, y = page.unknown; y < (size_t)r.rows && at < l.len;
	     y++) {
		struct text_line line = text_layout_line(&l, at);
		size_t mid = MIN(MAX(page.n_prompt, line.from), line.shown);
		int row = r.row + (int)y, used;

		used = screen_text(s, row, r.col + 1, l.width, STYLE_PROMPT,
				   l.text + line.from, mid - line.from);
		screen_text(s, row, r.col + 1 + used, l.width - used,
			    STYLE_NORMAL, l.text + mid, line.shown - mid);
		at = line.next;
	}
	buf_release(&page.text);
}
