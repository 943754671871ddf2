/* jinja: templates by tables, what Jinja2 makes of them beside what comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "jinja/jinja.h"

/* 2026-03-05 14:07:09, a Thursday. */
static const struct tm some_day = { .tm_year = 126, .tm_mon = 2, .tm_mday = 5,
				    .tm_wday = 4, .tm_hour = 14, .tm_min = 7,
				    .tm_sec = 9, .tm_yday = 63 };

static bool make(const char *template, size_t n, const char *vars,
		 struct buf *out, struct err *err)
{
	struct jinja *t = jinja_new(template, n, err);
	struct json j = { 0 };
	bool good;

	assert_true(json_read(&j, vars, strlen(vars), false, NULL));
	good = t && jinja_put(t, json_root(&j), &some_day, SIZE_MAX / 2, out,
			      err);
	json_release(&j);
	jinja_free(t);
	return good;
}

/* --- what comes --------------------------------------------------------- */

#define VARS                                                                   \
	"{\"a\":\"x\",\"n\":3,\"f\":1.5,\"l\":[1,2,3],\"yes\":true,"           \
	"\"nil\":null,\"e\":\"\","                                             \
	"\"m\":{\"k\":\"v\",\"b\":[1,{\"c\":\"d\"}]},"                         \
	"\"u\":\"Gr\xc3\xbc\xc3\x9f" "e\","                                    \
	"\"ms\":[{\"role\":\"user\",\"content\":\" q \"},"                     \
	"{\"role\":\"assistant\",\"content\":\"a\",\"n\":2}]}"

static const struct row {
	const char *template, *want;
} rows[] = {
	/* white space */
	{ "a\n", "a" },
	{ "a\n\n", "a\n" },
	{ "  {% if 1 %}\n x\n  {% endif %}\ny", " x\ny" },
	{ "  {%+ if 1 %}\nx{% endif %}", "  x" },
	{ "x {%- if 1 -%} \n y {%- endif %} z", "xy z" },
	{ "{{ a }}\n{{ a }}", "x\nx" },
	{ "  {{ a }}", "  x" },
	{ "x  {{- a -}}  y", "xxy" },
	{ "{% if 1 +%}\nx{% endif %}", "\nx" },
	{ "a {# c #}\nb", "a b" },
	{ " {# c #}\nb", "b" },
	{ "a {#- c -#} b", "ab" },
	{ "{% if 1 %}\r\nx{% endif %}", "x" },
	{ "x {% if 1 %}y{% endif %}", "x y" },
	{ "{%if 1%}{%endif%}\n  {% if 1 %}z{% endif %}", "z" },
	{ "{{ '}}' }}{{ {'a': {'b': 1}} }}", "}}{'a': {'b': 1}}" },
	/* constants and how they are printed */
	{ "{{ 'a\\n\\t\\'\\\\' }}|{{ \"\\u00fc\\q\" }}",
	  "a\n\t'\\|\xc3\xbc\\q" },
	{ "{{ 1 }} {{ 1.5 }} {{ 2.0 }} {{ true }} {{ None }} {{ nope }}.",
	  "1 1.5 2.0 True None ." },
	{ "{{ 0.1 + 0.2 }} {{ 1000 }}", "0.30000000000000004 1000" },
	{ "{{ [1, 'a', \"it's\", none, [2.5]] }}",
	  "[1, 'a', \"it's\", None, [2.5]]" },
	{ "{{ {'a': 1, 'b': 'x\\n'} }}", "{'a': 1, 'b': 'x\\n'}" },
	{ "{{ 'a' 'b' }}{{ (1, 2) }}{{ () }}", "ab[1, 2][]" },
	/* operators */
	{ "{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} "
	  "{{ 7 / 2 }} {{ 2 ** 3 }}",
	  "3 3 -4 2 3.5 8" },
	{ "{{ 'a' + 'b' ~ 1 ~ none }} {{ 'ab' * 3 }} {{ [1] + [2] }}",
	  "ab1None ababab [1, 2]" },
	{ "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' < 'b' }} {{ 2 >= 2 }}",
	  "True False True True" },
	{ "{{ 1 == 1.0 }} {{ 1 == '1' }} {{ [1] == [1] }} {{ none == false }}",
	  "True False True False" },
	{ "{{ 'b' in 'abc' }} {{ 2 not in l }} {{ 'k' in m }} {{ 1 in nope }}",
	  "True False True False" },
	{ "{{ not a }} {{ not e or n }} {{ e or 'z' }} {{ a and n }}",
	  "False True z 3" },
	{ "{{ 'y' if yes else 'z' }}{{ 'y' if e }}{{ 1 if 0 else 2 if 0 else 3 "
	  "}}", "y3" },
	{ "{{ not a is defined }} {{ -n }} {{ - -n }} {{ -n | abs }}",
	  "False -3 3 3" },
	{ "{{ 1 - 1 }}{{ n-1 }}{{ (n)-1 }}", "022" },
	/* places */
	{ "{{ m.k }}{{ m['k'] }}{{ m.b[1].c }}{{ m.b[-1]['c'] }}{{ l.0 }}",
	  "vvdd1" },
	{ "{{ u[2] }}{{ u[-1] }}{{ u[1:3] }}{{ u | length }}{{ l[::-1] }}",
	  "\xc3\xbc" "er\xc3\xbc" "5[3, 2, 1]" },
	{ "{{ l[1:] }}{{ l[:-1] }}{{ l[5:] }}{{ l[::2] }}{{ 'abc'[::-1] }}",
	  "[2, 3][1, 2][][1, 3]cba" },
	{ "{{ l[7] }}{{ m.zz }}{{ m.zz is defined }}{{ a.zz is defined }}",
	  "FalseFalse" },
	/* if */
	{ "{% if 0 %}a{% elif n == 3 %}b{% else %}c{% endif %}", "b" },
	{ "{% if 0 %}a{% else %}{% if 0 %}b{% endif %}c{% endif %}", "c" },
	{ "{% if 0 %}a{% elif 0 %}b{% else %}c{% endif %}d", "cd" },
	/* for */
	{ "{% for x in l %}{{ loop.index }}{{ x }}{{ loop.last }} {% endfor %}",
	  "11False 22False 33True " },
	{ "{% for x in l %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}"
	  "{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }} "
	  "{% endfor %}",
	  "03True32 12False313 21False32 " },
	{ "{% for k, v in m.items() %}{{ k }}{% endfor %}"
	  "{% for k in m %}{{ k }}{% endfor %}", "kbkb" },
	{ "{% for x in [] %}a{% else %}none{% endfor %}", "none" },
	{ "{% for x in l if x != 2 %}{{ x }}/{{ loop.length }} {% endfor %}",
	  "1/2 3/2 " },
	{ "{% for x in l %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}"
	  "{% endfor %}", "13" },
	{ "{% for x in l %}{% if x == 2 %}{% break %}{% endif %}{{ x }}"
	  "{% endfor %}.", "1." },
	{ "{% for x in 'a\xc3\xbc' %}{{ x }},{% endfor %}", "a,\xc3\xbc," },
	{ "{% for x in nope %}a{% endfor %}b", "b" },
	{ "{% for i in range(2) %}{% for j in range(1, 7, 3) %}{{ i }}{{ j }} "
	  "{% endfor %}{% endfor %}{{ range(3, 0, -1) }}",
	  "01 04 11 14 [3, 2, 1]" },
	/* set: what a loop sets is gone behind it, a namespace's is not */
	{ "{% set x = 1 %}{% for i in l %}{% set x = i %}{% endfor %}{{ x }}",
	  "1" },
	{ "{% set ns = namespace(x=1) %}{% for i in l %}{% set ns.x = i %}"
	  "{% endfor %}{{ ns.x }}", "3" },
	{ "{% if 1 %}{% set x = 2 %}{% endif %}{{ x }}", "2" },
	{ "{% set x, y = 1, 2 %}{{ y }}{{ x }}", "21" },
	{ "{% set x %} a {{ n }} {% endset %}[{{ x }}]", "[ a 3 ]" },
	{ "{% set x | trim | upper %} a {% endset %}[{{ x }}]", "[A]" },
	{ "{% filter upper %}a{{ a }}{% endfilter %}", "AX" },
	{ "{% generation %}g{% endgeneration %}", "g" },
	{ "{% do l.append(4) %}{{ l }}", "[1, 2, 3, 4]" },
	/* macros */
	{ "{% macro f(x, y=2) %}{{ x }}{{ y }}{% endmacro %}"
	  "{{ f(1) }} {{ f(1, 3) }} {{ f(y=4, x=5) }}", "12 13 54" },
	{ "{% macro f(x) %}{% if x %}{{ x }}{{ f(x - 1) }}{% endif %}"
	  "{% endmacro %}{{ f(3) }}", "321" },
	{ "{% macro f() %}[{{ caller() }}]{% endmacro %}"
	  "{% call f() %}in{% endcall %}", "[in]" },
	{ "{% set g = 7 %}{% macro f() %}{{ g }}{% endmacro %}{{ f() }}", "7" },
	/* filters and methods */
	{ "{{ ' a ' | trim }}|{{ ' a '.strip() }}|{{ 'xax'.strip('x') }}|"
	  "{{ ' a'.lstrip() }}|{{ 'a\\n'.rstrip() }}", "a|a|a|a|a" },
	{ "{{ 'aB' | upper }}{{ 'aB'.lower() }}{{ 'aB c' | capitalize }}"
	  "{{ 'ab cd' | title }}", "ABabAb cAb Cd" },
	{ "{{ nope | default('d') }}{{ '' | default('d') }}"
	  "{{ '' | default('d', true) }}{{ none | d(1) }}", "ddNone" },
	{ "{{ l | join(', ') }}{{ '-'.join(['a', 'b']) }}{{ l | first }}"
	  "{{ l | last }}{{ l | length }}{{ l | sum }}{{ l | max }}",
	  "1, 2, 3a-b13363" },
	{ "{{ 'a,b,c'.split(',') }}{{ 'a,b,c'.split(',', 1) }}"
	  "{{ ' a  b '.split() }}{{ 'a,b,c'.rsplit(',', 1) }}",
	  "['a', 'b', 'c']['a', 'b,c']['a', 'b']['a,b', 'c']" },
	{ "{{ 'a-b-c' | replace('-', '+') }}{{ 'aaa'.replace('a', 'b', 2) }}",
	  "a+b+cbba" },
	{ "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}"
	  "{{ 'abc'.find('c') }}{{ 'abc'.find('z') }}{{ 'aXa'.count('a') }}",
	  "TrueTrue2-12" },
	{ "{{ '{} {b}'.format(1, b='x') }}{{ 'a\\nb' | indent(2) }}"
	  "{{ 'a\\nb' | indent(2, true) }}", "1 xa\n  b  a\n  b" },
	{ "{{ m.get('k') }}{{ m.get('z') }}{{ m.get('z', 1) }}"
	  "{{ m.keys() | list }}", "vNone1['k', 'b']" },
	{ "{{ {'b': 1, 'A': 2} | dictsort }}{{ {'b': 1} | items | list }}",
	  "[['A', 2], ['b', 1]][['b', 1]]" },
	{ "{{ [3, 1, 2] | sort }}{{ [3, 1] | sort(reverse=true) }}"
	  "{{ ms | map(attribute='role') | join(' ') }}",
	  "[1, 2, 3][3, 1]user assistant" },
	{ "{{ ms | selectattr('role', 'equalto', 'user') | list | length }}"
	  "{{ ms | rejectattr('n', 'defined') | map(attribute='role') | first "
	  "}}"
	  "{{ l | select('odd') | list }}{{ l | reject('==', 2) | list }}",
	  "1user[1, 3][1, 3]" },
	{ "{{ ['a', 'b'] | map('upper') | list }}{{ [1, 1, 2] | unique }}"
	  "{{ 'abc' | reverse }}{{ l | reverse | list }}",
	  "['A', 'B'][1, 2]cba[3, 2, 1]" },
	{ "{{ '42' | int + 1 }}{{ 'x' | int }}{{ 3.7 | int }}{{ '1.5' | float "
	  "}}"
	  "{{ 2.6 | round }}{{ 5 | string ~ 1 }}", "43031.53.051" },
	{ "{{ 'abc'[1] is string }}{{ '7'.isdigit() }}{{ 'a\\nb'.splitlines() "
	  "}}", "TrueTrue['a', 'b']" },
	/* JSON, as json.dumps has it */
	{ "{{ m | tojson }}", "{\"k\": \"v\", \"b\": [1, {\"c\": \"d\"}]}" },
	{ "{{ {'a': [1, 2], 'e': []} | tojson(indent=2) }}",
	  "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}" },
	{ "{{ u | tojson }}{{ '\xc3\xbc\xf0\x9f\x8e\x89' | "
	  "tojson(ensure_ascii=true) }}",
	  "\"Gr\xc3\xbc\xc3\x9f" "e\"\"\\u00fc\\ud83c\\udf89\"" },
	{ "{{ {'b': 1, 'a': 2.0} | tojson(separators=(',', ':'), "
	  "sort_keys=true) }}{{ none | tojson }}{{ yes | tojson }}",
	  "{\"a\":2.0,\"b\":1}nulltrue" },
	{ "{{ ('{\"a\": [1, 2]}' | fromjson).a[1] }}", "2" },
	/* tests */
	{ "{{ a is string }}{{ n is number }}{{ m is mapping }}{{ l is "
	  "iterable }}{{ l is sequence }}{{ nil is none }}{{ nope is "
	  "undefined }}{{ yes is true }}{{ e is not defined }}",
	  "TrueTrueTrueTrueTrueTrueTrueTrueFalse" },
	{ "{{ 4 is divisibleby 2 }}{{ 3 is odd }}{{ 1 is in [1] }}"
	  "{{ 'a' is eq('a') }}{{ n is boolean }}{{ f is float }}",
	  "TrueTrueTrueTrueFalseTrue" },
	/* time */
	{ "{{ strftime_now('%d %b %Y|%Y-%m-%d %H:%M:%S|%A %B %j %y %I%p %%') "
	  "}}",
	  "05 Mar 2026|2026-03-05 14:07:09|Thursday March 064 26 02PM %" },
};

static void templates(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = { "" };

		buf_clear(&out);
		if (!make(rows[i].template, strlen(rows[i].template), VARS,
			  &out, &err))
			fail_msg("%s: %s", rows[i].template, err.text);
		assert_string_equal(buf_cstr(&out), rows[i].want);
	}
	buf_release(&out);
}

/* --- what can't be ------------------------------------------------------ */

static const struct wrong {
	const char *template, *why;
} wrongs[] = {
	{ "{{ a", "line 1: what begins here is not closed" },
	{ "a\n{% if a %}b", "line 2: \"elif\" is missing" },
	{ "{% endif %}", "line 1: the statement \"endif\" is not known here" },
	{ "\n\n{% include 'x' %}",
	  "line 3: the statement \"include\" is not known here" },
	{ "{# a", "line 1: a comment is not closed" },
	{ "{{ 'a }}", "line 1: a string is not closed" },
	{ "{{ a ? b }}", "line 1: \"?\" is no part of a template" },
	{ "{{ a b }}", "line 1: \"}}\" is wanted, not \"b\"" },
	{ "{{ 1 + }}", "line 1: \"}}\" where a value is wanted" },
	{ "{% for x in l recursive %}{% endfor %}",
	  "line 1: \"recursive\" is not known here" },
	{ "{{ a | nofilter }}",
	  "line 1: the filter \"nofilter\" is not known here" },
	{ "{{ a is notest }}",
	  "line 1: the test \"notest\" is not known here" },
	{ "\n{{ nofn(1) }}",
	  "line 2: the function \"nofn\" is not known here" },
	{ "{{ nope.x }}", "line 1: \"nope\" is not defined" },
	{ "{{ nope.x.y }}", "line 1: \"nope\" is not defined" },
	{ "{{ m.x.y }}", "line 1: \"x\" is not defined" },
	{ "{{ raise_exception('no ' ~ a) }}", "line 1: it says: no x" },
	{ "{{ 1 // 0 }}", "line 1: division by zero" },
	{ "{{ n + a }}", "line 1: a number and a string can't be added" },
	{ "{{ l < m }}", "line 1: a list and a mapping have no order" },
	{ "{{ n() }}", "line 1: a number is called" },
	{ "{% for x in n %}{% endfor %}",
	  "line 1: a number can't be gone through" },
	{ "{% set x, y = [1] %}", "line 1: 1 values for 2 names" },
	{ "{% set n.x = 1 %}", "line 1: a number has no members to set" },
	{ "{{ l[::0] }}", "line 1: a slice goes by 0" },
	{ "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
	  "line 1: too many levels of calls" },
	{ "{% set l = range(4000) %}{% for i in l %}{{ -1 in l }}{% endfor %}",
	  "line 1: it does not come to an end" },
	{ "{% set s = 'ab' * 500000 %}{% for i in range(99999) %}"
	  "{{ s.find('zz') }}{% endfor %}",
	  "line 1: it does not come to an end" },
	{ "{% set s = 'a' * 500000 %}{{ s.rfind('b' ~ s[1:]) }}",
	  "line 1: it does not come to an end" },
	{ "{% set s = 'ab' * 500000 %}{% set t = s ~ 'x' %}{% set u = s ~ 'y' "
	  "%}{% for i in range(99999) %}{{ t == u }}{{ 'z' in t }}"
	  "{{ s | length }}{{ s[-1] }}{% endfor %}",
	  "line 1: it does not come to an end" },
	{ "{% for i in range(999999) %}{% for j in range(9999) %}"
	  "{% endfor %}{% endfor %}", "line 1: more memory than 256 MiB" },
	{ "{{ 'aaaaaaaaaaaaaaaa' * 99999999 }}",
	  "line 1: more than 67108864 bytes of text" },
	{ "{% set s = 'a' * 40000000 %}{{ s }}\n{{ s }}",
	  "line 2: more than 67108864 bytes of text" },
	{ "{% do l.append(l) %}{{ l }}", "line 1: more than 200 levels" },
	{ "{% do l.append(l) %}{{ l | tojson }}",
	  "line 1: more than 200 levels" },
	{ "{{ 'x' | fromjson }}",
	  "line 1: what is read as JSON is none" },
};

static void troubles(void **state)
{
	struct buf out = { 0 };

	(void)state;
	buf_puts(&out, "before");
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		struct err err = { "" };

		assert_false(make(wrongs[i].template,
				  strlen(wrongs[i].template), VARS, &out,
				  &err));
		assert_string_equal(err.text, wrongs[i].why);
		assert_string_equal(buf_cstr(&out), "before");
	}
	buf_release(&out);
}

/* Brackets in brackets, and names one behind another: a sentence, no crash. */
static void deep(void **state)
{
	static const struct {
		const char *head, *again, *tail;
	} shapes[] = {
		{ "{{ ", "(", "" },	    { "{{ ", "[", "" },
		{ "{{ ", "{1:", "" },	    { "{{ ", "not ", "1 }}" },
		{ "{{ ", "-", "1 }}" },	    { "", "{% if 1 %}", "" },
		{ "{{ 1", "+1", " }}" },    { "{{ a", ".b", " }}" },
		{ "{{ a", "|trim", " }}" }, { "{{ 1", " if 1 else 1", " }}" },
		{ "", "{% for x in l %}", "" },
	};
	struct buf text = { 0 }, out = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct err err = { "" };

		buf_clear(&text);
		buf_puts(&text, shapes[i].head);
		for (int k = 0; k < 5000; k++)
			buf_puts(&text, shapes[i].again);
		buf_puts(&text, shapes[i].tail);
		assert_false(make(text.data, text.len, VARS, &out, &err));
		assert_memory_equal(err.text, "line 1: ", 8);
	}
	buf_release(&text);
	buf_release(&out);
}

/* A template that is cut anywhere, any byte changed: text or a sentence. */
static void broken(void **state)
{
	static const char whole[] =
		"{%- set ns = namespace(a='x') %}\n{# c #}{% for m in ms if m."
		"role is defined -%}\n  {{- '<|' ~ m['role'] + '|>' }}\n"
		"{%- if not loop.last and m.content is string %}{{ m.content | "
		"trim | tojson(indent=1) }}{% elif ns.a in [1, 2.5] %}\\"
		"{% else %}{{ m.content.split('\\n')[-1:] }}{% endif %}"
		"{% endfor %}\n"
		"{% macro f(a, b={'k': (1, 2)}) %}{{ a[::-1] }}{% endmacro %}"
		"{{ f('ab') if 1 < 2 else none }}";
	static const char marks[] = "{}%#()[]'\"|.,:~-+*/=<> \n\\a1\xc3";
	size_t n = strlen(whole);
	struct buf out = { 0 };
	char copy[sizeof(whole)];
	struct err err = { "" };

	(void)state;
	assert_true(make(whole, n, VARS, &out, &err));
	assert_string_equal(buf_cstr(&out),
			    "<|user|>\"q\"<|assistant|>['a']ba");
	for (size_t i = 0; i <= n; i++) {
		bool good;

		err_clear(&err);
		buf_clear(&out);
		good = make(whole, i, VARS, &out, &err);
		assert_int_equal(good, !err.text[0]);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(marks) - 1; k++) {
			bool good;

			memcpy(copy, whole, sizeof(whole));
			copy[i] = marks[k];
			err_clear(&err);
			buf_clear(&out);
			good = make(copy, n, VARS, &out, &err);
			assert_int_equal(good, !err.text[0]);
		}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates),
		cmocka_unit_test(troubles),
		cmocka_unit_test(deep),
		cmocka_unit_test(broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
