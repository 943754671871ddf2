#!/bin/sh
# What an operator does to lilscope guard --listen: ends it, has it read its
# file again, moves its report away, starts it as a service.
. "${top_srcdir:-.}/tests/cli/lib.sh"
. "$srcdir/tests/cli/proxy_lib.sh"
packaging=$srcdir/samples/packaging

scenario()
{
	named=$1
	shift
	scenario_of operate.py "$named" "$proxy_pid" "$@"
}
end_with()
{
	status=0
	wait "$proxy_pid" || status=$?
	wait "$cat_pid"
	status_is "$1"
}

start_upstream
up=http://127.0.0.1:$up_port

start_proxy --upstream "$up" --drain 30
check "200 streams, byte for byte" scenario many
check "SIGTERM: what is open comes to its end" scenario drain
check "... and then it ends" end_with 0

start_proxy --upstream "$up" --drain 1 --report "$tmp/cut"
check "SIGTERM: in the end what is open is ended" scenario limit
check "... and so is it" end_with 0
cut() { is ends 3 "$(grep -c '"ended_by":"signal"' "$tmp/cut")" && grep -q ', ended with the guard' "$tmp/log.proxy"; }
check "... and that is told" cut

start_proxy --upstream "$up" --rule guardian --report "$tmp/bare"
check "a loop" scenario loops
end_proxy
start_proxy --upstream "$up" --rule guardian --report "$tmp/full" --excerpt
check "a loop, with --excerpt" scenario loops
end_proxy
unsaid() { is none 0 "$(grep -c 'let me check' "$tmp/bare" "$tmp/log.proxy" | grep -cv ':0$')" && grep -q '"unit":{"text":null,"bytes":' "$tmp/bare" && grep -q '"excerpt":".*let me check' "$tmp/full"; }
check "what a model said is in no log unless one asks" unsaid

start_proxy --upstream "$up" --rule guardian --drain 60
check "SIGTERM twice: at once" scenario twice
check "... is no crash" end_with 0

# --- A file of options, read again.
cat >"$tmp/conf" <<END
finish-reason = one
listen = 127.0.0.1:0
upstream = $up
rule = guardian

# and for some models
[model qwen*]
finish-reason two
[path /v1/none*]
rule = cycle
END
start_guard --config-file "$tmp/conf"
check "SIGHUP: options" scenario reload "$tmp/conf"
end_proxy
told() { status_is 1 && grep -q "^lilscope: $tmp/conf: line 1: f takes a number, not \"much\"" "$tmp/log.proxy"; }
check "... and a bad file is told" told
start_proxy --upstream "$up" --report "$tmp/moved"
check "SIGHUP: the report" scenario rotate "$tmp/moved"
end_proxy

# --- What is wrong in it is named, with its line; the command line comes first.
bad()
{
	printf '%b' "$1" >"$tmp/bad"
	run guard --config-file "$tmp/bad" --listen 127.0.0.1:0 --upstream "$up"
	status_is 2 && one_sentence && grep -qF -- "$2" "$tmp/err"
}
check "no such option" bad 'f = 3\nnothing = 3\n' 'bad: line 2: there is no option "nothing"'
check "not of the guard" bad 'policy = dense\n' "line 1: policy can't be set here"
check "a value that is none" bad '\n\nf = x\n' 'line 3: f takes a number'
check "no value" bad 'f\n' 'line 1: f takes a value'
check "also where the command line says another" bad 'listen\n' 'line 1: listen takes a value'
check "a section of nothing" bad '[]\n' 'line 1: a section'
check "a section without an end" bad '[model x\n' 'line 1: a section begins with'
check "another section" bad '[host x]\n' 'line 1: a section is of a model or a path'
check "what is for all requests" bad '[model x]\nlisten = 1\n' 'line 2: listen is for all requests'
check "a NUL" bad 'f = 3\000\n' 'NUL'
missing() { run guard --config-file "$none"; status_is 2 && one_sentence; }
check "no file" missing
no_upstream() { echo 'f = 3' >"$tmp/bad"; run guard --config-file "$tmp/bad"; status_is 2 && one_sentence; }
check "neither here nor there" no_upstream
first() { printf 'upstream = ftp://x\n' >"$tmp/bad"; timeout 1 "$LILSCOPE" guard --config-file "$tmp/bad" --listen 127.0.0.1:0 --upstream "$up" 2>"$tmp/err"; grep -q listening "$tmp/err"; }
check "the command line comes first" first

# --- As a service.
check "a socket that is handed over" resident "$server/handed.py" "$LILSCOPE" "$up_port"
sample() { timeout 1 "$LILSCOPE" guard --config-file "$packaging/guard.conf" --listen 127.0.0.1:0 2>"$tmp/err"; grep -q 'listening on' "$tmp/err"; }
check "the sample of options" sample
units()
{
	sed "s|^ExecStart=[^ ]*|ExecStart=$LILSCOPE|" "$packaging/lilscope-guard.service" >"$tmp/lilscope-guard.service"
	cp "$packaging/lilscope-guard.socket" "$tmp"
	systemd-analyze verify --man=no "$tmp/lilscope-guard.service" "$tmp/lilscope-guard.socket" >"$tmp/units" 2>&1
	! grep 'lilscope-guard' "$tmp/units"
}
if command -v systemd-analyze >/dev/null; then
	check "the units" units
fi
compose()
{
	"$whole_python" - "$packaging/compose.yaml" "$LILSCOPE" "$up" <<'END'
import subprocess, sys, yaml
path, program, up = sys.argv[1:]
services = yaml.safe_load(open(path))["services"]
for name, service in services.items():
    assert "image" in service or "build" in service, name
    assert all(d in services for d in service.get("depends_on", [])), name
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:"), (name, port)
words = services["guard"]["command"]
upstream, = (w for w in words if w.startswith("--upstream="))
assert upstream.split("/")[2].split(":")[0] in services
words = [w.replace("0.0.0.0:8081", "127.0.0.1:0") for w in words]
p = subprocess.Popen([program] + words, stderr=subprocess.PIPE)
said = p.stderr.readline()
p.terminate()
assert b"listening on" in said and p.wait() == 0, said
END
}
if "$whole_python" -c 'import yaml' 2>/dev/null; then
	check "the compose file" compose
fi

finish
