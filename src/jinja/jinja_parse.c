/*
 * Tokens to statements. Blocks end at words that only their beginning knows, so
 * a body is read until one of these stands there.
 */
#include "jinja/jinja_impl.h"

#include <stdarg.h>
#include <stdio.h>

/* --- memory ------------------------------------------------------------- */

enum { CHUNK_BYTES = 16 * 1024, ALIGN_BYTES = 16 };

struct jinja_chunk {
	struct jinja_chunk *before;
	size_t used, cap;
	_Alignas(ALIGN_BYTES) char bytes[];
};

void *jinja_alloc(struct jinja_pool *p, size_t n_bytes)
{
	size_t n = (n_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
	struct jinja_chunk *c = p->last;

	if (!c || c->cap - c->used < n) {
		size_t cap = MAX(n, (size_t)CHUNK_BYTES);

		c = mem_alloc(sizeof(*c) + cap);
		*c = (struct jinja_chunk){ .before = p->last, .cap = cap };
		p->last = c;
		p->used_bytes += cap;
	}
	c->used += n;
	return memset(c->bytes + c->used - n, 0, n);
}

void jinja_pool_release(struct jinja_pool *p)
{
	while (p->last) {
		struct jinja_chunk *before = p->last->before;

		mem_free(p->last);
		p->last = before;
	}
	*p = (struct jinja_pool){ 0 };
}

/* --- what all of a parser uses ------------------------------------------ */

bool jinja_same(struct jinja_text a, const char *b)
{
	return a.n == strlen(b) && memcmp(a.s, b, a.n) == 0;
}

struct jinja_node *jinja_node(struct jinja_parser *p,
			      enum jinja_node_kind kind)
{
	struct jinja_node *node = jinja_alloc(&p->t->pool, sizeof(*node));

	node->kind = kind;
	node->line = p->at->line;
	return node;
}

struct jinja_node *jinja_wrong(struct jinja_parser *p, const char *fmt, ...)
{
	char text[ERR_MAX_BYTES / 2];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(p->err, "line %u: %s", p->at->line, text);
	p->failed = true;
	return NULL;
}

bool jinja_at(const struct jinja_parser *p, enum jinja_token_kind kind,
	      const char *text)
{
	return p->at->kind == kind && (!text || jinja_same(p->at->text, text));
}

bool jinja_skip(struct jinja_parser *p, enum jinja_token_kind kind,
		const char *text)
{
	if (!jinja_at(p, kind, text))
		return false;
	p->at++;
	return true;
}

bool jinja_want(struct jinja_parser *p, enum jinja_token_kind kind,
		const char *text)
{
	static const char *const marks[] = { [TOKEN_CLOSE] = "}}",
					     [TOKEN_ENDBLOCK] = "%}",
					     [TOKEN_NAME] = "a name" };
	const struct jinja_text *is = &p->at->text;

	return jinja_skip(p, kind, text) ||
	       jinja_wrong(p, "\"%s\" is wanted, not \"%.*s\"",
			   text ? text : marks[kind], (int)MIN(is->n, 40u),
			   is->s);
}

bool jinja_down(struct jinja_parser *p)
{
	return ++p->depth <= JINJA_DEPTH_MAX ||
	       jinja_wrong(p, "more than %d levels", JINJA_DEPTH_MAX);
}

void jinja_up(struct jinja_parser *p)
{
	p->depth--;
}

/* --- statements --------------------------------------------------------- */

static struct jinja_node *body(struct jinja_parser *p, const char *const *ends);

/* {% word %}, whose "{%" is gone already. */
static bool ends(struct jinja_parser *p, const char *word)
{
	return jinja_want(p, TOKEN_NAME, word) &&
	       jinja_want(p, TOKEN_ENDBLOCK, NULL);
}

/* A body after "%}", up to "{% endword" with all of it. */
static bool body_to(struct jinja_parser *p, const char *word,
		    struct jinja_node **to)
{
	const char *const words[] = { word, NULL };

	if (!jinja_want(p, TOKEN_ENDBLOCK, NULL))
		return false;
	*to = body(p, words);
	return !p->failed && ends(p, word);
}

static struct jinja_node *an_if(struct jinja_parser *p)
{
	static const char *const stops[] = { "elif", "else", "endif", NULL };
	struct jinja_node *first = NULL, **at = &first;

	do {
		struct jinja_node *node = *at = jinja_node(p, NODE_IF);

		node->a = jinja_expr(p);
		if (!node->a || !jinja_want(p, TOKEN_ENDBLOCK, NULL))
			return NULL;
		node->b = body(p, stops);
		if (p->failed)
			return NULL;
		at = &node->c;
	} while (jinja_skip(p, TOKEN_NAME, "elif"));
	if (jinja_skip(p, TOKEN_NAME, "else")) {
		if (!body_to(p, "endif", at))
			return NULL;
		return first;
	}
	return ends(p, "endif") ? first : NULL;
}

/* a, (b, c): names that values are given to. */
static struct jinja_node *targets(struct jinja_parser *p)
{
	struct jinja_node *node, *list, **end;
	bool brackets = jinja_skip(p, TOKEN_OP, "(");

	node = jinja_postfix(p, jinja_primary(p));
	if (!node || !jinja_at(p, TOKEN_OP, ","))
		return node && (!brackets || jinja_want(p, TOKEN_OP, ")"))
			       ? node
			       : NULL;
	list = jinja_node(p, NODE_LIST);
	list->a = node;
	end = &node->next;
	while (jinja_skip(p, TOKEN_OP, ",")) {
		*end = jinja_postfix(p, jinja_primary(p));
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return !brackets || jinja_want(p, TOKEN_OP, ")") ? list : NULL;
}

static struct jinja_node *a_for(struct jinja_parser *p)
{
	static const char *const stops[] = { "else", "endfor", NULL };
	struct jinja_node *node = jinja_node(p, NODE_FOR);

	node->a = targets(p);
	if (!node->a || !jinja_want(p, TOKEN_NAME, "in"))
		return NULL;
	node->b = jinja_plain_expr(p);
	if (node->b && jinja_skip(p, TOKEN_NAME, "if"))
		node->e = jinja_expr(p);
	if (!node->b || p->failed)
		return NULL;
	if (jinja_skip(p, TOKEN_NAME, "recursive"))
		return jinja_wrong(p, "\"recursive\" is not known here");
	if (!jinja_want(p, TOKEN_ENDBLOCK, NULL))
		return NULL;
	node->c = body(p, stops);
	if (p->failed)
		return NULL;
	if (jinja_skip(p, TOKEN_NAME, "else"))
		return body_to(p, "endfor", &node->d) ? node : NULL;
	return ends(p, "endfor") ? node : NULL;
}

static struct jinja_node *a_set(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_SET);

	node->a = targets(p);
	if (!node->a)
		return NULL;
	if (jinja_skip(p, TOKEN_OP, "=")) {
		node->b = jinja_exprs(p);
		return node->b && jinja_want(p, TOKEN_ENDBLOCK, NULL) ? node
								      : NULL;
	}
	node->kind = NODE_SETBLOCK;
	node->c = jinja_filters(p, jinja_node(p, NODE_HOLE));
	return node->c && body_to(p, "endset", &node->b) ? node : NULL;
}

static struct jinja_node *a_macro(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_MACRO);

	node->text = p->at->text;
	if (!jinja_want(p, TOKEN_NAME, NULL) || !jinja_want(p, TOKEN_OP, "("))
		return NULL;
	node->a = jinja_parameters(p);
	return node->a && body_to(p, "endmacro", &node->b) ? node : NULL;
}

static struct jinja_node *a_call(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_CALLBLOCK);

	if (jinja_skip(p, TOKEN_OP, "(") && !(node->c = jinja_parameters(p)))
		return NULL;
	node->a = jinja_expr(p);
	if (node->a && node->a->kind != NODE_CALL)
		return jinja_wrong(p, "\"call\" wants a call");
	return node->a && body_to(p, "endcall", &node->b) ? node : NULL;
}

static struct jinja_node *a_filter(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_FILTERED);

	node->c = jinja_filters(p, jinja_filter(p, jinja_node(p, NODE_HOLE)));
	return node->c && body_to(p, "endfilter", &node->b) ? node : NULL;
}

static struct jinja_node *a_do(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_DO);

	node->a = jinja_exprs(p);
	return node->a && jinja_want(p, TOKEN_ENDBLOCK, NULL) ? node : NULL;
}

static struct jinja_node *leave(struct jinja_parser *p,
				enum jinja_node_kind kind)
{
	struct jinja_node *node = jinja_node(p, kind);

	return jinja_want(p, TOKEN_ENDBLOCK, NULL) ? node : NULL;
}

static struct jinja_node *a_break(struct jinja_parser *p)
{
	return leave(p, NODE_BREAK);
}

static struct jinja_node *a_continue(struct jinja_parser *p)
{
	return leave(p, NODE_CONTINUE);
}

/* What a trainer looks at; for a prompt it is its body. */
static struct jinja_node *a_generation(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_IF);

	node->a = jinja_node(p, NODE_CONST);
	node->a->value = jinja_bool(true);
	return body_to(p, "endgeneration", &node->b) ? node : NULL;
}

static const struct statement {
	const char *word;
	struct jinja_node *(*read)(struct jinja_parser *p);
} statements[] = {
	{ "if", an_if },       { "for", a_for },
	{ "set", a_set },      { "macro", a_macro },
	{ "call", a_call },    { "filter", a_filter },
	{ "break", a_break },  { "continue", a_continue },
	{ "do", a_do },        { "generation", a_generation },
};

static struct jinja_node *statement(struct jinja_parser *p)
{
	const struct jinja_token *at = p->at;

	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		if (jinja_skip(p, TOKEN_NAME, statements[i].word))
			return statements[i].read(p);
	return jinja_wrong(p, "the statement \"%.*s\" is not known here",
			   (int)MIN(at->text.n, 40u), at->text.s);
}

static struct jinja_node *output(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_OUT);

	node->a = jinja_exprs(p);
	return node->a && jinja_want(p, TOKEN_CLOSE, NULL) ? node : NULL;
}

static struct jinja_node *text(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_TEXT);

	node->text = p->at++->text;
	return node;
}

static bool is_one_of(const struct jinja_parser *p, const char *const *words)
{
	for (; words && *words; words++)
		if (jinja_at(p, TOKEN_NAME, *words))
			return true;
	return false;
}

/* Statements, up to "{%" and one of the words, which stays; or to the end. */
static struct jinja_node *body(struct jinja_parser *p, const char *const *stops)
{
	struct jinja_node *first = NULL, **end = &first;

	if (!jinja_down(p))
		return NULL;
	for (; !p->failed; end = *end ? &(*end)->next : end) {
		if (p->at->kind == TOKEN_LAST) {
			if (stops)
				jinja_wrong(p, "\"%s\" is missing", *stops);
			break;
		}
		if (p->at->kind == TOKEN_TEXT) {
			*end = text(p);
		} else if (jinja_skip(p, TOKEN_OPEN, NULL)) {
			*end = output(p);
		} else {
			jinja_skip(p, TOKEN_BLOCK, NULL);
			if (is_one_of(p, stops))
				break;
			*end = statement(p);
		}
	}
	jinja_up(p);
	return first;
}

/* --- all of it ---------------------------------------------------------- */

struct jinja *jinja_new(const char *s, size_t n, struct err *err)
{
	struct jinja *t = mem_zalloc(sizeof(*t));
	struct jinja_parser p = { .t = t, .err = err };
	struct jinja_token *tokens = NULL;

	if (n > JINJA_TEXT_MAX_BYTES) {
		err_set(err, "line 1: more than %d bytes",
			JINJA_TEXT_MAX_BYTES);
	} else {
		char *copy = jinja_alloc(&t->pool, n + 1);

		if (n)
			memcpy(copy, s, n);
		t->text = (struct jinja_text){ copy, n };
		tokens = jinja_lex(t, err);
	}
	p.at = tokens;
	if (tokens)
		t->body = body(&p, NULL);
	mem_free(tokens);
	if (tokens && !p.failed)
		return t;
	jinja_free(t);
	return NULL;
}

void jinja_free(struct jinja *t)
{
	if (!t)
		return;
	jinja_pool_release(&t->pool);
	mem_free(t);
}
