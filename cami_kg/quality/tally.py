"""The counts of the quality report, as tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.quality.evidence import Evidence, Source, Standing
from cami_kg.query import ask
from cami_kg.query.names import short

RESTRICTED_LIMIT = 0.25
"""The share of claims that may rest only on sources which nobody may pass on, before the report warns.

A quarter: to state single facts from such a database is free, but a graph that has much more of its claims from there
alone comes near to passing on a part of it.
"""

Row = Mapping[str, str | int | None]
"""A line of a table, by column: short names, numbers, and None where a number would say nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of one sort.

    Attributes:
        name: its key in JSON.
        title, note: what is counted, and how to read it.
        heads: the heading of each column.
        rows: the counts.
        total: the sum over all kinds of claim, in tables that have them.
    """

    name: str
    title: str
    note: str
    heads: Mapping[str, str]
    rows: Sequence[Row]
    total: Row | None = None


def tables(seen: Evidence, graph: Graph, year: int) -> list[Table]:
    """Return all tables; ages are counted up to `year`."""
    counted = [_counted(seen, view, year) for view in _VIEWS]
    return [_kinds(seen), *counted, _sources(seen), _links(seen), _linksets(seen), _disagreements(graph)]


_KIND = {"kind": "Kind", "number": "Number"}


@dataclass(frozen=True, slots=True)
class _View:
    """A table of what things of each kind rest on; `sort` names the columns in which a thing counts in a year."""

    name: str
    title: str
    note: str
    heads: Mapping[str, str]
    sort: Callable[[Standing, int], Iterable[str]]


_VIEWS = (
    _View(
        "independence",
        "Independent sources",
        "Sources are independent if their publishers differ and none is derived from another or from the same work. "
        "Of publishers joined in one name, one in common is enough; a longer name of a house is the same house. What a "
        "third source ties together is one. A source of unknown publisher adds nothing to others, and alone is one.",
        {"none": "None", "one": "One", "two": "Two", "more": "Three or more"},
        lambda thing, _: [("none", "one", "two", "more")[min(thing.independent, 3)]],
    ),
    _View(
        "terms",
        "Terms of the sources",
        "Open: a stated licence lets everybody pass on one of the sources. Restricted: the publishers of all of them "
        f"forbid it; the report warns above {RESTRICTED_LIMIT:.0%} of the claims. Licence: that of a source is stated, "
        "or its terms.",
        {"none": "No source", "open": "Open", "unknown": "Unknown", "restricted": "Restricted", "licence": "Licence"},
        lambda thing, _: [thing.terms, *(["licence"] if thing.licensed else [])],
    ),
    _View(
        "confidence",
        "Confidence",
        "How far the editors trust it, by the number and standing of the sources.",
        {"none": "Not said", "low": "Low", "medium": "Medium", "high": "High"},
        lambda thing, _: [thing.confidence],
    ),
    _View(
        "age",
        "Age of the newest source",
        "In calendar years up to that of the report; sources without a date are passed over where others have one.",
        {"none": "No date", "older": "Over 10", "upTo10": "6 to 10", "upTo5": "3 to 5", "upTo2": "Up to 2"},
        lambda thing, year: [_age(thing.newest, year)],
    ),
)


def _age(newest: int | None, year: int) -> str:
    if newest is None:
        return "none"
    return next((f"upTo{limit}" for limit in (2, 5, 10) if year - newest <= limit), "older")


def _counted(seen: Evidence, view: _View, year: int) -> Table:
    """Count the claims, and the things of kinds that have sources."""
    rows: list[Row] = []
    for kind in _ordered(seen):
        things = seen.kinds[kind]
        if kind in seen.claim_kinds or any(thing in seen.cited for thing in things):
            found = Counter(column for thing in things for column in view.sort(seen.standing(thing), year))
            counts = {column: found[column] for column in view.heads}
            rows.append({"kind": kind, "number": len(things), **counts})
    return Table(view.name, view.title, view.note, _KIND | dict(view.heads), rows, _total(seen, rows))


def _kinds(seen: Evidence) -> Table:
    rows: list[Row] = []
    for kind in _ordered(seen):
        spoken = [seen.languages.get(thing, ()) for thing in seen.kinds[kind]]
        lacking = {lang: sum(lang not in languages for languages in spoken) for lang in ("en", "ru")}
        said = {lang: number if any(spoken) else None for lang, number in lacking.items()}
        rows.append({"kind": kind, "number": len(spoken), **said})
    note = (
        "How many there are, and how many lack a label in English or Russian, of kinds that have labels; the query "
        "missing-labels names those without a Russian one."
    )
    heads = _KIND | {"en": "No English", "ru": "No Russian"}
    return Table("kinds", "Things and claims", note, heads, rows, _total(seen, rows))


def _ordered(seen: Evidence) -> list[str]:
    """Return the kinds: of things, then of claims."""
    return sorted(seen.kinds, key=lambda kind: (kind in seen.claim_kinds, kind.partition(":")[2].casefold()))


def _total(seen: Evidence, rows: Sequence[Row]) -> Row:
    """Return the sum of the rows that are about claims."""
    total: dict[str, str | int | None] = {"kind": "cami:Claim"}
    for row in rows:
        if row["kind"] in seen.claim_kinds:
            numbers = {column: cell for column, cell in row.items() if isinstance(cell, int)}
            total |= {column: int(total.get(column) or 0) + number for column, number in numbers.items()}
    return total


# Sources, links and disagreements


def _sources(seen: Evidence) -> Table:
    heads = _KIND | {
        "open": "Open",
        "unknown": "Unknown",
        "restricted": "Restricted",
        "unlicensed": "No licence",
        "unpublished": "No publisher",
        "undated": "No date",
    }
    by_kind: dict[str, list[Source]] = defaultdict(list)
    for source in seen.sources.values():
        by_kind[source.kind].append(source)
    rows: list[Row] = [{"kind": kind, "number": len(found), **_lacks(found)} for kind, found in sorted(by_kind.items())]
    note = "Whether they may be passed on, and how many do not name a licence or terms, a publisher, or a date."
    return Table("sources", "Sources", note, heads, rows)


def _lacks(sources: Sequence[Source]) -> dict[str, int]:
    terms = Counter(source.terms for source in sources)
    return {name: terms[name] for name in ("open", "unknown", "restricted")} | {
        "unlicensed": sum(not source.licensed for source in sources),
        "unpublished": sum(not source.publishers for source in sources),
        "undated": sum(source.year is None for source in sources),
    }


def _linkable(seen: Evidence) -> dict[str, list[str]]:
    """Return the things that records of other datasets may be about: those with a standing, and linked lists."""
    kinds = [kind for kind in _ordered(seen) if kind not in seen.claim_kinds and kind != "void:Linkset"]
    judged = {kind: seen.kinds[kind] for kind in kinds if any(thing in seen.confidence for thing in seen.kinds[kind])}
    lists = sorted(seen.lists.items())
    return judged | {scheme: listed for scheme, listed in lists if any(concept in seen.linked for concept in listed)}


def _links(seen: Evidence) -> Table:
    rows: list[Row] = []
    for kind, things in _linkable(seen).items():
        linked = sum(thing in seen.linked for thing in things)
        sought = sum(thing in seen.sought and thing not in seen.linked for thing in things)
        none = len(things) - linked - sought
        rows.append({"kind": kind, "number": len(things), "linked": linked, "sought": sought, "none": none})
    note = "How many things have a link to another dataset, or were looked for in one without being found there."
    heads = _KIND | {"linked": "Linked", "sought": "None found", "none": "No link"}
    return Table("links", "Links to other datasets", note, heads, rows)


def _linksets(seen: Evidence) -> Table:
    rows: list[Row] = []
    sets = sorted({linkset for linksets in (*seen.linked.values(), *seen.sought.values()) for linkset in linksets})
    linkable = _linkable(seen)
    for linkset in sets:
        for kind, things in linkable.items():
            linked = sum(linkset in seen.linked.get(thing, ()) for thing in things)
            sought = sum(linkset in seen.sought.get(thing, ()) for thing in things)
            if linked or sought:
                counts = {"number": len(things), "linked": linked, "sought": sought}
                rows.append({"linkset": linkset, "kind": kind, **counts})
    heads = {"linkset": "Dataset", "kind": "Kind", "number": "Number", "linked": "Linked", "sought": "None found"}
    return Table("linksets", "Links by dataset", "Only kinds that were looked for in the dataset.", heads, rows)


def _disagreements(graph: Graph) -> Table:
    found = ask(graph, "disagreements")
    columns = [found.columns.index(name) for name in ("kind", "property", "claim", "other")]
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in found.rows:
        kind, path, claim, other = (short(node) for at in columns if isinstance(node := row[at], ox.NamedNode))
        pairs[kind, path].append((claim, other))
    rows: list[Row] = [
        {"kind": kind, "property": path, "pairs": len(both), "claims": len({claim for pair in both for claim in pair})}
        for (kind, path), both in sorted(pairs.items())
    ]
    heads = {"kind": "Kind", "property": "Property", "pairs": "Pairs", "claims": "Claims"}
    note = "Claims about the same that differ, in pairs; the query disagreements names them."
    return Table("disagreements", "Open disagreements", note, heads, rows)
