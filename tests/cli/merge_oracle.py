#!/usr/bin/env python3
"""What lilscope merge --json must print for report lines, the slow way.

merge_oracle.py FIELDS RULE FILE...: computes it from the lines and compares it
with standard input. Nearest-rank quantiles; a record of several generations
counts each; errors are counted, and any other line is left out.
"""
import json
import math
import sys


def quantile(values, share):
    values = sorted(values)
    if not values:
        return None
    return values[max(1, math.ceil(share * len(values))) - 1]


def generations(paths, errors):
    for path in paths:
        for line in open(path, encoding="utf-8"):
            try:
                report = json.loads(line)
            except ValueError:
                continue
            if not isinstance(report, dict):
                continue
            errors[0] += isinstance(report.get("error"), str)
            if "generations" in report:
                yield from report["generations"]
            elif isinstance(report.get("rules"), list):
                yield report


def row(by, rule, reports):
    tokens = [r["tokens"] for r in reports]
    rho = [r["rho"] for r in reports if r["rho"] is not None]
    asked = [v for r in reports for v in r["rules"] if v["rule"] == rule]
    fired = [v for v in asked if v["fired"]]
    judged = [r["judged"] for r in reports if r["judged"] is not None]

    def if_asked(value):
        return value if asked else None

    def if_judged(word):
        return judged.count(word) if judged else None

    def after(word):
        return if_asked(sum(v["after"] == word for v in fired))

    saved = sum(v["tokens_after"] for v in fired)
    return {
        "by": by, "rule": rule, "generations": len(reports),
        "tokens": sum(tokens), "tokens_p10": quantile(tokens, 0.1),
        "tokens_p50": quantile(tokens, 0.5),
        "tokens_p90": quantile(tokens, 0.9),
        "bytes": sum(r["bytes"] for r in reports),
        "code_bits": sum(r["code_bits"] for r in reports),
        "rho_p10": quantile(rho, 0.1), "rho_p50": quantile(rho, 0.5),
        "rho_p90": quantile(rho, 0.9), "asked": len(asked),
        "stopped": if_asked(len(fired)), "tokens_after": if_asked(saved),
        "saved": if_asked(saved / sum(tokens)) if sum(tokens) else None,
        "nothing_new": after("nothing new"), "came_back": after("came back"),
        "false_alarms": after("false alarm"), "judged": len(judged),
        "right": if_judged("right"), "wrong": if_judged("wrong"),
        "unread": if_judged("none"),
        "skipped_records": sum(r["skipped_records"] for r in reports),
    }


def is_same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and \
            abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    return a == b


def main():
    fields = [f for f in sys.argv[1].split(",") if f]
    rule, errors, groups = sys.argv[2], [0], {}
    for r in generations(sys.argv[3:], errors):
        groups.setdefault(tuple(r[f] for f in fields), []).append(r)
    want = [row(dict(zip(fields, key)), rule, reports)
            for key, reports in groups.items()] if fields else []
    want.sort(key=lambda g: -g["generations"])
    want.append(row({}, rule, [r for g in groups.values() for r in g]))
    want[-1]["errors"] = errors[0]
    got = [json.loads(line) for line in sys.stdin]
    if len(got) != len(want):
        sys.exit(f"{len(got)} rows, not {len(want)}")
    sizes = [g["generations"] for g in got[:-1]]
    if sizes != sorted(sizes, reverse=True):
        sys.exit("the largest group does not come first")
    for g in got:
        w = next((w for w in want if w["by"] == g["by"]), None)
        if w is None or list(w) != list(g):
            sys.exit(f"no such row, or its fields differ: {g}")
        for name in w:
            if not is_same(w[name], g[name]):
                sys.exit(f"{g['by']}: {name} is {g[name]}, not {w[name]}")
    print(len(got), "rows")


main()
