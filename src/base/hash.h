/*
 * hash.h - FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv), of 32 and 64 bits.
 *
 *	fnv32(FNV32_BASIS, text, len)
 *	fnv64(fnv64(FNV64_BASIS, a, n), b, m)	of a, then b
 *
 * For tables and ids inside the program, not against anybody who seeks
 * collisions.
 */
#ifndef LILSCOPE_HASH_H
#define LILSCOPE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define FNV32_BASIS UINT32_C(2166136261)
#define FNV32_PRIME UINT32_C(16777619)
#define FNV64_BASIS UINT64_C(14695981039346656037)
#define FNV64_PRIME UINT64_C(1099511628211)

/* The hash of what h is of, and of one byte (or code point) behind it. */
static inline uint32_t fnv32_step(uint32_t h, uint32_t code)
{
	return (h ^ code) * FNV32_PRIME;
}

/* The same of 64 bits. */
static inline uint64_t fnv64_step(uint64_t h, uint32_t code)
{
	return (h ^ code) * FNV64_PRIME;
}

/* ... and of n bytes behind it. */
static inline uint32_t fnv32(uint32_t h, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < n; i++)
		h = fnv32_step(h, b[i]);
	return h;
}

/* The same of 64 bits. */
static inline uint64_t fnv64(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < n; i++)
		h = fnv64_step(h, b[i]);
	return h;
}

#endif
