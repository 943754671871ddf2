#!/bin/sh
# lilscope why: which dialect was chosen and why, where the text is, what was
# skipped, for every file of tests/golden.
. "${top_srcdir:-.}/tests/cli/lib.sh"
golden=$srcdir/tests/golden

# says FILE WORD...: each is a part of what is told of the file
says()
{
	file=$1
	shift
	run why "$golden/$file"
	status_is 0 || return 1
	for word; do
		grep -qF -- "$word" "$tmp/out" && continue
		echo "no \"$word\" in"
		cat "$tmp/out" "$tmp/err"
		return 1
	done
}
check "a stream, by its mark" says openai_reasoning_content.sse \
	'OpenAI chat stream, SSE' '(openai)' 'server-sent events' \
	'; record 1 has {"choices":[{"delta":{}}]}' \
	'reasoning  choices[].delta.reasoning_content: ' \
	'answer     choices[].delta.content: ' ' by qwen3-bpe'
check "tools have a channel" says openai_tools.sse \
	'tool       choices[].delta.tool_calls[].function.arguments: '
check "packed" says ollama_chat.ndjson.zst 'unpacked   from zstd' \
	'{"created_at":"","message":{},"done":' 'message.content: '
check "a captured answer" says http_chunked.txt 'unpacked   from HTTP'
check "plain text" says text.txt '(text)' 'it is no JSON of a dialect' \
	'answer     (the text itself): '
check "one line is a document" says gemini.json 'generateContent, JSON (' \
	'it is one line of JSON'
check "thinking and calls that an answer has in it" says chats.jsonl \
	'chat.history.messages.a.content: 22 bytes in 1 piece' \
	'chat.history.messages.a.content: 22 bytes in 2 pieces' \
	'chat.history.messages.a.content: 39 bytes in 2 pieces'
# Chats that are maps name each turn: those that are not shown are no other's.
# And each answer that was asked for again names a far one: no search for each.
far()
{
	awk 'BEGIN {
		printf "{\"chat\":{\"history\":{\"messages\":{"
		for (i = 0; i < 30000; i++)
			printf "\"k%d\":{\"childrenIds\":[],\"parentId\":" \
				"\"k%d\",\"role\":\"assistant\"," \
				"\"content\":\"It is.\"}%s", i, 29999 - i,
				i < 29999 ? "," : "}}}}"
	}' >"$tmp/far.json"
	run why "$tmp/far.json"
	status_is 0 && grep -q 'k23.content: 6 bytes in 1 piece$' "$tmp/out" &&
		grep -q '(other fields): 179856 bytes in 29976 pieces$' \
			"$tmp/out" || { cat "$tmp/out"; return 1; }
}
check "more fields than are shown" far
check "an array" says array_objects.json 'it is one JSON array'
check "lines of a log" says prefixed.txt 'have a record behind a time'
check "text of several records" says sglang.sse 'SGLang' 'has {"meta_info":'
check "a trace of its own" says native.jsonl \
	'has {"lilscope":' ' tokens as the trace has them' ' by ids'
check "a guess" says jsonl_guess.jsonl 'guessed    zig: ' \
	'no dialect claims one of its records' 'answer     zig: 35 bytes'
check "a table, by its column" says csv.csv 'answer     column completion: '
by_column()
{
	run why --field ".$2" "$golden/$1"
	status_is 0 && grep -q "answer     column $2: " "$tmp/out" ||
		{ cat "$tmp/out" "$tmp/err"; return 1; }
}
check "... that is named" by_column csv_tabs.tsv question
check "a table in JSON" says rows.jsonl 'table (JSON)' \
	'has {"columns":[""],"data":[[]]}' 'answer     column generation: ' \
	'its table has no rows'
check "rows of a viewer" says rows_view.json \
	'answer     rows[].row.generation: ' "cut this row's text"
check "no text in the mark" says jsonl_beside.jsonl \
	'record 1 has {"generated_texts":["..."]}'
# As many elements as there are questions ten times over: were each asked about,
# most of them would be left.
many()
{
	awk 'BEGIN {
		printf "{\"outputs\":[\"a\""
		for (i = 0; i < 20000; i++)
			printf ",\"so %d words are here\"", i
		print "]}"
	}' >"$tmp/many.json"
	run why "$tmp/many.json"
	status_is 0 && grep -qF '; record 1 has {"outputs":["..."]}' "$tmp/out"
}
check "a long list: what is left of it is one" many
lists()
{
	awk 'BEGIN {
		for (k = 0; k < 2; k++) {
			printf "{\"outputs\":["
			for (i = 0; i < 20; i++)
				printf "%s%s\"words of %d\"%s", i ? "," : "",
					k ? "{\"text\":" : "", i, k ? "}" : ""
			print "]}"
		}
	}' >"$tmp/lists.jsonl"
	run why "$tmp/lists.jsonl"
	status_is 0 && grep -q ' outputs\[\]: .* in 20 pieces' "$tmp/out" &&
		grep -q ' outputs\[\]\.text: .* in 20 pieces' "$tmp/out"
}
check "... and of the next record's the places are its own" lists
check "an echo" says jsonl_echo.jsonl 'note       its text begins with the prompt'
check "JSON in a string" says jsonl_raw.jsonl 'JSON in a string: choices[].message.content: '

skipped()
{
	says jsonl_no_text.jsonl 'found      0 generations in 3 records' &&
		is kinds 3 "$(grep -c ': line [1-3], byte [0-9]*: ' "$tmp/out")"
	for i in 1 2 3 4; do
		echo '{"response":"One, two, three."}'
		echo '{"response":'
	done >"$tmp/broken.jsonl"
	run why "$tmp/broken.jsonl"
	status_is 0 && is kinds 1 "$(grep -c skipped "$tmp/out")" &&
		grep -q '^  skipped  *4: .*: line 2, byte ' "$tmp/out" &&
		grep -q 'found  *4 generations in 8 records; ' "$tmp/out"
}
check "what was skipped, by kinds" skipped

chosen()
{
	run why --format text "$golden/jsonl_guess.jsonl"
	status_is 0 && grep -q -- '--format names the dialect' "$tmp/out" &&
	run why --field .zag "$golden/jsonl_guess.jsonl" && status_is 0 &&
		grep -q -- '--field makes it' "$tmp/out" &&
		grep -q 'answer  *zag: 5 bytes' "$tmp/out"
}
check "what the user chose is told so" chosen

# --- Each file that analyze reads is explained, with its numbers.
explained()
{
	"$LILSCOPE" analyze --json --no-rivals "$golden"/* >"$tmp/all" \
		2>/dev/null </dev/null
	sed 's/^{"source":"\([^"]*\)".*/\1/' "$tmp/all" | uniq -c >"$tmp/n"
	run why "$golden"/*
	[ "$status" -lt 3 ] && no_controls "$tmp/out" || return 1
	# a paragraph a file; its fields have all of the text
	awk 'function end() {
		if (!(file in want) || file ~ /(verdicts|tok_vectors)\.txt$|\.tsv$/)
			return
		n++
		if (!because || found != want[file] || (counted && !bytes))
			print file ", " want[file] ": " found " found"
	}
	FILENAME == ARGV[1] { want[$2] = $1; next }
	/^[^ ]/ { end(); file = $0; because = found = counted = bytes = 0 }
	/^  because / { because = 1 }
	/^  found / { found = $2 }
	/ by qwen3-bpe/ { counted = 1 }
	/ bytes in | as the trace/ { bytes = 1 }
	END { end(); if (n <= 150) print n " files" }' \
		"$tmp/n" "$tmp/out" >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ] || { cat "$tmp/wrong"; return 1; }
}
check "every golden is explained" explained

inside()
{
	run why "$golden/lines_kubectl.txt"
	status_is 0 && grep -q 'because    its lines begin with a time, or' \
		"$tmp/out" && ! grep -q 'no dialect claims' "$tmp/out" &&
		grep -q 'inside     Anthropic messages stream' "$tmp/out"
}
check "what a log wraps is told" inside

# --- What can't be read.
sentence() { run why "$@"; status_is 2 && one_sentence; }
check "a binary: one sentence" sentence "$golden/refused_binary.bin"
packed()
{
	printf '%s' "$1" >"$tmp/packed"
	run why "$tmp/packed"
	status_is 2 && one_sentence && grep -qF -- "$2" "$tmp/err"
}
check "Parquet: how it is made lines" packed 'PAR1 and so on PAR1' \
	"to_json('FILE.jsonl', orient='records', lines=True)"
check "SQLite: how it is made JSON" packed 'SQLite format 3 and so on' \
	"sqlite3 -json FILE 'select * from TABLE' > FILE.json"
check "a missing file: one sentence" sentence "$tmp/missing"
check "no file: one sentence" sentence
others()
{
	run why "$tmp/missing" "$golden/text.txt"
	status_is 2 && one_sentence && grep -q '(text)' "$tmp/out"
}
check "the other files are explained" others
from_pipe()
{
	"$LILSCOPE" why - <"$golden/openai_ids.sse" >"$tmp/out" &&
		grep -q '^-$' "$tmp/out" && grep -q 'by ids' "$tmp/out"
}
check "standard input" from_pipe
topic()
{
	run help why
	status_is 0 && grep -q -- '--field PATH' "$tmp/out" &&
		! grep -q -- '--patience' "$tmp/out"
}
check "its help has its options" topic
finish
