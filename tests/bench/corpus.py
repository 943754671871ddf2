#!/usr/bin/env python3
"""Real generations by many models, labelled, one JSON object a line: what
the stop rule `loop` is fitted to and judged on.

	corpus.py OUT MIRRORS [DATA]

OUT is a folder, MIRRORS that of bare git repositories OWNER+NAME/repo, DATA
the real data (default $LILSCOPE_DATA or ../shared/data). What is not there is
skipped and said. Nothing of theirs is kept in the tree. Only records with an
even index are read: the odd ones are for whoever judges.

A line of OUT/SPLIT.jsonl:

source    repository/set/model: a source is in one SPLIT only
          (fit, calibrate, unseen), chosen by its name
model, id who wrote it; its place in its set
kind      healthy       it ended by itself, and its end is no copy
          cut           its end is no copy, but it did not end by itself
          loop          cut by its limit while at least 0.9 of the last third
                        (3,000 bytes at most) stood there before, in strings
                        of 60 bytes; `near` if only with digits folded to 0,
                        white space to one blank and case to lower case
          repetitive    as a loop, but it ended by itself
          agent_turn    one message of a coding agent
          agent_thread  all its messages in a row
text
onset     loops: the byte at which the copying begins that never ends
finished_by_itself  null where the set does not say and the text neither
near      see loop
synthetic made from healthy text by this script; never to be counted as real
"""
import gzip
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import zlib

from rules import replayed

GRAM, TAIL, SHARE = 60, 3000, 0.9
HOLE = 120  # fresh bytes in a row that end a stretch of copying


def covered(data):
    """Which bytes lie in strings of GRAM bytes that stand there before."""
    seen, cover = set(), bytearray(len(data))
    one = b"\1" * GRAM
    for i in range(len(data) - GRAM + 1):
        gram = data[i:i + GRAM]
        if gram in seen:
            cover[i:i + GRAM] = one
        else:
            seen.add(gram)
    return cover


def looping(data):
    """Where the copying begins that lasts to the end; None without."""
    tail = min(TAIL, len(data) // 3)
    if tail < GRAM:
        return None
    if len(data) < 30000 and len(zlib.compress(data[-tail:])) > 0.6 * tail:
        if len(zlib.compress(data)) > 0.5 * len(data):
            return None
    cover = covered(data)
    if sum(cover[-tail:]) < SHARE * tail:
        return None
    i, hole = len(data) - 1, 0
    onset = len(data)
    while i >= 0 and hole < HOLE:
        if cover[i]:
            onset, hole = i, 0
        else:
            hole += 1
        i -= 1
    return onset


def folded(data):
    """Normalised text, and for each of its bytes the place in data."""
    out, at = bytearray(), []
    for m in re.finditer(rb"[0-9]+|\s+|.", data, re.S):
        piece = m.group()
        piece = b"0" if piece[:1].isdigit() else b" " if piece.isspace() \
            else piece.lower()
        out += piece
        at += [m.start()] * len(piece)
    return bytes(out), at


def natural_end(text):
    end = text.rstrip()
    return bool(end) and (end[-1] in ".!?`}])*>\"'”’。！？~" or
                          "boxed" in end[-200:])


class Corpus:
    def __init__(self, out):
        os.makedirs(out, exist_ok=True)
        self.files = {s: open(os.path.join(out, s + ".jsonl"), "w")
                      for s in ("fit", "calibrate", "unseen")}
        self.seen, self.count, self.healthy = set(), {}, {}

    def split(self, source, split=None):
        if split:
            return split
        h = hashlib.sha1(source.encode()).digest()[0] % 10
        return "fit" if h < 4 else "calibrate" if h < 7 else "unseen"

    def add(self, source, model, id, text, finished=None, kind=None,
            split=None, keep=True, longest=None, synthetic=False, onset=None,
            near=False):
        if not isinstance(text, str) or len(text) < 40:
            return
        data = text.encode(errors="replace")
        digest = hashlib.sha1(data).digest()
        if digest in self.seen:
            return
        self.seen.add(digest)
        if not kind:
            onset = looping(data)
            if onset is None:
                norm, at = folded(data)
                where = looping(norm)
                near = where is not None
                onset = at[where] if near else None
            if onset is None:
                cut = not natural_end(text) if finished is None else \
                    not finished
                kind = "cut" if cut else "healthy"
            else:
                cut = not finished if finished is not None else \
                    not natural_end(text) or \
                    (longest and len(text) > 0.7 * longest)
                kind = "loop" if cut else "repetitive"
                finished = not cut
        if kind in ("healthy", "cut") and not keep:
            return
        split = self.split(source, split)
        record = {"source": source, "model": model, "id": id, "kind": kind,
                  "text": data.decode(), "finished_by_itself": finished}
        if kind == "loop":
            record["onset"] = onset
            record["near"] = near
        if synthetic:
            record["synthetic"] = True
        self.files[split].write(json.dumps(record) + "\n")
        key = (split, kind + (" near" if near else "") +
               (" synthetic" if synthetic else ""))
        self.count[key] = self.count.get(key, 0) + 1
        if kind == "healthy" and not synthetic and 1500 < len(data) < 20000:
            self.healthy.setdefault(split, []).append(record["text"])


class Mirror:
    def __init__(self, mirrors, name):
        self.git = os.path.join(mirrors, name.replace("/", "+"), "repo")
        if not os.path.isdir(self.git):
            print("not there:", self.git, file=sys.stderr)

    def run(self, *args):
        return subprocess.run(["git", "--git-dir=" + self.git, *args],
                              capture_output=True).stdout

    def names(self, pattern):
        if not os.path.isdir(self.git):
            return []
        names = self.run("ls-tree", "-r", "--name-only", "HEAD").decode()
        return [n for n in names.splitlines() if re.search(pattern, n)]

    def json(self, name):
        data = self.run("show", "HEAD:" + name)
        return json.loads(data) if data else None

    def lines(self, name):
        for line in self.run("show", "HEAD:" + name).split(b"\n"):
            try:
                yield json.loads(line)
            except ValueError:
                continue


def hybrid(c, mirrors):
    m = Mirror(mirrors, "nils-herrmann/thinking-llms-interp")
    for name in m.names("hybrid/results/benchmark_results"):
        d = m.json(name)
        if not d:
            continue
        set_ = name.split("benchmark_results_")[1][:-5]
        # the same questions and bases in variants: one split for a base
        split = {"llama-3.1-8b_gsm8k": "fit", "qwen2.5-14b_math500": "unseen",
                 "llama-3.1-8b_aime": "fit",
                 "qwen2.5-math-1.5b_gsm8k": "calibrate"}.get(set_, "unseen"
                 if "on-deepseek" in set_ else "calibrate")
        for kind in ("base_model", "thinking_model", "hybrid_model"):
            texts = [t["model_answers"].get(kind) or "" for t in d["tasks"]]
            longest = sorted(map(len, texts))[int(.98 * len(texts))]
            for i, text in enumerate(texts[::2]):
                c.add(f"thinking-llms/{set_}/{kind}", kind, str(2 * i), text,
                      split=split, longest=longest)
    for t in (m.json("generate-responses/results/vars/responses_deepseek-r1-"
                     "distill-llama-8b-legacy-messages.json") or [])[::2]:
        text = t["full_response"].split("<｜Assistant｜>")[-1]
        c.add("thinking-llms/legacy", "r1-llama-8b", str(t["question_id"]),
              text)


def generated(text):
    """What the prover wrote; the statement before it is its prompt."""
    return text.split("```lean4", 2)[-1]


def lean(c, mirrors):
    m = Mirror(mirrors, "zacharyzusin/theorem-proving-research")
    for set_, split in (("minif2f_merged", "fit"), ("putnam_merged", "unseen")):
        names = sorted(m.names(f"/{set_}/proofs/.*json$"))
        for i, name in enumerate(names):
            d = m.json(name) if i % 2 == 0 else None
            for a in d["attempts"] if d else []:
                text = generated(a.get("raw_output") or "")
                c.add(f"deepseek-prover/{set_}", "deepseek-prover",
                      f"{i}.{a['attempt_number']}", text, split=split,
                      finished=text.rstrip().endswith("```"))


def agents(c, mirrors):
    m = Mirror(mirrors, "gruckion/mini-swe-agent")
    names = sorted(m.names(r"traj\.json$"))
    for i, name in enumerate(names[::2]):
        d = m.json(name)
        if not isinstance(d, dict):
            continue
        turns = [x["content"] for x in d["messages"]
                 if x["role"] == "assistant" and
                 isinstance(x["content"], str)]
        project = name.split("/")[-1].split("__")[0]
        split = ("fit" if i % 4 else "calibrate") if project == "django" \
            else "unseen"
        source = f"mini-swe-agent/{project}"
        c.add(source, "gemini-3-pro", str(2 * i), "\n\n".join(turns), True,
              "agent_thread", split)
        for k, turn in enumerate(turns):
            c.add(source, "gemini-3-pro", f"{2 * i}.{k}", turn, True,
                  "agent_turn", split)


def alpaca(c, mirrors):
    m = Mirror(mirrors, "tatsu-lab/alpaca_eval")
    for name in m.names("^results/[^/]*/model_outputs.json$"):
        d = m.json(name)
        model = name.split("/")[1]
        texts = [x.get("output") for x in d or []]
        texts = [t if isinstance(t, str) else "" for t in texts]
        longest = max(map(len, texts), default=0)
        for i, text in enumerate(texts[::2]):
            c.add(f"alpaca_eval/{model}", model, str(2 * i), text,
                  keep=i % 4 == 0 or len(text) > 6000, longest=longest)


def overthinking(c, mirrors):
    m = Mirror(mirrors, "tobypullan/logit_cot_overthinking")
    for name in m.names("traces.jsonl$"):
        set_ = "gpqa" if "gpqa" in name else "mmlu_pro"
        for i, r in enumerate(m.lines(name)):
            if i % 2 == 0:
                c.add(f"gemma4-12b/{set_}", "gemma4-12b", f"{name}:{i}",
                      r["raw_response"], r["finish_reason"] == "stop",
                      split="unseen" if set_ == "gpqa" else "calibrate")
    m = Mirror(mirrors, "tobypullan/CoTOverthinking")
    for name in m.names("baseline_CoTs_.*jsonl$"):
        for i, r in enumerate(m.lines(name)):
            if i % 2 == 0 and isinstance(r.get("response"), str):
                c.add("cot-overthinking/" + name.split("/")[0],
                      "small", f"{name}:{i}", r["response"],
                      r["complete_reason"] == "stop"
                      if "complete_reason" in r else None)
    m = Mirror(mirrors, "gabrielkibble/CoT-Compression")
    for name in m.names("MATH_train/.*prompts.json$"):
        model = name.split("MATH_train/")[1].split("/")[0]
        for i, text in enumerate((m.json(name) or [])[::2]):
            for mark in ("<｜Assistant｜>", "<|im_start|>assistant\n",
                         "<|start|>assistant"):
                text = text.split(mark, 1)[-1]
            c.add("cot-compression/" + model, model, str(2 * i), text, True)


def chats(c, mirrors):
    m = Mirror(mirrors, "kook222/mt_bench_repro")
    for name in m.names("data/../answers/.*jsonl$"):
        language, model = name.split("/")[1], name.split("/")[-1][:-6]
        for i, r in enumerate(m.lines(name)):
            turns = r["choices"][0]["turns"]
            if i % 2 == 0:
                for k, turn in enumerate(turns):
                    c.add(f"mt-bench-{language}/{model}", model, f"{i}.{k}",
                          turn)
                c.add(f"mt-bench-{language}-threads/{model}", model, str(i),
                      "\n\n".join(turns))
    m = Mirror(mirrors, "lmarena/arena-hard-auto")
    for name in m.names("model_answer/.*jsonl$"):
        for i, r in enumerate(m.lines(name)):
            if i % 2 == 0 and "messages" in r:
                text = r["messages"][-1]["content"]
                text = text["answer"] if isinstance(text, dict) else text
            elif i % 2 == 0:
                text = r["choices"][0]["turns"][0]["content"]
            else:
                continue
            c.add("arena-hard/" + name.split("/")[-1][:-6],
                  name.split("/")[-1][:-6], f"{name}:{i}", text)
    m = Mirror(mirrors, "RUCAIBox/Slow_Thinking_with_LLMs")
    for name in m.names("ManuSearch/outputs/.*jsonl$"):
        for i, r in enumerate(m.lines(name)):
            if i % 2 == 0 and isinstance(r.get("think"), str):
                c.add("manusearch/" + name.split("/")[2], "qwq/r1", str(i),
                      r["think"])


def local(c, data):
    def jsonl(path):
        path = os.path.join(data, path)
        if not os.path.exists(path):
            print("not there:", path, file=sys.stderr)
            return
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8") as file:
            for i, line in enumerate(file):
                if i % 2 == 0:
                    yield i, json.loads(line)

    for i, r in jsonl("traces/rkv_aime24/aime24_00-14.jsonl"):
        text = r["code"] if isinstance(r["code"], str) else r["code"][0]
        c.add("r-kv", "r1-0528-qwen3-8b", str(i), text, i == 0, split="unseen")
    for i, r in jsonl("traces/qwen35_replay/"
                      "20260408_080415_inference_log.jsonl.gz"):
        text, finished = replayed(r)
        if text is None:
            continue
        c.add("qwen35-replay", "qwen3.5:9b", str(i), text, finished,
              split="fit")
    for i, r in jsonl("traces/gsm8k/example_model_solutions.jsonl"):
        for key, value in r.items():
            if isinstance(value, dict) and i % 8 == 0:
                c.add("gsm8k/" + key, key, f"{i}", value["solution"])
    for i, r in jsonl("streams/lm_eval/samples_math_perturbed_full.jsonl"):
        c.add("lm-eval", "gemma-3-1b", str(i), r["resps"][0][0], False,
              split="unseen")


def words(text):
    return re.findall(r"\S+\s*", text)


def made(c):
    """Loops and copies made from healthy text, split by split."""
    for split, texts in c.healthy.items():
        rng = random.Random(split)
        rng.shuffle(texts)
        for i, text in enumerate(texts[:1200]):
            w = words(text)
            cut = rng.randrange(len(w) // 3, len(w))
            n = min(int(2 ** rng.uniform(1, 8.5)), cut)
            head, unit = "".join(w[:cut]), w[cut - n:cut]
            total = rng.randrange(400, 2500)
            how = ("exact", "counter", "near", "draft", "rewrite",
                   "quotes")[i % 6]
            out, kind = [head], "loop"
            if how == "exact":
                out += ["".join(unit)] * (1 + total // n)
            elif how == "counter":
                k0 = rng.randrange(2, 90)
                out += [f"\nStep {k0 + k}: " + "".join(unit)
                        for k in range(1 + total // (n + 2))]
            elif how == "near":
                for _ in range(1 + total // n):
                    u = list(unit)
                    u[rng.randrange(n)] = rng.choice(w)
                    out += u
            elif how == "draft":
                kind = "healthy"
                out = [text, "\n</think>\n\nHere is the answer.\n\n", text]
            elif how == "rewrite":
                kind = "healthy"
                u = list(w)
                for _ in range(1 + len(w) // 60):
                    u[rng.randrange(len(u))] = rng.choice(unit)
                out = [text, "\n\nWait, this has to be mended; again whole:\n\n",
                       "".join(u)]
            else:
                kind = "healthy"
                other = words(texts[(i + 1) % len(texts)])
                step = max(len(other) // 6, 12)
                for k in range(0, len(other), step):
                    a = rng.randrange(len(w))
                    out += ["\n> ", *w[a:a + 60], "\n", *other[k:k + step]]
            whole = "".join(out)
            c.add(f"synthetic/{how}", "script", str(i), whole,
                  kind == "healthy", kind, split, synthetic=True,
                  onset=len(head.encode()) if kind == "loop" else None,
                  near=how in ("counter", "near"))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    data = sys.argv[3] if len(sys.argv) > 3 else \
        os.environ.get("LILSCOPE_DATA", "../shared/data")
    c = Corpus(sys.argv[1])
    for load in (hybrid, lean, agents, overthinking, alpaca, chats):
        load(c, sys.argv[2])
        print(load.__name__, sum(c.count.values()), flush=True)
    local(c, data)
    made(c)
    for key in sorted(c.count):
        print("%-10s %-24s %6d" % (*key, c.count[key]))


if __name__ == "__main__":
    main()
