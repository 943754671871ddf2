/*
 * details.h - what Open WebUI keeps in the text of an answer that is no answer:
 * thinking, calls of tools and programs, as HTML that folds.
 *
 *	<details type="reasoning" done="true" duration="2">
 *	<summary>Thought for 2 seconds</summary>
 *	&gt; So x = 7.
 *	</details>
 *	<details type="tool_calls" ... arguments="{...}" result="...">
 *	<details type="code_interpreter" done="true" output="...">
 *
 * Their words and what a tool gave back are not the model's. One counts where a
 * line begins with it, outside of code, and it is closed; or the text begins
 * with it (a stream that was cut). Others are named only.
 */
#ifndef LILSCOPE_DETAILS_H
#define LILSCOPE_DETAILS_H

#include "dialect/chunk.h"

/* The text by channel, as the model wrote it, appended. False, and nothing is:
 * there is none of that in it, or it is no string. */
bool details_output(struct chunk *c, struct json_value string);

/* The same for bytes of that string. */
bool details_text(struct chunk *c, const char *s, size_t n,
		  struct json_value from);

#endif
