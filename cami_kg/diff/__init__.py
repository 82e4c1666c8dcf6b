"""Change notes: what differs between two states of the graph, in words of the domain."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import groupby

from cami_kg.diff.answers import Changed, changed
from cami_kg.diff.changes import KINDS, Change, changes
from cami_kg.diff.sides import read
from cami_kg.errors import UsageError
from cami_kg.graph import Graph
from cami_kg.query import layout
from cami_kg.query.names import language

__all__ = ["KINDS", "Change", "Changed", "Difference", "diff", "read"]

_SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two graphs.

    Attributes:
        changes: the things and claims that differ; answers: the saved queries that answer otherwise.
        as_of: the date that the queries were asked for.
        vanished: the published IRIs that are gone, which must not be.
    """

    changes: list[Change]
    answers: list[Changed]
    as_of: str
    vanished: list[str]

    def json(self) -> str:
        """Return the fields of this class, of `Change` and of `Changed` as a JSON object with the same names."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    def markdown(self) -> str:
        """Return the change notes as Markdown."""
        if not (self.changes or self.answers):
            return "Nothing changed.\n"
        lines = _section("Vanished, which no published IRI may", [f"- {layout.markdown(iri)}" for iri in self.vanished])
        for kind, group in groupby(self.changes, lambda one: one.kind):
            notes = [f"- {layout.markdown(one.about)}: {layout.markdown(one.text)}" for one in group]
            lines += _section(f"{kind[0].upper()}{kind[1:]} ({len(notes)})", notes)
        notes = [line for answer in self.answers for line in _rows(answer)]
        lines += _section(f"Answers that changed, as of {self.as_of}", notes)
        return "\n".join(lines[1:]) + "\n"


def diff(old: Graph, new: Graph, lang: str = "en") -> Difference:
    """Compare two graphs.

    Args:
        old: the graph as it was.
        new: the graph as it is; its saved queries are asked on both.
        lang: the language of labels.

    Raises:
        UsageError: no label is in the language.
    """
    lang = language(new, lang)
    if set(old.store) == set(new.store):
        return Difference([], [], "", [])
    told, vanished = changes(old, new, lang)
    day, answers = changed(old, new, lang)
    return Difference(told, answers, day, vanished)


def render(difference: Difference, form: str) -> str:
    """Return the notes in a format: md or json."""
    if form not in ("md", "json"):
        raise UsageError(f"There is no format {form[:60]!r}.", hint="Choose md or json.")
    return difference.markdown() if form == "md" else difference.json()


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"## {title}", "", *lines] if lines else []


def _rows(answer: Changed) -> list[str]:
    lines = [f"- `{answer.query}`: {len(answer.gained)} rows new, {len(answer.lost)} rows gone"]
    for word, rows in (("new", answer.gained), ("gone", answer.lost)):
        lines += [f"  - {word}: {layout.markdown(' | '.join(filter(None, row)))}" for row in rows[:_SHOWN_ROWS]]
    return lines
