"""A Python that is there already: resident.py SAID

Each line of standard input is a script, of this folder or with its path, and its
arguments, between tabs. A child that has all modules runs it, what it says goes
to the file SAID, and its exit status is printed. (To begin takes a Python ten
times as long as most of these scripts work.)
"""
import asyncio
import collections
import http.client
import json
import os
import re
import runpy
import sys
import traceback
import urllib.error
import urllib.request

import ask
import ends
import operate
import upstream

OURS = {"ask.py": ask, "ends.py": ends, "operate.py": operate}


def run(script, *args):
    if script in OURS:
        return asyncio.run(OURS[script].main(*args))
    sys.argv = [script, *args]
    runpy.run_path(script, run_name="__main__")


def child(words, said):
    status = 1
    try:
        out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        run(*words)
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main(said):
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            child(line.rstrip("\n").split("\t"), said)
        status = os.waitpid(pid, 0)[1]
        print(os.waitstatus_to_exitcode(status) & 255, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
