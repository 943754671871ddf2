#!/bin/sh
# How answers end that lilscope guard --listen stops: dialects, choices, forms,
# answers that nobody wanted as a stream.
. "${top_srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/proxy_lib.sh"

end() { scenario_of ends.py "$1"; }

start_upstream
start_proxy --upstream "http://127.0.0.1:$up_port" --report "$tmp/report" \
	--rule guardian # stops all of them at token 500
check "n = 2: the choice ends, not the stream" end choices
check "... and the server ends the rest by itself" end choices_by_itself
check "several prompts, one after the other" end prompts
check "choices of llama-server, SGLang, Gemini" end streams
check "a form that is cut: length" end forms
check "trailers" end trailers
check "Responses: items, numbers, the whole" end responses
check "binary frames" end bedrock
check "lettered lines in plain text" end lettered
check "a plain answer is watched, too" end joined
check "... and is what it would have been" end as_it_was
end_proxy

start_proxy --upstream "http://127.0.0.1:$up_port" --as-asked
check "--as-asked" end as_asked
end_proxy
said() { grep -q 'POST /v1/chat/completions 200, unwatched: asked without a stream' "$tmp/log.proxy"; }
check "... which is said" said

finish
