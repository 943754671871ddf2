/*
 * asking.h - what a model is asked, from options: the template around it, the
 * system message, the turns before, and how its answer is drawn.
 */
#ifndef LILSCOPE_ASKING_H
#define LILSCOPE_ASKING_H

#include "decode/model_map.h"
#include "json/json.h"
#include "model/chat.h"
#include "opt/settings.h"

/* All zero is closed. */
struct asking {
	struct chat *chat;
	struct sample_opts sample;       /* how tokens are drawn: as asked,
					    else as the model's makers say */
	struct buf sampling;             /* ... in words */
	struct err odd;                  /* what of theirs is nonsense; or "" */
	struct buf system, turns, given; /* as they were read */
	struct json json;
	struct chat_ask ask;
};

/* Reads what --chat, --system and --turns name, and what is beside the model
 * (generation_config.json). The settings and the map must
 * stay. False and a sentence; close it in any case. */
bool asking_open(struct asking *a, const struct settings *set,
		 const struct model_map *map, struct err *err);
void asking_close(struct asking *a);

/* Appends the whole prompt; question may be NULL where there are turns. False
 * and a sentence. */
bool asking_put(const struct asking *a, const char *question, struct buf *out,
		struct err *err);

/* --prompt's text, "@FILE" read; false: there is none and no --turns either, or
 * it can't be read. *text is NULL where there are turns alone. */
bool asking_prompt(const struct settings *set, struct buf *memory,
		   const char **text, struct err *err);

#endif
