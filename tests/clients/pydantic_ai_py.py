"""Pydantic AI, over the three APIs."""
import pydantic
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.messages import TextPart, ThinkingPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from client import ASK, call, main, said


class Note(pydantic.BaseModel):
    a: str


def agent(base, model, kind, **more):
    if kind is AnthropicModel:
        provider = AnthropicProvider(base_url=base, api_key="sk-x")
    else:
        provider = OpenAIProvider(base_url=base + "/v1", api_key="sk-x")
    return Agent(kind(model, provider=provider), retries=0, **more)


def whole(response):
    text = "".join(p.content for p in response.parts
                   if isinstance(p, TextPart))
    thinking = "".join(p.content for p in response.parts
                       if isinstance(p, ThinkingPart))
    u = response.usage
    return said(text, response.finish_reason,
                (u.input_tokens, u.output_tokens), thinking)


async def run(base, model, kind, **more):
    r = await agent(base, model, kind, **more).run(ASK)
    return whole(r.response)


async def run_stream(base, model, kind, **more):
    async with agent(base, model, kind, **more).run_stream(ASK) as r:
        async for _ in r.stream_output(debounce_by=None):
            pass
        return whole(r.response)


async def note(a: str) -> str:
    """Takes a note."""
    return "noted"


@call("text", "chat")
def chat(base, model):
    return run(base, model, OpenAIChatModel)


@call("text", "chat")
def chat_stream(base, model):
    return run_stream(base, model, OpenAIChatModel)


@call("json", "chat")
def chat_schema(base, model):
    return run(base, model, OpenAIChatModel, output_type=NativeOutput(Note))


@call("agent", "chat")
def chat_tools(base, model):
    """The tool is called, and the model goes on."""
    return run(base, model, OpenAIChatModel, tools=[note])


@call("text", "responses")
def responses(base, model):
    return run(base, model, OpenAIResponsesModel)


@call("text", "responses")
def responses_stream(base, model):
    return run_stream(base, model, OpenAIResponsesModel)


@call("text", "messages")
def messages(base, model):
    return run(base, model, AnthropicModel)


@call("text", "messages")
def messages_stream(base, model):
    return run_stream(base, model, AnthropicModel)


@call("close", "chat")
async def close(base, model):
    async with agent(base, model, OpenAIChatModel).run_stream(ASK) as r:
        async for _ in r.stream_text(delta=True, debounce_by=None):
            break
    return said()


if __name__ == "__main__":
    main(globals())
