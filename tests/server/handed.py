"""handed.py PROGRAM UPSTREAM-PORT: a service manager, as far as the guard
sees one: a socket is handed over, and what it says is heard."""
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile

program, up_port = sys.argv[1:]


def start(folder, listen, fds, **more):
    """The guard as systemd starts it, its socket as descriptor 3."""
    def prepare():
        if listen is not None and listen.fileno() != 3:
            os.dup2(listen.fileno(), 3)
        os.set_inheritable(3, True) if listen is not None else None
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.execve(program, [program, "guard", "--listen", "systemd",
                            "--upstream", "http://127.0.0.1:" + up_port],
                  {**os.environ, "LISTEN_FDS": fds, **more})
    pid = os.fork()
    if pid == 0:
        try:
            sys.stderr.flush()
            err = os.open(folder + "/err", os.O_CREAT | os.O_WRONLY, 0o600)
            os.dup2(err, 2)
            prepare()
        finally:
            os._exit(99)
    return pid


with tempfile.TemporaryDirectory() as folder:
    listen = socket.socket()
    listen.bind(("127.0.0.1", 0))
    listen.listen()
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.settimeout(10)
    heard.bind(folder + "/notify")
    port = listen.getsockname()[1]
    pid = start(folder, listen, "1", NOTIFY_SOCKET=folder + "/notify")
    assert heard.recv(100) == b"READY=1\n"
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    c.request("GET", "/stats")
    assert c.getresponse().status == 200
    c.close()
    os.kill(pid, signal.SIGTERM)
    assert heard.recv(100) == b"STOPPING=1\n"
    assert os.waitpid(pid, 0)[1] == 0
    said = open(folder + "/err").read()
    assert "listening on http://127.0.0.1:%d, before" % port in said, said
    # the socket is the manager's: who comes meanwhile waits in it
    socket.create_connection(("127.0.0.1", port)).close()
    # what is no socket that listens
    other = open(folder + "/err")
    pid = start(folder, other, "1")
    assert os.waitpid(pid, 0)[1] == 2 << 8
    assert "no socket that listens" in open(folder + "/err").read()
