#include "measure/rival_rules.h"

const struct rival_row rival_rows[] = {
	{
		.name = "cycle",
		.about = "the last 4 copies of one pattern of 1 to 128 "
			 "tokens, as vLLM's repetition_detection",
		.create = cycle_create,
		.destroy = cycle_destroy,
		.push = cycle_push,
		.verdict = cycle_verdict,
	},
	{
		.name = "cycle-long",
		.about = "the last 4 copies of one pattern of 16 to 1024 "
			 "tokens, as proposed for llama.cpp's server",
		.create = cycle_long_create,
		.destroy = cycle_destroy,
		.push = cycle_push,
		.verdict = cycle_verdict,
	},
	{
		.name = "chunk",
		.about = "more than 30 chunks equal to the one before, white "
			 "space trimmed, as Ollama's token repeat limit",
		.create = chunk_create,
		.destroy = chunk_destroy,
		.push = chunk_push,
		.verdict = chunk_verdict,
	},
	{
		.name = "chunk-100",
		.about = "more than 100 chunks equal to the one before, as "
			 "Ollama's limit since late 2026",
		.create = chunk_100_create,
		.destroy = chunk_destroy,
		.push = chunk_push,
		.verdict = chunk_verdict,
	},
	{
		.name = "zlib",
		.about = "zlib shrinks a segment of 224 tokens more than 2.4 "
			 "times, as Whisper's compression ratio",
		.create = zlib_rule_create,
		.destroy = zlib_rule_destroy,
		.push = zlib_rule_push,
		.verdict = zlib_rule_verdict,
	},
	{
		.name = "adaptive",
		.about = "300 tokens' worth of copying: the code grows less "
			 "than 0.15 of this text's own rate",
		.create = adaptive_create,
		.destroy = adaptive_destroy,
		.push = adaptive_push,
		.verdict = adaptive_verdict,
	},
};

const size_t rival_n_rows = ARRAY_LEN(rival_rows);
