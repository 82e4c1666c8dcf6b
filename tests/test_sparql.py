"""Words and braces of a query are found, and never inside strings, IRIs and comments."""

import pyoxigraph as ox
import pytest

from cami_kg.query.sparql import bind, depth, tokens, values_lines, whole_line, written

EXAMPLE = ox.NamedNode("https://example.org/a")


def test_words_keep_their_dots_dashes_and_escapes() -> None:
    """A name ends before the dot of a statement, and a variable before a minus."""
    found = [token.text for token in tokens(r"?a-1 species:wild-ass. iucn:5.1.1 . ex:a\#b 'x'@en-GB ?c.?d")]

    expected = [
        "?a",
        "-",
        "1",
        "species:wild-ass",
        ".",
        "iucn:5.1.1",
        ".",
        r"ex:a\#b",
        "'x'",
        "@en-GB",
        "?c",
        ".",
        "?d",
    ]
    assert expected == found


@pytest.mark.parametrize(
    "hiding",
    [
        '"VALUES ?a { 1 }"',
        "'VALUES ?a { 1 }'",
        '"""VALUES "?a" { 1 }"""',
        "'''VALUES '?a' { 1 }'''",
        r'"\" VALUES ?a { 1 }"',
        "<http://x/#VALUES>",
        "# VALUES ?a { 1 }\n",
        "VALUES (?a ?b) { (1 2) }",
    ],
)
def test_values_lines_are_not_found_where_there_are_none(hiding: str) -> None:
    """Strings of all four kinds, IRIs, comments and tables of several variables hold no line of a parameter."""
    found = values_lines(f"SELECT ?a {{ {hiding} VALUES ?b {{ 2 }} }}")

    assert ["b"] == [line.name for line in found]


def test_braces_inside_values_do_not_end_them() -> None:
    """The closing brace is the one outside of strings and comments."""
    text = 'SELECT ?a { VALUES ?a { "}" <http://x/y> # }\n } }'

    assert text.rindex("}", 0, -1) == values_lines(text)[0].closed


def test_a_values_line_that_never_ends_is_none() -> None:
    """An open brace at the end of the text is left to the engine to complain about."""
    assert [] == values_lines("SELECT ?a { VALUES ?a { 1")


def test_a_line_is_whole_if_only_a_comment_follows() -> None:
    """Whatever else stands on the line would be deleted with it."""
    alone = "{\n  VALUES ?a { UNDEF }  # optional\n}"
    shared = "{\n  VALUES ?a { UNDEF } ?s ?p ?a .\n}"

    assert (2, alone.rindex("}")) == whole_line(alone, values_lines(alone)[0])
    assert whole_line(shared, values_lines(shared)[0]) is None


def test_binding_fills_braces_or_deletes_the_line() -> None:
    """Every line of a parameter gets the terms; one with an empty sequence goes; others stay as they are."""
    text = "SELECT * {\n  VALUES ?a { UNDEF }\n  VALUES ?b { UNDEF }\n  { VALUES ?a { UNDEF } }\n  VALUES ?c { 1 }\n}"

    bound = bind(text, {"a": [EXAMPLE, ox.Literal("}")], "b": []})

    filled = 'VALUES ?a { <https://example.org/a> "}" }'
    assert f"SELECT * {{\n  {filled}\n  {{ {filled} }}\n  VALUES ?c {{ 1 }}\n}}" == bound


@pytest.mark.parametrize("value", ["\\u0041", "\\\\u0041", "\\U00000041", 'a\\"u', "\\n\n\\", "\\", "\x000041"])
def test_escapes_survive_engines_that_undo_them_first(value: str) -> None:
    """Where an engine reads code points before it parses, the value is still the value."""
    import rdflib

    text = f"SELECT ?a {{ VALUES ?a {{ {written(ox.Literal(value))} }} }}"

    assert value == next(iter(ox.Store().query(text)))["a"].value
    assert value == str(next(iter(rdflib.Graph().query(text)))[0])


def test_depth_counts_brackets_outside_of_strings() -> None:
    """Brackets of every kind count, those in strings do not."""
    assert 3 == depth('SELECT ?a { FILTER(?a IN ("((((")) }')
