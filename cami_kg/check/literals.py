"""Literals that are wrong in themselves: days that do not exist, and forms that the store would change."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.bridge import Term
from cami_kg.turtle import written

LONGEST = 100_000
"""Characters that a literal may have; a longer one is a mistake, or an attack on whoever reads it."""

_TEXT = frozenset((terms.XSD + "string", terms.RDF + "langString"))


@dataclass(frozen=True, slots=True)
class _Form:
    """What a literal of some datatype looks like."""

    pattern: str
    words: str
    example: str = ""


_FORMS = {
    "date": _Form(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a day of the calendar"),
    "gYearMonth": _Form(r"[0-9]{4}-(0[1-9]|1[0-2])", "a month of a year"),
    "gYear": _Form(r"[0-9]{4}", "a year of four digits"),
    "integer": _Form(r"[+-]?[0-9]+", "a whole number", "digits only, such as 1200"),
    "decimal": _Form(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", "a decimal number", "digits and one point, such as 12.5"),
    "boolean": _Form(r"true|false|0|1", "a truth value", "true or false"),
}
_DATES = ("date", "gYearMonth", "gYear")


@dataclass(frozen=True, slots=True)
class Fault:
    """A literal that is wrong wherever it stands."""

    file: Path
    node: Term
    path: ox.NamedNode
    value: ox.Literal
    message: str
    fix: str


def faults(files: Iterable[Path]) -> Iterator[Fault]:
    """Yield the faulty literals of files that are Turtle, as the files (not the store) have them."""
    suspects: list[tuple[Path, Term, ox.NamedNode, ox.Literal]] = []
    for file in files:
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE):
            node, value = quad.subject, quad.object
            if isinstance(value, ox.Literal) and not isinstance(node, ox.Triple) and _is_suspect(value):
                suspects.append((file, node, quad.predicate, value))
    found = _problems({value for *_, value in suspects})
    for file, node, path, value in suspects:
        if value in found:
            yield Fault(file, node, path, value, *found[value])


def _is_suspect(literal: ox.Literal) -> bool:
    """Tell whether a literal has a form that can be wrong: most are plain or English text, and cannot."""
    return literal.datatype.value not in _TEXT or len(literal.value) > LONGEST


def _problems(literals: Iterable[ox.Literal]) -> dict[ox.Literal, tuple[str, str]]:
    """Return message and advice for each literal that has a problem."""
    found = {}
    for literal, stored in _as_stored(literals).items():
        kind = literal.datatype.value.removeprefix(terms.XSD)
        if len(literal.value) > LONGEST:
            found[literal] = (f"This text has {len(literal.value)} characters.", f"Keep to {LONGEST} at most.")
        elif kind in _FORMS and not _is_valid(literal.value, kind):
            fix = date_advice(literal.value) if kind in _DATES else f"Write {_FORMS[kind].example}."
            found[literal] = (f"{literal.value!r} is not {_FORMS[kind].words}.", fix)
        elif stored != literal:
            found[literal] = (f"{written(literal)} is not in canonical form.", f"Write {written(stored)}.")
    return found


def _as_stored(literals: Iterable[ox.Literal]) -> dict[ox.Literal, ox.Literal]:
    """Return each literal in the form that the store gives back."""
    numbered = dict(enumerate(literals))
    store = ox.Store()
    node = ox.NamedNode("urn:x")
    store.extend(ox.Quad(node, ox.NamedNode(f"urn:{number}"), literal) for number, literal in numbered.items())
    back = {int(quad.predicate.value.removeprefix("urn:")): quad.object for quad in store}
    return {literal: kept for number, literal in numbered.items() if isinstance(kept := back[number], ox.Literal)}


def _is_valid(text: str, kind: str) -> bool:
    if not re.fullmatch(_FORMS[kind].pattern, text):
        return False
    return kind != "date" or _is_day(text)


def _is_day(text: str) -> bool:
    year, month, day = (int(part) for part in text.split("-"))
    return day <= (monthrange(year, month)[1] if year else 31)


def date_advice(text: str) -> str:
    """Return how to write the date that `text` seems to mean."""
    text = re.sub(r"(Z|[+-]\d\d:\d\d|T.*)$", "", text.strip())
    if turned := re.fullmatch(r"(\d\d?)[./](\d\d?)[./](\d{4})", text):
        text = f"{turned[3]}-{turned[2]:0>2}-{turned[1]:0>2}"
    for kind in _DATES:
        if _is_valid(text, kind):
            return f'Write "{text}"^^xsd:{kind}.'
    if re.fullmatch(_FORMS["date"].pattern, text):
        month = text[:7]
        last = monthrange(int(text[:4]), int(text[5:7]))[1]
        return (
            f'Write a day that exists (this month ends with "{month}-{last}"^^xsd:date), or "{month}"^^xsd:gYearMonth.'
        )
    return 'Write year-month-day, such as "2014-05-23"^^xsd:date; "2014-05"^^xsd:gYearMonth if the day is not known.'
