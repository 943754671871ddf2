#!/usr/bin/env python3
"""The CSV of a bench as the tables of samples/docs/experiment.md.

What must hold of them is checked, too.

    table.py bench-paper.csv [OTHER.csv ...]

Further files are other training seeds of the same model: their rows stand in a
table of their own. Exit status 1 if the first one breaks a promise below.
"""
import csv
import sys


def rows_of(path):
    with open(path, newline="") as lines:
        return [{k: v if k == "policy" else float(v) if v else None for k, v in row.items()}
                for row in csv.DictReader(lines)]


def percent(x):
    return "-" if x is None else f"{100 * x:.1f} %"


def points(x):
    return "-" if x is None else f"{100 * x:+.1f}".replace("-0.0", "+0.0")


def name(row):
    return row["policy"] + (f" {row['budget']:.0f}" if row["budget"] else "")


def first_table(rows):
    print("| | right | tokens (x dense) | p90 | at the cap | TBT, µs | JCT, ms | KV read, KiB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for r in rows:
        mark = " (collapsed)" if r["collapsed"] else ""
        print(f"| {name(r)}{mark} | {percent(r['accuracy'])} | {r['tokens']:.0f} ({r['growth']:.2f}) "
              f"| {r['tokens_p90']:.0f} | {percent(r['at_cap'])} | {r['tbt_s'] * 1e6:.0f} "
              f"| {r['jct_s'] * 1e3:.1f} | {r['kv_read_bytes'] / 1024:.0f} |")


def second_table(rows):
    print("| | Guardian: saved, points | of right, of wrong runs | adaptive | first answer | length cap "
          "| rescued: right, tokens |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for r in rows:
        pair = lambda rule: f"{percent(r[rule + '_saved'])}, {points(r[rule + '_change'])}"
        rescue = "-" if not r["rescue_tried"] else f"{percent(r['rescue_accuracy'])}, {r['rescue_tokens']:.0f}"
        mark = " (collapsed)" if r["collapsed"] else ""
        print(f"| {name(r)}{mark} | {pair('guardian')} | {percent(r['guardian_saved_right'])}, "
              f"{percent(r['guardian_saved_wrong'])} | {pair('adaptive')} | {pair('first_answer')} "
              f"| {pair('length_cap')} | {rescue} |")


def seeds_table(files):
    shown = [("dense", 0), ("sink", 128), ("h2o", 256), ("quest", 96), ("quest", 128), ("infllm", 256), ("raas", 256)]
    tables = [{(r["policy"], r["budget"]): r for r in rows_of(path)} for path in files]
    print("| | " + " | ".join(f"seed {i + 1}: right, x dense, saved, points, rescued" for i in range(len(files))) + " |")
    print("|---|" + "---:|" * len(files))
    for key in shown:
        cells = []
        for table in tables:
            r = table.get(key)
            cells.append("-" if not r else f"{percent(r['accuracy'])}, {r['growth']:.2f}, {percent(r['guardian_saved'])}, "
                         f"{points(r['guardian_change'])}, {percent(r['rescue_accuracy'])}")
        print(f"| {key[0]} {key[1] or ''} | " + " | ".join(cells) + " |")


def promises(rows):
    """What the model was trained for; each with its measured answer."""
    dense = rows[0]
    yield f"dense accuracy at least 95 %: {percent(dense['accuracy'])}", dense["accuracy"] >= 0.95
    for policy in dict.fromkeys(r["policy"] for r in rows[1:]):
        mine = [r for r in rows if r["policy"] == policy]
        long = [r for r in mine if r["growth"] >= 1.5]
        near = [r for r in mine if abs(r["growth"] - 1) <= 0.05]
        saved = [r for r in mine if r["guardian_saved"] >= 0.5 and r["guardian_change"] >= -0.02 and not r["collapsed"]]
        rises = all(a["accuracy"] <= b["accuracy"] + 0.02 for a, b in zip(mine, mine[1:]))
        yield f"{policy}: a budget with 1.5 x dense or more: {', '.join(map(name, long)) or 'none'}", bool(long)
        yield f"{policy}: a budget within 5 %: {', '.join(map(name, near)) or 'none'}", bool(near)
        yield f"{policy}: accuracy rises with the budget", rises
        yield (f"{policy}: Guardian saves half or more at 2 points or less, not collapsed: "
               f"{', '.join(map(name, saved)) or 'none'}"), bool(saved)


def main():
    files = sys.argv[1:]
    if not files:
        sys.exit(__doc__)
    rows = rows_of(files[0])
    first_table(rows)
    print()
    second_table(rows)
    print()
    if len(files) > 1:
        seeds_table(files)
        print()
    broken = 0
    for text, holds in promises(rows):
        print(f"- {text}{'' if holds else ': NOT HELD'}")
        broken += not holds
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
