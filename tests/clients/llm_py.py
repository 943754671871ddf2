"""The llm command, with a model of an OpenAI server in its folder."""
import json
import os
import re
import subprocess
import sys
import tempfile

from client import ASK, call, main, said

MODEL = """- model_id: guarded
  model_name: %s
  api_base: %s/v1
  api_key_name: none
"""


class LlmError(Exception):
    pass


def llm(base, model, *args):
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/extra-openai-models.yaml", "w") as f:
            f.write(MODEL % (model, base))
        env = {**os.environ, "LLM_USER_PATH": folder, "OPENAI_API_KEY": "x"}

        def run(*more):
            return subprocess.run([sys.executable, "-m", "llm", *more],
                                  env=env, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60)
        r = run("-m", "guarded", "--log", *args, ASK)
        if r.returncode:
            number = re.search(r"code: (\d+)", r.stderr)
            e = LlmError(r.stderr)
            e.status_code = number and int(number[1])
            raise e
        log = json.loads(run("logs", "--json", "-n", "1").stdout)[0]
        assert log["response"].strip() == r.stdout.strip(), "the log differs"
        finish = (log.get("response_json") or {}).get("finish_reason")
        return said(r.stdout[:-1], finish, (log["input_tokens"],
                                            log["output_tokens"]))


@call("text", "chat")
def prompt(base, model):
    return llm(base, model)


@call("text", "chat")
def plain(base, model):
    return llm(base, model, "--no-stream")


if __name__ == "__main__":
    main(globals())
