"""Graphs of the shape of the real one, N times as large: the real claims, and N-1 copies of them under other names.

A copy is linked within itself as the original is, so that a species has as many claims, names and sources as before.
Schemes and states are shared, as there are no more states than have an ISO code; so what is asked of one state grows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).parent.parent
ID, GRAPH, NS = (f"https://w3id.org/cami/{part}/" for part in ("id", "graph", "ns"))
SHARED = "state"
_NAMES = frozenset(
    (
        "http://www.w3.org/2004/02/skos/core#prefLabel",
        "http://purl.org/dc/terms/title",
        "http://rs.tdwg.org/dwc/terms/scientificName",
        "http://rs.tdwg.org/dwc/terms/vernacularName",
    )
)  # what must be unique, or is searched for
_ADDRESSES = frozenset((f"{NS}object", f"{NS}pattern"))  # of records elsewhere, and their form
_LEFT_OUT = f"{NS}partyNumber"  # three digits, of the one Convention only

Quads = Iterator[tuple[str, str, list[ox.Triple]]]
"""Kind, slug and triples of one file after the other."""


def copies(times: int, data: Path = ROOT / "data") -> Quads:
    """Yield the files of a graph `times` as large as the real one; one source file is in memory at a time."""
    paths = sorted(data.rglob("*.ttl"))
    things = {quad.subject for path in paths if path.parent.name != SHARED for quad in _parse(path)}
    for path in paths:
        triples = [quad.triple for quad in _parse(path)]
        yield path.parent.name, path.stem, triples
        for number in range(1, times if path.parent.name != SHARED else 1):
            rename = _renamer(number, things)
            yield (
                path.parent.name,
                f"c{number}-{path.stem}",
                [_copied(triple, number, rename) for triple in triples if triple.predicate.value != _LEFT_OUT],
            )


def _parse(path: Path) -> Iterator[ox.Quad]:
    yield from ox.parse(path=path, format=ox.RdfFormat.TURTLE)


def _renamer(number: int, things: set[object]) -> Callable[[object], object]:
    """Return what names a thing of the data anew, and leaves every other term."""

    @cache
    def rename(term: object) -> object:
        if term not in things:
            return term
        start, _, slug = term.value.rpartition("/")
        return ox.NamedNode(f"{start}/c{number}-{slug}")

    return rename


def _copied(triple: ox.Triple, number: int, rename: Callable[[object], object]) -> ox.Triple:
    value, predicate = triple.object, triple.predicate.value
    if predicate in _NAMES:
        text = f"{value.value} {_letters(number)}"
        value = ox.Literal(text, language=value.language) if value.language else ox.Literal(text)
    elif predicate in _ADDRESSES:
        value = type(value)(value.value.replace("://", f"://c{number}.", 1))
    return ox.Triple(rename(triple.subject), triple.predicate, rename(value))


def _letters(number: int) -> str:
    """Return a number as letters: scientific names have no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def write(times: int, folder: Path) -> None:
    """Write the graph as a folder of claims that `cami_kg.load` reads."""
    for kind, slug, triples in copies(times):
        path = folder / kind / f"{slug}.ttl"
        path.parent.mkdir(parents=True, exist_ok=True)
        ox.serialize(triples, str(path), format=ox.RdfFormat.TURTLE)


def store(times: int) -> ox.Store:
    """Return the graph in memory, ontology and schemes with it."""
    made = ox.Store()
    for room, graph in (("ontology", "ontology"), ("ontology/scheme", "scheme")):
        for path in sorted((ROOT / room).glob("*.ttl")):
            made.load(path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(f"{GRAPH}{graph}/{path.stem}"))
    made.bulk_extend(
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(f"{GRAPH}{kind}/{slug}"))
        for kind, slug, triples in copies(times)
        for triple in triples
    )
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int)
    parser.add_argument("folder", type=Path, help="an empty or new folder")
    asked = parser.parse_args()
    if asked.folder.exists() and any(asked.folder.iterdir()):
        sys.exit(f"{asked.folder} is not empty; name another folder.")
    write(asked.times, asked.folder)
