"""Tries lilscope.py and logits.py: a loop is found and named, taken back, saved;
a fake model that would think for ever closes its thinking."""
import random
import sys

import lilscope
from logits import CloseThinking


def loops(n):
    return [random.randrange(50000) for _ in range(200)] + \
        [1000 + i % 40 for i in range(n)]


def streams():
    s = lilscope.Stream(rollback=16)
    for i in range(30):
        s.push_bytes("Wait, let me check that once more. ")
    assert s.flush() and s.unit()["times"] >= 29, s.unit()
    assert "let me check" in s.unit()["text"]
    assert s.read()["stop_at"] == s.stop_at and s.read()["rho"] < 1
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


def errors():
    for options, word in (({"rule": "none"}, "rule"), ({"ls": 2}, "ls"),
                          ({"window": 2**40}, "window"),
                          ({"memory_max": -1}, "memory_max")):
        try:
            lilscope.Stream(**options)
            raise AssertionError(options)
        except ValueError as e:
            assert word in str(e), e
    s = lilscope.Stream()
    for wrong in (lambda: s.push_ids([1, 2**32 + 5]), lambda: s.push(-1, "x"),
                  lambda: lilscope.push_each([s], [-2]), lambda: s.pop(-1)):
        try:
            wrong()
            raise AssertionError("taken")
        except ValueError as e:
            assert s.n_tokens == 0, e
    s = lilscope.Stream(memory_max=100000)
    try:
        s.push_ids(loops(100000))
        raise AssertionError("no limit")
    except lilscope.Error as e:
        assert e.code == -4 and "100000" in str(e), e
    try:
        lilscope.restore(b"nothing")
        raise AssertionError("nothing was restored")
    except lilscope.Error as e:
        assert e.code == -7, e


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
    twice = CloseThinking(7)
    twice.follow([1, 2, 3, 9])
    twice.follow([1, 5, 6, 9])  # another draft that ends alike
    once = CloseThinking(7)
    once.follow([1, 5, 6, 9])
    assert twice.stream.save() == once.stream.save()
    hard = CloseThinking(7, start=0.99)
    random.seed(1)
    assert len(think(hard, circles, False)) >= len(plain)
    assert len(think(CloseThinking(7), varied, False)) == 3000


random.seed(1)
assert "loop" in lilscope.rules() and lilscope.version()
for each in streams, batch, errors, thinking:
    each()
    print(each.__name__, "ok")
sys.exit(0)
