"""What was known on a date: queries with `knownBy` see only sources issued by then, and those without a date."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from test_queries import QUERIES, TODAY

from cami_kg.cli import run as cami
from cami_kg.errors import UsageError
from cami_kg.graph import Graph, load
from cami_kg.query import Answer, ask
from cami_kg.query.bind import Values
from cami_kg.query.saved import SavedQuery
from cami_kg.terms import expand

KNOWING = [query for query in QUERIES if "knownBy" in query.params]
DAYS = ("1800-01-01", "1990-01-01", "2010-06-30", "2018-06-01", "2024-01-01", "9999-12-31")
"""From before the first source until after the last."""

SUPERSEDING = {"disagreements", "range-states-of-species", "species-of-state"}
"""Queries that leave out what another claim supersedes; a row may go when that claim becomes known."""

CRANES = """
PREFIX cami: <https://w3id.org/cami/ns/>
PREFIX confidence: <https://w3id.org/cami/id/confidence/>
PREFIX population: <https://w3id.org/cami/id/population/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX source: <https://w3id.org/cami/id/source/>
PREFIX species: <https://w3id.org/cami/id/species/>

population:reed-crane-delta
    a cami:PopulationEstimate ;
    cami:area "delta"@en ;
    cami:best 7 ;
    cami:confidence confidence:low ;
    cami:taxon species:reed-crane ;
    cami:unit "individuals" ;
    prov:wasDerivedFrom
        source:survey-2022 ,
        source:unread-leaflet ;
.
"""
"""An estimate of a dated source and one without a date."""


def given(graph: Graph, query: SavedQuery) -> Values:
    """Return all things that a query may be asked about, so that it is asked about all of them."""
    required = [parameter for parameter in query.params.values() if parameter.required]
    return {parameter.name: everything(graph, parameter.kind) for parameter in required}


def everything(graph: Graph, kind: str) -> list[str]:
    """Return the IRIs of all things of a class, or of all members of a scheme."""
    prefix, _, name = kind.partition(":")
    pattern = ("skos:inScheme", f"scheme:{name}") if prefix == "scheme" else ("rdf:type", kind)
    predicate, thing = (ox.NamedNode(expand(word)) for word in pattern)
    quads = graph.store.quads_for_pattern(None, predicate, thing)
    return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)})


def asked(graph: Graph, query: SavedQuery, known_by: str | None) -> Answer:
    """Ask a query about everything, as known on a date, or as known now."""
    as_of = TODAY if "asOf" in query.params else None
    return ask(graph, query.name, {**given(graph, query), "knownBy": known_by}, as_of)


def claims(answer: Answer) -> set[tuple[object, ...]]:
    """Return the rows without their sources, of which the first by IRI may become another one."""
    kept = [at for at, column in enumerate(answer.columns) if not column.lower().endswith("source")]
    return {tuple(row[at] for at in kept) for row in answer.rows}


def issued(graph: Graph, source: ox.NamedNode) -> str:
    """Return when a source was issued, an empty text if it does not say."""
    quads = graph.store.quads_for_pattern(source, ox.NamedNode(expand("dcterms:issued")), None)
    return next((quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)), "")


def test_many_queries_know_the_date() -> None:
    """Everything below holds for something."""
    assert SUPERSEDING < {query.name for query in KNOWING}


@pytest.mark.parametrize("query", KNOWING, ids=lambda query: query.name)
def test_all_is_known_in_the_end(real: Graph, query: SavedQuery) -> None:
    """After the last source the rows are those without a date, and there are some."""
    assert asked(real, query, None).rows
    assert asked(real, query, None).rows == asked(real, query, DAYS[-1]).rows


@pytest.mark.parametrize("query", KNOWING, ids=lambda query: query.name)
def test_knowledge_only_grows(real: Graph, query: SavedQuery) -> None:
    """What was known on a day is known on the next; only what is superseded meanwhile may go."""
    known = [claims(asked(real, query, day)) for day in DAYS]

    assert len(known[0]) < len(known[-1])
    if query.name not in SUPERSEDING:
        assert all(earlier <= later for earlier, later in pairwise(known))


@pytest.mark.parametrize("query", KNOWING, ids=lambda query: query.name)
@pytest.mark.parametrize("day", DAYS)
def test_no_row_has_a_source_of_later(real: Graph, query: SavedQuery, day: str) -> None:
    """The source of a row has no date, or its year, month or day has begun by then."""
    for source in asked(real, query, day).sources:
        assert day.startswith(begun := issued(real, source)) or begun < day, source


@pytest.fixture(scope="module")
def cranes(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The miniature, and claims on the crane."""
    folder = tmp_path_factory.mktemp("data")
    miniature = Path(__file__).parent / "graph" / "data"
    for path in miniature.rglob("*.ttl"):
        copy = folder / path.relative_to(miniature)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (folder / "species" / "reed-crane-claims.ttl").write_text(CRANES, encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize(
    ("day", "source"),
    [("1800-01-01", "unread-leaflet"), ("2022-09-14", "unread-leaflet"), ("2022-09-15", "survey-2022")],
)
def test_a_source_without_a_date_is_always_known(cranes: Graph, day: str, source: str) -> None:
    """Its claim stands; the first source by IRI is the first of those known."""
    (row,) = ask(cranes, "populations", {"species": "reed-crane", "knownBy": day}).rows

    assert ox.NamedNode(expand(f"source:{source}")) == row[-1]


def test_only_one_date_can_be_asked_for(miniature: Graph) -> None:
    """A row would not say for which of two it stands."""
    with pytest.raises(UsageError, match="--known-by takes one date; 2 were given"):
        ask(miniature, "populations", {"species": "dune-hopper", "knownBy": ["2018", "2019"]})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["species-of-state", "--as-of", "2016-01-01", "--known-by", "2018"], "Known by 2018-12-31.\n"),
        (["species-of-state", "--as-of", "2016", "--known-by", "2018"], "As of 2016-12-31; known by 2018-12-31.\n"),
        (["threats-of-state", "--known-by", "2018-05-31"], "Known by 2018-05-31.\n"),
        (["threats-of-state"], ""),
    ],
)
def test_the_command_tells_what_date_it_knows_by(
    capfd: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """On stderr, and in the citation of the answer."""
    assert 0 == cami(["query", *arguments, "--state", "KZ", "--cite"])
    out, err = capfd.readouterr()

    assert told == err
    assert ("knownBy: " in out) == bool(told)


def test_the_help_says_how_dates_count(capfd: pytest.CaptureFixture[str]) -> None:
    """Every query that has the parameter says so."""
    rule = "known-by, only sources issued by then or without a date count; a year or month counts from its first day"
    told = [query for query in QUERIES if rule in query.description]

    assert KNOWING == told
    assert 0 == cami(["query", "populations", "--help"])
    assert "--known-by" in capfd.readouterr().out
