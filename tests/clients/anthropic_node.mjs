// Anthropic's SDK for Node.
import assert from "node:assert";
import {ASK, NOTE, main, need, said} from "./client.mjs";

const {Anthropic} = need("@anthropic-ai/sdk");

const args = {max_tokens: 4096, messages: [{role: "user", content: ASK}]};
const tools = [{
	name: "note", description: "takes a note", input_schema: NOTE,
}];

function client(base)
{
	return new Anthropic({baseURL: base, apiKey: "sk-x", timeout: 60000});
}

function whole(m)
{
	let text = "", thinking = "";
	const calls = [];

	for (const block of m.content) {
		text += block.text ?? "";
		thinking += block.thinking ?? "";
		if (block.type == "tool_use")
			calls.push(block.input.a ?? "");
	}
	return said(text, m.stop_reason,
		    [m.usage.input_tokens, m.usage.output_tokens], thinking,
		    calls);
}

async function create(base, model, more)
{
	return whole(await client(base).messages.create(
		{model, ...args, ...more}));
}

// By hand, from the events.
async function stream(base, model)
{
	let text = "", thinking = "", finish = null, last = null, open = null;
	const usage = [0, 0];

	for await (const e of await client(base).messages.create(
		{model, stream: true, ...args})) {
		last = e.type;
		if (e.type == "message_start")
			usage[0] = e.message.usage.input_tokens;
		if (e.type == "content_block_start") {
			assert.equal(open, null);
			open = e.index;
		}
		if (e.type == "content_block_delta") {
			assert.equal(open, e.index);
			text += e.delta.text ?? "";
			thinking += e.delta.thinking ?? "";
		}
		if (e.type == "content_block_stop") {
			assert.equal(open, e.index);
			open = null;
		}
		if (e.type == "message_delta") {
			assert.equal(open, null);
			finish = e.delta.stop_reason;
			usage[1] = e.usage.output_tokens;
		}
	}
	assert.equal(last, "message_stop");
	return said(text, finish, usage, thinking);
}

async function helper(base, model, more)
{
	return whole(await client(base).messages.stream(
		{model, ...args, ...more}).finalMessage());
}

async function abort(base, model)
{
	const s = client(base).messages.stream({model, ...args});

	try {
		for await (const e of s)
			s.abort();
	} catch (e) {
		assert.equal(e.constructor.name, "APIUserAbortError");
	}
	return said();
}

main({
	create: ["text messages", create],
	create_tools: ["tool messages", (b, m) => create(b, m, {tools})],
	stream: ["text messages", stream],
	stream_helper: ["text messages", helper],
	stream_helper_tools: ["tool messages",
		(b, m) => helper(b, m, {tools})],
	abort: ["close messages", abort],
});
