#!/bin/sh
# lilscope analyze: outputs, exit statuses, trouble.
. "${top_srcdir:-.}/tests/cli/lib.sh"

loop=$traces/qwen35_9b_loop_29dfd87f.txt
healthy=$traces/rkv_aime24_00.txt
plateau=$traces/rkv_aime24_08.txt
stream=$traces/groq_r1_70b.sse
json='{"response": "One, two, three, four, five; once I caught a fish alive."}'

# --- Exit statuses: 0 no threshold, 1 found, 2 trouble.
check_loop() { run analyze --check "$loop"; status_is 1; }
check_healthy() { run analyze --check "$healthy"; status_is 0; }
check_any() { run analyze --check "$healthy" "$loop"; status_is 1; }
check_trouble() { run analyze --check "$loop" "$none"; status_is 2; }
no_check() { run analyze "$loop"; status_is 0; }
no_check_trouble() { run analyze "$tmp/missing"; status_is 2; }
check_rule() { run analyze --check --rule cycle "$loop"; status_is 1; }
check "a loop is found" check_loop
check "a healthy text is not" check_healthy
check "one of two" check_any
check "trouble comes before found" check_trouble
check "without --check found is 0" no_check
check "without --check trouble is 2" no_check_trouble
check "another rule can be asked" check_rule

# --- Trouble with one file does not stop the others.
goes_on()
{
	mkdir -p "$tmp/folder"
	run analyze --json "$healthy" "$tmp/folder" "$tmp/missing" "$loop"
	status_is 2 && is lines 2 "$(lines "$tmp/out")" &&
		is sentences 2 "$(lines "$tmp/err")" &&
		grep -q missing "$tmp/err"
}
check "the other files are analysed" goes_on

sentence() { run analyze "$@"; status_is 2 && one_sentence; }
: >"$tmp/empty"
printf 'MZ\000\001\002\003\177ELF\000\000\377\376' >"$tmp/binary"
head -c 20000 /dev/zero | tr '\0' '\377' | head -c 20000 >>"$tmp/binary"
check "an empty directory: one sentence" sentence "$tmp/folder"
check "a missing file: one sentence" sentence "$tmp/missing"
check "an empty file: one sentence" sentence "$tmp/empty"
waits() { grep -q 'empty; lilscope -f FILE waits' "$tmp/err"; }
check "an empty file may yet be written to" waits
no_input() { run_on /dev/null analyze "$@"; status_is 2 && one_sentence && ! waits; }
check "empty standard input will not" no_input -
check "a binary: one sentence" sentence "$tmp/binary"
check "an unknown rule: one sentence" sentence --rule nonsense "$loop"
check "an unknown option: one sentence" sentence --nonsense "$loop"
check "a bad number: one sentence" sentence -f many "$loop"
check "stdin twice: one sentence" sentence - -
check "no file: one sentence" sentence

if command -v zstd >/dev/null; then
	zstd -q -c "$plateau" >"$tmp/whole.zst"
	head -c 5000 "$tmp/whole.zst" >"$tmp/cut.zst"
	cut_archive()
	{
		run analyze --json "$tmp/cut.zst"
		status_is 2 && one_sentence
	}
	gzip -c "$tmp/whole.zst" >"$tmp/twice.gz"
	packed_twice()
	{
		run analyze --json "$tmp/twice.gz"
		status_is 2 && one_sentence && [ ! -s "$tmp/out" ] &&
			grep -q 'the gzip archive holds a zstd archive' "$tmp/err"
	}
	same_unpacked()
	{
		run analyze --json "$tmp/whole.zst"
		status_is 0 &&
		sed 's/"source":"[^"]*"/X/' "$tmp/out" >"$tmp/a" &&
		run analyze --json "$plateau" && status_is 0 &&
		sed 's/"source":"[^"]*"/X/' "$tmp/out" | cmp - "$tmp/a"
	}
	check "a cut archive: one sentence" cut_archive
	check "an archive in an archive: one sentence" packed_twice
	check "an archive says what its content says" same_unpacked
fi

# --- Every rule is wherever rules are.
"$LILSCOPE" help --tables | sed -n 's/^rule	\([^	]*\)	.*/\1/p' >"$tmp/rules"
every_rule()
{
	[ -s "$tmp/rules" ] && "$LILSCOPE" help rules >"$tmp/help" &&
		"$LILSCOPE" completion bash >"$tmp/completion" || return 1
	while read -r rule; do
		for form in "" --json --csv; do
			"$LILSCOPE" analyze $form --rule "$rule" "$loop" \
				>"$tmp/table$form" || return 1
		done
		grep -Eq "^$rule +stopped" "$tmp/table" &&
			grep -q "\"rule\":\"$rule\"" "$tmp/table--json" &&
			grep -q ",${rule}_at_token," "$tmp/table--csv" &&
			grep -Eq "^  $rule +[^ ]" "$tmp/help" &&
			grep -q "^	--rule).*[' ]$rule[' ]" "$tmp/completion" &&
			"$LILSCOPE" guard --rule "$rule" --report - <"$loop" \
				2>&1 >/dev/null | grep -q "\"rule\":\"$rule\"" ||
			{ echo "no $rule" >&2; return 1; }
	done <"$tmp/rules"
}
check "every rule, everywhere" every_rule

# --- JSON and CSV are interfaces.
if [ -n "$PYTHON" ]; then
	schema()
	{
		run analyze --json "$@"
		status_is 0 && "$PYTHON" "$srcdir/tests/cli/schema.py" <"$tmp/out"
	}
	check "the schema of JSON" schema "$traces"/*.txt \
		"$traces"/*.jsonl "$stream"
	check "the schema of JSON, ids" schema --symbols tokens "$loop" "$stream"
	check "the schema of JSON, bytes" schema --symbols bytes --coder deflate \
		-f 100 -t 10 "$stream"
	csv_reads()
	{
		run analyze --csv "$traces"/*.txt "$stream"
		status_is 0 && "$PYTHON" -c '
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
assert len(rows) == 6, len(rows)
assert all(len(r) == len(rows[0]) for r in rows)
assert rows[0][:3] == ["source", "record", "dialect"], rows[0]
assert rows[0][-1] == "error"
fired = {r[0].split("/")[-1]: r[rows[0].index("guardian_at_token")]
         for r in rows[1:]}
assert fired["rkv_aime24_00.txt"] == "", fired
assert int(fired["rkv_aime24_08.txt"]) > 0, fired
' "$tmp/out"
	}
	check "CSV can be read" csv_reads
	facts_of_stream()
	{
		run analyze --json "$stream"
		"$PYTHON" -c '
import json, sys
g = json.load(open(sys.argv[1]))
assert g["model"] == "deepseek-r1-distill-llama-70b", g
assert g["finish_reason"] == "stop", g
assert g["reasoning_tokens"] > 500 and g["answer_tokens"] > 500, g
assert g["skipped_records"] == 0, g
' "$tmp/out"
	}
	check "reasoning and answer of a stream" facts_of_stream
fi

one_line_each()
{
	run analyze --json "$traces"/*.txt
	status_is 0 && is lines 4 "$(lines "$tmp/out")"
}
check "one line a generation" one_line_each

# --- Where the rule stops.
stops_at()
{
	run analyze --json "$1"
	at=$(sed 's/.*"rule":"guardian"[^}]*"at_token":\([0-9]*\).*/\1/' "$tmp/out")
	[ "$at" -ge "$2" ] && [ "$at" -le "$3" ] || { echo "$at"; return 1; }
}
check "the plateau: within a window of token 9,750" \
	stops_at "$plateau" 9500 10000
check "the loop: soon after it began" stops_at "$loop" 2500 3500
monotone()
{
	run analyze --check -t 0.001 "$plateau"
	status_is 0 || return 1
	run analyze --check -t 1000 "$healthy"
	status_is 1
}
check "t is obeyed" monotone
patience()
{
	run analyze --check --patience 1000 "$plateau"
	status_is 0
}
check "patience is obeyed" patience

# --- The table.
fits()
{
	COLUMNS=$1 "$LILSCOPE" analyze "$traces"/*.txt >"$tmp/out" ||
		return 1
	awk -v max="$1" 'length($0) > max { print; bad = 1 }
		/^$/ { exit bad }' "$tmp/out" && no_controls "$tmp/out"
}
for cols in 60 80 100 132 200; do
	check "the table in $cols columns" fits $cols
done
table_says()
{
	COLUMNS=120 run analyze "$plateau"
	grep -q 'guardian.*loop' "$tmp/out" &&
		grep -q 'rkv_aime24_08' "$tmp/out"
}
check "the table names rules and files" table_says
piped()
{
	"$LILSCOPE" "$plateau" "$loop" | cat >"$tmp/a" &&
	"$LILSCOPE" analyze "$plateau" "$loop" | cmp - "$tmp/a"
}
check "lilscope FILE | cat is analyze" piped

# --- Hostile names reach neither terminal nor columns.
evil=$tmp/$(printf 'evil\033[31m\033]0;x\007,\342\200\256name.txt')
cp "$healthy" "$evil" 2>/dev/null && {
	harmless()
	{
		for output in --json --csv ''; do
			run analyze $output "$evil"
			status_is 0 && no_controls "$tmp/out" || return 1
		done
		run analyze "$evil.missing"
		status_is 2 && no_controls "$tmp/err"
	}
	check "a hostile file name" harmless
}

# --- Hostile content.
printf '{"response":"lone \\ud800 surrogate, NUL \\u0000, bad \377 byte"}\n' \
	>"$tmp/hostile.jsonl"
printf '{"response":"\033[31m\033]0;x\007 esc", "model":"\\u001b]0;x\\u0007"}\n' \
	>>"$tmp/hostile.jsonl"
hostile()
{
	for output in --json --csv ''; do
		run analyze $output "$tmp/hostile.jsonl"
		no_controls "$tmp/out" && no_controls "$tmp/err" || return 1
		[ -s "$tmp/out" ] || return 1
	done
}
check "hostile content" hostile

# --- Broken records are named and skipped.
{ echo "$json"; echo '{"response": "cut'; echo "$json"; } >"$tmp/broken.jsonl"
broken()
{
	run analyze --json "$tmp/broken.jsonl"
	status_is 2 && is lines 2 "$(lines "$tmp/out")" && one_sentence &&
		grep -q 'line 2' "$tmp/err"
}
check "a broken record" broken

# --- A guess is visible wherever its number is shown.
guess=$srcdir/tests/golden/jsonl_guess.jsonl
guessed()
{
	run analyze "$guess"
	status_is 0 && one_sentence && grep -q 'guess: zig;' "$tmp/err" &&
		grep -q ' ~8? ' "$tmp/out" &&
		grep -q '^? .* guess in 1: the field zig; --field' "$tmp/out" &&
	run analyze --json "$guess" "$guess" && status_is 0 && one_sentence &&
		is guesses 2 "$(grep -c '"guessed":"zig"' "$tmp/out")" &&
	run analyze --csv "$guess" && grep -q ',zig,' "$tmp/out" &&
	run --plain "$guess" && grep -q 'field guessed zig' "$tmp/out" &&
	run analyze --field .zig "$guess" && status_is 0 &&
		[ ! -s "$tmp/err" ] && ! grep -q '?' "$tmp/out"
}
check "a guessed field" guessed
# Which of several streams a row is, and what broke one off.
streams_told()
{
	run analyze "$srcdir/tests/golden/openai_requests.sse"
	status_is 0 && grep -q 'requests\.sse ' "$tmp/out" &&
		grep -q 'requests\.sse:2 ' "$tmp/out" || return 1
	run analyze "$srcdir/tests/golden/openai_error.sse"
	status_is 2 && one_sentence &&
		grep -q 'generation 0 was ended by an error: ' "$tmp/err"
}
check "rows of streams" streams_told
guess_on_screen()
{
	printf '%s\n' 'resize 24 100' wait 'screen -' :list wait 'screen -' \
		>"$tmp/keys"
	run --script "$tmp/keys" "$guess"
	status_is 0 && grep -q 'field guessed: zig' "$tmp/out" &&
		grep -q ' 8? ' "$tmp/out" || { cat "$tmp/out"; return 1; }
}
check "a guessed field on the screen" guess_on_screen
no_command()
{
	printf '%s\n' wait ":export svg $tmp/no/chart.svg" 'screen -' >"$tmp/keys"
	run --script "$tmp/keys" "$plateau"
	status_is 2 && one_sentence && grep -q ': line 2: ' "$tmp/err" &&
		[ -s "$tmp/out" ]
}
check "a script's command that can't be done" no_command
no_guess()
{
	run analyze --json "$srcdir/tests/golden/jsonl_prompt_response.jsonl"
	status_is 0 && [ ! -s "$tmp/err" ] &&
		grep -q '"guessed":null' "$tmp/out"
}
check "a field that is none is no guess" no_guess

# --- The config file is the user's, the report everybody's.
config()
{
	mkdir -p "$tmp/xdg/lilscope"
	printf '%s\n' 't = 40' 'f = 100' 'symbols bytes' 'ascii on' \
		>"$tmp/xdg/lilscope/config"
	"$LILSCOPE" analyze --json "$plateau" >"$tmp/plain" || return 1
	XDG_CONFIG_HOME=$tmp/xdg run analyze --json "$plateau"
	status_is 0 && cmp "$tmp/plain" "$tmp/out" && [ ! -s "$tmp/err" ] ||
		return 1
	XDG_CONFIG_HOME=$tmp/xdg run --json "$plateau" &&
		cmp "$tmp/plain" "$tmp/out" && [ ! -s "$tmp/err" ] || return 1
	XDG_CONFIG_HOME=$tmp/xdg run analyze --config --json -f 250 "$plateau"
	status_is 0 && one_sentence && grep -q '"t":40,' "$tmp/out" &&
		grep -q '"f":250,' "$tmp/out" &&
		grep -q 'config: not as by default: t 40, symbols bytes$' \
			"$tmp/err" || { cat "$tmp/err"; return 1; }
	XDG_CONFIG_HOME=$tmp/xdg run analyze --config --no-config "$plateau"
	status_is 0 && [ ! -s "$tmp/err" ]
}
check "the config file changes no report" config
odds()
{
	"$LILSCOPE" --no-config --plain "$loop" >"$tmp/out" &&
		grep -q 'The rule loop would stop at token 2831' "$tmp/out" &&
		grep -q 'Odds: p <= 0.05 % of healthy texts' "$tmp/out" &&
		grep -q 'since token 2626: loop stops in 85 tokens if it' \
			"$tmp/out" &&
	"$LILSCOPE" --no-config --plain --rule guardian "$loop" >"$tmp/out" &&
		! grep -q Odds "$tmp/out"
}
check "--plain tells what stops and its odds" odds

both_lengths()
{
	printf '<think>\nOne, two, three.\n</think>\n\nIt is four.\n' \
		>"$tmp/both.txt"
	"$LILSCOPE" --no-config --plain "$tmp/both.txt" >"$tmp/out" &&
		grep -q '^Tokens: [0-9]* reasoning + [0-9]* answer\.$' "$tmp/out"
}
check "--plain tells both lengths" both_lengths

# llama-server counts in its timings where no usage was asked for.
served()
{
	timed=$srcdir/tests/golden/openai_timings.sse
	"$LILSCOPE" --no-config --plain "$timed" >"$tmp/out" &&
		grep -q 'counted by the bundled BPE (2 by the server)' \
			"$tmp/out" &&
		"$LILSCOPE" analyze --json "$timed" |
			grep -q '"usage_tokens":2,'
}
check "what a server counted is told" served
config_guards()
{
	status=0
	XDG_CONFIG_HOME=$tmp/xdg "$LILSCOPE" guard --rule guardian --report - <"$healthy" \
		2>"$tmp/err" >"$tmp/out" || status=$?
	status_is 0 && grep -q '"t":20,' "$tmp/err" &&
	XDG_CONFIG_HOME=$tmp/xdg "$LILSCOPE" guard --config --report - \
		<"$healthy" 2>"$tmp/err" >"$tmp/out"
	grep -q '"t":40,' "$tmp/err" &&
		grep -q 'config: not as by default: f 100, t 40' "$tmp/err"
}
check "... and no guard" config_guards
config_on_screen()
{
	printf '%s\n' wait 'screen -' >"$tmp/keys"
	XDG_CONFIG_HOME=$tmp/xdg run --script "$tmp/keys" "$plateau"
	status_is 0 && grep -q 't = 40 B' "$tmp/out" &&
	XDG_CONFIG_HOME=$tmp/xdg run --no-config --script "$tmp/keys" \
		"$plateau" && grep -q 't = 20 B' "$tmp/out"
}
check "... but a screen" config_on_screen

# --- Writing.
if [ -w /dev/full ]; then
	full()
	{
		status=0
		"$LILSCOPE" analyze "$loop" >/dev/full 2>"$tmp/err" || status=$?
		status_is 2 && one_sentence
	}
	check "a full disk" full
fi
quiet_pipe()
{
	{ "$LILSCOPE" analyze --json "$traces"/*.txt "$traces"/*.txt \
		2>"$tmp/err"; } | head -n 1 >"$tmp/out"
	[ ! -s "$tmp/err" ] && is lines 1 "$(lines "$tmp/out")"
}
check "a reader that goes away: quiet" quiet_pipe

# --- The locale does not reach the numbers.
for locale in de_DE.UTF-8 de_DE.utf8 fr_FR.UTF-8; do
	locale -a 2>/dev/null | grep -qi "^$locale$" || continue
	comma()
	{
		LC_ALL=$locale "$LILSCOPE" analyze --json "$plateau" >"$tmp/a"
		LC_ALL=C "$LILSCOPE" analyze --json "$plateau" | cmp - "$tmp/a"
	}
	check "locale $locale" comma
done

mkdir "$tmp/six"
cp "$traces"/*.txt "$traces/groq_r1_70b.sse" "$traces/ollama_llama3.jsonl" \
	"$tmp/six"
what_if()
{
	run analyze --what-if "$tmp/six"
	status_is 0 || return 1
	grep -q '^6 generations, 39 018 tokens' "$tmp/out" &&
		grep -q '^\* loop p 0.0005 ' "$tmp/out" || return 1
	run analyze --what-if --json -t 33 "$tmp/six"
	status_is 0 || return 1
	"$PYTHON" - "$tmp/out" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert [r for r in rows if r["set"]] == rows[:1], "what is set comes first"
assert rows[0]["rule"] == "guardian" and rows[0]["t"] == 33
plain = [r for r in rows if (r["f"], r["t"], r["patience"]) == (250, 20, 1)]
assert len(plain) == 1 and plain[0]["tokens_saved"] == 12418, plain
assert plain[0]["stopped"] == 3 and plain[0]["false_alarms"] == 1
loop = [r for r in rows if r["p"] == 0.0005]
assert len(loop) == 1 and loop[0]["tokens_saved"] == 7542, loop
# A larger t stops no less.
for f in (125, 250, 500):
    stopped = [r["stopped"] for r in rows
               if r["f"] == f and r["patience"] == 1 and not r["set"]]
    assert stopped == sorted(stopped) and len(stopped) == 5, stopped
END
}
check "what other numbers would do, as a table and as JSON" what_if

# A server that ends loops itself says so in a word of its own.
repeated()
{
	for reason in repetition_truncation stop; do
		printf 'data: {"id":"%s","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a b"},"finish_reason":"%s"}]}\n\n' \
			$reason $reason
	done >"$tmp/repeated.sse"
	run analyze --json "$tmp/repeated.sse"
	status_is 0 &&
		is marked 1 "$(grep -c '"finish_reason":"repetition_truncation","ended_as":"repetition"' "$tmp/out")" &&
		is unmarked 1 "$(grep -c '"finish_reason":"stop","ended_as":null' "$tmp/out")" ||
		return 1
	status=0
	COLUMNS=160 "$LILSCOPE" analyze "$tmp/repeated.sse" >"$tmp/out" || status=$?
	status_is 0 && grep -q ' repeated ' "$tmp/out" || return 1
	run --plain "$tmp/repeated.sse"
	status_is 0 && grep -q '^Ended: repetition_truncation, the server ended it as a repetition' "$tmp/out" ||
		return 1
	printf '%s\n' 'resize 24 200' wait 'screen -' enter 'screen -' \
		>"$tmp/keys"
	run --script "$tmp/keys" "$tmp/repeated.sse"
	status_is 0 && grep -q 'repeat *$\|repeat  ' "$tmp/out" &&
		grep -q 'the server ended it as a repetition' "$tmp/out" ||
		{ cat "$tmp/out" "$tmp/err"; return 1; }
}
check "what a server ended as a repetition" repeated
finish
