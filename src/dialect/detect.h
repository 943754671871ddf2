/*
 * detect.h - what is this? From the first bytes of a source.
 *
 * The verdict depends on the bytes alone, not on how they came: it is asked
 * at fixed places of the text (detect_next) until it is certain.
 */
#ifndef LILSCOPE_DETECT_H
#define LILSCOPE_DETECT_H

#include "dialect/format.h"
#include "dialect/frame.h"

enum detect_answer {
	DETECT_MORE, /* not certain yet: more bytes, please */
	DETECT_YES,
	DETECT_NO,   /* nothing that can be read; err says so */
};

struct detected {
	const struct format *format;
	enum framing framing;
	size_t skip; /* bytes before the first record: a byte order mark, the
			head of an HTTP answer */
};

/*
 * The verdict over all of s[0..n) as far as it is needed. `forced` is a row
 * or NULL; then only the framing is looked for. `whole`: no more bytes will
 * come. Looks at FEED_PROBE_BYTES at most. *from (0 at first) remembers how
 * far earlier calls came.
 */
enum detect_answer detect(const char *s, size_t n, bool whole,
			  const struct format *forced, size_t *from,
			  struct detected *verdict, struct err *err);

#endif
