"""Compact JSON-LD: one node a line, the project's own context inside, nothing to fetch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from cami_kg import terms

Json = dict[str, Any]

_TYPE = terms.RDF + "type"
_STRING = terms.XSD + "string"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def write(quads: Iterable[ox.Quad], context: Mapping[str, Any], out: IO[bytes]) -> None:
    """Write triples, which stand together by subject, as one JSON-LD document; literals keep their form.

    Args:
        quads: the triples; their graphs are not written.
        context: what stands under `@context` in `ontology/context.jsonld`: the prefix table and, for a property
            in its short form, the type of its values or `{"@container": "@language"}`.
        out: where the bytes go, node by node.
    """
    out.write(b'{"@context":' + _dumped(context) + b',"@graph":[')
    separator = b"\n"
    for subject, group in groupby(quads, key=attrgetter("subject")):
        out.write(separator + _dumped(_node(subject.value, group, context)))
        separator = b",\n"
    out.write(b"]}\n")


def read(path: Path, nodes: int = 2_000) -> Iterator[ox.Quad]:
    """Yield the triples of a file that `write` made, some nodes at a time: the parser keeps all it gets in memory.

    Raises:
        SyntaxError: it is no JSON-LD.
    """
    with path.open("rb") as file:
        head = file.readline()
        while lines := list(islice(file, nodes)):
            text = b"".join(lines)
            if text.endswith(b",\n"):  # more nodes follow
                text = text[:-2] + b"]}"
            yield from ox.parse(head + text, format=ox.RdfFormat.JSON_LD)


def _dumped(value: Mapping[str, Any]) -> bytes:
    return _ENCODER.encode(value).encode()


@lru_cache(maxsize=1 << 16)
def _short(iri: str) -> str:
    return terms.curie(iri) or iri


def _node(subject: str, quads: Iterable[ox.Quad], context: Mapping[str, Any]) -> Json:
    node: Json = {"@id": _short(subject)}
    for quad in quads:
        predicate, value = quad.predicate.value, quad.object
        if predicate == _TYPE and isinstance(value, ox.NamedNode):
            _add(node, "@type", _short(value.value))
            continue
        key = _short(predicate)
        rule = context.get(key, {})
        if rule.get("@container") != "@language":
            _add(node, key, _value(value, rule.get("@type")))
        elif isinstance(value, ox.Literal) and (value.language or value.datatype.value == _STRING):
            _add(node.setdefault(key, {}), value.language or "@none", value.value)
        else:  # whatever has no language goes under the whole IRI, which the rule does not touch
            _add(node, predicate, _value(value, None))
    return node


def _value(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, expected: str | None) -> str | Json:
    """Return a value as a bare string where the context says the rest, else as an object that says it itself."""
    if isinstance(value, ox.NamedNode):
        return _short(value.value) if expected == "@id" else {"@id": _short(value.value)}
    if not isinstance(value, ox.Literal):
        raise TypeError(f"neither an IRI nor a literal: {value}")
    if value.language:
        return {"@language": value.language, "@value": value.value}
    datatype = value.datatype.value
    if datatype == _STRING:
        return value.value if expected is None else {"@value": value.value}
    short = _short(datatype)
    return value.value if short == expected else {"@type": short, "@value": value.value}


def _add(place: Json, key: str, value: str | Json) -> None:
    """Put a value under a key; a second one makes a list."""
    if key not in place:
        place[key] = value
    elif isinstance(place[key], list):
        place[key].append(value)
    else:
        place[key] = [place[key], value]
