#!/bin/sh
# lilscope bench: tables, results that go on after an interruption, workers
# that die, and each way to ask for something that can't be.
. "${top_srcdir:-.}/tests/cli/lib.sh"
model=$srcdir/samples/models/stories260K/checkpoint.bin
cat >"$tmp/p.jsonl" <<'END'
{"prompt":"Once upon a time","answer":"3"}
{"prompt":"The dog has 3 balls and","answer":"3"}
this line is broken
{"prompt":"Tim had a big red","answer":"x"}
END

bench()
{
	run bench --model "$model" --problems "$tmp/p.jsonl" -n 3 --page 8 \
		--policies sink,quest --budgets 32,64 --predict 96 "$@"
}

# Of each run what does not depend on the clock, in order.
facts_of()
{
	sed -n 's/^\({"policy".*"prompt_tokens":[0-9]*\),.*\("rho":.*\)/\1 \2/p' \
		"$1" | sed 's/"jct_s":[^}]*//g' | sort
}

one_sentence()
{
	is "lines on stderr" 1 "$(lines "$tmp/err")" &&
		grep -q "$1" "$tmp/err"
}

a_table()
{
	bench && status_is 0 &&
		grep -q '^Attention alone' "$tmp/out" &&
		grep -Eq '^quest +64 +0\.0 %' "$tmp/out" &&
		grep -Eq '^guardian: f = 32 tokens, t = [0-9.]+ bytes' "$tmp/out" &&
		grep -q '^3 problems: ' "$tmp/out" &&
		one_sentence '1 line.* no problem; .*p.jsonl, line 3'
}
check 'tables for people' a_table

# All cells and every member a number or null; more jobs change nothing.
for_programs()
{
	bench --json -j 1 && status_is 0 && cp "$tmp/out" "$tmp/1.json"
	bench --json -j 4 && status_is 0 || return 1
	"$PYTHON" - "$tmp/1.json" "$tmp/out" <<'END'
import json, sys
one, four = (json.load(open(name)) for name in sys.argv[1:])
assert [(c["policy"], c["budget"]) for c in one["cells"]] == [
    ("dense", 0), ("sink", 32), ("sink", 64), ("quest", 32), ("quest", 64)]
assert one["f"] == four["f"] and one["t"] == four["t"]
assert one["scale"]["dense_runs"] == 3 and not one["scale"]["f_given"]
for a, b in zip(one["cells"], four["cells"]):
    assert a["runs"] == 3 and a["missing"] == 0 and a["collapsed"] is True
    for key in a:
        if not key.endswith("_s"):
            assert a[key] == b[key], (key, a[key], b[key])
END
}
if [ -n "$PYTHON" ]; then
	check 'JSON, the same with any number of jobs' for_programs
fi

# Read together they write what each writes alone, and how they go on is that,
# too; the clock's numbers are told to be another's.
together()
{
	for n in 1 5; do
		rm -f "$tmp/batch.$n"
		bench -j 1 --batch $n --out "$tmp/batch.$n" \
			--at-threshold conclude,rollback,retry,dense &&
			status_is 0 || return 1
		facts_of "$tmp/batch.$n" >"$tmp/facts.$n"
	done
	grep -q '^Times are those of 5 runs that are read together' \
		"$tmp/out" &&
		is runs 15 "$(lines "$tmp/facts.5")" &&
		cmp "$tmp/facts.1" "$tmp/facts.5" &&
		run --plain "$tmp/batch.5" && status_is 0 &&
		grep -q '^Times are those of 5 runs' "$tmp/out" &&
		bench --batch 4 --out "$tmp/batch.5" && status_is 2 &&
		grep -q 'was made with batch 5, and now it is 4' "$tmp/err"
}
check 'runs that are read together' together
no_batch()
{
	bench --batch "$1" && status_is 2 && one_sentence batch
}
for n in 0 257 x; do
	check "--batch $n" no_batch $n
done

csv()
{
	bench --csv && status_is 0 && is lines 6 "$(lines "$tmp/out")" &&
		is columns 1 "$(awk -F, '{ print NF }' "$tmp/out" | sort -u |
			wc -l | tr -d ' ')"
}
check 'CSV' csv

# Cut in the middle of a line, or between lines, it goes on from there and
# comes to the same; what is there is not run again.
goes_on()
{
	rm -f "$tmp/o.jsonl"
	bench --out "$tmp/o.jsonl" && status_is 0 || return 1
	cp "$tmp/out" "$tmp/table"
	facts_of "$tmp/o.jsonl" >"$tmp/whole"
	is 'header and runs' 16 "$(lines "$tmp/o.jsonl")" || return 1
	for bytes in 0 100 2000 9000 20000; do
		head -c "$bytes" "$tmp/o.jsonl" >"$tmp/cut.jsonl"
		bench --out "$tmp/cut.jsonl" && status_is 0 || return 1
		facts_of "$tmp/cut.jsonl" >"$tmp/again"
		cmp "$tmp/whole" "$tmp/again" || return 1
	done
	cp "$tmp/o.jsonl" "$tmp/same.jsonl"
	"$LILSCOPE" "$tmp/o.jsonl" >"$tmp/shown" &&
		cmp "$tmp/table" "$tmp/shown" || return 1
	bench --out "$tmp/same.jsonl" && cmp "$tmp/o.jsonl" "$tmp/same.jsonl" &&
		cmp "$tmp/table" "$tmp/out"
}
check 'an interrupted bench goes on' goes_on

more_cells()
{
	cp "$tmp/o.jsonl" "$tmp/more.jsonl"
	bench --out "$tmp/more.jsonl" --budgets 32,64,48 && status_is 0 &&
		is runs 22 "$(lines "$tmp/more.jsonl")" &&
		grep -Eq '^sink +48 ' "$tmp/out"
}
check 'more budgets later' more_cells

other_settings()
{
	bench --out "$tmp/o.jsonl" --predict 95
	status_is 2 && grep -q 'was made with predict 96, and now it is 95' \
		"$tmp/err" || return 1
	echo 'some text' >"$tmp/text"
	bench --out "$tmp/text"
	status_is 2 && grep -q 'is no result of a bench' "$tmp/err" &&
		is text 'some text' "$(cat "$tmp/text")" || return 1
	bench --out "$tmp"
	status_is 2 && grep -q "^lilscope: $tmp: " "$tmp/err"
}
check 'results of something else are left alone' other_settings

broken_line()
{
	sed '3s/.*/{"policy":"sink"}/' "$tmp/o.jsonl" >"$tmp/broken.jsonl"
	bench --out "$tmp/broken.jsonl" && status_is 0 &&
		grep -q 'broken.jsonl: 1 line' "$tmp/err" &&
		facts_of "$tmp/broken.jsonl" | cmp - "$tmp/whole"
}
check 'a broken line is named, and its run done again' broken_line

killed()
{
	"$LILSCOPE" bench --model "$model" --problems "$tmp/p.jsonl" -n 2 \
		--policies sink --budgets 64 --page 8 -j 1 \
		--out "$tmp/k.jsonl" >"$tmp/out" 2>"$tmp/err" </dev/null &
	parent=$!
	child=
	while kill -0 $parent 2>/dev/null && [ -z "$child" ]; do
		child=$(ps -o pid= --ppid $parent 2>/dev/null | head -n 1)
	done
	[ -z "$child" ] || kill -9 $child 2>/dev/null
	status=0
	wait $parent || status=$?
	if ! grep -q ' died: this run is missing' "$tmp/err"; then
		status_is 0 || return 1
	else
		status_is 2 || return 1
		grep -q '^1 run.* missing' "$tmp/out" || return 1
	fi
	# the same command does it again
	run bench --model "$model" --problems "$tmp/p.jsonl" -n 2 \
		--policies sink --budgets 64 --page 8 --out "$tmp/k.jsonl"
	status_is 0 && ! grep -q missing "$tmp/out" && is runs 4 \
		"$(sed -n 's/,"kind".*//p' "$tmp/k.jsonl" | sort -u |
			wc -l | tr -d ' ')"
}
check 'a worker that is killed' killed

# SIGTERM ends the bench and its workers at once, whatever they are at.
terminated()
{
	"$LILSCOPE" bench --model "$model" --problems "$tmp/p.jsonl" -n 3 \
		--policies sink --budgets 64 --page 8 -j 2 --seed 1 \
		--predict 500 --out "$tmp/t.jsonl" >/dev/null 2>&1 </dev/null &
	parent=$!
	children=
	while kill -0 $parent 2>/dev/null && [ -z "$children" ]; do
		children=$(ps -o pid= --ppid $parent 2>/dev/null)
	done
	[ -n "$children" ] || return 0 # it was too fast, or there is no ps
	kill -TERM $parent 2>/dev/null
	wait $parent
	for i in 1 2 3 4 5 6 7 8 9 10; do
		left=
		for child in $children; do
			case $(ps -o stat= -p "$child" 2>/dev/null) in
			''|Z*) ;;
			*) left="$left $child" ;;
			esac
		done
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	echo "a second later there are still$left"
	return 1
}
check 'SIGTERM ends its workers' terminated

# Policies may have budgets of their own; with f and t given no run waits for
# the dense ones, and it comes to the same.
own_budgets()
{
	rm -f "$tmp/own.jsonl"
	bench --policies sink:32,quest --budgets 64 --out "$tmp/own.jsonl" \
		--csv && status_is 0 &&
		is cells 'dense,0 sink,32 quest,64 ' "$(sed 1d "$tmp/out" |
			cut -d, -f1,2 | tr '\n' ' ')" || return 1
	bench --policies sink:32,quest --budgets 64 -f 24 -t 5 -j 1 \
		--out "$tmp/given.jsonl" && status_is 0 &&
		is 'problem by problem' 'dense sink quest dense ' \
			"$(sed -n 's/^{"policy":"\([a-z]*\)".*/\1/p' \
			"$tmp/given.jsonl" | head -n 4 | tr '\n' ' ')" &&
		is runs 10 "$(lines "$tmp/given.jsonl")"
}
check 'budgets of a policy' own_budgets

# Stories have no right answer, and conversations are turns.
open_ones()
{
	cat >"$tmp/open.jsonl" <<'END'
{"prompt":"Once upon a time"}
{"messages":[{"role":"user","content":"A cat?"},{"role":"assistant","content":"A cat."},{"role":"user","content":"And a dog?"}]}
END
	run bench --model "$model" --problems "$tmp/open.jsonl" -n 2 --page 8 \
		--policies quest --budgets 32 --predict 60 --chat chatml \
		--out "$tmp/open.out" && status_is 0 &&
		grep -Eq '^quest +32 +- +60 ' "$tmp/out" &&
		is open 4 "$(grep -c '"kind":"open"' "$tmp/open.out")" &&
		grep -q '^2 problems: ' "$tmp/out" || return 1
	run bench --model "$model" --problems "$tmp/open.jsonl" -n 1 \
		--policies quest --budgets 32 --predict 9 --chat chatml
	status_is 0 && grep -q '^1 problem: ' "$tmp/out" || return 1
	echo '{"messages":[1]}' >"$tmp/open.jsonl"
	run bench --model "$model" --problems "$tmp/open.jsonl" -n 1 \
		--policies quest --budgets 32 --chat chatml
	status_is 2 && grep -q 'problem 1: ' "$tmp/err"
}
check 'stories and conversations' open_ones

# sentence WORDS ARGS...: bench with these says so and does nothing.
sentence()
{
	words=$1
	shift
	bench "$@"
	status_is 2 && is output 0 "$(wc -c <"$tmp/out" | tr -d ' ')" &&
		{ tail -n 1 "$tmp/err" | grep -q -e "$words" ||
			{ cat "$tmp/err"; return 1; }; }
}
check 'policy' sentence 'there is no policy "bible"' --policies quest,bible
check 'own budget' sentence '--policies takes numbers of tokens, not "x"' \
	--policies quest:x
check 'budget' sentence 'takes numbers of tokens, not "12x"' --budgets 12x
check 'small budget' sentence 'quest at 4 tokens: --page' --budgets 4
check 'n' sentence 'at least 1 problem' -n 0
check 'coder' sentence 'over token ids' --coder deflate-ids
check 'file' sentence 'takes no FILE' file.jsonl
check 'problems' sentence 'nowhere.jsonl' --problems "$tmp/nowhere.jsonl"
check 'model' sentence 'nowhere.gguf' --model "$tmp/nowhere.gguf"

no_model()
{
	status=0
	LILSCOPE_SAMPLES=$tmp/none "$LILSCOPE" bench -n 1 --policies sink \
		--budgets 64 --predict 1 >"$tmp/out" 2>"$tmp/err" || status=$?
	# the model in the box is there, or the sentence names it
	[ $status = 0 ] || { status_is 2 &&
		grep -q 'samples/model/.* is not installed' "$tmp/err"; }
}
check 'no model' no_model

figure()
{
	bench --out "$tmp/o.jsonl" --svg "$tmp/f.svg" && status_is 0 &&
		grep -q '^<svg xmlns' "$tmp/f.svg" &&
		grep -q 'mean output' "$tmp/f.svg" &&
		! grep -q 'nan' "$tmp/f.svg" || return 1
	[ -z "$PYTHON" ] || "$PYTHON" -c \
		"import sys, xml.dom.minidom as x; x.parse(sys.argv[1])" \
		"$tmp/f.svg"
}
check 'the figure' figure

# Not after hours of work.
no_figure()
{
	bench --out "$tmp/never.jsonl" --svg "$tmp/none/f.svg"
	status_is 2 && grep -q "none/f.svg" "$tmp/err" &&
		[ ! -e "$tmp/never.jsonl" ] && [ ! -s "$tmp/out" ]
}
check 'a figure that can not be written is told first' no_figure

# Every way to go on beside the others, and what a list can't be.
ways()
{
	bench --at-threshold dense,conclude,rollback,retry -f 25 -t 25 \
		--json && status_is 0 || return 1
	for way in rescue conclude rollback retry; do
		grep -Eq "\"policy\":\"sink\".*\"${way}_tried\":(0\.[0-9]+|1)" \
			"$tmp/out" || { echo "$way"; return 1; }
	done
	bench --at-threshold conclude -f 25 -t 25 && status_is 0 &&
		grep -q '^Concluded: ' "$tmp/out" &&
		! grep -q '^Rescued: ' "$tmp/out" || return 1
	bench --at-threshold dense,quest
	status_is 2 && grep -q 'takes one policy: dense or quest' "$tmp/err"
}
check "ways to go on at the threshold" ways

finish
