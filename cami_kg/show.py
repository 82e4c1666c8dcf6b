"""Everything about one thing: its own facts, every claim about it, and what each of them rests on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import pyoxigraph as ox

from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import layout
from cami_kg.query.bind import lexical_date
from cami_kg.query.names import ANYTHING, claim_classes, find, label, language, node, quoted, short, shown, slug
from cami_kg.terms import RDF

_TYPE = ox.NamedNode(RDF + "type")
# What `Statement` holds in fields of its own.
_EVIDENCE = frozenset(
    (
        "cami:asOf",
        "cami:confidence",
        "cami:dateNote",
        "cami:locator",
        "cami:supersededBy",
        "prov:wasDerivedFrom",
        "rdf:type",
        "schema:endDate",
        "schema:startDate",
    )
)
_WORDS = {
    "en": {
        "since": "from",
        "until": "until",
        "as of": "as of",
        "confidence": "confidence",
        "differs": "differs from",
        "superseded": "superseded by",
        "mentions": "Named by",
        "left out": "Claims that do not hold on {}: {}",
    },
    "ru": {
        "since": "с",
        "until": "до",
        "as of": "на",
        "confidence": "достоверность",
        "differs": "расходится с",
        "superseded": "заменено на",
        "mentions": "Упоминается в",
        "left out": "Утверждений, не действующих на {}: {}",
    },
}


@dataclass(frozen=True, slots=True)
class Citation:
    """A source as it is cited: CURIE, title and web address (empty where there is none)."""

    source: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A thing or a claim with its facts and evidence; texts are in the language asked for.

    Attributes:
        node: its IRI; `name` is its label or CURIE, `kind` the label of its class.
        facts: label of a property, and its values.
        since, until, as_of: dates as the source gives them, empty where it gives none; `note` is its own wording.
        superseded_by: the claims that take its place; `differs_from`: those that say otherwise.
    """

    node: ox.NamedNode
    name: str
    kind: str
    facts: list[tuple[str, list[str]]]
    since: str
    until: str
    as_of: str
    note: str
    confidence: str
    locators: list[str]
    citations: list[Citation]
    superseded_by: list[ox.NamedNode]
    differs_from: list[ox.NamedNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Portrait:
    """What `show` found.

    Attributes:
        about: the thing itself.
        claims: the claims that name it, by the label of their class.
        mentions: other things that name it: label of the property, and the things.
        left_out: how many claims do not hold on `as_of`.
    """

    about: Statement
    claims: dict[str, list[Statement]]
    mentions: list[tuple[str, list[str]]]
    as_of: date | None
    left_out: int
    lang: str

    def __str__(self) -> str:
        """Return the portrait as text of any width."""
        return self.text()

    def text(self, width: int | None = None) -> str:
        """Return the portrait for a terminal of that many columns."""
        return "\n".join(_Page(self.lang, width or 10_000).lines(self)) + "\n"


def show(graph: Graph, thing: str, as_of: date | str | None = None, lang: str = "en") -> Portrait:
    """Return everything about one thing.

    Args:
        graph: where to look.
        thing: slug, CURIE, IRI, label, code or scientific name.
        as_of: leave out the claims that do not hold on this date.
        lang: the language of labels.

    Raises:
        UsageError: the name fits nothing or several things, the date is none, or no label is in the language.
    """
    day, lang = _day(as_of), language(graph, lang)
    subject = find(graph, ANYTHING, thing)
    reader = Reader(graph, lang)
    named = _nodes(quad.subject for quad in graph.store.quads_for_pattern(None, None, subject))
    claims = [one for one in named if reader.is_claim(one)]
    kept = [one for one in claims if day is None or reader.holds(one, day.isoformat())]
    grouped: dict[str, list[Statement]] = defaultdict(list)
    for one in kept:
        statement = reader.statement(one, without=subject)
        grouped[statement.kind].append(statement)
    mentions = reader.mentions(subject, [one for one in named if one not in set(claims)])
    claims_by_kind = dict(sorted(grouped.items()))
    return Portrait(reader.statement(subject), claims_by_kind, mentions, day, len(claims) - len(kept), lang)


def _day(as_of: date | str | None) -> date | None:
    if as_of is None or isinstance(as_of, date):
        return as_of
    if (found := lexical_date(as_of)) is None:
        raise UsageError(f"{quoted(as_of)} is not a date.", hint="Write it like 2016-01-01.")
    return date.fromisoformat(found)


class Reader:
    """Reads statements out of a graph, with labels in one language."""

    def __init__(self, graph: Graph, lang: str) -> None:
        self.graph, self.lang = graph, lang
        self._claims = claim_classes(graph)
        self._rivals = _rivals(graph, self._claims)

    def is_claim(self, thing: ox.NamedNode) -> bool:
        """Tell whether a thing is a claim."""
        return bool(self._claims & set(self._nodes(thing, "rdf:type")))

    def statement(self, thing: ox.NamedNode, without: ox.NamedNode | None = None) -> Statement:
        """Read a thing; facts that only name `without`, whose portrait this is, are left out."""
        kinds = self._nodes(thing, "rdf:type")
        return Statement(
            node=thing,
            name=shown(self.graph, thing, self.lang),
            kind=", ".join(map(self.word, kinds)),
            facts=self._facts(thing, without),
            since=self._first(thing, "schema:startDate"),
            until=self._first(thing, "schema:endDate"),
            as_of=self._first(thing, "cami:asOf"),
            note=self._first(thing, "cami:dateNote"),
            confidence=self._first(thing, "cami:confidence"),
            locators=self._texts(thing, "cami:locator"),
            citations=[self._citation(source) for source in self._nodes(thing, "prov:wasDerivedFrom")],
            superseded_by=self._nodes(thing, "cami:supersededBy"),
            differs_from=self._rivals.get(thing, []),
        )

    def holds(self, claim: ox.NamedNode, day: str) -> bool:
        """Say whether a claim holds on a day; a coarse date counts from its first day to its last."""
        since = self._first(claim, "schema:startDate") or self._first(claim, "cami:adopted")
        until = self._first(claim, "schema:endDate")
        successors = self._nodes(claim, "cami:supersededBy")
        replaced = any(self._first(successor, "schema:startDate") <= day for successor in successors)
        return since <= day and (not until or day <= until + "~") and not replaced

    def mentions(self, subject: ox.NamedNode, things: Iterable[ox.NamedNode]) -> list[tuple[str, list[str]]]:
        """Return the things that name the subject, by the label of the property."""
        found: dict[str, list[str]] = defaultdict(list)
        for thing in things:
            for quad in self.graph.store.quads_for_pattern(thing, None, subject):
                found[self.word(quad.predicate)].append(self._choice(thing))
        return sorted(found.items())

    def _facts(self, thing: ox.NamedNode, without: ox.NamedNode | None) -> list[tuple[str, list[str]]]:
        values: dict[ox.NamedNode, list[str]] = defaultdict(list)
        for quad in self.graph.store.quads_for_pattern(thing, None, None):
            text = self.value(quad.object)
            is_name = quad.predicate == node("skos:prefLabel") and text == label(self.graph, thing, self.lang)
            if quad.object != without and short(quad.predicate) not in _EVIDENCE and not is_name:
                values[quad.predicate].append(text)
        names = {predicate: self.word(predicate) for predicate in values}
        return sorted((names[predicate], sorted(set(texts))) for predicate, texts in values.items())

    def word(self, term: ox.NamedNode) -> str:
        """Return the label of a class or property; borrowed words without one say it in their name."""
        return label(self.graph, term, self.lang) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", slug(term)).lower()

    def value(self, value: object) -> str:
        """Return a term as people read it: a label, a CURIE, or the text with its language if that is another."""
        if isinstance(value, ox.NamedNode):
            return shown(self.graph, value, self.lang)
        if isinstance(value, ox.Literal):
            foreign = value.language and value.language != self.lang
            return f"{value.value} ({value.language})" if foreign else value.value
        return str(value)

    def _citation(self, source: ox.NamedNode) -> Citation:
        return Citation(short(source), label(self.graph, source, self.lang) or "", self._first(source, "schema:url"))

    def _choice(self, thing: ox.NamedNode) -> str:
        name = label(self.graph, thing, self.lang)
        return f"{name} ({short(thing)})" if name else short(thing)

    def _first(self, thing: ox.NamedNode, predicate: str) -> str:
        return next(iter(self._texts(thing, predicate)), "")

    def _texts(self, thing: ox.NamedNode, predicate: str) -> list[str]:
        quads = self.graph.store.quads_for_pattern(thing, node(predicate), None)
        return sorted({self.value(quad.object) for quad in quads})

    def _nodes(self, thing: ox.NamedNode, predicate: str) -> list[ox.NamedNode]:
        quads = self.graph.store.quads_for_pattern(thing, node(predicate), None)
        return _nodes(quad.object for quad in quads)


def _nodes(terms: Iterable[object]) -> list[ox.NamedNode]:
    """Return the things with an IRI, each once, in order of IRI."""
    return sorted({term for term in terms if isinstance(term, ox.NamedNode)}, key=lambda thing: thing.value)


def _rivals(graph: Graph, classes: Iterable[ox.NamedNode]) -> dict[ox.NamedNode, list[ox.NamedNode]]:
    """Return, for each claim that others disagree with, those others.

    The second claim about the same has the name of the first with the slug of its source appended.
    """
    quads = [quad for kind in classes for quad in graph.store.quads_for_pattern(None, _TYPE, kind)]
    claims = set(_nodes(quad.subject for quad in quads))
    groups: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    for claim in claims:
        for quad in graph.store.quads_for_pattern(claim, node("prov:wasDerivedFrom"), None):
            ending = "-" + slug(quad.object) if isinstance(quad.object, ox.NamedNode) else ""
            first = ox.NamedNode(claim.value.removesuffix(ending))
            if first != claim and first in claims:
                groups.setdefault(first, [first]).append(claim)
    members = {one: group for group in groups.values() for one in group}
    return {one: _nodes(other for other in group if other != one) for one, group in members.items()}


class _Page:
    """Lays a portrait out as lines of text."""

    def __init__(self, lang: str, width: int) -> None:
        self.words, self.width = _WORDS.get(lang, _WORDS["en"]), width

    def lines(self, portrait: Portrait) -> list[str]:
        about = portrait.about
        lines = [f"{layout.plain(about.name)}  {short(about.node)}", f"{about.kind}  {about.node.value}"]
        lines += [when, ""] if (when := self._when(about)) else [""]
        lines += [line for name, values in about.facts for line in self._fact(name, values)]
        lines += self._evidence(about, "  ")
        for kind, statements in portrait.claims.items():
            lines += ["", f"{kind} ({len(statements)})"]
            lines += [line for statement in statements for line in self._claim(statement)]
        if portrait.mentions:
            lines += ["", self.words["mentions"]]
            lines += [line for name, things in portrait.mentions for line in self._fact(name, things)]
        if portrait.left_out:
            lines += ["", self.words["left out"].format(portrait.as_of, portrait.left_out)]
        return lines

    def _fact(self, name: str, values: list[str]) -> list[str]:
        return [line for value in values for line in self._hanging(f"  {name}: ", value)]

    def _claim(self, claim: Statement) -> list[str]:
        name = "" if claim.name == short(claim.node) else layout.plain(claim.name)
        head = self._hanging("  ", "  ".join(filter(None, (short(claim.node), name, self._when(claim)))))
        facts = "; ".join(f"{name}: {', '.join(values)}" for name, values in claim.facts)
        return head + (self._hanging("    ", facts) if facts else []) + self._evidence(claim, "    ")

    def _when(self, claim: Statement) -> str:
        dates = (("since", claim.since), ("until", claim.until), ("as of", claim.as_of))
        parts = [f"{self.words[word]} {day}" for word, day in dates if day]
        return " ".join([*parts, f"“{claim.note}”"] if claim.note else parts)

    def _evidence(self, statement: Statement, indent: str) -> list[str]:
        lines: list[str] = []
        for word, others in (("superseded", statement.superseded_by), ("differs", statement.differs_from)):
            if others:
                lines += self._hanging(f"{indent}! {self.words[word]} ", ", ".join(map(short, others)))
        for source in statement.citations:
            lines += self._hanging(f"{indent}← ", "  ".join(filter(None, (source.source, source.title, source.url))))
        if statement.locators:
            lines += self._hanging(f"{indent}  ", "; ".join(statement.locators))
        if statement.confidence:
            lines += self._hanging(f"{indent}{self.words['confidence']}: ", statement.confidence)
        return lines

    def _hanging(self, start: str, text: str) -> list[str]:
        """Return a text behind a start, its further lines indented as far."""
        indent = " " * (len(start) if len(start) <= self.width // 3 else len(start) - len(start.lstrip()) + 2)
        room = max(self.width - len(start), 20)
        head, *rest = (line.rstrip() for line in layout.wrap(layout.plain(text), room, whole=True))
        return [start + head, *(indent + line for line in rest)]
