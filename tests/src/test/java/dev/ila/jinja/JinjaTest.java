package dev.ila.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are those of Python's jinja2; the python tier asks it anew. */
class JinjaTest {
    private static final Map<String, Object> VARIABLES =
            Map.of(
                    "t",
                    " aB\n",
                    "l",
                    List.of("b", "a"),
                    "m",
                    Map.of("k", List.of(1L, Jinja.NONE, true)),
                    "rows",
                    List.of(Map.of("role", "user"), Map.of("role", "tool")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "{{ t.strip() or 'x' }}{{ '' or 'y' }}{{ 'a' and 'b' }}~aByb",
                "{{ m }}{{ m | tojson }}~{'k': [1, None, True]}{\"k\": [1, null, true]}",
                "{{ l[::-1] }}{{ l[0] }}{{ l[-1:] }}{{ l[7] }}~['a', 'b']b['a']",
                "{{ 7 // 2 }}{{ -7 % 3 }}{{ 7 / 2 }}{{ 2.0 }}~323.52.0",
                "{% for x in l if x != 'b' %}{{ loop.index }}{{ x }}{% else %}-{% endfor %}~1a",
                "{% for x in l %}{% if loop.last %}{% break %}{% endif %}{{ x }}{% endfor %}~b",
                "{% set n = namespace(i=0) %}{% for x in l %}{% set n.i = n.i + 1 %}{% endfor %}"
                        + "{{ n.i }}~2",
                "{% set i = 0 %}{% for x in l %}{% set i = i + 1 %}{% endfor %}{{ i }}~0",
                "{% macro f(a, b='x') %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(b=2, a=3) }}~1x32",
                "{% set x %} {{ l[0] }} {% endset %}[{{ x }}]~[ b ]",
                "{% generation %}a{% endgeneration %}b~ab",
                "{{ rows | selectattr('role', 'equalto', 'tool') | map(attribute='role') | list }}"
                        + "~['tool']",
                "{{ 'yes' if rows | selectattr('none') else 'no' }}~yes",
                "{{ nope }}{{ nope is defined }}{{ l is sequence }}{{ t is mapping }}~FalseTrueFalse",
                "{{ 'a' in l }}{{ not 'a' in l }}{{ 1 == true }}{{ '1' == 1 }}~TrueFalseTrueFalse",
                "{{ 'x' 'y' }}{{ \"it's\" }}{{ '\\x41' }}{{ [\"it's\"] }}~xyit'sA[\"it's\"]",
                "{{ 'ǆß'.capitalize() }}{{ \"d'été\".title() }}{{ 'a-b'|title }}~ǅßD'ÉtéA-B",
                "{{ 'a,b,c'.rsplit(',', 1) }}{{ 'abab'.replace('a', 'x', 1) }}~['a,b', 'c']xbab"
            })
    void aTemplateWritesWhatPythonWrites(String template, String expected) {
        assertEquals(expected, new Jinja(template).render(VARIABLES));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{% include 'a' %}~line 1: the tag include is not known here",
                "{{ l~line 1: a tag without end",
                "{# a~line 1: a comment without end",
                "{{ l) }}~line 1: unexpected ')'",
                "{% endif %}~line 1: the tag endif has no beginning",
                "{% for x in l %}~line 1: the tag endfor is missing",
                "{{ 2 ** 3 }}~line 1: the operator ** is not known here",
                "{{ l l }}~line 1: the end of the tag must follow, but is: 'l'",
                "{{ t.zfill(3) }}"
                        + "~line 1: this use of the method zfill of a text is not known here",
                "{{ l | groupby('a') }}~line 1: the filter groupby is not known here",
                "{{ l is wrong }}~line 1: the test wrong is not known here",
                "{{ nope.x }}~line 1: 'nope' is undefined",
                "{{ t + 1 }}~line 1: a text cannot be put by + to a number",
                "{{ l.append(1) }}~line 1: .append of a list is not known here",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"
                        + "~its macros call each other without end",
                "{% set l.x = 1 %}~line 1: an attribute can be set of a namespace alone"
            })
    void whatIsNotThereIsNamed(String template, String expected) {
        assertEquals(
                expected,
                assertThrows(JinjaFault.class, () -> new Jinja(template).render(VARIABLES))
                        .getMessage());
    }

    @Test
    void aLongTextIsRead() {
        String text = "é".repeat(100_000);
        assertEquals(text, new Jinja("{{ '" + text + "' }}").render(VARIABLES));
    }

    @Test
    void tagsTakeTheirLineAway() {
        assertEquals(
                "a\nb\n c\nd",
                new Jinja("a\n  {% if t %}\nb\n  {%- endif +%}\n c\n {# no #}\nd\r\n")
                        .render(VARIABLES));
    }
}
