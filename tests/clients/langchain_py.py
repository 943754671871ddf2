"""LangChain's ChatOpenAI and ChatAnthropic."""
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI

from client import ASK, NOTE, call, main, said

TOOL = {"type": "function", "function": {
    "name": "note", "description": "takes a note", "parameters": NOTE}}
SCHEMA = {"title": "note", "description": "a note", **NOTE}


def openai(base, model, **more):
    return ChatOpenAI(base_url=base + "/v1", api_key="sk-x", model=model,
                      timeout=60, **more)


def anthropic(base, model):
    return ChatAnthropic(base_url=base, api_key="sk-x", model=model,
                         max_tokens=4096, timeout=60)


def whole(m):
    """The text of a message (or of chunks added up) and its thinking."""
    text, thinking = "", ""
    for part in ([m.content] if isinstance(m.content, str) else m.content):
        if isinstance(part, str):
            text += part
        elif part.get("type") == "text":
            text += part["text"]
        elif part.get("type") == "thinking":
            thinking += part.get("thinking", "")
        elif part.get("type") == "reasoning":
            thinking += "".join(c["text"] for c in part.get("content") or [])
    meta = m.response_metadata
    finish = meta.get("finish_reason") or meta.get("stop_reason") or \
        (meta.get("incomplete_details") or {}).get("reason") or \
        meta.get("status")
    usage = m.usage_metadata and (m.usage_metadata["input_tokens"],
                                  m.usage_metadata["output_tokens"])
    tools = [c["args"].get("a", "") for c in m.tool_calls] + \
        [c["args"] or "" for c in m.invalid_tool_calls]
    return said(text, finish, usage, thinking, tools)


def added(chunks):
    out = None
    for chunk in chunks:
        out = chunk if out is None else out + chunk
    return whole(out)


@call("text", "chat")
def invoke(base, model):
    return whole(openai(base, model).invoke(ASK))


@call("text", "chat")
def stream(base, model):
    return added(openai(base, model, stream_usage=True).stream(ASK))


@call("text", "chat")
async def astream(base, model):
    chunks = openai(base, model, stream_usage=True).astream(ASK)
    return added([c async for c in chunks])


@call("text", "chat")
def invoke_streaming(base, model):
    """Streams, and gives the whole."""
    return whole(openai(base, model, streaming=True,
                        stream_usage=True).invoke(ASK))


@call("tool", "chat")
def stream_tools(base, model):
    return added(openai(base, model, stream_usage=True).bind_tools(
        [TOOL]).stream(ASK))


@call("tool", "chat")
def invoke_tools(base, model):
    return whole(openai(base, model).bind_tools([TOOL]).invoke(ASK))


@call("json", "chat")
def structured(base, model):
    r = openai(base, model).with_structured_output(
        SCHEMA, method="json_schema", include_raw=True).invoke(ASK)
    return whole(r["raw"])


@call("text", "responses")
def responses(base, model):
    return whole(openai(base, model, use_responses_api=True).invoke(ASK))


@call("text", "responses")
def responses_stream(base, model):
    return added(openai(base, model, use_responses_api=True).stream(ASK))


@call("text", "messages")
def anthropic_invoke(base, model):
    return whole(anthropic(base, model).invoke(ASK))


@call("text", "messages")
def anthropic_stream(base, model):
    return added(anthropic(base, model).stream(ASK))


@call("tool", "messages")
def anthropic_stream_tools(base, model):
    return added(anthropic(base, model).bind_tools([TOOL]).stream(ASK))


@call("close", "chat")
def close(base, model):
    s = openai(base, model).stream(ASK)
    next(s)
    s.close()
    return said()


if __name__ == "__main__":
    main(globals())
