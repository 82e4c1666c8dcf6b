"""The graph as files: six RDF formats with the same triples, the same bytes from the same sources."""

from __future__ import annotations

import gzip
import heapq
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox
import zstandard

from cami_kg import terms
from cami_kg.errors import CamiError, parse_error
from cami_kg.graph import Graph
from cami_kg.publish import jsonld
from cami_kg.publish.canonical import Written, write_canonical

FORMATS = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
"""The table of formats, by file ending."""

_WITH_GRAPHS = frozenset(("nq", "trig"))  # these keep the named graph, that is the source file, of each triple
_GZIP_LEVEL = 6  # 9 saves a tenth of the bytes and takes four times the time
_ZSTD_LEVEL = 10  # smaller than gzip's, and read several times faster
_TYPE = ox.NamedNode(terms.RDF + "type")


def write_dumps(graph: Graph, folder: Path, progress: Callable[[str], None]) -> None:
    """Write the dumps into a new folder.

    They are `cami.<ending>` for every format; `derived.nq`, what the rules derive, each rule in its graph;
    `cami-and-derived.nt`, both together; each of these also as `.gz` and `.zst`; and `shapes.ttl`.

    Raises:
        CamiError: a source holds what a dump cannot say, or a dump does not read back as what was written.
    """
    folder.mkdir()
    files = {ending: folder / f"cami.{ending}" for ending in FORMATS}
    by_graph = folder / "by-graph.nq"
    progress("N-Quads and N-Triples")
    written = write_canonical(graph, files["nq"], files["nt"], by_graph)
    prefixes = {prefix: name for prefix, name in terms.prefixes().items() if name in written.namespaces}
    context = json.loads((graph.home.ontology / "context.jsonld").read_bytes())["@context"]
    for ending in (ending for ending in FORMATS if ending not in ("nq", "nt")):
        progress(FORMATS[ending].name)
        quads = _type_first(_read(by_graph if ending in _WITH_GRAPHS else files["nt"]))
        with files[ending].open("wb") as out:
            write(quads, ending, prefixes, context, out)
    by_graph.unlink()
    progress("derived triples")
    derived = _write_derived(graph, files["nt"], folder)
    _write_shapes(graph.home.ontology / "shape", folder / "shapes.ttl")
    progress("compressing, and reading back")
    with ThreadPoolExecutor(1) as beside:
        compressed = beside.map(_compress, [*files.values(), *derived])
        _verify(files, written)
    list(compressed)  # raises what went wrong there


def write(
    quads: Iterable[ox.Quad], ending: str, prefixes: Mapping[str, str], context: Mapping[str, Any], out: IO[bytes]
) -> None:
    """Write quads, grouped by subject, in one format with the prefixes it has a use for."""
    if ending == "jsonld":
        jsonld.write(quads, context, out)
        return
    if ending == "rdf":  # prefixes stand in the names of elements, never in IRIs of things
        prefixes = {prefix: name for prefix, name in prefixes.items() if not name.startswith(terms.ID)}
    else:
        out.writelines(f"@prefix {prefix}: <{name}> .\n".encode() for prefix, name in prefixes.items())
        out = cast("IO[bytes]", _Body(out, header=len(prefixes)))
    ox.serialize(quads, out, format=FORMATS[ending], prefixes=dict(prefixes))


class _Body:
    """A file that swallows the lines of prefixes that the serializer writes first, in an order of its own."""

    def __init__(self, out: IO[bytes], header: int) -> None:
        self._out, self._header = out, header

    def write(self, data: bytes) -> int:
        start = 0
        while self._header and (end := data.find(b"\n", start)) >= 0:
            start = end + 1
            self._header -= 1
        if not self._header:
            self._out.write(data[start:])
        return len(data)

    def flush(self) -> None:
        self._out.flush()


def _type_first(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads that are sorted by subject, with the class of each subject before the rest."""
    for _, group in groupby(quads, key=attrgetter("subject")):
        yield from sorted(group, key=lambda quad: quad.predicate != _TYPE)


def _read(path: Path) -> Iterator[ox.Quad]:
    ending = path.suffix[1:]
    return jsonld.read(path) if ending == "jsonld" else ox.parse(path=path, format=FORMATS[ending])


def _verify(files: Mapping[str, Path], written: Written) -> None:
    """Parse every dump and raise unless it has the number, and the sum of hashes, of what was to be written."""
    counts = {"nq": written.quads, "nt": written.triples}
    model: dict[str, tuple[int, int]] = {}
    for ending, path in files.items():
        same = "nq" if ending in _WITH_GRAPHS else "nt"
        try:
            found = _tally(_read(path))
        except SyntaxError as error:
            raise _unlike(ending, f"cannot be read back: {error}") from None
        if found != model.setdefault(same, found) or found[0] != counts[same]:
            raise _unlike(ending, f"reads back as {found[0]} statements, not as the {counts[same]} written")


def _unlike(ending: str, how: str) -> CamiError:
    return CamiError(
        f"The {FORMATS[ending].name} dump {how}.", hint="Publish again; if that does not help, report this."
    )


def _tally(quads: Iterable[ox.Quad]) -> tuple[int, int]:
    """Return how many quads there are, and a sum that does not depend on their order."""
    count = total = 0
    for quad in quads:
        count += 1
        total += hash(quad)
    return count, total


def _write_derived(graph: Graph, source: Path, folder: Path) -> list[Path]:
    """Write the derived triples apart, as N-Quads, and together with those of the sources, as N-Triples."""
    apart, together = folder / "derived.nq", folder / "cami-and-derived.nt"
    quads = sorted({f"{quad} .\n".encode() for quad in graph.derived()})
    apart.write_bytes(b"".join(quads))
    triples = sorted({quad.rsplit(b" ", 2)[0] + b" .\n" for quad in quads})
    with source.open("rb") as said, together.open("wb") as out:
        out.writelines(line for line, _ in groupby(heapq.merge(said, triples)))
    return [apart, together]


def _compress(path: Path) -> None:
    """Write `<path>.gz`, without a name or a time in it, and `<path>.zst`."""
    with (
        path.open("rb") as plain,
        path.with_name(path.name + ".gz").open("wb") as out,
        gzip.GzipFile("", "wb", _GZIP_LEVEL, out, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, 1 << 20)
    with path.open("rb") as plain, path.with_name(path.name + ".zst").open("wb") as out:
        zstandard.ZstdCompressor(_ZSTD_LEVEL, write_checksum=True).copy_stream(plain, out, path.stat().st_size)


def _write_shapes(folder: Path, out: Path) -> None:
    """Write all shapes one file after the other; they have blank nodes, so they are no part of the other dumps."""
    texts = {path: path.read_bytes() for path in sorted(folder.glob("*.ttl"))}
    out.write_bytes(b"\n".join(f"# {path.name}\n".encode() + text for path, text in texts.items()))
    together, apart = _count(out), sum(_count(path) for path in texts)
    if together != apart:
        raise CamiError(f"The shapes have {apart} triples in their files, but {together} together.", where=folder)


def _count(path: Path) -> int:
    try:
        return sum(1 for _ in ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise parse_error(error, path) from None
