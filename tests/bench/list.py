#!/usr/bin/env python3
"""The list of live streams, on a terminal: list.py LILSCOPE [STREAMS]

As many streams as a guard serves write into one trace, each RATE tokens a
second, while the list shows them; a third of them ends in a loop. Prints the
time of the CPU that the list takes, of a core, and how many rows it has. Exits
with 1 when that is more than BUDGET at the first rate, or a row is missing.
"""
import fcntl
import json
import os
import pty
import random
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

RATES, BUDGET = (10, 20, 40), 0.02  # the first has the budget
WARM_S, MEASURED_S = 8, 20
LOOP_FROM = 60


def words():
    letters = "abcdefghijklmnop"
    return [" " + "".join(random.choice(letters)
                          for _ in range(random.randint(1, 6)))
            for _ in range(5000)]


def line(fields):
    return json.dumps(fields, separators=(",", ":")) + "\n"


def write(log, n, rate, seconds):
    vocabulary, began, k = words(), time.monotonic(), 0
    with open(log, "a") as f:
        for i in range(n):
            f.write(line({"lilscope": 1, "run": "%d" % i,
                          "id": "chatcmpl-%06x" % (i * 7919)}))
        while time.monotonic() - began < seconds:
            for i in range(n):
                loops = i % 3 == 0 and k > LOOP_FROM
                f.write(line({"t": vocabulary[k % 9] if loops else
                              random.choice(vocabulary),
                              "us": k * 1000000 // rate, "run": "%d" % i}))
            f.flush()
            k += 1
            ahead = began + k / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def cpu_s(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(lilscope, n, rate, tmp):
    """Of a core, and the screen's bytes."""
    log = tmp + "/all.jsonl"
    open(log, "w").close()
    w = subprocess.Popen([sys.executable, __file__, "--write", log, str(n),
                          str(rate), str(WARM_S + MEASURED_S + 2)])
    env = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": tmp,
           "PATH": os.environ["PATH"]}
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(lilscope, [lilscope, "--no-session", "-f", log], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    marks = []
    began = time.monotonic()
    while len(marks) < 2:
        if select.select([fd], [], [], 0.1)[0]:
            os.read(fd, 65536)
        past = time.monotonic() - began
        if past >= (WARM_S, WARM_S + MEASURED_S)[len(marks)]:
            marks.append((time.monotonic(), cpu_s(pid)))
    os.write(fd, b"\x0c")  # the whole screen again
    seen = b""
    while select.select([fd], [], [], 0.2)[0] and len(seen) < 1 << 20:
        seen += os.read(fd, 65536)
        if b"generations" in seen:
            break
    os.write(fd, b"\x03")
    try:
        while os.read(fd, 65536):  # a frame that nobody reads would hold it
            pass
    except OSError:
        pass
    w.wait()
    os.waitpid(pid, 0)
    (t0, c0), (t1, c1) = marks
    return (c1 - c0) / (t1 - t0), seen


def main(lilscope, n=512):
    n, good = int(n), True
    for rate in RATES:
        with tempfile.TemporaryDirectory() as tmp:
            part, seen = measure(lilscope, n, rate, tmp)
        rows = "%d+ generations" % n in seen.decode(errors="replace")
        good = good and rows and (rate != RATES[0] or part < BUDGET)
        print("%d streams of %d tokens/s (%d/s): %.1f %% of a core%s%s" % (
            n, rate, n * rate, 100 * part, "" if rows else ", ROWS MISSING",
            ", at most %.0f %%" % (100 * BUDGET) if rate == RATES[0] else ""))
    return 0 if good else 1


if sys.argv[1] == "--write":
    write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
else:
    sys.exit(main(*sys.argv[1:]))
