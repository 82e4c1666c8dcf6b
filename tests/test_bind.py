"""Parameters become terms of their type; whatever is given, the query keeps its structure."""

from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Identifier, Variable
from small_graph import WORDS

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import ask
from cami_kg.query.bind import bind, lexical_date, term, terms
from cami_kg.query.saved import SavedQuery, find
from cami_kg.query.sparql import bind as bind_text


@pytest.mark.parametrize(
    ("kind", "word", "value"),
    [
        ("xsd:date", "2016-02-29", "2016-02-29"),
        ("xsd:date", " 2016-02 ", "2016-02-29"),
        ("xsd:date", "2016", "2016-12-31"),
        ("xsd:date", "9999-12", "9999-12-31"),
        ("xsd:integer", "+007", "7"),
        ("xsd:integer", "-0", "0"),
        ("xsd:boolean", "TRUE", "true"),
        ("xsd:boolean", "0", "false"),
        ("xsd:string", " as it is ", " as it is "),
        ("xsd:string", "", ""),
    ],
)
def test_datatypes_have_one_form(small: Graph, kind: str, word: str, value: str) -> None:
    """A literal is written as the store writes it; a coarse date means its last day."""
    found = term(small, kind, word)

    assert isinstance(found, ox.Literal)
    assert (value, kind.removeprefix("xsd:")) == (found.value, found.datatype.value.rpartition("#")[2])


@pytest.mark.parametrize(
    ("kind", "word", "complaint"),
    [
        ("xsd:date", "2015-02-29", "'2015-02-29' is not a date. Write it like 2016-01-01."),
        ("xsd:date", "20160101", "is not a date"),
        ("xsd:date", "2016-W01-1", "is not a date"),
        ("xsd:date", "0000", "is not a date"),
        ("xsd:date", "٢٠١٦", "is not a date"),
        ("xsd:integer", "1.0", "'1.0' is not a whole number. Write it like 12."),
        ("xsd:integer", "9" * 5000, "is not a whole number"),
        ("xsd:integer", "٣", "is not a whole number"),
        ("xsd:boolean", "maybe", "'maybe' is not true or false. Write it like true."),
        ("xsd:string", "\ud800", "is not text"),
    ],
)
def test_values_of_the_wrong_type_are_refused(small: Graph, kind: str, word: str, complaint: str) -> None:
    """The error says what was given and how to write it."""
    with pytest.raises(UsageError) as caught:
        term(small, kind, word)

    assert complaint in str(caught.value)


def test_dates_are_real() -> None:
    """Months and days that do not exist are no dates."""
    found = [lexical_date(word) for word in ("2016-13", "2016-04-31", "2016-1-1", "x", "2016-04-30\n")]

    assert [None, None, None, None, "2016-04-30"] == found


def test_several_values_are_natural_and_none_counts_twice(small: Graph) -> None:
    """A list gives rows for each of its values; the same thing by two names is one."""
    both = ask(small, "ranges", {"species": ["dune-hopper", "Saltator arenae", "ridge-cat"]}, as_of="2010")

    assert 2 == len(both.rows)
    assert (
        "{ <https://w3id.org/cami/id/species/dune-hopper> <https://w3id.org/cami/id/species/ridge-cat> }" in both.sparql
    )


def test_python_values_are_taken_as_they_are(small: Graph) -> None:
    """Numbers, truth values, dates and terms need no quotes, and names may be written with underscores."""
    answer = ask(small, "words", {"text": ox.Literal("x"), "number": 7, "known_by": date(2016, 1, 2), "flag": True})

    assert [["x", "7", "2016-01-02", "true"]] == [[cell.value for cell in row] for row in answer.rows]


def test_a_required_value_is_asked_for_by_name_type_and_example(small: Graph) -> None:
    """An empty list is no value."""
    for values in ({}, {"species": []}, {"species": None}):
        with pytest.raises(UsageError) as caught:
            ask(small, "ranges", values)

        expected = "The query needs a value for species (dwc:Taxon). Give --species, such as --species saiga."
        assert expected == str(caught.value)


def test_an_unknown_parameter_gets_the_nearest(small: Graph) -> None:
    """A query says which parameters it has."""
    with pytest.raises(UsageError, match=r"The query ranges has no parameter 'specie'\. Did you mean species\?"):
        ask(small, "ranges", {"specie": "saiga"})
    with pytest.raises(UsageError, match="It has text, number, knownBy, flag"):
        ask(small, "words", {"zzz": "1"})


def test_optional_lines_go_and_required_ones_keep_their_example(small: Graph) -> None:
    """Without values a query is what its file shows as example."""
    text = bind(find(small.home, "ranges"), {})

    assert "VALUES ?species { species:saiga }  # the example" in text
    assert "VALUES ?presence" not in text


# Whatever has a meaning in SPARQL, in and out of strings.
_FRAGMENTS = (
    *('"', "'", '"""', "'''", "\\", "}", "{", "(", ")", "<", ">", "#", ".", ";", "\n", "\r", "\t", "?s ?p ?o", "UNDEF"),
    *("\\u0022", "\\u007D", "\\U00000022", '\\"', '"@en', '"^^<http://x/>', "} UNION { ?s ?p ?o }", "VALUES ?text {"),
    *("SERVICE <http://127.0.0.1:1/> {}", "<http://x/> } #", "\ud800", "\udfff", "\u202e", "\u2066", "\x00", "\x7f"),
    *("\u2028", "\ufeff", "\ufffe", "\U0010ffff", "сайгак", "%22", "species:saiga", "a" * 3000, "DROP ALL", "_:b"),
)
HOSTILE = st.lists(st.sampled_from(_FRAGMENTS) | st.text(st.characters(exclude_categories=()), max_size=8), max_size=8)
MANY = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> SavedQuery:
    """The query that gives back what it is given."""
    path = tmp_path_factory.mktemp("queries") / "words.rq"
    path.write_text(WORDS, encoding="utf-8")
    return SavedQuery.read(path)


def _structure(sparql: str, value: str) -> Any:
    """Return the parsed algebra of a query, with the value itself as a blank."""

    def plain(part: Any) -> Any:
        if isinstance(part, CompValue):
            return part.name, {key: plain(item) for key, item in sorted(part.items())}
        if isinstance(part, dict):
            return {str(key): plain(item) for key, item in part.items()}
        if isinstance(part, Identifier) and not isinstance(part, Variable):
            return "the value" if str(part) == value else ("other", part.n3())
        return [plain(item) for item in part] if isinstance(part, list | tuple | set) else part

    return plain(translateQuery(parseQuery(sparql)).algebra)


HARMLESS = _structure(
    bind_text(WORDS, {"text": [ox.Literal("harmless")], "number": [], "knownBy": [], "flag": []}), "harmless"
)


@MANY
@given(st.builds("".join, HOSTILE))
def test_text_never_changes_the_structure_of_a_query(miniature: Graph, words: SavedQuery, value: str) -> None:
    """Quotes, braces, SPARQL, escapes and control characters are data: same algebra, and the value comes back whole."""
    try:
        text = bind(words, terms(miniature, words, {"text": value}))
    except UsageError:
        assert any("\ud800" <= character <= "\udfff" for character in value)
        return

    assert HARMLESS == _structure(text, value)
    assert [value] == [row["text"].value for row in miniature.select(text)]


@MANY
@given(
    st.builds("".join, HOSTILE),
    st.sampled_from(["dwc:Taxon", "scheme:threat", "xsd:date", "xsd:integer", "xsd:boolean"]),
)
def test_other_types_take_what_exists_or_refuse(miniature: Graph, value: str, kind: str) -> None:
    """A hostile word is no thing, date, number or truth value; the refusal is one printable sentence."""
    try:
        found = term(miniature, kind, value)
    except UsageError as error:
        refusal = str(error)
    else:
        refusal = ""

    assert refusal.isprintable()
    assert refusal or kind.startswith("xsd:") or any(miniature.store.quads_for_pattern(found, None, None))
