"""The words' addresses: the one prefix table, IRIs and CURIEs."""

from __future__ import annotations

import re
from functools import cache

import pyoxigraph as ox

from cami_kg.errors import CamiError, UsageError, nearest, parse_error
from cami_kg.home import home

BASE = "https://w3id.org/cami/"
NS = BASE + "ns/"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"

SLUG = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
"""Matches (with `fullmatch`) the last part of the IRI of a thing, and a file's name without `.ttl`."""

# The part of Turtle's local names that needs no escape; whatever else occurs is written as a whole IRI.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


@cache
def prefixes() -> dict[str, str]:
    """Return the prefix table of `ontology/prefixes.ttl`: prefix (without colon) to namespace, sorted by prefix.

    Raises:
        CamiError: the table cannot be read, or declares a prefix or a namespace twice.
    """
    path = home().ontology / "prefixes.ttl"
    values: dict[str, dict[str, str]] = {"prefix": {}, "namespace": {}}
    try:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            kind = quad.predicate.value.removeprefix(SH)
            if kind in values and isinstance(quad.object, ox.Literal):
                values[kind][str(quad.subject)] = quad.object.value
    except SyntaxError as error:
        raise parse_error(error, path) from None
    pairs = [(prefix, values["namespace"].get(node, "")) for node, prefix in values["prefix"].items()]
    for name, column in (("prefix", [p for p, _ in pairs]), ("namespace", [n for _, n in pairs])):
        if twice := {value for value in column if column.count(value) > 1}:
            raise CamiError(f"The {name} {min(twice)!r} is declared twice.", where=path, hint="Delete one of the two.")
    return dict(sorted(pairs))


@cache
def _prefix_of() -> dict[str, str]:
    return {namespace: prefix for prefix, namespace in prefixes().items()}


def curie(iri: str) -> str | None:
    """Return `species:saiga` for its IRI, or None if no prefix fits or the rest would need an escape."""
    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix, local = _prefix_of().get(iri[:end]), iri[end:]
    return f"{prefix}:{local}" if prefix and _LOCAL.fullmatch(local) else None


def expand(name: str) -> str:
    """Return the IRI of a CURIE such as `species:saiga`.

    Raises:
        UsageError: it has no colon, or its prefix is not in the table.
    """
    prefix, colon, local = name.partition(":")
    if not colon:
        raise UsageError(f"{name!r} is not a short name.", hint="Write prefix:name, such as species:saiga.")
    if prefix not in prefixes():
        near = ", ".join(f"{found}:" for found in nearest(prefix, prefixes()))
        hint = f"Did you mean {near}?" if near else "ontology/prefixes.ttl has the prefixes."
        raise UsageError(f"The prefix {prefix}: is not known.", hint=hint)
    return prefixes()[prefix] + local


def graph_iri(folder: str, slug: str) -> str:
    """Return the named graph of the file `<folder>/<slug>.ttl`."""
    return f"{GRAPH}{folder}/{slug}"
