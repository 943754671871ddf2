/*
 * num.h - numbers as people read them.
 */
#ifndef LILSCOPE_NUM_H
#define LILSCOPE_NUM_H

#include "base/base.h"

enum { NUM_BYTES = 40 };

/* 9750 as "9 750". All of these return out. */
const char *num_count(char out[NUM_BYTES], uint64_t n);

/* An axis label: "950", "2.5k", "10k", "1.25M". */
const char *num_short(char out[NUM_BYTES], double value);

/* With so many decimals, a real minus sign unless ascii; "-" for NAN. */
const char *num_real(char out[NUM_BYTES], double value, int decimals,
		     bool ascii);

/* part of whole as "40 %", "3.1 %", "< 0.1 %"; whole may be 0. */
const char *num_percent(char out[NUM_BYTES], uint64_t part, uint64_t whole);

/* A small share from 0 to 1: "0.13 %". */
const char *num_odds(char out[NUM_BYTES], double share);

/* Bytes as "950 B", "12.3 kB", "1.2 GB". */
const char *num_size(char out[NUM_BYTES], uint64_t bytes);

/* Seconds in three digits and a unit: "2.13 s", "402 µs"; "-" for NAN. */
const char *num_time(char out[NUM_BYTES], double s, bool ascii);

/* A wait: "3 s", "4 min", "2 h 10 min". */
const char *num_left(char out[NUM_BYTES], double s);

/* What value is more than base: "+18 %", with a real minus unless ascii. */
const char *num_change(char out[NUM_BYTES], double value, double base,
		       bool ascii);

#endif
