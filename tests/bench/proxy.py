#!/usr/bin/env python3
"""What the proxy adds: proxy.py LILSCOPE [STREAMS [SECONDS]]

STREAMS answers at once, each of RATE events a second with the time in it,
read by as many clients: directly, through the guard, through a bare nginx that
does not buffer (where there is one), in this order and once more. For each the
delay of an event at its client, and of both proxies memory and processor time
a stream. Ends with 1 when the guard is over a limit below.
"""
import asyncio
import multiprocessing
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

RATE = 10            # events a second, of each stream
TICKS = 20           # pieces a second of which a part of the streams get one
WARM_S = 1
# Added to the delay without a proxy, and what a stream takes.
MEDIAN_MAX_MS = 2.0
P99_MAX_MS = 40.0
STREAM_MAX_KB = 256

ASK = b'{"model":"m","stream":true}'
EVENT = (b'data: {"id":"x","model":"m","choices":[{"index":0,"delta":'
         b'{"content":"%08x "}}],"t":%d}\n\n')


def serve(port_out):
    """Upstream: a stream for every request."""
    writers = []
    r = random.Random(1)

    async def on_client(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(ASK))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n")
        writers.append(writer)

    async def main():
        server = await asyncio.start_server(on_client, "127.0.0.1", 0,
                                            backlog=2048)
        port_out.send(server.sockets[0].getsockname()[1])
        every = RATE * TICKS
        n = 0
        began = time.monotonic()
        while True:
            n += 1
            await asyncio.sleep(max(0, began + n / every - time.monotonic()))
            for writer in writers[n % TICKS::TICKS]:
                data = EVENT % (r.getrandbits(32), time.monotonic_ns())
                writer.write(b"%x\r\n%s\r\n" % (len(data), data))
            writers[:] = [w for w in writers if not w.is_closing()]

    asyncio.run(main())


async def listen(port, n, seconds):
    """Clients: the delays of all their events, in ms."""
    delays = []
    warm = [None]

    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\n"
                     b"Host: localhost\r\nContent-Length: %d\r\n\r\n%s" %
                     (len(ASK), ASK))
        try:
            await reader.readuntil(b"\r\n\r\n")
            while True:
                line = await reader.readuntil(b"\n")
                now = time.monotonic_ns()
                if line.startswith(b"data:") and warm[0]:
                    sent = int(line[line.rindex(b":") + 1:].rstrip(b"}\n"))
                    delays.append((now - sent) / 1e6)
        finally:
            writer.close()

    tasks = []
    for _ in range(n):
        tasks.append(asyncio.ensure_future(one()))
        await asyncio.sleep(0.001)
    await asyncio.sleep(WARM_S)
    warm[0] = True
    await asyncio.sleep(seconds)
    lost = [t for t in tasks if t.done()]
    for t in tasks:
        t.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not lost, "%d streams broke off: %r" % (len(lost),
                                                   lost[0].exception())
    assert len(delays) > n * RATE * seconds * 0.9, len(delays)
    return sorted(delays)


def usage(pid):
    """Resident kB and processor seconds of a process and its children."""
    kb = ticks = 0
    children = open("/proc/%d/task/%d/children" % (pid, pid)).read().split()
    for each in [str(pid)] + children:
        for line in open("/proc/%s/status" % each):
            if line.startswith("VmRSS:"):
                kb += int(line.split()[1])
        stat = open("/proc/%s/stat" % each).read().rsplit(")", 1)[1].split()
        ticks += int(stat[11]) + int(stat[12])
    return kb, ticks / os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_guard(program, up_port, folder):
    port = free_port()
    p = subprocess.Popen([program, "guard", "--listen", "127.0.0.1:%d" % port,
                          "--connections", "2048", "--upstream",
                          "http://127.0.0.1:%d" % up_port],
                         stderr=open(folder + "/guard.log", "wb"))
    return p, port


def start_nginx(program, up_port, folder):
    port = free_port()
    with open(folder + "/nginx.conf", "w") as f:
        f.write("""
daemon off; worker_processes 1; pid %s/pid; error_log %s/error.log;
%s
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s;
	uwsgi_temp_path %s; scgi_temp_path %s;
	server {
		listen 127.0.0.1:%d backlog=2048;
		location / {
			proxy_pass http://127.0.0.1:%d;
			proxy_http_version 1.1;
			proxy_buffering off;
		}
	}
}
""" % ((folder, folder, "user root;" if os.getuid() == 0 else "") +
                (folder,) * 5 + (port, up_port)))
    p = subprocess.Popen([program, "-p", folder, "-c", folder + "/nginx.conf"],
                         stderr=subprocess.DEVNULL)
    return p, port


def wait_for(port):
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("nobody listens")


async def measure(start, program, up_port, folder, n, seconds):
    if not start:
        return await listen(up_port, n, seconds), 0, 0
    p, port = start(program, up_port, folder)
    try:
        wait_for(port)
        before_kb, _ = usage(p.pid)
        work = asyncio.ensure_future(listen(port, n, seconds))
        await asyncio.sleep(n * 0.001 + WARM_S + seconds / 2)
        _, s0 = usage(p.pid)
        await asyncio.sleep(seconds / 4)
        kb, s1 = usage(p.pid)
        return await work, (kb - before_kb) / n, (s1 - s0) / (seconds / 4)
    finally:
        p.send_signal(signal.SIGTERM)
        p.wait()


def main(program, n=512, seconds=8):
    n, seconds = int(n), float(seconds)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    port_in, port_out = multiprocessing.Pipe()
    up = multiprocessing.Process(target=serve, args=(port_out,), daemon=True)
    up.start()
    up_port = port_in.recv()
    rows = [("directly", None, None), ("guard", start_guard, program)]
    if nginx:
        rows.append(("nginx", start_nginx, nginx))
    else:
        print("nginx is not here (nginx-light): the guard stands alone")
    print("%d streams of %d events a second" % (n, RATE))
    print("%-10s %10s %8s %8s %12s %10s" % (
        "through", "median ms", "p99 ms", "max ms", "kB a stream",
        "of a core"))
    best = {}
    for _ in range(2):
        for name, start, what in rows:
            with tempfile.TemporaryDirectory() as folder:
                delays, kb, cpu = asyncio.run(measure(
                    start, what, up_port, folder, n, seconds))
            median = delays[len(delays) // 2]
            p99 = delays[int(len(delays) * 0.99)]
            print("%-10s %10.2f %8.2f %8.2f %12.1f %9.0f%%" % (
                name, median, p99, delays[-1], kb, cpu * 100), flush=True)
            old = best.get(name, (1e9, 1e9, 1e9))
            best[name] = tuple(map(min, old, (median, p99, kb)))
    up.terminate()
    added = [best["guard"][i] - best["directly"][i] for i in range(2)]
    print("the guard adds %.2f ms in the median, %.2f ms at p99" %
          tuple(added))
    bad = added[0] > MEDIAN_MAX_MS or added[1] > P99_MAX_MS or \
        best["guard"][2] > STREAM_MAX_KB
    if bad:
        print("that is over %.0f ms, %.0f ms, or %d kB a stream" %
              (MEDIAN_MAX_MS, P99_MAX_MS, STREAM_MAX_KB))
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
