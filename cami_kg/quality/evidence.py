"""What the graph says about its own sources: who published them, on what terms, when, and which are independent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.terms import NS, curie, prefixes

_UNKNOWN = "unknown"

_THINGS = """
SELECT DISTINCT ?kind ?thing WHERE {
  ?thing a ?kind .
  FILTER(?kind NOT IN (owl:Ontology, sh:PrefixDeclaration))
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
_ENGLISH = 'SELECT ?thing ?label WHERE { ?thing skos:prefLabel ?label FILTER(LANG(?label) = "en") }'
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
        kind: the member of the scheme `source-kind`, as a short name; `cami:Source` if not said.
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


@dataclass(frozen=True, slots=True)
class Standing:
    """What a claim or thing rests on.

    Attributes:
        confidence: `high`, `medium`, `low`, or `none` if that is not said.
        sources: all of its sources.
    """

    confidence: str
    sources: Sequence[Source]

    @property
    def independent(self) -> int:
        """How many of the sources are independent: of different publishers, and none derived from another.

        What a third source ties together counts as one. A source of unknown publisher adds nothing to others, as it
        may be theirs; alone it is one. So the number errs on the low side.
        """
        groups: list[list[Source]] = []
        for source in self.sources:
            if source.publishers:
                tied = [group for group in groups if any(_tied(source, other) for other in group)]
                groups = [group for group in groups if group not in tied]
                groups.append([source, *(other for group in tied for other in group)])
        return len(groups) or min(len(self.sources), 1)

    @property
    def terms(self) -> str:
        """The best terms among the sources: `open`, else `unknown`, else `restricted`; `none` without a source."""
        found = {source.terms for source in self.sources}
        return next((terms for terms in ("open", _UNKNOWN, "restricted") if terms in found), "none")

    @property
    def licensed(self) -> bool:
        """Whether the licence or terms of a source are stated."""
        return any(source.licensed for source in self.sources)

    @property
    def newest(self) -> int | None:
        """The year of the newest source, if one is dated."""
        return max((source.year for source in self.sources if source.year is not None), default=None)


class Evidence:
    """What a graph says about things, claims and sources: each by its IRI, kinds by short name."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def standing(self, thing: str) -> Standing:
        """Return what a claim or thing rests on."""
        return Standing(self.confidence.get(thing, "none"), self.cited.get(thing, ()))

    @cached_property
    def kinds(self) -> dict[str, list[str]]:
        """The things of each kind, and the words of the ontology."""
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
                _short(kind or NS + "Source"),
                publishers(publisher),
                rights not in ("", _UNKNOWN),
                _last(terms) or _UNKNOWN,
                int(issued[:4]) if issued[:4].isdecimal() else None,
                frozenset(origins[source]),
            )
            for source, kind, publisher, rights, terms, issued in self._ask(_SOURCES)
        }

    @cached_property
    def cited(self) -> Mapping[str, Sequence[Source]]:
        """The sources of each thing that has any."""
        return {thing: [self.sources[name] for name in names] for thing, names in self._pairs(_CITED).items()}

    @cached_property
    def languages(self) -> Mapping[str, Sequence[str]]:
        """The languages in which each thing has a label."""
        return self._pairs(_LABELS)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The English labels, by short name."""
        return {_short(thing): text for thing, text in self._ask(_ENGLISH)}

    @cached_property
    def linked(self) -> Mapping[str, Sequence[str]]:
        """The link sets in which each thing has a link."""
        return self._linksets(_LINKED)

    @cached_property
    def sought(self) -> Mapping[str, Sequence[str]]:
        """The link sets for which a record of each thing was looked for, and none found."""
        return self._linksets(_SOUGHT)

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """The members of each scheme."""
        return {_short(scheme): concepts for scheme, concepts in self._pairs(_LISTS).items()}

    def _ask(self, sparql: str) -> Iterator[tuple[str, ...]]:
        """Yield the rows of a query in order, as texts that are empty where nothing is bound."""
        head = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes().items())
        found = self._graph.select(head + sparql)
        if isinstance(found, ox.QuerySolutions):
            yield from sorted(tuple(getattr(cell, "value", "") for cell in row) for row in found)

    def _linksets(self, sparql: str) -> dict[str, list[str]]:
        return {thing: [_short(linkset) for linkset in found] for thing, found in self._pairs(sparql).items()}

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


def _tied(one: Source, other: Source) -> bool:
    """Tell whether two sources share an origin or a publisher; a longer name of a house is the same house."""
    if one.origins & other.origins:
        return True
    pairs = ((f"{a} ", f"{b} ") for a in one.publishers for b in other.publishers)
    return any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def _short(iri: str) -> str:
    return curie(iri) or iri


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]
