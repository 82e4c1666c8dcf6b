"""Parameters: what a caller gives becomes terms of the asked type, or an error that says what would do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import pyoxigraph as ox

from cami_kg.errors import UsageError, nearest
from cami_kg.graph import Graph
from cami_kg.query import sparql
from cami_kg.query.names import find, quoted
from cami_kg.query.saved import DATATYPES, Parameter, SavedQuery
from cami_kg.terms import expand

Values = Mapping[str, object]
"""What a caller gives: by parameter, a word or several; anything else than text counts as its `str`."""

_DAY = "xsd:date"
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}


def bind(query: SavedQuery, terms: Mapping[str, list[sparql.Term]]) -> str:
    """Return the text of the query with these terms in place of what its `VALUES` lines hold.

    Lines of an optional parameter without terms are deleted; a required one without keeps its example.
    """
    asked = {name: terms.get(name, []) for name, parameter in query.params.items() if not parameter.required}
    return sparql.bind(query.text, asked | {name: given for name, given in terms.items() if given})


def terms(graph: Graph, query: SavedQuery, values: Values) -> dict[str, list[sparql.Term]]:
    """Return the terms for each parameter of a query; parameters let go get none.

    Raises:
        UsageError: an unknown parameter, a value that does not exist or is ambiguous, or a required value is missing.
    """
    given = {_name(query, name): words for name, words in values.items()}
    return {parameter.name: _terms(graph, parameter, given) for parameter in query.params.values()}


def term(graph: Graph, kind: str, word: str) -> sparql.Term:
    """Return the term of a type (a datatype, class or scheme) that a word means."""
    if kind not in DATATYPES:
        return find(graph, kind, word)
    if (value := _LEXICAL[kind](word)) is None:
        raise UsageError(f"{quoted(word)} is not {_WANTED[kind]}.", hint=f"Write it like {DATATYPES[kind]}.")
    try:
        return ox.Literal(value, datatype=ox.NamedNode(expand(kind)))
    except ValueError:  # half of a surrogate pair, which is no character
        raise UsageError(f"{quoted(word)} is not text.", hint="Write whole Unicode characters.") from None


def lexical_date(word: str) -> str | None:
    """Return the day that a date means: itself, or the last day of a year or month; None if it is no date."""
    if not (found := _DATE.fullmatch(word.strip())):
        return None
    year, month, day = int(found[1]), int(found[2] or 12), int(found[3] or 1)
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    return (first if found[3] else _last_day(first)).isoformat()


def on(query: SavedQuery, day: date) -> dict[str, list[sparql.Term]]:
    """Return the terms that ask a query with its own examples for a day: nothing if it has no `asOf`."""
    return (
        {"asOf": [ox.Literal(day.isoformat(), datatype=ox.NamedNode(expand(_DAY)))]} if "asOf" in query.params else {}
    )


def _last_day(first: date) -> date:
    """Return the last day of the month that begins with `first`."""
    from calendar import monthrange

    return first.replace(day=monthrange(first.year, first.month)[1])


_LEXICAL: dict[str, Callable[[str], str | None]] = {
    _DAY: lexical_date,
    "xsd:integer": lambda word: str(int(word)) if _INTEGER.fullmatch(word.strip()) else None,
    "xsd:string": lambda word: word,
    "xsd:boolean": lambda word: _BOOLEANS.get(word.strip().casefold()),
}
_WANTED = {_DAY: "a date", "xsd:integer": "a whole number", "xsd:boolean": "true or false"}


def _name(query: SavedQuery, word: str) -> str:
    """Return the parameter that is meant; `known_by` and `known-by` mean `knownBy`."""
    known = {_squeezed(name): name for name in query.params}
    if (squeezed := _squeezed(word)) in known:
        return known[squeezed]
    near = nearest(word[:60], query.params)
    has = f"It has {', '.join(query.params)}." if query.params else "It has none."
    hint = f"Did you mean {', '.join(near)}?" if near else has
    raise UsageError(f"The query {query.name} has no parameter {quoted(word)}.", hint=hint)


def _squeezed(name: str) -> str:
    return name.replace("-", "").replace("_", "").casefold()


def _terms(graph: Graph, parameter: Parameter, given: Values) -> list[sparql.Term]:
    words = _words(given.get(parameter.name))
    if not words and parameter.required:
        raise UsageError(
            f"The query needs a value for {parameter.name} ({parameter.kind}).",
            hint=f"Give {parameter.option}, such as {parameter.option} {typed(parameter)}.",
        )
    found = list(dict.fromkeys(term(graph, parameter.kind, word) for word in words))
    if parameter.kind == _DAY and len(found) > 1:  # rows do not say for which of several dates they are
        raise UsageError(f"{parameter.option} takes one date; {len(found)} were given.", hint="Ask once for each date.")
    return found


def _words(given: object) -> list[str]:
    """Return what was given as a list of words; None is none."""
    if given is None:
        return []
    if isinstance(given, Iterable) and not isinstance(given, str):
        return [_word(item) for item in given]
    return [_word(given)]


def _word(item: object) -> str:
    if isinstance(item, ox.NamedNode | ox.Literal):
        return item.value
    return str(item).lower() if isinstance(item, bool) else str(item)


def typed(parameter: Parameter) -> str:
    """Return the example as a person would type it."""
    first = sparql.tokens(parameter.example)[0]
    return first.text.strip("\"'") if first.kind == "string" else first.text.rpartition(":")[2]
