// Node without an addon: text goes through `lilscope guard`, which ends it where
// it loops. LILSCOPE names the program. Ends as that does: 0, 1 where the text
// was ended, 2 with trouble.
//	node guard.mjs <text
import { spawn } from "node:child_process";

const guard = spawn(process.env.LILSCOPE ?? "lilscope", ["guard"],
	{ stdio: ["pipe", "pipe", "pipe"] });
let passed = 0, said = "", ended = false;

guard.stdout.on("data", (chunk) => { passed += chunk.length; });
guard.stderr.on("data", (chunk) => { said += chunk; });
guard.stdin.on("error", () => {}); // it has ended: nothing more is wanted
guard.on("error", (error) => { said = error.message; }); // it never began
guard.on("close", (status) => {
	const code = status === null || status < 0 ? 2 : status;

	ended = true;
	console.log(JSON.stringify({ passed, code, said: said.trim() }));
	process.exitCode = code;
});
for await (const chunk of process.stdin) {
	if (ended || guard.exitCode !== null || guard.stdin.destroyed)
		break; // here the request to the model is cancelled
	guard.stdin.write(chunk);
}
guard.stdin.end();
