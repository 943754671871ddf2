/*
 * glossary.h - the terms on the screens, in a sentence each.
 */
#ifndef LILSCOPE_GLOSSARY_H
#define LILSCOPE_GLOSSARY_H

#include "base/base.h"

/* The i-th term; NULL past the last. */
const char *glossary_term(size_t i);

/* What a term means; as it is written before other letters of its case (h is
 * not H). NULL: it is none. */
const char *glossary_means(const char *term);

#endif
