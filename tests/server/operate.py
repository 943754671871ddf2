"""What an operator does to a proxy while clients ask it:
operate.py SCENARIO PROXY-PORT UPSTREAM-PORT PID [FILE]"""
import asyncio
import json
import os
import signal
import sys
import time

import upstream
from ask import (Ask, CHAT, closed, one, read_body, read_chunk, read_head,
                 request, stats, until)

LONG = {"kind": "healthy", "i": 11, "pause_ms": 20, "words": 100}


def records(got):
    events = got.decode().split("\n\n")
    assert events[-1] == "" and events[-2] == "data: [DONE]", events[-3:]
    return [json.loads(e[len("data: "):]) for e in events[:-2]
            if e.startswith("data: ")]


HELD = [] # a writer that nobody holds closes its connection


async def running(proxy, up, body):
    """A stream whose first record has come."""
    reader, writer = await proxy.open(request(CHAT, body))
    HELD.append(writer)
    status, head = await read_head(reader)
    return head, reader, await read_chunk(reader)


async def draining(proxy):
    """It says so, and takes no new requests."""
    async def health():
        return (await proxy.whole(request("/lilscope/health")))[0]
    await until(health, lambda status: status == 503)
    status, head, got = await proxy.whole(request("/lilscope/health"))
    assert got == b'{"status":"draining"}\n', got
    status, head, got = await proxy.whole(request("/echo"))
    assert (status, head["connection"]) == (503, "close"), (status, head)
    # refused is not skipped
    status, head, got = await proxy.whole(request("/lilscope/metrics"))
    skipped = [line for line in got.decode().splitlines()
               if line.startswith("lilscope_skipped_total{")]
    assert skipped and all(line.endswith(" 0") for line in skipped), skipped


async def drain(proxy, up, pid):
    """What is open comes to its end."""
    head, reader, first = await running(proxy, up, LONG)
    os.kill(pid, signal.SIGTERM)
    await draining(proxy)
    got = first + await read_body(reader, head)
    assert got == upstream.answer(CHAT, LONG), len(got)


def check_cut(got, body):
    got = records(got)
    last = got[-1]["choices"][0]
    assert last["finish_reason"] == "length", got[-1]
    assert len(got) >= 2 and got[-1]["id"] == "id-%d" % body["i"], got[-1]
    assert all(r["choices"][0]["finish_reason"] is None for r in got[:-1])
    text = "".join(r["choices"][0]["delta"].get("content", "") for r in got)
    assert "".join(upstream.words(body)).startswith(text), text


async def limit(proxy, up, pid):
    """--drain 1: what is open then is ended, well-formed; whatever record is
    at hand, and if none is."""
    slow = {**LONG, "words": 10000}
    still = {**LONG, "i": 12, "pause_ms": 100000}
    plain = asyncio.ensure_future(proxy.whole(request(
        CHAT, {**slow, "stream": False})))
    open_ones = [await running(proxy, up, b) for b in (slow, still)]
    silent, writer = await proxy.open(request(CHAT, {"kind": "silent"}))
    HELD.append(writer)
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    for body, (head, reader, first) in zip((slow, still), open_ones):
        got = first + await read_body(reader, head)
        if body is slow:
            check_cut(got, body)
        else:
            assert records(got)[-1]["choices"][0]["finish_reason"] == "length"
    await closed(silent)
    status, head, got = await plain
    got = json.loads(got)["choices"][0]
    assert status == 200 and got["finish_reason"] == "length", got
    assert got["message"]["content"], got
    took = time.monotonic() - began
    assert 0.9 < took < 4, took


async def twice(proxy, up, pid):
    """--drain 60, and a second SIGTERM."""
    body = {**LONG, "words": 10000}
    head, reader, first = await running(proxy, up, body)
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    await draining(proxy)
    os.kill(pid, signal.SIGTERM)
    check_cut(first + await read_body(reader, head), body)
    assert time.monotonic() - began < 5


async def reload(proxy, up, pid, config):
    """SIGHUP: the next requests are asked by what the file says now, those
    that run are not."""
    async def loop(model):
        body = {"kind": "loop", "i": 5, "model": model}
        got = records((await proxy.whole(request(CHAT, body)))[2])
        return got[-1]["choices"][0]["finish_reason"], len(got)

    async def again(text):
        with open(config, "w") as f:
            f.write(text)
        os.kill(pid, signal.SIGHUP)

    reason, n = await loop("b")
    assert reason == "one" and 300 < n < 1000, (reason, n)
    assert await loop("qwen-1") == ("two", n)
    head, reader, first = await running(proxy, up, LONG)
    before = open(config).read()
    await again("finish-reason = three\n" + before[before.index("listen"):])
    async def reason_now():
        return (await loop("b"))[0]
    await until(reason_now, lambda reason: reason == "three")
    assert (await loop("qwen-1"))[0] == "two"
    # a bad file changes nothing, and is told
    await again("f = much\n")
    await one(proxy, CHAT, 2)
    assert (await loop("b"))[0] == "three"
    got = first + await read_body(reader, head)
    assert got == upstream.answer(CHAT, LONG)


async def rotate(proxy, up, pid, report):
    """SIGHUP: a report that was moved away is made anew."""
    await one(proxy, CHAT, 2)
    os.rename(report, report + ".1")
    await one(proxy, CHAT, 4)
    os.kill(pid, signal.SIGHUP)
    async def there():
        await one(proxy, CHAT, 6)
        return os.path.exists(report) and len(open(report).readlines())
    await until(there, lambda n: n)
    assert len(open(report + ".1").readlines()) >= 2


async def loops(proxy, up, pid):
    await one(proxy, CHAT, 1)


async def many(proxy, up, pid):
    """200 at once, each byte as upstream sent it."""
    async def same(i):
        body = {"i": i, "words": 300}
        got = (await proxy.whole(request(CHAT, body)))[2]
        assert got == upstream.answer(CHAT, body), i
    await asyncio.gather(*(same(i) for i in range(200)))
    assert (await stats(up))["open"] == 0


async def main(scenario, proxy_port, up_port, pid, *more):
    work = globals()[scenario](Ask(int(proxy_port)), Ask(int(up_port)),
                               int(pid), *more)
    await asyncio.wait_for(work, 120)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
