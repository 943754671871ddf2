"""Reports of lilscope as pandas frames: the lines of `lilscope analyze --json`.

As a module:
    from report_pandas import load
    generations, stops, errors = load(["a.report.jsonl", "b.report.jsonl.gz"])
As a program it prints a row a model, or a value of another column or of a
field that `analyze --keep` added, as `lilscope merge --by` does:
    python3 report_pandas.py [--by run.seed] a.report.jsonl ...

Types are those of report.schema.json, which lies beside this file; a field
that a later version adds is passed over. What was kept is of any type, so it
stays a dict in the column kept: generations["kept"].str["run.seed"].
"""
import gzip
import json
import os
import sys

import pandas as pd

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "report.schema.json")
TYPES = {"string": "string", "integer": "Int64", "number": "Float64",
         "boolean": "boolean"}


def types_of(name):
    """{field: dtype} of "generation", "rule", "unit" or "error"."""
    with open(SCHEMA, encoding="utf-8") as file:
        properties = json.load(file)["$defs"][name]["properties"]
    types = {}
    for field, value in properties.items():
        kind = value.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind in TYPES:
            types[field] = TYPES[kind]
    return types


def lines_of(paths):
    for path in paths:
        opened = gzip.open if str(path).endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)


def frame(rows, types):
    columns = {field: pd.array([row.get(field) for row in rows], dtype=dtype)
               for field, dtype in types.items()}
    return pd.DataFrame(columns)


def load(paths):
    """Three frames: generations, stops (of the generation in row id), errors."""
    generations, stops, errors = [], [], []
    for line in lines_of(paths):
        if "error" in line:
            errors.append(line)
            continue
        for each in line.get("generations", [line]):
            generations.append(each)
            stops += [{**rule, "id": len(generations) - 1,
                       "unit": (rule["unit"] or {}).get("text")}
                      for rule in each["rules"] if rule["fired"]]
    kept = [each.get("kept") for each in generations]
    return (frame(generations, types_of("generation")).assign(
                kept=pd.Series(kept, dtype=object)),
            frame(stops, {"id": "Int64", **types_of("rule"), "unit": "string"}),
            frame(errors, types_of("error")))


def by_model(generations, stops, rule="loop", by="model"):
    """A row a model: how many stop, what share of the tokens came after."""
    of_rule = stops[stops["rule"] == rule].set_index("id")
    rows = generations.join(of_rule[["at_token", "tokens_after"]])
    of = rows[by] if by in rows else rows["kept"].str[by].rename(by)
    rows = rows.groupby(of, dropna=False).agg(
        generations=("tokens", "size"), tokens=("tokens", "sum"),
        rho=("rho", "median"), stopped=("at_token", "count"),
        after=("tokens_after", "sum"))
    rows["saved"] = rows["after"] / rows["tokens"]
    return rows.sort_values("generations", ascending=False)


if __name__ == "__main__":
    words = sys.argv[1:]
    key = words[1] if words[:1] == ["--by"] else "model"
    loaded = load(words[2:] if words[:1] == ["--by"] else words)
    print(by_model(*loaded[:2], by=key).to_string())
    if len(loaded[2]):
        print(len(loaded[2]), "records could not be read")
