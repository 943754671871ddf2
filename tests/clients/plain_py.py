"""Clients without an SDK: curl, HTTP/1.0, one connection for all."""
import http.client
import json
import socket
import subprocess
import urllib.parse

from client import ASK, call, main, said


class StatusError(Exception):
    pass


def body(model, stream):
    return json.dumps({"model": model, "stream": stream, "messages": [
        {"role": "user", "content": ASK}],
        **({"stream_options": {"include_usage": True}} if stream else {})})


def port(base):
    return urllib.parse.urlsplit(base).port


def counts(usage):
    return usage and (usage["prompt_tokens"], usage["completion_tokens"])


def plain(status, text):
    if status != 200:
        e = StatusError(text)
        e.status_code = status
        raise e
    r = json.loads(text)
    m = r["choices"][0]["message"]
    return said(m["content"], r["choices"][0]["finish_reason"],
                counts(r.get("usage")), m.get("reasoning_content"))


def streamed(status, text):
    if status != 200:
        return plain(status, text)
    events = text.split("\n\n")
    if events[-2:] != ["data: [DONE]", ""]:
        raise EOFError("no end")
    out, thinking, finish, usage = "", "", None, None
    for event in events[:-2]:
        if event.startswith(":"): # a comment
            continue
        chunk = json.loads(event[len("data: "):])
        usage = counts(chunk.get("usage")) or usage
        for c in chunk["choices"]:
            out += c["delta"].get("content") or ""
            thinking += c["delta"].get("reasoning_content") or ""
            finish = c["finish_reason"] or finish
    return said(out, finish, usage, thinking)


def curl(base, model, stream, *args):
    r = subprocess.run(
        ["curl", "-sS", "-N", "--max-time", "60", "-w",
         "%{stderr}%{http_code}",
         "-H", "Content-Type: application/json", "-d", body(model, stream),
         *args, base + "/v1/chat/completions"],
        capture_output=True, text=True)
    if r.returncode:
        raise EOFError("curl: %d" % r.returncode)
    return (streamed if stream else plain)(int(r.stderr), r.stdout)


@call("text", "chat")
def curl_plain(base, model):
    return curl(base, model, False)


@call("text", "chat")
def curl_stream(base, model):
    return curl(base, model, True)


@call("text", "chat")
def curl_gzip_stream(base, model):
    return curl(base, model, True, "--compressed")


@call("text", "chat")
def curl_chunked_request(base, model):
    return curl(base, model, False, "-H", "Transfer-Encoding: chunked")


@call("text", "chat")
def curl_http10_stream(base, model):
    return curl(base, model, True, "--http1.0", "--compressed")


@call("text", "chat")
def http10(base, model):
    """No Host and no chunks: the end of the connection is the end."""
    data = body(model, True).encode()
    with socket.create_connection(("127.0.0.1", port(base)), 60) as s:
        s.sendall(b"POST /v1/chat/completions HTTP/1.0\r\n"
                  b"Content-Type: application/json\r\n"
                  b"Content-Length: %d\r\n\r\n" % len(data) + data)
        r = http.client.HTTPResponse(s)
        r.begin()
        return streamed(r.status, r.read().decode())


kept = {}


@call("text", "chat")
def keep_alive(base, model):
    """The same connection, call after call."""
    c = kept.get(base) or kept.setdefault(
        base, http.client.HTTPConnection("127.0.0.1", port(base), timeout=60))
    c.request("POST", "/v1/chat/completions", body(model, False),
              {"Content-Type": "application/json"})
    r = c.getresponse()
    text = r.read()
    return plain(r.status, text.decode())


@call("close", "chat")
def curl_leaves(base, model):
    """It reads a little, and goes."""
    r = subprocess.Popen(
        ["curl", "-sS", "-N", "-d", body(model, True),
         base + "/v1/chat/completions"], stdout=subprocess.PIPE)
    r.stdout.read(100)
    r.kill()
    r.wait()
    r.stdout.close()
    return said()


@call("wait", "chat")
def leaves_before_answer(base, model):
    data = body(model, False).encode()
    with socket.create_connection(("127.0.0.1", port(base)), 60) as s:
        s.sendall(b"POST /v1/chat/completions HTTP/1.1\r\n"
                  b"Host: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" %
                  len(data) + data)
        s.settimeout(0.2)
        try:
            s.recv(1)
        except socket.timeout:
            pass
    return said()


if __name__ == "__main__":
    main(globals())
