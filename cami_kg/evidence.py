"""What the graph says about its own sources: who published them, on what terms, when, and which are independent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.terms import curie, prefixes

_UNKNOWN = "unknown"

_THINGS = """
SELECT DISTINCT ?kind ?thing WHERE {
  ?thing a ?kind .
  FILTER(STRSTARTS(STR(?thing), "https://w3id.org/cami/") && ?kind NOT IN (owl:Ontology, sh:PrefixDeclaration))
}"""
_CLAIM_KINDS = "SELECT DISTINCT ?kind WHERE { ?kind rdfs:subClassOf+ cami:Claim }"
_CONFIDENCE = "SELECT ?thing ?confidence WHERE { ?thing cami:confidence ?confidence }"
_CITED = "SELECT DISTINCT ?thing ?source WHERE { ?thing prov:wasDerivedFrom ?source . ?source a cami:Source }"
_SOURCES = """
SELECT ?source ?kind ?publisher ?rights ?terms ?issued WHERE {
  ?source a cami:Source .
  OPTIONAL { ?source cami:sourceKind ?kind }
  OPTIONAL { ?source dcterms:publisher ?publisher }
  OPTIONAL { ?source dcterms:rights ?rights }
  OPTIONAL { ?source cami:terms ?terms }
  OPTIONAL { ?source dcterms:issued ?issued }
}"""
_ORIGINS = "SELECT ?source ?origin WHERE { ?source a cami:Source ; prov:wasDerivedFrom*/dcterms:isFormatOf? ?origin }"
_LABELS = "SELECT DISTINCT ?thing (LANG(?label) AS ?language) WHERE { ?thing skos:prefLabel ?label }"
_LINKED = "SELECT DISTINCT ?thing ?linkset WHERE { ?link a cami:Mapping ; cami:subject ?thing ; cami:linkset ?linkset }"
_SOUGHT = """
SELECT DISTINCT ?thing ?linkset WHERE {
  ?claim a cami:NoneFound ; cami:subject ?thing ; cami:soughtIn ?linkset .
  ?linkset a void:Linkset .
}"""
_LISTS = "SELECT DISTINCT ?scheme ?concept WHERE { ?concept a skos:Concept ; skos:inScheme ?scheme }"


@dataclass(frozen=True, slots=True)
class Source:
    """A source, as far as it decides how well a claim stands.

    Attributes:
        kind: the member of the scheme `source-kind`, as a short name; empty if not said.
        publishers: the names in its publisher, made comparable; none if the publisher is unknown.
        licensed: whether its licence or terms are stated.
        terms: `open`, `restricted` or `unknown`.
        year: that of publication, if known.
        origins: itself, and the sources and works that it is derived from or a form of, as IRIs.
    """

    kind: str
    publishers: frozenset[str]
    licensed: bool
    terms: str
    year: int | None
    origins: frozenset[str]


class Evidence:
    """What a graph says about things, claims and sources; each is asked for once, by IRI, kinds by short name."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def kinds(self) -> dict[str, list[str]]:
        """The things of each kind, those of the ontology included."""
        return {_short(kind): things for kind, things in self._pairs(_THINGS).items()}

    @cached_property
    def claim_kinds(self) -> set[str]:
        """The kinds of claim."""
        return {_short(kind) for (kind,) in self._ask(_CLAIM_KINDS)}

    @cached_property
    def confidence(self) -> dict[str, str]:
        """How sure each thing is: `high`, `medium` or `low`."""
        return {thing: _last(confidence) for thing, confidence in self._ask(_CONFIDENCE)}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """All sources."""
        origins = self._pairs(_ORIGINS)
        return {
            source: Source(
                _short(kind),
                publishers(publisher),
                rights not in ("", _UNKNOWN),
                _last(terms) or _UNKNOWN,
                int(issued[:4]) if issued else None,
                frozenset(origins[source]),
            )
            for source, kind, publisher, rights, terms, issued in self._ask(_SOURCES)
        }

    @cached_property
    def cited(self) -> dict[str, list[Source]]:
        """The sources of each thing that has any."""
        return {thing: [self.sources[name] for name in names] for thing, names in self._pairs(_CITED).items()}

    @cached_property
    def languages(self) -> Mapping[str, Sequence[str]]:
        """The languages in which each thing has a label."""
        return self._pairs(_LABELS)

    @cached_property
    def linked(self) -> Mapping[str, Sequence[str]]:
        """The link sets in which each thing has a link."""
        return self._pairs(_LINKED)

    @cached_property
    def sought(self) -> Mapping[str, Sequence[str]]:
        """The link sets for which a record of each thing was looked for, and none found."""
        return self._pairs(_SOUGHT)

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """The members of each scheme."""
        return {_short(scheme): concepts for scheme, concepts in self._pairs(_LISTS).items()}

    def _ask(self, sparql: str) -> Iterator[tuple[str, ...]]:
        """Yield the rows of a query as texts, empty where nothing is bound."""
        head = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())
        found = self._graph.select(head + sparql)
        if isinstance(found, ox.QuerySolutions):
            yield from (tuple(getattr(cell, "value", "") for cell in row) for row in found)

    def _pairs(self, sparql: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for thing, other in self._ask(sparql):
            found.setdefault(thing, []).append(other)
        return found


@cache
def publishers(text: str) -> frozenset[str]:
    """Return the names in a publisher, without case, marks, numbers of volumes, and what says that it is a copy."""
    parts = (re.sub(r"\s\d.*", "", part) for part in re.split(r"[/;,]", text.casefold()))
    plain = (re.sub(r"\b(?:copy|mirror|reposted|secretariat)\b", " ", part) for part in parts)
    names = (" ".join(re.findall(r"\w+", name)) for part in plain for name in re.split(r"[()]", part))
    return frozenset(name for name in names if name not in ("", _UNKNOWN))


def independent(sources: Sequence[Source]) -> int:
    """Return how many sources are independent: of different publishers, and none derived from another.

    What a third source ties together counts as one. A source of unknown publisher adds nothing to others, as it may be
    theirs; alone it is one.
    """
    groups: list[list[Source]] = []
    for source in sources:
        if source.publishers:
            tied = [group for group in groups if any(_tied(source, other) for other in group)]
            groups = [group for group in groups if group not in tied]
            groups.append([source, *(other for group in tied for other in group)])
    return len(groups) or min(len(sources), 1)


def _tied(one: Source, other: Source) -> bool:
    """Tell whether two sources share an origin or a publisher; a longer name of a house is the same house."""
    if one.origins & other.origins:
        return True
    pairs = ((f"{a} ", f"{b} ") for a in one.publishers for b in other.publishers)
    return any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def terms_of(sources: Iterable[Source]) -> str:
    """Return the best terms among sources: open, else unknown, else restricted; `none` without a source."""
    found = {source.terms for source in sources}
    return next((terms for terms in ("open", _UNKNOWN, "restricted") if terms in found), "none")


def _short(iri: str) -> str:
    return curie(iri) or iri


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]
