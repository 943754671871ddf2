#!/usr/bin/env python3
"""Makes qwen3.bpe.zst from a Hugging Face tokenizer.json.

	make.py tokenizer.json qwen3.bpe.zst

File, before zstd, little-endian:

	8 bytes   "LILBPE1\\n"
	u32       number of ordinary tokens, n
	u32       number of special tokens, s
	u32       bytes of all tokens
	n + s     length of each token, one byte
	...       the bytes of the tokens, by id, one after the other

Ids are the order: the ordinary tokens come by merge rank (the 256 bytes
first), the special ones follow. That the list of merges can be left out is
checked here, not believed: for every token, merging its bytes with the tokens
of lower id alone must end in the very pair that the list of merges names.
Then a pair may merge exactly when its bytes together are a token, the lower
id first, and every token merges to itself.
"""

import json
import struct
import subprocess
import sys


def byte_of_letter():
    """GPT-2's printable stand-ins for bytes, inverted."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    pairs = {chr(b): b for b in shown}
    pairs.update({chr(256 + i): b for i, b in enumerate(hidden)})
    return pairs


def merge_below(token, rank, limit):
    """Parts that remain of a token when merges of rank < limit are done."""
    parts = [token[i:i + 1] for i in range(len(token))]
    while len(parts) > 1:
        ranks = [rank.get(a + b, limit) for a, b in zip(parts, parts[1:])]
        least = min(ranks)
        if least >= limit:
            break
        i = ranks.index(least)
        parts[i:i + 2] = [parts[i] + parts[i + 1]]
    return parts


def read_tokens(path):
    with open(path, encoding="utf-8") as f:
        tokenizer = json.load(f)
    letter = byte_of_letter()
    model = tokenizer["model"]

    def to_bytes(text):
        return bytes(letter[c] for c in text)

    by_id = sorted(model["vocab"].items(), key=lambda item: item[1])
    assert [i for _, i in by_id] == list(range(len(by_id))), "ids have gaps"
    ordinary = [to_bytes(text) for text, _ in by_id]
    rank = {token: i for i, token in enumerate(ordinary)}
    assert len(rank) == len(ordinary), "two tokens have the same bytes"
    assert all(len(token) == 1 for token in ordinary[:256])

    merges = [m if isinstance(m, list) else m.split(" ")
              for m in model["merges"]]
    assert len(merges) == len(ordinary) - 256, "not one merge a token"
    for i, (left, right) in enumerate(merges):
        token = ordinary[256 + i]
        pair = [to_bytes(left), to_bytes(right)]
        assert merge_below(token, rank, 256 + i) == pair, (i, token, pair)

    added = sorted(tokenizer["added_tokens"], key=lambda t: t["id"])
    first = len(ordinary)
    assert [t["id"] for t in added] == list(range(first, first + len(added)))
    assert not any(t[k] for t in added
                   for k in ("lstrip", "rstrip", "single_word", "normalized"))
    special = [t["content"].encode() for t in added]
    for token in special:  # what the scanner counts on
        assert token[:1] == b"<" and token.count(b"<") == 1
    return ordinary, special


def main():
    source, target = sys.argv[1:]
    ordinary, special = read_tokens(source)
    tokens = ordinary + special
    assert all(1 <= len(token) <= 255 for token in tokens)
    text = b"".join(tokens)
    raw = b"LILBPE1\n" + struct.pack("<3I", len(ordinary), len(special),
                                     len(text))
    raw += bytes(len(token) for token in tokens) + text
    # The size in the frame keeps the window, and so the memory, small.
    packed = subprocess.run(["zstd", "-q", "-c", "--ultra", "-22",
                             f"--stream-size={len(raw)}"],
                            input=raw, stdout=subprocess.PIPE, check=True)
    with open(target, "wb") as f:
        f.write(packed.stdout)
    print(f"{len(ordinary)} + {len(special)} tokens, {len(raw)} bytes, "
          f"{len(packed.stdout)} packed")


if __name__ == "__main__":
    main()
