#!/bin/sh
# --html: a generation as a page that is whole, harmless, and that a browser
# shows as it is meant.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
page=$tmp/page.html

# has WORD...: the page is well-formed, and each is in its text
cat >"$tmp/has.py" <<'END'
import sys, xml.dom.minidom
dom = xml.dom.minidom.parse(sys.argv[1])
names = set(e.tagName for e in dom.getElementsByTagName("*"))
bad = names & {"script", "img", "link", "iframe", "object", "a", "form"}
attrs = set(n for e in dom.getElementsByTagName("*")
            for n in (e.attributes or {}).keys())
bad |= set(a for a in attrs if a in ("src", "href", "style") or a[:2] == "on")
if bad:
    sys.exit("in the page: %s" % sorted(bad))
def text(e):
    return e.data if e.nodeType == e.TEXT_NODE else \
        "".join(text(c) for c in e.childNodes)
body = text(dom.getElementsByTagName("body")[0])
for word in sys.argv[2:]:
    if word not in body:
        sys.exit("no %r in the page" % word)
END
has()
{
	"$PYTHON" "$tmp/has.py" "$page" "$@"
}

written()
{
	run analyze --html "$page" "$traces/rkv_aime24_08.txt"
	status_is 0 && grep -q 9750 "$tmp/out" &&
		has 'Lil at token 9 750 of 16 333' 'nothing new since' \
			'Said again' 'adaptive' '16 333, counted by'
}
check "beside the table" written

without_command()
{
	rm -f "$page"
	run --html "$page" "$traces/groq_r1_70b.sse"
	status_is 0 && has 'No early stop' 'reasoning' 'answer'
}
check "without a command" without_command

one_of_many()
{
	run analyze --html "$page" "$srcdir/tests/golden/openai_choices.sse"
	status_is 2 && one_sentence && grep -q 'html-of N' "$tmp/err" ||
		return 1
	run analyze --html "$page" --html-of 2 \
		"$srcdir/tests/golden/openai_choices.sse"
	status_is 0 && has 'generation 2' || return 1
	run analyze --html "$page" --html-of 9 \
		"$srcdir/tests/golden/openai_choices.sse"
	status_is 2 && one_sentence && grep -q 'no generation 9' "$tmp/err"
}
check "one of several" one_of_many

nowhere()
{
	run analyze --html "$none/page.html" "$traces/groq_r1_70b.sse"
	status_is 2 && one_sentence && [ ! -s "$tmp/out" ]
}
check "what can't be written is said before the work" nowhere

from_the_screen()
{
	printf 'wait\n:export html %s\n:export! html %s\n' \
		"$tmp/new.html" "$page" >"$tmp/script"
	run --no-session --script "$tmp/script" "$traces/rkv_aime24_08.txt"
	status_is 0 && cmp "$tmp/new.html" "$page" && has 'Lil at token 9 750'
}
check ":export html" from_the_screen

printf '{"prompt":"say \\u202e </style>","response":"%s"}\n' \
	'a</script><script>document.title=1</script>\u202e \u0000 \u001b[2J <img src=x onerror=alert(1)> &amp; \ud800' \
	>"$tmp/hostile.jsonl"
hostile()
{
	run analyze --html "$page" "$tmp/hostile.jsonl"
	status_is 0 && no_controls "$page" &&
		has '</script><script>document.title=1</script>\u202e' \
			'</style>' '<img src=x onerror=alert(1)> &amp;'
}
check "hostile text" hostile

# --- a real browser, where there is one ----------------------------------

for browser in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
	command -v "$browser" >/dev/null && break
	browser=
done
if [ -z "$browser" ]; then
	echo "no browser is here: what it shows is not looked at"
	finish
fi

# browse MORE...: the page, with a profile of its own
browse()
{
	root=
	[ "$(id -u)" != 0 ] || root=--no-sandbox
	HOME=$tmp timeout 120 "$browser" --headless=new $root --disable-gpu \
		--disable-background-networking --no-first-run \
		--user-data-dir="$tmp/profile" --enable-logging=stderr \
		"$@" "file://$page" 2>"$tmp/log.browser"
}

shown()
{
	browse --dump-dom >"$tmp/dom" || { tail -n 5 "$tmp/log.browser"; return 1; }
	! grep -i 'refused to\|violates' "$tmp/log.browser" || return 1
	"$PYTHON" - "$tmp/dom" <<'END'
import html.parser, sys
class Page(html.parser.HTMLParser):
    tags, text = [], ""
    def handle_starttag(self, tag, attrs): self.tags.append(tag)
    def handle_data(self, data): self.text += data
page = Page()
page.feed(open(sys.argv[1]).read())
for tag in ("script", "img"):
    if tag in page.tags:
        sys.exit("the browser sees <%s>" % tag)
for word in ("<script>document.title=1</script>\\u202e", "&amp; "):
    if word not in page.text:
        sys.exit("the browser does not see %r" % word)
if "svg" not in page.tags:
    sys.exit("the browser sees no chart")
END
}
check "a browser sees text, and no tag in it" shown

# What is in a picture, by its bytes unpacked: more than one colour, and the
# page dark where its reader wants that.
cat >"$tmp/png.py" <<'END'
import struct, sys, zlib
data, at, body = open(sys.argv[1], "rb").read(), 8, b""
while at < len(data):
    n, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IHDR":
        width, height, depth, colour = struct.unpack(
            ">IIBB", data[at + 8:at + 18])
    elif kind == b"IDAT":
        body += data[at + 8:at + 8 + n]
    at += 12 + n
size = 4 if colour == 6 else 3
raw, rows, before = zlib.decompress(body), [], bytearray(width * size)
for y in range(height):
    kind = raw[y * (width * size + 1)]
    row = bytearray(raw[y * (width * size + 1) + 1:][:width * size])
    for i in range(len(row)):
        a = row[i - size] if i >= size else 0
        b, c = before[i], before[i - size] if i >= size else 0
        p = a + b - c
        near = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))
        row[i] = row[i] + (0, a, b, (a + b) // 2, near[2])[kind] & 255
    rows.append(row)
    before = row
pixels = {bytes(r[i:i + 3]) for r in rows for i in range(0, len(r), size)}
corner = sum(rows[0][:3]) / 3
dark = corner < 64
if len(pixels) < 20 or dark != (sys.argv[2] == "dark"):
    sys.exit("%d colours, corner %.0f" % (len(pixels), corner))
END
drawn()
{
	run analyze --html "$page" "$traces/rkv_aime24_08.txt"
	for look in light dark; do
		[ $look = light ] && flag=--disable-dark-mode ||
			flag=--force-dark-mode
		browse --window-size=500,700 $flag \
			--screenshot="$tmp/$look.png" >/dev/null || return 1
		"$PYTHON" "$tmp/png.py" "$tmp/$look.png" $look || return 1
	done
}
check "drawn light and dark" drawn
finish
