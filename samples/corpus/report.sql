-- Reports of lilscope in DuckDB: the lines that `lilscope analyze --json` wrote,
-- in any number of files, packed or not. In their folder:
--
--     duckdb corpus.db < report.sql
--
-- Types are stated, not guessed from rows which may all be null at first. A
-- field that a later version adds is passed over. After it there are the tables
-- generations, stops (a rule that stopped the generation of this id) and
-- errors.

CREATE OR REPLACE TEMP TABLE lines AS
SELECT json FROM read_ndjson_objects('*.report.jsonl*');

CREATE OR REPLACE TEMP TABLE each AS
SELECT row_number() OVER () AS id, json FROM (
    SELECT unnest(CASE WHEN (json -> 'generations') IS NULL THEN [json]
                  ELSE from_json(json -> 'generations', '["JSON"]') END) AS json
    FROM lines WHERE (json -> 'error') IS NULL);

CREATE OR REPLACE TABLE generations AS
SELECT id, unnest(from_json(json, '{
    "source": "VARCHAR", "record": "VARCHAR", "dialect": "VARCHAR",
    "model": "VARCHAR", "symbols": "VARCHAR", "n_symbols": "BIGINT",
    "tokens": "BIGINT", "tokens_by": "VARCHAR", "bytes": "BIGINT",
    "prompt_tokens": "BIGINT", "reasoning_tokens": "BIGINT",
    "answer_tokens": "BIGINT", "usage_tokens": "BIGINT", "phrases": "BIGINT",
    "code_bits": "BIGINT", "alphabet": "DOUBLE", "Ls": "BIGINT",
    "rho": "DOUBLE", "eps": "DOUBLE", "h": "DOUBLE", "h_est": "DOUBLE",
    "h_est_se": "DOUBLE", "answer_at": "BIGINT",
    "tokens_after_answer": "BIGINT",
    "passes_saved": "BIGINT", "judged": "VARCHAR",
    "judged_by": "VARCHAR", "label": "VARCHAR", "flag": "VARCHAR",
    "finish_reason": "VARCHAR", "ended_as": "VARCHAR",
    "note": "VARCHAR", "guessed": "VARCHAR",
    "skipped_records": "BIGINT", "ttft_ms": "DOUBLE", "tbt_ms": "DOUBLE",
    "tbt_p99_ms": "DOUBLE", "tokens_per_s": "DOUBLE",
    "policy": "VARCHAR", "budget": "BIGINT", "kept": "JSON"
}')) FROM each;

CREATE OR REPLACE TABLE stops AS
SELECT id, unnest(rule) FROM (
    SELECT id, unnest(from_json(json -> 'rules', '[{
        "rule": "VARCHAR", "coder": "VARCHAR", "f": "DOUBLE", "t": "DOUBLE",
        "patience": "BIGINT", "fired": "BOOLEAN", "at_token": "BIGINT",
        "tokens_after": "BIGINT", "resumed_at": "BIGINT", "after": "VARCHAR",
        "new_after": "BIGINT", "last_new": "BIGINT", "again_at": "BIGINT",
        "n_stops": "BIGINT", "cause": "VARCHAR", "p": "DOUBLE",
        "unit": {
            "text": "VARCHAR", "bytes": "BIGINT", "tokens": "BIGINT",
            "first_token": "BIGINT", "times": "BIGINT",
            "contiguous": "BOOLEAN", "share": "DOUBLE"
        }
    }]')) AS rule
    FROM each)
WHERE rule.fired;

CREATE OR REPLACE TABLE errors AS
SELECT json ->> 'source' AS source, json ->> 'record' AS record,
       json ->> 'error' AS error
FROM lines WHERE (json -> 'error') IS NOT NULL;

-- A row a model: how many loop, and what share of the tokens came after that.
SELECT model, count(*) AS generations, sum(tokens)::BIGINT AS tokens,
       round(median(rho), 3) AS rho, count(at_token) AS stopped,
       round(coalesce(sum(tokens_after), 0) / sum(tokens), 4) AS saved
FROM generations LEFT JOIN (FROM stops WHERE rule = 'loop') USING (id)
GROUP BY model ORDER BY generations DESC, model;

-- What is said again and again.
SELECT unit.text, count(*) AS generations, max(unit.times) AS times
FROM stops WHERE rule = 'loop' AND unit.text IS NOT NULL
GROUP BY ALL ORDER BY generations DESC, times DESC LIMIT 10;
