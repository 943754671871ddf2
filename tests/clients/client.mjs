// What the clients of tests/clients in Node have in common: the same lines on
// standard input and output as client.py. Packages are those of the folder
// LILSCOPE_CLIENTS.
import {createRequire} from "node:module";
import {createInterface} from "node:readline";

export const need = createRequire(process.env.LILSCOPE_CLIENTS + "/");
export const ASK = "Tell me something.";
export const NOTE = {
	type: "object", properties: {a: {type: "string"}}, required: ["a"],
	additionalProperties: false,
};

export function said(text, finish, usage, thinking, tools, more)
{
	return {
		text: text ?? "", finish: finish ?? null, usage: usage ?? null,
		thinking: thinking ?? "", tools: tools ?? [], more: more ?? [],
	};
}

// What an exception says, and the status that it is about.
function raised(e)
{
	const status = e.status ?? e.statusCode ?? e.lastError?.statusCode;

	return {
		raised: e.constructor.name, status: status ?? null,
		said: String(e.message).slice(0, 400),
	};
}

// calls: {name: [kinds, function(base, model), no usage]}
export async function main(calls)
{
	const told = {};

	console.log = console.warn = console.error;
	for (const [name, [kinds, , blind]] of Object.entries(calls))
		told[name] = {kinds: kinds.split(" "), usage: !blind};
	process.stdout.write(JSON.stringify(told) + "\n");
	for await (const line of createInterface({input: process.stdin})) {
		const ask = JSON.parse(line);
		let answer;

		try {
			answer = await calls[ask.call][1](ask.base, ask.model);
		} catch (e) {
			answer = raised(e);
		}
		process.stdout.write(JSON.stringify(answer) + "\n");
	}
	process.exit(0);
}

// An error that nobody waits for is one all the same.
process.on("unhandledRejection", (e) => {
	console.error("unhandled:", e);
	process.exit(3);
});
