#!/usr/bin/env python3
"""What the guard adds to a pipe, beside cat: guard.py LILSCOPE TRACE...

Each trace, as text and as the events of a chat server (a word an event; most
servers send less), is sent through `cat` and through `lilscope guard
--annotate`. Processor time, the least of RUNS: the machine may be busy. What
starting takes (the same stream cut off early) is told apart; what is left,
less cat's, by the number of tokens, is the overhead a token. Exit status 1 if
a row is over LIMIT_US.
"""
import json
import os
import re
import resource
import subprocess
import sys
import tempfile

RUNS = 9
COPIES = 48      # generations in one stream of events
TEXT_BYTES = 1e6 # of text, which is one generation
LIMIT_US = 1.0


def events(text, i):
    for word in re.findall(r"\s?\S+|\s", text):
        yield "data: " + json.dumps({
            "id": "chatcmpl-%d" % i, "object": "chat.completion.chunk",
            "created": 1769850000, "model": "m", "choices": [
                {"index": 0, "delta": {"content": word},
                 "finish_reason": None}]}) + "\n\n"
    yield "data: [DONE]\n\n"


def cpu_s(argv, path):
    """Least processor seconds."""
    spent = []
    for _ in range(RUNS):
        with open(path, "rb") as data:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(argv, stdin=data, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime -
                         before.ru_utime - before.ru_stime)
    return min(spent)


def tokens_of(guard, path, report):
    with open(path, "rb") as data:
        subprocess.run(guard + ["--report", report], stdin=data,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(report) as told:
        return json.load(told)["tokens"]


def write(kind, text, path):
    """The whole stream, and one that ends early (path + ".start")."""
    if kind == "text":
        whole = text * max(1, int(TEXT_BYTES / len(text.encode())))
        start = text[:200]
    else:
        whole = "".join(e for i in range(COPIES) for e in events(text, i))
        start = "".join(events(text[:200], 0))
    for name, what in (path, whole), (path + ".start", start):
        with open(name, "w") as out:
            out.write(what)


def main(lilscope, *paths):
    guard = [lilscope, "guard", "--annotate"]
    over = 0
    print("%-34s %9s %8s %9s %10s %11s %6s" % (
        "stream", "tokens", "cat, ms", "start, ms", "guard, ms",
        "us a token", "limit"))
    for path in paths:
        with open(path, errors="replace") as trace:
            text = trace.read()
        for kind in "text", "events":
            with tempfile.TemporaryDirectory() as tmp:
                stream = tmp + "/stream"
                write(kind, text, stream)
                tokens = tokens_of(guard, stream, tmp + "/report")
                few = tokens_of(guard, stream + ".start", tmp + "/report")
                cat = cpu_s(["cat"], stream)
                start = cpu_s(guard, stream + ".start")
                whole = cpu_s(guard, stream)
            us = (whole - start - cat) * 1e6 / (tokens - few)
            over += us > LIMIT_US
            print("%-34s %9d %8.1f %9.1f %10.1f %11.3f %6.1f%s" % (
                os.path.basename(path)[:26] + ", " + kind, tokens, cat * 1e3,
                start * 1e3, whole * 1e3, us, LIMIT_US,
                "  OVER" if us > LIMIT_US else ""))
    return 1 if over else 0


sys.exit(main(*sys.argv[1:]))
