/*
 * base.h - what every file may use: a few macros, and how the program dies.
 *
 * Three kinds of trouble, never mixed:
 *   a bug            assert()
 *   out of memory    die(), which first runs the hook (the terminal is
 *                    restored there)
 *   the world        a bool or a small enum, and a sentence in struct err
 */
#ifndef LILSCOPE_BASE_H
#define LILSCOPE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PRINTF_LIKE(fmt, args)
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#define ALWAYS_INLINE inline
#define PREFETCH(p) ((void)(p))
#endif

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* The greatest n with 2^n <= x; x > 0. */
static ALWAYS_INLINE unsigned floor_log2(uint32_t x)
{
	unsigned n = 0;

	assert(x > 0);
#if defined(__GNUC__)
	n = 31u - (unsigned)__builtin_clz(x);
#else
	while (x >>= 1)
		n++;
#endif
	return n;
}

/* Exit statuses, the same for every command (lilscope(1), EXIT STATUS). */
enum {
	EXIT_NOT_FOUND = 0, /* nothing found, or simply done */
	EXIT_FOUND = 1,     /* the threshold was found (analyze --check) */
	EXIT_TROUBLE = 2,   /* usage or input trouble */
};

/*
 * Prints one line on stderr and exits with EXIT_TROUBLE, after the hook.
 * Only for what no caller can handle (memory).
 */
_Noreturn void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The hook runs once, before die() prints. NULL takes it away. */
void die_set_hook(void (*hook)(void));

#endif
