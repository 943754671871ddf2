#!/usr/bin/env python3
"""partings.py - where greedy text parts from llama-server's, and how near a tie.

	partings.py PARTINGS LLAMA_SERVER MODEL.gguf

Both get the same ids of 14 prompts and write 128 tokens, greedily. Where they
part, each has taken its likeliest token; by so much of a logit is the other's
one below it. A row a prompt. A near tie is a parting where the lesser of both is
under LIMIT; beside it stand the margins of all tokens. Exit status 1 if one is
none.
"""
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chat import Server, messages  # noqa: E402

LIMIT = 0.5
BEST = 4
N = 128
PROMPTS = [
    "Why is the sky blue?",
    "Name three primes and say why they are prime.",
    "Natalia sold clips to 48 of her friends in April, and then she sold half "
    "as many clips in May. How many clips did she sell altogether?",
    "A robe takes 2 bolts of blue fiber and half that much white fiber. How "
    "many bolts in total does it take?",
    "Write a Python function that reverses a linked list.",
    "Write a short story about a lighthouse keeper.",
    "Explain the difference between TCP and UDP.",
    "Translate to French: the cat sleeps on the mat.",
    "What is the capital of Australia, and why is it not Sydney?",
    "List the planets by their distance from the sun.",
    "How do I read a file line by line in C?",
    "Give me a recipe for pancakes.",
    "What is a monad? Be brief.",
    "Prove that the square root of 2 is irrational.",
]


def ask(server, ids):
    """Of each token [(id, below the best)] of llama-server, best first."""
    said = server.ask("/completion", {
        "prompt": ids, "n_predict": N, "temperature": 0, "n_probs": BEST,
        "cache_prompt": False, "ignore_eos": False,
        "samplers": ["temperature"]})
    out = []
    for token in said["completion_probabilities"]:
        best = token["top_logprobs"]
        out.append([(one["id"], best[0]["logprob"] - one["logprob"])
                    for one in best])
    return out


def ours(program, model, prompts):
    lines = "".join(" ".join(map(str, ids)) + "\n" for ids in prompts)
    said = subprocess.run([program, model, str(N)], input=lines, text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    for line in said.splitlines():
        yield [read_best(token.split(",")) for token in line.split()]


def read_best(words):
    return [(int(i), float(below)) for i, below in zip(words[::2], words[1::2])]


def below(best, token):
    """How far it is below the best; infinite where it is not among these.

    >>> below([(7, 0.0), (8, 0.1), (9, 0.2)], 9)
    0.2
    >>> below([(7, 0.0), (8, 0.1)], 9)
    inf
    """
    return dict(best).get(token, float("inf"))


def parting(a, b):
    """Where two answers part, and the margins there.

    >>> parting([[(1, 0.0)], [(2, 0.0), (3, 0.1)]],
    ...         [[(1, 0.0)], [(3, 0.0), (2, 0.3)]])
    (1, 0.1, 0.3)

    Three that are alike, two of them each one's best:

    >>> parting([[(2, 0.0), (4, 0.01), (3, 0.02)]],
    ...         [[(3, 0.0), (4, 0.02), (2, 0.04)]])
    (0, 0.02, 0.04)
    >>> parting([[(2, 0.0), (4, 0.01)]], [[(3, 0.0), (4, 0.02)]])
    (0, inf, inf)
    >>> parting([[(2, 0.0)], [(3, 0.0)]], [[(2, 0.0)]])
    (1, 0.0, 0.0)
    """
    n = min(len(a), len(b))
    at = next((i for i in range(n) if a[i][0][0] != b[i][0][0]), n)
    if at == n:
        return at, 0.0, 0.0
    return at, below(a[at], b[at][0][0]), below(b[at], a[at][0][0])


def main():
    program, peer, model = sys.argv[1:]
    server = Server(peer, model, None)
    if not server.wait():
        sys.exit("llama-server does not run")
    try:
        prompts = [server.prompt([("user", text)])["ids"] for text in PROMPTS]
        theirs = [ask(server, ids) for ids in prompts]
    finally:
        server.end()
    print(f"{'prompt':30} {'tokens':>6} {'parts at':>8} {'our margin':>10} "
          f"{'theirs':>6}  verdict")
    n_same = n_far = 0
    margins = []
    for text, a, b in zip(PROMPTS, ours(program, model, prompts), theirs):
        n = min(len(a), len(b))
        at, here, there = parting(a, b)
        margins += [token[1][1] for token in a[:at]]
        if at == n:
            n_same += 1
            print(f"{text[:30]:30} {n:6} {'-':>8} {'-':>10} {'-':>6}  the same")
            continue
        near = min(here, there) < LIMIT
        n_far += not near
        print(f"{text[:30]:30} {n:6} {at:8} {here:10.3f} {there:6.3f}  "
              f"{'a near tie' if near else 'no tie'}")
    margins.sort()
    print(f"{n_same} of {len(PROMPTS)} the same; {n_far} partings are no near "
          f"ties. Margins of all {len(margins)} tokens before: median "
          f"{statistics.median(margins):.2f}, a tenth under "
          f"{margins[len(margins) // 10]:.2f}, a hundredth under "
          f"{margins[len(margins) // 100]:.2f}")
    sys.exit(n_far > 0)


if __name__ == "__main__":
    main()
