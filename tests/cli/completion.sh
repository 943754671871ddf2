#!/bin/sh
# What shells complete, asked of the shells themselves; and every topic of
# lilscope help.
. "${top_srcdir:-.}/tests/cli/lib.sh"

"$LILSCOPE" help --tables >"$tmp/tables" || exit 99

# The names of a table's rows.
names()
{
	awk -F '\t' -v table="$1" '$1 == table && $2 != "-" { print $2 }' \
		"$tmp/tables"
}

# --- bash: complete WORDS..., the last of them under the cursor --------------

complete()
{
	bash -c '. "$1" || exit 99
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_lilscope
		printf "%s\n" "${COMPREPLY[@]}"' \
		- "$tmp/bash" "$@" >"$tmp/words"
}

# offers WORD... in what was completed, and lacks
is_among()
{
	case "
$all
" in *"
$1
"*) ;;
	*) return 1 ;;
	esac
}
offers()
{
	all=$(cat "$tmp/words")
	for word; do
		is_among "$word" ||
			{ echo "no $word among"; echo "$all"; return 1; }
	done
}

lacks()
{
	all=$(cat "$tmp/words")
	for word; do
		! is_among "$word" || { echo "$word is offered"; return 1; }
	done
}

# Every option of every command, and no other.
bash_options()
{
	while read -r command letter; do
		if [ "$command" = FILE ]; then
			complete lilscope some.jsonl --
		else
			complete lilscope "$command" --
		fi || return 1
		awk -F '\t' -v letter="$letter" '$1 == "option" &&
			index($6, letter) {
				print "--" $2
				if ($5 == "-")
					print "--no-" $2
			} END { print "--help" }' "$tmp/tables" |
			sort >"$tmp/want"
		sort "$tmp/words" | diff - "$tmp/want" ||
			{ echo "of $command"; return 1; }
	done <<-END
		FILE t
		analyze a
		why w
		merge e
		guard g
		demo m
		decode d
		bench b
	END
}

bash_values()
{
	awk -F '\t' '$1 == "option" && $5 != "-" && $8 != "-" {
		print $2 "\t" $8 }' "$tmp/tables" >"$tmp/values"
	is 'options with values' yes "$([ "$(lines "$tmp/values")" -gt 5 ] &&
		echo yes)" || return 1
	while IFS="$(printf '\t')" read -r option values; do
		complete lilscope bench "--$option" '' || return 1
		printf '%s\n' $values | diff - "$tmp/words" ||
			{ echo "of --$option"; return 1; }
	done <"$tmp/values"
	complete lilscope bench --coder =  && offers lz77 zstd-ids &&
		complete lilscope bench --coder = zs &&
		offers zstd zstd-ids && lacks lz77
}

bash_words()
{
	: >"$tmp/a file" && cd "$tmp" || return 1
	complete lilscope '' && offers $(names command) 'a file' &&
		complete lilscope an && offers analyze && lacks bench &&
		complete lilscope analyze 'a ' && offers 'a file' &&
		lacks analyze &&
		complete lilscope bench --problems 'a ' && offers 'a file' &&
		complete lilscope completion '' &&
		offers bash zsh fish --help && lacks 'a file' &&
		complete lilscope completion --help '' && is nothing '' \
			"$(cat words)" &&
		complete lilscope help '' && offers bench why formats rules &&
		lacks 'a file' &&
		complete lilscope demo -m 'a ' && offers 'a file' &&
		complete lilscope --co && offers --coder --color && lacks --t &&
		complete lilscope analyze -c zs && offers zstd && lacks lz77 &&
		complete lilscope bench -- --po && lacks --policies &&
		complete lilscope analyze -- 'a ' && offers 'a file' &&
		complete lilscope doc && offers doctor || return 1
	for command in doctor selftest version; do
		complete lilscope "$command" '' &&
			is "$command takes" --help "$(cat words)" || return 1
	done
}

# Values behind each other, with commas.
bash_lists()
{
	complete lilscope merge --by model,po && offers model,policy &&
		lacks policy && complete lilscope merge --by model, &&
		offers model,budget model,rho &&
		complete lilscope bench --policies qu && offers quest &&
		complete lilscope bench --policies = dense,qu &&
		offers dense,quest
}

if command -v bash >/dev/null; then
	run completion bash
	check "completion bash" status_is 0
	cp "$tmp/out" "$tmp/bash"
	check "bash reads it" bash -n "$tmp/bash"
	check "bash: options of each command" bash_options
	check "bash: values" bash_values
	check "bash: commands, files, shells" bash_words
	check "bash: lists" bash_lists
else
	echo "no bash: its completion is not tried"
fi

# --- zsh and fish: the text everywhere, themselves where they are -----------

# The options of each command, as the tables have them: LETTER
options_of()
{
	awk -F '\t' -v letter="$1" '$1 == "option" && index($6, letter) {
			print "--" $2
			if ($5 == "-")
				print "--no-" $2
		}' "$tmp/tables" | sort
}

# Every option of every command, and no other.
zsh_text()
{
	while read -r command letter; do
		options_of "$letter" >"$tmp/want"
		echo --help >>"$tmp/want"
		sort -o "$tmp/want" "$tmp/want"
		awk -v c="$command)" '$0 == c { on = 1 } on && / ;;$/ { exit }
			on && /^\t\t/ { sub("^\t\t.", ""); sub("=?\\[.*", "")
				print }' "$tmp/zsh" | sort |
			diff - "$tmp/want" || { echo "of $command"; return 1; }
	done <<-END
		* t
		analyze a
		why w
		merge e
		guard g
		demo m
		decode d
		bench b
	END
	grep -q '^#compdef lilscope$' "$tmp/zsh" &&
		grep -q -F -e ':NAME:(lz77 deflate zstd' "$tmp/zsh" &&
		grep -q -F -e ':FILE:_files' "$tmp/zsh" &&
		grep -q -F -e ':HOST\:PORT:' "$tmp/zsh" || return 1
	for command in $(names command); do
		grep -q "^		'$command:" "$tmp/zsh" ||
			{ echo "no $command"; return 1; }
	done
}

fish_text()
{
	awk -F '\t' '$1 == "option" {
			print $2
			if ($5 == "-")
				print "no-" $2
		}' "$tmp/tables" | sort >"$tmp/want"
	sed -n 's/^complete -c lilscope -l \([a-z0-9-]*\).*/\1/p' "$tmp/fish" |
		sort | diff - "$tmp/want" &&
		grep -q -e "-l coder .*-xa 'lz77 deflate zstd" "$tmp/fish" &&
		grep -q -e '-l report .*from guard. -rF -d' "$tmp/fish" ||
		return 1
	for command in $(names command); do
		grep -q -e "__fish_use_subcommand -a $command -d '" \
			"$tmp/fish" || { echo "no $command"; return 1; }
	done
}

# What zsh itself lists for a line: typed into one in a terminal of its own,
# where each match is written to a file instead of the screen.
zsh_lists()
{
	mkdir -p "$tmp/zfuncs"
	cp "$tmp/zsh" "$tmp/zfuncs/_lilscope"
	cat >"$tmp/inner" <<-'END'
		fpath=($ZFUNCS $fpath)
		autoload -U compinit && compinit -u -C -d $HOME/zdump
		PS1= PS2= KEYTIMEOUT=1
		compadd() {
			[[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]] &&
				{ builtin compadd "$@"; return }
			typeset -a hits
			builtin compadd -A hits "$@"
			print -rl -- $hits >>$HITS
			builtin compadd "$@"
		}
		bye() { print end >>$HITS; exit }
		zle -N bye
		bindkey '^I' complete-word
		bindkey '^X' bye
	END
	: >"$tmp/words"
	ZFUNCS=$tmp/zfuncs HITS=$tmp/words HOME=$tmp ZDOTDIR=$tmp \
		zsh -f -c 'zmodload zsh/zpty
		zpty z "TERM=dumb zsh -f -i"
		zpty -w z "source $1"
		zpty -w -n z "$2"$'\''\t\x18'\''
		while zpty -r z line; do print -r -- $line; done' - "$tmp/inner" "$1" \
		>"$tmp/zout" 2>&1 </dev/null
	grep -q '^end$' "$tmp/words" ||
		{ cat "$tmp/zout"; echo "zsh did not come to its end"; return 1; }
	! grep -i 'command not found' "$tmp/zout" || return 1
	sed -i 's/[=:].*//;s/ *$//' "$tmp/words"
}

# Each command's options are among what this lists.
offers_options()
{
	while read -r command letter; do
		"$1" "lilscope $command --" &&
			offers $(options_of "$letter") || return 1
	done <<-END
		analyze a
		why w
		merge e
		decode d
		demo m
		bench b
		guard g
	END
}

zsh_offers()
{
	zsh_lists 'lilscope ana' && offers analyze && lacks bench || return 1
	offers_options zsh_lists || return 1
	lacks --layers --csv && zsh_lists 'lilscope guard --listen ' &&
		zsh_lists 'lilscope bench --coder zs' &&
		offers zstd zstd-ids && zsh_lists 'lilscope help ' &&
		offers bench rules && lacks bash &&
		zsh_lists 'lilscope analyze --format na' && offers native &&
		zsh_lists 'lilscope merge --by model,po' && offers policy &&
		zsh_lists 'lilscope doctor --' && offers --help && lacks --coder
}

fish_lists()
{
	HOME=$tmp XDG_CONFIG_HOME=$tmp fish -N -c \
		". '$tmp/fish'; complete -C '$1'" | cut -f 1 >"$tmp/words"
}

fish_offers()
{
	fish_lists 'lilscope bench --coder zs' && offers zstd-ids &&
		fish_lists 'lilscope ana' && offers analyze || return 1
	offers_options fish_lists || return 1
	lacks --layers --csv --no-json && fish_lists 'lilscope analyze --' &&
		lacks --report --listen --excerpt && offers --csv &&
		fish_lists 'lilscope help r' && offers rules &&
		fish_lists 'lilscope merge --by model,po' &&
		offers model,policy && fish_lists 'lilscope doctor ' &&
		is nothing '' "$(cat "$tmp/words")"
}

for shell in zsh fish; do
	run completion $shell
	check "completion $shell" status_is 0
	cp "$tmp/out" "$tmp/$shell"
	check "$shell: the text" ${shell}_text
	if command -v $shell >/dev/null; then
		check "$shell reads it" $shell -n "$tmp/$shell"
		check "$shell offers" ${shell}_offers
	else
		echo "no $shell: its completion is not tried"
	fi
done

other()
{
	run "$@"
	status_is 2 && one_sentence && grep -q 'bash, zsh or fish' "$tmp/err"
}
check "another shell" other completion csh
check "no shell" other completion
check "two shells" other completion bash zsh

# --- topics ------------------------------------------------------------------

# Each row of the table, by its name, with what is said of it.
rows_of()
{
	topic=$1 table=$2 name=$3 about=$4
	run help "$topic"
	status_is 0 && [ ! -s "$tmp/err" ] && no_controls "$tmp/out" || return 1
	awk -F '\t' -v t="$table" -v n="$name" -v a="$about" '$1 == t {
			print $n "\t" $a }' "$tmp/tables" >"$tmp/want"
	[ -s "$tmp/want" ] || { echo "no table $table"; return 1; }
	while IFS="$(printf '\t')" read -r name about; do
		grep -F -e "$name" "$tmp/out" | grep -qF -e "$about" ||
			{ echo "no $name: $about"; return 1; }
	done <"$tmp/want"
}
check "help keys" rows_of keys action 3 6
check "help policies" rows_of policies policy 2 3
check "help rules" rows_of rules rule 2 3
check "help formats" rows_of formats format 2 3

# Help of a command is of that one; a word that is nearly one is no file.
of_one()
{
	for each in guard merge doctor; do
		run "$each" --help
		status_is 0 && is "commands in the help of $each" 1 \
			"$(grep -c '^  lilscope [a-z]* *[A-Za-z\[].*  [a-z]' "$tmp/out")" ||
			return 1
	done
	run guard --help
	grep -q '^Examples:' "$tmp/out" && grep -q -- '--listen' "$tmp/out"
}
check "--help of a command" of_one
near()
{
	run analyse "$tmp/tables"
	status_is 2 && one_sentence && grep -q 'mean lilscope analyze?' "$tmp/err" ||
		return 1
	(cd "$tmp" && echo "It is a file." >demos && "$LILSCOPE" demos >out)
}
check "a word that is nearly a command" near

# What the sentence about a wrong topic names is there, and is not the same
# text twice.
every_topic()
{
	run help no-such-topic
	status_is 2 && one_sentence || return 1
	topics=$(sed 's/.*help takes //;s/,//g;s/ or / /' "$tmp/err")
	: >"$tmp/sums"
	for topic in $topics; do
		run help "$topic"
		status_is 0 && [ -s "$tmp/out" ] && [ ! -s "$tmp/err" ] ||
			return 1
		cksum <"$tmp/out" >>"$tmp/sums"
	done
	is 'texts of topics' "$(echo "$topics" | wc -w | tr -d ' ')" \
		"$(sort -u "$tmp/sums" | wc -l | tr -d ' ')"
}
check "help of every topic" every_topic

finish
