/*
 * locale.h - what the environment says of characters.
 */
#ifndef LILSCOPE_LOCALE_H
#define LILSCOPE_LOCALE_H

#include <stdbool.h>

/* The value of LC_ALL, LC_CTYPE or LANG, the first that is set; "" where none
 * is. The environment's. */
const char *locale_name(void);

/* A locale that was set to something else than UTF-8 means ASCII; without
 * any locale the terminal is taken for one of today. */
bool locale_is_ascii(void);

#endif
