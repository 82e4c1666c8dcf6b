"""Every saved query answers as the cases in tests/query/ say, and holds for every engine and for the real graph."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from cami_kg.check import check
from cami_kg.graph import Graph
from cami_kg.home import home
from cami_kg.query import ask, bind, catalogue
from cami_kg.query.lint import problems, ties
from cami_kg.query.names import short
from cami_kg.query.saved import SavedQuery
from cami_kg.query.sparql import Cell

CASES = Path(__file__).parent / "query"
QUERIES = catalogue(home())
NAMES = [query.name for query in QUERIES]

TODAY = "2026-11-25"
"""The date that questions to the real graph are asked for, so that they have the same answer every day."""

SLOWEST = 5.0
"""Seconds that a query may take on the real graph; it takes some hundredths, and this only catches a runaway."""

EMPTY = {"missing-labels": "everything has a label in Russian, and the shapes keep it so"}
"""Queries that answer nothing over the real graph with their example, and why that is right."""

# The country table of the page on the initiative: title, status, number as Party to CMS (or AM, or none), region.
PAGE = """
Afghanistan | Range State | 121 | Asia
Bhutan | Range State | | Asia
China | Range State | AM | Asia
India | Range State | 001 | Asia
Iran | Range State | 106 | Asia
Kazakhstan | Range State | 097 | Asia
Kyrgyzstan | Range State | 120 | Asia
Mongolia | Range State | 065 | Asia
Nepal | Range State | AM | Asia
Pakistan | Range State | 025 | Asia
Russian Federation | Range State | AM | Europe
Tajikistan | Range State | 071 | Asia
Turkmenistan | Range State | AM | Asia
Uzbekistan | Range State | 055 | Asia
"""


@dataclass(frozen=True)
class Case:
    """One question to the miniature and its answer.

    Attributes:
        query: the name of the saved query.
        says: the behaviour as a fact.
        params: what is given for each parameter, a word or several.
        as_of: the date, None for queries without one.
        columns: the columns, if the case holds them too.
        rows: the answer in order: IRIs as short names, literals without language and type, "" where nothing is bound.
    """

    query: str
    says: str
    params: dict[str, str | list[str]]
    as_of: str | None
    columns: list[str] | None
    rows: list[list[str]]


@cache
def cases(name: str) -> list[Case]:
    """Read the cases of a query; none if it has no file."""
    path = CASES / f"{name}.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [
        Case(name, one["case"], one.get("params", {}), one.get("as_of"), one.get("columns"), one["rows"])
        for one in found
    ]


ALL_CASES = [case for name in NAMES for case in cases(name)]


def text(cell: Cell) -> str:
    """Return a term as the cases write it."""
    if cell is None:
        return ""
    return short(cell) if isinstance(cell, ox.NamedNode) else str(getattr(cell, "value", cell))


def answer(graph: Graph, name: str, as_of: str | None = None, **params: str) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows as texts."""
    found = ask(graph, name, params, as_of)
    return found.columns, [[text(cell) for cell in row] for row in found.rows]


def select(graph: Graph, sparql: str) -> list[tuple[Cell, ...]]:
    """Return the rows of a SELECT."""
    found = graph.select(sparql)
    assert isinstance(found, ox.QuerySolutions), "A saved query selects rows."
    return [tuple(row) for row in found]


def example(query: SavedQuery) -> str:
    """Return the query with its own examples, optional parameters let go, and the date of these tests."""
    today = ox.Literal(TODAY, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    return bind(query, {"asOf": [today]} if "asOf" in query.params else {})


def test_the_miniature_keeps_the_shapes(miniature: Graph) -> None:
    """What the cases rest on is as the project's own data has to be; one label in Russian is missing on purpose."""
    own = [found for found in check(miniature).findings if found.file and CASES.parent / "graph" in found.file.parents]

    assert [("warning", "place:dune-reserve", "skos:prefLabel")] == [
        (found.severity, found.node, found.path) for found in own
    ]


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: f"{case.query}: {case.says}")
def test_a_query_answers_as_its_case_says(miniature: Graph, case: Case) -> None:
    """The rows over the miniature are those written by hand, in that order."""
    found = ask(miniature, case.query, case.params, case.as_of)

    assert case.rows == [[text(cell) for cell in row] for row in found.rows], case.says
    assert case.columns in (None, found.columns), f"Correct the columns in tests/query/{case.query}.yaml."


@pytest.mark.parametrize("name", NAMES)
def test_every_query_has_expected_rows(name: str) -> None:
    """A query is part of the catalogue only with a case that finds something."""
    assert any(case.rows for case in cases(name)), f"Write what it answers into tests/query/{name}.yaml."


def test_every_file_of_cases_has_its_query() -> None:
    """No case outlives its query."""
    assert [] == sorted({path.stem for path in CASES.iterdir()} - set(NAMES))


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: f"{case.query}: {case.says}")
def test_a_case_leaves_nothing_to_the_day_it_runs_on(case: Case) -> None:
    """Where the answer depends on a date, the case gives one; and what it says is one sentence."""
    query = next(query for query in QUERIES if query.name == case.query)

    assert ("asOf" in query.params) == (case.as_of is not None), f"Give as_of in tests/query/{case.query}.yaml."
    assert case.says.endswith("."), "Write a whole sentence."


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_query_keeps_the_rules(query: SavedQuery) -> None:
    """Nothing in it depends on the engine, and its header, prefixes, parameters and dates are as they should be."""
    assert [] == problems(query)
    assert query.tags, "Write tags into the header."


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_query_means_the_same_with_undef_as_without(miniature: Graph, query: SavedQuery) -> None:
    """The file answers as it stands as it does when the lines of parameters that nobody gave are deleted."""
    assert select(miniature, query.text) == select(miniature, bind(query, {}))


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_the_rows_of_a_query_have_one_order(real: Graph, query: SavedQuery) -> None:
    """No two rows are the same, and ORDER BY tells all of them apart."""
    sparql = example(query)
    rows = select(real, sparql)

    assert len(rows) == len(set(rows)), "Make the rows distinct."
    assert 0 == ties(real, sparql), "Add to ORDER BY what tells the rows apart."


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_query_answers_over_the_real_graph(real: Graph, query: SavedQuery) -> None:
    """With its example a query finds something in time, or is known to find nothing for a good reason."""
    started = time.perf_counter()
    rows = select(real, example(query))

    assert time.perf_counter() - started < SLOWEST
    assert bool(rows) == (query.name not in EMPTY), "Choose an example that finds something, or say why in EMPTY."


def test_the_table_of_the_page_is_the_state_of_2016(real: Graph) -> None:
    """The Range States as of the time of the page are its rows, one for one."""
    columns, rows = answer(real, "range-states", "2016-01-01")
    page = [[cell.strip() for cell in line.split("|")] for line in PAGE.strip().splitlines()]

    assert ["state", "label", "status", "partyNumber", "region", "source", "from", "until"] == columns
    assert page == sorted(row[1:5] for row in rows)
    assert all(row[5].startswith("source:") for row in rows)


def test_turkmenistan_has_joined_since(real: Graph) -> None:
    """At the start of 2026 Turkmenistan is Party number 132 and the rest of the table is as it was."""
    then = {row[0]: row[1:5] for row in answer(real, "range-states", "2016-01-01")[1]}
    now = {row[0]: row[1:5] for row in answer(real, "range-states", "2026-01-01")[1]}

    assert ["Turkmenistan", "Range State", "132", "Asia"] == now["state:TM"]
    assert ["state:TM"] == [state for state in now if now[state] != then[state]]


def test_a_state_is_bound_from_the_day_it_joined(real: Graph) -> None:
    """Kazakhstan is in the answer for the species it holds as a Party from 1 May 2006, and as none the day before."""
    eve = answer(real, "parties-and-non-parties", "2006-04-30", species="saiga")[1]
    day = answer(real, "parties-and-non-parties", "2006-05-01", species="saiga")[1]

    assert ["not a Party"] == [row[3] for row in eve if row[1] == "state:KZ"]
    assert ["Party"] == [row[3] for row in day if row[1] == "state:KZ"]


def test_a_proposal_without_an_outcome_changes_no_listing(real: Graph) -> None:
    """The Bukhara deer, proposed for deletion in March 2026, is still on Appendix I of CMS after the meeting."""
    proposed = answer(real, "open-proposals")[1]
    listed = answer(real, "listings-in-force", "2026-11-01", species="bukhara-deer", appendix="cms-i")[1]

    assert "species:bukhara-deer" in {row[0] for row in proposed}
    assert ["change:addition"] == [row[3] for row in listed]
