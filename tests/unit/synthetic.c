#include "synthetic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORDS = 400, MEASURE_TOKENS = 1000, LINE_WORDS = 14 };

struct meter_opts synthetic_opts(void)
{
	struct meter_opts o = meter_opts_default;
	o.rule.coder = CODER_LZ77;
	o.symbols = METER_BYTES;
	o.rules = 0;
	return o;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void word(char out[16], uint32_t i)
{
	static const char *const heads[] = { "so",  "tra", "mi", "ven",
					     "lo",  "qua", "ter", "bi" };
	static const char *const tails[] = { "n", "ra", "lis", "to", "m",
					     "des", "ph", "" };
	snprintf(out, 16, "%s%s%s", heads[i % 8], tails[i / 8 % 8],
		 tails[i / 64 % 8]);
}

static void push(struct run *run, const char *text, uint32_t id,
		 enum channel channel)
{
	struct token t = { .text = text,
			   .len = strlen(text),
			   .id = id,
			   .logprob = NAN,
			   .time_s = NAN,
			   .channel = channel };
	run_token(run, &t);
}

static void push_new(struct run *run, uint32_t n, uint32_t *state,
		     enum channel channel)
{
	for (uint32_t i = 0; i < n; i++) {
		char text[24], w[16];
		uint32_t id = next_random(state) % WORDS;
		bool ends;

		word(w, id);
		ends = i % LINE_WORDS == LINE_WORDS - 1;
		snprintf(text, sizeof(text), "%s%s", w, ends ? ".\n" : " ");
		push(run, text, id, channel);
	}
}

struct run *synthetic_run(const struct meter_opts *opts, bool loops)
{
	static const char *const loop[] = { "Wait, ", "let ", "me ",
					    "check ", "that ", "again. ",
					    "So ",    "x ",   "= ",
					    "7.\n" };
	struct run *run = run_new(opts);
	static const char prompt[] = "Find x.\nThink step by step.";
	uint32_t state = 42;
	facts_set(&run->trace.facts.source, "synthetic.jsonl");
	facts_set(&run->trace.facts.record, "7");
	facts_set(&run->trace.facts.model, "R1-Test-8B");
	run_prompt(run, prompt, sizeof(prompt) - 1);
	push_new(run, SYNTHETIC_NEW, &state, CHANNEL_REASONING);
	for (uint32_t i = 0; loops && i < SYNTHETIC_LOOP; i++)
		push(run, loop[i % ARRAY_LEN(loop)],
		     WORDS + i % ARRAY_LEN(loop), CHANNEL_REASONING);
	push_new(run, SYNTHETIC_AFTER - 1, &state, CHANNEL_REASONING);
	push(run, "\nThe answer: 日本 \x1b[31m\xff\u202e 7 <&>\n", WORDS + 50,
	     CHANNEL_ANSWER);
	run_end(run);
	while (!run_measure(run, MEASURE_TOKENS))
		;
	return run;
}

void synthetic_pages(struct run *run, uint32_t layers)
{
	enum { PROMPT = 5, SIZE = 16, KEPT = 40 };
	struct trace *t = &run->trace;
	uint32_t state = 7;

	t->facts.prompt_tokens = PROMPT;
	t->facts.page_tokens = SIZE;
	t->facts.budget = KEPT * SIZE;
	facts_set(&t->facts.policy, "quest");
	for (uint32_t i = 1; i <= PROMPT; i++)
		trace_push_prompt_end(t, i * (uint32_t)t->prompt.len / PROMPT);
	t->pages = pages_new();
	for (uint32_t i = 0; i < t->n_tokens; i++) {
		uint32_t n = (PROMPT + i + SIZE - 1) / SIZE;
		uint32_t hot = i / 300 * 3; /* one that is read for long */

		for (uint32_t l = 0; l < layers; l++) {
			uint32_t first = n > KEPT + 4 * l ? n - KEPT - 4 * l
							  : 0;

			pages_begin(t->pages, l, PAGES_KEPT);
			pages_begin(t->pages, l, PAGES_READ);
			pages_add(t->pages, l, PAGES_KEPT, 0);
			for (uint32_t page = first; page < n; page++)
				pages_add(t->pages, l, PAGES_KEPT, page);
			pages_add(t->pages, l, PAGES_READ, n - 1);
			pages_add(t->pages, l, PAGES_READ,
				  MAX(first, MIN(hot, n - 1)));
			pages_add(t->pages, l, PAGES_READ,
				  first + next_random(&state) % (n - first));
		}
		pages_token(t->pages, i);
	}
	trace_push_kv(t, &(struct kv_bytes){ 169e3f, 157e3f, 69e3f });
}
