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

# What the last token read and kept: a set that a record leaves out is that of
# the record before.
cat >"$tmp/sets.py" <<'END'
import json

def last_sets(path):
    sets, head = {}, {}
    for line in open(path):
        r = json.loads(line)
        if "lilscope" in r:
            head = r
        for i, part in enumerate(r.get("layers", [])):
            sets.setdefault(i, {}).update(part)
    return head, [sets[i] for i in sorted(sets)]
END
means()
{
	PYTHONPATH=$tmp "$PYTHON" - "$1" <<'END'
import sys, sets
head, parts = sets.last_sets(sys.argv[1])
assert len(parts) == 5 * head["kv_heads"], len(parts)
mean = lambda kind: sum(len(p[kind]) for p in parts) / len(parts)
every = set().union(*(p["read"] for p in parts))
print("%.1f read, %.1f kept of 26 pages (mean of %d heads; any: %d)" % (
    mean("read"), mean("kept"), len(parts), len(every)))
END
}

# Each policy at each budget is a trace that says its policy and budget, that
# can be analysed, and whose pages are in the map.
policies=$("$LILSCOPE" help --tables | awk -F '\t' '$1 == "policy" { print $2 }')
n_tokens=400
decoded() # MODEL POLICY BUDGET PROMPT OUT
{
	"$LILSCOPE" decode -m "$1" --prompt "$4" -n $n_tokens --policy "$2" \
		-b "$3" --ignore-eos --threads 1 >"$5" 2>"$tmp/err" ||
		{ cat "$tmp/err"; return 1; }
	grep -q "\"end\":\"length\",\"tokens\":$n_tokens}" "$5" || return 1
	says="\"policy\":\"$2\",\"budget\":$3,"
	[ "$2" != dense ] || says='"policy":"dense",'
	head -n 1 "$5" | grep -q "$says" || { head -n 1 "$5"; return 1; }
}
# That one is read like any other trace.
is_read() # FILE TOKENS
{
	"$LILSCOPE" analyze --json - <"$1" >"$tmp/out" || return 1
	grep -q "\"dialect\":\"native\".*\"tokens\":$2,\"tokens_by\":\"ids\"" \
		"$tmp/out" || { cat "$tmp/out"; return 1; }
	"$LILSCOPE" --plain - <"$1" >"$tmp/out" 2>&1 &&
		grep -q "End at token $2" "$tmp/out" ||
		{ cat "$tmp/out"; return 1; }
}
each()
{
	for budget in 32 64 128 256 512; do
		decoded "$model" "$1" $budget "$once" "$tmp/$1.$budget" ||
			return 1
	done
	is_read "$tmp/$1.64" $n_tokens || return 1
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
		line="$1 64 .* token $n_tokens: $(means "$tmp/$1.64")" ;;
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
	is_read "$tmp/chain" 100 || return 1
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
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 80 \
			--temperature 0.9 --top-p 0.95 --seed 7 --text \
			--policy h2o -b 48 --threads $n >"$tmp/text.$n" || return 1
	done
	cmp "$tmp/text.1" "$tmp/text.2" && cmp "$tmp/text.1" "$tmp/text.3"
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 80 --temperature \
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

# --- Ends.
stopped()
{
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 --text \
		--stop never --stop 'ay outs' >"$tmp/out" || return 1
	is text ', there was a little girl named Lily. She loved to play outs' \
		"$(cat "$tmp/out")" || return 1
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 \
		--stop 'ay outs' | tail -n 1 >"$tmp/out"
	grep -q '^{"end":"stop","tokens":[0-9]*}$' "$tmp/out"
}
check "--stop, over two tokens" stopped
# The model in the box ends its text; where that is ignored, it goes on.
ended()
{
	"$LILSCOPE" decode -m "$chain" --prompt "$ask" >"$tmp/ends"
	"$LILSCOPE" decode -m "$chain" --prompt "$ask" --ignore-eos -n 300 \
		>"$tmp/goes.on"
	n=$(sed -n 's/^{"end":"stop","tokens":\([0-9]*\)}$/\1/p' "$tmp/ends")
	[ "$n" -gt 100 ] && [ "$n" -lt 300 ] || { tail -n 1 "$tmp/ends"; return 1; }
	grep -q '^{"end":"length","tokens":300}$' "$tmp/goes.on" || return 1
	sed '1d;$d;s/,"us":[0-9]*//' "$tmp/ends" >"$tmp/a"
	sed '1d;s/,"us":[0-9]*//' "$tmp/goes.on" | head -n "$n" >"$tmp/b"
	cmp "$tmp/a" "$tmp/b"
}
check "the model's own end, and --ignore-eos" ended

# What stands around the prompt is in the header; formats are the program's own.
chats()
{
	names=$("$LILSCOPE" help --tables |
		awk -F '\t' '$1 == "option" && $2 == "chat" { print $8 }')
	[ "$(echo "$names" | wc -w)" -ge 9 ] || { echo "$names"; return 1; }
	for name in $names; do
		"$LILSCOPE" decode -m "$model" --prompt 'Why?' -n 1 \
			--chat "$name" | head -n 1 >"$tmp/chat.$name"
		grep -q '"prompt":".*Why?' "$tmp/chat.$name" || return 1
	done
	sed 's/"chat":"[^"]*",//' "$tmp/chat.none" >"$tmp/a"
	sed 's/"chat":"[^"]*",//' "$tmp/chat.auto" | cmp - "$tmp/a" || return 1
	grep -q '"chat":"none: the model has no template"' "$tmp/chat.auto" &&
		grep -q '"chat":"none, by its name"' "$tmp/chat.none" || return 1
	grep -qF '"prompt":"<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"' \
		"$tmp/chat.chatml"
}
check "--chat" chats

# A template from a file, a system message, turns from a file; what can't be.
turns()
{
	printf '%s\n' '{%- for m in messages %}[{{ m.role }}:{{ m.content }}]' \
		'{%- endfor %}{{ "T" if enable_thinking else "F" }}<think>' \
		>"$tmp/t.jinja"
	echo '[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]' \
		>"$tmp/turns.json"
	printf 'S' >"$tmp/system"
	"$LILSCOPE" decode -m "$model" --prompt 'c' -n 1 --system "@$tmp/system" \
		--chat "@$tmp/t.jinja" --turns "$tmp/turns.json" \
		--thinking off | head -n 1 >"$tmp/out" || return 1
	grep -qF '"prompt":"[system:S][user:a][assistant:b][user:c]F<think>"' \
		"$tmp/out" &&
		grep -qF "\"chat\":\"the template in $tmp/t.jinja\"" "$tmp/out"
}
check "--system, --turns, --thinking" turns
refused()
{
	want=$1
	shift
	! "$LILSCOPE" decode -m "$model" "$@" >"$tmp/out" 2>"$tmp/err" &&
		one_sentence && grep -qF -- "$want" "$tmp/err"
}
# What the model's makers say stands, unless something else is asked for.
drawn()
{
	mkdir "$tmp/own" && cp "$model" "$tmp/own/m" || return 1
	cp "$(dirname "$model")/tokenizer.bin" "$tmp/own" 2>/dev/null
	printf '%s' '{"do_sample":true,"temperature":0.5,"top_k":7}' \
		>"$tmp/own/generation_config.json"
	"$LILSCOPE" decode -m "$tmp/own/m" --prompt x -n 1 --top-k 3 |
		head -n 1 >"$tmp/out"
	grep -qF '"sampling":"temperature 0.5 (the model'"'"'s), top-k 3"' \
		"$tmp/out" || return 1
	"$LILSCOPE" decode -m "$model" --prompt x -n 1 | head -n 1 |
		grep -qF '"sampling":"greedy"'
}
check "generation_config.json" drawn
# One that cuts and names no temperature draws at 1; nonsense is told.
drawn_at_one()
{
	printf '%s' '{"do_sample":true,"top_k":64,"top_p":7}' \
		>"$tmp/own/generation_config.json"
	run decode -m "$tmp/own/m" --prompt x -n 1
	status_is 0 && one_sentence && head -n 1 "$tmp/out" |
		grep -qF '"sampling":"temperature 1 (Hugging Face'"'"'s), top-k 64' &&
		grep -q 'generation_config.json: "top_p" is no number' "$tmp/err"
}
check "... without a temperature, and with nonsense" drawn_at_one
# A text that goes in a circle: what goes on a repetition is taken less.
penalised()
{
	for more in '' '--dry-multiplier 4' '--repeat-penalty 3'; do
		# shellcheck disable=SC2086 # options
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 300 \
			--ignore-eos --text $more >"$tmp/text" || return 1
		"$LILSCOPE" analyze --json "$tmp/text" |
			sed 's/.*"rho":\([0-9.]*\).*/\1/'
	done >"$tmp/rhos"
	[ "$(sort -u "$tmp/rhos" | wc -l)" = 3 ] || { cat "$tmp/rhos"; return 1; }
}
check "penalties" penalised
check "a penalty that is none" refused 'takes 0.01 to 100' \
	--prompt x --repeat-penalty 0
check "a share of more than all" refused '--min-p takes 0 to 1, not 2' \
	--prompt x --min-p 2
check "... of probability" refused '--top-p takes 0 to 1, not 1.5' \
	--prompt x --top-p 1.5
check "an option of another command" refused '--help lists those' \
	--prompt x --zzzzzzzz
check "turns that ask nothing" refused 'nothing is asked' \
	--turns "$tmp/turns.json"
check "no prompt, no turns" refused 'a --prompt is needed'
echo '[{' >"$tmp/no.json"
check "turns that are no JSON" refused 'takes a JSON array' \
	--turns "$tmp/no.json"
# What can't be carried to its end is refused, not cut.
printf 'abc\0def' >"$tmp/nul"
printf '[{"role":"user","content":"a\\u0000b"}]' >"$tmp/nul.json"
check "a prompt with a NUL" refused 'nul: byte 4 is a NUL' --prompt "@$tmp/nul"
check "a system message with one" refused 'nul: byte 4 is a NUL' \
	--prompt x --system "@$tmp/nul"
check "turns with one" refused 'byte 2 of the prompt is a NUL' \
	--turns "$tmp/nul.json"
check "... within a template" refused 'of the prompt is a NUL' \
	--turns "$tmp/nul.json" --chat chatml
for option in '--turns ' '--prompt x --system @' '--prompt x --chat @' \
	'--prompt @'; do
	# shellcheck disable=SC2086 # options
	check "a folder for $option" refused 'is a folder; --' $option"$tmp"
done
check "turns that are not there" refused 'No such file' \
	--turns "$tmp/nowhere.json"
echo '{% if %}' >"$tmp/no.jinja"
check "a template that is none" refused 'line 1: ' \
	--prompt x --chat "@$tmp/no.jinja"
check "no switch for thinking" refused 'no switch for thinking' \
	--prompt x --thinking on

# Records: the header's facts, bytes of the cache, pages.
records()
{
	"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 --policy "$1" \
		-b 64 --dense-layers 1 $2 >"$tmp/records" || return 1
	PYTHONPATH=$tmp "$PYTHON" - "$tmp/records" "$1" "$2" <<'END'
import json, sys, sets
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
_, parts = sets.last_sets(sys.argv[1])
heads = 1 if layers else head["kv_heads"]
assert ("kv_heads" in head) == (not layers) and len(parts) == 5 * heads
assert parts[0]["read"] == list(range(13))    # dense
pages = parts[2 * heads]
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
# A run that went back is still there for who goes on from it.
from_what_went_back() # HOW
{
	printf '%s\n' 'step 180' 'run 0' 'fork 20' snapshot go |
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 \
			--ignore-eos --control --policy h2o -b 16 -f 25 -t 25 \
			--at-threshold "$1" >"$tmp/out" 2>"$tmp/err"
	status=$?
	status_is 0 && [ ! -s "$tmp/err" ] && grep -q "\"end\":\"$1\"" "$tmp/out" &&
		is runs 4 "$(grep -c '"lilscope":1' "$tmp/out")"
}
check "a run that went back is forked" from_what_went_back rollback
check "also one that is tried again" from_what_went_back retry
no_budget()
{
	printf '%s\n' pause 'budget 192' stop |
		"$LILSCOPE" decode -m "$model" --prompt "$once" -n 200 --control \
			>"$tmp/out" 2>"$tmp/err"
	grep -hq 'is dense: it has no budget' "$tmp/out" "$tmp/err" ||
		{ cat "$tmp/err" "$tmp/out"; return 1; }
}
check "a dense run is given no budget" no_budget
threshold()
{
	run decode -m "$model" --prompt "$once" -n 200 --ignore-eos \
		--policy h2o -b 16 -f 25 -t 25 "${3:---at-threshold}" "$1"
	status_is 0 && grep -q "$2" "$tmp/out" || { tail -n 1 "$tmp/out"; return 1; }
}
check "--at-threshold stop" threshold stop '"end":"guardian"'
check "--at-threshold dense" threshold dense '"turn":"dense".*by_rule'
check "its former name" threshold dense '"turn":"dense"' --on-threshold
check "--at-threshold report" threshold report \
	'"end":"length","tokens":200,"note":"guardian at token [0-9]*: nothing was done, then'
check "--at-threshold conclude" threshold conclude \
	'"note":"guardian at token [0-9]*: concluded, then [1-9][0-9]* tokens"'

# What goes on from a place in a run is the next one; both have its tokens.
next_run() # WHAT
{
	threshold "$1" "{\"end\":\"$1\"" || return 1
	is runs 2 "$(grep -c '"lilscope":1' "$tmp/out")" || return 1
	awk '/"lilscope":1/ { n++ } /"id":/ { print >"'"$tmp"'/run." n }' \
		"$tmp/out"
	common=$(sed -n 's/.*, to token \([0-9]*\)".*/\1/p' "$tmp/out" | head -n 1)
	[ "$common" -lt "$(grep -c . "$tmp/run.1")" ] || return 1
	for n in 1 2; do
		head -n "$common" "$tmp/run.$n" |
			sed 's/.*"id":\([0-9]*\).*/\1/' >"$tmp/ids.$n"
	done
	cmp "$tmp/ids.1" "$tmp/ids.2" &&
		"$LILSCOPE" analyze --json "$tmp/out" >"$tmp/json" &&
		is generations 2 "$(grep -c . "$tmp/json")"
}
check "--at-threshold rollback" next_run rollback
check "--at-threshold retry" next_run retry

# The model in the box says what it knows when it is asked to.
answered()
{
	facts=$("$PYTHON" "$srcdir/samples/model/problems.py" --seed 8 --count 1)
	run decode -m "$chain" --prompt "$(echo "$facts" | cut -f 4)" \
		--policy quest -b 96 --page 8 -f 64 -t 13 -n 900 --text \
		--conclude-text ' Final answer:' --at-threshold conclude
	status_is 0 && grep -q "Final answer: $(echo "$facts" | cut -f 2)\.$" \
		"$tmp/out" || { tail -c 200 "$tmp/out"; return 1; }
}
check "conclude ends by itself, with an answer" answered
quits()
{
	printf 'step 5\nquit\n' | "$LILSCOPE" decode -m "$model" \
		--prompt "$once" --control >"$tmp/out"
	[ "$(grep -c '"id"' "$tmp/out")" -le 5 ]
}
check "quit" quits

# --- What can't be.
several()
{
	run decode -m "$model" --prompt "$once" --at-threshold stop,dense
	status_is 2 && grep -q 'a list is for bench' "$tmp/err" || return 1
	run decode -m "$model" --prompt "$once" --at-threshold sleep
	status_is 2 && grep -q -e '--at-threshold takes one of ignore' "$tmp/err"
}
check "several things at the threshold, and none" several
usage() { run decode "$@"; status_is 2 && one_sentence && no_controls "$tmp/err"; }
says()
{
	words=$1
	shift
	usage "$@" && grep -q -e "$words" "$tmp/err" || { cat "$tmp/err"; return 1; }
}
check "no model" says 'needs a --model' --prompt x
check "no prompt" says 'a --prompt is needed' -m "$model"
check "a file beside" says 'takes no FILE' -m "$model" --prompt x file
check "no such model" says '^lilscope: /nowhere: No such file.*; --model takes' -m /nowhere --prompt x
check "a name that is empty" says "the model's name is empty" -m '' --prompt x
check "a folder" says 'is a folder without config.json' -m / --prompt x
check "something else" says 'neither GGUF nor' -m "$traces/rkv_aime24_00.txt" --prompt x
check "blocks over heads of 8" says "heads have 8: take f16" -m "$model" --prompt x \
	--kv q8_0
check "no such cache" says "one of f16, f32, q8_0, q4_0" -m "$model" --prompt x \
	--kv q2
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
# A gigabyte of a model that can't be: one sentence that names why, and none of
# the gigabyte is read.
hostile() # WHAT WORD
{
	PYTHONPATH=$srcdir/tests/cli "$PYTHON" -B - "$tmp/huge.gguf" "$1" "$2" <<'END'
import os, resource, subprocess, sys
import gguf
path, what, word = sys.argv[1:]
GIB = 1 << 30
arch = word.encode() if what == "architecture" else b"llama"
keys = [gguf.text(b"general.architecture", arch)] + \
    [gguf.number(b"llama." + k, v) for k, v in
     ((b"block_count", 1), (b"context_length", 64), (b"embedding_length", 1024),
      (b"feed_forward_length", 1024), (b"attention.head_count", 2))] + \
    [gguf.text(b"tokenizer.ggml.model", b"gpt2" if what == "split" else
               word.encode() if what == "tokenizer" else b"llama"),
     gguf.strings(b"tokenizer.ggml.tokens", [b"a"] * 8)]
if what == "split":
    keys += [gguf.text(b"tokenizer.ggml.pre", word.encode())]
size = gguf.write(
    path, keys,
    [(b"token_embd", int(word) if what == "type" else gguf.F16, 1024,
      GIB // 2048)] +
    [(name, gguf.F32, 1024)
     for name in (b"output_norm", b"blk.0.attn_norm", b"blk.0.ffn_norm")] +
    [(b"blk.0." + name, gguf.F16, 1024, 1024) for name in
     b"attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split()])
assert size > GIB
p = subprocess.run([os.environ["LILSCOPE"], "decode", "-m", path, "--prompt",
                    "a"], capture_output=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
err = p.stderr.decode()
assert p.returncode == 2 and p.stdout == b"", p
assert err.count("\n") == 1 and word in err and "known" in err, err
assert peak < GIB // 4, peak
print(err, peak)
END
}
check "an unknown architecture" hostile architecture mamba
check "an unknown type of tensor" hostile type 99
check "an unknown tokenizer" hostile tokenizer bert
check "an unknown pre-tokenizer" hostile split chatglm-bpe
closed()
{
	"$LILSCOPE" decode -m "$model" --prompt "$once" --ignore-eos \
		2>"$tmp/err" | head -n 3 >"$tmp/out"
	is lines 3 "$(lines "$tmp/out")" && [ ! -s "$tmp/err" ]
}
check "a reader that goes away" closed

finish
