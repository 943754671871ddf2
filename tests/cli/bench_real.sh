#!/bin/sh
# make bench-real: its sets, its tables, and the code that it runs, which must
# not come out of its folder.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || { echo 'skipped: no Python'; exit 77; }
real=$srcdir/tests/bench/real.py

mkdir -p "$tmp/data/deep"
cat >"$tmp/data/deep/HumanEval.jsonl" <<'END'
{"task_id":"T/0","prompt":"def add(a, b):\n","entry_point":"add","test":"def check(f):\n    assert f(2, 3) == 5\n"}
END
echo '{"problem":"1+1","answer":"2"}' >"$tmp/data/math500.jsonl"
echo 'no JSON' >"$tmp/data/test.jsonl"

sets()
{
	"$PYTHON" "$real" sets "$tmp/data" "$srcdir/samples/problems" \
		"$tmp/sets" 3 2>"$tmp/err" && [ ! -s "$tmp/err" ] || return 1
	for set in gsm8k=3 math=1 code=1 dialogue=3 long=3; do
		is "$set" "${set#*=}" "$(lines "$tmp/sets/${set%=*}.jsonl")" ||
			return 1
	done
	"$PYTHON" "$real" sets "" "$srcdir/samples/problems" "$tmp/less" 2 \
		2>"$tmp/err" && is gsm8k 2 "$(lines "$tmp/less/gsm8k.jsonl")" &&
		grep -q 'no math: none of math500.jsonl.* skipped' "$tmp/err" &&
		[ ! -e "$tmp/less/code.jsonl" ]
}
check 'sets, and what is missing' sets

# Problems of one step, and what is no problem, make no conversation; of two
# others the first is what is talked of.
dialogues()
{
	mkdir -p "$tmp/socratic" && cat >"$tmp/socratic/test_socratic.jsonl" <<'END'
{"question":"One?","answer":"One? ** It is <<1=1>>1\n#### 1"}
{"question":"A has 2, B 3, C 4. All?","answer":"A and B? ** They have 2+3=<<2+3=5>>5\nAnd with C? ** Then 5+4=<<5+4=9>>9\n#### 9"}
{"answer":"nothing asked"}
{"question":"Twice 3 and 1?","answer":"Twice 3? ** 6\nAnd 1? ** 7\n#### 7"}
{"question":"Nobody to go with?","answer":"a? ** 1\nb? ** 2\n#### 2"}
END
	"$PYTHON" "$real" sets "$tmp/socratic" "$srcdir/samples/problems" \
		"$tmp/talk" 9 2>"$tmp/err"
	is one 1 "$(lines "$tmp/talk/dialogue.jsonl")" &&
		is turns '{"messages": [{"role": "user", "content": "A has 2, B 3, C 4. All? One step at a time: A and B?"}, {"role": "assistant", "content": "They have 2+3=5"}, {"role": "user", "content": "Something else in between. Twice 3 and 1?"}, {"role": "assistant", "content": "6\n7"}, {"role": "user", "content": "Back to my first question: And with C? Reason step by step, and put your final answer within \\boxed{}."}], "answer": "#### 9"}' \
			"$(cat "$tmp/talk/dialogue.jsonl")"
}
check 'conversations are made of problems in steps' dialogues

# run TEXT: a run of a bench that wrote this, as JSON, one token a byte.
runs()
{
	"$PYTHON" - "$tmp/runs.jsonl" "$@" <<'END'
import json, sys
with open(sys.argv[1], "w") as f:
    f.write('{"lilscope_bench":1}\n')
    for i, text in enumerate(sys.argv[2:]):
        cut = text.find("|")
        text = text.replace("|", "")
        f.write(json.dumps({"policy": f"p{i}", "budget": 0, "problem": 1, "text": text, "token_bytes": [1] * len(text),
            "stops": {"guardian": {"at_token": cut if cut > 0 else None}}}) + "\n")
END
}

# Each cell: passes, no code, what guardian left of it passes.
code()
{
	runs 'So:
```python
def add(a, b):
    return a + b
```
|It adds. It adds.' '```python
def add(a, b):
    return a - b
```' 'No code at all.' '```python
def add(a, b):
    return a|+ b'
	"$PYTHON" "$real" code "$tmp/sets/code.jsonl" "$tmp/runs.jsonl" \
		>"$tmp/out" 2>"$tmp/err" || { cat "$tmp/err"; return 1; }
	is cells '100.0 % 0.0 % 100.0 %;0.0 % 0.0 % 0.0 %;0.0 % 100.0 % 0.0 %;100.0 % 0.0 % 0.0 %;' \
		"$(sed -n 's/^| p.*| 1 | \(.*\) | [0-9]* to [0-9]* | \(.*\) | \(.*\) | .* |$/\1 \2 \3;/p' \
		"$tmp/out" | tr -d '\n')"
}

# What code may not do it can't: leave files, talk, stay, fill the memory.
confined()
{
	runs "\`\`\`python
import socket, os, subprocess
def add(a, b):
    bad = 0
    try:
        open('$tmp/sets/mine', 'w'); bad = 1
    except OSError: pass
    try:
        socket.create_connection(('127.0.0.1', $port), 1); bad = 2
    except OSError: pass
    try:
        x = bytearray(3 << 30); bad = 3
    except MemoryError: pass
    if os.getuid() == 0: bad = 4
    subprocess.Popen(['sleep', '7777.1'])
    assert not bad, bad
    return 5
\`\`\`" "\`\`\`python
def add(a, b):
    while True: pass
\`\`\`"
	REAL_CODE_S=2 "$PYTHON" "$real" code "$tmp/sets/code.jsonl" \
		"$tmp/runs.jsonl" >"$tmp/out" 2>"$tmp/err" ||
		{ cat "$tmp/err"; return 1; }
	grep -q '^| p0 | 1 | 100.0 %' "$tmp/out" &&
		grep -q '^| p1 | 1 | 0.0 %' "$tmp/out" &&
		[ ! -e "$tmp/sets/mine" ] || { cat "$tmp/out"; return 1; }
	! ps ax 2>/dev/null | grep -v grep | grep -q 'sleep 7777.1'
}
if "$PYTHON" -c 'import ctypes, os, sys
sys.exit(ctypes.CDLL(None).unshare(0x40000000 | (0 if os.getuid() == 0 else 0x10000000)) != 0)'; then
	"$PYTHON" -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); time.sleep(60)' >"$tmp/port" &
	server=$!
	while [ ! -s "$tmp/port" ]; do sleep 0.1; done
	port=$(cat "$tmp/port")
	check 'code, whole and stopped' code
	check 'code is confined' confined
	kill $server
else
	echo 'no network namespaces here: code is not run'
fi

# All of it with a model of 1 MB: rows, a table, and nothing twice.
whole()
{
	mkdir -p "$tmp/models" && cp "$srcdir/samples/model/chain-0.9m.gguf" \
		"$tmp/models/small.gguf" || return 1
	for i in 1 2; do
		REAL_MODELS=$tmp/models REAL_SETS='math long' REAL_N=1 \
			REAL_BUDGETS=32 REAL_POLICIES=quest,random \
			REAL_KEPT=random REAL_PREDICT=40 REAL_DATA=$tmp/data \
			REAL_FLAGS='--page 8 --chat none' PYTHON3=$PYTHON \
			sh "$srcdir/tests/bench/real.sh" "$LILSCOPE" \
			"$srcdir/tests/bench" "$srcdir/samples/problems" \
			"$tmp/real" >"$tmp/out" 2>"$tmp/err" ||
			{ cat "$tmp/err"; return 1; }
		is runs 4 "$(lines "$tmp/real/small-math.jsonl")" || return 1
	done
	"$PYTHON" "$real" table "$tmp/real/small-long.csv" >"$tmp/out" &&
		is rows 5 "$(lines "$tmp/out")" &&
		grep -q '^| quest 32 | 1 | - ' "$tmp/out" &&
		grep -q '^Attention alone' "$tmp/real/small-long-kept.txt"
}
check 'the whole target, and again' whole

# A model in parts is one, and a folder is, too: each is asked once.
named()
{
	mkdir -p "$tmp/many/folder" "$tmp/many/other" &&
		: >"$tmp/many/one.gguf" && : >"$tmp/many/folder/config.json" ||
		return 1
	for i in 1 2 3; do
		: >"$tmp/many/big-0000$i-of-00003.gguf"
	done
	printf '#!/bin/sh\necho "$3" >>"%s/asked"\n' "$tmp" >"$tmp/fake" &&
		chmod +x "$tmp/fake" || return 1
	REAL_MODELS=$tmp/many REAL_SETS=math REAL_DATA=$tmp/data \
		PYTHON3=$PYTHON sh "$srcdir/tests/bench/real.sh" "$tmp/fake" \
		"$srcdir/tests/bench" "$srcdir/samples/problems" "$tmp/named" \
		>/dev/null 2>&1 || return 1
	is models "$tmp/many/big-00001-of-00003.gguf $tmp/many/folder $tmp/many/one.gguf " \
		"$(sort -u "$tmp/asked" | tr '\n' ' ')" &&
		[ -e "$tmp/named/big-math.csv" ] &&
		[ -e "$tmp/named/folder-math-kept.csv" ]
}
check 'each model once' named

without()
{
	REAL_MODELS='' sh "$srcdir/tests/bench/real.sh" "$LILSCOPE" x x \
		"$tmp/none" >"$tmp/out" && grep -q '^bench-real: skipped: ' \
		"$tmp/out" && [ ! -e "$tmp/none" ]
}
check 'no models' without

finish
