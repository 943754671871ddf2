#!/usr/bin/env python3
"""make_big.py FILE [BYTES] - a large JSON-lines file of generations.

Every line is one record with a prompt, a generation and a finish reason, as
an evaluation harness writes them: from some hundred to some ten thousand
words, one in five ending in a loop. The same bytes for the same size, at
least BYTES (default 1 GB) of them, in whole lines.
"""
import json
import random
import sys

WORDS = ("so the sum of prime angles is then wait let me check that again "
         "because seven divides every root modulo we know an integer square "
         "triangle circle by and hence therefore suppose assume consider "
         "equation both sides factor expand substitute obtain").split()
BODIES = 400


def sentence(rng):
    words = [rng.choice(WORDS) for _ in range(rng.randint(6, 18))]
    words.insert(rng.randrange(len(words)), str(rng.randrange(1000)))
    return " ".join(words).capitalize() + ". "


def body(rng):
    n = int(rng.lognormvariate(5.0, 1.0)) + 4
    text = "".join(sentence(rng) for _ in range(n))
    loops = rng.random() < 0.2
    if loops:
        text += "Wait, let me check that again. So x = 7. " * rng.randrange(
            200, 800)
    return json.dumps(text), "length" if loops else "stop"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    want = int(float(sys.argv[2])) if len(sys.argv) == 3 else 10**9
    rng = random.Random(1)
    bodies = [body(rng) for _ in range(BODIES)]
    done = 0
    i = 0
    with open(sys.argv[1], "w", encoding="ascii",
              buffering=1 << 20) as out:
        while done < want:
            text, finish = bodies[rng.randrange(BODIES)]
            line = ('{"id": %d, "model": "made-by-a-script", '
                    '"prompt": "Problem %07d: find x.", "generation": %s, '
                    '"finish_reason": "%s"}\n' % (i, i, text, finish))
            done += out.write(line)
            i += 1
    print("%s: %d records, %d bytes" % (sys.argv[1], i, done))


if __name__ == "__main__":
    main()
