"""The catalogue of saved queries says of each query what its file says."""

import json

import pyoxigraph as ox
import pytest
import rdflib

from cami_kg import terms
from cami_kg.query import catalogue

SH = rdflib.Namespace(terms.SH)


@pytest.fixture(scope="module")
def folder(published):
    """Publish the catalogue alone."""
    return published("queries")


@pytest.fixture(scope="module")
def turtle(folder):
    """Read the Turtle with rdflib."""
    return rdflib.Graph().parse(folder / "catalogue.ttl")


def test_every_query_is_there_byte_by_byte(miniature, folder):
    """So that the folder is read like `queries/`."""
    files = {path.name: path.read_bytes() for path in miniature.home.queries.glob("*.rq")}

    assert files == {path.name: path.read_bytes() for path in folder.glob("*.rq")}


def test_the_json_says_what_the_headers_say(miniature, folder):
    """In the order of names, with the columns that the query selects."""
    entries = json.loads((folder / "catalogue.json").read_bytes())

    for query, entry in zip(catalogue(miniature.home), entries, strict=True):
        assert (query.name, query.iri, query.summary) == (entry["name"], entry["iri"], entry["summary"])
        assert list(query.params) == [one["name"] for one in entry["params"]]
        if entry["form"] == "SELECT":
            assert [f"?{name}" in query.text for name in entry["columns"]] == [True] * len(entry["columns"]) != []


def test_every_query_has_its_text_a_comment_and_keywords(miniature, turtle):
    """One text of its form, one comment in English, and the table of prefixes by its IRI."""
    for query in catalogue(miniature.home):
        node = rdflib.URIRef(query.iri)
        texts = [str(text) for form in (SH.select, SH.ask, SH.construct) for text in turtle.objects(node, form)]
        assert [query.text] == texts
        assert ["en"] == [comment.language for comment in turtle.objects(node, rdflib.RDFS.comment)]
        assert set(query.tags) == {
            str(tag) for tag in turtle.objects(node, rdflib.URIRef("https://schema.org/keywords"))
        }
        assert [terms.BASE + "prefixes"] == [str(table) for table in turtle.objects(node, SH.prefixes)]
        names = {str(turtle.value(one, SH.name)) for one in turtle.objects(node, SH.parameter)}
        assert set(query.params) == names


def test_both_forms_hold_the_same_and_no_blank_node(folder, turtle):
    """Read by pyoxigraph and by rdflib."""
    found = {quad.triple for quad in ox.parse(path=folder / "catalogue.ttl", format=ox.RdfFormat.TURTLE)}
    other = {quad.triple for quad in ox.parse(path=folder / "catalogue.jsonld", format=ox.RdfFormat.JSON_LD)}

    assert found == other
    assert len(found) == len(turtle)
    assert not [node for node in turtle.all_nodes() if isinstance(node, rdflib.BNode)]
