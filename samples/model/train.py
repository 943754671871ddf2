#!/usr/bin/python3
"""Train the model in the box: a Llama of 0.83 M parameters, on one core in about half an hour.

    OPENBLAS_CORETYPE=SKYLAKEX train.py --seed 1 --tokens 12e6 --out model_1.pt   (AVX-512; see README.md)

Associative recall (looking a fact up in the prompt) does not emerge from a random start at this
size and compute; start() therefore begins with an induction head in place.  All weights train freely.
"""
import argparse
import math
import time

import torch
import torch.nn.functional as F

import problems
from vocab import pieces

SHAPE = dict(width=128, layers=4, heads=4, head=32, hidden=352, base=1e6, eps=1e-5, context=1024)
WIDTH, LAYERS, HEADS, HEAD, HIDDEN = 128, 4, 4, 32, 352
TABLE, USE = pieces()
LONGEST = SHAPE["context"]


def frequencies():
    return SHAPE["base"] ** (-torch.arange(HEAD // 2, dtype=torch.float64) / (HEAD // 2))


def start(seed):
    """Initial weights, with an induction head made of three shift heads and one matching head."""
    torch.manual_seed(seed)
    w = {}
    embed = torch.randn(len(TABLE), WIDTH) * 0.05
    embed[:, 0] = 0.2                                    # a constant channel drives the shift heads
    embed[:, 1:21] = torch.randn(len(TABLE), 20) * 0.1   # the identity of a token
    embed[:, 32:52] = 0                                  # reserved: the identity of the token before
    w["embed"] = embed
    for i in range(LAYERS):
        w[f"{i}.norm1"] = torch.ones(WIDTH)
        w[f"{i}.norm2"] = torch.ones(WIDTH)
        w[f"{i}.qkv"] = torch.randn(3 * HEADS * HEAD, WIDTH) * (0.5 / math.sqrt(WIDTH))
        w[f"{i}.out"] = torch.randn(WIDTH, HEADS * HEAD) * (0.5 / math.sqrt(WIDTH * 2 * LAYERS))
        w[f"{i}.up"] = torch.randn(2 * HIDDEN, WIDTH) * (0.5 / math.sqrt(WIDTH))
        w[f"{i}.down"] = torch.randn(WIDTH, HIDDEN) * (0.5 / math.sqrt(HIDDEN * 2 * LAYERS))
    w["norm"] = torch.ones(WIDTH)
    omega = frequencies().float()
    half, rows = HEAD // 2, HEADS * HEAD
    low = [d for d in range(HEAD) if d % half >= 6]      # the slow RoPE pairs: 20 dimensions
    scale = math.sqrt(20 * math.sqrt(HEAD)) / 3.8
    qkv, out = w["0.qkv"], w["0.out"]
    for head, delta in ((0, 1), (1, 2), (2, 3)):         # q.k = 20 sum cos(w (m - n - delta)): peaks delta back
        q, k = head * HEAD, rows + head * HEAD
        qkv[q:q + HEAD] *= 0.01
        qkv[k:k + HEAD] *= 0.01
        for i in range(6):
            qkv[q + i, 0] = scale
            qkv[k + i, 0] = scale * math.cos(omega[i] * delta)
            qkv[k + i + half, 0] = scale * math.sin(omega[i] * delta)
    out[32:52] = 0
    out[1:21] *= 0.2
    w["0.down"][32:52] = 0
    w["0.down"][1:21] *= 0.2
    qkv[2 * rows:2 * rows + HEAD] *= 0.02
    for j, d in enumerate(low):
        qkv[2 * rows + d, 1 + j] = 1.0
        out[32 + j, d] = 0.1
    qkv, out = w["1.qkv"], w["1.out"]                    # layer 1, head 0: match and copy what follows
    for part in (0, rows, 2 * rows):
        qkv[part:part + HEAD] *= 0.02
    out[1:21] *= 0.2
    for j, d in enumerate(low):
        qkv[d, 1 + j] = 2.8
        qkv[rows + d, 32 + j] = 2.8
        qkv[2 * rows + d, 1 + j] = 1.0
        out[1 + j, d] = 0.4
    return {name: t.requires_grad_() for name, t in w.items()}


class Norm(torch.autograd.Function):
    """RMSNorm with its gradient in closed form: fewer passes over memory than autograd's."""

    @staticmethod
    def forward(ctx, x, weight):
        inverse = torch.rsqrt((x * x).mean(-1, keepdim=True) + SHAPE["eps"])
        unit = x * inverse
        ctx.save_for_backward(unit, inverse, weight)
        return unit * weight

    @staticmethod
    def backward(ctx, grad):
        unit, inverse, weight = ctx.saved_tensors
        scaled = grad * weight
        back = (scaled - unit * (scaled * unit).mean(-1, keepdim=True)) * inverse
        return back, (grad * unit).flatten(0, -2).sum(0)


class Gate(torch.autograd.Function):
    """silu(a) * b, keeping only the sigmoid."""

    @staticmethod
    def forward(ctx, both):
        a, b = both.chunk(2, -1)
        s = torch.sigmoid(a)
        ctx.save_for_backward(both, s)
        return a * s * b

    @staticmethod
    def backward(ctx, grad):
        both, s = ctx.saved_tensors
        a, b = both.chunk(2, -1)
        back = torch.empty_like(both)
        ga, gb = back.chunk(2, -1)
        act = a * s
        torch.mul(grad, act, out=gb)
        ga.copy_(grad * b * (s + act * (1 - s)))
        return back


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)


def attention(q, k, v, block=128):
    """Causal attention by blocks of queries; [B, H, T, D]."""
    length = q.shape[2]
    parts = []
    for at in range(0, length, block):
        end = min(at + block, length)
        scores = q[:, :, at:end] @ k[:, :, :end].transpose(-1, -2)
        mask = torch.ones(end - at, end - at, dtype=torch.bool).triu(1)
        scores[..., at:end].masked_fill_(mask, float("-inf"))
        parts.append(torch.softmax(scores, -1) @ v[:, :, :end])
    return torch.cat(parts, 2)


def forward(w, ids):
    """Hidden states [B, T, width] of token ids [B, T]."""
    count, length = ids.shape
    angle = torch.outer(torch.arange(length, dtype=torch.float64), frequencies())
    cos, sin = angle.cos().float(), angle.sin().float()
    x = w["embed"][ids]
    for i in range(LAYERS):
        h = Norm.apply(x, w[f"{i}.norm1"])
        qkv = (h @ w[f"{i}.qkv"].t()).view(count, length, 3, HEADS, HEAD).permute(2, 0, 3, 1, 4)
        q = rotate(qkv[0], cos, sin) * HEAD ** -0.5
        k = rotate(qkv[1], cos, sin)
        a = attention(q, k, qkv[2].contiguous())
        x = x + a.transpose(1, 2).reshape(count, length, -1) @ w[f"{i}.out"].t()
        h = Norm.apply(x, w[f"{i}.norm2"])
        x = x + Gate.apply(h @ w[f"{i}.up"].t()) @ w[f"{i}.down"].t()
    return Norm.apply(x, w["norm"])


# -------------------------------------------------------------------------- the curriculum
STAGES = [  # batch tokens, share of recitals, [(share, n, n, k, k)], what recall must reach to go on
    (4096, 0.65, [(1.0, 3, 9, 1, 3)], 0.93),
    (4096, 0.30, [(1.0, 5, 16, 1, 6)], 0.95),
    (8192, 0.05, [(0.8, 16, 24, 5, 11), (0.2, 6, 16, 2, 6)], 2.0),
]


def example(draw, stage):
    _, recitals, mixes, _ = STAGES[stage]
    while True:
        mix = mixes[0] if len(mixes) == 1 or draw.chance(mixes[0][0]) else mixes[1]
        problem = problems.draw_problem(draw, *mix[1:])
        items = problems.recite(draw, problem) if draw.chance(recitals) else problems.solve(draw, problem)
        if items and len(items) < LONGEST:
            return [("<s>", 0, "")] + items


def batches(seed, stage_of):
    """Batches of about the stage's tokens; examples of like length together."""
    draw = problems.Draw((1 << 40) + (seed << 32))     # far from the small seeds of tests and demos
    while True:
        stage = stage_of()
        room = STAGES[stage][0]
        pool = sorted((example(draw, stage) for _ in range(96)), key=len)
        groups, group = [], []
        for items in pool:
            if group and len(items) * (len(group) + 1) > room:
                groups.append(group)
                group = []
            group.append(items)
        groups.append(group)
        draw.shuffle(groups)
        for group in groups:
            length = max(map(len, group))
            ids = torch.zeros(len(group), length, dtype=torch.long)
            weights = torch.zeros(len(group), length)
            facts = torch.zeros(len(group), length, dtype=torch.bool)
            for r, items in enumerate(group):
                ids[r, :len(items)] = torch.tensor([USE[word] for word, _, _ in items])
                weights[r, :len(items)] = torch.tensor([float(weight) for _, weight, _ in items])
                facts[r, :len(items)] = torch.tensor([kind == "fact" for _, _, kind in items])
            yield ids, weights, facts, sum(map(len, group))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=float, default=12e6)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", default="model.pt")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    w = start(options.seed)
    matrices = [t for t in w.values() if t.dim() == 2]
    vectors = [t for t in w.values() if t.dim() == 1]
    adam = torch.optim.AdamW([dict(params=matrices, weight_decay=0.05), dict(params=vectors, weight_decay=0.0)],
                             lr=options.rate, betas=(0.9, 0.98), eps=1e-9)
    stage, recall, since, seen, step, began, saved = 0, 0.0, 0, 0, 0, time.time(), 0
    loss_mean, rest_mean = 0.0, 0.0
    print(f"seed {options.seed}, {sum(t.numel() for t in w.values())} parameters, {len(TABLE)} pieces", flush=True)
    for ids, weights, facts, count in batches(options.seed, lambda: stage):
        warm = min(1.0, (step + 1) / 150)
        rate = options.rate * warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1, seen / options.tokens))))
        for group in adam.param_groups:
            group["lr"] = rate
        hidden = forward(w, ids[:, :-1])
        weights, facts = weights[:, 1:], facts[:, 1:]
        chosen = weights > 0
        target = ids[:, 1:][chosen]
        logits = hidden[chosen] @ w["embed"].t()
        losses = F.cross_entropy(logits, target, reduction="none")
        loss = (losses * weights[chosen]).sum() / weights.sum()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(w.values(), 1.0)
        adam.step()
        step += 1
        seen += count
        since += 1
        with torch.no_grad():
            right = logits.argmax(-1) == target
            watched = facts[chosen]
            if watched.any():
                recall += (right[watched].float().mean().item() - recall) * 0.05
            sure = (weights[chosen] >= 1) & ~watched
            if sure.any():
                rest_mean += (right[sure].float().mean().item() - rest_mean) * 0.05
        loss_mean += (loss.item() - loss_mean) * 0.05
        if since > 60 and recall > STAGES[stage][3]:
            stage, since = stage + 1, 0
            print(f"stage {stage} at step {step}", flush=True)
        if step % 25 == 0:
            spent = time.time() - began
            print(f"step {step} stage {stage} tokens {seen / 1e6:.2f}M loss {loss_mean:.4f} recall {recall:.4f} "
                  f"rest {rest_mean:.4f} rate {rate:.2e} {seen / spent:.0f} tokens/s", flush=True)
        if seen - saved > 1e6 or seen >= options.tokens:
            saved = seen
            torch.save({name: t.detach() for name, t in w.items()}, options.out)
        if seen >= options.tokens:
            break


if __name__ == "__main__":
    main()
