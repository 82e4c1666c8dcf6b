"""What stands where: nodes without an IRI, files without their main thing, things that two files describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.check.report import Finding
from cami_kg.check.rules import plain
from cami_kg.errors import shown
from cami_kg.graph import Graph
from cami_kg.positions import Place, positions

KINDS = ("species", "state", "instrument", "barrier", "link")
"""The folders of which each file describes the thing of its name; other folders hold families of things."""

_WORDS = ("ontology", "scheme")


def misplaced(graph: Graph, chosen: Mapping[str, Path]) -> Iterator[Finding]:
    """Yield what is wrong with the nodes and places of some files (by named graph) of a graph of source triples."""
    broken = {error.path for error in graph.broken}
    for name, file in chosen.items():
        if file not in broken:
            yield from _nameless(graph, name, file)
            if name.removeprefix(terms.GRAPH).partition("/")[0] not in _WORDS:
                yield from _without_main(graph, name, file)
                yield from _shared(graph, name, file)


def main_of(file: Path) -> ox.NamedNode:
    """Return the thing that a file is named for, by its folder and name."""
    return ox.NamedNode(f"{terms.ID}{file.parent.name}/{file.stem}")


def _nameless(graph: Graph, name: str, file: Path) -> Iterator[Finding]:
    """Yield one finding for each node without an IRI, where the file first has it."""
    quads = graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name))
    if not any(isinstance(node, ox.BlankNode) for quad in quads for node in (quad.subject, quad.object)):
        return
    hint = "Give the node an IRI of its own, such as range:saiga-KZ, and a stanza of its own."
    for place, node, path in _nameless_places(file) or [((1, 1), None, None)]:
        yield _finding(file, place, node, "A node without an IRI stands here.", hint, path)


def _nameless_places(file: Path) -> list[tuple[Place, str | None, str | None]]:
    """Return where each node without an IRI first stands, and the node and property that name it, if any."""
    found: dict[ox.BlankNode, tuple[Place, str | None, str | None]] = {}
    known = positions(file)
    for (subject, path, value), place in known.objects.items():
        if isinstance(value, ox.BlankNode):
            named = isinstance(subject, ox.NamedNode)
            found.setdefault(value, (place, plain(subject) if named else None, plain(path)))
    for subject, place in known.subjects.items():
        if isinstance(subject, ox.BlankNode):
            found.setdefault(subject, (place, None, None))
    return sorted(found.values(), key=lambda each: each[0])


def _without_main(graph: Graph, name: str, file: Path) -> Iterator[Finding]:
    """Yield a finding where a file says nothing, or nothing of the thing that it is named for."""
    local = name.removeprefix(terms.GRAPH)
    main = main_of(file)
    if not any(True for _ in graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name))):
        yield _finding(file, (1, 1), None, "This file says nothing.", "Write a statement, or delete the file.")
    elif local.partition("/")[0] in KINDS and not any(
        True for _ in graph.store.quads_for_pattern(main, None, None, ox.NamedNode(name))
    ):
        hint = f"Describe {plain(main)} here, or rename the file."
        yield _finding(file, (1, 1), plain(main), "This file does not describe the thing it is named for.", hint)


def _shared(graph: Graph, name: str, file: Path) -> Iterator[Finding]:
    """Yield a finding for each thing of a file that another file describes too."""
    here = ox.NamedNode(name)
    subjects = {quad.subject for quad in graph.store.quads_for_pattern(None, None, None, here)}
    for subject in subjects:
        if not isinstance(subject, ox.NamedNode):
            continue
        graphs = {quad.graph_name for quad in graph.store.quads_for_pattern(subject, None, None)} - {here}
        others = sorted(shown(graph.files[other.value]) for other in graphs if isinstance(other, ox.NamedNode))
        if others:
            place = positions(file).find(subject) or (1, 1)
            message = f"{plain(subject)} is described in {' and '.join(others)} too."
            yield _finding(file, place, plain(subject), message, "Keep one of the two, or give this one another name.")


def _finding(file: Path, place: Place, node: str | None, message: str, fix: str, path: str | None = None) -> Finding:
    return Finding("error", file, *place, node, path, None, message, fix, "place")
