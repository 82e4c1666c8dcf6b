"""The links to other data sets as SSSOM, the standard for sets of mappings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import yaml

from cami_kg import terms
from cami_kg.graph import Graph
from cami_kg.publish.tables.package import CONTRIBUTORS, DATASET, LICENCE
from cami_kg.query.names import label, linked, literals, node, short, slug, things
from cami_kg.version import code_version, data_hash

_SLOTS = (
    "record_id",
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "object_source",
    "object_source_version",
    "mapping_date",
    "confidence",
    "see_also",
    "comment",
    "other",
)
_CURIES = ("record_id", "subject_id", "predicate_id", "object_id", "mapping_justification", "object_source", "see_also")
_JUSTIFICATION = "semapv:UnspecifiedMatching"  # the graph says whence a link is, not how it was found
_CONFIDENCE = {"high": "0.9", "medium": "0.6", "low": "0.3"}  # ranks as numbers, which SSSOM asks for; no probabilities
_NO_TERM = "sssom:NoTermFound"
_OUTSIDE = {"semapv": "https://w3id.org/semapv/vocab/", "sssom": "https://w3id.org/sssom/"}
_NOTE = (
    "Confidence is a rank: 0.9 high, 0.6 medium, 0.3 low. The sources of a mapping stand in see_also, the places in "
    "them in other. Superseded and deprecated mappings are left out."
)

Mapping = dict[str, str]


def write_sssom(path: Path, graph: Graph, as_of: date) -> None:
    """Write the mappings in use, and the searches in sets of links that found nothing, as SSSOM/TSV."""
    namespaces = _namespaces(graph)
    prefixes = {namespace: prefix for prefix, namespace in (terms.prefixes() | _OUTSIDE).items()}
    for name, namespace in sorted(namespaces.items()):  # two sets of links may lead into one data set
        prefixes.setdefault(namespace, name)
    mappings = [*_found(graph, namespaces, prefixes), *_not_found(graph)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _SLOTS, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(sorted(mappings, key=lambda one: [one.get(slot, "") for slot in _SLOTS[1:]]))
    used = {one.partition(":")[0] for mapping in mappings for slot in _CURIES for one in mapping[slot].split("|")}
    every = {prefix: namespace for namespace, prefix in prefixes.items()}
    header = {
        "mapping_set_id": f"{DATASET}#mappings",
        "mapping_set_title": "Links of cami-kg to other data sets",
        "mapping_set_version": code_version(),
        "license": LICENCE,
        "creator_label": [CONTRIBUTORS],
        "publication_date": as_of,
        "comment": _NOTE,
        "other": f"data SHA-256 {data_hash(graph)}",
        "curie_map": {prefix: every[prefix] for prefix in sorted(used) if prefix in every},
    }
    lines = yaml.safe_dump(header, allow_unicode=True, sort_keys=False, width=10**6).splitlines()
    path.write_bytes("".join([*(f"#{line}\n" for line in lines), text.getvalue()]).encode())


def _found(graph: Graph, namespaces: dict[str, str], prefixes: dict[str, str]) -> Iterator[Mapping]:
    for claim in _in_use(graph, "cami:Mapping"):
        linkset, target = linked(graph, claim, "cami:linkset")[0], linked(graph, claim, "cami:object")[0]
        namespace = namespaces[slug(linkset)]
        yield _common(graph, claim, linkset) | {
            "predicate_id": short(linked(graph, claim, "cami:predicate")[0]),
            "object_id": f"{prefixes[namespace]}:{target.value.removeprefix(namespace)}",
            "object_label": _text(graph, claim, "cami:objectName"),
        }


def _not_found(graph: Graph) -> Iterator[Mapping]:
    linksets = things(graph, "void:Linkset")
    for claim in _in_use(graph, "cami:NoneFound"):
        for linkset in linked(graph, claim, "cami:soughtIn"):
            if linkset.value in linksets:
                yield _common(graph, claim, linkset) | {"predicate_id": "skos:exactMatch", "object_id": _NO_TERM}


def _in_use(graph: Graph, kind: str) -> Iterator[ox.NamedNode]:
    for claim in things(graph, kind).values():
        if not linked(graph, claim, "cami:supersededBy") and not literals(graph, claim, "owl:deprecated"):
            yield claim


def _common(graph: Graph, claim: ox.NamedNode, linkset: ox.NamedNode) -> Mapping:
    subject = linked(graph, claim, "cami:subject")[0]
    return {
        "record_id": short(claim),
        "subject_id": short(subject),
        "subject_label": label(graph, subject) or "",
        "mapping_justification": _JUSTIFICATION,
        "object_source": short(linkset),
        "object_source_version": _text(graph, linkset, "cami:targetVersion"),
        "mapping_date": _day(graph, claim),
        "confidence": _CONFIDENCE.get(slug(linked(graph, claim, "cami:confidence")[0]), ""),
        "see_also": "|".join(sorted(map(short, linked(graph, claim, "prov:wasDerivedFrom")))),
        "comment": _text(graph, claim, "skos:editorialNote"),
        "other": _text(graph, claim, "cami:locator"),
    }


def _day(graph: Graph, claim: ox.NamedNode) -> str:
    """Return the day for which the source says it, where it is known to the day, as SSSOM asks for."""
    days = literals(graph, claim, "cami:asOf")
    return min((day.value for day in days if day.datatype == node("xsd:date")), default="")


def _text(graph: Graph, thing: ox.NamedNode, predicate: str) -> str:
    return "; ".join(sorted(text.value for text in literals(graph, thing, predicate)))


def _namespaces(graph: Graph) -> dict[str, str]:
    """Return what all addresses of a set of links have in common, by the slug of the set."""
    addresses: dict[str, list[str]] = {}
    for claim in _in_use(graph, "cami:Mapping"):
        target = linked(graph, claim, "cami:object")[0].value
        addresses.setdefault(slug(linked(graph, claim, "cami:linkset")[0]), []).append(target)
    return {name: _namespace(found) for name, found in addresses.items()}


def _namespace(addresses: list[str]) -> str:
    """Return the common start of addresses, up to a mark that ends a name, and shorter than each of them."""
    first, last, room = min(addresses), max(addresses), min(map(len, addresses)) - 1
    common = next((at for at in range(room) if first[at] != last[at]), room)
    return re.sub(r"[^/#=_:]*$", "", first[:common])
