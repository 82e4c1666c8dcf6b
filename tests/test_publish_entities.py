"""Everything with an IRI of ours has a document, which holds what is said of it and the claims about it."""

import pyoxigraph as ox
import pytest
import rdflib

from cami_kg import terms

FORMATS = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}


@pytest.fixture(scope="module")
def documents(published):
    """Publish the documents of the miniature."""
    return published("id")


@pytest.fixture(scope="module")
def said(miniature):
    """Parse the triples of the source files anew."""
    return {
        triple.triple
        for path in miniature.files.values()
        for triple in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
        if triple.subject.value.startswith(terms.ID)
    }


def read(path):
    """Parse one document."""
    return {quad.triple for quad in ox.parse(path=path, format=FORMATS[path.suffix[1:]])}


@pytest.mark.parametrize("ending", FORMATS)
def test_every_iri_has_a_document_with_all_that_is_said_of_it(documents, said, ending):
    """Nothing is left out, nothing is added, and no document is about what the graph does not speak of."""
    found = {
        terms.ID + path.relative_to(documents).with_suffix("").as_posix(): read(path)
        for path in documents.rglob(f"*.{ending}")
    }

    assert found.keys() == {triple.subject.value for triple in said}
    assert set().union(*found.values()) == said
    for iri, triples in found.items():
        assert {triple for triple in said if triple.subject.value == iri} <= triples


def test_a_thing_comes_with_the_claims_about_it_whole(documents, said):
    """A species brings its range statements; a claim is alone, and so is a word of a scheme."""
    hopper = read(documents / "species" / "dune-hopper.ttl")
    ranges = {
        triple.subject for triple in said if str(triple.subject.value).startswith(terms.ID + "range/dune-hopper-")
    }

    assert ranges
    assert {triple for triple in said if triple.subject in ranges} <= hopper
    for alone in (next(iter(ranges)).value.removeprefix(terms.ID), "confidence/high"):
        assert {triple.subject.value for triple in read(documents / f"{alone}.ttl")} == {terms.ID + alone}


def test_both_formats_say_the_same_to_other_tools(documents):
    """So reads rdflib; JSON-LD carries its context with it and fetches nothing."""
    turtle, jsonld = (documents / "species" / f"dune-hopper.{ending}" for ending in FORMATS)

    assert set(rdflib.Graph().parse(turtle)) == set(rdflib.Graph().parse(jsonld))
    assert all(prefix in turtle.read_text(encoding="utf-8") for prefix in ("species:dune-hopper", "range:dune-hopper-"))
