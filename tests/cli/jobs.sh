#!/bin/sh
# analyze says the same on 1, 2 and 7 threads: every dialect's fixture, lines
# and broken lines by the thousand, a line of a megabyte, several files, pipes,
# and however it is ended. `make check-threads` runs this under
# ThreadSanitizer.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"

# Lines for several batches: good records, broken ones, several generations in
# one, empty lines, and a last line without its end. The same with one of 1.2 MB
# among them.
"$PYTHON" - "$tmp/big.jsonl" "$tmp/long.jsonl" <<'END'
import json, random, sys
random.seed(4)
words = ["w%d" % i for i in range(400)]
def put(out, n):
    for i in range(n):
        text = " ".join(random.choice(words) for _ in range(i % 300))
        if i % 97 == 7:
            out.write('{"response": "broken %d\n' % i)
        elif i % 89 == 11:
            out.write("\n[1, 2\r\n   \n")
        elif i % 83 == 13:
            out.write(json.dumps({"responses": [text, "second", "third"]})
                      + "\n")
        else:
            out.write(json.dumps({"response": text + " again" * (i % 50),
                                  "id": i}) + ("\n" if i < n - 1 else ""))
with open(sys.argv[1], "w") as out:
    put(out, 900)
with open(sys.argv[2], "w") as out:
    put(out, 200)
    text = " ".join(random.choice(words) for _ in range(300))
    out.write("\n" + json.dumps({"response": text * 900}) + "\n")
    put(out, 100)
END
large() { [ "$(wc -c <"$tmp/big.jsonl")" -gt 400000 ] && [ "$(wc -c <"$tmp/long.jsonl")" -gt 1200000 ]; }
check "they are large" large

# analyze ARGS... on 1, 2 and 7 threads: output, sentences, status, together
# in the order in which a terminal would show them.
# same INPUT ARGS...; of $two on 1 and 7
same()
{
	input=$1
	shift
	for jobs in 1 ${two-2} 7; do
		status=0
		"$LILSCOPE" analyze -j $jobs "$@" <"$input" \
			>"$tmp/all.$jobs" 2>&1 || status=$?
		echo "status $status" >>"$tmp/all.$jobs"
		cmp "$tmp/all.1" "$tmp/all.$jobs" ||
			{ echo "-j $jobs: $*"; return 1; }
	done
	[ -s "$tmp/all.1" ]
}

every_fixture()
{
	n=0
	for file in "$srcdir"/tests/golden/*.jsonl*; do
		same "$file" --json - || return 1
		n=$((n + 1))
	done
	[ $n -gt 40 ] || is fixtures "more than 40" $n
}
two=
check "fixtures from a pipe" every_fixture
unset two
check "every dialect's fixture, --json" \
	same /dev/null --json "$srcdir"/tests/golden/*.*
two=
for form in --csv "--rule loop"; do
	check "the folder of them, $form" \
		same /dev/null $form "$srcdir/tests/golden"
done
unset two
check "lines by the thousand" same /dev/null --json "$tmp/big.jsonl"
two=
check "a line of a megabyte" same /dev/null --json "$tmp/long.jsonl"
check "a field of them" same /dev/null --csv --field .response \
	"$tmp/big.jsonl"
check "the filter" same "$tmp/big.jsonl" --json -
check "several, one of them absent, one twice" same /dev/null --json \
	"$srcdir/tests/golden/cut.jsonl.gz" "$none" "$tmp/big.jsonl" \
	"$srcdir/tests/golden/cut.jsonl.gz"
check "a format that fits nothing" same /dev/null --json --format lmeval \
	"$tmp/big.jsonl"
check "a format that is none" same /dev/null --json --format nosuch \
	"$tmp/big.jsonl"

# One after another is what a feed of all lines says: the lines of a record do
# not depend on where pieces were cut.
cuts()
{
	"$LILSCOPE" analyze -j 1 --json - <"$tmp/big.jsonl" >"$tmp/uncut"
	for step in 1000 90000; do
		"$PYTHON" -c '
import sys
s = open(sys.argv[1], "rb").read()
step = int(sys.argv[2])
for i in range(0, len(s), step):
    sys.stdout.buffer.write(s[i:i + step])
    sys.stdout.buffer.flush()' "$tmp/big.jsonl" $step |
			"$LILSCOPE" analyze -j 2 --json - >"$tmp/cut" || return 1
		cmp "$tmp/uncut" "$tmp/cut" || return 1
	done
}
check "however a pipe is cut" cuts

# A record in, a line out, before the next one comes.
answers()
{
	"$PYTHON" - "$LILSCOPE" <<'END'
import json, subprocess, sys
p = subprocess.Popen([sys.argv[1], "analyze", "-j", "3", "--json", "-"],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for i in range(50):
    p.stdin.write(json.dumps({"response": "word %d" % i}).encode() + b"\n")
    p.stdin.flush()
    got = json.loads(p.stdout.readline())
    assert got["record"] == str(i), got
p.stdin.close()
assert p.wait() == 0 and not p.stdout.read()
END
}
check "each line is answered while the pipe is open" answers

# ended SIGNAL WANTED: what was printed is the beginning of what one thread
# prints, whole lines.
"$LILSCOPE" analyze -j 1 --json "$tmp/big.jsonl" >"$tmp/whole" 2>/dev/null
ended()
{
	"$PYTHON" - "$LILSCOPE" "$tmp/big.jsonl" "$tmp/whole" "$1" <<'END'
import os, signal, subprocess, sys
program, big, whole, name = sys.argv[1:]
p = subprocess.Popen([program, "analyze", "-j", "4", "--json", big],
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                     # a shell's background jobs ignore it
                     preexec_fn=lambda: signal.signal(signal.SIGINT,
                                                      signal.SIG_DFL))
first = p.stdout.readline()
if name == "PIPE":
    p.stdout.close()
    got = first
else:
    p.send_signal(getattr(signal, "SIG" + name))
    got = first + p.stdout.read()
said = p.stderr.read()
status = p.wait(timeout=60)
assert open(whole, "rb").read().startswith(got), "not its beginning"
want = {"INT": (-2, 130), "TERM": (-15, 143), "PIPE": (0, -13)}[name]
assert status in want, status
assert name != "PIPE" or not said, said
END
}
for signal in INT TERM PIPE; do
	check "ended by $signal" ended $signal
done

full()
{
	[ -c /dev/full ] || return 0
	for jobs in 1 4; do
		status=0
		"$LILSCOPE" analyze -j $jobs --json "$tmp/big.jsonl" \
			>/dev/full 2>"$tmp/err" || status=$?
		status_is 2 && one_sentence &&
			grep -q 'No space left' "$tmp/err" || return 1
	done
}
check "a full disk is told once" full

one_thread_is_one()
{
	[ -d /proc/self/task ] || return 0
	"$PYTHON" - "$LILSCOPE" "$1" "$2" <<'END'
import os, subprocess, sys
p = subprocess.Popen([sys.argv[1], "analyze", "-j", sys.argv[2], "--json",
                      "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
p.stdin.write(b'{"response": "some words"}\n')
p.stdin.flush()
p.stdout.readline()
n = len(os.listdir("/proc/%d/task" % p.pid))
maps = open("/proc/%d/maps" % p.pid).read()
more = "libtsan" in maps # which may have a thread of its own
p.stdin.close()
assert int(sys.argv[3]) <= n <= int(sys.argv[3]) + more, n
END
}
check "-j 1 has no other thread" one_thread_is_one 1 1
check "-j 5 has five" one_thread_is_one 5 5

# Memory grows with the threads and the longest lines, not with the file.
bounded()
{
	"$PYTHON" - "$LILSCOPE" "$tmp/lines" <<'END'
import json, os, random, subprocess, sys
random.seed(6)
words = ["w%d" % i for i in range(400)]
line = json.dumps({"response": " ".join(random.choices(words, k=9000))}) + "\n"
def peak(n):
    with open(sys.argv[2], "w") as out:
        out.writelines([line] * n)
    run = subprocess.Popen([sys.argv[1], "analyze", "--no-config", "--no-rivals",
                            "-j4", sys.argv[2]], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    assert status == 0, status
    return used.ru_maxrss
few, many = peak(20), peak(100)
print("%d KiB for 20 lines, %d for 100" % (few, many))
assert many < 1.5 * few
END
}
check "memory is bounded, however long the file" bounded

finish
