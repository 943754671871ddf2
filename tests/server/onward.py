"""Answers that go on behind their threshold, through the proxy:
onward.py LILSCOPE

Upstream is here: it loops until the client goes, unless the request is one to
go on from what was written; then it answers, or fails in the way that the
model's name says. Each dialect by each action by each way to fail.
"""
import asyncio
import json
import os
import re
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ask import Ask, request  # noqa: E402

BEGIN = "Let me see what x is. It is the sum of both parts. "
LOOP = "Wait, let me check that again, since I am not sure. "
ANSWER = ["It", " is", " 42", "."]
SSE, LINES = "text/event-stream", "application/x-ndjson"


def words(text):
    return re.findall(r"\S+ ?", text)


class Dialect:
    """Requests and records of one, and what its client makes of them."""
    kind, path = SSE, ""

    def __init__(self, thinks=True):
        self.thinks = thinks

    def frame(self, record, event=None):
        if self.kind == LINES:
            return json.dumps(record) + "\n"
        head = "event: %s\n" % event if event else ""
        return "%sdata: %s\n\n" % (head, json.dumps(record))

    def records(self, got):
        if self.kind == LINES:
            return [json.loads(line) for line in got.splitlines()]
        out = []
        for block in got.split("\n\n"):
            data = [l[5:].strip() for l in block.split("\n")
                    if l.startswith("data:")]
            if data and data[0] != "[DONE]":
                out.append(json.loads(data[0]))
        return out


class Chat(Dialect):
    path = "/v1/chat/completions"
    raw = False   # the thinking is in the text

    def body(self, model):
        return {"model": model, "messages": [{"role": "user", "content": "?"}],
                "stream": True, "stream_options": {"include_usage": True},
                "max_tokens": 9000, "seed": 5}

    def is_second(self, body):
        return len(body["messages"]) > 1 or body["seed"] != 5

    def record(self, i, delta, finish=None):
        return self.frame({"id": "id-%d" % i, "created": i, "model": "m%d" % i,
                           "object": "chat.completion.chunk", "choices": [
                               {"index": 0, "delta": delta,
                                "finish_reason": finish}]})

    def begin(self, i):
        yield self.record(i, {"role": "assistant", "content": ""})

    def thought(self, i, text):
        if self.raw:
            return self.record(i, {"content": text})
        return self.record(i, {"reasoning_content": text})

    def said(self, i, text):
        return self.record(i, {"content": text})

    def end(self, i):
        yield self.record(i, {}, "stop")
        yield self.frame({"id": "id-%d" % i, "choices": [], "usage": {
            "prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}})
        yield "data: [DONE]\n\n"

    def check(self, got):
        records = self.records(got)
        assert {r["id"] for r in records} == {"id-1"}, records[-3:]
        assert got.count("[DONE]") == 1 and got.endswith("data: [DONE]\n\n")
        choices = [c for r in records for c in r["choices"]]
        assert [c["delta"]["role"] for c in choices
                if "role" in c["delta"]] == ["assistant"]
        ends = [c["finish_reason"] for c in choices if c["finish_reason"]]
        usage = [r["usage"] for r in records if r.get("usage")]
        assert len(ends) == 1 and len(usage) < 2, (ends, usage)
        # the server's: of an answer that ended here there is none
        assert all(u["completion_tokens"] >= 70 and u["prompt_tokens"] == 9
                   for u in usage), usage
        return "".join(c["delta"].get("content") or "" for c in choices), \
            ends[0]

    def asked(self, body):
        if body["model"].startswith("llama"):
            assert body["chat_template_kwargs"] == {"enable_thinking": False}
            assert "continue_final_message" not in body
        else:
            assert body["continue_final_message"] is True
            assert body["add_generation_prompt"] is False
        last = body["messages"][-1]
        assert last["role"] == "assistant", last
        assert 8000 < body["max_tokens"] < 9000, body["max_tokens"]
        self.kept(last["content"])

    def kept(self, text):
        if self.thinks:
            assert text.startswith("<think>" if self.raw else "<think>\n")
            assert text.endswith("again, since I am not sure.\n</think>\n\n"), \
                text
        else:
            assert text.startswith(BEGIN), text
            assert text.endswith("not sure.\nFinal answer:"), text
        assert text.count("Wait") == 1, text


class RawChat(Chat):
    raw = True


class Text(Dialect):
    path = "/v1/completions"

    def body(self, model):
        return {"model": model, "prompt": "Why?", "stream": True, "seed": 5}

    def is_second(self, body):
        return body["prompt"] != "Why?" or body["seed"] != 5

    def record(self, i, text, finish=None):
        return self.frame({"id": "id-%d" % i, "object": "text_completion",
                           "created": i, "model": "m%d" % i, "choices": [
                               {"index": 0, "text": text,
                                "finish_reason": finish}]})

    def begin(self, i):
        return []

    def said(self, i, text):
        return self.record(i, text)

    def end(self, i):
        return [self.record(i, "", "stop"), "data: [DONE]\n\n"]

    def check(self, got):
        records = self.records(got)
        assert {r["id"] for r in records} == {"id-1"}
        assert got.count("[DONE]") == 1
        ends = [c["finish_reason"] for r in records for c in r["choices"]
                if c["finish_reason"]]
        assert len(ends) == 1, ends
        return "".join(c["text"] for r in records for c in r["choices"]), \
            ends[0]

    def asked(self, body):
        assert body["prompt"].startswith("Why?" + BEGIN), body["prompt"]
        assert body["prompt"].endswith("not sure.\nFinal answer:")


class Anthropic(Dialect):
    path = "/v1/messages"

    def body(self, model):
        body = {"model": model, "max_tokens": 9000, "stream": True,
                "messages": [{"role": "user", "content": "?"}]}
        if self.thinks:
            body["thinking"] = {"type": "enabled", "budget_tokens": 5000}
        return body

    def is_second(self, body):
        return len(body["messages"]) > 1

    def event(self, name, **more):
        return self.frame({"type": name, **more}, name)

    def begin(self, i):
        yield self.event("message_start", message={
            "id": "msg_%d" % i, "role": "assistant", "content": [],
            "model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}})
        what = {"type": "thinking", "thinking": "", "signature": ""} \
            if self.thinks and i == 1 else {"type": "text", "text": ""}
        yield self.event("content_block_start", index=0, content_block=what)

    def thought(self, i, text):
        return self.event("content_block_delta", index=0, delta={
            "type": "thinking_delta", "thinking": text})

    def said(self, i, text):
        return self.event("content_block_delta", index=0, delta={
            "type": "text_delta", "text": text})

    def end(self, i):
        yield self.event("content_block_stop", index=0)
        yield self.event("message_delta", delta={"stop_reason": "end_turn"},
                         usage={"output_tokens": 4})
        yield self.event("message_stop")

    def check(self, got):
        records = self.records(got)
        types = [r["type"] for r in records]
        assert types.count("message_start") == 1, types[:9]
        assert types.count("message_stop") == 1 and \
            types[-1] == "message_stop", types[-5:]
        opened, text, n = None, "", 0
        for r in records:
            if r["type"] == "content_block_start":
                assert opened is None and r["index"] == n, r
                opened, n = r["index"], n + 1
            elif r["type"] == "content_block_stop":
                assert opened == r["index"], r
                opened = None
            elif r["type"] == "content_block_delta":
                assert opened == r["index"], (opened, r)
                text += r["delta"].get("text", "")
        assert opened is None
        end = [r for r in records if r["type"] == "message_delta"]
        assert len(end) == 1 and end[0]["usage"]["output_tokens"] >= 100, end
        return text, end[0]["delta"]["stop_reason"]

    def asked(self, body):
        turns = body["messages"]
        if self.thinks:
            assert body["thinking"] == {"type": "disabled"}
            assert [t["role"] for t in turns] == ["user", "assistant", "user"]
            assert turns[1]["content"].endswith("I am not sure.")
        else:
            assert turns[-1]["role"] == "assistant"
            assert turns[-1]["content"].endswith("not sure.\nFinal answer:")


class Ollama(Dialect):
    path, kind = "/api/chat", LINES

    def body(self, model):
        return {"model": model, "think": True, "options": {"seed": 5},
                "messages": [{"role": "user", "content": "?"}]}

    def is_second(self, body):
        return len(body["messages"]) > 1 or body["options"]["seed"] != 5

    def record(self, i, message, **more):
        return self.frame({"model": "m%d" % i, "created_at":
                           "2026-01-31T09:00:00Z", "message": {
                               "role": "assistant", **message}, "done": False, **more})

    def begin(self, i):
        return []

    def thought(self, i, text):
        return self.record(i, {"content": "", "thinking": text})

    def said(self, i, text):
        return self.record(i, {"content": text})

    def end(self, i):
        yield self.record(i, {"content": ""}, done=True, done_reason="stop",
                          eval_count=4)

    def check(self, got):
        records = self.records(got)
        assert {r["model"] for r in records} == {"m1"}
        assert [r["done"] for r in records].count(True) == 1
        assert records[-1]["done"]
        return "".join(r["message"]["content"] for r in records), \
            records[-1]["done_reason"]

    def asked(self, body):
        assert body["think"] is False
        assert body["messages"][-1]["role"] == "assistant"
        assert body["messages"][-1]["content"].endswith("</think>\n\n")


class Llama(Dialect):
    path = "/completion"

    def body(self, model):
        return {"model": model, "prompt": "Why?", "stream": True,
                "n_predict": 9000, "seed": 5}

    def is_second(self, body):
        return body["prompt"] != "Why?" or body["seed"] != 5

    def begin(self, i):
        return []

    def said(self, i, text):
        return self.frame({"index": 0, "content": text,
                           "tokens": [zlib.crc32(text.encode()) % 50000],
                           "stop": False, "id_slot": 0,
                           "tokens_predicted": 1, "tokens_evaluated": 4})

    def end(self, i):
        yield self.frame({"index": 0, "content": "", "stop": True,
                          "stop_type": "eos", "tokens_predicted": 4,
                          "tokens_evaluated": 4})

    def check(self, got):
        records = self.records(got)
        assert [r["stop"] for r in records].count(True) == 1
        assert records[-1]["stop"], records[-1]
        return "".join(r["content"] for r in records), "stop"

    asked = Text.asked


# --- upstream ----------------------------------------------------------------

class Upstream:
    def __init__(self):
        self.bodies = []
        self.dialect = None

    def pieces(self, body):
        """The answer to a request; None: the connection breaks."""
        d, i = self.dialect, len(self.bodies)
        second = i > 1
        model = body["model"]
        if not second or "again" in model or ("odd" in model and i % 2):
            yield from d.begin(i)
            say = d.thought if d.thinks else d.said
            if getattr(d, "raw", False):
                yield say(i, "<think>")
            for word in words(BEGIN):
                yield say(i, word)
            while True:
                for word in words(LOOP):
                    yield say(i, word)
        yield from d.begin(i)
        for n, word in enumerate(ANSWER):
            yield d.said(i, word)
            if "broken" in model and n == 1:
                yield None
        yield from d.end(i)

    async def serve(self, reader, writer):
        try:
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            n = int(re.search(r"content-length: (\d+)", text, re.I).group(1))
            assert "x-lilscope" not in text.lower(), text
            body = json.loads(await reader.readexactly(n))
            self.bodies.append(body)
            await self.answer(writer, body)
        except (ConnectionError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, writer, body):
        second = len(self.bodies) - 1
        model = body["model"]
        if second and ("refuses" in model or
                       ("twice" in model and second == 1)):
            writer.write(b"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
            return
        if second and "silent" in model:
            return
        server = "Server: llama.cpp\r\n" if model.startswith("llama") else ""
        writer.write(("HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s"
                      "Transfer-Encoding: chunked\r\n\r\n" %
                      (self.dialect.kind, server)).encode())
        for n, piece in enumerate(self.pieces(body)):
            if piece is None:
                writer.transport.abort()
                return
            data = piece.encode()
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
            await writer.drain()
            if n % 16 == 0:
                await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


class Proxy:
    """The program, before an upstream of its own."""
    def __init__(self, *args):
        self.args = args

    async def __aenter__(self):
        self.up = Upstream()
        self.server = await asyncio.start_server(self.up.serve, "127.0.0.1", 0,
                                                 limit=1 << 20)
        port = self.server.sockets[0].getsockname()[1]
        self.report = os.path.join(os.environ["tmp"], "onward.report")
        if os.path.exists(self.report):
            os.unlink(self.report)
        self.log, self.n_told = [], 0
        self.child = await asyncio.create_subprocess_exec(
            sys.argv[1], "guard", "--listen", "127.0.0.1:0", "--upstream",
            "http://127.0.0.1:%d" % port, "--report", self.report, *self.args,
            stderr=subprocess.PIPE)
        hello = (await self.child.stderr.readline()).decode()
        self.ask = Ask(int(re.search(r"http://127.0.0.1:(\d+)", hello)[1]))
        self.reading = asyncio.ensure_future(self.read_log())
        return self

    async def read_log(self):
        while True:
            line = (await self.child.stderr.readline()).decode()
            if not line:
                return
            self.log.append(line)

    async def __aexit__(self, *_):
        self.child.terminate()
        await self.child.wait()
        await self.reading
        self.server.close()

    async def run(self, dialect, model, more=""):
        """One answer: status, text, why it ended; and what was reported."""
        self.up.dialect, self.up.bodies = dialect, []
        status, _, got = await self.ask.whole(
            request(dialect.path, dialect.body(model), more=more))
        got = got.decode()
        if status != 200:
            return status, got, None
        for _ in range(500):
            with open(self.report) as f:
                lines = f.readlines()
            if len(lines) > self.n_told:
                break
            await asyncio.sleep(0.01)
        self.n_told = len(lines)
        self.told = json.loads(lines[-1])
        try:
            text, end = dialect.check(got)
        except AssertionError:
            print(got[-1500:], self.log[-1:], file=sys.stderr)
            raise
        return status, text, end


RULE = ["-f", "100", "-t", "20"]
DIALECTS = [Chat(), RawChat(), Chat(thinks=False), Text(thinks=False),
            Anthropic(), Anthropic(thinks=False), Ollama(),
            Llama(thinks=False)]
STOPS = {"stop", "stop_sequence", "end_turn"}
WHOLE = "".join(ANSWER)


async def conclude():
    async with Proxy("--at-threshold", "conclude", *RULE) as p:
        for d in DIALECTS:
            for model in ("m", "llama"):
                _, text, end = await p.run(d, model)
                assert text.endswith(WHOLE) and end in STOPS, (text, end)
                assert len(p.up.bodies) == 2
                d.asked(p.up.bodies[1])
                told = p.told
                assert told["at_threshold"] == "conclude", told
                assert told["ended_by"] == "end" and not told["stopped"], told
                assert told["went_on_tokens"] >= 2, told
                assert told["thresholds"][0]["at_token"] > 100, told
                if d.thinks and not getattr(d, "raw", False):
                    assert text == WHOLE, text
                elif d.thinks:
                    assert "sure. " in text and \
                        text.endswith("\n</think>\n\n" + WHOLE), text[-99:]
                else:
                    assert text.endswith("\nFinal answer:" + WHOLE), text[-99:]
    line = next(l for l in p.log if "concluded" in l)
    assert re.search(r"openai, \d+ tokens, concluded at token \d+ \(guardian\),"
                     r" then \d+ tokens, \d+ ms", line), line


async def fails():
    """The second request is refused, breaks, or loops: a well-formed end."""
    async with Proxy("--at-threshold", "conclude", *RULE) as p:
        for d in DIALECTS:
            for model in ("refuses", "silent", "broken", "again"):
                _, text, end = await p.run(d, model)
                if model == "broken":
                    assert text.endswith("".join(ANSWER[:2])), text[-60:]
                else:
                    assert WHOLE not in text
                assert p.told["ended_by"] == "threshold", (model, p.told)
                assert p.told["declined"], p.told
                if model == "again":
                    assert p.told["declined"] == "it looped again", p.told
                    assert len(p.up.bodies) == 2
    assert any("stopped: it looped again" in l for l in p.log), p.log[-3:]


async def falls_back():
    """Where no prefill is taken, it is asked as a question."""
    async with Proxy("--at-threshold", "conclude", *RULE) as p:
        for d in (Chat(), Chat(thinks=False), Anthropic(thinks=False),
                  Ollama()):
            _, text, end = await p.run(d, "twice")
            assert text.endswith(WHOLE) and end in STOPS, text[-60:]
            assert len(p.up.bodies) == 3
            turns = p.up.bodies[2]["messages"]
            assert turns[-1]["role"] == "user" and \
                "Give your answer now" in turns[-1]["content"], turns
            assert turns[-2]["content"].endswith("not sure."), turns


async def retry():
    async with Proxy("--at-threshold", "retry", "--retries", "2", *RULE) as p:
        for d in (Chat(), Ollama()):
            _, text, end = await p.run(d, "m")
            assert text == WHOLE and end in STOPS
            again = p.up.bodies[1]
            seed = again.get("seed") or again["options"]["seed"]
            assert seed == 6 and len(again["messages"]) == 1, again
            assert p.told["at_threshold"] == "retry"
            assert p.told["went_on_tokens"] >= 2, p.told
            _, text, end = await p.run(d, "odd")
            assert text == "" or text == WHOLE
            _, text, end = await p.run(d, "again")
            assert text == "" and end in STOPS
            assert len(p.up.bodies) == 3, len(p.up.bodies)
            assert p.told["declined"] == "it looped again", p.told
        # what was sent of an answer can't be taken back
        _, text, end = await p.run(Chat(thinks=False), "m")
        assert len(p.up.bodies) == 1 and end in STOPS
        assert p.told["declined"] == "the answer has begun to be sent", p.told
    assert any("tried again at token" in l for l in p.log)


async def joined():
    """A request that wants no stream gets the one answer; of what was drawn
    anew it never sees the first."""
    async def whole(p, d, model, action):
        p.up.dialect, p.up.bodies = d, []
        body = dict(d.body(model), stream=False)
        body.pop("stream_options", None)
        status, headers, got = await p.ask.whole(request(
            d.path, body, more="X-Lilscope: %s\r\n" % action))
        assert status == 200 and "content-length" in headers, headers
        if model != "fine":
            assert "threshold at token" in headers["x-lilscope"], headers
        return json.loads(got)

    async with Proxy(*RULE) as p:
        for d in (Chat(), Chat(thinks=False)):
            got = await whole(p, d, "m", "conclude")
            choice = got["choices"][0]
            text = choice["message"]["content"]
            assert got["id"] == "id-1" and choice["finish_reason"] == "stop"
            assert text.endswith(WHOLE) and choice["message"]["role"] == \
                "assistant", choice
            assert got["usage"]["completion_tokens"] > 200, got["usage"]
            got = await whole(p, d, "m", "retry")
            choice = got["choices"][0]
            assert choice["message"]["content"] == WHOLE, choice
            assert "reasoning_content" not in choice["message"]
            assert got["id"] == "id-2", got["id"]
            for model in ("refuses", "silent", "broken", "again"):
                got = await whole(p, d, model, "conclude")
                choice = got["choices"][0]
                assert choice["finish_reason"] == (
                    "length" if model == "broken" else "stop"), choice
        got = await whole(p, Anthropic(), "m", "conclude")
        assert [b["type"] for b in got["content"]] == ["thinking", "text"]
        assert got["content"][1]["text"] == WHOLE
        got = await whole(p, Ollama(), "m", "conclude")
        assert got["message"]["content"] == WHOLE and got["done"], got


async def report():
    """Nothing is touched: a shadow."""
    class Ends(Chat):
        def thought(self, i, text):
            self.n = getattr(self, "n", 0) + 1
            return super().thought(i, text)

    async with Proxy("--at-threshold", "report", *RULE) as p:
        d = Chat()
        d.thought = lambda i, text: Chat.thought(d, i, text)
        p.up.dialect = d
        pieces = p.up.pieces

        def finite(body):
            for n, piece in enumerate(pieces(body)):
                if n == 2000:
                    break
                yield piece
            yield from d.end(1)

        p.up.pieces = finite
        p.up.bodies = []
        status, _, got = await p.ask.whole(
            request(d.path, d.body("m")))
        want = "".join(finite(d.body("m")))
        assert got.decode() == want
        while not os.path.getsize(p.report):
            await asyncio.sleep(0.01)
        told = json.loads(open(p.report).read())
        assert told["at_threshold"] == "report" and not told["stopped"]
        assert told["thresholds"][0]["tokens_after"] > 1000, told
    assert any("not stopped at token" in l for l in p.log), p.log


async def wishes():
    """A request asks for itself."""
    async with Proxy(*RULE) as p:
        d = Chat()
        _, text, end = await p.run(d, "m")
        assert text == "" and p.told["at_threshold"] == "stop"
        _, text, end = await p.run(d, "m", "x-lilscope: conclude\r\n")
        assert text == WHOLE and p.told["at_threshold"] == "conclude"
        _, text, end = await p.run(
            d, "m", "X-Lilscope: at-threshold=stop; rule=cycle\r\n")
        assert p.told["rule"] == "cycle" and text == "", p.told
        _, text, end = await p.run(
            d, "m", "X-Lilscope: f=50;t=9 ;at-threshold=retry; retries=1\r\n")
        assert (p.told["f"], p.told["t"]) == (50, 9) and text == WHOLE
        # a loop in the thinking is none of the answer's
        _, text, end = await p.run(
            d, "m", "x-lilscope: watch=thinking;thinking-f=50\r\n")
        assert text == "" and p.told["thinking"]["f"] == 50, p.told
        assert p.told["watch"] == "thinking" and p.told["f"] == 100
        assert p.told["thresholds"][0]["half"] == "thinking"
        for bad in ("what", "watch=all,answer", "thinking-f=0", "at-threshold=dense", "f=0", "f=x", "t=-1",
                    "rule=none", "t=1e99", "retries=99", "x" * 300, "rollback",
                    "f=1;;g=2"):
            n = len(p.up.bodies)
            status, got, _ = await p.run(d, "m", "X-Lilscope: %s\r\n" % bad)
            assert status == 400 and "is not understood" in got, (bad, got)
            assert not p.up.bodies
        status, _, got = await p.ask.whole(request(
            "/v1/chat/completions",
            {"model": "m", "seed": 1, "stream": False, "messages": []},
            more="X-Lilscope: off\r\n")[:0] + request(
            "/v1/messages", Anthropic().body("m"),
            more="X-Lilscope: nonsense\r\n"))
        assert status == 400


class Twice(Chat):
    """Loops in its thinking, and then in its answer, for a while."""
    def pieces(self, body):
        yield from self.begin(1)
        for say in (self.thought, self.said):
            for word in words(BEGIN) + words(LOOP) * 100:
                yield say(1, word)
        yield from self.end(1)


async def scope():
    """Thinking and answer apart; requests that are not to be watched."""
    d = Twice()

    async def asked(p, model, more="", stream=True):
        p.up.dialect, p.up.bodies, p.up.pieces = d, [], d.pieces
        body = dict(d.body(model), stream=stream)
        _, _, got = await p.ask.whole(request(d.path, body, more=more))
        for _ in range(500):
            lines = open(p.report).readlines()
            if len(lines) > p.n_told:
                break
            await asyncio.sleep(0.01)
        p.n_told = len(lines)
        whole = got.decode() == "".join(d.pieces(body))
        return whole, json.loads(lines[-1]), p.up.bodies[0]

    def halves(told):
        return [t["half"] for t in told["thresholds"]]

    async with Proxy(*RULE, "--skip", "model:*-embed,path:/v9/*") as p:
        whole, told, _ = await asked(p, "m", "x-lilscope: report\r\n")
        assert whole and halves(told) == ["thinking", "answer"], told
        first, second = (t["at_token"] for t in told["thresholds"])
        n = told["tokens"] // 2
        assert first < n < second, told
        assert told["thresholds"][0]["tokens_after"] == n - first, told
        whole, told, _ = await asked(p, "m", "x-lilscope: watch=answer\r\n")
        assert not whole and halves(told) == ["answer"], told
        assert told["thresholds"][0]["at_token"] == second, told
        whole, told, _ = await asked(p, "m")
        assert not whole and halves(told) == ["thinking"], told
        assert told["thresholds"][0]["at_token"] == first, told
        for stream in (True, False):
            for model, more in (("x-embed", "x-lilscope: conclude\r\n"),
                                ("m", "x-lilscope: off\r\n")):
                whole, told, body = await asked(p, model, more, stream)
                assert whole and "thresholds" not in told, told
                # what is asked plain is asked as it was
                assert body["stream"] == stream, body
                assert told["at_threshold"] == "ignore", told
        _, _, got = await p.ask.whole(request("/lilscope/metrics"))
        assert b'skipped_total{model="x-embed",rule="none"} 2' in got, got
        assert b'skipped_total{model="m",rule="none"} 2' in got, got
    assert sum(", unwatched: it is not to be" in l for l in p.log) == 4, p.log

    async with Proxy("--thinking-t", "0", *RULE, "--only", "model:m") as p:
        whole, told, _ = await asked(p, "m")
        assert not whole and halves(told) == ["answer"], told
        whole, told, _ = await asked(p, "other")
        assert whole and "thresholds" not in told, told

    conf = os.path.join(os.environ["tmp"], "scope.conf")
    with open(conf, "w") as f:
        f.write("f = 100\nt = 20\n[model re*]\nat-threshold = report\n"
                "[model ig*]\nat-threshold = ignore\n[model an*]\n"
                "watch = answer\n[path /v1/*]\nat-threshold = stop\n")
    async with Proxy("--config-file", conf) as p:
        whole, told, _ = await asked(p, "report")
        assert whole and halves(told) == ["thinking", "answer"], told
        whole, told, _ = await asked(p, "ignored")
        assert whole and "thresholds" not in told, told
        whole, told, _ = await asked(p, "answer")
        assert not whole and halves(told) == ["answer"], told
        whole, told, _ = await asked(p, "m")
        assert not whole and halves(told) == ["thinking"], told


async def main():
    for scenario in (conclude, fails, falls_back, retry, joined, report,
                     wishes, scope):
        if len(sys.argv) > 2 and scenario.__name__ not in sys.argv[2:]:
            continue
        await asyncio.wait_for(scenario(), 120)
        print("ok", scenario.__name__)


asyncio.run(main())
