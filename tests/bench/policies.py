#!/usr/bin/env python3
"""A second decoder for tests/bench/table_perplexity: the policies as their
papers and their authors' code tell them, on the same weights and the same
ids, by other people's arithmetic (numpy; weights read by gguf).

    policies.py MODEL.gguf RUNS [h2o | PEER]

RUNS is what table_perplexity -o wrote. For each run: both perplexities over
all tokens behind the prompt, and the mean and the greatest difference of a
token's surprise. Exit status 1 if they are more than LIMIT apart: dense by
1 in 1,000, a policy, which may choose another page or token where two are
nearly as good, by 1 in 50. (With weights in blocks our activations are rounded
to 8 bits, and all is within 1 in 50.)

PEER is tests/bench/peer_logits: then libllama reads the text as well, as much
of it as it takes (512 tokens), for dense.

With "h2o" the ways in which H2O may be done where queries share a KV head stand
beside each other: scores summed over the group, its greatest, each query head
for itself (a cache as wide as the heads, as in the paper's models); and what
its scores are worth: decoded queries' alone, the last query's alone, the mean
over the queries that a token had, lots instead of scores.

A layer needs nothing but the layer before: so all tokens go through it
together, and only its attention is done token by token, as a policy wants.
Llama and Qwen2; keys and values in 32 bits.
"""
import subprocess
import sys

import gguf
import numpy as np

LIMIT_DENSE, LIMIT = 1e-3, 2e-2
PEER_TOKENS = 512


class Model:
    def __init__(self, path):
        self.file = gguf.GGUFReader(path)
        self.tensors = {t.name: t for t in self.file.tensors}
        fields = self.file.fields
        self.arch = fields["general.architecture"].contents()

        def of(key, default=None):
            field = fields.get(f"{self.arch}.{key}")
            return default if field is None else field.contents()

        if self.arch not in ("llama", "qwen2"):
            sys.exit(f"{self.arch}: llama and qwen2 are known here")
        self.n_layers = of("block_count")
        self.n_heads = of("attention.head_count")
        self.n_kv = of("attention.head_count_kv")
        self.d = self.weights("blk.0.attn_q.weight").shape[0] // self.n_heads
        self.eps = of("attention.layer_norm_rms_epsilon")
        self.base = of("rope.freq_base", 10000.0)
        self.halves = self.arch == "qwen2"

    def weights(self, name):
        t = self.tensors.get(name)
        if t is None:
            return None
        w = gguf.quants.dequantize(t.data, t.tensor_type)
        return np.ascontiguousarray(w, dtype=np.float32)

    def turn(self, x, places):
        """x [..., d] as for these positions, which may be one for all."""
        half = self.d // 2
        angle = np.multiply.outer(np.asarray(places, dtype=np.float64),
                                  self.base ** (-np.arange(half) / half))
        cos, sin = (f(angle).astype(np.float32) for f in (np.cos, np.sin))
        out = np.empty_like(x)
        a, b = ((slice(0, half), slice(half, None)) if self.halves else
                (slice(0, None, 2), slice(1, None, 2)))
        out[..., a] = x[..., a] * cos - x[..., b] * sin
        out[..., b] = x[..., a] * sin + x[..., b] * cos
        return out


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def best(values, n):
    """Indices of the n greatest, rising; the first among equals."""
    return np.sort(np.argsort(-values, kind="stable")[:max(n, 0)])


class Head:
    """A KV head at work: what is kept (positions), what was seen."""

    def __init__(self, layer, own, q, k, v, group):
        self.layer, self.own = layer, own
        self.q, self.k, self.v, self.group = q, k, v, group
        self.rq = layer.turn_all(q)  # [T, group, d], keys [T, d]
        self.rk = layer.turn_all(k)
        self.kept = np.arange(0)
        self.mass = np.zeros(len(k), dtype=np.float64)

    def p(self, t, slots, keys=None, q=None):
        keys = self.rk[slots] if keys is None else keys
        q = self.rq[t] if q is None else q
        return softmax(q @ keys.T / np.float32(np.sqrt(self.k.shape[-1])))


class Layer:
    """One layer's attention under one policy, token by token."""

    def __init__(self, m, i, o, prompt, q, k, v):
        self.m, self.i, self.o, self.prompt = m, i, o, prompt
        group = m.n_heads // k.shape[1]
        self.n = len(q)
        self.heads = [Head(self, h, q[:, h * group:(h + 1) * group], k[:, h],
                           v[:, h], group) for h in range(k.shape[1])]

    def turn_all(self, x):
        places = np.arange(len(x))
        return self.m.turn(x, places if x.ndim == 2 else places[:, None])

    def run(self, policy):
        out = np.zeros((self.n, self.m.n_heads * self.m.d), dtype=np.float32)
        dense = policy is None or self.i < self.o["dense_layers"]
        for h in self.heads:
            n = self.n if dense else self.prompt
            s = np.einsum("tgd,sd->gts", h.rq[:n], h.rk[:n])
            s /= np.float32(np.sqrt(self.m.d))
            s[:, ~np.tri(n, dtype=bool)] = -np.inf
            h.first = softmax(s)
            self.put(out, h, slice(0, n), np.einsum("gts,sd->tgd", h.first,
                                                    h.v[:n]))
            h.kept = np.arange(n)
        if dense:
            return out
        policy = policy(self)
        policy.prompt_end()
        for t in range(self.prompt, self.n):
            for h in self.heads:
                h.kept = np.append(h.kept, t)
            if hasattr(policy, "before"):
                policy.before(t)
            for h in self.heads:
                self.put(out, h, t, policy.step(h, t))
            policy.after(t)
        return out

    def put(self, out, h, at, o):
        d, g = self.m.d, h.group
        o = o.reshape(*o.shape[:-2], g * d)
        out[at, h.own * g * d:(h.own + 1) * g * d] = o


class Policy:
    """What is kept is read; nothing goes."""

    def __init__(self, layer):
        self.l, self.o, self.heads = layer, layer.o, layer.heads
        self.budget, self.n_prompt = layer.o["budget"], layer.prompt
        self.keep = self.n_prompt if layer.o["keep_prompt"] == 1 else 0

    def prompt_end(self):
        self.after(self.n_prompt - 1)

    def step(self, h, t):
        h.probs = h.p(t, h.kept)
        return h.probs @ h.v[h.kept]

    def after(self, t):
        pass


class Sink(Policy):
    def step(self, h, t):
        """Keys as they are, turned as for 0, 1, 2 ... in the cache."""
        n = len(h.kept)
        keys = self.l.m.turn(h.k[h.kept], np.arange(n))
        q = self.l.m.turn(h.q[t], np.full(h.group, n - 1))
        return h.p(t, None, keys, q) @ h.v[h.kept]

    def after(self, t):
        first = max(self.o["sinks"], self.keep)
        last = max(self.budget - first, 1)
        for h in self.heads:
            if len(h.kept) > self.budget:
                late = h.kept[max(first, len(h.kept) - last):]
                h.kept = np.concatenate([h.kept[:first], late])


class H2o(Policy):
    share = staticmethod(lambda p: p.sum(axis=0))
    decoded_only = last_only = wide = mean = lots = False

    def prompt_end(self):
        for h in self.heads:
            n = self.n_prompt
            if not self.decoded_only:
                h.mass[:n] = sum(self.share(h.first[:, t]) for t in range(n))
        self.after(self.n_prompt - 1)

    def step(self, h, t):
        out = super().step(h, t)
        if self.last_only:
            h.mass[:] = 0
        h.mass[h.kept] += self.share(h.probs)
        return out

    def values(self, h, t):
        if self.lots:
            return self.rng.random(len(h.mass))
        age = np.maximum(t + 1 - np.arange(len(h.mass)), 1)
        return h.mass / age if self.mean else h.mass

    def after(self, t):
        recent = self.o["recent"]
        for h in self.heads:
            if len(h.kept) <= self.budget:
                continue
            values = self.values(h, t)
            free = (h.kept + recent <= t) & (h.kept >= self.keep)
            n = max(self.budget - int((~free).sum()), 0)
            stay = ~free
            stay[np.flatnonzero(free)[best(values[h.kept[free]], n)]] = True
            h.kept = h.kept[stay]


class Tova(Policy):
    def prompt_end(self):
        for h in self.heads:
            h.probs = h.first[:, -1]
        self.after(self.n_prompt - 1)

    def after(self, t):
        kept = self.heads[0].kept
        first, n = self.keep, len(kept)
        n_keep = max(self.budget, first + (first > 0))
        if n <= n_keep:
            return
        mass = sum(h.probs.sum(axis=0) for h in self.heads)
        stay = np.concatenate([np.arange(first),
                               first + best(mass[first:], n_keep - first)])
        for h in self.heads:
            h.kept = kept[stay]


def page_bounds(rk, kept, page):
    n = len(kept) // page
    keys = rk[kept[:n * page]].reshape(n, page, -1)
    return keys.max(axis=1), keys.min(axis=1)


def bound(q, most, least):
    """sum_i max(q_i max_i, q_i min_i): [group, pages]."""
    return np.maximum(q[:, None] * most, q[:, None] * least).sum(axis=-1)


class Quest(Policy):
    def step(self, h, t):
        page, n = self.o["page"], t + 1
        if n <= self.budget:
            return super().step(h, t)
        n_pages = -(-n // page)
        most, least = page_bounds(h.rk, h.kept, page)
        s = bound(h.rq[t], most, least)[:, :n_pages - 1]
        out = np.empty((h.group, self.l.m.d), dtype=np.float32)
        for g in range(h.group):
            chosen = best(s[g], self.budget // page - 1)
            slots = (chosen[:, None] * page + np.arange(page)).ravel()
            slots = np.append(slots, np.arange((n_pages - 1) * page, n))
            out[g] = h.p(t, slots, q=h.rq[t, g]) @ h.v[slots]
        return out


class Raas(Policy):
    def prompt_end(self):
        for h in self.heads:
            h.stamps = []
            self.shrink(h, self.n_prompt - 1)

    def shrink(self, h, t):
        page = self.o["page"]
        while len(h.stamps) * page < len(h.kept):
            h.stamps.append(t)
        while len(h.kept) > self.budget:
            free = [i for i in range(len(h.stamps) - 1)
                    if h.kept[i * page] >= self.keep]
            if not free:
                return
            i = min(free, key=lambda i: h.stamps[i])
            h.kept = np.delete(h.kept, slice(i * page, (i + 1) * page))
            del h.stamps[i]

    def step(self, h, t):
        self.shrink(h, t)
        page, n = self.o["page"], len(h.kept)
        n_old = len(h.stamps) - 1
        if n_old:
            s = bound(h.rq[t], *page_bounds(h.rk, h.kept, page)).sum(axis=0)
            s = s[:n_old]
            for i in best(s, self.budget // page // 2):
                h.stamps[i] = t
        slots = np.arange(n)
        if n > self.budget:
            last = n - n_old * page
            chosen = best(s, (self.budget - last) // page)
            slots = (chosen[:, None] * page + np.arange(page)).ravel()
            slots = np.append(slots, np.arange(n_old * page, n))
        slots = h.kept[slots]
        return h.p(t, slots) @ h.v[slots]


class Infllm(Policy):
    def __init__(self, layer):
        super().__init__(layer)
        self.n_init, self.n_local = self.o["sinks"], self.o["recent"]
        self.block = self.o["page"]
        self.n_top = (self.budget - self.n_init - self.n_local) // self.block
        self.n_top -= 1
        self.blocks = []  # [n_heads, d] each
        n_heads = layer.m.n_heads
        self.mass = np.zeros((n_heads, layer.n), dtype=np.float64)

    def prompt_end(self):
        for h in self.heads:
            for t in range(self.n_prompt):
                self.see(h, t, np.arange(t + 1), h.first[:, t, :t + 1])
        self.after(self.n_prompt - 1)

    def see(self, h, t, slots, p):
        near = slots > t - self.n_local
        for g in range(h.group):
            self.mass[h.own * h.group + g, slots[near]] += p[g, near]

    def before(self, t):
        if not self.blocks or t < self.budget:
            return
        s = 0
        for h in self.heads:
            q = self.l.m.turn(h.q[t], np.full(h.group, self.n_local - 1))
            mine = slice(h.own * h.group, (h.own + 1) * h.group)
            s = s + np.einsum("gd,bgd->b", q,
                              np.array([b[mine] for b in self.blocks]))
        self.chosen = best(s, self.n_top)

    def step(self, h, t):
        if t < self.budget:
            out = super().step(h, t)
            self.see(h, t, h.kept, h.probs)
            return out
        chosen = self.chosen if self.blocks else np.arange(0)
        slots = np.arange(self.n_init)
        for b in chosen:
            at = self.n_init + b * self.block
            slots = np.append(slots, np.arange(at, at + self.block))
        at = self.n_init + len(self.blocks) * self.block
        slots = np.append(slots, np.arange(at, t + 1)).astype(int)
        far = slots <= t - self.n_local
        places = np.where(far, t - (self.n_local - 1), slots)
        p = h.p(t, None, self.l.m.turn(h.k[slots], places))
        self.see(h, t, slots, p)
        return p @ h.v[slots]

    def after(self, t):
        block, group = self.block, self.heads[0].group
        while (self.n_init + (len(self.blocks) + 1) * block + self.n_local
               <= t + 1):
            at = self.n_init + len(self.blocks) * block
            means = []
            for i in range(self.l.m.n_heads):
                top = best(self.mass[i, at:at + block], max(1, block // 8))
                means.append(self.heads[i // group].k[at + top].mean(axis=0))
            self.blocks.append(np.array(means))


class Snapkv(Policy):
    def after(self, t):
        if t + 1 != self.n_prompt or self.n_prompt <= self.budget:
            return
        w = self.o["recent"]
        for h in self.heads:
            old = h.first[:, -w:, :-w].sum(axis=(0, 1))
            pooled = np.convolve(np.pad(old, 2), np.ones(5) / 5, "valid")
            keep = best(pooled, self.budget - w)
            h.kept = np.append(h.kept[keep], h.kept[-w:])


class Rkv(Policy):
    def after(self, t):
        if t + 1 != self.n_prompt and t % 128:
            return
        w = self.o["recent"]
        for h in self.heads:
            if len(h.kept) > self.budget:
                self.cut(h, t, w)

    def cut(self, h, t, w):
        keys = h.rk[h.kept]
        old = len(keys) - w
        q = h.rq[max(t + 1 - w, 0):t + 1]
        s = np.einsum("wgd,sd->wgs", q, keys[:old]).max(axis=1)
        mean = softmax(s / np.float32(np.sqrt(self.l.m.d))).mean(axis=0)
        good = np.array([mean[max(i - 3, 0):i + 4].max() for i in range(old)])
        unit = keys / (np.linalg.norm(keys, axis=1, keepdims=True) + 1e-8)
        c = unit @ unit.T
        np.fill_diagonal(c, 0)
        for row in c:
            alike = np.flatnonzero(row > 0.5)
            row[alike[-1] if len(alike) else 0] = 0
        bad = softmax(c.mean(axis=0))
        z = 0.07 * good - 0.93 * bad[:old]
        keep = np.argsort(-z, kind="stable")[:self.budget - w]
        h.kept = np.append(h.kept[keep], h.kept[old:])


POLICIES = {"dense": None, "sink": Sink, "h2o": H2o, "tova": Tova,
            "quest": Quest, "raas": Raas, "infllm": Infllm,
            "snapkv": Snapkv, "rkv": Rkv}


def rms(x, weight, eps):
    x64 = x.astype(np.float64)
    scale = 1 / np.sqrt((x64 * x64).mean(axis=-1, keepdims=True) + eps)
    return (x64 * scale).astype(np.float32) * weight


def surprises(m, w, ids, policy, o, prompt):
    x = w["token_embd.weight"][ids]
    for i in range(m.n_layers):
        def get(name):
            return w.get(f"blk.{i}.{name}")

        def mul(v, name):
            y = v @ get(name + ".weight").T
            b = get(name + ".bias")
            return y if b is None else y + b

        h = rms(x, get("attn_norm.weight"), m.eps)
        q, k, v = (mul(h, n).reshape(len(ids), -1, m.d)
                   for n in ("attn_q", "attn_k", "attn_v"))
        if getattr(policy, "wide", False):
            k, v = (np.repeat(y, m.n_heads // m.n_kv, axis=1) for y in (k, v))
        x = x + mul(Layer(m, i, o, prompt, q, k, v).run(policy), "attn_output")
        h = rms(x, get("ffn_norm.weight"), m.eps)
        gate = mul(h, "ffn_gate")
        x = x + mul(gate / (1 + np.exp(-gate)) * mul(h, "ffn_up"), "ffn_down")
    x = rms(x[prompt - 1:-1], w["output_norm.weight"], m.eps)
    logits = x @ w.get("output.weight", w["token_embd.weight"]).T
    return surprise(logits, ids[prompt:])


def surprise(logits, ids):
    top = logits.max(axis=1)
    sums = np.log(np.exp((logits - top[:, None]).astype(np.float64))
                  .sum(axis=1))
    return top + sums - logits[np.arange(len(ids)), ids]


def beside_peer(path, model, ids, prompt, ours):
    ids = ids[:PEER_TOKENS]
    out = subprocess.run([path, model, "-", *map(str, ids)], check=True,
                         stdout=subprocess.PIPE).stdout
    logits = np.frombuffer(out, dtype=np.float32).reshape(len(ids), -1)
    theirs = surprise(logits[prompt - 1:-1], ids[prompt:])
    ours = ours[:len(theirs)]
    print(f"dense, the first {len(ids)} tokens: lilscope "
          f"{np.exp(ours.mean()):.3f}, libllama {np.exp(theirs.mean()):.3f}, "
          f"a token {np.abs(ours - theirs).mean():.1e}, "
          f"{np.abs(ours - theirs).max():.1e}", flush=True)
    return np.exp(abs(ours.mean() - theirs.mean())) - 1 <= LIMIT


def variants_of_h2o():
    yield "the sum over a group", H2o
    yield "its greatest", type("A", (H2o,), {
        "share": staticmethod(lambda p: p.max(axis=0))})
    yield "each query head", type("B", (H2o,), {"wide": True})
    yield "decoded queries alone", type("C", (H2o,), {"decoded_only": True})
    yield "the last query alone", type("D", (H2o,), {"last_only": True})
    yield "the mean", type("E", (H2o,), {"mean": True})
    yield "lots", type("F", (H2o,), {"lots": True,
                                     "rng": np.random.default_rng(1)})


def read_runs(path):
    names = ("budget", "page", "sinks", "recent", "dense_layers",
             "keep_prompt", "seed")
    with open(path) as f:
        _, prompt, ids = f.readline().rstrip("\n").split("\t")
        runs = [line.rstrip("\n").split("\t") for line in f]
    return (np.array(ids.split(), dtype=int), int(prompt),
            [(name, dict(zip(names, map(int, o.split()))),
              np.array(nll.split(), dtype=float)) for name, o, nll in runs])


def main():
    m = Model(sys.argv[1])
    ids, prompt, runs = read_runs(sys.argv[2])
    good = True
    if len(sys.argv) > 3 and sys.argv[3] != "h2o":
        good = beside_peer(sys.argv[3], sys.argv[1], ids, prompt, runs[0][2])
    w = {name: m.weights(name) for name in m.tensors}
    if "h2o" in sys.argv[3:]:
        for o in [o for name, o, _ in runs
                  if name == "h2o" and not o["keep_prompt"]]:
            for title, policy in variants_of_h2o():
                nll = surprises(m, w, ids, policy, o, prompt)
                print(f"h2o {o['budget']:5} {title:24} "
                      f"{np.exp(nll.mean()):9.3f}", flush=True)
        return 0
    print(f"{'':9}{'budget':>7}{'page':>5}{'sinks':>6}{'keep':>5}"
          f"{'lilscope':>10}{'numpy':>10}  token by token: mean, greatest")
    for name, o, ours in runs:
        if name not in POLICIES:
            continue
        theirs = surprises(m, w, ids, POLICIES[name], o, prompt)
        apart = np.abs(ours - theirs)
        ratio = np.exp(abs(ours.mean() - theirs.mean())) - 1
        ok = ratio <= (LIMIT_DENSE if name == "dense" else LIMIT)
        good = good and ok
        print(f"{name:9}{o['budget']:7}{o['page']:5}{o['sinks']:6}"
              f"{o['keep_prompt']:5}{np.exp(ours.mean()):10.3f}"
              f"{np.exp(theirs.mean()):10.3f}  {apart.mean():.1e} "
              f"{apart.max():.1e}{'' if ok else '  TOO FAR'}", flush=True)
    return not good


if __name__ == "__main__":
    sys.exit(main())
