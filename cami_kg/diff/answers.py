"""Which saved queries answer otherwise on the new graph, and how."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from cami_kg.graph import Graph
from cami_kg.query import Answer, SavedQuery, bind, catalogue, today
from cami_kg.query.bind import on
from cami_kg.query.day import newest_source
from cami_kg.query.sparql import Cell
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
    """Ask every saved query of the new side on both graphs, with its examples; return the date, and what differs.

    The date is that of the newest source, so that the same graphs always give the same notes.
    """
    day = newest_source(new) or today()
    readers = Reader(old, lang), Reader(new, lang)
    found = (_compared(old, new, query, day, readers) for query in catalogue(new.home) if "federated" not in query.tags)
    return day.isoformat(), [one for one in found if one.gained or one.lost]


def _compared(old: Graph, new: Graph, query: SavedQuery, day: date, readers: tuple[Reader, Reader]) -> Changed:
    before, after = (Answer(graph, query, bind(query, on(query, day))) for graph in (old, new))
    was, now = Counter(before.rows), Counter(after.rows)
    return Changed(query.name, after.columns, _worded(now - was, readers[1]), _worded(was - now, readers[0]))


def _worded(rows: Counter[Row], reader: Reader) -> list[list[str]]:
    return sorted(["" if cell is None else reader.value(cell) for cell in row] for row in rows.elements())
