"""What the clients of tests/clients in Python have in common.

A client is a program with a table of calls. It says which they are, a line of
JSON; then it makes those that it is told on standard input, a line of JSON each
with the server and the model, and answers with one: said(), or what it raised.
"""
import asyncio
import inspect
import json
import os
import sys

ASK = "Tell me something."
NOTE = {"type": "object", "properties": {"a": {"type": "string"}},
        "required": ["a"], "additionalProperties": False}

def call(*kinds, usage=True):
    """Marks a function as a call. kinds: of text, tool, json, choices, close;
    chat, text_api, messages, responses. usage: it can know the counts."""
    def mark(f):
        f.asked_as = {"kinds": kinds, "usage": usage}
        return f
    return mark


def said(text="", finish=None, usage=None, thinking="", tools=(), more=()):
    """usage: (prompt, completion) or None. tools: arguments as text.
    more: (text, finish) of the other choices."""
    return {"text": text or "", "finish": finish, "usage": usage,
            "thinking": thinking or "", "tools": list(tools),
            "more": list(more)}


async def awaited(what):
    return await what


def one(loop, f, ask):
    try:
        what = f(ask["base"], ask["model"])
        return loop.run_until_complete(awaited(what)) \
            if inspect.isawaitable(what) else what
    except Exception as e:
        return {"raised": type(e).__name__, "said": str(e)[:400],
                "status": getattr(e, "status_code", None)}


def main(names):
    calls = {f.__name__: f for f in names.values() if hasattr(f, "asked_as")}
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1) # some libraries print
    print(json.dumps({name: f.asked_as for name, f in calls.items()}), file=out,
          flush=True)
    loop = asyncio.new_event_loop() # some libraries keep what is tied to one
    for line in sys.stdin:
        ask = json.loads(line)
        print(json.dumps(one(loop, calls[ask["call"]], ask)), file=out,
              flush=True)
