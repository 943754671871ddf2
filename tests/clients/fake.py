"""A server for the clients of tests/clients: the three APIs that their SDKs
speak (OpenAI's chat and text completions, OpenAI's responses, Anthropic's
messages), streamed and whole. The model's name says what is to happen:

    healthy[-thinking|-tool|-json]  words that never come again
    loop[-thinking|-tool|-json]     healthy words, then a phrase for good
    loop-second                     of two choices the second loops
    error-NNN, flaky                refused; refused twice, then healthy
    late-error, dies                in the middle of a stream
    slow                            it does not answer
    gzip                            packed, whether one asked for it or not
    file:PATH                       a recorded stream, byte for byte

A request that goes on with an answer (its last message is of the assistant, or
it has several) gets the conclusion. GET /stats says what was asked, /reset
forgets it, /slots has what llama-server's has. The port is the first line of
standard output; standard input's end ends it.
"""
import asyncio
import gzip
import itertools
import json
import random
import sys

LOOP = "Wait, let me check that once more. The answer is not quite right. "
CONCLUSION = "So the answer is 42 ."
HEALTHY_WORDS, LOOP_AFTER, LOOP_MAX = 160, 40, 5000
PROMPT_TOKENS = 11
stats = {"open": 0}


def reset():
    stats.update(asked=0, finished=0, cancelled=0, refused=0, written=0,
                 bodies=[])


# --- what is said ----------------------------------------------------------

def words(n, seed):
    r = random.Random(seed)
    return ["%x " % r.getrandbits(32) for _ in range(n)]


def looping(seed):
    yield from words(LOOP_AFTER, seed)
    phrase = [w + " " for w in LOOP.split()]
    for _ in range(LOOP_MAX // len(phrase)):
        yield from phrase


class Part:
    """One channel of one choice: its words, and how it ends."""
    def __init__(self, kind, text, finish="stop"):
        self.kind, self.text, self.finish = kind, text, finish


def goes_on(body):
    said = body.get("messages") or body.get("input")
    if not isinstance(said, list):
        return False
    said = [m for m in said if m.get("role") not in ("system", "developer")]
    return len(said) > 1


def argument_words(model, seed):
    text = words(20, seed) if model.startswith("healthy") else looping(seed)
    yield '{"a": "'
    for word in text:
        yield word
    yield '"}'


def parts(body, i_choice):
    """What a choice says: a list of Part, in order."""
    model, _, kind = body["model"].partition("-")
    loops = model == "loop"
    if goes_on(body):
        return [Part("text", [w + " " for w in CONCLUSION.split()])]
    if kind == "second":
        loops = i_choice == 1
    text = looping(i_choice) if loops else words(HEALTHY_WORDS, i_choice)
    finish = "length" if loops else "stop"
    if kind == "thinking" and loops:
        return [Part("thinking", text, finish)]
    if kind == "thinking":
        return [Part("thinking", text),
                Part("text", words(HEALTHY_WORDS, 77))]
    if kind == "tool":
        return [Part("tool", argument_words(model, i_choice), "tool_calls")]
    if kind == "json":
        return [Part("text", argument_words(model, i_choice), finish)]
    return [Part("text", text, finish)]


# --- chat and text completions ---------------------------------------------

def usage_openai(n):
    return {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": n,
            "total_tokens": PROMPT_TOKENS + n}


def call_openai(arguments, first):
    function = {"arguments": arguments}
    call = {"index": 0, "function": function}
    if first:
        function["name"] = "note"
        call.update(id="call_1", type="function")
    return {"tool_calls": [call]}


def logprob(word):
    return {"content": [{"token": word, "logprob": -0.5, "top_logprobs": [],
                         "bytes": list(word.encode())}], "refusal": None}


def deltas_chat(body, i):
    """(delta, word, finish) of one choice."""
    yield {"role": "assistant", "content": ""}, "", None
    for part in parts(body, i):
        first = True
        for word in part.text:
            if part.kind == "tool":
                yield call_openai(word, first), word, None
            else:
                key = "content" if part.kind == "text" else \
                    "reasoning_content"
                yield {key: word}, word, None
            first = False
        finish = part.finish
    yield {}, "", finish


def chunks_chat(body, text=False):
    head = {"id": "chatcmpl-1", "created": 1769850000, "model": body["model"],
            "object": "text_completion" if text else "chat.completion.chunk",
            "system_fingerprint": "fp_1"}
    asked = (body.get("stream_options") or {}).get("include_usage")
    n = 0
    turns = itertools.zip_longest(*(deltas_chat(body, i)
                                    for i in range(body.get("n") or 1)))
    for turn in turns:
        for i, what in enumerate(turn):
            if not what:
                continue
            delta, word, finish = what
            n += bool(word)
            choice = {"index": i, "logprobs": None, "finish_reason": finish}
            if text:
                choice["text"] = delta.get("content", "")
            else:
                choice["delta"] = delta
            if body.get("logprobs") and word and not text:
                choice["logprobs"] = logprob(word)
            if text and not word and not finish:
                continue
            yield {**head, "choices": [choice],
                   **({"usage": None} if asked else {})}
    if asked:
        yield {**head, "choices": [], "usage": usage_openai(n)}


def stream_chat(body, text=False):
    for chunk in chunks_chat(body, text):
        yield "data: %s\n\n" % json.dumps(chunk)
    yield "data: [DONE]\n\n"


def whole_choice(body, i, text):
    message = {"role": "assistant", "content": None, "refusal": None}
    logprobs, n = [], 0
    for delta, word, finish in deltas_chat(body, i):
        n += bool(word)
        for key in "content", "reasoning_content":
            if delta.get(key):
                message[key] = (message.get(key) or "") + delta[key]
        for call in delta.get("tool_calls", []):
            calls = message.setdefault("tool_calls", [])
            if not calls:
                calls.append({k: v for k, v in call.items() if k != "index"})
            else:
                calls[0]["function"]["arguments"] += \
                    call["function"]["arguments"]
        if word:
            logprobs += logprob(word)["content"]
    choice = {"index": i, "logprobs": None, "finish_reason": finish}
    if text:
        return {**choice, "text": message["content"]}, n
    if body.get("logprobs"):
        choice["logprobs"] = {"content": logprobs, "refusal": None}
    return {**choice, "message": message}, n


def whole_chat(body, text=False):
    all_choices = [whole_choice(body, i, text)
                   for i in range(body.get("n") or 1)]
    return {"id": "chatcmpl-1", "created": 1769850000, "model": body["model"],
            "object": "text_completion" if text else "chat.completion",
            "system_fingerprint": "fp_1",
            "choices": [c for c, _ in all_choices],
            "usage": usage_openai(sum(n for _, n in all_choices))}


# --- Anthropic's messages --------------------------------------------------

FINISH_ANTHROPIC = {"stop": "end_turn", "length": "max_tokens",
                    "tool_calls": "tool_use"}
BLOCKS = {"text": {"type": "text", "text": ""},
          "thinking": {"type": "thinking", "thinking": "", "signature": ""},
          "tool": {"type": "tool_use", "id": "toolu_1", "name": "note",
                   "input": {}}}
DELTAS = {"text": ("text_delta", "text"),
          "thinking": ("thinking_delta", "thinking"),
          "tool": ("input_json_delta", "partial_json")}


def message(body, content, finish, n):
    return {"id": "msg_1", "type": "message", "role": "assistant",
            "model": body["model"], "content": content, "stop_reason": finish,
            "stop_sequence": None,
            "usage": {"input_tokens": PROMPT_TOKENS, "output_tokens": n,
                      "cache_creation_input_tokens": 0,
                      "cache_read_input_tokens": 0}}


def events_anthropic(body):
    n = 0
    yield "message_start", {"message": message(body, [], None, 1)}
    yield "ping", {}
    for i, part in enumerate(parts(body, 0)):
        yield "content_block_start", {"index": i,
                                      "content_block": BLOCKS[part.kind]}
        kind, key = DELTAS[part.kind]
        for word in part.text:
            n += 1
            yield "content_block_delta", {"index": i, "delta": {
                "type": kind, key: word}}
        if part.kind == "thinking":
            yield "content_block_delta", {"index": i, "delta": {
                "type": "signature_delta", "signature": "c2lnbg=="}}
        yield "content_block_stop", {"index": i}
    yield "message_delta", {
        "delta": {"stop_reason": FINISH_ANTHROPIC[part.finish],
                  "stop_sequence": None},
        "usage": {"output_tokens": n}}
    yield "message_stop", {}


def stream_anthropic(body):
    for kind, what in events_anthropic(body):
        yield "event: %s\ndata: %s\n\n" % (kind, json.dumps(
            {"type": kind, **what}))


def whole_anthropic(body):
    content, n = [], 0
    for part in parts(body, 0):
        block = dict(BLOCKS[part.kind])
        text = list(part.text)
        n += len(text)
        if part.kind == "tool":
            block["input"] = json.loads("".join(text))
        else:
            block[part.kind] = "".join(text)
        content.append(block)
    return message(body, content, FINISH_ANTHROPIC[part.finish], n)


# --- OpenAI's responses ----------------------------------------------------

def response(body, status, output, n=None):
    usage = n and {"input_tokens": PROMPT_TOKENS, "output_tokens": n,
                   "total_tokens": PROMPT_TOKENS + n,
                   "input_tokens_details": {"cached_tokens": 0},
                   "output_tokens_details": {"reasoning_tokens": 0}}
    return {"id": "resp_1", "object": "response", "created_at": 1769850000,
            "status": status, "model": body["model"], "output": output,
            "error": None, "incomplete_details": {
                "reason": "max_output_tokens"} if status == "incomplete"
            else None, "instructions": None, "metadata": {},
            "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0,
            "tool_choice": "auto", "tools": body.get("tools") or [],
            "max_output_tokens": None, "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None}, "store": False,
            "text": body.get("text") or {"format": {"type": "text"}},
            "truncation": "disabled", "usage": usage, "user": None}


def item(kind, i, text, status):
    if kind == "tool":
        return {"id": "fc_%d" % i, "type": "function_call", "name": "note",
                "call_id": "call_1", "arguments": text, "status": status}
    if kind == "thinking":
        return {"id": "rs_%d" % i, "type": "reasoning", "summary": [],
                "content": [{"type": "reasoning_text", "text": text}]
                if text else []}
    return {"id": "msg_%d" % i, "type": "message", "role": "assistant",
            "status": status, "content": [output_text(text)] if text else []}


def output_text(text):
    return {"type": "output_text", "text": text, "annotations": [],
            "logprobs": []}


def content(kind, text):
    return output_text(text) if kind == "text" else {
        "type": "reasoning_text", "text": text}


DELTA_EVENTS = {"text": "response.output_text",
                "thinking": "response.reasoning_text",
                "tool": "response.function_call_arguments"}


def events_responses(body):
    output, n = [], 0
    yield "response.created", {"response": response(body, "in_progress", [])}
    yield "response.in_progress", {"response": response(body, "in_progress",
                                                        [])}
    for i, part in enumerate(parts(body, 0)):
        where = {"output_index": i, "item_id": item(part.kind, i, "", "")[
            "id"]}
        at = {**where, "content_index": 0}
        yield "response.output_item.added", {
            "output_index": i, "item": item(part.kind, i, "", "in_progress")}
        if part.kind != "tool":
            yield "response.content_part.added", {**at, "part": content(
                part.kind, "")}
        said = ""
        for word in part.text:
            n += 1
            said += word
            yield DELTA_EVENTS[part.kind] + ".delta", {
                **(where if part.kind == "tool" else at), "delta": word,
                **({"logprobs": []} if part.kind == "text" else {})}
        end = {"arguments": said, "name": "note"} if part.kind == "tool" \
            else {"text": said}
        yield DELTA_EVENTS[part.kind] + ".done", {
            **(where if part.kind == "tool" else at), **end,
            **({"logprobs": []} if part.kind == "text" else {})}
        if part.kind != "tool":
            yield "response.content_part.done", {**at, "part": content(
                part.kind, said)}
        output.append(item(part.kind, i, said, "completed"))
        yield "response.output_item.done", {"output_index": i,
                                            "item": output[-1]}
    status = "incomplete" if part.finish == "length" else "completed"
    yield "response." + status, {"response": response(body, status, output,
                                                      n)}


def stream_responses(body):
    for i, (kind, what) in enumerate(events_responses(body)):
        yield "event: %s\ndata: %s\n\n" % (kind, json.dumps(
            {"type": kind, "sequence_number": i, **what}))


def whole_responses(body):
    output, n = [], 0
    for i, part in enumerate(parts(body, 0)):
        text = list(part.text)
        n += len(text)
        output.append(item(part.kind, i, "".join(text), "completed"))
    status = "incomplete" if part.finish == "length" else "completed"
    return response(body, status, output, n)


# --- the server ------------------------------------------------------------

def stream_text(body):
    return stream_chat(body, True)


def whole_text(body):
    return whole_chat(body, True)


APIS = {"/v1/chat/completions": (stream_chat, whole_chat),
        "/v1/completions": (stream_text, whole_text),
        "/v1/messages": (stream_anthropic, whole_anthropic),
        "/v1/responses": (stream_responses, whole_responses)}


def error_of(path, status):
    what = {"message": "it is told to fail", "type": "server_error",
            "code": None, "param": None}
    if path == "/v1/messages":
        return {"type": "error", "error": {
            "type": "api_error", "message": what["message"]}}
    return {"error": what}


def late_error(path):
    if path == "/v1/responses":
        what = {"type": "error", "code": "server_error", "param": None,
                "message": "it is told to fail", "sequence_number": 99}
    else:
        what = error_of(path, 500)
    named = "event: error\n" if path != "/v1/chat/completions" else ""
    return named + "data: %s\n\n" % json.dumps(what)


def head(status, kind, more):
    return ("HTTP/1.1 %s\r\nContent-Type: %s\r\nx-request-id: req_1\r\n%s\r\n"
            % (status, kind, more)).encode()


def plain(status, what, packed=False):
    data = json.dumps(what).encode()
    more = ""
    if packed:
        data, more = gzip.compress(data), "Content-Encoding: gzip\r\n"
    return head(status, "application/json", more + "Content-Length: %d\r\n" %
                len(data)) + data


async def send_chunk(writer, data):
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()


def pieces(path, body):
    if body["model"].startswith("file:"):
        with open(body["model"][len("file:"):], "rb") as f:
            yield from f.read().splitlines(True)
        return
    for n, piece in enumerate(APIS[path][0](body)):
        if body["model"] in ("late-error", "dies") and n == 25:
            if body["model"] == "late-error":
                yield late_error(path).encode()
            else:
                yield None
            return
        yield piece.encode()


async def stream(reader, writer, path, body):
    pack = None
    more = "Transfer-Encoding: chunked\r\n"
    if body["model"] == "gzip":
        import zlib
        pack = zlib.compressobj(wbits=31)
        more += "Content-Encoding: gzip\r\n"
    gone = asyncio.ensure_future(reader.read(1))
    stats["open"] += 1
    try:
        writer.write(head("200 OK", "text/event-stream", more))
        for n, piece in enumerate(pieces(path, body)):
            if piece is None:
                writer.transport.abort()
                return
            stats["written"] += 1
            if pack:
                piece = pack.compress(piece) + pack.flush(zlib.Z_SYNC_FLUSH)
            await send_chunk(writer, piece)
            # a model takes its time: what a stop saves is to be seen
            if n % 8 == 0:
                await asyncio.sleep(0.002)
            if gone.done():
                raise ConnectionError
        if pack:
            await send_chunk(writer, pack.flush())
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        stats["finished"] += 1
    except (ConnectionError, OSError):
        stats["cancelled"] += 1
    finally:
        gone.cancel()
        stats["open"] -= 1


async def wait(reader):
    """Thinks for long, unless the client goes away."""
    stats["open"] += 1
    try:
        await asyncio.wait_for(reader.read(1), 5)
        stats["cancelled"] += 1
    except (asyncio.TimeoutError, ConnectionError):
        stats["finished"] += 1
    stats["open"] -= 1


def refusal(path, body):
    """The status that a request is refused with, or 0."""
    model = body["model"]
    if model.startswith("error-"):
        return int(model[len("error-"):])
    if model == "flaky" and stats["refused"] < 2:
        return 503
    if model == "late-error" and not body.get("stream"):
        return 500
    return 0


def control(path):
    if path == "/reset":
        reset()
    if path == "/slots":
        return [{"id": 0, "is_processing": stats["open"] > 0}]
    if path == "/v1/models":
        return {"object": "list", "data": [
            {"id": "healthy", "object": "model", "created": 1,
             "owned_by": "us"}]}
    return stats if path in ("/stats", "/reset") else None


async def respond(reader, writer, method, path, data):
    """false: the connection closes."""
    if method == "GET":
        what = control(path)
        writer.write(plain("200 OK" if what is not None else "404 Not Found",
                           what))
        return True
    if path not in APIS:
        writer.write(plain("404 Not Found", error_of(path, 404)))
        return True
    body = json.loads(data)
    stats["asked"] += 1
    stats["bodies"] = stats["bodies"][-3:] + [body]
    status = refusal(path, body)
    if status:
        stats["refused"] += 1
        writer.write(plain("%d Refused" % status, error_of(path, status)))
        return True
    if body["model"] == "slow":
        await wait(reader)
        return False
    if body["model"] == "dies" and not body.get("stream"):
        return False
    if body.get("stream"):
        await stream(reader, writer, path, body)
        return False
    writer.write(plain("200 OK", APIS[path][1](body),
                       body["model"] == "gzip"))
    stats["finished"] += 1
    return True


async def read_body(reader, headers):
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    out = b""
    while True:
        n = int(await reader.readuntil(b"\r\n"), 16)
        out += (await reader.readexactly(n + 2))[:-2]
        if not n:
            return out


async def serve(reader, writer):
    try:
        more = True
        while more:
            text = await reader.readuntil(b"\r\n\r\n")
            line, *lines = text.decode("latin-1").split("\r\n")
            headers = {}
            for h in filter(None, lines):
                name, _, value = h.partition(":")
                headers[name.lower()] = value.strip()
            data = await read_body(reader, headers)
            method, uri, _ = line.split(" ")
            more = await respond(reader, writer, method,
                                 uri.partition("?")[0], data)
            await writer.drain()
    except (ConnectionError, OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    reset()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    end = asyncio.Event()
    asyncio.get_running_loop().add_reader(
        0, lambda: sys.stdin.buffer.read1(1) or end.set())
    await end.wait()


if __name__ == "__main__":
    asyncio.run(main())
