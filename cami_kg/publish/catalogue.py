"""The catalogue of saved queries, for machines that find queries, and the queries themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.errors import parse_error
from cami_kg.graph import Graph
from cami_kg.publish import jsonld
from cami_kg.query import Parameter, SavedQuery, catalogue
from cami_kg.query.sparql import tokens
from cami_kg.turtle import format_text

_FORMS = ("SELECT", "ASK", "CONSTRUCT")


def write_catalogue(graph: Graph, folder: Path, _as_of: date, progress: Callable[[str], None]) -> None:
    """Write `catalogue.ttl`, `.jsonld` and `.json`, and a copy of every saved query, into a new folder.

    Raises:
        CamiError: a query cannot be read.
    """
    progress("queries")
    folder.mkdir()
    queries = catalogue(graph.home)
    for query in queries:
        (folder / query.path.name).write_bytes(query.path.read_bytes())
    entries = [_entry(query) for query in queries]
    (folder / "catalogue.json").write_bytes((json.dumps(entries, ensure_ascii=False, indent=2) + "\n").encode())
    triples = sorted({triple for query in queries for triple in _triples(query)}, key=str)
    lines = "".join(f"{triple} .\n" for triple in triples)
    (folder / "catalogue.ttl").write_bytes(format_text(lines, folder / "catalogue.ttl").encode())
    context = json.loads((graph.home.ontology / "context.jsonld").read_bytes())["@context"]
    with (folder / "catalogue.jsonld").open("wb") as out:
        jsonld.write((ox.Quad(*triple) for triple in triples), context, out)


def _entry(query: SavedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "iri": query.iri,
        "summary": query.summary,
        "description": query.description,
        "tags": query.tags,
        "params": [
            {
                "name": one.name,
                "option": one.option,
                "type": one.kind,
                "required": one.required,
                "example": one.example,
            }
            for one in query.params.values()
        ],
        "columns": _columns(query),
        "form": _form(query),
    }


def _form(query: SavedQuery) -> str:
    words = (token.keyword for token in tokens(query.text))
    return next((word for word in words if word in (*_FORMS, "DESCRIBE")), "")


def _columns(query: SavedQuery) -> list[str]:
    """Return the selected variables, as an empty store says them; a federated query would leave this machine."""
    if "federated" in query.tags:
        return []
    try:
        found = ox.Store().query(query.text)
    except SyntaxError as error:
        raise parse_error(error, query.path) from None
    return [variable.value for variable in found.variables] if isinstance(found, ox.QuerySolutions) else []


def _triples(query: SavedQuery) -> Iterator[ox.Triple]:
    """Yield what the vocabulary of SHACL, as collections of SPARQL examples use it, has words for."""
    node, form = ox.NamedNode(query.iri), _form(query)
    yield _triple(node, "rdf:type", _node("sh:SPARQLExecutable"))
    if form in _FORMS:
        yield _triple(node, "rdf:type", _node(f"sh:SPARQL{form.capitalize()}Executable"))
        yield _triple(node, f"sh:{form.lower()}", ox.Literal(query.text))
    yield _triple(node, "sh:prefixes", ox.NamedNode(terms.BASE + "prefixes"))
    yield _triple(node, "rdfs:label", ox.Literal(query.summary or query.name, language="en"))
    yield _triple(node, "rdfs:comment", ox.Literal(query.description or query.summary or query.name, language="en"))
    for tag in query.tags:
        yield _triple(node, "schema:keywords", ox.Literal(tag))
    for parameter in query.params.values():
        place = ox.NamedNode(f"{query.iri}#{parameter.name}")
        yield _triple(node, "sh:parameter", place)
        yield from _parameter(place, parameter)


def _parameter(place: ox.NamedNode, parameter: Parameter) -> Iterator[ox.Triple]:
    yield _triple(place, "rdf:type", _node("sh:Parameter"))
    yield _triple(place, "sh:path", place)
    yield _triple(place, "sh:name", ox.Literal(parameter.name))
    yield _triple(place, "sh:optional", ox.Literal(not parameter.required))
    if parameter.kind.startswith("xsd:"):
        yield _triple(place, "sh:datatype", _node(parameter.kind))
    elif parameter.kind.startswith("scheme:"):
        yield _triple(place, "sh:class", _node("skos:Concept"))
        yield _triple(place, "rdfs:seeAlso", _node(parameter.kind))
    else:
        yield _triple(place, "sh:class", _node(parameter.kind))
    if parameter.example:
        yield _triple(place, "skos:example", ox.Literal(parameter.example))


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(terms.expand(name))


def _triple(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _node(predicate), value)
