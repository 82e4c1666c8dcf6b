"""The answers of the saved queries, each asked with its own example values, for people without SPARQL."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.graph import Graph
from cami_kg.query import Answer, SavedQuery, bind, catalogue, today
from cami_kg.query.bind import lexical_date
from cami_kg.query.results import render
from cami_kg.query.sparql import Term

_DATE = ox.NamedNode(terms.XSD + "date")


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
    day: dict[str, list[Term]] = {}
    if "asOf" in query.params:
        day["asOf"] = [ox.Literal(as_of.isoformat(), datatype=_DATE)]
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


def release_date(graph: Graph) -> date:
    """Return the day that a release of this graph speaks of.

    That is the day of `SOURCE_DATE_EPOCH` where it is set, else of the last commit of the checkout, else (in a wheel,
    which knows no commits) the newest day on which a source was issued, else today; all in UTC. So a checkout and the
    wheel built from it may give different days for the same data; with `SOURCE_DATE_EPOCH` they give the same.

    Raises:
        UsageError: `SOURCE_DATE_EPOCH` is not a number of seconds.
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return today()
    return _commit_day(graph.home.root) or _newest_source(graph) or today()


def _commit_day(root: Path) -> date | None:
    if not (root / ".git").exists():  # an installed copy, which may lie in somebody else's repository
        return None
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        seconds = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 (no shell)
    except (OSError, subprocess.CalledProcessError):  # no git, or no commit yet
        return None
    return datetime.fromtimestamp(int(seconds), UTC).date()


def _newest_source(graph: Graph) -> date | None:
    issued = ox.NamedNode(terms.expand("dcterms:issued"))
    days = (quad.object for quad in graph.store.quads_for_pattern(None, issued, None))
    texts = (lexical_date(day.value) for day in days if isinstance(day, ox.Literal) and day.datatype == _DATE)
    return max((date.fromisoformat(text) for text in texts if text), default=None)
