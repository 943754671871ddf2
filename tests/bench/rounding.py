#!/usr/bin/env python3
"""What 8-bit activations cost a model, and how far two programs come apart that
round alike.

    rounding.py MODEL.gguf IDS [N [PEER]]

The first N tokens (256) of IDS, which table_perplexity -o wrote, go through the weights as numbers, and again
with what matrices are multiplied by rounded to 8 bits, in blocks of 32 with one
scale each, as decoders do with weights in blocks: everywhere, or in one place
alone. Mean and greatest divergence (KL, nats) from the numbers. Then the same
rounding is held beside itself, with what a sum's order or a scale's last bits
change: a rounding that falls the other way is a whole step. PEER is
tests/bench/peer_logits, for libllama (its scales are halves).

Llama and Qwen2, by numpy and gguf.
"""
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from policies import Model, read_runs, rms, softmax  # noqa: E402

PLACES = ("attn_q attn_k attn_v", "attn_output", "ffn_gate ffn_up",
          "ffn_down", "output")


def rounded(x, block=32, half=False):
    b = x.reshape(*x.shape[:-1], -1, block)
    d = np.abs(b).max(axis=-1, keepdims=True) / np.float32(127)
    with np.errstate(divide="ignore", invalid="ignore"):
        q = np.where(d > 0, np.rint(b * (1 / d)), 0)
    if half:
        d = d.astype(np.float16).astype(np.float32)
    return (q * d).astype(np.float32).reshape(x.shape)


def run(m, w, ids, change):
    """Logits; change(place, layer, x): what a matrix is multiplied by."""
    n, group = len(ids), m.n_heads // m.n_kv
    x = w["token_embd.weight"][ids]
    places = np.arange(n)[:, None]
    for i in range(m.n_layers):
        def mul(v, name):
            y = v @ w[f"blk.{i}.{name}.weight"].T
            b = w.get(f"blk.{i}.{name}.bias")
            return y if b is None else y + b

        h = change("attn_q attn_k attn_v", i,
                   rms(x, w[f"blk.{i}.attn_norm.weight"], m.eps))
        q, k, v = (mul(h, s).reshape(n, -1, m.d)
                   for s in ("attn_q", "attn_k", "attn_v"))
        q = m.turn(q, places).reshape(n, m.n_kv, group, m.d)
        k = m.turn(k, places)
        s = np.einsum("tkgd,skd->kgts", q, k) / np.float32(np.sqrt(m.d))
        s[..., ~np.tri(n, dtype=bool)] = -np.inf
        o = np.einsum("kgts,skd->tkgd", softmax(s), v).reshape(n, -1)
        x = x + mul(change("attn_output", i, o), "attn_output")
        h = change("ffn_gate ffn_up", i,
                   rms(x, w[f"blk.{i}.ffn_norm.weight"], m.eps))
        gate = mul(h, "ffn_gate")
        h = gate / (1 + np.exp(-gate)) * mul(h, "ffn_up")
        x = x + mul(change("ffn_down", i, h), "ffn_down")
    x = change("output", m.n_layers, rms(x, w["output_norm.weight"], m.eps))
    return x @ w.get("output.weight", w["token_embd.weight"]).T


def kl(should, is_):
    def log_p(x):
        x = x.astype(np.float64)
        x = x - x.max(axis=1, keepdims=True)
        return x - np.log(np.exp(x).sum(axis=1, keepdims=True))

    p, q = log_p(should), log_p(is_)
    each = (np.exp(p) * (p - q)).sum(axis=1)
    same = (should.argmax(axis=1) == is_.argmax(axis=1)).sum()
    return each.mean(), each.max(), same


def row(title, should, is_):
    mean, most, same = kl(should, is_)
    print(f"{title:52} {mean:.1e}  {most:.1e}  {same:4}/{len(is_)}",
          flush=True)


def main():
    m = Model(sys.argv[1])
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 256
    ids = read_runs(sys.argv[2])[0][:n]
    w = {name: m.weights(name) for name in m.tensors}
    numbers = run(m, w, ids, lambda *a: a[2])
    everywhere = run(m, w, ids, lambda p, i, x: rounded(x))
    print(f"{'beside the numbers':52} mean KL  greatest  same choice")
    row("8 bits everywhere", numbers, everywhere)
    for place in PLACES:
        row(f"  before {place} alone", numbers,
            run(m, w, ids, lambda p, i, x: rounded(x) if p == place else x))
    row("  everywhere but before ffn_down", numbers,
        run(m, w, ids, lambda p, i, x: x if p == "ffn_down" else rounded(x)))
    row("in blocks of 16", numbers,
        run(m, w, ids, lambda p, i, x: rounded(x, 16)))
    half = run(m, w, ids, lambda p, i, x: rounded(x, half=True))
    row("scales as halves", numbers, half)
    rng = np.random.default_rng(1)
    again = run(m, w, ids, lambda p, i, x: rounded(
        x * (1 + 1e-7 * rng.standard_normal(x.shape, dtype=np.float32))))
    print("beside 8 bits everywhere")
    row("the same, each activation 1e-7 off", everywhere, again)
    row("scales as halves", everywhere, half)
    if len(sys.argv) > 4:
        out = subprocess.run([sys.argv[4], sys.argv[1], "-",
                              *map(str, ids)], check=True,
                             stdout=subprocess.PIPE).stdout
        peer = np.frombuffer(out, dtype=np.float32).reshape(len(ids), -1)
        row("libllama", everywhere, peer)
        print("libllama, beside")
        row("the numbers", numbers, peer)
        row("8 bits, scales as halves", half, peer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
