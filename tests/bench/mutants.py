#!/usr/bin/env python3
"""Faults of one line, each of which a test must notice.

usage: mutants.py SOURCE BUILD [TABLE-ROW-PATTERN]
       mutants.py SOURCE

Reads SOURCE/tests/bench/mutants.txt. A copy of the tree is built in BUILD;
each fault is put into it alone, what the row's test needs is built, and the
test must fail. Prints a line a fault; exit status 1 if one survives, does not
compile, or if its line is not there (any more). SOURCE alone: only that is
looked at, which takes no time.
"""
import filecmp
import os
import re
import resource
import shutil
import subprocess
import sys

TEST_S = 120  # a test that takes longer has noticed
MEMORY_BYTES = 8 << 30
SKIPPED = {".git", "autom4te.cache", "build", "mutants", "shared", "threads"}


def read_table(path):
    """[(file, function or None, test, line, its fault)]"""
    rows, head, old = [], None, None
    for number, text in enumerate(open(path, encoding="utf-8"), 1):
        text = text.rstrip("\n")
        if text.startswith("- "):
            old = text[2:].strip()
        elif text.startswith("+ ") or text == "+":
            if not head or not old:
                sys.exit(f"{path}:{number}: a fault of no line")
            rows.append((*head, old, text[2:].strip()))
            old = None
        elif text and not text.startswith("#"):
            place, test = text.split()
            file, _, function = place.partition(":")
            head = (file, function or None, test)
    return rows


def find_line(lines, function, wanted):
    """The only line that is so, or the only one inside the function; of
    several the one whose number, from 1, follows the function's name."""
    function, _, number = (function or "").partition("@")
    found, inside = [], not function
    for i, line in enumerate(lines):
        if function and re.match(r"[a-z].*\b" + re.escape(function) + r"\(",
                                 line):
            inside = True
        elif function and line.startswith("}"):
            inside = False
        if inside and line.strip() == wanted:
            found.append(i)
    if number:
        return found[int(number) - 1] if int(number) <= len(found) else None
    return found[0] if len(found) == 1 else None


def copy_tree(source, to):
    """Only what differs, so that a second run builds little. True if what
    configure reads is among it."""
    again = False
    for folder, folders, files in os.walk(source):
        folders[:] = [f for f in folders if f not in SKIPPED]
        below = os.path.join(to, os.path.relpath(folder, source))
        os.makedirs(below, exist_ok=True)
        for name in files:
            at, copy = os.path.join(folder, name), os.path.join(below, name)
            if not os.path.exists(copy) or not filecmp.cmp(at, copy, False):
                # what a run that was ended left faulty was built
                was_there = os.path.exists(copy) and name[-2:] in (".c", ".h")
                (shutil.copy if was_there else shutil.copy2)(at, copy)
                again |= name in ("configure", "Makefile.in", "config.h.in")
    return again


class Tree:
    def __init__(self, source, build):
        self.source = os.path.join(build, "tree")
        self.build = os.path.join(build, "build")
        os.makedirs(self.build, exist_ok=True)
        again = copy_tree(source, self.source)
        if again or not os.path.exists(os.path.join(self.build, "Makefile")):
            subprocess.run(["../tree/configure", "-q", "CFLAGS=-O1"],
                           cwd=self.build, check=True)

    def make(self, test):
        goals = [] if test.endswith(".sh") else [test]
        if not test.startswith("tests/unit/"):
            goals.append("lilscope")
        done = subprocess.run(
            ["make", "-s", f"-j{os.cpu_count()}", *goals],
            cwd=self.build, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode == 0, done.stdout.decode(errors="replace")

    def passes(self, test):
        script = test.endswith(".sh")
        command = ["sh", "../tree/" + test] if script else ["./" + test]
        env = dict(os.environ, top_srcdir="../tree", top_builddir=".",
                   LILSCOPE=os.path.join(self.build, "lilscope"),
                   LILSCOPE_SAMPLES=os.path.join(self.source, "samples"))
        try:
            return subprocess.run(
                command, cwd=self.build, env=env, timeout=TEST_S,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES)),
            ).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def lines_gone(source):
    """Faults whose line the tree has no more; said in a line each."""
    gone = 0
    for file, function, test, old, new in read_table(os.path.join(
            source, "tests/bench/mutants.txt")):
        path = os.path.join(source, file)
        lines = (open(path, encoding="utf-8").read().split("\n")
                 if os.path.exists(path) else [])
        if find_line(lines, function, old) is None:
            gone += 1
            print(f"tests/bench/mutants.txt: {file} has no such line (or "
                  f"several): {old}")
    return gone


def try_fault(tree, row):
    """What became of it, in a word."""
    file, function, test, old, new = row
    path = os.path.join(tree.source, file)
    whole = open(path, encoding="utf-8").read()
    lines = whole.split("\n")
    at = find_line(lines, function, old)
    if at is None:
        return "NOT THERE"
    indent = lines[at][:len(lines[at]) - len(lines[at].lstrip())]
    # without a statement: what stands alone behind an if is an empty one
    lines[at] = indent + (new or ";" * old.endswith(";"))
    try:
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(lines))
        good, said = tree.make(test)
        if not good:
            print(said[-2000:])
            return "BROKEN"
        return "SURVIVED" if tree.passes(test) else "died"
    finally:
        with open(path, "w", encoding="utf-8") as out:
            out.write(whole)


def main():
    if len(sys.argv) == 2:
        return lines_gone(sys.argv[1]) > 0
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    source, build = map(os.path.abspath, sys.argv[1:3])
    pattern = sys.argv[3] if len(sys.argv) == 4 else ""
    rows = [row for row in read_table(os.path.join(
        source, "tests/bench/mutants.txt"))
        if re.search(pattern, f"{row[0]} {row[2]}")]
    tree = Tree(source, build)
    for test in sorted({row[2] for row in rows}):
        good, said = tree.make(test)
        if not good or not tree.passes(test):
            sys.exit(f"{said[-2000:]}{test} fails without a fault")
    bad = 0
    for row in rows:
        fate = try_fault(tree, row)
        bad += fate != "died"
        print(f"{fate:9} {row[0]}  {row[2].rpartition('/')[2]}: "
              f"{row[4] or 'without ' + row[3]}", flush=True)
    print(f"{len(rows) - bad} of {len(rows)} faults died")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
