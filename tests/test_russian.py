"""A Russian reader gets no English label where a Russian one is required."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from cami_kg import query
from cami_kg.graph import Graph
from cami_kg.home import home
from cami_kg.query.names import label, node, short
from cami_kg.query.results import render
from cami_kg.query.saved import SavedQuery, catalogue
from cami_kg.show import show

REQUIRED = frozenset(
    (
        *("dwc:Taxon", "cami:State", "cami:Instrument", "cami:Measure"),
        *("skos:Concept", "skos:ConceptScheme"),
        *("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "rdf:Property"),
    )
)


def is_russian(text: str | None) -> bool:
    """Tell whether a text has a word in Cyrillic letters."""
    return bool(re.search("[а-яё]{2}", text or "", re.IGNORECASE))


def test_every_class_and_property_in_use_has_a_label_in_both_languages(real: Graph) -> None:
    """Whatever stands in the graph as a predicate or class is named in English and in Russian, and in its own words."""
    used = {quad.predicate for quad in real.triples()}
    used |= {quad.object for quad in real.triples() if quad.predicate == node("rdf:type")}
    unnamed = [short(term) for term in used if not is_russian(label(real, term, "ru")) or not label(real, term, "en")]

    assert [] == sorted(unnamed), "Give it skos:prefLabel in ontology/cami.ttl or ontology/borrowed.ttl."


def test_all_that_must_have_a_russian_label_has_one_in_cyrillic(real: Graph) -> None:
    """Species, states, instruments, measures, members of lists and terms have a Russian name, not an English copy."""
    things = required(real)

    assert len(things) > 800
    assert [] == sorted(short(thing) for thing in things if not is_russian(label(real, thing, "ru")))


@pytest.mark.parametrize("asked", catalogue(home()), ids=lambda asked: asked.name)
def test_answers_show_russian_labels(real: Graph, asked: SavedQuery) -> None:
    """`--lang ru` shows a Russian label in each cell that is a thing of a kind that must have one."""
    answer = query.run(real, asked, examples(asked))
    labels = answer.labels("ru")
    things = {cell for row in answer.rows for cell in row if isinstance(cell, ox.NamedNode)} & required(real)

    assert [] == sorted(short(thing) for thing in things if not is_russian(labels.get(thing.value)))


@pytest.mark.parametrize("asked", catalogue(home()), ids=lambda asked: asked.name)
def test_columns_of_labels_are_russian_too(real: Graph, asked: SavedQuery) -> None:
    """What a query selects as the English label of a thing is shown to a Russian reader as its Russian one."""
    answer = query.run(real, asked, examples(asked))
    shown = [line.split(" | ") for line in render(answer, "md", lang="ru").removesuffix("\n").split("\n")]
    head, *lines = [[cell.strip("| ") for cell in line] for line in shown if not line[0].startswith("| ---")]
    places = [
        place for place, name in enumerate(head) if name.lower().endswith("label") or name in ("status", "region")
    ]
    english = {name for thing in required(real) if not is_russian(name := label(real, thing, "en") or "")}

    assert set() == {line[place] for line in lines for place in places} & english


def examples(asked: SavedQuery) -> dict[str, str]:
    """Return what the file of a query gives for required parameters, as a person would type it."""
    needed = [parameter for parameter in asked.params.values() if parameter.required]
    return {one.name: one.example.partition("^^")[0].split("  ")[0].strip("\"'") for one in needed}


def required(graph: Graph) -> set[ox.NamedNode]:
    """Return everything that must have a Russian label."""
    quads = (graph.store.quads_for_pattern(None, node("rdf:type"), node(kind)) for kind in REQUIRED)
    return {quad.subject for found in quads for quad in found if isinstance(quad.subject, ox.NamedNode)}


@pytest.mark.parametrize(
    "thing",
    ["saiga", "instrument:saiga-mou", "state:KZ", "threat:poaching", "participation:cms-KG", "cami:ListingChange"],
)
def test_portraits_name_properties_in_russian(real: Graph, thing: str) -> None:
    """`cami show --lang ru` names every class and property in Russian."""
    portrait = show(real, thing, lang="ru")
    statements = [portrait.about, *(one for claims in portrait.claims.values() for one in claims)]
    words = {name for one in statements for name, _ in one.facts} | {one.kind for one in statements}
    words |= {name for name, _ in portrait.mentions}

    assert [] == sorted(word for word in words if not is_russian(word))
