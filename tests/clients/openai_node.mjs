// OpenAI's SDK for Node.
import assert from "node:assert";
import {ASK, NOTE, main, need, said} from "./client.mjs";

const {OpenAI} = need("openai");
const {zodResponseFormat} = need("openai/helpers/zod");
const {z} = need("zod");

const messages = [{role: "user", content: ASK}];
const tools = [{
	type: "function",
	function: {name: "note", parameters: NOTE, strict: true},
}];
const response_format = {
	type: "json_schema",
	json_schema: {name: "note", schema: NOTE, strict: true},
};
const usage = {stream: true, stream_options: {include_usage: true}};

function client(base)
{
	return new OpenAI({
		baseURL: base + "/v1", apiKey: "sk-x", timeout: 60000,
	});
}

function counts(u)
{
	return u ? [u.prompt_tokens, u.completion_tokens] : null;
}

function whole(r)
{
	const [first, ...more] = r.choices;
	const m = first.message;

	return said(m.content, first.finish_reason, counts(r.usage),
		    m.reasoning_content,
		    (m.tool_calls ?? []).map((t) => t.function.arguments),
		    more.map((c) => [c.message.content, c.finish_reason]));
}

async function create(base, model, more)
{
	return whole(await client(base).chat.completions.create(
		{model, messages, ...more}));
}

async function stream(base, model, more)
{
	const text = {}, finish = {}, calls = {};
	let thinking = "", u = null;

	for await (const chunk of await client(base).chat.completions.create(
		{model, messages, stream: true, ...more})) {
		assert(chunk.id && chunk.object && chunk.model);
		u = counts(chunk.usage) ?? u;
		for (const c of chunk.choices) {
			const i = c.index;

			text[i] = (text[i] ?? "") + (c.delta.content ?? "");
			thinking += c.delta.reasoning_content ?? "";
			assert(!finish[i] || !c.finish_reason);
			finish[i] = c.finish_reason;
			for (const t of c.delta.tool_calls ?? [])
				calls[t.index] = (calls[t.index] ?? "") +
					(t.function.arguments ?? "");
		}
	}
	return said(text[0], finish[0], u, thinking, Object.values(calls),
		    Object.keys(text).filter((i) => i > 0).map(
			    (i) => [text[i], finish[i]]));
}

async function helper(base, model, more)
{
	const runner = client(base).chat.completions.stream(
		{model, messages, stream_options: {include_usage: true},
		 ...more});

	return whole(await runner.finalChatCompletion());
}

// The tool is called, and the model goes on.
async function runTools(base, model)
{
	const runner = client(base).chat.completions.runTools({
		...usage, model, messages,
		tools: [{
			type: "function",
			function: {
				name: "note", parameters: NOTE,
				function: () => "noted", parse: JSON.parse,
				description: "takes a note",
			},
		}],
	});

	await runner.done();
	return whole(await runner.finalChatCompletion());
}

async function text(base, model)
{
	let out = "", finish = null, u = null;

	for await (const chunk of await client(base).completions.create(
		{model, prompt: ASK, ...usage})) {
		u = counts(chunk.usage) ?? u;
		for (const c of chunk.choices) {
			out += c.text;
			finish = c.finish_reason ?? finish;
		}
	}
	return said(out, finish, u);
}

function wholeResponse(r)
{
	let thinking = "";
	const calls = [];

	for (const item of r.output) {
		for (const c of item.type == "reasoning" && item.content || [])
			thinking += c.text;
		if (item.type == "function_call")
			calls.push(item.arguments);
	}
	return said(r.output_text,
		    r.status == "incomplete" ? r.incomplete_details.reason :
					       r.status,
		    r.usage && [r.usage.input_tokens, r.usage.output_tokens],
		    thinking, calls);
}

async function responses(base, model, more)
{
	return wholeResponse(await client(base).responses.create(
		{model, input: ASK, ...more}));
}

async function responsesEvents(base, model)
{
	let deltas = "", last = null, number = -1;

	for await (const e of await client(base).responses.create(
		{model, input: ASK, stream: true})) {
		if (e.type == "response.output_text.delta")
			deltas += e.delta;
		last = e.response ?? last;
		if (e.type != "error")
			assert(e.sequence_number > number);
		number = e.sequence_number;
	}
	return said(deltas, wholeResponse(
		{...last, output_text: ""}).finish,
		    last.usage && [last.usage.input_tokens,
				   last.usage.output_tokens]);
}

async function responsesStream(base, model, more)
{
	return wholeResponse(await client(base).responses.stream(
		{model, input: ASK, ...more}).finalResponse());
}

async function close(base, model)
{
	const s = await client(base).chat.completions.create(
		{model, messages, stream: true});

	for await (const chunk of s)
		break; // which aborts it
	return said();
}

async function abort(base, model)
{
	const s = await client(base).chat.completions.create(
		{model, messages, stream: true});

	for await (const chunk of s)
		s.controller.abort();
	return said();
}

function withMore(f, more)
{
	return (base, model) => f(base, model, more);
}

const responseTools = [{
	type: "function", name: "note", parameters: NOTE, strict: true,
}];

main({
	create: ["text chat", create],
	create_n2: ["choices chat", withMore(create, {n: 2})],
	create_tools: ["tool chat", withMore(create, {tools})],
	create_schema: ["json chat", withMore(create, {response_format})],
	stream: ["text chat", stream, true],
	stream_usage: ["text chat", withMore(stream, usage)],
	stream_n2: ["choices chat", withMore(stream, {n: 2, ...usage})],
	stream_tools: ["tool chat", withMore(stream, {tools, ...usage})],
	stream_schema: ["json chat",
		withMore(stream, {response_format, ...usage})],
	stream_helper: ["text chat", helper],
	stream_helper_tools: ["tool chat", withMore(helper, {tools})],
	stream_helper_zod: ["json chat", withMore(helper, {
		response_format: zodResponseFormat(
			z.object({a: z.string()}), "note")})],
	run_tools: ["agent chat", runTools],
	text_stream: ["text text_api", text],
	responses: ["text responses", responses],
	responses_tools: ["tool responses",
		withMore(responses, {tools: responseTools})],
	responses_events: ["text responses", responsesEvents],
	responses_stream: ["text responses", responsesStream],
	responses_stream_tools: ["tool responses",
		withMore(responsesStream, {tools: responseTools})],
	close: ["close chat", close],
	abort: ["close chat", abort],
});
