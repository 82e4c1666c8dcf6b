"""Why an answer is empty: which value, let go, brings rows, and what was looked for and not found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from cami_kg.graph import Graph
from cami_kg.query import layout, sparql
from cami_kg.query.bind import bind, lexical_date
from cami_kg.query.names import ANYTHING, label, linked, literals, node, short, shown, things
from cami_kg.query.results import Answer
from cami_kg.query.saved import DATATYPES, Parameter
from cami_kg.query.sparql import Cell, Term
from cami_kg.terms import XSD

MOST = 5
"""How many values of a parameter are named at most."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value that has rows: the term, its label (empty if it has none), and how many rows."""

    term: Term
    label: str
    rows: int


@dataclass(frozen=True, slots=True)
class Release:
    """What comes when one parameter is let go and the others stay as they were given.

    Attributes:
        parameter: the one let go; an optional one is left out, a required one may be anything of its kind.
        given: what was given for it.
        rows: how many rows that brings.
        values: values of it that have rows, those with most rows first, at most `MOST`; for a date the nearest ones.
        others: how many more values have rows.
    """

    parameter: Parameter
    given: list[Term]
    rows: int
    values: list[Value]
    others: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """A claim that something was looked for and not found.

    Attributes:
        claim: the `cami:NoneFound`.
        subject, sought_in: what was looked for and where; `sources` say so. All three as names to show.
        date: the state of what was searched, as the source gives it, or an empty string.
    """

    claim: ox.NamedNode
    subject: str
    sought_in: str
    date: str
    sources: list[str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why there are no rows.

    Attributes:
        tried: the parameters that were let go, one at a time; required words, numbers and dates cannot be.
        releases: those that bring rows, most rows first.
        searches: what the graph says was looked for and not found about the things that were given.
    """

    tried: list[Parameter]
    releases: list[Release]
    searches: list[Search]

    def __str__(self) -> str:
        """Return the explanation as lines of text; empty if there is nothing to say."""
        lines = [_sentence(release) for release in self.releases]
        if self.tried and not self.releases:
            options = " or ".join(parameter.option for parameter in self.tried)
            lines.append(f"Another value for {options} alone brings no rows either.")
        for search in self.searches:
            state = f" (state of {search.date})" if search.date else ""
            by = f", says {'; '.join(search.sources)}" if search.sources else ""
            lines.append(f"Looked for and not found: {search.subject} in {search.sought_in}{state}{by}.")
        return "\n".join(map(layout.plain, lines))


def explain(answer: Answer, lang: str = "en") -> Explanation:
    """Return why an answer has no rows; an answer with rows needs no explanation, and has an empty one.

    Each parameter costs one query, the date up to three.

    Args:
        answer: what was found.
        lang: the language of labels.
    """
    if answer.rows:
        return Explanation([], [], [])
    given = [parameter for parameter in answer.query.params.values() if answer.bound.get(parameter.name)]
    tried = [parameter for parameter in given if not (parameter.required and parameter.kind in DATATYPES)]
    found = [release for parameter in tried if (release := _release(answer, parameter, lang))]
    found.sort(key=lambda release: (-release.rows, release.parameter.name))
    return Explanation(tried, found, _searches(answer, lang))


def explain_elsewhere(answer: Answer, lang: str = "en") -> str:
    """Return what the graph at hand says to a question that has no rows on an endpoint.

    Args:
        answer: what was found there; the same text is run here.
        lang: the language of labels.
    """
    here = Answer(answer.graph, answer.query, answer.sparql, answer.as_of, answer.bound)
    if count := len(here.rows):
        return f"The graph here has {count} row{'s' if count > 1 else ''} for this question."
    return "\n".join(filter(None, ("The graph here has none either.", str(explain(here, lang)))))


def _release(answer: Answer, parameter: Parameter, lang: str) -> Release | None:
    """Return what letting one parameter go brings, None if that is nothing."""
    freed = Answer(answer.graph, answer.query, _freed(answer, parameter))
    if not freed.rows:
        return None
    given = list(answer.bound[parameter.name])
    if parameter.name == "asOf":
        return Release(parameter, given, len(freed.rows), _dates(answer, freed))
    counts = Counter(_column(freed, parameter.name))
    ranked = sorted(counts, key=lambda term: (-counts[term], term.value))
    values = [Value(term, _label(answer.graph, term, lang), counts[term]) for term in ranked[:MOST]]
    return Release(parameter, given, len(freed.rows), values, max(len(ranked) - MOST, 0))


def _freed(answer: Answer, parameter: Parameter) -> str:
    """Return the text of the query with one parameter let go.

    The lines of an optional one are deleted, as always. A query may rely on a required one being bound, so that one
    gets everything of its kind; only where that cannot be listed its lines are deleted too.
    """
    bound = {name: list(terms) for name, terms in answer.bound.items()} | {parameter.name: []}
    if not parameter.required:
        return bind(answer.query, bound)
    if parameter.kind != ANYTHING:
        return bind(answer.query, bound | {parameter.name: list(things(answer.graph, parameter.kind).values())})
    return sparql.bind(bind(answer.query, bound), {parameter.name: []})


def _column(answer: Answer, name: str) -> Iterator[Term]:
    """Yield the things and literals in a column, for each row; nothing if there is no such column."""
    if name in answer.columns:
        place = answer.columns.index(name)
        cells: Iterator[Cell] = (row[place] for row in answer.rows)
        yield from (cell for cell in cells if isinstance(cell, ox.NamedNode | ox.Literal))


def _dates(answer: Answer, freed: Answer) -> list[Value]:
    """Return the last date before the one asked for, and the first after it, that have rows.

    They are where a row without the date ends and begins, and are tried.
    """
    asked = answer.bound["asOf"][0].value
    ends, starts = (_days(freed, column) for column in ("until", "from"))
    nearest = [*(day for day in ends if day < asked)][-1:] + [day for day in starts if day > asked][:1]
    values = []
    for day in nearest:
        term = ox.Literal(day, datatype=ox.NamedNode(XSD + "date"))
        bound = {name: list(terms) for name, terms in answer.bound.items()} | {"asOf": [term]}
        if rows := len(Answer(answer.graph, answer.query, bind(answer.query, bound)).rows):
            values.append(Value(term, "", rows))
    return values


def _days(answer: Answer, column: str) -> list[str]:
    return sorted({day for term in _column(answer, column) if (day := lexical_date(term.value))})


def _label(graph: Graph, term: Term, lang: str) -> str:
    return (label(graph, term, lang) or "") if isinstance(term, ox.NamedNode) else ""


def _searches(answer: Answer, lang: str) -> list[Search]:
    """Return the searches without result for things that were given; if their place was given too, only those there."""
    graph, given = answer.graph, {term for terms in answer.bound.values() for term in terms}
    subjects = [term for term in given if isinstance(term, ox.NamedNode)]
    quads = [quad for one in subjects for quad in graph.store.quads_for_pattern(None, node("cami:subject"), one)]
    claims = {quad.subject: quad.object for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    found = [claim for claim in claims if node("cami:NoneFound") in linked(graph, claim, "rdf:type")]
    there = [claim for claim in found if given & set(linked(graph, claim, "cami:soughtIn"))]
    return [_search(graph, claim, lang) for claim in sorted(there or found, key=lambda claim: claim.value)]


def _search(graph: Graph, claim: ox.NamedNode, lang: str) -> Search:
    def names(predicate: str, name: Callable[[ox.NamedNode], str]) -> list[str]:
        return [name(thing) for thing in sorted(linked(graph, claim, predicate), key=lambda thing: thing.value)]

    def named(thing: ox.NamedNode) -> str:
        return shown(graph, thing, lang)

    def cited(source: ox.NamedNode) -> str:
        title = label(graph, source, lang)
        return f"{title} ({short(source)})" if title else short(source)

    dates = sorted(date.value for date in literals(graph, claim, "cami:asOf"))
    subject, place = ", ".join(names("cami:subject", named)), ", ".join(names("cami:soughtIn", named))
    return Search(claim, subject, place, ", ".join(dates), names("prov:wasDerivedFrom", cited))


def _sentence(release: Release) -> str:
    rows = f"{release.rows} row{'s' if release.rows > 1 else ''}"
    parameter, values = release.parameter, [_value(value) for value in release.values]
    if release.others:
        values.append(f"and {release.others} more")
    if parameter.name == "asOf":
        return f"On other dates: {rows}" + (f", such as {parameter.option} {' or '.join(values)}." if values else ".")
    asked = " ".join(f"{parameter.option} {_written(term)}" for term in release.given)
    start = f"With another {parameter.option}" if parameter.required else f"Without {asked}"
    return f"{start}: {rows}" + (f", for {', '.join(values)}." if values else ".")


def _value(value: Value) -> str:
    return f"{_written(value.term)} ({value.label})" if value.label else _written(value.term)


def _written(term: Term) -> str:
    return short(term) if isinstance(term, ox.NamedNode) else term.value
