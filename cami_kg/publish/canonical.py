"""The canonical form of the graph: its distinct N-Quads, sorted by their bytes.

It is made from the source files, parsed again: the store of a loaded graph rewrites some literals. Data has no blank
nodes, so there is nothing to relabel. All other dumps are streamed from it.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pyoxigraph as ox

from cami_kg.errors import CamiError, parse_error
from cami_kg.graph import Graph

_RUN = 500_000  # lines sorted in memory at once: some 100 MB
_BLANK = re.compile(rb"^_:| _:\S+ \.$", re.MULTILINE)
# Characters that N-Triples escapes, and U+FFFE and U+FFFF, which XML cannot carry either.
_SPECIAL = re.compile(rb"\\(?:u.{4}|.)|\xef\xbf[\xbe\xbf]")
_FIT_FOR_XML = frozenset((rb"\"", rb"\\", rb"\n", rb"\t", rb"\u007F"))


@dataclass(frozen=True)
class Written:
    """What the canonical files hold.

    Attributes:
        quads, triples: distinct ones; a triple that two files say counts twice among the quads.
        namespaces: those that the source files declare.
    """

    quads: int
    triples: int
    namespaces: frozenset[str]


def write_canonical(graph: Graph, quads: Path, triples: Path, by_graph: Path) -> Written:
    """Write the graph as sorted N-Quads, as sorted N-Triples, and as N-Quads sorted by graph.

    Raises:
        CamiError: a source holds what a dump cannot say: a blank node or a control character.
    """
    namespaces: set[str] = set()
    count, distinct, last = 0, 0, b""
    with quads.open("wb") as nq, triples.open("wb") as nt, by_graph.open("wb") as grouped:
        lines = _source_lines(graph, namespaces, grouped)
        for line in sorted_lines(lines, folder=quads.parent):
            nq.write(line)
            count += 1
            triple = line.rsplit(b" ", 2)[0]
            if triple != last:
                nt.write(triple + b" .\n")
                distinct += 1
                last = triple
    return Written(count, distinct, frozenset(namespaces))


def _source_lines(graph: Graph, namespaces: set[str], copy: IO[bytes]) -> Iterator[bytes]:
    """Yield the N-Quads of the source files, and copy them; within a file, the files by IRI, they are sorted."""
    for name, path in sorted(graph.files.items()):
        try:
            parser = ox.parse(path=path, format=ox.RdfFormat.TURTLE)
            text = ox.serialize(parser, format=ox.RdfFormat.N_TRIPLES) or b""
        except SyntaxError as error:
            raise parse_error(error, path) from None
        except OSError as error:
            raise CamiError(f"The file cannot be read any more: {error}.", where=path, hint="Publish again.") from None
        _refuse_unsayable(text, path)
        namespaces.update(parser.prefixes.values())
        end = f"<{name}> .\n".encode()
        lines = [line[:-2] + end for line in sorted(set(text.splitlines(keepends=True)))]
        copy.writelines(lines)
        yield from lines


def sorted_lines(lines: Iterable[bytes], *, folder: Path, run: int = _RUN) -> Iterator[bytes]:
    """Yield lines in the order of their bytes; from `run` lines on they are sorted in pieces that wait in `folder`."""
    lines = iter(lines)
    piece = sorted(islice(lines, run))
    if len(piece) < run:
        yield from piece
        return
    with ExitStack() as files:
        pieces = []
        while piece:
            file = files.enter_context(TemporaryFile(dir=folder))
            file.writelines(piece)
            file.seek(0)
            pieces.append(file)
            piece = sorted(islice(lines, run))
        yield from heapq.merge(*pieces)


def _refuse_unsayable(text: bytes, path: Path) -> None:
    """Raise for N-Triples that not every format can carry, or that have no canonical form without relabelling."""
    if b"_:" in text and _BLANK.search(text):
        raise CamiError("A blank node has no name in a dump.", where=path, hint="Give the node an IRI of its own.")
    special = _SPECIAL.finditer(text) if b"\\" in text or b"\xef\xbf" in text else ()
    if found := next((found for found in special if found[0] not in _FIT_FOR_XML), None):
        start = text.rfind(b"\n", 0, found.start()) + 1
        subject = text[start : found.start()].split(b" ", 1)[0].decode()
        raise CamiError(
            f"A text of {subject} holds a control character, which RDF/XML cannot carry.",
            where=path,
            hint="Delete that character; lines of a long text end in a line feed alone.",
        )
