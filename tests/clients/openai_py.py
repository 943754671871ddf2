"""OpenAI's SDK for Python."""
import asyncio

import openai
import pydantic

from client import ASK, NOTE, call, main, said

MESSAGES = [{"role": "user", "content": ASK}]
TOOLS = [{"type": "function", "function": {
    "name": "note", "parameters": NOTE, "strict": True}}]
RESPONSE_TOOLS = [{"type": "function", "name": "note", "parameters": NOTE,
                   "strict": True}]
SCHEMA = {"type": "json_schema", "json_schema": {
    "name": "note", "schema": NOTE, "strict": True}}
USAGE = {"include_usage": True}


class Note(pydantic.BaseModel):
    a: str


def client(base, **more):
    return openai.OpenAI(base_url=base + "/v1", api_key="sk-x", timeout=60,
                         **more)


def aclient(base):
    return openai.AsyncOpenAI(base_url=base + "/v1", api_key="sk-x",
                              timeout=60)


def counts(usage):
    return usage and (usage.prompt_tokens, usage.completion_tokens)


def thinking_of(message):
    return getattr(message, "reasoning_content", None) or ""


def arguments(message):
    return [c.function.arguments for c in message.tool_calls or []]


def whole(r):
    first, *more = r.choices
    return said(first.message.content, first.finish_reason, counts(r.usage),
                thinking_of(first.message), arguments(first.message),
                [(c.message.content, c.finish_reason) for c in more])


class Joined:
    """Chunks of a stream, added up as a client does by hand."""
    def __init__(self):
        self.text, self.finish, self.thinking = {}, {}, ""
        self.tools, self.usage, self.logprobs = {}, None, 0

    def add(self, chunk):
        assert chunk.id and chunk.object and chunk.model, chunk
        self.usage = counts(chunk.usage) or self.usage
        for c in chunk.choices:
            self.text.setdefault(c.index, "")
            self.text[c.index] += c.delta.content or ""
            self.thinking += thinking_of(c.delta)
            assert not self.finish.get(c.index) or not c.finish_reason
            self.finish[c.index] = c.finish_reason
            self.logprobs += len((c.logprobs and c.logprobs.content) or [])
            for t in c.delta.tool_calls or []:
                self.tools.setdefault(t.index, "")
                self.tools[t.index] += t.function.arguments or ""

    def said(self):
        more = [(self.text[i], self.finish[i]) for i in self.text if i]
        return said(self.text.get(0), self.finish.get(0), self.usage,
                    self.thinking, self.tools.values(), more)


def streamed(base, model, **more):
    joined = Joined()
    for chunk in client(base).chat.completions.create(
            model=model, messages=MESSAGES, stream=True, **more):
        joined.add(chunk)
    return joined.said()


@call("text", "chat")
def create(base, model):
    return whole(client(base).chat.completions.create(
        model=model, messages=MESSAGES))


@call("text", "chat")
async def create_async(base, model):
    return whole(await aclient(base).chat.completions.create(
        model=model, messages=MESSAGES))


@call("choices", "chat")
def create_n2(base, model):
    return whole(client(base).chat.completions.create(
        model=model, messages=MESSAGES, n=2))


@call("tool", "chat")
def create_tools(base, model):
    return whole(client(base).chat.completions.create(
        model=model, messages=MESSAGES, tools=TOOLS))


@call("json", "chat")
def create_schema(base, model):
    return whole(client(base).chat.completions.create(
        model=model, messages=MESSAGES, response_format=SCHEMA))


@call("json", "chat")
def parse(base, model):
    return whole(client(base).chat.completions.parse(
        model=model, messages=MESSAGES, response_format=Note))


@call("text", "chat")
def create_logprobs(base, model):
    r = client(base).chat.completions.create(
        model=model, messages=MESSAGES, logprobs=True)
    out = whole(r)
    assert model.startswith("file:") or not r.usage or \
        len(r.choices[0].logprobs.content) == r.usage.completion_tokens
    return out


@call("text", "chat")
def raw_response(base, model):
    r = client(base).chat.completions.with_raw_response.create(
        model=model, messages=MESSAGES)
    assert r.headers["content-type"].startswith("application/json")
    return whole(r.parse())


@call("text", "chat", usage=False)
def stream(base, model):
    return streamed(base, model)


@call("text", "chat")
def stream_usage(base, model):
    return streamed(base, model, stream_options=USAGE)


@call("text", "chat")
async def stream_async(base, model):
    joined = Joined()
    async for chunk in await aclient(base).chat.completions.create(
            model=model, messages=MESSAGES, stream=True,
            stream_options=USAGE):
        joined.add(chunk)
    return joined.said()


@call("choices", "chat")
def stream_n2(base, model):
    return streamed(base, model, n=2, stream_options=USAGE)


@call("tool", "chat")
def stream_tools(base, model):
    return streamed(base, model, tools=TOOLS, stream_options=USAGE)


@call("json", "chat")
def stream_schema(base, model):
    return streamed(base, model, response_format=SCHEMA,
                    stream_options=USAGE)


@call("text", "chat")
def stream_logprobs(base, model):
    return streamed(base, model, logprobs=True, stream_options=USAGE)


def helper(base, model, **more):
    with client(base).chat.completions.stream(
            model=model, messages=MESSAGES, stream_options=USAGE,
            **more) as s:
        for event in s:
            pass
        return whole(s.get_final_completion())


@call("text", "chat")
def stream_helper(base, model):
    return helper(base, model)


@call("tool", "chat")
def stream_helper_tools(base, model):
    return helper(base, model, tools=TOOLS)


@call("json", "chat")
def stream_helper_schema(base, model):
    return helper(base, model, response_format=Note)


@call("text", "text_api")
def text_create(base, model):
    r = client(base).completions.create(model=model, prompt=ASK)
    return said(r.choices[0].text, r.choices[0].finish_reason,
                counts(r.usage))


@call("text", "text_api")
def text_stream(base, model):
    text, finish, usage = "", None, None
    for chunk in client(base).completions.create(
            model=model, prompt=ASK, stream=True, stream_options=USAGE):
        usage = counts(chunk.usage) or usage
        for c in chunk.choices:
            text += c.text
            finish = c.finish_reason or finish
    return said(text, finish, usage)


def whole_response(r):
    thinking, tools = "", []
    for item in r.output:
        if item.type == "reasoning":
            thinking += "".join(c.text for c in item.content or [])
        if item.type == "function_call":
            tools.append(item.arguments)
    finish = r.status if r.status != "incomplete" else \
        r.incomplete_details.reason
    return said(r.output_text, finish, r.usage and (
        r.usage.input_tokens, r.usage.output_tokens), thinking, tools)


@call("text", "responses")
def responses(base, model):
    return whole_response(client(base).responses.create(
        model=model, input=ASK))


@call("tool", "responses")
def responses_tools(base, model):
    return whole_response(client(base).responses.create(
        model=model, input=ASK, tools=RESPONSE_TOOLS))


@call("json", "responses")
def responses_parse(base, model):
    return whole_response(client(base).responses.parse(
        model=model, input=ASK, text_format=Note))


@call("text", "responses")
def responses_events(base, model):
    deltas, last, number = "", None, -1
    for event in client(base).responses.create(
            model=model, input=ASK, stream=True):
        if event.type == "response.output_text.delta":
            deltas += event.delta
        if hasattr(event, "response"):
            last = event.response
        if event.type != "error":
            assert event.sequence_number > number, event
            number = event.sequence_number
    out = whole_response(last)
    assert out["text"] == deltas, (out["text"][-80:], deltas[-80:])
    return out


def responses_helper(base, model, **more):
    with client(base).responses.stream(model=model, input=ASK, **more) as s:
        for event in s:
            pass
        return whole_response(s.get_final_response())


@call("text", "responses")
def responses_stream(base, model):
    return responses_helper(base, model)


@call("tool", "responses")
def responses_stream_tools(base, model):
    return responses_helper(base, model, tools=RESPONSE_TOOLS)


@call("json", "responses")
def responses_stream_schema(base, model):
    return responses_helper(base, model, text_format=Note)


@call("text", "responses")
async def responses_stream_async(base, model):
    async with aclient(base).responses.stream(model=model, input=ASK) as s:
        async for event in s:
            pass
        return whole_response(await s.get_final_response())


@call("close", "chat")
def close(base, model):
    s = client(base).chat.completions.create(
        model=model, messages=MESSAGES, stream=True)
    next(iter(s))
    s.close()
    return said()


@call("close", "chat")
async def close_cancelled(base, model):
    async def read():
        async for _ in await aclient(base).chat.completions.create(
                model=model, messages=MESSAGES, stream=True):
            began.set()
    began = asyncio.Event()
    task = asyncio.create_task(read())
    await began.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    return said()


@call("wait", "chat")
def timeout(base, model):
    """A plain answer is not waited for."""
    try:
        client(base, max_retries=0).with_options(
            timeout=0.2).chat.completions.create(
            model=model, messages=MESSAGES)
    except openai.APITimeoutError:
        return said()


@call("wait", "chat")
def timeout_stream(base, model):
    try:
        client(base, max_retries=0).with_options(
            timeout=0.2).chat.completions.create(
            model=model, messages=MESSAGES, stream=True)
    except openai.APITimeoutError:
        return said()


if __name__ == "__main__":
    main(globals())
