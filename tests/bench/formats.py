#!/usr/bin/env python3
"""Recordings read twice: by lilscope, and by the small reader below.

    formats.py TABLE_FORMATS FOLDER...

FOLDER holds recorded bodies of servers: events, JSON lines, JSON (also in
.yaml cassettes, which are cut into their bodies first). TABLE_FORMATS is the
program that prints what lilscope's feed makes of files. The reader here knows
nothing of lilscope: json from the library, dialects as their documents have
them. For each dialect: files with an answer, how many lilscope recognises as a
wire format, and in how many reasoning, answer, tool text and the number of
generations are equal byte for byte. Exit status 1 if one that is recognised
is not equal. A file that this reader makes nothing of counts as "unknown",
and what lilscope measures in such a file is named: it may be wrapping.
"""
import base64
import collections
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

VERBOSE = os.environ.get("VERBOSE")


# --- Framing: a file becomes (kind, list of JSON values).

def events(text):
    """The data of server-sent events, as the standard has it."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = []
    data = []
    for line in text.split("\n") + [""]:
        if not line:
            if data:
                found.append("\n".join(data))
            data = []
        elif line.startswith("data:"):
            data.append(line[5:][1:] if line[5:6] == " " else line[5:])
    return found


def named_events(text):
    for event in text.replace("\r\n", "\n").split("\n\n"):
        lines = [re.match("([^:]*):? ?(.*)", line).groups()
                 for line in event.split("\n")]
        yield (dict(lines).get("event"),
               "\n".join(v for k, v in lines if k == "data"))


def values_of(text):
    """One JSON value after another, whatever stands between them."""
    decoder = json.JSONDecoder(strict=False)
    values = []
    at = 0
    while True:
        found = re.compile(r"\s*").match(text, at).end()
        if found >= len(text):
            return values
        value, at = decoder.raw_decode(text, found)
        values.append(value)


def amazon_frames(data):
    """Events of application/vnd.amazon.eventstream, as its SDKs give them."""
    values = []
    while len(data) >= 16:
        total, head, check = struct.unpack(">III", data[:12])
        frame, data = data[:total], data[total:]
        if zlib.crc32(frame[:8]) != check or \
           zlib.crc32(frame[:-4]) != struct.unpack(">I", frame[-4:])[0]:
            break
        headers = {}
        rest = frame[12:12 + head]
        while rest:
            name, rest = rest[1:1 + rest[0]], rest[1 + rest[0]:]
            size = struct.unpack(">H", rest[1:3])[0]  # all are strings
            headers[name.decode()] = rest[3:3 + size].decode()
            rest = rest[3 + size:]
        payload = json.loads(frame[12 + head:-4] or b"{}")
        kind = headers.get(":event-type") or headers.get(":exception-type")
        if kind == "chunk":
            values.append(json.loads(base64.b64decode(payload["bytes"])))
        else:
            values.append({kind: payload})
    return values


def frame(data):
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:1] == b"\0":
        return "frames", amazon_frames(data)
    text = data.decode("utf-8", "replace")
    head = text.lstrip("\ufeff \r\n\t")
    if head.startswith("event: output"):
        return "named", [{"event": name, "data": data}
                         for name, data in named_events(text)]
    if re.match("[0-9a-k]:[\"{[]", head):
        return "lettered", [{line[0]: json.loads(line[2:])}
                            for line in head.split("\n") if line]
    if re.match(r"(data|event|id|retry)?:", head):
        values = []
        for data in events(text):
            try:
                values.append(json.loads(data, strict=False))
            except ValueError:
                pass
        return "sse", [v for v in values if isinstance(v, dict)]
    try:
        values = values_of(text)
    except ValueError:
        return "other", []
    if len(values) == 1 and isinstance(values[0], list):
        return "array", values[0]
    return ("json" if len(values) == 1 else "lines"), values


# --- Generations.

class Gen:
    def __init__(self):
        self.reasoning = self.answer = self.tool = ""

    def all(self):
        return (self.reasoning, self.answer, self.tool)


def equal(ours, theirs):
    """Byte for byte. Where thinking lies in the answer between marks, its
    border falls between tokens there, and blanks before a mark are the
    answer's: then all but blanks is compared, as one."""
    if ours == theirs:
        return True
    return (re.match(r"\s*<think", ours[1]) is not None and
            "".join("".join(theirs[:2]).split()) ==
            "".join(ours[1].split()) and
            ours[2] == theirs[2])


def text_of(x):
    return x if isinstance(x, str) else ""


def compact(x):
    return json.dumps(x, ensure_ascii=False, separators=(",", ":"))


class Gens(collections.OrderedDict):
    def __missing__(self, key):
        self[key] = Gen()
        return self[key]

    def list(self):
        return [g.all() for g in self.values() if any(g.all())]


def get(x, *path):
    for p in path:
        if isinstance(p, int):
            x = x[p] if isinstance(x, list) and len(x) > p else None
        else:
            x = x.get(p) if isinstance(x, dict) else None
    return x


def parts(content, g):
    """The content of a message: a string, or parts of it."""
    if isinstance(content, str):
        g.answer += content
    for p in content if isinstance(content, list) else []:
        kind = get(p, "type")
        if kind in ("thinking", "reasoning"):
            inner = get(p, "thinking") or get(p, "reasoning")
            for t in inner if isinstance(inner, list) else [p]:
                g.reasoning += text_of(get(t, "thinking") or
                                       get(t, "reasoning") or get(t, "text"))
        elif kind in ("text", "output_text", None):
            g.answer += text_of(get(p, "text"))


def openai_message(m, g):
    told = text_of(get(m, "reasoning_content") or get(m, "reasoning"))
    for d in get(m, "reasoning_details") or []:
        told = told or text_of(get(d, "text"))
    g.reasoning += told
    parts(get(m, "content"), g)
    g.tool += text_of(get(m, "refusal"))
    for call in get(m, "tool_calls") or []:
        g.tool += text_of(get(call, "function", "arguments"))
    g.tool += text_of(get(m, "function_call", "arguments"))


def openai(values):
    """A recorded body is the answer to one request, whatever ids its chunks
    have; only whole answers in a row are told apart by theirs."""
    gens = Gens()
    for v in values:
        for c in get(v, "choices") or []:
            whole = "message" in c
            g = gens[whole and get(v, "id"), get(c, "index") or 0]
            openai_message(get(c, "delta") or get(c, "message") or {}, g)
            g.answer += text_of(get(c, "text"))
    return gens.list()


def responses(values):
    gens = Gens()
    g = gens[0]
    for v in values:
        kind = text_of(get(v, "type"))
        delta = text_of(get(v, "delta"))
        if kind == "response.created":
            g = gens[get(v, "response", "id")]
        if kind == "response.output_text.delta":
            g.answer += delta
        elif kind.startswith("response.reasoning") and kind.endswith("delta"):
            g.reasoning += delta
        elif kind in ("response.refusal.delta",
                      "response.function_call_arguments.delta",
                      "response.mcp_call_arguments.delta",
                      "response.code_interpreter_call_code.delta",
                      "response.custom_tool_call_input.delta"):
            g.tool += delta
        elif (kind == "response.output_item.done" and
              get(v, "item", "type") == "mcp_approval_request"):
            g.tool += text_of(get(v, "item", "arguments"))
        elif get(v, "object") == "response":
            g = gens[len(gens)]
            for item in get(v, "output") or []:
                for c in get(item, "content") or []:
                    if get(c, "type") == "output_text":
                        g.answer += text_of(get(c, "text"))
                    elif get(c, "type") == "reasoning_text":
                        g.reasoning += text_of(get(c, "text"))
                    g.tool += text_of(get(c, "refusal"))
                for s in get(item, "summary") or []:
                    g.reasoning += text_of(get(s, "text"))
                g.tool += text_of(get(item, "arguments") or
                                  get(item, "input") or get(item, "code"))
    return gens.list()


def anthropic(values):
    gens = Gens()
    at = 0
    for v in values:
        if get(v, "type") == "message_start":
            at += 1
        d = get(v, "delta") or {}
        g = gens[at]
        if get(v, "type") == "content_block_start":
            g.answer += text_of(get(v, "content_block", "text"))
            g.reasoning += text_of(get(v, "content_block", "thinking"))
        if get(v, "type") == "content_block_delta":
            g.reasoning += text_of(get(d, "thinking"))
            g.answer += text_of(get(d, "text"))
            g.tool += text_of(get(d, "partial_json"))
        elif get(v, "type") == "message":
            at += 1
            g = gens[at]
            parts(get(v, "content"), g)
            for p in get(v, "content") or []:
                if text_of(get(p, "type")).endswith("tool_use"):
                    g.tool += compact(get(p, "input"))
    return gens.list()


def ollama(values):
    gens = Gens()
    at = 0
    for v in values:
        g = gens[at]
        m = get(v, "message") or v
        g.reasoning += text_of(get(m, "thinking"))
        g.answer += text_of(get(m, "content")) + text_of(get(v, "response"))
        for call in get(m, "tool_calls") or []:
            g.tool += compact(get(call, "function", "arguments"))
        at += get(v, "done") is True
    return gens.list()


def tgi(values):
    g = Gen()
    for v in values:
        if get(v, "token") and not get(v, "token", "special"):
            g.answer += text_of(get(v, "token", "text"))
    return [g.all()] if any(g.all()) else []


def gemini(values):
    gens = Gens()
    for v in values:
        v = get(v, "response") or v
        for c in get(v, "candidates") or []:
            g = gens[get(v, "responseId"), get(c, "index") or 0]
            for p in get(c, "content", "parts") or []:
                if get(p, "thought") is True:
                    g.reasoning += text_of(get(p, "text"))
                else:
                    g.answer += text_of(get(p, "text"))
                if "args" in (get(p, "functionCall") or {}):
                    g.tool += compact(get(p, "functionCall", "args"))
                g.tool += text_of(get(p, "executableCode", "code"))
    return gens.list()


def bedrock(values):
    gens = Gens()
    at = 0
    for v in values:
        if get(v, "output", "message"):
            at += 1
            for p in get(v, "output", "message", "content") or []:
                g = gens[at]
                g.answer += text_of(get(p, "text"))
                g.reasoning += text_of(get(p, "reasoningContent",
                                           "reasoningText", "text"))
                if get(p, "toolUse"):
                    g.tool += compact(get(p, "toolUse", "input"))
        at += "messageStart" in v
        d = get(v, "contentBlockDelta", "delta") or {}
        gens[at].answer += text_of(get(d, "text"))
        gens[at].reasoning += text_of(get(d, "reasoningContent", "text"))
        gens[at].tool += text_of(get(d, "toolUse", "input"))
    return gens.list()


def cohere(values):
    gens = Gens()
    at = 0
    for v in values:
        kind = get(v, "type")
        m = get(v, "delta", "message") or {}
        at += kind == "message-start" or "generation_id" in v
        g = gens[at]
        if get(v, "event_type") == "text-generation":
            g.answer += text_of(get(v, "text"))
        elif get(v, "event_type") is None and "chat_history" in v:
            g.answer += text_of(get(v, "text"))
        if kind in ("content-start", "content-delta"):
            g.reasoning += text_of(get(m, "content", "thinking"))
            g.answer += text_of(get(m, "content", "text"))
        elif kind == "tool-plan-delta":
            g.reasoning += text_of(get(m, "tool_plan"))
        elif kind in ("tool-call-start", "tool-call-delta"):
            g.tool += text_of(get(m, "tool_calls", "function", "arguments"))
        elif get(v, "message", "role") == "assistant":
            at += 1
            g = gens[at]
            g.reasoning += text_of(get(v, "message", "tool_plan"))
            for p in get(v, "message", "content") or []:
                g.reasoning += text_of(get(p, "thinking"))
                g.answer += text_of(get(p, "text"))
            for call in get(v, "message", "tool_calls") or []:
                g.tool += text_of(get(call, "function", "arguments"))
    return gens.list()


def interactions(values):
    gens = Gens()
    at = 0
    for v in values:
        at += get(v, "event_type") == "interaction.created"
        g = gens[at]
        d = get(v, "delta") or {}
        kind = text_of(get(d, "type"))
        if kind == "text":
            g.answer += text_of(get(d, "text"))
        elif kind == "thought_summary":
            g.reasoning += text_of(get(d, "content", "text"))
        elif kind == "arguments_delta":
            g.tool += text_of(get(d, "arguments"))
        elif kind.endswith("_call"):
            g.tool += compact(get(d, "arguments"))
        for step in get(v, "steps") or []:
            kind = text_of(get(step, "type"))
            if kind == "model_output":
                parts(get(step, "content"), g)
            elif kind == "thought":
                for p in get(step, "summary") or []:
                    g.reasoning += text_of(get(p, "text"))
            elif kind.endswith("_call"):
                g.tool += compact(get(step, "arguments"))
    return gens.list()


def lmstudio(values):
    g = Gen()
    for v in values:
        kind = get(v, "type")
        if kind == "message.delta":
            g.answer += text_of(get(v, "content"))
        elif kind == "reasoning.delta":
            g.reasoning += text_of(get(v, "content"))
        elif kind == "tool_call.arguments":
            g.tool += compact(get(v, "arguments"))
        for item in get(v, "output") or []:
            kind = get(item, "type")
            if kind == "message":
                g.answer += text_of(get(item, "content"))
            elif kind == "reasoning":
                g.reasoning += text_of(get(item, "content"))
            elif kind == "tool_call":
                g.tool += compact(get(item, "arguments"))
    return [g.all()] if any(g.all()) else []


def kobold(values):
    gens = Gens()
    at = 0
    for v in values:
        for r in get(v, "results") or []:
            gens[at].answer += text_of(get(r, "text"))
            at += 1
        gens[at].answer += text_of(get(v, "token"))
        at += get(v, "finish_reason") is not None
    return gens.list()


def triton(values):
    texts = [text_of(get(v, "text_output")) for v in values]
    if len(texts) > 1 and all(b.startswith(a)
                              for a, b in zip(texts, texts[1:])):
        texts = texts[-1:]
    return [("", "".join(texts), "")] if "".join(texts) else []


def aisdk(values):
    """Of lettered lines a value is {letter: value}. A step is an answer."""
    gens = Gens()
    at = 0
    pieces = set()
    for v in values:
        kind = get(v, "type") or next(iter(v), None)
        body = v if "type" in v else v.get(kind)
        call = get(body, "toolCallId") or get(body, "id")
        at += kind in ("start-step", "f")
        g = gens[at]
        if kind == "0" or kind == "g":
            g.answer += body if kind == "0" else ""
            g.reasoning += body if kind == "g" else ""
        elif kind == "text-delta":
            g.answer += text_of(get(body, "delta") or get(body, "text") or
                                get(body, "textDelta"))
        elif kind == "reasoning-delta":
            g.reasoning += text_of(get(body, "delta") or get(body, "text"))
        elif kind in ("tool-input-delta", "tool-call-delta", "c"):
            pieces.add(call)
            g.tool += text_of(get(body, "inputTextDelta") or
                              get(body, "argsTextDelta") or
                              get(body, "delta"))
        elif kind in ("tool-input-available", "tool-call", "9") and \
                call not in pieces:
            given = get(body, "input") or get(body, "args")
            g.tool += given if isinstance(given, str) else compact(given)
    return gens.list()


def replicate(values):
    text = "".join(text_of(get(v, "data")) for v in values
                   if get(v, "event") == "output")
    return [("", text, "")] if text else []


def otlp(v):
    inner = next(iter(v.values()), None) if isinstance(v, dict) else None
    return [otlp(x) for x in inner["values"]] if isinstance(
        inner, dict) and "values" in inner else inner


def attributes(x):
    a = get(x, "attributes") or {}
    return {e["key"]: otlp(e["value"]) for e in a} if isinstance(
        a, list) else a


def genai_message(m, g):
    openai_message(m, g)
    for p in get(m, "parts") or []:
        kind = get(p, "type")
        if kind == "text":
            g.answer += text_of(get(p, "content"))
        elif kind == "reasoning":
            g.reasoning += text_of(get(p, "content"))
        elif kind == "tool_call":
            g.tool += compact(get(p, "arguments"))


def spans(values):
    flat = []
    for v in values:
        flat += [v] if "attributes" in v else []
        flat += get(v, "data", "spans") or get(v, "spans") or []
        for r in get(v, "resourceSpans") or []:
            for s in get(r, "scopeSpans") or []:
                flat += get(s, "spans") or []
    gens = Gens()
    for at, span in enumerate(flat):
        a = {}
        for e in get(span, "events") or []:
            a.update(attributes(e))
        a.update(attributes(span))
        for i, m in enumerate(json.loads(
                a.get("gen_ai.output.messages", "[]"))):
            genai_message(m, gens[at, i])
        if a.get("mlflow.spanType") in ('"LLM"', '"CHAT_MODEL"'):
            out = json.loads(a.get("mlflow.spanOutputs", "null"))
            m = get(out, "choices", 0, "message") or out
            openai_message({"content": m} if isinstance(m, str) else m,
                           gens[at, 0])
        for name, x in a.items():
            m = re.match(r"(?:gen_ai\.completion|llm\.output_messages)\.(\d+)"
                         r"(?:\.message)?\.(content|.*arguments)$", name)
            if m and m[2] == "content":
                gens[at, m[1]].answer += text_of(x)
            elif m:
                gens[at, m[1]].tool += x
    return gens.list()


def langfuse(values):
    gens = Gens()
    flat = []
    for v in values:
        flat += get(v, "observations") or get(v, "data") or [v]
    for at, o in enumerate(o for o in flat if get(o, "type") == "GENERATION"):
        out = get(o, "output")
        while isinstance(out, list):
            out = out[0]
        out = get(out, "message") or out
        openai_message({"content": out} if isinstance(out, str) else out,
                       gens[at])
    return gens.list()


def trajectory(values):
    gens = Gens()
    for v in values:
        runs = [v] + (get(v, "simulations") or [])
        turns = [m for r in runs for name in ("traj", "trajectory", "messages")
                 for m in get(r, name) or [] if get(m, "role")]
        for s in get(v, "trajectory") or []:
            if get(s, "role"):
                continue
            g = gens[len(gens)]
            g.answer = get(s, "response") or get(s, "thought")
            if s["action"].strip() not in g.answer:
                g.tool = s["action"]
        for m in turns:
            if m["role"] == "assistant":
                openai_message(m, gens[len(gens)])
    return gens.list()


def atif(values):
    gens = Gens()
    for v in values:
        for s in get(v, "steps") or []:
            if get(s, "source") != "agent":
                continue
            g = gens[len(gens)]
            g.reasoning = text_of(get(s, "reasoning_content"))
            g.answer = text_of(get(s, "message"))
            for call in get(s, "tool_calls") or []:
                g.tool += compact(get(call, "arguments"))
    return gens.list()


def adk(values):
    gens = Gens()
    at = 0
    pieces = False
    for v in values:
        for e in get(v, "events") or [v]:
            if get(e, "content", "role") != "model":
                continue
            g = gens[at]
            partial = get(e, "partial") is True
            for p in get(e, "content", "parts") if partial or not pieces \
                    else []:
                if get(p, "thought") is True:
                    g.reasoning += text_of(get(p, "text"))
                else:
                    g.answer += text_of(get(p, "text"))
                if "functionCall" in p:
                    g.tool += compact(get(p, "functionCall", "args"))
            pieces = partial
            at += not partial
    return gens.list()


def has(*names):
    return lambda v: all(n in v for n in names)


def typed(pattern):
    return lambda v: bool(re.match(pattern, text_of(get(v, "type"))))


# Name, is this value of it, reader; the first that claims one of the first
# values has the file.
DIALECTS = [
    ("responses", lambda v: typed(r"response\.")(v) or
     get(v, "object") == "response", responses),
    ("anthropic", lambda v: typed(r"(message_start|content_block_)")(v) or
     (typed("message$")(v) and isinstance(get(v, "content"), list)),
     anthropic),
    ("aisdk", lambda v: typed(r"(text|reasoning|tool-input)-(start|delta)|"
                              r"start-step|stream-start")(v) or
     (len(v) == 1 and re.match("[0-9a-k]$", next(iter(v)))), aisdk),
    ("interactions", lambda v: re.match(
        r"(interaction|step|content)\.", text_of(get(v, "event_type"))) or
     get(v, "object") == "interaction", interactions),
    ("cohere", lambda v: "event_type" in v or
     ("generation_id" in v and "chat_history" in v) or
     typed(r"(message-start|content-|tool-)")(v) or
     (isinstance(get(v, "message", "content"), list) and
      "finish_reason" in v), cohere),
    ("gemini", lambda v: "candidates" in (get(v, "response") or v), gemini),
    ("bedrock", lambda v: "contentBlockDelta" in v or "messageStart" in v or
     get(v, "output", "message") is not None, bedrock),
    ("spans", lambda v: "resourceSpans" in v or "attributes" in v or
     get(v, "data", "spans") is not None, spans),
    ("langfuse", lambda v: "observations" in v or
     has("traceId", "type")(v), langfuse),
    ("atif", lambda v: text_of(get(v, "schema_version")).startswith("ATIF-"),
     atif),
    ("trajectory", lambda v: "trajectory" in v or "trajectory_format" in v or
     get(v, "traj", 0, "role") is not None or
     get(v, "simulations", 0, "messages") is not None, trajectory),
    ("adk", lambda v: "invocationId" in v or has("appName", "events")(v),
     adk),
    ("lmstudio", lambda v: typed(r"(chat|message|reasoning)\.")(v) or
     has("model_instance_id", "output")(v), lmstudio),
    ("koboldcpp", lambda v: isinstance(get(v, "token"), str) or
     isinstance(get(v, "results", 0, "text"), str), kobold),
    ("triton", has("text_output"), triton),
    ("replicate", lambda v: get(v, "event") == "output", replicate),
    ("openai", has("choices"), openai),
    ("tgi", lambda v: isinstance(get(v, "token"), dict), tgi),
    ("ollama", lambda v: "done" in v and ("response" in v or "message" in v),
     ollama),
]


def read(path):
    """(dialect, generations), dialect None where nothing is known."""
    with open(path, "rb") as f:
        kind, values = frame(f.read())
    values = [v for v in values if isinstance(v, dict)]
    for name, claims, reader in DIALECTS:
        if any(claims(v) for v in values[:8]):
            return name, reader(values)
    return None, []


# --- Cassettes are cut into the bodies that they hold.

def bodies_of(path):
    try:
        import yaml
    except ImportError:
        return
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with open(path, encoding="utf-8") as f:
            tape = yaml.load(f, Loader=loader)
    except (ValueError, yaml.YAMLError):
        return
    for each in get(tape, "interactions") or []:
        body = get(each, "response", "body")
        parsed = get(each, "response", "parsed_body")
        text = get(body, "string") if isinstance(body, dict) else body
        if isinstance(text, str):
            text = text.encode("utf-8", "replace")
        if isinstance(parsed, (dict, list)):
            yield json.dumps(parsed, ensure_ascii=False).encode()
        elif isinstance(text, bytes) and text.strip():
            yield text


def collect(folders, scratch):
    for folder in folders:
        for at, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.join(at, name)
                if re.search(r"\.(sse|ndjson|jsonl|json|txt|bin)$", name):
                    yield path
                elif re.search(r"\.ya?ml$", name):
                    for i, body in enumerate(bodies_of(path)):
                        out = os.path.join(
                            scratch, "%s.%d" % (re.sub(r"\W", "_", path), i))
                        with open(out, "wb") as f:
                            f.write(body)
                        yield out


def main(program, folders):
    rows = collections.defaultdict(lambda: [0, 0, 0])
    wrapping = wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        files = list(collect(folders, scratch))
        out = subprocess.run([program], input="\n".join(files) + "\n",
                             capture_output=True, text=True, check=True)
        for path, line in zip(files, out.stdout.split("\n")):
            got = json.loads(line)
            dialect, ours = read(path)
            theirs = [(g["reasoning"], g["answer"], g["tool"])
                      for g in got["generations"]]
            theirs = [t for t in theirs if any(t)]
            if not ours:
                if theirs and dialect is None and VERBOSE:
                    print("?      %s (%s): %r" % (path, got["dialect"],
                                                  theirs[0][1][:60]))
                wrapping += bool(theirs) and dialect is not None
                if VERBOSE and theirs and dialect is not None:
                    print("wrapping %s (%s): %r" % (path, got["dialect"],
                                                    theirs[0]))
                rows[dialect or "unknown"][0] += 0
                continue
            row = rows[dialect]
            row[0] += 1
            known = got["dialect"] not in ("", "text") and bool(theirs)
            same = len(ours) == len(theirs) and all(
                map(equal, sorted(ours), sorted(theirs)))
            row[1] += known
            row[2] += same
            wrong += known and not same
            if VERBOSE == "2" and not same:
                print("ours   %r\ntheirs %r" % (ours[:3], theirs[:3]))
            if VERBOSE and not same:
                print("%s %s (%s, here %s): %d for %d %s" % (
                    "WRONG " if known else "missed", path, dialect,
                    got["dialect"] or "-", len(theirs), len(ours),
                    got["trouble"][:100]))
    print("| dialect | with an answer | recognised | exact |")
    print("|---|---:|---:|---:|")
    total = [0, 0, 0]
    for name in sorted(rows):
        if rows[name][0]:
            print("| %s | %d | %d | %d |" % (name, *rows[name]))
            total = [a + b for a, b in zip(total, rows[name])]
    print("| all | %d | %d | %d |" % tuple(total))
    print("%d files; wrong: %d; text found where there is none: %d" %
          (len(files), wrong, wrapping))
    return 1 if wrong or wrapping else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
