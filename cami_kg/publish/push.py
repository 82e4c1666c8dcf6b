"""`push()`: the graph in a triple store elsewhere, named graph by named graph, and counted there afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request

import pyoxigraph as ox

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import remote, wire
from cami_kg.query.saved import SavedQuery
from cami_kg.query.sparql import Cell
from cami_kg.terms import GRAPH, XSD

COUNT = f"""SELECT ?graph (COUNT(*) AS ?triples) WHERE {{
  GRAPH ?graph {{ ?subject ?predicate ?object }}
  FILTER(STRSTARTS(STR(?graph), "{GRAPH}"))
}}
GROUP BY ?graph
"""

UNION_ADVICE = (
    "The default graph there is not the union of all graphs, so saved queries find nothing: start Oxigraph with "
    "--union-default-graph, set tdb2:unionDefaultGraph in Fuseki, or do the like elsewhere."
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What is in the store now.

    Attributes:
        graphs: how many named graphs of ours it has.
        triples: how many triples they have together.
        sent: how many graphs were sent; the others were there already.
        strangers: graphs there, below the address of ours, that are none of this graph; they were left alone.
        union: whether a query without `GRAPH` sees all graphs, as saved queries need it.
    """

    graphs: int
    triples: int
    sent: int
    strangers: tuple[str, ...]
    union: bool


def push(
    graph: Graph,
    endpoint: str,
    store: str | None = None,
    *,
    seconds: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Pushed:
    """Load the graph into a triple store by the Graph Store Protocol; what is there already is not sent again.

    So a push that was broken off goes on where it stopped.

    Args:
        graph: what to load.
        endpoint: the address for queries.
        store: the address for graphs; by default `…/store` beside `…/query`, as Oxigraph has it.
        seconds: how long each request may take; 60 if None.
        progress: is told each graph as it is sent.

    Raises:
        UsageError: an address is wrong or missing.
        RemoteError: the server fails, or does not have in the end what was sent.
    """
    server = _Server(graph, wire.checked(endpoint), wire.checked(store or _beside(endpoint)), seconds)
    named = {name: _triples(graph, name) for name in graph.files}
    there, sent = server.counts(), 0
    for number, (name, triples) in enumerate(named.items(), 1):
        if there.get(name, 0) != len(triples) or not server.has(name, triples):
            progress(f"{number}/{len(named)} {name}")
            server.put(name, triples)
            sent += 1
    found = server.counts()
    for name, triples in named.items():
        if found.get(name, 0) != len(triples):
            message = f"{server.host} has {found.get(name, 0)} triples of {name}, where {len(triples)} were sent."
            raise wire.IncompleteError(message, hint="Push again; if that does not help, ask who runs it.")
    strangers = tuple(sorted(found.keys() - named.keys()))
    return Pushed(len(named), sum(map(len, named.values())), sent, strangers, server.is_union(named))


def _beside(endpoint: str) -> str:
    """Return where graphs go, if queries go to an address as Oxigraph has it."""
    start, slash, last = endpoint.rpartition("/")
    if last != "query":
        hint = "Give --store URL, such as http://localhost:3030/cami/data for Fuseki."
        raise UsageError("The address where the endpoint takes graphs is not known.", hint=hint)
    return f"{start}{slash}store"


def _triples(graph: Graph, name: str) -> list[ox.Triple]:
    return [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name))]


class _Server:
    """The triple store elsewhere."""

    def __init__(self, graph: Graph, endpoint: str, store: str, seconds: float | None) -> None:
        self.host = urlsplit(store).netloc
        self._graph, self._endpoint, self._store = graph, endpoint, store
        self._seconds = wire.SECONDS if seconds is None else seconds

    def counts(self) -> dict[str, int]:
        """Return how many triples each graph has that is named like one of ours."""
        found = {}
        for name, number in self._rows(COUNT):
            if not isinstance(name, ox.NamedNode) or not isinstance(number, ox.Literal) or not number.value.isdecimal():
                raise wire.NotResultsError(
                    f"{self.host} does not count graphs as SPARQL says.", hint="Ask who runs it."
                )
            found[name.value] = int(number.value)
        return found

    def has(self, name: str, triples: list[ox.Triple]) -> bool:
        """Tell whether a graph there is made of these triples, and not only of as many.

        Virtuoso keeps geometries in a form of its own, so that a graph with one is never the same there.
        """
        reply = wire.send(
            self._request("GET", name, {"Accept": "application/n-triples, text/turtle;q=0.9"}), self._seconds
        )
        forms = {"application/n-triples": ox.RdfFormat.N_TRIPLES, "text/turtle": ox.RdfFormat.TURTLE}
        try:
            there = ox.parse(reply.body, format=forms.get(reply.kind, ox.RdfFormat.TURTLE))
            return _canonical(quad.triple for quad in there) == _canonical(iter(triples))
        except SyntaxError:  # then it is sent again
            return False

    def put(self, name: str, triples: list[ox.Triple]) -> None:
        """Put a graph in the place of the one of this name."""
        request = self._request("PUT", name, {"Content-Type": "text/turtle"})
        request.data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)  # which is Turtle that every store reads
        wire.send(request, self._seconds)

    def is_union(self, named: dict[str, list[ox.Triple]]) -> bool:
        """Tell whether one pattern finds triples of two graphs without naming them."""
        plain = [[one for one in triples if not _has_blank(one)] for triples in named.values()]
        first, *_, last = [triples for triples in plain if triples]
        pattern = " . ".join(f"{one.subject} {one.predicate} {one.object}" for one in (first[0], last[0]))
        return bool(self._rows(f"SELECT ?yes {{ {pattern} . BIND(1 AS ?yes) }}"))

    def _rows(self, sparql: str) -> list[tuple[Cell, ...]]:
        query = SavedQuery("push", Path("push"), sparql)
        return remote.answer(self._graph, query, (sparql, None, {}), self._endpoint, self._seconds).rows

    def _request(self, method: str, name: str, headers: dict[str, str]) -> Request:
        address = f"{self._store}{'&' if '?' in self._store else '?'}graph={quote(name, safe='')}"
        return Request(address, headers={"User-Agent": remote.AGENT, **headers}, method=method)  # noqa: S310 (checked)


def _has_blank(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)


def _canonical(triples: Iterator[ox.Triple]) -> ox.Dataset:
    """Return triples with blank nodes named by what is said of them, and truth values in their one form."""
    dataset = ox.Dataset(ox.Quad(one.subject, one.predicate, _BOOLEANS.get(one.object, one.object)) for one in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


_BOOLEAN = ox.NamedNode(XSD + "boolean")
_BOOLEANS: dict[object, ox.Literal] = {  # Virtuoso keeps 1 for true
    ox.Literal(word, datatype=_BOOLEAN): ox.Literal(word == "1") for word in ("1", "0")
}
