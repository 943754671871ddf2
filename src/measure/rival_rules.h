/*
 * rival_rules.h - what the rows of rival.c are made of; for rival.c only.
 */
#ifndef LILSCOPE_RIVAL_RULES_H
#define LILSCOPE_RIVAL_RULES_H

#include "measure/rival.h"

void *cycle_create(void);
void *cycle_long_create(void);
void cycle_destroy(void *state);
void cycle_push(void *state, const struct rival_token *token);
struct rival_verdict cycle_verdict(const void *state);

void *chunk_create(void);
void *chunk_100_create(void);
void chunk_destroy(void *state);
void chunk_push(void *state, const struct rival_token *token);
struct rival_verdict chunk_verdict(const void *state);

void *zlib_rule_create(void);
void zlib_rule_destroy(void *state);
void zlib_rule_push(void *state, const struct rival_token *token);
struct rival_verdict zlib_rule_verdict(const void *state);

void *adaptive_create(void);
void adaptive_destroy(void *state);
void adaptive_push(void *state, const struct rival_token *token);
struct rival_verdict adaptive_verdict(const void *state);

#endif
