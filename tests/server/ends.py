"""How stopped answers end, dialect by dialect, through the proxy:
ends.py SCENARIO PROXY-PORT UPSTREAM-PORT

Upstream (upstream.py) is told in each request what to say. A scenario is a
function below; it raises when something is wrong.
"""
import asyncio
import base64
import json
import random
import sys
import zlib

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
        # no made-up usage: the server has not told what the prompt took
        assert not any(r.get("usage") for r in records[:-1]), records[-2]
        of = {0: [], 1: []}
        for r in records[:-1]:
            for c in r["choices"]:
                of[c["index"]].append(c)
        assert of[0][-1]["finish_reason"] == "stop", of[0][-1]
        assert 300 < len(of[0]) < 560, len(of[0])
        assert of[1][-1]["finish_reason"] == "length"
        # the sibling: what it would have been alone, in the same bytes
        assert [c["delta"].get("content") for c in of[1][1:-1]] == healthy(900)
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


# --- the words of dialects, forms, where the truth is ------------------------

def loop_of(make, kind=SSE, head=(), **more):
    """One round of a loop, for ever."""
    return {"say": {"type": kind, "head": list(head), "times": None,
                    "loop": [make(w) for w in words()], **more},
            "stream": True}


def content(word):
    return event(chunk(chat(0, word)))


def argument(word):
    return event(chunk({"index": 0, "finish_reason": None, "delta": {
        "tool_calls": [{"index": 0, "function": {"arguments": word}}]}}))


async def forms(proxy, up):
    """What must have a form ends with "length"; the rest with "stop"."""
    schema = {"response_format": {"type": "json_schema"}}
    for make, more, want in (
            (content, {}, "stop"), (content, schema, "length"),
            (argument, {"tools": [{}]}, "length"),
            (content, {"tools": [{}], "tool_choice": "auto"}, "stop")):
        got = (await say(proxy, CHAT, {**loop_of(make), **more}))[2]
        records, _ = events_of(got)
        reasons = [r["choices"][0]["finish_reason"] for r in records[:-1]]
        assert reasons[-1] == want and not any(reasons[:-1]), (want, reasons)


async def trailers(proxy, up):
    """Who takes trailers gets the truth there; others get none."""
    for more, wanted in ("TE: trailers\r\n", True), ("", False):
        reader, writer = await proxy.open(
            request(CHAT, loop_of(content), more=more + "Connection: close\r\n"))
        got = await reader.read()
        writer.close()
        head, _, body = got.partition(b"\r\n\r\n")
        end = body[body.rindex(b"\r\n0\r\n") + 5:]
        assert (b"Trailer: X-Lilscope" in head) == wanted, head
        assert (end == b"X-Lilscope: threshold at token 500, rule guardian"
                b"\r\n\r\n") == wanted, end


RESPONSE = {"id": "r", "object": "response", "created_at": 17, "model": "m",
            "status": "in_progress", "output": [], "usage": None}


def response_events(item, part, delta, end):
    """A Responses stream up to its deltas, and the delta of a word."""
    n = iter(range(10 ** 6))

    def numbered(kind, **more):
        return event({"type": "response." + kind, **more,
                      "sequence_number": next(n)}, "response." + kind)

    head = [numbered(k, response=RESPONSE) for k in ("created", "in_progress")]
    head.append(numbered("output_item.added", output_index=0, item=item))
    at = {"item_id": item["id"], "output_index": 0}
    if part:
        at["content_index" if "summary" not in item else "summary_index"] = 0
        head.append(numbered("reasoning_summary_part.added"
                             if "summary" in item else "content_part.added",
                             part=part, **at))
    for w in words() * 300:
        head.append(numbered(delta, delta=w, **at))
    return head


async def responses(proxy, up):
    """Each open item ends as the API says, with numbers that go on."""
    text = {"type": "output_text", "text": "", "annotations": []}
    rows = (
        ({"id": "i", "type": "message", "role": "assistant", "content": [],
          "status": "in_progress"}, text, "output_text.delta",
         ["output_text.done", "content_part.done"], "completed"),
        ({"id": "i", "type": "reasoning", "summary": []},
         {"type": "summary_text", "text": ""}, "reasoning_summary_text.delta",
         ["reasoning_summary_text.done", "reasoning_summary_part.done"],
         "completed"),
        ({"id": "i", "type": "function_call", "call_id": "c", "name": "f",
          "arguments": "", "status": "in_progress"}, None,
         "function_call_arguments.delta", ["function_call_arguments.done"],
         "incomplete"))
    for item, part, delta, ends, status in rows:
        body = {"stream": True, "say": {
            "type": SSE, "head": response_events(item, part, delta, ends)}}
        records, comments = events_of((await say(
            proxy, "/v1/responses", body))[2])
        assert len(comments) == 1 and comments[0].startswith(NOTE)
        numbers = [r["sequence_number"] for r in records]
        assert numbers == list(range(len(records))), numbers[-5:]
        tail = records[-len(ends) - 2:]
        assert [r["type"] for r in tail] == [
            "response." + e for e in ends + ["output_item.done", status]], tail
        said = "".join(r["delta"] for r in records if r["type"].endswith(
            ".delta"))
        assert said in json.dumps(tail[0]).replace("\\", "")
        assert all(r.get("item_id", "i") == "i" for r in tail)
        last = tail[-1]["response"]
        assert last["id"] == "r" and last["status"] == status
        assert last["output"] == [tail[-2]["item"]]
        assert last["usage"] is None
        assert said in json.dumps(last["output"])
        if status == "incomplete":
            assert last["incomplete_details"] == {
                "reason": "max_output_tokens"}
        # the same without a stream
        body["stream"] = False
        status_, headers, got = await say(proxy, "/v1/responses", body)
        assert status_ == 200 and json.loads(got) == last, got[-300:]
        assert headers["x-lilscope"].startswith("threshold at token")


def frame(kind, payload):
    def header(name, value):
        return bytes([len(name)]) + name + b"\7" + \
            len(value).to_bytes(2, "big") + value

    data = json.dumps(payload).encode()
    heads = header(b":event-type", kind.encode()) + \
        header(b":content-type", b"application/json") + \
        header(b":message-type", b"event")
    out = (16 + len(heads) + len(data)).to_bytes(4, "big") + \
        len(heads).to_bytes(4, "big")
    out += zlib.crc32(out).to_bytes(4, "big") + heads + data
    return out + zlib.crc32(out).to_bytes(4, "big")


def frames_of(got):
    """(event type, payload) of frames whose checksums are right."""
    while got:
        n, heads = (int.from_bytes(got[i:i + 4], "big") for i in (0, 4))
        assert zlib.crc32(got[:8]) == int.from_bytes(got[8:12], "big")
        assert zlib.crc32(got[:n - 4]) == int.from_bytes(got[n - 4:n], "big")
        head = got[12:12 + heads]
        at = head.index(b":event-type") + len(b":event-type") + 1
        kind = head[at + 2:at + 2 + int.from_bytes(head[at:at + 2], "big")]
        yield kind.decode(), json.loads(got[12 + heads:n - 4])
        got = got[n:]


async def bedrock(proxy, up):
    """Amazon's binary frames: whole ones, and an end of the same kind."""
    def b64(*frames):
        return base64.b64encode(b"".join(frames)).decode()

    head = b64(frame("messageStart", {"role": "assistant"}))
    loop = [b64(frame("contentBlockDelta", {
        "contentBlockIndex": 0, "delta": {"text": w}})) for w in words()]
    body = {"stream": True, "say": {
        "type": "application/vnd.amazon.eventstream", "base64": True,
        "head": [head], "loop": loop, "times": None}}
    got = list(frames_of((await say(proxy, "/model/m/converse-stream",
                                    body))[2]))
    assert [k for k, _ in got[-2:]] == ["contentBlockStop",
                                        "messageStop"], got[-2:]
    assert got[-1][1] == {"stopReason": "end_turn"}
    assert {k for k, _ in got[1:-2]} == {"contentBlockDelta"}

    # another dialect inside, with choices: all of it ends, in frames
    def inside(*choices):
        data = json.dumps(chunk(*choices)).encode()
        return b64(frame("chunk", {"bytes": base64.b64encode(data).decode()}))

    body["say"].update({"head": [inside(chat(1, "Hi")), inside(chat(0, "a"))],
                        "loop": [inside(chat(0, w)) for w in words()]})
    got = list(frames_of((await say(
        proxy, "/model/m/invoke-with-response-stream", body))[2]))
    assert {k for k, _ in got} == {"chunk"}
    last = base64.b64decode(got[-2][1]["bytes"])
    assert json.loads(last)["choices"][0]["finish_reason"] == "stop", last
    assert base64.b64decode(got[-1][1]["bytes"]) == b"[DONE]"


async def lettered(proxy, up):
    """The AI SDK's letters, which come as plain text."""
    body = loop_of(lambda w: "0:%s\n" % json.dumps(w),
                   "text/plain; charset=utf-8", ['f:{"messageId":"m"}\n'])
    got = (await say(proxy, "/api/chat/ui", body))[2].decode()
    last = got.splitlines()[-2:]
    assert last[0].startswith('e:{"finishReason":"stop","usage"'), last
    assert last[1].startswith('d:{"finishReason":"stop","usage"'), last
    assert got.splitlines()[1] == '0:"So "' and len(got) < 10000
    # text that is no more than that passes as it is
    body = loop_of(lambda w: w, "text/plain")
    body["say"]["times"] = 200
    got = (await say(proxy, "/notes", body))[2].decode()
    assert got == "".join(words()) * 200


# --- answers that nobody wanted as a stream ----------------------------------

def named(record):
    return event(record, record["type"])


def anthropic(word):
    return named({"type": "content_block_delta", "index": 0,
                  "delta": {"type": "text_delta", "text": word}})


ANTHROPIC = [named({"type": "message_start", "message": {
    "id": "m", "type": "message", "role": "assistant", "content": [],
    "model": "m", "stop_reason": None, "stop_sequence": None,
    "usage": {"input_tokens": 5, "output_tokens": 1}}}),
    named({"type": "content_block_start", "index": 0,
           "content_block": {"type": "text", "text": ""}})]
GEMINI = "/v1beta/models/m:generateContent"


async def joined(proxy, up):
    """A plain answer with a loop is cut as a stream is, and still plain."""
    def gemini(w):
        return event({"candidates": [{"content": {
            "role": "model", "parts": [{"text": w}]}, "index": 0}],
            "modelVersion": "m"})

    def ollama(w):
        return json.dumps({"model": "m", "created_at": "t", "done": False,
                           "message": {"role": "assistant",
                                       "content": w}}) + "\n"

    def llama(w):
        return event({"index": 0, "content": w, "tokens": [], "stop": False})

    rows = (
        (CHAT, loop_of(content), "choices.0.message.content",
         "choices.0.finish_reason", "stop", None),
        ("/v1/messages", loop_of(anthropic, head=ANTHROPIC), "content.0.text",
         "stop_reason", "end_turn", "usage.output_tokens"),
        (GEMINI + "?key=k", loop_of(gemini),
         "candidates.0.content.parts.0.text", "candidates.0.finishReason",
         "STOP", "usageMetadata.candidatesTokenCount"),
        ("/api/chat", loop_of(ollama, "application/x-ndjson"),
         "message.content", "done_reason", "stop", "eval_count"),
        ("/completion", loop_of(llama), "content", "stop_type", "eos",
         "tokens_predicted"))
    for path, body, text, reason, want, usage in rows:
        before = await stats(up)
        body["stream"] = False
        if path == "/v1/messages" or "enerate" in path:
            del body["stream"]
        status, headers, got = await say(proxy, path, body)
        answer = json.loads(got)

        def at(where):
            v = answer
            for key in where.split("."):
                v = v[int(key) if isinstance(v, list) else key]
            return v

        assert status == 200 and headers["content-type"] == "application/json"
        assert int(headers["content-length"]) == len(got)
        assert headers["x-lilscope"] == \
            "threshold at token 500, rule guardian", headers
        assert at(reason) == want, answer
        assert at(text).startswith("So x = 7. Wait, let me") and \
            1000 < len(at(text)) < 4000, (path, at(text))
        # what the prompt took is not known, so OpenAI's has no usage at all
        assert at(usage) == 500 if usage else not answer.get("usage"), answer
        await until(lambda: stats(up), lambda s:
                    s["cancelled"] == before["cancelled"] + 1)
    seen = json.loads((await up.whole(request("/seen")))[2])
    assert seen["body"]["stream"] is True, seen


async def as_it_was(proxy, up):
    """A healthy answer is what it would have been; a server that refuses or
    answers plain is asked as it was."""
    text = healthy(300)
    want = {"id": "c", "object": "chat.completion", "created": 17,
            "model": "m", "choices": [{"index": 0, "message": {
                "role": "assistant", "content": "".join(text)},
                "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2,
                      "total_tokens": 3}}
    head = [event(chunk(chat(0, None)))] + [content(w) for w in text]
    head += [event(chunk(chat(0, None, "stop"))),
             event(chunk(usage=want["usage"])), "data: [DONE]\n\n"]
    body = {"messages": [], "say": {"type": SSE, "head": head}}
    status, headers, got = await say(proxy, CHAT, body)
    assert status == 200 and json.loads(got) == want, got[-400:]
    assert "x-lilscope" not in headers
    seen = json.loads((await up.whole(request("/seen")))[2])
    assert seen["body"] == {"messages": [], "stream": True, "stream_options": {
        "include_usage": True}}, seen

    async def asked_again(say_, n, status, plain):
        before = json.loads((await up.whole(request("/seen")))[2])["n"]
        got = await say(proxy, CHAT, {"stream": False, "say": say_})
        seen = json.loads((await up.whole(request("/seen")))[2])
        assert got[0] == status and json.loads(got[2]) == plain, got
        assert seen["n"] == before + n and (
            n == 1 or seen["body"] == {"stream": False}), seen

    plain = {"a": 1}
    # it refuses streams; it knows no dialect of ours; it answers plain
    await asked_again({"type": "application/json", "head": ["{}"],
                       "status": "400 Bad Request", "plain": plain}, 2, 200,
                      plain)
    await asked_again({"type": SSE, "head": ['data: {"x":1}\n\n'] * 3,
                       "plain": plain}, 2, 200, plain)
    await asked_again({"type": "application/json", "head": ['{"b":', '2}'],
                       "plain": plain}, 1, 200, {"b": 2})
    await asked_again({"type": "application/json", "head": ['{"b":2}'],
                       "status": "429 Too Many Requests", "plain": plain}, 1,
                      429, {"b": 2})
    error = {"error": {"message": "no room", "code": 503}}
    await asked_again({"type": SSE, "head": head[:9] + [event(error)],
                       "plain": plain}, 1, 503, error)
    got = await say(proxy, CHAT, {"say": {"type": SSE, "head": head[:9],
                                          "cut": True}})
    assert got[0] == 502 and b"broke off" in got[2], got


async def as_asked(proxy, up):
    """--as-asked: nobody asks for a stream but who wants one."""
    plain = {"a": 1}
    got = await say(proxy, CHAT, {"say": {"type": SSE, "plain": plain}})
    assert got[0] == 200 and json.loads(got[2]) == plain, got
    seen = json.loads((await up.whole(request("/seen")))[2])
    assert seen["body"] == {}, seen


async def main(scenario, proxy_port, up_port):
    work = globals()[scenario](Ask(int(proxy_port)), Ask(int(up_port)))
    await asyncio.wait_for(work, 120)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
