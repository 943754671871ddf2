/*
 * data.h - where the files that come with the program are: the model in the
 * box and the samples.
 */
#ifndef LILSCOPE_DATA_H
#define LILSCOPE_DATA_H

#include "base/err.h"

enum { DATA_PATH_BYTES = 4096 };

/* The model that bench and demo use unless told otherwise. */
#define DATA_MODEL "model/chain-0.9m.gguf"

/*
 * The path of samples/NAME, the first that is there: in $LILSCOPE_SAMPLES,
 * beside the program (a build in its source folder or one below it), in the
 * data folder of the prefix that the program stands in, in the one that it
 * was built for. false and a sentence: it is nowhere.
 */
bool data_path(const char *name, char out[DATA_PATH_BYTES], struct err *err);

#endif
