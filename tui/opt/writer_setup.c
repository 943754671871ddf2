/*
 * From words of the command line to what a writer is set up with: names become
 * rows here, so that the decoder knows no options.
 */
#include "opt/writer_setup.h"

#include <string.h>

bool writer_setup_then(const struct settings *set, struct threshold_opts *o,
		       struct err *err)
{
	const char *word = set->at_threshold;

	*o = (struct threshold_opts){ .how = set->then,
				      .meter = set->meter,
				      .i_rule = settings_rule(set) };
	if (!*word)
		return true;
	o->then = threshold_find(word, &o->policy);
	return o->then != THRESHOLD_KINDS ||
	       err_set(err, "--at-threshold takes one word here; a list is "
			    "for bench");
}

struct writer_opts writer_setup(const struct settings *set,
				const struct model_map *map,
				const struct asking *asking)
{
	const struct decode_settings *d = &set->decode;
	struct writer_opts o = {
		.generate = {
			.model = map->model,
			.vocab = map->vocab,
			.kv = cache_type_named(d->kv),
			.sparse = d->sparse,
			.sample = asking->sample,
			.n_predict = d->n_predict,
			.stops = d->stops,
			.n_stops = d->n_stops,
			.ignore_eos = d->ignore_eos,
			.speculate = d->speculate,
		},
		.chat = chat_told(asking->chat),
		.specials = chat_specials(asking->chat),
		.sampling = buf_cstr((struct buf *)&asking->sampling),
		.policy = sparse_find(d->policy),
		.pages = d->layers ? PAGES_BY_LAYER : PAGES_BY_HEAD,
		.named = d->control,
	};

	writer_setup_then(set, &o.generate.threshold, NULL);
	o.generate.sparse.seed = d->seed;
	o.generate.sample.seed = d->seed;
	return o;
}
