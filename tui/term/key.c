/*
 * A key comes as bytes that may be cut anywhere, and an escape sequence begins
 * like the key Esc; so the parser says "not yet" and leaves to the caller, who
 * has the clock, how long silence makes it Esc.
 */
#include "term/key.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum {
	SEQUENCE_MAX_BYTES = 64, /* a longer one means nothing to us */
	PARAMS_MAX = 4,
	PASTE_BEGINS = 200,
	PASTE_ENDS = 201,
	MOUSE_MOTION = 32,
	MOUSE_WHEEL = 64,
};

static const struct {
	int32_t code;
	const char *name;
} names[] = {
	{ K_TAB, "Tab" },
	{ K_ENTER, "Enter" },
	{ K_ESC, "Esc" },
	{ K_SPACE, "Space" },
	{ K_BACKSPACE, "Backspace" },
	{ K_UP, "Up" },
	{ K_DOWN, "Down" },
	{ K_LEFT, "Left" },
	{ K_RIGHT, "Right" },
	{ K_HOME, "Home" },
	{ K_END, "End" },
	{ K_PGUP, "PgUp" },
	{ K_PGDN, "PgDn" },
	{ K_INSERT, "Insert" },
	{ K_DELETE, "Delete" },
	{ K_BACKTAB, "Shift-Tab" },
	{ K_CLICK, "Click" },
	{ K_WHEEL_UP, "WheelUp" },
	{ K_WHEEL_DOWN, "WheelDown" },
};

static const struct {
	int32_t bit;
	const char *prefix;
} modifiers[] = {
	{ K_CTRL, "Ctrl-" },
	{ K_ALT, "Alt-" },
	{ K_SHIFT, "Shift-" },
};

static void base_name(int32_t code, char name[KEY_NAME_BYTES])
{
	char utf8[5] = "";

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].code == code) {
			snprintf(name, KEY_NAME_BYTES, "%s", names[i].name);
			return;
		}
	}
	if (code >= K_F1 && code <= K_F12) {
		snprintf(name, KEY_NAME_BYTES, "F%d", code - K_F1 + 1);
		return;
	}
	if (code > 0 && code < K_SPACE) {
		snprintf(name, KEY_NAME_BYTES, "Ctrl-%c", code | 0x40);
		return;
	}
	utf8[utf8_encode(code, utf8)] = '\0';
	snprintf(name, KEY_NAME_BYTES, "%s", utf8);
}

const char *key_name(int32_t code, char name[KEY_NAME_BYTES])
{
	char base[KEY_NAME_BYTES];
	size_t len = 0;

	name[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(modifiers); i++) {
		if (code & modifiers[i].bit)
			len += (size_t)snprintf(name + len,
						KEY_NAME_BYTES - len, "%s",
						modifiers[i].prefix);
		code &= ~modifiers[i].bit;
	}
	base_name(code, base);
	snprintf(name + len, KEY_NAME_BYTES - len, "%.*s",
		 (int)(KEY_NAME_BYTES - len - 1), base);
	return name;
}

static bool same(const char *name, size_t n, const char *other)
{
	return strlen(other) == n && strncasecmp(name, other, n) == 0;
}

/* A name without modifiers. */
static int32_t parse_base(const char *name, size_t n)
{
	size_t used;
	int32_t cp;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (same(name, n, names[i].name))
			return names[i].code;
	if (n >= 2 && n <= 3 && (name[0] == 'F' || name[0] == 'f')) {
		int number = name[1] - '0';

		if (n == 3)
			number = number * 10 + (name[2] - '0');

		if (number >= 1 && number <= 12)
			return K_F1 + number - 1;
	}
	cp = utf8_decode(name, n, &used);
	return cp > 0 && used == n ? cp : K_NONE;
}

int32_t key_parse(const char *name, size_t n)
{
	int32_t mods = 0, code;
	bool again = n > 0;

	if (same(name, n, "Shift-Tab"))
		return K_BACKTAB;
	while (again) {
		again = false;
		for (size_t i = 0; i < ARRAY_LEN(modifiers); i++) {
			size_t len = strlen(modifiers[i].prefix);

			if (n <= len ||
			    strncasecmp(name, modifiers[i].prefix, len) != 0)
				continue;
			mods |= modifiers[i].bit;
			name += len;
			n -= len;
			again = true;
		}
	}
	code = n > 0 ? parse_base(name, n) : K_NONE;
	if (code == K_NONE)
		return K_NONE;
	if (mods & K_CTRL && code < K_FIRST) {
		mods &= ~K_CTRL;
		code = KEY_CTRL(code);
	}
	return code | mods;
}

/* --- decoding ----------------------------------------------------------- */

/* A control sequence, taken apart: ESC [ intro params final. */
struct sequence {
	char intro; /* '<' or 0 */
	char final;
	int params[PARAMS_MAX];
	int n_params;
};

/* Final letters of the keys, after ESC [ and ESC O alike. */
static int32_t letter_key(char final)
{
	static const char letters[] = "ABCDHFZ";
	static const int32_t codes[] = { K_UP,	 K_DOWN, K_RIGHT,  K_LEFT,
					 K_HOME, K_END,	 K_BACKTAB };
	const char *at = final ? strchr(letters, final) : NULL;

	if (at)
		return codes[at - letters];
	if (final >= 'P' && final <= 'S')
		return K_F1 + (final - 'P');
	return final == 'M' ? K_ENTER : K_NONE;
}

/* Numbers before a tilde. */
static int32_t number_key(int number)
{
	static const int32_t codes[] = {
		K_NONE,	  K_HOME,   K_INSERT, K_DELETE,	 K_END,
		K_PGUP,	  K_PGDN,   K_HOME,   K_END,	 K_NONE,
		K_NONE,	  K_F1,	    K_F1 + 1, K_F1 + 2,	 K_F1 + 3,
		K_F1 + 4, K_NONE,   K_F1 + 5, K_F1 + 6,	 K_F1 + 7,
		K_F1 + 8, K_F1 + 9, K_NONE,   K_F1 + 10, K_F12,
	};

	if (number == PASTE_BEGINS || number == PASTE_ENDS)
		return number == PASTE_BEGINS ? K_PASTE : K_PASTE_END;
	if (number < 0 || (size_t)number >= ARRAY_LEN(codes))
		return K_NONE;
	return codes[number];
}

static int32_t with_modifiers(int32_t code, int param)
{
	int bits = param > 1 ? param - 1 : 0;

	if (code == K_NONE)
		return K_NONE;
	if (bits & 1)
		code |= K_SHIFT;
	if (bits & 2)
		code |= K_ALT;
	if (bits & 4)
		code = code < K_FIRST ? KEY_CTRL(code) : code | K_CTRL;
	return code;
}

static void mouse_event(const struct sequence *seq, struct key *out)
{
	int button = seq->params[0];

	if (seq->n_params < 3 || seq->final != 'M')
		return;
	out->col = MAX(0, seq->params[1] - 1);
	out->row = MAX(0, seq->params[2] - 1);
	if (button & MOUSE_WHEEL)
		out->code = (button & 3) == 0	? K_WHEEL_UP
			    : (button & 3) == 1 ? K_WHEEL_DOWN
						: K_NONE;
	else if ((button & ~MOUSE_MOTION) == 0)
		out->code = K_CLICK;
}

static void sequence_event(const struct sequence *seq, struct key *out)
{
	int32_t code;

	if (seq->intro == '<') {
		mouse_event(seq, out);
		return;
	}
	if (seq->intro == '?' && seq->final == 'c')
		out->code = K_ANSWERED;
	if (seq->intro)
		return;
	if (seq->final == '~')
		code = number_key(seq->params[0]);
	else if (seq->final == 'u') /* CSI u: the code point itself */
		code = seq->params[0] > 0 && seq->params[0] < K_FIRST
			       ? seq->params[0]
			       : K_NONE;
	else
		code = letter_key(seq->final);
	out->code =
		with_modifiers(code, seq->n_params > 1 ? seq->params[1] : 0);
}

/* Reads "intro params final" from in[0..n); the bytes taken, 0 for more. */
static size_t read_sequence(const char *in, size_t n, struct sequence *seq)
{
	size_t i = 0;

	*seq = (struct sequence){ 0 };
	if (n > 0 && in[0] >= '<' && in[0] <= '?')
		seq->intro = in[i++];
	for (; i < n && i < SEQUENCE_MAX_BYTES; i++) {
		unsigned char c = (unsigned char)in[i];
		int *param = &seq->params[MAX(0, seq->n_params - 1)];

		if (c >= 0x40 && c <= 0x7e) {
			seq->final = in[i];
			return i + 1;
		}
		if (c == '\033')
			return i; /* broken off by the next one */
		if (c < 0x20 || c > 0x7e)
			return i + 1; /* broken off: means nothing */
		if (c >= '0' && c <= '9') {
			if (seq->n_params == 0)
				seq->n_params = 1;
			*param = MIN(*param * 10 + (c - '0'), 100000);
		} else if (c == ';' && seq->n_params < PARAMS_MAX) {
			seq->n_params = MAX(1, seq->n_params) + 1;
			if (seq->n_params > PARAMS_MAX)
				seq->n_params = PARAMS_MAX;
		}
	}
	return i < SEQUENCE_MAX_BYTES ? 0 : i;
}

/* After ESC [. */
static size_t decode_csi(const char *in, size_t n, struct key *out)
{
	struct sequence seq;
	size_t used;

	if (n > 0 && in[0] == '[') { /* the Linux console's F1..F5 */
		if (n < 2)
			return 0;
		if (in[1] >= 'A' && in[1] <= 'E')
			out->code = K_F1 + (in[1] - 'A');
		return 2;
	}
	if (n > 0 && in[0] == 'M') /* the old mouse: three bytes, ignored */
		return n < 4 ? 0 : 4;
	used = read_sequence(in, n, &seq);
	if (used > 0 && seq.final)
		sequence_event(&seq, out);
	return used;
}

/* "rgb:ffff/8080/00" or "rgba:...", one to four digits a colour. */
static bool read_rgb(const char *text, size_t n, uint32_t *rgb)
{
	const char *end = text + n, *at = memchr(text, ':', n);

	if (n < 4 || memcmp(text, "rgb", 3) != 0 || !at)
		return false;
	*rgb = 0;
	for (int i = 0; i < 3; i++) {
		uint32_t value = 0, most = 0;

		for (at++; at < end && isxdigit((unsigned char)*at); at++) {
			int digit = *at <= '9' ? *at - '0' :
						 (*at | 32) - 'a' + 10;

			value = value << 4 | (uint32_t)digit;
			most = most << 4 | 15;
		}
		if (!most || most > 0xffff ||
		    (i < 2 && (at == end || *at != '/')))
			return false;
		*rgb = *rgb << 8 | value * 255 / most;
	}
	return true;
}

/* After ESC ]: what the terminal says of its colours, up to BEL or ESC \. */
static size_t decode_osc(const char *in, size_t n, struct key *out)
{
	static const char ground[] = "11;";
	size_t len = 0, name = sizeof(ground) - 1;

	while (len < n && len < SEQUENCE_MAX_BYTES && in[len] != '\a' &&
	       in[len] != '\033')
		len++;
	if (len == SEQUENCE_MAX_BYTES)
		return len;
	if (len == n || (in[len] == '\033' && len + 1 == n))
		return 0;
	if (in[len] == '\033' && in[len + 1] != '\\')
		return len; /* broken off by the next one */
	if (len > name && memcmp(in, ground, name) == 0 &&
	    read_rgb(in + name, len - name, &out->ground))
		out->code = K_GROUND;
	return len + (in[len] == '\a' ? 1 : 2);
}

static size_t decode_plain(const char *in, size_t n, bool idle, struct key *out)
{
	size_t used;
	int32_t cp = utf8_decode(in, n, &used);

	if (cp == UTF8_MORE && !idle)
		return 0;
	if (cp == '\n')
		cp = K_ENTER;
	if (cp == '\b')
		cp = K_BACKSPACE;
	out->code = cp > 0 ? cp : K_NONE;
	return used;
}

/* What follows an ESC that is not alone. */
static size_t decode_escape(const char *in, size_t n, bool idle,
			    struct key *out)
{
	size_t used;

	if (in[0] == ']' && n > 1 && in[1] >= '0' && in[1] <= '9') {
		used = decode_osc(in + 1, n - 1, out);
		return used ? 1 + used : idle ? n : 0;
	}
	if (in[0] == ']' && n == 1 && !idle)
		return 0;
	if ((in[0] == '[' || in[0] == 'O') && !(n > 1 && in[1] == '\033')) {
		if (in[0] == '[') {
			used = decode_csi(in + 1, n - 1, out);
		} else {
			used = n < 2 ? 0 : 1;
			if (used)
				out->code = letter_key(in[1]);
		}
		if (used > 0)
			return 1 + used;
		if (!idle)
			return 0;
		if (n > 1)
			return n; /* cut off in the middle */
	}
	used = decode_plain(in, n, idle, out);
	if (out->code != K_NONE)
		out->code |= K_ALT;
	return used;
}

size_t key_decode(const char *in, size_t n, bool idle, struct key *out)
{
	size_t used;

	*out = (struct key){ .code = K_NONE };
	if (in[0] != '\033')
		return decode_plain(in, n, idle, out);
	if (n == 1 || in[1] == '\033') {
		/* A second ESC may begin a sequence of its own. */
		if (n == 1 && !idle)
			return 0;
		out->code = K_ESC;
		return 1;
	}
	used = decode_escape(in + 1, n - 1, idle, out);
	return used > 0 ? used + 1 : 0;
}
