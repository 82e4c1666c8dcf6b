"""The rows: what the graph says of the things of a class, and nothing lost on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from cami_kg.errors import CamiError
from cami_kg.graph import Graph
from cami_kg.publish.tables.schema import LABELS, PREF_LABEL, Column, Table, written
from cami_kg.query.names import short
from cami_kg.terms import RDF, curie

Row = tuple[str | None, ...]
"""The cells of a row as a CSV file writes them; None where the graph says nothing."""

Things = dict[str, dict[ox.NamedNode, dict[str, set[object]]]]

_ADVICE = "Run `cami check` and mend what it finds."
_TYPE = RDF + "type"


def read_rows(graph: Graph, tables: list[Table]) -> dict[str, list[Row]]:
    """Return the rows of every table, sorted, by its name.

    Raises:
        CamiError: a thing has a property that its shape does not list, several values where its shape allows one,
            none where it asks for one, or a value that does not fit; no table could hold it.
    """
    things = _by_class(graph)
    columns: dict[str, dict[str, Column]] = {}
    for table in tables:
        columns.setdefault(table.cls, {}).update({one.path: one for one in table.columns if one.path})
    for cls, known in columns.items():
        for thing, values in things.get(cls, {}).items():
            _hold(thing, values, known)
    return {table.name: sorted(_rows(table, things.get(table.cls, {})), key=_by_text) for table in tables}


def _rows(table: Table, things: dict[ox.NamedNode, dict[str, set[object]]]) -> Iterator[Row]:
    for thing, values in things.items():
        if table.path:
            yield from _values(table, thing, values)
        else:
            yield _thing(table, thing, values)


def _by_text(row: Row) -> list[str]:
    return [cell or "" for cell in row]


def _by_class(graph: Graph) -> Things:
    """Return the values of every thing, by its class, itself and the property."""
    by_thing: dict[ox.NamedNode, dict[str, set[object]]] = {}
    for quad in graph.triples():
        if isinstance(quad.subject, ox.NamedNode):
            by_thing.setdefault(quad.subject, {}).setdefault(quad.predicate.value, set()).add(quad.object)
    things: Things = {}
    for thing, values in by_thing.items():
        for cls in values.pop(_TYPE, ()):
            if isinstance(cls, ox.NamedNode):
                things.setdefault(cls.value, {})[thing] = values
    return things


def _hold(thing: ox.NamedNode, values: dict[str, set[object]], known: dict[str, Column]) -> None:
    """Raise unless the columns can hold all that is said of a thing."""
    for path, objects in values.items():
        name = curie(path) or path
        column = known.get(path)
        if column is None:
            raise CamiError(f"{short(thing)} has the property {name}, which its shape does not list.", hint=_ADVICE)
        for value in objects:
            if not _fits(column, value):
                raise CamiError(f"{short(thing)} has a value of {name} that no table can hold: {value}.", hint=_ADVICE)


def _fits(column: Column, value: object) -> bool:
    if not isinstance(value, ox.Literal):
        return isinstance(value, ox.NamedNode) and not column.datatypes
    speaks = not value.language or not column.languages or value.language in column.languages
    return value.datatype.value in column.datatypes and speaks and value.value != ""


def _thing(table: Table, thing: ox.NamedNode, values: dict[str, set[object]]) -> Row:
    """Return the row of a thing."""
    labels = {one.language: one.value for one in values.get(PREF_LABEL, ()) if isinstance(one, ox.Literal)}
    cells: list[str | None] = [short(thing)]
    for column in table.columns[1:]:
        if column.name in LABELS and not column.path:
            cells.append(labels.get(LABELS[column.name]))
            continue
        objects = values.get(column.path or column.language_of, set())
        if len(objects) > 1:
            name = curie(column.path) or column.path
            raise CamiError(f"{short(thing)} has {len(objects)} values of {name}, but may have one.", hint=_ADVICE)
        if column.required and not objects:
            raise CamiError(f"{short(thing)} lacks {curie(column.path) or column.path}.", hint=_ADVICE)
        cells.append(next(map(_language if column.language_of else written, objects), None))
    return tuple(cells)


def _values(table: Table, thing: ox.NamedNode, values: dict[str, set[object]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each value of the property of the table."""
    for value in values.get(table.path, ()):
        cells = [(_language(value) or "") if column.language_of else written(value) for column in table.columns[1:]]
        yield (short(thing), *cells)


def _language(value: object) -> str | None:
    return value.language if isinstance(value, ox.Literal) else None
