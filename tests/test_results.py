"""Answers are written in every format, exactly as the standards say or as people read."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from small_graph import rows

from cami_kg.errors import CamiError, UsageError
from cami_kg.graph import Graph
from cami_kg.query import Answer, SavedQuery, ask, run
from cami_kg.query.results import FORMATS, render, rendered

# Every kind of term and everything that a format has to escape.
VALUES = (
    "<https://w3id.org/cami/id/species/dune-hopper> <https://w3id.org/cami/id/source/old-book> "
    r'"a,\"b\"" "l1\nl2" "=1+1" "сайгак"@ru 7 "2016-05"^^<http://www.w3.org/2001/XMLSchema#gYearMonth> '
    '"<b>&|*_" "https://example.org/(x) y"^^<http://www.w3.org/2001/XMLSchema#anyURI> UNDEF'
)


def answered(graph: Graph, folder: Path, text: str) -> Answer:
    """Ask a query that is written only here."""
    (folder / "q.rq").write_text(text, encoding="utf-8")
    return run(graph, SavedQuery.read(folder / "q.rq"))


@pytest.fixture
def terms(small: Graph, tmp_path: Path) -> Answer:
    """One row for each kind of term."""
    return answered(small, tmp_path, f"SELECT ?x (STR(?x) AS ?text) {{ VALUES ?x {{ {VALUES} }} }}")


def test_an_answer_can_be_read_more_than_once(small: Graph) -> None:
    """Columns, rows and formats may be asked for in any order and again."""
    answer = ask(small, "ranges", {"species": "dune-hopper"}, as_of="2010")

    first = render(answer, "csv")
    assert ["species", "state", "presence", "from", "until"] == answer.columns
    assert [["dune-hopper", "XA", "extant", "2001-05", ""], ["dune-hopper", "XA", "extinct", "", ""]] == rows(answer)
    assert first == render(answer, "csv")


def test_csv_is_that_of_the_standard(terms: Answer) -> None:
    """Lines end in CR LF, commas, quotes and line ends are quoted, and formulas stay what they are."""
    text = render(terms, "csv")

    assert text.startswith("x,text\r\nhttps://w3id.org/cami/id/species/dune-hopper,")
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [[cell.value if cell else "" for cell in row] for row in terms.rows] == found[1:]
    assert ["=1+1", "=1+1"] in found


@pytest.mark.parametrize("form", ["tsv", "json", "xml"])
def test_other_readers_find_the_same_rows(terms: Answer, form: str) -> None:
    """Two independent readers of the W3C formats find every term again."""
    text = render(terms, form)
    kinds = {"tsv": ox.QueryResultsFormat.TSV, "json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}

    back = ox.parse_query_results(text, format=kinds[form])
    assert terms.rows == [tuple(row) for row in back]
    other = rdflib.query.Result.parse(io.BytesIO(text.encode()), format=form)
    assert terms.columns == [str(name) for name in other.vars or []]
    assert [str(row[1].value) for row in terms.rows if row[1]] == [str(row["text"]) for row in other]


def test_json_and_xml_are_json_and_xml(terms: Answer) -> None:
    """The outer form is that of the standards."""
    assert ["x", "text"] == json.loads(render(terms, "json"))["head"]["vars"]
    assert "{http://www.w3.org/2005/sparql-results#}sparql" == ET.fromstring(render(terms, "xml")).tag


def test_a_table_speaks_the_language_asked_for(small: Graph, tmp_path: Path) -> None:
    """Things have labels, sources short names; what has no label in the language has its English one."""
    things = "species:dune-hopper species:ridge-cat source:old-book range:dune-hopper-XA"
    iris = " ".join(f"<https://w3id.org/cami/id/{thing.replace(':', '/')}>" for thing in things.split())
    answer = answered(small, tmp_path, f"SELECT ?x {{ VALUES ?x {{ {iris} }} }}")

    expected = ["x", "─" * 20, "дюнный тушканчик", "ridge cat", "source:old-book", "range:dune-hopper-XA"]
    assert expected == render(answer, lang="RU").splitlines()


def test_a_table_fits_the_terminal(terms: Answer) -> None:
    """No line is wider than asked for."""
    assert max(map(len, render(terms, width=40).splitlines())) <= 40


TWO_SOURCES = """SELECT ?state ?label ?source {
  VALUES (?state ?label ?source) {
    (<https://w3id.org/cami/id/state/XA> "Arenia" <https://w3id.org/cami/id/source/new-survey>)
    (<https://w3id.org/cami/id/state/XA> "Arenia" <https://w3id.org/cami/id/source/old-book>)
    (<https://w3id.org/cami/id/state/XB> "Borelia" <https://w3id.org/cami/id/source/old-book>)
  }
}"""


def test_people_read_a_claim_once_however_many_sources_it_has(small: Graph, tmp_path: Path) -> None:
    """Neighbours that differ only in `source` are one line of a table, which says how many more there are."""
    answer = answered(small, tmp_path, TWO_SOURCES)

    lines = [line.split() for line in render(answer).splitlines()]
    assert [["Arenia", "source:new-survey", "+1"], ["Borelia", "source:old-book"]] == lines[2:]
    assert 4 == len(render(answer, "csv").splitlines())


def test_a_label_beside_its_thing_is_not_said_twice(small: Graph, tmp_path: Path) -> None:
    """A table leaves out the column `label` where the thing before it is shown by that label; CSV keeps it."""
    answer = answered(small, tmp_path, TWO_SOURCES)

    assert ["state", "source"] == render(answer).split()[:2]
    assert "state,label,source" == render(answer, "csv").splitlines()[0]


def test_a_column_without_a_value_takes_no_room(small: Graph, tmp_path: Path) -> None:
    """A table leaves out what is empty in every row; CSV keeps it, and an empty answer shows all columns."""
    text = "SELECT ?state ?until {{ VALUES (?state ?until) {{ {} }} }}"
    answer = answered(small, tmp_path, text.format('("Arenia" UNDEF)'))
    empty = answered(small, tmp_path, text.format(""))

    assert ["state"] == render(answer).splitlines()[0].split()
    assert "state,until" == render(answer, "csv").splitlines()[0]
    assert ["state", "until"] == render(empty).splitlines()[0].split()


def test_markdown_is_text_and_links(terms: Answer) -> None:
    """Marks are escaped, web addresses are links, and a cell never leaves its row."""
    lines = render(terms, "md").splitlines()

    assert {3} == {line.replace("\\|", "").count("|") for line in lines}
    assert lines[2].startswith("| [dune hopper](https://w3id.org/cami/id/species/dune-hopper) |")
    assert r"| &#60;b&#62;&#38;\|\*\_ |" in lines[10].replace("  ", " ")
    assert "](https://example.org/%28x%29%20y) |" in lines[11]


def test_yes_or_no_is_an_answer_too(small: Graph, tmp_path: Path) -> None:
    """ASK has one row, and the boolean forms of JSON and XML."""
    answer = answered(small, tmp_path, "ASK { ?s ?p ?o }")

    assert (["answer"], "true") == (answer.columns, answer.rows[0][0].value)
    assert {"head": {}, "boolean": True} == json.loads(render(answer, "json"))


@pytest.mark.parametrize("form", ["CONSTRUCT { ?s a ?class }", "DESCRIBE ?s"])
def test_made_triples_are_turtle(small: Graph, tmp_path: Path, form: str) -> None:
    """CONSTRUCT and DESCRIBE are written as Turtle with the project's prefixes, or as a table of triples."""
    answer = answered(
        small, tmp_path, form + " WHERE { VALUES ?s { <https://w3id.org/cami/id/state/XA> } ?s a ?class }"
    )
    text = render(answer, "ttl")

    assert "state:XA" in text
    assert "a cami:State" in text
    assert len(answer.rows) == len(rdflib.Graph().parse(data=text, format="turtle"))
    assert ["subject", "predicate", "object"] == answer.columns
    for other in ("csv", "tsv", "json", "xml"):
        with pytest.raises(UsageError, match="Choose ttl"):
            render(answer, other)


def test_turtle_is_only_for_made_triples(terms: Answer) -> None:
    """Rows are no triples."""
    with pytest.raises(UsageError, match="makes no triples to write as ttl"):
        render(terms, "ttl")


def test_an_unknown_format_gets_the_nearest(terms: Answer) -> None:
    """The error names what is like it, else all formats."""
    with pytest.raises(UsageError, match=r"There is no format 'jsn'\. Choose json, geojson\."):
        render(terms, "jsn")
    with pytest.raises(UsageError, match=r"Choose table, csv, tsv, json, xml, md, html, ttl, geojson, parquet\."):
        render(terms, "docx")


def test_an_empty_answer_is_an_answer(small: Graph) -> None:
    """Every format has a form for no rows."""
    answer = ask(small, "ranges", {"species": "ridge-cat"})

    assert [] == answer.rows
    assert "species,state,presence,from,until\r\n" == render(answer, "csv")
    assert all(rendered(answer, form) for form in FORMATS if form != "ttl")


def test_what_fails_while_it_runs_is_one_sentence(small: Graph, tmp_path: Path) -> None:
    """The engine's own complaint comes with the file."""
    query = SavedQuery("q", tmp_path / "q.rq", "SELECT ?x { SERVICE <http://127.0.0.1:1/> { ?x ?y ?z } }")

    with pytest.raises(CamiError, match=r"q\.rq: The query failed: "):
        Answer(small, query, query.text).rows  # noqa: B018 - reading the rows runs the query
