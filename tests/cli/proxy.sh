#!/bin/sh
# lilscope guard --listen: between clients and a server, both on loopback.
. "${top_srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/proxy_lib.sh"

scenario() { scenario_of ask.py "$1"; }

start_upstream
start_proxy --upstream "http://me:secret@127.0.0.1:$up_port" --report "$tmp/report" \
	--tee "$tmp/tee.jsonl" --rule guardian # stops the loops at token 500
check "64 streams, half of them loops" scenario many
check "what does not stream is unchanged" scenario plain
check "what comes packed" scenario packed
check "headers and body" scenario headers
check "records pass when they come" scenario streaming
check "a slow client" scenario slow
check "upstream dies" scenario dies
check "the client goes away" scenario leaves
check "an upstream that says odd things" scenario odd
check "requests that are no clear HTTP" scenario unclear
check "limits: 413 and 431" scenario limits
check "one connection, many requests" scenario kept
end_proxy
ended() { status_is 1; }
check "SIGTERM: it stopped something" ended
no_secrets() { ! echo "$hello" | grep -i secret - "$tmp/log.proxy" "$tmp/report" "$tmp/tee.jsonl"; }
check "no key in the log, the report, the trace" no_secrets
logged()
{
	grep -q '^lilscope: 20[0-9-]*T[0-9:]*Z POST /v1/chat/completions 200, openai, [0-9]* tokens, stopped at token 500 (guardian), [0-9]* ms' "$tmp/log.proxy" &&
	grep -q 'POST /api/chat 200, ollama, [0-9]* tokens, [0-9]* ms' "$tmp/log.proxy" &&
	grep -q 'upstream broke off' "$tmp/log.proxy" &&
	grep -q '/odd/0 502, upstream answered with a status' "$tmp/log.proxy" &&
	grep -q 'the client went away' "$tmp/log.proxy" &&
	! grep -q ' 0, the client' "$tmp/log.proxy" &&
	tail -n 1 "$tmp/log.proxy" | grep -qE 'Z guard: ended after [0-9]+ requests, [0-9]+ tokens: [0-9]+ watched, 39 stopped, [0-9]+ failed upstream' &&
	no_controls "$tmp/log.proxy"
}
check "one line a request" logged
reported()
{
	resident - "$tmp/report" <<'END'
import collections, json, re, sys, upstream
n = collections.Counter()
for line in open(sys.argv[1]):
    r = json.loads(line)
    n[r["ended_by"]] += 1
    assert r["stopped"] == (r["ended_by"] == "threshold"), r
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", r["ended_at"]), r
    if r["stopped"]:
        assert r["thresholds"][0]["at_token"] == 500, r
assert n["threshold"] == 32 + 4 + 3, n
odd = sum(answer[2] is None or answer[1] == 502 for answer in upstream.ODD)
assert n["trouble"] == 1 + odd and n["reader"] >= 3 and n["end"] > 40, n
END
}
check "a JSON line a request" reported
# All streams are in one trace, each whole, whatever it was interleaved with.
teed()
{
	run analyze --json "$tmp/tee.jsonl"
	[ ! -s "$tmp/err" ] || { head -n 3 "$tmp/err"; return 1; }
	resident - "$tmp/out" <<'END'
import collections, json, sys
n = collections.Counter()
for line in open(sys.argv[1]):
    r = json.loads(line)
    n[r["finish_reason"]] += 1
    assert r["dialect"] == "native" and r["model"] == "m", r
    assert r["ttft_ms"] > 0, r
    if r["finish_reason"] == "guard":
        assert r["rules"][0]["at_token"] == 500, r
    if r["finish_reason"] == "length":
        assert r["tokens"] > 2000, r
assert n["guard"] == 32 + 4 + 3 and n["length"] >= 32 + 4 + 3, n
assert n["aborted"] + n[None] >= 2, n   # upstream broke off: no reason
END
}
check "--tee: all of them in one trace" teed

# The environment's proxy is not asked for a server of this machine; its
# certificates count.
http_proxy=http://127.0.0.1:1
export http_proxy
start_proxy --upstream "http://127.0.0.1:$up_port" --rule guardian
unset http_proxy
check "http_proxy, and an upstream on loopback" scenario kept
end_proxy
CURL_CA_BUNDLE=$none
export CURL_CA_BUNDLE
start_proxy --upstream "https://127.0.0.1:$up_port"
unset CURL_CA_BUNDLE
certificates()
{
	resident - "$proxy_port" "$none" <<'END'
import http.client, json, sys
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
c.request("GET", "/stats")
said = json.loads(c.getresponse().read())["error"]["message"]
assert sys.argv[2] in said, said
END
}
check "CURL_CA_BUNDLE" certificates
end_proxy

start_proxy --upstream "http://127.0.0.1:$up_port" --finish-reason length
other_reason()
{
	resident - "$proxy_port" <<'END'
import json, sys, urllib.request
body = json.dumps({"kind": "loop", "n": 2, "stream": True}).encode()
r = urllib.request.urlopen(urllib.request.Request(
    "http://127.0.0.1:%s/v1/chat/completions" % sys.argv[1], body), timeout=20)
last = json.loads(r.read().decode().split("\n\n")[-3][6:])
assert [(c["index"], c["finish_reason"]) for c in last["choices"]] == [
    (0, "length")], last
END
}
check "--finish-reason, and a server that ignores n" other_reason
check "events of many lines, comments, CRLF" scenario framed
end_proxy

# Which rule: the default, one whose numbers a request names, one that it names.
start_proxy --upstream "http://127.0.0.1:$up_port"
rule_of()
{
	resident - "$proxy_port" "$1" "$2" "$3" <<'END'
import json, re, sys, urllib.request
port, wish, token, rule = sys.argv[1:]
body = json.dumps({"kind": "loop", "i": 1, "stream": True}).encode()
r = urllib.request.urlopen(urllib.request.Request(
    "http://127.0.0.1:%s/v1/chat/completions" % port, body,
    {"X-Lilscope": wish}), timeout=20)
said = re.findall("threshold at token (\\d+), rule (\\w+)", r.read().decode())
assert said == [(token, rule)], said
END
}
check "the rule by default" rule_of stop 182 loop
check "... and f asks for Guardian" rule_of f=250 500 guardian
check "... and t" rule_of t=20 500 guardian
check "... and patience" rule_of patience=1 500 guardian
for each in thinking-f=70 thinking-t=3 thinking-patience=2; do
	check "... and of the thinking alone: $each" rule_of $each 500 guardian
done
check "... unless a rule is named, before" rule_of 'rule=loop; t=20' 182 loop
check "... or behind" rule_of 't=20; rule=loop' 182 loop
end_proxy
start_proxy --upstream "http://127.0.0.1:$up_port" --rule loop
check "... or by who started it" rule_of f=250 182 loop
end_proxy

# A full disk: one sentence a file, every answer whole, and trouble at the end
# unless something was stopped.
full_told()
{
	status_is "$1" && is sentences 2 "$(grep -c '^lilscope: /dev/full can.t be written: No space' "$tmp/log.proxy")"
}
full_disk()
{
	wanted=$1
	shift
	start_proxy --upstream "http://127.0.0.1:$up_port" \
		--report /dev/full --tee /dev/full --finish-reason length
	check "a full disk: the answers are whole" "$@"
	check "and once more" "$@"
	end_proxy
	check "a full disk is told, once a file" full_told "$wanted"
}
if [ -e /dev/full ]; then
	full_disk 2 scenario streaming
	full_disk 1 other_reason
fi

# Limits: what says nothing is closed, and locks nobody out.
start_proxy --upstream "http://127.0.0.1:$up_port" --rule guardian --connections 8 \
	--head-timeout 1 --idle-timeout 2 --body-timeout 1 \
	--allow-host 'guard.example, other.example'
check "idle connections make room" scenario crowd
check "no room: 503" scenario full
check "slow heads, slow bodies, idle connections" scenario idlers
check "hosts that are served" scenario hosts
end_proxy
shut_out()
{
	grep -q 'refused: its head took too long' "$tmp/log.proxy" &&
	grep -q 'POST /echo unanswered, the client was shut out: its body took too long' "$tmp/log.proxy"
}
check "who is shut out is told" shut_out
start_proxy --upstream "http://127.0.0.1:$up_port" --report "$tmp/ids" \
	--rule guardian
check "metrics" scenario metrics
check "names of requests" scenario names
end_proxy
named()
{
	is names 1 "$(grep -c '"request_id":"mine-1","model":null' "$tmp/ids")" &&
	is stops 1 "$(grep -c '"model":"a".*"stopped":true' "$tmp/ids")" &&
	! grep -q lilscope/ "$tmp/ids" "$tmp/log.proxy"
}
check "... and models are in the report" named
start_proxy --upstream "http://127.0.0.1:$up_port" --client-connections 4
check "so many from one address" scenario one_address
end_proxy

start_proxy --upstream "http://127.0.0.1:$up_port"
exec 8>&-
wait "$up_pid"
check "upstream is down: 502" scenario down
end_proxy
idle_end() { status_is 0; }
check "SIGTERM: nothing was stopped" idle_end

# A path that clients have, too.
start_upstream
start_proxy --upstream "http://127.0.0.1:$up_port/v1/"
twice()
{
	resident - "http://127.0.0.1:$proxy_port/v1/chat/completions" <<'END'
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], b"{}")
except urllib.error.HTTPError as e:
    assert e.code == 404, e
END
	end_proxy
	grep -q ' 404, .*upstream was asked at /v1/v1/chat/completions, ' "$tmp/log.proxy"
}
check "a path twice: the log says what was asked" twice
exec 8>&-
wait "$up_pid"

check "a round of everything at once, as the soak has it" \
	sh "$srcdir/tests/bench/soak.sh" 1

# --- Usage.
usage() { run guard "$@"; status_is 2 && one_sentence; }
up=http://127.0.0.1:1
check "no upstream" usage --listen 127.0.0.1:0
check "no listen" usage --upstream $up
check "a bad upstream" usage --listen 127.0.0.1:0 --upstream ftp://x
check "a star is no address" usage --listen '*:0' --upstream $up
check "a bad address" usage --listen nowhere:x --upstream $up
open_to_all()
{
	timeout 1 "$LILSCOPE" guard --listen 0.0.0.0:0 --upstream $up 2>"$tmp/err"
	is lines 2 "$(lines "$tmp/err")" &&
		grep -q 'from other machines' "$tmp/err"
}
check "an address that is not loopback: a warning" open_to_all
check "nobody has this address" usage --listen 192.0.2.1:0 --upstream $up
check "no socket was handed over" usage --listen systemd --upstream $up
check "upstream is itself" usage --listen 127.0.0.1:$proxy_port --upstream http://localhost:$proxy_port/
check "a file beside it" usage --listen 127.0.0.1:0 --upstream $up file
check "--annotate beside it" usage --listen 127.0.0.1:0 --upstream $up --annotate

finish
