"""Anthropic's SDK for Python."""
import anthropic

from client import ASK, NOTE, call, main, said

TOOLS = [{"name": "note", "description": "takes a note",
          "input_schema": NOTE}]
ARGS = {"max_tokens": 4096, "messages": [{"role": "user", "content": ASK}]}


def client(base):
    return anthropic.Anthropic(base_url=base, api_key="sk-x", timeout=60)


def aclient(base):
    return anthropic.AsyncAnthropic(base_url=base, api_key="sk-x", timeout=60)


def whole(m):
    text, thinking, tools = "", "", []
    for block in m.content:
        if block.type == "text":
            text += block.text
        if block.type == "thinking":
            thinking += block.thinking
        if block.type == "tool_use":
            tools.append(block.input.get("a", ""))
    return said(text, m.stop_reason, (m.usage.input_tokens,
                                      m.usage.output_tokens), thinking, tools)


@call("text", "messages")
def create(base, model):
    return whole(client(base).messages.create(model=model, **ARGS))


@call("text", "messages")
async def create_async(base, model):
    return whole(await aclient(base).messages.create(model=model, **ARGS))


@call("tool", "messages")
def create_tools(base, model):
    return whole(client(base).messages.create(model=model, tools=TOOLS,
                                              **ARGS))


@call("text", "messages")
def stream(base, model):
    """By hand, from the events."""
    text, thinking, finish, usage, open_block = "", "", None, [0, 0], None
    last = None
    for e in client(base).messages.create(model=model, stream=True, **ARGS):
        last = e.type
        if e.type == "message_start":
            usage[0] = e.message.usage.input_tokens
        if e.type == "content_block_start":
            assert open_block is None, e
            open_block = e.index
        if e.type == "content_block_delta":
            assert open_block == e.index, e
            text += getattr(e.delta, "text", None) or ""
            thinking += getattr(e.delta, "thinking", None) or ""
        if e.type == "content_block_stop":
            assert open_block == e.index, e
            open_block = None
        if e.type == "message_delta":
            assert open_block is None, "a block is still open"
            finish, usage[1] = e.delta.stop_reason, e.usage.output_tokens
    assert last == "message_stop", last
    return said(text, finish, usage, thinking)


def helper(base, model, **more):
    with client(base).messages.stream(model=model, **ARGS, **more) as s:
        for _ in s:
            pass
        return whole(s.get_final_message())


@call("text", "messages")
def stream_helper(base, model):
    return helper(base, model)


@call("tool", "messages")
def stream_helper_tools(base, model):
    return helper(base, model, tools=TOOLS)


@call("text", "messages")
async def stream_helper_async(base, model):
    async with aclient(base).messages.stream(model=model, **ARGS) as s:
        async for _ in s.text_stream:
            pass
        return whole(await s.get_final_message())


@call("close", "messages")
def close(base, model):
    with client(base).messages.stream(model=model, **ARGS) as s:
        next(iter(s.text_stream))
    return said()


if __name__ == "__main__":
    main(globals())
