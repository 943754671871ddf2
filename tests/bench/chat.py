#!/usr/bin/env python3
"""chat.py - our prompts beside llama-server's, template by template.

	chat.py CHAT_IDS LLAMA_SERVER MODEL.gguf TEMPLATES

TEMPLATES is a folder of templates of public models (*.jinja), as llama.cpp has
it in models/templates; MODEL.gguf is whose tokenizer makes ids of both. For
each template a server is started with it, and asked for each conversation what
the prompt is (/apply-template) and its ids (/tokenize). One row a template;
exit status 1 if any of those that the server runs differs.
"""
import glob
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

U, A, S = "user", "assistant", "system"
CONVERSATIONS = [
    [(U, "Why is the sky blue?")],
    [(S, "Be brief."), (U, "Name 3 < 4 primes & \"more\".")],
    [(U, " Hello!\n"), (A, "Hi.\n"), (U, "Grüße, 日本 🎉")],
    [(S, "You count."), (U, "1"), (A, "2"), (U, "3"), (A, "4"), (U, "5")],
    [(U, "Say <think> twice.\n\n- a\n- b"), (A, "<think>\nok\n</think>\n\nDone."),
     (U, "Thanks {{ x }} {% y %}")],
]


def messages(turns):
    return [{"role": role, "content": text} for role, text in turns]


class Server:
    def __init__(self, program, model, template):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.child = subprocess.Popen(
            [program, "-m", model, "--host", "127.0.0.1", "--port", str(port),
             "-c", "512", "-t", "1", "--no-warmup", "--jinja",
             *(["--chat-template-file", template] if template else [])],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def wait(self):
        for _ in range(600):
            if self.child.poll() is not None:
                return False
            try:
                self.ask("/health")
                return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return False

    def prompt(self, turns):
        try:
            text = self.ask("/apply-template",
                            {"messages": messages(turns)})["prompt"]
        except urllib.error.HTTPError as refused:
            return {"error": json.load(refused)["error"]["message"]}
        ids = self.ask("/tokenize", {"content": text, "add_special": True,
                                     "parse_special": True})["tokens"]
        return {"prompt": text, "ids": ids}

    def end(self):
        self.child.terminate()
        self.child.wait()


def ours(program, model, template):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as turns:
        json.dump([messages(c) for c in CONVERSATIONS], turns)
        turns.flush()
        out = subprocess.run([program, model, turns.name, "@" + template],
                             check=True, capture_output=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


def compare(mine, theirs):
    """equal, refused (by both), or what differs"""
    if "error" in theirs:
        return "refused" if "error" in mine else "theirs refuses"
    if "error" in mine:
        return "we refuse: " + mine["error"]
    if mine["ids"] == theirs["ids"]:
        return "equal"
    if mine["prompt"] == theirs["prompt"]:
        return "text equal, ids differ"
    n = len(os.path.commonprefix([mine["prompt"], theirs["prompt"]]))
    return (f"at byte {n}: {mine['prompt'][n:n + 40]!r} "
            f"instead of {theirs['prompt'][n:n + 40]!r}")


def main():
    program, server, model, folder = sys.argv[1:5]
    counts = {"equal": 0, "differs": 0, "server runs it not": 0}
    for template in sorted(glob.glob(os.path.join(folder, "*.jinja"))):
        name = os.path.basename(template)[:-len(".jinja")]
        mine = ours(program, model, template)
        peer = Server(server, model, template)
        try:
            if not peer.wait():
                print(f"{name:52} the server does not start with it")
                counts["server runs it not"] += 1
                continue
            verdicts = [compare(m, peer.prompt(c))
                        for m, c in zip(mine, CONVERSATIONS)]
        finally:
            peer.end()
        good = all(v in ("equal", "refused", "theirs refuses")
                   for v in verdicts)
        counts["equal" if good else "differs"] += 1
        print(f"{name:52} {'equal' if good else 'DIFFERS'} "
              f"{verdicts.count('equal')}/{len(verdicts)}"
              + "".join(f"\n    {i + 1}: {v}" for i, v in enumerate(verdicts)
                        if v not in ("equal", "refused")), flush=True)
    print("; ".join(f"{n} {what}" for what, n in counts.items()))
    return 1 if counts["differs"] or not counts["equal"] else 0


if __name__ == "__main__":
    sys.exit(main())
