#!/usr/bin/env python3
"""A recorded generation, decoded again at a pace, behind the guard:
stop.py LILSCOPE TRACE... [TOKENS_A_SECOND]

The words of TRACE come as the events of a chat server into `lilscope guard`.
Prints what was decoded and what was saved of it, and how the producer ended.
Exits with 1 if what passed is not the beginning of what was sent, event by
event, or (where nothing was stopped) all of it.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

PACE = 200.0  # tokens a second, as a server on one card has


def events(path):
    with open(path, errors="replace", newline="") as trace:
        text = trace.read()
    for word in re.findall(r"\s?\S+|\s", text):
        yield ("data: " + json.dumps({
            "id": "x", "object": "chat.completion.chunk", "choices": [
                {"index": 0, "delta": {"content": word}}]}) + "\n\n").encode()
    yield b"data: [DONE]\n\n"


def produce(path, pace):
    """A process of its own: each event at its time."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    began = time.monotonic()
    for i, event in enumerate(events(path)):
        ahead = began + i / pace - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        os.write(1, event)


def analyze(lilscope, path):
    out = subprocess.run([lilscope, "analyze", "--json", path],
                         capture_output=True)
    return json.loads(out.stdout)


def stop(lilscope, path, pace, tmp):
    """One row of the table; whether it is as it should be."""
    whole = analyze(lilscope, path)["tokens"]
    sent = list(events(path))
    began = time.monotonic()
    producer = subprocess.Popen(
        [sys.executable, __file__, "--produce", path,
         str(pace * len(sent) / whole)], stdout=subprocess.PIPE)
    guard = subprocess.Popen(
        [lilscope, "guard", "--report", tmp + "/report"],
        stdin=producer.stdout, stdout=open(tmp + "/out", "wb"),
        stderr=subprocess.DEVNULL)
    producer.stdout.close()
    found = guard.wait() == 1
    took = time.monotonic() - began
    killed = producer.wait() == -signal.SIGPIPE
    with open(tmp + "/out", "rb") as out, open(tmp + "/report") as told:
        passed, report = out.read(), json.load(told)
    n = passed.count(b"\n\n")
    at = report["thresholds"][0]["at_token"] if found else None
    saved = whole - report["tokens"]
    print("%-28s %7d %8s %8d %6.1f %8.1f  %s" % (
        os.path.basename(path)[:28], whole, at or "-", saved,
        100.0 * saved / whole, took,
        "SIGPIPE" if killed else "wrote it all"))
    sys.stdout.flush()
    return (passed == b"".join(sent[:n]) and found == killed and
            report["stopped"] == found and (found or n == len(sent)) and
            (saved == 0 or found))


def main(lilscope, *words):
    paces = [float(w) for w in words if re.fullmatch(r"[0-9.]+", w)]
    good = True
    print("%-28s %7s %8s %8s %6s %8s  %s" % (
        "trace", "tokens", "stopped", "saved", "%", "seconds", "producer"))
    for path in (w for w in words if os.path.exists(w)):
        with tempfile.TemporaryDirectory() as tmp:
            good &= stop(lilscope, path, paces[0] if paces else PACE, tmp)
    return 0 if good else 1


if sys.argv[1] == "--produce":
    produce(sys.argv[2], float(sys.argv[3]))
else:
    sys.exit(main(*sys.argv[1:]))
