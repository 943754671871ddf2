/*
 * sample_own.h - how a model's makers would have it drawn from: the keys
 * general.sampling.* of a GGUF file, or the generation_config.json of a Hugging
 * Face model; and what that comes to with what was asked for.
 */
#ifndef LILSCOPE_SAMPLE_OWN_H
#define LILSCOPE_SAMPLE_OWN_H

#include "base/buf.h"
#include "model/gguf.h"
#include "model/sample.h"

/* A number that is not said; of counts SAMPLE_AUTO_COUNT. */
#define SAMPLE_AUTO (-1e6F)
#define SAMPLE_AUTO_COUNT UINT32_MAX

/* Nothing is said. */
extern const struct sample_opts sample_opts_auto;

/* Fills in what the file says where nothing is said yet; g may be NULL. What
 * is no such number says nothing: odd (may be NULL) tells of the first. Where
 * candidates are cut the temperature that is not said is 1. */
void sample_own_gguf(const struct gguf *g, struct sample_opts *own,
		     struct err *odd);
/* The same from the text of a generation_config.json; what is none says
 * nothing. Where it does not sample ("do_sample"), its temperature is 0, and
 * where it does and names none, 1; its penalty is for all of the text. */
void sample_own_config(const char *text, size_t n, struct sample_opts *own,
		       struct err *odd);

/* What is not said in o is as in own, and else as it is when nothing is asked:
 * greedy, nothing cut, nothing penalised. Appends in words what differs from
 * that, and what is the model's: "temperature 0.7 (the model's), top-p 0.8". */
void sample_settle(struct sample_opts *o, const struct sample_opts *own,
		   struct buf *told);

#endif
