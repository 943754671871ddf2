#!/bin/sh
# What the program finds where it runs: each thing that can be missing is taken
# away once.
. "${top_srcdir:-.}/tests/cli/lib.sh"

# row MARK NAME TEXT...: such a line is there
row()
{
	mark=$1 name=$2
	shift 2
	grep -E "^  $mark +$name +.*$*" "$tmp/out" >"$tmp/row" && return 0
	echo "no '$mark $name ... $*' in"
	cat "$tmp/out"
	return 1
}

healthy()
{
	HOME=$tmp LC_ALL=C.UTF-8 LILSCOPE_SAMPLES=$srcdir/samples \
		OPENAI_API_KEY=sk-very-secret
	export HOME LC_ALL LILSCOPE_SAMPLES OPENAI_API_KEY
	run doctor
	status_is 0 && row ok locale C.UTF-8 && row ok libzstd 1 &&
		row ok PCRE2 10 && row ok libyaml 0 && row ok ncurses 6 &&
		row ok processor kernels &&
		row ok 'model in the box' chain-0.9m.gguf &&
		row ok sessions 'in ' && row ok 'temporary files' 'in /' &&
		row ok glyphs '⣿.*█.*│.*--ascii' && row ok config 'none at' &&
		row ok OPENAI_API_KEY 'is set' &&
		row ok ANTHROPIC_API_KEY 'is not set' &&
		grep -qx 'All of it works here.' "$tmp/out" &&
		! grep -q secret "$tmp/out" && [ ! -s "$tmp/err" ]
}

poor()
{
	LC_ALL=C LILSCOPE_SAMPLES=$srcdir/samples # wherever it was built
	unset XDG_CONFIG_HOME XDG_STATE_HOME HOME
	export LC_ALL LILSCOPE_SAMPLES
	run doctor
	status_is 0 && row note locale ASCII && row note config HOME &&
		row note sessions HOME
}

bad_config()
{
	HOME=$tmp/home
	mkdir -p "$HOME/.config/lilscope"
	echo 'no-such-thing 3' >"$HOME/.config/lilscope/config"
	unset XDG_CONFIG_HOME
	run doctor
	status_is 1 && row lacks config 'no-such-thing' &&
		grep -q '^1 thing will not work here' "$tmp/out"
}

# Folders and files that the environment names and that are not there.
misled()
{
	TMPDIR=$tmp/none CURL_CA_BUNDLE=$tmp/none LC_ALL=C.UTF-8
	LILSCOPE_SAMPLES=$srcdir/samples
	export TMPDIR CURL_CA_BUNDLE LC_ALL LILSCOPE_SAMPLES
	run doctor
	status_is 1 && row lacks 'temporary files' 'set TMPDIR' || return 1
	! grep -q certificates "$tmp/out" ||
		row lacks certificates 'cannot be read'
}

# A terminal that nobody knows, and one that everybody has.
terminals()
{
	command -v script >/dev/null || { echo "no script(1)"; return 0; }
	TERM=bogus script -qec "'$LILSCOPE' doctor" /dev/null |
		tr -d '\r' >"$tmp/out"
	row lacks TERM 'bogus is in no terminal database' || return 1
	unset NO_COLOR COLORTERM
	TERM=xterm-256color script -qec "'$LILSCOPE' doctor" /dev/null |
		tr -d '\r' >"$tmp/out"
	row ok TERM xterm-256color && row ok colours 256 || return 1
	NO_COLOR=1 TERM=xterm-256color script -qec "'$LILSCOPE' doctor" \
		/dev/null | tr -d '\r' >"$tmp/out"
	row ok colours NO_COLOR
}

words()
{
	run doctor please
	status_is 2 && one_sentence
}

# Elsewhere than in its folder, with nothing installed.
no_model()
{
	cp "$LILSCOPE" "$tmp/alone" && cd "$tmp" || return 1
	LILSCOPE=$tmp/alone LILSCOPE_SAMPLES=
	run doctor
	[ "$status" = 0 ] && return 0 # installed on this system
	status_is 1 && row lacks 'model in the box' LILSCOPE_SAMPLES
}

check "all well" eval '(healthy)'
check "nothing set" eval '(poor)'
check "a config with a fault" eval '(bad_config)'
check "what the environment names is not there" eval '(misled)'
check "terminals" eval '(terminals)'
check "no model" eval '(no_model)'
check "it takes nothing" words

finish
