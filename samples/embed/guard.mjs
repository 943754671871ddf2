// Node without an addon: text goes through `lilscope guard`, which ends it where
// it loops. LILSCOPE names the program.
//	node guard.mjs <text
import { spawn } from "node:child_process";

const guard = spawn(process.env.LILSCOPE ?? "lilscope", ["guard"],
	{ stdio: ["pipe", "pipe", "pipe"] });
let passed = 0, said = "";

guard.stdout.on("data", (chunk) => { passed += chunk.length; });
guard.stderr.on("data", (chunk) => { said += chunk; });
guard.stdin.on("error", () => {}); // it has ended: nothing more is wanted
guard.on("close", (code) => {
	console.log(JSON.stringify({ passed, code, said: said.trim() }));
});
for await (const chunk of process.stdin) {
	if (guard.exitCode !== null || guard.stdin.destroyed)
		break; // here the request to the model is cancelled
	guard.stdin.write(chunk);
}
guard.stdin.end();
