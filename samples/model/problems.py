#!/usr/bin/python3
"""Problems for the model in the box, and the traces it learns from.

A problem: n people, each with a number of things, told in n shuffled facts; the
question asks for one of them, and the answer needs a chain of k facts back to a
person whose number is given.  `src/task/problem.c` draws the same problems from the
same seeds (tests/unit/test_problem.c holds this file's output to prove it).

    problems.py [--seed N] [--count N]     print problems, their chains and answers
    problems.py --trace [--seed N]         print training traces, errors and all
"""
import argparse

NAMES = ("Ann Bob Cid Dan Eve Fay Gus Hal Ivy Jon Kim Leo Mia Ned Oda Pam Quin Ray Sue Tom "
         "Una Val Wes Xan Yan Zoe").split()
LOW, HIGH = 1, 50          # the numbers of things a person has
SHOWN = 69                 # the largest number the vocabulary holds as one word
MASK = (1 << 64) - 1


class Draw:
    """SplitMix64 (Steele, Lea and Flood 2014): the same in C and in Python."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        """A whole number in 0 .. n-1, by multiplication (Lemire 2019, without the rejection)."""
        return ((self.next() >> 32) * n) >> 32

    def span(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, p):
        return self.below(1000) < 1000 * p

    def pick(self, items):
        return items[self.below(len(items))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


class Problem:
    """facts[p] = (None, value) or (other, step) with -9 <= step <= 9; order = as told."""

    def __init__(self, names, facts, order, chain, values):
        self.names, self.facts, self.order, self.chain, self.values = names, facts, order, chain, values

    @property
    def asked(self):
        return self.chain[0]

    @property
    def answer(self):
        return self.values[self.chain[0]]

    def prompt(self):
        told = " ".join(fact_text(self, p) + "." for p in self.order)
        return f"Facts: {told} Question: how many does {self.names[self.asked]} have? Think:"


def relation(step):
    return f"{abs(step)} {'more' if step > 0 else 'less'} than"


def fact_text(problem, p):
    other, step = problem.facts[p]
    if other is None:
        return f"{problem.names[p]} has {step}"
    return f"{problem.names[p]} has {relation(step)} {problem.names[other]}"


def step_from(draw, value):
    """A step of 1..9 up or down that leaves the next value inside LOW..HIGH."""
    while True:
        step = draw.span(1, 9)
        if draw.below(2):
            step = -step
        if LOW <= value + step <= HIGH:
            return step


def draw_problem(draw, n_low, n_high, k_low, k_high):
    n = draw.span(n_low, n_high)
    k = min(draw.span(k_low, k_high), n - 1)
    names = list(NAMES)
    draw.shuffle(names)
    names = names[:n]
    facts, values = [None] * n, [0] * n
    # Person k holds the base of the chain; k-1 .. 0 follow it; the rest are beside the point.
    values[k] = draw.span(10, 40)
    facts[k] = (None, values[k])
    for p in range(k - 1, -1, -1):
        step = step_from(draw, values[p + 1])
        facts[p] = (p + 1, step)
        values[p] = values[p + 1] + step
    for p in range(k + 1, n):
        if draw.below(8) == 0:
            values[p] = draw.span(LOW, HIGH)
            facts[p] = (None, values[p])
        else:
            other = draw.below(p)
            step = step_from(draw, values[other])
            facts[p] = (other, step)
            values[p] = values[other] + step
    order = list(range(n))
    draw.shuffle(order)
    return Problem(names, facts, order, list(range(k + 1)), values)


def test_problem(seed):
    """The problems of the demo and the bench: 20 to 22 people, chains of 8 or 9."""
    return draw_problem(Draw(seed), 20, 22, 8, 9)


# ---------------------------------------------------------------------------- traces
# A trace is a list of (word, weight, kind).  Words are entries of vocab.py and carry their own
# blanks.  Weights: what the prompt says 0, an injected error 0 (what follows it is learnt), free
# phrases .2, quoted facts 2, results 1.5, and so on.  Kind "fact" marks what the curriculum watches.
FREE, PLAIN, FACT, STEP, RESULT, VERDICT = 0.2, 0.3, 2.0, 3.0, 1.5, 1.5

OPENERS = ["Let me start.", "Let me see.", "Let me trace it."]
CHECKS = ["Let me double check.", "Hmm, let me check.", "Let me verify."]
RETRIES = ["That is wrong. Let me start over.", "Wait, let me try again.", "Hmm, no. Let me redo it."]


def words_of(text):
    """A phrase as single words and marks, each with its blank."""
    out = []
    for word in text.split():
        mark = word[-1] if word[-1] in ".,:?" else ""
        out.append(" " + (word[:-1] if mark else word))
        if mark:
            out.append(mark)
    return out


class Trace:
    def __init__(self):
        self.items = []

    def add(self, word, weight, kind=""):
        self.items.append((word, weight, kind))

    def phrase(self, text, weight):
        """A free phrase: its first words are a choice, the rest follows from them."""
        for i, word in enumerate(words_of(text)):
            self.add(word, FREE if i < 3 else weight)

    def fact(self, problem, p, other, step, weight, wrong=False, subject=None):
        """Quote a fact; with wrong, what differs from the truth has weight 0."""
        true_other, true_step = problem.facts[p]
        self.add(f" {problem.names[p]} has", PLAIN if subject is None else subject)
        if other is None:
            self.add(f" {step}", 0 if wrong else weight, "" if wrong else "fact")
            return
        self.add(f" {relation(step)}", 0 if wrong and step != true_step else weight, "" if wrong else "fact")
        self.add(f" {problem.names[other]}", 0 if wrong and other != true_other else weight,
                 "" if wrong else "fact")

    def sum(self, value, step, result, slip=False):
        self.add(f" {value}", 1.0)
        self.add(f" {'+' if step > 0 else '-'} {abs(step)}", STEP)
        self.add(" =", PLAIN)
        self.add(f" {result}", 0 if slip else RESULT)


def add_prompt(trace, problem):
    for p in problem.order:
        trace.fact(problem, p, *problem.facts[p], 0, subject=0)
        trace.add(".", 0)
    trace.items = [(w, 0, "") for w, _, _ in [(" Facts", 0, ""), (":", 0, "")] + trace.items]


def one_pass(draw, problem, trace, error):
    """Trace back, sum up, answer.  Returns the claimed values {person: value}, or None to redraw."""
    asked, items = problem.asked, []
    path, claimed = [], {}
    p, at = asked, -1
    length = len(problem.chain)
    where = draw.below(length - 1) if error != "base" else length - 1
    while True:
        at += 1
        other, step = problem.facts[p]
        wrong = False
        if at == where and error in ("number", "turn", "person"):
            if other is None:
                return None
            wrong = True
            if error == "number":
                new = draw.span(1, 9)
                if new == abs(step):
                    return None
                step = new if step > 0 else -new
            elif error == "turn":
                step = -step
            else:
                new = draw.below(len(problem.names))
                if new == other or new in [q for q, _, _, _ in path] or new == p:
                    return None
                # A wrong turn must not lead back into what was already quoted.
                seen, q = set(), new
                while q is not None:
                    seen.add(q)
                    q = problem.facts[q][0]
                if seen & ({q for q, _, _, _ in path} | {p}):
                    return None
                other = new
        elif other is None and error == "base":
            new = draw.span(10, 40)
            if new == step:
                return None
            step, wrong = new, True
        path.append((p, other, step, wrong))
        if other is None:
            break
        p = other
    if len(path) < 2:
        return None
    value = path[-1][2]
    claimed[path[-1][0]] = value
    sums = []
    slip_at = draw.below(len(path) - 1) if error == "slip" else -1
    for i, (q, other, step, _) in enumerate(reversed(path[:-1])):
        result, slip = value + step, False
        if i == slip_at:
            result += draw.pick([-3, -2, -1, 1, 2, 3])
            slip = True
        if not 0 <= result <= SHOWN:
            return None
        sums.append((q, value, step, result, slip))
        claimed[q] = value = result
    trace.phrase(draw.pick(OPENERS), PLAIN)
    for i, (q, other, step, wrong) in enumerate(path):
        trace.fact(problem, q, other, step, FACT, wrong, subject=1.0)
        trace.add(".", PLAIN)
    trace.add(" So", PLAIN)
    for q, before, step, result, slip in sums:
        trace.add(f" {problem.names[q]} has", 1.0)
        trace.sum(before, step, result, slip)
        trace.add(".", PLAIN)
    for word in (" The", " answer", " is"):
        trace.add(word, PLAIN)
    trace.add(f" {value}", 1.0)
    trace.add(".", PLAIN)
    return claimed


def check(draw, problem, trace, claimed):
    """Read the facts again from the person asked for; true when all of them hold."""
    trace.phrase(draw.pick(CHECKS), PLAIN)
    for p in problem.chain:
        other, step = problem.facts[p]
        trace.fact(problem, p, other, step, FACT, subject=1.0)
        if other is None:
            good = claimed.get(p) == step
        elif other not in claimed:
            good = False
        else:
            result = claimed[other] + step
            trace.add(":", 1.0)
            trace.sum(claimed[other], step, result)
            good = claimed.get(p) == result
            if result < 0 or result > SHOWN:
                return None
        trace.add(" ok" if good else " wrong", VERDICT)
        trace.add(".", PLAIN)
        if not good:
            return False
    return True


def solve(draw, problem, first=0.45, later=0.40, passes=6):
    """A whole training trace, or None when an injected error led out of the vocabulary."""
    trace = Trace()
    add_prompt(trace, problem)
    for word in (" Question", ":", " how", " many", " does", f" {problem.names[problem.asked]}", " have", "?",
                 " Think", ":"):
        trace.add(word, 0)
    for turn in range(passes):
        error = None
        if turn < passes - 1 and draw.chance(first if turn == 0 else later):
            error = draw.pick(["number", "turn", "person", "person", "base", "slip"])
        claimed = one_pass(draw, problem, trace, error)
        if claimed is None:
            return None
        right = check(draw, problem, trace, claimed)
        if right is None:
            return None
        if right:
            for word in (" All", " good", ".", " Final", " answer", ":"):
                trace.add(word, PLAIN)
            trace.add(f" {problem.answer}", 1.0)
            trace.add(".", PLAIN)
            trace.add("</s>", 1.0)
            return trace.items
        trace.phrase(draw.pick(RETRIES), PLAIN)
    return None


def recite(draw, problem):
    """An early exercise: say all facts in another order, so that looking one up is learnt first."""
    trace = Trace()
    add_prompt(trace, problem)
    for word in (" Question", ":", " what", " are", " the", " facts", "?", " Think", ":"):
        trace.add(word, 0)
    people = list(range(len(problem.names)))
    draw.shuffle(people)
    for p in people:
        trace.fact(problem, p, *problem.facts[p], FACT, subject=FREE)
        trace.add(".", PLAIN)
    trace.add("</s>", PLAIN)
    return trace.items


def text_of(items):
    return "".join(w for w, _, _ in items if w != "</s>").lstrip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--trace", action="store_true")
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.count):
        if options.trace:
            draw = Draw(seed)
            items = solve(draw, draw_problem(draw, 20, 22, 8, 9))
            print(text_of(items) if items else "(drawn again)", end="\n\n")
            continue
        problem = test_problem(seed)
        chain = " ".join(problem.names[p] for p in problem.chain)
        print(f"{seed}\t{problem.answer}\t{chain}\t{problem.prompt()}")


if __name__ == "__main__":
    main()
