"""The vocabulary of the model in the box: a SentencePiece table (kind BPE) in rank order.

Whole words and the pairs the problems are made of (`Ann has`, `6 more than`, `+ 6`) are single
tokens, so that a fact is four tokens long.  Pieces that only lead to a longer one are in the table
because merges go in pairs: `Ann` is built as A, An, Ann.  Any other text falls back to letters and bytes.
"""
from problems import NAMES, SHOWN

MARK = "\u2581"          # SentencePiece writes a blank so
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6

WORDS = ("Facts Question how many does have Think what are the facts Let me start see trace it double check "
         "Hmm let verify That is wrong over Wait try again no redo So The answer All good Final ok "
         "has more less than + - =").split()


def pieces():
    """(text, score, kind) in id order, and the words in use {text with blanks: id}."""
    table = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL)]
    table += [(f"<0x{b:02X}>", 0.0, BYTE) for b in range(256)]
    known = {}
    use = {}
    ranked = []

    def put(text):
        if text not in known:
            known[text] = len(ranked)
            ranked.append(text)

    words = [MARK + w for w in WORDS + NAMES + [str(v) for v in range(SHOWN + 1)]]
    for word in sorted(words, key=lambda w: (len(w), w)):      # one way to build each word
        for end in range(2, len(word) + 1):
            put(word[:end])
    put(f"{MARK}more{MARK}than")
    put(f"{MARK}less{MARK}than")
    pairs = [f"{MARK}{n}{MARK}{turn}{MARK}than" for n in range(1, 10) for turn in ("more", "less")]
    pairs += [f"{MARK}{name}{MARK}has" for name in NAMES]
    pairs += [f"{MARK}{sign}{MARK}{n}" for n in range(1, 10) for sign in "+-"]
    for pair in pairs:
        put(pair)
    for c in [MARK] + [chr(c) for c in range(33, 127)]:        # single letters last: they merge from nothing
        put(c)
    first = len(table)
    table += [(text, -float(rank), NORMAL) for rank, text in enumerate(ranked)]
    for text in words + pairs + list(".,:?"):
        use[text.replace(MARK, " ")] = first + known[text]
    use["<s>"], use["</s>"] = 1, 2
    return table, use


if __name__ == "__main__":
    table, use = pieces()
    print(len(table), "pieces,", len(use), "in use")
