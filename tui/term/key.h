/*
 * key.h - keys: codes, names, and the decoder from terminal bytes.
 *
 * A key is a Unicode code point (what was typed; control keys are 1..31), or
 * one of the KEY codes above Unicode. Names are those of the manual: "a",
 * "Space", "PgDn", "Ctrl-D", "F1". The decoder is pure: bytes in, events
 * out; it knows the xterm family's sequences without a database.
 */
#ifndef LILSCOPE_KEY_H
#define LILSCOPE_KEY_H

#include "base/buf.h"

enum key_code {
	K_NONE = 0,
	K_TAB = 9,
	K_ENTER = 13,
	K_ESC = 27,
	K_SPACE = 32,
	K_BACKSPACE = 127,
	K_FIRST = 0x110000, /* above Unicode */
	K_UP = K_FIRST,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_INSERT,
	K_DELETE,
	K_BACKTAB,
	K_F1,
	K_F12 = K_F1 + 11,
	K_CLICK,      /* button 1 went down, or moved while down */
	K_WHEEL_UP,
	K_WHEEL_DOWN,
	K_PASTE,      /* what comes up to K_PASTE_END was pasted */
	K_PASTE_END,
	K_GROUND,     /* the terminal answers: key.ground */
	K_ANSWERED,   /* ... and has no more to say */
	K_END_OF_KEYS,
	/* Added to a code: */
	K_SHIFT = 1 << 24,
	K_ALT = 1 << 25,
	K_CTRL = 1 << 26, /* only for codes above Unicode */
};

struct key {
	int32_t code;
	int row, col; /* of the mouse, 0-based */
	uint32_t ground; /* 0xRRGGBB behind the text */
};

#define KEY_CTRL(letter) ((letter) & 31)

enum { KEY_NAME_BYTES = 24 };

/* The name of a key, as the manual writes it. */
const char *key_name(int32_t code, char name[KEY_NAME_BYTES]);

/* The code for a name of n bytes, or K_NONE. */
int32_t key_parse(const char *name, size_t n);

/*
 * Decodes one event from in[0..n), n >= 1. Returns the bytes that it took,
 * 0 when more bytes are needed: then, after a while of silence, call again
 * with `idle` and a lone ESC is the key ESC. Sequences that mean nothing to
 * us give K_NONE.
 */
size_t key_decode(const char *in, size_t n, bool idle, struct key *out);

#endif
