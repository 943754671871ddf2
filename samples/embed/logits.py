"""A processor of logits as vLLM, transformers and others call it: it closes the
thinking when that goes round in circles.

    process = CloseThinking(end_id)
    logits = process(ids_so_far, logits)       # one sequence, each step
    scores = process(input_ids, scores)        # a batch, a row a sequence

From a score of `start` (how near the rule is to its stop, 0 to 1) on the
end-of-thinking token gets a bonus that ramps up to `most`: a model that is ready
to close does so early, and one that has stopped is made to. Nothing is
forbidden, so the answer comes in the model's own words.

The first `prompt` ids are passed over: vLLM hands over only what was written
(0), transformers the prompt, too (input_ids.shape[1]). Ids may be lists or what
has tolist(). Sequences that are shortened (a draft that was not accepted) are
popped; a step looks at the ids that are new and at the `rollback` before them,
so what changes further back behind as many equal ids is not seen. A request has
a processor of its own. Where memory ends (memory_max) a warning says so, once,
and the sequence goes on unmeasured.
"""
import logging

from lilscope import Error, Stream

log = logging.getLogger("lilscope")


def _list(ids):
    return ids.tolist() if hasattr(ids, "tolist") else list(ids)


class _Sequence:
    """One row: its stream comes to have just the ids that it is shown."""

    def __init__(self, end_id, prompt, rollback, options):
        self.end_id, self.prompt, self.rollback = end_id, prompt, rollback
        self.stream = Stream(rollback=rollback, **options)
        self.seen = []
        self.end_at = None  # in seen: the thinking was closed there
        self.failed = False

    def _same(self, ids, n):
        """How many of the n ids are those that were seen."""
        n_seen, look = len(self.seen), self.prompt
        tail = max(0, n_seen - max(self.rollback, 1))
        if n >= n_seen and \
                _list(ids[look + tail:look + n_seen]) == self.seen[tail:]:
            return n_seen
        ids, same = _list(ids[look:]), 0
        while same < min(n, n_seen) and ids[same] == self.seen[same]:
            same += 1
        return same

    def follow(self, ids):
        n = max(0, len(ids) - self.prompt)
        same = self._same(ids, n)
        back = len(self.seen) - same
        again = back > self.stream.poppable and not (self.failed and same)
        if again:
            same = 0
        del self.seen[same:]
        if self.end_at is not None and self.end_at >= same:
            self.end_at = None
        new = _list(ids[self.prompt + same:])
        if self.end_at is None and self.end_id in new:
            self.end_at = same + new.index(self.end_id)
        self.seen += new
        if again:
            self.failed = False
            self.stream.reset()
        if not self.failed:
            self.stream.pop(0 if again else back)
            self.stream.push_ids(new)

    def nearness(self, start):
        """Of the bonus, 0 to 1."""
        if self.end_at is not None:
            return 0.0
        if self.stream.stop_at is not None:
            return 1.0
        if self.failed or start >= 1:
            return 0.0
        score = self.stream.read()["score"]  # NAN: the rule has none
        return (score - start) / (1 - start) if score > start else 0.0


class CloseThinking:
    def __init__(self, end_id, start=0.5, most=40.0, rollback=64, prompt=0,
                 **options):
        if not 0 <= start <= 1:
            raise ValueError("start must be 0 to 1")
        self.end_id, self.start, self.most = end_id, start, most
        self._of_row = end_id, prompt, rollback, options
        self.rows = [_Sequence(*self._of_row)]
        self.told = False

    def clone(self):
        """For another request, as vLLM asks for it."""
        end_id, prompt, rollback, options = self._of_row
        return CloseThinking(end_id, self.start, self.most, rollback, prompt,
                             **options)

    def _row(self, i, ids, logits):
        while len(self.rows) <= i:
            self.rows.append(_Sequence(*self._of_row))
        row = self.rows[i]
        try:
            row.follow(ids)
            near = row.nearness(self.start)
        except Error as e:  # a request is not ended for it
            row.failed, near = True, 0.0
            if not self.told:
                log.warning("a sequence is measured no longer: %s", e)
            self.told = True
        logits[self.end_id] += self.most * near

    def __call__(self, ids, logits):
        if ids.ndim == 2 if hasattr(ids, "ndim") else \
                len(ids) and hasattr(ids[0], "__len__"):
            for i in range(len(ids)):
                self._row(i, ids[i], logits[i])
        else:
            self._row(0, ids, logits)
        return logits
