/* What a model that writes is told: its policy, its cache, its odds, and when
 * it ends. */
#include "opt/opt_rows.h"

#include <stdio.h>
#include <string.h>

#include "model/chat.h"
#include "model/sample_own.h"

enum { STOP_BYTES_MAX = 1024 };
#define FLOAT_MAX 1000
#define PENALTY_MAX 100

static bool keep_prompt_set(const struct opt *opt, struct settings *set,
			    const char *value, struct err *err)
{
	bool keep;

	(void)opt;
	if (strcmp(value, "auto") == 0) {
		set->decode.sparse.keep_prompt = SPARSE_AUTO;
		return true;
	}
	if (!opt_read_switch(value, &keep, err))
		return err_set(err, "takes on, off or auto, not \"%s\"",
			       value);
	set->decode.sparse.keep_prompt = keep;
	return true;
}

static void keep_prompt_get(const struct opt *opt, const struct settings *set,
			    struct buf *out)
{
	uint32_t keep = set->decode.sparse.keep_prompt;

	(void)opt;
	buf_puts(out, keep == SPARSE_AUTO ? "auto" : keep ? "on" : "off");
}

static bool stop_set(const struct opt *opt, struct settings *set,
		     const char *value, struct err *err)
{
	struct decode_settings *d = &set->decode;

	(void)opt;
	if (!*value || strlen(value) > STOP_BYTES_MAX)
		return err_set(err, "takes a text of 1 to %d bytes",
			       STOP_BYTES_MAX);
	if (d->n_stops == WRITER_STOPS_MAX)
		return err_set(err, "can be given %d times", WRITER_STOPS_MAX);
	d->stops[d->n_stops++] = value;
	return true;
}

static void stop_get(const struct opt *opt, const struct settings *set,
		     struct buf *out)
{
	(void)opt;
	if (set->decode.n_stops)
		buf_printf(out, "%zu", set->decode.n_stops);
}

const char *opt_policy(size_t i)
{
	return i < sparse_n_rows ? sparse_rows[i]->name : NULL;
}

static const char *threshold_value(size_t i)
{
	size_t n = 0;

	while (threshold_name(n))
		n++;
	return i < n ? threshold_name(i) : opt_policy(i - n);
}

/* One, or several with commas between them: which of the two a command takes is
 * for it to say. */
static bool threshold_set(const struct opt *opt, struct settings *set,
			  const char *value, struct err *err)
{
	for (const char *s = value;; s++) {
		char word[32];
		size_t n = strcspn(s, ","), i;

		snprintf(word, sizeof(word), "%.*s", (int)MIN(n, 31u), s);
		if (!opt_read_value(word, threshold_value, &i, err))
			return false;
		s += n;
		if (!*s)
			return opt_set_word(opt, set, value, err);
	}
}

static const char *kv_value(size_t i)
{
	return i < n_cache_types ? cache_types[i].name : NULL;
}

static const char *chat_value(size_t i)
{
	if (i < n_chat_rows)
		return chat_rows[i].name;
	return i == n_chat_rows ? "auto" : NULL;
}

/* A name, or a file with a template. */
static bool chat_set(const struct opt *opt, struct settings *set,
		     const char *value, struct err *err)
{
	size_t i;

	return (value[0] == '@' && value[1]) ||
			       opt_read_value(value, chat_value, &i, err) ?
		       opt_set_word(opt, set, value, err) :
		       false;
}

static const char *thinking_value(size_t i)
{
	static const char *const names[] = { [CHAT_THINKING_AUTO] = "auto",
					     [CHAT_THINKING_ON] = "on",
					     [CHAT_THINKING_OFF] = "off" };

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

/* Of a policy: what is not given is the policy's own. */
#define TOKENS(member)                                                         \
	COUNT(decode.sparse.member, 0, OPT_COUNT_MAX), AUTO(SPARSE_AUTO)

/* What is not given is the model's own, or nothing. */
#define DRAWN(member, lo, hi)                                                  \
	FLOAT(decode.sample.member, lo, hi), AUTO(SAMPLE_AUTO)

static const struct opt rows[] = {
	{ .name = "policy", .arg = "NAME", .where = WRITTEN,
	  NAME(decode.policy, opt_policy),
	  .about = "what attention reads and the cache keeps" },
	{ .name = "budget", .letter = 'b', .letter_where = WRITTEN,
	  .arg = "TOKENS", .where = WRITTEN, TOKENS(budget),
	  .about = "tokens of a head that are read or kept (Policies)" },
	{ .name = "page", .arg = "TOKENS", .where = MODEL, TOKENS(page),
	  .about = "tokens of a page or block" },
	{ .name = "sinks", .arg = "TOKENS", .where = MODEL, TOKENS(sinks),
	  .about = "first tokens that stay" },
	{ .name = "recent", .arg = "TOKENS", .where = MODEL, TOKENS(recent),
	  .about = "last tokens that stay" },
	{ .name = "dense-layers", .arg = "N", .where = MODEL,
	  TOKENS(dense_layers),
	  .about = "the first layers attend to everything" },
	{ .name = "keep-prompt", .where = MODEL, .set = keep_prompt_set,
	  .get = keep_prompt_get,
	  .about = "never evict the prompt" },
	{ .name = "at-threshold", .arg = "WHAT", .where = MODEL | OPT_GUARD,
	  OPT_AT(at_threshold, const char *), .set = threshold_set,
	  .get = opt_get_word, .value = threshold_value,
	  .about = "what happens at the threshold (At the threshold)" },
	{ .name = "conclude-text", .arg = "TEXT", .where = MODEL | OPT_GUARD,
	  WORD(then.conclude_text),
	  .about = "what conclude writes, if not the model's own mark" },
	{ .name = "conclude-ramp", .arg = "NATS", .where = MODEL,
	  FLOAT(then.conclude_ramp, 0, FLOAT_MAX),
	  .about = "weight a step on its first token; 0 writes it at once" },
	{ .name = "conclude-limit", .arg = "TOKENS", .where = MODEL,
	  COUNT(then.conclude_limit, 0, OPT_COUNT_MAX),
	  .about = "steps after which conclude writes it anyway" },
	{ .name = "retries", .arg = "N", .where = MODEL | OPT_GUARD,
	  COUNT(then.retries, 0, THRESHOLD_RETRIES_MAX),
	  .about = "how often retry tries again at most" },
	{ .name = "predict", .letter = 'n', .letter_where = WRITTEN, .arg = "N",
	  .where = MODEL, COUNT(decode.n_predict, 0, OPT_COUNT_MAX),
	  .about = "tokens at most; 0: until the context is full" },
	{ .name = "threads", .arg = "N", .where = WRITTEN,
	  COUNT(decode.threads, 0, OPT_COUNT_MAX),
	  .about = "threads; 0: by the model's size" },
	{ .name = "speculate", .arg = "N", .where = WRITTEN,
	  COUNT(decode.speculate, 0, DRAFT_MAX),
	  .about = "tokens read ahead at most, where text is copied" },
	{ .name = "kv", .arg = "TYPE", .where = MODEL,
	  NAME(decode.kv, kv_value),
	  .about = "keys and values as f16, f32, q8_0 or q4_0" },
	{ .name = "temperature", .arg = "X", .where = MODEL,
	  DRAWN(temperature, 0, FLOAT_MAX),
	  .about = "0 takes the likeliest token, 1 the model's own odds" },
	{ .name = "top-k", .arg = "N", .where = MODEL,
	  COUNT(decode.sample.top_k, 0, OPT_COUNT_MAX),
	  AUTO(SAMPLE_AUTO_COUNT),
	  .about = "draw from the N likeliest; 0: all" },
	{ .name = "top-p", .arg = "X", .where = MODEL,
	  DRAWN(top_p, 0, 1),
	  .about = "draw from the fewest with this probability" },
	{ .name = "min-p", .arg = "X", .where = MODEL,
	  DRAWN(min_p, 0, 1),
	  .about = "draw from those with this share of the likeliest" },
	{ .name = "repeat-penalty", .arg = "X", .where = MODEL,
	  DRAWN(repeat_penalty, 0.01, PENALTY_MAX),
	  .about = "divides the odds of what the text has; 1: none" },
	{ .name = "frequency-penalty", .arg = "X", .where = MODEL,
	  DRAWN(frequency_penalty, -PENALTY_MAX, PENALTY_MAX),
	  .about = "taken off a token for each time the text has it" },
	{ .name = "presence-penalty", .arg = "X", .where = MODEL,
	  DRAWN(presence_penalty, -PENALTY_MAX, PENALTY_MAX),
	  .about = "taken off a token once, if the text has it" },
	{ .name = "repeat-last-n", .arg = "N", .where = MODEL,
	  COUNT(decode.sample.repeat_last_n, 0, OPT_COUNT_MAX),
	  AUTO(SAMPLE_AUTO_COUNT),
	  .about = "tokens that these three look back on; 0: all" },
	{ .name = "dry-multiplier", .arg = "X", .where = MODEL,
	  FLOAT(decode.sample.dry_multiplier, 0, PENALTY_MAX),
	  .about = "DRY: taken off what goes on a repetition; 0: none" },
	{ .name = "dry-base", .arg = "X", .where = MODEL,
	  FLOAT(decode.sample.dry_base, 1, PENALTY_MAX),
	  .about = "... by this for each token that is longer" },
	{ .name = "dry-allowed-length", .arg = "N", .where = MODEL,
	  COUNT(decode.sample.dry_allowed_length, 1, OPT_COUNT_MAX),
	  .about = "... from repetitions of so many tokens on" },
	{ .name = "dry-penalty-last-n", .arg = "N", .where = MODEL,
	  COUNT(decode.sample.dry_last_n, 0, OPT_COUNT_MAX),
	  .about = "tokens that DRY looks back on; 0: all" },
	{ .name = "seed", .arg = "N", .where = MODEL,
	  COUNT(decode.seed, 0, OPT_COUNT_MAX),
	  .about = "of all that is drawn" },
	{ .name = "stop", .arg = "TEXT", .where = WRITTEN, .set = stop_set,
	  .get = stop_get,
	  .about = "end after this text; may be repeated" },
	{ .name = "ignore-eos", .where = WRITTEN, SWITCH(decode.ignore_eos),
	  .about = "go on after the model's end token" },
	{ .name = "chat", .arg = "FORMAT", .where = MODEL,
	  OPT_AT(decode.chat, const char *), .set = chat_set,
	  .get = opt_get_word, .value = chat_value,
	  .about = "the template around the prompt; auto: the model's own" },
	{ .name = "system", .arg = "TEXT", .where = MODEL,
	  WORD(decode.system),
	  .about = "the system message; @FILE reads it" },
	{ .name = "turns", .arg = "FILE", .where = WRITTEN,
	  WORD(decode.turns),
	  .about = "turns before the prompt: a JSON array of messages" },
	{ .name = "thinking", .arg = "WHEN", .where = MODEL,
	  ONE_OF(decode.thinking, thinking_value),
	  .about = "the template's switch for reasoning: on, off, auto" },
	{ .name = "tokenizer", .arg = "FILE", .where = MODEL,
	  WORD(decode.tokenizer),
	  .about = "llama2.c's tokenizer.bin, if not beside the model" },
	{ .name = "layers", .where = OPT_DECODE, SWITCH(decode.layers),
	  .about = "pages read and kept of each layer, not of each KV head" },
	{ .name = "control", .where = OPT_DECODE, SWITCH(decode.control),
	  .about = "commands on standard input: pause, step, fork ..." },
	{ .name = "text", .where = OPT_DECODE, SWITCH(decode.text),
	  .about = "the text alone, no records" },
};
const struct opt_room opt_decode = { rows, ARRAY_LEN(rows) };
