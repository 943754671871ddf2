"""A server that replays recorded streams, for the tests of URLs.

    replay.py LOG [CERT KEY]    prints its port, and that of TLS if there is
                                a certificate; serves until standard input ends

GET or POST /file?path=FILE sends the file with
    framing=chunked|length|close   HTTP/1.1 chunks, a length, or neither
    step=N       so many bytes at a time (N and N+1 and so on by turns)
    pause_ms=N   between the steps
    cut=N        breaks off after N bytes
    gzip=1       Content-Encoding: gzip
and further /redirect...?to=URI, /round (to itself), /refuse?status=N[&retry=S], /page (an
error as a page), /loop (an endless stream), /strict/... (refuses fields it
does not know). Every request is a JSON line of LOG; so is how it ended.
"""
import asyncio
import json
import ssl
import sys
import urllib.parse
import zlib

LOOP = "So x = 7. Wait, let me check that again. "
REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized",
           404: "Not Found", 500: "Internal Server Error"}
log = None


def note(**what):
    log.write(json.dumps(what) + "\n")
    log.flush()


def head(status, **headers):
    lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Status"))]
    lines += ["%s: %s" % (k.replace("_", "-"), v) for k, v in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def whole(status, data, kind="application/json", **more):
    return head(status, Content_Type=kind, Connection="close",
                Content_Length=len(data),
                **more) + data


def chunk(text):
    return json.dumps({"id": "x", "object": "chat.completion.chunk",
                       "created": 1, "model": "m", "choices": [
                           {"index": 0, "delta": {"content": text},
                            "finish_reason": None}]})


async def send_file(writer, q):
    data = open(q["path"], "rb").read()
    step, pause = int(q.get("step", 65536)), float(q.get("pause_ms", 0))
    framing, cut = q.get("framing", "chunked"), int(q.get("cut", len(data)))
    headers = {"Content_Type": "text/event-stream", "Connection": "close"}
    if q.get("gzip"):
        packer = zlib.compressobj(wbits=31)
        data = packer.compress(data) + packer.flush()
        headers["Content_Encoding"] = "gzip"
    if framing == "chunked":
        headers["Transfer_Encoding"] = "chunked"
    elif framing == "length":
        headers["Content_Length"] = len(data)
    writer.write(head(200, **headers))
    at = n = 0
    end = min(cut, len(data))
    while at < end:
        piece = data[at:min(at + step + n % 3, end)]
        at, n = at + len(piece), n + 1
        if framing == "chunked":
            piece = b"%x\r\n%s\r\n" % (len(piece), piece)
        writer.write(piece)
        await writer.drain()
        if pause:
            await asyncio.sleep(pause / 1000)
    if "cut" in q:
        return
    if framing == "chunked":
        writer.write(b"0\r\n\r\n")
    await writer.drain()


async def send_loop(writer, body):
    writer.write(head(200, Content_Type="text/event-stream"))
    n = 0
    try:
        while True:
            for word in LOOP.split(" ")[:-1]:
                writer.write(("data: %s\n\n" % chunk(word + " ")).encode())
                n += 1
            await writer.drain()
            await asyncio.sleep(0.001)
    except (ConnectionError, OSError):
        note(cancelled=n)


async def respond(writer, method, uri, headers, body):
    path, _, query = uri.partition("?")
    q = dict(urllib.parse.parse_qsl(query))
    note(method=method, uri=uri, headers=headers, body=body.decode())
    if path == "/file":
        await send_file(writer, q)
    elif path.startswith("/redirect"):
        writer.write(whole(302, b"", Location=q["to"]))
    elif path == "/round":
        writer.write(whole(302, b"", Location="/round"))
    elif path == "/refuse":
        writer.write(whole(int(q["status"]), json.dumps({"error": {
            "message": "no such \x1b[31mkey here", "code": 1}}).encode(),
            **({"Retry_After": q["retry"]} if "retry" in q else {})))
    elif path == "/page":
        writer.write(whole(500, b"<html>sorry", "text/html"))
    elif path == "/loop":
        await send_loop(writer, body)
    elif path.startswith("/strict") and b"return_token_ids" in body:
        writer.write(whole(400, b'{"error":"unknown field"}'))
    else:
        data = "".join("data: %s\n\n" % chunk(word)
                       for word in ("It", " is", " 42", "."))
        writer.write(whole(200, data.encode() + b"data: [DONE]\n\n",
                           "text/event-stream"))
    await writer.drain()


async def serve(reader, writer):
    try:
        text = await reader.readuntil(b"\r\n\r\n")
        request, *lines = text.decode("latin-1").split("\r\n")
        headers = {}
        for line in filter(None, lines):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, uri, _ = request.split(" ")
        await respond(writer, method, uri, headers, body)
    except (ConnectionError, OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main(path, cert=None, key=None):
    global log
    log = open(path, "w")
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    ports = [server.sockets[0].getsockname()[1]]
    if cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        secure = await asyncio.start_server(serve, "127.0.0.1", 0,
                                            ssl=context)
        ports.append(secure.sockets[0].getsockname()[1])
    print(*ports, flush=True)
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    loop.add_reader(0, lambda: sys.stdin.buffer.read1(1) or end.set())
    await end.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
