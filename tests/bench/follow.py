#!/usr/bin/env python3
"""Following under load, on a terminal: follow.py LILSCOPE [ROUNDS]

RATE chunks a second come into a log that is moved away, made anew and cut by
turns, while keys open and close the help. Prints the time from a key to its
effect on the screen, and whether what was recorded meanwhile is what was
written, byte for byte. Exits with 1 when it is not, or when the 99th
percentile of the keys took longer than BUDGET_MS.
"""
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

RATE, STEP, TOKENS = 50000, 250, 150000  # a turn is three seconds
BUDGET_MS, PATIENCE_S = 16, 30
# Before a file is cut, and at the end: what a reader that far behind has not
# seen is lost for anybody, and a recorder writes once a second.
REST_S = 2


def line(i):
    return ('data: {"id":"x","object":"chat.completion.chunk","choices":'
            '[{"index":0,"delta":{"content":"%d "}}]}\n\n' % i)


def write_turn(log):
    began = time.monotonic()
    with open(log, "a") as f:
        for at in range(0, TOKENS, STEP):
            f.write("".join(map(line, range(at, at + STEP))))
            f.flush()
            ahead = began + (at + STEP) / RATE - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def writer(log, rounds):
    """A process of its own."""
    for i in range(int(rounds)):
        if i % 2 == 1:
            os.rename(log, log + ".1")  # at full speed
        elif i:
            time.sleep(REST_S)
            os.truncate(log, 0)
        write_turn(log)
    time.sleep(REST_S)


class Screen:
    def __init__(self, argv, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 50, 200, 0, 0))

    def wait(self, text, seconds):
        """Seconds until text was written, or None; text None only reads."""
        began, seen = time.perf_counter(), b""
        while time.perf_counter() - began < seconds:
            if not select.select([self.fd], [], [], 0.02)[0]:
                continue
            seen = seen[-64:] + os.read(self.fd, 65536)
            if text and text in seen:
                return time.perf_counter() - began
        return None

    def key(self, key, effect, seconds=5):
        os.write(self.fd, key)
        return self.wait(effect, seconds)


def recorded(lilscope, tmp, k):
    """Bytes of the k-th generation."""
    name = tmp + "/kept%s.jsonl" % ("" if k == 1 else "-%d" % k)
    if not os.path.exists(name):
        return 0
    out = subprocess.run([lilscope, "analyze", "--json", "--no-rivals", name],
                         capture_output=True, text=True).stdout
    return json.loads(out)["bytes"] if out else 0


def press_keys(s, w):
    """Until the writer ends; milliseconds of each."""
    ms = []
    while w.poll() is None:
        took = s.key(b"?", b"Ctrl-C")
        assert took is not None, "the help did not come"
        ms.append(took * 1e3)
        s.wait(None, 0.05)
        # gone, and silent about it: what comes next is of the next key
        assert s.key(b"q", b"Ctrl-C", 0.05) is None
    return sorted(ms)


def main(lilscope, rounds=5):
    rounds = int(rounds)
    want = sum(len("%d " % i) for i in range(TOKENS))
    with tempfile.TemporaryDirectory() as tmp:
        log = tmp + "/server.log"
        open(log, "w").close()
        env = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": tmp,
               "PATH": os.environ["PATH"]}
        s = Screen([lilscope, "--no-session", "--no-rivals", "--record",
                    tmp + "/kept.jsonl", "--follow", log], env)
        s.wait(b"\x1b[?1049h", PATIENCE_S)
        w = subprocess.Popen([sys.executable, __file__, "--write", log,
                              str(rounds)])
        s.wait("ρ".encode(), PATIENCE_S)
        ms = press_keys(s, w)
        try:
            s.key(b"\x03", None)
        except OSError:
            pass  # it ended, and its terminal with it
        os.waitpid(s.pid, 0)
        kept = [recorded(lilscope, tmp, k + 1) for k in range(rounds + 1)]
    p99 = ms[int(0.99 * (len(ms) - 1) + 0.5)]
    # the last blank of one that has no end may wait for what follows it
    exact = kept[-1] == 0 and all(want - 1 <= k <= want for k in kept[:-1])
    print("%d files of %d chunks, %d/s, moved and cut: %s" % (
        rounds, TOKENS, RATE, "all counted, once" if exact else
        "LOST OR DOUBLED: %s, wanted %d bytes each" % (kept, want)))
    print("key to its effect: p50 %.2f ms, p99 %.2f ms, max %.2f ms (%d)" % (
        ms[len(ms) // 2], p99, ms[-1], len(ms)))
    return 0 if exact and p99 < BUDGET_MS else 1


if sys.argv[1] == "--write":
    writer(*sys.argv[2:])
else:
    sys.exit(main(*sys.argv[1:]))
