"""Asking: a name, values and a date in, an answer out; what cannot be asked is one sentence."""

from datetime import date
from pathlib import Path

import pytest
from small_graph import rows

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.home import home
from cami_kg.query import Answer, SavedQuery, ask, bind, run, today
from cami_kg.query.lint import problems, ties


def plain(folder: Path, text: str) -> SavedQuery:
    """Write a query without header and read it."""
    path = folder / "plain.rq"
    path.write_text(text, encoding="utf-8")
    return SavedQuery.read(path)


def test_an_answer_holds_for_its_date(small: Graph) -> None:
    """`asOf` lets through what began before and did not end before; coarse dates count to their last day."""
    found = {
        day: rows(ask(small, "ranges", {"species": "dune-hopper"}, as_of=day)) for day in ("1999-12", "2001-05-31")
    }

    assert {
        "1999-12": [
            ["dune-hopper", "XA", "extinct", "", ""],
            ["dune-hopper", "XB", "extant", "", "1999"],
        ],
        "2001-05-31": [
            ["dune-hopper", "XA", "extant", "2001-05", ""],
            ["dune-hopper", "XA", "extinct", "", ""],
        ],
    } == found


def test_without_a_date_it_is_today_or_that_of_the_build(small: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SOURCE_DATE_EPOCH` makes answers repeatable."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    answer = ask(small, "ranges", {"species": "dune-hopper"})

    assert date(1970, 1, 2) == answer.as_of == today()
    assert 'VALUES ?asOf { "1970-01-02"^^<http://www.w3.org/2001/XMLSchema#date> }' in answer.sparql
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(UsageError, match="Set it to seconds since 1970"):
        today()


def test_a_date_means_nothing_to_a_query_without_it(small: Graph) -> None:
    """Rather than ignore a date, the query says that it has no such parameter."""
    with pytest.raises(UsageError, match="The query words has no parameter 'asOf'"):
        ask(small, "words", {"text": "x"}, as_of="2016")
    assert ask(small, "words", {"text": "x"}).as_of is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("DELETE WHERE { ?s ?p ?o }", "The graph is only read, and DELETE would change it."),
        ("PREFIX select: <http://x/>\nINSERT DATA { select:a select:b select:c }", "INSERT would change it"),
        ("DROP ALL", "DROP would change it"),
        ("SELECT ?s { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "calls another endpoint"),
        ("SELECT ?s {\n  ?s ?p ,\n}", "plain.rq:3:1: The query is not SPARQL: expected"),
        ("SELECT ?s { x:a ?p ?s }", "The query is not SPARQL"),
        ("SELECT ?s " + "{" * 3000 + "}" * 3000, "Brackets nest deeper than 100"),
        ("", "The query is not SPARQL"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(small: Graph, tmp_path: Path, text: str, complaint: str) -> None:
    """Updates, calls to elsewhere, endless nesting and errors of grammar never reach a reader as a traceback."""
    with pytest.raises(CamiError) as caught:
        run(small, plain(tmp_path, text))

    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_words_of_an_update_are_harmless_inside_a_question(small: Graph, tmp_path: Path) -> None:
    """Only the first word of a query decides whether it reads; strings, comments and names may say anything."""
    text = '# DROP ALL\nSELECT ?insert ("SERVICE" AS ?service) { BIND("DELETE" AS ?insert) }'

    assert [["DELETE", "SERVICE"]] == rows(run(small, plain(tmp_path, text)))


def _paths() -> list[Path]:
    return sorted(home().queries.glob("*.rq"))


@pytest.mark.parametrize("path", _paths(), ids=lambda path: path.stem)
def test_every_saved_query_is_as_it_should_be(path: Path, real: Graph) -> None:
    """It keeps the rules of `cami_kg.query.lint`, answers its own example, and orders all its rows."""
    query = SavedQuery.read(path)
    answer = Answer(real, query, bind(query, {}))

    assert [] == problems(query), "Change the query as each sentence says."
    assert answer.rows or "empty" in query.tags, "An example that finds nothing explains nothing; choose another."
    assert 0 == ties(real, answer.sparql), "Add to ORDER BY until every row has its own place."
