"""The graph in a real triple store: loaded whole, counted, and answering as the embedded one does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.request import Request

import pyoxigraph as ox
import pytest
from fault_server import FaultServer
from test_queries import ALL_CASES, NAMES, Case, example
from triple_store import VIRTUOSO, Oxigraph, Server, Virtuoso

from cami_kg.cli import run as cami
from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.home import home
from cami_kg.publish.push import push
from cami_kg.query import Answer, SavedQuery, ask, find, run, wire

UNION = "--union-default-graph"
BOOLEAN = ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")


@pytest.fixture(autouse=True, scope="module")
def _no_proxy() -> Iterator[None]:
    """Nothing leaves this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        yield


KINDS = ["oxigraph", "virtuoso"]


def started(kind: str, folder: Path) -> Server:
    """Return a server of a kind, to be run; a test that has none here is skipped."""
    if kind == "oxigraph":
        return Oxigraph(UNION)
    if not VIRTUOSO:
        pytest.skip("Virtuoso is not installed; Debian has it as virtuoso-opensource-7-bin.")
    return Virtuoso(folder)


@pytest.fixture(scope="module", params=KINDS)
def elsewhere(
    miniature: Graph, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server that has the miniature."""
    with started(request.param, tmp_path_factory.mktemp("server")) as server:
        push(miniature, server.endpoint, server.store)
        yield server.endpoint


@pytest.fixture
def empty() -> Iterator[Oxigraph]:
    """A server without any triple."""
    with Oxigraph(UNION) as running:
        yield running


def counted(answer: Answer) -> Counter[tuple[object, ...]]:
    """Return the rows as a multiset of values; Virtuoso writes 1 for true."""
    return Counter(tuple(ONE_AND_ZERO.get(str(cell), cell) for cell in row) for row in answer.rows)


ONE_AND_ZERO = {str(ox.Literal(word, datatype=BOOLEAN)): ox.Literal(word == "1") for word in ("1", "0")}


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: f"{case.query}: {case.says}")
def test_a_query_answers_elsewhere_as_here(miniature: Graph, elsewhere: str, case: Case) -> None:
    """The rows of every case are the same on a server, and have the same columns."""
    here = ask(miniature, case.query, case.params, case.as_of)
    there = ask(miniature, case.query, case.params, case.as_of, elsewhere)

    assert counted(here) == counted(there)
    assert here.columns == there.columns


@pytest.mark.parametrize("name", NAMES)
def test_a_file_runs_as_it_stands(miniature: Graph, elsewhere: str, name: str) -> None:
    """With its own examples, and the optional parameters let go or left as `UNDEF`, the rows are the same."""
    as_it_stands = replace(find(home(), name), params={})

    assert agrees(miniature, as_it_stands, elsewhere)
    assert agrees(miniature, example_of(name), elsewhere)


@pytest.mark.parametrize("kind", KINDS)
def test_the_real_graph_answers_elsewhere_as_here(real: Graph, kind: str, tmp_path: Path) -> None:
    """All of it is loaded, a second push finds it there, and every query finds the same for its examples."""
    with started(kind, tmp_path) as server:
        first = push(real, server.endpoint, server.store)
        sent: list[str] = []
        done = push(real, server.endpoint, server.store, progress=lambda line: sent.append(line.split()[1]))
        differ = [query.name for query in map(example_of, NAMES) if not agrees(real, query, server.endpoint)]

    assert [] == differ
    assert len(real.files) == first.sent
    assert (len(real.files), len(real), (), True) == (done.graphs, done.triples, done.strangers, done.union)
    assert {name for name in sent if not has_geometry(real, name)} == set()
    assert not sent or server.keeps_geometry_its_own_way


def example_of(name: str) -> SavedQuery:
    """Return a query with its own examples and the date of these tests as what it says."""
    query = find(home(), name)
    return replace(query, text=example(query), params={})


def agrees(graph: Graph, query: SavedQuery, endpoint: str) -> bool:
    """Tell whether a query finds the same there as here."""
    return counted(run(graph, query)) == counted(run(graph, query, endpoint=endpoint))


def has_geometry(graph: Graph, name: str) -> bool:
    """Tell whether a graph has a geometry."""
    predicate = ox.NamedNode("http://www.opengis.net/ont/geosparql#asWKT")
    return next(graph.store.quads_for_pattern(None, predicate, None, ox.NamedNode(name)), None) is not None


def test_a_push_goes_on_where_it_stopped(miniature: Graph, empty: Oxigraph) -> None:
    """What is there is not sent again; what is missing, more, less or other is, though the count may agree."""
    first = push(miniature, empty.endpoint)
    names = sorted(miniature.files)
    change(empty, f"CLEAR GRAPH <{names[0]}>")
    change(empty, f"INSERT DATA {{ GRAPH <{names[1]}> {{ <http://x/> <http://x/> 1 }} }}")
    one = next(iter(miniature.store.quads_for_pattern(None, None, None, ox.NamedNode(names[2])))).triple
    change(
        empty,
        f"DELETE DATA {{ GRAPH <{names[2]}> {{ {one.subject} {one.predicate} {one.object} }} }} ; "
        f"INSERT DATA {{ GRAPH <{names[2]}> {{ {one.subject} {one.predicate} 'other' }} }}",
    )
    sent: list[str] = []
    again = push(miniature, empty.endpoint, progress=sent.append)

    assert (len(miniature.files), 3, 0) == (
        first.sent,
        again.sent,
        push(miniature, empty.endpoint).sent,
    )
    assert names[:3] == sorted(line.split()[1] for line in sent)


def change(server: Server, update: str) -> None:
    """Change what a server has."""
    address = server.endpoint.replace("/query", "/update")
    wire.send(Request(address, update.encode(), {"Content-Type": "application/sparql-update"}))


def test_graphs_of_others_are_told_and_left_alone(miniature: Graph, empty: Oxigraph) -> None:
    """A graph named like ours that is none of ours may be an old one; what lies outside our address is nobody's."""
    for name in ("https://w3id.org/cami/graph/species/old", "http://x/"):
        change(empty, f"INSERT DATA {{ GRAPH <{name}> {{ <http://x/> <http://x/> 1 }} }}")

    assert ("https://w3id.org/cami/graph/species/old",) == push(miniature, empty.endpoint).strangers


def test_a_store_without_the_union_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """The command loads all the same, says what to set, and ends with 1."""
    with Oxigraph() as server:
        assert 1 == cami(["push", server.endpoint])
        assert 1 == cami(["push", server.endpoint])

    out, err = capfd.readouterr()
    assert "0 graphs sent, the others were there." in out.splitlines()[1]
    assert "start Oxigraph with --union-default-graph" in err


def test_the_commands_work_together(empty: Oxigraph, capfd: pytest.CaptureFixture[str]) -> None:
    """Pushed once, the graph answers there what it answers here, in every format."""
    assert 0 == cami(["push", empty.endpoint, "--timeout", "30"])
    question = ["query", "range-states-of-species", "--species", "сайгак", "--as-of", "2020-01-01"]
    for form in ("csv", "json", "table"):
        capfd.readouterr()
        assert 0 == cami([*question, "--format", form])
        here = capfd.readouterr()
        assert 0 == cami([*question, "--format", form, "--endpoint", empty.endpoint, "--timeout", "30"])
        assert here == capfd.readouterr()


def test_a_server_that_is_killed_in_the_middle_is_one_sentence(
    miniature: Graph, empty: Oxigraph, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command that was waiting ends with 1, nothing on stdout, and one line that is no traceback."""
    push(miniature, empty.endpoint)
    slow = tmp_path / "slow.rq"
    slow.write_text("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", encoding="utf-8")

    def kill() -> None:
        while not any("exchange" in thread.name for thread in threading.enumerate()):
            time.sleep(0.02)
        time.sleep(0.5)
        empty.kill()

    with ThreadPoolExecutor() as beside:
        waiting = beside.submit(cami, ["query", "--file", str(slow), "--endpoint", empty.endpoint])
        beside.submit(kill)
        code = waiting.result()
    out, err = capfd.readouterr()

    assert (1, "", 1) == (code, out, len(err.splitlines()))
    assert "broke the connection off" in err


def test_a_push_that_fails_is_one_sentence(miniature: Graph, capfd: pytest.CaptureFixture[str]) -> None:
    """Whether the address is not known, or the server is none, or stops."""
    with pytest.raises(UsageError, match="Give --store URL"):
        push(miniature, "http://127.0.0.1:9/sparql")
    with FaultServer() as faults:
        for fault, kind in {"html": wire.NotResultsError, "reset": wire.UnreachableError}.items():
            with pytest.raises(kind):
                push(miniature, faults.url(fault), faults.url("good"))
    assert 2 == cami(["push", "file:///etc/passwd"])
    assert 1 == len(capfd.readouterr().err.splitlines())


def test_a_limit_needs_an_endpoint(capfd: pytest.CaptureFixture[str]) -> None:
    """Here nothing waits."""
    assert 2 == cami(["query", "species", "--timeout", "3"])
    assert "Give --endpoint too." in capfd.readouterr().err
