#!/usr/bin/env python3
"""Holds the JSON interface of `lilscope analyze`: fields, order, meaning; the
types are those of samples/corpus/report.schema.json.

Reads lines on stdin; --filter also allows the lines of the filter. Prints
what is wrong and exits 1, or prints the number of lines. The rules are those
that $LILSCOPE runs without being asked (the manual's list of them is held by
tests/lint).
"""
import json
import os
import subprocess
import sys

# What users are given to read the lines with.
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                      "samples", "corpus", "report.schema.json")
RULES = [line.split("\t") for line in subprocess.check_output(
    [os.environ.get("LILSCOPE", "lilscope"), "help", "--tables"],
    text=True).splitlines() if line.startswith("rule\t")]
USUAL = [name for _, name, _, when in RULES if when == "usual"]
TEXT, COUNT, NUMBER = "text", "count", "number"
KINDS = {"string": TEXT, "integer": COUNT, "number": NUMBER, "boolean": bool}


def fields_of(name):
    """Of a kind of object: its fields, but those that are objects."""
    fields = []
    for field, type_ in DEFS[name]["properties"].items():
        kinds = type_.get("type", "array")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if kinds[0] in KINDS:
            fields.append((field, KINDS[kinds[0]], "null" in kinds))
    return fields


with open(SCHEMA, encoding="utf-8") as schema:
    DEFS = json.load(schema)["$defs"]
FIELDS, RULE_FIELDS = fields_of("generation"), fields_of("rule")
STOP_FIELDS, UNIT_FIELDS = fields_of("stop"), fields_of("unit")
ENUMS = {field: set(type_["enum"]) for name in DEFS
         for field, type_ in DEFS[name]["properties"].items()
         if "enum" in type_}


def is_kind(value, kind):
    if kind is TEXT:
        return isinstance(value, str)
    if kind is bool:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind is COUNT:
        return isinstance(value, int) and value >= 0
    return isinstance(value, (int, float))


def check_fields(obj, fields, extra=()):
    names = [name for name, _, _ in fields] + list(extra)
    want(list(obj) == names, "fields %s, wanted %s" % (list(obj), names))
    for name, kind, may_be_null in fields:
        value = obj[name]
        want(name not in ENUMS or value in ENUMS[name], name)
        if value is None and may_be_null:
            continue
        if not is_kind(value, kind):
            raise ValueError("%s is %r" % (name, value))


def want(condition, sentence):
    if not condition:
        raise ValueError(sentence)


def check_stops(rule, tokens):
    stops = rule["stops"]
    want(len(stops) == rule["n_stops"] >= 1, "n_stops")
    for stop in stops:
        check_fields(stop, STOP_FIELDS)
        want(stop["last_new"] <= stop["at_token"], "last_new")
        want(stop["tokens_after"] == tokens - stop["at_token"], "stops")
        want((stop["resumed_at"] is None) == (stop["new_after"] == 0),
             "new text and where it begins")
        want(stop["new_after"] <= stop["tokens_after"], "new_after")
    for name, _, _ in STOP_FIELDS:
        want(rule[name] == stops[0][name], "the first stop: " + name)
    again = stops[1]["at_token"] if len(stops) > 1 else None
    want(rule["again_at"] == again, "again_at")
    want(all(s["new_after"] >= 32 for s in stops[:-1]), "armed too early")
    want(rule["after"] is not None, "after")
    want((rule["after"] == "nothing new") == (rule["resumed_at"] is None),
         "nothing new")
    want(rule["after"] != "false alarm" or again is None, "false alarm")


def check_unit(unit, at_token):
    check_fields(unit, UNIT_FIELDS)
    want(unit["times"] >= 2 and 0 < unit["share"] <= 1, "times, share")
    want(unit["first_token"] + unit["tokens"] <= at_token, "first_token")
    want(unit["bytes"] >= 1, "bytes")


def check_rule(rule, tokens):
    check_fields(rule, RULE_FIELDS, ["stops", "unit"])
    if rule["unit"] is not None:
        check_unit(rule["unit"], rule["at_token"])
    if rule["fired"]:
        want(1 <= rule["at_token"] <= tokens, "at_token")
        want(rule["tokens_after"] == tokens - rule["at_token"],
             "tokens_after")
        if rule["resumed_at"] is not None:
            want(rule["at_token"] <= rule["resumed_at"] <= tokens,
                 "resumed_at")
        check_stops(rule, tokens)
    else:
        want(all(rule[name] is None for name, _, _ in RULE_FIELDS[6:]
                 if name != "p") and
             rule["stops"] == [] and rule["unit"] is None,
             "a stop without a stop")


def check_generation(obj):
    check_fields(obj, FIELDS, ["kept", "rules"])
    want(obj["kept"] is None or isinstance(obj["kept"], dict), "kept")
    n = obj["tokens"] if obj["symbols"] == "tokens" else obj["bytes"]
    want(obj["n_symbols"] == n, "n_symbols")
    want(obj["reasoning_tokens"] + obj["answer_tokens"] <= obj["tokens"],
         "parts larger than the whole")
    want(obj["phrases"] <= obj["n_symbols"], "phrases")
    want(3 <= obj["Ls"] <= 64 and obj["alphabet"] >= 2, "Ls, alphabet")
    if obj["rho"] is not None and obj["h"] is not None:
        lower = obj["rho"] - obj["eps"]
        want(obj["h"] <= obj["rho"] + 1e-9, "h above rho")
        if obj["flag"] == "PROVEN":
            want(lower <= obj["h"] + 1e-9, "PROVEN outside the band")
        if obj["flag"] == "VACUOUS":
            want(lower <= 1e-9, "VACUOUS, but the lower edge is above 0")
    want([r["rule"] for r in obj["rules"]] == USUAL, "rules")
    guardian = obj["rules"][0]
    want(guardian["rule"] == "guardian", "guardian is the first")
    want(guardian["coder"] is not None and guardian["f"] >= 1 and
         guardian["patience"] >= 1, "parameters of guardian")
    for rule in obj["rules"]:
        check_rule(rule, obj["tokens"])


def check_line(line, is_filter):
    obj = json.loads(line, parse_constant=lambda c: sys.exit(c + " is no JSON"))
    if is_filter and "error" in obj:
        check_fields(obj, [("source", TEXT, False), ("record", TEXT, False),
                           ("error", TEXT, False)])
        want(obj["error"], "an empty error")
    elif is_filter and "generations" in obj:
        want(list(obj) == ["source", "record", "generations"], "fields")
        want(len(obj["generations"]) > 1, "several generations")
        for each in obj["generations"]:
            check_generation(each)
    else:
        check_generation(obj)


def main():
    is_filter = "--filter" in sys.argv[1:]
    n = 0
    for line in sys.stdin.buffer:
        n += 1
        try:
            check_line(line.decode("utf-8"), is_filter)
        except (ValueError, KeyError, TypeError) as error:
            print("line %d: %s\n%s" % (n, error, line[:2000]))
            sys.exit(1)
    print(n)


main()
