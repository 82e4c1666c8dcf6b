"""The answers of the saved queries, each asked with its own example values, for people without SPARQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from cami_kg.graph import Graph
from cami_kg.query import Answer, SavedQuery, bind, catalogue
from cami_kg.query.bind import on
from cami_kg.query.results import render


def write_answers(graph: Graph, folder: Path, as_of: date, progress: Callable[[str], None]) -> None:
    """Write the answer of every saved query that needs no other endpoint, and `index.json`, into a new folder.

    An answer is `<query>.csv` for machines (`<query>.ttl` if the query makes triples) and `<query>.md` for people. The
    index is a list of: `query` (IRI), `name`, `summary`, `values` (the examples, as they stand in the query),
    `asOf` (where the query has it), `columns`, `rows` (their number) and `files`.

    Raises:
        CamiError: a query cannot be read or asked.
    """
    folder.mkdir()
    index = []
    for query in catalogue(graph.home):
        if "federated" not in query.tags:
            progress(query.name)
            index.append(_write_answer(graph, query, folder, as_of))
    _write(folder / "index.json", json.dumps(index, ensure_ascii=False, indent=2) + "\n")


def _write_answer(graph: Graph, query: SavedQuery, folder: Path, as_of: date) -> dict[str, object]:
    """Ask one query, write its answer, and return its entry of the index."""
    day = on(query, as_of)
    answer = Answer(graph, query, bind(query, day), as_of if day else None)
    formats = ("ttl" if answer.makes_triples else "csv", "md")
    for form in formats:
        _write(folder / f"{query.name}.{form}", render(answer, form))
    return {
        "query": query.iri,
        "name": query.name,
        "summary": query.summary,
        "values": {name: parameter.example for name, parameter in query.params.items() if parameter.required},
        **({"asOf": as_of.isoformat()} if day else {}),
        "columns": answer.columns,
        "rows": len(answer.rows),
        "files": [f"{query.name}.{form}" for form in formats],
    }


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
