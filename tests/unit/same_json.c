#include "same_json.h"

static bool same_text(const char *a, size_t n_a, const char *b, size_t n_b)
{
	return n_a == n_b && (!n_a || memcmp(a, b, n_a) == 0);
}

static bool same_value(struct json_value a, struct json_value b)
{
	const struct json_node *x = &a.doc->nodes[a.at];
	const struct json_node *y = &b.doc->nodes[b.at];
	size_t n_a, n_b;
	const char *s_a = json_key(a, &n_a), *s_b = json_key(b, &n_b);

	if (x->type != y->type || x->next != y->next ||
	    !same_text(s_a, n_a, s_b, n_b) || json_count(a) != json_count(b))
		return false;
	s_a = json_text(a, &n_a);
	s_b = json_text(b, &n_b);
	if (!s_a != !s_b || !same_text(s_a, n_a, s_b, n_b))
		return false;
	/* a number's text, too: more than its value */
	return x->type != JSON_NUMBER ||
	       same_text(a.doc->in + x->span.start, x->span.len,
			 b.doc->in + y->span.start, y->span.len);
}

bool same_json(const struct json *a, const struct json *b)
{
	bool same = a->n == b->n && a->names == b->names;

	for (uint32_t i = 0; same && i < a->n; i++)
		same = same_value((struct json_value){ a, i },
				  (struct json_value){ b, i });
	return same;
}
