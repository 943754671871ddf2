"""How stopped answers end, dialect by dialect, through the proxy:
ends.py SCENARIO PROXY-PORT UPSTREAM-PORT

Upstream (upstream.py) is told in each request what to say. A scenario is a
function below; it raises when something is wrong.
"""
import asyncio
import json
import random
import sys

from ask import Ask, request, stats, until

LOOP = "So x = 7. Wait, let me check that again. ".split(" ")
SSE = "text/event-stream"
CHAT, TEXT = "/v1/chat/completions", "/v1/completions"


def words():
    """One round of the loop."""
    return [w + " " for w in LOOP if w]


def healthy(n, seed=0):
    r = random.Random(seed)
    return ["%x " % r.getrandbits(32) for _ in range(n)]


def event(record, name=None):
    head = "event: %s\n" % name if name else ""
    return "%sdata: %s\n\n" % (head, json.dumps(record))


def events_of(got):
    """Its records, and its comments."""
    records, comments = [], []
    for block in got.decode().split("\n\n"):
        for line in block.split("\n"):
            if line.startswith("data:"):
                records.append(line[5:].strip())
            elif line.startswith(":"):
                comments.append(line)
    return [r if r == "[DONE]" else json.loads(r) for r in records], comments


NOTE = ": x-lilscope: threshold at token "


async def say(proxy, path, body, more=""):
    return await proxy.whole(request(path, body, more=more))


# --- choices ----------------------------------------------------------------

def chat(index, text=None, finish=None, **more):
    return {"index": index, "delta": {"content": text} if text else {},
            "finish_reason": finish, **more}


def chunk(*choices, **more):
    return {"id": "c", "object": "chat.completion.chunk", "created": 17,
            "model": "m", "choices": list(choices), **more}


def two(n_sibling, pack):
    """A loop and a sibling of n words; packed: both in one event."""
    loop = words() * 200
    out, sibling = [], healthy(n_sibling)
    for i, word in enumerate(sibling):
        both = chat(1, word), chat(0, loop[i % len(loop)])
        if pack == "all" or (pack == "some" and i % 3 == 0):
            out.append(event(chunk(*both)))
        else:
            out += [event(chunk(b)) for b in both]
    return out


async def choices(proxy, up):
    """The choice ends, not the stream: its sibling goes on as it was."""
    for pack in "none", "some", "all":
        head = [event(chunk(chat(i, role="x"))) for i in (0, 1)]
        head += two(900, pack)
        tail = [event(chunk(chat(1, None, "length")))]
        body = {"n": 2, "stream": True, "stream_options": {
            "include_usage": True}, "say": {
            "type": SSE, "head": head + tail,
            "loop": [event(chunk(chat(0, w))) for w in words()],
            "times": None}}
        before = await stats(up)
        status, headers, got = await say(proxy, CHAT, body)
        assert status == 200
        records, comments = events_of(got)
        assert len(comments) == 1 and comments[0].startswith(NOTE), comments
        assert records[-1] == "[DONE]" and records.count("[DONE]") == 1
        usage = records[-2]
        assert usage["choices"] == [], usage
        of = {0: [], 1: []}
        for r in records[:-2]:
            for c in r["choices"]:
                of[c["index"]].append(c)
        assert of[0][-1]["finish_reason"] == "stop", of[0][-1]
        assert 300 < len(of[0]) < 560, len(of[0])
        assert of[1][-1]["finish_reason"] == "length"
        # the sibling: what it would have been alone, in the same bytes
        assert [c["delta"].get("content") for c in of[1][1:-1]] == healthy(900)
        n = usage["usage"]["completion_tokens"]
        assert n > len(healthy(900)) + 300, n
        if pack == "none":
            alone = "".join(h for h in head + tail if '"index": 1' in h)
            kept = "".join(b + "\n\n" for b in got.decode().split("\n\n")
                           if '"index": 1' in b)
            assert kept == alone
        await until(lambda: stats(up), lambda s:
                    s["cancelled"] == before["cancelled"] + 1 and
                    s["open"] == 0)


async def choices_by_itself(proxy, up):
    """The server ends them all: its own usage and [DONE] pass, once."""
    head = [event(chunk(chat(i, role="x"))) for i in (0, 1)] + two(900, "some")
    last = event(chunk(usage={"prompt_tokens": 3, "completion_tokens": 1800,
                              "total_tokens": 1803}))
    tail = [event(chunk(chat(0, None, "length"))),
            event(chunk(chat(1, None, "stop"))), last, "data: [DONE]\n\n"]
    body = {"n": 2, "stream": True, "say": {"type": SSE, "head": head + tail}}
    got = (await say(proxy, CHAT, body))[2]
    records, comments = events_of(got)
    assert len(comments) == 1
    assert got.decode().endswith(tail[1] + last + tail[3]), got[-600:]
    reasons = [c["finish_reason"] for r in records[:-1] for c in r["choices"]
               if c["finish_reason"]]
    assert reasons == ["stop", "stop"], reasons


async def prompts(proxy, up):
    """Several prompts: the second one is answered after the first."""
    def text(index, word, finish=None):
        return event({"id": "c", "object": "text_completion", "created": 17,
                      "model": "m", "choices": [
                          {"index": index, "text": word, "logprobs": None,
                           "finish_reason": finish}]})

    head = [text(0, w) for w in words() * 100] + [text(0, "", "length")]
    second = [text(1, w) for w in healthy(50)] + [text(1, "", "stop")]
    body = {"prompt": ["a", "b"], "stream": True, "say": {
        "type": SSE, "head": head + second + ["data: [DONE]\n\n"]}}
    got = (await say(proxy, TEXT, body))[2].decode()
    assert got.endswith("".join(second) + "data: [DONE]\n\n"), got[-400:]
    records, comments = events_of(got.encode())
    firsts = [r["choices"][0] for r in records[:-1]
              if r["choices"][0]["index"] == 0]
    assert firsts[-1]["finish_reason"] == "stop"
    assert firsts[-1]["text"] == "" and len(firsts) < 560, len(firsts)
    assert len(comments) == 1


async def streams(proxy, up):
    """llama-server's and SGLang's several answers, and Gemini's."""
    def llama(index, word, stop=False):
        return event({"index": index, "content": word, "tokens": [],
                      "stop": stop, "id_slot": index, "tokens_evaluated": 4,
                      **({"stop_type": "eos"} if stop else {})})

    def gemini(index, word, finish=None):
        return event({"candidates": [
            {"content": {"role": "model", "parts": [{"text": word}]},
             "index": index, **({"finishReason": finish} if finish else {})}],
            "modelVersion": "m", "responseId": "r"})

    said = {0: "", 1: ""}
    n = [0, 0]
    r = random.Random(1)
    ids = [list(range(10)) * 200, [r.getrandbits(15) for _ in range(1000)]]

    def sglang(index, word, finish=None):
        said[index] += word
        n[index] += 1
        return event({"text": said[index], "index": index,
                      "output_ids": ids[index][:n[index]], "meta_info": {
                          "id": "s%d" % index, "completion_tokens": n[index],
                          "finish_reason": finish}})

    for path, make, end, body in (
            ("/completion", llama, (True,), {"prompt": ["a", "b"]}),
            ("/v1beta/models/m:streamGenerateContent?alt=sse", gemini,
             ("STOP",), {"generationConfig": {"candidateCount": 2}}),
            ("/generate", sglang, ({"type": "stop"},), {"text": ["a", "b"]})):
        loop = words() * 150
        head, sibling = [make(1, "Well, ")], []
        sibling += head
        for i, word in enumerate(healthy(900)):
            sibling.append(make(1, word))
            head += [sibling[-1], make(0, loop[i])]
        sibling.append(make(1, "", *end))
        body = {**body, "stream": True, "say": {
            "type": SSE, "head": head + sibling[-1:],
            "loop": [make(0, w) for w in words()], "times": None}}
        got = (await say(proxy, path, body))[2].decode()
        mark = '"index": 1'
        kept = [b + "\n\n" for b in got.split("\n\n") if mark in b]
        assert "".join(kept) == "".join(sibling), (path, len(kept),
                                                   len(sibling))
        assert got.count("x-lilscope") == 1, path
    await until(lambda: stats(up), lambda s: s["open"] == 0)


async def main(scenario, proxy_port, up_port):
    work = globals()[scenario](Ask(int(proxy_port)), Ask(int(up_port)))
    await asyncio.wait_for(work, 60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
