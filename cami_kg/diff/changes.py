"""What differs between two graphs, thing by thing and claim by claim."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.query.names import claim_classes, linked, node
from cami_kg.show import Reader
from cami_kg.terms import BASE

KINDS = (
    "added things",
    "removed things",
    "added claims",
    "withdrawn claims",
    "changed claims",
    "changed things",
    "deprecated",
    "sources added",
)
"""The kinds of change, in the order in which they are told."""

_ABOUT = ("cami:participant", "cami:taxon", "cami:subject", "cami:instrument", "cami:barrier", "cami:organisation")
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Facts = dict[ox.NamedNode, frozenset[Term]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing or claim that differs.

    Attributes:
        kind: one of `KINDS`; `iri` is what differs.
        about: the label of the thing that it is about.
        text: what differs, as people say it.
    """

    kind: str
    iri: str
    about: str
    text: str


def changes(old: Graph, new: Graph, lang: str) -> tuple[list[Change], list[str]]:
    """Return the changes, and the published IRIs that are in the old graph and no longer in the new."""
    before, after = _facts(old), _facts(new)
    reader = Reader(_both(old, new), lang)
    claims = claim_classes(reader.graph)
    found = []
    for thing in sorted(before.keys() | after.keys(), key=lambda one: one.value):
        was, now = before.get(thing, {}), after.get(thing, {})
        if was != now:
            is_claim = bool(claims & set((now or was).get(node("rdf:type"), ())))
            kind = _kind(was, now, is_claim)
            found.append(Change(kind, thing.value, _about(reader, thing, is_claim), _told(reader, was, now)))
    vanished = sorted(thing.value for thing in before.keys() - after.keys() if thing.value.startswith(BASE))
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.about, one.iri)), vanished


def _facts(graph: Graph) -> dict[ox.NamedNode, Facts]:
    found: dict[ox.NamedNode, dict[ox.NamedNode, set[Term]]] = defaultdict(lambda: defaultdict(set))
    for quad in graph.store:
        if isinstance(quad.subject, ox.NamedNode):
            found[quad.subject][quad.predicate].add(quad.object)
    return {thing: {name: frozenset(terms) for name, terms in facts.items()} for thing, facts in found.items()}


def _both(old: Graph, new: Graph) -> Graph:
    """Return the new graph with what only the old one speaks of, so that everything has its words."""
    store = ox.Store()
    store.extend(new.store)
    known = {quad.subject for quad in new.store}
    store.extend(quad for quad in old.store if quad.subject not in known)
    return Graph(store, {}, new.home)


def _kind(was: Facts, now: Facts, is_claim: bool) -> str:
    if not was:
        is_source = node("cami:Source") in now.get(node("rdf:type"), ())
        return "added claims" if is_claim else "sources added" if is_source else "added things"
    if not now:
        return "withdrawn claims" if is_claim else "removed things"
    if node("owl:deprecated") in now.keys() - was.keys():
        return "deprecated"
    return "changed claims" if is_claim else "changed things"


def _about(reader: Reader, thing: ox.NamedNode, is_claim: bool) -> str:
    """Return the name of the thing itself, or of what a claim is about."""
    subjects = (one for name in _ABOUT if is_claim for one in sorted(linked(reader.graph, thing, name), key=str))
    return reader.value(next(subjects, thing))


def _told(reader: Reader, was: Facts, now: Facts) -> str:
    """Return the facts of what is new or gone; of what stayed, only those that differ, with what they were."""
    parts = []
    for name in was.keys() | now.keys():
        here, there = now.get(name, frozenset()), was.get(name, frozenset())
        if here == there:
            continue
        if not (was and now):
            text = _listed(reader, here or there)
        elif len(here) <= 1 and len(there) <= 1:
            text = f"{_listed(reader, here) or 'not said'}, was {_listed(reader, there) or 'not said'}"
        else:
            signs = (("added ", here - there), ("no longer ", there - here))
            text = "; ".join(sign + _listed(reader, terms) for sign, terms in signs if terms)
        parts.append(f"{reader.word(name)}: {text}")
    return "; ".join(sorted(parts))


def _listed(reader: Reader, terms: frozenset[Term]) -> str:
    return ", ".join(sorted(map(reader.value, terms)))
