#!/bin/sh
# The house has floors, and each door to the outside is one file. Every
# absence that HACKING.md promises is a line here.
. "${top_srcdir:-.}/tests/lint/lib.sh"

c_code $(c_files src tui) >"$tmp/code"

# --- A file includes only its own room and lower ones. Rooms from the ground
# up; those of one line never meet.
rooms='
	src/base
	src/measure src/token src/json
	src/jinja
	src/trace src/model src/lib
	src/dialect
	src/task
	src/system
	src/decode
	src/input
	src/report
	src/deck
	src/guard
	src/bench
	tui/term
	tui/opt
	tui/draw
	tui/app
	tui/view
	tui/demo
	tui/action
	tui/loop
	tui/cli
	tui
'
echo "$rooms" | awk -F: '
FNR == NR {
	n = split($0, room, /[ \t]+/)
	for (i = 1; i <= n; i++)
		if (room[i] != "")
			level[room[i]] = FNR
	next
}
BEGIN { level["src"] = 0 } # lilscope.h, which includes nothing of ours
function folder(path) {
	sub(/\/[^\/]*$/, "", path)
	return path
}
function exists(path,   line, got) {
	got = (getline line < path) >= 0
	close(path)
	return got
}
function resolve(name) {
	if (exists("src/" name)) return "src/" name
	if (exists("tui/" name)) return "tui/" name
	return ""
}
!(folder($1) in level) { print $1 ":1: stands in no room" }
$3 ~ /^#[ \t]*include[ \t]*"/ {
	split($3, part, "\"")
	name = part[2]
	if (name == "config.h")
		next
	target = resolve(name)
	here = folder($1)
	there = folder(target)
	if (target == "")
		print $1 ":" $2 ": includes \"" name "\", which is not there"
	else if (level[there] > level[here])
		print $1 ":" $2 ": includes \"" name "\" of a higher room"
	else if (level[there] == level[here] && there != here)
		print $1 ":" $2 ": " here " and " there " never meet"
}' - "$tmp/code" | sort -u | found

# only WHAT PATTERN FILES: the pattern (extended, over code) is in FILES only,
# and in each of them.
only()
{
	what=$1 pattern=$2 allowed=$3
	grep -E "^[^:]*:[0-9]*:.*($pattern)" "$tmp/code" >"$tmp/uses"
	for each in $allowed; do
		grep -q "^$each:" "$tmp/uses" ||
			echo "$each: may, and does not: $what"
	done | found
	cat "$tmp/uses" |
	while IFS=: read -r file line code; do
		for each in $allowed; do
			case $file in $each) continue 2 ;; esac
		done
		echo "$file:$line: $what: $code"
	done | found
}

# A call of one of these functions, not of a member and not of a longer name.
call()
{
	echo "(^|[^_a-zA-Z0-9>.])($1)[(]"
}

# --- Libraries: one door each.
only 'only caps.c knows curses' 'include *<(n?curses|term)[.]h' 'tui/term/caps.c'
only 'only zst.c includes zstd.h' 'include *<zstd' 'src/base/zst.c'
only 'only gz.c includes zlib.h' 'include *<zlib' 'src/base/gz.c'
# split.c needs the classes of characters that the tokenizer splits at.
only 'only utf8.c and split.c include utf8proc.h' 'include *<utf8proc' \
	'src/base/utf8.c src/token/split.c'
# vocab_pre.c cuts text as models do, find.c searches for what people type.
only 'only vocab_pre.c and find.c include pcre2.h' 'include *<pcre2' \
	'src/token/vocab_pre.c tui/app/find.c'
only 'only url.c and the proxy include curl.h' 'include *<curl/' \
	'src/input/url.c src/guard/headers.h src/guard/transfers.h'
only 'only the proxy includes microhttpd.h' 'include *<microhttpd' \
	'src/guard/proxy.c'
only 'only yaml.c includes yaml.h of libyaml' 'include *<yaml' 'src/json/yaml.c'
# pool.c cuts one computation, crew.c hands out jobs, workers.c has a thread for
# each run of a process, which together.c lets wait for each other; tok.c is used by any;
# memory.c knows whose memory it is while a call of the library runs.
only 'only pool.c, crew.c and workers.c have threads' \
	'pthread|threads[.]h|stdatomic|_Thread_local' \
	'src/model/pool.c src/system/crew.c src/bench/workers.c src/decode/together.c src/trace/tok.c src/lib/memory.c'

# --- Memory: one door.
only 'only mem.c and the library call the allocator' \
	"$(call 'malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|alloca')" \
	'src/base/mem.c src/lib/memory.c'

# --- Files, processes, sockets: source.c, and these, which write:
#   src/input/source.c    every input
#   src/base/big.c        pages of memory (no file)
#   tui/term/term.c      the controlling terminal when stdin is the trace
#   src/system/file.c      small files of its own: config, session, exports
#   src/guard/guard_report.c  the report that --report asks for
#   src/decode/mapped.c        models
#   src/report/recorder.c      the trace that --record and w write
#   tui/loop/cast.c       the film that :cast makes
#   src/system/child.c         /dev/null for child processes
#   src/system/spool.c         temporary files without a name
#   src/system/sandbox.c       /dev/null, which may still be written
#   src/system/standing.c      /dev/null where a standard descriptor is closed
#   src/bench/bench_file.c    the results that --out asks for
#   src/bench/workers.c       the processes of a bench
#   src/guard/exec.c    the command that --exec asks for, and its /dev/null
only 'only source.c opens files' \
	"$(call 'open|openat|open64|creat|fopen|fdopen|freopen|mkstemp|tmpfile|memfd_create|opendir|mkdir|rename|unlink')" \
	'src/input/source.c src/input/folder.c src/input/follow.c tui/term/term.c src/system/file.c src/guard/guard_report.c src/guard/exec.c src/system/child.c src/system/sandbox.c src/system/spool.c src/system/standing.c src/report/recorder.c tui/loop/cast.c src/decode/mapped.c src/bench/bench_file.c'
only 'only these fork or connect' \
	"$(call 'fork|vfork|posix_spawn|posix_spawnp|execv|execvp|execve|execl|execlp|socket|connect|bind|listen|accept')" \
	'src/guard/exec.c src/guard/listen.c src/input/url.c src/bench/workers.c src/decode/decoder.c'
only 'no shell' "$(call 'system|popen')" ''
only 'mapping memory' "$(call 'mmap|mremap|munmap|madvise')" \
	'src/base/big.c src/decode/mapped.c'

# --- Output: one door. Those that do not write all of it at once write
# themselves: the relay as much as its reader takes, the decoder's line whole or
# not at all, and where only a signal handler's means are allowed.
only 'only output.c writes' "$(call 'write|writev|pwrite')" \
	'src/system/output.c src/guard/relay.c src/guard/exec.c src/decode/decoder.c tui/term/signals.c tui/term/term.c'
only 'standard output is for output()' \
	"$(call 'printf|vprintf|puts|putchar')|(^|[^_a-zA-Z0-9])stdout([^_a-zA-Z0-9]|$)" ''

# --- Below floor 3: bytes in, values out. base.c prints last words (die).
sed -nE '/^src\/(base|measure|token|json|trace|model|dialect|task)\//p' "$tmp/code" >"$tmp/low"
mv "$tmp/code" "$tmp/all"
mv "$tmp/low" "$tmp/code"
only 'no clock below floor 3' \
	"$(call 'time|clock|clock_gettime|gettimeofday|nanosleep|usleep|sleep|localtime|localtime_r')" ''
only 'no I/O below floor 3' \
	"$(call 'printf|fprintf|vfprintf|puts|fputs|putchar|fputc|putc|fwrite|fread|fgets|getline|read|write|pread|pwrite|poll|select|ioctl|isatty')|(^|[^_a-zA-Z0-9])FILE([^_a-zA-Z0-9]|$)" \
	'src/base/base.c'
only 'no environment below floor 3' \
	"$(call 'getenv|setlocale|localeconv|signal|sigaction|raise|kill')" ''
mv "$tmp/all" "$tmp/code"

# --- How the program ends: main() returns, or die() (base.c); a signal; a child.
only 'exit() is for die, signals and children' "$(call 'exit|_exit|abort|quick_exit')" \
	'src/base/base.c tui/term/signals.c src/system/child.c src/guard/exec.c'

# --- Functions that cannot be used well.
only 'banned' \
	"$(call 'strcpy|strcat|strncat|sprintf|vsprintf|gets|strtok|scanf|fscanf|sscanf|atoi|atol|atof|mktemp|tmpnam|rand|srand')" ''

# --- Views draw; they never change what they show.
c_code $(ls tui/view/view_*.c 2>/dev/null) /dev/null |
	grep -E ':(static )?void draw[a-z_]*[(]struct (app|run) ' |
	sed 's/$/ (a view takes const)/' | found

finish
