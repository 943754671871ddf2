#!/bin/sh
# -f under load: 50,000 tokens a second into a log that is moved away, made
# anew and cut. Nothing is lost, nothing counted twice.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"

turns()
{
	"$PYTHON" - "$LILSCOPE" "$tmp" <<'END'
import json, os, subprocess, sys, time
lilscope, tmp = sys.argv[1:]
log, RATE, STEP = tmp + "/server.log", 50000, 500

def line(i):
    return ('data: {"id":"x","object":"chat.completion.chunk","choices":[{"index"'
            ':0,"delta":{"content":"%d "}}]}\n\n' % i)

def write(n):
    """n tokens at RATE; returns their text's bytes."""
    began, total = time.monotonic(), 0
    with open(log, "a") as f:
        for at in range(0, n, STEP):
            f.write("".join(line(i) for i in range(at, at + STEP)))
            f.flush()
            total += sum(len("%d " % i) for i in range(at, at + STEP))
            ahead = began + (at + STEP) / RATE - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
    return total

def kept(k):
    """Bytes of the k-th generation's record so far."""
    name = tmp + "/kept%s.jsonl" % ("" if k == 1 else "-%d" % k)
    if not os.path.exists(name):
        return 0
    out = subprocess.run([lilscope, "analyze", "--json", "--no-rivals", name],
                         capture_output=True, text=True).stdout
    return json.loads(out)["bytes"] if out else 0

def until(what, want, why):
    for _ in range(300):
        got = what()
        if got == want:
            return
        assert got < want, (why, got, want)
        time.sleep(0.05)
    raise AssertionError((why, got, want))

# The last word of a generation that goes on waits for what follows it.
def all_but_last(total, n):
    return total - len("%d " % (n - 1)) + len("%d" % (n - 1))

open(log, "w").close()
p = subprocess.Popen([lilscope, "--plain", "--no-rivals", "--record",
                      tmp + "/kept.jsonl", "--follow", log],
                     stdout=subprocess.DEVNULL)
try:
    n = 50000
    first = write(n)
    os.rename(log, log + ".1")      # at full speed: what was written is read
    second = write(n)
    until(lambda: kept(1), first, "moved away")
    until(lambda: kept(2) >= second - 8, True, "made anew")
    os.truncate(log, 0)             # what was not read would be gone
    third = write(n)
    until(lambda: kept(2), second, "cut")
    until(lambda: kept(3) >= third - 8, True, "after the cut")
    assert p.poll() is None
    p.terminate()
    p.wait()
    assert kept(3) >= third - 8 and kept(4) == 0
finally:
    p.kill()
print(first, second, third)
END
}
check "moved away, made anew, cut" turns

# A file that is not there yet is waited for; a folder that is not there, not.
later()
{
	rm -f "$tmp/later.log"
	"$PYTHON" - "$LILSCOPE" "$tmp" "$@" <<'END'
import subprocess, sys
lilscope, tmp = sys.argv[1:3]
log = tmp + "/later.log"
p = subprocess.Popen([lilscope] + sys.argv[3:] + [log], text=True,
                     stdout=subprocess.PIPE)
try:
    first = p.stdout.readline()
    assert first == "Waits for %s, which is not there yet.\n" % log, first
    open(log, "w").write("One, two, three, four,\nfive;\n")
    second = p.stdout.readline()
    assert second.startswith("Generation 1: %s" % log), second
    assert p.poll() is None
finally:
    p.kill()
END
}
check "not there yet" later --plain --follow
check "... without a terminal, and without --plain" later --follow
check "... by its letter, which is the rule's in analyze" later -f
report()
{
	run -f --json "$tmp/later.log"
	status_is 2 && one_sentence && grep -q 'does not go with --json' "$tmp/err"
}
check "a report does not stay" report
no_folder()
{
	run --plain --follow "$tmp/no/later.log"
	status_is 2 && one_sentence
}
check "no such folder" no_folder
finish
