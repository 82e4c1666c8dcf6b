"""Change notes: what differs between two states of the graph, in words of the domain."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import groupby

from cami_kg.diff.answers import Changed, changed
from cami_kg.diff.changes import KINDS, Change, changes
from cami_kg.diff.sides import read
from cami_kg.graph import Graph
from cami_kg.query import layout
from cami_kg.query.names import language

__all__ = ["FORMATS", "KINDS", "Change", "Changed", "Difference", "diff", "read"]

Note = tuple[str, list[str]]
"""A sentence, and lines below it."""

Section = tuple[str, list[Note]]
"""A heading, and what stands under it."""

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
        lines = []
        for title, notes in self._sections():
            lines += ["", f"## {title}", ""]
            for note, rows in notes:
                lines += [f"- {layout.markdown(note)}", *(f"  - {layout.markdown(row)}" for row in rows)]
        return "\n".join(lines[1:] or ["Nothing changed."]) + "\n"

    def html(self) -> str:
        """Return the change notes as a page."""
        from cami_kg.page import page

        return page("diff.html", sections=self._sections())

    def _sections(self) -> list[Section]:
        sections: list[Section] = [("Vanished, which no published IRI may", [(iri, []) for iri in self.vanished])]
        for kind, group in groupby(self.changes, lambda one: one.kind):
            notes: list[Note] = [(f"{one.about}: {one.text}", []) for one in group]
            sections.append((f"{kind[0].upper()}{kind[1:]} ({len(notes)})", notes))
        sections.append((f"Answers that changed, as of {self.as_of}", [_note(answer) for answer in self.answers]))
        return [section for section in sections if section[1]]


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


FORMATS: dict[str, Callable[[Difference], str]] = {
    "md": Difference.markdown,
    "json": Difference.json,
    "html": Difference.html,
}
"""How change notes are written, by the word of `--format`."""


def _note(answer: Changed) -> Note:
    rows = [
        f"{word}: {' | '.join(filter(None, row))}"
        for word, found in (("new", answer.gained), ("gone", answer.lost))
        for row in found[:_SHOWN_ROWS]
    ]
    return f"{answer.query}: {len(answer.gained)} rows new, {len(answer.lost)} rows gone", rows
