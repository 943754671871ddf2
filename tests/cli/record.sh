#!/bin/sh
# --record: what comes is on disk, also after kill -9, and replays as it came.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"

# Every 10 ms a piece of 8 bytes; killed without warning, between the pieces.
killed()
{
	"$PYTHON" - "$LILSCOPE" "$tmp/killed$1" <<'END'
import json, os, signal, subprocess, sys, time
lilscope, path = sys.argv[1:]
p = subprocess.Popen([lilscope, "--plain", "--record", path, "-"],
                     stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
sent = []
for i in range(250):
    p.stdin.write(b'data: {"id":"x","object":"chat.completion.chunk","choices":'
                  b'[{"index":0,"delta":{"content":"w%05d\\n "}}]}\n\n' % i)
    p.stdin.flush()
    sent.append(time.monotonic())
    time.sleep(0.01)
killed = time.monotonic()
p.send_signal(signal.SIGKILL)
p.wait()
out = subprocess.run([lilscope, "analyze", "--json", path],
                     capture_output=True, text=True)
r = json.loads(out.stdout)
kept = r["bytes"] // 8
due = sum(t < killed - 1.0 for t in sent)
print("kept %d of %d; %d were older than a second" % (kept, len(sent), due))
assert due <= kept <= len(sent) and due > 50
assert r["dialect"] == "native" and r["tokens_by"] == "qwen3-bpe", r
assert r["symbols"] == "bytes" and r["ttft_ms"] is None, r
assert 0.2 < r["tbt_ms"] < 100, r
packed = path.endswith(".zst")
assert (out.returncode, out.stderr.count("\n")) == ((2, 1) if packed
                                                   else (0, 0)), out
END
}
check "kill -9, packed" killed .zst
check "kill -9, plain" killed .jsonl

# The same numbers before and after, for a stream of several generations.
several()
{
	"$PYTHON" - >"$tmp/several.sse" <<'END'
import json
for i in range(400):
    for k in range(3):
        print("data: " + json.dumps({"id": "x", "object":
            "chat.completion.chunk", "model": "m", "choices": [{"index": k,
            "delta": {"content": "%d, %d and so on " % (i * (k + 1), k)},
            "finish_reason": "length" if i == 399 else None}]}) + "\n")
print("data: [DONE]\n")
END
	run_on "$tmp/several.sse" --plain --record "$tmp/runs.jsonl.zst" -
	status_is 0 || return 1
	"$LILSCOPE" analyze --json "$tmp/several.sse" |
		jq -c '[.tokens,.bytes,.model,.rho,.h,.finish_reason,.tokens_by,.rules]' \
		>"$tmp/want" 2>/dev/null || return 0 # no jq
	"$LILSCOPE" analyze --json "$tmp/runs.jsonl.zst" \
		"$tmp/runs-2.jsonl.zst" "$tmp/runs-3.jsonl.zst" |
		jq -c '[.tokens,.bytes,.model,.rho,.h,.finish_reason,.tokens_by,.rules]' \
		>"$tmp/got"
	is generations 3 "$(lines "$tmp/want")" && cmp "$tmp/want" "$tmp/got"
}
check "three at once are three files" several

exists()
{
	: >"$tmp/there"
	run --plain --record "$tmp/there" "$tmp/several.sse"
	status_is 2 && one_sentence && [ ! -s "$tmp/there" ]
}
check "never over a file" exists

# Without a terminal, and without --plain: what comes once is kept as well.
unseen()
{
	run_on "$tmp/several.sse" --record "$tmp/unseen.zst" -
	status_is 0 && [ ! -s "$tmp/err" ] &&
		is generations 3 "$(grep -c '^Generation' "$tmp/out")" &&
		"$LILSCOPE" analyze --json "$tmp/unseen-3.zst" |
			grep -q '"dialect":"native"'
}
check "no terminal" unseen

# refused WORDS ARGS...: said before anything is read; nothing is printed.
refused()
{
	words=$1
	shift
	run_on "$tmp/several.sse" "$@" -
	status_is 2 && one_sentence && [ ! -s "$tmp/out" ] &&
		grep -q -e "$words" "$tmp/err"
}
check "a folder that is not there" refused '--record: .*/k.zst: No such file' \
	--plain --record "$tmp/no/k.zst"
check "... without --plain" refused '--record: .*/k.zst: No such file' \
	--record "$tmp/no/k.zst"
check "a report keeps nothing" refused 'does not go with --json' \
	--json --record "$tmp/k.zst"
check "a page, neither" refused 'does not go with --html' \
	--html "$tmp/k.html" --record "$tmp/k.zst"

# What fails while it is written is said, and the text goes on.
second_exists()
{
	: >"$tmp/two-2.jsonl"
	run_on "$tmp/several.sse" --record "$tmp/two.jsonl" -
	status_is 2 && one_sentence && grep -q 'two-2.jsonl: exists' "$tmp/err" &&
		is generations 3 "$(grep -c '^Generation' "$tmp/out")" &&
		[ -s "$tmp/two-3.jsonl" ]
}
check "the second is there already" second_exists
full()
{
	status=0
	(ulimit -f 8 && exec "$LILSCOPE" --record "$tmp/full.jsonl" - \
		<"$tmp/several.sse" 2>"$tmp/err" | cat >/dev/null) || :
	one_sentence &&
		grep -q 'full.*jsonl: .*File too large (and 2 more)' "$tmp/err"
}
check "a full disk" full
records()
{
	run --record "$tmp/records.zst" "$srcdir/tests/golden/chats.jsonl"
	status_is 2 && one_sentence && grep -q 'no stream came' "$tmp/err" &&
		is generations 14 "$(grep -c '^Generation' "$tmp/out")" &&
		[ ! -e "$tmp/records.zst" ]
}
check "records that have ended" records

finish
