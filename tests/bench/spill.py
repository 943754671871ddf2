#!/usr/bin/env python3
"""A week of streams in minutes: spill.py LILSCOPE [GENERATIONS]

One trace is followed while GENERATIONS runs are written into it as fast as
they are read, some hundred at a time, as the tee of a guard's proxy is; every
tenth loops. Prints the memory as it goes, with what the list keeps limited
(--keep-memory) as by default. Exits with 1 when it passes BUDGET_MB, or a row
is missing at the end.
"""
import json
import os
import pty
import fcntl
import random
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

BUDGET_MB, AT_ONCE, TOKENS, STEPS = 200, 256, 60, 10


def line(fields):
    return json.dumps(fields, separators=(",", ":")) + "\n"


def write(log, n):
    rng = random.Random(7)
    words = [" " + "".join(rng.choice("abcdefghijklmnop")
                           for _ in range(rng.randint(1, 6)))
             for _ in range(5000)]
    with open(log, "a") as f:
        for start in range(0, n, AT_ONCE):
            runs = range(start, min(start + AT_ONCE, n))
            f.write("".join(line({"lilscope": 1, "run": str(i),
                                  "id": "chatcmpl-%06x" % i})
                            for i in runs))
            for k in range(TOKENS):
                f.write("".join(
                    line({"t": words[k % 5] if i % 10 == 0 else
                          rng.choice(words), "run": str(i)})
                    for i in runs))
            f.write("".join(line({"run": str(i), "end": "stop"})
                            for i in runs))


def memory_mb(pid, field="VmRSS"):
    with open("/proc/%d/status" % pid) as f:
        for row in f:
            if row.startswith(field + ":"):
                return int(row.split()[1]) / 1e3
    return 0


def read(fd, seconds):
    seen = b""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([fd], [], [], 0.1)[0]:
            seen = (seen + os.read(fd, 65536))[-100000:]
    return seen.decode(errors="replace")


def main(lilscope, n=200000, *more):
    n = int(n)
    with tempfile.TemporaryDirectory() as tmp:
        log = tmp + "/all.jsonl"
        open(log, "w").close()
        env = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": tmp,
               "PATH": os.environ["PATH"]}
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(lilscope, [lilscope, "--no-session", *more, "-f", log],
                      env)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        w = subprocess.Popen([sys.executable, __file__, "--write", log,
                              str(n)])
        began, rows, most, calm = time.monotonic(), [], 0, 0
        while calm < 3:
            os.write(fd, b"\x0c")
            found = re.findall(r"([0-9][^a-z+]*)[+] generations", read(fd, 2))
            count = int(re.sub("[^0-9]", "", found[-1])) if found else 0
            rows.append((time.monotonic() - began, memory_mb(pid)))
            calm = calm + 1 if w.poll() is not None and count == n else 0
            if rows[-1][0] > 1500:
                break
        most = memory_mb(pid, "VmHWM")
        os.write(fd, b"\x03")
        try:
            while os.read(fd, 65536):
                pass
        except OSError:
            pass
        w.wait()
        os.waitpid(pid, 0)
        step = max(len(rows) // STEPS, 1)
        print("%d generations, %.0f MB of trace; memory: %s; at most %.0f MB"
              % (n, os.path.getsize(log) / 1e6,
                 ", ".join("%.0f s %.0f MB" % row for row in rows[::step]),
                 most))
        if calm < 3:
            print("ROWS MISSING: %d" % count)
        return 0 if most <= BUDGET_MB and calm >= 3 else 1


if sys.argv[1] == "--write":
    write(sys.argv[2], int(sys.argv[3]))
else:
    sys.exit(main(*sys.argv[1:]))
