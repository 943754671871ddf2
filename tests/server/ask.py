"""Clients of the proxy, for its tests: ask.py SCENARIO PROXY-PORT UPSTREAM-PORT

Each scenario is a function below; it raises when something is wrong.
"""
import asyncio
import json
import re
import socket
import sys
import time
import zlib

import prometheus
import upstream

# Every client has a key; it must be in nothing that the proxy writes.
SECRET = "Authorization: Bearer sk-secret\r\n"
CHAT, TEXT, OLLAMA = "/v1/chat/completions", "/v1/completions", "/api/chat"


def request(path, body=None, method=None, more=SECRET):
    if body and path in (CHAT, TEXT) and "say" not in body:
        body = {"stream": True, **body}
    data = b"" if body is None else json.dumps(body).encode()
    method = method or ("GET" if body is None else "POST")
    length = "Content-Length: %d\r\n" % len(data) if data else ""
    return ("%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n" %
            (method, path, length, more)).encode() + data


async def read_head(reader):
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = text.split("\r\n")
    headers = {}
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return int(status.split(" ")[1]), headers


async def read_chunk(reader):
    n = int(await reader.readuntil(b"\r\n"), 16)
    data = await reader.readexactly(n)
    assert await reader.readexactly(2) == b"\r\n"
    return data


async def read_body(reader, headers):
    """The body; ends with IncompleteReadError if it is cut off."""
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return b""
    out = bytearray() # bytes would be copied at each of many chunks
    while True:
        data = await read_chunk(reader)
        if not data:
            return bytes(out)
        out += data


class Ask:
    def __init__(self, port):
        self.port = port

    async def open(self, raw):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, limit=1 << 22)
        writer.write(raw)
        return reader, writer

    async def whole(self, raw):
        reader, writer = await self.open(raw)
        try:
            status, headers = await read_head(reader)
            if raw.startswith(b"HEAD"):
                return status, headers, b""
            return status, headers, await read_body(reader, headers)
        finally:
            writer.close()


async def until(what, wanted):
    """Asks until the answer is what it has to be."""
    for _ in range(1000):
        got = await what()
        if wanted(got):
            return got
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be: %r" % (got,))


async def stats(up):
    return json.loads((await up.whole(request("/stats")))[2])


def check_stopped(path, i, got):
    """A loop's answer: whole records, and a well-formed end."""
    if path == OLLAMA:
        records = [json.loads(l) for l in got.splitlines()]
        assert got.endswith(b"\n")
        last = records[-1]
        assert last["done"] is True and last["done_reason"] == "stop", last
        assert last["message"]["content"] == "" and last["model"] == "m"
        assert not any(r["done"] for r in records[:-1])
        return
    events = got.decode().split("\n\n")
    assert ": x-lilscope: threshold at token 500, rule guardian" in events
    events = [e for e in events if not e.startswith(":")]
    assert events[-1] == "" and events[-2] == "data: [DONE]", events[-3:]
    records = [json.loads(e[len("data: "):]) for e in events[:-2]]
    last = records[-1]
    first = records[0]
    for key in "id", "model", "created", "object":
        assert last[key] == first[key], (key, last)
    assert last["id"] == "id-%d" % i
    choice = last["choices"][0]
    assert choice["finish_reason"] == "stop", last
    assert choice.get("text") == "" if path == TEXT else choice["delta"] == {}
    assert not any(r["choices"][0]["finish_reason"] for r in records[:-1])
    n = len(records) - 1
    assert 300 < n < 1000, n    # two windows of 250 tokens, and no more


async def one(proxy, path, i):
    """A loop or a healthy answer, by turns."""
    body = {"kind": "loop" if i % 2 else "healthy", "i": i, "stream": True}
    status, headers, got = await proxy.whole(request(path, body))
    assert status == 200 and headers["x-upstream"] == "yes"
    if i % 2:
        check_stopped(path, i, got)
    else:
        assert got == upstream.answer(path, body), (i, len(got))


async def framed(proxy, up):
    """Events of many lines pass as they are; the end is of the whole record."""
    body = {"kind": "loop", "i": 9, "frame": "cut"}
    got = (await proxy.whole(request(CHAT, body)))[2]
    begin = next(upstream.pieces(CHAT, body))
    assert got.startswith(begin), got[:len(begin)]
    last, done, rest = got.decode().rsplit("\n\n", 3)[-3:]
    assert (done, rest) == ("data: [DONE]", ""), got[-300:]
    last = json.loads(last[last.rindex("data: {") + len("data: "):])
    assert last["id"] == "id-9" and last["model"] == "m", last
    assert last["choices"][0]["finish_reason"] == "length", last


async def many(proxy, up):
    paths = [CHAT, CHAT, TEXT, OLLAMA]
    before = await stats(up)
    await asyncio.gather(*(one(proxy, paths[i // 2 % 4], i)
                           for i in range(64)))
    await until(lambda: stats(up), lambda s: s == {
        "open": 0, "finished": before["finished"] + 32,
        "cancelled": before["cancelled"] + 32})


async def plain(proxy, up):
    """What does not stream is what upstream says, byte for byte."""
    for raw in (request("/any", {"say": {"plain": {"a": "x" * 20000}}}),
                request("/bytes?n=3000000"), request("/nothing"),
                request("/moved"), request("/none"), request("/packed"),
                request("/bytes?n=1000", method="HEAD")):
        ours, theirs = await proxy.whole(raw), await up.whole(raw)
        for answer in ours, theirs:
            for name in "connection", "date", "keep-alive", "x-request-id":
                answer[1].pop(name, None)
        assert ours[0] == theirs[0] and ours[2] == theirs[2], ours[:2]
        assert ours[1] == theirs[1], (ours[1], theirs[1])


async def packed(proxy, up):
    """What a POST is answered is unpacked; a file that is fetched is not."""
    status, head, got = await proxy.whole(request("/packed", {"a": 1}))
    assert (status, got) == (200, b"abc" * 1000), (status, got[:40])
    assert "content-encoding" not in head, head


async def headers(proxy, up):
    more = ("Authorization: Bearer sk-secret\r\nX-Thing: a, b\r\n"
            "X-Empty:\r\nConnection: X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
            "Accept-Encoding: gzip\r\nUser-Agent: me/1\r\n")
    answer = await proxy.whole(request("/echo?key=secret&x=%2f..//",
                                       {"a": "b" * 100000}, "PATCH", more))
    got = json.loads(answer[2])
    want = json.dumps({"a": "b" * 100000}).encode()
    assert got["method"] == "PATCH"
    assert got["uri"] == "/echo?key=secret&x=%2f..//", got["uri"]
    assert (got["bytes"], got["crc"]) == (len(want), zlib.crc32(want))
    h = got["headers"]
    assert h["authorization"] == "Bearer sk-secret"
    assert h["x-thing"] == "a, b" and h["user-agent"] == "me/1"
    assert h["x-empty"] == "" and h["host"] == "127.0.0.1:%d" % up.port, h
    for name in "x-hop", "te", "accept-encoding", "content-type", "accept":
        assert name not in h, (name, h)


async def slow(proxy, up):
    """One who does not read hinders nobody, and loses nothing."""
    lazy = socket.socket()
    # less than a segment of the loopback (64 KiB), and the kernel itself waits
    # for long between its probes of the full window
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    lazy.connect(("127.0.0.1", proxy.port))
    body = {"kind": "healthy", "i": 1000, "words": 40000}
    lazy.sendall(request(CHAT, body))
    await asyncio.gather(*(one(proxy, CHAT, i) for i in range(8)))
    # upstream waits for the lazy one: it is far from its end
    assert (await stats(up))["open"] == 1
    reader, writer = await asyncio.open_connection(sock=lazy, limit=1 << 22)
    status, head = await read_head(reader)
    assert await read_body(reader, head) == upstream.answer(CHAT, body)
    writer.close()


async def dies(proxy, up):
    """Upstream breaks off: all it said arrives, and no end is made up."""
    body = {"kind": "dies", "i": 3}
    reader, writer = await proxy.open(request(CHAT, body))
    await read_head(reader)
    got = b""
    try:
        while True:
            data = await read_chunk(reader)
            assert data, "it looks as if it were complete"
            got += data
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    whole = upstream.answer(CHAT, {"i": 3})
    assert got == b"".join(p + b"\n\n" for p in whole.split(b"\n\n")[:20]), got
    writer.close()
    await one(proxy, CHAT, 2)


async def leaves(proxy, up):
    """The client goes away: upstream sees it, whatever it was doing."""
    before = (await stats(up))["cancelled"]
    for kind in {"kind": "loop", "pause_ms": 5}, {"kind": "silent"}:
        reader, writer = await proxy.open(request(CHAT, kind))
        if kind["kind"] == "loop":
            await read_head(reader)
            await read_chunk(reader)
        else:
            await until(lambda: stats(up), lambda s: s["open"] == 1)
        writer.transport.abort()
        before += 1
        await until(lambda: stats(up), lambda s: s["open"] == 0 and
                    s["cancelled"] == before)


async def limits(proxy, up):
    big = 33 * 1024 * 1024
    status, _, got = await proxy.whole(
        ("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" %
         big).encode())
    assert status == 413 and json.loads(got)["error"]["code"] == 413
    reader, writer = await proxy.open(
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n")
    block = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    for _ in range(33):
        writer.write(block)
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    status, head = await read_head(reader)
    assert status == 413, status
    writer.close()
    status, _, _ = await proxy.whole(
        request("/echo", more="X-Long: %s\r\n" % ("x" * 100000)))
    assert status == 431, status
    await one(proxy, CHAT, 4)


async def kept(proxy, up):
    """Several requests on one connection."""
    reader, writer = await proxy.open(b"")
    for i in range(6):
        body = {"kind": "loop" if i % 2 else "healthy", "i": i}
        writer.write(request(CHAT, body))
        status, head = await read_head(reader)
        got = await read_body(reader, head)
        if i % 2:
            check_stopped(CHAT, i, got)
        else:
            assert got == upstream.answer(CHAT, body)
    writer.close()


async def down(proxy, up):
    status, _, got = await proxy.whole(request(CHAT, {"kind": "healthy"}))
    error = json.loads(got)["error"]
    assert status == 502 and error["code"] == 502, (status, got)


# Heads that two servers could understand in two ways: lines of a POST.
UNCLEAR = [[line] for line in (
    "Transfer-Encoding : chunked", "Content-Length : 7",
    "Content-Length\t: 7", "X y: 1", "X(y: 1", "X@: 1", "X\x01: 1",
    "\xe9: 1", '"X": 1', "X/Y: 1", "X,: 1", "X[]: 1", "X{}: 1", "X\x7f: 1",
    "X;: 1", "X=: 1", "X?: 1", "<X>: 1", "X\\: 1",
    "X: a\rb", "X: a\rContent-Length: 7", "X: a\x01b", "X: a\x7f",
    "X: a\x1bb", "X: a\x0bb", "X: a\x08b",
    "Content-Length: -1", "Content-Length: +7", "Content-Length: 0x7",
    "Content-Length: 7 7", "Content-Length: 7,7", "Content-Length: 7, 8",
    "Content-Length: 7a", "Content-Length: 7.0", "Content-Length: 1e1",
    "Content-Length: " + "9" * 30,
    "Transfer-Encoding: x", "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity",
    "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked;q=1",
    'Transfer-Encoding: "chunked"', "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: chunked\x0b", "Transfer-Encoding: \x0bchunked",
    "Host: y", "no colon")] + [
    ["Content-Length: " + a, "Content-Length: " + b]
    for a, b in (("7", "8"), ("8", "7"), ("0", "7"), ("7", "07"))] + [
    ["Transfer-Encoding: " + a, "Transfer-Encoding: " + b]
    for a, b in (("chunked", "chunked"), ("chunked", "x"), ("x", "chunked"))
] + [["Content-Length: 7", "Transfer-Encoding: chunked"],
     ["Transfer-Encoding: chunked", "Content-Length: 7"],
     ["transfer-encoding: Chunked", "CONTENT-LENGTH: 0"]]
LINES = ["G(T / HTTP/1.1", "G@T / HTTP/1.1", "GET /a\rb HTTP/1.1",
         "GET /a b HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\x7f HTTP/1.1",
         "GET http://x/ HTTP/1.1", "GET / HTTP/1.1 x"]


async def unclear(proxy, up):
    """Refused at once, and whatever follows is not read."""
    heads = ["\r\n".join(["POST /echo HTTP/1.1", "Host: x"] + lines)
             for lines in UNCLEAR] + [
        line + "\r\nHost: x" for line in LINES] + [
        "GET /echo HTTP/1.1\r\nX: no host",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked"]
    assert len(heads) >= 64
    for head in heads:
        reader, writer = await proxy.open(
            head.encode("latin-1") + b"\r\n\r\n0\r\n\r\n" +
            request("/smuggled"))
        try:
            got = await asyncio.wait_for(reader.read(), 5)
        except ConnectionError:
            got = b"reset"
        said = set(re.findall(rb"HTTP/1\.. (\d+)", got))
        assert got == b"reset" or \
            said in ({b"400"}, {b"413"}, {b"501"}), (head, got)
        writer.close()
    await one(proxy, CHAT, 2)


async def odd(proxy, up):
    """Whatever upstream says: an answer or a refusal, asked for once."""
    before = json.loads((await up.whole(request("/odds")))[2])
    for i, (said, status, want) in enumerate(upstream.ODD):
        try:
            got = await proxy.whole(request("/odd/%d" % i, {"a": 1}))
        except asyncio.IncompleteReadError:
            got = status, {}, None
        assert got[0] == status, (i, said[:60], got)
        if status != 502:
            assert got[2] == want, (i, said[:60], got)
        else:
            assert json.loads(got[2])["error"]["code"] == 502, (i, got)
    asked = json.loads((await up.whole(request("/odds")))[2])
    assert asked == [n + 1 for n in before], asked
    await one(proxy, CHAT, 2)


async def streaming(proxy, up):
    """Each record comes when it was sent, not at the end."""
    body = {"kind": "healthy", "i": 5, "pause_ms": 20, "words": 10}
    reader, writer = await proxy.open(request(CHAT, body))
    await read_head(reader)
    await read_chunk(reader)
    assert (await stats(up))["open"] == 1
    writer.close()
    await until(lambda: stats(up), lambda s: s["open"] == 0)


async def closed(reader, least_s=0, most_s=10):
    """Waits until the other side closes, which takes so long."""
    began = time.monotonic()
    try:
        while await asyncio.wait_for(reader.read(1 << 16), most_s):
            pass
    except ConnectionError:
        pass
    took = time.monotonic() - began
    assert least_s <= took <= most_s, took


async def crowd(proxy, up):
    """As many connections as there may be, without a word; then a dozen with
    half a word: each that asks is served."""
    idle = [await proxy.open(b"") for _ in range(8)]
    await one(proxy, CHAT, 1)
    await closed(idle[0][0], most_s=0.9)
    half = [await proxy.open(b"POST /v1/chat") for _ in range(12)]
    await asyncio.gather(*(one(proxy, CHAT, i) for i in range(2)))
    for _, writer in idle + half:
        writer.close()


async def full(proxy, up):
    """Those who wait for an answer keep their place."""
    before = (await stats(up))["cancelled"]
    running = [await proxy.open(request(CHAT, {"kind": "silent"}))
               for _ in range(8)]
    await until(lambda: stats(up), lambda s: s["open"] == 8)
    status, headers, got = await proxy.whole(request("/echo"))
    assert status == 503 and headers["connection"] == "close", got
    for _, writer in running:
        writer.transport.abort()
    await until(lambda: stats(up), lambda s: s["open"] == 0 and
                s["cancelled"] == before + 8)
    await one(proxy, CHAT, 2)


async def idlers(proxy, up):
    async def dribble(raw, piece):
        reader, writer = await proxy.open(raw)
        shut = asyncio.ensure_future(closed(reader, 0.8, 4))
        while not shut.done():
            writer.write(piece)
            await asyncio.sleep(0.1)
        await shut

    async def kept_idle():
        reader, writer = await proxy.open(request("/echo"))
        await read_body(reader, (await read_head(reader))[1])
        await closed(reader, 1.8, 5)

    async def waits():
        """One who waits for an answer is not idle."""
        body = {"i": 7, "pause_ms": 150, "words": 20}
        got = (await proxy.whole(request(CHAT, body)))[2]
        assert got == upstream.answer(CHAT, body)

    await asyncio.gather(
        dribble(b"GET /echo HTTP/1.1\r\nX: ", b"x"), dribble(b"G", b"E"),
        dribble(b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: 1000\r\n\r\n", b"x"),
        kept_idle(), waits())


async def hosts(proxy, up):
    """A page cannot have its own name point here and be served."""
    for host, status in (
            ("localhost", 200), ("LOCALHOST:%d" % proxy.port, 200),
            ("127.0.0.1:80", 200), ("127.9.9.9", 200), ("[::1]:80", 200),
            ("me.localhost", 200), ("guard.example", 200),
            ("other.example:99", 200), ("evil.example", 403),
            ("127.0.0.1.evil.example", 403), ("localhost.evil", 403),
            ("evil.guard.example", 403), ("[::2]", 403), ("", 403),
            ("192.168.1.1", 403)):
        raw = request("/echo").replace(b"localhost", host.encode(), 1)
        assert (await proxy.whole(raw))[0] == status, host
    raw = request("/echo", more="Origin: https://evil.example\r\n")
    got = json.loads((await proxy.whole(raw))[2])["headers"]
    assert got["origin"] == "https://evil.example", got
    assert got["host"] == "127.0.0.1:%d" % up.port, got


async def names(proxy, up):
    """A request has one name for its client, for upstream and in the log."""
    raw = request("/echo", more="X-Request-ID: mine-1\r\n")
    status, headers, got = await proxy.whole(raw)
    assert headers["x-request-id"] == "mine-1"
    assert json.loads(got)["headers"]["x-request-id"] == "mine-1"
    ids = set()
    for _ in range(3):
        status, headers, got = await proxy.whole(request("/echo"))
        assert json.loads(got)["headers"]["x-request-id"] == \
            headers["x-request-id"]
        ids.add(headers["x-request-id"])
    assert len(ids) == 3, ids


async def one_address(proxy, up):
    held = [await proxy.open(b"") for _ in range(4)]
    reader, writer = await proxy.open(request("/echo"))
    await closed(reader, most_s=2)
    writer.close()
    held.pop()[1].close()
    async def again():
        try:
            return (await proxy.whole(request("/echo")))[0]
        except (ConnectionError, asyncio.IncompleteReadError):
            return None
    await until(again, lambda status: status == 200)


async def metrics(proxy, up):
    """Each number is what was done; labels are bounded and escaped."""
    async def ask():
        status, headers, got = await proxy.whole(request("/lilscope/metrics"))
        assert status == 200 and headers["content-type"] == \
            "text/plain; version=0.0.4; charset=utf-8", headers
        return prometheus.parse(got.decode())

    def count(name, **labels):
        name = "lilscope_" + name
        return (prometheus.total(after, name, **labels) -
                prometheus.total(before, name, **labels))

    async def chat(model, kind, **more):
        body = {"kind": kind, "i": 3, "model": model, **more}
        return await proxy.whole(request(CHAT, body))

    before = await ask()
    assert (await proxy.whole(request("/lilscope/health")))[2] == \
        b'{"status":"ok"}\n'
    for path in "", "x", "metricsx", "health/":
        assert (await proxy.whole(request("/lilscope/" + path)))[0] == 404
    whole = await chat("a", "healthy", words=300)
    n_bytes = len(whole[2])
    for _ in range(2):
        n_bytes += len((await chat("a", "healthy", words=900))[2])
    stopped = len((await chat("a", "loop", max_tokens=10000))[2])
    await chat('q"\\\n{}', "healthy", words=5)
    await proxy.whole(request("/nothing", {"model": "not answered"}))
    try:
        await chat("a", "dies")
    except asyncio.IncompleteReadError:
        pass
    await proxy.whole(request("/odd/0", {"model": "a"}))
    for i in range(40):
        await chat("m%d" % i, "healthy", words=1)
    after = await ask()
    a = {"model": "a", "rule": "guardian"}
    assert count("requests_total") == 3 + 1 + 1 + 1 + 2 + 40, after
    assert count("requests_total", **a) == 5, after
    assert count("requests_total", model='q"\\\n{}') == 1, after
    models = {dict(labels)["model"] for (name, labels) in after
              if name == "lilscope_requests_total"}
    assert len(models) <= 33 and "not answered" not in models, models
    assert count("requests_total", model="other") >= 1 + 40 - 32, after
    assert count("stops_total") == count("stops_total", **a) == 1, after
    tokens = count("tokens_total", **a)
    assert tokens > 3 * 300, tokens
    # a loop is stopped about its 500th token
    saved = count("saved_tokens_total", against="max_tokens")
    assert 9000 < saved <= 9500, saved
    assert count("saved_tokens_total", against="median") > 900, after
    assert count("passed_bytes_total", **a) > n_bytes + stopped
    assert count("upstream_errors_total") == 2, after
    assert count("streams_total", **a) == 5, after
    assert count("answers_total", **{"class": "4xx"}) == 1, after
    assert count("answers_total", **{"class": "5xx"}) == 1, after
    assert count("added_latency_seconds_count") > 40, after
    assert after["lilscope_streams_open", ()] == 0, after
    assert after["lilscope_draining", ()] == 0, after


def rss_kb(pid):
    for line in open("/proc/%s/status" % pid):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])


async def soak(proxy, up, seconds, pid):
    """Everything at once, again and again; memory does not grow."""
    began = time.monotonic()
    seen = []
    while time.monotonic() - began < float(seconds):
        await asyncio.gather(*(one(proxy, [CHAT, TEXT, OLLAMA][i % 3], i)
                               for i in range(64)))
        for scenario in plain, slow, dies, leaves, limits, kept:
            await scenario(proxy, up)
        seen.append(rss_kb(pid))
    half = len(seen) // 2
    first, second = max(seen[:half] or seen), max(seen[half:])
    print("%d rounds; resident after the first one %d kB, at most %d kB in "
          "the first half, %d kB in the second" %
          (len(seen), seen[0], first, second))
    assert second <= first * 1.1 + 1024, "it grows"


async def main(scenario, proxy_port, up_port, *more):
    work = globals()[scenario](Ask(int(proxy_port)), Ask(int(up_port)), *more)
    await asyncio.wait_for(work, float(more[0]) + 120 if more else 20)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
