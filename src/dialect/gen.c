/*
 * An array in the order of beginning, because that is how they are closed. A
 * trace of hundreds of streams asks for another one with each record, so it is
 * searched by a hash of the key, in an array of its own; and the limit keeps a
 * log of a million requests from holding them all.
 */
#include "dialect/gen.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gens_release(struct gens *gs)
{
	chunk_release(&gs->chunk);
	mem_free(gs->open);
}

struct facts *gen_facts(struct gen *gen)
{
	return &gen->run->trace.facts;
}

/* Eight bytes at a time: ids are long, and each record has one. */
static uint32_t hash_of(const char *key)
{
	size_t n = strlen(key);
	uint64_t h = n, word;

	for (; n; key += MIN(n, sizeof(word)), n -= MIN(n, sizeof(word))) {
		word = 0;
		memcpy(&word, key, MIN(n, sizeof(word)));
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static bool is_key(const struct gens *gs, size_t i, const char *key)
{
	return i < gs->n && strcmp(gs->open[i].key, key) == 0;
}

struct gen *gens_find(struct gens *gs, const char *key)
{
	size_t at = gs->i_found;
	uint32_t hash;

	if (is_key(gs, at, key))
		return &gs->open[at];
	hash = hash_of(key);
	for (size_t i = 0; i < gs->n; i++) {
		if (++at >= gs->n)
			at = 0;
		if (gs->hashes[at] != hash || !is_key(gs, at, key))
			continue;
		gs->i_found = at;
		return &gs->open[at];
	}
	return NULL;
}

struct gen *gens_current(struct gens *gs)
{
	struct gen *gen = gens_newest(gs);

	return gen && !gen->finished ? gen : gens_open(gs, "", 0, NULL);
}

struct gen *gens_newest(struct gens *gs)
{
	struct gen *newest = NULL;

	for (size_t i = 0; i < gs->n; i++)
		if (!newest || gs->open[i].used > newest->used)
			newest = &gs->open[i];
	return newest;
}

/* Did the server count far more than the text shows, or far less? Hidden or
 * summarised reasoning, or a capture with holes. */
static void note_usage(const struct trace *t, struct facts *facts)
{
	enum { SLACK = 32 };
	double told = facts->usage_tokens, seen = t->n_tokens;
	char note[160];

	if (facts->note || !told ||
	    (told <= 1.5 * seen + SLACK && seen <= 1.5 * told + SLACK))
		return;
	snprintf(note, sizeof(note),
		 "the server counted %.0f output tokens, the text here has "
		 "%.0f", told, seen);
	facts_set(&facts->note, note);
}

void gens_close(struct gens *gs, struct gen *gen)
{
	size_t i = (size_t)(gen - gs->open);
	struct run *run = gen->run;

	assert(i < gs->n);
	if (gen->half.kept)
		run_text(run, gen->half.channel, gen->half.bytes,
			 sizeof(gen->half.bytes), NAN);
	run_end(run);
	note_usage(&run->trace, &run->trace.facts);
	for (const struct gens *around = gs->outer; around;
	     around = around->outer)
		if (around->closing)
			around->closing(around->closing_ctx, run);
	gs->n--;
	memmove(gen, gen + 1, (gs->n - i) * sizeof(*gen));
	memmove(gs->hashes + i, gs->hashes + i + 1,
		(gs->n - i) * sizeof(*gs->hashes));
	gs->sink.close(gs->sink.ctx, run);
}

void gens_close_some(struct gens *gs, bool all)
{
	size_t i = 0;

	while (i < gs->n)
		if (all || gs->open[i].finished)
			gens_close(gs, &gs->open[i]);
		else
			i++;
}

/* The key without the choice's number. */
static void set_id(struct gen *gen)
{
	char id[GEN_KEY_MAX];

	if (!gen->id_len)
		return;
	snprintf(id, sizeof(id), "%.*s", (int)gen->id_len, gen->key);
	facts_set(&gen_facts(gen)->id, id);
}

void gens_rename(struct gens *gs, struct gen *gen, const char *key,
		 size_t id_len)
{
	snprintf(gen->key, sizeof(gen->key), "%s", key);
	gen->id_len = id_len;
	set_id(gen);
	gs->hashes[gen - gs->open] = hash_of(gen->key);
}

/* The one that will be missed least: finished, then longest unused. */
static struct gen *stalest(struct gens *gs)
{
	struct gen *worst = &gs->open[0];

	for (size_t i = 1; i < gs->n; i++) {
		struct gen *g = &gs->open[i];

		if (g->finished != worst->finished ? g->finished :
						     g->used < worst->used)
			worst = g;
	}
	return worst;
}

/* All containers count it, the outermost one gives it its number. */
static size_t next_number(struct gens *gs)
{
	size_t number = gs->n_opened++;

	return gs->outer ? next_number(gs->outer) : number;
}

struct gen *gens_open(struct gens *gs, const char *key, size_t id_len,
		      const char *record)
{
	struct gen *gen;
	struct facts *facts;
	char number[24];

	if (gs->n == FEED_OPEN_MAX)
		gens_close(gs, stalest(gs));
	gs->open = grow(gs->open, &gs->cap, gs->n + 1, sizeof(*gs->open));
	gen = &gs->open[gs->n++];
	*gen = (struct gen){ .run = gs->sink.open(gs->sink.ctx),
			     .used = ++gs->tick };
	gens_rename(gs, gen, key, id_len);
	snprintf(number, sizeof(number), "%zu", next_number(gs));
	facts = gen_facts(gen);
	facts_set(&facts->source, gs->source);
	facts_set(&facts->record, record && !gs->outer ? record : number);
	facts->dialect = gs->dialect;
	if (key[id_len] == '/')
		facts->choice = (uint32_t)strtoul(key + id_len + 1, NULL, 10);
	return gen;
}

size_t gen_key(char key[GEN_KEY_MAX], struct json_value id, uint32_t index)
{
	size_t len;
	const char *s = json_text(id, &len);

	len = MIN(len, (size_t)GEN_KEY_MAX - 16);
	for (size_t i = 0; i < len; i++)
		key[i] = s[i] ? s[i] : '0';
	if (index > 9) { /* seldom, and snprintf() takes its time */
		snprintf(key + len, GEN_KEY_MAX - len, "/%lu",
			 (unsigned long)index);
	} else {
		key[len] = '/';
		key[len + 1] = (char)('0' + index);
		key[len + 2] = '\0';
	}
	return len;
}

void gen_emit(struct gens *gs, struct gen *gen, double time_s)
{
	for (size_t i = 0; i < gs->chunk.n && !gs->seen.ids; i++)
		gs->seen.ids = gs->chunk.tokens[i].id != TRACE_NO_ID;
	gs->seen.arrival |= !isnan(time_s) && gs->chunk.text.len;
	gen->used = ++gs->tick;
	if (gen->mode != CHUNK_TOKENS)
		chunk_join(&gs->chunk, &gen->half);
	chunk_emit(&gs->chunk, gen->run, &gen->mode, time_s);
}

void fact_json(char **field, struct json_value v)
{
	size_t len;
	const char *s = json_text(v, &len);
	char text[32];

	if (s && len) {
		char *copy = mem_strndup(s, MIN(len, (size_t)GEN_FACT_MAX));

		facts_set(field, copy);
		mem_free(copy);
	} else if (json_is(v, JSON_TRUE) || json_is(v, JSON_FALSE)) {
		facts_set(field, json_is(v, JSON_TRUE) ? "true" : "false");
	} else if (json_is(v, JSON_NUMBER)) {
		struct buf number = { 0 };

		json_put_number(&number, json_number(v, 0));
		snprintf(text, sizeof(text), "%s", buf_cstr(&number));
		buf_release(&number);
		facts_set(field, text);
	}
}

void gen_untold(struct gen *gen)
{
	facts_set(&gen_facts(gen)->note,
		  "it was asked the same as those before it, of whom there "
		  "are many: its prompt is left out here");
}

void fact_u32(uint32_t *field, struct json_value v)
{
	*field = json_u32(v, *field);
}
