/*
 * The comparison with the model is a run over equal bytes from hole to hole,
 * which costs a fraction of reading; whatever does not fit exactly is read in
 * full, so this can only be slower than json_read(), never another answer.
 */
#include "json/json_repeat.h"

#include <string.h>

#include "json/json_lex.h"

#define NOWHERE SIZE_MAX

/* What stands in a hole: s[at, at + len). */
struct filling {
	size_t at, len;
	bool escapes;
};

void json_repeat_release(struct json_repeat *r)
{
	json_release(&r->json);
	buf_release(&r->model);
	*r = (struct json_repeat){ 0 };
}

static size_t n_same(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* A string or a number at s[at..n), as in the model. */
static bool fill_hole(const char *s, size_t n, bool string,
		      struct filling *fill)
{
	const char *end, *from = s + fill->at + 1;
	bool more;

	if (!string) {
		fill->escapes = false;
		fill->len = json_number_len(s + fill->at, n - fill->at, &more);
		return fill->len > 0;
	}
	if (fill->at == n || s[fill->at] != '"')
		return false;
	end = json_closing_quote(from, s + n);
	if (!end)
		return false;
	fill->escapes = memchr(from, '\\', (size_t)(end - from)) != NULL;
	fill->len = (size_t)(end - from) + 2;
	return true;
}

/* Is s the model, but for its holes? If not, *differs is where in s, or
 * NOWHERE if a hole is of another type or one of the two just ends. */
static bool compare(const struct json_repeat *r, const char *s, size_t n,
		    struct filling *fills, size_t *differs)
{
	const char *model = r->model.data;
	size_t at = 0, from = 0;

	*differs = NOWHERE;
	for (size_t i = 0; i <= r->n_holes; i++) {
		bool last = i == r->n_holes;
		size_t to = last ? r->model.len : r->holes[i].from;
		size_t len = to - from, common = MIN(len, n - at);

		if (memcmp(s + at, model + from, common) != 0) {
			*differs = at + n_same(s + at, model + from, common);
			return false;
		}
		at += len;
		if (common < len || last)
			return common == len && at == n;
		fills[i].at = at;
		if (!fill_hole(s, n, model[to] == '"', &fills[i]))
			return false;
		at += fills[i].len;
		from = r->holes[i].to;
	}
	return false; /* not reached */
}

/* Puts the value of a hole into its node. false: it has a bad escape. */
static bool put_fill(struct json *j, struct json_node *node, const char *s,
		     const struct filling *fill)
{
	bool string = node->type == JSON_STRING;
	size_t start = fill->at + string, len = fill->len - 2 * string;
	bool good = true;

	if (fill->escapes) {
		size_t decoded = j->decoded.len;

		good = json_unescape(&j->decoded, s + start, len);
		start = decoded;
		len = j->decoded.len - decoded;
	}
	node->span = (struct json_span){ .start = (uint32_t)start,
					 .len = (uint32_t)len & 0x7fffffff,
					 .decoded = fill->escapes };
	return good;
}

/* Text that is not decoded moves with the input. Nothing of a member begins
 * at 0: that is where no name and containers stand. */
static void move(struct json_span *span, uint32_t by)
{
	if (!span->decoded && span->start)
		span->start += by;
}

/* Gives the model's tree the values of s. */
static bool apply(struct json_repeat *r, const char *s,
		  const struct filling *fills)
{
	struct json *j = &r->json;

	j->in = s;
	j->decoded.len = r->n_decoded;
	for (size_t i = 0; i < r->n_holes; i++) {
		struct repeat_hole *hole = &r->holes[i];
		struct json_node *node = &j->nodes[hole->node];
		size_t next = i + 1 < r->n_holes ? hole[1].node : j->n - 1;
		uint32_t shift = (uint32_t)(fills[i].at + fills[i].len) -
				 hole->to;
		uint32_t by = shift - hole->shift;

		if (!put_fill(j, node, s, &fills[i]))
			return false;
		hole->shift = shift;
		if (!by)
			continue;
		for (size_t k = hole->node + 1; k <= next; k++) {
			move(&j->nodes[k].key, by);
			move(&j->nodes[k].span, by);
		}
	}
	return true;
}

/* --- a new model -------------------------------------------------------- */

/* Strings and numbers, but not the words that are numbers. */
static bool may_be_hole(const struct json_repeat *r, size_t i)
{
	const struct json_node *node = &r->json.nodes[i];
	bool more;

	return node->type == JSON_STRING ||
	       (node->type == JSON_NUMBER &&
		json_number_len(r->model.data + node->at,
				r->model.len - node->at, &more) > 0);
}

static void add_hole(struct json_repeat *r, size_t node)
{
	size_t i = 0;

	while (i < r->n_holes && r->holes[i].node < node)
		i++;
	if (i < r->n_holes && r->holes[i].node == node)
		return;
	if (r->n_holes == REPEAT_HOLES_MAX)
		r->n_holes = i = 0;
	memmove(r->holes + i + 1, r->holes + i,
		(r->n_holes - i) * sizeof(*r->holes));
	r->holes[i] = (struct repeat_hole){ .node = (uint32_t)node };
	r->n_holes++;
}

/* The value that holds byte `at` of the model is a hole from now on. */
static void learn(struct json_repeat *r, size_t at)
{
	size_t low = 0, high = r->json.n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (r->json.nodes[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	add_hole(r, low);
}

/* Where the holes are in the model. Nodes that may be none are dropped. */
static void place_holes(struct json_repeat *r)
{
	const char *s = r->model.data, *end = s + r->model.len;
	size_t n = 0;

	for (size_t i = 0; i < r->n_holes; i++) {
		struct repeat_hole hole = { .node = r->holes[i].node };
		struct filling fill;

		if (!may_be_hole(r, hole.node))
			continue;
		fill.at = r->json.nodes[hole.node].at;
		fill_hole(s, (size_t)(end - s), s[fill.at] == '"', &fill);
		hole.from = (uint32_t)fill.at;
		hole.to = (uint32_t)(fill.at + fill.len);
		r->holes[n++] = hole;
	}
	r->n_holes = n;
}

static void set_model(struct json_repeat *r, const char *s, size_t n,
		      size_t n_nodes, size_t differs)
{
	r->json.shape = ++r->n_shapes;
	if (n > REPEAT_MODEL_MAX)
		return;
	buf_append(&r->model, s, n);
	r->n_decoded = r->json.decoded.len;
	if (n_nodes != r->json.n)
		r->n_holes = 0;
	else if (differs != NOWHERE)
		learn(r, differs);
	place_holes(r);
}

bool json_repeat_read(struct json_repeat *r, const char *s, size_t n,
		      struct json_trouble *trouble)
{
	struct filling fills[REPEAT_HOLES_MAX];
	size_t differs = NOWHERE, n_nodes = r->json.n;

	if (r->model.len && n && n <= REPEAT_MODEL_MAX &&
	    compare(r, s, n, fills, &differs) && apply(r, s, fills))
		return true;
	buf_clear(&r->model);
	if (!json_read(&r->json, s, n, false, trouble))
		return false;
	if (!r->in_full)
		set_model(r, s, n, n_nodes, differs);
	return true;
}
