#!/usr/bin/env python3
"""Every stop rule on every recorded generation: what it stopped, what it
should not have stopped, and whether the answer was there already.

	rules.py [LILSCOPE [DATA]]

LILSCOPE is the program (default ./lilscope), DATA the directory of the real
data (default $LILSCOPE_DATA or ../shared/data). Numbers come from `lilscope
analyze --json`; what a generation is comes from the data itself:

loop    Ended by its token limit, or recorded as a loop, and looping at the
        end: at least 0.9 of the last third (3,000 bytes at most) lies in
        strings of 60 bytes that stand in the text before.
healthy Ended by itself, and was not looping when it did. A stop there is a
        false stop, whatever it saved.
other   The rest: cut by a limit in the midst of thinking, or a loop that
        found its own end. Stops there are counted apart.

An answer is kept if the run was graded right and its answer stands in the
text before the stop, lost if only after it.
"""
import gzip
import json
import os
import re
import subprocess
import sys

SHARE_LOOP = 0.9
GRAM_BYTES = 60
TAIL_BYTES = 3000
MIN_TOKENS = 250  # below, no rule with a window can fire
GUARDIANS = [("guardian lz77", ["--coder", "lz77"]),
             ("guardian deflate", ["--coder", "deflate"]),
             ("guardian zstd", ["--coder", "zstd"]),
             ("guardian lz77, patience 2",
              ["--coder", "lz77", "--patience", "2"])]
NAMED = ["guardian deflate", "guardian lz77", "adaptive"]  # told one by one


class Generation:
    """What the data says about one generation."""

    def __init__(self, group, text, ended, right=False, answer=None):
        self.group, self.text, self.ended = group, text, ended
        self.record = None     # its place in the file
        self.right, self.answer = right, answer
        self.answer_at = None  # token after which the answer stands there
        self.report = {}       # rule -> row of "rules", with "tokens"

    def label(self):
        looping = share_repeated(self.text.encode(errors="replace"))
        if looping >= SHARE_LOOP:
            return "other" if self.ended == "itself" else "loop"
        return "healthy" if self.ended != "limit" else "other"


def share_repeated(text):
    """Share of the tail that lies in strings which stand there before."""
    tail = min(TAIL_BYTES, len(text) // 3)
    if tail < GRAM_BYTES:
        return 0
    seen, covered = set(), bytearray(len(text))
    for i in range(len(text) - GRAM_BYTES + 1):
        gram = text[i:i + GRAM_BYTES]
        if gram in seen:
            covered[i:i + GRAM_BYTES] = b"\1" * GRAM_BYTES
        seen.add(gram)
    return sum(covered[-tail:]) / tail


def last_box(text):
    boxes = re.findall(r"\\boxed\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", text)
    return boxes[-1] if boxes else None


def lines(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def load_rkv(path):
    for i, r in enumerate(lines(path)):
        text = r["code"] if isinstance(r["code"], str) else r["code"][0]
        # record 0 is the one that ends below the limit of 16.4 k tokens
        yield str(i), Generation("R-KV AIME-24", text,
                                 "itself" if i == 0 else "limit",
                                 bool(r["score"][0]), str(r["gt"]))


def load_cot(path):
    mark = "<｜Assistant｜>" if "R1" in path else "<|im_start|>assistant\n"
    with open(path, encoding="utf-8") as file:
        for i, text in enumerate(json.load(file)):
            text = text.split(mark, 1)[1]
            yield str(i), Generation("CoT-Compression MATH", text, "itself",
                                     True, last_box(text))


def load_qwen(path):
    for i, r in enumerate(lines(path)):
        try:
            reply = json.loads(r["raw_response"])
            message = reply.get("message") or {}
        except (TypeError, KeyError, ValueError, AttributeError):
            continue
        text = message.get("thinking") or ""
        text += message.get("content") or reply.get("response") or ""
        ended = "itself" if reply.get("done_reason") == "stop" else "limit"
        yield str(i), Generation("qwen3.5:9b replay", text, ended,
                                 r["correct"] is True,
                                 str(r["extracted_answer"]))


def load_gsm8k(path):
    for i, r in enumerate(lines(path)):
        for key, value in r.items():
            if isinstance(value, dict):
                yield f"{i}.{key}", Generation(
                    "GSM8K solutions", value["solution"], "unknown",
                    value["is_correct"], None)


def load_lm_eval(path):
    for i, r in enumerate(lines(path)):
        yield str(i), Generation("lm-eval loops", r["resps"][0][0], "limit")


SETS = [("traces/rkv_aime24/aime24_00-14.jsonl", load_rkv),
        ("traces/cot_compression/R1-1.5B.prompts.json", load_cot),
        ("traces/cot_compression/Qwen3-4B-Thinking-2507.prompts.json",
         load_cot),
        ("traces/qwen35_replay/20260408_080415_inference_log.jsonl.gz",
         load_qwen),
        ("traces/gsm8k/example_model_solutions.jsonl", load_gsm8k),
        ("streams/lm_eval/samples_math_perturbed_full.jsonl", load_lm_eval)]


def analyze(program, options, files, feed=None):
    """One object a generation."""
    done = subprocess.run([program, "analyze", "--json"] + options + files,
                          input=feed, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        print(done.stderr, file=sys.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def attach(found, rows, suffix):
    """The rows of one call to the generations; returns how many matched."""
    n = 0
    for row in rows:
        generation = found.get(row.get("record"))
        if not generation or row["tokens"] < MIN_TOKENS:
            continue
        n += 1
        for rule in row["rules"]:
            name = suffix if rule["rule"] == "guardian" else rule["rule"]
            generation.report.setdefault(name, dict(rule,
                                                    tokens=row["tokens"]))
    return n


def find_answers(program, generations):
    """Counts the tokens up to the answer, by the program itself."""
    asked, feed = [], []
    for g in generations:
        if not g.right or not g.answer:
            continue
        pattern = re.escape(g.answer)
        if not g.answer.startswith("\\boxed"):
            pattern = r"(?<![\d.])" + pattern + r"(?![\d]|\.\d)"
        hit = re.search(pattern, g.text)
        if hit:
            asked.append(g)
            feed.append(json.dumps({"text": g.text[:hit.end()]}))
    if feed:
        rows = analyze(program, [], ["-"], "\n".join(feed) + "\n")
        for g, row in zip(asked, rows):
            g.answer_at = row["tokens"]


def collect(program, data):
    generations = []
    for path, load in SETS:
        path = os.path.join(data, path)
        if not os.path.exists(path):
            continue
        found = dict(load(path))
        for record, generation in found.items():
            generation.record = record
        for name, options in GUARDIANS:
            n = attach(found, analyze(program, options, [path]), name)
        print(f"{os.path.basename(path)}: {n} generations of "
              f"{MIN_TOKENS} tokens or more", file=sys.stderr)
        generations += [g for g in found.values() if g.report]
    return generations


def tally(generations, rule):
    t = dict(loop=0, healthy=0, other=0, saved=0, after=0, kept=0, lost=0)
    for g in generations:
        row = g.report[rule]
        if not row["fired"]:
            continue
        t[g.kind] += 1
        t["saved"] += row["tokens_after"]
        t["after"] += row["tokens_after"] if g.kind == "loop" else 0
        if g.right and g.answer_at:
            t["kept" if g.answer_at <= row["at_token"] else "lost"] += 1
    return t


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "./lilscope"
    data = sys.argv[2] if len(sys.argv) > 2 else os.environ.get(
        "LILSCOPE_DATA", "../shared/data")
    generations = collect(program, data)
    if not generations:
        print(f"no real data in {data}: skipped")
        return
    for g in generations:
        g.kind = g.label()
    find_answers(program, [g for g in generations
                           if any(r["fired"] for r in g.report.values())])
    n = {kind: sum(g.kind == kind for g in generations)
         for kind in ("loop", "healthy", "other")}
    tokens = sum(next(iter(g.report.values()))["tokens"]
                 for g in generations if g.kind == "loop")
    print(f"{len(generations)} generations of {MIN_TOKENS} tokens or more: "
          f"{n['loop']} loops ({tokens} tokens), {n['healthy']} healthy, "
          f"{n['other']} other\n")
    print("| rule | loops stopped | false stops | other stops | "
          "tokens saved in loops | answers kept | lost |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for rule in sorted(generations[0].report,
                       key=lambda name: (name != "adaptive",
                                         not name.startswith("guardian"))):
        t = tally(generations, rule)
        print(f"| {rule} | {t['loop']} / {n['loop']} | {t['healthy']} | "
              f"{t['other']} | {t['after']} "
              f"({100 * t['after'] / max(tokens, 1):.0f} %) | "
              f"{t['kept']} | {t['lost']} |")
    print("\nFalse stops, and what followed:")
    for rule in NAMED:
        for g in generations:
            row = g.report[rule]
            if g.kind == "healthy" and row["fired"]:
                print(f"  {rule}: {g.group} {g.record} at "
                      f"{row['at_token']} of {row['tokens']}, resumed at "
                      f"{row['resumed_at']}")


if __name__ == "__main__":
    main()
