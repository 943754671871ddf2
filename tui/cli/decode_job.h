/*
 * decode_job.h - from the options to what a decoder is asked.
 */
#ifndef LILSCOPE_DECODE_JOB_H
#define LILSCOPE_DECODE_JOB_H

#include "decode/model_map.h"
#include "decode/writer.h"
#include "opt/settings.h"

/* The question in the model's own format (--chat), appended to out. */
void decode_job_ask(const struct settings *set, const struct model_map *map,
		    const char *question, struct buf *out);

/* All but the pool, the prompt and who reads; points into set and map. */
struct decode_opts decode_job(const struct settings *set,
			      const struct model_map *map);

#endif
