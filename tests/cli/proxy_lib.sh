# Shared by the tests of the proxy: a server behind it and clients before it,
# both on loopback. After lib.sh.
[ -n "$PYTHON" ] || skip_all "python3 is not here"
server=$srcdir/tests/server
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

# Background programs: their port comes out of a FIFO, which opens when they
# do; they end with the test.
mkfifo "$tmp/up.in" "$tmp/up.out" "$tmp/proxy.err"
start_upstream()
{
	"$PYTHON" "$server/upstream.py" <"$tmp/up.in" >"$tmp/up.out" 2>"$tmp/up.err" 6<&- 7>&- &
	up_pid=$!
	exec 8>"$tmp/up.in"
	read -r up_port <"$tmp/up.out"
}
# The proxy's first line says its port; the rest goes to a file.
start_proxy() { start_guard --listen 127.0.0.1:0 "$@"; }
start_guard() # of which the options say where it listens
{
	"$LILSCOPE" guard "$@" 2>"$tmp/proxy.err" 6<&- 7>&- 8>&- &
	proxy_pid=$!
	exec 9<"$tmp/proxy.err"
	read -r hello <&9
	cat <&9 >"$tmp/log.proxy" 6<&- 7>&- 8>&- &
	cat_pid=$!
	exec 9<&-
	proxy_port=${hello#*http://127.0.0.1:}
	proxy_port=${proxy_port%%,*}
}
end_proxy()
{
	kill -TERM "$proxy_pid" 2>/dev/null
	status=0
	wait "$proxy_pid" || status=$?
	wait "$cat_pid"
}
# resident SCRIPT ARGS...: by a Python that is there already (resident.py); - is
# standard input.
tab=$(printf '\t')
mkfifo "$tmp/resident.in" "$tmp/resident.out"
"$PYTHON" "$server/resident.py" "$tmp/said" <"$tmp/resident.in" \
	>"$tmp/resident.out" &
exec 7>"$tmp/resident.in" 6<"$tmp/resident.out"
resident()
{
	[ "$1" != - ] || { cat >"$tmp/script.py"; shift; set -- "$tmp/script.py" "$@"; }
	(IFS=$tab; echo "$*") >&7
	read -r ran <&6
	cat "$tmp/said"
	return "$ran"
}
# scenario_of SCRIPT NAME ARGS...
scenario_of()
{
	script=$1 named=$2
	shift 2
	resident "$script" "$named" "$proxy_port" "$up_port" "$@" && return 0
	tail -n 5 "$tmp/log.proxy" "$tmp/up.err"
	return 1
}

