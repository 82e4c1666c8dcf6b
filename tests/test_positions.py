"""Positions: line and column of every triple, held against what rdflib's private parser does."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.positions import positions

TEXT = '''# The columns count characters: ё is one.
PREFIX : <urn:>
:a
    a :Wolf ;   # a comment, "here"
    :name "ё" , """two
lines, with # and ;""" , 'third' ;
    :inner [ :name :deep ; :name :b , :c ] , :last ;
    :number 12 , 1.5 , true .  :b :name <urn:c> .
'''


def iri(name: str) -> ox.NamedNode:
    """The IRI of a name of the text."""
    return ox.NamedNode(f"urn:{name}")


def found_in(tmp_path: Path, text: str) -> dict[str, tuple[int, int]]:
    """The places of the objects of a text, by the object."""
    path = tmp_path / "x.ttl"
    path.write_text(text, encoding="utf-8")
    return {object_.value: place for (_, _, object_), place in positions(path).objects.items()}


def test_every_object_is_found_in_its_place(tmp_path: Path) -> None:
    """Lists with commas, strings of several lines, numbers and inner nodes all have their own line and column."""
    places = found_in(tmp_path, TEXT)

    expected = {
        "urn:Wolf": (4, 7), "ё": (5, 11), "two\nlines, with # and ;": (5, 17), "third": (6, 26), "urn:deep": (7, 20),
        "urn:b": (7, 34), "urn:last": (7, 46), "12": (8, 13), "1.5": (8, 18), "true": (8, 24),
    }  # fmt: skip
    assert {name: places[name] for name in expected} == expected


def test_the_most_exact_place_counts(tmp_path: Path) -> None:
    """A value is found where it stands, else its property, else the node, else where the node is named."""
    path = tmp_path / "x.ttl"
    path.write_text(TEXT, encoding="utf-8")
    places = positions(path)

    assert places.find(iri("a"), iri("name"), ox.Literal("third")) == (6, 26)
    assert places.find(iri("a"), iri("name"), ox.Literal("fourth")) == (5, 5)
    assert places.find(iri("a"), iri("missing")) == (3, 1)
    assert places.find(iri("b")) == (8, 32)
    assert places.find(iri("last")) == (7, 46)
    assert places.find(iri("stranger")) is None


def test_every_triple_of_the_graph_has_a_place(real: Graph) -> None:
    """In every file of the project, each triple has a line and column."""
    for path in real.files.values():
        triples = {quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)}

        assert {ox.Triple(*found) for found in positions(path).objects} == triples, f"{path}: triples without a place"
