/*
 * Text to tokens. Which white space around a block belongs to it is decided
 * here, so that nobody behind knows of any.
 */
#include "jinja/jinja_impl.h"

#include <stdlib.h>

#include "json/json.h"

struct lexer {
	struct jinja *t;
	const char *at, *end;
	uint32_t line;
	struct jinja_token *tokens;
	size_t n, cap;
	bool strip;    /* white space at the beginning of the next text goes */
	bool trim;     /* ... one line end does */
	bool begins;   /* a line begins here */
	struct err *err;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static struct jinja_token *add(struct lexer *l, enum jinja_token_kind kind,
			       const char *s, size_t n)
{
	struct jinja_token *token;

	l->tokens = grow(l->tokens, &l->cap, l->n + 1, sizeof(*l->tokens));
	token = &l->tokens[l->n++];
	*token = (struct jinja_token){ .kind = kind, .line = l->line,
				       .text = { s, n } };
	return token;
}

static void go(struct lexer *l, const char *to)
{
	for (; l->at < to; l->at++)
		l->line += *l->at == '\n';
}

static bool starts(const struct lexer *l, const char *what)
{
	size_t n = strlen(what);

	return (size_t)(l->end - l->at) >= n && memcmp(l->at, what, n) == 0;
}

/* The next "{{", "{%" or "{#", or the end. */
static const char *next_mark(const struct lexer *l)
{
	const char *s = l->at;

	while ((s = memchr(s, '{', (size_t)(l->end - s))))
		if (l->end - s > 1 && strchr("{%#", s[1]) && s[1])
			return s;
		else
			s++;
	return l->end;
}

/* The text before a mark, without what belongs to the blocks beside it. */
static void lex_text(struct lexer *l)
{
	const char *s = l->at, *mark = next_mark(l), *end = mark, *line;
	bool begins = l->begins;

	if (l->strip)
		while (s < end && is_space(*s))
			s++;
	else if (l->trim && s < end && *s == '\n')
		begins = *s++ == '\n';
	else if (l->trim && end - s > 1 && memcmp(s, "\r\n", 2) == 0)
		begins = (s += 2) != NULL;
	if (end < l->end && end + 2 < l->end && end[2] == '-') {
		while (end > s && is_space(end[-1]))
			end--;
	} else if (end < l->end && end[1] != '{' &&
		   !(end + 2 < l->end && end[2] == '+')) {
		for (line = end; line > s && is_space(line[-1]) &&
				 line[-1] != '\n';)
			line--;
		if (line > s ? line[-1] == '\n' : begins)
			end = line;
	}
	if (end > s)
		add(l, TOKEN_TEXT, s, (size_t)(end - s));
	go(l, mark);
	l->strip = l->trim = l->begins = false;
}

/* "%}", "-%}", "+%}", by the character that it has. */
static bool closes(struct lexer *l, char mark, enum jinja_token_kind kind)
{
	const char *s = l->at;
	char sign = *s == '-' || *s == '+' ? *s++ : 0;

	if (l->end - s < 2 || s[0] != mark || s[1] != '}')
		return false;
	add(l, kind, s, 2);
	go(l, s + 2);
	l->strip = sign == '-';
	l->trim = mark != '}' && sign != '+';
	return true;
}

static bool lex_comment(struct lexer *l)
{
	const char *end = bytes_find(l->at + 2, (size_t)(l->end - l->at - 2),
				     "#}", 2);

	if (!end)
		return err_set(l->err, "line %u: a comment is not closed",
			       l->line);
	l->strip = end - l->at > 2 && end[-1] == '-';
	l->trim = !(end - l->at > 2 && end[-1] == '+');
	go(l, end + 2);
	return true;
}

/* --- inside ------------------------------------------------------------- */

/* One escape at s, behind its backslash; what is none stays as it is. */
static const char *escape(const char *s, const char *end, struct buf *out)
{
	static const char from[] = "ntr\\'\"0bfv", to[] = "\n\t\r\\'\"\0\b\f\v";
	const char *one = *s ? strchr(from, *s) : NULL;
	struct json j = { 0 };
	char spelled[8];
	size_t n;

	if (one) {
		buf_putc(out, to[one - from]);
		return s + 1;
	}
	if (*s == 'u' && end - s >= 5) {
		memcpy(spelled, "\"\\", 2);
		memcpy(spelled + 2, s, 5);
		spelled[7] = '"';
		if (json_read(&j, spelled, 8, false, NULL)) {
			const char *text = json_text(json_root(&j), &n);

			buf_append(out, text, n);
			json_release(&j);
			return s + 5;
		}
		json_release(&j);
	}
	buf_putc(out, '\\');
	return s;
}

static bool lex_string(struct lexer *l)
{
	const char *s = l->at + 1;
	char quote = *l->at, *copy;
	struct buf text = { 0 };

	while (s < l->end && *s != quote) {
		if (*s == '\\' && s + 1 < l->end)
			s = escape(s + 1, l->end, &text);
		else
			buf_putc(&text, *s++);
	}
	if (s == l->end) {
		buf_release(&text);
		return err_set(l->err, "line %u: a string is not closed",
			       l->line);
	}
	copy = jinja_alloc(&l->t->pool, text.len + 1);
	if (text.len)
		memcpy(copy, text.data, text.len);
	add(l, TOKEN_STRING, copy, text.len);
	buf_release(&text);
	go(l, s + 1);
	return true;
}

static void lex_number(struct lexer *l)
{
	const char *s = l->at;
	enum jinja_token_kind kind = TOKEN_INT;
	struct jinja_token *token;
	double f;

	while (s < l->end && is_digit(*s))
		s++;
	if (l->end - s > 1 && *s == '.' && is_digit(s[1])) {
		kind = TOKEN_FLOAT;
		for (s++; s < l->end && is_digit(*s);)
			s++;
	}
	f = json_parse_number(l->at, (size_t)(s - l->at));
	token = add(l, kind, l->at, (size_t)(s - l->at));
	token->f = f;
	token->i = f < 9e18 ? (int64_t)f : INT64_MAX;
	go(l, s);
}

static bool lex_op(struct lexer *l)
{
	static const char *const ops[] = {
		"==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "+", "-",
		"*",  "/",  "%",  "~",  "|",  ".",  ",", ":", "(", ")", "[",
		"]",  "{",  "}",
	};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (!starts(l, ops[i]))
			continue;
		add(l, TOKEN_OP, l->at, strlen(ops[i]));
		go(l, l->at + strlen(ops[i]));
		return true;
	}
	return err_set(l->err, "line %u: \"%.*s\" is no part of a template",
		       l->line, 1, l->at);
}

/* Between the marks. A bracket that is open keeps "}}" from closing. */
static bool lex_inside(struct lexer *l, char mark, enum jinja_token_kind kind)
{
	uint32_t open = 0, line = l->line;

	for (;;) {
		while (l->at < l->end && is_space(*l->at))
			go(l, l->at + 1);
		if (l->at == l->end)
			return err_set(l->err, "line %u: what begins here is "
					       "not closed", line);
		if (!open && closes(l, mark, kind))
			return true;
		if (*l->at == '"' || *l->at == '\'') {
			if (!lex_string(l))
				return false;
		} else if (is_digit(*l->at)) {
			lex_number(l);
		} else if (is_word(*l->at)) {
			const char *s = l->at;

			while (s < l->end && is_word(*s))
				s++;
			add(l, TOKEN_NAME, l->at, (size_t)(s - l->at));
			go(l, s);
		} else {
			open += strchr("([{", *l->at) != NULL && *l->at;
			open -= open && strchr(")]}", *l->at) && *l->at;
			if (!lex_op(l))
				return false;
		}
	}
}

static bool lex_all(struct lexer *l)
{
	while (lex_text(l), l->at < l->end) {
		char mark = l->at[1] == '{' ? '}' : l->at[1];
		bool sign = l->end - l->at > 2 &&
			    (l->at[2] == '-' || l->at[2] == '+');

		if (mark == '#') {
			if (!lex_comment(l))
				return false;
			continue;
		}
		add(l, mark == '}' ? TOKEN_OPEN : TOKEN_BLOCK, l->at, 2);
		go(l, l->at + 2 + sign);
		if (!lex_inside(l, mark,
				mark == '}' ? TOKEN_CLOSE : TOKEN_ENDBLOCK))
			return false;
	}
	add(l, TOKEN_LAST, l->end, 0);
	return true;
}

struct jinja_token *jinja_lex(struct jinja *t, struct err *err)
{
	struct lexer l = { .t = t, .at = t->text.s, .line = 1, .begins = true,
			   .end = t->text.s + t->text.n, .err = err };

	if (t->text.n && l.end[-1] == '\n')
		l.end--;
	if (lex_all(&l))
		return l.tokens;
	mem_free(l.tokens);
	return NULL;
}
