#!/bin/sh
# How answers end that lilscope guard --listen stops: dialects, choices, forms,
# answers that nobody wanted as a stream.
. "${top_srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/proxy_lib.sh"

end() { scenario_of ends.py "$1"; }

start_upstream
start_proxy --upstream "http://127.0.0.1:$up_port" --report "$tmp/report"
check "n = 2: the choice ends, not the stream" end choices
check "... and the server ends the rest by itself" end choices_by_itself
check "several prompts, one after the other" end prompts
check "choices of llama-server, SGLang, Gemini" end streams
end_proxy

finish
