"""Real clients through the proxy: check.py LILSCOPE

Each call of each client of this folder is made at the server itself and through
the guard, case by case; what is wrong is told, and a table says how it went.
The packages are in the folder LILSCOPE_CLIENTS (install.sh makes it);
LLAMA_SERVER and LILSCOPE_MODELS name llama.cpp's server and a folder of models;
LILSCOPE_DATA has recorded streams. What is absent is skipped, and told.
CLIENTS and CASES pick some, by words of their names. Exit status 1: a fault.
"""
import collections
import glob
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
import urllib.request

import fake

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.environ.get("LILSCOPE_CLIENTS", "")
CALL_S = 90
WORDS_MAX = 550 # of a loop that was stopped
# Words of the dialects and of the SDKs that translate them.
STOP = {"stop", "end_turn", "completed", None}
LENGTH = {"length", "max_tokens", "max_output_tokens", "incomplete"}
# What SDKs raise for an answer that its limit cut: they should.
CUT_SHORT = re.compile(r"length limit|token limit|incomplete|max_?tokens|"
                       r"finish reason|LengthFinishReason|"
                       r"`response.completed`", re.I)
# (client, call, case) by pattern: why it is as it is, and no fault of ours.
KNOWN = [
    ("openai_py responses_stream realstop",
     "llama-server's events have no output_index"),
    ("openai_node responses_stream realstop",
     "llama-server's response.created has no output"),
    (".* responses.* conclude",
     "the second answer is not joined to the first yet"),
    ("openai_py responses_(parse|stream_schema) stop",
     "it reads what an incomplete answer holds as if it were whole"),
    ("(litellm_py completion|pydantic_ai_py chat) record",
     "it takes <think> out of the text"),
    ("llm_py plain (chained|stop|length|thinking|conclude|record|realstop)",
     "it logs no reason, and wants usage of each answer"),
    ("aisdk_node responses_.* realstop",
     "llama-server's response.created has no created_at"),
    ("pydantic_ai_py .* thinking",
     "it raises where there is no answer, whatever the reason"),
]


class Fault(Exception):
    pass


# --- what runs beside us ---------------------------------------------------

class Program:
    """A child that says where it listens."""
    def __init__(self, args, pattern, where):
        self.err = open(where, "w+b")
        self.out = subprocess.Popen(
            args, stdin=subprocess.PIPE, stdout=self.err, stderr=self.err,
            env={**os.environ, "PYTHONUNBUFFERED": "1",
                 "PYTHONDONTWRITEBYTECODE": "1"})
        for _ in range(3000):
            said = open(where, "rb").read().decode(errors="replace")
            found = re.search(pattern, said, re.M)
            if found or self.out.poll() is not None:
                break
            time.sleep(0.01)
        if not found:
            raise SystemExit("%s: %s" % (args[0], said[-500:]))
        self.base = "http://127.0.0.1:" + found[1]

    def end(self):
        self.out.terminate()
        try:
            return self.out.wait(20)
        except subprocess.TimeoutExpired:
            self.out.kill()
            return "killed"


def fetch(url):
    return json.load(urllib.request.urlopen(url, timeout=20))


class Fake(Program):
    def __init__(self, tmp):
        super().__init__([sys.executable, HERE + "/fake.py"], r"^(\d+)$",
                         tmp + "/fake")

    def reset(self):
        self.stats()
        fetch(self.base + "/reset")

    def stats(self):
        """Once nothing is open."""
        for _ in range(300):
            stats = fetch(self.base + "/stats")
            if not stats["open"]:
                return stats
            time.sleep(0.01)
        raise Fault("upstream still writes 3 s later")


class Llama(Program):
    def __init__(self, tmp, name, *args):
        model = sorted(glob.glob(os.environ["LILSCOPE_MODELS"] +
                                 "/*.gguf"), key=os.path.getsize)[0]
        port = str(free_port())
        super().__init__(
            [os.environ["LLAMA_SERVER"], "-m", model, "--port", port,
             "--temp", "0", "-t", "1", "-np", "1", "--slots", *args],
            r"listening on http://127.0.0.1:(\d+)", tmp + "/llama." + name)
        for _ in range(600):
            try:
                if fetch(self.base + "/health")["status"] == "ok":
                    return
            except OSError:
                time.sleep(0.1)

    def reset(self):
        self.stats()

    def stats(self):
        for _ in range(500):
            if not any(s["is_processing"]
                       for s in fetch(self.base + "/slots")):
                return None
            time.sleep(0.01)
        raise Fault("its slot is busy 5 s later")


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Guards:
    """The proxies before a server, made when they are asked for."""
    OPTIONS = {"stop": [], "length": ["--finish-reason", "length"],
               "conclude": ["--at-threshold", "conclude"],
               "report": ["--at-threshold", "report"]}

    def __init__(self, lilscope, tmp, base):
        self.lilscope, self.tmp, self.base = lilscope, tmp, base
        self.open = {}
        help_text = subprocess.run([lilscope, "guard", "--help"],
                                   capture_output=True, text=True).stdout
        self.acts = "--at-threshold" in help_text

    def has(self, name):
        return self.acts or name not in ("conclude", "report")

    def report(self, name):
        return "%s/report.%s.%s" % (self.tmp, self.base[-5:], name)

    def at(self, name):
        if name not in self.open:
            behind = self.at("stop") if name == "chained" else self.base
            self.open[name] = Program(
                [self.lilscope, "guard", "--listen", "127.0.0.1:0",
                 "--upstream", behind, "-f", "50", "--rule", "guardian",
                 "--report", self.report(name),
                 *self.OPTIONS.get(name, [])],
                r"http://127.0.0.1:(\d+),", self.report(name) + ".err")
        return self.open[name].base

    def stopped(self, name):
        """Answers that a proxy says it stopped."""
        return sum(json.loads(line)["stopped"]
                   for line in open(self.report(name)))

    def end(self):
        return {name: g.end() for name, g in self.open.items()}


class Client:
    def __init__(self, path, tmp):
        self.name = os.path.basename(path).replace(".", "_").rpartition(
            "_")[0]
        self.path, self.err = path, "%s/%s.err" % (tmp, self.name)
        self.home = tmp
        self.start()

    def start(self):
        python = FOLDER + "/venv/bin/python"
        run = ["node"] if self.path.endswith(".mjs") else [python]
        self.child = subprocess.Popen(
            run + [self.path], stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=open(self.err, "a"),
            env={"PATH": os.environ["PATH"], "HOME": self.home,
                 "LILSCOPE_CLIENTS": FOLDER, "PYTHONDONTWRITEBYTECODE": "1"})
        line = self.child.stdout.readline()
        self.calls = json.loads(line) if line else {}

    def why_not(self):
        for line in reversed(open(self.err).read().splitlines()):
            if line.strip():
                return line.strip()

    def ask(self, call, base, model):
        self.child.stdin.write(json.dumps(
            {"call": call, "base": base, "model": model}) + "\n")
        self.child.stdin.flush()
        ready = select.select([self.child.stdout], [], [], CALL_S)[0]
        line = self.child.stdout.readline() if ready else ""
        if line:
            return json.loads(line)
        self.end()
        why = self.why_not() if ready else "no answer in %d s" % CALL_S
        self.start()
        return {"raised": "the client's end", "said": why, "status": None}

    def end(self):
        self.child.kill()
        self.child.wait()


# --- what is expected ------------------------------------------------------

def expect(good, what, *more):
    if not good:
        raise Fault(what + (": " + ", ".join(map(str, more)) if more else ""))


def outcome(got):
    """What has to be the same with and without a proxy."""
    if "raised" in got:
        return got["raised"], got["status"]
    return got


def same(a, b):
    if outcome(a) == outcome(b):
        return
    if "raised" in b or "raised" in a:
        raise Fault("%s, and %s without the proxy" % (brief(b), brief(a)))
    for key in a:
        expect(a[key] == b[key], key + " differs", brief(b[key]),
               brief(a[key]))


def brief(what):
    text = "%s %s: %s" % (what["raised"], what["status"] or "",
                          what["said"]) if isinstance(what, dict) and \
        "raised" in what else repr(what)
    return text if len(text) < 200 else text[:150] + "..." + text[-40:]


def counted(t, got, low, high):
    """What the prompt took is the server's to say; else there is no usage, for
    which SDKs say nothing, or zeros, or what they count themselves."""
    prompt, completion = got["usage"] or (None, None)
    if t.api == "messages" and t.usage:
        # LangChain looks for it at a stream's end alone, where it is not
        expect(prompt in (fake.PROMPT_TOKENS, 0) or
               isinstance(t.server, Llama), "prompt", prompt)
        expect(low <= completion <= high, "usage", got["usage"])
    else:
        expect(bool(prompt) == bool(completion), "usage", got["usage"])


def idle(t, cancelled):
    stats = t.server.stats()
    if stats and cancelled:
        expect(stats["cancelled"] == 1, "upstream was not cancelled", stats[
            "written"], stats["finished"])


# --- the cases: a function each, of a call ---------------------------------

def healthy(t, model):
    same(t.direct(model), t.through("stop", model))
    idle(t, False)


def packed(t, model):
    """What the server packs for clients that did not ask, too."""
    same(t.direct("healthy"), t.through("stop", model))


def chained(t, model):
    same(t.direct(model), t.through("chained", model))


def stopped(t, got, finish):
    expect("raised" not in got, brief(got))
    expect(got["finish"] in finish, "finish", got["finish"])
    counted(t, got, 50, WORDS_MAX)
    idle(t, True)


def stop(t, model, guard="stop", finish=STOP):
    got = t.through(guard, model)
    stopped(t, got, finish)
    said = got["text"].split()
    want = ("".join(fake.words(fake.LOOP_AFTER, 0)) + fake.LOOP).split()
    expect(said[:len(want)] == want, "text", brief(got["text"]))
    expect(len(said) < WORDS_MAX, "words", len(said))


def length(t, model):
    """Some SDKs raise, as they do wherever a limit was reached."""
    got = t.through("length", model)
    if "raised" in got and CUT_SHORT.search(
            got["raised"] + " " + got["said"]):
        idle(t, True)
    else:
        stopped(t, got, LENGTH)


def twice(t, model):
    """A guard behind a guard: one stops, the other sees a whole answer."""
    stop(t, model, "chained")


def thinking(t, model):
    got = t.through("stop", model)
    stopped(t, got, STOP)
    expect(got["text"] == "", "text", brief(got["text"]))


def conclude(t, model):
    got = t.through("conclude", model)
    expect("raised" not in got, brief(got))
    expect(got["text"].strip() == fake.CONCLUSION, "text", brief(got["text"]))
    expect(got["finish"] in STOP, "finish", got["finish"])
    counted(t, got, 30, 500)
    stats = t.server.stats()
    expect(stats["asked"] == 2 and stats["cancelled"] == 1, "asked",
           stats["asked"], "cancelled", stats["cancelled"])


def report(t, model):
    """Never touched: all of a loop, to its own end."""
    same(t.direct(model), t.through("report", model))


def cut_arguments(t, model):
    """Half a tool's arguments, half a JSON text: not a complete answer."""
    got = t.through("stop", model)
    if "raised" in got:
        expect(CUT_SHORT.search(got["raised"] + " " + got["said"]),
               brief(got))
    else:
        stopped(t, got, LENGTH)
    idle(t, True)


def second(t, model):
    """One of two choices loops: its sibling is whole."""
    want, got = t.direct("healthy"), t.through("stop", model)
    expect("raised" not in got, brief(got))
    for key in "text", "finish":
        expect(got[key] == want[key], key + " of the healthy choice",
               brief(got[key]))
    expect(len(got["more"]) == 1, "choices", 1 + len(got["more"]))
    text, finish = got["more"][0]
    expect(finish in STOP - {None}, "finish of the other", finish)
    expect(len(text.split()) < WORDS_MAX, "words of the other",
           len(text.split()))
    t.server.stats()


def trouble(t, model):
    """The same exception, after as many requests."""
    t.server.reset()
    want = t.direct(model, fresh=True)
    asked = t.server.stats()["asked"]
    got = t.through("stop", model)
    same(want, got)
    # where a stream is refused, a plain answer is asked for as it was
    more = model == "error-400" and t.whole
    stats = t.server.stats()
    expect(stats["asked"] in (asked, asked + more), "requests",
           stats["asked"], asked)


def recorded(t, model):
    """A plain call has what streams, joined: its text at least."""
    got = t.through("stop", model)
    if not t.whole:
        same(t.direct(model), got)
        return
    expect("raised" not in got, brief(got))
    expect(got["text"] and got["text"] == spoken(model), "text",
           brief(got["text"]))


def spoken(model):
    """The answer's text in a recording."""
    out = ""
    for line in open(model[len("file:"):]):
        if not line.startswith("data: {"):
            continue
        record = json.loads(line[len("data: "):])
        if record.get("type") == "response.output_text.delta":
            out += record["delta"]
        for c in record.get("choices", []):
            out += c["delta"].get("content") or ""
    return out


def broken(t, model):
    """Whatever comes of it without the proxy."""
    want, got = t.direct(model), t.through("stop", model)
    if "raised" not in want or "raised" not in got:
        same(want, got)
    t.server.stats()


def closed(t, model):
    got = t.through("stop", model)
    expect("raised" not in got, brief(got))
    idle(t, True)


def real(t, model):
    same(t.direct(model), t.through("stop", model))
    t.server.stats()


def real_stop(t, model):
    got = t.through("stop", model)
    if "raised" in got: # some keep what they could not read
        t.client.end()
        t.client.start()
    stopped(t, got, STOP)


# Column: kinds of calls, of APIs ("" is all), models, function; slow: by the
# first call of each API alone that streams, and by the first that does not.
CHANNELS = "chat messages responses"
CASES = [
    ("healthy", "text", "", ["healthy"], healthy),
    ("healthy", "text", CHANNELS, ["healthy-thinking"], healthy),
    ("healthy", "text", "", ["gzip"], packed),
    ("healthy", "tool agent", "", ["healthy-tool"], healthy),
    ("healthy", "json", "", ["healthy-json"], healthy),
    ("healthy", "choices", "", ["healthy"], healthy),
    ("chained", "text", "", ["healthy"], chained),
    ("chained", "text", "", ["loop"], twice),
    ("stop", "text", "", ["loop"], stop),
    ("stop", "tool", "", ["loop-tool"], cut_arguments),
    ("stop", "json", "", ["loop-json"], cut_arguments),
    ("stop", "choices", "", ["loop-second"], second),
    ("length", "text", "", ["loop"], length),
    ("thinking", "text", CHANNELS, ["loop-thinking"], thinking),
    ("conclude", "text", CHANNELS, ["loop-thinking"], conclude),
    ("report", "text", "", ["loop"], report),
    ("error", "text", "", ["error-400"], trouble),
    ("retry", "text", "slow", ["error-500", "flaky"], trouble),
    ("late", "text", "", ["late-error"], broken),
    ("dies", "text", "", ["dies"], broken),
    ("close", "close", "", ["loop"], closed),
    ("close", "wait", "", ["slow"], closed),
    ("record", "text", "", ["record"], recorded),
]
REAL = [
    ("real", "text", "slow", ["healthy"], real),
    ("realstop", "text", "slow", ["loop"], real_stop),
    ("realclose", "close", "slow", ["loop"], closed),
]
NEEDS = {"conclude": "conclude", "report": "report"}
# Recorded streams, by API.
RECORDS = {"chat": "pydantic_ai/test_groq_model_thinking_part_iter.0.sse",
           "responses": "pydantic_ai/test_openai_instructions_with_responses"
           "_logprobs_streaming.0.sse"}


class Try:
    """One call of one client, at one server."""
    def __init__(self, client, call, server, guards, cache):
        self.client, self.call = client, call
        self.server, self.guards, self.cache = server, guards, cache
        self.kinds = client.calls[call]["kinds"]
        self.usage = client.calls[call]["usage"]
        self.api = self.kinds[1]
        # it asks for no stream
        self.whole = not re.search("stream|events|prompt|helper", call)

    def direct(self, model, fresh=False):
        key = self.client.name, self.call, model, self.server.base
        if fresh or key not in self.cache:
            self.cache[key] = self.client.ask(self.call, self.server.base,
                                              model)
        return self.cache[key]

    def through(self, guard, model):
        self.server.reset()
        return self.client.ask(self.call, self.guards.at(guard), model)


def models_of(t, models):
    if models != ["record"]:
        return models
    path = "%s/streams/%s" % (os.environ.get("LILSCOPE_DATA", ""),
                              RECORDS.get(t.api, "none"))
    return ["file:" + path] if os.path.exists(path) else []


def known(client, call, case):
    for pattern, why in KNOWN:
        if re.fullmatch(pattern, " ".join((client, call, case))):
            return why
    return None


class Table:
    def __init__(self):
        self.cells, self.columns = {}, []

    def put(self, client, call, case, word, what=""):
        key = client, call
        row = self.cells.setdefault(key, {})
        if case not in self.columns:
            self.columns.append(case)
        worse = ["ok", "skip", "known", "FAULT"]
        if worse.index(word) >= worse.index(row.get(case, "ok")):
            row[case] = word
        if what:
            what = " ".join(what.split())
            print("%s: %s %s, %s: %s" % (word, client, call, case, what),
                  flush=True)

    def show(self):
        width = max(len(a + b) for a, b in self.cells) + 2
        print("%-*s" % (width, ""), *("%-8s" % c for c in self.columns))
        for (client, call), row in self.cells.items():
            print("%-*s" % (width, client + " " + call),
                  *("%-8s" % row.get(c, "-") for c in self.columns))
        print(", ".join("%d %s" % (n, word) for word, n in
                        sorted(self.count().items())))

    def count(self):
        return collections.Counter(w for row in self.cells.values()
                                   for w in row.values())


def run_case(t, table, case, function, model):
    name = t.client.name
    try:
        function(t, model)
    except Fault as e:
        why = known(name, t.call, case)
        table.put(name, t.call, case, "known" if why else "FAULT",
                  "%s: %s%s" % (model.rpartition("/")[2], e,
                                " (%s)" % why if why else ""))
    else:
        table.put(name, t.call, case, "ok")


def run_client(client, cases, server, guards, table, cache):
    seen = set()
    wanted = os.environ.get("CASES", "").split()
    for call in client.calls:
        t = Try(client, call, server, guards, cache)
        # of each API the first call that streams, and the first that does not
        way = t.kinds[0], t.api, "stream" in call
        first = way not in seen
        seen.add(way)
        for case, kinds, apis, models, function in cases:
            if t.kinds[0] not in kinds.split() or \
               (wanted and case not in wanted) or \
               (apis == "slow" and not first) or \
               (apis not in ("", "slow") and t.api not in apis.split()):
                continue
            if not guards.has(NEEDS.get(case)):
                table.put(client.name, call, case, "skip")
                continue
            for model in models_of(t, models):
                run_case(t, table, case, function, model)


def told_stops(guards, table):
    """Each stop is counted once, whoever retried."""
    # a report is written when its exchange is over
    print("stops in the reports:", ", ".join(
        "%s %d" % (name, guards.stopped(name)) for name in guards.open))


def clients(tmp, skipped):
    wanted = os.environ.get("CLIENTS", "").split()
    for path in sorted(glob.glob(HERE + "/*_py.py") +
                       glob.glob(HERE + "/*_node.mjs")):
        name = os.path.basename(path)
        if wanted and not any(w in name for w in wanted):
            continue
        client = Client(path, tmp)
        if client.calls:
            yield client
            client.end()
        else:
            skipped.append("%s: %s" % (client.name, client.why_not()))


def run_fake(lilscope, tmp, table, skipped):
    server = Fake(tmp)
    guards = Guards(lilscope, tmp, server.base)
    for client in clients(tmp, skipped):
        began = time.monotonic()
        run_client(client, CASES, server, guards, table, {})
        print("%s: %d s" % (client.name, time.monotonic() - began),
              flush=True)
    told_stops(guards, table)
    ends = guards.end()
    server.end()
    for name, status in ends.items():
        if status not in (0, 1):
            table.put("guard", name, "end", "FAULT", "status %s" % status)


def run_real(lilscope, tmp, table, skipped):
    if not os.environ.get("LLAMA_SERVER"):
        skipped.append("llama-server: LLAMA_SERVER does not name it")
        return
    for name, args in (("healthy", ["-n", "24"]),
                       ("loop", ["-n", "600", "-c", "2048",
                                 "--ignore-eos"])):
        server = Llama(tmp, name, *args)
        guards = Guards(lilscope, tmp, server.base)
        for client in clients(tmp, []):
            run_client(client, [c for c in REAL if c[3] == [name]], server,
                       guards, table, {})
        guards.end()
        server.end()


def main(lilscope):
    if not os.path.isdir(FOLDER):
        print("LILSCOPE_CLIENTS names no folder of clients "
              "(tests/clients/install.sh FOLDER makes one): skipped")
        return 0
    table, skipped = Table(), []
    with tempfile.TemporaryDirectory() as tmp:
        tmp = os.environ.get("KEEP") or tmp
        run_fake(lilscope, tmp, table, skipped)
        run_real(lilscope, tmp, table, skipped)
    table.show()
    for line in skipped:
        print("skipped:", line)
    return 1 if table.count()["FAULT"] else 0


if __name__ == "__main__":
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    sys.exit(main(os.path.abspath(sys.argv[1])))
