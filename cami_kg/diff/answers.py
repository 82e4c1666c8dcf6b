"""Which saved queries answer otherwise on the new graph, and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.query import Answer, SavedQuery, bind, catalogue, today
from cami_kg.query.names import node
from cami_kg.query.results import Cell
from cami_kg.query.sparql import Term
from cami_kg.show import Reader

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """The rows of a query that only one of the graphs gives, as people read them."""

    query: str
    columns: list[str]
    gained: list[list[str]]
    lost: list[list[str]]


def changed(old: Graph, new: Graph, lang: str) -> tuple[str, list[Changed]]:
    """Ask every saved query of the new side on both graphs, with its examples; return the date, and what differs."""
    day = _newest_day(new)
    readers = Reader(old, lang), Reader(new, lang)
    found = (_compared(old, new, query, day, readers) for query in catalogue(new.home) if "federated" not in query.tags)
    return day, [one for one in found if one.gained or one.lost]


def _newest_day(graph: Graph) -> str:
    """Return the newest day on which a source was issued, so that the same graphs always give the same notes."""
    issued = (quad.object for quad in graph.store.quads_for_pattern(None, node("dcterms:issued"), None))
    days = (day.value for day in issued if isinstance(day, ox.Literal) and day.datatype == node("xsd:date"))
    return max(days, default="") or today().isoformat()


def _compared(old: Graph, new: Graph, query: SavedQuery, day: str, readers: tuple[Reader, Reader]) -> Changed:
    given: dict[str, list[Term]] = {}
    if "asOf" in query.params:
        given["asOf"] = [ox.Literal(day, datatype=node("xsd:date"))]
    before, after = (Answer(graph, query, bind(query, given)) for graph in (old, new))
    was, now = Counter(before.rows), Counter(after.rows)
    return Changed(query.name, after.columns, _worded(now - was, readers[1]), _worded(was - now, readers[0]))


def _worded(rows: Counter[Row], reader: Reader) -> list[list[str]]:
    return sorted(["" if cell is None else reader.value(cell) for cell in row] for row in rows.elements())
