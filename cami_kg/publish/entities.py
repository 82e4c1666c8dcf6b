"""Each thing and each claim as a document of its own: `id/<kind>/<slug>.ttl` and `.jsonld`, where its IRI leads.

A document holds what the graph says of the thing, and whole every claim about it. Members of schemes, such as
`confidence:high`, are what thousands of claims point to, so their documents hold only what is said of themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from cami_kg import terms
from cami_kg.graph import Graph
from cami_kg.publish.canonical import sorted_lines, write_canonical
from cami_kg.publish.dumps import write

_ENDINGS = ("ttl", "jsonld")
_CLAIMS = f"SELECT ?claim WHERE {{ ?class <{terms.RDFS}subClassOf>* <{terms.NS}Claim> . ?claim a ?class }}"


def write_entities(graph: Graph, folder: Path, progress: Callable[[str], None]) -> None:
    """Write the documents of everything that has an IRI below `https://w3id.org/cami/id/`.

    Raises:
        CamiError: a source holds what a dump cannot say.
    """
    progress("documents of things and claims")
    folder.mkdir()
    context = json.loads((graph.home.ontology / "context.jsonld").read_bytes())["@context"]
    with TemporaryDirectory(dir=folder.parent) as name:
        place = Path(name)
        write_canonical(graph, place / "nq", place / "nt", place / "by-graph")
        lines = sorted_lines(_shares(graph, place / "nt"), folder=place)
        for owner, group in groupby(lines, key=_owner):
            text = b"".join(line.partition(b"\t")[2] for line in group)
            quads = list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
            _write_document(quads, folder / owner, context)


def _owner(line: bytes) -> str:
    return line.partition(b"\t")[0].decode()


def _shares(graph: Graph, path: Path) -> Iterator[bytes]:
    """Yield each triple once for every document that it belongs to, behind the name of that document and a tab."""
    claims = {row["claim"].value for row in graph.select(_CLAIMS)}  # type: ignore[union-attr]
    inner = claims | set(_members(graph))
    for subject, group in groupby(ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES), key=attrgetter("subject.value")):
        if not subject.startswith(terms.ID):
            continue
        quads = list(group)
        owners = {subject}
        if subject in claims:
            things = {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
            owners |= {thing for thing in things - inner if thing.startswith(terms.ID)}
        for owner in owners:
            yield from (f"{owner.removeprefix(terms.ID)}\t{quad.triple} .\n".encode() for quad in quads)


def _members(graph: Graph) -> Iterator[str]:
    """Yield what the files of schemes speak of."""
    for name in graph.files:
        if name.startswith(terms.graph_iri("scheme", "")):
            for quad in graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name)):
                yield str(quad.subject.value)  # type: ignore[union-attr]


def _write_document(quads: list[ox.Quad], path: Path, context: Mapping[str, object]) -> None:
    """Write one document in each format, with the prefixes and the terms of the context that it uses."""
    path.parent.mkdir(exist_ok=True)
    used = set(_used(quads))
    prefixes = {prefix: name for prefix, name in terms.prefixes().items() if prefix in used}
    small = {key: rule for key, rule in context.items() if key in used or key == "@version"}
    quads.sort(key=lambda quad: (str(quad.subject), quad.predicate.value != terms.RDF + "type"))
    for ending in _ENDINGS:
        with path.with_name(f"{path.name}.{ending}").open("wb") as out:
            write(quads, ending, prefixes, small, out)


def _used(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Yield the CURIEs that stand in triples and the prefixes of those."""
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            iri = term.datatype if isinstance(term, ox.Literal) else term
            if isinstance(iri, ox.NamedNode) and (curie := terms.curie(iri.value)):
                yield curie
                yield curie.partition(":")[0]
