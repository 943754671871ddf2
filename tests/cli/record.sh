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

finish
