#!/usr/bin/env python3
"""Every recorded generation as a JSON line for bench_rules: what it is, and
where its right answer stands.

	rules.py [DATA]

DATA is the directory of the real data (default $LILSCOPE_DATA or
../shared/data). What a generation is comes from the data itself:

loop    Ended by its token limit, or recorded as a loop, and looping at the
        end: at least 0.9 of the last third (3,000 bytes at most) lies in
        strings of 60 bytes that stand in the text before.
healthy Ended by itself, and was not looping when it did. A stop there is a
        false stop, whatever it saved.
other   The rest: cut by a limit in the midst of thinking, or a loop that
        found its own end. Stops there are counted apart.

answer_at is the byte behind the first place of the right answer, of runs that
were graded right: a stop before it loses the answer.
"""
import gzip
import json
import os
import re
import sys

SHARE_LOOP = 0.9
GRAM_BYTES = 60
TAIL_BYTES = 3000


class Generation:
    """What the data says about one generation."""

    def __init__(self, group, text, ended, right=False, answer=None):
        self.group, self.text, self.ended = group, text, ended
        self.right, self.answer = right, answer

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


def replayed(record):
    """Text and whether it ended by itself, of a logged answer of Ollama; (None,
    False) where there is none."""
    try:
        reply = json.loads(record["raw_response"])
        message = reply.get("message") or {}
    except (TypeError, KeyError, ValueError, AttributeError):
        return None, False
    text = message.get("thinking") or ""
    text += message.get("content") or reply.get("response") or ""
    return text, reply.get("done_reason") == "stop"


def load_qwen(path):
    for i, r in enumerate(lines(path)):
        text, finished = replayed(r)
        if text is None:
            continue
        ended = "itself" if finished else "limit"
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


def answer_at(g):
    """The byte behind the right answer's first place; 0: not known."""
    if not g.right or not g.answer:
        return 0
    pattern = re.escape(g.answer)
    if not g.answer.startswith("\\boxed"):
        pattern = r"(?<![\d.])" + pattern + r"(?![\d]|\.\d)"
    hit = re.search(pattern, g.text)
    return len(g.text[:hit.end()].encode(errors="replace")) if hit else 0


def main():
    data = sys.argv[1] if len(sys.argv) > 1 else os.environ.get(
        "LILSCOPE_DATA", "../shared/data")
    found = False
    for path, load in SETS:
        path = os.path.join(data, path)
        if not os.path.exists(path):
            continue
        found = True
        for record, g in dict(load(path)).items():
            text = g.text.encode(errors="replace").decode()
            print(json.dumps({"source": g.group, "id": record,
                              "kind": g.label(), "text": text,
                              "answer_at": answer_at(g)}))
    if not found:
        print(f"no real data in {data}: skipped", file=sys.stderr)


if __name__ == "__main__":
    main()
