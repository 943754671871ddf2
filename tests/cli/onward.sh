#!/bin/sh
# lilscope guard --at-threshold: what goes on behind a threshold, each dialect
# by each action by each way in which the second request fails.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE tmp
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

scenario()
{
	"$PYTHON" "$srcdir/tests/server/onward.py" "$LILSCOPE" "$1" \
		>"$tmp/out" 2>&1 && grep -q "^ok $1$" "$tmp/out" ||
		{ tail -n 20 "$tmp/out"; return 1; }
}
check "conclude: the same server goes on, one answer" scenario conclude
check "the second request fails: a well-formed end" scenario fails
check "no prefill is taken: it is asked as a question" scenario falls_back
check "retry: another seed, as long as no answer was sent" scenario retry
check "an answer that is joined: the same" scenario joined
check "report: nothing is touched" scenario report
check "a request asks for itself" scenario wishes
check "thinking or answer, and which requests" scenario scope
bad_list() { run guard --listen 127.0.0.1:0 --upstream http://127.0.0.1:9 "$@"; status_is 2 && one_sentence && grep -q "takes path:GLOB and model:GLOB" "$tmp/err"; }
check "a list of nothing known" bad_list --only host:x
check "... and an empty glob" bad_list --skip path:/v1,model:
not_proxy() { echo text >"$tmp/in"; run guard --skip model:x "$tmp/in"; status_is 2 && grep -q 'are for --listen' "$tmp/err"; }
check "a filter has no requests" not_proxy

# What a filter can and can't.
refused() # WHAT SENTENCE
{
	echo text >"$tmp/in"
	run guard --at-threshold "$1" "$tmp/in"
	status_is 2 && grep -q -e "$2" "$tmp/err" && [ ! -s "$tmp/out" ]
}
check "a filter can't ask again" refused conclude "can't ask again who writes"
check "... nor try again" refused retry "can't ask again who writes"
check "a guard writes no text" refused rollback 'writes no text itself'
check "... and has no policies" refused dense 'writes no text itself'
check "lists are for bench" refused stop,report 'writes no text itself'
only_tells()
{
	yes 'Wait, let me check that again.' | head -n 3000 >"$tmp/in"
	run guard --at-threshold report "$tmp/in"
	status_is 1 && cmp "$tmp/in" "$tmp/out" &&
		grep -q 'guard: threshold at token' "$tmp/err" || return 1
	run guard --at-threshold stop --report "$tmp/report" "$tmp/in"
	status_is 1 && [ "$(wc -c <"$tmp/out")" -lt 20000 ] &&
		grep -q '"at_threshold":"stop"' "$tmp/report"
}
check "a filter reports and stops" only_tells

finish
