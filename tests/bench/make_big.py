#!/usr/bin/env python3
"""make_big.py FILE [BYTES] - a large JSON-lines file of generations.

Every line is one record with a prompt, a generation and a finish reason, as
an evaluation harness writes them: from some hundred to some ten thousand
words, one in five ending in a loop. The same bytes for the same size, at
least BYTES (default 1 GB) of them, in whole lines.

Where LILSCOPE_CORPUS names a folder (corpus.py), what is written is real text:
each generation is another row of texts from there, as long as one by chance
(22 kB in the mean) and one in five with a real loop at its end. Without it the
words are a script's.
"""
import glob
import json
import os
import random
import sys

WORDS = ("so the sum of prime angles is then wait let me check that again "
         "because seven divides every root modulo we know an integer square "
         "triangle circle by and hence therefore suppose assume consider "
         "equation both sides factor expand substitute obtain").split()
BODIES = 400
LOOPS = 0.2
BYTES_MEDIAN_LOG, BYTES_SIGMA, BYTES_LEAST, BYTES_MOST = 9.5, 1.0, 200, 4e5


def sentence(rng):
    words = [rng.choice(WORDS) for _ in range(rng.randint(6, 18))]
    words.insert(rng.randrange(len(words)), str(rng.randrange(1000)))
    return " ".join(words).capitalize() + ". "


def body(rng):
    n = int(rng.lognormvariate(5.0, 1.0)) + 4
    text = "".join(sentence(rng) for _ in range(n))
    loops = rng.random() < LOOPS
    if loops:
        text += "Wait, let me check that again. So x = 7. " * rng.randrange(
            200, 800)
    return text, "length" if loops else "stop"


def made(rng):
    bodies = [body(rng) for _ in range(BODIES)]
    while True:
        yield bodies[rng.randrange(BODIES)]


def real(rng, folder):
    healthy, loops = [], []
    for name in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(name, encoding="utf-8") as f:
            for line in f:
                one = json.loads(line)
                (loops if one["kind"] == "loop" else healthy).append(
                    one["text"])
    if not healthy or not loops:
        sys.exit("%s: no texts of corpus.py in there" % folder)
    while True:
        most = min(BYTES_MOST, BYTES_LEAST + rng.lognormvariate(
            BYTES_MEDIAN_LOG, BYTES_SIGMA))
        end = rng.choice(loops) if rng.random() < LOOPS else ""
        text = ""
        while len(text) + len(end) < most:
            text += rng.choice(healthy)[:int(most)] + "\n\n"
        yield text + end, "length" if end else "stop"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    want = int(float(sys.argv[2])) if len(sys.argv) == 3 else 10**9
    folder = os.environ.get("LILSCOPE_CORPUS")
    rng = random.Random(1)
    done = i = 0
    with open(sys.argv[1], "w", encoding="utf-8", newline="\n",
              buffering=1 << 20) as out:
        for text, finish in real(rng, folder) if folder else made(rng):
            line = ('{"id": %d, "model": "made-by-a-script", '
                    '"prompt": "Problem %07d: find x.", "generation": %s, '
                    '"finish_reason": "%s"}\n' %
                    (i, i, json.dumps(text, ensure_ascii=False), finish))
            out.write(line)
            done += len(line.encode("utf-8", "surrogatepass"))
            i += 1
            if done >= want:
                break
    print("%s: %d records, %d bytes of %s text" %
          (sys.argv[1], i, done, "real" if folder else "made"))


if __name__ == "__main__":
    main()
