"""Prometheus' text format 0.0.4, read strictly: parse() raises at the first
thing that promtool or a scraper would stumble over.
"""
import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\})')
SAMPLE = re.compile(r"(%s)(\{)?" % NAME)
VALUE = re.compile(r"[-+]?(\d+(\.\d*)?([eE][-+]?\d+)?|Inf|NaN)")


def read_sample(line):
    """"name{a="b"} 1": its name, its labels, its value."""
    at = SAMPLE.match(line)
    assert at, line
    name, pos, labels = at[1], at.end(), {}
    if at[2]:
        while True:
            label = LABEL.match(line, pos)
            assert label, (line, line[pos:])
            assert label[1] not in labels and not label[1].startswith("__")
            labels[label[1]] = re.sub(
                r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), label[2])
            pos = label.end()
            if label[3] == "}":
                break
    assert line[pos] == " " and VALUE.fullmatch(line[pos + 1:]), line
    return name, labels, float(line[pos + 1:])


def family_of(name, kinds):
    for suffix in "_bucket", "_sum", "_count":
        base = name[:-len(suffix)]
        if name.endswith(suffix) and kinds.get(base) == "histogram":
            return base
    return name


def check_histogram(name, samples):
    buckets = [(float(labels["le"]), value) for n, labels, value in samples
               if n == name + "_bucket"]
    assert buckets == sorted(buckets) and buckets[-1][0] == math.inf, buckets
    assert [v for _, v in buckets] == sorted(v for _, v in buckets), buckets
    count, = (v for n, _, v in samples if n == name + "_count")
    assert sum(n == name + "_sum" for n, _, _ in samples) == 1
    assert buckets[-1][1] == count, (buckets, count)


def parse(text):
    """{(name, (("label", "value"), ...)): value}"""
    assert text.endswith("\n") and "\r" not in text
    text.encode("utf-8")
    kinds, helped, order, families, got = {}, set(), [], {}, {}
    for line in text[:-1].split("\n"):
        word = re.fullmatch(r"# (HELP|TYPE) (%s) (.+)" % NAME, line)
        if word and word[1] == "HELP":
            assert word[2] not in helped, line
            helped.add(word[2])
            continue
        if word:
            assert word[2] not in kinds and word[2] not in order, line
            assert word[3] in ("counter", "gauge", "histogram"), line
            kinds[word[2]] = word[3]
            continue
        name, labels, value = read_sample(line)
        family = family_of(name, kinds)
        assert family in kinds and family in helped, line
        if not order or order[-1] != family:
            assert family not in order, "%s is in two places" % family
            order.append(family)
        key = name, tuple(sorted(labels.items()))
        assert key not in got, line
        got[key] = value
        families.setdefault(family, []).append((name, labels, value))
        if kinds[family] == "counter":
            assert name.endswith("_total") and value >= 0, line
    for name, samples in families.items():
        if kinds[name] == "histogram":
            check_histogram(name, samples)
    return got


def total(got, name, **labels):
    """The sum of a family's samples that have these labels."""
    return sum(value for (n, have), value in got.items() if n == name and
               all(dict(have).get(k) == v for k, v in labels.items()))
