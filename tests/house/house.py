#!/usr/bin/env python3
"""The house in numbers: rooms, floors, cycles, lines, functions, names.

    house.py [TREE ...]    a table, a column for each tree

A tree is a checkout of lilscope of any age. What is counted is read from the
text of src/ and tui/, without a compiler: includes, function bodies, struct
tags, prototypes. `make house` prints it for this tree (HOUSE_BEFORE names
another to stand beside it); then add.py counts what adding one thing touches.
"""
import collections
import os
import re
import statistics
import sys

CODE = ("src", "tui")


def files_of(tree, folders=CODE):
    for folder in folders:
        for at, _, names in os.walk(os.path.join(tree, folder)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    path = os.path.join(at, name)
                    yield os.path.relpath(path, tree)


def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as f:
        return f.read()


def without_comments(text):
    keep = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/',
                      re.S)
    return keep.sub(lambda m: m.group() if m.group()[0] != "/" else
                    "\n" * m.group().count("\n"), text)


def target_of(tree, here, name):
    for folder in ("src", "tui", os.path.dirname(here)):
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(os.path.join(tree, path)):
            return path
    return None


def cycles_of(edges):
    """Strongly connected sets of more than one room (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in edges.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = []
            while True:
                part.append(stack.pop())
                if part[-1] == v:
                    break
            if len(part) > 1:
                found.append(sorted(part))

    for v in sorted(edges):
        if v not in index:
            visit(v)
    return found


def heights_of(edges):
    """The floor of each room: one above the highest that it includes."""
    height = {}

    def visit(v, way):
        if v in height:
            return height[v]
        below = [visit(w, way | {v}) for w in edges.get(v, ())
                 if w not in way]
        height[v] = 1 + max(below, default=-1)
        return height[v]

    for v in edges:
        visit(v, {v})
    return height


def bodies_of(text):
    """Lines of each function body, by the brace in the first column."""
    start = None
    for n, line in enumerate(text.split("\n")):
        if line == "{":
            start = n
        elif line == "}" and start is not None:
            yield n - start - 1
            start = None


PROTOTYPE = re.compile(r"^[a-z][^;{}=#]*?\b[a-z_0-9]+\([^;{}]*\)[^;{}]*;",
                       re.M)


def prototypes_of(text):
    """Of a header: (all, with a contract). A prototype has one if a comment
    stands above it or above the run of prototypes that it belongs to, or on
    its own last line."""
    n = told = 0
    for block in re.split(r"\n[ \t]*\n", text):
        found = PROTOTYPE.findall(without_comments(block))
        if not found or re.match(r"\s*(struct|enum|union)\b[^;]*\{", block):
            continue
        n += len(found)
        if "/*" in block:
            told += len(found)
    return n, told


def measure(tree):
    edges = collections.defaultdict(set)
    rooms = collections.Counter()
    tags = collections.defaultdict(set)
    lines = functions = opened = n_c = n_proto = n_told = 0
    bodies = []
    for path in files_of(tree):
        text = read(tree, path)
        code = without_comments(text)
        room = os.path.dirname(path)
        rooms[room] += 1
        edges[room]
        lines += text.count("\n")
        for name in re.findall(r'^#\s*include\s*"([^"]+)"', code, re.M):
            there = target_of(tree, path, name)
            if there and os.path.dirname(there) != room:
                edges[room].add(os.path.dirname(there))
        for tag in re.findall(r"^(?:static |const )*struct (\w+)\s*\{", code,
                              re.M):
            tags[tag].add(path)
        if path.endswith(".c"):
            n_c += 1
            opened += text.startswith("/*")
            bodies += bodies_of(text)
        else:
            n, told = prototypes_of(text)
            n_proto += n
            n_told += told
    cycles = cycles_of(edges)
    tests = sum(read(tree, p).count("\n") for p in files_of(tree, ["tests"]))
    bodies.sort()
    return [
        ("rooms (folders with code)", len(rooms)),
        ("files in the fullest room", max(rooms.values())),
        ("files that lie in no room (src/, tui/)",
         rooms["src"] + rooms["tui"]),
        ("floors (longest chain of includes)",
         1 + max(heights_of(edges).values())),
        ("rooms in include cycles", sum(len(c) for c in cycles)),
        ("files", sum(rooms.values())),
        ("lines of src and tui", lines),
        ("lines of C in tests", tests),
        ("functions", len(bodies)),
        ("lines of a function: median, p95, longest",
         "%d, %d, %d" % (statistics.median(bodies),
                         bodies[len(bodies) * 95 // 100], bodies[-1])),
        ("struct tags that more than one file defines",
         sum(len(where) > 1 for where in tags.values())),
        (".c files that say what they are",
         "%d of %d" % (opened, n_c)),
        ("public prototypes with a contract",
         "%d of %d" % (n_told, n_proto)),
    ]


def main(words):
    columns = [measure(tree) for tree in words or ["."]]
    for row in zip(*columns):
        print("%-44s" % row[0][0] + "".join("%16s" % c[1] for c in row))


if __name__ == "__main__":
    main(sys.argv[1:])
