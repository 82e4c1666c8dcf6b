"""`publish()`: the graph as a release to take away: whole, checksummed, the same bytes from the same sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cami_kg.errors import UsageError, nearest
from cami_kg.graph import Graph
from cami_kg.publish.answers import write_answers
from cami_kg.publish.catalogue import write_catalogue
from cami_kg.publish.dumps import write_dumps
from cami_kg.publish.entities import write_entities
from cami_kg.publish.quality import write_quality
from cami_kg.publish.release import checksums, new_release
from cami_kg.publish.tables import write_tables
from cami_kg.query.day import release_date

Progress = Callable[[str], None]

PARTS: Mapping[str, Callable[[Graph, Path, date, Progress], None]] = {
    "dumps": lambda graph, folder, _as_of, progress: write_dumps(graph, folder, progress),
    "id": lambda graph, folder, _as_of, progress: write_entities(graph, folder, progress),
    "answers": write_answers,
    "quality": write_quality,
    "queries": write_catalogue,
    "tables": write_tables,
}
"""The parts of a release: the name of each is that of its folder, and what `only` takes."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was published.

    Attributes:
        out: the folder of the release.
        as_of: the date for which the saved queries were asked.
        files, triples, claims, sources: how much the graph holds, in how many source files.
        findings: what the check before found, or None if there was none.
        answers: how many answers to saved queries the release has.
        published, bytes: how many files the release has, and their size together.
    """

    out: Path
    as_of: date
    files: int
    triples: int
    claims: int
    sources: int
    findings: int | None
    answers: int
    published: int
    bytes: int


def publish(
    graph: Graph,
    out: Path,
    only: Iterable[str] | None = None,
    as_of: date | None = None,
    *,
    findings: int | None = None,
    progress: Progress = lambda _: None,
) -> Summary:
    """Write a release into a folder, in place of the one that is there.

    Args:
        graph: the loaded graph; its source files are read again.
        out: the folder. A failing or killed run leaves it as it was.
        only: the parts that the release shall have, of `PARTS`; all of them if not given.
        as_of: the date for which saved queries are asked; by default `release_date(graph)`.
        findings: how many findings the check of this graph had, for the summary.
        progress: is told, in a few words, each step as it begins.

    Raises:
        UsageError: a part is not known.
        CamiError: the graph cannot be said in a format, or the release cannot be written.
    """
    for error in graph.broken:
        raise error
    parts = [name for name in PARTS if name in _known(only or PARTS)]
    as_of = as_of or release_date(graph)
    with new_release(out, PARTS) as folder:
        for name in parts:
            PARTS[name](graph, folder / name, as_of, progress)
    written = checksums(out)
    return Summary(
        out=out,
        as_of=as_of,
        **graph.counts(),
        findings=findings,
        answers=sum(path.startswith("answers/") and path.endswith(".md") for path in written),
        published=len(written) + 1,
        bytes=sum(path.stat().st_size for path in out.rglob("*") if path.is_file()),
    )


def _known(only: Iterable[str]) -> set[str]:
    names = set(only)
    for name in sorted(names - PARTS.keys()):
        near = nearest(name, PARTS) or list(PARTS)
        raise UsageError(f"No part of a release is called {name!r}.", hint=f"Did you mean {' or '.join(near)}?")
    return names
