#!/bin/sh
# lilscope guard as a filter: what passes, what is stopped, what is said.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"

loop=$traces/qwen35_9b_loop_29dfd87f.txt
healthy=$traces/rkv_aime24_00.txt
plateau=$traces/rkv_aime24_08.txt
stream=$traces/groq_r1_70b.sse
phrase='So x = 7. Wait, let me check that again.'

# --- What does not loop passes, byte for byte.
passes()
{
	run_on "$1" guard
	status_is 0 && cmp "$1" "$tmp/out" && is stderr "" "$(cat "$tmp/err")"
}
for each in "$healthy" "$stream" "$traces/ollama_llama3.jsonl" \
	"$srcdir"/tests/golden/openai_*.sse "$srcdir"/tests/golden/ollama_*.ndjson \
	"$srcdir"/tests/golden/text*.txt "$srcdir"/tests/golden/native.jsonl.zst
do
	case $each in *error*|*broken*) continue ;; esac
	check "passes: ${each##*/}" passes "$each"
done
passes_file() { run guard "$healthy"; status_is 0 && cmp "$healthy" "$tmp/out"; }
check "a file passes" passes_file
nothing() { run guard -; status_is 0 && [ ! -s "$tmp/out" ] && [ ! -s "$tmp/err" ]; }
check "nothing in, nothing out" nothing

# --- With a reason to finish, an end of the dialect is behind what passed.
ends()
{
	"$PYTHON" - >"$tmp/loop.sse" <<'END'
import json
print("\n\n".join("data: " + json.dumps({"id": "x", "choices": [
    {"index": 0, "delta": {"content": w + " "}}]})
    for w in "So x = 7. Wait, let me check that again.".split() * 300) + "\n")
END
	run_on "$tmp/loop.sse" guard
	status_is 1 && cp "$tmp/out" "$tmp/cut" &&
		! grep -q finish_reason "$tmp/cut" || return 1
	run_on "$tmp/loop.sse" guard --finish-reason length
	status_is 1 && cmp -n "$(wc -c <"$tmp/cut")" "$tmp/cut" "$tmp/out" &&
		is end 'data: [DONE]' "$(tail -n 2 "$tmp/out" | head -n 1)" &&
		grep -q '"finish_reason":"length"' "$tmp/out" &&
		grep -q '^: x-lilscope: threshold at token' "$tmp/out" || return 1
	run_on "$loop" guard --finish-reason length
	cp "$tmp/out" "$tmp/text"
	run_on "$loop" guard
	cmp "$tmp/text" "$tmp/out"
}
check "a reason to finish: an end" ends

# --- A share is of what was there, where that is less than is looked at.
share()
{
	yes 'It is 7 again.' | head -n 200 >"$tmp/short"
	run_on "$tmp/short" guard
	status_is 1 || return 1
	n=$(sed -n 's/.* 100 % of the last \([0-9]*\) bytes.*/\1/p' "$tmp/err")
	[ "${n:-9999}" -gt 0 ] && [ "$n" -le "$(wc -c <"$tmp/out")" ] ||
		{ cat "$tmp/err"; return 1; }
}
check "a share of a short text" share

# --- Descriptors that are closed are nobody's, and no file or pipe of ours
# takes their place.
closed()
{
	status=0
	timeout 10 "$LILSCOPE" "$@" 2>"$tmp/err" || status=$?
	status_is 2 && one_sentence
}
no_input() { closed guard --report "$tmp/report" <&-; }
no_output() { closed guard "$healthy" >&-; }
no_words() { status=0; "$LILSCOPE" guard "$healthy" 2>&- >"$tmp/out" || status=$?; status_is 0 && cmp "$healthy" "$tmp/out"; }
check "standard input is closed" no_input
check "standard output is closed" no_output
check "standard error is closed" no_words

# --- A field that nobody named: said where it is acted upon.
"$PYTHON" - >"$tmp/guess.jsonl" <<'END'
import json
for n in 2, 2, 80, 2:
    print(json.dumps({"n": n, "remark": "So x = 7. Wait, let me check that again. " * n}))
END
guessed()
{
	run_on "$tmp/guess.jsonl" guard --report "$tmp/report" "$@"
	status_is 1 && grep -q '"remark" is a guess, --field' "$tmp/err" &&
		grep -q '"guessed":"remark"' "$tmp/report"
}
check "a guessed field is named" guessed
named() { guessed; run_on "$tmp/guess.jsonl" guard --field .remark --report "$tmp/report"; status_is 1 && ! grep guess "$tmp/err" && grep -q '"guessed":null' "$tmp/report"; }
check "and not where it was named" named

# --- What a model said is in no report unless one asks for it.
excerpt()
{
	run_on "$loop" guard --report "$tmp/report" "$@"
	"$PYTHON" - "$tmp/report" "$tmp/out" "$@" <<'END'
import json, sys
hit, = json.load(open(sys.argv[1]))["thresholds"]
passed = open(sys.argv[2], encoding="utf-8").read()
if "--excerpt" in sys.argv:
    assert len(hit["excerpt"]) > 100 and hit["excerpt"] in passed, hit
else:
    assert hit["excerpt"] is None, hit
END
}
check "no excerpt" excerpt
check "--excerpt" excerpt --excerpt

# --- Memory is bounded: what is long is measured anew, and passes.
bounded()
{
	"$PYTHON" - "$tmp/long" "$1" "$2" <<'END'
import sys
path, kind, n_bytes = sys.argv[1:]
n_bytes = int(n_bytes)
loop = b"So x = 7. Wait, let me check that again. "
if kind == "events":
    piece = b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'
    data = b"".join(piece % (b"%x " % (i * 2654435761 % 2 ** 32))
                    for i in range(n_bytes // 70))
    # a loop that begins behind a restart is found, and said where it is
    data += (piece % loop) * 400
elif kind == "record":
    data = b'data: {"choices":[{"index":0,"delta":{"content":"ab"}}]}\n\n' * 9 \
        + b'data: {"choices":[{"index":0,"delta":{"content":"' + b"x" * n_bytes
else:
    data = (loop * (n_bytes // len(loop) + 1))[:n_bytes]
open(path, "wb").write(data)
END
	"$PYTHON" - "$LILSCOPE" "$tmp/long" "$tmp/out" "$@" <<'END'
import filecmp, json, resource, subprocess, sys
program, path, out, kind, n_bytes, bound_mib, more_kb = sys.argv[1:]
n_bytes = int(n_bytes)
# what the program takes for a word, its libraries' pages and all
subprocess.run([program, "guard"], input=b"word", stdout=subprocess.DEVNULL)
word_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
p = subprocess.run([program, "guard", "--annotate", "--report", "-",
                    "--max-memory", bound_mib], stdin=open(path, "rb"),
                   stdout=open(out, "wb"), stderr=subprocess.PIPE)
assert filecmp.cmp(path, out, False)
kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert kb < word_kb + int(more_kb), "%d kB, %d for a word" % (kb, word_kb)
*said, report = p.stderr.decode().splitlines()
report = json.loads(report)
hits = report["thresholds"]
if kind == "record":
    assert "a record is longer than --max-memory" in p.stderr.decode(), said
    assert p.returncode == 2 and not hits, (p.returncode, hits)
    sys.exit()
assert sum("--max-memory is full at byte" in s for s in said) == 1, said
least = n_bytes // (int(bound_mib) << 14) if kind == "loop" else 4
assert least * 0.98 - 1 < report["restarts"] <= n_bytes // 13000, report
assert report["generations"] == 1 and len(hits) == 1, report
if kind == "loop":
    assert hits[0]["at_token"] == 182, hits
    assert hits[0]["tokens_after"] == report["tokens"] - 182, report
else:
    first = n_bytes // 70
    assert first < hits[0]["at_token"] <= report["tokens"], report
END
}
check "8 MB of a loop in 64 MiB" bounded loop 8000000 64 62000
check "4 MB of a loop in 1 MiB" bounded loop 4000000 1 3000
check "2 MB of events in 1 MiB" bounded events 2000000 1 3000
check "a record of 20 MB in 4 MiB" bounded record 20000000 4 17000

# --- What cannot be read passes too, with a sentence.
unwatched()
{
	run_on "$1" guard
	status_is 2 && cmp "$1" "$tmp/out" && one_sentence
}
head -c 300000 /dev/urandom >"$tmp/random"
check "a binary passes unwatched" unwatched "$tmp/random"
for each in refused_log.txt refused_noise.bin; do
	check "passes unwatched: $each" unwatched "$srcdir/tests/golden/$each"
done
gzip -c "$healthy" >"$tmp/once.gz"
gzip -c "$tmp/once.gz" >"$tmp/twice.gz"
head -c 3000 "$tmp/once.gz" >"$tmp/cut.gz"
check "what is packed passes" passes "$tmp/once.gz"
check "what is packed twice passes unwatched" unwatched "$tmp/twice.gz"
check "a cut archive passes, with a sentence" unwatched "$tmp/cut.gz"
gzip -c "$loop" >"$tmp/loop.gz"
packed_loop()
{
	run_on "$tmp/loop.gz" guard --annotate
	status_is 1 && cmp "$tmp/loop.gz" "$tmp/out" && grep -q 'at token' "$tmp/err"
}
check "a loop in an archive is found" packed_loop

# --- JSON that a model writes and loops in is text, and is stopped; a wire
# that is not known here passes, however little each of its records tells.
"$PYTHON" - "$tmp" <<'END'
import random, sys
def put(name, text):
    with open(sys.argv[1] + "/" + name, "w") as f:
        f.write(text)
put("blanks", '{"answer": ' + " \n  " * 4000)
put("string", '{"text": "' + "and then again, " * 3000)
put("array", "[" + ",".join(['{"name": "x", "value": 1}'] * 2000))
random.seed(1)
words = ["".join(random.choice("abcdefghijklmnop") for _ in range(
    random.randint(2, 9))) for _ in range(900)]
piece = '{"candidate_piece":{"content":"%s"},"n":%d,"model":"m","created":1}'
put("wire.json", "[" + ",\n".join(piece % (random.choice(words), i)
                                  for i in range(3000)) + "]\n")
put("wire.jsonl", "".join(piece % (random.choice(words), 1) + "\n"
                          for i in range(3000)))
END
stops()
{
	run_on "$1" guard
	status_is 1 && [ "$(wc -l <"$tmp/err")" = 1 ] &&
		[ "$(wc -c <"$tmp/out")" -lt "$(wc -c <"$1")" ]
}
for each in blanks string array; do
	check "stops JSON that loops: $each" stops "$tmp/$each"
done
wire()
{
	run_on "$1" guard
	cmp "$1" "$tmp/out" && ! grep -q threshold "$tmp/err"
}
check "an unknown wire passes, as lines" wire "$tmp/wire.jsonl"
check "an unknown wire passes, as an array" wire "$tmp/wire.json"

broken_record()
{
	run_on "$srcdir/tests/golden/broken.sse" guard
	status_is 0 && cmp "$srcdir/tests/golden/broken.sse" "$tmp/out" &&
		one_sentence
}
check "a broken record passes, with a sentence" broken_record

# --- A loop ends, and its producer with it.
looping()
{
	"$PYTHON" - "$LILSCOPE" "$phrase" "$@" <<'END'
import signal, subprocess, sys
guard = [sys.argv[1], "guard"] + sys.argv[3:]
yes = subprocess.Popen(["yes", sys.argv[2]], stdout=subprocess.PIPE,
                       preexec_fn=lambda: signal.signal(signal.SIGPIPE,
                                                        signal.SIG_DFL))
p = subprocess.Popen(guard, stdin=yes.stdout, stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE)
yes.stdout.close()
out, err = p.communicate(timeout=20)
assert p.returncode == 1, p.returncode
assert yes.wait(timeout=20) == -signal.SIGPIPE
line = (sys.argv[2] + "\n").encode()
assert out == line * (len(out) // len(line)), "not whole lines"
assert len(out) < 20000, len(out)
assert err.count(b"\n") == 1 and b"threshold at token" in err, err
END
}
check "a looping producer gets SIGPIPE" looping
check "another rule" looping --rule cycle
check "another window" looping -f 100 -t 8 --patience 2 --coder deflate

# A prefix of the input, ending with a line; a second run says the same.
stops()
{
	run_on "$1" guard --report "$tmp/report" $3
	status_is 1 || return 1
	"$PYTHON" - "$1" "$tmp/out" "$tmp/report" "$2" $3 <<'END'
import json, sys
whole, out = (open(p, "rb").read() for p in sys.argv[1:3])
r = json.load(open(sys.argv[3]))
hit = r["thresholds"][0]
assert whole.startswith(out) and len(out) < len(whole)
assert r["passed_bytes"] == len(out) == hit["at_byte"], r
assert r["stopped"] is True and r["ended_by"] == "threshold"
assert hit["at_token"] == int(sys.argv[4]), hit
assert r["tokens"] - hit["at_token"] == hit["tokens_after"] < 250
assert r["trouble"] is None and r["elapsed_s"] > 0
if len(sys.argv) > 5:
    assert (r["rule"], r["f"], r["t"]) == ("guardian", 250, 20), r
else:
    assert (r["rule"], r["p"]) == ("loop", 0.0005), r
END
}
check "a plateau is stopped where analyze sees it" stops "$plateau" 9831
check "a loop is stopped where analyze sees it" stops "$loop" 2831
check "... and by Guardian if it is named" stops "$loop" 3000 "--rule guardian"
for each in "-f 250" "-t 20" "--patience 1" "--coder lz77" \
	"--thinking-f 70" "--thinking-t 3" "--thinking-patience 2"; do
	check "... or one of its numbers: $each" stops "$loop" 3000 "$each"
done
both() { run_on "$loop" guard -t 20 --rule loop --report -; status_is 1 && grep -q '"at_token":2831,' "$tmp/err"; }
check "a number of Guardian's beside another rule" both

# The same text as chat events: the event that made the rule fire is whole.
"$PYTHON" - "$plateau" >"$tmp/plateau.sse" <<'END'
import json, re, sys
text = open(sys.argv[1], newline="").read()
for piece in re.findall(r"\s?\S+|\s", text):
    print("data: " + json.dumps({"id": "x", "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": piece}}]}) + "\n")
print("data: [DONE]\n")
END
events()
{
	run_on "$tmp/plateau.sse" guard
	status_is 1 && [ "$(tail -c 2 "$tmp/out" | od -An -c | tr -d ' ')" = '\n\n' ] &&
		[ "$(lines "$tmp/out")" -lt "$(lines "$tmp/plateau.sse")" ] &&
		grep -q 'token 9[78]' "$tmp/err"
}
check "events end whole" events

# However the bytes come, the stop is at the same place; live, not at the end.
replayed()
{
	timeout 20 "$PYTHON" - "$LILSCOPE" "$1" "$tmp/out" <<'END'
import os, subprocess, sys
data = open(sys.argv[2], "rb").read()
wanted = open(sys.argv[3], "rb").read()
for cut in (1, 7, 4099):
    p = subprocess.Popen([sys.argv[1], "guard"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         bufsize=0)
    got = b""
    start = 0 if cut > 1 else max(0, len(wanted) - 400)
    pieces = [data[i:i + 4096] for i in range(0, start, 4096)]
    pieces[-1:] = [data[len(pieces[:-1]) * 4096:start]] if start else []
    pieces += [data[i:i + cut] for i in range(start, len(data), cut)]
    os.set_blocking(p.stdout.fileno(), False)
    try:
        for piece in pieces:
            p.stdin.write(piece)
            got += p.stdout.read() or b""
    except BrokenPipeError:
        pass
    # its input is still open: it ended by itself
    os.set_blocking(p.stdout.fileno(), True)
    got += p.stdout.read()
    assert p.wait(timeout=20) == 1
    assert got == wanted, (cut, len(got), len(wanted))
END
}
run_on "$plateau" guard
check "text, cut anywhere" replayed "$plateau"
run_on "$tmp/plateau.sse" guard
check "events, cut anywhere" replayed "$tmp/plateau.sse"

# At the pace of a decoder (make bench-stop: 200 tokens a second; here more):
# stopped while it decodes, what was saved is told; what is healthy is whole.
paced()
{
	timeout 60 "$PYTHON" "$srcdir/tests/bench/stop.py" "$LILSCOPE" \
		"$plateau" "$loop" "$healthy" 20000 >"$tmp/saved" || return 1
	cat "$tmp/saved"
	grep -q '^rkv_aime24_08.txt  *16333  *9831  *6[345].. .* SIGPIPE$' \
		"$tmp/saved" &&
		grep -q '^qwen35_9b.*  *3871  *2831  *\(9\|10\).. .* SIGPIPE$' \
			"$tmp/saved" &&
		grep -q '^rkv_aime24_00.txt .* - *0  *0.0 .* wrote it all$' \
			"$tmp/saved"
}
check "paced: producers get SIGPIPE, tokens saved are told" paced

# One byte goes out before the next comes in.
unbuffered()
{
	timeout 20 "$PYTHON" - "$LILSCOPE" <<'END'
import subprocess, sys
p = subprocess.Popen([sys.argv[1], "guard"], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, bufsize=0)
for byte in b'data: {"id"' + bytes(range(20)):
    p.stdin.write(bytes([byte]))
    assert p.stdout.read(1) == bytes([byte])
p.stdin.close()
assert p.stdout.read() == b""
p.wait()
END
}
check "unbuffered" unbuffered

# A reader that stands still stops the producer; nothing is lost after.
back_pressure()
{
	timeout 30 "$PYTHON" - "$LILSCOPE" <<'END'
import os, random, select, subprocess, sys
p = subprocess.Popen([sys.argv[1], "guard"], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, bufsize=0)
letters = random.Random(1)
data = " ".join("%x" % letters.getrandbits(60)
                for i in range(60000)).encode()
os.set_blocking(p.stdin.fileno(), False)
sent = 0
while select.select([], [p.stdin], [], 0.5)[1]:
    sent += os.write(p.stdin.fileno(), data[sent:sent + 4096])
    assert sent < len(data), "it read without end"
os.set_blocking(p.stdin.fileno(), True)
if os.fork() == 0:
    while sent < len(data):
        sent += os.write(p.stdin.fileno(), data[sent:])
    os._exit(0)
p.stdin.close()
assert p.stdout.read() == data
assert p.wait() == 0
END
}
check "back-pressure is kept" back_pressure

# --- The reader goes away, also while the producer is still.
reader_gone()
{
	timeout 20 "$PYTHON" - "$LILSCOPE" <<'END'
import os, subprocess, sys
p = subprocess.Popen([sys.argv[1], "guard"], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, bufsize=0)
p.stdin.write(b"one line\n")
assert p.stdout.readline() == b"one line\n"
p.stdout.close()
assert p.wait() == 0     # before anything more is written
END
}
check "the reader goes away" reader_gone
full() { status=0; "$LILSCOPE" guard <"$healthy" >/dev/full 2>"$tmp/err" || status=$?; status_is 2 && one_sentence; }
[ ! -c /dev/full ] || check "a full disk: one sentence" full

# --- annotate: all passes, one mark.
annotate()
{
	run_on "$plateau" guard --annotate --report "$tmp/report"
	status_is 1 && cmp "$plateau" "$tmp/out" && one_sentence &&
		grep -q 'threshold at token 9831' "$tmp/err" &&
		"$PYTHON" - "$tmp/report" <<'END'
import json, sys
r = json.load(open(sys.argv[1]))
assert r["stopped"] is False and r["ended_by"] == "end"
assert r["thresholds"][0]["at_token"] == 9831
assert r["thresholds"][0]["tokens_after"] == 6502, r
END
}
check "--annotate" annotate
several()
{
	"$PYTHON" - "$phrase" >"$tmp/several.jsonl" <<'END'
import json, sys
for i in range(5):
    text = sys.argv[1] * 200 if i % 2 else "A short answer, number %d." % i
    print(json.dumps({"response": text}))
END
	run_on "$tmp/several.jsonl" guard --annotate
	status_is 1 && cmp "$tmp/several.jsonl" "$tmp/out" &&
		is marks 2 "$(grep -c 'generation [13] ' "$tmp/err")" || return 1
	run_on "$tmp/several.jsonl" guard
	status_is 1 && head -n 2 "$tmp/several.jsonl" | cmp - "$tmp/out"
}
check "several generations: each alone, the first stops" several

# --- report.
report_on_stderr()
{
	run_on "$loop" guard --report -
	status_is 1 && tail -n 1 "$tmp/err" | "$PYTHON" -c '
import json, sys
assert json.load(sys.stdin)["thresholds"][0]["at_token"] == 2831'
}
check "--report -" report_on_stderr
saved_of_file()
{
	run guard --report "$tmp/report" "$loop"
	status_is 1 && "$PYTHON" - "$tmp/report" <<'END'
import json, sys
r = json.load(open(sys.argv[1]))
assert r["saved_bytes"] is not None and r["source"].endswith(".txt"), r
END
}
check "a file: what was not read" saved_of_file
no_report() { run_on "$healthy" guard --report "$tmp/no/such/place"; status_is 2 && one_sentence && [ ! -s "$tmp/out" ]; }
check "a report that can't be written is said before anything passes" no_report

# --- exec.
exec_words()
{
	cat >"$tmp/words" <<'END'
#!/bin/sh
for each; do echo "<$each>"; done >>"$0.out"
cat >>"$0.out"
END
	chmod +x "$tmp/words"
	rm -f "$tmp/words.out"
	run_on "$1" guard $2 --exec "$tmp/words one 'two  \$HOME' \"th\\\"ree\" fo\\ ur ''"
	printf '%s\n' '<one>' '<two  $HOME>' '<th"ree>' '<fo ur>' '<>' |
		cmp - "$tmp/words.out"
}
check "--exec: words, no shell" exec_words "$loop"
check "--exec: once" exec_words "$tmp/several.jsonl" --annotate
yes "$phrase" | head -c 4000 | tr '\n' ' ' >"$tmp/one_line"
check "--exec: a threshold that the end shows" exec_words "$tmp/one_line"
no_exec() { rm -f "$tmp/words.out"; run_on "$healthy" guard --exec "$tmp/words"; status_is 0 && [ ! -e "$tmp/words.out" ]; }
check "--exec: not without a threshold" no_exec
exec_fails()
{
	run_on "$loop" guard --exec "$1"
	status_is 1 && grep -q -- "--exec .*$2" "$tmp/err"
}
check "--exec: a command that is not there" exec_fails /no/such/command 'cannot be run'
check "--exec: a command that fails" exec_fails "sh -c 'exit 3'" 'status 3'
bad_exec() { run_on "$healthy" guard --exec "$1"; status_is 2 && one_sentence && [ ! -s "$tmp/out" ]; }
check "--exec: an open quote" bad_exec "touch 'a b"
check "--exec: no word" bad_exec "  "

# --- Usage.
usage() { run guard "$@"; status_is 2 && one_sentence; }
check "an unknown rule" usage --rule nonsense
check "two files" usage "$loop" "$healthy"
check "a missing file" usage "$tmp/missing"
check "an option of others" usage --json

# --- Signals: the report is written, the program ends by the signal.
signalled()
{
	timeout 20 "$PYTHON" - "$LILSCOPE" "$tmp/report" <<'END'
import json, random, signal, subprocess, sys
letters = random.Random(1)
new = b" ".join(b"%x" % letters.getrandbits(60) for i in range(8000))
for stuck in False, True:
    p = subprocess.Popen([sys.argv[1], "guard", "--report", sys.argv[2]],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         bufsize=0)
    p.stdin.write(b"one line\n")
    assert p.stdout.readline() == b"one line\n"
    if stuck: # it waits for its reader
        p.stdin.write(new[:120000])
    p.send_signal(signal.SIGTERM)
    assert p.wait() == -signal.SIGTERM
    assert json.load(open(sys.argv[2]))["ended_by"] == "signal"
END
}
check "SIGTERM" signalled

finish
