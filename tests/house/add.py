#!/usr/bin/env python3
"""Adds a rule, a dialect and a view to a copy of the tree, and looks for them.

    add.py SOURCE FOLDER

Each is one file (*.c.add here), its name in one list, and the file in the
makefile of its part: these places are counted. FOLDER gets the copy and a build
of it. Then the program is asked: everything that lists rules, dialects and
views must know them without another line. Exit status 1 if one does not.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# What is added: the new file, the list with its name, the makefile.
THINGS = {
    "rule": ("src/measure/rule_never.c", "src/measure/rule.h", "RULES",
             "never", "src/local.mk"),
    "dialect": ("src/dialect/format_dummy.c", "src/dialect/format.h", "FORMATS",
                "dummy", "src/local.mk"),
    "view": ("tui/view/view_dummy.c", "tui/view/views.h", "VIEWS", "dummy",
             "tui/local.mk"),
}


def edit(path, pattern, text):
    with open(path, encoding="utf-8") as f:
        old = f.read()
    new, n = re.subn(pattern, text, old, count=1, flags=re.S)
    if n != 1:
        sys.exit("%s has no place for it: %s" % (path, pattern))
    with open(path, "w", encoding="utf-8") as f:
        f.write(new)


def add(top, new, header, macro, name, makefile):
    """The three places, each named. A name joins its list before the last
    one, which takes what nobody else wants."""
    with open(os.path.join(HERE, os.path.basename(new) + ".add"),
              encoding="utf-8") as f:
        text = f.read()
    with open(os.path.join(top, new), "w", encoding="utf-8") as f:
        f.write(text)
    edit(os.path.join(top, header),
         r"(#define %s\(X\).*?)(X\(\w+\)\n)(?!\s*X\()" % macro,
         r"\1X(%s) \2" % name)
    sibling = r"(%s/\w+\.c )" % re.escape(os.path.dirname(new))
    edit(os.path.join(top, makefile), sibling, r"\1%s " % new)
    return [new, header + " (a name)", makefile + " (a file)"]


def copy_tree(source, top):
    shutil.rmtree(top, ignore_errors=True)
    out = subprocess.run(["git", "-C", source, "ls-files", "-co",
                          "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout
    for path in out.split("\n"):
        old = os.path.join(source, path)
        if path and os.path.isfile(old):
            new = os.path.join(top, path)
            os.makedirs(os.path.dirname(new), exist_ok=True)
            shutil.copy2(old, new)


class Program:
    """The built copy, and what it did not say that it should."""

    def __init__(self, top):
        self.path = os.path.join(top, "build", "lilscope")
        self.top = top
        self.missing = []

    def says(self, what, words, *args, data="", status=0):
        got = subprocess.run([self.path, *args], input=data, text=True,
                             capture_output=True)
        for word in words:
            if word not in got.stdout or got.returncode != status:
                self.missing.append("%s: %r (status %d) %s" % (
                    what, word, got.returncode, got.stderr[:200]))


def look(p):
    trace = os.path.join(p.top, "samples/traces/r1_1.5b_math_79.txt")
    talk = ('data: {"dummy":"Hello","fin":null}\n\n'
            'data: {"dummy":" you","fin":"stop"}\n\n')
    script = os.path.join(p.top, "build", "view.script")
    with open(script, "w", encoding="utf-8") as f:
        f.write("wait\n6\nJ\nscreen -\n:view ratio\nx\n")
    p.says("tables", ["rule\tnever\t", "format\tdummy\t", "view\tdummy\t",
                      "\tdummy-jump\t"], "help", "--tables")
    p.says("JSON", ['"never"'], "analyze", "--json", trace)
    p.says("CSV", ["never_"], "analyze", "--csv", trace)
    p.says("table", ["never"], "analyze", trace)
    p.says("completion", ["never", "dummy"], "completion", "bash")
    p.says("help", ["never"], "help", "rules")
    p.says("help", ["dummy"], "help", "formats")
    p.says("guard", ["Hello"], "guard", "--rule", "never", data=talk)
    p.says("detection", ['"dialect":"dummy"', '"finish_reason":"stop"'],
           "analyze", "--json", "-", data=talk)
    p.says("screen", ["dummy: 10"], "--no-session", "--script", script, trace)


def run(top, *words, **more):
    got = subprocess.run(words, cwd=top, capture_output=True, text=True,
                         **more)
    if got.returncode:
        sys.exit("%s:\n%s%s" % (" ".join(words), got.stdout[-2000:],
                                got.stderr[-2000:]))


def main(source, top):
    copy_tree(source, top)
    for thing, places in THINGS.items():
        touched = add(top, *places)
        print("%s: %d places: %s" % (thing, len(touched),
                                     ", ".join(touched)))
    os.makedirs(os.path.join(top, "build"), exist_ok=True)
    run(top, "./bootstrap", "autogen")
    run(os.path.join(top, "build"), "../configure", "-q")
    run(os.path.join(top, "build"), "make", "-s", "-j2", "lilscope")
    p = Program(top)
    look(p)
    run(top, "sh", "tests/lint/docs.sh", "--update",
        env=dict(os.environ, LILSCOPE=p.path))
    with open(os.path.join(top, "man/lilscope.1"), encoding="utf-8") as f:
        page = f.read()
    for word in ("never", "dummy", "/dummy/talk", "dummy-jump"):
        if word not in page:
            p.missing.append("manual: %r" % word)
    print("\n".join(p.missing) or
          "tables, JSON, CSV, completion, help, guard, detection, screen and "
          "manual know all three")
    return 1 if p.missing else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
