/*
 * writer_setup.h - from the options of the program to those of a writer.
 */
#ifndef LILSCOPE_WRITER_SETUP_H
#define LILSCOPE_WRITER_SETUP_H

#include "decode/model_map.h"
#include "decode/writer.h"
#include "opt/asking.h"

/* What happens at the threshold. False: more than one thing. */
bool writer_setup_then(const struct settings *set, struct threshold_opts *o,
		       struct err *err);

/* All but the pool, the prompt and who reads; points into all of them. */
struct writer_opts writer_setup(const struct settings *set,
				const struct model_map *map,
				const struct asking *asking);

#endif
