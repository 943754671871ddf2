#!/bin/sh
# soak.sh SECONDS: rounds of 64 streams, half of them loops, and of everything
# that goes wrong, through one proxy. Says how its memory went; fails when an
# answer is wrong or when the memory of the second half grew.
seconds=${1:-600}
srcdir=$(cd "${top_srcdir:-.}" && pwd)
LILSCOPE=${LILSCOPE:-$(pwd)/lilscope}
server=$srcdir/tests/server
python=${PYTHON3:-python3}
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

mkfifo "$tmp/up.in" "$tmp/up.out" "$tmp/proxy.err"
"$python" -S "$server/upstream.py" <"$tmp/up.in" >"$tmp/up.out" &
exec 8>"$tmp/up.in"
read -r up_port <"$tmp/up.out"
"$LILSCOPE" guard --listen 127.0.0.1:0 --upstream "http://127.0.0.1:$up_port" \
	--rule guardian \
	2>"$tmp/proxy.err" 8>&- &
proxy_pid=$!
exec 9<"$tmp/proxy.err"
read -r hello <&9
cat <&9 >"$tmp/log" 8>&- &
exec 9<&-
proxy_port=${hello#*http://127.0.0.1:}
proxy_port=${proxy_port%%,*}

status=0
"$python" -S "$server/ask.py" soak "$proxy_port" "$up_port" "$seconds" \
	"$proxy_pid" || status=1
kill -TERM "$proxy_pid"
ended=0
wait "$proxy_pid" || ended=$?
[ "$ended" = 1 ] || { echo "the proxy ended with $ended"; status=1; }
echo "$(wc -l <"$tmp/log") requests, $(grep -c 'stopped at' "$tmp/log") stopped"
exit $status
