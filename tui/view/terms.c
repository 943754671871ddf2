/* Words are read cell by cell: what a term is made of is one column wide. */
#include "view/terms.h"

#include <ctype.h>
#include <string.h>

#include "draw/glyph.h"
#include "view/glossary.h"

enum { WORD_BYTES = 32 };

static const struct cell *cell_at(const struct screen *s, int row, int col)
{
	return row >= 0 && row < s->rows && col >= 0 && col < s->cols ?
		       &s->cells[row * s->cols + col] : NULL;
}

/* Of the text of a model, of keys, of messages: no words of the screen. */
static bool is_ours(enum style style)
{
	static const enum style others[] = {
		STYLE_NEW,    STYLE_COPY1,  STYLE_COPY2,  STYLE_COPY3,
		STYLE_COPY4,  STYLE_SOURCE, STYLE_PHRASE, STYLE_PROMPT,
		STYLE_UNSURE, STYLE_KEY,    STYLE_STATUS, STYLE_ERROR,
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (others[i] == style)
			return false;
	return true;
}

/* What the cell says: a letter, a Greek one by its name, or nothing. */
static const char *letters(const struct cell *cell, char one[2])
{
	static const enum glyph greek[] = { GLYPH_RHO, GLYPH_EPS };

	if (!cell || !cell->len || !is_ours(cell->style))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(greek); i++)
		if (strlen(glyph(greek[i], false)) == cell->len &&
		    !memcmp(cell->text, glyph(greek[i], false), cell->len))
			return glyph(greek[i], true);
	one[0] = cell->text[0];
	return cell->len == 1 && (isalpha((unsigned char)one[0]) ||
				  one[0] == '-') ? one : NULL;
}

/* A number, "=" or "(" follows, after blanks. */
static bool names_a_value(const struct screen *s, int row, int col)
{
	const struct cell *cell = cell_at(s, row, col);

	while (cell && cell->len <= 1 && (!cell->len || cell->text[0] == ' '))
		cell = cell_at(s, row, ++col);
	return cell && (isdigit((unsigned char)cell->text[0]) ||
			cell->text[0] == '=' || cell->text[0] == '(');
}

static const char *term_of(char word[WORD_BYTES], size_t n)
{
	for (int plural = 0; plural < 2; plural++) {
		for (size_t i = 0; glossary_term(i); i++)
			if (strcmp(glossary_term(i), word) == 0)
				return glossary_term(i);
		if (n < 3 || word[n - 1] != 's')
			return NULL;
		word[n - 1] = '\0';
	}
	return NULL;
}

/* The term that the word at the column is, which is moved behind it. */
static const char *take_word(const struct screen *s, int row, int *col)
{
	char word[WORD_BYTES] = "", one[2] = "";
	const char *more, *term;
	size_t n = 0;

	while ((more = letters(cell_at(s, row, *col), one))) {
		if (n + strlen(more) < sizeof(word))
			memcpy(word + n, more, strlen(more) + 1);
		n += strlen(more);
		++*col;
	}
	if (!n || n >= sizeof(word)) {
		*col += !n;
		return NULL;
	}
	term = term_of(word, n);
	return term && (term[1] || names_a_value(s, row, *col)) ? term : NULL;
}

const char *terms_at(const struct screen *s, int row, int col)
{
	for (int x = 0; x <= col && x < s->cols;) {
		const char *term = take_word(s, row, &x);

		if (x > col)
			return term;
	}
	return NULL;
}

size_t terms_on(const struct screen *s, const char *out[TERMS_MAX])
{
	size_t n = 0;

	for (int row = 0; row < s->rows; row++)
		for (int x = 0; x < s->cols;) {
			const char *term = take_word(s, row, &x);
			size_t i = 0;

			while (term && i < n && out[i] != term)
				i++;
			if (term && i == n && n < TERMS_MAX)
				out[n++] = term;
		}
	return n;
}
