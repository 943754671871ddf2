"""LiteLLM, which speaks all of the APIs."""
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True" # else it asks the network
import litellm

from client import ASK, NOTE, call, main, said

litellm.telemetry = False
litellm.suppress_debug_info = True
MESSAGES = [{"role": "user", "content": ASK}]
TOOLS = [{"type": "function", "function": {
    "name": "note", "description": "takes a note", "parameters": NOTE}}]


def args(base, model, kind="openai"):
    return {"model": kind + "/" + model, "messages": MESSAGES,
            "api_base": base + ("/v1" if kind == "openai" else ""),
            "api_key": "sk-x", "timeout": 60}


def whole(r):
    c, usage = r.choices[0], r.usage
    tools = [t.function.arguments for t in c.message.tool_calls or []]
    return said(c.message.content, c.finish_reason,
                (usage.prompt_tokens, usage.completion_tokens),
                getattr(c.message, "reasoning_content", None), tools)


def joined(chunks):
    return whole(litellm.stream_chunk_builder(list(chunks),
                                              messages=MESSAGES))


STREAM = {"stream": True, "stream_options": {"include_usage": True}}


@call("text", "chat")
def completion(base, model):
    return whole(litellm.completion(**args(base, model)))


@call("text", "chat")
def stream(base, model):
    return joined(litellm.completion(**args(base, model), **STREAM))


@call("text", "chat")
async def astream(base, model):
    s = await litellm.acompletion(**args(base, model), **STREAM)
    return joined([c async for c in s])


@call("tool", "chat")
def stream_tools(base, model):
    return joined(litellm.completion(**args(base, model), tools=TOOLS,
                                     **STREAM))


@call("text", "messages")
def anthropic(base, model):
    return whole(litellm.completion(**args(base, model, "anthropic")))


@call("text", "messages")
def anthropic_stream(base, model):
    return joined(litellm.completion(**args(base, model, "anthropic"),
                                     **STREAM))


@call("tool", "messages")
def anthropic_stream_tools(base, model):
    return joined(litellm.completion(**args(base, model, "anthropic"),
                                     tools=TOOLS, **STREAM))


def whole_response(r):
    text, thinking = "", ""
    for item in r.output:
        for c in getattr(item, "content", None) or []:
            if item.type == "message":
                text += c.text
            else:
                thinking += c["text"] if isinstance(c, dict) else c.text
    why = r.incomplete_details
    why = why and (why["reason"] if isinstance(why, dict) else why.reason)
    return said(text, why or r.status, r.usage and (
        r.usage.input_tokens, r.usage.output_tokens), thinking)


def response_args(base, model):
    a = args(base, model)
    a["input"] = a.pop("messages")
    return a


@call("text", "responses")
def responses(base, model):
    return whole_response(litellm.responses(**response_args(base, model)))


@call("text", "responses")
def responses_parts(base, model):
    """It makes a stream of what it asks for as a whole."""
    last = None
    for e in litellm.responses(**response_args(base, model), stream=True):
        last = getattr(e, "response", last)
    return whole_response(last)


@call("close", "chat")
async def close(base, model):
    s = await litellm.acompletion(**args(base, model), stream=True)
    await s.__anext__()
    return said()


if __name__ == "__main__":
    main(globals())
