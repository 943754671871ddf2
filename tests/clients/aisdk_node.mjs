// Vercel's AI SDK, over the three APIs.
import {ASK, NOTE, main, need, said} from "./client.mjs";

const ai = need("ai");
const {createOpenAI} = need("@ai-sdk/openai");
const {createOpenAICompatible} = need("@ai-sdk/openai-compatible");
const {createAnthropic} = need("@ai-sdk/anthropic");

globalThis.AI_SDK_LOG_WARNINGS = false;

const of = {
	compatible: (base, model) => createOpenAICompatible({
		name: "guarded", baseURL: base + "/v1", includeUsage: true,
		supportsStructuredOutputs: true,
	})(model),
	chat: (base, model) => createOpenAI(
		{baseURL: base + "/v1", apiKey: "sk-x"}).chat(model),
	responses: (base, model) => createOpenAI(
		{baseURL: base + "/v1", apiKey: "sk-x"}).responses(model),
	messages: (base, model) => createAnthropic(
		{baseURL: base + "/v1", apiKey: "sk-x"})(model),
};
const tools = {
	note: ai.tool({
		description: "takes a note", inputSchema: ai.jsonSchema(NOTE),
	}),
};

function counts(u)
{
	return u && u.outputTokens !== undefined ?
		       [u.inputTokens ?? 0, u.outputTokens] : null;
}

function calls(list)
{
	return list.map((t) => typeof t.input == "string" ?
				       t.input : t.input?.a ?? "");
}

function generate(kind, more)
{
	return async (base, model) => {
		const r = await ai.generateText({
			model: of[kind](base, model), prompt: ASK, ...more,
		});

		return said(r.text, r.finishReason, counts(r.usage),
			    r.reasoningText, calls(r.toolCalls));
	};
}

function stream(kind, more)
{
	return async (base, model) => {
		let error = null, finish, usage, text = "", thinking = "";
		const r = ai.streamText({
			model: of[kind](base, model), prompt: ASK,
			onError: (e) => error = error ?? e.error, ...more,
		});

		for await (const part of r.fullStream) {
			if (part.type == "error")
				throw part.error;
			if (part.type == "text-delta")
				text += part.text;
			if (part.type == "reasoning-delta")
				thinking += part.text;
		}
		finish = await r.finishReason;
		usage = counts(await r.usage);
		if (error)
			throw error;
		return said(text, finish, usage, thinking,
			    calls(await r.toolCalls));
	};
}

function object(kind)
{
	return async (base, model) => {
		try {
			const r = await ai.generateObject({
				model: of[kind](base, model), prompt: ASK,
				schema: ai.jsonSchema(NOTE),
			});

			return said(JSON.stringify(r.object), r.finishReason,
				    counts(r.usage));
		} catch (e) {
			// it knows why there is none
			if (ai.NoObjectGeneratedError.isInstance(e))
				return said("", e.finishReason,
					    counts(e.usage));
			throw e;
		}
	};
}

async function abort(base, model)
{
	const control = new AbortController();
	const r = ai.streamText({
		model: of.compatible(base, model), prompt: ASK,
		abortSignal: control.signal,
	});

	for await (const part of r.fullStream)
		if (part.type == "text-delta")
			control.abort();
	return said();
}

main({
	generate: ["text chat", generate("compatible")],
	generate_tools: ["tool chat", generate("compatible", {tools})],
	stream: ["text chat", stream("compatible")],
	stream_tools: ["tool chat", stream("compatible", {tools})],
	object: ["json chat", object("compatible")],
	openai_chat_stream: ["text chat", stream("chat")],
	openai_chat_object: ["json chat", object("chat")],
	responses_generate: ["text responses", generate("responses")],
	responses_stream: ["text responses", stream("responses")],
	responses_stream_tools: ["tool responses",
		stream("responses", {tools})],
	anthropic_generate: ["text messages", generate("messages")],
	anthropic_stream: ["text messages", stream("messages")],
	anthropic_stream_tools: ["tool messages",
		stream("messages", {tools})],
	abort: ["close chat", abort],
});
