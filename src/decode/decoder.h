/*
 * decoder.h - a writer in a child process: records come on one pipe, commands
 * go on another.
 *
 *	parent  -> commands -> child (model, threads)
 *	        <- records  <-
 *	        <- sentences about commands that can't be <-
 *
 * A child, so that a screen never waits for a model, and a crash of the one
 * is not the end of the other. The model is mapped before; the child shares
 * it. When nobody reads the records any more the child ends by itself, and
 * decoder_close() ends it in any case.
 */
#ifndef LILSCOPE_DECODER_H
#define LILSCOPE_DECODER_H

#include "decode/writer.h"

struct decoder;

/* opts as for writer_new(), but pool, out and ctx are the child's own: it has
 * `threads` (0: one for each core). start: command lines that it obeys before
 * anything else. NULL and a sentence: no process could be made. */
struct decoder *decoder_open(const struct writer_opts *opts, unsigned threads,
			     const char *start, struct err *err);

/* Where the records come from; whoever reads them closes it, not
 * decoder_close(). */
int decoder_fd(const struct decoder *d);

/* Sends one command (writer.h), without its LF. Never waits: false from a
 * child that is gone, or has too much to do already. */
bool decoder_tell(struct decoder *d, const char *line);

/* For poll(): readable when decoder_news() may have something. */
int decoder_news_fd(const struct decoder *d);

/* What it said of a command, if anything: true and the sentence. One at a
 * time; never waits. */
bool decoder_news(struct decoder *d, struct err *err);

/* It was seen to end (decoder_end()). */
bool decoder_is_gone(const struct decoder *d);

/* Once, at the end of the records: true if it ended by itself; else the
 * sentence. */
bool decoder_end(struct decoder *d, struct err *err);

/* Ends the process, if it is there, and frees. NULL is fine. */
void decoder_close(struct decoder *d);

#endif
