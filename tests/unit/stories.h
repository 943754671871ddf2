/* stories.h - the model that comes along, for tests that let it write. */
#ifndef LILSCOPE_TESTS_STORIES_H
#define LILSCOPE_TESTS_STORIES_H

#include "decode/model_map.h"
#include "token/vocab.h"

/* Opens it, and tokens of the text; fails the test if it is not there. */
void stories_open(struct model_map *map, const char *text,
		  struct vocab_ids *prompt);

#endif
