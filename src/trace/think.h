/*
 * think.h - where reasoning ends and the answer begins, in raw text.
 *
 * Watches text for marks: <think> </think> and its like (thinking, thought,
 * reasoning, seed:think), [THINK] [/THINK], <|begin_of_thought|>
 * <|end_of_thought|>, <|begin_of_solution|>, Cohere's <|START_THINKING|>
 * <|END_THINKING|>, Harmony's <|channel|>analysis and <|channel|>final, Open
 * WebUI's <details type="reasoning"> </details>. A closing mark without an
 * opener makes everything before it reasoning; while some is open only its own
 * closes it, and thought and reasoning, which are words of a text, too, are
 * marks only where the text begins with one. Those of HTML count where a line
 * outside of code begins with one (or it is a call of a tool, then so named),
 * until think_end(); for good if they are closed, or begin the text. Marks may
 * be split over tokens.
 */
#ifndef LILSCOPE_THINK_H
#define LILSCOPE_THINK_H

#include "trace/trace.h"

struct think;

/* Knows no output yet; the caller's. */
struct think *think_new(void);
void think_free(struct think *think); /* NULL is fine */

/* The bytes of the trace's text from where it left off; relabels tokens of
 * `trace` as marks complete. Returns the channel that text is in now; that is
 * `given` while no mark was seen, or when the source itself says that this is
 * not plain answer text. */
enum channel think_scan(struct think *think, struct trace *trace,
			enum channel given);

/* No more text comes: what HTML opened in the midst of the text and nothing
 * closed is answer again, since it is only named, and other marks in it count;
 * what may be closed within a line is. */
void think_end(struct think *think, struct trace *trace);

/* How many of the bytes text[0..n), which come next, no mark begins in: up to
 * there the channel is what think_scan() said last. 0: one may be open. */
size_t think_plain(const struct think *think, const struct trace *trace,
		   const char *text, size_t n);

/* What is to be written so that the reasoning which is open at the end of
 * text[0..n) ends and the answer begins, as the models write it that open it
 * so: "\n</think>\n\n". NULL: none is open. */
const char *think_shut(const char *text, size_t n);

/* Is there any mark in text[0..n)? */
bool think_is_marked(const char *text, size_t n);

#endif
