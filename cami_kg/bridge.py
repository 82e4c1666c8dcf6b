"""The same terms in two libraries: pyoxigraph, which reads, stores and asks, and rdflib, which pySHACL needs."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import rdflib
from rdflib.term import Node

from cami_kg.errors import CamiError
from cami_kg.terms import XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal


def to_rdflib(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    """Return the triples of `quads` as a plain in-memory rdflib graph."""
    graph = rdflib.Graph()
    known: dict[Term | ox.Triple, Node] = {}

    def term(node: Term | ox.Triple) -> Node:
        if (made := known.get(node)) is None:
            made = known[node] = rdflib_term(node)
        return made

    graph.addN((term(quad.subject), term(quad.predicate), term(quad.object), graph) for quad in quads)
    return graph


def rdflib_term(node: Term | ox.Triple) -> Node:
    """Return pyoxigraph's term as rdflib's, a literal in the form that it has.

    Were it normalized, rdflib would spell out `"1e1000000000"^^xsd:decimal` digit by digit.

    Raises:
        CamiError: it is a triple used as a term, which rdflib does not know.
    """
    if isinstance(node, ox.NamedNode):
        return rdflib.URIRef(node.value)
    if isinstance(node, ox.BlankNode):
        return rdflib.BNode(node.value)
    if isinstance(node, ox.Triple):
        raise CamiError(f"{node} is a triple about a triple.", hint="Write a claim: a node with an IRI of its own.")
    if node.language:
        return rdflib.Literal(node.value, lang=node.language)
    plain = node.datatype.value == XSD + "string"
    datatype = None if plain else rdflib.URIRef(node.datatype.value)
    return rdflib.Literal(node.value, datatype=datatype, normalize=False)


def oxigraph_term(node: Node) -> Term:
    """Return rdflib's term as pyoxigraph's."""
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)) if node.datatype else None)
    return ox.BlankNode(str(node)) if isinstance(node, rdflib.BNode) else ox.NamedNode(str(node))
