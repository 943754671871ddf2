/*
 * groups.c - a line is parsed, found its group, counted and forgotten; what is
 * kept of it are two numbers and a hash.
 */
#include "report/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "report/groups_impl.h"
#include "report/report.h"
#include "token/lookup.h"

/* Bits of code for a symbol are fewer than those of a number that counts all
 * symbols, times a few. */
enum { RHO_MAX = 1000 };

struct groups *groups_new(const char *by, size_t i_rule, struct err *err)
{
	struct groups *m = mem_zalloc(sizeof(*m));

	m->i_rule = i_rule;
	for (const char *s = by; *s;) {
		size_t n = strcspn(s, ",");

		if (!n || m->n_by == GROUPS_BY_MAX) {
			err_set(err, "--by takes up to %d fields, with commas",
				(int)GROUPS_BY_MAX);
			groups_free(m);
			return NULL;
		}
		m->by[m->n_by++].name = mem_strndup(s, n);
		s += n + (s[n] == ',');
	}
	return m;
}

bool groups_known(const struct groups *m, struct err *err)
{
	for (size_t i = 0; i < m->n_by; i++) {
		const char *name = m->by[i].name;

		if (m->by[i].seen || report_field_of(name, strlen(name)))
			continue;
		return err_set(err,
			       "--by %.100s: no report has it; lilscope(1) "
			       "lists the fields under JSON FIELDS, and "
			       "analyze --keep %.100s adds one of the records",
			       name, name);
	}
	return true;
}

static void values_release(struct values *v)
{
	mem_free(v->at);
}

static void group_release(struct group_row *g)
{
	buf_release(&g->key);
	values_release(&g->tokens_of);
	values_release(&g->rho_of);
}

void groups_free(struct groups *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_by; i++)
		mem_free(m->by[i].name);
	for (size_t i = 0; i < m->n_groups; i++)
		group_release(&m->groups[i]);
	mem_free(m->groups);
	mem_free(m->table);
	mem_free(m->lines);
	json_release(&m->json);
	buf_release(&m->key);
	mem_free(m);
}

uint64_t groups_n(const struct groups *m)
{
	return m->n_lines;
}

/* --- groups: found by the values of their fields, as JSON --------------- */

static void table_grow(struct groups *m)
{
	size_t cap = m->table_cap ? m->table_cap * 2 : 64;

	mem_free(m->table);
	m->table = mem_zalloc(cap * sizeof(*m->table));
	m->table_cap = cap;
	for (size_t i = 0; i < m->n_groups; i++) {
		size_t k = m->groups[i].hash & (cap - 1);

		while (m->table[k])
			k = (k + 1) & (cap - 1);
		m->table[k] = (uint32_t)i + 1;
	}
}

/* NULL: there are too many. */
static struct group_row *group_of(struct groups *m, const struct buf *key)
{
	uint64_t hash = lookup_hash(key->data, key->len);
	struct group_row *g;
	size_t k;

	if (m->n_groups * 2 >= m->table_cap)
		table_grow(m);
	k = hash & (m->table_cap - 1);
	for (; m->table[k]; k = (k + 1) & (m->table_cap - 1)) {
		g = &m->groups[m->table[k] - 1];
		if (g->key.len == key->len &&
		    !memcmp(g->key.data, key->data, key->len))
			return g;
	}
	if (m->n_groups == GROUPS_MAX)
		return NULL;
	m->groups = grow(m->groups, &m->groups_cap, m->n_groups + 1,
			 sizeof(*m->groups));
	g = &m->groups[m->n_groups++];
	*g = (struct group_row){ .hash = hash };
	buf_append(&g->key, key->data, key->len);
	m->table[k] = (uint32_t)m->n_groups;
	return g;
}

/* "by" of a report: {"model":"x","label":null} */
static void put_key(struct groups *m, struct json_value report,
		    struct buf *out)
{
	buf_putc(out, '{');
	for (size_t i = 0; i < m->n_by; i++) {
		const char *name = m->by[i].name;
		struct json_value v = json_get(report, name);
		size_t n;
		const char *text;

		if (!v.doc)
			v = json_get(json_get(report, "kept"), name);
		m->by[i].seen |= v.doc != NULL;
		buf_puts(out, i ? "," : "");
		report_json_string(out, name, strlen(name));
		buf_putc(out, ':');
		text = json_text(v, &n);
		if (text)
			report_json_string(out, text, n);
		else if (v.doc)
			json_put(out, v);
		else
			buf_puts(out, "null");
	}
	buf_putc(out, '}');
}

/* --- a generation ------------------------------------------------------- */

static void values_add(struct values *v, double value)
{
	v->at = grow(v->at, &v->cap, v->n + 1, sizeof(*v->at));
	v->at[v->n++] = value;
	v->sorted = false;
}

static uint32_t count(struct json_value report, const char *name)
{
	return json_u32(json_get(report, name), 0);
}

/* Of more bits than a double counts one by one, nothing. */
static uint64_t code_bits_of(struct json_value report)
{
	double bits = json_number(json_get(report, "code_bits"), 0);

	return bits >= 0 && bits < (double)(1ull << 53) ? (uint64_t)bits : 0;
}

static struct json_value rule_in(struct json_value report, const char *name)
{
	struct json_value r = json_first(json_get(report, "rules"));

	while (r.doc && !json_text_is(json_get(r, "rule"), name))
		r = json_next(r);
	return r;
}

static void add_stop(struct group_row *g, struct json_value rule)
{
	struct json_value after = json_get(rule, "after");

	g->n_asked += rule.doc != NULL;
	if (!json_is(json_get(rule, "fired"), JSON_TRUE))
		return;
	g->n_stopped++;
	g->after += count(rule, "tokens_after");
	for (size_t k = 0; k <= AFTER_FALSE; k++)
		g->n_after[k] += json_text_is(
			after, rule_after_name((enum rule_after)k));
}

static bool add_generation(struct groups *m, struct json_value report,
			   struct err *err)
{
	struct json_value judged = json_get(report, "judged");
	double rho = json_number(json_get(report, "rho"), NAN);
	struct group_row *g;

	buf_clear(&m->key);
	put_key(m, report, &m->key);
	g = group_of(m, &m->key);
	if (!g)
		return err_set(err, "there are more than %d groups: --by wants "
				    "a field with fewer values",
			       (int)GROUPS_MAX);
	g->n++;
	g->tokens += count(report, "tokens");
	g->bytes += count(report, "bytes");
	g->code_bits += code_bits_of(report);
	g->skipped += count(report, "skipped_records");
	values_add(&g->tokens_of, count(report, "tokens"));
	if (isfinite(rho))
		values_add(&g->rho_of, rho);
	g->n_judged += json_is(judged, JSON_STRING);
	for (int k = 0; k < GROUPS_GRADES; k++)
		g->n_grade[k] += json_text_is(
			judged, grade_name((enum grade)(GRADE_RIGHT + k)));
	add_stop(g, rule_in(report, rules[m->i_rule]->name));
	return true;
}

/* A rule's stop is yes or no, and what came after it is of the tokens. */
static bool is_stop(struct json_value rule, uint32_t n_tokens)
{
	struct json_value fired = json_get(rule, "fired");
	struct json_value after = json_get(rule, "tokens_after");

	return (json_type(fired) <= JSON_NULL || json_is(fired, JSON_TRUE) ||
		json_is(fired, JSON_FALSE)) &&
	       (json_type(after) <= JSON_NULL ||
		json_u32(after, UINT32_MAX) <= n_tokens);
}

/* With numbers that analyze may have written. */
static bool is_generation(struct json_value v)
{
	struct json_value rho = json_get(v, "rho");
	struct json_value rule = json_first(json_get(v, "rules"));
	uint32_t n = json_u32(json_get(v, "tokens"), UINT32_MAX);
	double value = json_type(rho) > JSON_NULL ? json_number(rho, -1) : 0;

	if (!json_is(json_get(v, "source"), JSON_STRING) || n == UINT32_MAX ||
	    value < 0 || value > RHO_MAX ||
	    !json_is(json_get(v, "rules"), JSON_ARRAY))
		return false;
	while (rule.doc && is_stop(rule, n))
		rule = json_next(rule);
	return !rule.doc;
}

/* What could not be read, with why. */
static bool is_error(struct json_value v)
{
	size_t n;

	return json_text(json_get(v, "error"), &n) && n;
}

static bool add_several(struct groups *m, struct json_value list,
			struct err *err)
{
	struct json_value v = json_first(list);
	bool good = v.doc != NULL;

	for (; v.doc && good; v = json_next(v))
		good = is_generation(v);
	if (!good)
		return err_set(err, "is a record without generations");
	for (v = json_first(list); v.doc && good; v = json_next(v))
		good = add_generation(m, v, err);
	return good;
}

static void line_seen(struct groups *m, const char *s, size_t n)
{
	m->lines = grow(m->lines, &m->lines_cap, m->n_lines + 1,
			sizeof(*m->lines));
	m->lines[m->n_lines++] = lookup_hash(s, n);
}

bool groups_line(struct groups *m, const char *s, size_t n, struct err *err)
{
	struct json_trouble trouble;
	struct json_value v;
	bool good = true;

	if (!json_read(&m->json, s, n, false, &trouble))
		return err_set(err, "byte %zu: %s%s", trouble.byte + 1,
			       trouble.what, n && *s == '{' ? "" :
			       "; merge reads what analyze --json wrote");
	v = json_root(&m->json);
	if (json_is(json_get(v, "generations"), JSON_ARRAY))
		good = add_several(m, json_get(v, "generations"), err);
	else if (is_generation(v))
		good = add_generation(m, v, err);
	else if (is_error(v))
		m->n_errors++;
	else
		return err_set(err, "is no line of lilscope analyze --json");
	if (good)
		line_seen(m, s, n);
	return good;
}
