"""A processor of logits as vLLM, transformers and others call it: it closes the
thinking when that goes round in circles.

    process = CloseThinking(end_id)
    logits = process(ids_so_far, logits)       # one sequence, each step

From a score of `start` (how near the rule is to its stop, 0 to 1) on the
end-of-thinking token gets a bonus that ramps up to `most`: a model that is ready
to close does so early, and one that has stopped is made to. Nothing is
forbidden, so the answer comes in the model's own words. Sequences that are
shortened (a draft that was not accepted) are popped.
"""
from lilscope import Stream


class CloseThinking:
    def __init__(self, end_id, start=0.5, most=40.0, rollback=64, **options):
        self.end_id, self.start, self.most = end_id, start, most
        self.stream = Stream(rollback=rollback, **options)
        self.seen = []
        self.closed = False

    def follow(self, ids):
        """The stream comes to have just these tokens."""
        ids = [int(i) for i in ids]
        same = min(len(self.seen), len(ids))
        if self.seen[:same] != ids[:same]:
            same = next(i for i in range(same) if self.seen[i] != ids[i])
        if len(self.seen) - same > self.stream.poppable:
            self.stream.reset()
            same, self.seen = 0, []
        self.stream.pop(len(self.seen) - same)
        self.stream.push_ids(ids[same:])
        self.seen = ids
        self.closed = self.end_id in self.seen

    def bonus(self):
        if self.closed:
            return 0.0
        if self.stream.stop_at is not None:
            return self.most
        score = self.stream.read()["score"]
        ramp = (score - self.start) / (1 - self.start)
        return self.most * max(0.0, ramp)

    def __call__(self, ids, logits):
        self.follow(ids)
        logits[self.end_id] += self.bonus()
        return logits
