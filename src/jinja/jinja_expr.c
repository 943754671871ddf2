/*
 * Tokens to expressions, by descent: a function for each level of Jinja's
 * grammar, the loosest first.
 */
#include "jinja/jinja_impl.h"

static struct jinja_node *or_expr(struct jinja_parser *p);
static struct jinja_node *unary(struct jinja_parser *p, bool filters);

static struct jinja_node *binary(struct jinja_parser *p, struct jinja_text op,
				 struct jinja_node *a, struct jinja_node *b)
{
	struct jinja_node *node = jinja_node(p, NODE_BINARY);

	node->text = op;
	node->a = a;
	node->b = b;
	return node;
}

/* The operator that stands here, one of n. */
static bool an_op(struct jinja_parser *p, const char *const *ops, size_t n,
		  struct jinja_text *op)
{
	for (size_t i = 0; i < n; i++) {
		if (!jinja_skip(p, TOKEN_OP, ops[i]))
			continue;
		*op = (struct jinja_text){ ops[i], strlen(ops[i]) };
		return true;
	}
	return false;
}

/* --- the tightest: what is not split further ---------------------------- */

/* "name=" before an argument. */
static bool is_named(const struct jinja_parser *p)
{
	return p->at->kind == TOKEN_NAME && p->at[1].kind == TOKEN_OP &&
	       jinja_same(p->at[1].text, "=");
}

/* Behind "(", up to and with ")". */
static bool arguments(struct jinja_parser *p, struct jinja_node **list)
{
	size_t n = 0;

	while (!jinja_skip(p, TOKEN_OP, ")")) {
		struct jinja_text name = { "", 0 };
		struct jinja_node *node;

		if (n && !jinja_want(p, TOKEN_OP, ","))
			return false;
		if (n && jinja_skip(p, TOKEN_OP, ")"))
			break;
		if (is_named(p)) {
			name = p->at->text;
			p->at += 2;
		}
		node = jinja_expr(p);
		if (!node)
			return false;
		if (n++ == JINJA_ARGS_MAX)
			return jinja_wrong(p, "more than %d arguments",
					   JINJA_ARGS_MAX);
		node->name = name;
		*list = node;
		list = &node->next;
	}
	return true;
}

/* [a, b], up to and with the bracket that closes. */
static struct jinja_node *list_of(struct jinja_parser *p, const char *close,
				  struct jinja_node *first)
{
	struct jinja_node *node = jinja_node(p, NODE_LIST), **end = &node->a;

	if (first) {
		node->a = first;
		end = &first->next;
	}
	while (!jinja_skip(p, TOKEN_OP, close)) {
		if (node->a && !jinja_want(p, TOKEN_OP, ","))
			return NULL;
		if (node->a && jinja_skip(p, TOKEN_OP, close))
			break;
		*end = jinja_expr(p);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return node;
}

static struct jinja_node *map_of(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_node(p, NODE_MAP), **end = &node->a;

	while (!jinja_skip(p, TOKEN_OP, "}")) {
		if (node->a && !jinja_want(p, TOKEN_OP, ","))
			return NULL;
		if (node->a && jinja_skip(p, TOKEN_OP, "}"))
			break;
		for (int i = 0; i < 2; i++) {
			if (i && !jinja_want(p, TOKEN_OP, ":"))
				return NULL;
			*end = jinja_expr(p);
			if (!*end)
				return NULL;
			end = &(*end)->next;
		}
	}
	return node;
}

/* Behind "(": one in brackets, or several. */
static struct jinja_node *in_brackets(struct jinja_parser *p)
{
	struct jinja_node *first;

	if (jinja_at(p, TOKEN_OP, ")"))
		return list_of(p, ")", NULL);
	first = jinja_expr(p);
	if (!first || jinja_skip(p, TOKEN_OP, ")"))
		return first;
	return list_of(p, ")", first);
}

static struct jinja_node *constant(struct jinja_parser *p,
				   struct jinja_value value)
{
	struct jinja_node *node = jinja_node(p, NODE_CONST);

	node->value = value;
	p->at++;
	return node;
}

static struct jinja_node *name(struct jinja_parser *p)
{
	static const struct {
		const char *name;
		struct jinja_value value;
	} words[] = {
		{ "true", { .kind = JINJA_BOOL, .yes = true } },
		{ "True", { .kind = JINJA_BOOL, .yes = true } },
		{ "false", { .kind = JINJA_BOOL } },
		{ "False", { .kind = JINJA_BOOL } },
		{ "none", { .kind = JINJA_NONE } },
		{ "None", { .kind = JINJA_NONE } },
		{ "null", { .kind = JINJA_NONE } },
	};
	struct jinja_node *node;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (jinja_same(p->at->text, words[i].name))
			return constant(p, words[i].value);
	node = jinja_node(p, NODE_NAME);
	node->text = p->at++->text;
	return node;
}

/* Strings side by side are one. */
static struct jinja_node *string(struct jinja_parser *p)
{
	struct jinja_node *node = constant(p, jinja_view(p->at->text.s,
							 p->at->text.n));

	while (p->at->kind == TOKEN_STRING) {
		struct jinja_text *a = &node->value.text;
		char *both = jinja_alloc(&p->t->pool, a->n + p->at->text.n + 1);

		memcpy(both, a->s, a->n);
		memcpy(both + a->n, p->at->text.s, p->at->text.n);
		*a = (struct jinja_text){ both, a->n + p->at->text.n };
		p->at++;
	}
	return node;
}

struct jinja_node *jinja_primary(struct jinja_parser *p)
{
	const struct jinja_token *at = p->at;

	switch (at->kind) {
	case TOKEN_NAME:
		return name(p);
	case TOKEN_STRING:
		return string(p);
	case TOKEN_INT:
		return constant(p, jinja_int(at->i));
	case TOKEN_FLOAT:
		return constant(p, jinja_float(at->f));
	default:
		if (jinja_skip(p, TOKEN_OP, "("))
			return in_brackets(p);
		if (jinja_skip(p, TOKEN_OP, "["))
			return list_of(p, "]", NULL);
		if (jinja_skip(p, TOKEN_OP, "{"))
			return map_of(p);
		if (at->text.n)
			return jinja_wrong(p, "\"%.*s\" where a value is "
					      "wanted",
					   (int)MIN(at->text.n, 40u),
					   at->text.s);
		return jinja_wrong(p, "a value is wanted at the end");
	}
}

/* Behind "[": one index, or up to three parts with colons. */
static struct jinja_node *index_of(struct jinja_parser *p,
				   struct jinja_node *of)
{
	struct jinja_node *node = jinja_node(p, NODE_INDEX), *part[3] = { 0 };
	size_t n = 0;

	node->a = of;
	while (!jinja_skip(p, TOKEN_OP, "]")) {
		if (jinja_skip(p, TOKEN_OP, ":")) {
			node->kind = NODE_SLICE;
			if (++n == 3)
				return jinja_wrong(p, "a slice has three "
						      "parts at most");
			continue;
		}
		if (part[n])
			return jinja_wrong(p, "\"]\" is missing");
		part[n] = jinja_expr(p);
		if (!part[n])
			return NULL;
	}
	if (node->kind == NODE_INDEX && !part[0])
		return jinja_wrong(p, "an index is missing");
	node->b = part[0];
	node->c = part[1];
	node->d = part[2];
	return node;
}

struct jinja_node *jinja_postfix(struct jinja_parser *p,
				 struct jinja_node *node)
{
	while (node) {
		struct jinja_node *of = node;

		if (jinja_skip(p, TOKEN_OP, ".")) {
			if (p->at->kind != TOKEN_NAME &&
			    p->at->kind != TOKEN_INT)
				return jinja_wrong(p, "a name is wanted "
						      "behind \".\"");
			node = jinja_node(p, NODE_ATTRIBUTE);
			node->a = of;
			node->text = p->at->text;
			if (p->at->kind == TOKEN_INT) {
				node->kind = NODE_INDEX;
				node->b = constant(p, jinja_int(p->at->i));
			} else {
				p->at++;
			}
		} else if (jinja_skip(p, TOKEN_OP, "[")) {
			node = index_of(p, of);
		} else if (jinja_skip(p, TOKEN_OP, "(")) {
			node = jinja_node(p, NODE_CALL);
			node->a = of;
			if (!arguments(p, &node->b))
				return NULL;
		} else {
			break;
		}
	}
	return node;
}

/* --- filters and tests -------------------------------------------------- */

struct jinja_node *jinja_filter(struct jinja_parser *p, struct jinja_node *of)
{
	struct jinja_node *node = jinja_node(p, NODE_FILTER);

	if (p->at->kind != TOKEN_NAME)
		return jinja_wrong(p, "a filter is wanted behind \"|\"");
	node->a = of;
	node->text = p->at++->text;
	node->row = jinja_find(node->text, JINJA_FILTER);
	if (jinja_skip(p, TOKEN_OP, "(") && !arguments(p, &node->b))
		return NULL;
	return node;
}

/* What a test may have without brackets: "is divisibleby 3". */
static bool begins_operand(const struct jinja_parser *p)
{
	static const char *const others[] = { "else", "or",  "and", "is",
					      "if",   "not", "in" };

	if (p->at->kind == TOKEN_NAME) {
		for (size_t i = 0; i < ARRAY_LEN(others); i++)
			if (jinja_same(p->at->text, others[i]))
				return false;
		return true;
	}
	return p->at->kind == TOKEN_STRING || p->at->kind == TOKEN_INT ||
	       p->at->kind == TOKEN_FLOAT || jinja_at(p, TOKEN_OP, "[") ||
	       jinja_at(p, TOKEN_OP, "{");
}

static struct jinja_node *test(struct jinja_parser *p, struct jinja_node *of)
{
	struct jinja_node *node = jinja_node(p, NODE_TEST), *negated;
	bool not = jinja_skip(p, TOKEN_NAME, "not");

	if (p->at->kind != TOKEN_NAME)
		return jinja_wrong(p, "a test is wanted behind \"is\"");
	node->a = of;
	node->text = p->at++->text;
	node->row = jinja_find(node->text, JINJA_TEST);
	if (jinja_skip(p, TOKEN_OP, "(")) {
		if (!arguments(p, &node->b))
			return NULL;
	} else if (begins_operand(p)) {
		node->b = jinja_postfix(p, jinja_primary(p));
		if (!node->b)
			return NULL;
	}
	if (!not)
		return node;
	negated = jinja_node(p, NODE_NOT);
	negated->a = node;
	return negated;
}

struct jinja_node *jinja_filters(struct jinja_parser *p,
				 struct jinja_node *node)
{
	while (node) {
		if (jinja_skip(p, TOKEN_OP, "|"))
			node = jinja_filter(p, node);
		else if (jinja_skip(p, TOKEN_NAME, "is"))
			node = test(p, node);
		else if (jinja_at(p, TOKEN_OP, "("))
			return jinja_postfix(p, node);
		else
			break;
	}
	return node;
}

/* --- operators, the tightest first -------------------------------------- */

static struct jinja_node *power(struct jinja_parser *p)
{
	static const char *const ops[] = { "**" };
	struct jinja_node *node = jinja_postfix(p, jinja_primary(p)), *b;
	struct jinja_text op;

	while (node && an_op(p, ops, 1, &op)) {
		b = unary(p, false);
		node = b ? binary(p, op, node, b) : NULL;
	}
	return node;
}

static struct jinja_node *unary(struct jinja_parser *p, bool filters)
{
	struct jinja_node *node = NULL;
	bool minus;

	if (!jinja_down(p))
		return NULL;
	minus = jinja_skip(p, TOKEN_OP, "-");
	if (minus || jinja_skip(p, TOKEN_OP, "+")) {
		struct jinja_node *of = unary(p, false);

		if (of && minus) {
			node = jinja_node(p, NODE_MINUS);
			node->a = of;
		} else {
			node = of;
		}
	} else {
		node = power(p);
	}
	if (filters)
		node = jinja_filters(p, node);
	jinja_up(p);
	return node;
}

/* The levels of operators that join from the left; each is made of the next. */
static const struct operators {
	const char *ops[4];
	size_t n;
} levels[] = {
	{ { "+", "-" }, 2 },
	{ { "~" }, 1 },
	{ { "*", "//", "/", "%" }, 4 },
};

static struct jinja_node *joined(struct jinja_parser *p, size_t i)
{
	struct jinja_node *node, *b;
	struct jinja_text op;

	if (i == ARRAY_LEN(levels))
		return unary(p, true);
	node = joined(p, i + 1);
	while (node && an_op(p, levels[i].ops, levels[i].n, &op)) {
		b = joined(p, i + 1);
		node = b ? binary(p, op, node, b) : NULL;
	}
	return node;
}

static struct jinja_node *negate(struct jinja_parser *p, struct jinja_node *of)
{
	struct jinja_node *node = jinja_node(p, NODE_NOT);

	node->a = of;
	return of ? node : NULL;
}

/* a < b <= c is a < b and b <= c. */
static struct jinja_node *comparison(struct jinja_parser *p)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	struct jinja_node *left = joined(p, 0), *all = NULL;

	while (left) {
		struct jinja_node *right, *one, *both;
		struct jinja_text op = { "in", 2 };
		bool not = false;

		if (!an_op(p, ops, ARRAY_LEN(ops), &op) &&
		    !jinja_skip(p, TOKEN_NAME, "in")) {
			not = jinja_at(p, TOKEN_NAME, "not") &&
			      p->at[1].kind == TOKEN_NAME &&
			      jinja_same(p->at[1].text, "in");
			if (!not)
				return all ? all : left;
			p->at += 2;
		}
		right = joined(p, 0);
		if (!right)
			return NULL;
		one = binary(p, op, left, right);
		one = not ? negate(p, one) : one;
		both = all ? jinja_node(p, NODE_AND) : one;
		if (all) {
			both->a = all;
			both->b = one;
		}
		all = both;
		left = right;
	}
	return NULL;
}

static struct jinja_node *not_expr(struct jinja_parser *p)
{
	struct jinja_node *node;

	if (!jinja_skip(p, TOKEN_NAME, "not"))
		return comparison(p);
	if (!jinja_down(p))
		return NULL;
	node = negate(p, not_expr(p));
	jinja_up(p);
	return node;
}

static struct jinja_node *both(struct jinja_parser *p,
			       enum jinja_node_kind kind, struct jinja_node *a,
			       struct jinja_node *b)
{
	struct jinja_node *node = jinja_node(p, kind);

	node->a = a;
	node->b = b;
	return b ? node : NULL;
}

static struct jinja_node *and_expr(struct jinja_parser *p)
{
	struct jinja_node *node = not_expr(p);

	while (node && jinja_skip(p, TOKEN_NAME, "and"))
		node = both(p, NODE_AND, node, not_expr(p));
	return node;
}

static struct jinja_node *or_expr(struct jinja_parser *p)
{
	struct jinja_node *node = and_expr(p);

	while (node && jinja_skip(p, TOKEN_NAME, "or"))
		node = both(p, NODE_OR, node, and_expr(p));
	return node;
}

struct jinja_node *jinja_plain_expr(struct jinja_parser *p)
{
	struct jinja_node *node;

	if (!jinja_down(p))
		return NULL;
	node = or_expr(p);
	jinja_up(p);
	return node;
}

struct jinja_node *jinja_expr(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_plain_expr(p);

	while (node && jinja_skip(p, TOKEN_NAME, "if")) {
		struct jinja_node *choice = jinja_node(p, NODE_CHOICE);

		choice->b = node;
		choice->a = jinja_plain_expr(p);
		if (!choice->a)
			return NULL;
		if (jinja_skip(p, TOKEN_NAME, "else")) {
			if (!jinja_down(p))
				return NULL;
			choice->c = jinja_expr(p);
			jinja_up(p);
			if (!choice->c)
				return NULL;
		}
		node = choice;
	}
	return node;
}

struct jinja_node *jinja_exprs(struct jinja_parser *p)
{
	struct jinja_node *node = jinja_expr(p), *list, **end;

	if (!node || !jinja_at(p, TOKEN_OP, ","))
		return node;
	list = jinja_node(p, NODE_LIST);
	list->a = node;
	end = &node->next;
	while (jinja_skip(p, TOKEN_OP, ",")) {
		if (p->at->kind == TOKEN_ENDBLOCK || p->at->kind == TOKEN_CLOSE)
			break;
		*end = jinja_expr(p);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return list;
}

struct jinja_node *jinja_parameters(struct jinja_parser *p)
{
	struct jinja_node *list = jinja_node(p, NODE_LIST), **end = &list->a;

	while (!jinja_skip(p, TOKEN_OP, ")")) {
		if (list->a && !jinja_want(p, TOKEN_OP, ","))
			return NULL;
		if (list->a && jinja_skip(p, TOKEN_OP, ")"))
			break;
		if (p->at->kind != TOKEN_NAME)
			return jinja_wrong(p, "a parameter's name is wanted");
		*end = jinja_node(p, NODE_NAME);
		(*end)->text = p->at++->text;
		if (jinja_skip(p, TOKEN_OP, "=")) {
			(*end)->a = jinja_expr(p);
			if (!(*end)->a)
				return NULL;
		}
		end = &(*end)->next;
	}
	return list;
}
