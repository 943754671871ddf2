"""A server that speaks like OpenAI's and Ollama's, for the tests of the proxy.

    upstream.py             prints its port, serves until standard input ends

What a request asks for is in its JSON: "kind" is healthy (an answer of its
own for each "i"), loop (one sentence without end), dies (cut off in the
middle) or silent (nothing until the client goes away); "frame" is cut for
events of many data lines, with comments and CRLF. GET /stats tells how
the streams ended; /seen how the last one was asked; /echo gives the request back; /bytes?n=N a plain body;
/odd/N the N-th of ODD, raw, and /odds how often each was asked.

A request with "say" is told what to answer, wherever it is sent: {"type": of
the content, "head": [...], "loop": [...], "times": N or null, "tail": [...]},
all pieces as they are sent ("base64": true: encoded so). Asked without a stream
it is answered with "plain", if that is there; "status" goes for both.
"""
import asyncio
import gzip
import base64
import json
import random
import sys
import zlib

LOOP = "So x = 7. Wait, let me check that again. "
HEALTHY_WORDS = 600
OK = b"HTTP/1.1 200 OK\r\n"
TWO = b"Content-Length: 2\r\n"
SSE = b"Content-Type: text/event-stream\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
UP = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n" \
    b"Connection: Upgrade\r\n\r\n"
# What no server should say, and what its client gets: a status, and a body
# (None: cut off). What cannot be understood in one way only is a 502.
ODD = [
    (UP + b"data: x\n\n", 502, b""),
    (UP + OK + TWO + b"\r\nhi", 502, b""),
    (UP, 502, b""),
    (b"HTTP/1.1 101 Ok\r\n" + SSE + b"\r\ndata: {}\n\n", 502, b""),
    (b"HTTP/1.1 104 What\r\n\r\n" + OK + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 199 What\r\n\r\n" + OK + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + TWO + b"\r\nhi", 200, b"hi"),
    (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3 + OK + TWO +
     b"\r\nhi", 200, b"hi"),
    (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 2000, 502, b""),
    (b"hello there\r\n\r\n", 502, b""),
    (b"\0" * 100, 502, b""),
    (b"", 502, b""),
    (b"HTTP/1.1 200", 502, b""),
    (OK, 502, b""),
    (OK + b"X-Half: ", 502, b""),
    (OK + b"HTTP/1.1 404 No\r\n" + TWO + b"\r\nhi", 502, b""),
    (OK + b"HTTP/x: y\r\n" + TWO + b"\r\nhi", 502, b""),
    (OK + TWO + b"HTTP-x: y\r\n\r\nhi", 200, b"hi"),
    (b"HTTP/1.1 99 Low\r\n" + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 000 None\r\n" + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 999 High\r\n" + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 2000 Long\r\n" + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 -20 Less\r\n" + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/3.7 200 OK\r\n" + TWO + b"\r\nhi", 502, b""),
    (b"HTTP/1.1 200\r\n" + TWO + b"\r\nhi", 200, b"hi"),
    (OK + TWO + b"X: a\r\n b\r\n\r\nhi", 502, b""),
    (OK + TWO + b"X : a\r\n\r\nhi", 502, b""),
    (OK + TWO + b"no colon\r\n\r\nhi", 502, b""),
    (OK + TWO + b": nameless\r\n\r\nhi", 502, b""),
    (OK + TWO + b"X: a\0b\r\n\r\nhi", 502, b""),
    (OK + TWO + b"X: a\rSet-Cookie: b\r\n\r\nhi", 502, b""),
    (OK + TWO + b"Content-Length: 3\r\n\r\nhi!", 502, b""),
    (OK + TWO + TWO + b"\r\nhi", 200, b"hi"),
    (OK + b"Content-Length: -1\r\n\r\nhi", 502, b""),
    (OK + b"Content-Length: 2, 2\r\n\r\nhi", 502, b""),
    (OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nhi", 502, b""),
    (OK + b"Content-Length: 9\r\n\r\nhi", 200, None),
    (OK + TWO + b"\r\nhi, and more than that", 200, b"hi"),
    (OK + TWO + CHUNKED + b"\r\n3\r\nhi!\r\n0\r\n\r\n", 200, b"hi!"),
    (OK + b"Transfer-Encoding: rot13\r\n\r\nuv", 502, b""),
    (OK + CHUNKED + b"\r\nnot hex\r\n", 200, None),
    (OK + CHUNKED + b"\r\n3\r\nhi!\r\n", 200, None),
    (OK + CHUNKED + b"\r\n3\r\nhi!\r\n0\r\nHTTP/1.1 500 X\r\n\r\n", 200,
     None),
    (OK + CHUNKED + b"\r\n3\r\nhi!\r\n0\r\nX-Trailer: y\r\n\r\n", 200,
     b"hi!"),
    (OK + SSE + CHUNKED + b"\r\nffffffffffffffffff\r\nx", 200, None),
    (OK + b"X: " + b"x" * 90000 + b"\r\n\r\nhi", 502, b""),
    (OK + b"X: y\r\n" * 20000 + b"\r\nhi", 502, b""),
    (OK + TWO + b"X: " + b"x" * 30000 + b"\r\n\r\nhi", 200, b"hi"),
    (b"HTTP/1.1 204 None\r\n" + TWO + b"\r\nhi", 204, b""),
]
odds = [0] * len(ODD)
seen = {}
stats = {"open": 0, "finished": 0, "cancelled": 0}


def words(body):
    """The pieces of the answer's text."""
    if body.get("kind") == "loop":
        while True:
            for word in LOOP.split(" ")[:-1]:
                yield word + " "
    r = random.Random(body.get("i", 0))
    for _ in range(body.get("words", HEALTHY_WORDS)):
        yield "%x " % r.getrandbits(32)


def record(path, body, word, finish=None):
    if path == "/api/chat":
        done = {"done": finish is not None}
        if finish:
            done["done_reason"] = finish
        return {"model": "m", "created_at": "2026-01-31T09:00:00Z",
                "message": {"role": "assistant", "content": word}, **done}
    head = {"id": "id-%d" % body.get("i", 0), "created": 1769850000,
            "model": "m"}
    if path == "/v1/completions":
        return {**head, "object": "text_completion", "choices": [
            {"index": 0, "text": word, "finish_reason": finish}]}
    return {**head, "object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": {"content": word} if word else {},
         "finish_reason": finish}]}


def pieces(path, body):
    """The answer's records, framed."""
    lines = path == "/api/chat"

    def frame(what):
        if body.get("frame") == "cut":
            text = json.dumps(what, indent=1).replace("\n", "\r\ndata:")
            return (": ping\r\nevent: x\r\ndata:%s\r\n\r\n" % text).encode()
        text = json.dumps(what)
        return (text + "\n" if lines else "data: %s\n\n" % text).encode()

    # alike but for the word, which JSON writes as it is
    before, behind = frame(record(path, body, "WORD")).split(b"WORD")
    for word in words(body):
        yield before + word.encode() + behind
    yield frame(record(path, body, "", "length"))
    if not lines:
        yield b"data: [DONE]\n\n"


def answer(path, body):
    """All of a healthy one."""
    return b"".join(pieces(path, body))


def head(status, kind, more):
    return ("HTTP/1.1 %s\r\nContent-Type: %s\r\nX-Upstream: yes\r\n%s\r\n" %
            (status, kind, more)).encode()


def plain(status, kind, data):
    return head(status, kind, "Content-Length: %d\r\n" % len(data)) + data


async def send_chunks(writer, *chunks):
    writer.write(b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks))
    await writer.drain()


async def stream(reader, writer, path, body):
    kind = "application/x-ndjson" if path == "/api/chat" else \
        "text/event-stream"
    stats["open"] += 1
    # nothing more is sent by a client that waits: reading ends when it goes
    gone = asyncio.ensure_future(reader.read(1))
    try:
        if body.get("kind") == "silent":
            await gone
            raise ConnectionError
        writer.write(head("200 OK", kind, "Transfer-Encoding: chunked\r\n"))
        for n, piece in enumerate(pieces(path, body)):
            if body.get("kind") == "dies" and n == 20:
                writer.transport.abort()
                stats["finished"] += 1
                return False
            await send_chunks(writer, piece[:7], piece[7:])
            if body.get("pause_ms"):
                await asyncio.sleep(body["pause_ms"] / 1000)
            elif n % 16 == 0:
                await asyncio.sleep(0)
            if gone.done():
                raise ConnectionError
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        stats["finished"] += 1
        return False
    except (ConnectionError, OSError):
        stats["cancelled"] += 1
        return False
    finally:
        gone.cancel()
        stats["open"] -= 1


def said(body):
    say = body["say"]
    yield from say.get("head", [])
    times = say.get("times", 0)
    while times is None or times > 0:
        yield from say["loop"]
        times = times and times - 1
    yield from say.get("tail", [])


def is_stream(path, body):
    """Does this request of any dialect ask for a stream?"""
    if path.startswith("/api/"):
        return body.get("stream", True)
    return body.get("stream", "treamGenerateContent" in path)


async def tell(reader, writer, path, body):
    """What a request says is to be answered."""
    say = body["say"]
    status = say.get("status", "200 OK")
    if not is_stream(path, body):
        writer.write(plain(say.get("plain_status", "200 OK"),
                           "application/json",
                           json.dumps(say.get("plain")).encode()))
        await writer.drain()
        return True
    stats["open"] += 1
    gone = asyncio.ensure_future(reader.read(1))
    try:
        writer.write(head(status, say["type"], "Transfer-Encoding: chunked\r\n"))
        for n, piece in enumerate(said(body)):
            data = base64.b64decode(piece) if say.get("base64") else \
                piece.encode()
            await send_chunks(writer, data)
            if n % 16 == 0:
                await asyncio.sleep(0)
            if gone.done():
                raise ConnectionError
        if say.get("cut"):
            writer.transport.abort()
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        stats["finished"] += 1
    except (ConnectionError, OSError):
        stats["cancelled"] += 1
    finally:
        gone.cancel()
        stats["open"] -= 1
    return False


async def respond(reader, writer, request, headers, data):
    method, uri, _ = request.split(" ")
    path, _, query = uri.partition("?")
    if data.startswith(b"{") and b'"say"' in data:
        body = json.loads(data)
        seen.update({"uri": uri, "headers": headers, "body": {
            k: v for k, v in body.items() if k != "say"},
            "n": seen.get("n", 0) + 1})
        return await tell(reader, writer, uri, body)
    if path == "/seen":
        writer.write(plain("200 OK", "application/json",
                           json.dumps(seen).encode()))
    elif path == "/stats":
        writer.write(plain("200 OK", "application/json",
                           json.dumps(stats).encode()))
    elif path == "/odds":
        writer.write(plain("200 OK", "application/json",
                           json.dumps(odds).encode()))
    elif path.startswith("/odd/"):
        n = int(path[len("/odd/"):])
        odds[n] += 1
        writer.write(ODD[n][0])
        await writer.drain()
        return False
    elif path == "/echo":
        what = {"method": method, "uri": uri, "headers": headers,
                "bytes": len(data), "crc": zlib.crc32(data)}
        writer.write(plain("200 OK", "application/json",
                           json.dumps(what).encode()))
    elif path == "/bytes":
        n = int(query.partition("=")[2])
        out = plain("200 OK", "application/octet-stream",
                    (bytes(range(251)) * (n // 251 + 1))[:n])
        writer.write(out[:-n] if method == "HEAD" else out)
    elif path == "/packed":
        out = gzip.compress(b"abc" * 1000, mtime=0)
        writer.write(head("200 OK", "application/json",
                          "Content-Encoding: gzip\r\nContent-Length: %d\r\n" %
                          len(out)) + out)
    elif path == "/none":
        writer.write(head("204 No Content", "text/plain", ""))
    elif path == "/moved":
        writer.write(plain("302 Found", "text/plain", b"there\n").replace(
            b"X-Upstream", b"Location: /elsewhere\r\nX-Upstream"))
    elif path in ("/v1/chat/completions", "/v1/completions", "/api/chat"):
        body = json.loads(data)
        if body.get("stream", True):
            return await stream(reader, writer, path, body)
        whole = {"id": "x", "choices": [{"index": 0, "message": {
            "role": "assistant", "content": LOOP * 500}}]}
        writer.write(plain("200 OK", "application/json",
                           json.dumps(whole, indent=1).encode()))
    else:
        writer.write(plain("404 Not Found", "text/plain", b"not here\n"))
    await writer.drain()
    return headers.get("connection", "").lower() != "close"


async def serve(reader, writer):
    try:
        more = True
        while more:
            text = await reader.readuntil(b"\r\n\r\n")
            request, *lines = text.decode("latin-1").split("\r\n")
            headers = {}
            for line in filter(None, lines):
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            n = int(headers.get("content-length", 0))
            data = await reader.readexactly(n)
            more = await respond(reader, writer, request, headers, data)
    except (ConnectionError, OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 17,
                                        backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    loop.add_reader(0, lambda: sys.stdin.buffer.read1(1) or end.set())
    await end.wait()


if __name__ == "__main__":
    asyncio.run(main())
