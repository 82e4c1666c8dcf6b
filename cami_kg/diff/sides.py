"""The two sides of a comparison: a folder, a dump, a release, an archive or a git revision, read into memory.

Archives are read member by member and never unpacked, so that nothing in them can reach the disk.
"""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.errors import CamiError, UsageError, parse_error
from cami_kg.graph import Graph, load
from cami_kg.home import Home, home
from cami_kg.query.names import quoted

LARGEST = 512 * 2**20
"""How many bytes a compressed file or an archive may hold, unpacked."""

MOST_MEMBERS = 100_000
"""How many members an archive may have."""

_DUMPS = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".ttl": ox.RdfFormat.TURTLE,
}
_ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")
_DUMP = "dumps/cami.nq"
_SOURCE = re.compile(
    r"(?P<top>[^/]+/)?(?:(?P<path>(?:data/[^/]+|ontology(?:/scheme)?)/[^/.][^/]*\.ttl)|dumps/cami\.nq)"
)
Member = tuple[str, bytes]


def read(side: str) -> Graph:
    """Read one side of a comparison.

    Args:
        side: a folder of claims, a checkout, a release, a dump, an archive of one of these, or a git revision.

    Raises:
        UsageError: it is none of these.
        CamiError: it cannot be read, or an archive is not safe to read.
    """
    path = Path(side)
    try:
        if side and path.is_dir():
            return _folder(path)
        if path.is_file():
            return _archive(path) if path.name.endswith(_ARCHIVES) else _dump(path)
    except OSError as error:
        raise CamiError(f"This cannot be read: {error.strerror or error}.", where=path) from None
    return _revision(side)


def _folder(path: Path) -> Graph:
    if (path / _DUMP).is_file():
        return _dump(path / _DUMP)
    if not (path / "data").is_dir():
        return load(path)
    files = [file for part in ("data", "ontology") for file in sorted((path / part).rglob("*.ttl"))]
    place = Home(path, editable=False) if (path / "queries").is_dir() else home()
    return _sources(((file.relative_to(path).as_posix(), file.read_bytes()) for file in files), path, place)


def _sources(members: Iterable[Member], where: Path, place: Home | None = None) -> Graph:
    """Read the files of a checkout, each into its graph; of an archive with a dump only the dump."""
    store = ox.Store()
    for name, content in members:
        if not (found := _SOURCE.fullmatch(name)):
            continue
        if not (path := found["path"]):
            return _graph(_parsed(content, ".nq", where))
        folder, _, file = path.removeprefix("data/").rpartition("/")
        name_of_graph = ox.NamedNode(terms.graph_iri(folder.rpartition("/")[2], file.removesuffix(".ttl")))
        store.extend(
            ox.Quad(one.subject, one.predicate, one.object, name_of_graph)
            for one in _triples(content, ".ttl", where / name)
        )
    if not len(store):
        raise CamiError("No graph is in it.", where=where, hint="It should hold data/ and ontology/, or dumps/cami.nq.")
    return _graph(store, place)


def _triples(content: bytes, ending: str, where: Path) -> Iterator[ox.Triple]:
    try:
        for quad in ox.parse(input=content, format=_DUMPS[ending]):
            yield quad.triple
    except SyntaxError as error:
        raise parse_error(error, where) from None


def _dump(path: Path) -> Graph:
    packing = path.suffix if path.suffix in (".gz", ".zst") else ""
    ending = Path(path.name.removesuffix(packing)).suffix
    if ending not in _DUMPS:
        hint = f"Dumps end in {', '.join(_DUMPS)}, archives in {', '.join(_ARCHIVES)}."
        raise UsageError("The ending of this file is not known.", where=path, hint=hint)
    return _graph(_parsed(_unpacked(path, packing), ending, path))


def _parsed(content: bytes, ending: str, where: Path) -> ox.Store:
    """Read a dump; triples without a graph go into one, as queries see the union of the named graphs."""
    store, unnamed = ox.Store(), ox.NamedNode(terms.GRAPH + "dump")
    try:
        for quad in ox.parse(input=content, format=_DUMPS[ending]):
            named = isinstance(quad.graph_name, ox.NamedNode)
            store.add(quad if named else ox.Quad(quad.subject, quad.predicate, quad.object, unnamed))
    except SyntaxError as error:
        raise parse_error(error, where) from None
    if not len(store):
        raise CamiError("There is not one triple in it.", where=where, hint="Name another file.")
    return store


def _unpacked(path: Path, packing: str) -> bytes:
    import zstandard

    try:
        with path.open("rb") as raw:
            if packing == ".gz":
                content = gzip.GzipFile(fileobj=raw).read(LARGEST + 1)
            elif packing == ".zst":
                content = zstandard.ZstdDecompressor().stream_reader(raw).read(LARGEST + 1)
            else:
                content = raw.read(LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise CamiError(f"This file is damaged: {error}.", where=path, hint="Get it again.") from None
    if len(content) > LARGEST:
        raise CamiError(f"This file holds more than {LARGEST >> 20} MB.", where=path, hint="Name a dump of this graph.")
    return content


def _archive(path: Path) -> Graph:
    try:
        return _sources(list(_zip(path) if path.suffix == ".zip" else _tar(path.open("rb"), path)), path)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, gzip.BadGzipFile, RuntimeError) as error:
        raise CamiError(f"This archive is damaged: {error}.", where=path, hint="Get it again.") from None


def _tar(file: io.BufferedIOBase, where: Path) -> Iterator[Member]:
    total = 0
    with file, tarfile.open(fileobj=file, mode="r|*") as archive:
        for number, member in enumerate(archive):
            total += member.size
            _refuse(member.name, not (member.isfile() or member.isdir()), total, number, where)
            if member.isfile() and _SOURCE.fullmatch(member.name) and (content := archive.extractfile(member)):
                yield member.name, content.read()


def _zip(path: Path) -> Iterator[Member]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        for number, member in enumerate(archive.infolist()):
            total += member.file_size
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            _refuse(member.filename, is_link, total, number, path)
            if _SOURCE.fullmatch(member.filename):
                yield member.filename, archive.read(member)  # reads no more than the size that was counted


def _refuse(name: str, odd: bool, total: int, number: int, where: Path) -> None:
    """Refuse what no archive of this graph holds."""
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        problem = f"The archive names {quoted(name)}, which lies outside of it."
    elif odd:
        problem = f"The archive holds {quoted(name)}, which is neither a file nor a folder."
    elif total > LARGEST or number >= MOST_MEMBERS:
        problem = f"The archive holds more than {LARGEST >> 20} MB or {MOST_MEMBERS} members."
    else:
        return
    raise CamiError(problem, where=where, hint="It was not read; get the archive from where it was published.")


def _revision(name: str) -> Graph:
    """Read `data/` and `ontology/` as a git revision of this checkout has them."""
    hint = "Name a folder, a dump, an archive or a git revision."
    if not name or name.startswith("-"):
        raise UsageError(f"{quoted(name)} is no file, folder or git revision.", hint=hint)
    command = ["git", "archive", "--format=tar", name, "data", "ontology"]
    try:
        tar = subprocess.run(command, cwd=_repository(), capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        raise UsageError(f"{quoted(name)} is no file, folder or git revision.", hint=hint) from None
    return _sources(list(_tar(io.BytesIO(tar), Path(name))), Path(name))


def _repository() -> str:
    command = ["git", "rev-parse", "--show-toplevel"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603


def _graph(store: ox.Store, place: Home | None = None) -> Graph:
    return Graph(store, {}, place or home())
