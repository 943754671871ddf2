#!/usr/bin/env python3
"""partings.py - where greedy text parts from llama-server's, and how near a tie.

	partings.py PARTINGS LLAMA_SERVER MODEL.gguf

Both get the same ids of 14 prompts and write 128 tokens, greedily. Where they
part, each has taken its likeliest token: by so much of a logit was it likelier
than the next one. A row a prompt. A near tie is a parting where each side's
second token is the other's first and the lesser of both margins is under LIMIT;
beside it stand the margins of all tokens. Exit status 1 if one is none.
"""
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chat import Server, messages  # noqa: E402

LIMIT = 0.5
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
    """[(first, second, margin)] of llama-server."""
    said = server.ask("/completion", {
        "prompt": ids, "n_predict": N, "temperature": 0, "n_probs": 2,
        "cache_prompt": False, "ignore_eos": False,
        "samplers": ["temperature"]})
    out = []
    for token in said["completion_probabilities"]:
        best = token["top_logprobs"]
        out.append((best[0]["id"], best[1]["id"],
                    best[0]["logprob"] - best[1]["logprob"]))
    return out


def ours(program, model, prompts):
    lines = "".join(" ".join(map(str, ids)) + "\n" for ids in prompts)
    said = subprocess.run([program, model, str(N)], input=lines, text=True,
                          stdout=subprocess.PIPE, check=True).stdout
    for line in said.splitlines():
        yield [(int(a), int(b), float(m)) for a, b, m in
               (triple.split(",") for triple in line.split())]


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
        at = next((i for i in range(n) if a[i][0] != b[i][0]), n)
        margins += [m for _, _, m in a[:at]]
        if at == n:
            n_same += 1
            print(f"{text[:30]:30} {n:6} {'-':>8} {'-':>10} {'-':>6}  the same")
            continue
        crossed = a[at][0] == b[at][1] and a[at][1] == b[at][0]
        near = crossed and min(a[at][2], b[at][2]) < LIMIT
        n_far += not near
        print(f"{text[:30]:30} {n:6} {at:8} {a[at][2]:10.3f} {b[at][2]:6.3f}  "
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
