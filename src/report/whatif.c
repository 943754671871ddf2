/* A state for each rule and f that is to be tried; t and patience are turned
 * at a state that has seen all. */
#include "report/whatif.h"

#include <string.h>

#include "base/num.h"
#include "measure/rule_guardian.h"
#include "measure/rule_loop.h"
#include "task/grade.h"

static const uint32_t f_values[] = { 125, 250, 500 };
static const double t_values[] = { 5, 10, 20, 40, 80 };
static const uint32_t patience_values[] = { 1, 2, 4 };
static const double p_values[] = { 0.0002, 0.0005, 0.0012, 0.0024, 0.0056 };

/* A text up to a token: rows that stop at one place ask once. */
struct told_upto {
	uint32_t at;
	bool kept;
	enum grade grade;
};

struct whatif {
	struct whatif_row *rows;
	size_t n, cap;
	struct whatif_all all;

	/* Of the generation at hand. */
	struct stops *states; /* n_states */
	size_t n_states, states_cap;
	bool begun;
	uint32_t n_pushed;
	size_t i_row; /* the next to be summed up */
	struct told_upto *known;
	size_t n_known, known_cap;
};

/* --- rows --------------------------------------------------------------- */

static bool same_real(double a, double b)
{
	return !(a < b) && !(a > b);
}

static bool is_same(const struct whatif_row *r, size_t i_rule,
		    const struct rule_opts *o)
{
	if (r->i_rule != i_rule)
		return false;
	if (i_rule == RULE_GUARDIAN)
		return r->opts.f == o->f && same_real(r->opts.t, o->t) &&
		       MAX(r->opts.patience, 1u) == MAX(o->patience, 1u);
	return i_rule != RULE_AT_loop || same_real(r->opts.p, o->p);
}

/* A state serves all rows that differ in t and patience alone. */
static size_t state_of(struct whatif *w, size_t i_rule,
		       const struct rule_opts *o)
{
	struct whatif_row *r;

	for (size_t i = 0; i < w->n; i++) {
		r = &w->rows[i];
		if (r->i_rule == i_rule && r->opts.f == o->f &&
		    (i_rule == RULE_GUARDIAN || is_same(r, i_rule, o)))
			return r->i_state;
	}
	return w->n_states++;
}

static struct whatif_row *add_row(struct whatif *w, size_t i_rule,
				  const struct rule_opts *o)
{
	size_t state = state_of(w, i_rule, o);

	for (size_t i = 0; i < w->n; i++)
		if (is_same(&w->rows[i], i_rule, o))
			return &w->rows[i];
	w->rows = grow(w->rows, &w->cap, w->n + 1, sizeof(*w->rows));
	w->rows[w->n] = (struct whatif_row){ .i_rule = i_rule, .opts = *o,
					     .i_state = state };
	return &w->rows[w->n++];
}

static void add_guardian(struct whatif *w, struct rule_opts o)
{
	for (size_t f = 0; f < ARRAY_LEN(f_values); f++)
		for (size_t t = 0; t < ARRAY_LEN(t_values); t++)
			for (size_t k = 0; k < ARRAY_LEN(patience_values);
			     k++) {
				o.f = f_values[f];
				o.t = t_values[t];
				o.patience = patience_values[k];
				add_row(w, RULE_GUARDIAN, &o);
			}
}

struct whatif *whatif_new(size_t i_rule, const struct rule_opts *opts)
{
	struct whatif *w = mem_zalloc(sizeof(*w));
	struct rule_opts o = *opts;

	o.coder = CODER_LZ77; /* one parse for all */
	if (!(o.p > 0))
		o.p = LOOP_P_DEFAULT;
	add_row(w, i_rule, &o)->is_set = true;
	for (size_t i = 0; i < ARRAY_LEN(p_values); i++) {
		struct rule_opts p = o;

		p.p = p_values[i];
		add_row(w, RULE_AT_loop, &p);
	}
	for (size_t i = 0; i < RULE_USUAL_ROWS; i++)
		if (i != RULE_GUARDIAN && i != RULE_AT_loop)
			add_row(w, i, &o);
	add_guardian(w, o);
	return w;
}

bool whatif_set(struct whatif *w, size_t i_rule, const struct rule_opts *opts)
{
	bool found = false;

	for (size_t i = 0; i < w->n; i++)
		found |= is_same(&w->rows[i], i_rule, opts);
	for (size_t i = 0; i < w->n && found; i++)
		w->rows[i].is_set = is_same(&w->rows[i], i_rule, opts);
	return found;
}

static void drop_states(struct whatif *w)
{
	for (size_t i = 0; i < w->n_states && w->begun; i++)
		stops_release(&w->states[i]);
	w->begun = false;
}

void whatif_free(struct whatif *w)
{
	if (!w)
		return;
	drop_states(w);
	mem_free(w->states);
	mem_free(w->known);
	mem_free(w->rows);
	mem_free(w);
}

void whatif_drop(struct whatif *w)
{
	drop_states(w);
}

size_t whatif_n(const struct whatif *w)
{
	return w->n;
}

const struct whatif_row *whatif_row(const struct whatif *w, size_t i)
{
	return &w->rows[i];
}

const struct whatif_all *whatif_all(const struct whatif *w)
{
	return &w->all;
}

struct meter_opts whatif_meter(const struct meter_opts *opts)
{
	struct meter_opts o = *opts;

	o.rules = 0;
	o.i_stop = RULE_GUARDIAN;
	o.rule.coder = CODER_LZ77;
	return o;
}

/* --- a generation ------------------------------------------------------- */

static void begin(struct whatif *w)
{
	w->states = grow(w->states, &w->states_cap, w->n_states,
			 sizeof(*w->states));
	for (size_t i = 0; i < w->n; i++) {
		struct whatif_row *r = &w->rows[i];
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first &= w->rows[k].i_state != r->i_state;
		if (first)
			stops_init(&w->states[r->i_state], r->i_rule,
				   &r->opts);
	}
	w->begun = true;
	w->n_pushed = 0;
	w->i_row = 0;
	w->n_known = 0;
}

static void push(struct whatif *w, const struct run *run)
{
	const struct meter *m = run->meter;
	uint32_t n = w->n_pushed + 1, symbols = meter_symbols_at(m, n);
	struct rule_token token = {
		.id = run_token_id(run, w->n_pushed),
		.code_bits = (double)lz77_code_bits_at(meter_lz77(m), symbols),
	};

	token.text = trace_token(&run->trace, w->n_pushed, &token.len);
	for (size_t i = 0; i < w->n_states; i++)
		stops_push(&w->states[i], &token, 1, meter_fresh(m),
			   w->n_pushed, NULL);
	w->n_pushed = n;
}

static struct told_upto known_at(struct whatif *w, const struct trace *t,
			     uint32_t at)
{
	struct told_upto k = { .at = at };

	for (size_t i = 0; i < w->n_known; i++)
		if (w->known[i].at == at)
			return w->known[i];
	k.kept = grade_keeps(t, at);
	k.grade = grade_of(t, at);
	w->known = grow(w->known, &w->known_cap, w->n_known + 1,
			sizeof(*w->known));
	w->known[w->n_known++] = k;
	return k;
}

static void sum_up(struct whatif *w, struct whatif_row *r,
		   const struct run *run)
{
	const struct fresh *fresh = meter_fresh(run->meter);
	struct stops *s = &w->states[r->i_state];
	uint32_t n = run->trace.n_tokens;
	struct rule_verdict v;
	struct told_upto k;

	if (r->i_rule == RULE_GUARDIAN) {
		struct guardian *g = s->state;

		g->opts.t = r->opts.t;
		g->opts.patience = r->opts.patience;
	}
	v = stops_verdict(s, fresh, n);
	if (v.at_token != RULE_NEVER) {
		r->n_stopped++;
		r->n_false += v.after == AFTER_FALSE;
		r->saved += v.tokens_after;
		r->lost += fresh_count(fresh, v.at_token, n, n);
	}
	k = known_at(w, &run->trace, MIN(v.at_token, n));
	r->n_kept += k.kept;
	r->n_right += k.grade == GRADE_RIGHT;
}

static void count_whole(struct whatif *w, const struct run *run)
{
	const struct trace *t = &run->trace;
	struct told_upto whole = known_at(w, t, t->n_tokens);

	w->all.n++;
	w->all.tokens += t->n_tokens;
	w->all.n_stating += whole.kept;
	w->all.n_judged += whole.grade != GRADE_UNKNOWN;
	w->all.n_right += whole.grade == GRADE_RIGHT;
}

bool whatif_add(struct whatif *w, const struct run *run, uint32_t max_tokens)
{
	if (!w->begun)
		begin(w);
	for (; w->n_pushed < run->trace.n_tokens; max_tokens--) {
		if (!max_tokens)
			return false;
		push(w, run);
	}
	if (w->i_row < w->n && run->meter && run->trace.n_tokens) {
		sum_up(w, &w->rows[w->i_row++], run);
		return false;
	}
	count_whole(w, run);
	drop_states(w);
	return true;
}

/* --- printed ------------------------------------------------------------ */

void whatif_name(const struct whatif_row *r, struct buf *out)
{
	char t[NUM_BYTES];

	buf_puts(out, rules[r->i_rule]->name);
	if (r->i_rule == RULE_GUARDIAN)
		buf_printf(out, " f %u t %s patience %u", r->opts.f,
			   num_short(t, r->opts.t),
			   MAX(r->opts.patience, 1u));
	else if (r->i_rule == RULE_AT_loop)
		buf_printf(out, " p %g", r->opts.p);
}

static void put_all(const struct whatif_all *all, struct buf *out)
{
	char a[NUM_BYTES], b[NUM_BYTES];

	buf_printf(out, "%s generation%s, %s tokens", num_count(a, all->n),
		   all->n == 1 ? "" : "s", num_count(b, all->tokens));
	if (all->n_stating)
		buf_printf(out, "; %s state%s an answer",
			   num_count(a, all->n_stating),
			   all->n_stating == 1 ? "s" : "");
	if (all->n_judged)
		buf_printf(out, ", right %s of %s judged",
			   num_count(a, all->n_right),
			   num_count(b, all->n_judged));
	buf_putc(out, '\n');
}

void whatif_table(const struct whatif *w, struct buf *out)
{
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];
	struct buf name = { 0 };

	put_all(&w->all, out);
	buf_printf(out, "\n  %-31s %8s %6s %11s %7s %10s %6s %6s\n", "rule",
		   "stopped", "false", "saved", "", "new lost", "kept",
		   "right");
	for (size_t i = 0; i < w->n; i++) {
		const struct whatif_row *r = &w->rows[i];

		name.len = 0;
		whatif_name(r, &name);
		buf_printf(out, "%s %-31s %8llu %6llu %11s %7s %10s",
			   r->is_set ? "*" : " ", buf_cstr(&name),
			   (unsigned long long)r->n_stopped,
			   (unsigned long long)r->n_false,
			   num_count(a, r->saved),
			   num_percent(b, r->saved, w->all.tokens),
			   num_count(c, r->lost));
		buf_printf(out, " %6s",
			   w->all.n_stating ? num_count(a, r->n_kept) : "-");
		buf_printf(out, " %6s\n",
			   w->all.n_judged ? num_count(a, r->n_right) : "-");
	}
	buf_puts(out, "\n* is set. saved: tokens after the stop; new lost: new "
		      "ones of them; kept: the\nanswer that the whole ends "
		      "with stands before the stop\n");
	buf_release(&name);
}

static void json_opts(const struct whatif_row *r, struct buf *out)
{
	bool guardian = r->i_rule == RULE_GUARDIAN;

	buf_printf(out, "{\"rule\":\"%s\",\"set\":%s",
		   rules[r->i_rule]->name, r->is_set ? "true" : "false");
	if (guardian)
		buf_printf(out, ",\"f\":%u,\"t\":%.10g,\"patience\":%u",
			   r->opts.f, r->opts.t, MAX(r->opts.patience, 1u));
	else
		buf_puts(out, ",\"f\":null,\"t\":null,\"patience\":null");
	if (r->i_rule == RULE_AT_loop)
		buf_printf(out, ",\"p\":%.10g", r->opts.p);
	else
		buf_puts(out, ",\"p\":null");
}

void whatif_json(const struct whatif *w, struct buf *out)
{
	const struct whatif_all *all = &w->all;

	for (size_t i = 0; i < w->n; i++) {
		const struct whatif_row *r = &w->rows[i];
		const struct {
			const char *name;
			uint64_t n;
		} numbers[] = {
			{ "generations", all->n },
			{ "tokens", all->tokens },
			{ "stopped", r->n_stopped },
			{ "false_alarms", r->n_false },
			{ "tokens_saved", r->saved },
			{ "new_lost", r->lost },
			{ "answers", all->n_stating },
			{ "answers_kept", r->n_kept },
			{ "judged", all->n_judged },
			{ "right_whole", all->n_right },
			{ "right", r->n_right },
		};

		json_opts(r, out);
		for (size_t k = 0; k < ARRAY_LEN(numbers); k++)
			buf_printf(out, ",\"%s\":%llu", numbers[k].name,
				   (unsigned long long)numbers[k].n);
		buf_puts(out, "}\n");
	}
}
