#!/usr/bin/python3
"""Write trained weights as GGUF v3, architecture llama, F16 matrices, vocabulary inside.

    export.py model_1.pt chain-0.9m.gguf

The training uses half-split RoPE pairs (i, i + 16); llama.cpp's "llama" layout pairs (2i, 2i + 1), so the
rows of Wq and Wk are put in that order: the scores stay the same to the last bit of the arithmetic.
"""
import struct
import sys

import torch

from train import HEAD, HEADS, HIDDEN, LAYERS, SHAPE, WIDTH
from vocab import pieces

U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
TYPE_F32, TYPE_F16 = 0, 1
ALIGN = 32


def text(s):
    raw = s.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(key, kind, value):
    head = text(key) + struct.pack("<I", kind)
    if kind == STRING:
        return head + text(value)
    if kind == BOOL:
        return head + struct.pack("<?", value)
    return head + struct.pack({U32: "<I", F32: "<f", I32: "<i"}[kind], value)


def array(key, kind, values):
    head = text(key) + struct.pack("<IIQ", ARRAY, kind, len(values))
    if kind == STRING:
        return head + b"".join(map(text, values))
    return head + struct.pack(f"<{len(values)}{'f' if kind == F32 else 'i'}", *values)


def interleave(rows):
    """[HEADS * HEAD, WIDTH]: (half, pair) order to (pair, half) order in each head."""
    return rows.view(HEADS, 2, HEAD // 2, WIDTH).transpose(1, 2).reshape(HEADS * HEAD, WIDTH)


def tensors(w):
    rows = HEADS * HEAD
    yield "token_embd.weight", w["embed"]
    for i in range(LAYERS):
        qkv = w[f"{i}.qkv"]
        yield f"blk.{i}.attn_norm.weight", w[f"{i}.norm1"]
        yield f"blk.{i}.attn_q.weight", interleave(qkv[:rows])
        yield f"blk.{i}.attn_k.weight", interleave(qkv[rows:2 * rows])
        yield f"blk.{i}.attn_v.weight", qkv[2 * rows:]
        yield f"blk.{i}.attn_output.weight", w[f"{i}.out"]
        yield f"blk.{i}.ffn_norm.weight", w[f"{i}.norm2"]
        yield f"blk.{i}.ffn_gate.weight", w[f"{i}.up"][:HIDDEN]
        yield f"blk.{i}.ffn_up.weight", w[f"{i}.up"][HIDDEN:]
        yield f"blk.{i}.ffn_down.weight", w[f"{i}.down"]
    yield "output_norm.weight", w["norm"]


def main():
    source, target = sys.argv[1:3]
    w = torch.load(source)
    table, _ = pieces()
    pairs = [
        pair("general.architecture", STRING, "llama"),
        pair("general.name", STRING, "lilscope chain 0.9M"),
        pair("general.license", STRING, "MIT"),
        pair("general.description", STRING, "A tiny reasoning model: chains of comparisons, checked against the facts"),
        pair("general.file_type", U32, 1),
        pair("llama.context_length", U32, SHAPE["context"]),
        pair("llama.embedding_length", U32, WIDTH),
        pair("llama.block_count", U32, LAYERS),
        pair("llama.feed_forward_length", U32, HIDDEN),
        pair("llama.attention.head_count", U32, HEADS),
        pair("llama.attention.head_count_kv", U32, HEADS),
        pair("llama.attention.layer_norm_rms_epsilon", F32, SHAPE["eps"]),
        pair("llama.rope.dimension_count", U32, HEAD),
        pair("llama.rope.freq_base", F32, SHAPE["base"]),
        pair("llama.vocab_size", U32, len(table)),
        pair("tokenizer.ggml.model", STRING, "llama"),
        array("tokenizer.ggml.tokens", STRING, [t for t, _, _ in table]),
        array("tokenizer.ggml.scores", F32, [s for _, s, _ in table]),
        array("tokenizer.ggml.token_type", I32, [k for _, _, k in table]),
        pair("tokenizer.ggml.bos_token_id", U32, 1),
        pair("tokenizer.ggml.eos_token_id", U32, 2),
        pair("tokenizer.ggml.unknown_token_id", U32, 0),
        pair("tokenizer.ggml.add_bos_token", BOOL, True),
        pair("tokenizer.ggml.add_eos_token", BOOL, False),
        pair("tokenizer.ggml.add_space_prefix", BOOL, True),
    ]
    infos, data = [], b""
    for name, t in tensors(w):
        data += b"\0" * (-len(data) % ALIGN)
        kind = TYPE_F16 if t.dim() == 2 else TYPE_F32
        infos.append(text(name) + struct.pack("<I", t.dim()) + struct.pack(f"<{t.dim()}Q", *reversed(t.shape)) +
                     struct.pack("<IQ", kind, len(data)))
        data += t.to(torch.float16 if kind == TYPE_F16 else torch.float32).contiguous().numpy().tobytes()
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(pairs)) + b"".join(pairs) + b"".join(infos)
    head += b"\0" * (-len(head) % ALIGN)
    with open(target, "wb") as out:
        out.write(head + data)
    print(f"{target}: {len(infos)} tensors, {len(head) + len(data)} bytes")


if __name__ == "__main__":
    main()
