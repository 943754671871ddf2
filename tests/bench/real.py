#!/usr/bin/env python3
"""The problem sets of `make bench-real`, its code answers, its tables.

    real.py sets DATA SAMPLES OUT N   writes OUT/SET.jsonl, N problems each at most, of what lies in the folder
                                      DATA (or in SAMPLES) and says which sets are missing
    real.py code SET.jsonl RUNS.jsonl runs the code that a bench's texts hold against the set's tests
    real.py table RUNS.csv            a bench's CSV as tables for people

Code that a model wrote is run as nobody where this is root, in a folder of its own, without a network, with
little memory and time. Where that can't be had nothing is run.
"""
import ctypes
import gzip
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NOBODY, UNCONFINED = 65534, 97
CPU_S = int(os.environ.get("REAL_CODE_S", 5)) # seconds of a processor for a program
WALL_S, MEMORY, FILE_BYTES, PROCESSES = 20, 1 << 30, 1 << 20, 32
RESAMPLES = 2000


def lines_of(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


# --- sets ---------------------------------------------------------------------

def gsm8k(row):
    gold = row.get("answer") or row.get("ground_truth", "").replace("\nA: ", "\n#### ")
    return {"question": row["question"], "answer": gold} if gold and "question" in row else None


def math(row):
    return {"problem": row["problem"], "answer": row["answer"]} if "problem" in row and "answer" in row else None


def code(row):
    if not all(k in row for k in ("prompt", "test", "entry_point")):
        return None
    ask = "Complete this function. Answer with the whole function in one block of Python.\n```python\n%s```"
    return {"prompt": ask % row["prompt"], "test": row["test"], "entry_point": row["entry_point"]}


def as_it_is(row):
    return row


def steps(row):
    """A problem of GSM8K's socratic form: its steps, each a question and what answers it, and the right number."""
    *lines, last = re.sub(r"<<.*?>>", "", row["answer"]).split("\n")
    pairs = [line.split(" ** ", 1) for line in lines]
    return (pairs, last) if len(pairs) > 1 and all(len(p) == 2 for p in pairs) and last.startswith("#### ") else None


def dialogues(rows):
    """Conversations of a problem whose last step is asked for when another one has been talked of since; what is one
    stays."""
    yield from (row for row in rows if "messages" in row)
    asked = [(row["question"], *of) for row in rows if "question" in row for of in [steps(row)] if of]
    for (story, mine, gold), (other, theirs, _) in zip(asked[::2], asked[1::2]):
        turns = [f"{story} One step at a time: {mine[0][0]}", mine[0][1]]
        for question, answer in mine[1:-1]:
            turns += [question, answer]
        turns += [f"Something else in between. {other}", "\n".join(answer for _, answer in theirs)]
        turns.append(f"Back to my first question: {mine[-1][0]} Reason step by step, and put your final answer within "
                     "\\boxed{}.")
        yield {"messages": [{"role": ("user", "assistant")[i % 2], "content": t} for i, t in enumerate(turns)],
               "answer": gold}


def each(make):
    return lambda rows: filter(None, map(make, rows))


# a set, the names that its file may have, how its rows become problems
SETS = [
    ("gsm8k", ["test.jsonl", "gsm8k.jsonl", "example_model_solutions.jsonl", "gsm8k-100.jsonl"], each(gsm8k)),
    ("math", ["math500.jsonl", "MATH-500.jsonl", "test.jsonl"], each(math)),
    ("code", ["HumanEval.jsonl.gz", "HumanEval.jsonl"], each(code)),
    ("dialogue", ["test_socratic.jsonl", "dialogue.jsonl"], dialogues),
    ("long", ["long.jsonl"], each(as_it_is)),
]


def files_of(folder):
    return sorted(os.path.join(at, f) for at, _, files in os.walk(folder) for f in files) if folder else []


def rows_of(path, make):
    try:
        return list(make(lines_of(path)))
    except (OSError, ValueError, KeyError, AttributeError):
        return []


def sets(data, samples, out, n):
    os.makedirs(out, exist_ok=True)
    for name, names, make in SETS:
        found = [p for p in files_of(data) + files_of(samples) if os.path.basename(p) in names]
        rows = next((r for r in (rows_of(p, make) for p in found) if r), [])
        if not rows:
            print(f"bench-real: no {name}: none of {', '.join(names)} is in the folder {data or '(none)'}, skipped",
                  file=sys.stderr)
            continue
        with open(os.path.join(out, name + ".jsonl"), "w", encoding="utf-8") as f:
            for row in rows[:int(n)]:
                f.write(json.dumps(row, ensure_ascii=False) + "\n")


# --- code ---------------------------------------------------------------------

def confine():
    """In the child, before the program: what can't be had ends it."""
    root = os.getuid() == 0
    libc = ctypes.CDLL(None, use_errno=True)
    os.setsid()
    if libc.unshare(CLONE_NEWNET | (0 if root else CLONE_NEWUSER)) != 0:
        os._exit(UNCONFINED)
    for what, limit in ((resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0),
                        (resource.RLIMIT_FSIZE, FILE_BYTES), (resource.RLIMIT_NOFILE, 64),
                        (resource.RLIMIT_NPROC, PROCESSES)):
        resource.setrlimit(what, (limit, limit))
    if root:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def begin(folder):
    """The first Python that nobody may run: one under /root is root's alone."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            return subprocess.Popen([python, "-I", "-"], cwd=folder, env={"PATH": "/usr/bin:/bin"},
                                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    preexec_fn=confine)
        except (PermissionError, FileNotFoundError):
            continue
    sys.exit("bench-real: no code is run: there is no Python that the user nobody may run")


def passes(program):
    """Does it end well? None: it could not be confined, and was not run."""
    folder = tempfile.mkdtemp(prefix="real.")
    try:
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        child = begin(folder)
        try:
            child.communicate(program.encode("utf-8", "replace"), timeout=WALL_S)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(child.pid, signal.SIGKILL)  # and all that it started
        except ProcessLookupError:
            pass
        status = child.wait()
        return None if status == UNCONFINED else status == 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def code_in(text, entry):
    """The last block that defines the function; one that was cut is what there is of it. None: there is none."""
    blocks = re.findall(r"```[a-zA-Z]*\n(.*?)(?:```|\Z)", text, re.S)
    return next((b for b in reversed(blocks) if re.search(r"def\s+%s\b" % re.escape(entry), b)), None)


def interval(values):
    draw = random.Random(0)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
    return f"{100 * means[RESAMPLES // 40]:.0f} to {100 * means[-RESAMPLES // 40 - 1]:.0f}"


def check(set_path, runs_path):
    tasks, cells, seen = lines_of(set_path), {}, {}

    def verdict(task, text):
        body = code_in(text, task["entry_point"])
        if body is None:
            return None
        # the answer goes on with what the prompt imports
        whole = f"import math\nfrom typing import *\n{body}\n{task['test']}\ncheck({task['entry_point']})\n"
        if whole not in seen:
            seen[whole] = passes(whole)
            if seen[whole] is None:
                sys.exit("bench-real: no code is run, as no network namespace can be made here")
        return seen[whole]

    for run in lines_of(runs_path)[1:]:
        task, ends = tasks[int(run["problem"]) - 1], [0]
        text = run.get("text", "").encode()
        for n in run["token_bytes"]:
            ends.append(ends[-1] + n)
        row = [verdict(task, text.decode("utf-8", "replace"))]
        for rule in ("guardian", "loop", "first_answer"):
            at = (run["stops"].get(rule) or {}).get("at_token")
            row.append(verdict(task, text[:ends[at]].decode("utf-8", "replace")) if at else row[0])
        cells.setdefault((run["policy"], run["budget"]), {})[run["problem"]] = row
    print("| | problems | passes | 95 % | no code | stopped by guardian | by loop |\n|---|" + "---:|" * 6)
    for (policy, budget), runs in cells.items():
        rows = list(runs.values())
        share = lambda i: f"{100 * sum(r[i] is True for r in rows) / len(rows):.1f} %"
        print(f"| {policy}{' %d' % budget if budget else ''} | {len(rows)} | {share(0)} "
              f"| {interval([r[0] is True for r in rows])} | {100 * sum(r[0] is None for r in rows) / len(rows):.1f} % "
              f"| {share(1)} | {share(2)} |")


# --- tables -------------------------------------------------------------------

def table(path):
    import csv
    percent = lambda x: "-" if x in ("", None) else f"{100 * float(x):.0f} %"
    points = lambda x: "-" if x in ("", None) else f"{100 * float(x):+.0f}".replace("-0", "+0")
    span = lambda r, k, f: "-" if not r[k + "_lo"] else f"{f(r[k + '_lo'])} to {f(r[k + '_hi'])}"
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f))
    head = ["", "runs", "right", "95 %", "beside random", "tokens (x dense)", "at the cap", "guardian ended, saved",
            "of these runs saved", "points", "95 %", "loop ended, saved", "points"]
    head += [w for way in ("conclude", "rollback", "retry", "rescue") for w in (way + ": right", "beside stopping")
             if any(r[way + "_tried"] for r in rows)]
    print("| " + " | ".join(head) + " |\n|---|" + "---:|" * (len(head) - 1))
    for r in rows:
        cells = [r["policy"] + (" " + r["budget"] if r["budget"] != "0" else ""), r["runs"], percent(r["accuracy"]),
                 span(r, "accuracy", percent), span(r, "beside_random", points),
                 f"{float(r['tokens']):.0f} ({float(r['growth'] or 'nan'):.2f})", percent(r["at_cap"]),
                 f"{percent(r['guardian_fired'])}, {percent(r['guardian_saved'])}",
                 percent(r["guardian_saved_fired"]), points(r["guardian_change"]), span(r, "guardian_change", points),
                 f"{percent(r['loop_fired'])}, {percent(r['loop_saved'])}", points(r["loop_change"])]
        for way in ("conclude", "rollback", "retry", "rescue"):
            if way + ": right" in head:
                tried = bool(r[way + "_tried"])
                cells += [percent(r[way + "_accuracy"]) if tried else "-", span(r, way + "_beside_stop", points)]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    what = {"sets": (sets, 4), "code": (check, 2), "table": (table, 1)}.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if not what or len(sys.argv) - 2 != what[1]:
        sys.exit(__doc__)
    what[0](*sys.argv[2:])
