/* The model lies in the samples of the source. */
#include "stories.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stories_open(struct model_map *map, const char *text,
		  struct vocab_ids *prompt)
{
	const char *top = getenv("top_srcdir");
	struct err err = { "" };
	char path[4096];

	snprintf(path, sizeof(path), "%s/samples/models/stories260K/%s",
		 top ? top : ".", "checkpoint.bin");
	if (!model_map_open(map, path, NULL, &err))
		fail_msg("%s", err.text);
	vocab_encode(map->vocab, text, strlen(text), VOCAB_ADD_BOS, prompt);
}
