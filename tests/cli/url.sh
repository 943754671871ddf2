#!/bin/sh
# lilscope URL: what a server streams is what the recorded file is, however it
# is framed and cut; and one sentence for all that goes wrong on the way.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset LILSCOPE_API_KEY OPENAI_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY \
	CO_API_KEY CURL_CA_BUNDLE
unset SSL_CERT_FILE
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

cert=
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key.pem" \
		-out "$tmp/cert.pem" -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null &&
		cert="$tmp/cert.pem $tmp/key.pem"
fi
mkfifo "$tmp/in" "$tmp/ports"
# shellcheck disable=SC2086
"$PYTHON" "$srcdir/tests/server/replay.py" "$tmp/requests" $cert \
	<"$tmp/in" >"$tmp/ports" 2>"$tmp/server.err" &
exec 8>"$tmp/in"
read -r port tls_port <"$tmp/ports"
at=http://127.0.0.1:$port

# The report without the name of its source, and without the times: those of
# an answer are when it arrived.
nameless()
{
	sed -E 's/"source":"[^"]*",//
		s/"(ttft_ms|tbt_ms|tbt_p99_ms|tokens_per_s)":[^,]*,//g'
}
report() { "$LILSCOPE" analyze --json "$@" 2>"$tmp/err" | nameless; }
same()
{
	file=$1 how=$2
	report "$file" >"$tmp/want"
	report "$at/file?path=$file$how" >"$tmp/got"
	[ -s "$tmp/want" ] && cmp "$tmp/want" "$tmp/got" ||
		{ cat "$tmp/err"; return 1; }
}
piped()
{
	report "$1" >"$tmp/want"
	curl -sN "$at/file?path=$1&step=313" | "$LILSCOPE" analyze --json - \
		2>"$tmp/err" | nameless >"$tmp/got"
	[ -s "$tmp/want" ] && cmp "$tmp/want" "$tmp/got"
}

n=0
for file in "$srcdir"/tests/golden/*.sse "$srcdir"/tests/golden/*.ndjson "$LILSCOPE_DATA"/streams/*/*; do
	case $file in *.md | *LICENSE* | *\ *) continue ;; esac
	[ -f "$file" ] && [ "$(wc -c <"$file")" -lt 400000 ] || continue
	[ -s "$file" ] && report "$file" | grep -q . || continue
	n=$((n + 1))
	case $((n % 4)) in
	0) how='&step=7919' ;;
	1) how='&step=997&framing=close' ;;
	2) how='&step=1500&framing=length' ;;
	3) how='&step=331&gzip=1' ;;
	esac
	[ $n -gt 40 ] && break
	check "$(basename "$file") $how" same "$file" "$how"
done
sample=$tmp/sample.sse
"$PYTHON" - >"$sample" <<'END'
import json, random
r = random.Random(1)
for i in range(900):
    print("data: " + json.dumps({"id": "x", "object": "chat.completion.chunk",
        "model": "m", "choices": [{"index": 0, "delta": {"content":
        "%x " % r.getrandbits(24) if i < 300 else "again and again "},
        "finish_reason": None}]}) + "\n")
print("data: [DONE]\n")
END
check "every byte alone" same "$sample" '&step=1&framing=close'
if command -v curl >/dev/null; then
	check "curl -N | lilscope -" piped "$sample"
fi

# --- Redirects, as curl does.
redirected()
{
	report "$sample" >"$tmp/want"
	report "$at/redirect?to=/file%3Fpath=$sample" >"$tmp/got"
	[ -s "$tmp/want" ] && cmp "$tmp/want" "$tmp/got"
}
check "a redirect" redirected
trouble()
{
	words=$1
	shift
	run analyze "$@"
	status_is 2 && one_sentence && no_controls "$tmp/err" &&
		grep -q "$words" "$tmp/err" || { cat "$tmp/err"; return 1; }
}
check "redirects in a circle" trouble 'redirects' "$at/round"
check "a redirect to a file" trouble 'file' "$at/redirect?to=file:///etc/passwd"

# --- What goes wrong.
check "401 names the key's place" trouble \
	'answered 401: no such .*key here; the key is taken from LILSCOPE_API_KEY' \
	"$at/refuse?status=401"
check "500 with a page" trouble 'answered 500$' "$at/page"
check "429 says when to come back" trouble \
	'answered 429: .*; it asks to come back in 21 s (Retry-After)' \
	"$at/refuse?status=429&retry=21"
ended_by_error()
{
	run analyze --json "$@"
	status_is 2 && one_sentence && grep -q '"tokens":[1-9]' "$tmp/out" &&
		grep -q 'generation 0 was ended by an error: the server ran' \
			"$tmp/err"
}
check "an error after 200" ended_by_error \
	"$at/file?path=$srcdir/tests/golden/openai_error.sse"
check "and in a file" ended_by_error "$srcdir/tests/golden/openai_error.sse"
timed()
{
	run analyze --json "$at/file?path=$sample&step=4000&pause_ms=2"
	status_is 0 && grep -q '"ttft_ms":[0-9]' "$tmp/out" &&
		grep -q '"tbt_ms":[0-9]' "$tmp/out" &&
		grep -q '"tokens_per_s":[0-9]' "$tmp/out"
}
check "times of arrival" timed
check "nobody listens" trouble 'nothing came: ' http://127.0.0.1:1/
check "no such host" trouble 'nothing came: ' http://nowhere.invalid/
check "no URL at all" trouble 'nothing came: ' 'http://'
broken_off()
{
	run analyze --json "$at/file?path=$sample&cut=30000&framing=$1"
	status_is 2 && no_controls "$tmp/err" &&
		grep -q 'broke after 30000 bytes .*what came is shown' "$tmp/err" &&
		grep -q '"tokens":[1-9]' "$tmp/out"
}
check "cut off in a chunk" broken_off chunked
check "cut off before its length" broken_off length
secret_name()
{
	run analyze --json \
		"http://me:hush@127.0.0.1:$port/file?path=$sample&key=hush"
	status_is 0 && ! grep hush "$tmp/out" "$tmp/err" &&
		grep -q "\"source\":\"http://127.0.0.1:$port/file\"" "$tmp/out"
}
check "no password in the name" secret_name

if [ -n "$tls_port" ]; then
	tls=https://127.0.0.1:$tls_port
	check "a certificate nobody knows" trouble \
		"certificate can't be trusted" "$tls/file?path=$sample"
	trusted()
	{
		CURL_CA_BUNDLE=$tmp/cert.pem "$LILSCOPE" analyze --json \
			"$tls/file?path=$sample" |
			nameless >"$tmp/got"
		report "$sample" >"$tmp/want"
		cmp "$tmp/want" "$tmp/got"
	}
	check "a certificate of ours" trusted
else
	echo "without openssl: TLS is not tested"
fi

# --- What is asked.
# asked PYTHON: of the last request with a body, as r (body parsed as b).
asked()
{
	"$PYTHON" - "$tmp/requests" "$1" <<'END'
import json, sys
r = [json.loads(l) for l in open(sys.argv[1])]
r = [x for x in r if x.get("method") == "POST"][-1]
h, b = r["headers"], json.loads(r["body"])
assert eval(sys.argv[2]), r
END
}
prompt()
{
	path=$1 want=$2
	shift 2
	run analyze --json "$at$path" --prompt 'Why "six"?' --model m1 "$@"
	status_is 0 && grep -q '"bytes":9,' "$tmp/out" && asked "$want" ||
		{ cat "$tmp/err"; return 1; }
}
turns='b["messages"] == [{"role": "user", "content": "Why \"six\"?"}]'
check "a bare host" prompt "" "r['uri'] == '/v1/chat/completions' and $turns"
check "/v1" prompt /v1/ "r['uri'] == '/v1/chat/completions' and b['model'] == 'm1'"
check "chat" prompt /v1/chat/completions \
	"b['stream'] and b['stream_options'] == {'include_usage': True} and b['return_token_ids']"
check "one that refuses what it does not know" prompt \
	/strict/v1/chat/completions "'return_token_ids' not in b and $turns"
check "completions" prompt /v1/completions "b['prompt'] == 'Why \"six\"?'"
check "llama-server" prompt /completion "b['n_predict'] == -1 and 'model' not in b"
check "Ollama" prompt /api/chat "$turns and b['model'] == 'm1'"
check "Ollama, generate" prompt /api/generate "b['prompt'] and b['stream']"
check "TGI" prompt /generate_stream "b['inputs'] == 'Why \"six\"?'"
check "SGLang" prompt /generate "b['text'] == 'Why \"six\"?'"
check "Anthropic" prompt /v1/messages "h['anthropic-version'] and b['max_tokens']"
check "a header of one's own" prompt /v1/chat/completions \
	"h['x-a'] == '1' and h['x-b'] == '2' and h['content-type'] == 'application/json'" \
	--header 'X-A: 1' --header 'X-B: 2'
body()
{
	printf '{"stream": true, "n": 3}' >"$tmp/body"
	run analyze --json "$at/any" --data "@$tmp/body" --header 'Content-Type: a/b'
	status_is 0 && asked "b['n'] == 3 and h['content-type'] == 'a/b'"
}
check "--data @FILE" body
keyed()
{
	LILSCOPE_API_KEY=sk-hush OPENAI_API_KEY=sk-other "$LILSCOPE" analyze \
		--json "$at$1" --prompt x >"$tmp/out" 2>"$tmp/err"
	asked "$2" && ! grep hush "$tmp/out" "$tmp/err"
}
check "a key" keyed /v1/chat/completions "h['authorization'] == 'Bearer sk-hush'"
check "a key for messages" keyed /v1/messages "h['x-api-key'] == 'sk-hush'"
not_theirs()
{
	OPENAI_API_KEY=sk-other "$LILSCOPE" analyze "$at/v1" --prompt x \
		>/dev/null 2>&1
	asked "'authorization' not in h"
}
check "another's key stays here" not_theirs

# Redirects within the host keep the key, others do not; nobody else on this
# machine sees it: it is in no argument of a process.
last_request()
{
	"$PYTHON" - "$tmp/requests" "$1" <<'END'
import json, sys
r = [x for x in map(json.loads, open(sys.argv[1])) if "method" in x][-1]
h, uri = r["headers"], r["uri"]
assert eval(sys.argv[2]), r
END
}
pointed()
{
	status=0
	LILSCOPE_API_KEY=sk-hush "$LILSCOPE" analyze --json "$at$1" \
		--prompt x >"$tmp/out" 2>"$tmp/err" || status=$?
	! grep hush "$tmp/out" "$tmp/err" && last_request "$2"
}
away=http%3A//localhost:$port/away
check "a redirect within the host keeps the key" pointed \
	"/redirect/v1/chat/completions?to=/here" \
	"uri == '/here' and h['authorization'] == 'Bearer sk-hush'"
check "another host does not get it" pointed \
	"/redirect/v1/chat/completions?to=$away" \
	"uri == '/away' and 'authorization' not in h"
check "a redirect within the host keeps x-api-key" pointed \
	"/redirect/v1/messages?to=/here" \
	"uri == '/here' and h['x-api-key'] == 'sk-hush'"
unasked()
{
	pointed "/redirect/v1/messages?to=$away" "uri != '/away'" &&
		status_is 2 && one_sentence && grep -q 'another host' "$tmp/err"
}
check "another host is not asked with x-api-key" unasked
proxied()
{
	http_proxy=$at "$LILSCOPE" analyze --json http://nowhere.invalid/v1 \
		>"$tmp/out" 2>"$tmp/err" &&
		last_request "uri == 'http://nowhere.invalid/v1'"
}
check "a proxy, as curl takes it" proxied
no_argument()
{
	LILSCOPE_API_KEY=sk-hush "$LILSCOPE" guard "$at/loop?here" \
		--annotate >"$tmp/out" 2>"$tmp/err" 8>&- &
	pid=$!
	"$PYTHON" - "$tmp/out" <<'END'
import glob, os, sys, time
for _ in range(400):
    if os.path.getsize(sys.argv[1]):
        break
    time.sleep(0.02)
else:
    raise AssertionError("nothing came")
seen = 0
for name in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        words = open(name, "rb").read()
    except OSError:
        continue
    seen += b"/loop?here" in words
    assert b"sk-hush" not in words, words
assert seen >= 2 or not os.path.isdir("/proc/self"), seen
END
	good=$?
	kill $pid
	wait $pid
	return $good
}
check "the key is in no process's arguments" no_argument

# --- Nothing that is written down holds a key: recordings, reports, exports,
# screens, the line of titles; from the environment, a header, or the URL.
printf '%s\n' wait ":record $tmp/kept-w.jsonl" "play 2" \
	":export csv $tmp/kept.csv" ":export jsonl $tmp/kept.jsonl" \
	":export svg $tmp/kept.svg" "screen $tmp/kept.txt" \
	x "screen $tmp/kept-x.txt" Esc i "screen -ansi $tmp/kept-i.txt" \
	>"$tmp/keys.script"
unkept()
{
	url="http://me:hush-word@127.0.0.1:$port$1?key=hush-query" key=${3:-hush-env}
	rm -f "$tmp"/kept*
	LILSCOPE_API_KEY=hush-env
	export LILSCOPE_API_KEY
	set -- "$url" --prompt x --header "X-Token: hush-header" ${2:+--header "$2"}
	"$LILSCOPE" --plain --record "$tmp/kept-plain.jsonl" "$@" \
		>"$tmp/kept.plain" 2>&1
	"$LILSCOPE" --script "$tmp/keys.script" "$@" >"$tmp/kept.out" 2>&1
	"$LILSCOPE" guard --report "$tmp/kept.report" --annotate "$@" \
		>"$tmp/kept.guard" 2>&1
	"$LILSCOPE" analyze --json "$@" >"$tmp/kept.json" 2>&1
	"$LILSCOPE" analyze --csv "$@" >"$tmp/kept-a.csv" 2>&1
	unset LILSCOPE_API_KEY
	is files 13 "$(find "$tmp" -name 'kept*' -size +0 | wc -l | tr -d ' ')" ||
		{ ls -l "$tmp"/kept*; head -n 3 "$tmp"/kept.*; return 1; }
	last_request "h['x-token'] == 'hush-header' and '$key' in str(h)" &&
		grep -q '"It"' "$tmp/kept-plain.jsonl" &&
		grep -q '"It"' "$tmp/kept-w.jsonl" &&
		! grep hush "$tmp"/kept*
}
check "no key in what is written" unkept /v1/chat/completions
check "no key of a header" unkept /v1/chat/completions \
	"Authorization: Bearer hush-own" hush-own
check "no key of messages" unkept /v1/messages

# --- guard: the request is cancelled.
cancelled()
{
	run guard --rule guardian "$at/loop" --report "$tmp/report"
	status_is 1 && grep -q 'at token 500' "$tmp/err" || return 1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep -q cancelled "$tmp/requests" && return 0
		sleep 0.2
	done
	return 1
}
check "guard URL cancels" cancelled

# --- Usage.
usage() { run "$@"; status_is 2 && one_sentence; }
check "--prompt without a URL" usage analyze --prompt x "$sample"
check "--model without --prompt" usage analyze --model x "$at/any"
check "both bodies" usage analyze --prompt x --data y "$at/any"
check "a header that is none" usage analyze --header 'hello there' "$at/any"
check "an unknown path" usage analyze --prompt x "$at/any"
check "no such body" usage analyze --data @/nowhere "$at/any"

exec 8>&-
finish
