#!/usr/bin/env python3
"""What the guard adds to a pipe, beside cat: guard.py LILSCOPE TRACE...

Each trace, as text and as the events of a chat server (one token of the
bundled tokenizer an event is more than most servers send, so words are used),
is sent through `cat` and through `lilscope guard --annotate`; the best of
RUNS. The difference, by the number of tokens, is the overhead a token.
"""
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

RUNS = 5
COPIES = 8  # generations in one stream, so that starting up counts little


def events(text, i):
    for word in re.findall(r"\s?\S+|\s", text):
        yield "data: " + json.dumps({
            "id": "chatcmpl-%d" % i, "object": "chat.completion.chunk",
            "created": 1769850000, "model": "m", "choices": [
                {"index": 0, "delta": {"content": word},
                 "finish_reason": None}]}) + "\n\n"
    yield "data: [DONE]\n\n"


def best(argv, path):
    """Least wall-clock and processor seconds."""
    wall, cpu = [], []
    for _ in range(RUNS):
        with open(path, "rb") as data:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            began = time.perf_counter()
            subprocess.run(argv, stdin=data, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            wall.append(time.perf_counter() - began)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu.append(after.ru_utime + after.ru_stime -
                       before.ru_utime - before.ru_stime)
    return min(wall), min(cpu)


def main(lilscope, *paths):
    print("%-34s %9s %9s %9s %12s %8s" % ("stream", "tokens", "cat, ms",
                                         "guard, ms", "us a token", "CPU"))
    for path in paths:
        text = open(path, errors="replace").read()
        for kind in "text", "events":
            with tempfile.TemporaryDirectory() as tmp:
                stream, report = tmp + "/stream", tmp + "/report"
                with open(stream, "w") as out:
                    if kind == "text":
                        out.write(text)
                    else:
                        for i in range(COPIES):
                            out.writelines(events(text, i))
                guard = [lilscope, "guard", "--annotate"]
                subprocess.run(guard + ["--report", report],
                               stdin=open(stream, "rb"),
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
                tokens = json.load(open(report))["tokens"]
                cat, cat_cpu = best(["cat"], stream)
                wall, cpu = best(guard, stream)
            print("%-34s %9d %9.1f %9.1f %12.3f %8.3f" % (
                os.path.basename(path)[:26] + ", " + kind, tokens, cat * 1e3,
                wall * 1e3, (wall - cat) * 1e6 / tokens,
                (cpu - cat_cpu) * 1e6 / tokens))


main(*sys.argv[1:])
