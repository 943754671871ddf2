#!/bin/sh
# lilscope decode: the model that is shipped, under every policy; control by
# lines; and one sentence for everything that can't be.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
model=$srcdir/samples/models/stories260K/checkpoint.bin
once='Once upon a time'

# What llama2.c writes with -t 0: its own test's text (test_all.py).
golden()
{
	cat >"$tmp/want" <<'END'
, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.
Lily's mom said, "Lily, let's go to the park." Lily was sad and didn't know what to do. She said, "I want to play with your ball, but I can't find it."
Lily was sad and didn't know what to do. She said, "I'm sorry, Lily. I didn't know what to do."
Lily didn't want to help her mom, so she said, "I
END
	run decode -m "$model" --prompt "$once" -n 200 --text --kv "$1"
	status_is 0 && [ ! -s "$tmp/err" ] && diff "$tmp/want" "$tmp/out"
}
check "the words of llama2.c, F32" golden f32
check "the same with a cache of F16" golden f16

tokens() { jq -r 'select(.t or .id) | .id' "$1" | tr '\n' ' '; }
have_jq() { command -v jq >/dev/null; }

# Each policy at each budget is a trace that says its policy and budget, that
# can be analysed, and whose pages are in the map.
policies=$("$LILSCOPE" help --tables | awk -F '\t' '$1 == "policy" { print $2 }')
n_tokens=400
decoded() # MODEL POLICY BUDGET PROMPT OUT
{
	"$LILSCOPE" decode -m "$1" --prompt "$4" -n $n_tokens --policy "$2" \
		-b "$3" --ignore-eos --threads 1 >"$5" 2>"$tmp/err" ||
		{ cat "$tmp/err"; return 1; }
	"$LILSCOPE" analyze --json - <"$5" >"$tmp/out" || return 1
	grep -q "\"dialect\":\"native\".*\"tokens\":$n_tokens,\"tokens_by\":\"ids\"" \
		"$tmp/out" || { cat "$tmp/out"; return 1; }
	"$LILSCOPE" --plain - <"$5" >"$tmp/out" 2>&1 &&
		grep -q "End at token $n_tokens" "$tmp/out" ||
		{ cat "$tmp/out"; return 1; }
	says="\"policy\":\"$2\",\"budget\":$3,"
	[ "$2" != dense ] || says='"policy":"dense",'
	head -n 1 "$5" | grep -q "$says" || { head -n 1 "$5"; return 1; }
}
each()
{
	for budget in 32 64 128 256 512; do
		decoded "$model" "$1" $budget "$once" "$tmp/$1.$budget" ||
			return 1
	done
	# a budget over the whole length is the dense text
	is tokens "$(tokens "$tmp/dense.512")" "$(tokens "$tmp/$1.512")"
}
# The map of the last token has the pages that its record has.
printf '%s\n' wait 'resize 14 90' 4 'screen -' >"$tmp/map"
mapped()
{
	"$LILSCOPE" --script "$tmp/map" "$tmp/$1.64" >"$tmp/out" || return 1
	case $1 in
	dense) line='This run is dense' ;;
	*)
		read=$(jq -c 'select(.read) | .read' "$tmp/$1.64" | tail -n 1)
		kept=$(jq -c 'select(.kept) | .kept' "$tmp/$1.64" | tail -n 1)
		line="$1 64 .* token $n_tokens: $(echo "$read" | jq length) read,"
		line="$line $(echo "$kept" | jq length) kept of 26 pages" ;;
	esac
	grep -q "$line" "$tmp/out" || { echo "$line"; cat "$tmp/out"; return 1; }
}
if have_jq; then
	for policy in $policies; do
		check "$policy at 32 ... 512" each "$policy"
		check "$policy in the map" mapped "$policy"
	done
fi

# The model in the box, from GGUF.
chain=$srcdir/samples/model/chain-0.9m.gguf
ask=$("$PYTHON" "$srcdir/samples/model/problems.py" --seed 1 --count 1 |
	cut -f 4)
chained()
{
	n_tokens=100
	for budget in 32 128 512; do
		decoded "$chain" "$1" $budget "$ask" "$tmp/chain" || return 1
		head -n 1 "$tmp/chain" | grep -q '"tokenizer":"llama spm"' ||
			return 1
	done
	n_tokens=400
	tokens "$tmp/chain" >"$tmp/chain.$1"
	cmp "$tmp/chain.dense" "$tmp/chain.$1" # 512 holds all of it
}
if have_jq; then
	for policy in $policies; do
		check "$policy, the model in the box" chained "$policy"
	done
fi
threads()
{
	for n in 1 2 3; do
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 150 \
			--temperature 0.9 --top-p 0.95 --seed 7 --text \
			--policy h2o -b 48 --threads $n >"$tmp/text.$n" || return 1
	done
	cmp "$tmp/text.1" "$tmp/text.2" && cmp "$tmp/text.1" "$tmp/text.3"
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 150 --temperature \
		0.9 --top-p 0.95 --seed 8 --text --policy h2o -b 48 >"$tmp/other"
	! cmp -s "$tmp/text.1" "$tmp/other"
}
check "a seed is a promise, whatever the threads" threads
shown()
{
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 100 |
		"$LILSCOPE" --plain - >"$tmp/out" 2>"$tmp/err"
	grep -q 'End at token 100' "$tmp/out" && grep -q 'ids of the source' "$tmp/out"
}
check "decode | lilscope -" shown

# Records: the header's facts, bytes of the cache, pages.
records()
{
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 --policy "$1" \
		-b 64 --dense-layers 1 $2 >"$tmp/records" || return 1
	"$PYTHON" - "$tmp/records" "$1" "$2" <<'END'
import json, sys
r = [json.loads(l) for l in open(sys.argv[1])]
policy, layers = sys.argv[2:]
head, end, tokens = r[0], r[-1], r[1:-1]
assert head["lilscope"] == 1 and head["policy"] == policy, head
assert head["budget"] == 64 and head["vocab"] == 512, head
assert head["prompt"] == "Once upon a time" and head["prompt_tokens"] == 5, head
assert end == {"end": "length", "tokens": 200}, end
assert len(tokens) == 200
us = [t["us"] for t in tokens]
assert us == sorted(us) and us[0] > 0
assert all(t["kv"] >= t["kv_used"] > 0 and t["kv_read"] > 0 for t in tokens)
assert all(t["lp"] <= 0 for t in tokens)
last = tokens[-1]
if layers:
    assert len(last["layers"]) == 5
    assert last["layers"][0]["read"] == list(range(13))    # dense
    pages = last["layers"][2]
else:
    kept = [t["kept"] for t in tokens if "kept" in t]
    pages = {"read": last["read"], "kept": kept[-1]}
if policy == "quest":
    assert pages["kept"] == list(range(13)) and 12 in pages["read"]
    assert len(pages["read"]) < 13
elif policy == "sink":
    assert pages["kept"] == [0, 9, 10, 11, 12] or \
        pages["kept"] == [0, 8, 9, 10, 11, 12] or \
        pages["kept"] == [0, 9, 10, 11, 12, 13], pages
END
}
check "records under quest" records quest
check "records under sink" records sink
check "pages of each layer" records quest --layers

# --- Control.
control()
{
	printf '%s\n' 'step 30' 'fork 20 sink 32' 'snapshot' 'step 40' \
		'policy h2o 48' 'step 10' 'fork 39' 'go' nonsense |
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 100 --control \
			--ignore-eos >"$tmp/out" 2>"$tmp/err"
	"$LILSCOPE" analyze --json "$tmp/out" >"$tmp/report"
	is runs 3 "$(lines "$tmp/report")" && one_sentence &&
		grep -q 'nonsense' "$tmp/err" &&
		is complete 3 "$(grep -c '"tokens":100,' "$tmp/report")" &&
		grep -q '"run":"2"' "$tmp/out"
}
check "step, fork, snapshot, policy" control
forked()
{
	printf '%s\n' 'step 40' "fork 30" 'go' |
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 80 --control \
			--policy "$1" -b 48 >"$tmp/out" || return 1
	jq -r 'select(.run=="0" and .id) | .id' "$tmp/out" >"$tmp/a"
	jq -r 'select(.run=="1" and .id) | .id' "$tmp/out" >"$tmp/b"
	is length 80 "$(lines "$tmp/a")" && cmp "$tmp/a" "$tmp/b"
}
if have_jq; then
	check "a fork of the same policy goes the same way" forked dense
	check "also quest's" forked quest
fi
also()
{
	printf '%s\n' pause 'also h2o 16' 'threshold stop' 'also h2o 16' \
		'threshold dense' 'run 0' 'threshold stop' go |
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 \
			--ignore-eos --control -f 25 -t 25 >"$tmp/out" 2>"$tmp/err"
	[ ! -s "$tmp/err" ] || { cat "$tmp/err"; return 1; }
	is runs 3 "$(grep -c '"lilscope":1' "$tmp/out")" &&
		grep -q '"end":"guardian".*"run":"1"' "$tmp/out" &&
		grep -q '"end":"length","tokens":200,"run":"2"' "$tmp/out" &&
		is turns 1 "$(grep -c '"turn":"dense","recomputed":[0-9]*,"by_rule":true,"run":"2"' "$tmp/out")"
}
check "runs of their own, and what each does at its threshold" also
threshold()
{
	run decode -m "$model" --prompt "$once" -n 200 --ignore-eos \
		--policy h2o -b 16 -f 25 -t 25 --on-threshold "$1"
	status_is 0 && grep -q "$2" "$tmp/out" || { tail -n 1 "$tmp/out"; return 1; }
}
check "--on-threshold stop" threshold stop '"end":"guardian"'
check "--on-threshold dense" threshold dense '"turn":"dense".*by_rule'
quits()
{
	printf 'step 5\nquit\n' | "$LILSCOPE" decode -m "$model" \
		--prompt "$once" --control >"$tmp/out"
	[ "$(grep -c '"id"' "$tmp/out")" -le 5 ]
}
check "quit" quits

# --- What can't be.
usage() { run decode "$@"; status_is 2 && one_sentence && no_controls "$tmp/err"; }
says()
{
	words=$1
	shift
	usage "$@" && grep -q -e "$words" "$tmp/err" || { cat "$tmp/err"; return 1; }
}
check "no model" says 'needs a --model' --prompt x
check "no prompt" says 'needs a --prompt' -m "$model"
check "a file beside" says 'takes no FILE' -m "$model" --prompt x file
check "no such model" says 'No such file' -m /nowhere --prompt x
check "a folder" says 'is no file' -m / --prompt x
check "something else" says 'neither GGUF nor' -m "$traces/rkv_aime24_00.txt" --prompt x
check "no such policy" says 'one of dense, sink' -m "$model" --prompt x --policy best
check "no budget" says '--budget takes' -m "$model" --prompt x --policy h2o -b 0
check "a page over the budget" says '--page takes' -m "$model" --prompt x \
	--policy quest -b 8 --page 16
check "a temperature that is none" says 'temperature' -m "$model" --prompt x --temperature hot
long()
{
	"$PYTHON" -c 'print("word " * 2000)' >"$tmp/long"
	says 'the prompt has .* tokens' -m "$model" --prompt "@$tmp/long"
}
check "a prompt over the context" long
cut()
{
	head -c 500000 "$model" >"$tmp/cut.bin"
	says 'cut short' -m "$tmp/cut.bin" --prompt x \
		--tokenizer "$srcdir/samples/models/stories260K/tokenizer.bin"
}
check "a model that is cut short" cut
closed()
{
	"$LILSCOPE" decode -m "$model" --prompt "$once" --ignore-eos \
		2>"$tmp/err" | head -n 3 >"$tmp/out"
	is lines 3 "$(lines "$tmp/out")" && [ ! -s "$tmp/err" ]
}
check "a reader that goes away" closed

finish
