"""Where a file says what: line and column of every triple.

rdflib's Turtle parser knows where it is but does not tell. `SinkParser` is private to rdflib, so the tests of this
module hold what is used of it: `object` reads a subject or an object, `objectList` the objects of one verb, and then
`makeStatement` is called once for each of these, in order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, MutableSequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import rdflib
from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser
from rdflib.term import Node

from cami_kg.bridge import Term, oxigraph_term

Place = tuple[int, int]
"""Line and column, counted from 1."""

_GAP = re.compile(r"(?:\s+|#[^\r\n]*)*")


class Positions:
    """The places of one file's triples, with literals in the form that the file gives them."""

    def __init__(self) -> None:
        self.subjects: dict[Term, Place] = {}
        self.verbs: dict[tuple[Term, Term], Place] = {}
        self.objects: dict[tuple[Term, Term, Term], Place] = {}

    def find(self, node: Term, path: Term | None = None, value: Term | None = None) -> Place | None:
        """Return the most exact known place: of the value, else of the verb, else of the node (where it is named)."""
        if path and value is not None and (place := self.objects.get((node, path, value))):
            return place
        if path and (place := self.verbs.get((node, path))):
            return place
        if place := self.subjects.get(node):
            return place
        return next((place for (_, _, object_), place in self.objects.items() if object_ == node), None)


def positions(path: Path) -> Positions:
    """Return the places of all triples of a Turtle file, except those inside `( … )`.

    The file is one that pyoxigraph could read. Where rdflib cannot, the places end.
    """
    text = path.read_text(encoding="utf-8")
    parser = _Parser(RDFSink(rdflib.Graph()), baseURI="", turtle=True)
    parser.text_starts_at(text)
    normalize, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        with suppress(SyntaxError):
            parser.loadBuf(text)
    finally:
        rdflib.NORMALIZE_LITERALS = normalize
    return parser.found


class _Parser(SinkParser):
    """rdflib's Turtle parser, noting where each subject, verb and object begins."""

    def text_starts_at(self, text: str) -> None:
        self.found = Positions()
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._subject: Place = (1, 1)
        self._lists: list[list[Place]] = []  # the object lists being read, the innermost last
        self._ready: Iterator[tuple[Place, Place]] = iter(())

    def _place(self, text: str, index: int) -> Place:
        gap = _GAP.match(text, index)
        start = gap.end() if gap else index
        line = bisect_right(self._line_starts, start)
        return line, start - self._line_starts[line - 1] + 1

    def verb(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:
        self._verb = self._place(argstr, i)
        return super().verb(argstr, i, res)

    def object(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:
        place = self._place(argstr, i)
        if self._lists:
            self._lists[-1].append(place)
        else:
            self._subject = place
        return super().object(argstr, i, res)

    def objectList(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:  # noqa: N802 - rdflib's name
        verb = self._verb
        objects: list[Place] = []
        self._lists.append(objects)
        end = super().objectList(argstr, i, res)
        self._lists.pop()
        self._ready = iter([(verb, place) for place in objects])
        return end

    def makeStatement(self, quadruple: tuple[Any, Node, Node, Node]) -> None:  # noqa: N802 - rdflib's name
        place = next(self._ready, None)
        if place is None:  # a triple that stands for a list, and has no place of its own
            return
        subject, verb, object_ = (
            oxigraph_term(self._store.normalise(None, term))  # bare numbers arrive as Python's
            for term in (quadruple[2], quadruple[1], quadruple[3])
        )
        self.found.subjects.setdefault(subject, self._subject)
        self.found.verbs.setdefault((subject, verb), place[0])
        self.found.objects.setdefault((subject, verb, object_), place[1])
