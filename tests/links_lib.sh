# Shared by those who look where the links of Markdown pages lead.

# links_of PAGES...: PAGE:LINE LINK, for each that is no address.
links_of()
{
	grep -HnoE '\]\([^)#]+' "$@" | sed 's/:\](/ /' | grep -v ' [a-z]*:'
}

# astray PAGES...: PAGE:LINE: what is not where a link leads.
astray()
{
	links_of "$@" | while read -r place link; do
		[ -e "$(dirname "$place")/$link" ] ||
			echo "$place: $link is not there"
	done
}
