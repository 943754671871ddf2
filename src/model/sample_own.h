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

/* What files say, and whether one of them draws as Hugging Face's library does
 * where nothing is said. Begins with sample_own_none. */
struct sample_own {
	struct sample_opts said;
	bool as_library;
};
extern const struct sample_own sample_own_none;

/* Fills in what the file says where nothing is said yet; g may be NULL. What
 * is no such number says nothing: odd (may be NULL) tells of the first. */
void sample_own_gguf(const struct gguf *g, struct sample_own *own,
		     struct err *odd);
/* The same from the text of a generation_config.json; what is none says
 * nothing. Where it does not sample ("do_sample"), its temperature is 0; its
 * penalty is for all of the text. */
void sample_own_config(const char *text, size_t n, struct sample_own *own,
		       struct err *odd);

/* Decided once, when all has been read. What is not said in o is as the files
 * say. What none of these says: where a generation_config.json samples, as the
 * library has it, which leaves its own numbers out of that file (temperature 1,
 * and top-k 50 if anything is drawn); where candidates are cut, temperature 1;
 * else greedy, nothing cut, nothing penalised. Appends in words what differs
 * from that, and whose it is: "temperature 0.7 (the model's), top-k 50 (Hugging
 * Face's)". */
void sample_settle(struct sample_opts *o, const struct sample_own *own,
		   struct buf *told);

#endif
