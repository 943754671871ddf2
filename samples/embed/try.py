"""Tries lilscope.py and logits.py: a loop is found and named, taken back, saved;
a fake model that would think for ever closes its thinking."""
import copy
import logging
import pickle
import random
import sys

import lilscope
from logits import CloseThinking


def loops(n):
    return [random.randrange(50000) for _ in range(200)] + \
        [1000 + i % 40 for i in range(n)]


def streams():
    s = lilscope.Stream(rollback=16)
    r = s.read()
    assert r["band"] == "EMPTY" and r["last_new"] is r["stop_at"] is None
    for i in range(30):
        s.push_bytes("Wait, let me check that once more. ")
    assert s.flush() and s.unit()["times"] >= 29, s.unit()
    assert "let me check" in s.unit()["text"]
    r = s.read()
    assert r["stop_at"] == s.stop_at and r["rho"] < 1, r
    assert r["band"] == "ASYMPTOTIC" and r["vacuous"] is True, r
    assert r["last_new"] < 20 and r["new_after"] == 0, r
    assert r["resumed_at"] is None, r
    again = lilscope.restore(s.save())
    assert again.read()["code_bits"] == s.read()["code_bits"]
    n = s.n_tokens
    assert again.pop(5) and again.n_tokens == n - 5


def batch():
    ids = loops(600)
    many = [lilscope.Stream() for _ in range(8)]
    for i in ids:
        codes = lilscope.push_each(many + [None], [i] * 9)
    one = lilscope.Stream()
    assert one.push_ids(ids) and codes == [1] * 8 + [0]
    assert {s.stop_at for s in many} == {one.stop_at}
    try:
        import numpy
    except ImportError:
        print("numpy is not here: lists only")
        return
    array = numpy.array(ids, dtype=numpy.uint32)
    two = lilscope.Stream()
    assert two.push_ids(array) and two.stop_at == one.stop_at


def refused(error, what, word=""):
    try:
        what()
    except error as e:
        assert word in str(e), e
        return e
    raise AssertionError("taken: " + word)


def errors():
    for options, word in (({"rule": "none"}, "rule"), ({"ls": 2}, "ls"),
                          ({"window": 2**40}, "window"),
                          ({"memory_max": -1}, "memory_max")):
        refused(ValueError, lambda: lilscope.Stream(**options), word)
    for name in "resize", "opaque", "size", "colour":
        refused(TypeError, lambda: lilscope.Stream(**{name: 5}), name)
    s = lilscope.Stream(rollback=4)
    for wrong in (lambda: s.push_ids([1, 2**32 + 5]), lambda: s.push(-1, "x"),
                  lambda: lilscope.push_each([s], [-2]), lambda: s.pop(-1)):
        refused(ValueError, wrong)
    for wrong in (lambda: s.push_ids([1.7, 2.2]), lambda: s.push(1.5, "x"),
                  lambda: lilscope.push_each([s], [0.5]), lambda: s.pop(1.0),
                  lambda: s.push_ids(["1"]), lambda: s.push_ids(None)):
        refused(TypeError, wrong)
    assert s.n_tokens == 0
    s.push_ids([1, 2, 3, 4])
    refused(ValueError, lambda: s.pop(2**64))
    refused(ValueError, lambda: s.pop(2**64 + 1))
    assert refused(lilscope.Error, lambda: s.pop(2**64 - 1)).code == -5
    assert s.n_tokens == 4
    for twice in copy.copy, copy.deepcopy, pickle.dumps:
        refused(TypeError, lambda: twice(s), "restore")
    refused(TypeError, lambda: lilscope.restore(None))
    refused(TypeError, lambda: lilscope.restore(s.save(), rule="guardian"),
            "rule")
    assert lilscope.restore(bytearray(s.save()), memory_max=0).n_tokens == 4
    s = lilscope.Stream(memory_max=100000)
    e = refused(lilscope.Error, lambda: s.push_ids(loops(100000)), "100000")
    assert e.code == -4
    assert refused(lilscope.Error,
                   lambda: lilscope.restore(b"nothing")).code == -7


def think(process, want, drafts):
    """Greedy decoding of a fake model: the thinking wants to go on by 10."""
    ids, end = [], 7
    while len(ids) < 3000 and end not in ids:
        logits = [0.0] * 64
        logits[want(len(ids))] = 10.0
        logits = process(ids, logits) if process else logits
        ids.append(logits.index(max(logits)))
        if drafts and len(ids) % 9 == 0 and end not in ids:
            process(ids + [1, 2, 3], [0.0] * 64)  # not accepted
    return ids


def thinking():
    def circles(n):
        return 20 + n % 30 if n > 100 else random.randrange(8, 64)

    def varied(n):
        return random.randrange(8, 64)

    assert len(think(None, circles, False)) == 3000
    random.seed(1)
    plain = think(CloseThinking(7), circles, False)
    random.seed(1)
    drafted = think(CloseThinking(7), circles, True)
    assert plain[-1] == 7 and 150 < len(plain) < 600, len(plain)
    assert plain == drafted
    twice, once = CloseThinking(7), CloseThinking(7)
    twice([1, 2, 3, 9], [0.0] * 8)
    twice([1, 5, 6, 9], [0.0] * 8)  # another draft that ends alike
    once([1, 5, 6, 9], [0.0] * 8)
    assert twice.rows[0].stream.save() == once.rows[0].stream.save()
    for start in 0.99, 1.0:
        random.seed(1)
        hard = think(CloseThinking(7, start=start), circles, False)
        assert hard[-1] == 7 and len(hard) >= len(plain)
    refused(ValueError, lambda: CloseThinking(7, start=1.5), "start")
    assert len(think(CloseThinking(7), varied, False)) == 3000
    assert len(think(CloseThinking(7, rule="mlx2"), varied, False)) == 3000


def bonus(process, ids):
    return process(ids, [0.0] * 8)[7]


def prompts():
    """What came before is no loop of the model's, and closes nothing."""
    prompt = loops(600) + [7]
    assert bonus(CloseThinking(7), prompt) == 0  # it reads as closed
    process = CloseThinking(7, prompt=len(prompt))
    assert bonus(process, prompt) == bonus(process, prompt + [1]) == 0
    ids = prompt + loops(600)
    assert bonus(process, ids) == 40
    assert bonus(process, ids + [7]) == bonus(process, ids + [7, 7]) == 0
    assert bonus(process, ids) == 40  # the end was a draft
    assert bonus(process, prompt + [1, 2]) == 0  # far back: begun again
    assert bonus(process.clone(), ids) == 40


def batches():
    """transformers': a row a sequence, which may change places (beams)."""
    rows = [loops(600), random.sample(range(50000), 800)]
    process = CloseThinking(7)
    for many in rows, rows[::-1], rows:
        scores = process(many, [[0.0] * 8, [0.0] * 8])
        assert [s[7] for s in scores] == [40 * (i == rows[0]) for i in many]
    try:
        import numpy
    except ImportError:
        return
    scores = process(numpy.array([r[:800] for r in rows]), numpy.zeros((2, 8)))
    assert scores.tolist() == [[0] * 7 + [40], [0] * 8]


class Counted(list):
    """Ids that count how many of them were looked at."""
    n = 0

    def __getitem__(self, which):
        got = super().__getitem__(which)
        Counted.n += len(got) if isinstance(which, slice) else 1
        return got

    def __iter__(self):
        Counted.n += len(self)
        return super().__iter__()


def steps():
    """A step takes as long at the end of 4,000 ids as at their beginning."""
    process, ids = CloseThinking(7), Counted()
    for i in range(4000):
        ids.append(random.randrange(8, 50000))
        process(ids, [0.0] * 8)
    assert Counted.n < 4000 * 100, Counted.n


def memory():
    """A sequence for which memory ended goes on, and that is said once."""
    said = []
    handler = logging.Handler()
    handler.emit = said.append
    logging.getLogger("lilscope").addHandler(handler)
    logging.getLogger("lilscope").propagate = False
    process = CloseThinking(7, memory_max=100000)
    ids = random.sample(range(8, 50000), 5000)
    for n in list(range(0, 5000, 50)) + [4990, 4995, 5000]:
        assert bonus(process, ids[:n]) == 0
    assert len(said) == 1 and "100000" in said[0].getMessage(), said
    assert bonus(process, loops(300)) == 40  # another one is measured


random.seed(1)
assert "loop" in lilscope.rules() and lilscope.version()
for each in (streams, batch, errors, thinking, prompts, batches, steps,
             memory):
    each()
    print(each.__name__, "ok")
sys.exit(0)
