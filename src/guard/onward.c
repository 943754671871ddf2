/* Nothing is taken back that the client has: so a text that is drawn anew must
 * not have begun to be an answer. */
#include "guard/onward.h"

#include <ctype.h>
#include <string.h>

void onward_release(struct onward *o)
{
	buf_release(&o->thought);
	buf_release(&o->answer);
	splice_release(&o->splice);
	*o = (struct onward){ 0 };
}

/* --- what was written --------------------------------------------------- */

/* The first `keep` bytes, by their channels. */
static void keep_text(struct onward *o, const struct trace *t, size_t keep)
{
	size_t at = 0;

	buf_clear(&o->thought);
	buf_clear(&o->answer);
	for (uint32_t i = 0; i < t->n_tokens && at < keep; i++) {
		bool thought = trace_channel(t, i) == CHANNEL_REASONING;
		size_t end = MIN(t->end[i], keep);

		buf_append(thought ? &o->thought : &o->answer,
			   t->text.data + at, end - at);
		at = end;
	}
	o->in_thought = trace_channel(t, t->n_tokens - 1) == CHANNEL_REASONING;
}

/* "b4567-abc": how llama-server signs. */
static bool signs_as_llama(const struct buf *record)
{
	struct json doc = { 0 };
	bool it = false;

	if (json_read(&doc, record->data, record->len, false, NULL)) {
		size_t n;
		const char *s = json_text(json_get(json_root(&doc),
						   "system_fingerprint"), &n);

		it = s && n > 1 && s[0] == 'b' && isdigit((unsigned char)s[1]);
	}
	json_release(&doc);
	return it;
}

/* --- what is asked ------------------------------------------------------ */

static void describe(const struct onward *o, const struct wish *wish,
		     struct json_value request, struct again *a)
{
	*a = (struct again){
		.way = o->way,
		.request = request,
		.flavour = o->flavour,
		.thought = o->thought.data,
		.thought_len = o->thought.len,
		.answer = o->answer.data,
		.answer_len = o->answer.len,
		.in_thought = o->in_thought,
		.text = wish->how.conclude_text,
		.n_tokens = o->n_tokens,
		.n = o->n_done,
	};
}

/* By this way or those behind it. */
static bool ask(struct onward *o, const struct wish *wish,
		const struct format *f, const struct buf *request,
		struct buf *body)
{
	enum again_way last = o->did == THRESHOLD_RETRY ? AGAIN_DRAW :
							  AGAIN_ASK;
	struct json doc = { 0 };
	bool good = false;

	if (json_read(&doc, request->data, request->len, false, NULL))
		for (; !good && o->way <= last; o->way++) {
			struct again a;

			describe(o, wish, json_root(&doc), &a);
			buf_clear(body);
			good = again_put(f, &a, body);
		}
	o->way -= good;
	json_release(&doc);
	return good;
}

/* Why it can't go on; NULL: it can. */
static const char *obstacle(const struct onward *o, const struct wish *wish,
			    const struct watch *w, struct watch_hit hit)
{
	const struct run *run = watch_run(w, o->i_hit);
	bool retry = wish->then == THRESHOLD_RETRY;

	if (o->n_done >= (retry ? wish->how.retries : 1))
		return "it looped again";
	if (!splice_knows(watch_format(w)) || !run)
		return "this dialect is not known well enough";
	if (watch_generations(w) > 1)
		return "there are several choices";
	if (hit.in_tool)
		return "it is inside the call of a tool";
	if (retry && !o->whole && trace_count(&run->trace, CHANNEL_REASONING) <
			     run->trace.n_tokens)
		return "the answer has begun to be sent";
	return NULL;
}

bool onward_begin(struct onward *o, const struct wish *wish,
		  const struct watch *w, size_t i_hit,
		  const struct buf *request, bool unsent, const char *server,
		  struct buf *body)
{
	const struct run *run;

	o->i_hit = i_hit;
	o->declined = NULL;
	if (wish->then != THRESHOLD_CONCLUDE && wish->then != THRESHOLD_RETRY)
		return false;
	o->whole = unsent && wish->then == THRESHOLD_RETRY;
	o->declined = obstacle(o, wish, w, watch_hit(w, i_hit));
	if (o->declined)
		return false;
	o->passes = false;
	run = watch_run(w, i_hit);
	keep_text(o, &run->trace, watch_keep(w, i_hit));
	o->flavour = (server && strncmp(server, "llama.cpp", 9) == 0) ||
				     signs_as_llama(watch_record(w)) ?
			     "llama-server" : NULL;
	o->n_tokens += watch_tokens(w);
	o->did = wish->then;
	o->n_done++;
	o->way = wish->then == THRESHOLD_RETRY ? AGAIN_DRAW : AGAIN_PREFILL;
	if (ask(o, wish, watch_format(w), request, body))
		return true;
	o->n_done--;
	o->declined = "the request can't be asked again";
	return false;
}

bool onward_retry(struct onward *o, const struct wish *wish,
		  const struct watch *w, const struct buf *request,
		  struct buf *body)
{
	o->way++;
	if (!o->passes && ask(o, wish, watch_format(w), request, body))
		return true;
	o->declined = "the server did not go on";
	return false;
}

bool onward_answers(struct onward *o, const struct wish *wish,
		    const struct watch *w, const struct buf *request,
		    struct buf *out)
{
	struct buf text = { 0 };
	struct json doc = { 0 };
	struct again a;
	bool good;

	splice_release(&o->splice);
	if (o->whole)
		return o->passes = true;
	good = splice_begin(&o->splice, watch_format(w), watch_record(w),
			    o->n_tokens, !o->in_thought);
	if (good && json_read(&doc, request->data, request->len, false, NULL)) {
		describe(o, wish, json_root(&doc), &a);
		again_between(&a, &text);
		splice_between(&o->splice, text.data, text.len, out);
		o->passes = true;
	}
	buf_release(&text);
	json_release(&doc);
	return o->passes;
}
