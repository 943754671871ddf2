/* The glyphs of our own text, each with what ASCII has for it. */
#include "draw/glyph.h"

static const struct {
	const char *utf8, *ascii;
} glyphs[GLYPHS] = {
	[GLYPH_RHO] = { "ρ", "rho" },
	[GLYPH_EPS] = { "ε", "eps" },
	[GLYPH_ALPHA] = { "α", "alphabet" },
	[GLYPH_SIGMA] = { "σ", "sigma" },
	[GLYPH_LE] = { "≤", "<=" },
	[GLYPH_DOT] = { "·", "|" },
	[GLYPH_FLAG] = { "⚑", "!" },
	[GLYPH_OPEN] = { "○", "o" },
	[GLYPH_CHECK] = { "✓", "+" },
	[GLYPH_CROSS] = { "✗", "x" },
	[GLYPH_WAVE] = { "≈", "~" },
	[GLYPH_WARN] = { "▵", "^" },
	[GLYPH_BACK] = { "↻", "@" },
	[GLYPH_ARROW] = { "→", "->" },
	[GLYPH_DASH] = { "—", "-" },
	[GLYPH_ELLIPSIS] = { "…", "..." },
	[GLYPH_NEAR] = { "▿", "u" },
	[GLYPH_LOW] = { "▾", "v" },
	[GLYPH_UP] = { "▲", "^" },
	[GLYPH_DIAMOND] = { "◆", "*" },
};

const char *glyph(enum glyph g, bool ascii)
{
	return ascii ? glyphs[g].ascii : glyphs[g].utf8;
}
